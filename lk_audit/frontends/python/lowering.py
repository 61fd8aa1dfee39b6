"""The walk from a tree-sitter-python tree to syntax nodes: dispatch, depth, and what the parser could not read."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from lk_audit.frontends.lowering.interning import TEXTS
from lk_audit.syntax import Block, Evaluate, Expr, Opaque, Statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tree_sitter import Node

LowerExpr: TypeAlias = "Callable[[Lowering, Node], Expr]"
LowerLink: TypeAlias = "Callable[[Lowering, Node, Expr], Expr]"
LowerStatement: TypeAlias = "Callable[[Lowering, Node], list[Statement]]"

DEEPEST = 200
"""Nested levels that are lowered. CPython's own tokenizer refuses 200 nested brackets and 100 indentations."""

_STATEMENT_LEVELS = 2
_SKIPPED = frozenset({"comment", "line_continuation"})
_NO_PARTS = _SKIPPED | {"ERROR"}


def parts(node: Node) -> list[Node]:
    """The named children that belong to the construct."""
    return [child for child in node.named_children if child.type not in _NO_PARTS]


class Grammar(Struct, frozen=True):
    """What lowers each node type. `links` are left-recursive: where their leftmost part is, and what they add to it."""

    expressions: dict[str, LowerExpr]
    links: dict[str, tuple[Callable[[Node], Node | None], LowerLink]]
    statements: dict[str, LowerStatement]


class Lowering:
    """One run over one tree.

    Attributes:
        too_deep: the spans that were left out, as they nest deeper than `DEEPEST`.
    """

    def __init__(self, data: bytes, grammar: Grammar, unread: Iterable[Node]) -> None:
        self.data = data
        self.too_deep: list[tuple[int, int]] = []
        self._grammar = grammar
        self._unread = sorted(unread, key=lambda node: node.start_byte)
        self._unread_starts = [node.start_byte for node in self._unread]
        self._read: set[int] = set()
        self._depth = 0
        self._repeatable = 4 * len(data)

    def text(self, node: Node | None) -> str:
        return TEXTS[self.data[node.start_byte : node.end_byte]] if node is not None else ""

    def expr(self, node: Node | None) -> Expr:
        """A node as an expression. Chains (`a.b().c()`, `a + b + c`) are followed in a loop: length is not depth."""
        if node is None:
            return Opaque(0, 0, ())
        if self._depth >= DEEPEST:
            return self._left_out(node)
        self._depth += 1
        links = self._grammar.links
        spine = []
        first: Node | None = node
        while first is not None and (link := links.get(first.type)):
            spine.append((first, link[1]))
            first = link[0](first)
        lowered = self._base(first) if first is not None else Opaque(node.start_byte, node.start_byte, ())
        while spine:
            outer, build = spine.pop()
            lowered = build(self, outer, lowered)
        self._depth -= 1
        return lowered

    def is_statement(self, node: Node) -> bool:
        return node.type in self._grammar.statements

    def statement(self, node: Node) -> list[Statement]:
        """A node as statements: none for `pass`, several for `a = b = c`."""
        lower = self._grammar.statements.get(node.type)
        if lower is None:
            value = self.expr(node)
            return [Evaluate(value.start, value.end, value)]
        if self._depth >= DEEPEST:
            left_out = self._left_out(node)
            return [Evaluate(left_out.start, left_out.end, left_out)]
        self._depth += _STATEMENT_LEVELS
        lowered = lower(self, node)
        self._depth -= _STATEMENT_LEVELS
        return lowered

    def statements(self, node: Node) -> list[Statement]:
        """The statements of a block, each followed by what could not be read in it."""
        found: list[Statement] = []
        for child in node.named_children:
            if child.type not in _SKIPPED:
                found.extend(self.statement(child))
                if child.has_error:
                    found.extend(self._strays(child))
        return found

    def block(self, node: Node | None) -> Block:
        if node is None:
            return Block(0, 0, ())
        return Block(node.start_byte, node.end_byte, tuple(self.statements(node)))

    def opaque(self, node: Node) -> Opaque:
        """Syntax without a meaning: its lowered children."""
        found: list[Expr | Statement] = []
        for child in node.named_children:
            kind = child.type
            if kind in self._grammar.statements:
                found.extend(self.statement(child))
            elif kind not in _SKIPPED:
                found.append(self.expr(child))
        return Opaque(node.start_byte, node.end_byte, tuple(found))

    def mark_read(self, error: Node) -> None:
        self._read.add(error.id)

    def may_repeat(self, value: Expr, times: int) -> bool:
        """Whether `value` may stand in the module `times` times.

        Desugaring repeats values (`a = b = v`); a hostile file must not make the module grow beyond all bounds.
        """
        cost = (times - 1) * (value.end - value.start)
        if cost > self._repeatable:
            return False
        self._repeatable -= cost
        return True

    def _base(self, node: Node) -> Expr:
        lower = self._grammar.expressions.get(node.type)
        return lower(self, node) if lower is not None else self.opaque(node)

    def _left_out(self, node: Node) -> Opaque:
        self.too_deep.append((node.start_byte, node.end_byte))
        return Opaque(node.start_byte, node.end_byte, ())

    def _strays(self, node: Node) -> list[Statement]:
        """What stands in the unreadable pieces of `node` that no construct has claimed."""
        found: list[Statement] = []
        for place in range(bisect_left(self._unread_starts, node.start_byte), len(self._unread)):
            error = self._unread[place]
            if error.start_byte >= node.end_byte:
                break
            if error.id not in self._read:
                value = self.expr(error)
                found.append(Evaluate(value.start, value.end, value))
        return found
