"""PHP statements: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.common import loop
from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tree import Several, block, expression, last_child, statements
from lk_audit.frontends.php.assignments import assigned_from
from lk_audit.frontends.php.names import Nodes
from lk_audit.syntax import (
    Argument,
    Assign,
    Block,
    Call,
    Each,
    Evaluate,
    Export,
    If,
    Import,
    ImportedName,
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
    from lk_audit.syntax import Expr, Node, Statement

_LEAVING = frozenset({"break_statement", "return_statement", "continue_statement", "exit_statement"})


def _block(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, frame.values)


def _all(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


def _expression_statement(run: Lowering, frame: Frame) -> Node:
    """A call that stands alone may be an `include`: the names of that file count from here."""
    found = run.statements(frame, frame.values)
    match found:
        case (Evaluate(value=Call(callee=Name(id="require"), arguments=(Argument(value=Literal(value=str(path))),))),):
            return Import(frame.start, frame.end, path, (ImportedName(frame.start, frame.end, "*", "*"),))
        case _:
            return Several(frame.start, frame.end, found)


def _condition(frame: Frame) -> Expr:
    found = frame.field("condition")
    return expression(found) if found is not None else Opaque(frame.start, frame.start, ())


def _if(_: Lowering, frame: Frame) -> Node:
    """`if`, its `elseif`s and `else`, in either notation."""
    pairs = zip(frame.kids, frame.values, strict=True)
    others = [value for kid, value in pairs if kid.type in {"else_if_clause", "else_clause"}]
    otherwise: Block | None = None
    for clause in reversed(others):
        if isinstance(clause, If):
            clause.otherwise = otherwise
        otherwise = block(clause, clause.end)
    return If(frame.start, frame.end, _condition(frame), block(frame.field("body"), frame.end), otherwise)


def _else_if(_: Lowering, frame: Frame) -> Node:
    return If(frame.start, frame.end, _condition(frame), block(frame.field("body"), frame.end), None)


def _else(_: Lowering, frame: Frame) -> Node:
    found = frame.field("body")
    return Block(frame.start, frame.end, statements((found,)) if found is not None else ())


def _foreach(_: Lowering, frame: Frame) -> Node:
    """`foreach ($items as $key => $value)`: the items; what is known of a key is where it comes from."""
    body = frame.field("body")
    iterable, *targets = [value for value in frame.values if value is not body] or [Opaque(frame.start, frame.end, ())]
    flat = [item for value in targets for item in (value.items if isinstance(value, Nodes) else (value,))]
    each = Each(iterable.start, iterable.end, expression(iterable))
    found: list[Statement] = [Evaluate(each.start, each.end, each)]
    if flat:
        found = assigned_from(flat[-1], each, iterable.end)
    for key in flat[:-1]:
        unknown = Opaque(iterable.end, iterable.end, ())
        found.append(Assign(key.start, key.end, expression(key), unknown))
    return Loop(frame.start, frame.end, tuple(found), block(body, frame.end))


def _pair(_: Lowering, frame: Frame) -> Node:
    return Nodes(frame.start, frame.end, tuple(frame.values))


def _case(run: Lowering, frame: Frame) -> Node:
    value = frame.field("value")
    body = run.statements(frame, [item for item in frame.values if item is not value])
    test = expression(value) if value is not None else None
    return Case(frame.start, frame.end, test, body, _leaves(frame.node))


def _leaves(node: TreeNode) -> bool:
    last = last_child(node)
    if last is not None and last.type == "compound_statement":
        last = last_child(last)
    if last is None:
        return False
    inner = last.named_children[0].type if last.named_children else ""
    return last.type in _LEAVING or (last.type == "expression_statement" and inner == "throw_expression")


def _switch_block(_: Lowering, frame: Frame) -> Node:
    return Nodes(frame.start, frame.end, tuple(frame.values))


def _switch(_: Lowering, frame: Frame) -> Node:
    body = frame.field("body")
    cases = [item for item in body.items if isinstance(item, Case)] if isinstance(body, Nodes) else []
    return Several(frame.start, frame.end, tuple(switch(_condition(frame), cases, frame.end)))


def _try(_: Lowering, frame: Frame) -> Node:
    pairs = list(zip(frame.kids, frame.values, strict=True))
    handlers = tuple(block(value, frame.end) for kid, value in pairs if kid.type == "catch_clause")
    final = next((block(value, frame.end) for kid, value in pairs if kid.type == "finally_clause"), None)
    return Try(frame.start, frame.end, block(frame.field("body"), frame.end), handlers, final)


def _catch(_: Lowering, frame: Frame) -> Node:
    """The exception gets its name, then the body follows."""
    name = frame.field("name")
    body = block(frame.field("body"), frame.end)
    if name is None:
        return body
    caught = Assign(name.start, name.end, expression(name), Opaque(name.end, name.end, ()))
    return Block(frame.start, frame.end, (caught, *body.statements))


def _finally(_: Lowering, frame: Frame) -> Node:
    return block(frame.field("body"), frame.end)


def _return(_: Lowering, frame: Frame) -> Node:
    """A file that returns something hands it to whoever includes it."""
    value = frame.expression(0) if frame.values else None
    holder = frame.node.parent
    if value is not None and holder is not None and holder.type == "program":
        return Export(frame.start, frame.end, "default", value)
    return Return(frame.start, frame.end, value)


def _yield(_: Lowering, frame: Frame) -> Node:
    return Return(frame.start, frame.end, frame.expression(0) if frame.values else None)


def _static(_: Lowering, frame: Frame) -> Node:
    value = frame.field("value")
    written = expression(value) if value is not None else Literal(frame.end, frame.end, None)
    return Assign(frame.start, frame.end, frame.expression(0), written)


LISTS = frozenset({"program", "compound_statement", "colon_block", "declaration_list", "case_statement", "ERROR"})
STATEMENTS: Mapping[str, Lower] = {
    "program": _block,
    "compound_statement": _block,
    "colon_block": _block,
    "expression_statement": _expression_statement,
    "if_statement": _if,
    "else_if_clause": _else_if,
    "else_clause": _else,
    "while_statement": loop,
    "do_statement": loop,
    "for_statement": loop,
    "foreach_statement": _foreach,
    "pair": _pair,
    "case_statement": _case,
    "default_statement": _case,
    "switch_block": _switch_block,
    "switch_statement": _switch,
    "try_statement": _try,
    "catch_clause": _catch,
    "finally_clause": _finally,
    "return_statement": _return,
    "yield_expression": _yield,
    "function_static_declaration": _all,
    "static_variable_declaration": _static,
    "unset_statement": _all,
    "ERROR": _all,
}
