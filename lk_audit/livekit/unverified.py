"""What reads a token without checking its signature: libraries for JWTs, by the full name of what is called.

Sources: the documentation of jose, jwt-decode, jsonwebtoken (Node and Rust), livekit-api (Rust), .NET's IdentityModel,
python-jose, java-jwt and Joken.
"""

from __future__ import annotations

UNVERIFIED: dict[str, str] = {
    "jose.decodeJwt": "jose's decodeJwt() reads a token without checking it",
    "jwt-decode.jwtDecode": "jwtDecode() reads a token without checking it",
    "jwt-decode": "jwtDecode() reads a token without checking it",
    "jwt-decode.default": "jwtDecode() reads a token without checking it",
    "jwt-decode.jwt_decode": "jwtDecode() reads a token without checking it",
    "jsonwebtoken.decode": "jsonwebtoken's decode() does not check the signature; verify() does",
    **{
        f"livekit_api.{module}Claims.from_unverified": "Claims::from_unverified() does not check the signature"
        for module in ("", "access_token.")
    },
    **dict.fromkeys(
        (
            f"jsonwebtoken.{name}"
            for name in ("dangerous.insecure_decode", "dangerous_insecure_decode", "insecure_decode")
        ),
        "this decodes a token without checking its signature",
    ),
    **{
        f"{holder}.{method}": f"{method}() reads a token without checking it"
        for holder, method in (
            ("JwtSecurityTokenHandler", "ReadJwtToken"),
            ("JwtSecurityTokenHandler", "ReadToken"),
            ("JsonWebTokenHandler", "ReadJsonWebToken"),
        )
    },
    "jose.jwt.get_unverified_claims": "get_unverified_claims() does not check the signature",
    "com.auth0.jwt.JWT.decode": "JWT.decode() reads a token without checking it; JWT.require(...) makes a verifier",
    "Joken.peek_claims": "peek_claims() reads a token without checking it",
}
"""What is said of each."""
_CHECKING = frozenset({("rust", "jsonwebtoken.decode")})
"""What checks signatures although a library of another language has its name for what does not."""


def unverified(language: str, name: str) -> str | None:
    """What is said of a function that reads a token without checking its signature; None for any other."""
    return None if (language, name) in _CHECKING else UNVERIFIED.get(name)
