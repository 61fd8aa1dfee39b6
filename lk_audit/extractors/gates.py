"""What a file of code must mention before an extractor looks at it: most code about LiveKit holds nothing to find.

Parsing a file costs a thousand times what looking for words in it does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from lk_audit.extractors.secret_names import SecretNames
from lk_audit.patterns import regex

Words: TypeAlias = tuple["bytes | re.Pattern[bytes]", ...]
Gate: TypeAlias = tuple[tuple[Words, ...], ...]
"""The ways through: for one of them, a file must mention a word of each of its groups."""

SECRETS: Words = (b"ecret", b"ECRET")
"""What every name of an API secret has in it; a project may state further names."""
_TOKENS: Words = (b"oken", b"OKEN", b"jwt", b"Jwt", b"JWT")
_LIVEKIT: Words = (b"ivekit", b"iveKit", b"IVEKIT")
_TOKEN_CLASSES: Words = (b"AccessToken",)
SIGNING: Words = (
    *(b"jwt", b"Jwt", b"JWT", b"jws", b"JWS", b"jose", b"Jose", b"JOSE", b"Joken", b"KJUR", b"jsrsasign"),
    *(b"jsonwebtoken", b"JsonWebToken", b"SecurityToken", b"lcobucci", b"Lcobucci", b"Vapor"),
    *(b"hmac", b"Hmac", b"HMac", b"HMAC", b"crypto.Mac", b"pointycastle", b"subtle"),
)
"""What every library has in its name, or in that of a function, that signs tokens or makes HMACs."""
_CLAIMS: Words = (b"ideo", b"rants", *SECRETS)
"""What a LiveKit token is told by that no SDK makes: its grants, or the secret that signs it."""
SINKS: Words = (
    *(b"AccessToken", b"TokenVerifier", b"WebhookReceiver", b"SimpleKeyProvider", b"RoomAgentDispatch"),
    *(b"ServiceClient", b"DispatchClient", b"ConnectorClient", b"EgressClient", b"IngressClient", b"RoomClient"),
    *(b"SipClient", b"SIPClient", b"RoomService", b"LiveKitAPI", b"LiveKitApi", b"LivekitApi"),
)
"""What every function has in its name that is given an API secret by position."""
_PUBLISHING: Words = (
    *(b"PUBLIC_", b"VITE_", b"REACT_APP_", b"VUE_APP_", b"GATSBY_", b"NUXT_ENV_", b"STORYBOOK_", b"NG_APP_"),
    *(b"REDWOOD_ENV_", b"WXT_", b"env/static/public", b"env/dynamic/public", b"@env", b"react-native-config"),
    *(b"BuildConfig", b"flutter_dotenv", b"fromEnvironment", b"Info.plist", b"infoDictionary", b"InfoDictionary"),
)
"""Prefixes and places of variables that a framework ships with the code (`credentials.PUBLIC_PREFIXES`, `clients`)."""
_UNENCRYPTED: Words = (
    b"ws://",
    regex(rb"http://(?!www\.apache\.org/licenses|www\.w3\.org|localhost|127\.0\.0\.1|schemas\.)"),
)
"""Addresses that may be a server's; a licence notice in every file is none."""
_EVENTS: Words = (
    *(b"oom_started", b"oom_finished", b"articipant_joined", b"articipant_left", b"articipant_connection_aborted"),
    *(b"rack_published", b"rack_unpublished", b"gress_started", b"gress_updated", b"gress_ended"),
    *(b"EventRoom", b"EventParticipant", b"EventTrack", b"EventEgress", b"EventIngress"),
)

GATES: Mapping[str, Gate] = {
    "mints": ((_TOKEN_CLASSES,), (SIGNING, _CLAIMS)),
    "credentials": ((SECRETS,), (SINKS,), (SIGNING, _CLAIMS)),
    "comments": ((SECRETS,),),
    "exposures": ((SECRETS, _PUBLISHING),),
    "public_settings": ((SECRETS,), ((b"envPrefix",),)),
    "token_checks": (
        ((b"verify_signature",), (b"TokenVerifier",)),
        ((b"ParseAPIToken",),),
        (
            (b"ecode", b"nverified", b"ReadJwtToken", b"ReadToken", b"ReadJsonWebToken"),
            (b"video", b"roomJoin", b"roomAdmin"),
            SIGNING,
        ),
    ),
    "urls": ((_UNENCRYPTED, (*_LIVEKIT, b"lk", b"LK", *SINKS)),),
    "secret_exposures": ((SECRETS,), ((b"toJwt", b"to_jwt", b"ToJwt"),)),
    "webhooks": (((b"eceive",), (b"ebhook", b"EBHOOK")), (_EVENTS, (b"event", b"Event"))),
    "e2ee_keys": (
        ((b"etKey", b"et_key", b"haredKey", b"hared_key"), (b"rovider", b"E2EE", b"e2ee", b"ncryption")),
        ((b"useSession",), (b"ncryption",)),
    ),
    "development_tokens": (
        ((b"TokenServer", b"SandboxTokenSource", b"DevelopmentTokenSource", b"connection-details"),),
    ),
    "client_tokens": (
        ((b"localStorage", b"sessionStorage", b"AsyncStorage"), _TOKENS),
        ((regex(rb"[?&][\w.-]{1,40}=[\"'`${]"), b"earchParams", b"query:", b"params:", b"search:"), _TOKENS),
    ),
}
"""By extractor; a test compares the words with the tables of what the extractors look for."""


def opened(data: bytes, names: SecretNames) -> frozenset[str]:
    """The extractors that may find something in a file of code."""
    mentioned: dict[Words, bool] = {}

    def mentions(words: Words) -> bool:
        if words not in mentioned:
            found = any(word in data if isinstance(word, bytes) else word.search(data) for word in words)
            mentioned[words] = found or (words is SECRETS and names.occur_in(data))
        return mentioned[words]

    return frozenset(name for name, gate in GATES.items() if any(all(map(mentions, way)) for way in gate))
