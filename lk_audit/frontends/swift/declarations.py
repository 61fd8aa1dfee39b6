"""Swift declarations: imports, properties, functions, types with their members, extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tree import Part, Several, block, contents, is_statement
from lk_audit.frontends.swift.expressions import Typed, dotted, implied, type_text, value_of
from lk_audit.frontends.swift.statements import Pattern, bound, names_of
from lk_audit.syntax import (
    Assign,
    Block,
    Call,
    Class,
    Define,
    DefineClass,
    Function,
    Import,
    ImportedName,
    Name,
    Opaque,
    Parameter,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement

_EXTENSION = "extension"
COMPUTED = "cached_property"
"""What marks a computed property: the word is no name that Swift code uses."""


class Taken(Part):
    """A parameter: the label that callers give it, and its name inside."""

    label: str
    name: str
    annotation: Expr | None


class Signature(Part):
    names: tuple[str, ...]
    annotations: tuple[Expr | None, ...]


class Computed(Part):
    body: Block


class Base(Part):
    value: Expr


def _import(run: Lowering, frame: Frame) -> Node:
    """`import Module`, `import struct Module.Name`: either opens a namespace."""
    path = next((child for child in frame.node.named_children if child.type == "identifier"), None)
    module = run.text(path).partition(".")[0].strip() if path is not None else ""
    names = (ImportedName(frame.start, frame.end, "*", "*"),)
    return Import(frame.start, frame.end, module, names)


# --- properties -------------------------------------------------------------------------------------------------------


def _property(run: Lowering, frame: Frame) -> Node:
    """`let a = 1, b = 2`, `var x: T`, `var y: T { ... }`."""
    values = {kid.id: value for kid, value in zip(frame.kids, frame.values, strict=True)}
    found: list[Statement] = []
    waiting: Pattern | None = None
    written: Expr | None = None
    for index, child in enumerate(frame.node.children):
        field, value = frame.node.field_name_for_child(index), values.get(child.id)
        if field == "name" and isinstance(value, Pattern):
            found.extend(_given(waiting, None, frame, written))
            waiting, written = value, None
        elif child.type == "type_annotation":
            written = _annotation(run.data, child)
        elif field == "value" and value is not None and waiting is not None:
            found.extend(_given(waiting, value, frame, written))
            waiting = None
        elif isinstance(value, Computed) and waiting is not None:
            found.extend(_computed_property(waiting, value))
            waiting = None
    found.extend(_given(waiting, None, frame, written))
    return Several(frame.start, frame.end, tuple(found))


def _annotation(data: bytes, node: TreeNode) -> Expr | None:
    """The type of a property or parameter, if it is a plain name."""
    found = node
    while found.type in {"type_annotation", "optional_type", "type_modifiers"} and found.named_children:
        found = found.named_children[-1]
    if found.type != "user_type":
        return None
    return dotted(Typed(found.start_byte, found.end_byte, type_text(data, found)))


def _given(pattern: Pattern | None, value: Node | None, frame: Frame, written: Expr | None) -> tuple[Statement, ...]:
    """The declaration of a property; without a value nothing is known of it."""
    if pattern is None:
        return ()
    inner = value_of(value) if value is not None else Opaque(frame.end, frame.end, ())
    end = inner.end if value is not None else pattern.end
    found = bound(pattern, inner, end)
    for item in found:
        if isinstance(item, Assign):
            item.annotation = written
    return found


def _computed_property(pattern: Pattern, computed: Computed) -> tuple[Statement, ...]:
    found = []
    for name in names_of(pattern)[:1]:
        marked = (Name(name.start, name.start, COMPUTED),)
        function = Function(name.start, computed.end, name.id, (), computed.body, marked)
        found.append(Define(name.start, computed.end, function))
    return tuple(found)


def _computed(_: Lowering, frame: Frame) -> Node:
    """The getter, which may be all there is."""
    getter = next((value for value in frame.values if isinstance(value, Computed)), None)
    if getter is not None:
        return getter
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    return Computed(frame.start, frame.end, implied(block(body, frame.end)))


def _getter(_: Lowering, frame: Frame) -> Node:
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    return Computed(frame.start, frame.end, implied(block(body, frame.end)))


def _accessor(_: Lowering, frame: Frame) -> Node:
    """A setter, `didSet`, `willSet`: what it does counts, nobody calls it by name."""
    inner = contents(value for value in frame.values if isinstance(value, Block))
    return Several(frame.start, frame.end, inner)


# --- functions --------------------------------------------------------------------------------------------------------


def _parameter(run: Lowering, frame: Frame) -> Node:
    outer, inner = frame.node.child_by_field_name("external_name"), frame.node.child_by_field_name("name")
    name = run.text(inner).strip("`") if inner is not None else ""
    label = run.text(outer).strip("`") if outer is not None else name
    types = [child for child in frame.node.named_children if child.type in {"user_type", "optional_type"}]
    written = _annotation(run.data, types[-1]) if types else None
    return Taken(frame.start, frame.end, name if label == "_" else label, name, written)


def _function(kind: str) -> Lower:
    def lower(run: Lowering, frame: Frame) -> Node:
        named = frame.node.child_by_field_name("name")
        name = kind or (run.text(named).strip("`") if named is not None else "")
        return Define(frame.start, frame.end, _built(frame, name))

    return lower


def _built(frame: Frame, name: str) -> Function:
    """The function whose parts `frame` holds. A parameter with a label of its own is that label, then its name."""
    parameters: list[Parameter] = []
    renamed: list[Statement] = []
    body: Block | None = None
    for value in frame.values:
        if isinstance(value, Taken):
            start, end = value.start, value.end
            parameters.append(Parameter(start, end, value.label, None, value.annotation))
            if value.label != value.name:
                inner = Name(start, start, value.label)
                renamed.append(Assign(start, end, Name(start, start, value.name), inner, declares=True))
        elif isinstance(value, Block):
            body = value
        elif parameters and not isinstance(value, Part):
            parameters[-1].default = value_of(value)
    inner_body = implied(block(body, frame.end))
    inner_body.statements = (*renamed, *inner_body.statements)
    is_async = "async" in frame.tokens()
    return Function(frame.start, frame.end, name, tuple(parameters), inner_body, (), is_async)


def _body(_: Lowering, frame: Frame) -> Node:
    found = next((value for value in frame.values if isinstance(value, Block)), None)
    return found if found is not None else Block(frame.start, frame.end, ())


def _closure(run: Lowering, frame: Frame) -> Node:
    """`{ a, b in ... }`, `{ $0 + 1 }`."""
    signature = next((value for value in frame.values if isinstance(value, Signature)), None)
    body = implied(block(next((value for value in frame.values if isinstance(value, Block)), None), frame.end))
    names: tuple[str, ...] = signature.names if signature is not None else ()
    annotations = signature.annotations if signature is not None else ()
    if not names and b"$0" in run.data[frame.start : frame.end]:
        names, annotations = ("$0", "$1"), (None, None)
    start = frame.start
    parameters = [Parameter(start, start, name, None, kind) for name, kind in zip(names, annotations, strict=True)]
    return Function(frame.start, frame.end, "", tuple(parameters), body)


def _closure_type(run: Lowering, frame: Frame) -> Node:
    names: list[str] = []
    annotations: list[Expr | None] = []
    for group in frame.node.named_children:
        if group.type != "lambda_function_type_parameters":
            continue
        for item in group.named_children:
            named = item.child_by_field_name("name")
            if named is not None:
                names.append(run.text(named))
                types = [child for child in item.named_children if child.type in {"user_type", "optional_type"}]
                annotations.append(_annotation(run.data, types[-1]) if types else None)
    return Signature(frame.start, frame.end, tuple(names), tuple(annotations))


# --- types ------------------------------------------------------------------------------------------------------------


def _class(run: Lowering, frame: Frame) -> Node:
    named = frame.node.child_by_field_name("name")
    name = "".join(type_text(run.data, named).split()) if named is not None else ""
    bases = tuple(value.value for value in frame.values if isinstance(value, Base))
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    kind = frame.node.child_by_field_name("declaration_kind")
    found = Class(frame.start, frame.end, name, bases, block(body, frame.end))
    if kind is not None and run.text(kind) == "extension":
        found.decorators = (Name(frame.start, frame.start, _EXTENSION),)
    return DefineClass(frame.start, frame.end, found)


def merged(body: Block) -> Block:
    """The module with what extensions add to the types of the same file as members of those."""
    classes = [item.definition for item in body.statements if isinstance(item, DefineClass)]
    types = {item.name: item for item in classes if not item.decorators}
    kept: list[Statement] = []
    for item in body.statements:
        added = item.definition if isinstance(item, DefineClass) and item.definition.decorators else None
        owner = types.get(added.name) if added is not None else None
        if owner is None or added is None:
            kept.append(_plain(item))
            continue
        owner.body.statements = (*owner.body.statements, *added.body.statements)
        owner.bases = (*owner.bases, *added.bases)
    body.statements = tuple(kept)
    return body


def _plain(item: Statement) -> Statement:
    if isinstance(item, DefineClass):
        item.definition.decorators = ()
    if isinstance(item, Define) and any(
        isinstance(mark, Name) and mark.id == COMPUTED for mark in item.function.decorators
    ):
        function = item.function
        start, end = item.start, item.end
        inner = Function(function.start, function.end, "", (), function.body)
        return Assign(start, end, Name(start, start, function.name), Call(start, end, inner, ()), declares=True)
    return item


def _base(run: Lowering, frame: Frame) -> Node:
    del run
    typed = next((value for value in frame.values if isinstance(value, Typed)), None)
    value: Expr = dotted(typed) if typed is not None else Opaque(frame.start, frame.end, ())
    return Base(frame.start, frame.end, value)


def _class_body(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, [value for value in frame.values if is_statement(value)])


def _enum_entry(run: Lowering, frame: Frame) -> Node:
    """`case a = "x", b`: a constant of the type, with its raw value if it has one."""
    values = {kid.id: value for kid, value in zip(frame.kids, frame.values, strict=True)}
    found: list[Statement] = []
    for index, child in enumerate(frame.node.children):
        field = frame.node.field_name_for_child(index)
        if field == "name":
            start, end = child.start_byte, child.end_byte
            target = Name(start, end, run.text(child).strip("`"))
            found.append(Assign(start, end, target, Opaque(end, end, ()), declares=True))
        elif field == "raw_value" and found:
            last = found[-1]
            if isinstance(last, Assign):
                last.value = value_of(values[child.id])
                last.end = last.value.end
    return Several(frame.start, frame.end, tuple(found))


def _protocol(run: Lowering, frame: Frame) -> Node:
    named = frame.node.child_by_field_name("name")
    empty = Block(frame.end, frame.end, ())
    return DefineClass(
        frame.start, frame.end, Class(frame.start, frame.end, run.text(named) if named is not None else "", (), empty)
    )


def _file(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, frame.values)


DECLARATIONS: Mapping[str, Lower] = {
    "source_file": _file,
    "import_declaration": _import,
    "property_declaration": _property,
    "computed_property": _computed,
    "computed_getter": _getter,
    "computed_setter": _accessor,
    "computed_modify": _accessor,
    "willset_didset_block": _accessor,
    "willset_clause": _accessor,
    "didset_clause": _accessor,
    "parameter": _parameter,
    "function_declaration": _function(""),
    "init_declaration": _function("constructor"),
    "deinit_declaration": _function("deinit"),
    "subscript_declaration": _function("subscript"),
    "function_body": _body,
    "lambda_literal": _closure,
    "lambda_function_type": _closure_type,
    "class_declaration": _class,
    "protocol_declaration": _protocol,
    "inheritance_specifier": _base,
    "class_body": _class_body,
    "enum_class_body": _class_body,
    "enum_entry": _enum_entry,
}
"""Lowering functions by node type."""
