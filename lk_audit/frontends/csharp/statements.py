"""C# statements: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.csharp import types
from lk_audit.frontends.csharp.objects import Initializer as Braces
from lk_audit.frontends.csharp.objects import Pattern, made, typed
from lk_audit.frontends.lowering.common import choice, loop, thrown
from lk_audit.frontends.lowering.switches import Case, switch
from lk_audit.frontends.lowering.tree import Several, block, contents, expression, is_statement, statements
from lk_audit.syntax import (
    Assign,
    Block,
    Each,
    Evaluate,
    Expr,
    Index,
    Literal,
    Loop,
    Name,
    Opaque,
    Return,
    Sequence,
    Try,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Node, Statement

_NAMES = frozenset({"identifier", "discard"})


def _block(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, frame.values)


def _contents(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


def _conditional_text(run: Lowering, frame: Frame) -> Node:
    """`#if DEBUG`: what stands in every branch; the symbol is no variable."""
    condition = frame.node.child_by_field_name("condition")
    kept = [value for kid, value in zip(frame.kids, frame.values, strict=True) if kid != condition]
    return Several(frame.start, frame.end, run.statements(frame, kept))


def _expression_statement(_: Lowering, frame: Frame) -> Node:
    value = frame.expression(0)
    if isinstance(value, Assign) and isinstance(value.target, Sequence):
        parts = taken_apart(value.target.items, value.value, frame.end, declares=False)
        return Several(frame.start, frame.end, tuple(parts))
    return value if isinstance(value, Assign) else Evaluate(frame.start, frame.end, value)


def taken_apart(targets: tuple[Expr, ...], value: Expr, end: int, *, declares: bool) -> Iterator[Statement]:
    """`(a, b) = value`: a variable for the value, and its items from that."""
    holder = f"#{value.start}"
    yield Assign(value.start, end, Name(value.start, value.start, holder), value, declares=True)
    for position, target in enumerate(targets):
        item = Index(end, end, Name(end, end, holder), Literal(end, end, position))
        if isinstance(target, Assign):
            yield Assign(target.start, end, target.target, item, declares=True)
        else:
            yield Assign(target.start, end, target, item, declares=declares)


def _declarator(run: Lowering, frame: Frame) -> Node:
    """`name = value`, `(a, b) = value`; without a value there is none yet."""
    name = frame.node.child_by_field_name("name")
    pattern = next((kid for kid in frame.kids if kid.type == "tuple_pattern"), None)
    left_out = {item.id for item in (name, pattern) if item is not None}
    values = [value for kid, value in zip(frame.kids, frame.values, strict=True) if kid.id not in left_out]
    value = _value(values[-1]) if values else Opaque(frame.end, frame.end, ())
    if pattern is not None:
        targets = tuple(_fresh(run, item) for item in pattern.named_children if item.type in _NAMES)
        return Several(frame.start, frame.end, tuple(taken_apart(targets, value, frame.end, declares=True)))
    target = _fresh(run, name) if name is not None else Name(frame.start, frame.start, "_")
    return Assign(frame.start, frame.end, target, value, declares=True)


def _fresh(run: Lowering, node: TreeNode) -> Name:
    return Name(node.start_byte, node.end_byte, run.text(node).removeprefix("@"))


def _value(node: Node) -> Expr:
    """The value of a variable; braces alone are a list."""
    return made(node.start, node.end, None, (), node.items) if isinstance(node, Braces) else expression(node)


def _declaration(run: Lowering, frame: Frame) -> Node:
    """`T a = x, b = y`: the declared type says what `new()` makes."""
    written = frame.node.child_by_field_name("type")
    found: list[Statement] = []
    for value in frame.values:
        items = value.items if isinstance(value, Several) else (value,)
        found += [_annotated(run, item, written) for item in items if isinstance(item, Assign)]
    return Several(frame.start, frame.end, tuple(found))


def _annotated(run: Lowering, assign: Assign, written: TreeNode | None) -> Assign:
    if written is not None and written.type != "implicit_type" and assign.annotation is None:
        assign.annotation = types.annotation(run.data, written)
        assign.value = typed(assign.value, assign.annotation)
    return assign


def _return(_: Lowering, frame: Frame) -> Node:
    return Return(frame.start, frame.end, frame.expression(0) if frame.values else None)


def _yield(_: Lowering, frame: Frame) -> Node:
    """`yield return x`; `yield break` gives nothing."""
    return Return(frame.start, frame.end, frame.expression(0)) if frame.values else Several(frame.start, frame.end, ())


def _foreach(run: Lowering, frame: Frame) -> Node:
    left = frame.node.child_by_field_name("left")
    right, body = frame.field("right"), frame.field("body")
    items = expression(right) if right is not None else Opaque(frame.start, frame.start, ())
    each: Expr = Each(items.start, items.end, items)
    names = [left] if left is not None and left.type == "identifier" else _names_in(left)
    header: list[Expr | Statement] = []
    for name in names:
        header.append(Assign(name.start_byte, items.end, _fresh(run, name), each, declares=True))
        each = Opaque(name.end_byte, name.end_byte, ())
    return Loop(frame.start, frame.end, tuple(header) or (each,), block(body, frame.end))


def _names_in(node: TreeNode | None) -> list[TreeNode]:
    return [item for item in node.named_children if item.type == "identifier"] if node is not None else []


def _using(_: Lowering, frame: Frame) -> Node:
    body = frame.field("body")
    before = statements([value for value in frame.values if value is not body])
    return Several(frame.start, frame.end, (*before, block(body, frame.end)))


def _try(_: Lowering, frame: Frame) -> Node:
    body = frame.field("body")
    handlers = tuple(
        block(value, frame.end)
        for kid, value in zip(frame.kids, frame.values, strict=True)
        if kid.type == "catch_clause"
    )
    final = next(
        (value for kid, value in zip(frame.kids, frame.values, strict=True) if kid.type == "finally_clause"), None
    )
    return Try(frame.start, frame.end, block(body, frame.end), handlers, block(final, frame.end) if final else None)


def _handler(_: Lowering, frame: Frame) -> Node:
    """A handler; its filter is evaluated first."""
    body = frame.field("body")
    inner = body.statements if isinstance(body, Block) else ()
    filters = [value for kid, value in zip(frame.kids, frame.values, strict=True) if kid.type == "catch_filter_clause"]
    return Block(frame.start, frame.end, (*statements(filters), *inner))


def _section(run: Lowering, frame: Frame) -> Node:
    """One `case`; without statements it falls into the next."""
    pairs = list(zip(frame.kids, frame.values, strict=True))
    guard = next((value for kid, value in pairs if kid.type == "when_clause"), None)
    patterns = [value for _, value in pairs if isinstance(value, Pattern)]
    values = [value for kid, value in pairs if kid.type != "when_clause" and not isinstance(value, Pattern)]
    heads = _heads(frame)
    body = run.statements(frame, [value for value in values if not _is_head(value, heads)])
    leaves = bool(body) or any(kid.type == "block" for kid, _ in pairs) or _leaves(frame.node)
    if frame.node.children and frame.node.children[0].type == "default":
        return Case(frame.start, frame.end, None, body, leaves)
    test = _test(patterns, [value for value in values if _is_head(value, heads)], guard, frame)
    return Case(frame.start, frame.end, test, body, leaves)


def _leaves(node: TreeNode) -> bool:
    return any(child.type in {"break_statement", "continue_statement", "goto_statement"} for child in node.children)


def _heads(frame: Frame) -> int:
    """Where the label of a section ends."""
    return next((child.end_byte for child in frame.node.children if child.type == ":"), frame.start)


def _is_head(value: Node, end: int) -> bool:
    return value.end <= end and not is_statement(value)


def _test(patterns: list[Pattern], labels: list[Node], guard: Node | None, frame: Frame) -> Expr:
    """What a case compares the subject with; what is more than a constant is not known to hold."""
    pattern = patterns[0] if patterns else None
    if pattern is not None and pattern.value is not None and guard is None:
        return pattern.value
    if pattern is None and labels and guard is None:
        return expression(labels[0])
    parts = tuple(item for item in contents([*patterns, *labels, *([guard] if guard is not None else [])]))
    return Opaque(frame.start, frame.start, tuple(item for item in parts if isinstance(item, Expr)))


def _switch(_: Lowering, frame: Frame) -> Node:
    cases = frame.field("body")
    items = [item for item in cases.items if isinstance(item, Case)] if isinstance(cases, Sections) else []
    value = frame.field("value")
    subject = expression(value) if value is not None else Opaque(frame.start, frame.start, ())
    return Several(frame.start, frame.end, switch(subject, items, frame.end))


class Sections(Braces):
    """The body of a `switch`."""


def _sections(_: Lowering, frame: Frame) -> Node:
    return Sections(frame.start, frame.end, tuple(frame.values))


def _unread(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


LISTS = frozenset({"compilation_unit", "block", "declaration_list", "switch_section", "ERROR"})
STATEMENTS: Mapping[str, Lower] = {
    "block": _block,
    "expression_statement": _expression_statement,
    "variable_declarator": _declarator,
    "variable_declaration": _declaration,
    "local_declaration_statement": _contents,
    "global_statement": _contents,
    "return_statement": _return,
    "yield_statement": _yield,
    "throw_statement": thrown,
    "if_statement": choice,
    **dict.fromkeys(("for_statement", "while_statement", "do_statement"), loop),
    "foreach_statement": _foreach,
    "using_statement": _using,
    "try_statement": _try,
    "catch_clause": _handler,
    "finally_clause": _contents,
    "switch_section": _section,
    "switch_body": _sections,
    "switch_statement": _switch,
    **dict.fromkeys(("checked_statement", "lock_statement", "fixed_statement", "unsafe_statement"), _contents),
    "labeled_statement": _contents,
    **dict.fromkeys(("preproc_if", "preproc_elif", "preproc_else"), _conditional_text),
    **dict.fromkeys(("preproc_if_in_attribute_list", "preproc_if_in_expression"), _conditional_text),
    "ERROR": _unread,
}
