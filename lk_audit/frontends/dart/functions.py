"""Dart's functions: parameters, constructors, getters, and the signatures that stand beside their bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.dart.expressions import Arguments, Named
from lk_audit.frontends.lowering.tree import Part, Several, contents, statements, words
from lk_audit.syntax import (
    Argument,
    Assign,
    Block,
    Call,
    Define,
    Evaluate,
    Expr,
    Function,
    Member,
    Name,
    Node,
    Opaque,
    Parameter,
    Raise,
    Return,
    Statement,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering

_INERT = frozenset({"override", "immutable", "deprecated", "visibleForTesting", "protected", "mustCallSuper", "pragma"})
"""Annotations that change nothing about who calls a function."""


_COMPUTED = "cached_property"
"""What marks a getter: the word is no name that Dart code uses."""


class Decorator(Part):
    value: Expr


class Parameters(Part):
    """Parameters, and the fields that they are stored in (`this.x`)."""

    items: tuple[Parameter, ...]
    stored: tuple[Name, ...] = ()


class Signature(Part):
    """What stands before the body of a function. `kind` is "function", "getter", "setter" or "constructor"."""

    name: str
    parameters: Parameters
    kind: str = "function"
    before: tuple[Statement, ...] = ()
    target: Expr | None = None


class Body(Part):
    block: Block
    is_async: bool


def _parameter(run: Lowering, frame: Frame) -> Node:
    """A parameter with its type; `this.x` is stored in the field of that name."""
    inner = next((value for value in frame.values if isinstance(value, Parameters)), None)
    if inner is not None:
        return inner
    named = frame.node.child_by_field_name("name")
    names = [value for value in frame.values if isinstance(value, Name)]
    name = run.text(named) if named is not None else names[-1].id if names else ""
    types = [value for value in frame.values if isinstance(value, Named)]
    annotation = Name(types[0].start, types[0].end, types[0].name) if types else None
    return Parameters(frame.start, frame.end, (Parameter(frame.start, frame.end, name, None, annotation),))


def _stored(_: Lowering, frame: Frame) -> Node:
    names = [value for value in frame.values if isinstance(value, Name) and value.id not in {"this", "super"}]
    items = tuple(Parameter(name.start, name.end, name.id) for name in names[:1])
    return Parameters(frame.start, frame.end, items, tuple(names[:1]) if frame.kind == "constructor_param" else ())


def _parameters(_: Lowering, frame: Frame) -> Node:
    """All parameters of a list; the value after one is its default."""
    items: list[Parameter] = []
    stored: list[Name] = []
    for value in frame.values:
        if isinstance(value, Parameters):
            items.extend(value.items)
            stored.extend(value.stored)
        elif isinstance(value, Expr) and items:
            items[-1].default = value
    return Parameters(frame.start, frame.end, tuple(items), tuple(stored))


def _taken(frame: Frame) -> Parameters:
    return next(
        (value for value in frame.values if isinstance(value, Parameters)), Parameters(frame.start, frame.start, ())
    )


def _signature(kind: str) -> Lower:
    def lower(run: Lowering, frame: Frame) -> Node:
        named = frame.node.child_by_field_name("name")
        return Signature(frame.start, frame.end, run.text(named) if named is not None else "", _taken(frame), kind)

    return lower


def _constructor(run: Lowering, frame: Frame) -> Node:
    """`A(this.a)`, `A.named()`, `factory A.from()`: a named one that is no factory is a constructor as well."""
    words = [run.text(child) for child in frame.node.children if child.type == "identifier"]
    name = words[1] if len(words) > 1 else ""
    is_factory = "factory" in frame.kind
    targets = [value for value in frame.values if isinstance(value, Named)]
    target = _dotted(targets) if targets and frame.kind.startswith("redirecting") else None
    kind = "factory" if is_factory else "constructor"
    return Signature(
        frame.start, frame.end, name or ("new" if is_factory else "constructor"), _taken(frame), kind, (), target
    )


def _dotted(names: list[Named]) -> Expr:
    first, *rest = names
    value: Expr = Name(first.start, first.end, first.name)
    for item in rest:
        value = Member(first.start, item.end, value, item.name)
    return value


def method_signature(_: Lowering, frame: Frame) -> Node:
    """A signature with what a constructor does before its body: `: x = 1, super(y)`."""
    found = next((value for value in frame.values if isinstance(value, Signature)), None)
    if found is None:
        return Several(frame.start, frame.end, contents(frame.values))
    before = [item for value in frame.values if isinstance(value, Several) for item in statements((value,))]
    found.before = (*found.before, *before)
    found.start = frame.start
    return found


def _field_initializer(_: Lowering, frame: Frame) -> Node:
    names = [value for value in frame.values if isinstance(value, Name) and value.id != "this"]
    value = frame.expression(len(frame.values) - 1)
    if not names:
        return Several(frame.start, frame.end, (Evaluate(frame.start, frame.end, value),))
    target = Member(frame.start, names[0].end, Name(frame.start, frame.start, "this"), names[0].id)
    return Several(frame.start, frame.end, (Assign(frame.start, frame.end, target, value),))


def _super_call(_: Lowering, frame: Frame) -> Node:
    """`super(...)`, `this.named(...)` before a body."""
    given = next((value for value in frame.values if isinstance(value, Arguments)), None)
    if given is None:
        return Several(frame.start, frame.end, contents(frame.values))
    callee = Name(frame.start, frame.start, "super")
    return Several(
        frame.start, frame.end, (Evaluate(given.start, given.end, Call(given.start, given.end, callee, given.items)),)
    )


def _initializers(_: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, contents(frame.values))


def _body(_: Lowering, frame: Frame) -> Node:
    """A block, or `=> value`."""
    is_async = bool(frame.tokens() & {"async", "async*"})
    inner = frame.values[0] if frame.values else None
    if isinstance(inner, Block):
        return Body(frame.start, frame.end, inner, is_async)
    if isinstance(inner, Raise):
        return Body(frame.start, frame.end, Block(inner.start, inner.end, (inner,)), is_async)
    value = frame.expression(0)
    found: tuple[Statement, ...] = (Return(value.start, value.end, value),)
    if isinstance(value, Assign):
        found = (value,)
    return Body(frame.start, frame.end, Block(value.start, value.end, found), is_async)


def _function(_: Lowering, frame: Frame) -> Node:
    """A function without a name."""
    body = next((value for value in frame.values if isinstance(value, Body)), None)
    inner = body.block if body is not None else Block(frame.end, frame.end, ())
    is_async = body is not None and body.is_async
    return Function(frame.start, frame.end, "", _taken(frame).items, inner, (), is_async)


def _local_function(run: Lowering, frame: Frame) -> Node:
    found = paired(frame.values)
    return Several(frame.start, frame.end, run.statements(frame, found))


def _annotation(run: Lowering, frame: Frame) -> Node:
    named = frame.node.child_by_field_name("name")
    if named is None:
        return Several(frame.start, frame.end, contents(frame.values))
    value = _path(run.text(named), named.start_byte)
    given = next((item for item in frame.values if isinstance(item, Arguments)), None)
    if given is not None:
        return Decorator(frame.start, frame.end, Call(value.start, frame.end, value, given.items))
    return Decorator(frame.start, frame.end, value)


def _path(text: str, start: int) -> Expr:
    (first, at, end), *rest = words(text, start)
    value: Expr = Name(at, end, first)
    for item, _, end in rest:
        value = Member(start, end, value, item)
    return value


def paired(values: Iterable[Node]) -> list[Node]:
    """Members or declarations, with every signature and the body after it as one function."""
    found: list[Node] = []
    waiting: list[Decorator] = []
    signature: Signature | None = None
    for value in values:
        if isinstance(value, Decorator):
            waiting.append(value)
            continue
        if isinstance(value, Body) and signature is not None:
            found.append(_made(signature, value, waiting))
            signature, waiting = None, []
            continue
        if signature is not None:
            found.append(_made(signature, None, waiting))
            signature, waiting = None, []
        if isinstance(value, Signature):
            signature = value
        elif not isinstance(value, Named | Name):
            found.extend(Evaluate(item.start, item.end, item.value) for item in waiting if isinstance(item.value, Call))
            waiting = []
            found.append(value)
    if signature is not None:
        found.append(_made(signature, None, waiting))
    return found


def _made(signature: Signature, body: Body | None, waiting: list[Decorator]) -> Node:
    start = signature.start
    end = body.end if body is not None else signature.end
    inner = body.block if body is not None else Block(end, end, _without_body(signature, end))
    stored = [
        Assign(
            name.start,
            name.end,
            Member(name.start, name.start, Name(name.start, name.start, "this"), name.id),
            Name(name.start, name.end, name.id),
        )
        for name in signature.parameters.stored
    ]
    if stored or signature.before:
        inner.statements = (*stored, *signature.before, *inner.statements)
    decorators = [item.value for item in waiting if _last(item.value) not in _INERT]
    if signature.kind == "getter":
        decorators.append(Name(start, start, _COMPUTED))
    name = signature.name if signature.kind != "setter" else f"{signature.name}="
    if signature.kind == "constructor":
        name = "constructor"
    is_async = body is not None and body.is_async
    return Define(
        start, end, Function(start, end, name, signature.parameters.items, inner, tuple(decorators), is_async)
    )


def _without_body(signature: Signature, end: int) -> tuple[Statement, ...]:
    """What a function without a body does: a redirecting factory calls another, of others nothing is known."""
    if signature.kind == "constructor":
        return ()
    if signature.target is None:
        return (Return(end, end, Opaque(end, end, ())),)
    passed = tuple(Argument(end, end, None, Name(end, end, item.name)) for item in signature.parameters.items)
    return (Return(end, end, Call(end, end, signature.target, passed, is_new=True)),)


def _last(expr: Expr) -> str:
    target = expr.callee if isinstance(expr, Call) else expr
    return target.name if isinstance(target, Member) else target.id if isinstance(target, Name) else ""


def program(run: Lowering, frame: Frame) -> Node:
    """The whole file; a getter outside a class is a variable that is computed."""
    found = [_variable_for(item) for item in paired(frame.values)]
    return run.block(frame, found)


def _variable_for(item: Node) -> Node:
    if not isinstance(item, Define) or not any(_last(value) == _COMPUTED for value in item.function.decorators):
        return item
    function = item.function
    start, end = item.start, item.end
    plain = Function(function.start, function.end, "", (), function.body, (), function.is_async)
    return Assign(start, end, Name(start, start, function.name), Call(start, end, plain, ()), declares=True)


FUNCTIONS: Mapping[str, Lower] = {
    "formal_parameter": _parameter,
    "constructor_param": _stored,
    "super_formal_parameter": _stored,
    "formal_parameter_list": _parameters,
    "optional_formal_parameters": _parameters,
    "function_signature": _signature("function"),
    "operator_signature": _signature("function"),
    "getter_signature": _signature("getter"),
    "setter_signature": _signature("setter"),
    "method_signature": method_signature,
    "initializers": _initializers,
    "initializer_list_entry": _super_call,
    "redirection": _super_call,
    "field_initializer": _field_initializer,
    "function_body": _body,
    "function_expression_body": _body,
    "function_expression": _function,
    "lambda_expression": _local_function,
    "local_function_declaration": _local_function,
    "annotation": _annotation,
    "program": program,
    **dict.fromkeys(
        (
            *("constructor_signature", "constant_constructor_signature"),
            *("factory_constructor_signature", "redirecting_factory_constructor_signature"),
        ),
        _constructor,
    ),
}
"""Lowering functions by node type."""
