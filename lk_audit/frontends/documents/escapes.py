"""Escaped text as what it means, with a way back to where it stands."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right

from msgspec import Struct

from lk_audit.patterns import regex
from lk_audit.source import offsets

_ESCAPE = regex(rb"\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r?\n|.)", re.DOTALL)
_MEANINGS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"0": b""}


class Unescaped(Struct, frozen=True):
    """Text without escapes. `starts` are offsets of its runs, `origins` where these stand in the file, up to `end`.

    Runs alternate between plain text, byte for byte, and one escape.
    """

    data: bytes
    starts: array[int]
    origins: array[int]
    end: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the view stands in the file."""
        first = self._offset(start)
        return first, first if end <= start else max(first, self._end(end - 1))

    def _offset(self, position: int) -> int:
        run = bisect_right(self.starts, position) - 1
        return min(self.origins[run] + position - self.starts[run], self._end_of(run))

    def _end(self, position: int) -> int:
        """One past the origin of the byte at `position`."""
        run = bisect_right(self.starts, position) - 1
        is_escape = run % 2 == 1
        return self._end_of(run) if is_escape else self.origins[run] + position - self.starts[run] + 1

    def _end_of(self, run: int) -> int:
        return self.origins[run + 1] if run + 1 < len(self.origins) else self.end


def unescaped(data: bytes, start: int, end: int) -> Unescaped:
    """The meaning of `data[start:end]`, where backslashes start escapes as in JSON, YAML and JavaScript."""
    text = bytearray()
    starts, origins = offsets(len(data)), offsets(len(data))

    def add(part: bytes, origin: int) -> None:
        nonlocal text
        starts.append(len(text))
        origins.append(origin)
        text += part

    position = start
    for escape in _ESCAPE.finditer(data, start, end):
        add(data[position : escape.start()], position)
        add(_meaning(escape[0][1:]), escape.start())
        position = escape.end()
    add(data[position:end], position)
    return Unescaped(bytes(text), starts, origins, end)


def _meaning(escape: bytes) -> bytes:
    if escape[:1] in (b"u", b"x") and len(escape) > 1:
        return chr(int(escape[1:], 16)).encode("utf-8", "replace")
    return b"" if escape.endswith(b"\n") else _MEANINGS.get(escape, escape)
