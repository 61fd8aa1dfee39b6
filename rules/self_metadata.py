"""LK407 self-metadata."""

from collections.abc import Iterator

from lk_audit.facts import Audience, TokenMint
from lk_audit.repairs import RemoveGrants
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK407",
    severity=Severity.LOW,
    cwe=863,
    fixable=Fixable.UNSAFE,
    on_by_default=False,
    fix="Leave canUpdateOwnMetadata out, or decide by grants and by what your server knows instead of by metadata.",
    bad=[
        """
        --- tokens.py
        import json
        from datetime import timedelta
        from livekit import api

        def mint(identity: str, room: str) -> str:
            token = api.AccessToken().with_identity(identity).with_ttl(timedelta(minutes=10))
            token = token.with_metadata(json.dumps({"role": "student"}))
            grants = api.VideoGrants(
                room_join=True,
                room=room,
                can_update_own_metadata=True,  # <- finding
            )
            return token.with_grants(grants).to_jwt()
        """,
        """
        --- server/tokens.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
            attributes: { isHost: 'false' },
          });
          at.addGrant({
            roomJoin: true,
            room,
            canUpdateOwnMetadata: true,  // <- finding
          });
          return at.toJwt();
        }
        """,
    ],
    good=[
        """
        --- tokens.py
        import json
        from datetime import timedelta
        from livekit import api

        def mint(identity: str, room: str) -> str:
            token = api.AccessToken().with_identity(identity).with_ttl(timedelta(minutes=10))
            token = token.with_metadata(json.dumps({"colour": "green"}))
            grants = api.VideoGrants(room_join=True, room=room, can_update_own_metadata=True)
            return token.with_grants(grants).to_jwt()
        """,
        """
        --- server/tokens.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
            metadata: JSON.stringify({ role: 'student' }),
          });
          at.addGrant({ roomJoin: true, room, canUpdateOwnMetadata: false });
          return at.toJwt();
        }
        """,
    ],
)
def self_metadata(mint: TokenMint) -> Iterator[Problem]:
    """A participant may change the metadata that says what he is.

    canUpdateOwnMetadata lets its holder replace his name, metadata and attributes. Where they carry a role, a student
    makes himself a teacher.
    """
    grant = mint.grants.get("canUpdateOwnMetadata")
    if grant is None or mint.role_lead is None or mint.audience is not Audience.PARTICIPANT:
        return
    if mint.grants.may_give("canUpdateOwnMetadata"):
        yield Problem(
            grant.place,
            "canUpdateOwnMetadata in a token whose metadata carries a role: its holder can give himself another",
            confidence=Confidence.MEDIUM,
            trace=grant.leads,
            repair=RemoveGrants((grant.name,), (grant.place,)),
            related=(mint.role_lead,),
        )
