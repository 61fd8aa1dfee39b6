"""Go expressions: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lk_audit.frontends.go import types
from lk_audit.frontends.go.literals import string_value
from lk_audit.frontends.lowering.common import Arguments, binary, constants, first_inside, meaningless, name, number
from lk_audit.frontends.lowering.formats import formatted
from lk_audit.frontends.lowering.literals import real_number, whole_number
from lk_audit.frontends.lowering.tree import Part, Several, expression, opaque
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
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Scalar

_OPERATORS = {"&&": "and", "||": "or", "!": "not"}
_CONSTANTS: Mapping[str, Scalar] = {"true": True, "false": False, "nil": None}
_DEEPEST_BRACES = 40


class Values(Part):
    """A list of expressions: the sides of an assignment, what is returned, the values of a case."""

    items: tuple[Expr, ...]


class Keyed(Part):
    """`key: value` between braces."""

    key: Node
    value: Node


class Braces(Part):
    """What stands between the braces of a composite literal; its type says what it is."""

    items: tuple[Node, ...]


def _string(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Literal(start, end, string_value(data[start:end]))


def _list(_: Lowering, frame: Frame) -> Node:
    return Values(frame.start, frame.end, tuple(map(expression, frame.values)))


def _selector(run: Lowering, frame: Frame) -> Node:
    field = frame.node.child_by_field_name("field")
    return Member(frame.start, frame.end, frame.expression(0), run.text(field) if field is not None else "")


def _index(_: Lowering, frame: Frame) -> Node:
    return Index(frame.start, frame.end, frame.expression(0), frame.expression(1))


def _unary(_: Lowering, frame: Frame) -> Node:
    """Pointers are as good as what they point to; only the address of a variable lets others change it.

    That of a field does so where a call is given it: `row.Scan(&room.ID)`.
    """
    operator = frame.node.children[0].type
    operand = frame.expression(0)
    holder = frame.node.parent
    is_given = isinstance(operand, Member) and holder is not None and holder.type == "argument_list"
    if operator == "*" or (operator == "&" and not isinstance(operand, Name) and not is_given):
        return operand
    if operator == "<-":
        return Opaque(frame.start, frame.end, (operand,))
    return Unary(frame.start, frame.end, _OPERATORS.get(operator, operator), operand)


def _conversion(run: Lowering, frame: Frame) -> Node:
    """`[]byte(secret)` is the same text; `f[int](x)` is read as a conversion too, and may be a call."""
    written = frame.node.child_by_field_name("type")
    operand = frame.expression(len(frame.values) - 1)
    if written is None or written.type != "generic_type":
        return operand
    callee = types.named(run.data, written) or Opaque(frame.start, frame.start, ())
    return Call(frame.start, frame.end, callee, (Argument(operand.start, operand.end, None, operand),))


def _variadic(_: Lowering, frame: Frame) -> Node:
    return Spread(frame.start, frame.end, frame.expression(0))


def _arguments(_: Lowering, frame: Frame) -> Node:
    return Arguments(frame.start, frame.end, tuple([_argument(value) for value in frame.values]))


def _argument(value: Node) -> Argument:
    if isinstance(value, Spread):
        return Argument(value.start, value.end, None, value.value, spread=True)
    return Argument(value.start, value.end, None, expression(value))


def _call(run: Lowering, frame: Frame) -> Node:
    callee = frame.expression(0)
    given = frame.values[-1] if frame.values else None
    items = given.items if isinstance(given, Arguments) else ()
    made = _made(run, frame) if isinstance(callee, Name) and callee.id in {"new", "make"} else None
    return made or _formatted(frame, callee, items) or Call(frame.start, frame.end, callee, items)


_FLAGS = {b"true": True, b"false": False}


def _made(run: Lowering, frame: Frame) -> Expr | None:
    """`new(T)` and `make(T)`: a zero value, or an empty map or list; since Go 1.26 `new(false)` points to a flag."""
    given = frame.node.child_by_field_name("arguments")
    written = next(iter(given.named_children), None) if given is not None else None
    if written is None:
        return None
    if written.type == "map_type":
        return Record(frame.start, frame.end, ())
    text = run.data[written.start_byte : written.end_byte]
    if text in _FLAGS:
        return Literal(frame.start, frame.end, _FLAGS[text])
    return types.zero(run.data, written, frame.start)


def _formatted(frame: Frame, callee: Expr, items: tuple[Argument, ...]) -> Expr | None:
    """`fmt.Sprintf("room-%s", name)`."""
    match callee:
        case Member(object=Name(id="fmt"), name="Sprintf"):
            return formatted(frame.start, frame.end, items)
        case _:
            return None


def _keyed(_: Lowering, frame: Frame) -> Node:
    value = frame.values[1] if len(frame.values) > 1 else frame.expression(1)
    return Keyed(frame.start, frame.end, frame.values[0] if frame.values else frame.expression(0), value)


def _braces(_: Lowering, frame: Frame) -> Node:
    return Braces(frame.start, frame.end, tuple(frame.values))


def _composite(run: Lowering, frame: Frame) -> Node:
    body = frame.values[-1] if frame.values else None
    if not isinstance(body, Braces):
        return opaque(frame)
    return _filled(run.data, frame.node.child_by_field_name("type"), body, frame.start, 0)


def _filled(data: bytes, written: TreeNode | None, body: Braces, start: int, depth: int) -> Expr:
    """A composite literal of a type: a map or list, or the construction of a struct with its fields by name."""
    if depth > _DEEPEST_BRACES:
        return Opaque(start, body.end, ())
    written = types.bare(written)
    element = types.element_of(written)
    pairs = [(item.key, item.value) if isinstance(item, Keyed) else (None, item) for item in body.items]
    values = [_value(data, element, value, depth) for _, value in pairs]
    if written is not None and written.type in types.LISTS:
        return Sequence(start, body.end, tuple(values))
    callee = types.named(data, written)
    is_struct = all(key is None or isinstance(key, Name) for key, _ in pairs)
    if callee is not None and is_struct:
        found = [_field(item, key, value) for item, (key, _), value in zip(body.items, pairs, values, strict=True)]
        return Call(start, body.end, callee, tuple(found), is_new=True)
    is_map = written is not None and written.type != "struct_type"
    entries = [
        _entry(item, key, value, is_map=is_map) for item, (key, _), value in zip(body.items, pairs, values, strict=True)
    ]
    return Record(start, body.end, tuple(entries))


def _value(data: bytes, element: TreeNode | None, value: Node, depth: int) -> Expr:
    """A value between braces; one that is braces itself has the type of the elements around it."""
    if isinstance(value, Braces):
        return _filled(data, element, value, value.start, depth + 1)
    return expression(value)


def _field(item: Node, key: Node | None, value: Expr) -> Argument:
    return Argument(item.start, item.end, key.id if isinstance(key, Name) else None, value)


def _entry(item: Node, key: Node | None, value: Expr, *, is_map: bool) -> Entry:
    if isinstance(key, Name) and not is_map:
        return Entry(item.start, item.end, Literal(key.start, key.end, key.id), value)
    return Entry(item.start, item.end, expression(key) if key is not None else None, value)


def assigned(targets: tuple[Expr, ...], values: tuple[Expr, ...], end: int, *, declares: bool) -> Several:
    """The assignments of a statement.

    Of a call that returns several things the first one is its value; the others (an error, whether it is there) are
    computed from it.
    """
    start = targets[0].start if targets else end
    if len(targets) == len(values):
        found = [
            Assign(target.start, end, target, value, declares=declares)
            for target, value in zip(targets, values, strict=True)
        ]
        return Several(start, end, tuple(found))
    if len(values) != 1 or not targets:
        return Several(start, end, (*targets, *values))
    first = Assign(start, end, targets[0], values[0], declares=declares)
    others = [Assign(item.start, end, item, beside(targets[0], end), declares=declares) for item in targets[1:]]
    return Several(start, end, (first, *others))


def beside(target: Expr, end: int) -> Expr:
    """A further result of what `target` was given: not known, but decided together with it."""
    return Opaque(end, end, (Name(end, end, target.id),) if isinstance(target, Name) else ())


LEAVES: Mapping[str, Leaf] = {
    **dict.fromkeys(("identifier", "field_identifier", "package_identifier", "blank_identifier"), name),
    **constants(_CONSTANTS),
    **dict.fromkeys(("interpreted_string_literal", "raw_string_literal"), _string),
    **dict.fromkeys(("iota", "rune_literal", "imaginary_literal"), meaningless),
    "int_literal": number(partial(whole_number, octal=True)),
    "float_literal": number(real_number),
}
EXPRESSIONS: Mapping[str, Lower] = {
    "parenthesized_expression": first_inside,
    "type_assertion_expression": first_inside,
    "type_instantiation_expression": first_inside,
    "literal_element": first_inside,
    "expression_list": _list,
    "selector_expression": _selector,
    "index_expression": _index,
    "unary_expression": _unary,
    "binary_expression": binary(_OPERATORS),
    "type_conversion_expression": _conversion,
    "variadic_argument": _variadic,
    "argument_list": _arguments,
    "special_argument_list": _arguments,
    "call_expression": _call,
    "keyed_element": _keyed,
    "literal_value": _braces,
    "composite_literal": _composite,
}
