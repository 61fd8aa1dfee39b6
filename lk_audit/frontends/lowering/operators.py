"""Operators put together again by their precedence, for grammars that read `a && b || c` as `a && (b || c)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lk_audit.frontends.lowering.tree import Part, expression
from lk_audit.syntax import Binary, Conditional, Expr, Node

Precedences = Mapping[str, int]
"""How tightly each operator binds, as it is written; a higher number binds tighter."""
SPELLED = {"&&": "and", "||": "or", "~/": "//", "===": "==", "!==": "!="}
"""Operators that other languages spell alike in the shared syntax."""
_RIGHT = frozenset({"??"})


class Chain(Part):
    """Operands and the operators between them, in the order they are written."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]


class Choice(Part):
    """`test ? then : otherwise`; what stands before its test may belong to it."""

    test: Node
    then: Expr
    otherwise: Expr


def flat(start: int, end: int, operands: Sequence[Node], operators: Sequence[str]) -> Chain:
    """A chain of operands of which some are chains themselves."""
    found: list[Node] = []
    between: list[str] = []
    for place, operand in enumerate(operands):
        if place:
            between.append(operators[place - 1] if place <= len(operators) else "")
        if isinstance(operand, Chain):
            found.extend(operand.operands)
            between.extend(operand.operators)
        else:
            found.append(operand)
    return Chain(start, end, tuple(found), tuple(between))


def settled(node: Node, table: Precedences) -> Node:
    """`node` with its operators bound, where it is a chain or a choice; any other node as it is."""
    if isinstance(node, Choice):
        return Conditional(node.start, node.end, _bound(node.test, table), node.then, node.otherwise)
    return _bound(node, table) if isinstance(node, Chain) else node


def _bound(node: Node, table: Precedences) -> Expr:
    if not isinstance(node, Chain):
        return expression(settled(node, table))
    last = node.operands[-1]
    if isinstance(last, Choice):
        inner = flat(node.start, last.test.end, (*node.operands[:-1], last.test), node.operators)
        return Conditional(node.start, node.end, _bound(inner, table), last.then, last.otherwise)
    return _climbed(node, table)


def _climbed(chain: Chain, table: Precedences) -> Expr:
    """The chain as a tree: operands wait on a stack until an operator that binds less tightly comes."""
    values = [expression(settled(chain.operands[0], table))]
    waiting: list[str] = []
    for operator, operand in zip(chain.operators, chain.operands[1:], strict=True):
        while waiting and _goes_first(waiting[-1], operator, table):
            _combine(values, waiting)
        waiting.append(operator)
        values.append(expression(settled(operand, table)))
    while waiting:
        _combine(values, waiting)
    return values[0]


def _goes_first(left: str, right: str, table: Precedences) -> bool:
    before, after = table.get(left, 0), table.get(right, 0)
    return before > after or (before == after and right not in _RIGHT)


def _combine(values: list[Expr], waiting: list[str]) -> None:
    right = values.pop()
    left = values.pop()
    operator = waiting.pop()
    values.append(Binary(left.start, right.end, SPELLED.get(operator, operator), left, right))
