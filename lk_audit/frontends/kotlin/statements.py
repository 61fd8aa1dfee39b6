"""Kotlin statements and expressions with branches: one lowering function for each node type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.jvm.nodes import called_at_once, chosen, each, is_null, leaves, returning, value_of
from lk_audit.frontends.kotlin import types
from lk_audit.frontends.kotlin.calls import Lambda, lambda_function
from lk_audit.frontends.kotlin.expressions import Elvis
from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tree import Either, Part, Several, block, contents, expression, statements
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Conditional,
    Evaluate,
    If,
    Index,
    Literal,
    Loop,
    Name,
    Opaque,
    Parameter,
    Raise,
    Return,
    Try,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


class Variables(Part):
    """The names that a declaration, a loop or a lambda introduces, with their types."""

    names: tuple[Name, ...]
    annotation: Expr | None
    is_several: bool


class _Cases(Part):
    items: tuple[Case, ...]


class _Subject(Part):
    value: Expr
    before: tuple[Statement, ...]


class _Handler(Part):
    body: Block


class _Final(Part):
    body: Block


def settled(run: Lowering, frame: Frame, nodes: Sequence[Node]) -> tuple[Statement, ...]:
    """The statements of a list; `x ?: return` becomes a test."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, Elvis):
            found.append(_way_out(node))
        elif isinstance(node, Lambda):
            found.append(lambda_function(node))
        else:
            found.append(node)
    return run.statements(frame, found)


def jump_of(value: Node) -> tuple[Statement, ...]:
    """The statements behind `?:` where they lead out of the function; else nothing."""
    if not isinstance(value, Elvis):
        return ()
    jump = value.jump
    written = jump.items if isinstance(jump, Either | Several) else (jump,)
    found = statements(tuple(written))
    return found if leaves(found) else ()


def _way_out(node: Elvis) -> Node:
    found = jump_of(node)
    if not found or not isinstance(node.value, Binary):
        return node.value
    then = Block(found[0].start, found[-1].end, found)
    return is_null(node.value.left, then)


def declared(target: Name, value: Node, end: int, annotation: Expr | None) -> tuple[Statement, ...]:
    """`val name = value`, and with a way out behind `?:` the test for it."""
    found = jump_of(value)
    if found and isinstance(value, Elvis) and isinstance(value.value, Binary):
        inner = value.value.left
        first = Assign(target.start, inner.end, target, inner, "", annotation, declares=True)
        then = Block(found[0].start, found[-1].end, found)
        return (first, is_null(Name(inner.end, inner.end, target.id), then))
    expr = lambda_function(value) if isinstance(value, Lambda) else expression(value)
    return (Assign(target.start, end, target, expr, "", annotation, declares=True),)


def _block(run: Lowering, frame: Frame) -> Node:
    return Block(frame.start, frame.end, settled(run, frame, frame.values))


def _contents(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, settled(run, frame, frame.values))


def _variable(run: Lowering, frame: Frame) -> Node:
    name = types.child(frame.node, "identifier")
    spot = name or frame.node
    target = Name(spot.start_byte, spot.end_byte, run.text(spot).strip("`"))
    annotation = types.named(run.data, types.written_type(frame.node))
    return Variables(frame.start, frame.end, (target,), annotation, is_several=False)


def _variables(_: Lowering, frame: Frame) -> Node:
    found = [name for value in frame.values if isinstance(value, Variables) for name in value.names]
    return Variables(frame.start, frame.end, tuple(found), None, is_several=True)


def taken_apart(found: Variables, value: Node, end: int) -> tuple[Statement, ...]:
    """`val (a, b) = pair`."""
    if not found.is_several:
        return declared(found.names[0], value, end, found.annotation)
    holder = f"#{found.start}"
    # It holds before the names that are taken from it, wherever the value stands.
    first = Assign(found.start, found.start, Name(found.start, found.start, holder), expression(value), declares=True)
    rest = [
        Assign(
            item.start,
            item.end,
            item,
            Index(item.end, item.end, Name(item.end, item.end, holder), Literal(item.end, item.end, position)),
            declares=True,
        )
        for position, item in enumerate(found.names)
    ]
    return (first, *rest)


def _return(_: Lowering, frame: Frame) -> Node:
    """`return value`, `return@label value`: the label is a child of the grammar's own field."""
    label = frame.node.child_by_field_name("label")
    values = [value for kid, value in zip(frame.kids, frame.values, strict=True) if label is None or kid != label]
    if not values:
        return Return(frame.start, frame.end, None)
    found = jump_of(values[0])
    if found and isinstance(values[0], Elvis) and isinstance(values[0].value, Binary):
        return Return(frame.start, frame.end, values[0].value.left)
    return Return(frame.start, frame.end, _expr(values[0]))


