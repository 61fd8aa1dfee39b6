"""LK501 embedded-token."""

from collections.abc import Iterator

from lk_audit.facts import FOR_SHOW, JwtLiteral
from lk_audit.livekit.credentials import DEVELOPMENT_KEYS
from lk_audit.livekit.rotation import out_of_git
from lk_audit.livekit.token_words import described, ending
from lk_audit.livekit.tokens import DAY
from lk_audit.rule_api import Options, Problem, Severity, rule

_FETCH = "Fetch a token from your backend when it is needed."
_LOOK = "Look for further copies in the git history."
_EXPIRED_FIX = f"{_FETCH} This one is over: remove it, and see that no valid one takes its place. {_LOOK}"
_VALID = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    ".eyJpc3MiOiJBUElleGFtcGxlMjM0NTYiLCJzdWIiOiJleGFtcGxlLXVzZXIiLCJuYmYiOjQxMDI0NDEyMDAsImV4cCI6NDEwMjQ0NDgwMCwidmlk"
    "ZW8iOnsicm9vbUpvaW4iOnRydWUsInJvb20iOiJleGFtcGxlIn19.qAddfN_bONRtCnI1t3mePZ8tl1wA7eYAg9on5bF3Buw"
)
_EXPIRED = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
    ".eyJpc3MiOiJBUElleGFtcGxlMjM0NTYiLCJzdWIiOiJleGFtcGxlLXVzZXIiLCJuYmYiOjE2NzI1MzEyMDAsImV4cCI6MTY3MjU1MjgwMCwidmlk"
    "ZW8iOnsicm9vbUpvaW4iOnRydWUsInJvb20iOiJleGFtcGxlIn19.o8xq5xnLspYdjjXhFV23Qo3iqLHMKWFJSnJ4OKxiIAA"
)


@rule(
    JwtLiteral,
    id="LK501",
    severity=Severity.HIGH,
    cwe=798,
    fix=(
        "Fetch a token from your backend when it is needed. While this one is valid only a new API secret ends it: on "
        "LiveKit Cloud delete the key and create another, on your own server replace the pair under `keys:`. Look for "
        "further copies in the git history."
    ),
    bad=[
        f"""
        --- join.py
        TOKEN = "{_VALID}"  # <- finding
        """,
        f"""
        --- src/room.ts
        import {{ Room }} from 'livekit-client';

        const token = '{_EXPIRED}'; // <- finding
        await new Room().connect('wss://live.acme.io', token);
        """,
        f"""
        --- .env
        LIVEKIT_TOKEN={_VALID}  # <- finding
        """,
        f"""
        --- requests.http
        POST https://live.acme.io/twirp/livekit.RoomService/ListParticipants
        Authorization: Bearer {_EXPIRED} # <- finding
        """,
    ],
    good=[
        """
        --- join.py
        import os

        TOKEN = os.environ["LIVEKIT_TOKEN"]
        """,
        """
        --- src/room.ts
        import { Room } from 'livekit-client';

        export async function join(room: Room) {
          const { token } = await (await fetch('/api/token')).json();
          await room.connect('wss://live.acme.io', token);
        }
        """,
        """
        --- README.md
        The answer is `{"token": "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOi..."}`.
        """,
    ],
)
def embedded_token(literal: JwtLiteral, options: Options) -> Iterator[Problem]:
    """A LiveKit access token is written down.

    Whoever reads it takes its identity and its rights until it expires; LiveKit has no list of revoked tokens. An
    expired one opens nothing, yet it shows key id, identity and room, and how tokens are handled here.
    """
    token, now = literal.token, options.now
    is_expired = token.is_expired(now)
    if not is_expired and (token.powers or token.lasts_over(DAY, now)):
        return
    severity = Severity.LOW if is_expired else None
    if token.key_id in DEVELOPMENT_KEYS and literal.role in FOR_SHOW:
        severity = Severity.NOTE
    yield Problem(
        literal.place,
        described(literal, now=now, max_ttl=options.max_ttl),
        severity=severity,
        related=(literal.signed_by,) if literal.signed_by else (),
        fix=_EXPIRED_FIX if is_expired else " ".join([_FETCH, *out_of_git(literal), f"{ending(literal)}.", _LOOK]),
        subject=token.secret.digest,
    )
