"""Dart declarations: imports, functions, classes with their constructors, enums, extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.dart.expressions import Arguments, Named
from lk_audit.frontends.dart.functions import Signature, method_signature, paired
from lk_audit.frontends.lowering.tree import Part, Several, block, contents, is_statement
from lk_audit.syntax import (
    Argument,
    Assign,
    Block,
    Call,
    Class,
    DefineClass,
    Export,
    Expr,
    Import,
    ImportedName,
    Name,
    Node,
    Opaque,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering

# --- imports ----------------------------------------------------------------------------------------------------------


def _import(run: Lowering, frame: Frame) -> Node:
    """`import 'package:a/a.dart' as b show c;` opens a namespace unless it is given a name or a choice of names."""
    start, end = frame.start, frame.end
    module, prefix, shown = "", "", []
    is_prefix = False
    for child in frame.node.children:
        if child.type in {"configurable_uri", "uri"} and not module:
            module = run.text(child).split(" if ")[0].strip().lstrip("r").strip("'\"")
        elif child.type == "as":
            is_prefix = True
        elif child.type == "identifier" and is_prefix:
            prefix, is_prefix = run.text(child), False
        elif child.type == "combinator" and child.children and child.children[0].type == "show":
            shown += [item for item in child.named_children if item.type == "identifier"]
    if prefix:
        names = [ImportedName(start, end, prefix, None)]
    elif shown:
        names = [ImportedName(item.start_byte, item.end_byte, run.text(item), run.text(item)) for item in shown]
    else:
        names = [ImportedName(start, end, "*", "*")]
    return Import(start, end, module, tuple(names))


def _only(_: Lowering, frame: Frame) -> Node:
    """A wrapper around one statement."""
    return frame.values[0] if len(frame.values) == 1 else Several(frame.start, frame.end, contents(frame.values))


def _export(run: Lowering, frame: Frame) -> Node:
    written = next((child for child in frame.node.children if child.type in {"configurable_uri", "uri"}), None)
    module = run.text(written).strip().strip("'\"") if written is not None else ""
    return Export(frame.start, frame.end, "*", None, module)


# --- classes ----------------------------------------------------------------------------------------------------------


def _class(run: Lowering, frame: Frame) -> Node:
    named = frame.node.child_by_field_name("name")
    names = [value for value in frame.values if isinstance(value, Name)]
    name = run.text(named) if named is not None else names[0].id if names else ""
    bases = [base for value in frame.values if isinstance(value, Bases) for base in value.items]
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    inner = block(body, frame.end)
    _name_constants(inner, name)
    return DefineClass(frame.start, frame.end, Class(frame.start, frame.end, name, tuple(bases), inner))


class Bases(Part):
    items: tuple[Expr, ...]


def _superclass(_: Lowering, frame: Frame) -> Node:
    found: list[Expr] = []
    for value in frame.values:
        if isinstance(value, Named):
            found.append(Name(value.start, value.end, value.name))
        elif isinstance(value, Bases):
            found.extend(value.items)
    return Bases(frame.start, frame.end, tuple(found))


def _class_body(run: Lowering, frame: Frame) -> Node:
    return run.block(frame, paired(frame.values))


def _declaration(run: Lowering, frame: Frame) -> Node:
    """A member without a body: fields, and constructors that end with a semicolon."""
    signature = next((value for value in frame.values if isinstance(value, Signature)), None)
    if signature is not None:
        return method_signature(run, frame)
    kept = [value for value in frame.values if is_statement(value)]
    return Several(frame.start, frame.end, run.statements(frame, kept))


def _enum_constant(run: Lowering, frame: Frame) -> Node:
    """A constant with what its constructor is given; `_class` says which class it is of."""
    named = frame.node.child_by_field_name("name")
    start = named.start_byte if named is not None else frame.start
    end = named.end_byte if named is not None else frame.start
    found = [item for value in frame.values for item in _arguments_of(value)]
    value: Expr = Opaque(frame.end, frame.end, ())
    if found:
        value = Call(frame.start, frame.end, Name(start, start, ""), tuple(found), is_new=True)
    target = Name(start, end, run.text(named) if named is not None else "")
    return Several(frame.start, frame.end, (Assign(frame.start, frame.end, target, value, declares=True),))


def _arguments_of(node: Node) -> tuple[Argument, ...]:
    if isinstance(node, Call):
        return node.arguments
    return node.items if isinstance(node, Arguments) else ()


def _name_constants(body: Block, name: str) -> None:
    for item in body.statements:
        if isinstance(item, Assign) and isinstance(item.value, Call) and isinstance(item.value.callee, Name):
            callee = item.value.callee
            callee.id = callee.id or name


DECLARATIONS: Mapping[str, Lower] = {
    **dict.fromkeys(("import_or_export", "library_import"), _only),
    "import_specification": _import,
    "library_export": _export,
    **dict.fromkeys(
        (
            *("class_definition", "mixin_declaration", "extension_declaration", "extension_type_declaration"),
            "enum_declaration",
        ),
        _class,
    ),
    "superclass": _superclass,
    "mixins": _superclass,
    "class_body": _class_body,
    "enum_body": _class_body,
    "extension_body": _class_body,
    "declaration": _declaration,
    "enum_constant": _enum_constant,
}
"""Lowering functions by node type."""
