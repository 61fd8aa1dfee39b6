"""Rust structs, closures and statements: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tree import Part, Several, contents, is_statement
from lk_audit.frontends.rust import types
from lk_audit.frontends.rust.blocks import Body, Choice, body_of, evaluated, flat, returned, settled, value_of
from lk_audit.frontends.rust.expressions import RustLowering, at
from lk_audit.syntax import (
    Argument,
    Assign,
    Block,
    Call,
    Evaluate,
    Function,
    If,
    Member,
    Name,
    Opaque,
    Parameter,
    Return,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


class Fields(Part):
    items: tuple[Argument, ...]


class Parameters(Part):
    """Parameters, and what the patterns among them declare."""

    items: tuple[Parameter, ...]
    taken: tuple[Statement, ...]


# --- structs and closures ---------------------------------------------------------------------------------------------


def _struct(run: Lowering, frame: Frame) -> Node:
    """`Claims { iss, ..Default::default() }`: the construction with its fields by name."""
    name = types.path(run.data, frame.node.child_by_field_name("name"))
    body = frame.field("body")
    items = body.items if isinstance(body, Fields) else ()
    callee = name or Opaque(frame.start, frame.start, ())
    label = types.last_of(name)
    owned = run.owned if isinstance(run, RustLowering) else frozenset[str]()
    kept = tuple(item for item in items if not (item.spread and _is_default(item.value, label, owned)))
    return Call(frame.start, frame.end, callee, kept, is_new=True)


def _is_default(value: Expr, label: str, owned: frozenset[str]) -> bool:
    """Whether the rest of a struct is what its type begins with, and nothing of the program's own."""
    if label in owned:
        return False
    match value:
        case Call(callee=Member(object=Name(id="Default"), name="default"), arguments=()):
            return True
        case Call(is_new=True, arguments=()):
            return True
        case _:
            return False


def _fields(_: Lowering, frame: Frame) -> Node:
    return Fields(frame.start, frame.end, tuple(value for value in frame.values if isinstance(value, Argument)))


def _field_value(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("field") or frame.node.child_by_field_name("name")
    label = run.text(name) if name is not None else None
    value = frame.field("value")
    return Argument(frame.start, frame.end, label, value_of(value) if value is not None else at(frame, 0))


def _shorthand(run: Lowering, frame: Frame) -> Node:
    value = at(frame, 0)
    return Argument(frame.start, frame.end, value.id if isinstance(value, Name) else run.text(frame.node), value)


def _base(_: Lowering, frame: Frame) -> Node:
    return Argument(frame.start, frame.end, None, at(frame, 0), spread=True)


def parameters(run: Lowering, frame: Frame) -> Node:
    """The parameters of a function or closure; `self` is none of them."""
    items: list[Parameter] = []
    taken: list[Statement] = []
    for node in frame.node.named_children:
        if node.type in {"self_parameter", "attribute_item", "line_comment", "block_comment", "variadic_parameter"}:
            continue
        pattern = node.child_by_field_name("pattern") if node.type == "parameter" else node
        if pattern is None:
            continue
        written = types.annotation(run.data, node.child_by_field_name("type")) if node.type == "parameter" else None
        start, end = node.start_byte, node.end_byte
        name = types.sole_name(run.data, pattern)
        if name is None:
            name = f"#{len(items)}"
            value = Name(end, end, name)
            taken += types.bindings(run.data, pattern, value, end)
        items.append(Parameter(start, end, name, None, written))
    return Parameters(frame.start, frame.end, tuple(items), tuple(taken))


def function_body(node: Node | None, given: Parameters | None, end: int) -> Block:
    """The body of a function, with what its parameters take apart first and what it returns last."""
    body = body_of(node, end)
    before = given.taken if given is not None else ()
    return Block(body.start, body.end, (*before, *settled(body, returned)))


def _closure(_: Lowering, frame: Frame) -> Node:
    given = frame.field("parameters")
    known = given if isinstance(given, Parameters) else None
    body = function_body(frame.field("body"), known, frame.end)
    is_async = any(child.type == "async" for child in frame.node.children)
    return Function(frame.start, frame.end, "", known.items if known else (), body, (), is_async)


# --- statements -------------------------------------------------------------------------------------------------------


def _expression_statement(_: Lowering, frame: Frame) -> Node:
    """An expression with a semicolon; without one it is a block or choice, which may be a value after all."""
    value = frame.values[0] if frame.values else None
    if value is None:
        return Several(frame.start, frame.end, ())
    if is_statement(value) or not any(child.type == ";" for child in frame.node.children):
        return value
    if isinstance(value, Part):
        return Several(frame.start, frame.end, contents(flat((value,))))
    return evaluated(value_of(value))


def _let(run: Lowering, frame: Frame) -> Node:
    """`let x = value`, `let Some(x) = value else { return }`; a block or choice gives its value in every branch."""
    pattern = frame.node.child_by_field_name("pattern")
    value, otherwise = frame.field("value"), frame.field("alternative")
    written = types.annotation(run.data, frame.node.child_by_field_name("type"))
    if pattern is None:
        return Several(frame.start, frame.end, ())
    name = types.sole_name(run.data, pattern)
    found: list[Statement] = []
    if name is not None:
        found += _declared(frame, name, pattern, value, written)
    elif value is not None:
        bound = list(types.bindings(run.data, pattern, value_of(value), frame.end))
        found += bound or [Evaluate(frame.start, frame.end, value_of(value))]
    if otherwise is not None:
        body = body_of(otherwise, frame.end)
        test: Expr = Name(frame.end, frame.end, name) if name is not None else Opaque(frame.end, frame.end, ())
        negated = Unary(frame.end, frame.end, "not", test)
        branch = Block(body.start, body.end, settled(body, evaluated))
        found.append(If(body.start, frame.end, negated, branch, None))
    return Several(frame.start, frame.end, tuple(found))


def _declared(
    frame: Frame, name: str, pattern: TreeNode, value: Node | None, written: Expr | None
) -> Iterator[Statement]:
    start, end = pattern.start_byte, frame.end

    def declare(expr: Expr) -> Statement:
        return Assign(start, end, Name(start, pattern.end_byte, name), expr, "", written, declares=True)

    if value is None:
        yield declare(Opaque(end, end, ()))
    elif isinstance(value, Body | Choice):
        yield from settled(value, declare)
    else:
        yield declare(value_of(value))


def _return(_: Lowering, frame: Frame) -> Node:
    if not frame.values:
        return Return(frame.start, frame.end, None)
    value = frame.values[0]
    if isinstance(value, Part):
        return Body(frame.start, frame.end, settled(value, returned), None)
    return returned(value_of(value))


def _opaque_macro(_: Lowering, frame: Frame) -> Node:
    """A macro that is not understood: the names and literals in it."""
    return Opaque(frame.start, frame.end, contents(frame.values))


STATEMENTS: Mapping[str, Lower] = {
    "struct_expression": _struct,
    "field_initializer_list": _fields,
    "field_initializer": _field_value,
    "shorthand_field_initializer": _shorthand,
    "base_field_initializer": _base,
    **dict.fromkeys(("parameters", "closure_parameters"), parameters),
    "closure_expression": _closure,
    "expression_statement": _expression_statement,
    "let_declaration": _let,
    "return_expression": _return,
    "macro_invocation": _opaque_macro,
}
