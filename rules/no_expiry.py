"""LK303 no-expiry."""

from collections.abc import Iterator

from lk_audit.facts import Expiry, FileRole, TokenMint
from lk_audit.livekit.advice import EXPIRY
from lk_audit.repairs import AddLifetime, CorrectUnit
from lk_audit.rule_api import Fixable, Options, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK303",
    severity=Severity.HIGH,
    cwe=613,
    fixable=Fixable.SAFE,
    fix=(
        "Set `exp` to a time in seconds, minutes from now: `int(time.time()) + 900`, "
        "`Math.floor(Date.now() / 1000) + 900`, `expiresIn: '15m'`, `.setExpirationTime('15m')`."
    ),
    bad=[
        """
        --- mint.py
        import os, jwt

        def mint(user, room):
            claims = {
                "iss": os.environ["LIVEKIT_API_KEY"],
                "sub": user,
                "video": {"roomJoin": True, "room": room},
            }
            return jwt.encode(claims, os.environ["LIVEKIT_API_SECRET"], algorithm="HS256")  # <- finding
        """,
        """
        --- server/mint.js
        import jwt from 'jsonwebtoken';

        export function mint(user, room) {
          const claims = {
            iss: process.env.LIVEKIT_API_KEY,
            sub: user,
            exp: Date.now() + 15 * 60 * 1000,  // <- finding
            video: { roomJoin: true, room },
          };
          return jwt.sign(claims, process.env.LIVEKIT_API_SECRET);
        }
        """,
    ],
    good=[
        """
        --- mint.py
        import os, time, jwt

        def mint(user, room):
            claims = {
                "iss": os.environ["LIVEKIT_API_KEY"],
                "sub": user,
                "exp": int(time.time()) + 15 * 60,
                "video": {"roomJoin": True, "room": room},
            }
            return jwt.encode(claims, os.environ["LIVEKIT_API_SECRET"], algorithm="HS256")
        """,
        """
        --- server/mint.js
        import jwt from 'jsonwebtoken';

        export function mint(user, room) {
          const claims = {
            iss: process.env.LIVEKIT_API_KEY,
            sub: user,
            exp: Math.floor(Date.now() / 1000) + 15 * 60,
            video: { roomJoin: true, room },
          };
          return jwt.sign(claims, process.env.LIVEKIT_API_SECRET);
        }
        """,
    ],
    references=["https://github.com/livekit/protocol/pull/1706"],
)
def no_expiry(mint: TokenMint, options: Options) -> Iterator[Problem]:
    """A token never expires: it has no `exp`, or `exp` is in milliseconds.

    Servers up to v1.13.5 accept a token without `exp` for ever. `exp` counts seconds; a number of milliseconds is a
    date tens of thousands of years away, and every server accepts it.
    """
    for item in mint.lifetimes if mint.role is not FileRole.TEST else ():
        if item.expiry is Expiry.NEVER:
            yield Problem(
                mint.place,
                "token without exp: LiveKit servers up to v1.13.5 accept it for ever",
                trace=item.leads,
                fix=_fix(mint),
                repair=AddLifetime(mint.place, options.max_ttl),
            )
            return
        if item.expiry is Expiry.MILLISECONDS:
            yield Problem(
                item.place,
                "exp in milliseconds: the token is valid for tens of thousands of years",
                trace=item.leads,
                fix=_fix(mint),
                repair=CorrectUnit(item.place, item.unit, options.max_ttl) if item.unit else None,
            )
            return


def _fix(mint: TokenMint) -> str | None:
    written = EXPIRY.get(mint.language)
    return f"Set `exp` to a time in seconds, minutes from now: {written}." if written else None
