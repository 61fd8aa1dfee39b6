"""Swift statements: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tree import Part, Several, block, contents, copies_of, expression
from lk_audit.frontends.swift.expressions import IMPLICIT, settle, value_of
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Each,
    Evaluate,
    If,
    Loop,
    Member,
    Name,
    Opaque,
    Raise,
    Return,
    Try,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


class Binding(Part):
    """`let` and `var` before a pattern or in a condition."""


class Pattern(Part):
    """What a pattern binds, and the value it asks for if it asks for one."""

    names: tuple[Name, ...]
    value: Expr | None


class Handler(Part):
    body: Block


class Entry(Part):
    """One entry of a `switch`: no tests for `default`."""

    tests: tuple[Expr, ...]
    body: tuple[Statement, ...]


def _binding(_: Lowering, frame: Frame) -> Node:
    return Binding(frame.start, frame.end)


def _pattern(run: Lowering, frame: Frame) -> Node:
    """`name`, `(a, b)`, `let name as T`, `.case(let x)`, or an expression."""
    names: list[Name] = []
    value: Expr | None = None
    bound = frame.node.children_by_field_name("bound_identifier")
    places = {item.id for item in bound}
    is_case = any(child.type == "." for child in frame.node.children)
    binds = any(isinstance(item, Binding) for item in frame.values)
    for kid, item in zip(frame.kids, frame.values, strict=True):
        if isinstance(item, Pattern):
            names.extend(item.names if is_case else names_of(item))
        elif isinstance(item, Name) and (kid.id in places or (binds and not is_case)):
            names.append(item)
        elif not isinstance(item, Part) and value is None:
            value = expression(item)
    if is_case and isinstance(value, Name):
        value = Member(value.start, value.end, Name(value.start, value.start, IMPLICIT), value.id)
    if value is not None and len(names) + len(frame.values) > 1 and names:
        value = None
    del run
    return Pattern(frame.start, frame.end, tuple(names), value)


def names_of(pattern: Pattern) -> tuple[Name, ...]:
    """The variables that a pattern declares: a bare name is one too."""
    if not pattern.names and isinstance(pattern.value, Name):
        return (pattern.value,)
    return pattern.names


def bound(pattern: Pattern, value: Expr, end: int) -> tuple[Statement, ...]:
    """The variables of a pattern, each with the value or its part of it."""
    names = names_of(pattern)
    if len(names) == 1 and pattern.start == names[0].start:
        return (Assign(names[0].start, end, names[0], value, declares=True),)
    copies = copies_of(value, len(names)) if names else []
    if not copies:
        kept: list[Statement] = [Evaluate(value.start, value.end, value)]
        return (*kept, *(Assign(item.start, end, item, Opaque(end, end, ()), declares=True) for item in names))
    return tuple(
        Assign(item.start, end, item, Opaque(item.start, item.end, (copy,)), declares=True)
        for item, copy in zip(names, copies, strict=True)
    )


# --- conditions -------------------------------------------------------------------------------------------------------


class Conditions(Part):
    """What `if` and `guard` ask: the variables they declare on the way, and the test that all of it amounts to."""

    before: tuple[Statement, ...]
    test: Expr


class _Asked:
    """Reads conditions, child by child."""

    def __init__(self) -> None:
        self.before: list[Statement] = []
        self.tests: list[Expr] = []
        self._begin()

    def _begin(self) -> None:
        self.names: list[Name] = []
        self.declared: Expr | None = None
        self.is_binding = self.is_case = self.takes = False

    def token(self, kind: str) -> None:
        """`case`, `=`, or the comma between two conditions."""
        if kind == ",":
            self._begin()
        self.is_case = self.is_case or kind == "case"
        self.takes = self.takes or kind == "="

    def value(self, value: Node) -> None:
        """A part of the condition that has been begun."""
        if isinstance(value, Binding):
            self.is_binding = True
        elif isinstance(value, Pattern):
            self.names.extend(value.names if self.is_case else names_of(value))
        elif isinstance(value, Name) and self.is_binding and not self.takes:
            self.names = [value]
            self.declared = Name(value.end, value.end, value.id)
            self.tests.append(self.declared)
        elif self.takes:
            self._taken(value_of(value))
        elif not self.is_case and not isinstance(value, Part | Block):
            self.tests.append(value_of(value))

    def _taken(self, value: Expr) -> None:
        """What the names of the condition are given; they are tested after that."""
        self.before.extend(_taken(self.names, value, is_case=self.is_case))
        if self.declared is not None:
            self.declared.start = self.declared.end = value.end
        if self.is_case:
            self.tests.append(Opaque(value.start, value.end, ()))
        self._begin()


def _conditions(frame: Frame) -> Conditions:
    """`a, let b = c, case .d(let e) = f` up to the brace or `else`."""
    values = {kid.id: value for kid, value in zip(frame.kids, frame.values, strict=True)}
    asked = _Asked()
    for child in frame.node.children:
        if child.type in {"{", "else"}:
            break
        if child.id in values:
            asked.value(values[child.id])
        else:
            asked.token(child.type)
    return Conditions(frame.start, frame.end, tuple(asked.before), _all_of(asked.tests, frame.start))


def _taken(names: list[Name], value: Expr, *, is_case: bool) -> tuple[Statement, ...]:
    if not is_case and len(names) == 1:
        return (Assign(names[0].start, value.end, names[0], value, declares=True),)
    found: list[Statement] = [Evaluate(value.start, value.end, value)]
    found += [Assign(item.start, item.end, item, Opaque(item.end, item.end, ()), declares=True) for item in names]
    return tuple(found)


def _all_of(tests: list[Expr], at: int) -> Expr:
    if not tests:
        return Opaque(at, at, ())
    value = tests[0]
    for test in tests[1:]:
        value = Binary(value.start, test.end, "and", value, test)
    return value


def _branches(frame: Frame) -> list[Block | If | None]:
    """What stands between each pair of braces, and an `if` after `else`; None for nothing between braces."""
    values = {kid.id: value for kid, value in zip(frame.kids, frame.values, strict=True)}
    found: list[Block | If | None] = []
    inside = False
    current: Block | None = None
    after_else = False
    for child in frame.node.children:
        value = values.get(child.id)
        if child.type == "{":
            inside, current, after_else = True, None, False
        elif child.type == "}" and inside:
            found.append(current)
            inside = False
        elif child.type == "else":
            after_else = True
        elif inside and isinstance(value, Block):
            current = value
        elif after_else and value is not None:
            found.append(block(value, frame.end))
            after_else = False
    return found


def _if(_: Lowering, frame: Frame) -> Node:
    asked = _conditions(frame)
    branches = _branches(frame)
    then = branches[0] if branches else None
    otherwise = branches[1] if len(branches) > 1 else None
    choice = If(
        _start(asked),
        frame.end,
        asked.test,
        block(then, frame.end),
        block(otherwise, frame.end) if len(branches) > 1 else None,
    )
    return choice if not asked.before else Several(frame.start, frame.end, (*asked.before, choice))


def _start(asked: Conditions) -> int:
    """Where the choice begins: after the variables that its conditions declare."""
    return asked.before[-1].end if asked.before else asked.start


def _guard(_: Lowering, frame: Frame) -> Node:
    """`guard test else { leave }`."""
    asked = _conditions(frame)
    branches = _branches(frame)
    test = Unary(asked.test.start, asked.test.end, "not", asked.test)
    choice = If(_start(asked), frame.end, test, block(branches[0] if branches else None, frame.end), None)
    return Several(frame.start, frame.end, (*asked.before, choice))


# --- loops and failures -----------------------------------------------------------------------------------------------


def _for(_: Lowering, frame: Frame) -> Node:
    pattern = next((value for value in frame.values if isinstance(value, Pattern)), None)
    collection = frame.field("collection")
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    items = expression(collection) if collection is not None else Opaque(frame.start, frame.start, ())
    each = Each(items.start, items.end, items)
    header = bound(pattern, each, items.end) if pattern is not None else (Evaluate(each.start, each.end, each),)
    kept = [value for value in frame.values if not isinstance(value, Block | Pattern) and value is not collection]
    return Loop(frame.start, frame.end, (*header, *contents(kept)), block(body, frame.end))


def _while(_: Lowering, frame: Frame) -> Node:
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    if frame.kind == "while_statement":
        asked = _conditions(frame)
        return Loop(frame.start, frame.end, (*asked.before, asked.test), block(body, frame.end))
    kept = [value for value in frame.values if value is not body]
    return Loop(frame.start, frame.end, contents(kept), block(body, frame.end))


def _do(_: Lowering, frame: Frame) -> Node:
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    handlers = tuple(value.body for value in frame.values if isinstance(value, Handler))
    inner = block(body, frame.end)
    return Try(frame.start, frame.end, inner, handlers, None) if handlers else inner


def _catch(_: Lowering, frame: Frame) -> Node:
    pattern = next((value for value in frame.values if isinstance(value, Pattern)), None)
    body = block(next((value for value in frame.values if isinstance(value, Block)), None), frame.end)
    names = pattern.names if pattern is not None else (Name(frame.start, frame.start, "error"),)
    caught = [Assign(item.start, item.end, item, Opaque(item.end, item.end, ()), declares=True) for item in names]
    return Handler(frame.start, frame.end, Block(body.start, body.end, (*caught, *body.statements)))


def _transfer(run: Lowering, frame: Frame) -> Node:
    word = run.text(frame.node.children[0]) if frame.node.children else ""
    value = next((value_of(item) for item in frame.values if not isinstance(item, Part)), None)
    if word == "throw":
        return Raise(frame.start, frame.end, value)
    if word == "return":
        return Return(frame.start, frame.end, value)
    return Several(frame.start, frame.end, ())


def _failing(_: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, contents(frame.values))


# --- switch -----------------------------------------------------------------------------------------------------------


def _switch_pattern(_: Lowering, frame: Frame) -> Node:
    inner = next((value for value in frame.values if isinstance(value, Pattern)), None)
    return inner if inner is not None else Pattern(frame.start, frame.end, (), frame.expression(0))


def _entry(run: Lowering, frame: Frame) -> Node:
    patterns = [value for value in frame.values if isinstance(value, Pattern)]
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    is_guarded = any(child.type == "where_keyword" for child in frame.node.children)
    tests = [
        item.value if item.value is not None and not is_guarded else Opaque(item.start, item.end, ())
        for item in patterns
    ]
    names = [name for item in patterns for name in item.names]
    taken = [Assign(item.start, item.end, item, Opaque(item.end, item.end, ()), declares=True) for item in names]
    del run
    return Entry(frame.start, frame.end, tuple(tests), (*taken, *(body.statements if body is not None else ())))


def _switch(_: Lowering, frame: Frame) -> Node:
    cases: list[Case] = []
    for entry in frame.values:
        if isinstance(entry, Entry):
            cases += [Case(test.start, test.end, test, (), leaves=False) for test in entry.tests[:-1]]
            last = entry.tests[-1] if entry.tests else None
            cases.append(Case(entry.start, entry.end, last, entry.body, leaves=True))
    return Several(frame.start, frame.end, switch(frame.expression(0), cases, frame.end))


def _block(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, map(settle, frame.values))


def _all(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


LISTS = frozenset({"source_file", "statements", "class_body", "enum_class_body", "protocol_body", "ERROR"})
STATEMENTS: Mapping[str, Lower] = {
    "statements": _block,
    "value_binding_pattern": _binding,
    "pattern": _pattern,
    "if_statement": _if,
    "guard_statement": _guard,
    "for_statement": _for,
    "while_statement": _while,
    "repeat_while_statement": _while,
    "do_statement": _do,
    "catch_block": _catch,
    "control_transfer_statement": _transfer,
    "switch_pattern": _switch_pattern,
    "switch_entry": _entry,
    "switch_statement": _switch,
    "where_clause": _failing,
    "ERROR": _all,
}
"""Lowering functions by node type."""
