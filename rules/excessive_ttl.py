"""LK301 excessive-ttl."""

from collections.abc import Iterator

from lk_audit.facts import Audience, Expiry, FileRole, TokenMint
from lk_audit.livekit.durations import DAY, spoken
from lk_audit.repairs import LimitLifetime
from lk_audit.rule_api import Fixable, Options, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK301",
    severity=Severity.MEDIUM,
    cwe=613,
    fixable=Fixable.SAFE,
    fix=(
        "Give the token minutes, an hour at most: it is checked only when its holder connects, and a running call goes "
        "on after it expires. Clients that reconnect later should fetch a new one."
    ),
    bad=[
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        SESSION = timedelta(hours=10)

        def mint(user, room):
            token = api.AccessToken().with_identity(user)
            token = token.with_ttl(SESSION)  # <- finding
            return token.with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()
        """,
        """
        --- raw.py
        import os, time, jwt

        def mint(user, room):
            claims = {
                "iss": os.environ["LIVEKIT_API_KEY"],
                "sub": user,
                "exp": int(time.time()) + 60 * 60 * 24 * 30,  # <- finding
                "video": {"roomJoin": True, "room": room},
            }
            return jwt.encode(claims, os.environ["LIVEKIT_API_SECRET"], algorithm="HS256")
        """,
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        const HOURS = 60 * 60;

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: 12 * HOURS,  // <- finding
          });
          at.addGrant({ roomJoin: true, room });
          return at.toJwt();
        }
        """,
        """
        --- server/raw.js
        const jwt = require('jsonwebtoken');

        exports.mint = (user, room) =>
          jwt.sign({ video: { roomJoin: true, room } }, process.env.LIVEKIT_API_SECRET, {
            issuer: process.env.LIVEKIT_API_KEY,
            subject: user,
            expiresIn: '7d',  // <- finding
          });
        """,
        """
        --- scripts/kiosk-token.sh
        #!/bin/sh
        TTL=8760h

        lk token create --join --room lobby --identity "kiosk-$1" --valid-for "$TTL"  # <- finding
        """,
    ],
    good=[
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        def mint(user, room):
            token = api.AccessToken().with_identity(user).with_ttl(timedelta(minutes=15))
            return token.with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()
        """,
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity });
          at.ttl = '1h';
          at.addGrant({ roomJoin: true, room });
          return at.toJwt();
        }
        """,
        """
        --- Makefile
        token:
        \tlk token create --join --room lobby --identity kiosk --valid-for 15m
        """,
    ],
    references=["https://docs.livekit.io/home/get-started/authentication/"],
)
def excessive_ttl(mint: TokenMint, options: Options) -> Iterator[Problem]:
    """A token is made to live longer than the allowed maximum.

    LiveKit looks at a token only when somebody connects with it, and a self-hosted server has no way to take one back:
    until it expires, whoever gets hold of it joins the room again, also after being removed. A long life does not
    keep calls running; the expiry of a token disconnects nobody.
    """
    if mint.role is FileRole.TEST:
        return
    worst = max(
        (
            item
            for item in mint.lifetimes
            if item.expiry is Expiry.EXPLICIT and item.slip is None and (item.seconds or 0) > options.max_ttl
        ),
        key=lambda item: item.seconds or 0,
        default=None,
    )
    if worst is None or worst.seconds is None:
        return
    yield Problem(
        worst.place,
        f"token lives {spoken(worst.seconds)}; the maximum here is {spoken(options.max_ttl)}",
        severity=_severity(mint, worst.seconds),
        trace=worst.leads,
        repair=LimitLifetime(worst.place, worst.unit, options.max_ttl) if worst.unit else None,
    )


def _severity(mint: TokenMint, seconds: float) -> Severity:
    """Who calls LiveKit with a token of its own hands it to nobody: then it is a step less."""
    if mint.is_advice:
        return Severity.LOW
    if mint.audience is Audience.SERVICE:
        return Severity.MEDIUM if seconds >= DAY else Severity.LOW
    return Severity.HIGH if seconds >= DAY else Severity.MEDIUM
