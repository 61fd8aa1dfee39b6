"""Java and Kotlin: io.livekit:livekit-server, and JWT libraries.

Sources: livekit/server-sdk-kotlin `src/main/kotlin/io/livekit/server/` (AccessToken.kt, VideoGrant.kt, SIPGrant.kt,
the service clients); the documentation of auth0/java-jwt, jwtk/jjwt, Nimbus JOSE+JWT, FusionAuth JWT and jose4j.
"""

from __future__ import annotations

from lk_audit.livekit.sdks.model import Claim, Family, JwtBuilder, Sdk, SecretSink, Setting, TtlUnit

_PACKAGE = "io.livekit.server"
_PROPERTIES = {
    "ttl": Setting("ttl", unit=TtlUnit.MILLISECONDS),
    "expiration": Setting("expiration", unit=TtlUnit.DATE),
    "identity": Setting("identity"),
    "name": Setting("name"),
    "metadata": Setting("metadata"),
    "roomConfiguration": Setting("roomConfig"),
}

JVM = Sdk(
    label="livekit-server",
    language="jvm",
    arguments=("apiKey", "secret"),
    members={
        **_PROPERTIES,
        **{f"set{name[:1].upper()}{name[1:]}": setting for name, setting in _PROPERTIES.items()},
        "addGrants": Setting("grants", is_variadic=True),
        "addSIPGrants": Setting("sip", is_variadic=True),
        "attributes.put": Setting("attributes", position=1),
        "attributes.putAll": Setting("attributes"),
        "getAttributes.put": Setting("attributes", position=1),
    },
    options={"apiKey": Setting("api_key"), "secret": Setting("api_secret")},
    merges_grants=True,
    clears={"clearGrants": "grants", "clearSIPGrants": "sip"},
    signs_of=frozenset({"addGrants", "addSIPGrants", "setTtl", "toJwt"}),
)

_CLIENTS = (
    *("RoomServiceClient", "EgressServiceClient", "IngressServiceClient", "SipServiceClient"),
    *("AgentDispatchServiceClient", "ConnectorServiceClient", "LiveKitAPI"),
)
_CLIENT = SecretSink(2, 1, "secret", "apiKey")
_VERIFIER = SecretSink(1, 0, "secret", "apiKey")

_AUTH0 = JwtBuilder(
    label="java-jwt",
    claims={
        "withIssuer": "iss",
        "withSubject": "sub",
        "withExpiresAt": "exp",
        "withJWTId": "jti",
        "withNotBefore": "nbf",
        "withIssuedAt": "iat",
    },
    entries=frozenset({"withClaim", "withArrayClaim"}),
    records=frozenset({"withPayload"}),
    signs={"sign": 0},
)
_JJWT = JwtBuilder(
    label="jjwt",
    claims={
        **dict.fromkeys(("setIssuer", "issuer"), "iss"),
        **dict.fromkeys(("setSubject", "subject"), "sub"),
        **dict.fromkeys(("setExpiration", "expiration"), "exp"),
        **dict.fromkeys(("setId", "id"), "jti"),
        **dict.fromkeys(("setIssuedAt", "issuedAt"), "iat"),
    },
    entries=frozenset({"claim", "add"}),
    records=frozenset({"setClaims", "addClaims", "claims", "add", "setPayload", "content"}),
    signs={"signWith": None},
)
_NIMBUS = JwtBuilder(
    label="nimbus-jose-jwt",
    claims={"issuer": "iss", "subject": "sub", "expirationTime": "exp", "jwtID": "jti"},
    entries=frozenset({"claim"}),
    secrets=frozenset({"com.nimbusds.jose.crypto.MACSigner", "MACSigner"}),
)
_FUSIONAUTH = JwtBuilder(
    label="fusionauth-jwt",
    claims={"setIssuer": "iss", "setSubject": "sub", "setExpiration": "exp", "setUniqueId": "jti"},
    entries=frozenset({"addClaim"}),
    secrets=frozenset(
        f"{package}.jwt.hmac.HMACSigner.newSHA256Signer" for package in ("io.fusionauth", "org.primeframework")
    ),
)
_JOSE4J = JwtBuilder(
    label="jose4j",
    claims={"setIssuer": "iss", "setSubject": "sub", "setExpirationTime": "exp", "setJwtId": "jti"},
    entries=frozenset({"setClaim", "setStringClaim"}),
    minutes=frozenset({"setExpirationTimeMinutesInTheFuture"}),
    secrets=frozenset({"org.jose4j.keys.HmacKey", "HmacKey"}),
)
_GRANTS = {
    "RoomCreate": "roomCreate",
    "RoomList": "roomList",
    "RoomRecord": "roomRecord",
    "RoomAdmin": "roomAdmin",
    "RoomJoin": "roomJoin",
    "Room": "room",
    "RoomName": "room",
    "DestinationRoomName": "destinationRoom",
    "CanPublish": "canPublish",
    "CanSubscribe": "canSubscribe",
    "CanPublishData": "canPublishData",
    "CanPublishSources": "canPublishSources",
    "CanUpdateOwnMetadata": "canUpdateOwnMetadata",
    "IngressAdmin": "ingressAdmin",
    "Hidden": "hidden",
    "Recorder": "recorder",
    "Agent": "agent",
}

FAMILY = Family(
    constructors={f"{_PACKAGE}.AccessToken": JVM},
    single_grants={
        **{f"{_PACKAGE}.{name}": Claim("grants", grant) for name, grant in _GRANTS.items()},
        f"{_PACKAGE}.SIPAdmin": Claim("sip", "admin", default=True),
        f"{_PACKAGE}.SIPCall": Claim("sip", "call", default=True),
    },
    sinks={
        **{
            f"{_PACKAGE}.{name}.{companion}{method}": _CLIENT
            for name in _CLIENTS
            for companion in ("", "Companion.")
            for method in ("create", "createClient")
        },
        **{f"{_PACKAGE}.{name}": _CLIENT for name in _CLIENTS},
        f"{_PACKAGE}.WebhookReceiver": _VERIFIER,
        f"{_PACKAGE}.AccessToken": _VERIFIER,
    },
    builders={
        "com.auth0.jwt.JWT.create": _AUTH0,
        "io.jsonwebtoken.Jwts.builder": _JJWT,
        "com.nimbusds.jwt.JWTClaimsSet.Builder": _NIMBUS,
        "io.fusionauth.jwt.domain.JWT": _FUSIONAUTH,
        "org.primeframework.jwt.domain.JWT": _FUSIONAUTH,
        "org.jose4j.jwt.JwtClaims": _JOSE4J,
    },
    hmacs=frozenset({"javax.crypto.Mac.getInstance"}),
)
