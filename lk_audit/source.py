"""Text in memory: one file of the scanned tree, its lines and its places."""

from __future__ import annotations

import codecs
from array import array
from bisect import bisect_right
from functools import cached_property

from msgspec import Struct


class Place(Struct, frozen=True):
    """A span of a file. `start` and `end` are byte offsets into `Source.data`; lines and columns count from 1.

    Columns count Unicode code points; `end_column` is one past the last character. `part` names the part of the file
    where files are made of parts: "cell 3, line 2" of a notebook.
    """

    path: str
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int
    part: str = ""

    def holds(self, other: Place) -> bool:
        """Whether another place lies within this one."""
        return self.path == other.path and self.start <= other.start and other.end <= self.end


class NotText(ValueError):  # noqa: N818 - it names what the content is
    """The bytes are not text: they hold NUL bytes, and more that no text does."""


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


_HEAD = 8_000
"""Bytes at the beginning of a file that tell binary content from text, as to git (git:xdiff-interface.c)."""
_OF_TEXT = bytes({*b"\b\t\n\v\f\r\x1b", *range(ord(" "), 1 << 8)} - {0x7F})
_FEW = 10
"""Of so many bytes of a text one is NUL: where that separates names, values or lines, they are longer."""


def is_binary(raw: bytes) -> bool:
    """Whether a file that begins like that is no text.

    A NUL byte at the beginning tells, as to git; but not where hardly anything else is strange there, so that one byte
    hides nothing, and not where every other byte is one: that is UTF-16.
    """
    if b"\0" not in raw or raw.startswith(tuple(mark for mark, _ in _BOMS)):
        return False
    head = raw[:_HEAD]
    return b"\0" in head and not _has_few_nuls(head) and _wide_encoding(head) is None


def _has_few_nuls(head: bytes) -> bool:
    """Whether nothing but a few NUL bytes is strange in a text."""
    strange = head.translate(None, _OF_TEXT)
    return len(strange) * _FEW <= len(head) and not strange.strip(b"\0")


def _wide_encoding(head: bytes) -> str | None:
    """The encoding of UTF-16 without a byte order mark, as far as it is of letters that have one byte in Latin-1."""
    for encoding, low, high in (("utf-16-le", head[::2], head[1::2]), ("utf-16-be", head[1::2], head[::2])):
        if low and high and not high.strip(b"\0") and not low.translate(None, _OF_TEXT):
            return encoding
    return None


def decode(raw: bytes) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else Latin-1, which reads any byte.

    A NUL byte is read as a space, or as the end of a line in a text that has more of them than lines.

    Raises:
        NotText: the content is binary.
    """
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(encoding, "replace")
    if b"\0" in raw:
        if is_binary(raw):
            raise NotText("binary content")
        wide = _wide_encoding(raw[:_HEAD])
        if wide is not None:
            return raw.decode(wide, "replace")
        raw = raw.replace(b"\0", b"\n" if raw.count(b"\0") > raw.count(b"\n") else b" ")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


ENCODING = ("utf-8", "surrogateescape")
"""How text is decoded that leads back to its bytes."""


class BytesBefore:
    """Counts the bytes before a character, from the one that was asked for last: most are asked for in order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._index = self._offset = 0

    def __call__(self, index: int) -> int:
        if index < self._index:
            self._offset -= len(self._text[index : self._index].encode(*ENCODING))
        else:
            self._offset += len(self._text[self._index : index].encode(*ENCODING))
        self._index = index
        return self._offset


_LONG_LINE = 20_000


def offsets(size: int) -> array[int]:
    """An empty list of offsets into a text of `size` bytes: as numbers, for objects take ten times as much."""
    return array("I" if size < 1 << 32 else "Q")


class Source:
    """One file. `path` is relative to the scan root, with forward slashes; `data` is its text as UTF-8, no BOM."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.data = data
        self._places: dict[tuple[int, int], Place] = {}
        self._reached = (0, 1)
        self._long_line = (0, "")

    @classmethod
    def from_bytes(cls, path: str, raw: bytes) -> Source:
        """A source from a file's raw bytes.

        Raises:
            NotText: the content is binary.
        """
        if b"\0" not in raw and not raw.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            try:
                raw.decode("utf-8")
            except UnicodeDecodeError:
                pass
            else:
                return cls(path, raw)
        return cls(path, decode(raw).encode("utf-8"))

    @classmethod
    def from_text(cls, path: str, text: str) -> Source:
        return cls(path, text.encode("utf-8", "surrogatepass"))

    @property
    def file(self) -> Source:
        """The file as it is on disk, which is where places are: the source itself, unless it is a view."""
        return self

    @cached_property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    @cached_property
    def line_starts(self) -> array[int]:
        """Byte offset of each line's first byte."""
        starts = offsets(len(self.data))
        starts.append(0)
        position = self.data.find(b"\n")
        while position != -1:
            starts.append(position + 1)
            position = self.data.find(b"\n", position + 1)
        return starts

    def line_number(self, offset: int) -> int:
        return bisect_right(self.line_starts, offset)

    def line_text(self, number: int) -> str:
        """Line `number` (from 1) without its line break; empty outside the file."""
        if not 1 <= number <= len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.data)
        if end - start < _LONG_LINE:
            return self.data[start:end].decode("utf-8", "replace").rstrip("\r\n")
        if self._long_line[0] != number:  # one may hold thousands of things that are asked for one by one
            self._long_line = (number, self.data[start:end].decode("utf-8", "replace").rstrip("\r\n"))
        return self._long_line[1]

    def place(self, start: int, end: int) -> Place:
        """The place of a byte span; spans outside the file are clipped to it."""
        start = max(0, min(start, len(self.data)))
        end = max(start, min(end, len(self.data)))
        known = self._places.get((start, end))
        if known is None:
            line, column = self._position(start)
            end_line, end_column = self._position(end)
            known = self._places[start, end] = Place(self.path, start, end, line, column, end_line, end_column)
        return known

    def _position(self, offset: int) -> tuple[int, int]:
        line = self.line_number(offset)
        begin, column = self._reached  # where a column was told last: mostly places are asked for in their order
        if not self.line_starts[line - 1] <= begin <= offset:
            begin, column = self.line_starts[line - 1], 1
        column += len(self.data[begin:offset].decode("utf-8", "replace"))
        self._reached = (offset, column)
        return line, column
