"""Java statements: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.java import types
from lk_audit.frontends.jvm.nodes import called_at_once, each, returning
from lk_audit.frontends.lowering.common import choice, loop, thrown
from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tree import Either, Part, Several, block, expression, last_child, statements
from lk_audit.syntax import (
    Assign,
    Block,
    Evaluate,
    Literal,
    Loop,
    Name,
    Opaque,
    Return,
    Try,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node


class Declarator(Part):
    """One variable of a declaration: `name = value`."""

    name: str
    value: Expr | None


class _Tests(Part):
    """What stands in front of the body of a case; none for `default`."""

    items: tuple[Expr, ...]


class _Cases(Part):
    items: tuple[Case, ...]


class _Handler(Part):
    body: Block


class _Final(Part):
    body: Block


def _block(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, frame.values)


def _contents(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


def _expression_statement(_: Lowering, frame: Frame) -> Node:
    first = frame.values[0] if frame.values else None
    if isinstance(first, Either):
        return Several(frame.start, frame.end, first.items)
    value = frame.expression(0)
    return value if isinstance(value, Assign) else Evaluate(frame.start, frame.end, value)


def _declarator(run: Lowering, frame: Frame) -> Node:
    name, value = frame.node.child_by_field_name("name"), frame.field("value")
    label = run.text(name) if name is not None else ""
    return Declarator(frame.start, frame.end, label, expression(value) if value is not None else None)


def _variables(run: Lowering, frame: Frame) -> Node:
    written = frame.node.child_by_field_name("type")
    found = [_variable(run, written, item) for item in frame.values if isinstance(item, Declarator)]
    return Several(frame.start, frame.end, tuple(found))


def _variable(run: Lowering, written: TreeNode | None, item: Declarator) -> Assign:
    """A variable without a value holds its place until it gets one."""
    end = item.start + len(item.name.encode())
    value = item.value or Literal(item.end, item.end, None)
    return Assign(
        item.start, item.end, Name(item.start, end, item.name), value, "", types.named(run.data, written), declares=True
    )


def _return(_: Lowering, frame: Frame) -> Node:
    return Return(frame.start, frame.end, frame.expression(0) if frame.values else None)


def _for_each(run: Lowering, frame: Frame) -> Node:
    name, value, body = frame.node.child_by_field_name("name"), frame.field("value"), frame.field("body")
    iterable = expression(value) if value is not None else Opaque(frame.start, frame.start, ())
    spot = name or frame.node
    target = Name(spot.start_byte, spot.end_byte, run.text(name) if name is not None else "")
    header = (each(spot.start_byte, iterable.end, target, iterable),)
    return Loop(frame.start, frame.end, header, block(body, frame.end))


def _try(_: Lowering, frame: Frame) -> Node:
    handlers = tuple(value.body for value in frame.values if isinstance(value, _Handler))
    final = next((value.body for value in frame.values if isinstance(value, _Final)), None)
    body = block(frame.field("body"), frame.end)
    resources = frame.field("resources")
    if resources is not None:
        body = Block(resources.start, body.end, (*statements((resources,)), *body.statements))
    return Try(frame.start, frame.end, body, handlers, final)


def _resource(run: Lowering, frame: Frame) -> Node:
    name, value = frame.node.child_by_field_name("name"), frame.field("value")
    if name is None or value is None:
        return frame.expression(0)
    target = Name(name.start_byte, name.end_byte, run.text(name))
    return Assign(frame.start, frame.end, target, expression(value), declares=True)


def _catch(run: Lowering, frame: Frame) -> Node:
    """What is caught has a name in the handler."""
    body = block(frame.field("body"), frame.end)
    given = next((item for item in frame.node.named_children if item.type == "catch_formal_parameter"), None)
    name = given.child_by_field_name("name") if given is not None else None
    if name is None:
        return _Handler(frame.start, frame.end, body)
    start, end = name.start_byte, name.end_byte
    caught = Assign(start, end, Name(start, end, run.text(name)), Opaque(end, end, ()), declares=True)
    return _Handler(frame.start, frame.end, Block(body.start, body.end, (caught, *body.statements)))


def _finally(_: Lowering, frame: Frame) -> Node:
    return _Final(frame.start, frame.end, block(frame.values[0] if frame.values else None, frame.end))


def _label(_: Lowering, frame: Frame) -> Node:
    return _Tests(frame.start, frame.end, tuple(map(expression, frame.values)))


def _case(run: Lowering, frame: Frame) -> Node:
    """`case "a", "b": ...` and `case "a" -> ...`; without `break` or `return` the first goes on with the next."""
    tests = [test for value in frame.values if isinstance(value, _Tests) for test in value.items]
    rest = [value for value in frame.values if not isinstance(value, _Tests)]
    body = run.statements(frame, rest)
    is_rule = frame.kind == "switch_rule"
    leaves = is_rule or _ends(frame.node)
    if not tests:
        return _Cases(frame.start, frame.end, (Case(frame.start, frame.end, None, body, leaves),))
    first = [Case(test.start, test.end, test, (), leaves=False) for test in tests[:-1]]
    last = Case(frame.start, frame.end, tests[-1], body, leaves)
    return _Cases(frame.start, frame.end, (*first, last))


_ENDS = frozenset({"break_statement", "return_statement", "throw_statement", "continue_statement", "yield_statement"})


def _ends(node: TreeNode) -> bool:
    last = last_child(node)
    while last is not None and last.type == "block":
        last = last_child(last)
    return last is not None and last.type in _ENDS


def _switch(_: Lowering, frame: Frame) -> Node:
    body = frame.field("body")
    cases = [case for item in (body.items if isinstance(body, Several) else ()) for case in _cases(item)]
    value = frame.field("condition")
    subject = expression(value) if value is not None else None
    chosen = switch(subject, cases, frame.end)
    return Either(frame.start, frame.end, called_at_once(Block(frame.start, frame.end, returning(chosen))), chosen)


def _cases(item: Node) -> tuple[Case, ...]:
    return item.items if isinstance(item, _Cases) else ()


def _switch_body(_: Lowering, frame: Frame) -> Node:
    found = tuple(value for value in frame.values if isinstance(value, _Cases))
    return Several(frame.start, frame.end, found)  # type: ignore[arg-type]


LISTS = frozenset({"program", "block", "class_body", "constructor_body", "interface_body", "ERROR"})
STATEMENTS: Mapping[str, Lower] = {
    "block": _block,
    "constructor_body": _block,
    "expression_statement": _expression_statement,
    "variable_declarator": _declarator,
    "local_variable_declaration": _variables,
    "return_statement": _return,
    "yield_statement": _return,
    "throw_statement": thrown,
    "if_statement": choice,
    "while_statement": loop,
    "do_statement": loop,
    "for_statement": loop,
    "enhanced_for_statement": _for_each,
    "try_statement": _try,
    "try_with_resources_statement": _try,
    "resource_specification": _contents,
    "resource": _resource,
    "catch_clause": _catch,
    "finally_clause": _finally,
    "switch_label": _label,
    "switch_block_statement_group": _case,
    "switch_rule": _case,
    "switch_block": _switch_body,
    "switch_expression": _switch,
    "switch_statement": _switch,
    "synchronized_statement": _contents,
    "labeled_statement": _contents,
    "assert_statement": _contents,
    "ERROR": _contents,
}
