"""LK403 wildcard-room."""

from collections.abc import Iterator

from lk_audit.facts import FileRole, Grant, GrantVariant, Signer, TokenMint
from lk_audit.livekit.advice import ROOM
from lk_audit.repairs import NameRoom
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK403",
    severity=Severity.HIGH,
    cwe=862,
    fixable=Fixable.UNSAFE,
    fix="Name the room in the same grant: `roomJoin: true, room` (`room_join=True, room=room` in Python).",
    bad=[
        """
        --- server/room.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true });  // <- finding
          return { token: await at.toJwt(), room };
        }
        """,
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, canPublish: true });  // <- finding
          return at.toJwt();
        }
        """,
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, isStaff: boolean, room?: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          if (isStaff) {
            at.addGrant({ roomJoin: true, canPublish: true });  // <- finding
          } else {
            at.addGrant({ roomJoin: true, room, canPublish: false });
          }
          return at.toJwt();
        }
        """,
        """
        --- mint.py
        import os, time, jwt

        def mint(user):
            claims = {
                "iss": os.environ["LIVEKIT_API_KEY"],
                "sub": user,
                "exp": int(time.time()) + 600,
                "video": {"roomJoin": True, "room": ""},  # <- finding
            }
            return jwt.encode(claims, os.environ["LIVEKIT_API_SECRET"], algorithm="HS256")
        """,
    ],
    good=[
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, isStaff: boolean, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true });
          if (isStaff) {
            at.addGrant({ room, canPublish: true });
          } else {
            at.addGrant({ room, canPublish: false });
          }
          return at.toJwt();
        }
        """,
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true });
          at.addGrant({ room });
          return at.toJwt();
        }
        """,
        """
        --- mint.py
        import os, time, jwt

        def mint(user, room):
            claims = {
                "iss": os.environ["LIVEKIT_API_KEY"],
                "sub": user,
                "exp": int(time.time()) + 600,
                "video": {"roomJoin": True, "room": room},
            }
            return jwt.encode(claims, os.environ["LIVEKIT_API_SECRET"], algorithm="HS256")
        """,
    ],
    references=["https://github.com/livekit/livekit/commit/b9a44c3fb"],
)
def wildcard_room(mint: TokenMint) -> Iterator[Problem]:
    """A token may join, and names no room.

    Servers before v1.9.1 let it into any room that its holder asks for; newer ones refuse it. Some SDKs check this
    (Python raises ValueError), JavaScript and hand-made tokens do not.
    """
    written = ROOM.get(mint.language) if mint.signer is Signer.SDK else None
    fix = f"Name the room in the same grant: {written}." if written else None
    is_refused = (mint.sdk, mint.language) == ("livekit-api", "python")
    effect = (
        "livekit-api raises ValueError for it" if is_refused else "servers before v1.9.1 let this token into any room"
    )
    severity = Severity.MEDIUM if is_refused else None
    join, room = mint.grants.get("roomJoin"), mint.grants.get("room")
    if join is None or not join.may_be(True) or mint.role is FileRole.TEST:
        return
    if room is None and mint.grants.complete:
        yield Problem(
            join.place,
            f"roomJoin without a room: {effect}",
            severity=severity,
            fix=fix,
            repair=NameRoom(join.place),
        )
    elif room is not None and (room.is_always("") or room.is_always(None)):
        yield Problem(
            room.place,
            f"roomJoin with an empty room: {effect}",
            severity=severity,
            fix=fix,
            repair=NameRoom(room.place, instead=True),
        )
    elif room is not None and room.is_always("*"):
        yield Problem(
            room.place,
            'room "*" is no wildcard: LiveKit takes it as the name of a room',
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
            fix=_NO_WILDCARD,
        )
    elif room is not None and not room.certain:
        for left in _without_room(mint.variants):
            yield Problem(
                left.place,
                "roomJoin without a room in one of the branches: servers before v1.9.1 let this token into any room",
                confidence=Confidence.MEDIUM,
                fix=written and f"Name the room in every branch: {written}.",
                repair=NameRoom(left.place),
            )


def _without_room(variants: tuple[GrantVariant, ...]) -> Iterator[Grant]:
    """The right to join of those kinds of holders for whom no room is named, where one is named for others."""
    joining = [item.grants for item in variants if item.grants.may_be("roomJoin", value=True)]
    if any(item.get("room") is not None for item in joining):
        for grants in joining:
            join = grants.get("roomJoin")
            if join is not None and grants.complete and grants.get("room") is None:
                yield join


_NO_WILDCARD = "Name the room that the holder may join; who may join several gets a token for each."
