"""Text on a terminal: colours, widths, and characters that must not reach it."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from lk_audit.patterns import regex

RESET = "\x1b[0m"
STYLES: dict[str, str] = {
    "critical": "\x1b[1;35m",
    "high": "\x1b[1;31m",
    "medium": "\x1b[1;33m",
    "low": "\x1b[1;36m",
    "note": "\x1b[1;34m",
    "strong": "\x1b[1m",
    "gutter": "\x1b[34m",
    "good": "\x1b[32m",
    "faint": "\x1b[2m",
}
"""Styles by what they are used for; severities are named like themselves."""

TAB = 4
_CONTROLS = regex(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_NARROWEST = 40
_MARGIN = 2


class Painter:
    """Applies styles, or leaves text as it is."""

    def __init__(self, *, color: bool, links: bool = False) -> None:
        self._color = color
        self._links = links

    def __call__(self, style: str, text: str) -> str:
        return f"{STYLES[style]}{text}{RESET}" if self._color and text else text

    def linked(self, text: str, address: str) -> str:
        """A text that opens an address on terminals that can (OSC 8); `address` is ours, never from scanned content."""
        return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if self._links else text


PLAIN = Painter(color=False)


def printable(text: str) -> str:
    """Text without what moves the cursor, changes colours, reverses the reading direction or is no Unicode."""
    return _CONTROLS.sub("\ufffd", text)


def folded(text: str, width: int, first: str, rest: str) -> list[str]:
    """A paragraph in lines of at most `width` columns; `first` and `rest` are the indents."""
    words = printable(" ".join(text.split()))
    return wrap(
        words,
        max(width, _NARROWEST),
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def underlined(text: str, begin: int, end: int, room: int) -> tuple[str, int, int]:
    """A line of code as shown in `room` columns, and where its characters `begin` to `end` (from 0) then stand.

    Tabs become spaces; a line that is too long is cut, on the left only as far as the span needs it.
    """
    if text.isascii() and text.isprintable() and len(text) + _MARGIN <= room:
        return text, begin, max(1, end - begin)
    cells = [_cell(character) for character in text]
    start = _first_shown(cells, begin, end, room)
    lead = "…" if start else ""
    shown, used = [lead], len(lead)
    for piece, width in cells[start:]:
        if used + width >= room and _width(cells[start:]) + len(lead) > room:
            shown.append("…")
            break
        shown.append(piece)
        used += width
    column = len(lead) + _width(cells[start:begin])
    return "".join(shown), column, max(1, min(_width(cells[begin:end]), room - column))


def _first_shown(cells: list[tuple[str, int]], begin: int, end: int, room: int) -> int:
    """The first character to show so that the span fits; a span that is too wide starts a third of the way in."""
    overhang = min(_width(cells[:end]) + _MARGIN - room, _width(cells[:begin]) - room // 3)
    start = 0
    while overhang > 0 and start < begin:
        overhang -= cells[start][1]
        start += 1
    return start


def _width(cells: Iterable[tuple[str, int]]) -> int:
    return sum(width for _, width in cells)


def _cell(character: str) -> tuple[str, int]:
    if character == "\t":
        return " " * TAB, TAB
    if character.isascii():
        return printable(character), 1
    import unicodedata  # noqa: PLC0415 - most code is ASCII

    if unicodedata.combining(character):
        return character, 0
    return printable(character), 2 if unicodedata.east_asian_width(character) in "WF" else 1
