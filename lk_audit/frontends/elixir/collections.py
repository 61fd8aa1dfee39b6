"""Elixir lists, keyword lists, maps and structs: a keyword list or a map is a record, a struct a construction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.elixir.parts import Keywords
from lk_audit.frontends.lowering.tails import value
from lk_audit.syntax import Argument, Binary, Call, Entry, Expr, Literal, Opaque, Record, Sequence, Spread

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Node


def _pair(_: Lowering, frame: Frame) -> Node:
    return Entry(frame.start, frame.end, value(frame.field("key"), frame.end), value(frame.field("value"), frame.end))


def _keywords(_: Lowering, frame: Frame) -> Node:
    return Keywords(frame.start, frame.end, tuple(item for item in frame.values if isinstance(item, Entry)))


def _list(_: Lowering, frame: Frame) -> Node:
    """A keyword list is a record; `[a: 1]`."""
    last = frame.values[-1] if frame.values else None
    if isinstance(last, Keywords) and len(frame.values) == 1:
        return Record(frame.start, frame.end, last.entries)
    items: list[Expr] = []
    for item in frame.values:
        match item:
            case Keywords(start=start, end=end, entries=entries):
                items.append(Record(start, end, entries))
            case Binary(operator="|", left=head, right=rest) if not _is_pattern(frame.node):
                items += [head, Spread(rest.start, rest.end, rest)]
            case _:
                items.append(value(item, frame.end))
    return Sequence(frame.start, frame.end, tuple(items))


def _is_pattern(node: TreeNode) -> bool:
    above = node.parent
    return above is not None and above.type == "binary_operator" and above.child_by_field_name("left") == node


def _map(_: Lowering, frame: Frame) -> Node:
    """`%{"a" => 1, b: 2}`, `%{map | a: 1}`, `%VideoGrant{room: room}`."""
    kinds = {kid.type: item for kid, item in zip(frame.kids, frame.values, strict=True)}
    content = kinds.get("map_content")
    entries = content.entries if isinstance(content, Keywords) else ()
    struct = kinds.get("struct")
    if struct is None:
        return Record(frame.start, frame.end, entries)
    given = tuple(_named(entry) for entry in entries)
    return Call(frame.start, frame.end, value(struct, frame.start), given, is_new=True)


def _named(entry: Entry) -> Argument:
    match entry:
        case Entry(key=Literal(value=str(name))):
            return Argument(entry.start, entry.end, name, entry.value)
        case _:
            return Argument(entry.start, entry.end, None, entry.value, spread=entry.key is None)


def _map_content(_: Lowering, frame: Frame) -> Node:
    found: list[Entry] = []
    for item in frame.values:
        found += _entries(item)
    return Keywords(frame.start, frame.end, tuple(found))


def _entries(item: Node) -> list[Entry]:
    match item:
        case Keywords(entries=entries):
            return list(entries)
        case Binary(operator="|", left=base, right=Opaque(children=(Record(entries=entries),))):
            return [Entry(base.start, base.end, None, base), *entries]
        case Binary(operator="|", left=base, right=right):
            return [Entry(base.start, base.end, None, base), *_entries(right)]
        case Binary(operator="=>", left=key, right=given):
            return [Entry(item.start, item.end, key, given)]
        case _:
            inner = value(item, item.end)
            return [Entry(inner.start, inner.end, None, inner)]


def _struct_name(_: Lowering, frame: Frame) -> Node:
    return frame.values[-1] if frame.values else Literal(frame.start, frame.end, None)


COLLECTIONS: Mapping[str, Lower] = {
    "pair": _pair,
    "keywords": _keywords,
    **dict.fromkeys(("list", "tuple"), _list),
    "map": _map,
    "map_content": _map_content,
    "struct": _struct_name,
}
