"""What settings are called that hold a LiveKit key, secret or token, and which names a framework ships to clients."""

from __future__ import annotations

from functools import lru_cache

from lk_audit.patterns import regex

WORD = regex(r"[sS]3(?!\d)|[eE]2[eE]{2}|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def word_set(words: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(words.split())


_QUALIFIERS = word_set(
    "value dev development prod production staging stage test testing local default livekit lk old new main"
    " cloud primary secondary fallback str literal raw const"
)
_FOREIGN = word_set(
    "webhook turn redis s3 aws minio gcp azure alioss oss oauth client session cookie e2ee encryption storage bucket"
    " database db postgres mongo stripe twilio openai deepgram cloudinary agora zoom google github facebook nextauth"
    " clerk supabase firebase paypal razorpay pusher stream plaid shopify slack discord"
)
_GENERIC_WORDS = word_set("api secret apisecret secretkey key server my the app project service")
_KEY_WORDS = word_set("api key apikey id keyid server my the app project service")
_TOKEN_WORDS = frozenset({"token", "jwt", "accesstoken"})


@lru_cache(maxsize=8192)
def name_words(name: str) -> tuple[str, ...]:
    """The words of a name in any style, in lower case; `liveKit` and `LIVE_KIT` are one word."""
    joined = "_".join(word.lower() for word in WORD.findall(name[:200]))
    return tuple(joined.replace("live_kit", "livekit").split("_")) if joined else ()


@lru_cache(maxsize=1024)
def says_livekit(name: str) -> bool:
    """Whether a name mentions LiveKit."""
    return any(word.startswith("livekit") or word == "lk" for word in name_words(name))


def is_foreign_name(name: str) -> bool:
    """Whether a name says that its value belongs to another service or purpose (storage, TURN, webhooks ...)."""
    return not _FOREIGN.isdisjoint(name_words(name))


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether a name means a LiveKit API secret: `LIVEKIT_API_SECRET`, `lkApiSecret`, `VITE_LIVEKIT_SECRET_KEY` ..."""
    return says_livekit(name) and _ends_in_secret(name_words(name)) and not is_foreign_name(name)


@lru_cache(maxsize=1024)
def is_generic_secret_name(name: str) -> bool:
    """Whether a name means an API secret of whatever service: `api_secret`, `--api-secret`, `secret` ..."""
    words = without_qualifiers(name_words(name))
    if words[:1] and words[0] in _QUALIFIERS and words[1:2] in {("api",), ("apisecret",)}:
        words = words[1:]  # `DEFAULT_API_SECRET`; a DEV_SECRET_KEY signs something else
    return _ends_in_secret(words) and _GENERIC_WORDS.issuperset(words)


@lru_cache(maxsize=1024)
def is_environments_secret_name(name: str) -> bool:
    """Whether a name means some secret of one environment: `PROD_SECRET`, `_developmentSecretKey`."""
    words = without_qualifiers(name_words(name))
    rest = words[1:]
    return bool(rest) and words[0] in _QUALIFIERS and _ends_in_secret(rest) and _GENERIC_WORDS.issuperset(rest)


@lru_cache(maxsize=1024)
def is_key_name(name: str) -> bool:
    """Whether a name means an API key id: `LIVEKIT_API_KEY`, `api_key`, `livekitKey` ..."""
    words = without_qualifiers(name_words(name))
    if words[:2] in {("default", "api"), ("default", "apikey")}:
        words = words[1:]
    if not words or words[-1] not in {"key", "apikey", "id", "keyid"} or is_foreign_name(name):
        return False
    if any("secret" in word for word in words) or not any("key" in word for word in words):
        return False
    return says_livekit(name) or _KEY_WORDS.issuperset(words)


def is_token_name(name: str) -> bool:
    """Whether a name means an access token: `LIVEKIT_TOKEN`, `accessToken`, `participant_token` ..."""
    words = name_words(name)
    return bool(words) and words[-1] in _TOKEN_WORDS


def without_qualifiers(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` without the environments, numbers and the like that end a name (`_PROD`, `_2`, `_VALUE`)."""
    end = len(words)
    while end and (words[end - 1] in _QUALIFIERS or words[end - 1].isdigit()):
        end -= 1
    return words[:end]


def _ends_in_secret(words: tuple[str, ...]) -> bool:
    words = without_qualifiers(words)
    if len(words) > 1 and words[-1] == "key":
        words = words[:-1]
    return bool(words) and words[-1].endswith(("secret", "secretkey"))


PUBLIC_PREFIXES: tuple[tuple[str, str], ...] = (
    ("NEXT_PUBLIC_", "Next.js"),
    ("RENDERER_VITE_", "electron-vite"),
    ("PRELOAD_VITE_", "electron-vite"),
    ("MAIN_VITE_", "electron-vite"),
    ("VITE_", "Vite"),
    ("REACT_APP_", "Create React App"),
    ("VUE_APP_", "Vue CLI"),
    ("GATSBY_", "Gatsby"),
    ("EXPO_PUBLIC_", "Expo"),
    ("NUXT_PUBLIC_", "Nuxt"),
    ("NUXT_ENV_", "Nuxt"),
    ("PLASMO_PUBLIC_", "Plasmo"),
    ("BUN_PUBLIC_", "Bun"),
    ("STORYBOOK_", "Storybook"),
    ("NG_APP_", "Angular (ngx-env)"),
    ("REDWOOD_ENV_", "RedwoodJS"),
    ("WXT_", "WXT"),
    ("PUBLIC_", "SvelteKit, Astro and others"),
)
"""Prefixes of environment variables that a framework ships to clients, and the framework."""


def public_prefix(name: str) -> tuple[str, str] | None:
    """The prefix of `name` that publishes it to clients, and the framework that does."""
    return next((item for item in PUBLIC_PREFIXES if name.startswith(item[0])), None)
