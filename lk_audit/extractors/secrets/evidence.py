"""Whether a name that could be anybody's (`api_secret`, `secret`, `keys`) speaks of LiveKit where it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.extractors.secret_names import USUAL, SecretNames
from lk_audit.livekit.credentials import is_generated_key_id, is_key_id, judge
from lk_audit.livekit.fallbacks import fallback
from lk_audit.livekit.setting_names import (
    is_foreign_name,
    is_generic_secret_name,
    is_key_name,
    name_words,
    says_livekit,
)
from lk_audit.patterns import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.source import Source
    from lk_audit.syntax import Document, Pair

LIVEKIT_FILE = regex(
    r"(?i)(?:^|[/._-])(?:livekit|egress|ingress|sip)[\w.-]*\.ya?ml(?:\.\w{1,9})?$|(?:^|/)\.?livekit/[^/]*$"
)
"""Files that configure a LiveKit service, by their usual names."""
_SERVER_SETTINGS = frozenset(
    {"rtc", "port", "turn", "room", "webhook", "redis", "bind_addresses", "node_selector", "limit", "audio", "logging"}
    | {"log_level", "development", "prometheus_port", "ingress", "signal_relay"}
)
_ENOUGH_SETTINGS = 2
_SERVICE_SETTINGS = frozenset({"api_key", "api_secret", "ws_url"})
_REFERENCES = frozenset({"secretName", "existingSecret", "secretRef", "fromSecret"})
"""Keys of maps that say where secrets are kept, as in resources of Kubernetes and values of Helm."""
_NEAR_PAIRS = 10
_NEAR_LINES = 6
_MAX_KEY = 64
_LIVEKIT_SERVER = regex(r"\.livekit\.cloud|^\s*(?:wss?|https?)://[\w.-]*livekit")
"""Addresses of LiveKit servers, by their host."""
_LINES_OF_COMMAND = 3
_BYTES_OF_COMMAND = 2_000
_ENCRYPTED = frozenset({"encryptedData"})
"""Whose values only the cluster can read (github.com/bitnami-labs/sealed-secrets)."""


class Binding(Struct, frozen=True):
    """Why a value counts as a LiveKit secret; `is_close` when its name or neighbours say so, not just the file."""

    is_close: bool


class Evidence:
    """The pairs of a document in order, and what around each of them speaks of LiveKit."""

    def __init__(self, source: Source, document: Document, names: SecretNames = USUAL) -> None:
        self.names = names
        self.path = source.path
        self.pairs = sorted(document.pairs, key=lambda pair: (pair.start, pair.end))
        self._source = source
        self._is_environment = document.format == "dotenv"
        self._is_nested = document.format in ("yaml", "json") and not document.errors

    @cached_property
    def is_service_configuration(self) -> bool:
        """Whether the file configures LiveKit's egress, ingress or SIP service: they need these three settings."""
        return self._is_nested and {pair.path[-1] for pair in self.pairs if len(pair.path) == 1} >= _SERVICE_SETTINGS

    @cached_property
    def says_livekit(self) -> bool:
        """Whether the file mentions LiveKit at all."""
        return "livekit" in self.path.lower() or b"livekit" in self._source.data.lower()

    def binding(self, index: int, name: str) -> Binding | None:
        """Why the pair at `index` holds a LiveKit API secret; None when nothing says so."""
        pair = self.pairs[index]
        if self.names.means(name):
            return None if _is_encrypted(pair) else Binding(is_close=True)
        may_be = self._is_generic(name) and not self._names_its_own(index)
        is_elsewhere = _is_encrypted(pair) or pair.path[:-1] in self._groups_of_references
        if not may_be or any(map(is_foreign_name, pair.path[:-1])) or is_elsewhere:
            return None
        if any(map(_is_livekit_part, pair.path[:-1])) or self._has_livekit_neighbour(index):
            return Binding(is_close=True)
        is_api_secret = "api" in name_words(name) or "apisecret" in name_words(name)
        if not is_api_secret:
            return Binding(is_close=False) if self._is_called_livekit else None
        is_flag = name.startswith("--") and self._line_says_livekit(pair)
        if is_flag or LIVEKIT_FILE.search(self.path) or self._is_in_livekit_resource(pair):
            return Binding(is_close=True)
        return Binding(is_close=False) if self.says_livekit else None

    def _is_in_livekit_resource(self, pair: Pair) -> bool:
        """Whether a pair is data of a Kubernetes resource that is called after LiveKit: a Secret `livekit-auth`."""
        if not self._is_nested or pair.path[0] not in {"data", "stringData"}:
            return False
        above = bisect_right(self._resources, pair.start, key=lambda name: name.start)
        return bool(self._resources) and says_livekit(self._resources[max(0, above - 1)].value)

    @cached_property
    def _resources(self) -> list[Pair]:
        return [pair for pair in self.pairs if pair.path == ("metadata", "name")]

    def _is_generic(self, name: str) -> bool:
        """Whether a name may mean the API secret of anything; a plain SECRET_KEY signs an application's sessions."""
        is_session_key = not self._is_nested and {"secret", "key", "secretkey"}.issuperset(name_words(name))
        return is_generic_secret_name(name) and (not is_session_key or len(name_words(name)) == 1)

    def _names_its_own(self, index: int) -> bool:
        """Whether what stands around a pair says which secret is LiveKit's: an API_KEY_SECRET is then another one.

        Unless it belongs to a key id of its own: `apiKey=API...` and `apiSecret=...` of another project, noted below.
        """
        if self.pairs[index].path[:-1] not in self._groups_with_own:
            return False
        beside = (pair for pair in self._neighbours(index) if self._is_environment and is_key_name(pair.path[-1]))
        return not any(is_generated_key_id(pair.value) for pair in beside if not says_livekit(pair.path[-1]))

    @cached_property
    def _groups_with_own(self) -> frozenset[tuple[str, ...]]:
        """The maps that hold a secret by LiveKit's name, of variables: other maps are about one thing."""
        named = (pair for pair in self.pairs if self.names.means(pair.path[-1]))
        is_variable = (pair for pair in named if self._is_environment or (self._is_nested and pair.path[-1].isupper()))
        return frozenset(pair.path[:-1] for pair in is_variable)

    @property
    def _is_called_livekit(self) -> bool:
        """Whether the file is code called after LiveKit and nothing else, as `config/livekit.php` is."""
        return not self._is_nested and PurePosixPath(self.path).stem.lower() == "livekit"

    def key_id(self, index: int) -> str | None:
        """The API key beside the secret at `index`, when one is written there."""
        for is_close in (True, False) if self._is_nested else (True,):
            for pair in self._neighbours(index, is_close=is_close):
                value = written.value if (written := fallback(pair.value)) else pair.value
                if is_key_name(pair.path[-1]) and 0 < len(value) <= _MAX_KEY and is_key_id(value):
                    return value
        return None

    def is_key_map(self, pair: Pair) -> bool:
        """Whether `keys:` above the pair is the one of a LiveKit server, not a list of anything else."""
        *outer, _, key = pair.path
        if pair.path[:-1] in self._groups_of_references:
            return False
        if is_key_id(key) or any(says_livekit(item) for item in outer) or LIVEKIT_FILE.search(self.path):
            return True
        settings = len(_SERVER_SETTINGS & self._keys_beside_map)
        is_generated = judge(pair.value, bound=False) is not None and not is_foreign_name(key)
        return self.says_livekit and settings >= (1 if is_generated else _ENOUGH_SETTINGS)

    @cached_property
    def _groups_of_references(self) -> frozenset[tuple[str, ...]]:
        """The maps that say where a secret is kept, and by which names it is found there."""
        return frozenset(pair.path[:-1] for pair in self.pairs if pair.path[-1] in _REFERENCES)

    @cached_property
    def _keys_beside_map(self) -> frozenset[str]:
        return frozenset(key for pair in self.pairs for key in pair.path)

    @cached_property
    def _lines(self) -> list[int]:
        return [bisect_right(self._source.line_starts, pair.start) for pair in self.pairs]

    def _neighbours(self, index: int, *, is_close: bool = True) -> Iterator[Pair]:
        """The pairs of the same group, nearest first: siblings of a nested format, else those a few lines away.

        Not `is_close`: the items of a list around them count as siblings too.
        """
        for distance in range(1, _NEAR_PAIRS + 1):
            for other in (index - distance, index + distance):
                if 0 <= other < len(self.pairs) and self._belong_together(index, other, is_close=is_close):
                    yield self.pairs[other]

    def _belong_together(self, first: int, second: int, *, is_close: bool) -> bool:
        if self._is_nested and is_close:
            return self.pairs[first].path[:-1] == self.pairs[second].path[:-1]
        if self._is_nested and _group(self.pairs[first]) != _group(self.pairs[second]):
            return False
        if not self._is_nested and not _is_around(self.pairs[first].path[:-1], self.pairs[second].path[:-1]):
            return False
        return abs(self._lines[first] - self._lines[second]) <= _NEAR_LINES

    def _has_livekit_neighbour(self, index: int) -> bool:
        for pair in self._neighbours(index):
            name = pair.path[-1]
            if is_key_name(name) and is_key_id(pair.value):
                return True
            if says_livekit(name) or _LIVEKIT_SERVER.search(pair.value):
                return True
        return False

    def is_livekit_command(self, pair: Pair) -> bool:
        """Whether a flag is given to a LiveKit command, or one that speaks of it."""
        return self._line_says_livekit(pair)

    def _line_says_livekit(self, pair: Pair) -> bool:
        first = max(0, self._source.line_number(pair.start) - _LINES_OF_COMMAND)
        start = max(self._source.line_starts[first], pair.start - _BYTES_OF_COMMAND)
        line_end = self._source.data.find(b"\n", pair.end, pair.end + _BYTES_OF_COMMAND)
        words = self._source.data[start : line_end if line_end != -1 else pair.end + _BYTES_OF_COMMAND].lower()
        return b"livekit" in words or re.search(rb"\blk\b|--api-key", words) is not None


def _is_livekit_part(key: str) -> bool:
    """Whether a part of a document is LiveKit's: a section, or a whole file of a ConfigMap (`egress.yaml: |`)."""
    return says_livekit(key) or LIVEKIT_FILE.search(key) is not None


def _is_encrypted(pair: Pair) -> bool:
    return not _ENCRYPTED.isdisjoint(pair.path[:-1])


def _is_around(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one of two sections is the other, or inside it."""
    length = min(len(one), len(other))
    return one[:length] == other[:length]


def _group(pair: Pair) -> tuple[str, ...]:
    """The keys around a pair without the places in lists that end them."""
    end = len(pair.path) - 1
    while end and pair.path[end - 1].isdigit():
        end -= 1
    return pair.path[:end]
