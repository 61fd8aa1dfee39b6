"""What a JavaScript module takes in and hands out: its import and export statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.javascript.functions import decorators_of, dotted_name
from lk_audit.frontends.javascript.literals import string_value
from lk_audit.frontends.lowering.tree import Several, expression, statements
from lk_audit.syntax import Assign, Define, DefineClass, Export, Import, ImportedName, Member, Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


def import_statement(data: bytes, node: TreeNode) -> Node:
    """Every form of `import` that is a statement."""
    required = _child(node, "import_require_clause")
    source = (required or node).child_by_field_name("source")
    is_type = _has(node, "type")
    names = [_required(data, required, is_type=is_type)] if required else _clause(data, node, is_type=is_type)
    return Import(node.start_byte, node.end_byte, _text(data, source), tuple(names))


def _required(data: bytes, clause: TreeNode, *, is_type: bool) -> ImportedName:
    """`import name = require("m")`: the module itself."""
    return _imported(clause, _text(data, clause.named_child(0)), None, is_type=is_type)


def _clause(data: bytes, node: TreeNode, *, is_type: bool) -> Iterator[ImportedName]:
    clause = _child(node, "import_clause")
    for part in clause.named_children if clause is not None else ():
        match part.type:
            case "identifier":
                yield _imported(part, _text(data, part), "default", is_type=is_type)
            case "namespace_import":
                yield _imported(part, _text(data, _child(part, "identifier")), None, is_type=is_type)
            case "named_imports":
                specifiers = (item for item in part.named_children if item.type == "import_specifier")
                yield from (_specifier(data, item, is_type=is_type) for item in specifiers)


def _specifier(data: bytes, node: TreeNode, *, is_type: bool) -> ImportedName:
    member = _text(data, node.child_by_field_name("name"))
    local = _text(data, node.child_by_field_name("alias")) or member
    return _imported(node, local, member, is_type=is_type or _has(node, "type"))


def _imported(node: TreeNode, local: str, member: str | None, *, is_type: bool) -> ImportedName:
    return ImportedName(node.start_byte, node.end_byte, local, member, is_type)


def _import_alias(data: bytes, node: TreeNode) -> Node:
    """`import name = A.B`, which assigns."""
    names = node.named_children
    return Assign(node.start_byte, node.end_byte, dotted_name(data, names[0]), dotted_name(data, names[-1]))


def _export(run: Lowering, frame: Frame) -> Node:
    """Every form of `export`; a declaration is a statement too, and what exports only types is dropped."""
    tokens = frame.tokens()
    source = frame.node.child_by_field_name("source")
    module = _text(run.data, source) if source is not None else None
    found: tuple[Expr | Statement, ...]
    if "type" in tokens:
        found = ()
    elif "export_clause" in tokens:
        found = tuple(_listed(run.data, frame, module))
    elif "namespace_export" in tokens:
        renamed = _child(frame.node, "namespace_export")
        # The last child is no named one in `* as default`.
        name = _text(run.data, renamed.children[-1] if renamed is not None else None)
        found = (Export(frame.start, frame.end, name, None, module),)
    elif "*" in tokens:
        found = (Export(frame.start, frame.end, "*", None, module),)
    elif "=" in tokens:
        found = (_assigned(frame),)
    else:
        found = _declared(frame, is_default="default" in tokens)
    return Several(frame.start, frame.end, found)


def _listed(data: bytes, frame: Frame, module: str | None) -> Iterator[Export]:
    """`export {local as exported}`, also from another module."""
    clause = _child(frame.node, "export_clause")
    for item in clause.named_children if clause is not None else ():
        name = item.child_by_field_name("name")
        if name is None or _has(item, "type"):
            continue
        local = Name(name.start_byte, name.end_byte, _text(data, name))
        exported = _text(data, item.child_by_field_name("alias")) or local.id
        yield Export(item.start_byte, item.end_byte, exported, local, module)


def _assigned(frame: Frame) -> Assign:
    """`export = value` is `module.exports = value`."""
    start = frame.start
    target = Member(start, start, Name(start, start, "module"), "exports")
    value = expression(frame.values[-1]) if frame.values else frame.expression(0)
    return Assign(start, frame.end, target, value)


def _declared(frame: Frame, *, is_default: bool) -> tuple[Statement, ...]:
    """A declaration with the exports of its names, or the value of a default export.

    Decorators may stand before the word `export`.
    """
    value = frame.field("declaration") or frame.field("value")
    if value is None:
        return statements(frame.values)
    if isinstance(value, DefineClass):
        value.definition.decorators = (*decorators_of(frame.values), *value.definition.decorators)
    if is_default and not isinstance(value, Define | DefineClass | Several):
        return (Export(frame.start, frame.end, "default", expression(value)),)
    found = statements((value,))
    end = frame.end
    # A name that is exported with its declaration is read once that has been evaluated.
    exports = [
        Export(frame.start, end, "default" if is_default else name, Name(end, end, name))
        for item in found
        for name in _declared_names(item)
    ]
    return (*found, *exports)


def _declared_names(statement: Statement) -> Iterator[str]:
    match statement:
        case Assign(target=Name(id=name)) if not name.startswith("#"):
            yield name
        case Define(function=function):
            yield function.name
        case DefineClass(definition=definition):
            yield definition.name


def _child(node: TreeNode, kind: str) -> TreeNode | None:
    return next((child for child in node.named_children if child.type == kind), None)


def _has(node: TreeNode, token: str) -> bool:
    return any(child.type == token for child in node.children)


def _text(data: bytes, node: TreeNode | None) -> str:
    """A name, or the value of a string."""
    if node is None:
        return ""
    raw = data[node.start_byte : node.end_byte]
    return string_value(raw) if node.type == "string" else raw.decode("utf-8", "replace")


LEAVES: Mapping[str, Leaf] = {"import_statement": import_statement, "import_alias": _import_alias}
MODULES: Mapping[str, Lower] = {"export_statement": _export}
