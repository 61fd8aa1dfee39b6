"""Elixir patterns: what they bind, and what is known of whether they fit.

A pattern is written like the value that it fits, so it has been lowered like one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lk_audit.frontends.elixir.parts import Clause
from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tree import copies_of
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Call,
    Evaluate,
    Expr,
    If,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Raise,
    Record,
    Statement,
    Template,
    Unary,
    walk,
)
from lk_audit.syntax import Sequence as Items

_DEEPEST = 20


def bound(pattern: Expr, value: Expr, end: int, depth: int = 0) -> list[Statement]:
    """`pattern = value`: an assignment for each name of the pattern."""
    if isinstance(pattern, Name):
        return [Assign(pattern.start, end, pattern, value, declares=True)] if _is_variable(pattern) else _kept(value)
    if isinstance(pattern, Assign):
        return _both(pattern, value, end, depth)
    parts = list(_parts(pattern)) if depth < _DEEPEST else []
    if not any(_binds(part) for part, _ in parts):
        return _kept(value)
    found: list[Statement] = []
    sources: list[Expr] = copies_of(value, len(parts)) if _is_plain(value) else []
    if not sources:
        holder = f"#{pattern.start}"
        found.append(Assign(pattern.start, end, Name(pattern.start, pattern.start, holder), value, declares=True))
        sources = [Name(end, end, holder) for _ in parts]
    for (part, key), source in zip(parts, sources, strict=True):
        if _binds(part):
            found += bound(part, Index(source.start, source.end, source, key), end, depth + 1)
    return found


def _both(pattern: Assign, value: Expr, end: int, depth: int) -> list[Statement]:
    """`%{"room" => room} = params` as a pattern: both sides fit the same value, and the name comes first."""
    sides = sorted((pattern.target, pattern.value), key=lambda side: not isinstance(side, Name))
    first, second = sides
    if isinstance(first, Name) and _is_variable(first):
        mention = Name(end, end, first.id)
        return [*bound(first, value, end, depth), *bound(second, mention, end, depth + 1)]
    return bound(second, value, end, depth + 1)


def _parts(pattern: Expr) -> Iterable[tuple[Expr, Expr]]:
    """The patterns in a pattern, each with the key of its value."""
    match pattern:
        case Items(items=items):
            for place, element in enumerate(items):
                item = element.left if isinstance(element, Binary) and element.operator == "|" else element
                yield item, Literal(item.start, item.start, place)
        case Record(entries=entries):
            for entry in entries:
                if entry.key is not None:
                    yield entry.value, entry.key
        case Call(is_new=True, arguments=given):
            for argument in given:
                if argument.name is not None:
                    yield argument.value, Literal(argument.start, argument.start, argument.name)
        case Binary(operator="+", left=Literal(), right=rest):
            # `"Bearer " <> token`
            yield rest, Opaque(rest.start, rest.start, ())
        case _:
            return


def _binds(pattern: Expr) -> bool:
    return any(isinstance(item, Name) and _is_variable(item) for item in walk(pattern))


def _is_variable(name: Name) -> bool:
    return name.id[:1].islower() or (name.id.startswith("_") and not name.id.startswith("__") and name.id != "_")


def _is_plain(value: Expr) -> bool:
    return isinstance(value, Name | Member)


def _kept(value: Expr) -> list[Statement]:
    """What is evaluated though nothing is bound."""
    return [] if isinstance(value, Name | Index) else [Evaluate(value.start, value.end, value)]


def fits(pattern: Expr, subject: Expr) -> Expr | None:
    """Whether a value fits a pattern, as a condition; None where it always does."""
    match pattern:
        case Name():
            return None
        case Assign(target=target, value=other):
            return fits(other if isinstance(target, Name) else target, subject)
        case Unary(operator="^", operand=pinned):
            return Binary(pattern.start, pattern.end, "==", subject, pinned)
        case Literal() | Template():
            return Binary(pattern.start, pattern.end, "==", subject, pattern)
        case Items(items=(Literal(value=str(), start=start, end=end) as tag, *_)):
            mark = Literal(start, end, tag.value)
            first = Index(subject.start, subject.end, subject, Literal(start, start, 0))
            return Binary(start, end, "==", first, mark)
        case _:
            return Opaque(pattern.start, pattern.start, (subject,))


def choice(subject: Expr, clauses: Sequence[Clause], end: int) -> tuple[Statement, ...]:
    """`case subject do ... end` as nested `If`s."""
    before, mentions = several(subject, 2 * len(clauses))
    cases = [_case([clause.patterns[0]] if clause.patterns else [], clause, mentions) for clause in clauses]
    return (*before, *switch(None, cases, end))


def several(subject: Expr, count: int) -> tuple[list[Statement], list[Expr]]:
    """`count` mentions of a value; what must be evaluated only once gets a name first."""
    if _is_plain(subject) and (copies := copies_of(subject, count) if count else []):
        return [], copies
    start, end = subject.start, subject.end
    holder = f"#{start}"
    first = Assign(start, end, Name(start, start, holder), subject, declares=True)
    return [first], [Name(end, end, holder) for _ in range(count)]


def _case(patterns: list[Expr], clause: Clause, mentions: list[Expr]) -> Case:
    tests: list[Expr] = []
    before: list[Statement] = []
    for pattern in patterns:
        test = fits(pattern, mentions.pop())
        tests += [] if test is None else [test]
        before += bound(pattern, mentions.pop(), pattern.end)
    return clause_case(tests, before, clause)


def clause_case(tests: list[Expr], before: list[Statement], clause: Clause) -> Case:
    """A clause with what its patterns ask for and bind."""
    if clause.guard is not None:
        # A guard may speak of what the patterns bind, which only the body knows by name.
        tests = [*tests, clause.guard if not before else Opaque(clause.guard.start, clause.guard.end, (clause.guard,))]
    body = Block(clause.body.start, clause.body.end, (*before, *clause.body.statements))
    return Case(clause.start, clause.end, _all_of(tests), body.statements, leaves=True)


def _all_of(tests: list[Expr]) -> Expr | None:
    if not tests:
        return None
    value = tests[0]
    for test in tests[1:]:
        value = Binary(value.start, test.end, "and", value, test)
    return value


def unless_fitting(pattern: Expr, value: Expr, then: Block, otherwise: Block | None) -> list[Statement]:
    """`pattern <- value` of a `with`: goes on with `then` when it fits, else leaves with `otherwise` or the value."""
    before, (asked, taken) = several(value, 2)
    test = fits(pattern, asked)
    bindings = bound(pattern, taken, value.end)
    inner = Block(then.start, then.end, (*bindings, *then.statements))
    if test is None:
        return [*before, *inner.statements]
    leave = otherwise or Block(then.end, then.end, (Raise(then.end, then.end, None),))
    return [*before, If(value.start, then.end, test, inner, leave)]
