"""LK302 implicit-ttl."""

from collections.abc import Iterator

from lk_audit.facts import Audience, Expiry, Signer, TokenMint
from lk_audit.livekit.advice import EXPIRY, LIFETIME, LIFETIME_OF_SDK
from lk_audit.livekit.durations import spoken
from lk_audit.repairs import AddLifetime
from lk_audit.rule_api import Confidence, Fixable, Options, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK302",
    severity=Severity.LOW,
    cwe=613,
    fixable=Fixable.SAFE,
    fix="Say how long it lives: `.with_ttl(timedelta(minutes=15))` in Python, `{ ttl: '15m' }` in JavaScript.",
    bad=[
        """
        --- tokens.py
        from livekit.api import AccessToken, VideoGrants

        def mint(user, room):
            token = AccessToken()  # <- finding
            return token.with_identity(user).with_grants(VideoGrants(room_join=True, room=room)).to_jwt()
        """,
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {  // <- finding
            identity,
            ttl: 0,
          });
          at.addGrant({ roomJoin: true, room });
          return at.toJwt();
        }
        """,
    ],
    good=[
        """
        --- tokens.py
        from datetime import timedelta
        from livekit.api import AccessToken, VideoGrants

        def mint(user, room):
            token = AccessToken().with_identity(user).with_ttl(timedelta(minutes=15))
            return token.with_grants(VideoGrants(room_join=True, room=room)).to_jwt()
        """,
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: '10m',
          });
          at.addGrant({ roomJoin: true, room });
          return at.toJwt();
        }
        """,
    ],
)
def implicit_ttl(mint: TokenMint, options: Options) -> Iterator[Problem]:
    """A token is made without a lifetime, so the SDK's long default applies.

    Most LiveKit SDKs then give it six hours. In JavaScript `ttl: 0`, `null` and `undefined` mean the same default, not
    "no limit" and not "at once". Whoever gets hold of the token can use it that long, and a self-hosted server
    cannot take it back.
    """
    if mint.audience is Audience.SERVICE:
        return
    if any(item.expiry is Expiry.UNKNOWN for item in mint.lifetimes):
        return
    implicit = next((item for item in mint.lifetimes if item.expiry is Expiry.IMPLICIT), None)
    if implicit is None or implicit.seconds is None or implicit.seconds <= options.max_ttl:
        return
    is_always = all(item.expiry is Expiry.IMPLICIT for item in mint.lifetimes)
    what = "token" if is_always else "token that may be"
    yield Problem(
        mint.place,
        f"{what} without a lifetime: {mint.sdk} gives it {spoken(implicit.seconds)}",
        confidence=Confidence.HIGH if is_always else Confidence.MEDIUM,
        trace=implicit.leads,
        fix=_fix(mint),
        repair=AddLifetime(mint.place, options.max_ttl),
    )


def _fix(mint: TokenMint) -> str | None:
    by_sdk = LIFETIME_OF_SDK.get(mint.sdk) or LIFETIME.get(mint.language)
    written = by_sdk if mint.signer is Signer.SDK else EXPIRY.get(mint.language)
    return f"Say how long it lives: {written}." if written else None
