"""Dart's patterns, and the choices among values that are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tree import Part, Several, copies_of, expression
from lk_audit.syntax import (
    Assign,
    Binary,
    Conditional,
    Evaluate,
    Literal,
    Member,
    Name,
    Opaque,
    Raise,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


class Pattern(Part):
    """A pattern: the value it asks for, if it asks for one, and the variables that it binds.

    A variable is bound to what stands under `way` in the value: names of members, places in a list, or nothing known.
    """

    value: Expr | None
    bound: tuple[tuple[Name, tuple[str, ...]], ...] = ()
    is_any: bool = False


class Leaving(Part):
    """`break` and `continue`."""


class Arm(Part):
    """`pattern => value` of a switch expression."""

    tests: tuple[Expr, ...]
    is_any: bool
    value: Expr


def bound(pattern: Pattern, subject: Expr, end: int, *, declares: bool) -> tuple[Statement, ...]:
    """The variables of a pattern with what each takes from the subject."""
    names = pattern.bound
    subjects = copies_of(subject, len(names)) if names else []
    if not names:
        return (Evaluate(subject.start, subject.end, subject),)
    if not subjects:
        first = Assign(subject.start, end, Name(subject.start, subject.start, f"#{subject.start}"), subject)
        subjects = [Name(subject.end, subject.end, f"#{subject.start}") for _ in names]
        return (first, *_each(names, subjects, end, declares=declares))
    return _each(names, subjects, end, declares=declares)


def _each(
    names: tuple[tuple[Name, tuple[str, ...]], ...], subjects: Iterable[Expr], end: int, *, declares: bool
) -> tuple[Statement, ...]:
    found = []
    for (name, way), subject in zip(names, subjects, strict=False):
        value: Expr = subject
        for step in way:
            value = Member(name.start, name.end, value, step) if step else Opaque(name.start, name.end, (value,))
        found.append(Assign(name.start, end, name, value, declares=declares))
    return tuple(found)


def _constant_pattern(_: Lowering, frame: Frame) -> Node:
    value = frame.expression(0)
    if isinstance(value, Name):
        return Pattern(frame.start, frame.end, value, ((value, ()),), is_any=value.id == "_")
    return Pattern(frame.start, frame.end, value)


def _variable_pattern(_: Lowering, frame: Frame) -> Node:
    names = [value for value in frame.values if isinstance(value, Name)]
    return Pattern(frame.start, frame.end, None, tuple((name, ()) for name in names[-1:]))


def _composed_pattern(_: Lowering, frame: Frame) -> Node:
    """A pattern made of others: what they bind is a part of the value, by name where `name: pattern` says so."""
    found: list[tuple[Name, tuple[str, ...]]] = []
    label = ""
    for value in frame.values:
        if isinstance(value, Pattern):
            by_name = isinstance(value.value, Name) and not label and frame.kind in {"object_pattern", "record_pattern"}
            for name, way in value.bound:
                found.append((name, (label or (name.id if by_name and _has_colon(frame, value) else ""), *way)))
            label = ""
        elif isinstance(value, Name):
            label = value.id
    return Pattern(frame.start, frame.end, None, tuple(found))


def _has_colon(frame: Frame, pattern: Pattern) -> bool:
    """Whether `:name` stands for the member of that name."""
    before = None
    for child in frame.node.children:
        if child.start_byte == pattern.start:
            return before == ":"
        before = child.type
    return False


def _wrapped_pattern(_: Lowering, frame: Frame) -> Node:
    return next((value for value in frame.values if isinstance(value, Pattern)), frame.expression(0))


def _leaving(_: Lowering, frame: Frame) -> Node:
    return Leaving(frame.start, frame.end)


def _case(run: Lowering, frame: Frame) -> Node:
    """One case; an empty one falls into the next, all others end with it."""
    patterns = [value for value in frame.values if isinstance(value, Pattern)]
    rest = [value for value in frame.values if not isinstance(value, Pattern)]
    guards: list[Node] = []
    if any(child.type == "when" for child in frame.node.children):
        guards, rest = rest[:1], rest[1:]
    tests = [_asked(item) for item in patterns]
    for guard in guards:
        tests = [Opaque(guard.start, guard.end, (*tests, expression(guard)))]
    body = run.statements(frame, [value for value in rest if not isinstance(value, Leaving)])
    if frame.kind == "switch_statement_default" or (any(item.is_any for item in patterns) and not guards):
        return Case(frame.start, frame.end, None, body, bool(rest))
    return Case(frame.start, frame.end, _any_of(tests, frame.start), body, bool(rest))


def _asked(pattern: Pattern) -> Expr:
    """What the value is compared with; of a pattern that only binds nothing is known."""
    if pattern.value is not None and not pattern.is_any:
        return pattern.value
    return Opaque(pattern.start, pattern.end, ())


def _any_of(tests: list[Expr], start: int) -> Expr:
    """`'a' || 'b'` as one list of values is not comparable: several tests leave it open."""
    if len(tests) == 1:
        return tests[0]
    return Opaque(tests[0].start, tests[-1].end, tuple(tests)) if tests else Opaque(start, start, ())


def _switch(_: Lowering, frame: Frame) -> Node:
    subject = frame.field("condition")
    cases = [value for value in frame.values if isinstance(value, Case)]
    if not cases:
        cases = [item for value in frame.values if isinstance(value, Cases) for item in value.items]
    return Several(
        frame.start, frame.end, switch(expression(subject or Opaque(frame.start, frame.start, ())), cases, frame.end)
    )


class Cases(Part):
    items: tuple[Case, ...]


def _cases(_: Lowering, frame: Frame) -> Node:
    return Cases(frame.start, frame.end, tuple(value for value in frame.values if isinstance(value, Case)))


def _arm(_: Lowering, frame: Frame) -> Node:
    patterns = [value for value in frame.values if isinstance(value, Pattern)]
    rest = [value for value in frame.values if not isinstance(value, Pattern)]
    is_guarded = len(rest) > 1
    tests = tuple(_asked(item) for item in patterns) if not is_guarded else (Opaque(frame.start, frame.start, ()),)
    is_any = any(item.is_any for item in patterns) and not is_guarded
    value = rest[-1] if rest else Opaque(frame.end, frame.end, ())
    inner = Opaque(value.start, value.end, (value,)) if isinstance(value, Raise) else expression(value)
    return Arm(frame.start, frame.end, tests, is_any, inner)


def _switch_expression(_: Lowering, frame: Frame) -> Node:
    """A chain of conditionals, one for each value that an arm asks for."""
    subject = frame.expression(0)
    arms = [value for value in frame.values if isinstance(value, Arm)]
    last = next((arm.value for arm in arms if arm.is_any), Opaque(frame.end, frame.end, ()))
    chosen = [arm for arm in arms if not arm.is_any]
    subjects = copies_of(subject, sum(len(arm.tests) for arm in chosen) or 1)
    value: Expr = last
    for arm in reversed(chosen):
        for test in reversed(arm.tests):
            left = subjects.pop() if subjects else Opaque(subject.end, subject.end, ())
            compared = Binary(test.start, test.end, "==", left, test)
            again = arm.value if test is arm.tests[-1] else _once_more(arm.value)
            value = Conditional(arm.start, arm.end, compared, again, value)
    return value if chosen else Opaque(frame.start, frame.end, (subject, value))


def _once_more(value: Expr) -> Expr:
    if isinstance(value, Literal):
        return Literal(value.start, value.end, value.value)
    copies = copies_of(value, 2)
    return copies[1] if copies else Opaque(value.end, value.end, ())


SWITCHES: Mapping[str, Lower] = {
    "break_statement": _leaving,
    "continue_statement": _leaving,
    "switch_statement": _switch,
    "switch_block": _cases,
    "switch_statement_case": _case,
    "switch_statement_default": _case,
    "switch_expression": _switch_expression,
    "switch_expression_case": _arm,
    "constant_pattern": _constant_pattern,
    "variable_pattern": _variable_pattern,
    **dict.fromkeys(("record_pattern", "object_pattern", "list_pattern", "map_pattern"), _composed_pattern),
    **dict.fromkeys(
        ("null_check_pattern", "null_assert_pattern", "cast_pattern", "parenthesized_pattern"), _wrapped_pattern
    ),
}
"""Lowering functions by node type."""
