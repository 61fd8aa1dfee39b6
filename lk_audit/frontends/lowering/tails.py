"""Where statements are values, as in Ruby and Elixir: the last one of a body is what it gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tree import Several, expression
from lk_audit.syntax import Assign, Block, Conditional, Evaluate, If, Literal, Member, Name, Return, Try

if TYPE_CHECKING:
    from lk_audit.frontends.lowering.tree import Frame
    from lk_audit.syntax import Expr, Node, Statement

Tail = Callable[["Expr"], "Statement"]
"""What becomes of the last expression of a body."""


def value(node: Node | None, at: int) -> Expr:
    """`node` where an expression is due: an `if` between two expressions is a conditional."""
    if node is None:
        return Literal(at, at, None)
    return _single(node, 0) or expression(node)


_DEEPEST = 50


def _single(node: Node, depth: int) -> Expr | None:
    """The one expression that a statement or block gives; None when there is more to it."""
    if depth > _DEEPEST:
        return None
    match node:
        case Evaluate(value=inner):
            return inner
        case Block(statements=(only,)) | Several(items=(only,)):
            return _single(only, depth + 1) or (only if isinstance(only, Assign) else None)
        case If(start=start, end=end, test=test, then=then, otherwise=otherwise):
            first = _single(then, depth + 1)
            nothing = Literal(end, end, None)
            second: Expr | None = nothing if otherwise is None else _single(otherwise, depth + 1)
            return None if first is None or second is None else Conditional(start, end, test, first, second)
        case _:
            return node if not isinstance(node, Block | Several | If | Try) and expression(node) is node else None


def at(frame: Frame, index: int) -> Expr:
    """The value at `index` as an expression."""
    return value(frame.values[index], frame.end) if index < len(frame.values) else value(None, frame.end)


def field(frame: Frame, name: str) -> Expr:
    """What has become of a field, as an expression; nothing where it is left out."""
    return value(frame.field(name), frame.end)


def with_tails(body: Block, tail: Tail) -> None:
    """Give every expression that `body` can end with to `tail`, in place."""
    pending = [body]
    while pending:
        block = pending.pop()
        if not block.statements:
            continue
        *before, last = block.statements
        match last:
            case Evaluate(value=inner):
                block.statements = (*before, tail(inner))
            case Assign():
                block.statements = (*before, tail(last))
            case If(then=then, otherwise=otherwise):
                pending += [then] if otherwise is None else [then, otherwise]
            case Try(body=inside, handlers=handlers):
                pending += [inside, *handlers]
            case Block():
                pending.append(last)
            case _:
                continue


def returned(inner: Expr) -> Statement:
    return Return(inner.start, inner.end, inner)


def assigned(target: Expr, right: Node, end: int, operator: str = "") -> Node:
    """`target = right`, where the right side may be a statement: then the assignment is at its ends."""
    single = _single(right, 0)
    if single is not None or not isinstance(right, Block | If | Try | Several):
        return Assign(target.start, end, target, single or expression(right), operator)
    body = right if isinstance(right, Block) else Block(right.start, right.end, _statements(right))
    with_tails(body, lambda inner: Assign(target.start, end, _copy(target), inner, operator))
    return Several(target.start, end, body.statements)


def _statements(node: Node) -> tuple[Statement, ...]:
    from lk_audit.frontends.lowering.tree import statements  # noqa: PLC0415 - shares its name with what is defined here

    return statements((node,))


def _copy(target: Expr) -> Expr:
    match target:
        case Name(start=start, end=end, id=name):
            return Name(start, end, name)
        case Member(start=start, end=end, object=Name(start=first, end=last, id=owner), name=name):
            return Member(start, end, Name(first, last, owner), name)
        case _:
            return target
