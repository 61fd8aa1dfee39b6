"""Ruby statements: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tails import field, value
from lk_audit.frontends.lowering.tree import Part, Several, block, contents, expression
from lk_audit.frontends.ruby.expressions import Targets, spread_out
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Call,
    Each,
    Evaluate,
    If,
    Loop,
    Name,
    Opaque,
    Return,
    Try,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement

_ANSWERS = frozenset({"render", "head", "redirect_to", "respond_with", "json", "render_error", "send_data"})
"""Calls that answer a request; `render(...) and return` leaves."""


class Clause(Part):
    """`rescue`, `ensure` or `else` of a body."""

    kind: str
    body: Block


class Cases(Part):
    items: tuple[Case, ...]


def _statements(run: Lowering, frame: Frame, nodes: Iterable[Node]) -> tuple[Statement, ...]:
    found: list[Statement] = []
    for item in run.statements(frame, nodes):
        found.extend(_spelled_out(item))
    return tuple(found)


def _spelled_out(statement: Statement) -> tuple[Statement, ...]:
    """`render(...) and return` answers and leaves; `user or return` leaves without a user."""
    match statement:
        case Evaluate(
            start=start,
            end=end,
            value=Binary(operator="and" | "or" as operator, left=left, right=Opaque(children=(Return() as leave,))),
        ):
            if isinstance(left, Call) and isinstance(left.callee, Name) and left.callee.id in _ANSWERS:
                return Evaluate(left.start, left.end, left), leave
            test: Expr = left if operator == "and" else Unary(left.start, left.end, "not", left)
            return (If(start, end, test, Block(leave.start, leave.end, (leave,)), None),)
        case _:
            return (statement,)


def _body(run: Lowering, frame: Frame) -> Node:
    """A body with what may be rescued in it, and what is done in any case."""
    clauses = [item for item in frame.values if isinstance(item, Clause)]
    inner = _statements(run, frame, [item for item in frame.values if not isinstance(item, Clause)])
    if not clauses:
        return Block(frame.start, frame.end, inner)
    handlers = tuple(item.body for item in clauses if item.kind == "rescue")
    after = tuple(item for clause in clauses if clause.kind == "else" for item in clause.body.statements)
    final = next((item.body for item in clauses if item.kind == "ensure"), None)
    attempt = Try(frame.start, frame.end, Block(frame.start, frame.end, (*inner, *after)), handlers, final)
    return Block(frame.start, frame.end, (attempt,))


def _all(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, _statements(run, frame, frame.values))


def _else(run: Lowering, frame: Frame) -> Node:
    body = Block(frame.start, frame.end, _statements(run, frame, frame.values))
    holder = frame.node.parent
    is_clause = holder is not None and holder.type in {"begin", "body_statement", "do_block"}
    return Clause(frame.start, frame.end, "else", body) if is_clause else body


def _ensure(run: Lowering, frame: Frame) -> Node:
    body = Block(frame.start, frame.end, _statements(run, frame, frame.values))
    return Clause(frame.start, frame.end, "ensure", body)


def _rescue(_: Lowering, frame: Frame) -> Node:
    """The exception gets its name, then the body follows."""
    name = frame.field("variable")
    body = block(frame.field("body"), frame.end)
    caught: tuple[Statement, ...] = ()
    if isinstance(name, Name):
        caught = (Assign(name.start, name.end, name, Opaque(name.end, name.end, ())),)
    return Clause(frame.start, frame.end, "rescue", Block(frame.start, frame.end, (*caught, *body.statements)))


def _test(frame: Frame) -> Expr:
    condition = field(frame, "condition")
    is_negated = frame.kind in {"unless", "unless_modifier", "until", "until_modifier"}
    return Unary(condition.start, condition.end, "not", condition) if is_negated else condition


def _if(_: Lowering, frame: Frame) -> Node:
    otherwise = frame.field("alternative")
    return If(
        frame.start,
        frame.end,
        _test(frame),
        block(frame.field("consequence"), frame.end),
        block(otherwise, frame.end) if otherwise is not None else None,
    )


def _modified(_: Lowering, frame: Frame) -> Node:
    """`statement if condition`."""
    body = frame.field("body")
    inner: list[Statement] = []
    for item in block(body, frame.end).statements if body is not None else ():
        inner.extend(_spelled_out(item))
    return If(frame.start, frame.end, _test(frame), Block(frame.start, frame.end, tuple(inner)), None)


def _loop(_: Lowering, frame: Frame) -> Node:
    return Loop(frame.start, frame.end, (_test(frame),), block(frame.field("body"), frame.end))


def _for(_: Lowering, frame: Frame) -> Node:
    target, iterable = frame.field("pattern"), field(frame, "value")
    each = Each(iterable.start, iterable.end, iterable)
    header: tuple[Expr | Statement, ...] = (each,)
    if isinstance(target, Targets):
        header = tuple(spread_out(target, each, iterable.end))
    elif target is not None:
        header = (Assign(target.start, iterable.end, expression(target), each),)
    return Loop(frame.start, frame.end, header, block(frame.field("body"), frame.end))


def _when(_: Lowering, frame: Frame) -> Node:
    """One `when`: as many tests as it has values, all for the same statements."""
    pairs = zip(frame.kids, frame.values, strict=True)
    tests = [value(item, frame.end) for kid, item in pairs if kid.type == "pattern"]
    body = block(frame.field("body"), frame.end).statements
    first = [Case(test.start, test.end, test, (), leaves=False) for test in tests[:-1]]
    last = Case(frame.start, frame.end, tests[-1] if tests else None, body, leaves=True)
    return Cases(frame.start, frame.end, (*first, last))


def _in(_: Lowering, frame: Frame) -> Node:
    """One pattern of a pattern match; whether it fits is not known."""
    pattern = frame.field("pattern")
    inside = contents((pattern,)) if pattern is not None else ()
    test = Opaque(frame.start, frame.start, inside)
    body = block(frame.field("body"), frame.end).statements
    return Cases(frame.start, frame.end, (Case(frame.start, frame.end, test, body, leaves=True),))


def _case(_: Lowering, frame: Frame) -> Node:
    cases: list[Case] = []
    for item in frame.values:
        if isinstance(item, Cases):
            cases.extend(item.items)
        elif isinstance(item, Block):
            cases.append(Case(item.start, item.end, None, item.statements, leaves=True))
    subject = frame.field("value")
    is_plain = subject is None or frame.kind == "case_match"
    found = switch(None if is_plain else value(subject, frame.end), cases, frame.end)
    before = (Evaluate(subject.start, subject.end, value(subject, frame.end)),) if is_plain and subject else ()
    everything = (*before, *found)
    return everything[0] if len(everything) == 1 else Several(frame.start, frame.end, everything)


def _begin(run: Lowering, frame: Frame) -> Node:
    body = _body(run, frame)
    if isinstance(body, Block) and len(body.statements) == 1 and isinstance(body.statements[0], Try):
        return body.statements[0]
    return body


def unread(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


LISTS = frozenset({"program", "body_statement", "block_body", "then", "else", "ensure", "do", "begin", "ERROR"})
STATEMENTS: Mapping[str, Lower] = {
    **dict.fromkeys(("program", "body_statement", "block_body", "then", "do"), _body),
    "else": _else,
    "ensure": _ensure,
    "rescue": _rescue,
    **dict.fromkeys(("if", "unless", "elsif"), _if),
    **dict.fromkeys(("if_modifier", "unless_modifier"), _modified),
    **dict.fromkeys(("while", "until", "while_modifier", "until_modifier"), _loop),
    "for": _for,
    "in": lambda _, frame: frame.values[0] if frame.values else Opaque(frame.start, frame.end, ()),
    "when": _when,
    "in_clause": _in,
    **dict.fromkeys(("case", "case_match"), _case),
    "begin": _begin,
    **dict.fromkeys(("begin_block", "end_block"), _all),
    "ERROR": unread,
}
