"""PHP declarations: namespaces, imports, constants, classes, functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tree import Several, block, expression
from lk_audit.frontends.php import names
from lk_audit.frontends.php.expressions import Arguments
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Argument,
    Assign,
    Block,
    Call,
    Class,
    Define,
    DefineClass,
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

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement

_ANNOTATION = regex(
    r"@(?:\w{1,40}\\)?(Route|IsGranted|Security|Get|Post|Put|Patch|Delete)\(\s{0,80}[\"']([^\"'\n]{0,300})"
)
_CLASSES = frozenset({"class_declaration", "interface_declaration", "trait_declaration", "enum_declaration"})


def _namespace(run: Lowering, frame: Frame) -> Node:
    """The names of a file's own namespace need no import."""
    name = frame.node.child_by_field_name("name")
    found: list[Statement] = []
    if name is not None:
        module = names.dotted(run.data, name)
        star = ImportedName(name.start_byte, name.end_byte, "*", "*")
        found.append(Import(name.start_byte, name.end_byte, module, (star,)))
    body = frame.field("body")
    if isinstance(body, Block):
        found.extend(body.statements)
    return Several(frame.start, frame.end, tuple(found))


def _use(run: Lowering, frame: Frame) -> Node:
    """One `use`, which may import several names."""
    prefix = next((child for child in frame.node.named_children if child.type == "namespace_name"), None)
    before = f"{names.dotted(run.data, prefix)}." if prefix is not None else ""
    group = frame.node.child_by_field_name("body")
    clauses = (group or frame.node).named_children
    found = [_clause(run.data, item, before) for item in clauses if item.type == "namespace_use_clause"]
    return Several(frame.start, frame.end, tuple(found))


def _clause(data: bytes, node: TreeNode, before: str) -> Import:
    start, end = node.start_byte, node.end_byte
    alias = node.child_by_field_name("alias")
    written = next((child for child in node.named_children if child.type in {"name", "qualified_name"}), None)
    full = before + (names.dotted(data, written) if written is not None else "")
    module, _, member = full.rpartition(".")
    local = names.text_of(data, alias) if alias is not None else member
    item = ImportedName(start, end, local, member if module else None)
    return Import(start, end, module or member, (item,))


def _constants(_: Lowering, frame: Frame) -> Node:
    found = [value for value in frame.values if isinstance(value, Assign)]
    return Several(frame.start, frame.end, tuple(found))


def _constant(_: Lowering, frame: Frame) -> Node:
    return Assign(frame.start, frame.end, frame.expression(0), frame.expression(1))


def _properties(run: Lowering, frame: Frame) -> Node:
    """Properties with the values they begin with; one without is what the constructor makes of it."""
    found: list[Statement] = []
    for value in frame.values:
        if isinstance(value, Assign):
            value.annotation = names.type_of(run.data, frame.node.child_by_field_name("type"))
            found.append(value)
    return Several(frame.start, frame.end, tuple(found))


def _property(run: Lowering, frame: Frame) -> Node:
    name, value = frame.node.child_by_field_name("name"), frame.field("default_value")
    if name is None or value is None:
        return Several(frame.start, frame.end, ())
    text, end = names.variable_name(run.data, name)
    target = Name(name.start_byte, end, text)
    return Assign(frame.start, frame.end, target, expression(value))


def _case(run: Lowering, frame: Frame) -> Node:
    """`case Hearts = 'H';` of an enum."""
    name, value = frame.node.child_by_field_name("name"), frame.field("value")
    target = Name(frame.start, frame.end, run.text(name) if name is not None else "")
    given = expression(value) if value is not None else Opaque(frame.end, frame.end, ())
    return Assign(frame.start, frame.end, target, given)


def _bases(_: Lowering, frame: Frame) -> Node:
    """What a class extends, implements, or uses as a trait."""
    return names.Nodes(frame.start, frame.end, tuple(frame.values))


def _body(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, frame.values)


def _class(run: Lowering, frame: Frame) -> Node:
    built = _class_of(run, frame)
    return DefineClass(frame.start, frame.end, built)


def _anonymous(run: Lowering, frame: Frame) -> Node:
    return _class_of(run, frame)


def _class_of(run: Lowering, frame: Frame) -> Class:
    name = frame.node.child_by_field_name("name")
    body = frame.field("body")
    pairs = list(zip(frame.kids, frame.values, strict=True))
    bases = [value for kid, value in pairs if kid.type in {"base_clause", "class_interface_clause"}]
    inner = body if isinstance(body, Block) else Block(frame.end, frame.end, ())
    found = [expression(item) for value in bases if isinstance(value, names.Nodes) for item in value.items]
    label = run.text(name) if name is not None else ""
    return Class(
        frame.start, frame.end, label, (*found, *_traits(frame.node, run.data)), inner, _decorators(run, frame)
    )


