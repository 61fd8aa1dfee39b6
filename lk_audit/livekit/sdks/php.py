"""PHP: agence104/livekit-server-sdk, and JWT libraries.

Sources: agence104/livekit-server-sdk-php `src/` (AccessToken, AccessTokenOptions, VideoGrant, WebhookReceiver),
firebase/php-jwt `src/JWT.php`, the documentation of lcobucci/jwt.
"""

from __future__ import annotations

from lk_audit.livekit.durations import HOUR
from lk_audit.livekit.sdks.model import ClaimBuilder, Family, JwtSigner, Sdk, SecretSink, Setting, TtlUnit

_OPTIONS = {
    "ttl": Setting("ttl", unit=TtlUnit.SECONDS_OR_DEFAULT),
    "identity": Setting("identity"),
    "name": Setting("name"),
    "metadata": Setting("metadata"),
    "attributes": Setting("attributes"),
    "roomConfig": Setting("roomConfig"),
}

PHP = Sdk(
    label="agence104/livekit-server-sdk",
    language="php",
    arguments=("apiKey", "apiSecret", "options"),
    members={
        "init": Setting("options"),
        "setGrant": Setting("grants"),
        "setVideoGrant": Setting("grants"),
        "setSipGrant": Setting("sip"),
        "setMetadata": Setting("metadata"),
        "setAttributes": Setting("attributes"),
    },
    options=_OPTIONS,
    default_ttl=4 * HOUR,
)

_CLIENT = SecretSink(2, 1, "apiSecret", "apiKey")
_VERIFIER = SecretSink(1, 0, "apiSecret", "apiKey")
_CLIENTS = ("RoomServiceClient", "EgressServiceClient", "IngressServiceClient", "SipServiceClient", "RoomAgentDispatch")
_PHP_JWT = JwtSigner("firebase/php-jwt", 0, 1)
_LCOBUCCI = ClaimBuilder(
    label="lcobucci/jwt",
    package="Lcobucci.JWT",
    claims={
        **dict.fromkeys(("expiresAt", "setExpiration"), "exp"),
        **dict.fromkeys(("issuedBy", "setIssuer"), "iss"),
        **dict.fromkeys(("relatedTo", "setSubject"), "sub"),
        **dict.fromkeys(("issuedAt", "setIssuedAt"), "iat"),
        **dict.fromkeys(("canOnlyBeUsedAfter", "setNotBefore"), "nbf"),
        **dict.fromkeys(("identifiedBy", "setId"), "jti"),
    },
    any_claim="withClaim",
    keys=frozenset({"plainText", "Key"}),
)

FAMILY = Family(
    constructors={"Agence104.LiveKit.AccessToken": PHP},
    sinks={
        **{f"Agence104.LiveKit.{name}": _CLIENT for name in _CLIENTS},
        "Agence104.LiveKit.AccessToken": _VERIFIER,
        "Agence104.LiveKit.WebhookReceiver": _VERIFIER,
    },
    signers={"Firebase.JWT.JWT.encode": _PHP_JWT},
    hmacs=frozenset({"hash_hmac"}),
    claim_builders={"builder": _LCOBUCCI, "Builder": _LCOBUCCI},
)
