"""LK603 unverified-token."""

from collections.abc import Iterator

from lk_audit.facts import FileRole, TokenCheck
from lk_audit.livekit.advice import VERIFIED_TOKEN
from lk_audit.repairs import CheckSignature
from lk_audit.rule_api import Confidence, Fixable, Problem, Severity, rule


@rule(
    TokenCheck,
    id="LK603",
    severity=Severity.HIGH,
    cwe=347,
    fixable=Fixable.UNSAFE,
    fix=(
        "Verify before you read: `api.TokenVerifier(key, secret).verify(token)` in Python, "
        "`await new TokenVerifier(key, secret).verify(token)` in JavaScript, `jwt.verify` or `jwtVerify` otherwise."
    ),
    bad=[
        """
        --- rooms.py
        import jwt

        def may_join(token, room):
            claims = jwt.decode(token, options={"verify_signature": False})  # <- finding
            return claims["video"]["room"] == room
        """,
        """
        --- verifier.py
        from livekit import api

        def claims_of(token):
            return api.TokenVerifier().verify(token, verify_signature=False)  # <- finding
        """,
        """
        --- server/rooms.ts
        import { decodeJwt } from 'jose';

        export function isHost(token: string) {
          const claims = decodeJwt(token);  // <- finding
          return claims.video?.roomAdmin === true;
        }
        """,
    ],
    good=[
        """
        --- rooms.py
        from livekit import api

        def may_join(token, room):
            return api.TokenVerifier().verify(token).video.room == room
        """,
        """
        --- server/rooms.ts
        import { TokenVerifier } from 'livekit-server-sdk';

        const verifier = new TokenVerifier(process.env.LIVEKIT_API_KEY, process.env.LIVEKIT_API_SECRET);

        export async function isHost(token: string) {
          const claims = await verifier.verify(token);
          return claims.video?.roomAdmin === true;
        }
        """,
    ],
)
def unverified_token(check: TokenCheck) -> Iterator[Problem]:
    """A LiveKit token is trusted although nobody checked its signature.

    Anybody can write a token with any identity and any grant; only the signature says that your backend made it. Code
    that reads claims without it believes whatever a stranger sends.
    """
    if check.role is FileRole.TEST:
        return  # tests look at the claims of tokens that they have made
    written = VERIFIED_TOKEN.get(check.language)
    yield Problem(
        check.place,
        f"LiveKit token trusted without its signature: {check.how}",
        confidence=Confidence.HIGH if check.certain else Confidence.MEDIUM,
        fix=f"Verify before you read: {written}." if written else None,
        repair=CheckSignature(check.place),
    )
