"""Python: livekit-api, the legacy livekit-server-sdk-python, and JWT libraries.

Sources: livekit/python-sdks `livekit-api/livekit/api/access_token.py`, livekit/livekit-server-sdk-python
`livekit/__init__.py`, and the documentation of each JWT library.
"""

from __future__ import annotations

from lk_audit.livekit.sdks.model import Family, JwtSigner, Sdk, SecretSink, Setting, TtlUnit

_PYTHON_MEMBERS = {
    "with_ttl": Setting("ttl", unit=TtlUnit.TIMEDELTA, keyword="ttl"),
    "ttl": Setting("ttl", unit=TtlUnit.TIMEDELTA),
    "with_grants": Setting("grants", keyword="grants"),
    # Not of the SDK, but of others' and of what much code is written after: it raises, and whoever mends the call
    # keeps the grants that it asks for.
    **dict.fromkeys(("add_grant", "add_grants", "video_grant", "video_grants"), Setting("grants")),
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

_CLIENT = SecretSink(2, 1)
_VERIFIER = SecretSink(1, 0)

FAMILY = Family(
    constructors={
        "livekit.api.AccessToken": PYTHON,
        "livekit.api.access_token.AccessToken": PYTHON,
        "livekit_api.AccessToken": PYTHON,
        "livekit.AccessToken": PYTHON_LEGACY,
        "livekit_server_sdk_python.AccessToken": PYTHON_LEGACY,
    },
    sinks={
        "livekit.api.LiveKitAPI": _CLIENT,
        "livekit.api.AccessToken": _VERIFIER,
        "livekit.api.access_token.AccessToken": _VERIFIER,
        "livekit.api.TokenVerifier": _VERIFIER,
        "livekit.AccessToken": _VERIFIER,
        "livekit.RoomServiceClient": _CLIENT,
        "livekit.agents.WorkerOptions": SecretSink(None),
        "livekit.agents.AgentServer": SecretSink(None),
    },
    rooms=frozenset({"livekit.rtc.Room", "livekit.rtc.room.Room"}),
    signers={
        "jwt.encode": JwtSigner("PyJWT", 0, 1, exp_unit=TtlUnit.EPOCH_OR_DATETIME),
        "jwt.api_jwt.encode": JwtSigner("PyJWT", 0, 1, exp_unit=TtlUnit.EPOCH_OR_DATETIME),
        "jose.jwt.encode": JwtSigner("python-jose", 0, 1, exp_unit=TtlUnit.EPOCH_OR_DATETIME),
        "authlib.jose.jwt.encode": JwtSigner("Authlib", 1, 2, exp_unit=TtlUnit.EPOCH_OR_DATETIME),
        "joserfc.jwt.encode": JwtSigner("joserfc", 1, 2, payload_names=("claims",), exp_unit=TtlUnit.EPOCH_OR_DATETIME),
    },
    hmacs=frozenset({"hmac.new", "hmac.digest", "hmac.HMAC"}),
)
