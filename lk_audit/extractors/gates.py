"""What a file of code must mention before an extractor looks at it: most code about LiveKit holds nothing to find.

Parsing a file costs a thousand times what looking for words in it does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from lk_audit.extractors.secret_names import SecretNames
from lk_audit.extractors.word_forms import (
    assigned,
    beginning_text,
    called,
    going,
    listing,
    made,
    quoted,
    set_as_attribute,
    stored_in,
    taken_of,
)
from lk_audit.files.prefilter import KEY_ID
from lk_audit.patterns import regex
from lk_audit.standing import Standing

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

Words: TypeAlias = tuple["bytes | re.Pattern[bytes] | Standing", ...]
Gate: TypeAlias = tuple[tuple[Words, ...], ...]
"""The ways through: for one of them, a file must mention a word of each of its groups."""

_SECRETS: Words = (b"secret", b"Secret", b"SECRET")
"""What names of an API secret have in them; `SecretNames.are_used_in` has the last word."""
_ANY_SECRETS: Words = (b"ecret", b"ECRET")
_TOKENS: Words = (b"oken", b"OKEN", b"jwt", b"Jwt", b"JWT")
_LIVEKIT: Words = (b"ivekit", b"iveKit", b"IVEKIT")
_TOKEN_CLASSES: Words = (b"AccessToken",)
_HEIRS_OF_TOKENS: Words = (
    regex(rb"extends\s{1,9}[\w.]{0,60}AccessToken\b"),
    regex(rb"class\s{1,9}\w{1,80}\s{0,9}[(<:]\s{0,9}[\w.:]{0,60}AccessToken\b"),
)
"""A class of the project's own that is a token: what its constructor gives to `super` is what tokens are made of."""
_USES_OF_TOKENS: Words = (
    *(b"ddGrant", b"add_grant", b"ith_grants", b"ithGrants", b"ddSIPGrant"),
    *(b"ith_identity", b"ithIdentity", b"ith_ttl", b"ithTtl", b"etTtl", b"oJwt", b"to_jwt"),
)
"""What is done to a token that shows it for LiveKit's, whatever makes it (`mints.sdk`, `Sdk.signs_of`)."""
SIGNING: Words = (
    *(b"jwt", b"Jwt", b"JWT", b"jws", b"JWS", b"jose", b"Jose", b"JOSE", b"Joken", b"KJUR", b"jsrsasign"),
    *(b"jsonwebtoken", b"JsonWebToken", b"SecurityToken", b"lcobucci", b"Lcobucci", b"Vapor"),
    *(b"hmac", b"Hmac", b"HMac", b"HMAC", b"crypto.Mac", b"crypto.mac", b"pointycastle", b"subtle"),
    b"HS256Key",
)
"""What every library has in its name, or in that of a function, that signs tokens or makes HMACs."""
_CLAIMS: Words = (regex(rb"video\b"), b"Video")
"""What a LiveKit token is told by that no SDK makes, if not by the secret that signs it: the claim with its grants."""
_JOINING: Words = (b"roomJoin",)
"""The right of everybody whom a token lets into a room: what claims have that another file signs."""
SINKS: Words = (
    *(b"AccessToken", b"TokenVerifier", b"WebhookReceiver", b"SimpleKeyProvider", b"RoomAgentDispatch"),
    *(b"ServiceClient", b"DispatchClient", b"ConnectorClient", b"EgressClient", b"IngressClient", b"RoomClient"),
    *(b"SipClient", b"SIPClient", b"RoomService", b"LiveKitAPI", b"LiveKitApi", b"LivekitApi"),
)
"""What every function has in its name that is given an API secret by position."""
_MADE_TOKENS: Words = made(b"AccessToken")
MADE_SINKS: Words = made(
    *(b"AccessToken", b"TokenVerifier", b"WebhookReceiver", b"SimpleKeyProvider", b"RoomAgentDispatch", b"RoomService"),
    *(b"LiveKitAPI", b"LiveKitApi", b"LivekitApi", b"RecordingServiceClient"),
    *(kind + b"ServiceClient" for kind in (b"Room", b"Egress", b"Ingress", b"Sip", b"SIP")),
    *(kind + b"ServiceClient" for kind in (b"AgentDispatch", b"Connector")),
    *(kind + b"Client" for kind in (b"Room", b"Egress", b"Ingress", b"Sip", b"SIP", b"AgentDispatch", b"Connector")),
)
"""The functions with these words in their names, where they are called."""
_PUBLISHING: Words = (
    *(b"PUBLIC_", b"VITE_", b"REACT_APP_", b"VUE_APP_", b"GATSBY_", b"NUXT_ENV_", b"STORYBOOK_", b"NG_APP_"),
    *(b"REDWOOD_ENV_", b"WXT_", b"env/static/public", b"env/dynamic/public"),
    *(b"@env", b"react-native-config", b"react-native-dotenv"),
    *(b"BuildConfig", b"flutter_dotenv", b"fromEnvironment", b"Info.plist", b"infoDictionary", b"InfoDictionary"),
)
"""Prefixes and places of variables that a framework ships with the code (`credentials.PUBLIC_PREFIXES`, `clients`)."""
_FORMATS = (
    rb"(?!localhost|127\.0\.0\.1|0\.0\.0\.0|schemas\.|example\."
    rb"|(?:www\.)?(?:apache|w3|gnu|opensource|mozilla|json-schema)\.org)"
)
"""What stands behind `http://` and is no server: this machine, what licences and descriptions of formats name."""
_UNENCRYPTED: Words = (
    *(regex(scheme + _FORMATS + rb"[\w@:%-]{0,80}[.\[]") for scheme in (rb"ws://", rb"http://")),
    *(b"WS://", b"HTTP://"),
)
"""Addresses that may be a server's. A pattern that begins with its only constant is found many times faster."""
_UNENCRYPTED_TEXTS: Words = (
    *(beginning_text(scheme, _FORMATS + rb"[\w@:%-]{0,80}[.\[]") for scheme in (b"ws://", b"http://")),
    *(listing(mark, rb"(?:ws|http)://") for mark in (b"%w", b"~w", b"%W")),
    *(beginning_text(scheme, rb"(?:[$#]?\{|\\\(|[\"'`][ \t]{0,9}[+.~]|\$[a-z])") for scheme in (b"ws://", b"http://")),
)
"""Such addresses where a text in code consists of one, or begins with it."""
SECRET_IN_TEXT: tuple[re.Pattern[bytes], ...] = (
    regex(rb"(?:ecret|ECRET)\w{0,30}[\"'\\]{0,4}[ \t]{0,9}[=: ][ \t]{0,9}[\"'\\]{0,4}[A-Za-z0-9+/_-]{24}"),
    regex(rb"(?:keys|KEYS)[\"'\\]{0,4}[ \t]{0,9}[=:]\S{0,4}\s{0,40}[\"'\\]{0,4}[A-Za-z][\w.-]{2,63}[\"'\\]{0,4}[=:]"),
)
"""A long word that a name of a secret, or of a map of keys, is given in a text of settings."""
_SHOWN_SECRETS: Words = (
    regex(rb"(?:[pP]rint|[lL]og|[iI]nfo|[dD]ebug|[wW]arn|[eE]rror|[tT]race|puts|echo)\w{0,12}!?[ (][^\n]{0,160}ecret"),
)
"""A line that may print what an SDK takes as its secret."""
_EVENTS: Words = (
    *(b"oom_started", b"oom_finished", b"articipant_joined", b"articipant_left", b"articipant_connection_aborted"),
    *(b"rack_published", b"rack_unpublished", b"gress_started", b"gress_updated", b"gress_ended"),
    *(b"EventRoom", b"EventParticipant", b"EventTrack", b"EventEgress", b"EventIngress"),
)
_QUOTED_EVENTS: Words = (
    *quoted(*(word for word in _EVENTS if isinstance(word, bytes))),
    regex(rb"\b(?:room|participant|track|egress|ingress)_(?:[a-z]{1,20}_)?[a-z]{1,20}\s{0,3}[:(]"),
)
"""Names of events as texts, and as keys of a table of what to do."""
_RECEIVING: Words = called(b"receive", b"Receive")
_SETTING_KEYS: Words = (
    *taken_of(b"setKey", b"set_key", b"setSharedKey", b"set_shared_key"),
    *(b"sharedKey", b"shared_key"),
)
"""What gives a provider its key: methods that are called on something, settings by their names."""
_STORING: Words = stored_in(b"localStorage", b"sessionStorage", b"AsyncStorage")
_GOING: Words = (
    *(*assigned(b"location", b"href"), *set_as_attribute(b"to")),
    *going(b"push", b"replace", b"assign", b"open", b"openURL", b"pushState", b"replaceState", b"open_new_tab"),
    *(b"edirect", b"navigate", b"goto", b"HTTPFound", b"setSearchParams"),
)
"""What goes to a page address, or links to one."""
_QUERIES: Words = tuple(regex(sign + rb"[\w.-]{1,40}=[\"'`${]") for sign in (rb"\?", rb"&"))
"""An address that a value is put into."""
_QUERY_FIELDS: Words = (
    *(b"earchParams", b"ueryParams"),
    *(name + sign for name in (b"query", b"search", b"params") for sign in (b":", b'"', b"'")),
)
"""What is part of an address by its name."""

