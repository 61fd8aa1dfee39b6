"""A choice among values, in whatever language, as nested `If`s."""

from __future__ import annotations

from collections.abc import Sequence

from lk_audit.frontends.lowering.tree import Part, copies_of
from lk_audit.syntax import Assign, Binary, Block, Evaluate, Expr, If, Name, Statement


class Case(Part):
    """One `case` of a switch, `test` None for `default`; control `leaves` at its end or falls into the next."""

    test: Expr | None
    body: tuple[Statement, ...]
    leaves: bool


def switch(subject: Expr | None, cases: Sequence[Case], end: int) -> tuple[Statement, ...]:
    """Nested `If`s; cases that fall into the next are one, and `default` comes last.

    Without a subject the tests are conditions themselves.
    """
    groups = _groups(cases)
    before: list[Statement] = []
    subjects: list[Expr] = []
    if subject is not None:
        before, subjects = _subjects(subject, sum(len(tests) for tests, _, _ in groups))
    chain = next((_case_block(group) for _, group, is_default in groups if is_default), None)
    for tests, group, is_default in reversed(groups):
        compared = [_compared(subjects, test) for test in reversed(tests)]
        if is_default:
            before.extend(Evaluate(item.start, item.end, item) for item in compared)
            continue
        then = _case_block(group)
        choice = If(then.start, then.end, _any_of(compared[::-1]), then, chain)
        chain = Block(then.start, end, (choice,))
    return (*before, *(chain.statements if chain is not None else ()))


def _compared(subjects: list[Expr], test: Expr) -> Expr:
    return Binary(test.start, test.end, "==", subjects.pop(), test) if subjects else test


def _groups(cases: Sequence[Case]) -> list[tuple[list[Expr], list[Case], bool]]:
    """Tests, cases, and whether `default` is among them, for each run of cases up to one that leaves."""
    groups: list[tuple[list[Expr], list[Case], bool]] = []
    current: list[Case] = []
    for place, case in enumerate(cases, 1):
        current.append(case)
        if case.leaves or place == len(cases):
            tests = [item.test for item in current if item.test is not None]
            groups.append((tests, current, len(tests) < len(current)))
            current = []
    return groups


def _case_block(cases: list[Case]) -> Block:
    body = [statement for case in cases for statement in case.body]
    return Block(cases[0].start, cases[-1].end, tuple(body))


def _any_of(tests: list[Expr]) -> Expr:
    value: Expr = tests[0]
    for test in tests[1:]:
        value = Binary(value.start, test.end, "or", value, test)
    return value


def _subjects(subject: Expr, count: int) -> tuple[list[Statement], list[Expr]]:
    """The subject once for each comparison; what must be evaluated only once gets a name first."""
    if count == 1:
        return [], [subject]
    copies = copies_of(subject, count) if count else []
    if copies:
        return [], copies
    start, end = subject.start, subject.end
    holder = f"#{start}"
    return [Assign(start, end, Name(start, end, holder), subject)], [Name(end, end, holder) for _ in range(count)]
