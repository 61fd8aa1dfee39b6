"""The hash by which GitHub code scanning recognises a line again (`primaryLocationLineHash`).

Source: github/codeql-action:src/fingerprints.ts. For each line a hash over the 100 characters that follow its start,
without spaces and tabs, line breaks as LF; a suffix counts the equal hashes of a file.
"""

from __future__ import annotations

from array import array
from functools import cached_property

_BLOCK = 100
_BASE = 37
_MASK = (1 << 64) - 1
_END = "\uffff"
_BLANKS = {ord(" "): None, ord("\t"): None}


class LineHashes:
    """The line hashes of one text, computed for the lines that are asked for."""

    def __init__(self, text: str) -> None:
        lines = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BLANKS)
        self._text = _utf16_units(lines) + _END + "\0" * _BLOCK

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins in the text that is hashed; the end marker opens the last line."""
        starts = [0]
        position = self._text.find("\n")
        while position != -1:
            starts.append(position + 1)
            position = self._text.find("\n", position + 1)
        return starts

    def of_line(self, number: int) -> str:
        """The hash of line `number` (from 1): sixteen hexadecimal digits at most, a colon and a count.

        A line outside the text has the hash of the nearest one.
        """
        index = max(0, min(number, len(self._starts)) - 1)
        window = self._window(index)
        count = sum(self._window(earlier) == window for earlier in range(index + 1))
        return f"{_hash(window):x}:{count}"

    def _window(self, index: int) -> str:
        start = self._starts[index]
        return self._text[start : start + _BLOCK]


def _hash(window: str) -> int:
    value = 0
    for character in window:
        value = (value * _BASE + ord(character)) & _MASK
    return value


def _utf16_units(text: str) -> str:
    """The text with one character for each UTF-16 code unit, which is what JavaScript counts."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    return "".join(map(chr, array("H", text.encode("utf-16-le", "surrogatepass"))))
