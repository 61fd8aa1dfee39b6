"""What grammars of several languages lower alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.interning import OFFSETS, TEXTS
from lk_audit.frontends.lowering.tree import Part, block, contents, expression
from lk_audit.syntax import (
    Argument,
    Binary,
    Block,
    Call,
    Expr,
    Function,
    If,
    Literal,
    Loop,
    Name,
    Node,
    Opaque,
    Parameter,
    Raise,
    Return,
    Scalar,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering


class Arguments(Part):
    items: tuple[Argument, ...]


def name(data: bytes, node: TreeNode) -> Node:
    """A name as it is written."""
    start, end = OFFSETS[node.start_byte], OFFSETS[node.end_byte]
    return Name(start, end, TEXTS[data[start:end]])


def number(read: Callable[[bytes], float]) -> Leaf:
    """A number, by what reads its text; what it cannot read is not known."""

    def lower(data: bytes, node: TreeNode) -> Node:
        start, end = node.start_byte, node.end_byte
        try:
            return Literal(start, end, read(data[start:end]))
        except ValueError:
            return Opaque(start, end, ())

    return lower


def constants(values: Mapping[str, Scalar]) -> dict[str, Leaf]:
    """Constants that are node types of their own."""

    def lower(_: bytes, node: TreeNode) -> Node:
        return Literal(OFFSETS[node.start_byte], OFFSETS[node.end_byte], values[node.type])

    return dict.fromkeys(values, lower)


def meaningless(_: bytes, node: TreeNode) -> Node:
    """What has a value that nobody asks for."""
    return Opaque(node.start_byte, node.end_byte, ())


def first_inside(_: Lowering, frame: Frame) -> Node:
    """What parentheses, assertions and other wrappers are written around."""
    return frame.values[0] if frame.values else frame.expression(0)


def binary(spelled: Mapping[str, str]) -> Lower:
    """`left operator right`, with the operators that the language spells its own way."""

    def lower(_: Lowering, frame: Frame) -> Node:
        sign = frame.node.child_by_field_name("operator")
        operator = sign.type if sign is not None else ""
        return Binary(frame.start, frame.end, spelled.get(operator, operator), frame.expression(0), frame.expression(1))

    return lower


def choice(_: Lowering, frame: Frame) -> If:
    """`if (condition) consequence else alternative`."""
    condition, otherwise = frame.field("condition"), frame.field("alternative")
    return If(
        frame.start,
        frame.end,
        expression(condition) if condition is not None else Opaque(frame.start, frame.start, ()),
        block(frame.field("consequence"), frame.end),
        block(otherwise, frame.end) if otherwise is not None else None,
    )


def loop(_: Lowering, frame: Frame) -> Node:
    """`for`, `while` and `do`: all but the body is evaluated before each round."""
    body = frame.field("body")
    header = contents([value for value in frame.values if value is not body])
    return Loop(frame.start, frame.end, header, block(body, frame.end))


def thrown(_: Lowering, frame: Frame) -> Node:
    """`throw error`, or what is caught thrown again."""
    return Raise(frame.start, frame.end, frame.expression(0) if frame.values else None)


def waiting(call: Call, called: Expr, given: tuple[Argument, ...], *, has_keywords: bool = False) -> Function:
    """A function that calls another with what it is given, after some arguments that are given already.

    Its parameters are called `#rest` and `#keywords`, as nothing that is written can be.
    """
    end = call.end
    kinds = {"rest": "#rest", **({"keywords": "#keywords"} if has_keywords else {})}
    parameters = tuple(Parameter(end, end, name, kind=kind) for kind, name in kinds.items())
    passed = (Argument(end, end, None, Name(end, end, name), spread=True) for name in kinds.values())
    plain = tuple(item for item in given if item.name is None)
    named = tuple(item for item in given if item.name is not None)
    rest, *keywords = passed
    made = Call(call.start, end, called, (*plain, rest, *named, *keywords))
    body = Block(call.start, end, (Return(call.start, end, made),))
    return Function(call.start, end, "", parameters, body)
