"""LK402 project-grant."""

from collections.abc import Iterator

from lk_audit.facts import Audience, Grant, Lead, Signer, TokenMint
from lk_audit.livekit.grants import PROJECT_GRANTS, allows
from lk_audit.repairs import RemoveGrants
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK402",
    severity=Severity.HIGH,
    cwe=269,
    fixable=Fixable.UNSAFE,
    fix=(
        "Leave it out of the participant's token: joining needs roomJoin and room only, and creates the room by "
        "itself. What needs the grant belongs in your backend, with a token that never leaves it."
    ),
    bad=[
        """
        --- tokens.py
        from datetime import timedelta
        from livekit.api import AccessToken, VideoGrants

        def mint(user, room):
            token = AccessToken().with_identity(user).with_ttl(timedelta(minutes=10))
            return token.with_grants(
                VideoGrants(
                    room_create=True,  # <- finding
                    room_join=True,
                    room=room,
                )
            ).to_jwt()
        """,
        """
        --- server/token.js
        const { AccessToken } = require('livekit-server-sdk');

        exports.mint = async (identity, room) => {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({
            roomJoin: true,
            room,
            roomList: true,  // <- finding
          });
          return at.toJwt();
        };
        """,
        """
        --- server/phone.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room });
          at.addSIPGrant({ call: true });  // <- finding
          return at.toJwt();
        }
        """,
    ],
    good=[
        """
        --- rooms.py
        from datetime import timedelta
        from livekit.api import AccessToken, VideoGrants

        def service_token():
            return AccessToken().with_ttl(timedelta(minutes=1)).with_grants(VideoGrants(room_list=True)).to_jwt()
        """,
        """
        --- server/token.js
        const { AccessToken } = require('livekit-server-sdk');

        exports.mint = async (identity, room) => {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room, roomCreate: false });
          return at.toJwt();
        };
        """,
    ],
)
def project_grant(mint: TokenMint) -> Iterator[Problem]:
    """A participant's token carries a grant that reaches beyond its room.

    roomCreate also deletes rooms, any room; roomList names them all; roomRecord records any of them and web pages too;
    ingressAdmin and the SIP grants open ways in and place calls on the project's bill. None of them is needed to
    join: LiveKit creates a room when the first participant enters.
    """
    if mint.audience is Audience.SERVICE:
        return
    found = [
        grant for name in PROJECT_GRANTS if (grant := mint.grants.get(name)) is not None and mint.grants.may_give(name)
    ]
    if not found:
        return
    first, *others = sorted(found, key=_position)
    is_sure = mint.audience is Audience.PARTICIPANT and mint.signer is not Signer.COMMAND
    everything = (first, *others)
    names = ", ".join(grant.name for grant in everything)
    effects = list(dict.fromkeys(allows(grant.name) for grant in everything))
    asked = ", when the request asks for it" if first.is_asked_for else ""
    yield Problem(
        first.place,
        f"{names} in {_whose(mint)}{asked}: its holder may {', and '.join(effects)}",
        severity=Severity.LOW if mint.is_advice else None,
        confidence=Confidence.HIGH if is_sure and first.certain and not asked else Confidence.MEDIUM,
        trace=first.leads,
        related=tuple(Lead(grant.place, f"{grant.name}: may {allows(grant.name)}") for grant in others),
        repair=RemoveGrants(tuple(grant.name for grant in everything), tuple(grant.place for grant in everything)),
    )


def _whose(mint: TokenMint) -> str:
    join = mint.grants.get("roomJoin")
    is_joining = join is not None and not join.is_withheld
    return "a participant's token" if is_joining or not mint.endpoints else "a token that a request gets"


def _position(grant: Grant) -> tuple[bool, int]:
    """What every holder gets comes first."""
    return not grant.certain, grant.place.start
