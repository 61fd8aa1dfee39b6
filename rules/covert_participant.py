"""LK406 covert-participant."""

from collections.abc import Iterator

from lk_audit.facts import Audience, Grant, Signer, TokenMint
from lk_audit.livekit.grants import SERVICE_KINDS
from lk_audit.repairs import RemoveGrants
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK406",
    severity=Severity.MEDIUM,
    cwe=269,
    fixable=Fixable.UNSAFE,
    fix=(
        "Leave hidden, recorder, agent and kind out of people's tokens. Recorders and agents get theirs from LiveKit; "
        "a supervisor who must be unseen gets a token of its own, from a route that checks who asks."
    ),
    bad=[
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        def mint(user, room):
            grants = api.VideoGrants(
                room_join=True,
                room=room,
                hidden=True,  # <- finding
            )
            return api.AccessToken().with_identity(user).with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()
        """,
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({
            roomJoin: true,
            room,
            agent: true,  // <- finding
          });
          return at.toJwt();
        }
        """,
    ],
    good=[
        """
        --- worker.py
        from datetime import timedelta
        from livekit import api

        def worker_token(room):
            return (
                api.AccessToken()
                .with_identity("transcriber")
                .with_kind("agent")
                .with_ttl(timedelta(minutes=10))
                .with_grants(api.VideoGrants(room_join=True, room=room, agent=True))
                .to_jwt()
            )
        """,
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room, hidden: false });
          return at.toJwt();
        }
        """,
    ],
)
def covert_participant(mint: TokenMint) -> Iterator[Problem]:
    """A participant's token makes its holder invisible, or lets it pose as a recorder or an agent.

    A hidden participant hears everybody and is announced to nobody. An agent may send messages and transcriptions in
    the name of other participants, and it does not count towards the room's limit.
    """
    if mint.audience is Audience.SERVICE:
        return
    for name, effect in _EFFECTS.items():
        grant = mint.grants.get(name)
        if grant is not None and grant.may_be(True) and not (mint.is_for_bot and name in {"hidden", "recorder"}):
            yield _problem(mint, grant, effect)
            return
    covert = sorted(set(mint.kinds) & SERVICE_KINDS)
    if covert and mint.kind_place is not None:
        yield Problem(
            mint.kind_place,
            f"kind {covert[0]} in a token that a request gets: its holder passes for a service",
            confidence=Confidence.MEDIUM,
        )


_EFFECTS = {
    "hidden": "its holder listens unseen",
    "recorder": "its holder passes for a recorder",
    "agent": "its holder may speak in the name of others",
}


def _problem(mint: TokenMint, grant: Grant, effect: str) -> Problem:
    return Problem(
        grant.place,
        f"{grant.name} in a participant's token: {effect}",
        severity=Severity.LOW if mint.is_advice else None,
        confidence=Confidence.HIGH if grant.certain and mint.signer is not Signer.COMMAND else Confidence.MEDIUM,
        trace=grant.leads,
        repair=RemoveGrants((grant.name,), (grant.place,)),
    )
