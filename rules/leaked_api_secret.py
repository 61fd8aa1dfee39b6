"""LK101 leaked-api-secret."""

from collections.abc import Iterator

from lk_audit.facts import FOR_SHOW, Carrier, CredentialLiteral, Custody, FileRole, Strength
from lk_audit.livekit.rotation import out_of_git, out_of_images, rotation
from lk_audit.repairs import ReadFromEnvironment
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule


@rule(
    CredentialLiteral,
    id="LK101",
    severity=Severity.CRITICAL,
    cwe=798,
    fixable=Fixable.UNSAFE,
    fix=(
        "Rotate it now, deleting the line is not enough: on LiveKit Cloud create another API key in the project's "
        "settings and delete this one, on your own server replace the pair under `keys:`. Read the new secret from the "
        "environment, and look for the old one in the git history, images, CI variables and logs."
    ),
    bad=[
        """
        --- token_server.py
        from livekit import api

        livekit = api.LiveKitAPI(
            "wss://live.acme.io",
            "APIexample23456",
            "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa",  # <- finding
        )
        """,
        """
        --- server/rooms.ts
        import { RoomServiceClient } from 'livekit-server-sdk';

        const secret = process.env.LIVEKIT_API_SECRET ?? 'q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa'; // <- finding
        export const rooms = new RoomServiceClient(process.env.LIVEKIT_URL!, process.env.LIVEKIT_API_KEY, secret);
        """,
        """
        --- .env
        LIVEKIT_API_KEY=APIexample23456
        LIVEKIT_API_SECRET=q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa  # <- finding
        """,
        """
        --- livekit.yaml
        port: 7880
        keys:
          APIexample23456: q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa  # <- finding
        """,
        """
        --- docker-compose.yml
        services:
          livekit:
            image: livekit/livekit-server
            environment:
              - "LIVEKIT_KEYS=APIexample23456: q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"  # <- finding
        """,
    ],
    good=[
        """
        --- token_server.py
        import os
        from livekit import api

        livekit = api.LiveKitAPI(
            os.environ["LIVEKIT_URL"], os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"]
        )
        """,
        """
        --- server/rooms.ts
        import { RoomServiceClient } from 'livekit-server-sdk';

        export const rooms = new RoomServiceClient(
          process.env.LIVEKIT_URL!,
          process.env.LIVEKIT_API_KEY,
          process.env.LIVEKIT_API_SECRET,
        );
        """,
        """
        --- .env.example
        LIVEKIT_API_KEY=<your api key>
        LIVEKIT_API_SECRET=<your api secret>
        --- docker-compose.yml
        services:
          api:
            environment:
              LIVEKIT_API_SECRET: ${LIVEKIT_API_SECRET}
        """,
    ],
    references=("https://docs.livekit.io/home/get-started/authentication/",),
)
def leaked_api_secret(literal: CredentialLiteral) -> Iterator[Problem]:
    """A real-looking LiveKit API secret is written down.

    The secret signs access tokens. Whoever reads it, in the repository, its history, an image or a bundle, can join,
    record and delete every room of the project until the secret is replaced; on your own server nothing revokes the
    tokens made with it.
    """
    if literal.strength is not Strength.STRONG:
        return
    key = f" of key {literal.key_id}" if literal.key_id else ""
    certain = literal.certain and literal.role is not FileRole.TEST
    where = _KEPT_OUT if literal.custody is Custody.IGNORED else literal.carrier.value
    what = f"LiveKit API secret {literal.secret}{key} in {where}"
    key_at = literal.key_at if literal.key_at and not _is_in_sight(literal) else None
    yield Problem(
        literal.place,
        f"{what}: whoever reads it can sign tokens for every room",
        confidence=Confidence.HIGH if certain else Confidence.MEDIUM,
        trace=literal.leads,
        severity=Severity.MEDIUM if literal.custody is Custody.IGNORED else None,
        related=tuple(lead for lead in (key_at, literal.copied_at) if lead),
        fix=" ".join([*out_of_git(literal), *_rotate(literal), *out_of_images(literal)]),
        subject=literal.secret.digest,
        repair=ReadFromEnvironment(literal.place),
    )


_KEPT_OUT = "an environment file that git ignores but an image takes along"


_UNSEEN = {
    Custody.IGNORED: "If such an image was ever pushed",
    Custody.LOOSE: "If the file was ever committed or shared",
    Custody.STAGED: "If the file was ever committed or shared",
}
"""When a secret has to be rotated that nobody else need have seen."""


def _rotate(literal: CredentialLiteral) -> Iterator[str]:
    steps = rotation(literal.key_id, literal.hosting)
    if literal.custody in _UNSEEN:
        yield f"{_UNSEEN[literal.custody]}, rotate the secret: {steps}."
        return
    yield f"Rotate it now, deleting the line is not enough: {steps}."
    yield from _instead(literal)
    yield "Look for the old one in the git history, images, CI variables and logs."


def _instead(literal: CredentialLiteral) -> Iterator[str]:
    """What stands where the secret stood; an environment file is where secrets stand."""
    is_file = literal.carrier is Carrier.ENV_FILE
    if literal.carrier in {Carrier.COMMENT, Carrier.TEXT} or (is_file and literal.role in FOR_SHOW):
        yield "Leave a placeholder in its place."
    elif not is_file:
        yield "Read the new one from the environment, on servers only."


def _is_in_sight(literal: CredentialLiteral) -> bool:
    """Whether the key id stands on a line that is shown with the secret."""
    key, place = literal.key_at, literal.place
    return key is not None and key.place.path == place.path and abs(key.place.line - place.line) <= 1
