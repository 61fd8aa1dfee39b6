"""Shapes that several data formats share: `KEY=value` items and name/value siblings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.patterns import regex
from lk_audit.syntax import Pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_DEPTH = 64
"""Key paths are cut here: no real file nests deeper, and a hostile one shall not cost quadratic space."""

_ASSIGNMENT = regex(rb"\s*([A-Za-z_][\w.-]{0,127}+)[ \t]*=(?!=)[ \t]*")
_NAME = regex(r"[A-Za-z_][\w.:-]{0,127}")
_NAME_KEYS = frozenset({"name", "key", "variable", "parameterkey"})
_VALUE_KEYS = frozenset({"value", "default", "defaultvalue", "parametervalue"})
_TEXT_VALUE_KEYS = frozenset({"value", "content"})
_MOST_NAMES = 3
_BOUNDARY = regex(rb"[{}<>]|\n[ \t]*+-[ \t]|\n[ \t]*+\r?\n|\n[ \t]*+\[")
"""What separates one item of a list, one element, one block from the next."""
_NEAR = 400
"""In text, a name and its value stand at most this many bytes apart."""


def assignment(data: bytes, start: int, end: int) -> tuple[bytes, int, int] | None:
    """Name, its offset and the value's offset, when `data[start:end]` is `KEY=value` as a whole."""
    found = _ASSIGNMENT.match(data, start, end)
    return (found[1], found.start(1), found.end()) if found else None


def decode(data: bytes, start: int, end: int) -> str:
    return data[start:end].decode("utf-8", "replace")


def is_flag(text: str) -> bool:
    """Whether a list item is a command-line flag whose value is the next item."""
    return text.startswith("--") and not set(" =") & set(text)


def named_values(pairs: Iterable[Pair]) -> Iterator[Pair]:
    """A pair for each value that a sibling or its parent names.

    `- name: TOKEN` with `value: abc` in any order, `{"key": ..., "value": ...}`, `TOKEN: {value: abc}`.
    """
    names: dict[tuple[str, ...], list[Pair]] = {}
    values: list[Pair] = []
    for pair in pairs:
        key = pair.path[-1].lower() if pair.path else ""
        if key in _NAME_KEYS and _NAME.fullmatch(pair.value):
            named = names.setdefault(pair.path[:-1], [])
            named[_MOST_NAMES:] = [pair]
        elif key in _VALUE_KEYS and len(pair.path) > 1:
            values.append(pair)
    for pair in values:
        parent = pair.path[:-1]
        for name in names.get(parent, ()):
            outer = parent[:-1] if parent[-1].isdigit() else parent
            yield Pair(pair.start, pair.end, (*outer, name.value), pair.value, name.start, pair.commented)
        if parent not in names and not parent[-1].isdigit():
            yield Pair(pair.start, pair.end, parent, pair.value, pair.key_start, pair.commented)


def named_in_text(data: bytes, pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The same for pairs of text, where only what stands between two tells whether they belong together."""
    marks = sorted((pair for pair in pairs if _role(pair)), key=lambda pair: pair.start)
    for index, pair in enumerate(marks):
        if _role(pair) == "value":
            before = marks[index - 1] if index else None
            after = marks[index + 1] if index + 1 < len(marks) else None
            name = next((other for other in (before, after) if other and _are_together(data, pair, other)), None)
            if name is not None:
                path = (*pair.path[:-1], name.value)
                yield Pair(pair.start, pair.end, path, pair.value, name.start, pair.commented or name.commented)


def _role(pair: Pair) -> str | None:
    """Whether the pair gives another one its name or its value: `name="..."`, `android:value="..."`."""
    key = pair.path[-1].rpartition(":")[2].lower()
    if key in _NAME_KEYS:
        return "name" if _NAME.fullmatch(pair.value) else None
    return "value" if key in _TEXT_VALUE_KEYS else None


def _are_together(data: bytes, value: Pair, name: Pair) -> bool:
    if _role(name) != "name":
        return False
    first, second = (name, value) if name.start < value.start else (value, name)
    if not 0 <= second.key_start - first.end < _NEAR:
        return False
    return _BOUNDARY.search(data, first.end, second.key_start) is None
