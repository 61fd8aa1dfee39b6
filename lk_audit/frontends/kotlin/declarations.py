"""Kotlin declarations: classes, objects, enums, functions, properties and their annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.jvm.nodes import constructor, field_of, given_by, some, telling
from lk_audit.frontends.kotlin import types
from lk_audit.frontends.kotlin.calls import Lambda, arguments_of, lambda_function
from lk_audit.frontends.kotlin.expressions import Body
from lk_audit.frontends.kotlin.statements import Variables, declared, settled, taken_apart
from lk_audit.frontends.lowering.tree import Either, Part, Several, block, expression, statements
from lk_audit.syntax import (
    Argument,
    Assign,
    Block,
    Call,
    Class,
    Define,
    DefineClass,
    Evaluate,
    Function,
    Member,
    Name,
    Opaque,
    Parameter,
    Return,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


class _Modifiers(Part):
    items: tuple[Call, ...]
    words: frozenset[str]


class _Bases(Part):
    items: tuple[Expr, ...]


class _Parameters(Part):
    items: tuple[Parameter, ...]


class _FunctionBody(Part):
    body: Block


class _Getter(Part):
    body: Block | None


class _Delegate(Part):
    value: Expr


class _Annotated(Either):
    """An expression with annotations; those of a declaration may come out so, for the grammar."""

    marks: tuple[Call, ...]


def _modifiers(run: Lowering, frame: Frame) -> Node:
    marks = tuple(value for value in frame.values if isinstance(value, Call))
    words = frozenset(run.text(child) for child in frame.node.named_children if child.type.endswith("_modifier"))
    return _Modifiers(frame.start, frame.end, marks, words)


def _marks(frame: Frame) -> tuple[Call, ...]:
    return tuple(item for value in frame.values if isinstance(value, _Modifiers) for item in value.items)


def _annotated(_: Lowering, frame: Frame) -> Node:
    """`@A @B("x")` before a declaration: the grammar takes the arguments for an expression of its own."""
    marks = [value for value in frame.values if isinstance(value, Call)][:1]
    inner = frame.values[-1] if frame.values else None
    kid = frame.kids[-1] if frame.kids else None
    if isinstance(inner, _Annotated):
        marks += inner.marks
    elif marks and kid is not None and kid.type == "parenthesized_expression" and inner is not None:
        given = Argument(inner.start, inner.end, None, expression(inner))
        marks = [Call(marks[0].start, frame.end, marks[0].callee, (given,))]
    value = expression(inner) if inner is not None else frame.expression(0)
    items = statements((inner,)) if inner is not None else ()
    return _Annotated(frame.start, frame.end, value, items, tuple(marks))


def _attached(values: Sequence[Node]) -> Iterator[Node]:
    """The declarations of a list, with the annotations that stand before them."""
    for position, value in enumerate(values):
        following = values[position + 1] if position + 1 < len(values) else None
        if isinstance(value, _Annotated) and isinstance(following, DefineClass | Define):
            kind = following.definition if isinstance(following, DefineClass) else following.function
            kind.decorators = (*telling(value.marks), *kind.decorators)
        else:
            yield value


def _file(run: Lowering, frame: Frame) -> Node:
    return Block(frame.start, frame.end, settled(run, frame, list(_attached(frame.values))))


def _class_body(run: Lowering, frame: Frame) -> Node:
    return Body(frame.start, frame.end, Block(frame.start, frame.end, _inside(run, frame)))


def _inside(run: Lowering, frame: Frame) -> tuple[Statement, ...]:
    return settled(run, frame, list(_attached(frame.values)))


def _bases(_: Lowering, frame: Frame) -> Node:
    """What a class extends and implements; arguments for the base count for the values in them."""
    found = [_base(value) for value in frame.values]
    return _Bases(frame.start, frame.end, tuple(item for item in found if item is not None))


def _base(value: Node) -> Expr | None:
    if isinstance(value, Call):
        return value.callee
    return value if isinstance(value, Name | Member) else None


def _specifier(_: Lowering, frame: Frame) -> Node:
    return frame.expression(0)


def _class_parameter(run: Lowering, frame: Frame) -> Node:
    name = types.child(frame.node, "identifier")
    spot = name or frame.node
    marks = _marks(frame)
    rest = [
        value
        for kid, value in zip(frame.kids, frame.values, strict=True)
        if kid.start_byte > spot.end_byte and kid.type not in {"user_type", "modifiers"}
    ]
    return _Parameters(frame.start, frame.end, (_parameter_of(run, frame, marks, rest[-1:]),))


def _parameter_of(run: Lowering, frame: Frame, marks: Iterable[Call], default: Sequence[Node]) -> Parameter:
    """A parameter. What an annotation says of where it comes from stands with its type."""
    name = types.child(frame.node, "identifier")
    spot = name or frame.node
    written = types.named(run.data, types.written_type(frame.node))
    marks = tuple(marks)
    given: Expr | None = given_by(marks)
    told = telling(marks) if given is None else ()
    annotation: Expr | None = written
    if told:
        annotation = Opaque(frame.start, spot.start_byte, (*told, *([written] if written is not None else ())))
    if given is None and default:
        first = default[0]
        given = lambda_function(first) if isinstance(first, Lambda) else expression(first)
    return Parameter(spot.start_byte, spot.end_byte, run.text(spot).strip("`"), given, annotation)


def _class_parameters(_: Lowering, frame: Frame) -> Node:
    found = [item for value in frame.values if isinstance(value, _Parameters) for item in value.items]
    return _Parameters(frame.start, frame.end, tuple(found))


def _class(run: Lowering, frame: Frame) -> Node:
    """A class. All parameters of its constructor are fields, for its body sees them all."""
    given = next((value.items for value in frame.values if isinstance(value, _Parameters)), ())
    found = next((value.body for value in frame.values if isinstance(value, Body)), None)
    body = found or Block(frame.end, frame.end, ())
    if given:
        made = constructor(frame.start, frame.start, given, ())
        body.statements = (*map(field_of, given), made, *body.statements)
    name = frame.node.child_by_field_name("name")
    label = run.text(name).strip("`") if name is not None else ""
    _name_constants(body, label)
    bases = next((value.items for value in frame.values if isinstance(value, _Bases)), ())
    decorators = telling(_marks(frame))
    return DefineClass(frame.start, frame.end, Class(frame.start, frame.end, label, bases, body, decorators))


def _name_constants(body: Block, label: str) -> None:
    for statement in body.statements:
        match statement:
            case Assign(value=Call(callee=Name(id="#enum") as callee)):
                callee.id = label
            case _:
                continue


def _enum_entry(run: Lowering, frame: Frame) -> Node:
    """A constant of an enum is an instance that is kept in the class."""
    name = types.child(frame.node, "identifier")
    spot = name or frame.node
    target = Name(spot.start_byte, spot.end_byte, run.text(spot))
    callee = Name(spot.end_byte, spot.end_byte, "#enum")
    value = Call(frame.start, frame.end, callee, arguments_of(frame.values), is_new=True)
    return Assign(frame.start, frame.end, target, value, declares=True)


def _companion(_: Lowering, frame: Frame) -> Node:
    """The members of a companion are members of the class around it."""
    body = next((value.body for value in frame.values if isinstance(value, Body)), None)
    return Several(frame.start, frame.end, body.statements if body is not None else ())


def _object_body(_: Lowering, frame: Frame) -> Node:
    """`object : Base() {...}`: a construction of its base, with the class behind the arguments."""
    body = next((value.body for value in frame.values if isinstance(value, Body)), None)
    bases = next((value.items for value in frame.values if isinstance(value, _Bases)), ())
    inner = body or Block(frame.end, frame.end, ())
    kind = Class(frame.start, frame.end, "", (), inner)
    callee: Expr = bases[0] if bases else Name(frame.start, frame.start, "object")
    return Call(frame.start, frame.end, callee, (Argument(frame.start, frame.end, "#body", kind),), is_new=True)


def _initializer(_: Lowering, frame: Frame) -> Node:
    return block(frame.values[0] if frame.values else None, frame.end)


def _function_body(_: Lowering, frame: Frame) -> Node:
    first = frame.values[0] if frame.values else None
    if isinstance(first, Block):
        return _FunctionBody(frame.start, frame.end, first)
    value = lambda_function(first) if isinstance(first, Lambda) else frame.expression(0)
    only = Block(value.start, value.end, (Return(value.start, value.end, value),))
    return _FunctionBody(frame.start, frame.end, only)


def _parameter(run: Lowering, frame: Frame) -> Node:
    return _Parameters(frame.start, frame.end, (_parameter_of(run, frame, (), ()),))


def _function_parameters(_: Lowering, frame: Frame) -> Node:
    """Modifiers stand before their parameter, its default behind it."""
    found: list[Parameter] = []
    marks: tuple[Call, ...] = ()
    words: frozenset[str] = frozenset()
    for value in frame.values:
        if isinstance(value, _Modifiers):
            marks, words = value.items, value.words
        elif isinstance(value, _Parameters):
            item = value.items[0]
            _annotate(item, marks)
            item.kind = "rest" if "vararg" in words else "plain"
            found.append(item)
            marks, words = (), frozenset()
        elif found:
            found[-1].default = lambda_function(value) if isinstance(value, Lambda) else expression(value)
    return _Parameters(frame.start, frame.end, tuple(found))


def _annotate(item: Parameter, marks: tuple[Call, ...]) -> None:
    given = given_by(marks)
    if given is not None:
        item.default = given
    elif told := telling(marks):
        written = (item.annotation,) if item.annotation is not None else ()
        item.annotation = Opaque(told[0].start, item.start, (*told, *written))


def _build(frame: Frame, name: str) -> Function:
    """A function; what one without a body returns is not known."""
    given = next((value.items for value in frame.values if isinstance(value, _Parameters)), ())
    found = next((value.body for value in frame.values if isinstance(value, _FunctionBody)), None)
    if found is None:
        found = next((value for value in frame.values if isinstance(value, Block)), None)
    nothing = Return(frame.end, frame.end, Opaque(frame.end, frame.end, ()))
    body = found or Block(frame.end, frame.end, (nothing,))
    is_async = any("suspend" in value.words for value in frame.values if isinstance(value, _Modifiers))
    return Function(frame.start, frame.end, name, given, body, telling(_marks(frame)), is_async)


def _function(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("name")
    label = run.text(name).strip("`") if name is not None else ""
    return Define(frame.start, frame.end, _build(frame, label))


def _anonymous_function(_: Lowering, frame: Frame) -> Node:
    return _build(frame, "")


def _secondary_constructor(_: Lowering, frame: Frame) -> Node:
    made = _build(frame, "constructor")
    delegated = [value for value in frame.values if isinstance(value, Evaluate)]
    if not any(isinstance(value, Block) for value in frame.values):
        made.body = Block(frame.end, frame.end, ())
    made.body.statements = (*delegated, *made.body.statements)
    return Define(frame.start, frame.end, made)


def _delegation(_: Lowering, frame: Frame) -> Node:
    callee = Name(frame.start, frame.start, "super")
    return Evaluate(frame.start, frame.end, Call(frame.start, frame.end, callee, arguments_of(frame.values)))


def _getter(_: Lowering, frame: Frame) -> Node:
    found = next((value.body for value in frame.values if isinstance(value, _FunctionBody)), None)
    return _Getter(frame.start, frame.end, found)


def _setter(_: Lowering, frame: Frame) -> Node:
    return _Getter(frame.start, frame.end, None)


def _delegate(_: Lowering, frame: Frame) -> Node:
    return _Delegate(frame.start, frame.end, frame.expression(0))


def _property(_: Lowering, frame: Frame) -> Node:
    """A variable or property: its value, that of its annotation or delegate, or what its getter returns."""
    variables = next((value for value in frame.values if isinstance(value, Variables)), None)
    if variables is None or not variables.names:
        return Several(frame.start, frame.end, statements(frame.values))
    getter = next((value.body for value in frame.values if isinstance(value, _Getter) and value.body), None)
    delegate = next((value.value for value in frame.values if isinstance(value, _Delegate)), None)
    value = delegate or _written_value(frame) or given_by(_marks(frame))
    name = variables.names[0]
    if value is None and getter is not None:
        mark = Name(getter.start, getter.start, "getter")
        made = Function(name.start, frame.end, name.id, (), getter, (mark,))
        return Define(frame.start, frame.end, made)
    if value is not None:
        return Several(frame.start, frame.end, taken_apart(variables, value, frame.end))
    return Several(
        frame.start, frame.end, declared(name, some(variables.annotation, frame.end), frame.end, variables.annotation)
    )


def _written_value(frame: Frame) -> Node | None:
    """What stands behind the `=` of a property."""
    sign = next((child.start_byte for child in frame.node.children if child.type == "="), None)
    if sign is None:
        return None
    later = (value for kid, value in zip(frame.kids, frame.values, strict=True) if kid.start_byte > sign)
    return next((value for value in later if not isinstance(value, _Getter)), None)


DECLARATIONS: Mapping[str, Lower] = {
    "source_file": _file,
    "annotated_expression": _annotated,
    "modifiers": _modifiers,
    "parameter_modifiers": _modifiers,
    "class_declaration": _class,
    "object_declaration": _class,
    "class_body": _class_body,
    "enum_class_body": _class_body,
    "enum_entry": _enum_entry,
    "companion_object": _companion,
    "object_literal": _object_body,
    "anonymous_initializer": _initializer,
    "delegation_specifiers": _bases,
    "delegation_specifier": _specifier,
    "explicit_delegation": _specifier,
    "primary_constructor": _class_parameters,
    "class_parameters": _class_parameters,
    "class_parameter": _class_parameter,
    "secondary_constructor": _secondary_constructor,
    "constructor_delegation_call": _delegation,
    "function_declaration": _function,
    "anonymous_function": _anonymous_function,
    "function_value_parameters": _function_parameters,
    "parameter": _parameter,
    "function_body": _function_body,
    "property_declaration": _property,
    "property_delegate": _delegate,
    "getter": _getter,
    "setter": _setter,
}
