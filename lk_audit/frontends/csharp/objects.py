"""C# objects and choices: construction with initializers, anonymous objects, patterns, `switch` as a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.csharp import types
from lk_audit.frontends.csharp.expressions import Arguments, Keyed
from lk_audit.frontends.lowering.tree import Part, contents, copies_of, expression
from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
    Call,
    Conditional,
    Entry,
    Expr,
    Literal,
    Member,
    Name,
    Opaque,
    Record,
    Sequence,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Node

_PAIR = 2


class Initializer(Part):
    """What stands between the braces after `new T(...)`."""

    items: tuple[Node, ...]


class Pattern(Part):
    """A pattern, as the test that it is: `value` to compare with, `name` for what it matches, or just `parts`."""

    value: Expr | None = None
    name: Name | None = None
    negated: bool = False
    parts: tuple[Expr, ...] = ()
    matches_all: bool = False


class Arm(Part):
    pattern: Pattern
    guard: Expr | None
    value: Expr


def _initializer(_: Lowering, frame: Frame) -> Node:
    return Initializer(frame.start, frame.end, tuple(frame.values))


def _new(run: Lowering, frame: Frame) -> Node:
    written = types.annotation(run.data, frame.node.child_by_field_name("type"))
    return _built(frame, written)


def _new_untyped(_: Lowering, frame: Frame) -> Node:
    """`new(...)`: of the type that is declared where it goes, see `typed`."""
    return _built(frame, None)


def _built(frame: Frame, written: Expr | None) -> Expr:
    given = next((value for value in frame.values if isinstance(value, Arguments)), None)
    braces = next((value for value in frame.values if isinstance(value, Initializer)), None)
    arguments = given.items if given is not None else ()
    return made(frame.start, frame.end, written, arguments, braces.items if braces is not None else ())


def made(start: int, end: int, written: Expr | None, arguments: tuple[Argument, ...], items: tuple[Node, ...]) -> Expr:
    """What a construction gives: a record for maps, a list for lists, else a call with the members it sets."""
    kind = types.last_of(written)
    pairs = [pair for item in items if (pair := _pair(item, kind)) is not None]
    callee = types.class_of(written) or Opaque(start, start, ())
    if pairs or (kind in types.MAPS and not arguments):
        entries = tuple(Entry(item.start, item.end, item.key, item.value) for item in pairs)
        base = Call(start, start, callee, arguments, is_new=True)
        before = (Entry(start, start, None, base),) if arguments and kind not in types.LISTS else ()
        return Record(start, end, (*before, *entries))
    if not arguments and (kind in types.LISTS or (items and not any(isinstance(item, Assign) for item in items))):
        return Sequence(start, end, tuple(map(_plain, items)))
    return Call(start, end, callee, (*arguments, *(_field(item) for item in items)), is_new=True)


def _pair(item: Node, kind: str) -> Keyed | None:
    """`["key"] = value`, and `{ "key", value }` in a map or, of a type that is not known, with text as the key."""
    if isinstance(item, Keyed):
        return item
    if not isinstance(item, Initializer) or len(item.items) != _PAIR:
        return None
    key, value = (_plain(part) for part in item.items)
    is_text = isinstance(key, Literal) and isinstance(key.value, str)
    return Keyed(item.start, item.end, key, value) if is_text or kind in types.MAPS else None


def _plain(item: Node) -> Expr:
    """A value between braces; braces inside stand for a list."""
    if isinstance(item, Initializer):
        return made(item.start, item.end, None, (), item.items)
    return expression(item)


def _field(item: Node) -> Argument:
    """`Name = value` is a named argument; what else is added is one without a name."""
    if isinstance(item, Assign) and isinstance(item.target, Name):
        value = item.value
        return Argument(item.start, item.end, item.target.id, value)
    return Argument(item.start, item.end, None, _plain(item))


def typed(value: Expr, written: Expr | None) -> Expr:
    """`value` where a type is declared, which `new()` and `[]` leave out."""
    if not isinstance(value, Call) or not value.is_new or not isinstance(value.callee, Opaque) or written is None:
        return value
    kind = types.last_of(written)
    if not value.arguments and kind in types.MAPS:
        return Record(value.start, value.end, ())
    if not value.arguments and kind in types.LISTS:
        return Sequence(value.start, value.end, ())
    named = types.class_of(written)
    spelled = copies_of(named, _PAIR) if named is not None else []
    return Call(value.start, value.end, spelled[1], value.arguments, is_new=True) if spelled else value


def _members(data: bytes, frame: Frame) -> Iterator[Entry]:
    """The members of an anonymous object: named ones, and those that take the name of what they are."""
    pending: Expr | None = None
    nodes = {kid.id: value for kid, value in zip(frame.kids, frame.values, strict=True)}
    waits = False
    for child in frame.node.children:
        value = nodes.get(child.id)
        if value is not None and waits and pending is not None:
            key = Literal(pending.start, pending.end, data[pending.start : pending.end].decode("utf-8", "replace"))
            yield Entry(pending.start, value.end, key, _plain(value))
            pending, waits = None, False
        elif value is not None:
            pending = expression(value)
        elif child.type == "=":
            waits = True
        elif pending is not None:
            yield Entry(pending.start, pending.end, _own_name(pending), pending)
            pending = None


def _own_name(value: Expr) -> Literal:
    name = value.id if isinstance(value, Name) else value.name if isinstance(value, Member) else ""
    return Literal(value.start, value.end, name)


def _anonymous(run: Lowering, frame: Frame) -> Node:
    """`new { video = grant, exp, user.Name }`."""
    return Record(frame.start, frame.end, tuple(_members(run.data, frame)))


def _with(_: Lowering, frame: Frame) -> Node:
    """`x with { A = 1 }`: a copy with other members, a record that takes over those of the original."""
    original, *changes = frame.values
    spread = Entry(original.start, original.end, None, expression(original))
    return Record(frame.start, frame.end, (spread, *(item for item in changes if isinstance(item, Entry))))


def _change(run: Lowering, frame: Frame) -> Node:
    """`A = 1` of a `with`."""
    name, value = map(expression, frame.values)
    key = Literal(name.start, name.end, run.data[name.start : name.end].decode("utf-8", "replace"))
    return Entry(frame.start, frame.end, key, value)


def _array(_: Lowering, frame: Frame) -> Node:
    braces = next((value for value in frame.values if isinstance(value, Initializer)), None)
    items = braces.items if braces is not None else ()
    return Sequence(frame.start, frame.end, tuple(map(_plain, items))) if braces is not None else _opaque(frame)


def _opaque(frame: Frame) -> Opaque:
    return Opaque(frame.start, frame.end, contents(frame.values))


# --- patterns ---------------------------------------------------------------------------------------------------------


def _constant(_: Lowering, frame: Frame) -> Node:
    return Pattern(frame.start, frame.end, value=frame.expression(0))


def _negated(_: Lowering, frame: Frame) -> Node:
    inner = frame.values[0] if frame.values else None
    if isinstance(inner, Pattern):
        return Pattern(inner.start, inner.end, inner.value, inner.name, not inner.negated, inner.parts)
    return Pattern(frame.start, frame.end, negated=True, parts=_exprs(frame.values))


def _named(run: Lowering, frame: Frame) -> Node:
    """`T name`, `var name`, `{ A: 1 } name`."""
    node = frame.node.child_by_field_name("name")
    name = Name(node.start_byte, node.end_byte, run.text(node)) if node is not None else None
    kept = [value for kid, value in zip(frame.kids, frame.values, strict=True) if kid != node]
    is_type_only = frame.kind in {"declaration_pattern", "var_pattern"}
    return Pattern(frame.start, frame.end, name=name, parts=() if is_type_only else _exprs(kept))


def _other(_: Lowering, frame: Frame) -> Node:
    return Pattern(frame.start, frame.end, parts=_exprs(frame.values))


def _exprs(values: Iterable[Node]) -> tuple[Expr, ...]:
    return tuple(item for item in contents(values) if isinstance(item, Expr))


def _everything(_: bytes, node: object) -> Node:
    start, end = getattr(node, "start_byte", 0), getattr(node, "end_byte", 0)
    return Pattern(start, end, matches_all=True)


def test_of(subject: Expr, pattern: Pattern) -> Expr:
    """Whether `subject` is what a pattern says."""
    start, end = subject.start, pattern.end
    if pattern.value is not None:
        return _compared(subject, pattern.value, end, operator="!=" if pattern.negated else "==")
    if pattern.name is not None:
        found: Expr = Assign(start, end, pattern.name, subject, declares=True)
        return Unary(start, end, "not", found) if pattern.negated else found
    return Opaque(start, end, (subject, *pattern.parts))


def _compared(subject: Expr, value: Expr, end: int, operator: str) -> Expr:
    """The grammar reads `x is null || y` as `x is (null || y)`; it means `(x is null) || y`."""
    outer: Expr = value
    above: Binary | None = None
    while isinstance(outer, Binary) and outer.operator in {"or", "and"}:
        above, outer = outer, outer.left
    test = Binary(subject.start, outer.end if above is not None else end, operator, subject, outer)
    if above is None:
        return test
    above.left = test
    return value


def _is(_: Lowering, frame: Frame) -> Node:
    pattern = frame.values[-1] if frame.values else None
    if not isinstance(pattern, Pattern):
        return _opaque(frame)
    return test_of(frame.expression(0), pattern)


# --- switch as a value ------------------------------------------------------------------------------------------------


def _arm(_: Lowering, frame: Frame) -> Node:
    """`pattern when guard => value`."""
    first = frame.values[0] if frame.values else None
    guards = [value for kid, value in zip(frame.kids, frame.values, strict=True) if kid.type == "when_clause"]
    pattern = first if isinstance(first, Pattern) else Pattern(frame.start, frame.start, parts=_exprs(frame.values[:1]))
    value = expression(frame.values[-1]) if frame.values else _opaque(frame)
    return Arm(frame.start, frame.end, pattern, expression(guards[0]) if guards else None, value)


def _when(_: Lowering, frame: Frame) -> Node:
    return frame.values[0] if frame.values else _opaque(frame)


def _switch(_: Lowering, frame: Frame) -> Node:
    """Nested conditionals; without an arm for everything else, the last arm is taken for it."""
    arms = [value for value in frame.values if isinstance(value, Arm)]
    subject = frame.expression(0)
    if not arms:
        return _opaque(frame)
    subjects = copies_of(subject, len(arms) + 1)
    result: Expr = arms[-1].value if _takes_all(arms[-1]) else Opaque(frame.end, frame.end, ())
    rest = arms[:-1] if _takes_all(arms[-1]) else arms
    for arm in reversed(rest):
        own = subjects.pop() if subjects else Opaque(arm.start, arm.start, ())
        test = Opaque(arm.start, arm.start, ()) if _takes_all(arm) else test_of(own, arm.pattern)
        if arm.guard is not None:
            test = Binary(test.start, arm.guard.end, "and", test, arm.guard)
        result = Conditional(arm.start, frame.end, test, arm.value, result)
    return result if subjects else _after(subject, result)


def _after(subject: Expr, result: Expr) -> Expr:
    """The subject is evaluated too where its copies could not be compared."""
    if isinstance(result, Conditional):
        test = result.test
        result.test = Opaque(subject.start, test.end, (subject, test))
    return result


def _takes_all(arm: Arm) -> bool:
    return arm.pattern.matches_all and arm.guard is None


OBJECTS: Mapping[str, Lower] = {
    "initializer_expression": _initializer,
    "object_creation_expression": _new,
    "implicit_object_creation_expression": _new_untyped,
    "anonymous_object_creation_expression": _anonymous,
    "with_expression": _with,
    "with_initializer": _change,
    **dict.fromkeys(
        ("array_creation_expression", "implicit_array_creation_expression", "stackalloc_expression"), _array
    ),
    "constant_pattern": _constant,
    "negated_pattern": _negated,
    **dict.fromkeys(("declaration_pattern", "var_pattern", "recursive_pattern"), _named),
    **dict.fromkeys(
        ("relational_pattern", "and_pattern", "or_pattern", "type_pattern", "list_pattern", "tuple_pattern"), _other
    ),
    "parenthesized_pattern": _when,
    "is_pattern_expression": _is,
    "switch_expression_arm": _arm,
    "when_clause": _when,
    "switch_expression": _switch,
}
PATTERN_LEAVES = {"discard": _everything}
