"""JavaScript statements: one lowering function for each node type of tree-sitter's grammars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.javascript.patterns import bind, key_of
from lk_audit.frontends.lowering.common import thrown
from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tree import Part, Several, block, contents, expression, statements
from lk_audit.syntax import (
    Assign,
    Block,
    Each,
    Entry,
    Evaluate,
    If,
    Literal,
    Loop,
    Opaque,
    Record,
    Return,
    Try,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node

_LEAVING = frozenset({"break_statement", "continue_statement", "return_statement", "throw_statement"})


class Cases(Part):
    items: tuple[Case, ...]


def _block(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, frame.values)


def _all(_: Lowering, frame: Frame) -> Node:
    """A wrapper around statements that adds nothing."""
    return Several(frame.start, frame.end, statements(frame.values))


def _expression_statement(_: Lowering, frame: Frame) -> Node:
    value = frame.values[0] if frame.values else None
    if value is None or isinstance(value, Block | Several):
        return value or Several(frame.start, frame.end, ())
    if isinstance(value, Assign):
        return value
    return Evaluate(frame.start, frame.end, expression(value))


def _return(_: Lowering, frame: Frame) -> Node:
    return Return(frame.start, frame.end, frame.expression(0) if frame.values else None)


def _if(_: Lowering, frame: Frame) -> Node:
    condition = frame.field("condition")
    otherwise = frame.field("alternative")
    return If(
        frame.start,
        frame.end,
        expression(condition) if condition is not None else frame.expression(0),
        block(frame.field("consequence"), frame.end),
        block(otherwise, frame.end) if otherwise is not None else None,
    )


def _last(_: Lowering, frame: Frame) -> Node:
    """A clause that is its body: `else`, `catch`, `finally`, a label."""
    return frame.values[-1] if frame.values else Block(frame.end, frame.end, ())


def _loop(_: Lowering, frame: Frame) -> Node:
    """`for`, `while` and `do`."""
    parts = (frame.field(name) for name in ("initializer", "condition", "increment"))
    header = contents([part for part in parts if part is not None])
    return Loop(frame.start, frame.end, header, block(frame.field("body"), frame.end))


def _loop_over(_: Lowering, frame: Frame) -> Node:
    """`for (target of iterable)` and `for (target in object)`."""
    body = block(frame.field("body"), frame.end)
    target, right = frame.field("left"), frame.field("right")
    if target is None or right is None:
        return Loop(frame.start, frame.end, contents([value for value in frame.values if value is not body]), body)
    each = Each(right.start, right.end, expression(right))
    return Loop(frame.start, frame.end, tuple(bind(target, each, right.end)), body)


def _try(_: Lowering, frame: Frame) -> Node:
    handler, final = frame.field("handler"), frame.field("finalizer")
    return Try(
        frame.start,
        frame.end,
        block(frame.field("body"), frame.end),
        (block(handler, frame.end),) if handler is not None else (),
        block(final, frame.end) if final is not None else None,
    )


def _with(_: Lowering, frame: Frame) -> Node:
    subject = frame.expression(0)
    inner = block(frame.field("body"), frame.end)
    return Several(frame.start, frame.end, (Evaluate(subject.start, subject.end, subject), inner))


def _case(run: Lowering, frame: Frame) -> Node:
    is_default = frame.kind == "switch_default"
    body = frame.values if is_default else frame.values[1:]
    test = None if is_default else frame.expression(0)
    return Case(frame.start, frame.end, test, run.statements(frame, body), _leaves(frame.node))


def _leaves(node: TreeNode | None) -> bool:
    """Whether the last statement of a case, or of the block that is its body, always goes elsewhere."""
    while node is not None and node.type not in _LEAVING:
        inner = [child for child in node.named_children if child.type != "comment"]
        is_list = node.type in {"switch_case", "switch_default", "statement_block"}
        node = inner[-1] if inner and is_list else None
    return node is not None


def _cases(_: Lowering, frame: Frame) -> Node:
    return Cases(frame.start, frame.end, tuple([value for value in frame.values if isinstance(value, Case)]))


def _switch(_: Lowering, frame: Frame) -> Node:
    body = frame.values[-1] if frame.values else None
    cases = body.items if isinstance(body, Cases) else ()
    return Several(frame.start, frame.end, switch(frame.expression(0), cases, frame.end))


def _ambient(_: Lowering, frame: Frame) -> Node:
    """`declare ...`: variables without a value do not exist at run time."""
    kept = [item for item in statements(frame.values) if not (isinstance(item, Assign) and _is_empty(item.value))]
    return Several(frame.start, frame.end, tuple(kept))


def _is_empty(value: Expr) -> bool:
    return isinstance(value, Opaque) and not value.children


def _namespace(_: Lowering, frame: Frame) -> Node:
    return block(frame.field("body"), frame.end)


def _enum(_: Lowering, frame: Frame) -> Node:
    """`enum E {A, B = "b"}` is `E = {A: 0, B: "b"}`."""
    target, members = frame.expression(0), frame.expression(1)
    return Assign(frame.start, frame.end, target, members)


def _enum_body(_: Lowering, frame: Frame) -> Node:
    entries: list[Entry] = []
    number: int | None = 0
    for member in frame.values:
        start, end = member.start, member.end
        entry = member if isinstance(member, Entry) else Entry(start, end, key_of(member), _counted(member, number))
        entries.append(entry)
        last = _integer(entry.value)
        number = last + 1 if last is not None else None
    return Record(frame.start, frame.end, tuple(entries))


def _counted(member: Node, number: int | None) -> Expr:
    if number is None:
        return Opaque(member.start, member.end, ())
    return Literal(member.start, member.end, number)


def _integer(value: Expr) -> int | None:
    match value:
        case Literal(value=int() as number):
            return number
        case Unary(operator="-", operand=Literal(value=int() as number)):
            return -number
        case _:
            return None


def _enum_assignment(_: Lowering, frame: Frame) -> Node:
    return Entry(frame.start, frame.end, key_of(frame.values[0]), frame.expression(1))


LISTS = frozenset({"program", "statement_block", "class_body", "switch_case", "switch_default", "ERROR"})
STATEMENTS: Mapping[str, Lower] = {
    "program": _block,
    "statement_block": _block,
    "expression_statement": _expression_statement,
    "lexical_declaration": _all,
    "variable_declaration": _all,
    "using_declaration": _all,
    "class_static_block": _last,
    "return_statement": _return,
    "throw_statement": thrown,
    "if_statement": _if,
    "else_clause": _last,
    "catch_clause": _last,
    "finally_clause": _last,
    "labeled_statement": _last,
    "for_statement": _loop,
    "while_statement": _loop,
    "do_statement": _loop,
    "for_in_statement": _loop_over,
    "try_statement": _try,
    "with_statement": _with,
    "switch_statement": _switch,
    "switch_body": _cases,
    "switch_case": _case,
    "switch_default": _case,
    "ambient_declaration": _ambient,
    "internal_module": _namespace,
    "module": _namespace,
    "enum_declaration": _enum,
    "enum_body": _enum_body,
    "enum_assignment": _enum_assignment,
}
