"""Elixir: the community's packages livekit, ex_livekit and livekitex, and JWT libraries.

Sources: alexfilatov/livekit-elixir-sdk `lib/livekit/{access_token,grants}.ex`, a-boro/livekit-elixir-server-sdk
`lib/ex_livekit/access_token.ex`, rocket4ce/livekitex `lib/livekitex/{access_token,grants}.ex`; the documentation of
Joken, JOSE and Erlang's crypto.
"""

from __future__ import annotations

from lk_audit.livekit.durations import HOUR, MINUTE
from lk_audit.livekit.sdks.model import Family, GrantHelper, JwtSigner, Sdk, SecretSink, Setting, TtlUnit

_TARGETS = {
    "identity": "identity",
    "name": "name",
    "kind": "kind",
    "metadata": "metadata",
    "attributes": "attributes",
    "room_config": "roomConfig",
    "sip_grants": "sip",
    "sip_grant": "sip",
    "inference_grants": "inference",
    "observability_grants": "observability",
    "grants": "grants",
    "video_grant": "grants",
}


def _members(prefix: str) -> dict[str, Setting]:
    """The functions that set something: each takes the token first."""
    found = {f"{prefix}_{name}": Setting(target, position=1) for name, target in _TARGETS.items()}
    return {**found, f"{prefix}_ttl": Setting("ttl", position=1, unit=TtlUnit.SECONDS)}


LIVEKIT = Sdk(
    label="livekit",
    language="elixir",
    arguments=("api_key", "api_secret"),
    members={**_members("with"), "add_grant": Setting("grants", position=1)},
    options={},
    default_ttl=1 * HOUR,
    merges_grants=True,
    reads_maps=True,
    signs_of=frozenset({"with_identity", "with_ttl", "with_grants", "add_grant", "to_jwt"}),
)
EX_LIVEKIT = Sdk(
    label="ex_livekit",
    language="elixir",
    arguments=("options",),
    members=_members("add"),
    options={"api_key": Setting("api_key"), "api_secret": Setting("api_secret")},
    default_ttl=1 * HOUR,
    merges_grants=True,
    reads_maps=True,
)
LIVEKITEX = Sdk(
    label="livekitex",
    language="elixir",
    arguments=("api_key", "api_secret", "options"),
    members=_members("set"),
    options={
        "ttl": Setting("ttl", unit=TtlUnit.SECONDS),
        **{name: Setting(name) for name in ("identity", "name", "metadata", "attributes")},
    },
    default_ttl=10 * MINUTE,
    reads_maps=True,
)

_ROOTS = ("Livekit", "LiveKit", "LivekitSdkEx")
_CLIENT = SecretSink(2, 1)
_PAIR = SecretSink(1, 0)
_OPTIONS = SecretSink(None, None)
_CLIENTS = ("RoomServiceClient", "EgressServiceClient", "IngressServiceClient")
_HELPERS = {
    "join_room": GrantHelper({"room_join": True}, ("room",)),
    "room_admin": GrantHelper({"room_admin": True}),
    "room_create": GrantHelper({"room_create": True}),
    "room_record": GrantHelper({"room_record": True}),
    "ingress_admin": GrantHelper({"ingress_admin": True}),
}
JOKEN_DEFAULT_TTL = 2 * HOUR
"""What `Joken.Config.default_claims()` sets (joken-elixir/joken:lib/joken/config.ex)."""

FAMILY = Family(
    constructors={
        **{f"{root}.AccessToken.new": LIVEKIT for root in _ROOTS},
        "ExLivekit.AccessToken.new": EX_LIVEKIT,
        "Livekitex.AccessToken.create": LIVEKITEX,
    },
    sinks={
        **{f"{root}.AccessToken.new": _PAIR for root in _ROOTS},
        **{f"{root}.{name}.new": _CLIENT for root in _ROOTS for name in _CLIENTS},
        **{f"{root}.TokenVerifier.new": _PAIR for root in _ROOTS},
        "ExLivekit.AccessToken.new": _OPTIONS,
        "ExLivekit.Client.new": _OPTIONS,
        "Livekitex.AccessToken.create": _PAIR,
        "Livekitex.RoomService.create": _CLIENT,
    },
    signers={
        "Joken.encode_and_sign": JwtSigner("Joken", 0, 1),
        "Joken.encode_and_sign!": JwtSigner("Joken", 0, 1),
        "Joken.generate_and_sign": JwtSigner("Joken", 1, 2, config=0),
        "Joken.generate_and_sign!": JwtSigner("Joken", 1, 2, config=0),
        "Joken.Config.generate_and_sign": JwtSigner("Joken", 0, 1, config="token_config"),
        "Joken.Config.generate_and_sign!": JwtSigner("Joken", 0, 1, config="token_config"),
        "Joken.Config.encode_and_sign": JwtSigner("Joken", 0, 1),
        "Joken.Signer.sign": JwtSigner("Joken", 0, 1),
        "JOSE.JWT.sign": JwtSigner("JOSE", 2, 0),
        "JsonWebToken.sign": JwtSigner("JsonWebToken", 0, 1),
    },
    hmacs=frozenset({":crypto.mac", ":crypto.hmac"}),
    grant_helpers={
        **{f"{root}.Grants.{name}": helper for root in _ROOTS for name, helper in _HELPERS.items()},
        **{f"Livekitex.Grants.{name}.new": GrantHelper(takes_map=True) for name in ("VideoGrant", "SipGrant")},
    },
)
