"""Dart: the community's livekit_server_sdk, and JWT libraries.

Sources: pub.dev's livekit_server_sdk `lib/src/access_token.dart`, dart_jsonwebtoken `lib/src/jwt.dart`, jaguar_jwt
`lib/src/jwt.dart`, and the documentation of crypto, cryptography and pointycastle.
"""

from __future__ import annotations

from lk_audit.livekit.sdks.model import Family, JwtClass, Sdk, SecretSink, Setting, TtlUnit

_SETTINGS = {
    "ttl": Setting("ttl", unit=TtlUnit.SECONDS),
    "identity": Setting("identity"),
    "name": Setting("name"),
    "metadata": Setting("metadata"),
    "attributes": Setting("attributes"),
    "kind": Setting("kind"),
}
DART = Sdk(
    label="livekit_server_sdk",
    language="dart",
    arguments=("apiKey", "apiSecret", "options"),
    members={
        **_SETTINGS,
        "addGrant": Setting("grants"),
        "addSIPGrant": Setting("sip"),
        "roomConfig": Setting("roomConfig"),
    },
    options=_SETTINGS,
)
_NAMED = 99
"""A position that no argument has: it is given by name only."""
_CLIENT = SecretSink(None, None, "secret", "apiKey")
_EXPIRES_IN = Setting("exp", unit=TtlUnit.DURATION, keyword="expiresIn", position=_NAMED)

_JWT = JwtClass(
    "dart_jsonwebtoken",
    options={"issuer": Setting("iss"), "subject": Setting("identity"), "jwtId": Setting("jti")},
    members={"sign": (Setting("secret"), _EXPIRES_IN)},
    signed_by="sign",
)

FAMILY = Family(
    constructors={"livekit_server_sdk.AccessToken": DART},
    sinks={
        "livekit_server_sdk.AccessToken": SecretSink(1, 0, "apiSecret", "apiKey"),
        "livekit_server_sdk.WebhookReceiver": SecretSink(1, 0, "apiSecret", "apiKey"),
        "livekit_server_sdk.TokenVerifier": SecretSink(1, 0, "apiSecret", "apiKey"),
        **{
            f"livekit_server_sdk.{name}": _CLIENT
            for name in ("RoomServiceClient", "EgressClient", "IngressClient", "SipClient", "AgentDispatchClient")
        },
    },
    jwt_classes={
        # Parts of a library have no imports of their own.
        **dict.fromkeys(("dart_jsonwebtoken.JWT", "JWT"), _JWT),
        "jaguar_jwt.JwtClaim": JwtClass(
            "jaguar_jwt",
            payload=None,
            payload_names=("otherClaims", "payload"),
            options={
                "issuer": Setting("iss"),
                "subject": Setting("identity"),
                "expiry": Setting("exp", unit=TtlUnit.EPOCH_OR_DATETIME),
                "maxAge": Setting("exp", unit=TtlUnit.DURATION),
            },
        ),
    },
    hmacs=frozenset(
        {
            "crypto.Hmac",
            "cryptography.Hmac",
            "cryptography.Hmac.sha256",
            "cryptography_plus.Hmac.sha256",
            "pointycastle.HMac",
            "pointycastle.Mac",
            "corsac_jwt.JWTHmacSha256Signer",
            "jose.JsonWebSignatureBuilder",
        }
    ),
)
