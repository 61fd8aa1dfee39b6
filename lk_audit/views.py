"""Text that a file holds escaped or in pieces, as a source of its own whose places are those of the file."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.source import Place, Source, offsets

_ESCAPE = regex(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL)
_COLORING = rb"(?:\\u001[bB]|\x1b)\[[0-9;:?]*+[ -/]*+[@-~]"
_ESCAPE_OR_COLORING = regex(_COLORING + rb"|" + _ESCAPE.pattern, re.DOTALL)
_PLAIN = {
    rb"\n": b"\n",
    rb"\"": b'"',
    rb"\\": b"\\",
    rb"\t": b"\t",
    rb"\r": b"\r",
    rb"\/": b"/",
    rb"\b": b"\b",
    rb"\f": b"\f",
}


class Part(Struct, frozen=True):
    """A part of a file, as readers count: "cell 3". `counts_lines` where its lines are worth a number."""

    name: str
    counts_lines: bool = False


class View(Source):
    """Text written by a `ViewWriter`. Offsets, lines and columns are its own; places are those of `file`."""

    def __init__(self, writer: ViewWriter) -> None:
        super().__init__(writer.file.path, bytes(writer.data))
        self._file = writer.file
        self._starts = writer.starts
        self._origins = writer.origins
        self._origin_ends = writer.origin_ends
        self._parts = writer.parts
        self._part_starts = [start for start, _ in writer.parts]

    @property
    def file(self) -> Source:
        return self._file

    def place(self, start: int, end: int) -> Place:
        """The place in the file of a span of this text; spans outside are clipped to it."""
        start = max(0, min(start, len(self.data)))
        end = max(start, min(end, len(self.data)))
        known = self._places.get((start, end))
        if known is None:
            first = self._origin(start)
            last = max(first, self._origin_end(end) if end > start else first)
            known = self._places[start, end] = replace(self._file.place(first, last), part=self._part(start))
        return known

    def _origin(self, offset: int) -> int:
        """Where in the file the byte at `offset` comes from."""
        piece = bisect_right(self._starts, offset) - 1
        return self._within(piece, offset, self._origins[piece]) if piece >= 0 else 0

    def _origin_end(self, offset: int) -> int:
        """Where in the file what precedes `offset` ends."""
        piece = bisect_left(self._starts, offset) - 1
        return self._within(piece, offset, self._origin_ends[piece]) if piece >= 0 else 0

    def _within(self, piece: int, offset: int, whole: int) -> int:
        """The offset in the file, to the byte in a verbatim piece; `whole` in one that is written in another way."""
        start = self._starts[piece]
        stop = self._starts[piece + 1] if piece + 1 < len(self._starts) else len(self.data)
        is_verbatim = stop - start == self._origin_ends[piece] - self._origins[piece]
        return self._origins[piece] + offset - start if is_verbatim else whole

    def _part(self, offset: int) -> str:
        index = bisect_right(self._part_starts, offset) - 1
        if index < 0:
            return ""
        start, part = self._parts[index]
        if not part.counts_lines:
            return part.name
        line = self.data.count(b"\n", start, offset) + 1
        return f"{part.name}, line {line}"


class ViewWriter:
    """Writes the text of a view, piece by piece, and where in the file each piece comes from."""

    def __init__(self, file: Source) -> None:
        self.file = file
        self.data = bytearray()
        # What an escape means is no longer than the escape, but between the texts a bit more is written.
        self.starts = offsets(8 * len(file.data))
        self.origins = offsets(len(file.data))
        self.origin_ends = offsets(len(file.data))
        self.parts: list[tuple[int, Part]] = []

    def begin(self, part: Part) -> None:
        """What is written from here on belongs to `part`."""
        self.parts.append((len(self.data), part))

    def copy(self, start: int, end: int) -> None:
        """The file's bytes from `start` to `end`, as they are."""
        if end > start:
            self.write(self.file.data[start:end], start, end)

    def write(self, text: bytes, start: int, end: int) -> None:
        """Text that stands for the file's bytes from `start` to `end`."""
        if text:
            self.starts.append(len(self.data))
            self.origins.append(start)
            self.origin_ends.append(end)
            self.data += text

    def copy_json(self, start: int, end: int, *, colored: bool = False) -> None:
        """The text of the JSON string between two quotes; of `colored` text without a terminal's colors."""
        position = start
        for found in (_ESCAPE_OR_COLORING if colored else _ESCAPE).finditer(self.file.data, start, end):
            self.copy(position, found.start())
            self.write(_unescaped(found[0]), found.start(), found.end())
            position = found.end()
        self.copy(position, end)


def _unescaped(escape: bytes) -> bytes:
    """The text of one JSON escape; nothing for a change of color, U+FFFD for what is no character of text."""
    if escape[-1:].isalpha() and b"[" in escape:
        return b""
    if escape[1:2] != b"u":
        return _PLAIN.get(escape, escape[1:])
    import json  # noqa: PLC0415 - few views hold such an escape

    text = str(json.loads(b'"' + escape + b'"')).replace("\0", "\ufffd")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
