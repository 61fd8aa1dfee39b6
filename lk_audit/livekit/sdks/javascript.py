"""JavaScript and TypeScript: livekit-server-sdk 1 and 2, and JWT libraries.

Sources: livekit/node-sdks `packages/livekit-server-sdk/src/AccessToken.ts`, and the documentation of each JWT library.
"""

from __future__ import annotations

from lk_audit.livekit.sdks.model import Family, JwtSigner, Sdk, SecretSink, Setting, TtlUnit

_JS_OPTIONS = {
    "ttl": Setting("ttl", unit=TtlUnit.SECONDS_OR_JOSE_SPAN),
    "identity": Setting("identity"),
    "name": Setting("name"),
    "metadata": Setting("metadata"),
    "attributes": Setting("attributes"),
}
_JS_MEMBERS = {
    "addGrant": Setting("grants"),
    "addSIPGrant": Setting("sip"),
    "addInferenceGrant": Setting("inference"),
    "addObservabilityGrant": Setting("observability"),
    "ttl": Setting("ttl", unit=TtlUnit.EPOCH_OR_JOSE_SPAN),
    "identity": Setting("identity"),
    "name": Setting("name"),
    "kind": Setting("kind"),
    "metadata": Setting("metadata"),
    "attributes": Setting("attributes"),
    "roomConfig": Setting("roomConfig"),
}

_NEW_IN_V2 = frozenset({"kind", "attributes", "roomConfig", "addInferenceGrant", "addObservabilityGrant"})
"""What version 1 does not know, and so does not put into the token."""

NODE_V1 = Sdk(
    label="livekit-server-sdk 1",
    language="javascript",
    arguments=("apiKey", "apiSecret", "options"),
    members={
        **{name: setting for name, setting in _JS_MEMBERS.items() if name not in _NEW_IN_V2},
        "ttl": Setting("ttl", unit=TtlUnit.EXPIRES_IN),
    },
    keeps_grants=True,
    options={**_JS_OPTIONS, "ttl": Setting("ttl", unit=TtlUnit.SECONDS_OR_MS_SPAN)},
)

NODE = Sdk(
    label="livekit-server-sdk",
    language="javascript",
    arguments=("apiKey", "apiSecret", "options"),
    members=_JS_MEMBERS,
    options=_JS_OPTIONS,
    merges_grants=True,
    older=NODE_V1,
)

_EXPIRES_IN = Setting("ttl", unit=TtlUnit.EXPIRES_IN, keyword="expiresIn")

_SIGN_JWT_MEMBERS: dict[str, Setting] = {
    "setExpirationTime": Setting("exp", unit=TtlUnit.EPOCH_OR_JOSE_SPAN),
    "setIssuer": Setting("iss"),
    "setSubject": Setting("identity"),
    "setJti": Setting("jti"),
    "setNotBefore": Setting("nbf"),
    "sign": Setting("secret"),
}

_CLIENT = SecretSink(2, 1, "secret", "apiKey")
_VERIFIER = SecretSink(1, 0, "apiSecret", "apiKey")
_NAMED = SecretSink(None, None, "apiSecret", "apiKey")
_CLIENTS = (
    *("RoomServiceClient", "EgressClient", "IngressClient", "SipClient", "AgentDispatchClient", "ConnectorClient"),
)

FAMILY = Family(
    constructors={
        "livekit-server-sdk.AccessToken": NODE,
        "livekit-server-sdk/dist/AccessToken.AccessToken": NODE,
    },
    sinks={
        **{f"livekit-server-sdk.{name}": _CLIENT for name in _CLIENTS},
        "livekit-server-sdk.WebhookReceiver": _VERIFIER,
        "livekit-server-sdk.TokenVerifier": _VERIFIER,
        "livekit-server-sdk.AccessToken": _VERIFIER,
        "livekit-server-sdk.LiveKitAPI": _NAMED,
        "@livekit/agents.ServerOptions": _NAMED,
        "@livekit/agents.WorkerOptions": _NAMED,
    },
    rooms=frozenset({"@livekit/rtc-node.Room"}),
    signers={
        "jsonwebtoken.sign": JwtSigner("jsonwebtoken", 0, 1, 2, lifetime_option=_EXPIRES_IN),
        "jsonwebtoken-esm.sign": JwtSigner("jsonwebtoken", 0, 1, 2, lifetime_option=_EXPIRES_IN),
        "jwt-simple.encode": JwtSigner("jwt-simple", 0, 1),
        "@tsndr/cloudflare-worker-jwt.sign": JwtSigner("cloudflare-worker-jwt", 0, 1),
        "hono/jwt.sign": JwtSigner("hono/jwt", 0, 1),
        "djwt.create": JwtSigner("djwt", 1, 2),
        "react-native-pure-jwt.sign": JwtSigner("react-native-pure-jwt", 0, 1, exp_unit=None),
        "jsrsasign.KJUR.jws.JWS.sign": JwtSigner("jsrsasign", 2, 3),
        "KJUR.jws.JWS.sign": JwtSigner("jsrsasign", 2, 3),
        "jsrsasign.jws.JWS.sign": JwtSigner("jsrsasign", 2, 3),
    },
    sign_members=_SIGN_JWT_MEMBERS,
    sign_classes={"jose.SignJWT": "jose", "jose/jwt/sign.SignJWT": "jose", "SignJWT": "jose"},
    hmacs=frozenset(
        {
            "crypto.createHmac",
            "createHmac",
            "crypto.subtle.sign",
            "crypto.webcrypto.subtle.sign",
            "webcrypto.subtle.sign",
            "crypto-js.HmacSHA256",
            "CryptoJS.HmacSHA256",
            "crypto-js/hmac-sha256",
            "crypto-js/hmac-sha256.default",
        }
    ),
)