def _traits(node: TreeNode, data: bytes) -> Iterator[Expr]:
    body = node.child_by_field_name("body")
    for item in body.named_children if body is not None else ():
        if item.type == "use_declaration":
            yield from (names.qualified(data, part) for part in item.named_children if part.type in _TRAIT_NAMES)


_TRAIT_NAMES = frozenset({"name", "qualified_name"})


def _function(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("name")
    return Define(frame.start, frame.end, _build(run, frame, run.text(name) if name is not None else ""))


def _method(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("name")
    label = run.text(name) if name is not None else ""
    return Define(frame.start, frame.end, _build(run, frame, "constructor" if label == "__construct" else label))


def _closure(run: Lowering, frame: Frame) -> Node:
    return _build(run, frame, "")


def _build(run: Lowering, frame: Frame, name: str) -> Function:
    body = frame.field("body")
    inner = block(body, frame.end)
    if frame.kind == "arrow_function" and body is not None:
        value = Return(body.start, body.end, expression(body))
        inner = Block(body.start, body.end, (value,))
    given = frame.field("parameters")
    parameters = [item for item in given.items if isinstance(item, Parameter)] if isinstance(given, names.Nodes) else []
    promoted = [_promoted(item) for item in parameters if item.kind == _PROMOTED]
    inner.statements = (*promoted, *inner.statements)
    for item in parameters:
        item.kind = "plain" if item.kind == _PROMOTED else item.kind
    return Function(frame.start, frame.end, name, tuple(parameters), inner, _decorators(run, frame))


_PROMOTED = "promoted"


def _promoted(item: Parameter) -> Statement:
    """`private readonly string $key` among the constructor's parameters is a property too."""
    start, end = item.start, item.end
    target = Member(start, end, Name(start, start, "this"), item.name.removeprefix("$"))
    return Assign(start, end, target, Name(start, end, item.name))


def _parameters(_: Lowering, frame: Frame) -> Node:
    return names.Nodes(frame.start, frame.end, tuple(frame.values))


def _parameter(run: Lowering, frame: Frame) -> Node:
    name, default = frame.field("name"), frame.field("default_value")
    label = name.id if isinstance(name, Name) else "_"
    kinds = {"variadic_parameter": "rest", "property_promotion_parameter": _PROMOTED}
    return Parameter(
        frame.start,
        frame.end,
        label,
        expression(default) if default is not None else None,
        names.type_of(run.data, frame.node.child_by_field_name("type")),
        kinds.get(frame.kind, "plain"),
    )


def _attributes(_: Lowering, frame: Frame) -> Node:
    found = [item for value in frame.values for item in (value.items if isinstance(value, names.Nodes) else (value,))]
    return names.Nodes(frame.start, frame.end, tuple(found))


def _attribute(_: Lowering, frame: Frame) -> Node:
    callee, given = frame.expression(0), frame.field("parameters")
    if not isinstance(given, Arguments):
        return callee
    return Call(frame.start, frame.end, callee, given.items)


def _decorators(run: Lowering, frame: Frame) -> tuple[Expr, ...]:
    """The attributes of a class or function, and the annotations that Symfony reads from its comment."""
    written = frame.field("attributes")
    found = [expression(item) for item in written.items] if isinstance(written, names.Nodes) else []
    return (*found, *_annotations(run, frame.node))


def _annotations(run: Lowering, node: TreeNode) -> Iterator[Expr]:
    comment = node.prev_named_sibling
    if comment is None or comment.type != "comment":
        return
    text = run.text(comment)
    for found in _ANNOTATION.finditer(text):
        start = comment.start_byte + len(text[: found.start(1)].encode())
        end = start + len(found[1])
        given = Argument(end, end, None, Literal(end, end, found[2]))
        yield Call(start, end, Name(start, end, found[1]), (given,))


DECLARATIONS: Mapping[str, Lower] = {
    "namespace_definition": _namespace,
    "namespace_use_declaration": _use,
    "const_declaration": _constants,
    "const_element": _constant,
    "property_declaration": _properties,
    "property_element": _property,
    "enum_case": _case,
    "base_clause": _bases,
    "class_interface_clause": _bases,
    "declaration_list": _body,
    "enum_declaration_list": _body,
    **dict.fromkeys(_CLASSES, _class),
    "anonymous_class": _anonymous,
    "function_definition": _function,
    "method_declaration": _method,
    "anonymous_function": _closure,
    "arrow_function": _closure,
    "formal_parameters": _parameters,
    **dict.fromkeys(("simple_parameter", "variadic_parameter", "property_promotion_parameter"), _parameter),
    "attribute_list": _attributes,
    "attribute_group": _attributes,
    "attribute": _attribute,
}
