"""Which contents may hold a secret or a token, told without parsing: the history has every file a hundred times.

Nothing that the extraction would find is left out knowingly, with two exceptions that make the difference between
minutes and seconds: secrets that are put together from pieces none of which looks random, and guessable ones.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from lk_audit import frontends
from lk_audit.livekit.credentials import KEY_STRICT, may_be_random
from lk_audit.livekit.sdks import FAMILIES, family
from lk_audit.livekit.setting_names import PUBLIC_PREFIXES
from lk_audit.livekit.tokens import decode_token, find_tokens
from lk_audit.patterns import regex

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

_DELIMITERS = b" \t\r\n\x0b\x0c\"'`,;()<>[]{}|\\=:"
_WORD = ord("a")
_BLANK = ord(" ")
_SHAPES = bytes(_WORD if 32 < code < 127 and code not in _DELIMITERS else _BLANK for code in range(256))  # noqa: PLR2004 - ASCII
"""Every byte as part of a word or not: `find` over that is many times faster than a regular expression."""
_SHORTEST = 20
_LONGEST = 256
_MARKUP = "*_~$%@!&#.?^+-/"
"""What may touch a secret without being part of it."""
_RUN = bytes([_WORD]) * _SHORTEST

_NAMES = (b"ecret", b"ECRET")
"""What the name of an API secret has in it."""
_KEYS = (b"keys", b"KEYS")
"""What the name of a map of keys has in it."""
_KEY_ID = regex(KEY_STRICT.pattern.encode())
_SINKS = tuple(
    sorted(
        {name.rpartition(".")[2].encode() for each in FAMILIES for name in family(each).sinks}
        | {b"jwt", b"JWT", b"jws", b"hmac", b"Hmac", b"HMAC"}
    )
)
"""What a program calls with an API secret."""
_GENERATED = regex(r"(?:\.pb(?:\.gw)?\.go|\.twirp\.go|_pb2(?:_grpc)?\.pyi?|_pb(?:\.d)?\.[jt]s)$")
"""What protobuf makes of descriptions; nobody writes there, and every version is large."""
_PUBLISHED = regex(
    b"(?:" + b"|".join(re.escape(prefix.encode()) for prefix, _ in PUBLIC_PREFIXES) + rb")\w{0,80}(?i:secret)"
)


_MOST_WORDS = 1_000
"""Random words of a file; where there are more, they say nothing about what stands around them."""


def random_words(path: str, data: bytes) -> frozenset[bytes]:
    """The words of a file that could have come out of a generator; of code those in strings and comments.

    Of very many the first ones.
    """
    is_code = frontends.frontend_for(path) in frontends.CODE
    if path.endswith(".map"):
        data = _MAPPINGS.sub(b"", data)
    found: set[bytes] = set()
    for start, word in _long_words(data):
        if word not in found and _is_random(word) and (not is_code or _is_spelled(data, start, start + len(word))):
            found.add(word)
            if len(found) == _MOST_WORDS:
                break
    return frozenset(found)


def may_hold_secret(path: str, data: bytes, stated: tuple[bytes, ...] = ()) -> frozenset[bytes]:
    """The random words of a file in which something binds such a word to LiveKit; empty when nothing does.

    `stated` are further words that do, which the project states.
    """
    if _GENERATED.search(path):
        return frozenset()
    words = _binding_words(path)
    binds = _holds_any(data, (*words, *stated)) or (words is not _IN_CODE and _holds_key_id(data))
    return random_words(path, data) if binds else frozenset()


def may_publish(path: str, data: bytes, stated: tuple[bytes, ...] = ()) -> bool:
    """Whether a file that is no code may define an API secret under a name that a framework publishes."""
    if frontends.frontend_for(path) in frontends.CODE:
        return False
    if any(word in data for word in stated):
        return True
    return any(name in data for name in _NAMES) and _PUBLISHED.search(data) is not None


def holds_token(data: bytes) -> bool:
    """Whether a LiveKit token is written down."""
    return any(decode_token(text) is not None for _, _, text in find_tokens(data))


_AROUND = 10
"""Lines: as far as anything is read together with a secret."""
_BESIDE = 2
"""Lines: as far as a statement goes on around what may bind a secret."""


def surroundings(path: str, data: bytes, words: frozenset[bytes], stated: tuple[bytes, ...] = ()) -> bytes:
    """A digest of the lines around the words, and of what may bind them elsewhere.

    Two versions of a file that agree in it are taken to hold the same secrets; they differ in what is about other
    things. Where there are very many words, they have to agree in everything.
    """
    if len(words) >= _MOST_WORDS:
        return hashlib.sha256(data).digest()
    spans: list[tuple[int, int]] = []
    starts = [0, *(found.end() for found in _LINE_BREAK.finditer(data)), len(data)]
    for mark in sorted(words):
        spans += _spans_around(data, mark, starts, _AROUND)
    for mark in (*_binding_words(path), *stated):
        spans += _spans_around(data, mark, starts, _BESIDE)
    digest = hashlib.sha256(b"%d %d" % (b"livekit" in data.lower(), b".livekit.cloud" in data))
    done = 0
    for start, end in sorted(spans):
        digest.update(data[max(start, done) : end])
        done = max(done, end)
    return digest.digest()


_LINE_BREAK = regex(rb"\n")
_WIDTH = 100
"""Bytes that a line is taken to have where lines are longer: a bundle may have one line only."""


def _spans_around(data: bytes, mark: bytes, starts: list[int], around: int) -> Iterator[tuple[int, int]]:
    """The spans of the lines around every occurrence of `mark`; `starts` are those of the lines, and the end."""
    reach = _WIDTH * around
    position = data.find(mark)
    while position >= 0:
        number = bisect_right(starts, position) - 1
        first, after = starts[max(0, number - around)], starts[min(len(starts) - 1, number + around + 1)]
        yield max(first, position - reach), min(after, position + reach)
        position = data.find(mark, position + len(mark))


def _binding_words(path: str) -> tuple[bytes, ...]:
    """The words one of which a file must hold; pages and notebooks are code and text."""
    name = frontends.frontend_for(path)
    if name in frontends.CODE:
        return _IN_CODE
    return _IN_BOTH if name in {"page", "notebook"} else _IN_TEXT


_IN_CODE = (*_NAMES, *_SINKS)
_IN_TEXT = (*_NAMES, *_KEYS)
_IN_BOTH = (*_IN_TEXT, *_SINKS)
_BLOCK = 1 << 16


def _holds_any(data: bytes, words: tuple[bytes, ...]) -> bool:
    search, longest = _automaton(words)
    blocks = (data[start : start + _BLOCK + longest] for start in range(0, len(data), _BLOCK))
    return any(search.find_matches_as_indexes(block) for block in blocks)


@cache
def _automaton(words: tuple[bytes, ...]) -> tuple[BytesAhoCorasick, int]:
    from ahocorasick_rs import BytesAhoCorasick as Automaton  # noqa: PLC0415 - as in the prefilter

    return Automaton(words), max(map(len, words))


def _holds_key_id(data: bytes) -> bool:
    position = data.find(b"API")
    while position >= 0:
        if _KEY_ID.match(data, position):
            return True
        position = data.find(b"API", position + 1)
    return False


_MAPPINGS = regex(rb'"mappings"\s{0,9}:\s{0,9}"[^"]*"')
"""The numbers of a source map. Source: ECMA-426, "Mappings"."""
_BESIDE_STRINGS = frozenset(b"\"'`\\")
_SPELLED = (b"#", b"//", b"/*", b"* ", *_NAMES)
_MAX_LINE = 500


def _is_spelled(data: bytes, start: int, end: int) -> bool:
    """Whether a word of code is no name: at an end of a string, or on a line with a comment or a name of a secret."""
    if {*data[start - 1 : start], *data[end : end + 1]} & _BESIDE_STRINGS:
        return True
    begin = data.rfind(b"\n", max(0, start - _MAX_LINE), start) + 1 or max(0, start - _MAX_LINE)
    line = data[begin : end + _MAX_LINE].partition(b"\n")[0]
    return any(mark in line for mark in _SPELLED)


def _long_words(data: bytes) -> Iterator[tuple[int, bytes]]:
    shape = data.translate(_SHAPES)
    start = shape.find(_RUN)
    while start >= 0:
        end = shape.find(b" ", start + _SHORTEST)
        end = len(shape) if end < 0 else end
        if end - start <= _LONGEST:
            yield start, data[start:end]
        start = shape.find(_RUN, end)


_NO_SECRET = regex(
    r"""
      //.*                                         # an address after its scheme
    | [A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+              # a.dotted.name
    | (?:[\w-]+\.)+(?:com|org|io|dev|net|in|ai)/.* # an address without a scheme
    | [\w./-]+@(?:v[\d.]+|[0-9a-f]{40})            # a pinned action
    | v?\d+\.\d+\.\d+[\w.+-]*                     # a version
    | sha(?:256|384|512)-.*                        # a checksum of a package
    | (?:[\w.@-]+/)+[\w@-]+\.[a-z]{1,5}            # the name of a file
    | @?[a-z0-9._-]+(?:/[a-z0-9._-]+)+             # the name of a folder or package
    """,
    re.VERBOSE,
)
"""What looks random and is never a secret."""


@lru_cache(maxsize=1 << 16)
def _is_random(word: bytes) -> bool:
    text = word.decode("ascii")
    bare = text.strip(_MARKUP)
    return not _NO_SECRET.fullmatch(text) and (may_be_random(text) or (bare != text and may_be_random(bare)))