def _expr(value: Node) -> Expr:
    return lambda_function(value) if isinstance(value, Lambda) else expression(value)


def _throw(_: Lowering, frame: Frame) -> Node:
    return Raise(frame.start, frame.end, frame.expression(0))


def _if(_: Lowering, frame: Frame) -> Node:
    """The branches of an `if` have no field: they stand around `else`."""
    condition = frame.node.child_by_field_name("condition")
    word = next((child.start_byte for child in frame.node.children if child.type == "else"), frame.end)
    test: Expr = Opaque(frame.start, frame.start, ())
    then: Node | None = None
    otherwise: Node | None = None
    for kid, value in zip(frame.kids, frame.values, strict=True):
        if condition is not None and kid == condition:
            test = expression(value)
        elif kid.start_byte < word:
            then = value
        else:
            otherwise = value
    choice = If(
        frame.start,
        frame.end,
        test,
        _branch(then, frame.end),
        _branch(otherwise, frame.end) if otherwise is not None else None,
    )
    return Either(frame.start, frame.end, chosen(choice), (choice,))


def _branch(value: Node | None, at: int) -> Block:
    """A branch; braces around one make it a block, which the grammar may take for a lambda."""
    if isinstance(value, Lambda):
        return Block(value.start, value.end, value.written)
    if isinstance(value, Elvis):
        value = _way_out(value)
    return block(value, at)


def _subject(_: Lowering, frame: Frame) -> Node:
    """`when (x)` and `when (val x = ...)`."""
    variables = next((value for value in frame.values if isinstance(value, Variables)), None)
    value = frame.values[-1] if frame.values else frame.expression(0)
    if variables is None:
        return _Subject(frame.start, frame.end, expression(value), ())
    before = taken_apart(variables, value, frame.end)
    name = variables.names[0]
    return _Subject(frame.start, frame.end, Name(name.start, name.end, name.id), before)


def _when(_: Lowering, frame: Frame) -> Node:
    subject = next((value for value in frame.values if isinstance(value, _Subject)), None)
    cases = [case for value in frame.values if isinstance(value, _Cases) for case in value.items]
    found = (
        *(subject.before if subject is not None else ()),
        *switch(subject.value if subject is not None else None, cases, frame.end),
    )
    return Either(frame.start, frame.end, _when_value(frame, found), found)


def _when_value(frame: Frame, found: tuple[Statement, ...]) -> Expr:
    """What a `when` amounts to: a chain of conditions, where there is nothing to be done before."""
    chain = _conditions(found)
    return chain if chain is not None else called_at_once(Block(frame.start, frame.end, returning(found)))


_LONGEST_CHAIN = 40


def _conditions(found: tuple[Statement, ...]) -> Expr | None:
    tests: list[If] = []
    last: Block | None = None
    while len(found) == 1 and isinstance(found[0], If) and len(tests) < _LONGEST_CHAIN:
        choice = found[0]
        tests.append(choice)
        last = choice.otherwise
        found = last.statements if last is not None else ()
        if not (len(found) == 1 and isinstance(found[0], If)):
            break
    if not tests or last is None:
        return None
    value = value_of(last)
    for choice in reversed(tests):
        value = Conditional(choice.start, choice.end, choice.test, value_of(choice.then), value)
    return value


def _entry(run: Lowering, frame: Frame) -> Node:
    conditions = {item.id for item in frame.node.children_by_field_name("condition")}
    pairs = list(zip(frame.kids, frame.values, strict=True))
    tests = [expression(value) for kid, value in pairs if kid.id in conditions]
    rest = [value for kid, value in pairs if kid.id not in conditions]
    body = settled(run, frame, rest)
    if len(rest) == 1 and isinstance(rest[0], Block):
        body = rest[0].statements
    elif len(rest) == 1 and isinstance(rest[0], Lambda):
        body = rest[0].written
    if not tests:
        return _Cases(frame.start, frame.end, (Case(frame.start, frame.end, None, body, leaves=True),))
    first = [Case(test.start, test.end, test, (), leaves=False) for test in tests[:-1]]
    last = Case(frame.start, frame.end, tests[-1], body, leaves=True)
    return _Cases(frame.start, frame.end, (*first, last))


