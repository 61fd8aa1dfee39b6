"""LiveKit API keys and secrets: what a value is worth. What names say of values is in `setting_names`.

Formats: livekit/protocol:utils/guid/id.go (key) and utils/secret.go (secret); livekit/livekit:cmd/server/main.go for
the development pair.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from lk_audit.digests import sha256
from lk_audit.facts import Strength
from lk_audit.livekit.setting_names import WORD, name_words, says_livekit, word_set
from lk_audit.patterns import regex

KEY_STRICT = regex(r"(?<![A-Za-z0-9])API[2-9A-HJ-NP-Za-km-z]{12}(?![A-Za-z0-9])")
"""A key id as LiveKit makes it: `API` and 12 characters without 0, 1, I, O and l."""
KEY_LOOSE = regex(r"(?<![A-Za-z0-9])API[A-Za-z0-9]{12,22}(?![A-Za-z0-9])")
"""A key id, or one of the longer ids of before 2021: less certain, so that it needs LiveKit around it."""
SECRET_SHAPE = regex(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9]{43,46}(?![A-Za-z0-9+/=_-])")
"""A secret as LiveKit makes it: 32 random bytes in base 62."""

DEVELOPMENT_KEYS = word_set(
    "devkey key1 key2 myapikey apikey api-key my-key mykey testkey test-key envkey server-api-key apitestkey"
)
"""Published key ids of development pairs, in lower case."""

_DEVELOPMENT_SECRETS = word_set(
    "secret secret1 secret2 devsecret dev-secret dev_secret myapisecret apisecret api-secret secret-key secretkey"
    " my-secret my_secret mysecret testsecret test-secret test_secret server-api-secret abababa devkey"
    " thiskeyistotallyunsafe topsecretvalue456 apisecretextendto32bytesasthatisminimum"
    " test-api-secret-extend-to-32-bytes-minimum"
)
_REPEATED_DEVELOPMENT_SECRET = regex(r"(?:secret|devsecret|devkey|dev|test|key)(?:[-_]?(?:secret|devkey|key|dev))++")

# Official test fixtures that look real, by the SHA-256 of the value: livekit/server-sdk-ruby:spec/livekit/
# access_token_spec.rb and livekit/protocol:auth/verifier_test.go.
_FIXTURES = frozenset(
    {
        "c04d181f405f89df94555747cd5cab34829d684a1c14df12d877ac37cac6e390",
        "085b6e527f8979b87cd638f914056d5523be8cced484961234a9b0ef65e26e74",
    }
)

_MIN_LENGTH = 3
_MAX_LENGTH = 256
_RANDOM_LENGTH = 20
_FULL_LENGTH = 32

# What can stand where a secret belongs and is none, whatever its characters.
_NO_LITERAL = regex(
    r"""
      [\s"'`,;()<>\[\]{}|\\…•]                                # prose, code, <placeholder>, {{ template }}, mask
    | ^[$%@!&*#:]                                             # $VAR, %VAR%, @Microsoft.KeyVault, !Ref, *alias
    | ^__[A-Za-z][A-Za-z0-9_]*__$                             # __API_SECRET__, which a `sed` at start-up replaces
    | \$[A-Za-z_{(] | \#\{ | %[A-Za-z_]+% | ^%[sdv]           # references inside a text
    | \.\.\. | \*{3} | [xX]{5} | ^[-_.xX*0]+$                 # masked
    | [-_]([A-Z])\1{7,}$                                      # lk_secret_YYYYYYYY
    | ^EXAMPLE | EXAMPLE(?:KEY)?$                             # as manuals mark what is no key
    | \.\* | ^//                                              # the pattern of a `sed s/SECRET=.*/.../`, its end
    | :// | ^(?:arn|vault|op|ssm|env|file|secret|sha\d+|md5|data|ref|urn|kms|sops|bao)[+:/]
    | ^projects/[^/]+/secrets/
    | ^[^:]+:[^:]+$                                           # key:value, namespace:name
    | ^(?:process|import|os|env|environ|config|settings|Deno|Bun|System|self|this|ENV|secrets|vars|var|local|props|cfg
        |options|params|args|req|ctx|c|data|module|BuildConfig|dotenv|Env|String|stringData|Values)\.
    | ^[A-Za-z_]+(?:\.[A-Za-z_]+){1,6}$                       # dotted.name
    | ^(?:~|\.{1,2})?/(?:[\w.-]+/)*[\w-]+\.[a-z]{1,6}$        # a path to a file
    | ^(?:~|\.{1,2}|/(?:run|etc|var|opt|home|usr|mnt|tmp|secrets?|app|vault))/
    | ^[\w.-]+\.(?:txt|json|ya?ml|pem|key|env|toml|conf|py|ts|js|tsx|go|md|sh|html?|png|svg|com|io|dev|cloud|ai)$
    | ^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$  # UUID
    """,
    re.VERBOSE,
)
_OTHER_VENDORS = regex(
    r"(?:(?:sk|pk|rk|hf|gsk|gh[opsu]|github_pat|npm|whsec|shpat|r8|pcsk|lin_api|dop_v1|xai|re)_|sk-|pypi-|glpat-|nvapi-"
    r"|tvly-|xox[abprs]-|xapp-|SG\.|ya29\.|eyJ|(?:AKIA|ASIA)[A-Z0-9]{16}$|AIza[\w-]{35}$|(?:AC|SK)[0-9a-f]{32}$|-----BEGIN)"
)
_VARIABLE_NAME = regex(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")

_NOTHING = word_set(
    "true false null none nil undefined yes no on off string str text any required optional unset empty unknown"
    ""
    " nullable sometimes filled present prohibited confirmed encrypted hashed encrypted:array encrypted:object"
    " default void auto env environment value number boolean int object redacted hidden masked removed secure sync n/a"
    " tbd todo secretkeyref valuefrom"
    " api_secret apisecret_here secret_value key token password_here credentials"
)

# Long enough to be told from chance.
_PLACEHOLDER_WORDS = word_set(
    "your yours insert replace replaceme placeholder example sample paste todo fixme here enter fill redacted dummy"
    " fake mock removed hidden goes obtain dashboard xxxx from update generate generated actual real provide specify"
    " invalid wrong"
    " votre remplacer mettre deine dein ihre hier einfuegen ersetzen tuo tuya aqui coloque insira inserisci sizin"
    " buraya jouw invullen tutaj twoj anda masukkan vash vstavte wpisz podaj gizli remplacez reemplazar cambiar"
)
# Only where separators show that the value consists of words.
_SHORT_PLACEHOLDER_WORDS = frozenset(
    {"tu", "su", "sua", "seu", "ton", "ta", "put", "get", "set", "via", "xxx", "the", "qui"}
)
_PLACEHOLDER_START = regex(r"(?:your|enter|insert|replace|placeholder|example|paste|todo)", re.IGNORECASE)
_CHANGE_ME = regex(r"change[-_ ]?(?:me|this|it)", re.IGNORECASE)

_OWN_NAME = word_set("livekit lk api secret key livekitsecret livekitapisecret")


def judge(value: str, *, bound: bool = True) -> Strength | None:
    """What `value` is worth as a LiveKit API secret, or None when it is none (a placeholder, a reference ...).

    `bound` tells that its name or position says that it is one; without that only the exact shape counts.
    """
    text = value.strip()
    if not bound:
        return Strength.STRONG if SECRET_SHAPE.fullmatch(text) and _is_real(text) else None
    if _is_no_secret(text):
        return None
    lowered = text.lower()
    if lowered in _DEVELOPMENT_SECRETS or _REPEATED_DEVELOPMENT_SECRET.fullmatch(lowered):
        return Strength.WELL_KNOWN
    if _CHANGE_ME.search(text):
        return Strength.WEAK
    if _is_placeholder(text) or _is_published_fixture(text):
        return None
    return Strength.STRONG if _looks_random(text) else Strength.WEAK


def may_be_random(text: str) -> bool:
    """Whether `text`, or a part of it, could be a secret that came out of a generator: told from the text alone."""
    return not _is_no_secret(text) and _looks_random(text)


def is_key_id(value: str) -> bool:
    """Whether `value` is a LiveKit API key id: made by LiveKit, or of a published development pair.

    A key id is no secret: it is the issuer of every token.
    """
    return bool(KEY_LOOSE.fullmatch(value)) or value.lower() in DEVELOPMENT_KEYS


def is_generated_key_id(value: str) -> bool:
    """Whether `value` is a key id by its form alone; names such as `APIConnectError` have the same length.

    Five of six generated ones hold a digit; of the others, those count whose letters no name would have.
    """
    if not KEY_STRICT.fullmatch(value):
        return False
    return any(character.isdigit() for character in value) or _is_no_name(value.removeprefix("API"), _PAIRS_OF_NO_NAME)


def _is_no_name(letters: str, most_pairs: float) -> bool:
    """Whether letters change case too often, and follow each other too seldom as in English, for a name in code."""
    return _class_changes(letters) >= _CHANGES_OF_NAMES and _common_pairs(letters.lower()) <= most_pairs


def _is_real(text: str) -> bool:
    mixed = any(map(str.isupper, text)) and any(map(str.islower, text))
    is_no_name = any(map(str.isdigit, text)) or _is_no_name(text, _PAIRS_OF_NO_LONG_NAME)
    return mixed and is_no_name and not _is_published_fixture(text) and _looks_random(text)


def _is_no_secret(text: str) -> bool:
    if not _MIN_LENGTH <= len(text) <= _MAX_LENGTH or not text.isascii():
        return True
    if text.lower() in _NOTHING or KEY_STRICT.fullmatch(text) or _OTHER_VENDORS.match(text):
        return True
    if _VARIABLE_NAME.fullmatch(text) and not _CHANGE_ME.search(text):
        return True
    return bool(_NO_LITERAL.search(text)) or (says_livekit(text) and _OWN_NAME.issuperset(name_words(text)))


def _is_placeholder(text: str) -> bool:
    """Whether words such as "your" or "insert" show that something else belongs here."""
    if len(text) >= _RANDOM_LENGTH and _class_changes(text) > _CHANGES_OF_WORDS:
        return False
    words = {word.lower() for word in WORD.findall(text)}
    if words & _PLACEHOLDER_WORDS or _PLACEHOLDER_START.match(text):
        return True
    return not text.isalnum() and bool(words & _SHORT_PLACEHOLDER_WORDS)


def _is_published_fixture(text: str) -> bool:
    return sha256(text.encode()).hex() in _FIXTURES


# --- randomness -------------------------------------------------------------------------------------------------------

_HEX = regex(r"[0-9a-f]+|[0-9A-F]+")
_BASE64 = regex(r"[A-Za-z0-9+/]+={0,2}")
_ENTROPY_HEX = 3.0
_ENTROPY_FULL = 3.7
_ENTROPY_SHORT = 3.5
_COMMON_PAIRS = word_set(
    "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic"
    " ne ea ra ce li ch ll be ma si om ur ke ey ec cr et pi ap iv vi ki ev ss wo rd pa su pe up lo ca oc ab sa sw am"
    " un us um mi im ni no ot ta tr il ol ly fo tt ee oo el la em po op pr ge id ad ag da ay my ty by rs ct ns so"
)
_NEIGHBOURS = frozenset(
    pair
    for row in ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm")
    for first, second in pairwise(row)
    for pair in (first + second, second + first)
)
_WORDS_SHARE = 0.5
_CHANGES_OF_WORDS = 0.4
_CHANGES_OF_NAMES = 0.3
_PAIRS_OF_NO_NAME = 0.2
"""Together these hold for two in three random runs of 12 letters, and for one in 250 names of that length in code."""
_PAIRS_OF_NO_LONG_NAME = 0.4
"""With the changes above it holds for 99.5 % of random runs of 43 letters, and for none of 375 names of that length."""
_NEIGHBOURS_SHARE = 0.4
_DISTINCT_SHARE = 0.75
_LONG_WALK = 8
"""So many digits of a random text go on by one step in one of a million texts that hold so many."""
_FEW_PAIRS = 6
_SENTENCE_SHARE = 0.65
_MANY_PAIRS = 24
"""Together these hold for one in a million random texts of 43 letters and digits."""


@lru_cache(maxsize=4096)
def _looks_random(text: str) -> bool:
    """Whether `text` came out of a generator: long, mixed, neither words nor a pattern, of high entropy."""
    if len(text) < _RANDOM_LENGTH or _is_pattern(text) or _reads_as_words(text) or _encodes_words(text):
        return False
    is_hex = bool(_HEX.fullmatch(text))
    if len(text) < _FULL_LENGTH or is_hex:
        mixed = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
        if not mixed:
            return False
    if len(text) < _FULL_LENGTH and not is_hex and _class_changes(text) < _CHANGES_OF_WORDS / 2:
        return False
    wanted = _ENTROPY_HEX if is_hex else _ENTROPY_FULL if len(text) >= _FULL_LENGTH else _ENTROPY_SHORT
    return _passes_detect_secrets(text, wanted)


def _passes_detect_secrets(text: str, entropy: float) -> bool:
    # Imported here: detect-secrets takes a quarter of a second to import, and few files hold a candidate.
    from detect_secrets.filters import heuristic  # noqa: PLC0415
    from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString  # noqa: PLC0415

    return (
        not heuristic.is_sequential_string(text)
        and not heuristic.is_potential_uuid(text)
        and not heuristic.is_templated_secret(text)
        and not heuristic.is_not_alphanumeric_string(text)
        and bool(Base64HighEntropyString(entropy).calculate_shannon_entropy(text) >= entropy)
    )


def _is_pattern(text: str) -> bool:
    """Whether `text` repeats itself or walks along the alphabet, the digits or the keyboard."""
    triples = [text[index : index + 3] for index in range(len(text) - 2)]
    if len(set(triples)) < _DISTINCT_SHARE * len(triples):
        return True
    lowered = text.lower()
    if _walks(lowered):
        return True
    steps = [lowered[index : index + 2] in _NEIGHBOURS for index in range(len(lowered) - 1)]
    return sum(steps) >= _NEIGHBOURS_SHARE * len(steps)


def _walks(text: str) -> bool:
    """Whether the digits, or the letters, of `text` go on by the same step throughout: `7a8b9c0d1e2f3g4h`."""
    digits = [int(character) for character in text if character in "0123456789"]
    letters = [ord(character) for character in text if "a" <= character <= "z"]
    return any(
        len(run) >= _LONG_WALK and len({(second - first) % base for first, second in pairwise(run)}) == 1
        for run, base in ((digits, 10), (letters, 26))
    )


def _reads_as_words(text: str) -> bool:
    """Whether the letters follow each other as in English, and change case and kind as seldom as in words.

    Many letters that follow each other so are words however often they do: `ThisIsASecretOfA2ndKind`.
    """
    if _HEX.fullmatch(text):
        return False
    if _common_pairs(text.lower(), _MANY_PAIRS) >= _SENTENCE_SHARE:
        return True
    return _class_changes(text) <= _CHANGES_OF_WORDS and _common_pairs(text.lower()) >= _WORDS_SHARE


def _encodes_words(text: str) -> bool:
    """Whether `text` is base64 of something that could be read, and did not come out of a generator."""
    if len(text) % 4 or not _BASE64.fullmatch(text):
        return False
    from binascii import a2b_base64  # noqa: PLC0415 - few files hold a candidate

    decoded = a2b_base64(text).strip()
    return decoded.isascii() and decoded.decode().isprintable() and not _looks_random(decoded.decode())


def _common_pairs(text: str, few: int = _FEW_PAIRS) -> float:
    """The share of neighbouring letters that often follow each other in English; 0 where there are few letters."""
    pairs = [first + second for first, second in pairwise(text) if (first + second).isalpha()]
    return sum(pair in _COMMON_PAIRS for pair in pairs) / len(pairs) if len(pairs) >= few else 0.0


def _class_changes(text: str) -> float:
    """The share of neighbouring letters and digits of different kind (upper, lower, digit); 0.62 in random base 62."""
    kinds = ["d" if item.isdigit() else "u" if item.isupper() else "l" for item in text if item.isalnum()]
    changes = sum(first != second for first, second in pairwise(kinds))
    return changes / max(1, len(kinds) - 1)
