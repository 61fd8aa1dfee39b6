"""Dart statements: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.dart.expressions import Cascade, Named, done, settle
from lk_audit.frontends.dart.switches import Pattern, bound
from lk_audit.frontends.lowering.tree import Part, Several, block, contents, copies_of, expression
from lk_audit.syntax import (
    Assign,
    Block,
    Each,
    Evaluate,
    If,
    Loop,
    Name,
    Opaque,
    Raise,
    Return,
    Try,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


class Variable(Part):
    """`name = value` of a declaration."""

    target: Name
    value: Node


class Caught(Part):
    names: tuple[Name, ...]


class Finally(Part):
    body: Block


# --- variables --------------------------------------------------------------------------------------------------------


def declared(target: Name, value: Node, end: int) -> tuple[Statement, ...]:
    """The declaration of a variable; what a cascade does to its value comes after it."""
    if isinstance(value, Cascade):
        first = Assign(target.start, value.base.end, target, value.base, declares=True)
        return (first, *done(value, target.id))
    return (Assign(target.start, end, target, expression(settle(value)), declares=True),)


def _variable(_: Lowering, frame: Frame) -> Node:
    """`name = value` in a list of declarations; without a value nothing is known of it."""
    names = [value for value in frame.values if isinstance(value, Name)]
    if not names:
        return Several(frame.start, frame.end, contents(frame.values))
    rest = frame.values[frame.values.index(names[0]) + 1 :]
    return Variable(frame.start, frame.end, names[0], rest[0] if rest else Opaque(frame.end, frame.end, ()))


def _variables(_: Lowering, frame: Frame) -> Node:
    found: list[Statement] = []
    for value in frame.values:
        if isinstance(value, Variable):
            found.extend(declared(value.target, value.value, value.end))
    return Several(frame.start, frame.end, tuple(found))


def _definition(_: Lowering, frame: Frame) -> Node:
    """`final x = a, y = b;` in a function."""
    target, value = frame.field("name"), frame.field("value")
    found: list[Statement] = []
    if isinstance(target, Name):
        found.extend(declared(target, value or Opaque(frame.end, frame.end, ()), frame.end))
    for item in frame.values:
        if isinstance(item, Variable):
            found.extend(declared(item.target, item.value, item.end))
    return Several(frame.start, frame.end, tuple(found))


def _destructured(_: Lowering, frame: Frame) -> Node:
    """`final (a, b) = pair;`."""
    pattern = next((value for value in frame.values if isinstance(value, Pattern)), None)
    if pattern is None or len(frame.values) < 2:  # noqa: PLR2004 - the pattern and its value
        return Several(frame.start, frame.end, contents(frame.values))
    return Several(frame.start, frame.end, bound(pattern, expression(frame.values[-1]), frame.end, declares=True))


# --- statements -------------------------------------------------------------------------------------------------------


def _block(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, frame.values)


def _all(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


def _expression_statement(_: Lowering, frame: Frame) -> Node:
    value = frame.values[0] if frame.values else frame.expression(0)
    if isinstance(value, Raise):
        return value
    if isinstance(value, Cascade):
        if isinstance(value.base, Name):
            return Several(frame.start, frame.end, done(value, value.base.id))
        value = settle(value)
    inner = expression(value)
    return inner if isinstance(inner, Assign) else Evaluate(frame.start, frame.end, inner)


def _return(_: Lowering, frame: Frame) -> Node:
    return Return(frame.start, frame.end, frame.expression(0) if frame.values else None)


def _if(_: Lowering, frame: Frame) -> Node:
    """`if (test)`, and `if (value case pattern when test)`, which binds variables first."""
    then, otherwise = frame.field("consequence"), frame.field("alternative")
    rest = [value for value in frame.values if value is not then and value is not otherwise]
    pattern = next((value for value in rest if isinstance(value, Pattern)), None)
    tests = [expression(value) for value in rest if not isinstance(value, Pattern)]
    body = block(then, frame.end)
    if pattern is not None and tests:
        body.statements = (*bound(pattern, _again(tests[0]), body.start, declares=True), *body.statements)
    test = tests[0] if len(tests) == 1 and pattern is None else Opaque(frame.start, frame.start, tuple(tests))
    return If(frame.start, frame.end, test, body, block(otherwise, frame.end) if otherwise is not None else None)


def _again(subject: Expr) -> Expr:
    """The subject of a pattern once more, where that costs nothing; else nothing is known of what is bound."""
    copies = copies_of(subject, 2)
    return copies[1] if copies else Opaque(subject.end, subject.end, ())


def _for(_: Lowering, frame: Frame) -> Node:
    body = frame.field("body")
    header = contents([value for value in frame.values if value is not body])
    return Loop(frame.start, frame.end, header, block(body, frame.end))


def _loop_parts(_: Lowering, frame: Frame) -> Node:
    """`var x in xs`, or the three parts of a counting loop."""
    if not any(child.type == "in" for child in frame.node.children):
        return Several(frame.start, frame.end, contents(frame.values))
    each = Each(frame.start, frame.end, frame.expression(len(frame.values) - 1))
    target = frame.field("name")
    if isinstance(target, Name):
        return Several(frame.start, frame.end, (Assign(frame.start, frame.end, target, each, declares=True),))
    pattern = next((value for value in frame.values if isinstance(value, Pattern)), None)
    if pattern is not None:
        return Several(frame.start, frame.end, bound(pattern, each, frame.end, declares=True))
    return Several(frame.start, frame.end, contents(frame.values))


def _while(_: Lowering, frame: Frame) -> Node:
    test, body = frame.field("condition"), frame.field("body")
    header = (expression(test),) if test is not None else ()
    return Loop(frame.start, frame.end, header, block(body, frame.end))


def _try(_: Lowering, frame: Frame) -> Node:
    """`try`, with a handler for each `on T` and `catch (e)`."""
    handlers: list[Block] = []
    final: Block | None = None
    body = frame.field("body")
    names: tuple[Name, ...] = ()
    for value in frame.values:
        if value is body:
            continue
        if isinstance(value, Caught):
            names = value.names
        elif isinstance(value, Finally):
            final = value.body
        elif isinstance(value, Block):
            caught = [
                Assign(item.start, item.end, item, Opaque(item.end, item.end, ()), declares=True) for item in names
            ]
            handlers.append(Block(value.start, value.end, (*caught, *value.statements)))
            names = ()
    return Try(frame.start, frame.end, block(body, frame.end), tuple(handlers), final)


def _catch(_: Lowering, frame: Frame) -> Node:
    names = [value for value in frame.values if isinstance(value, Name | Caught)]
    found = [name for item in names for name in (item.names if isinstance(item, Caught) else (item,))]
    return Caught(frame.start, frame.end, tuple(found))


def _finally(_: Lowering, frame: Frame) -> Node:
    return Finally(frame.start, frame.end, block(frame.values[0] if frame.values else None, frame.end))


def _contents(_: Lowering, frame: Frame) -> Node:
    """A wrapper that adds nothing: labels, assertions."""
    kept = [value for value in frame.values if not isinstance(value, Named)]
    return Several(frame.start, frame.end, contents(kept))


LISTS = frozenset({"program", "block", "class_body", "enum_body", "extension_body", "ERROR"})
STATEMENTS: Mapping[str, Lower] = {
    "block": _block,
    "expression_statement": _expression_statement,
    "local_variable_declaration": _contents,
    "initialized_variable_definition": _definition,
    "pattern_variable_declaration": _destructured,
    **dict.fromkeys(("initialized_identifier", "static_final_declaration"), _variable),
    **dict.fromkeys(("initialized_identifier_list", "static_final_declaration_list"), _variables),
    "return_statement": _return,
    "yield_statement": _return,
    "yield_each_statement": _return,
    "if_statement": _if,
    "for_statement": _for,
    "for_loop_parts": _loop_parts,
    "while_statement": _while,
    "do_statement": _while,
    "try_statement": _try,
    "catch_clause": _catch,
    "catch_parameters": _catch,
    "finally_clause": _finally,
    "labeled_statement": _contents,
    "assert_statement": _contents,
    "assertion": _contents,
    "assertion_arguments": _contents,
    "ERROR": _all,
}
