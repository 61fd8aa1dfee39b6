"""The calls that make LiveKit tokens, as tables: one row per spelling.

Names are full names as `values.names` gives them ("livekit.api.AccessToken"). Sources: livekit/python-sdks
`livekit-api/livekit/api/access_token.py`, livekit/node-sdks `packages/livekit-server-sdk/src/AccessToken.ts`,
livekit/livekit-server-sdk-python `livekit/__init__.py`, livekit/protocol `auth/accesstoken.go`, livekit/server-sdk-go,
and the documentation of each JWT library.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from lk_audit.livekit.durations import HOUR


class TtlUnit(Enum):
    """What a lifetime setting takes."""

    TIMEDELTA = "a timedelta"
    SECONDS_OR_JOSE_SPAN = "seconds, or a span as jose reads it"
    SECONDS_OR_MS_SPAN = "seconds, or a span as the ms package reads it"
    EXPIRES_IN = "seconds, or a span as the ms package reads it; never nothing"
    EPOCH_OR_JOSE_SPAN = "seconds since 1970, a Date, or a span as jose reads it"
    EPOCH = "seconds since 1970"
    EPOCH_OR_DATETIME = "seconds since 1970, or a datetime"
    GO_DURATION = "a time.Duration; a bare number counts nanoseconds"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing a builder call, a setter or an option sets. `position` is that of the value among the arguments."""

    target: str
    position: int = 0
    unit: TtlUnit | None = None
    keyword: str | None = None


@dataclass(frozen=True, slots=True)
class Sdk:
    """A LiveKit server SDK.

    `arguments` are the constructor's parameters in order; `members` what calling or assigning a member of the
    token sets; `options` the keys of the options object. `merges_grants` tells that a second grant call adds to the
    first, `keeps_grants` that the token keeps the caller's object, so that later changes of it count.
    `writes_data_rights` tells that an unset canPublishData is written as true.
    """

    label: str
    language: str
    arguments: tuple[str, ...]
    members: dict[str, Setting]
    options: dict[str, Setting]
    default_ttl: float = 6 * HOUR
    merges_grants: bool = False
    keeps_grants: bool = False
    writes_data_rights: bool = False


_PYTHON_MEMBERS = {
    "with_ttl": Setting("ttl", unit=TtlUnit.TIMEDELTA, keyword="ttl"),
    "ttl": Setting("ttl", unit=TtlUnit.TIMEDELTA),
    "with_grants": Setting("grants", keyword="grants"),
    "with_sip_grants": Setting("sip", keyword="grants"),
    "with_agent_grants": Setting("agent", keyword="grants"),
    "with_inference_grants": Setting("inference", keyword="grants"),
    "with_observability_grants": Setting("observability", keyword="grants"),
    "with_agent_endpoint_grants": Setting("agentEndpoint", keyword="grants"),
    "with_agent_thread_grants": Setting("agentThread", keyword="grants"),
    "with_identity": Setting("identity", keyword="identity"),
    "identity": Setting("identity"),
    "with_name": Setting("name", keyword="name"),
    "with_kind": Setting("kind", keyword="kind"),
    "with_metadata": Setting("metadata", keyword="metadata"),
    "with_attributes": Setting("attributes", keyword="attributes"),
    "with_room_config": Setting("roomConfig", keyword="config"),
    "claims.video": Setting("grants"),
    "claims.sip": Setting("sip"),
    "claims.kind": Setting("kind"),
    "claims.metadata": Setting("metadata"),
}

PYTHON = Sdk(
    label="livekit-api",
    language="python",
    arguments=("api_key", "api_secret"),
    members=_PYTHON_MEMBERS,
    options={},
    writes_data_rights=True,
)

PYTHON_LEGACY = Sdk(
    label="livekit-server-sdk-python",
    language="python",
    arguments=("api_key", "api_secret", "grant", "identity", "name", "ttl", "metadata"),
    members={},
    options={
        "grant": Setting("grants"),
        "identity": Setting("identity"),
        "name": Setting("name"),
        "ttl": Setting("ttl", unit=TtlUnit.TIMEDELTA),
        "metadata": Setting("metadata"),
    },
)

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