GATES: Mapping[str, Gate] = {
    "mints": (
        (_TOKEN_CLASSES, _MADE_TOKENS),
        (_TOKEN_CLASSES, _USES_OF_TOKENS),
        (_TOKEN_CLASSES, _HEIRS_OF_TOKENS),
        ((b".CreateToken()",),),
        (SIGNING, _CLAIMS),
        (SIGNING, _SECRETS),
        (_JOINING, _CLAIMS),
    ),
    "credentials": ((_SECRETS,), (SINKS, MADE_SINKS), (SIGNING, _CLAIMS)),
    "comments": ((_SECRETS,),),
    "texts": ((_ANY_SECRETS, SECRET_IN_TEXT[:1]), ((b"keys", b"KEYS"), SECRET_IN_TEXT[1:])),
    "exposures": ((_SECRETS, _PUBLISHING),),
    "public_settings": ((_SECRETS,), ((b"envPrefix",),)),
    "token_checks": (
        ((b"verify_signature",),),
        ((b"ParseAPIToken",),),
        (
            (b"ecode", b"nverified", b"peek_claims", b"ReadJwtToken", b"ReadToken", b"ReadJsonWebToken"),
            (b"video", b"roomJoin", b"roomAdmin"),
            (*SIGNING, b"livekit_api"),
        ),
    ),
    "urls": (((b"ws://", b"http://"), _UNENCRYPTED_TEXTS, (*_LIVEKIT, b"lk", b"Lk", b"LK", *SINKS)),),
    "secret_exposures": (
        (_SECRETS,),
        ((b"toJwt", b"to_jwt", b"ToJwt", b"ToJWT"),),
        (_ANY_SECRETS, SINKS, _SHOWN_SECRETS),
    ),
    "webhooks": (((b"ebhook", b"EBHOOK"), _RECEIVING), (_EVENTS, _QUOTED_EVENTS, (b"event", b"Event"))),
    "e2ee_keys": (
        ((b"rovider", b"E2EE", b"e2ee", b"ncryption"), _SETTING_KEYS),
        ((b"useSession",), (b"ncryption",)),
    ),
    "development_tokens": (
        ((b"TokenServer", b"SandboxTokenSource", b"DevelopmentTokenSource", b"connection-details"),),
    ),
    "client_tokens": (
        (_TOKENS, _STORING),
        (_TOKENS, (*_QUERIES, *_QUERY_FIELDS), _GOING),
    ),
}
"""By extractor; a test compares the words with the tables of what the extractors look for."""
_KEY_MAPS: Words = (
    b"--keys",
    regex(rb"keys\\{0,8}[\"']?\s{0,40}[:\]=]|\?\s{1,9}[\"']?keys"),
    regex(rb"(?i)(?:live[\W_]{0,2}kit|lk)(?:[\w.:-]{0,60}keys|[\w.: -]{0,60}keys\\{0,8}[\"']?\s{0,9}[:=])"),
)
"""What names maps of keys, and lists of them."""
_WRITTEN_CALL: Words = (
    regex(
        rb"(?:AccessToken|WebhookReceiver|TokenVerifier|SimpleKeyProvider|Client)"
        rb"(?:(?:::|\.|->)(?:new|create|createClient|with_api_key))?!?\s{0,10}\("
    ),
)
"""How the calls of an SDK look that are read in text (`written_calls`)."""
DOCUMENTS: Gate = (
    (_ANY_SECRETS,),
    ((KEY_ID,),),
    ((b"keys", b"Keys", b"KEYS"), _KEY_MAPS),
    (_UNENCRYPTED,),
    (SINKS, _WRITTEN_CALL),
)
"""What data and text must mention for a key, a secret or an address to be in it; tokens are looked for apart."""


