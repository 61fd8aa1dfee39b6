"""LK502 embedded-powerful-token."""

from collections.abc import Iterator

from lk_audit.facts import FOR_SHOW, JwtLiteral
from lk_audit.livekit.credentials import DEVELOPMENT_KEYS
from lk_audit.livekit.grants import allows
from lk_audit.livekit.rotation import out_of_git
from lk_audit.livekit.token_words import described, ending
from lk_audit.livekit.tokens import DAY
from lk_audit.rule_api import Options, Problem, Severity, rule

_ADMIN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    ".eyJpc3MiOiJBUElleGFtcGxlMjM0NTYiLCJzdWIiOiJleGFtcGxlLXVzZXIiLCJuYmYiOjQxMDI0NDEyMDAsImV4cCI6NDEwMjQ0NDgwMCwidmlk"
    "ZW8iOnsicm9vbUpvaW4iOnRydWUsInJvb20iOiJleGFtcGxlIiwicm9vbUFkbWluIjp0cnVlfX0"
    ".pv0Y071Niqz4E_B06WVNy-2YXAH249NNupdoMC5j7CI"
)
_LONG = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    ".eyJpc3MiOiJBUElleGFtcGxlMjM0NTYiLCJzdWIiOiJleGFtcGxlLXVzZXIiLCJuYmYiOjE3MDQwNjcyMDAsImV4cCI6NDEwMjQ0NDgwMCwidmlk"
    "ZW8iOnsicm9vbUpvaW4iOnRydWUsInJvb20iOiJleGFtcGxlIn19.YNERBsK7HeqWP8fWdRx9vGnnZn7KE8Uzh6sE-OiG_yw"
)
_THEN = "Then fetch short-lived tokens from your backend, and look for further copies in the git history."


@rule(
    JwtLiteral,
    id="LK502",
    severity=Severity.CRITICAL,
    cwe=798,
    fix=(
        "End it by replacing the API secret that signed it: on LiveKit Cloud delete the key and create another, on "
        "your own server change the pair under `keys:`. Then fetch short-lived tokens from your backend, and look for "
        "further copies in the git history."
    ),
    bad=[
        f"""
        --- moderate.py
        TOKEN = "{_ADMIN}"  # <- finding
        """,
        f"""
        --- src/demo.js
        export const token = '{_LONG}'; // <- finding
        """,
        f"""
        --- .env
        LIVEKIT_TOKEN={_ADMIN}  # <- finding
        """,
    ],
    good=[
        """
        --- moderate.py
        from livekit import api

        async def remove(room, identity):
            async with api.LiveKitAPI() as livekit:
                await livekit.room.remove_participant(api.RoomParticipantIdentity(room=room, identity=identity))
        """,
        """
        --- src/demo.js
        export async function token() {
          return (await fetch('/api/token')).text();
        }
        """,
    ],
)
def embedded_powerful_token(literal: JwtLiteral, options: Options) -> Iterator[Problem]:
    """A LiveKit access token that is still valid, and moderates, administers or lasts over a day, is written down.

    Whoever reads it can use it until it expires, and LiveKit has no list of revoked tokens. With admin or project
    grants that means removing participants, recording rooms or placing calls; without an end it means for good.
    """
    token, now = literal.token, options.now
    is_long = token.lasts_over(DAY, now)
    if token.is_expired(now) or not (token.powers or is_long):
        return
    can = f", so that its holder may {allows(token.powers[0])}" if token.powers else ""
    is_for_show = token.key_id in DEVELOPMENT_KEYS and literal.role in FOR_SHOW
    yield Problem(
        literal.place,
        f"{described(literal, now=now, max_ttl=options.max_ttl)}{can}",
        severity=Severity.NOTE if is_for_show else None,
        related=(literal.signed_by,) if literal.signed_by else (),
        fix=" ".join([*out_of_git(literal), f"{ending(literal)}.", _THEN]),
        subject=token.secret.digest,
    )
