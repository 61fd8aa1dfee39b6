"""LK102 dev-credentials."""

from collections.abc import Iterator

from lk_audit.facts import HARMLESS, Carrier, CredentialLiteral, FileRole, Strength
from lk_audit.repairs import ReadFromEnvironment
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule

_LOWER = {FileRole.EXAMPLE: Severity.LOW, FileRole.LOCAL: Severity.NOTE}


@rule(
    CredentialLiteral,
    id="LK102",
    severity=Severity.MEDIUM,
    cwe=1392,
    fixable=Fixable.UNSAFE,
    fix=(
        "Make a pair with `livekit-server generate-keys`, give it to the server under `keys:` and to the backend "
        "through the environment, and let the program stop when LIVEKIT_API_SECRET is missing instead of falling back. "
        "Keep development pairs in files that only a developer's machine reads."
    ),
    bad=[
        """
        --- config.py
        import os

        LIVEKIT_API_SECRET = os.getenv("LIVEKIT_API_SECRET", "secret")  # <- finding
        """,
        """
        --- server/webhook.ts
        import { WebhookReceiver } from 'livekit-server-sdk';

        export const receiver = new WebhookReceiver('devkey', 'my-super-secret-livekit-secret'); // <- finding
        """,
        """
        --- deploy/livekit.yaml
        port: 7880
        keys:
          devkey: secret  # <- finding
        """,
        """
        --- .env
        LIVEKIT_URL=wss://live.acme.io
        LIVEKIT_API_KEY=devkey
        LIVEKIT_API_SECRET=devkey_secret_at_least_32_characters  # <- finding
        """,
    ],
    good=[
        """
        --- config.py
        import os

        LIVEKIT_API_SECRET = os.environ["LIVEKIT_API_SECRET"]
        """,
        """
        --- server/webhook.ts
        import { WebhookReceiver } from 'livekit-server-sdk';

        const { LIVEKIT_API_KEY, LIVEKIT_API_SECRET } = process.env;
        if (!LIVEKIT_API_KEY || !LIVEKIT_API_SECRET) throw new Error('LiveKit credentials are missing');
        export const receiver = new WebhookReceiver(LIVEKIT_API_KEY, LIVEKIT_API_SECRET);
        """,
        """
        --- docker-compose.override.yml
        services:
          livekit:
            command: --dev
            environment:
              LIVEKIT_KEYS: "devkey: secret"
        --- .env.example
        LIVEKIT_API_KEY=devkey
        LIVEKIT_API_SECRET=secret
        """,
    ],
)
def dev_credentials(literal: CredentialLiteral) -> Iterator[Problem]:
    """A well-known or guessable LiveKit API secret is in use outside tests and local files.

    Everybody knows devkey/secret, and a word or phrase is found by trying: any token the server hands out lets an
    attacker test guesses offline. Who finds the secret signs tokens with every right. A fallback value is worse than
    none, for production works silently when the variable is missing.
    """
    if literal.strength is Strength.STRONG or literal.role in HARMLESS or literal.carrier is Carrier.COMMENT:
        return
    is_well_known = literal.strength is Strength.WELL_KNOWN
    if is_well_known and literal.role in _LOWER:
        return
    kind = "published development value" if is_well_known else "guessable API secret"
    yield Problem(
        literal.place,
        f"{kind} {literal.secret} in {literal.carrier.value}: anybody can sign tokens with it",
        severity=_LOWER.get(literal.role),
        confidence=Confidence.HIGH if literal.certain else Confidence.MEDIUM,
        trace=literal.leads,
        fix=None if literal.carrier is Carrier.FALLBACK else _NO_FALLBACK_FIX,
        subject=literal.secret.digest,
        repair=ReadFromEnvironment(literal.place),
    )


_NO_FALLBACK_FIX = (
    "Make a pair with `livekit-server generate-keys`, give it to the server under `keys:` and to the backend through "
    "the environment. Keep development pairs in files that only a developer's machine reads."
)
