"""PHP arrays and assignments: lists, maps, destructuring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tree import Several, copies_of, expression
from lk_audit.frontends.php import names
from lk_audit.frontends.php.operators import OPERATORS
from lk_audit.syntax import (
    Argument,
    Assign,
    Call,
    Entry,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Record,
    Sequence,
    Spread,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


def _variadic(_: Lowering, frame: Frame) -> Node:
    return Spread(frame.start, frame.end, frame.expression(0))


def _element(_: Lowering, frame: Frame) -> Node:
    """`key => value`, a value, or `...values` between brackets."""
    if len(frame.values) > 1:
        return Entry(frame.start, frame.end, frame.expression(0), frame.expression(1))
    return frame.values[0] if frame.values else frame.expression(0)


def _array(run: Lowering, frame: Frame) -> Node:
    """A list, or a map as soon as one entry has a key; an empty one is what becomes of it."""
    if not frame.values:
        is_list = _is_filled_by_place(run, frame.node)
        return Sequence(frame.start, frame.end, ()) if is_list else Record(frame.start, frame.end, ())
    is_record = any(isinstance(value, Entry) for value in frame.values)
    if not is_record and not all(isinstance(value, Spread) for value in frame.values):
        return Sequence(frame.start, frame.end, tuple(expression(value) for value in frame.values))
    entries = [_entry(position, value) for position, value in enumerate(frame.values)]
    return Record(frame.start, frame.end, tuple(entries))


def _entry(position: int, value: Node) -> Entry:
    if isinstance(value, Entry):
        return value
    if isinstance(value, Spread):
        return Entry(value.start, value.end, None, value.value)
    key = Literal(value.start, value.start, str(position))
    return Entry(value.start, value.end, key, expression(value))


def _is_filled_by_place(run: Lowering, node: TreeNode) -> bool:
    """Whether an empty array gets its items by `$items[] = $item`, or stands where lists do."""
    holder = node.parent
    target = holder.child_by_field_name("left") if holder is not None else None
    if target is None:
        return holder is not None and holder.type in {"argument", "array_element_initializer"}
    return run.data[target.start_byte : target.end_byte] + b"[]" in run.data


def _assignment(_: Lowering, frame: Frame) -> Node:
    right = frame.field("right")
    target = frame.field("left")
    value = expression(right) if right is not None else Opaque(frame.end, frame.end, ())
    if isinstance(target, names.Pattern):
        return Several(frame.start, frame.end, tuple(_destructured(target, value)))
    where = expression(target) if target is not None else Opaque(frame.start, frame.start, ())
    if isinstance(where, Sequence | Record):
        return Opaque(frame.start, frame.end, (value, where))
    if isinstance(where, Index) and isinstance(where.key, Opaque) and where.key.start == where.key.end:
        pushed = Member(where.start, where.end, where.object, "push")
        return Call(frame.start, frame.end, pushed, (Argument(value.start, value.end, None, value),))
    return Assign(frame.start, frame.end, where, value)


def _destructured(pattern: names.Pattern, value: Expr) -> list[Statement]:
    """`[$a, 'k' => $b] = value`."""
    found: list[Statement] = []
    sources = copies_of(value, len(pattern.items))
    if not sources and pattern.items:
        holder = f"#{pattern.start}"
        found.append(Assign(pattern.start, pattern.start, Name(pattern.start, pattern.start, holder), value))
        sources = [Name(pattern.start, pattern.start, holder) for _ in pattern.items]
    for (key, target), source in zip(pattern.items, sources, strict=True):
        part = Index(target.start, target.end, source, key)
        if isinstance(target, names.Pattern):
            found += _destructured(target, part)
        else:
            found.append(Assign(target.start, max(target.end, value.end), expression(target), part))
    return found


def assigned_from(target: Node, value: Expr, end: int) -> list[Statement]:
    """The assignments that a pattern or a variable stands for, as in `foreach`."""
    if isinstance(target, names.Pattern):
        return _destructured(target, value)
    return [Assign(target.start, max(target.end, end), expression(target), value)]


def _augmented(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    written = sign.type if sign is not None else "="
    operator = OPERATORS.get(written, written).removesuffix("=")
    return Assign(frame.start, frame.end, frame.expression(0), frame.expression(1), operator)


def _counted(_: Lowering, frame: Frame) -> Node:
    operator = "+" if "++" in frame.tokens() else "-"
    return Assign(frame.start, frame.end, frame.expression(0), Literal(frame.end, frame.end, 1), operator)


def _list(_: Lowering, frame: Frame) -> Node:
    """`list($a, , $b)`, `['k' => $a]` on the left of an assignment."""
    items: list[tuple[Expr, Node]] = []
    lowered = {kid.id: value for kid, value in zip(frame.kids, frame.values, strict=True)}
    place, key, current = 0, None, None
    for child in [*frame.node.children, None]:
        kind = child.type if child is not None else ","
        if child is not None and child.id in lowered:
            current = lowered[child.id]
        elif kind == "=>":
            key, current = current, None
        elif kind in {",", ")", "]"}:
            if current is not None:
                where = expression(key) if key is not None else Literal(current.start, current.start, place)
                items.append((where, current))
            place, key, current = place + (kind == ","), None, None
    return names.Pattern(frame.start, frame.end, tuple(items))


ASSIGNMENTS: Mapping[str, Lower] = {
    "variadic_unpacking": _variadic,
    "array_element_initializer": _element,
    "array_creation_expression": _array,
    "assignment_expression": _assignment,
    "reference_assignment_expression": _assignment,
    "augmented_assignment_expression": _augmented,
    "update_expression": _counted,
    "list_literal": _list,
}
