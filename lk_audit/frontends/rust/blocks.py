"""Rust's blocks and choices, which are expressions: what becomes of them where a value is due, and where none is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tree import Part, contents, expression, last_child
from lk_audit.frontends.rust import types
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Call,
    Conditional,
    Each,
    Evaluate,
    Function,
    If,
    Literal,
    Loop,
    Name,
    Node,
    Opaque,
    Raise,
    Return,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Statement

_DEEPEST = 30


class Body(Part):
    """A block: its statements, and the value that it ends with if it has one."""

    statements: tuple[Statement, ...]
    tail: Node | None


class Choice(Part):
    """`if` or one arm of a `match`; `before` declares what the condition takes apart."""

    before: tuple[Statement, ...]
    test: Expr
    then: Body
    otherwise: Body | Choice | None


Finish = Callable[["Expr"], "Statement"]


def settled(root: Node, finish: Finish) -> tuple[Statement, ...]:
    """The statements of a block or choice, with `finish` made of the value that it ends with."""
    outermost = Block(root.start, root.end, ())
    pending: list[tuple[Node, Block]] = [(root, outermost)]
    while pending:
        part, block = pending.pop()
        before: tuple[Statement, ...] = ()
        while isinstance(part, Body) and isinstance(part.tail, Body):
            before, part = (*before, *part.statements), part.tail
        if isinstance(part, Body):
            block.statements = (*before, *part.statements, *_ended(part.tail, finish, pending))
        else:
            block.statements = (*before, *_ended(part, finish, pending))
    return outermost.statements


def _ended(tail: Node | None, finish: Finish, pending: list[tuple[Node, Block]]) -> tuple[Statement, ...]:
    match tail:
        case None:
            return ()
        case Choice(start=start, end=end):
            then = Block(tail.then.start, tail.then.end, ())
            otherwise = Block(start, end, ()) if tail.otherwise is not None else None
            pending.append((tail.then, then))
            if tail.otherwise is not None and otherwise is not None:
                otherwise.start, otherwise.end = tail.otherwise.start, tail.otherwise.end
                pending.append((tail.otherwise, otherwise))
            return (*tail.before, If(start, end, tail.test, then, otherwise))
        case Return() | Raise() | Loop() | If() | Block():
            return (tail,)
        case _:
            return (finish(expression(tail)),)


def evaluated(value: Expr) -> Statement:
    """A value that nobody uses."""
    return value if isinstance(value, Assign) else Evaluate(value.start, value.end, value)


def returned(value: Expr) -> Statement:
    """The result of a function; `Err(e)` is how it fails."""
    match value:
        case Call(callee=Name(id="Err"), arguments=(first, *_)):
            return Raise(value.start, value.end, first.value)
        case _:
            return Return(value.start, value.end, value)


def flat(values: Iterable[Node]) -> Iterator[Node]:
    """`values` where statements are due."""
    for value in values:
        if isinstance(value, Body | Choice):
            yield from settled(value, evaluated)
        else:
            yield value


def value_of(node: Node, depth: int = 0) -> Expr:
    """A block or choice where a value is due: what it chooses, or a function of its own that is called at once."""
    match node:
        case Body(statements=(), tail=tail) if tail is not None:
            return value_of(tail, depth + 1) if depth < _DEEPEST else Opaque(node.start, node.end, ())
        case Choice(before=()) if depth < _DEEPEST and (chosen := _chosen(node, depth)) is not None:
            return chosen
        case Body() | Choice():
            body = Block(node.start, node.end, settled(node, returned))
            function = Function(node.start, node.end, "", (), body)
            return Call(node.start, node.end, function, ())
        case _:
            return expression(node)


def _chosen(choice: Choice, depth: int) -> Expr | None:
    """`if a { x } else if b { y } else { z }` as nested conditionals; None where a branch does something else."""
    links: list[Choice] = []
    last: Body | Choice | None = choice
    while isinstance(last, Choice):
        if last.before or not _is_plain(last.then):
            return None
        links.append(last)
        last = last.otherwise
    if last is None or not _is_plain(last):
        return None
    result = value_of(last, depth + 1)
    for link in reversed(links):
        result = Conditional(link.start, link.end, link.test, value_of(link.then, depth + 1), result)
    return result


def _is_plain(body: Body) -> bool:
    return not body.statements and body.tail is not None and not isinstance(body.tail, Return | Raise | Loop | If)


# --- lowering ---------------------------------------------------------------------------------------------------------


def block(run: Lowering, frame: Frame) -> Node:
    """`{ a; b }`: the last expression without a semicolon is its value."""
    values = [value for kid, value in zip(frame.kids, frame.values, strict=True) if kid.type not in _LABELS]
    last = last_child(frame.node)
    is_value = bool(values) and last is not None and frame.kids[-1] == last and _is_value(last)
    tail = values.pop() if is_value else None
    if isinstance(tail, types.Written):
        tail = None
    return Body(frame.start, frame.end, run.statements(frame, flat(values)), tail)


def _is_value(node: TreeNode) -> bool:
    """Whether what ends a block is its value: an expression, or a block or choice without a semicolon."""
    if node.type == "expression_statement":
        return not any(child.type == ";" for child in node.children)
    return node.type in VALUES


_LABELS = frozenset({"label"})
VALUES = frozenset(
    {
        *("identifier", "self", "integer_literal", "float_literal", "string_literal", "raw_string_literal"),
        *("boolean_literal", "char_literal", "call_expression", "field_expression", "scoped_identifier"),
        *("binary_expression", "unary_expression", "reference_expression", "try_expression", "await_expression"),
        *("if_expression", "match_expression", "block", "unsafe_block", "async_block", "struct_expression"),
        *("tuple_expression", "array_expression", "unit_expression", "parenthesized_expression", "index_expression"),
        *("type_cast_expression", "closure_expression", "return_expression", "macro_invocation", "range_expression"),
        *("generic_function", "loop_expression", "assignment_expression", "compound_assignment_expr", "const_block"),
    }
)
"""The types of nodes that give a block its value where they end it."""


def wrapped(_: Lowering, frame: Frame) -> Node:
    """`unsafe { ... }`, `async { ... }`: the block itself."""
    return frame.values[-1] if frame.values else Body(frame.start, frame.end, (), None)


def body_of(node: Node | None, at: int) -> Body:
    """A branch: a block, or one expression."""
    if isinstance(node, Body):
        return node
    return Body(at, at, (), None) if node is None else Body(node.start, node.end, (), node)


class Condition(Part):
    """What `if let` tests, with what it declares before."""

    before: tuple[Statement, ...]
    test: Expr


def let_condition(run: Lowering, frame: Frame) -> Node:
    """`let Some(x) = value`: x is the value, if there is one."""
    pattern = frame.node.child_by_field_name("pattern")
    value = value_of(frame.field("value") or frame.expression(0))
    return taken(run.data, pattern, value, frame.end)


def taken(data: bytes, pattern: TreeNode | None, value: Expr, end: int) -> Condition:
    """Whether a pattern matches, and what its names are then."""
    if pattern is None:
        return Condition(value.start, end, (), value)
    name = types.sole_name(data, pattern)
    if name is not None and pattern.type != "identifier":
        before = tuple(types.bindings(data, pattern, value, end))
        return Condition(value.start, end, before, Name(pattern.start_byte, pattern.end_byte, name))
    holder = f"#{value.start}"
    held = Assign(value.start, end, Name(value.start, value.start, holder), value, declares=True)
    found = tuple(types.bindings(data, pattern, Name(end, end, holder), end))
    test: Expr = Name(end, end, holder)
    if types.is_failure(data, pattern):
        test = Unary(end, end, "not", test)
    elif not types.is_success(data, pattern):
        test = Opaque(end, end, (test,))
    return Condition(value.start, end, (held, *found), test)


def chain(_: Lowering, frame: Frame) -> Node:
    """`let Some(x) = a && x > 1`: all of them."""
    before: list[Statement] = []
    test: Expr | None = None
    for value in frame.values:
        if isinstance(value, Condition):
            before += value.before
        part = value.test if isinstance(value, Condition) else value_of(value)
        test = part if test is None else Binary(test.start, part.end, "and", test, part)
    return Condition(frame.start, frame.end, tuple(before), test or Opaque(frame.start, frame.end, ()))


def conditional(_: Lowering, frame: Frame) -> Node:
    condition, otherwise = frame.field("condition"), frame.field("alternative")
    before, test = _tested(condition, frame)
    then = body_of(frame.field("consequence"), frame.end)
    other = otherwise if isinstance(otherwise, Body | Choice) or otherwise is None else body_of(otherwise, frame.end)
    return Choice(frame.start, frame.end, before, test, then, other)


def _tested(condition: Node | None, frame: Frame) -> tuple[tuple[Statement, ...], Expr]:
    if isinstance(condition, Condition):
        return condition.before, condition.test
    return (), value_of(condition) if condition is not None else Opaque(frame.start, frame.start, ())


def loop(_: Lowering, frame: Frame) -> Node:
    body = frame.field("body")
    inner = Block(frame.end, frame.end, ()) if body is None else Block(body.start, body.end, settled(body, evaluated))
    condition = frame.field("condition")
    before, test = _tested(condition, frame) if condition is not None else ((), None)
    header: tuple[Expr | Statement, ...] = (*before, *((test,) if test is not None else ()))
    return Loop(frame.start, frame.end, header, inner)


def each(run: Lowering, frame: Frame) -> Node:
    """`for (k, v) in items`."""
    pattern, items, body = frame.node.child_by_field_name("pattern"), frame.field("value"), frame.field("body")
    iterable = value_of(items) if items is not None else Opaque(frame.start, frame.start, ())
    whole = Each(iterable.start, iterable.end, iterable)
    found = tuple(types.bindings(run.data, pattern, whole, iterable.end)) if pattern is not None else ()
    inner = Block(frame.end, frame.end, ()) if body is None else Block(body.start, body.end, settled(body, evaluated))
    return Loop(frame.start, frame.end, found or (whole,), inner)


# --- match ------------------------------------------------------------------------------------------------------------


class Arm(Part):
    pattern: TreeNode | None
    guard: Expr | None
    values: tuple[Expr, ...]
    body: Body


def arm(_: Lowering, frame: Frame) -> Node:
    """One arm; its pattern is read from the tree, and the constants in it."""
    pattern = frame.node.child_by_field_name("pattern")
    head = frame.field("pattern")
    parts = head if isinstance(head, Head) else None
    value = frame.field("value")
    return Arm(
        frame.start,
        frame.end,
        pattern,
        parts.guard if parts is not None else None,
        parts.values if parts is not None else (),
        body_of(value, frame.end),
    )


class Head(Part):
    guard: Expr | None
    values: tuple[Expr, ...]


def head(_: Lowering, frame: Frame) -> Node:
    """A pattern: the constants that it compares with, and what is asked besides."""
    condition = frame.field("condition")
    guard = condition.test if isinstance(condition, Condition) else value_of(condition) if condition else None
    inner = [value for value in frame.values if value is not condition]
    return Head(frame.start, frame.end, guard, tuple(_constants(inner)))


def _constants(values: Iterable[Node]) -> Iterator[Expr]:
    for value in contents(values):
        if isinstance(value, Literal):
            yield value
        elif isinstance(value, Opaque):
            yield from (item for item in value.children if isinstance(item, Literal))


def match(run: Lowering, frame: Frame) -> Node:
    """Nested choices over a variable that holds the subject; the last arm is taken for all that is left."""
    subject = value_of(frame.field("value") or frame.expression(0))
    arms = [item for value in frame.values if isinstance(value, Arms) for item in value.items]
    if not arms:
        return Body(frame.start, frame.end, (), subject)
    holder = f"#{subject.start}"
    is_plain = isinstance(subject, Name)
    name = subject.id if isinstance(subject, Name) else holder
    result: Body | Choice | None = None
    for position, item in enumerate(reversed(arms)):
        result = _choice(run.data, item, name, result, is_last=position == 0)
    if is_plain:
        before: tuple[Statement, ...] = (Evaluate(subject.start, subject.end, subject),)
    else:
        before = (
            Assign(subject.start, subject.end, Name(subject.start, subject.start, holder), subject, declares=True),
        )
    return Body(frame.start, frame.end, before, result)


def _choice(data: bytes, item: Arm, name: str, rest: Body | Choice | None, *, is_last: bool) -> Body | Choice:
    at = item.start
    names = tuple(types.bindings(data, item.pattern, Name(at, at, name), item.body.start)) if item.pattern else ()
    body = Body(item.body.start, item.body.end, (*names, *item.body.statements), item.body.tail)
    if is_last and item.guard is None and not item.values:
        return body
    return Choice(item.start, item.end, (), _test(data, item, name), body, rest)


def _test(data: bytes, item: Arm, name: str) -> Expr:
    at = item.start
    test: Expr
    if item.values:
        tests = [Binary(value.start, value.end, "==", Name(at, at, name), value) for value in item.values]
        test = tests[0]
        for other in tests[1:]:
            test = Binary(test.start, other.end, "or", test, other)
    elif item.pattern is not None and types.is_failure(data, item.pattern):
        test = Unary(at, at, "not", Name(at, at, name))
    elif item.pattern is not None and types.is_success(data, item.pattern):
        test = Name(at, at, name)
    else:
        test = Opaque(at, at, (Name(at, at, name),))
    return test if item.guard is None else Binary(test.start, item.guard.end, "and", test, item.guard)


class Arms(Part):
    items: tuple[Arm, ...]


def arms(_: Lowering, frame: Frame) -> Node:
    return Arms(frame.start, frame.end, tuple(value for value in frame.values if isinstance(value, Arm)))


BLOCKS: Mapping[str, Lower] = {
    "block": block,
    **dict.fromkeys(("unsafe_block", "async_block", "const_block", "else_clause", "try_block", "gen_block"), wrapped),
    "let_condition": let_condition,
    "let_chain": chain,
    "if_expression": conditional,
    **dict.fromkeys(("loop_expression", "while_expression"), loop),
    "for_expression": each,
    "match_expression": match,
    "match_block": arms,
    "match_arm": arm,
    "match_pattern": head,
}
