"""Go statements: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.go.expressions import Values, assigned, beside
from lk_audit.frontends.lowering.common import choice
from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tree import Part, Several, block, contents, expression, statements
from lk_audit.syntax import (
    Assign,
    Block,
    Call,
    Each,
    Evaluate,
    If,
    Literal,
    Loop,
    Name,
    Opaque,
    Raise,
    Return,
    Sequence,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


class Cases(Part):
    """The cases that one case with several values stands for."""

    items: tuple[Case, ...]


class Results(Sequence):
    """What a `return` with several values returns, until its function says what they are."""


def items_of(node: Node | None) -> tuple[Expr, ...]:
    """The expressions of a list, or of one that stands alone."""
    if node is None:
        return ()
    return node.items if isinstance(node, Values) else (expression(node),)


def _block(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, frame.values)


def _all(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


def _expression_statement(_: Lowering, frame: Frame) -> Node:
    value = frame.expression(0)
    match value:
        case Call(callee=Name(id="panic"), arguments=(first, *_)):
            return Raise(frame.start, frame.end, first.value)
        case _:
            return Evaluate(frame.start, frame.end, value)


def _short_declaration(_: Lowering, frame: Frame) -> Node:
    return assigned(items_of(frame.field("left")), items_of(frame.field("right")), frame.end, declares=True)


def _assignment(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type[:-1] if sign is not None else ""
    targets, values = items_of(frame.field("left")), items_of(frame.field("right"))
    if operator and targets and values:
        return Assign(frame.start, frame.end, targets[0], values[0], operator)
    return assigned(targets, values, frame.end, declares=False)


def _counted(operator: str) -> Lower:
    """`n++` is `n += 1`."""

    def lower(_: Lowering, frame: Frame) -> Node:
        return Assign(frame.start, frame.end, frame.expression(0), Literal(frame.end, frame.end, 1), operator)

    return lower


def _return(_: Lowering, frame: Frame) -> Node:
    values = items_of(frame.values[0] if frame.values else None)
    if len(values) > 1:
        return Return(frame.start, frame.end, Results(frame.start, frame.end, values))
    return Return(frame.start, frame.end, values[0] if values else None)


def _if(run: Lowering, frame: Frame) -> Node:
    """`if x := f(); x != nil` declares first."""
    before, rest = frame.field("initializer"), choice(run, frame)
    return rest if before is None else Several(frame.start, frame.end, (*statements((before,)), rest))


def _for(_: Lowering, frame: Frame) -> Node:
    body = frame.field("body")
    header = contents([value for value in frame.values if value is not body])
    return Loop(frame.start, frame.end, header, block(body, frame.end))


def _range(_: Lowering, frame: Frame) -> Node:
    """`for i, item := range items`: the items; a place in a list says nothing, a key as much as the items."""
    targets = items_of(frame.field("left"))
    right = frame.field("right")
    end = frame.end
    items = expression(right) if right is not None else Opaque(frame.start, end, ())
    each = Opaque(frame.start, end, (items,)) if len(targets) == 1 else Each(frame.start, end, items)
    if not targets:
        return Several(frame.start, end, (each,))
    main = targets[-1]
    found = [Assign(main.start, end, main, each, declares=True)]
    found += [Assign(item.start, end, item, beside(main, end), declares=True) for item in targets[:-1]]
    return Several(frame.start, end, tuple(found))


def _case(run: Lowering, frame: Frame) -> Node:
    """One case of any kind of switch: as many tests as it has values, all for the same statements."""
    written = frame.node.child_by_field_name("value")
    tests = items_of(frame.field("value")) if written is not None else ()
    heads = {item.id for name in ("value", "type") for item in frame.node.children_by_field_name(name)}
    pairs = zip(frame.kids, frame.values, strict=True)
    body = run.statements(frame, [value for kid, value in pairs if kid.id not in heads])
    if not tests and frame.kind != "default_case":
        tests = (Opaque(frame.start, frame.start, ()),)
    leaves = not _falls_through(frame.node)
    if not tests:
        return Case(frame.start, frame.end, None, body, leaves)
    first = [Case(test.start, test.end, test, (), leaves=False) for test in tests[:-1]]
    last = Case(frame.start, frame.end, tests[-1], body, leaves)
    return Cases(frame.start, frame.end, (*first, last))


def _falls_through(node: TreeNode) -> bool:
    lists = [child for child in node.named_children if child.type == "statement_list"]
    last = lists[-1].named_children[-1:] if lists else []
    return bool(last) and last[0].type == "fallthrough_statement"


def _switch(_: Lowering, frame: Frame) -> Node:
    cases: list[Case] = []
    before: list[Node] = []
    initializer, value = frame.field("initializer"), frame.field("value")
    for item in frame.values:
        if isinstance(item, Case):
            cases.append(item)
        elif isinstance(item, Cases):
            cases.extend(item.items)
    if initializer is not None:
        before.append(initializer)
    if frame.kind != "type_switch_statement":
        chosen = switch(expression(value) if value is not None else None, cases, frame.end)
        return Several(frame.start, frame.end, (*statements(before), *chosen))
    targets = items_of(frame.field("alias"))
    subject = expression(value) if value is not None else Opaque(frame.start, frame.start, ())
    if targets:
        before.append(Assign(targets[0].start, subject.end, targets[0], subject, declares=True))
    else:
        before.append(subject)
    return Several(frame.start, frame.end, (*statements(before), *switch(None, cases, frame.end)))


def _received(_: Lowering, frame: Frame) -> Node:
    """`value, ok := <-channel`."""
    targets, right = items_of(frame.field("left")), frame.field("right")
    value = expression(right) if right is not None else Opaque(frame.end, frame.end, ())
    if not targets:
        return Evaluate(frame.start, frame.end, value)
    return assigned(targets, (value,), frame.end, declares=True)


def _contents(_: Lowering, frame: Frame) -> Node:
    """A wrapper that adds nothing: `go f()`, `defer f()`, a label."""
    return Several(frame.start, frame.end, contents(frame.values))


def _unread(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


def settle(body: Block, results: tuple[str, ...], first: str) -> None:
    """Rewrite the `return` statements of a function, now that its results are known.

    By convention a function fails by returning an error, or false, as its last result; then the others say nothing.
    Of several results the first one is what the function is called for. `first` is its name, if it has one.
    """
    pending: list[Node] = [body]
    while pending:
        node = pending.pop()
        match node:
            case Block(statements=inner):
                node.statements = tuple(found for item in inner for found in _settled(item, results, first))
                pending.extend(node.statements)
            case If(then=then, otherwise=otherwise):
                pending.extend([then, *([otherwise] if otherwise is not None else [])])
            case Loop(body=inside):
                pending.append(inside)
            case _:
                continue


def _settled(statement: Statement, results: tuple[str, ...], first: str) -> tuple[Statement, ...]:
    if not isinstance(statement, Return):
        return (statement,)
    start, end, value = statement.start, statement.end, statement.value
    match value:
        case None:
            return (Return(start, end, Name(end, end, first)),) if first else (statement,)
        case Results(items=items):
            return _several(start, end, items, fails=results[-1:] in {("error",), ("bool",)})
        case Literal(value=None) if results == ("error",):
            return (Return(start, end, None),)
        case _ if results == ("error",):
            return (Raise(start, end, value),)
        case _:
            return (statement,)


def _several(start: int, end: int, items: tuple[Expr, ...], *, fails: bool) -> tuple[Statement, ...]:
    main, *_, last = items
    others = [Evaluate(item.start, item.end, item) for item in items[1:] if not isinstance(item, Literal | Name)]
    if fails and _is_zero(main) and not (isinstance(last, Literal) and last.value in {None, True}):
        return (*others[:-1], Raise(start, end, last)) if others else (Raise(start, end, last),)
    return (*others, Return(start, end, main))


def _is_zero(value: Expr) -> bool:
    match value:
        case Literal(value=None | "" | 0 | False):
            return True
        case Call(is_new=True, arguments=()):
            return True
        case _:
            return False


LISTS = frozenset({"source_file", "block", "statement_list", "ERROR"})
STATEMENTS: Mapping[str, Lower] = {
    "block": _block,
    "statement_list": _all,
    "expression_statement": _expression_statement,
    "short_var_declaration": _short_declaration,
    "assignment_statement": _assignment,
    "inc_statement": _counted("+"),
    "dec_statement": _counted("-"),
    "return_statement": _return,
    "if_statement": _if,
    "for_statement": _for,
    "for_clause": _contents,
    "range_clause": _range,
    "expression_case": _case,
    "type_case": _case,
    "communication_case": _case,
    "default_case": _case,
    "expression_switch_statement": _switch,
    "type_switch_statement": _switch,
    "select_statement": _switch,
    "receive_statement": _received,
    "go_statement": _contents,
    "defer_statement": _contents,
    "labeled_statement": _contents,
    "ERROR": _unread,
}
