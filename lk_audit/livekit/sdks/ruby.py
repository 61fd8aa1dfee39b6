"""Ruby: livekit-server-sdk, and JWT libraries.

Sources: livekit/server-sdk-ruby `lib/livekit/{access_token,grants,token_verifier}.rb` at v0.6.6 and 1.0.0,
jwt/ruby-jwt `lib/jwt.rb`, the documentation of OpenSSL.
"""

from __future__ import annotations

from msgspec.structs import replace

from lk_audit.livekit.durations import HOUR, MINUTE
from lk_audit.livekit.sdks.model import Family, JwtSigner, Sdk, SecretSink, Setting, TtlUnit

_RUBY = Sdk(
    label="livekit-server-sdk",
    language="ruby",
    arguments=("api_key", "api_secret", "identity", "ttl", "name", "metadata", "attributes"),
    members={
        "video_grant": Setting("grants"),
        "add_grant": Setting("grants", gathers=True),
        "sip_grant": Setting("sip"),
        "add_sip_grant": Setting("sip", gathers=True),
        "identity": Setting("identity"),
        "name": Setting("name"),
        "metadata": Setting("metadata"),
        "attributes": Setting("attributes"),
        "room_config": Setting("roomConfig"),
        "video": Setting("grants"),
    },
    options={"ttl": Setting("ttl", unit=TtlUnit.SECONDS)},
    default_ttl=10 * MINUTE,
)
RUBY = replace(_RUBY, older=replace(_RUBY, default_ttl=4 * HOUR))
"""Version 0.7.1 made ten minutes of the four hours."""

_CLIENT = SecretSink(None, None, "api_secret", "api_key")
_CLIENTS = (
    *("RoomServiceClient", "EgressServiceClient", "IngressServiceClient", "SIPServiceClient"),
    *("AgentDispatchServiceClient", "ConnectorServiceClient", "LiveKitAPI", "TokenVerifier", "AccessToken"),
)
_HMACS = ("HMAC", "HMAC.digest", "HMAC.hexdigest", "HMAC.base64digest")

FAMILY = Family(
    constructors={"LiveKit.AccessToken": RUBY},
    sinks={f"LiveKit.{name}": _CLIENT for name in _CLIENTS},
    signers={"JWT.encode": JwtSigner("JWT.encode", 0, 1)},
    hmacs=frozenset(f"OpenSSL.{name}" for name in _HMACS),
)
