"""Java declarations: classes, records, enums, interfaces, their fields, methods and annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.java import types
from lk_audit.frontends.java.expressions import Members, Parameters
from lk_audit.frontends.java.statements import Declarator
from lk_audit.frontends.jvm.nodes import constructor, field_of, given_by, some, telling
from lk_audit.frontends.lowering.common import Arguments
from lk_audit.frontends.lowering.tree import Part, Several, block
from lk_audit.syntax import (
    Assign,
    Block,
    Call,
    Class,
    Define,
    DefineClass,
    Evaluate,
    Function,
    Name,
    Opaque,
    Parameter,
    Return,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


class _Modifiers(Part):
    """The annotations of a declaration."""

    items: tuple[Call, ...]


def _modifiers(_: Lowering, frame: Frame) -> Node:
    return _Modifiers(frame.start, frame.end, tuple(item for item in frame.values if isinstance(item, Call)))


def _annotations(frame: Frame) -> tuple[Call, ...]:
    return tuple(item for value in frame.values if isinstance(value, _Modifiers) for item in value.items)


def _file(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, frame.values)


def _members(run: Lowering, frame: Frame) -> Node:
    return Members(frame.start, frame.end, run.block(frame, frame.values))


def _name_of(run: Lowering, frame: Frame) -> str:
    name = frame.node.child_by_field_name("name")
    return run.text(name) if name is not None else ""


def _class(run: Lowering, frame: Frame) -> Node:
    found = next((value.body for value in frame.values if isinstance(value, Members)), None)
    body = found or Block(frame.end, frame.end, ())
    given = next((value.items for value in frame.values if isinstance(value, Parameters)), None)
    if given is not None:
        body.statements = (*map(field_of, given), constructor(frame.start, frame.start, given, ()), *body.statements)
    bases = tuple(types.bases(run.data, frame.node))
    decorators = telling(_annotations(frame))
    kind = Class(frame.start, frame.end, _name_of(run, frame), bases, body, decorators)
    return DefineClass(frame.start, frame.end, kind)


def _enum_constant(run: Lowering, frame: Frame) -> Node:
    """A constant of an enum is an instance that is kept in the class."""
    name = frame.node.child_by_field_name("name")
    spot = name or frame.node
    arguments = next((value.items for value in frame.values if isinstance(value, Arguments)), ())
    target = Name(spot.start_byte, spot.end_byte, run.text(spot))
    value = Call(frame.start, frame.end, Name(spot.end_byte, spot.end_byte, "#enum"), arguments, is_new=True)
    return Assign(frame.start, frame.end, target, value, declares=True)


def _enum_body(run: Lowering, frame: Frame) -> Node:
    return Members(frame.start, frame.end, run.block(frame, frame.values))


def _enum(run: Lowering, frame: Frame) -> Node:
    """The constants of an enum are instances of it."""
    definition = _class(run, frame)
    if isinstance(definition, DefineClass):
        for statement in definition.definition.body.statements:
            match statement:
                case Assign(value=Call(callee=Name(id="#enum") as callee)):
                    callee.id = definition.definition.name
                case _:
                    continue
    return definition


def _all(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


def _field(run: Lowering, frame: Frame) -> Node:
    """A field; one without a value may have it from an annotation, else it is some value of its type."""
    written = frame.node.child_by_field_name("type")
    kind = types.named(run.data, written)
    marks = _annotations(frame)
    found: list[Statement] = []
    for item in frame.values:
        if isinstance(item, Declarator):
            end = item.start + len(item.name.encode())
            value = item.value or given_by(marks) or some(kind, item.end)
            target = Name(item.start, end, item.name)
            found.append(Assign(item.start, item.end, target, value, "", types.named(run.data, written), declares=True))
    if given_by(marks) is None:
        found += [Evaluate(mark.start, mark.end, mark) for mark in telling(marks) if mark.arguments]
    return Several(frame.start, frame.end, tuple(found))


def _parameter(run: Lowering, frame: Frame) -> Node:
    """A parameter. What an annotation says of where it comes from stands with its type."""
    name = frame.node.child_by_field_name("name")
    declared = next((value for value in frame.values if isinstance(value, Declarator)), None)
    marks = _annotations(frame)
    label = run.text(name) if name is not None else declared.name if declared is not None else ""
    start = name.start_byte if name is not None else declared.start if declared is not None else frame.start
    kind = "rest" if frame.kind == "spread_parameter" else "plain"
    written = types.named(run.data, frame.node.child_by_field_name("type"))
    told = telling(marks)
    annotation: Expr | None = written
    if told:
        annotation = Opaque(frame.start, start, (*told, *([written] if written is not None else ())))
    given = given_by(marks)
    if given is not None:
        annotation = written
    return Parameters(
        frame.start, frame.end, (Parameter(start, start + len(label.encode()), label, given, annotation, kind),)
    )


def _parameters(_: Lowering, frame: Frame) -> Node:
    found = [item for value in frame.values if isinstance(value, Parameters) for item in value.items]
    return Parameters(frame.start, frame.end, tuple(found))


def _method(run: Lowering, frame: Frame) -> Node:
    """A method; what one without a body returns is not known."""
    given = next((value.items for value in frame.values if isinstance(value, Parameters)), ())
    written = frame.field("body")
    body = block(written, frame.end)
    if written is None:
        body.statements = (Return(frame.end, frame.end, Opaque(frame.end, frame.end, ())),)
    is_constructor = frame.kind != "method_declaration"
    name = "constructor" if is_constructor else _name_of(run, frame)
    decorators = telling(_annotations(frame))
    return Define(frame.start, frame.end, Function(frame.start, frame.end, name, given, body, decorators))


def _explicit_constructor(run: Lowering, frame: Frame) -> Node:
    """`this(...)` and `super(...)`."""
    called = frame.node.child_by_field_name("constructor")
    arguments = next((value.items for value in frame.values if isinstance(value, Arguments)), ())
    label = run.text(called) if called is not None else "super"
    callee = Name(frame.start, frame.start + len(label), label)
    return Evaluate(frame.start, frame.end, Call(frame.start, frame.end, callee, arguments))


DECLARATIONS: Mapping[str, Lower] = {
    "program": _file,
    "modifiers": _modifiers,
    "class_declaration": _class,
    "record_declaration": _class,
    "interface_declaration": _class,
    "annotation_type_declaration": _class,
    "enum_declaration": _enum,
    "class_body": _members,
    "interface_body": _members,
    "annotation_type_body": _members,
    "enum_body": _enum_body,
    "enum_body_declarations": _all,
    "enum_constant": _enum_constant,
    "static_initializer": _all,
    "field_declaration": _field,
    "constant_declaration": _field,
    "formal_parameter": _parameter,
    "spread_parameter": _parameter,
    "formal_parameters": _parameters,
    "method_declaration": _method,
    "constructor_declaration": _method,
    "compact_constructor_declaration": _method,
    "explicit_constructor_invocation": _explicit_constructor,
}
