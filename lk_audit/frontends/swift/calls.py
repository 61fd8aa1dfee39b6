"""Swift's members and calls, with the closures that follow them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tree import Part, expression, opaque
from lk_audit.frontends.swift.expressions import IMPLICIT, Typed, dotted
from lk_audit.syntax import (
    Argument,
    Call,
    Expr,
    Index,
    Member,
    Name,
    Node,
    Opaque,
    Record,
    Sequence,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering

_POINTS = frozenset({"now", "distantFuture", "distantPast"})
"""Properties of `Date` that are computed when they are asked for, like calls: what follows is said of a date."""
_SAME = frozenset({"self", "utf8", "unicodeScalars"})
"""Members that are the value itself, or its text in another form."""


class Arguments(Part):
    """What a call is given; `is_index` where that stands in brackets."""

    items: tuple[Argument, ...]
    is_index: bool = False


class Label(Part):
    name: str


class Suffix(Part):
    name: str


def _suffix(run: Lowering, frame: Frame) -> Node:
    named = frame.node.child_by_field_name("suffix")
    return Suffix(frame.start, frame.end, run.text(named).strip("`") if named is not None else "")


def _navigation(_: Lowering, frame: Frame) -> Node:
    suffix = next((value for value in frame.values if isinstance(value, Suffix)), None)
    first = frame.values[0] if frame.values else None
    target = dotted(first) if isinstance(first, Typed) else frame.expression(0)
    if suffix is None or suffix.name in _SAME:
        return target
    member = Member(frame.start, frame.end, target, suffix.name)
    if isinstance(target, Name) and target.id == "Date" and suffix.name in _POINTS:
        return Call(frame.start, frame.end, member, ())
    return member


def _call(_: Lowering, frame: Frame) -> Node:
    given = frame.values[-1] if frame.values else None
    callee = frame.expression(0)
    if not isinstance(given, Arguments):
        return opaque(frame)
    if given.is_index and given.items:
        return Index(frame.start, frame.end, callee, given.items[0].value)
    if isinstance(callee, Member) and callee.name == "init" and not _is_implicit(callee.object):
        callee = callee.object
    if isinstance(callee, Record | Sequence):
        return _empty(frame, callee, given)
    return Call(frame.start, frame.end, callee, given.items, is_new=_is_type(callee))


def _empty(frame: Frame, written: Record | Sequence, given: Arguments) -> Expr:
    """`[String: Any]()` and `[UInt8](repeating: 0, count: 32)` begin with a type."""
    if given.items:
        return Opaque(frame.start, frame.end, tuple(item.value for item in given.items))
    if isinstance(written, Record):
        return Record(frame.start, frame.end, ())
    return Sequence(frame.start, frame.end, ())


def _is_implicit(expr: Expr) -> bool:
    return isinstance(expr, Name) and expr.id == IMPLICIT


def _is_type(callee: Expr) -> bool:
    """Whether a call makes an instance: by convention only types begin with a capital letter."""
    name = callee.name if isinstance(callee, Member) else callee.id if isinstance(callee, Name) else ""
    return name[:1].isupper()


def _construction(_: Lowering, frame: Frame) -> Node:
    """`HMAC<SHA256>(key: key)`."""
    typed = next((value for value in frame.values if isinstance(value, Typed)), None)
    given = next((value for value in frame.values if isinstance(value, Arguments)), None)
    if typed is None or given is None:
        return opaque(frame)
    return Call(frame.start, frame.end, dotted(typed), given.items, is_new=True)


def _call_suffix(run: Lowering, frame: Frame) -> Node:
    """The arguments, and the closures that follow them."""
    items: list[Argument] = []
    is_index = False
    label: str | None = None
    for value in frame.values:
        if isinstance(value, Arguments):
            items.extend(value.items)
            is_index = value.is_index
        elif isinstance(value, Name):
            label = value.id
        else:
            items.append(Argument(value.start, value.end, label, expression(value)))
            label = None
    del run
    return Arguments(frame.start, frame.end, tuple(items), is_index)


def _arguments(run: Lowering, frame: Frame) -> Node:
    items = tuple(value for value in frame.values if isinstance(value, Argument))
    return Arguments(frame.start, frame.end, items, run.data[frame.start : frame.start + 1] == b"[")


def _argument(_: Lowering, frame: Frame) -> Node:
    label = next((value.name for value in frame.values if isinstance(value, Label)), None)
    rest = [value for value in frame.values if not isinstance(value, Label)]
    value = expression(rest[0]) if rest else Opaque(frame.end, frame.end, ())
    return Argument(frame.start, frame.end, label, value)


def _label(run: Lowering, frame: Frame) -> Node:
    return Label(frame.start, frame.end, run.text(frame.node).strip("`"))


CALLS: Mapping[str, Lower] = {
    "navigation_suffix": _suffix,
    "navigation_expression": _navigation,
    "call_expression": _call,
    "constructor_expression": _construction,
    "call_suffix": _call_suffix,
    "value_arguments": _arguments,
    "value_argument": _argument,
    "value_argument_label": _label,
}
"""Lowering functions by node type."""
