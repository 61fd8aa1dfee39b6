"""Swift: JWT libraries, and HMACs by hand; there is no server SDK.

Sources: vapor/jwt-kit, vapor/jwt, Kitura/Swift-JWT, kylef/JSONWebToken.swift; Apple's documentation of CryptoKit and
CommonCrypto; krzyzanowskim/CryptoSwift.
"""

from __future__ import annotations

from lk_audit.livekit.sdks.model import Family, JwtClass, JwtSigner, Setting

_NOWHERE = 99
"""A position that no call has: the secret is given to the signer before."""
_SIGN = JwtSigner("JWTKit", 0, _NOWHERE)

FAMILY = Family(
    signers={
        **{f"{module}.*.sign": _SIGN for module in ("JWTKit", "JWT", "Vapor", "VaporJWT")},
        "JWT.encode": JwtSigner("JSONWebToken.swift", 0, _NOWHERE, payload_names=("claims",)),
    },
    jwt_classes={
        f"{module}.JWT": JwtClass(
            "Swift-JWT",
            payload=None,
            payload_names=("claims", "payload"),
            members={"sign": (Setting("secret", keyword="using", position=_NOWHERE),)},
            signed_by="sign",
        )
        for module in ("SwiftJWT", "SwiftJWTX")
    },
    hmacs=frozenset(
        {
            *(
                f"{module}.HMAC{suffix}"
                for module in ("CryptoKit", "Crypto", "CryptoSwift", "IDZSwiftCommonCrypto")
                for suffix in ("", ".authenticationCode")
            ),
            *("CCHmac", "CommonCrypto.CCHmac", "Foundation.CCHmac"),
        }
    ),
)
