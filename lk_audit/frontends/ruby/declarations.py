"""Ruby declarations: classes, modules, methods, blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tails import returned, value, with_tails
from lk_audit.frontends.lowering.tree import Part, Several, block
from lk_audit.frontends.ruby.expressions import Targets, method_name, spread_out
from lk_audit.syntax import (
    Block,
    Call,
    Class,
    Define,
    DefineClass,
    Evaluate,
    Function,
    Member,
    Name,
    Node,
    Parameter,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Statement

_KINDS = {"splat_parameter": "rest", "hash_splat_parameter": "keywords"}
_MIXING = frozenset({"include", "extend", "prepend"})


class Parameters(Part):
    """The parameters of a method or block: names, parameters with more to them, and patterns."""

    items: tuple[Node, ...]


def _class(run: Lowering, frame: Frame) -> Node:
    """`class Api::Tokens < Base`, `module Api`; what is mixed in counts as a base."""
    name = frame.node.child_by_field_name("name")
    label = run.text(name).rpartition(":")[2] if name is not None else ""
    body = block(frame.field("body"), frame.end)
    above = frame.field("superclass")
    bases = [value(above, frame.start)] if above is not None else []
    built = Class(frame.start, frame.end, label, (*bases, *_mixed_in(body)), body)
    return DefineClass(frame.start, frame.end, built)


def _mixed_in(body: Block) -> Iterator[Expr]:
    for statement in body.statements:
        match statement:
            case Evaluate(value=Call(callee=Name(id=name), arguments=given)) if name in _MIXING:
                yield from (_fresh(item.value) for item in given if isinstance(item.value, Name | Member))
            case _:
                continue


def _fresh(expr: Expr) -> Expr:
    match expr:
        case Member(start=start, end=end, object=inner, name=name):
            return Member(start, end, _fresh(inner), name)
        case Name(start=start, end=end, id=name):
            return Name(start, end, name)
        case _:
            return expr


def _singleton(_: Lowering, frame: Frame) -> Node:
    """`class << self`: its methods are the class's own."""
    body = block(frame.field("body"), frame.end)
    return Several(frame.start, frame.end, body.statements)


def _method(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("name")
    label = method_name(run.text(name)) if name is not None else ""
    label = "constructor" if label == "initialize" else label
    return Define(frame.start, frame.end, _function(frame, label))


def _block(_: Lowering, frame: Frame) -> Node:
    return _function(frame, "")


def _function(frame: Frame, name: str) -> Function:
    written = frame.field("body")
    inner = written if isinstance(written, Block) else block(written, frame.end)
    if name != "constructor":
        with_tails(inner, returned)
    given = frame.field("parameters")
    parameters: list[Parameter] = []
    before: list[Statement] = []
    for place, item in enumerate(given.items if isinstance(given, Parameters) else ()):
        if isinstance(item, Parameter):
            parameters.append(item)
        elif isinstance(item, Name):
            parameters.append(Parameter(item.start, item.end, item.id))
        elif isinstance(item, Targets):
            label = f"#{place}"
            parameters.append(Parameter(item.start, item.end, label))
            before += spread_out(item, Name(item.start, item.start, label), item.end)
    inner.statements = (*before, *inner.statements)
    return Function(frame.start, frame.end, name, tuple(parameters), inner)


def _lambda(_: Lowering, frame: Frame) -> Node:
    """`->(x) { ... }`: the block with the parameters in front of it."""
    body = frame.field("body")
    inner = body.body if isinstance(body, Function) else block(body, frame.end)
    given = frame.field("parameters")
    items = given.items if isinstance(given, Parameters) else ()
    found = [Parameter(item.start, item.end, item.id) if isinstance(item, Name) else item for item in items]
    parameters = tuple(item for item in found if isinstance(item, Parameter))
    return Function(frame.start, frame.end, "", parameters, inner)


def _parameters(_: Lowering, frame: Frame) -> Node:
    return Parameters(frame.start, frame.end, tuple(frame.values))


def _parameter(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("name")
    default = frame.field("value")
    return Parameter(
        frame.start,
        frame.end,
        run.text(name) if name is not None else "_",
        value(default, frame.end) if default is not None else None,
        None,
        _KINDS.get(frame.kind, "plain"),
    )


def _destructured(_: Lowering, frame: Frame) -> Node:
    return Targets(frame.start, frame.end, tuple(frame.values))


DECLARATIONS: Mapping[str, Lower] = {
    **dict.fromkeys(("class", "module"), _class),
    "singleton_class": _singleton,
    **dict.fromkeys(("method", "singleton_method"), _method),
    **dict.fromkeys(("block", "do_block"), _block),
    "lambda": _lambda,
    **dict.fromkeys(("method_parameters", "block_parameters", "lambda_parameters"), _parameters),
    **dict.fromkeys(("optional_parameter", "splat_parameter", "keyword_parameter", "hash_splat_parameter"), _parameter),
    "destructured_parameter": _destructured,
}
