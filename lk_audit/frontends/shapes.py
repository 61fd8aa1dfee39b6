"""Shapes that several data formats share: `KEY=value` items and name/value siblings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lk_audit.syntax import Pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_DEPTH = 64
"""Key paths are cut here: no real file nests deeper, and a hostile one shall not cost quadratic space."""

_ASSIGNMENT = re.compile(rb"\s*([A-Za-z_][\w.-]{0,127}+)[ \t]*=(?!=)[ \t]*")
_NAME = re.compile(r"[A-Za-z_][\w.:-]{0,127}")
_NAME_KEYS = frozenset({"name", "key"})
_NEAR = 400
"""A name and its value stand at most this many bytes apart."""


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
    """A pair for each value that a sibling names: `- name: TOKEN` with `value: abc`, `{"name": ..., "value": ...}`."""
    names: dict[tuple[str, ...], Pair] = {}
    for pair in pairs:
        *parent, key = pair.path
        if key in _NAME_KEYS and _NAME.fullmatch(pair.value):
            names[tuple(parent)] = pair
        elif key == "value" and (name := names.get(tuple(parent))) and 0 < pair.start - name.start < _NEAR:
            outer = tuple(parent[:-1]) if parent and parent[-1].isdigit() else tuple(parent)
            yield Pair(pair.start, pair.end, (*outer, name.value), pair.value, name.start, pair.commented)