def opened(data: bytes, names: SecretNames) -> frozenset[str]:
    """The extractors that may find something in a file of code."""
    mentions = _Mentions(data, names)
    return frozenset(name for name, gate in GATES.items() if mentions.open(gate))


def may_be_document(data: bytes, names: SecretNames) -> bool:
    """Whether pairs of names and values of a file may tell something, read as data or text."""
    return names.occur_in(data) or _Mentions(data, names).open(DOCUMENTS)


class _Mentions:
    """Which words a file mentions."""

    def __init__(self, data: bytes, names: SecretNames) -> None:
        self._data = data
        self._names = names
        self._plain = _plain_words(data)
        self._known: dict[Words, bool] = {}

    def open(self, gate: Gate) -> bool:
        return any(all(map(self._mentions_any, way)) for way in gate)

    def _mentions_any(self, words: Words) -> bool:
        if words not in self._known:
            data, plain = self._data, self._plain
            found = any(word in plain if isinstance(word, bytes) else word.search(data) for word in words)
            if words is _SECRETS:
                found = self._names.are_used_in(data) if found else self._names.occur_in(data)
            self._known[words] = found
        return self._known[words]


_BLOCK = 1 << 16


def _plain_words(data: bytes) -> set[bytes]:
    """Which of all words that are no patterns a file mentions; found in one pass over it."""
    automaton, words, overlap = _automaton()
    # Blocks bound the number of matches held at once.
    blocks = (data[start : start + _BLOCK + overlap] for start in range(0, len(data), _BLOCK))
    found = {match[0] for block in blocks for match in automaton.find_matches_as_indexes(block, overlapping=True)}
    return {words[index] for index in found}


@cache
def _automaton() -> tuple[BytesAhoCorasick, tuple[bytes, ...], int]:
    """What finds the words, the words, and how far blocks must overlap for none to fall between them."""
    from ahocorasick_rs import BytesAhoCorasick as Automaton  # noqa: PLC0415 - as in the prefilter

    groups = (group for gate in (*GATES.values(), DOCUMENTS) for way in gate for group in way)
    words = sorted({word for group in groups for word in group if isinstance(word, bytes)})
    return Automaton(words), tuple(words), max(map(len, words)) - 1
