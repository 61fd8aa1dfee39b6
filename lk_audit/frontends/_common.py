"""What grammars of several languages lower alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends._go_literals import format_pieces
from lk_audit.frontends._tree import Part
from lk_audit.syntax import Argument, Binary, Expr, Literal, Name, Node, Opaque, Template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends._tree import Frame, Leaf, Lower, Lowering


class Arguments(Part):
    items: tuple[Argument, ...]


def name(data: bytes, node: TreeNode) -> Node:
    """A name as it is written."""
    start, end = node.start_byte, node.end_byte
    return Name(start, end, data[start:end].decode("utf-8", "replace"))


def number(read: Callable[[bytes], float]) -> Leaf:
    """A number, by what reads its text; what it cannot read is not known."""

    def lower(data: bytes, node: TreeNode) -> Node:
        start, end = node.start_byte, node.end_byte
        try:
            return Literal(start, end, read(data[start:end]))
        except ValueError:
            return Opaque(start, end, ())

    return lower


def binary(spelled: Mapping[str, str]) -> Lower:
    """`left operator right`, with the operators that the language spells its own way."""

    def lower(_: Lowering, frame: Frame) -> Node:
        sign = frame.node.child_by_field_name("operator")
        operator = sign.type if sign is not None else ""
        return Binary(frame.start, frame.end, spelled.get(operator, operator), frame.expression(0), frame.expression(1))

    return lower


def formatted(start: int, end: int, items: tuple[Argument, ...]) -> Expr | None:
    """`Sprintf("room-%s", name)` is text with values in it; None where they are not as many as it asks for."""
    match items:
        case (Argument(value=Literal(start=first, end=last, value=str(text))), *rest):
            pieces = format_pieces(text)
            if len(pieces) != len(rest) + 1 or not rest or any(item.spread for item in rest):
                return None
            fixed = [Literal(first, last, piece) for piece in pieces]
            parts = [part for piece, item in zip(fixed, rest, strict=False) for part in (piece, item.value)]
            kept = [part for part in (*parts, fixed[-1]) if not (isinstance(part, Literal) and part.value == "")]
            return Template(start, end, tuple(kept))
        case _:
            return None
