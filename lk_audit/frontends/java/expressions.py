"""Java expressions: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.java import types
from lk_audit.frontends.jvm.literals import java_string, real_number, whole_number
from lk_audit.frontends.jvm.nodes import counted, put_entries, record_of_pairs, sequence_of
from lk_audit.frontends.lowering.common import Arguments, binary, constants, number
from lk_audit.frontends.lowering.common import name as name_of
from lk_audit.frontends.lowering.formats import formatted
from lk_audit.frontends.lowering.tree import Part, expression
from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
    Block,
    Call,
    Class,
    Conditional,
    Entry,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Parameter,
    Record,
    Return,
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
_CONSTANTS: Mapping[str, Scalar] = {"true": True, "false": False, "null_literal": None}
MAPS = frozenset(
    {"HashMap", "LinkedHashMap", "TreeMap", "ConcurrentHashMap", "JSONObject", "JsonObject", "EnumMap", "Hashtable"}
)
"""Classes whose instances are filled entry by entry."""
LISTS = frozenset(
    {"ArrayList", "LinkedList", "HashSet", "LinkedHashSet", "TreeSet", "Vector", "JSONArray", "JsonArray"}
)
_MAP_MAKERS = frozenset({"Map", "ImmutableMap"})
_LIST_MAKERS = {
    **dict.fromkeys(("List", "Set", "ImmutableList", "ImmutableSet", "EnumSet", "Stream"), "of"),
    "Arrays": "asList",
}
_WRAPPERS = frozenset({"unmodifiableMap", "unmodifiableList", "unmodifiableSet", "copyOf", "synchronizedMap"})


class Members(Part):
    """What stands in the body of a class."""

    body: Block


class Parameters(Part):
    items: tuple[Parameter, ...]


def _string(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Literal(start, end, java_string(data[start:end]))


def _inner(_: Lowering, frame: Frame) -> Node:
    """What parentheses are written around, and what a cast is of."""
    return frame.expression(len(frame.values) - 1)


def _field_access(run: Lowering, frame: Frame) -> Node:
    field = frame.node.child_by_field_name("field")
    return Member(frame.start, frame.end, frame.expression(0), run.text(field) if field is not None else "")


def _reference(run: Lowering, frame: Frame) -> Node:
    """`Type::method` and `Type::new`."""
    last = frame.node.children[-1] if frame.node.children else None
    if last is None or last.type != "identifier" or not frame.values:
        return frame.expression(0)
    return Member(frame.start, frame.end, frame.expression(0), run.text(last))


def _array_access(_: Lowering, frame: Frame) -> Node:
    return Index(frame.start, frame.end, frame.expression(0), frame.expression(1))


def _unary(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type if sign is not None else ""
    return Unary(frame.start, frame.end, _OPERATORS.get(operator, operator), frame.expression(0))


def _update(_: Lowering, frame: Frame) -> Node:
    sign = next((child.type for child in frame.node.children if child.type in {"++", "--"}), "++")
    return counted(frame.start, frame.end, frame.expression(0), sign[0])


def _assignment(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type[:-1] if sign is not None else ""
    return Assign(frame.start, frame.end, frame.expression(0), frame.expression(1), operator)


def _conditional(_: Lowering, frame: Frame) -> Node:
    return Conditional(frame.start, frame.end, frame.expression(0), frame.expression(1), frame.expression(2))


def _instance_of(_: Lowering, frame: Frame) -> Node:
    """`value instanceof Text text`: a test of the value, and a name for it."""
    value = frame.expression(0)
    return Binary(frame.start, frame.end, "instanceof", value, Opaque(frame.end, frame.end, ()))


def _arguments(_: Lowering, frame: Frame) -> Node:
    return Arguments(frame.start, frame.end, tuple([_argument(value) for value in frame.values]))


def _argument(value: Node) -> Argument:
    return Argument(value.start, value.end, None, expression(value))


def _given(frame: Frame) -> tuple[Argument, ...]:
    return next((value.items for value in frame.values if isinstance(value, Arguments)), ())


def _invocation(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("name")
    label = run.text(name) if name is not None else ""
    holder = frame.field("object")
    arguments = _given(frame)
    if name is None or holder is None:
        spot = name or frame.node
        return Call(frame.start, frame.end, Name(spot.start_byte, spot.end_byte, label), arguments)
    receiver = expression(holder)
    if label == "format" and isinstance(receiver, Name) and receiver.id == "String":
        text = formatted(frame.start, frame.end, arguments)
        if text is not None:
            return text
    return _collection(frame, receiver, label, arguments) or Call(
        frame.start, frame.end, Member(receiver.start, name.end_byte, receiver, label), arguments
    )


def _collection(  # noqa: PLR0911 - one per spelling
    frame: Frame, receiver: Expr, name: str, arguments: tuple[Argument, ...]
) -> Expr | None:
    """`Map.of(...)`, `List.of(...)`, `Collections.singletonMap(...)` as the record or sequence that they make."""
    owner = receiver.name if isinstance(receiver, Member) else receiver.id if isinstance(receiver, Name) else ""
    start, end = frame.start, frame.end
    values = [item.value for item in arguments]
    match owner, name:
        case _, "of" if owner in _MAP_MAKERS and len(values) % 2 == 0:
            return record_of_pairs(start, end, values)
        case "Collections", "singletonMap":
            return record_of_pairs(start, end, values)
        case _, "ofEntries" if owner in _MAP_MAKERS:
            return Record(start, end, tuple(map(_entry, values)))
        case "Collections", "singletonList" | "singleton":
            return sequence_of(start, end, arguments)
        case "Collections" | "Map" | "List" | "Set", _ if name in _WRAPPERS and len(values) == 1:
            return values[0]
        case "Collections", "emptyMap":
            return Record(start, end, ())
        case "Collections", "emptyList" | "emptySet":
            return Sequence(start, end, ())
        case _ if _LIST_MAKERS.get(owner) == name:
            return sequence_of(start, end, arguments)
        case _:
            return None


def _entry(value: Expr) -> Entry:
    """`Map.entry(key, value)`."""
    match value:
        case Call(callee=Member(name="entry") | Name(id="entry"), arguments=(key, item)):
            return Entry(value.start, value.end, key.value, item.value)
        case _:
            return Entry(value.start, value.end, None, Opaque(value.start, value.end, (value,)))


def _construction(run: Lowering, frame: Frame) -> Node:
    written = frame.node.child_by_field_name("type")
    callee = types.named(run.data, written) or Opaque(frame.start, frame.start, ())
    arguments = _given(frame)
    body = next((value.body for value in frame.values if isinstance(value, Members)), None)
    name = callee.id if isinstance(callee, Name) else callee.name if isinstance(callee, Member) else ""
    filled = _filled(frame, name, arguments, body)
    if filled is not None:
        return filled
    if body is not None:
        inner = Class(body.start, body.end, "", (), body)
        arguments = (*arguments, Argument(body.start, body.end, "#body", inner))
    return Call(frame.start, frame.end, callee, arguments, is_new=True)


def _filled(frame: Frame, name: str, arguments: tuple[Argument, ...], body: Block | None) -> Expr | None:
    """A map or list that is empty, a copy of another, or filled by its own initialiser."""
    start, end = frame.start, frame.end
    if body is not None:
        return Record(start, end, tuple(put_entries(body.statements))) if name in MAPS else None
    copied = [item.value for item in arguments if not isinstance(item.value, Literal)]
    if name in MAPS:
        return Record(start, end, tuple(Entry(item.start, item.end, None, item) for item in copied[:1]))
    if name in LISTS:
        return Sequence(start, end, tuple(Spread(item.start, item.end, item) for item in copied[:1]))
    return None


def _array(_: Lowering, frame: Frame) -> Node:
    return Sequence(frame.start, frame.end, tuple(map(expression, frame.values)))


def _array_creation(_: Lowering, frame: Frame) -> Node:
    """`new String[]{"a"}`, `new byte[32]`."""
    value = frame.field("value")
    if value is not None:
        return expression(value)
    return Opaque(frame.start, frame.end, tuple(map(expression, frame.values)))


def _lambda(_: Lowering, frame: Frame) -> Node:
    given = frame.field("parameters")
    parameters: tuple[Parameter, ...] = ()
    if isinstance(given, Parameters):
        parameters = given.items
    elif isinstance(given, Name):
        parameters = (Parameter(given.start, given.end, given.id),)
    body = frame.field("body")
    if isinstance(body, Block):
        return Function(frame.start, frame.end, "", parameters, body)
    value = expression(body) if body is not None else Opaque(frame.end, frame.end, ())
    only = Block(value.start, value.end, (Return(value.start, value.end, value),))
    return Function(frame.start, frame.end, "", parameters, only)


def _inferred(_: Lowering, frame: Frame) -> Node:
    found = [Parameter(item.start, item.end, item.id) for item in frame.values if isinstance(item, Name)]
    return Parameters(frame.start, frame.end, tuple(found))


def _annotation(run: Lowering, frame: Frame) -> Node:
    """An annotation is a call of its class."""
    name = frame.node.child_by_field_name("name")
    callee = types.named(run.data, name) or Opaque(frame.start, frame.start, ())
    return Call(frame.start, frame.end, callee, _given(frame))


def _named_argument(run: Lowering, frame: Frame) -> Node:
    key = frame.node.child_by_field_name("key")
    value = frame.field("value")
    label = run.text(key) if key is not None else ""
    inner = expression(value) if value is not None else Opaque(frame.end, frame.end, ())
    return Arguments(frame.start, frame.end, (Argument(frame.start, frame.end, label, inner),))


def _annotation_arguments(_: Lowering, frame: Frame) -> Node:
    found: list[Argument] = []
    for value in frame.values:
        found += value.items if isinstance(value, Arguments) else (_argument(value),)
    return Arguments(frame.start, frame.end, tuple(found))


LEAVES: Mapping[str, Leaf] = {
    **dict.fromkeys(("identifier", "this", "super"), name_of),
    **constants(_CONSTANTS),
    "string_literal": _string,
    "character_literal": _string,
    **dict.fromkeys(
        ("decimal_integer_literal", "hex_integer_literal", "octal_integer_literal", "binary_integer_literal"),
        number(lambda raw: whole_number(raw, octal=True)),
    ),
    "decimal_floating_point_literal": number(real_number),
}
EXPRESSIONS: Mapping[str, Lower] = {
    "parenthesized_expression": _inner,
    "cast_expression": _inner,
    "field_access": _field_access,
    "method_reference": _reference,
    "array_access": _array_access,
    "unary_expression": _unary,
    "binary_expression": binary(_OPERATORS),
    "update_expression": _update,
    "assignment_expression": _assignment,
    "ternary_expression": _conditional,
    "instanceof_expression": _instance_of,
    "argument_list": _arguments,
    "method_invocation": _invocation,
    "object_creation_expression": _construction,
    "array_initializer": _array,
    "element_value_array_initializer": _array,
    "array_creation_expression": _array_creation,
    "lambda_expression": _lambda,
    "inferred_parameters": _inferred,
    "annotation": _annotation,
    "marker_annotation": _annotation,
    "annotation_argument_list": _annotation_arguments,
    "element_value_pair": _named_argument,
}