def _loop(_: Lowering, frame: Frame) -> Node:
    condition = frame.node.child_by_field_name("condition")
    header, body = [], None
    for kid, value in zip(frame.kids, frame.values, strict=True):
        if condition is not None and kid == condition:
            header.append(value)
        else:
            body = value
    return Loop(frame.start, frame.end, contents(header), _branch(body, frame.end))


def _for(_: Lowering, frame: Frame) -> Node:
    variables = next((value for value in frame.values if isinstance(value, Variables)), None)
    rest = [value for value in frame.values if not isinstance(value, Variables)]
    iterable = expression(rest[0]) if rest else Opaque(frame.start, frame.start, ())
    body = _branch(rest[1] if len(rest) > 1 else None, frame.end)
    names = variables.names if variables is not None else ()
    header: list[Expr | Statement] = [each(item.start, iterable.end, item, iterable) for item in names[:1]]
    header += [Assign(item.start, item.end, item, Opaque(item.end, item.end, ()), declares=True) for item in names[1:]]
    return Loop(frame.start, frame.end, tuple(header) or (iterable,), body)


def _try(_: Lowering, frame: Frame) -> Node:
    handlers = tuple(value.body for value in frame.values if isinstance(value, _Handler))
    final = next((value.body for value in frame.values if isinstance(value, _Final)), None)
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    attempt = Try(frame.start, frame.end, block(body, frame.end), handlers, final)
    value = called_at_once(Block(frame.start, frame.end, returning((attempt,))))
    return Either(frame.start, frame.end, value, (attempt,))


def _catch(_: Lowering, frame: Frame) -> Node:
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    found = block(body, frame.end)
    name = next((value for value in frame.values if isinstance(value, Name)), None)
    if name is None:
        return _Handler(frame.start, frame.end, found)
    caught = Assign(name.start, name.end, name, Opaque(name.end, name.end, ()), declares=True)
    return _Handler(frame.start, frame.end, Block(found.start, found.end, (caught, *found.statements)))


def _finally(_: Lowering, frame: Frame) -> Node:
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    return _Final(frame.start, frame.end, block(body, frame.end))


class LambdaParameters(Part):
    items: tuple[Parameter, ...]
    before: tuple[Statement, ...]


def _lambda_parameters(_: Lowering, frame: Frame) -> Node:
    """The parameters of a lambda; those in parentheses are taken from one."""
    found: list[Parameter] = []
    before: list[Statement] = []
    for position, value in enumerate(item for item in frame.values if isinstance(item, Variables)):
        if value.is_several:
            holder = f"#{position}"
            found.append(Parameter(value.start, value.end, holder))
            before += taken_apart(value, Name(value.end, value.end, holder), value.end)
        else:
            name = value.names[0]
            found.append(Parameter(name.start, name.end, name.id, None, value.annotation))
    return LambdaParameters(frame.start, frame.end, tuple(found), tuple(before))


def _lambda(run: Lowering, frame: Frame) -> Node:
    given = next((value for value in frame.values if isinstance(value, LambdaParameters)), None)
    rest = [value for value in frame.values if not isinstance(value, LambdaParameters)]
    written = (*(given.before if given is not None else ()), *settled(run, frame, rest))
    items = given.items if given is not None else ()
    found = Lambda(frame.start, frame.end, Opaque(frame.start, frame.end, ()), (), items, written)
    function = lambda_function(found)
    found.value, found.items = function, (Evaluate(frame.start, frame.end, function),)
    return found


def _range_test(_: Lowering, frame: Frame) -> Node:
    return Opaque(frame.start, frame.end, tuple(map(expression, frame.values)))


LISTS = frozenset({"source_file", "block", "class_body", "enum_class_body", "lambda_literal", "statements", "ERROR"})
STATEMENTS: Mapping[str, Lower] = {
    "block": _block,
    "statements": _contents,
    "variable_declaration": _variable,
    "multi_variable_declaration": _variables,
    "return_expression": _return,
    "throw_expression": _throw,
    "if_expression": _if,
    "when_subject": _subject,
    "when_expression": _when,
    "when_entry": _entry,
    "range_test": _range_test,
    "type_test": _range_test,
    "while_statement": _loop,
    "do_while_statement": _loop,
    "for_statement": _for,
    "try_expression": _try,
    "catch_block": _catch,
    "finally_block": _finally,
    "lambda_parameters": _lambda_parameters,
    "lambda_literal": _lambda,
    "ERROR": _contents,
}
