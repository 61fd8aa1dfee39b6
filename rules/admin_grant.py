"""LK401 admin-grant."""

from collections.abc import Iterator

from lk_audit.facts import Audience, Signer, TokenMint
from lk_audit.repairs import RemoveGrants
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule

_FIX = (
    "Leave roomAdmin out of participants' tokens. Let your backend moderate with {} after checking that this user may."
)


@rule(
    TokenMint,
    id="LK401",
    severity=Severity.HIGH,
    cwe=269,
    fixable=Fixable.UNSAFE,
    fix=_FIX.format("RoomServiceClient (LiveKitAPI in Python)"),
    bad=[
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        def host_token(user, room):
            grants = api.VideoGrants(
                room_join=True,
                room=room,
                room_admin=True,  # <- finding
            )
            return api.AccessToken().with_identity(user).with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()
        """,
        """
        --- server/token.ts
        import { AccessToken, type VideoGrant } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string, isHost: boolean) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          const grant: VideoGrant = { roomJoin: true, room };
          if (isHost) grant.roomAdmin = true;  // <- finding
          at.addGrant(grant);
          return at.toJwt();
        }
        """,
    ],
    good=[
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        def host_token(user, room):
            grants = api.VideoGrants(room_join=True, room=room)
            return api.AccessToken().with_identity(user).with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()

        async def remove(room, user):
            async with api.LiveKitAPI() as livekit:
                await livekit.room.remove_participant(api.RoomParticipantIdentity(room=room, identity=user))
        """,
        """
        --- server/admin.ts
        import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room, roomAdmin: false });
          return at.toJwt();
        }

        export async function remove(room: string, identity: string) {
          await new RoomServiceClient(process.env.LIVEKIT_URL).removeParticipant(room, identity);
        }
        """,
    ],
)
def admin_grant(mint: TokenMint) -> Iterator[Problem]:
    """A participant's token carries roomAdmin.

    Its holder calls the server's API directly, past your application: removes and mutes anybody, changes what others
    may do, renames them, gives itself `hidden` or `recorder`. The token stays good for that until it expires.
    """
    grant = mint.grants.get("roomAdmin")
    if grant is None or mint.audience is not Audience.PARTICIPANT or not mint.grants.may_give("roomAdmin"):
        return
    is_typed = mint.signer is Signer.COMMAND
    asked = ", when the request asks for it" if grant.is_asked_for else ""
    yield Problem(
        grant.place,
        f"roomAdmin in a participant's token{asked}: its holder controls everybody in the room",
        severity=Severity.LOW if mint.is_advice else None,
        confidence=Confidence.HIGH if grant.certain and not asked and not is_typed else Confidence.MEDIUM,
        trace=grant.leads,
        fix=_FIX.format("LiveKitAPI" if mint.language == "python" else "RoomServiceClient"),
        repair=RemoveGrants((grant.name,), (grant.place,)),
    )
