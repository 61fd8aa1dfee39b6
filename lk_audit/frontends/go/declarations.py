"""Go declarations: imports, constants, variables, types with their methods, functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.go import types
from lk_audit.frontends.go.expressions import assigned
from lk_audit.frontends.go.literals import package_names, string_value
from lk_audit.frontends.go.statements import items_of, settle
from lk_audit.frontends.lowering.tree import Part, Several, block
from lk_audit.syntax import (
    Assign,
    Block,
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

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement


class Method(Part):
    """A method, which its type may be declared far away from."""

    owner: str
    definition: Define


def _import(data: bytes, node: TreeNode) -> Node:
    """One import; without a name of its own the package has one of those that its path suggests."""
    start, end = node.start_byte, node.end_byte
    written, path = node.child_by_field_name("name"), node.child_by_field_name("path")
    module = string_value(data[path.start_byte : path.end_byte]) if path is not None else ""
    local = types.text_of(data, written) if written is not None else None
    match local:
        case None:
            names = [ImportedName(start, end, name, None) for name in package_names(module)]
        case ".":
            names = [ImportedName(start, end, "*", "*")]
        case "_":
            names = []
        case _:
            names = [ImportedName(start, end, local, None)]
    return Import(start, end, module, tuple(names))


def _all(_: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, tuple(_flat(frame.values)))


def _flat(values: list[Node]) -> list[Statement]:
    found: list[Statement] = []
    for value in values:
        items = value.items if isinstance(value, Several) else (value,)
        found += [item for item in items if isinstance(item, Assign | DefineClass | Import)]
    return found


def _variables(run: Lowering, frame: Frame) -> Node:
    """`var a, b T = x, y`; without values they have the zero value of their type."""
    names = frame.node.children_by_field_name("name")
    targets = tuple(Name(item.start_byte, item.end_byte, run.text(item)) for item in names)
    values = items_of(frame.field("value"))
    if values:
        return assigned(targets, values, frame.end, declares=True)
    written = frame.node.child_by_field_name("type")
    empty = [
        types.zero(run.data, written, frame.end) if written is not None else Opaque(frame.end, frame.end, ())
        for _ in targets
    ]
    return assigned(targets, tuple(empty), frame.end, declares=True)


def _type(run: Lowering, frame: Frame) -> Node:
    """`type T struct {...}`: its fields are those of a class; what is embedded stands for base classes.

    An interface is a class with the base `interface`, and its methods have no bodies.
    """
    name, written = frame.node.child_by_field_name("name"), frame.node.child_by_field_name("type")
    label = run.text(name) if name is not None else ""
    found: list[Statement] = []
    bases: tuple[Expr, ...] = ()
    if written is not None and written.type == "struct_type":
        found += types.fields(run.data, written)
        bases = tuple(types.embedded(run.data, written))
    elif written is not None and written.type == "interface_type":
        bases = (Name(frame.end, frame.end, "interface"),)
        found += [
            Assign(frame.end, frame.end, Name(frame.end, frame.end, method), Opaque(frame.end, frame.end, ()))
            for method in types.methods_of(run.data, written)
        ]
    body = Block(frame.start, frame.end, tuple(found))
    return DefineClass(frame.start, frame.end, Class(frame.start, frame.end, label, bases, body))


def _alias(run: Lowering, frame: Frame) -> Node:
    """`type T = package.T`."""
    name, written = frame.node.child_by_field_name("name"), frame.node.child_by_field_name("type")
    meant = types.named(run.data, written)
    if name is None or meant is None:
        return Several(frame.start, frame.end, ())
    target = Name(name.start_byte, name.end_byte, run.text(name))
    return Assign(frame.start, frame.end, target, meant, declares=True)


def _build(run: Lowering, frame: Frame, name: str, receiver: tuple[Parameter, ...] = ()) -> Function:
    node = frame.node
    body = block(frame.field("body"), frame.end)
    results = list(types.declared(node.child_by_field_name("result")))
    written = tuple(run.text(item) if item is not None else "" for _, item, _ in results)
    names = [(item, kind) for item, kind, _ in results if item is not None and kind is not None]
    settle(body, written, run.text(names[0][0]) if names else "")
    declared = [
        Assign(
            item.start_byte,
            item.end_byte,
            Name(item.start_byte, item.end_byte, run.text(item)),
            types.zero(run.data, kind, item.end_byte),
            declares=True,
        )
        for item, kind in names
    ]
    body.statements = (*declared, *body.statements)
    parameters = types.parameters(run.data, node.child_by_field_name("parameters"))
    return Function(frame.start, frame.end, name, (*receiver, *parameters), body)


def _name_of(run: Lowering, frame: Frame) -> str:
    name = frame.node.child_by_field_name("name")
    return run.text(name) if name is not None else ""


def _function(run: Lowering, frame: Frame) -> Node:
    return Define(frame.start, frame.end, _build(run, frame, _name_of(run, frame)))


def _literal(run: Lowering, frame: Frame) -> Node:
    return _build(run, frame, "")


def _method(run: Lowering, frame: Frame) -> Node:
    """A method with its receiver as the first parameter."""
    receivers = types.parameters(run.data, frame.node.child_by_field_name("receiver"))
    for item in receivers:
        item.kind = "receiver"
    owner = receivers[0].annotation if receivers else None
    definition = Define(frame.start, frame.end, _build(run, frame, _name_of(run, frame), receivers[:1]))
    return Method(frame.start, frame.end, owner.id if isinstance(owner, Name) else "", definition)


def _file(run: Lowering, frame: Frame) -> Node:
    """All declarations; methods are part of their type, where that is declared in another file of a part of it."""
    values = [item for value in frame.values for item in (value.items if isinstance(value, Several) else (value,))]
    methods: dict[str, list[Define]] = {}
    for value in values:
        if isinstance(value, Method):
            methods.setdefault(value.owner, []).append(value.definition)
    for value in values:
        if isinstance(value, DefineClass):
            body = value.definition.body
            body.statements = (*body.statements, *methods.pop(value.definition.name, ()))
    partial = [_partial(name, defined) for name, defined in methods.items()]
    kept = [value for value in values if not isinstance(value, Method)]
    return run.block(frame, sorted([*kept, *partial], key=lambda item: item.start))


def _partial(name: str, methods: list[Define]) -> DefineClass:
    start, end = methods[0].start, methods[-1].end
    return DefineClass(start, end, Class(start, end, name, (), Block(start, end, tuple(methods))))


LEAVES: Mapping[str, Leaf] = {"import_spec": _import}
DECLARATIONS: Mapping[str, Lower] = {
    "source_file": _file,
    "import_declaration": _all,
    "import_spec_list": _all,
    "const_declaration": _all,
    "var_declaration": _all,
    "var_spec_list": _all,
    "type_declaration": _all,
    "const_spec": _variables,
    "var_spec": _variables,
    "type_spec": _type,
    "type_alias": _alias,
    "function_declaration": _function,
    "func_literal": _literal,
    "method_declaration": _method,
}
