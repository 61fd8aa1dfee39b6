"""C# declarations: imports, types with their members, functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.csharp import types
from lk_audit.frontends.csharp.expressions import Arguments
from lk_audit.frontends.csharp.objects import typed
from lk_audit.frontends.lowering.tree import Part, Several, contents, expression
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
    Import,
    ImportedName,
    Literal,
    Member,
    Name,
    Opaque,
    Parameter,
    Return,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement

_RENAMING = frozenset({"JsonPropertyName", "JsonProperty", "DataMember"})
"""Attributes that say what a property is called in JSON: System.Text.Json, Newtonsoft.Json, data contracts."""
RENAMED = "#fields"
"""The decorator of a class that tells, as named arguments, what its fields are called where it is written out."""
_PROPERTY = "property"


class Parameters(Part):
    """The parameters of a function."""

    items: tuple[Parameter, ...] = ()


class Bodies(Part):
    """The accessors of a property, of which only that which reads counts."""

    getter: Block | None = None
    others: tuple[Statement, ...] = ()


class Bases(Part):
    items: tuple[Expr, ...] = ()
    arguments: tuple[Argument, ...] = ()


def _import(data: bytes, node: TreeNode) -> Node:
    """`using A.B`, `using static A.B.C`, `using T = A.B.C`."""
    start, end = node.start_byte, node.end_byte
    alias = node.child_by_field_name("name")
    written = next((item for item in reversed(node.named_children) if item != alias), None)
    module = types.dotted(data, written)
    if alias is None:
        return Import(start, end, module, (ImportedName(start, end, "*", "*"),))
    holder, _, last = module.rpartition(".")
    local = types.text_of(data, alias)
    item = ImportedName(start, end, local, last) if holder else ImportedName(start, end, local, None)
    return Import(start, end, holder or module, (item,))


def _file(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, frame.values)


def _namespace(run: Lowering, frame: Frame) -> Node:
    """The types of a namespace are those of the file."""
    name = frame.node.child_by_field_name("name")
    kept = [value for kid, value in zip(frame.kids, frame.values, strict=True) if kid != name]
    return Several(frame.start, frame.end, run.statements(frame, kept))


def _list(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, frame.values))


# --- functions --------------------------------------------------------------------------------------------------------


def _parameter(run: Lowering, frame: Frame) -> Node:
    node = frame.node
    heads = {child.id for name in ("type", "name") for child in node.children_by_field_name(name)}
    given = [value for kid, value in zip(frame.kids, frame.values, strict=True) if kid.id not in heads]
    found = types.parameter(run.data, node, expression(given[-1]) if given else None)
    modifiers = {run.text(child) for child in node.children if child.type == "modifier"}
    if "this" in modifiers:
        found.kind = "receiver"
    return found


def _implicit(data: bytes, node: TreeNode) -> Node:
    return Parameter(node.start_byte, node.end_byte, types.text_of(data, node))


def _parameters(run: Lowering, frame: Frame) -> Node:
    """The parameters; `params T[] rest` stands in the list itself."""
    found = [value for value in frame.values if isinstance(value, Parameter)]
    rest = frame.node.child_by_field_name("name")
    if rest is not None:
        found.append(Parameter(rest.start_byte, rest.end_byte, run.text(rest), None, None, "rest"))
    return Parameters(frame.start, frame.end, tuple(found))


def _parameters_of(frame: Frame) -> tuple[Parameter, ...]:
    listed = next((value for value in frame.values if isinstance(value, Parameters)), None)
    if listed is not None:
        return listed.items
    return tuple(value for value in frame.values if isinstance(value, Parameter))


def _body(frame: Frame, value: Node | None) -> Block:
    """A block, or one expression that is returned."""
    if value is None:
        return Block(frame.end, frame.end, ())
    if isinstance(value, Block):
        return value
    returned = expression(value)
    return Block(value.start, value.end, (Return(value.start, value.end, returned),))


def _is_async(run: Lowering, node: TreeNode) -> bool:
    return any(child.type in {"modifier", "async"} and run.text(child) == "async" for child in node.children)


def _function(run: Lowering, frame: Frame, name: str) -> Function:
    node = frame.node
    body = frame.field("body") or next((value for value in frame.values if isinstance(value, Block)), None)
    marks = tuple(types.attributes(run.data, node))
    is_async = _is_async(run, node)
    return Function(frame.start, frame.end, name, _parameters_of(frame), _body(frame, body), marks, is_async)


def _name_of(run: Lowering, frame: Frame) -> str:
    name = frame.node.child_by_field_name("name")
    return run.text(name).removeprefix("@") if name is not None else ""


def _method(run: Lowering, frame: Frame) -> Node:
    """A method; one without a body is what an interface or an abstract class asks for."""
    name = _name_of(run, frame)
    if frame.node.child_by_field_name("body") is None:
        target = Name(frame.start, frame.start, name)
        return Assign(frame.start, frame.end, target, Opaque(frame.end, frame.end, ()), declares=True)
    return Define(frame.start, frame.end, _function(run, frame, name))


def _operator(run: Lowering, frame: Frame) -> Node:
    return Define(frame.start, frame.end, _function(run, frame, "operator"))


def _lambda(run: Lowering, frame: Frame) -> Node:
    return _function(run, frame, "")


def _arrow(_: Lowering, frame: Frame) -> Node:
    """`=> value`."""
    return frame.values[0] if frame.values else frame.expression(0)


# --- types ------------------------------------------------------------------------------------------------------------


def _bases(run: Lowering, frame: Frame) -> Node:
    """What a type is made from; a primary constructor hands arguments on to the first."""
    written = [
        types.class_of(types.annotation(run.data, item))
        for child in frame.node.named_children
        for item in (child.named_children[:1] if child.type == "primary_constructor_base_type" else [child])
    ]
    return Bases(frame.start, frame.end, tuple(item for item in written if item is not None), _handed(frame))


def _handed(frame: Frame) -> tuple[Argument, ...]:
    return tuple(item for value in frame.values if isinstance(value, Arguments) for item in value.items)


def _type(run: Lowering, frame: Frame) -> Node:
    """A class, struct, record or interface with its members; an interface has the base `interface`."""
    bases = next((value for value in frame.values if isinstance(value, Bases)), None)
    written = bases.items if bases is not None else ()
    if frame.kind == "interface_declaration":
        written = (Name(frame.start, frame.start, "interface"), *written)
    body = next((value for kid, value in zip(frame.kids, frame.values, strict=True) if _is_body(kid)), None)
    inner = contents([body]) if body is not None else ()
    members = (*_primary(frame, bases), *(_member_of_type(item) for item in inner))
    span = Block(frame.start, frame.end, members)
    marks = (*types.attributes(run.data, frame.node), *_renamed(run, frame.node))
    return DefineClass(
        frame.start, frame.end, Class(frame.start, frame.end, _name_of(run, frame), written, span, tuple(marks))
    )


def _is_body(node: TreeNode) -> bool:
    return node.type in {"declaration_list", "enum_member_declaration_list"}


def _member_of_type(item: Expr | Statement) -> Statement:
    if isinstance(item, Assign | Define | DefineClass | Evaluate | Block):
        return item
    return Evaluate(item.start, item.end, expression(item))


def _primary(frame: Frame, bases: Bases | None) -> Iterator[Statement]:
    """`class T(A a) : B(a)`: a field for each parameter, and a constructor that fills them."""
    parameters = _parameters_of(frame)
    if not parameters:
        return
    start, end = parameters[0].start, parameters[-1].end
    for item in parameters:
        target = Name(item.start, item.start, item.name)
        yield Assign(item.start, item.end, target, Opaque(item.end, item.end, ()), declares=True)
    filled: list[Statement] = [
        Assign(
            item.start,
            item.end,
            Member(item.start, item.end, Name(item.start, item.start, "this"), item.name),
            Name(item.start, item.end, item.name),
        )
        for item in parameters
    ]
    if bases is not None and bases.arguments:
        callee = Name(bases.start, bases.start, "super")
        filled.append(Evaluate(bases.start, bases.end, Call(bases.start, bases.end, callee, bases.arguments)))
    yield Define(start, end, Function(start, end, "constructor", parameters, Block(start, end, tuple(filled))))


def _renamed(run: Lowering, node: TreeNode) -> Iterator[Expr]:
    """What the properties of a type are called in JSON, where attributes say so."""
    body = node.child_by_field_name("body")
    found: list[Argument] = []
    for item in body.named_children if body is not None else ():
        name = item.child_by_field_name("name")
        spelled = next(_json_names(run, item), None) if item.type == "property_declaration" else None
        if name is not None and spelled is not None:
            found.append(Argument(spelled.start, spelled.end, run.text(name), spelled))
    if found:
        yield Call(node.start_byte, node.start_byte, Name(node.start_byte, node.start_byte, RENAMED), tuple(found))


def _json_names(run: Lowering, node: TreeNode) -> Iterator[Literal]:
    for mark in types.attributes(run.data, node):
        if isinstance(mark, Call) and isinstance(mark.callee, Name) and mark.callee.id in _RENAMING:
            yield from (item.value for item in mark.arguments[:1] if isinstance(item.value, Literal))


def _constructor(run: Lowering, frame: Frame) -> Node:
    """A constructor; what it hands on to its base comes first."""
    function = _function(run, frame, "constructor")
    handed = next((value for value in frame.values if isinstance(value, Bases)), None)
    if handed is not None:
        callee = Name(handed.start, handed.start, "super")
        before = Evaluate(handed.start, handed.end, Call(handed.start, handed.end, callee, handed.arguments))
        function.body.statements = (before, *function.body.statements)
    return Define(frame.start, frame.end, function)


def _handed_on(_: Lowering, frame: Frame) -> Node:
    return Bases(frame.start, frame.end, (), _handed(frame))


def _accessors(_: Lowering, frame: Frame) -> Node:
    result = Bodies(frame.start, frame.end)
    for kid, value in zip(frame.kids, frame.values, strict=True):
        if isinstance(value, Block) and any(child.type == "get" for child in kid.children):
            result.getter = value
        elif isinstance(value, Block):
            result.others = (*result.others, *value.statements)
    return result


def _accessor(_: Lowering, frame: Frame) -> Node:
    body = frame.field("body")
    return _body(frame, body) if body is not None else Several(frame.start, frame.end, ())


def _property(run: Lowering, frame: Frame) -> Node:
    """A property: a field with the value it begins with, or a method that is read like one."""
    name = frame.node.child_by_field_name("name")
    written = types.annotation(run.data, frame.node.child_by_field_name("type"))
    value, arrow = frame.field("value"), frame.node.child_by_field_name("value")
    accessors = next((item for item in frame.values if isinstance(item, Bodies)), None)
    body = accessors.getter if accessors is not None else None
    if arrow is not None and arrow.type == "arrow_expression_clause":
        body = _body(frame, value)
    target = Name(frame.start, frame.start, _name_of(run, frame))
    if name is not None:
        target = Name(name.start_byte, name.end_byte, target.id)
    if body is not None:
        mark = Name(frame.start, frame.start, _PROPERTY)
        others = accessors.others if accessors is not None else ()
        body.statements = (*body.statements, *others)
        return Define(frame.start, frame.end, Function(frame.start, frame.end, target.id, (), body, (mark,)))
    first = typed(expression(value), written) if value is not None else Opaque(frame.end, frame.end, ())
    marks = (item for item in types.attributes(run.data, frame.node) if isinstance(item, Call))
    before = tuple(Evaluate(item.start, item.end, item) for item in marks)
    field = Assign(target.start, frame.end, target, first, "", written, declares=True)
    return Several(frame.start, frame.end, (*before, field)) if before else field


def _enum_member(run: Lowering, frame: Frame) -> Node:
    value = frame.field("value")
    target = Name(frame.start, frame.start, _name_of(run, frame))
    return Assign(
        frame.start,
        frame.end,
        target,
        expression(value) if value is not None else Opaque(frame.end, frame.end, ()),
        declares=True,
    )


def _delegate(_: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, ())


LEAVES: Mapping[str, Leaf] = {"using_directive": _import, "implicit_parameter": _implicit}
DECLARATIONS: Mapping[str, Lower] = {
    "compilation_unit": _file,
    **dict.fromkeys(("namespace_declaration", "file_scoped_namespace_declaration"), _namespace),
    **dict.fromkeys(("declaration_list", "enum_member_declaration_list"), _list),
    **dict.fromkeys(("field_declaration", "event_field_declaration"), _list),
    **dict.fromkeys(
        (
            *("class_declaration", "struct_declaration", "record_declaration", "record_struct_declaration"),
            *("interface_declaration", "enum_declaration"),
        ),
        _type,
    ),
    "base_list": _bases,
    "parameter": _parameter,
    "parameter_list": _parameters,
    "bracketed_parameter_list": _parameters,
    "method_declaration": _method,
    "local_function_statement": _method,
    **dict.fromkeys(("operator_declaration", "conversion_operator_declaration", "destructor_declaration"), _operator),
    **dict.fromkeys(("lambda_expression", "anonymous_method_expression"), _lambda),
    "arrow_expression_clause": _arrow,
    "constructor_declaration": _constructor,
    "constructor_initializer": _handed_on,
    "accessor_list": _accessors,
    "accessor_declaration": _accessor,
    "property_declaration": _property,
    "enum_member_declaration": _enum_member,
    "delegate_declaration": _delegate,
}
