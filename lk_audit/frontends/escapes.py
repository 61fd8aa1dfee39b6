"""Escaped text as what it means, with a way back to where it stands."""

from __future__ import annotations

import re
from bisect import bisect_right

from msgspec import Struct

from lk_audit.patterns import regex

_ESCAPE = regex(rb"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r?\n|.)", re.DOTALL)
_MEANINGS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"0": b""}


class Unescaped(Struct, frozen=True):
    """A text without its escapes. `starts` are offsets of its runs, `origins` the spans that those come from.

    Runs alternate between plain text, byte for byte, and one escape.
    """

    data: bytes
    starts: tuple[int, ...]
    origins: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the view stands in the file."""
        first = self._offset(start)
        return first, first if end <= start else max(first, self._end(end - 1))

    def _offset(self, position: int) -> int:
        run = bisect_right(self.starts, position) - 1
        begin, end = self.origins[run]
        return min(begin + position - self.starts[run], end)

    def _end(self, position: int) -> int:
        """One past the origin of the byte at `position`."""
        run = bisect_right(self.starts, position) - 1
        begin, end = self.origins[run]
        is_escape = run % 2 == 1
        return end if is_escape else begin + position - self.starts[run] + 1


def unescaped(data: bytes, start: int, end: int) -> Unescaped:
    """The meaning of `data[start:end]`, where backslashes start escapes as in JSON, YAML and JavaScript."""
    parts: list[bytes] = []
    starts: list[int] = []
    origins: list[tuple[int, int]] = []
    length, position = 0, start

    def add(part: bytes, begin: int, stop: int) -> None:
        nonlocal length
        parts.append(part)
        starts.append(length)
        origins.append((begin, stop))
        length += len(part)

    for escape in _ESCAPE.finditer(data, start, end):
        add(data[position : escape.start()], position, escape.start())
        add(_meaning(escape[0][1:]), *escape.span())
        position = escape.end()
    add(data[position:end], position, end)
    return Unescaped(b"".join(parts), tuple(starts), tuple(origins))


def _meaning(escape: bytes) -> bytes:
    if escape[:1] in (b"u", b"x") and len(escape) > 1:
        return chr(int(escape[1:], 16)).encode("utf-8", "replace")
    return b"" if escape.endswith(b"\n") else _MEANINGS.get(escape, escape)
