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
from lk_audit.livekit.credentials import KEY_STRICT, PUBLIC_PREFIXES, may_be_random
from lk_audit.livekit.sdks import SECRET_SINKS
from lk_audit.livekit.tokens import decode_token, find_tokens

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
_KEY_ID = re.compile(KEY_STRICT.pattern.encode())
_SINKS = tuple(
    sorted(
        {name.rpartition(".")[2].encode() for name in SECRET_SINKS}
        | {b"jwt", b"JWT", b"jws", b"hmac", b"Hmac", b"HMAC"}
    )
)
"""What a program calls with an API secret."""
_PUBLISHED = re.compile(
    b"(?:" + b"|".join(re.escape(prefix.encode()) for prefix, _ in PUBLIC_PREFIXES) + rb")\w{0,80}(?i:secret)"
)


def random_words(data: bytes) -> frozenset[bytes]:
    """The words in `data` that could have come out of a generator."""
    return frozenset(word for word in _long_words(data) if _is_random(word))


def may_hold_secret(path: str, data: bytes, stated: tuple[bytes, ...] = ()) -> frozenset[bytes]:
    """The random words of a file in which something binds such a word to LiveKit; empty when nothing does.

    `stated` are further words that do, which the project states.
    """
    words = _binding_words(path)
    binds = _holds_any(data, (*words, *stated)) or (words is not _IN_CODE and _holds_key_id(data))
    return random_words(data) if binds else frozenset()


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
    things.
    """
    starts = [0, *(found.end() for found in _LINE_BREAK.finditer(data))]
    near: set[int] = set()
    for mark in sorted(words):
        _mark_lines(data, mark, starts, _AROUND, near)
    for mark in (*_binding_words(path), *stated):
        _mark_lines(data, mark, starts, _BESIDE, near)
    digest = hashlib.sha256(b"%d %d" % (b"livekit" in data.lower(), b".livekit.cloud" in data))
    ends = [*starts[1:], len(data)]
    for number in sorted(near):
        if 0 <= number < len(starts):
            digest.update(data[starts[number] : ends[number]])
    return digest.digest()


_LINE_BREAK = re.compile(rb"\n")


def _mark_lines(data: bytes, mark: bytes, starts: list[int], around: int, near: set[int]) -> None:
    """Add the numbers (from 0) of the lines around every occurrence of `mark`."""
    position = data.find(mark)
    while position >= 0:
        number = bisect_right(starts, position) - 1
        near.update(range(number - around, number + around + 1))
        following = starts[number + 1] if number + 1 < len(starts) else len(data)
        position = data.find(mark, max(following, position + 1))


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


def _long_words(data: bytes) -> Iterator[bytes]:
    shape = data.translate(_SHAPES)
    start = shape.find(_RUN)
    while start >= 0:
        end = shape.find(b" ", start + _SHORTEST)
        end = len(shape) if end < 0 else end
        if end - start <= _LONGEST:
            yield data[start:end]
        start = shape.find(_RUN, end)


_NO_SECRET = re.compile(
    r"""
      //.*                                         # an address after its scheme
    | [A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+              # a.dotted.name
    | (?:[\w-]+\.)+(?:com|org|io|dev|net|in|ai)/.* # an address without a scheme
    | [\w./-]+@(?:v[\d.]+|[0-9a-f]{40})            # a pinned action
    | v?\d+\.\d+\.\d+[\w.+-]*                     # a version
    | sha(?:256|384|512)-.*                        # a checksum of a package
    | (?:[\w.@-]+/)+[\w@-]+\.[a-z]{1,5}            # the name of a file
    """,
    re.VERBOSE,
)
"""What looks random and is never a secret."""


@lru_cache(maxsize=1 << 16)
def _is_random(word: bytes) -> bool:
    text = word.decode("ascii")
    bare = text.strip(_MARKUP)
    return not _NO_SECRET.fullmatch(text) and (may_be_random(text) or (bare != text and may_be_random(bare)))