NODE = Sdk(
    label="livekit-server-sdk",
    language="javascript",
    arguments=("apiKey", "apiSecret", "options"),
    members=_JS_MEMBERS,
    options=_JS_OPTIONS,
    merges_grants=True,
)

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

TOKEN_CONSTRUCTORS: dict[str, Sdk] = {
    "livekit.api.AccessToken": PYTHON,
    "livekit.api.access_token.AccessToken": PYTHON,
    "livekit_api.AccessToken": PYTHON,
    "livekit.AccessToken": PYTHON_LEGACY,
    "livekit_server_sdk_python.AccessToken": PYTHON_LEGACY,
    "livekit-server-sdk.AccessToken": NODE,
    "livekit-server-sdk/dist/AccessToken.AccessToken": NODE,
    "github.com/livekit/protocol/auth.NewAccessToken": GO,
    "github.com/livekit/server-sdk-go.NewAccessToken": GO,
    "github.com/livekit/livekit-server/pkg/auth.NewAccessToken": GO,
}

GRANT_CLASSES: dict[str, str] = {
    "VideoGrants": "grants",
    "VideoGrant": "grants",
    "SIPGrants": "sip",
    "AgentGrants": "agent",
    "InferenceGrants": "inference",
    "ObservabilityGrants": "observability",
    "AgentEndpointGrants": "agentEndpoint",
    "AgentThreadGrants": "agentThread",
    "SIPGrant": "sip",
    "AgentGrant": "agent",
    "InferenceGrant": "inference",
    "ObservabilityGrant": "observability",
}
"""Python's grant classes and Go's grant structs by their last name, and the grant object each makes."""


@dataclass(frozen=True, slots=True)
class SecretSink:
    """A call that takes the API secret (and key) without minting: arguments by position and by option name."""

    secret_position: int | None
    key_position: int | None = None
    secret_name: str = "api_secret"  # noqa: S105 - the name of a parameter
    key_name: str = "api_key"


_JS_CLIENT = SecretSink(2, 1, "secret", "apiKey")
_JS_VERIFIER = SecretSink(1, 0, "apiSecret", "apiKey")
_PY_CLIENT = SecretSink(2, 1)
_PY_VERIFIER = SecretSink(1, 0)

SECRET_SINKS: dict[str, SecretSink] = {
    **{
        f"livekit-server-sdk.{name}": _JS_CLIENT
        for name in (
            "RoomServiceClient",
            "EgressClient",
            "IngressClient",
            "SipClient",
            "AgentDispatchClient",
            "ConnectorClient",
        )
    },
    "livekit-server-sdk.WebhookReceiver": _JS_VERIFIER,
    "livekit-server-sdk.TokenVerifier": _JS_VERIFIER,
    "livekit-server-sdk.AccessToken": _JS_VERIFIER,
    "livekit-server-sdk.LiveKitAPI": SecretSink(None, None, "apiSecret", "apiKey"),
    "@livekit/agents.ServerOptions": SecretSink(None, None, "apiSecret", "apiKey"),
    "@livekit/agents.WorkerOptions": SecretSink(None, None, "apiSecret", "apiKey"),
    "livekit.api.LiveKitAPI": _PY_CLIENT,
    "livekit.api.AccessToken": _PY_VERIFIER,
    "livekit.api.access_token.AccessToken": _PY_VERIFIER,
    "livekit.api.TokenVerifier": _PY_VERIFIER,
    "livekit.AccessToken": _PY_VERIFIER,
    "livekit.RoomServiceClient": _PY_CLIENT,
    "livekit.agents.WorkerOptions": SecretSink(None),
    "livekit.agents.AgentServer": SecretSink(None),
    **{
        f"github.com/livekit/{package}.New{name}": SecretSink(2, 1)
        for package in ("server-sdk-go", "livekit-sdk-go")
        for name in (
            *("RoomServiceClient", "EgressClient", "IngressClient", "SIPClient", "AgentDispatchServiceClient"),
            *("ConnectorClient", "RecordingServiceClient"),
        )
    },
    "github.com/livekit/server-sdk-go.ConnectInfo": SecretSink(None, None, "APISecret", "APIKey"),
    "github.com/livekit/protocol/auth.NewAccessToken": SecretSink(1, 0),
    "github.com/livekit/protocol/auth.NewSimpleKeyProvider": SecretSink(1, 0),
}
"""Calls whose arguments are LiveKit credentials; a literal there is a credential literal."""

