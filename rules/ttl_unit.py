"""LK304 ttl-unit."""

from collections.abc import Iterator

from lk_audit.facts import Expiry, FileRole, Lifetime, Signer, TokenMint
from lk_audit.livekit.advice import EXPIRY, LIFETIME
from lk_audit.repairs import CorrectUnit
from lk_audit.rule_api import Confidence, Fixable, Options, Problem, Severity, rule


@rule(
    TokenMint,
    id="LK304",
    severity=Severity.HIGH,
    cwe=682,
    fixable=Fixable.SAFE,
    fix=(
        "Write the lifetime with its unit: `timedelta(minutes=15)` in Python, `ttl: '15m'` in JavaScript, both in the "
        "constructor's options and in the setter."
    ),
    bad=[
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: 60 * 60 * 1000,  // <- finding
          });
          at.addGrant({ roomJoin: true, room });
          return at.toJwt();
        }
        """,
        """
        --- server/setter.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, { identity });
          at.ttl = 3600;  // <- finding
          at.addGrant({ roomJoin: true, room });
          return at.toJwt();
        }
        """,
        """
        --- tokens.py
        from livekit import api

        def mint(user, room):
            token = api.AccessToken().with_identity(user)
            token.with_ttl(900)  # <- finding
            return token.with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()
        """,
    ],
    good=[
        """
        --- server/token.ts
        import { AccessToken } from 'livekit-server-sdk';

        export async function mint(identity: string, room: string) {
          const at = new AccessToken(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET, {
            identity,
            ttl: 60 * 60,
          });
          at.addGrant({ roomJoin: true, room });
          return at.toJwt();
        }
        """,
        """
        --- tokens.py
        from datetime import timedelta
        from livekit import api

        def mint(user, room):
            token = api.AccessToken().with_identity(user).with_ttl(timedelta(seconds=900))
            return token.with_grants(api.VideoGrants(room_join=True, room=room)).to_jwt()
        """,
    ],
)
def ttl_unit(mint: TokenMint, options: Options) -> Iterator[Problem]:
    """A lifetime is given in the wrong unit.

    The JavaScript constructor's `ttl` counts seconds, so milliseconds turn an hour into six weeks; a number given
    to its setter `at.ttl = n` is a date, so 3600 is an hour after midnight on 1 January 1970. Python takes a
    `timedelta` and raises TypeError for a number. A bare number in quotes means milliseconds to version 1 of
    the JavaScript SDK and to jsonwebtoken.
    """
    for item in mint.lifetimes if mint.role is not FileRole.TEST else ():
        if item.slip is None or item.expiry is Expiry.MILLISECONDS:
            continue
        yield Problem(
            item.place,
            f"lifetime in the wrong unit: {item.slip}",
            severity=_severity(mint, item),
            confidence=Confidence.HIGH,
            trace=item.leads,
            fix=_fix(mint),
            repair=CorrectUnit(item.place, item.unit, options.max_ttl) if item.unit else None,
        )
        return


def _severity(mint: TokenMint, item: Lifetime) -> Severity | None:
    if mint.is_advice:
        return Severity.LOW
    return Severity.MEDIUM if item.expiry in {Expiry.REJECTED, Expiry.BORN_EXPIRED} else None


def _fix(mint: TokenMint) -> str | None:
    """Advice for the language, and for what signs the token."""
    written = (LIFETIME if mint.signer is Signer.SDK else EXPIRY).get(mint.language)
    setter = ", `at.ttl = '15m'` in the setter" if mint.signer is Signer.SDK and mint.language == "javascript" else ""
    return f"Write the lifetime with its unit: {written}{setter}." if written else None
