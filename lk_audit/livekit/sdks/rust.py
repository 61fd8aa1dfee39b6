"""Rust: livekit-api, and JWT libraries.

Sources: livekit/rust-sdks `livekit-api/src/access_token.rs` (0.6.2), `src/services/`, `src/webhooks.rs`,
`livekit-token/src/access_token.rs` (0.4.0); the documentation of jsonwebtoken, jwt-simple, hmac and ring.
"""

from __future__ import annotations

from msgspec.structs import replace

from lk_audit.livekit.sdks.model import Family, JwtSigner, LaterSigner, Sdk, SecretSink, Setting, TtlUnit

_RUST = Sdk(
    label="livekit-api",
    language="rust",
    arguments=("api_key", "api_secret"),
    members={
        "with_ttl": Setting("ttl", unit=TtlUnit.DURATION),
        "with_grants": Setting("grants"),
        "with_sip_grants": Setting("sip"),
        "with_agent_grants": Setting("agent"),
        "with_agent_endpoint_grants": Setting("agentEndpoint"),
        "with_agent_thread_grants": Setting("agentThread"),
        "with_inference_grants": Setting("inference"),
        "with_observability_grants": Setting("observability"),
        "with_identity": Setting("identity"),
        "with_name": Setting("name"),
        "with_kind": Setting("kind"),
        "with_metadata": Setting("metadata"),
        "with_attributes": Setting("attributes"),
        "with_room_config": Setting("roomConfig"),
    },
    options={},
    signs_of=frozenset({"with_grants", "with_identity", "with_ttl"}),
)
RUST = replace(_RUST, older=replace(_RUST, writes_data_rights=True))
"""Version 0.8, on livekit-token 0.2, made rights optional and leaves unset ones out; before, they were true."""

_MODULES = ("livekit_api.access_token.", "livekit_api.", "livekit_token.", "livekit.access_token.", "access_token.", "")
_CLIENTS = (*("RoomClient", "EgressClient", "IngressClient", "SIPClient", "AgentDispatchClient", "ConnectorClient"),)
_CLIENT = SecretSink(2, 1)
_VERIFIER = SecretSink(1, 0)
_SERVICES = ("room", "egress", "ingress", "sip", "agent_dispatch", "connector")

FAMILY = Family(
    constructors={f"{module}AccessToken.{name}": RUST for module in _MODULES[:-1] for name in ("with_api_key", "new")},
    sinks={
        **{
            f"{module}{name}.with_api_key": _VERIFIER
            for module in _MODULES[:-1]
            for name in ("AccessToken", "TokenVerifier")
        },
        **{
            f"livekit_api.services.{service}.{name}.with_api_key": _CLIENT
            for service, name in zip(_SERVICES, _CLIENTS, strict=True)
        },
        "livekit_api.services.LiveKitApi.with_api_key": _CLIENT,
    },
    rooms=frozenset({"livekit.Room.connect", "livekit.prelude.Room.connect", "livekit.room.Room.connect"}),
    signers={
        "jsonwebtoken.encode": JwtSigner("jsonwebtoken", 1, 2),
        "jsonwebtoken.encode_header": JwtSigner("jsonwebtoken", 1, 2),
        "frank_jwt.encode": JwtSigner("frank_jwt", 2, 1),
    },
    later_signers={
        f"{prelude}HS256Key.from_bytes": LaterSigner("jwt-simple", None, "authenticate", is_key=True)
        for prelude in ("jwt_simple.prelude.", "jwt_simple.algorithms.", "")
    },
    hmacs=frozenset(
        {
            *("hmac.Hmac.new_from_slice", "Hmac.new_from_slice", "hmac.Mac.new_from_slice", "hmac.Hmac.new_varkey"),
            *("ring.hmac.Key.new", "hmac.Key.new", "aws_lc_rs.hmac.Key.new", "hmac_sha256.HMAC.mac"),
        }
    ),
)
