"""Go: livekit/protocol and livekit/server-sdk-go.

Sources: livekit/protocol `auth/accesstoken.go` and `auth/grants.go`, livekit/server-sdk-go `roomclient.go`,
golang-jwt/jwt `claims.go`.
"""

from __future__ import annotations

from lk_audit.livekit.sdks.model import Family, LaterSigner, Sdk, SecretSink, Setting, TtlUnit

GO = Sdk(
    label="livekit/protocol",
    language="go",
    arguments=("api_key", "api_secret"),
    members={
        "SetValidFor": Setting("ttl", unit=TtlUnit.GO_DURATION),
        "SetVideoGrant": Setting("grants"),
        "AddGrant": Setting("grants"),
        "SetSIPGrant": Setting("sip"),
        "AddSIPGrant": Setting("sip"),
        "SetAgentGrant": Setting("agent"),
        "SetAgentEndpointGrant": Setting("agentEndpoint"),
        "SetAgentThreadGrant": Setting("agentThread"),
        "SetInferenceGrant": Setting("inference"),
        "SetObservabilityGrant": Setting("observability"),
        "SetIdentity": Setting("identity"),
        "SetName": Setting("name"),
        "SetKind": Setting("kind"),
        "SetMetadata": Setting("metadata"),
        "SetAttributes": Setting("attributes"),
        "SetRoomConfig": Setting("roomConfig"),
        "Video": Setting("grants"),
        "SIP": Setting("sip"),
    },
    options={},
    allows_credentials="SetAllowSensitiveCredentials",
)

_CLIENTS = (
    *("RoomServiceClient", "EgressClient", "IngressClient", "SIPClient", "AgentDispatchServiceClient"),
    *("ConnectorClient", "RecordingServiceClient"),
)

_JWT = ("golang-jwt/jwt", "dgrijalva/jwt-go", "form3tech-oss/jwt-go")
_REGISTERED = {
    "Issuer": "iss",
    "Subject": "sub",
    "Audience": "aud",
    "ExpiresAt": "exp",
    "NotBefore": "nbf",
    "IssuedAt": "iat",
    "ID": "jti",
    "Id": "jti",
}
_CLAIM_GRANTS = {
    "Identity": "identity",
    "Name": "name",
    "Kind": "kind",
    "Video": "video",
    "SIP": "sip",
    "Agent": "agent",
    "Inference": "inference",
    "Observability": "observability",
    "RoomConfig": "roomConfig",
    "Metadata": "metadata",
    "Attributes": "attributes",
}

FAMILY = Family(
    constructors={
        "github.com/livekit/protocol/auth.NewAccessToken": GO,
        "github.com/livekit/server-sdk-go.NewAccessToken": GO,
        "github.com/livekit/livekit-server/pkg/auth.NewAccessToken": GO,
    },
    sinks={
        **{
            f"github.com/livekit/{package}.New{name}": SecretSink(2, 1)
            for package in ("server-sdk-go", "livekit-sdk-go")
            for name in _CLIENTS
        },
        "github.com/livekit/server-sdk-go.ConnectInfo": SecretSink(None, None, "APISecret", "APIKey"),
        "github.com/livekit/protocol/auth.NewAccessToken": SecretSink(1, 0),
        "github.com/livekit/protocol/auth.NewSimpleKeyProvider": SecretSink(1, 0),
    },
    later_signers={
        f"github.com/{package}.{made}": LaterSigner(package.partition("/")[0], payload, "SignedString")
        for package in _JWT
        for made, payload in (("NewWithClaims", 1), ("New", None))
    },
    claim_structs={
        **{
            f"github.com/{package}.{name}": _REGISTERED
            for package in _JWT
            for name in ("RegisteredClaims", "StandardClaims")
        },
        "github.com/livekit/protocol/auth.ClaimGrants": _CLAIM_GRANTS,
    },
    hmacs=frozenset({"crypto/hmac.New"}),
    token_methods={"CreateToken": GO},
    rooms=frozenset(
        f"github.com/livekit/server-sdk-go.{name}" for name in ("ConnectToRoom", "ConnectToRoomWithToken", "NewRoom")
    ),
)
