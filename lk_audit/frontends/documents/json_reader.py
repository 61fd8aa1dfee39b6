"""Reading JSON, and what looks like it, by a tolerant scanner: that of the standard library gives no positions.

What the texts in it hold is a matter of others, for they may hold JSON again.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from lk_audit.frontends import text
from lk_audit.frontends.documents.kubernetes import with_decoded_secrets
from lk_audit.frontends.parsing import TooHardError, at_most
from lk_audit.frontends.shapes import MAX_DEPTH, decode, is_flag, named_values
from lk_audit.machine.budget import MOST_PAIRS
from lk_audit.patterns import regex
from lk_audit.syntax import Document, Pair
from lk_audit.unicode import writable

if TYPE_CHECKING:
    from lk_audit.source import Source

_TOKEN = regex(
    rb"""
      (?P<string> "(?:[^"\\\n]|\\.)*+" | '(?:[^'\\\n]|\\.)*+' )
    | (?P<unclosed> (?: " | ' ) (?=[^\n]{2000}) (?:[^\\\n]|\\.)*+ )
    | (?P<comment> //[^\n]*+ | /\*(?:[^*]|\*(?!/))*+(?:\*/)? | \#[^\n]*+ )
    | (?P<punctuation> [{}\[\],:] )
    | (?P<word> [^\s"'{}\[\],:/\#]++ )
    | (?P<other> [^\s] )
    """,
    re.VERBOSE | re.DOTALL,
)
"""A string that a long line leaves open is one token up to its end: each quote in it would be tried as far again."""
_MOST_LEVELS = 10_000


class Inside(Protocol):
    """What reads a text that is a value for the pairs in it (see `embedded.pairs_inside`)."""

    def __call__(  # noqa: PLR0913 - as what it stands for
        self,
        source: Source,
        start: int,
        end: int,
        path: tuple[str, ...],
        *,
        is_item: bool = False,
        is_escaped: bool = False,
    ) -> tuple[Pair, ...]: ...


class _Level(Struct):
    """An open object or array: `key` is the key in waiting of an object, `index` the position in an array."""

    path: tuple[str, ...]
    is_array: bool
    key: str | None = None
    key_start: int = 0
    has_colon: bool = False
    index: int = 0
    flag: str | None = None

    def value_path(self) -> tuple[str, ...] | None:
        """Where a value that comes now belongs; None where none is expected."""
        if self.is_array:
            return (*self.path, str(self.index))[:MAX_DEPTH]
        return (*self.path, self.key)[:MAX_DEPTH] if self.has_colon and self.key is not None else None


def read(source: Source, inside: Inside) -> Document:
    """The pairs of a JSON document, with those `inside` its texts.

    Raises:
        TooHardError: there are far too many of them, or far too many levels.
    """
    scanner = _Scanner(source, inside)
    for token in _TOKEN.finditer(source.data):
        scanner.take(token)
        if len(scanner.pairs) > MOST_PAIRS:
            raise TooHardError
    pairs = with_decoded_secrets(scanner.pairs)
    return Document(0, len(source.data), "json", at_most(chain(pairs, named_values(pairs))), tuple(scanner.errors))


class _Scanner:
    def __init__(self, source: Source, inside: Inside) -> None:
        self.pairs: list[Pair] = []
        self.errors: list[tuple[int, int]] = []
        self._source = source
        self._inside = inside
        self._data = source.data
        self._levels = [_Level((), is_array=True)]

    def take(self, token: re.Match[bytes]) -> None:
        match token.lastgroup:
            case "string":
                self._scalar(token.start() + 1, token.end() - 1, _unescaped(token[0]), is_escaped=True)
            case "word":
                self._scalar(token.start(), token.end(), decode(token[0], 0, len(token[0])))
            case "punctuation":
                self._punctuation(token[0])
            case "comment":
                self.pairs += text.pairs_in(self._source, token.start(), token.end(), commented=True)
            case "unclosed":
                self.errors.append(token.span())
                self.pairs += text.pairs_in(self._source, token.start(), token.end())
            case _:
                self.errors.append(token.span())

    def _scalar(self, start: int, end: int, value: str, *, is_escaped: bool = False) -> None:
        level = self._levels[-1]
        path = level.value_path()
        if path is None:
            level.key, level.key_start, level.has_colon = value, start, False
            return
        if len(self._levels) > 1:
            self.pairs.append(Pair(start, end, path, value, start if level.is_array else level.key_start))
        flag, level.flag = level.flag, value if level.is_array and is_flag(value) else None
        if flag is not None:
            self.pairs.append(Pair(start, end, (*level.path, flag), value, start))
        self.pairs += self._inside(self._source, start, end, path, is_item=level.is_array, is_escaped=is_escaped)

    def _punctuation(self, mark: bytes) -> None:
        level = self._levels[-1]
        if mark in b"{[":
            if len(self._levels) > _MOST_LEVELS:
                raise TooHardError
            path = (level.value_path() or level.path) if len(self._levels) > 1 else ()
            self._levels.append(_Level(path, is_array=mark == b"["))
        elif mark in b"}]":
            if len(self._levels) > 1:
                self._levels.pop()
        elif mark == b":":
            level.has_colon = True
        else:
            level.key, level.has_colon = None, False
            level.index += 1


def _unescaped(raw: bytes) -> str:
    if raw.startswith(b'"') and b"\\" in raw:
        import json  # noqa: PLC0415 - few texts hold escapes

        try:
            return writable(str(json.loads(raw)))
        except ValueError:
            pass
    return decode(raw, 1, len(raw) - 1)
