"""Syntax as text without positions, for tests of frontends."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.syntax import Node

_LEFT_OUT = {"start", "end", "is_new", "is_async", "annotation", "type_only", "kind", "declares", "comments"}


def outline(node: Node) -> str:
    """A tree without positions: the type of each node, its plain fields, and its children."""
    inner = [part for name in node.__struct_fields__ if name not in _LEFT_OUT for part in _shown(getattr(node, name))]
    return f"({' '.join([type(node).__name__, *inner])})"


def _shown(value: object) -> Iterator[str]:
    match value:
        case Node():
            yield outline(value)
        case tuple():
            for item in value:
                yield from _shown(item)
        case None | False | "":
            return
        case _:
            yield repr(value)
