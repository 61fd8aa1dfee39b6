"""What Dart literals hold: strings with values in them; maps, sets, lists and records with choices and loops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.dart.expressions import Given, Parentheses, argument, given
from lk_audit.frontends.dart.literals import QUOTES, piece
from lk_audit.frontends.lowering.tree import Part, contents, expression
from lk_audit.syntax import (
    Binary,
    Conditional,
    Entry,
    Expr,
    Literal,
    Node,
    Opaque,
    Record,
    Sequence,
    Spread,
    Template,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tree_sitter import Node as TreeNode

from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering


class Item(Part):
    """One thing between the braces of a map, set or list. `key` where it is a pair."""

    key: Expr | None
    value: Expr
    is_pair: bool = True


def _pair(_: Lowering, frame: Frame) -> Node:
    return Item(frame.start, frame.end, frame.expression(0), frame.expression(1))


def _spread(_: Lowering, frame: Frame) -> Node:
    return Item(frame.start, frame.end, None, frame.expression(0), is_pair=False)


def _optional(_: Lowering, frame: Frame) -> Node:
    """`if (test) item else other` spreads the one or the other."""
    then, otherwise = frame.field("consequence"), frame.field("alternative")
    rest = [item for item in frame.values if item is not then and item is not otherwise]
    test = expression(rest[0]) if len(rest) == 1 else Opaque(frame.start, frame.start, contents(rest))
    inner = _held(then or Opaque(frame.end, frame.end, ()))
    is_pair = isinstance(then, Item) and then.is_pair
    value: Expr = Binary(frame.start, frame.end, "and", test, inner)
    if otherwise is not None:
        value = Conditional(frame.start, frame.end, test, inner, _held(otherwise))
    return Item(frame.start, frame.end, None, value, is_pair=is_pair)


def _held(item: Node) -> Expr:
    """What an item is when it is spread."""
    if not isinstance(item, Item):
        return Sequence(item.start, item.end, (expression(item),))
    if item.key is None:
        return item.value
    return Record(item.start, item.end, (Entry(item.start, item.end, item.key, item.value),))


def _repeated(_: Lowering, frame: Frame) -> Node:
    """`for (...) item` between braces: any number of what nobody knows."""
    is_pair = any(isinstance(value, Item) and value.is_pair for value in frame.values)
    inner = Opaque(frame.start, frame.end, contents(frame.values))
    return Item(frame.start, frame.end, None, inner, is_pair=is_pair)


def _braces(_: Lowering, frame: Frame) -> Node:
    """A map or a set: a map if it has pairs, or nothing but spreads and not a single type."""
    types = next((child for child in frame.node.children if child.type == "type_arguments"), None)
    has_pairs = any(isinstance(value, Item) and value.is_pair for value in frame.values)
    is_set = types is not None and all(child.type != "," for child in types.children)
    if has_pairs or (not is_set and all(isinstance(value, Item) for value in frame.values)):
        return Record(frame.start, frame.end, tuple(_entries(frame.values)))
    return Sequence(frame.start, frame.end, tuple(_items(frame.values)))


def _entries(values: Iterable[Node]) -> Iterator[Entry]:
    for value in values:
        if isinstance(value, Item):
            yield Entry(value.start, value.end, value.key, value.value)
        else:
            yield Entry(value.start, value.end, None, expression(value))


def _items(values: Iterable[Node]) -> Iterator[Expr]:
    for value in values:
        if isinstance(value, Item):
            yield Spread(value.start, value.end, value.value)
        else:
            yield expression(value)


def _list(_: Lowering, frame: Frame) -> Node:
    return Sequence(frame.start, frame.end, tuple(_items(frame.values)))


def _fields(run: Lowering, frame: Frame) -> Node:
    """A record `(a, b: 1)`, or what a call is given."""
    if any(child.type == "label" for child in frame.node.children):
        frame.values = [given(run, frame)]
    items = tuple(argument(value) for value in frame.values)
    return Parentheses(frame.start, frame.end, _tuple(frame), items)


def _tuple(frame: Frame) -> Expr:
    """A record: by name if it has names."""
    if any(isinstance(value, Given) for value in frame.values):
        entries = [
            Entry(item.start, item.end, Literal(item.start, item.start, item.name), item.value)
            for item in frame.values
            if isinstance(item, Given)
        ]
        return Record(frame.start, frame.end, tuple(entries))
    return Sequence(frame.start, frame.end, tuple(map(expression, frame.values)))


def _field(run: Lowering, frame: Frame) -> Node:
    if any(child.type == "label" for child in frame.node.children):
        return given(run, frame)
    return frame.expression(0)


# --- strings ----------------------------------------------------------------------------------------------------------


def _string(run: Lowering, frame: Frame) -> Node:
    """One string, or several side by side, with the values in them."""
    values = {kid.id: value for kid, value in zip(frame.kids, frame.values, strict=True)}
    parts = list(_pieces(run.data, frame.node, values))
    if all(isinstance(part, Literal) for part in parts):
        whole = "".join(str(part.value) for part in parts if isinstance(part, Literal))
        return Literal(frame.start, frame.end, whole)
    return Template(frame.start, frame.end, tuple(parts))


def _pieces(data: bytes, node: TreeNode, values: Mapping[int, Node]) -> Iterator[Expr]:
    """Text and values in order; escapes belong to the text around them."""
    quote, start, is_first = "", 0, True
    for child in node.children:
        is_value = child.type == "template_substitution"
        if not is_value and child.type not in ({quote.removeprefix("r")} if quote else QUOTES):
            continue
        if quote and start < child.start_byte:
            yield Literal(start, child.start_byte, piece(data[start : child.start_byte], quote, is_first=is_first))
        is_first = not is_value
        if is_value:
            yield expression(values.get(child.id) or Opaque(child.start_byte, child.end_byte, ()))
        else:
            quote = "" if quote else child.type
        start = child.end_byte


COLLECTIONS: Mapping[str, Lower] = {
    "string_literal": _string,
    "pair": _pair,
    "spread_element": _spread,
    "if_element": _optional,
    "for_element": _repeated,
    "set_or_map_literal": _braces,
    "list_literal": _list,
    "record_literal": _fields,
    "record_field": _field,
}
"""Lowering functions by node type."""
