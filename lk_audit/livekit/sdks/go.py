"""Go: livekit/protocol and livekit/server-sdk-go.

Sources: livekit/protocol `auth/accesstoken.go`, livekit/server-sdk-go.
"""

from __future__ import annotations

from lk_audit.livekit.sdks.model import Family, Sdk, SecretSink, Setting, TtlUnit

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
        "SetInferenceGrant": Setting("inference"),
        "SetObservabilityGrant": Setting("observability"),
        "SetIdentity": Setting("identity"),
        "SetName": Setting("name"),
        "SetKind": Setting("kind"),
        "SetMetadata": Setting("metadata"),
        "SetAttributes": Setting("attributes"),
        "SetRoomConfig": Setting("roomConfig"),
    },
    options={},
)

_CLIENTS = (
    *("RoomServiceClient", "EgressClient", "IngressClient", "SIPClient", "AgentDispatchServiceClient"),
    *("ConnectorClient", "RecordingServiceClient"),
)

FAMILY = Family(
    constructors={
        "github.com/livekit/protocol/auth.NewAccessToken": GO,
        "github.com/livekit/server-sdk-go.NewAccessToken": GO,
        "github.com/livekit/livekit-server/pkg/auth.NewAccessToken": GO,
    },
    grant_classes={
        "SIPGrant": "sip",
        "AgentGrant": "agent",
        "InferenceGrant": "inference",
        "ObservabilityGrant": "observability",
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
    rooms=frozenset(
        f"github.com/livekit/server-sdk-go.{name}" for name in ("ConnectToRoom", "ConnectToRoomWithToken", "NewRoom")
    ),
)