REALTIME_ROOMS = frozenset(
    {
        *("livekit.rtc.Room", "livekit.rtc.room.Room", "@livekit/rtc-node.Room"),
        *(
            f"github.com/livekit/server-sdk-go.{name}"
            for name in ("ConnectToRoom", "ConnectToRoomWithToken", "NewRoom")
        ),
    }
)
"""Rooms that a program on a server connects to by itself; a token minted beside one is its own."""


@dataclass(frozen=True, slots=True)
class JwtSigner:
    """A general JWT library's signing call: where payload, secret and options stand, and what options set."""

    label: str
    payload: int
    secret: int
    options: int | None = None
    payload_names: tuple[str, ...] = ("payload", "claims")
    secret_names: tuple[str, ...] = ("key", "secret")
    lifetime_option: Setting | None = None
    exp_unit: TtlUnit | None = TtlUnit.EPOCH


_EXPIRES_IN = Setting("ttl", unit=TtlUnit.EXPIRES_IN, keyword="expiresIn")

JWT_SIGNERS: dict[str, JwtSigner] = {
    "jwt.encode": JwtSigner("PyJWT", 0, 1, exp_unit=TtlUnit.EPOCH_OR_DATETIME),
    "jwt.PyJWT.encode": JwtSigner("PyJWT", 0, 1, exp_unit=TtlUnit.EPOCH_OR_DATETIME),
    "jwt.api_jwt.encode": JwtSigner("PyJWT", 0, 1, exp_unit=TtlUnit.EPOCH_OR_DATETIME),
    "jose.jwt.encode": JwtSigner("python-jose", 0, 1, exp_unit=TtlUnit.EPOCH_OR_DATETIME),
    "authlib.jose.jwt.encode": JwtSigner("Authlib", 1, 2, exp_unit=TtlUnit.EPOCH_OR_DATETIME),
    "joserfc.jwt.encode": JwtSigner("joserfc", 1, 2, payload_names=("claims",), exp_unit=TtlUnit.EPOCH_OR_DATETIME),
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
}

SIGN_JWT_CLASSES: dict[str, str] = {"jose.SignJWT": "jose", "jose/jwt/sign.SignJWT": "jose", "SignJWT": "jose"}
"""jose's builder: the payload is the constructor's argument, the secret that of `sign`."""

SIGN_JWT_MEMBERS: dict[str, Setting] = {
    "setExpirationTime": Setting("exp", unit=TtlUnit.EPOCH_OR_JOSE_SPAN),
    "setIssuer": Setting("iss"),
    "setSubject": Setting("identity"),
    "setJti": Setting("jti"),
    "setNotBefore": Setting("nbf"),
    "sign": Setting("secret"),
}

HMAC_CALLS: frozenset[str] = frozenset(
    {
        "crypto.createHmac",
        "createHmac",
        "crypto.subtle.sign",
        "crypto.webcrypto.subtle.sign",
        "webcrypto.subtle.sign",
        "window.crypto.subtle.sign",
        "globalThis.crypto.subtle.sign",
        "self.crypto.subtle.sign",
        "crypto-js.HmacSHA256",
        "CryptoJS.HmacSHA256",
        "crypto-js/hmac-sha256",
        "crypto-js/hmac-sha256.default",
        "hmac.new",
        "hmac.digest",
        "hmac.HMAC",
    }
)
"""Calls that sign by hand: with a LiveKit payload in the same file they make a token."""
