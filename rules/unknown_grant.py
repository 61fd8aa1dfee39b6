"""LK405 unknown-grant."""

from collections.abc import Iterator

from lk_audit.facts import FileRole, TokenMint, UnknownGrant
from lk_audit.livekit.grants import CLAIMS_TOO_DEEP, ORDINARY_GRANTS, OTHER_GRANTS, OUTSIDE_VIDEO, to_camel_case
from lk_audit.repairs import CorrectGrant
from lk_audit.rule_api import Fixable, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK405",
    severity=Severity.MEDIUM,
    cwe=1287,
    fixable=Fixable.SAFE,
    fix="Use the grant's real name: camelCase in JavaScript and in raw claims, snake_case in Python's VideoGrants.",
    bad=[
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
            can_publish: false,  // <- finding
          });
          return at.toJwt();
        };
        """,
        """
        --- mint.py
        import os, time, jwt

        def mint(user, room):
            claims = {
                "iss": os.environ["LIVEKIT_API_KEY"],
                "sub": user,
                "exp": int(time.time()) + 600,
                "video": {
                    "roomJoin": True,
                    "room": room,
                    "canUpdateMetadata": True,  # <- finding
                },
            }
            return jwt.encode(claims, os.environ["LIVEKIT_API_SECRET"], algorithm="HS256")
        """,
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        def mint(user, room):
            grants = api.VideoGrants(
                room_join=True,
                room=room,
                canPublish=False,  # <- finding
            )
            return api.AccessToken().with_identity(user).with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()
        """,
    ],
    good=[
        """
        --- server/token.js
        const { AccessToken } = require('livekit-server-sdk');

        exports.mint = async (identity, room) => {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room, canPublish: false, canUpdateOwnMetadata: false });
          return at.toJwt();
        };
        """,
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        def mint(user, room):
            grants = api.VideoGrants(room_join=True, room=room, can_publish=True)
            return api.AccessToken().with_identity(user).with_ttl(timedelta(minutes=10)).with_grants(grants).to_jwt()
        """,
    ],
)
def unknown_grant(mint: TokenMint) -> Iterator[Problem]:
    """A grant object holds a name that LiveKit does not know.

    The server ignores unknown names without a word; only since v1.13 it reads known ones in any case. A right that was
    to be given is then missing; a right that was to be taken away (`can_publish: false`) is still there, because
    canPublish, canSubscribe and canPublishData are on unless their real name says otherwise.
    """
    for item in mint.grants.unknown if mint.role is not FileRole.TEST else ():
        yield Problem(
            item.place,
            _message(item),
            severity=Severity.LOW if mint.is_advice else Severity.HIGH if item.fails_open else None,
            fix=_fix(item),
            repair=None
            if item.problem == OUTSIDE_VIDEO
            else CorrectGrant(item.place, item.spelled, is_ignored=item.problem == _IGNORED),
        )


_IGNORED = "LiveKit ignores it"


def _fix(item: UnknownGrant) -> str | None:
    if item.problem == CLAIMS_TOO_DEEP:
        return f"Sign what `{item.spelled}` holds, as the claims themselves, without `{item.spelled}` around it."
    if item.problem == OUTSIDE_VIDEO and item.meant is None:
        return f"Write `{to_camel_case(item.spelled)}` inside the claim `video` where the token is to carry it."
    if item.spelled in OTHER_GRANTS:
        return f"Give it beside the video grant, with the SDK's own method for {item.spelled} grants."
    return _spelling(item)


def _spelling(item: UnknownGrant) -> str:
    if item.meant is None:
        return f"Leave `{item.spelled}` out, or write the name of the grant that is meant."
    meant = to_camel_case(item.meant)
    if meant == "canPublishSources" != to_camel_case(item.spelled):
        return f"List the allowed sources in `{item.meant}` instead of `{item.spelled}`."
    if item.problem == _IGNORED and meant not in ORDINARY_GRANTS and not item.fails_open:
        return f"Leave `{item.spelled}` out; write `{item.meant}` only where the holder is to have that right."
    return f"Write `{item.meant}` instead of `{item.spelled}`."


def _message(item: UnknownGrant) -> str:
    meant = f" (probably meant: {item.meant})" if item.meant else ""
    if item.fails_open:
        return f"unknown grant {item.spelled}{meant}: {item.problem}, so what it denies {_openness(item)}"
    return f"unknown grant {item.spelled}{meant}: {item.problem}"


def _openness(item: UnknownGrant) -> str:
    return "is allowed" if item.problem == _IGNORED else "may be allowed"
