"""C#: Livekit.Server.Sdk.Dotnet, and JWT libraries.

Sources: pabloFuente/livekit-server-sdk-dotnet `LivekitApi/AccessToken.cs`, `Grants.cs`, `BaseService.cs`; the
documentation of System.IdentityModel.Tokens.Jwt, Microsoft.IdentityModel.JsonWebTokens, JWT.Net and jose-jwt.
"""

from __future__ import annotations

from lk_audit.livekit.durations import HOUR
from lk_audit.livekit.sdks.model import Family, JwtBuilder, JwtSigner, Sdk, SecretSink, Setting, TtlUnit

_NAMESPACE = "Livekit.Server.Sdk.Dotnet"

DOTNET = Sdk(
    label="Livekit.Server.Sdk.Dotnet",
    language="csharp",
    arguments=("apiKey", "apiSecret"),
    members={
        "WithTtl": Setting("ttl", unit=TtlUnit.DURATION, keyword="ttl"),
        "WithExpiration": Setting("ttl", unit=TtlUnit.EPOCH_OR_DATETIME, keyword="expiration"),
        "WithGrants": Setting("grants", keyword="grants"),
        "WithSipGrants": Setting("sip", keyword="grants"),
        "WithIdentity": Setting("identity", keyword="identity"),
        "WithName": Setting("name", keyword="name"),
        "WithKind": Setting("kind", keyword="kind"),
        "WithMetadata": Setting("metadata", keyword="metadata"),
        "WithAttributes": Setting("attributes", keyword="attributes"),
        "WithRoomConfig": Setting("roomConfig", keyword="config"),
    },
    options={},
    writes_data_rights=True,
    signs_of=frozenset({"WithGrants", "WithIdentity", "WithTtl", "ToJwt"}),
)

_CLIENTS = (
    *("RoomServiceClient", "EgressServiceClient", "IngressServiceClient", "SipServiceClient"),
    *("AgentDispatchServiceClient", "ConnectorServiceClient", "LivekitApi"),
)
_CLIENT = SecretSink(2, 1, "apiSecret", "apiKey")
_VERIFIER = SecretSink(1, 0, "apiSecret", "apiKey")
_TOKENS = "System.IdentityModel.Tokens.Jwt"
_DESCRIBED = ("Microsoft.IdentityModel.Tokens", _TOKENS, "Microsoft.IdentityModel.JsonWebTokens")
_CREDENTIALS = ("signingCredentials", "SigningCredentials", "header")
_JWT_NET = JwtBuilder(
    label="JWT.Net",
    claims={
        "Issuer": "iss",
        "Subject": "sub",
        "ExpirationTime": "exp",
        "Id": "jti",
        "NotBefore": "nbf",
        "IssuedAt": "iat",
    },
    entries=frozenset({"AddClaim"}),
    records=frozenset({"AddClaims", "Encode"}),
    signs={"WithSecret": 0},
)

FAMILY = Family(
    constructors={f"{_NAMESPACE}.AccessToken": DOTNET},
    sinks={
        **{f"{_NAMESPACE}.{name}": _CLIENT for name in _CLIENTS},
        **{f"{_NAMESPACE}.{name}": _VERIFIER for name in ("AccessToken", "TokenVerifier", "WebhookReceiver")},
    },
    signers={
        f"{_TOKENS}.JwtSecurityToken": JwtSigner("System.IdentityModel.Tokens.Jwt", None, 5, secret_names=_CREDENTIALS),
        **dict.fromkeys(
            (f"{namespace}.SecurityTokenDescriptor" for namespace in _DESCRIBED),
            JwtSigner("Microsoft.IdentityModel", None, 99, secret_names=_CREDENTIALS, default_ttl=HOUR),
        ),
        "Jose.JWT.Encode": JwtSigner("jose-jwt", 0, 1),
        "JWT.JwtEncoder.Encode": JwtSigner("JWT.Net", 0, 1),
        "JwtEncoder.Encode": JwtSigner("JWT.Net", 0, 1),
    },
    builders={
        "JWT.Builder.JwtBuilder": _JWT_NET,
        "JWT.Builder.JwtBuilder.Create": _JWT_NET,
    },
    hmacs=frozenset(
        f"{namespace}{name}"
        for namespace in ("", "System.Security.Cryptography.")
        for name in ("HMACSHA256", "HMACSHA256.HashData")
    ),
)
