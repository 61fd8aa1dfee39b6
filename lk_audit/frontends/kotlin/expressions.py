"""Kotlin expressions: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lk_audit.frontends.jvm.literals import real_number, unescaped, whole_number
from lk_audit.frontends.jvm.nodes import counted
from lk_audit.frontends.kotlin import types
from lk_audit.frontends.kotlin.calls import Arguments, Lambda, arguments_of, called, lambda_function
from lk_audit.frontends.kotlin.literals import string
from lk_audit.frontends.lowering.common import number
from lk_audit.frontends.lowering.tree import Either, Part, expression
from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
    Block,
    Call,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Sequence,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Scalar

_OPERATORS = {"&&": "and", "||": "or", "!": "not", "?:": "??", "===": "==", "!==": "!="}
_CONSTANTS: Mapping[str, Scalar] = {"true": True, "false": False, "null": None}
_JUMPS = frozenset({"break", "continue"})


class Body(Part):
    """The body of a class or object."""

    body: Block


def _name(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    word = types.text_of(data, node)
    if word in _CONSTANTS and data[start : start + 1] != b"`":
        return Literal(start, end, _CONSTANTS[word])
    if word in _JUMPS:
        return Opaque(start, end, ())
    return Name(start, end, word)


def _this(data: bytes, node: TreeNode) -> Node:
    """`this`; `this@Outer` is something else, and is called as it is written."""
    return Name(node.start_byte, node.end_byte, types.text_of(data, node))


def _escape(_: bytes, node: TreeNode) -> Node:
    return Opaque(node.start_byte, node.end_byte, ())


def _character(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Literal(start, end, unescaped(data[start:end].decode("utf-8", "replace")[1:-1]))


def _first(_: Lowering, frame: Frame) -> Node:
    """What something that adds nothing is written around: parentheses, `as`, `!!`, a label."""
    value = frame.values[0] if frame.values else None
    return value if isinstance(value, Either) else frame.expression(0)


def _last(_: Lowering, frame: Frame) -> Node:
    return frame.expression(len(frame.values) - 1)


def _navigation(run: Lowering, frame: Frame) -> Node:
    """`a.b`, `a?.b`, `a::b`."""
    last = frame.node.named_children[-1] if frame.node.named_children else None
    name = run.text(last).strip("`") if last is not None and last.type == "identifier" else ""
    return Member(frame.start, frame.end, frame.expression(0), name)


def _reference(_: Lowering, frame: Frame) -> Node:
    """`::function`."""
    return frame.expression(len(frame.values) - 1)


def _index(_: Lowering, frame: Frame) -> Node:
    return Index(frame.start, frame.end, frame.expression(0), frame.expression(1))


def _unary(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type if sign is not None else ""
    operand = frame.expression(0)
    if operator == "!!":
        return operand
    if operator in {"++", "--"}:
        return counted(frame.start, frame.end, operand, operator[0])
    return Unary(frame.start, frame.end, _OPERATORS.get(operator, operator), operand)


def _binary(run: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type if sign is not None else ""
    left, right = frame.expression(0), frame.expression(1)
    if operator == ">" and isinstance(left, Binary) and left.operator == "<":
        generic = _generic_call(run, frame, left, right)
        if generic is not None:
            return generic
    found = Binary(frame.start, frame.end, _OPERATORS.get(operator, operator), left, right)
    jump = frame.values[1] if len(frame.values) > 1 else None
    return Elvis(frame.start, frame.end, found, (), jump) if operator == "?:" and jump is not None else found


class Elvis(Either):
    """`a ?: b`, where `b` may be a way out."""

    jump: Node


def _generic_call(run: Lowering, frame: Frame, left: Binary, right: Expr) -> Node | None:
    """`listOf<String>("a")`, which the grammar reads as two comparisons."""
    kid = frame.kids[1] if len(frame.kids) > 1 else None
    glued = run.data[left.left.end : left.left.end + 1] == b"<"
    if not glued or kid is None or kid.type != "parenthesized_expression":
        return None
    given = Argument(right.start, right.end, None, right)
    return called(frame.start, frame.end, left.left, (given,))


def _infix(run: Lowering, frame: Frame) -> Node:
    """`a to b` is a pair, `a until b` and the like are not known."""
    word = run.text(frame.node.named_children[1]) if len(frame.node.named_children) > 1 else ""
    sides = [value for kid, value in zip(frame.kids, frame.values, strict=True) if kid != frame.node.named_children[1]]
    if len(sides) != 2:  # noqa: PLR2004 - the sides of an operator
        return Opaque(frame.start, frame.end, tuple(map(expression, frame.values)))
    left, right = map(expression, sides)
    if word == "to":
        return Sequence(frame.start, frame.end, (left, right))
    argument = Argument(right.start, right.end, None, right)
    return Call(frame.start, frame.end, Member(left.start, left.end, left, word), (argument,))


def _range(_: Lowering, frame: Frame) -> Node:
    return Opaque(frame.start, frame.end, tuple(map(expression, frame.values)))


def _test(operator: str) -> Lower:
    def lower(_: Lowering, frame: Frame) -> Node:
        right = frame.expression(1) if operator == "in" else Opaque(frame.end, frame.end, ())
        return Binary(frame.start, frame.end, operator, frame.expression(0), right)

    return lower


def _assignment(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type[:-1] if sign is not None else ""
    return Assign(frame.start, frame.end, frame.expression(0), frame.expression(1), operator)


def _collection(_: Lowering, frame: Frame) -> Node:
    return Sequence(frame.start, frame.end, tuple(map(expression, frame.values)))


def _argument(run: Lowering, frame: Frame) -> Node:
    """One argument; `name = value` has an identifier and a sign in front."""
    sign = any(child.type == "=" for child in frame.node.children)
    label = run.text(frame.kids[0]).strip("`") if sign and frame.kids else None
    value = frame.values[-1] if frame.values else frame.expression(0)
    is_spread = any(child.type in {"*", "spread_expression"} for child in frame.node.children)
    inner = lambda_function(value) if isinstance(value, Lambda) else expression(value)
    return Arguments(frame.start, frame.end, (Argument(frame.start, frame.end, label, inner, is_spread),))


def _arguments(_: Lowering, frame: Frame) -> Node:
    found = [item for value in frame.values if isinstance(value, Arguments) for item in value.items]
    return Arguments(frame.start, frame.end, tuple(found))


def _call(_: Lowering, frame: Frame) -> Node:
    """A call; a lambda behind its parentheses is its last argument."""
    trailing = next((value for value in frame.values[1:] if isinstance(value, Lambda)), None)
    given = arguments_of(frame.values[1:])
    callee = frame.expression(0)
    first = frame.kids[0] if frame.kids else None
    is_inner = first is not None and first.type == "call_expression"
    if trailing is not None and not given and is_inner and isinstance(callee, Call):
        return called(frame.start, frame.end, callee.callee, callee.arguments, trailing)
    return called(frame.start, frame.end, callee, given, trailing)


def _constructor_call(_: Lowering, frame: Frame) -> Node:
    """`Base(argument)` behind a class, and the call that an annotation is."""
    return called(frame.start, frame.end, frame.expression(0), arguments_of(frame.values[1:]))


def _annotation(_: Lowering, frame: Frame) -> Node:
    value = frame.expression(0)
    return value if isinstance(value, Call) else Call(frame.start, frame.end, value, ())


def _trailing(_: Lowering, frame: Frame) -> Node:
    found = next((value for value in frame.values if isinstance(value, Lambda)), None)
    return found or frame.expression(0)


LEAVES: Mapping[str, Leaf] = {
    "identifier": _name,
    "this_expression": _this,
    "super_expression": _this,
    "number_literal": number(partial(whole_number, octal=False)),
    "float_literal": number(real_number),
    "character_literal": _character,
    "escape_sequence": _escape,
}
EXPRESSIONS: Mapping[str, Lower] = {
    "parenthesized_expression": _first,
    "as_expression": _first,
    "labeled_expression": _last,
    "spread_expression": _first,
    "interpolation": _first,
    "string_literal": string,
    "multiline_string_literal": string,
    "navigation_expression": _navigation,
    "callable_reference": _reference,
    "index_expression": _index,
    "unary_expression": _unary,
    "binary_expression": _binary,
    "infix_expression": _infix,
    "range_expression": _range,
    "in_expression": _test("in"),
    "is_expression": _test("is"),
    "assignment": _assignment,
    "collection_literal": _collection,
    "value_argument": _argument,
    "value_arguments": _arguments,
    "call_expression": _call,
    "constructor_invocation": _constructor_call,
    "annotation": _annotation,
    "annotated_lambda": _trailing,
}
