"""C# expressions: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.csharp import types
from lk_audit.frontends.csharp.literals import integer_value, piece_value, real_value, string_value, unescaped
from lk_audit.frontends.lowering.common import number
from lk_audit.frontends.lowering.tree import Part, copies_of, expression, opaque
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Binary,
    Call,
    Conditional,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Sequence,
    Spread,
    Template,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Expr, Node

_OPERATORS = {"&&": "and", "||": "or", "!": "not"}
_TRIES = "Try"


class Arguments(Part):
    items: tuple[Argument, ...]


class Binding(Part):
    """What follows `?.` or `?`: a member's name, or a key between brackets."""

    name: str
    key: Expr | None


class Thrown(Opaque):
    """`throw` where a value is due; only the node around it can tell."""


def _name(data: bytes, node: TreeNode) -> Node:
    return Name(node.start_byte, node.end_byte, types.text_of(data, node))


def _generic(data: bytes, node: TreeNode) -> Node:
    """`Get<T>`: the name, without its type arguments."""
    return types.class_of(types.annotation(data, node)) or Opaque(node.start_byte, node.end_byte, ())


def _type(data: bytes, node: TreeNode) -> Node:
    return types.annotation(data, node) or types.Skipped(node.start_byte, node.end_byte)


def _string(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Literal(start, end, string_value(data[start:end]))


def _piece(data: bytes, node: TreeNode) -> Node:
    """The text between the values of an interpolated string."""
    start, end = node.start_byte, node.end_byte
    text = data[start:end].decode("utf-8", "replace")
    around = node.parent
    head = data[around.start_byte : min(around.start_byte + 8, start)] if around is not None else b""
    return Literal(start, end, text if b'"""' in head else piece_value(text, verbatim=b"@" in head))


def _escaped(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Literal(start, end, unescaped(data[start:end].decode("utf-8", "replace")))


def _character(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Literal(start, end, unescaped(data[start + 1 : end - 1].decode("utf-8", "replace")))


def _flag(data: bytes, node: TreeNode) -> Node:
    return Literal(node.start_byte, node.end_byte, data[node.start_byte : node.end_byte] == b"true")


def _null(_: bytes, node: TreeNode) -> Node:
    return Literal(node.start_byte, node.end_byte, None)


def _receiver(frame: Frame) -> Expr:
    """The first expression, or `this` and `base`, which the grammar gives no name."""
    tokens = {child.type: child for child in frame.node.children if not child.is_named}
    for token, name in (("this", "this"), ("base", "super")):
        if token in tokens:
            return Name(tokens[token].start_byte, tokens[token].end_byte, name)
    return frame.expression(0)


def _parenthesised(_: Lowering, frame: Frame) -> Node:
    return frame.values[0] if frame.values else _receiver(frame)


def _last(_: Lowering, frame: Frame) -> Node:
    """A cast, `checked(...)`, `ref x`: the value itself."""
    return frame.values[-1] if frame.values else frame.expression(0)


def _member(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("name")
    if name is not None and name.type == "generic_name" and name.named_children:
        name = name.named_children[0]
    has_object = frame.node.child_by_field_name("expression") is not None
    holder = _receiver(frame) if not has_object or len(frame.values) < 2 else frame.expression(0)  # noqa: PLR2004 - and the name
    return Member(frame.start, frame.end, holder, run.text(name).removeprefix("@") if name is not None else "")


def _binding(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("name")
    if name is not None and name.type == "generic_name" and name.named_children:
        name = name.named_children[0]
    return Binding(frame.start, frame.end, run.text(name) if name is not None else "", None)


def _element_binding(_: Lowering, frame: Frame) -> Node:
    inner = frame.values[0] if frame.values else None
    key = inner.items[0].value if isinstance(inner, Arguments) and inner.items else inner
    key = key.value if isinstance(key, Argument) else key
    found = expression(key) if key is not None else Opaque(frame.start, frame.end, ())
    return Binding(frame.start, frame.end, "", found)


def _conditional_access(_: Lowering, frame: Frame) -> Node:
    """`a?.B` and `a?["b"]`."""
    last = frame.values[-1] if frame.values else None
    holder = frame.expression(0) if len(frame.values) > 1 else _receiver(frame)
    if not isinstance(last, Binding):
        return opaque(frame)
    if last.key is not None:
        return Index(frame.start, frame.end, holder, last.key)
    return Member(frame.start, frame.end, holder, last.name)


def _element(_: Lowering, frame: Frame) -> Node:
    given = frame.values[-1] if frame.values else None
    holder = frame.expression(0) if len(frame.values) > 1 else _receiver(frame)
    items = given.items if isinstance(given, Arguments) else ()
    if not items:
        return opaque(frame)
    return Index(frame.start, frame.end, holder, items[0].value)


def _argument(run: Lowering, frame: Frame) -> Node:
    """`name: value`, `out var x`, `ref x`."""
    label = frame.node.child_by_field_name("name")
    values = [value for kid, value in zip(frame.kids, frame.values, strict=True) if kid != label]
    value = expression(values[-1]) if values else _receiver(frame)
    return Argument(frame.start, frame.end, run.text(label) if label is not None else None, value)


def _arguments(_: Lowering, frame: Frame) -> Node:
    return Arguments(frame.start, frame.end, tuple(as_argument(value) for value in frame.values))


def as_argument(value: Node) -> Argument:
    """A value where an argument is due."""
    return value if isinstance(value, Argument) else Argument(value.start, value.end, None, expression(value))


def _call(_: Lowering, frame: Frame) -> Node:
    given = frame.field("arguments")
    callee = frame.field("function")
    items = given.items if isinstance(given, Arguments) else ()
    target = expression(callee) if callee is not None else _receiver(frame)
    _fill_out(target, items)
    return Call(frame.start, frame.end, target, items)


def _fill_out(callee: Expr, items: tuple[Argument, ...]) -> None:
    """`map.TryGetValue(key, out var value)` gives `map[key]`, `int.TryParse(text, out var n)` what `int.Parse` does."""
    if not isinstance(callee, Member) or not callee.name.startswith(_TRIES) or len(items) < 2:  # noqa: PLR2004 - what is read, and where to
        return
    target = items[-1].value
    if not isinstance(target, Assign) or not isinstance(target.value, Opaque):
        return
    holder, first = copies_of(callee.object, 2)[1:], copies_of(items[0].value, 2)[1:]
    if isinstance(items[0].value, Literal):
        literal = items[0].value
        first = [Literal(literal.start, literal.end, literal.value)]
    if holder and first:
        end = target.end
        name = callee.name.removeprefix(_TRIES)
        target.value = (
            Index(end, end, holder[0], first[0])
            if name == "GetValue"
            else Call(end, end, Member(end, end, holder[0], name), (Argument(end, end, None, first[0]),))
        )


def _declared(run: Lowering, frame: Frame) -> Node:
    """`out var x`: a new variable, given by whoever it is passed to."""
    name = frame.node.child_by_field_name("name")
    target = Name(frame.start, frame.end, run.text(name) if name is not None else "_")
    return Assign(frame.start, frame.end, target, Opaque(frame.end, frame.end, ()), declares=True)


def _unary(_: Lowering, frame: Frame) -> Node:
    sign = next((child.type for child in frame.node.children if not child.is_named), "")
    operand = frame.expression(0)
    if sign in {"++", "--"}:
        return Assign(frame.start, frame.end, operand, Literal(frame.end, frame.end, 1), sign[0])
    if frame.kind == "postfix_unary_expression" or sign in {"&", "*"}:
        return operand
    return Unary(frame.start, frame.end, _OPERATORS.get(sign, sign), operand)


def _binary(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type if sign is not None else ""
    left = frame.expression(0)
    if operator == "??" and isinstance(frame.values[-1], Thrown):
        return left
    return Binary(frame.start, frame.end, _OPERATORS.get(operator, operator), left, frame.expression(1))


def _conditional(_: Lowering, frame: Frame) -> Node:
    return Conditional(frame.start, frame.end, frame.expression(0), frame.expression(1), frame.expression(2))


def _assignment(_: Lowering, frame: Frame) -> Node:
    sign = next((child.type for child in frame.node.children if child.type.endswith("=")), "=")
    target, value = frame.values[0] if frame.values else frame.expression(0), frame.expression(1)
    if isinstance(target, Binding) and target.key is not None:
        return Keyed(frame.start, frame.end, target.key, value)
    return Assign(frame.start, frame.end, expression(target), value, sign[:-1])


class Keyed(Part):
    """`["key"] = value`, or `{ "key", value }`, inside the braces of an initializer."""

    key: Expr
    value: Expr


def _await(_: Lowering, frame: Frame) -> Node:
    return Await(frame.start, frame.end, frame.expression(0))


def _throw(_: Lowering, frame: Frame) -> Node:
    return Thrown(frame.start, frame.end, (frame.expression(0),))


def _tuple(_: Lowering, frame: Frame) -> Node:
    items = tuple(as_argument(value).value for value in frame.values)
    return Sequence(frame.start, frame.end, items)


def _collection(_: Lowering, frame: Frame) -> Node:
    return Sequence(frame.start, frame.end, tuple(map(expression, frame.values)))


def _spread(_: Lowering, frame: Frame) -> Node:
    return Spread(frame.start, frame.end, frame.expression(0))


def _template(_: Lowering, frame: Frame) -> Node:
    parts = tuple(map(expression, frame.values))
    if all(isinstance(part, Literal) for part in parts):
        text = "".join(str(part.value) for part in parts if isinstance(part, Literal))
        return Literal(frame.start, frame.end, text)
    return Template(frame.start, frame.end, parts)


def _default(_: Lowering, frame: Frame) -> Node:
    """`default(T)`: nothing, as far as anybody asks."""
    return Literal(frame.start, frame.end, None)


def _left(_: Lowering, frame: Frame) -> Node:
    """`x as T` is `x`."""
    return frame.expression(0)


LEAVES: Mapping[str, Leaf] = {
    "identifier": _name,
    "predefined_type": _name,
    "generic_name": _generic,
    **dict.fromkeys(("qualified_name", "alias_qualified_name"), _type),
    **dict.fromkeys(
        ("nullable_type", "array_type", "ref_type", "pointer_type", "tuple_type", "function_pointer_type"), _type
    ),
    **dict.fromkeys(("string_literal", "verbatim_string_literal", "raw_string_literal"), _string),
    "string_content": _piece,
    "escape_sequence": _escaped,
    "integer_literal": number(integer_value),
    "real_literal": number(real_value),
    "character_literal": _character,
    "boolean_literal": _flag,
    "null_literal": _null,
}
EXPRESSIONS: Mapping[str, Lower] = {
    "parenthesized_expression": _parenthesised,
    **dict.fromkeys(("cast_expression", "checked_expression", "ref_expression", "interpolation"), _last),
    **dict.fromkeys(("collection_element", "expression_element"), _last),
    "member_access_expression": _member,
    "member_binding_expression": _binding,
    "element_binding_expression": _element_binding,
    "conditional_access_expression": _conditional_access,
    "element_access_expression": _element,
    "argument": _argument,
    "argument_list": _arguments,
    "bracketed_argument_list": _arguments,
    "invocation_expression": _call,
    "declaration_expression": _declared,
    "prefix_unary_expression": _unary,
    "postfix_unary_expression": _unary,
    "binary_expression": _binary,
    "conditional_expression": _conditional,
    "assignment_expression": _assignment,
    "await_expression": _await,
    "throw_expression": _throw,
    "tuple_expression": _tuple,
    "collection_expression": _collection,
    "spread_element": _spread,
    "interpolated_string_expression": _template,
    "default_expression": _default,
    "as_expression": _left,
}
