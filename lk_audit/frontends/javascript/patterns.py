"""Destructuring in JavaScript: a pattern and its value become one assignment for each name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tree import Part, copies_of, expression
from lk_audit.syntax import Assign, Binary, Entry, Index, Literal, Member, Name, Opaque, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node


class Word(Part):
    """A name after a dot or before a colon."""

    text: str


class Computed(Part):
    """A key in brackets."""

    value: Expr


class Default(Part):
    """`target = value` in a pattern."""

    target: Node
    value: Expr


class Rest(Part):
    """`...target` in a pattern."""

    target: Node


class Taken(Part):
    """What a pattern takes out of its value, and where to; `key` is None for the rest."""

    key: Expr | None
    target: Node


class Pattern(Part):
    items: tuple[Taken, ...]
    is_list: bool


def key_of(node: Node) -> Expr:
    """A property name as the key of a record."""
    match node:
        case Word(text=text):
            return Literal(node.start, node.end, text)
        case Computed(value=value):
            return value
        case Literal(value=int() | float() as number):
            return Literal(node.start, node.end, str(number))
        case _:
            return expression(node)


def word_of(node: Node) -> str:
    """A property name as text; empty for a computed one."""
    key = key_of(node)
    return key.value if isinstance(key, Literal) and isinstance(key.value, str) else ""


def bind(target: Node, value: Expr, end: int, annotation: Expr | None = None) -> list[Assign]:
    """The assignments that `target = value` stands for; they hold from `end`."""
    if type(target) in _PLAIN:
        return [Assign(target.start, end, expression(target), value, "", annotation)]
    found: list[Assign] = []
    pending: list[tuple[Node, Expr]] = [(target, value)]
    while pending:
        target, value = pending.pop()
        start = target.start
        if isinstance(target, Default):
            value = Binary(start, target.end, "??", value, target.value)
            target = target.target
        if isinstance(target, Pattern):
            sources = _sources(target, value, end, found)
            taken = [(item.target, _take(item, source, target)) for item, source in zip(target.items, sources)]  # noqa: B905 - a spare source
            pending.extend(reversed(taken))
        else:
            found.append(Assign(start, end, expression(target), value))
    return found


_PLAIN = frozenset({Name, Member, Index})


def _sources(pattern: Pattern, value: Expr, end: int, found: list[Assign]) -> list[Expr]:
    """One expression of the value for each name that is taken from it: no node has two parents.

    What cannot be written again (it may call something) is first assigned to a name that no program can have.
    """
    if len(pattern.items) == 1:
        return [value]
    copies = copies_of(value, len(pattern.items))
    if copies and pattern.items:
        return copies
    holder = f"#{pattern.start}"
    found.append(Assign(pattern.start, end, Name(pattern.start, pattern.end, holder), value))
    return [Name(end, end, holder) for _ in pattern.items]


def _take(item: Taken, source: Expr, pattern: Pattern) -> Expr:
    start, end = item.start, item.end
    match item.key:
        case None if pattern.is_list:
            return Opaque(start, end, (source,))
        case None:
            return Record(start, end, (Entry(start, end, None, source),))
        case Literal(value=str(name)):
            return Member(start, end, source, name)
        case key:
            return Index(start, end, source, key)


def _object_pattern(_: Lowering, frame: Frame) -> Node:
    return Pattern(frame.start, frame.end, tuple(map(_property, frame.values)), is_list=False)


def _property(value: Node) -> Taken:
    """One part of an object pattern."""
    match value:
        case Taken():
            return value
        case Rest(target=target):
            return Taken(value.start, value.end, None, target)
        case Default(target=Name(id=name) as target) | (Name(id=name) as target):
            return Taken(value.start, value.end, Literal(target.start, target.end, name), value)
        case _:
            return Taken(value.start, value.end, None, expression(value))


def _pair_pattern(_: Lowering, frame: Frame) -> Node:
    key, *targets = frame.values
    target = targets[0] if targets else expression(key)
    return Taken(frame.start, frame.end, key_of(key), target)


def _array_pattern(_: Lowering, frame: Frame) -> Node:
    """The place of an item is the number of commas before it: `[, second]` leaves the first one out."""
    values = iter(frame.values)
    kids = {kid.id for kid in frame.kids}
    items: list[Taken] = []
    place = 0
    for child in frame.node.children:
        if child.type == ",":
            place += 1
        elif child.id in kids:
            items.append(_item(next(values), place))
    return Pattern(frame.start, frame.end, tuple(items), is_list=True)


def _item(value: Node, place: int) -> Taken:
    if isinstance(value, Rest):
        return Taken(value.start, value.end, None, value.target)
    return Taken(value.start, value.end, Literal(value.start, value.end, place), value)


def _default(_: Lowering, frame: Frame) -> Node:
    if not frame.values:
        return frame.expression(0)
    return Default(frame.start, frame.end, frame.values[0], frame.expression(1))


def _rest(_: Lowering, frame: Frame) -> Node:
    return Rest(frame.start, frame.end, frame.values[0] if frame.values else frame.expression(0))


PATTERNS: Mapping[str, Lower] = {
    "object_pattern": _object_pattern,
    "pair_pattern": _pair_pattern,
    "array_pattern": _array_pattern,
    "assignment_pattern": _default,
    "object_assignment_pattern": _default,
    "rest_pattern": _rest,
}
