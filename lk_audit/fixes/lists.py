"""Taking items out of lists between brackets and putting new ones in, with commas, lines and comments kept in order."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from lk_audit.edits import Edit
from lk_audit.fixes.ground import with_breaks
from lk_audit.patterns import regex
from lk_audit.source import Source
from lk_audit.syntax import Node

_BLANK = regex(rb"(?:[\s\\]|#[^\n]*+|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+")
_REST = regex(rb"[ \t]*+(?:#[^\r\n]*+|//[^\r\n]*+|/\*(?:[^*\r\n]|\*(?!/))*+\*/[ \t]*+)?+(?=\r?\n|\Z)")
"""The rest of a line that holds nothing but a comment."""


class _Line(Struct, frozen=True):
    """The line that an item is on: its indentation, and whether the item is the first on it."""

    begin: int
    indent: str
    is_first: bool


def _line(source: Source, node: Node) -> _Line:
    begin = source.line_starts[source.line_number(node.start) - 1]
    before = source.data[begin : node.start]
    return _Line(begin, before[: len(before) - len(before.lstrip())].decode(), not before.strip())


def _comma(source: Source, position: int) -> int | None:
    """Where the comma after a position is, comments in between passed over."""
    blank = _BLANK.match(source.data, position)
    end = blank.end() if blank else position
    return end if source.data[end : end + 1] == b"," else None


def _rest(source: Source, position: int) -> int | None:
    """The end of the line, before its break, when nothing but a comment follows."""
    found = _REST.match(source.data, position)
    return found.end() if found else None


def _after_break(source: Source, position: int) -> int:
    data = source.data
    return position + 2 if data[position : position + 2] == b"\r\n" else min(position + 1, len(data))


def removal(source: Source, items: Sequence[Node], item: Node) -> Edit:
    """The edit that takes one of the `items` of a list out: its comma too, and its lines where it fills them.

    What follows on a line that the item fills is a comment on it, and goes with it.
    """
    line, comma = _line(source, item), _comma(source, item.end)
    stop = item.end if comma is None else comma + 1
    rest = _rest(source, stop)
    if line.is_first and rest is not None:
        return Edit(source.place(line.begin, _after_break(source, rest)), "")
    if len(items) == 1 and rest is None:
        return _emptied(source, item, stop)
    index = items.index(item)
    if comma is None:
        return Edit(source.place(items[index - 1].end if index else item.start, item.end), "")
    start = item.start
    if rest is not None and index:
        while source.data[start - 1 : start] in {b" ", b"\t"}:
            start -= 1
    while rest is None and source.data[stop : stop + 1] in {b" ", b"\t"}:
        stop += 1
    return Edit(source.place(start, stop), "")


def _emptied(source: Source, item: Node, stop: int) -> Edit:
    """Nothing between the brackets, white space neither."""
    data, start = source.data, item.start
    while data[start - 1 : start].isspace():
        start -= 1
    while data[stop : stop + 1].isspace():
        stop += 1
    return Edit(source.place(start, stop), "")


def insertion(source: Source, item: Node, text: str) -> tuple[Edit, ...]:
    """The edits that put `text` behind `item` in its list: on a line of its own where the item has one."""
    line, comma = _line(source, item), _comma(source, item.end)
    stop = item.end if comma is None else comma + 1
    rest = _rest(source, stop)
    if not line.is_first or rest is None:
        return (Edit(source.place(item.end, item.end), f", {text}"),)
    new = with_breaks(f"\n{line.indent}{text}", source)
    if comma is not None:
        return (Edit(source.place(rest, rest), f"{new},"),)
    if rest == item.end:
        return (Edit(source.place(rest, rest), f",{new}"),)
    return Edit(source.place(item.end, item.end), ","), Edit(source.place(rest, rest), new)


def first_item(source: Source, owner: Node, text: str) -> Edit | None:
    """The edit that puts `text` between empty brackets at the end of `owner`; None when they hold something."""
    opening = max(source.data.rfind(bracket, owner.start, owner.end) for bracket in (b"(", b"{"))
    if opening < 0 or source.data[opening + 1 : owner.end - 1].strip():
        return None
    padded = f" {text} " if source.data[opening : opening + 1] == b"{" else text
    return Edit(source.place(opening + 1, owner.end - 1), padded)
