"""Rust declarations: imports, constants, structs and enums with their methods, functions, modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tree import Part, Several, statements
from lk_audit.frontends.rust import types
from lk_audit.frontends.rust.blocks import flat, value_of
from lk_audit.frontends.rust.statements import Parameters, function_body
from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
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
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement

RENAMED = "#fields"
"""The decorator of a class that tells, as named arguments, what its fields are called where it is written out."""
FLATTENED = "*"
"""What such a field is called whose own fields stand in its place."""
_MOST_USES = 400
_STRUCTS = frozenset({"struct_item", "union_item"})
_ARGUMENT_MARKS = frozenset({"arg", "clap", "structopt"})


class Implementation(Part):
    """The methods of a type, which may be declared far away from it."""

    owner: str
    traits: tuple[Expr, ...]
    members: tuple[Statement, ...]


# --- imports ----------------------------------------------------------------------------------------------------------


def _use(data: bytes, node: TreeNode) -> Node:
    """`use a::b::{self, C as D, e::*}`: an import for each name."""
    found: list[Import] = []
    pending: list[tuple[TreeNode, str]] = [(item, "") for item in reversed(node.named_children)]
    while pending and len(found) < _MOST_USES:
        item, before = pending.pop()
        if item.type in {"scoped_use_list", "use_list"}:
            inner = item.child_by_field_name("path")
            prefix = _joined(before, _spelled(data, inner)) if inner is not None else before
            holder = item.child_by_field_name("list") or item
            pending.extend((child, prefix) for child in reversed(holder.named_children))
        elif item.type not in {"visibility_modifier", "line_comment", "block_comment"}:
            imported = _imported(data, item, before)
            if imported is not None:
                found.append(imported)
    return Several(node.start_byte, node.end_byte, tuple(found))


def _spelled(data: bytes, node: TreeNode) -> str:
    return ".".join("".join(types.text_of(data, node).split()).split("::")).lstrip(".")


def _joined(before: str, name: str) -> str:
    return f"{before}.{name}" if before and name else before or name


def _imported(data: bytes, item: TreeNode, before: str) -> Import | None:
    start, end = item.start_byte, item.end_byte
    if item.type == "use_wildcard":
        inner = next(iter(item.named_children), None)
        module = _joined(before, _spelled(data, inner)) if inner is not None else before
        return Import(start, end, module, (ImportedName(start, end, "*", "*"),))
    local: str | None = None
    if item.type == "use_as_clause":
        alias = item.child_by_field_name("alias")
        local = types.text_of(data, alias) if alias is not None else None
        item = item.child_by_field_name("path") or item
    if local == "_":
        return None
    if item.type == "self":
        return Import(start, end, before, (ImportedName(start, end, local or before.rpartition(".")[2], None),))
    whole = _joined(before, _spelled(data, item))
    module, _, member = whole.rpartition(".")
    if not module:
        return Import(start, end, whole, (ImportedName(start, end, local or whole, None),))
    return Import(start, end, module, (ImportedName(start, end, local or member, member),))


# --- lists of items ---------------------------------------------------------------------------------------------------


def _file(run: Lowering, frame: Frame) -> Node:
    """All items; methods are part of their type, where that is declared in another file of a part of it."""
    return run.block(frame, _with_owners(run, frame))


def _with_owners(run: Lowering, frame: Frame) -> Iterator[Node]:
    values = [
        item for value in _items(run, frame) for item in (value.items if isinstance(value, Several) else (value,))
    ]
    methods: dict[str, list[Implementation]] = {}
    for value in values:
        if isinstance(value, Implementation):
            methods.setdefault(value.owner, []).append(value)
    for value in values:
        if isinstance(value, DefineClass):
            _complete(value.definition, methods.pop(value.definition.name, []))
    partial = [_partial(name, parts) for name, parts in methods.items()]
    kept = [value for value in values if not isinstance(value, Implementation)]
    yield from sorted([*flat(kept), *partial], key=lambda item: item.start)


def _complete(owner: Class, parts: list[Implementation]) -> None:
    members = [item for part in parts for item in part.members]
    owner.body.statements = (*owner.body.statements, *members)
    owner.bases = (*owner.bases, *(item for part in parts for item in part.traits))


def _partial(name: str, parts: list[Implementation]) -> DefineClass:
    start, end = parts[0].start, max(part.end for part in parts)
    owner = Class(start, end, name, (), Block(start, end, ()))
    _complete(owner, parts)
    return DefineClass(start, end, owner)


def _list(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, statements(flat(_items(run, frame))))


def _items(run: Lowering, frame: Frame) -> Iterator[Node]:
    """The items of a list, each with the attributes in front of it."""
    marks: list[Expr] = []
    is_for_tests = False
    for kid, value in zip(frame.kids, frame.values, strict=True):
        if isinstance(value, types.Written):
            marks += [types.attribute(run.data, kid)] if kid.type == "attribute_item" else []
            is_for_tests |= kid.type == "attribute_item" and types.is_for_tests(run.data, kid)
            continue
        if isinstance(value, Define):
            value.function.decorators = tuple(marks)
        elif isinstance(value, DefineClass):
            value.definition.decorators = (*marks, *_naming(run.data, kid, marks))
        elif is_for_tests and isinstance(value, Several):
            _mark_tests(value)
        marks, is_for_tests = [], False
        yield value


def _mark_tests(module: Several) -> None:
    """The functions of a module that is compiled for tests are marked as the tests in it are."""
    for item in module.items:
        if isinstance(item, Define):
            mark = Name(item.start, item.start, "test")
            item.function.decorators = (*item.function.decorators, mark)


def _naming(data: bytes, item: TreeNode, own: list[Expr]) -> Iterator[Expr]:
    """What serde calls the fields of a struct, as one more attribute."""
    renamed = tuple(_renamed(data, _fields(data, item), own)) if item.type in _STRUCTS else ()
    if renamed:
        start = item.start_byte
        yield Call(start, start, Name(start, start, RENAMED), renamed)


def _fields(data: bytes, item: TreeNode) -> list[tuple[TreeNode, list[Expr]]]:
    """The fields of a struct, each with its attributes."""
    body = item.child_by_field_name("body")
    found: list[tuple[TreeNode, list[Expr]]] = []
    marks: list[Expr] = []
    for node in body.named_children if body is not None else ():
        if node.type == "attribute_item":
            marks.append(types.attribute(data, node))
        elif node.type == "field_declaration":
            found.append((node, marks))
            marks = []
    return found


# --- items ------------------------------------------------------------------------------------------------------------


def _text(run: Lowering, frame: Frame, name: str = "name") -> str:
    node = frame.node.child_by_field_name(name)
    return types.text_of(run.data, node) if node is not None else ""


def _constant(run: Lowering, frame: Frame) -> Node:
    """`const A: T = value` and `static A: T = value`."""
    name = frame.node.child_by_field_name("name")
    value = frame.field("value")
    target = Name(frame.start, frame.start, "_")
    if name is not None:
        target = Name(name.start_byte, name.end_byte, types.text_of(run.data, name))
    given = value_of(value) if value is not None else Opaque(frame.end, frame.end, ())
    written = types.annotation(run.data, frame.node.child_by_field_name("type"))
    return Assign(target.start, frame.end, target, given, "", written, declares=True)


def _alias(run: Lowering, frame: Frame) -> Node:
    """`type T = a::B<C>`."""
    name, meant = frame.node.child_by_field_name("name"), types.path(run.data, frame.node.child_by_field_name("type"))
    if name is None or meant is None:
        return Several(frame.start, frame.end, ())
    target = Name(name.start_byte, name.end_byte, types.text_of(run.data, name))
    return Assign(frame.start, frame.end, target, meant, declares=True)


def _function(run: Lowering, frame: Frame) -> Node:
    given = next((value for value in frame.values if isinstance(value, Parameters)), None)
    body = function_body(frame.field("body"), given, frame.end)
    modifiers = next((child for child in frame.node.named_children if child.type == "function_modifiers"), None)
    is_async = modifiers is not None and b"async" in run.data[modifiers.start_byte : modifiers.end_byte].split()
    parameters = given.items if given is not None else ()
    return Define(
        frame.start, frame.end, Function(frame.start, frame.end, _text(run, frame), parameters, body, (), is_async)
    )


def _signature(run: Lowering, frame: Frame) -> Node:
    """A method that a trait asks for."""
    target = Name(frame.start, frame.start, _text(run, frame))
    return Assign(frame.start, frame.end, target, Opaque(frame.end, frame.end, ()), declares=True)


def _struct(run: Lowering, frame: Frame) -> Node:
    """A struct or union: its fields, and what serde calls them."""
    members = tuple(_member(run.data, item, marks) for item, marks in _fields(run.data, frame.node))
    block = Block(frame.start, frame.end, members)
    return DefineClass(frame.start, frame.end, Class(frame.start, frame.end, _text(run, frame), (), block))


def _member(data: bytes, node: TreeNode, marks: list[Expr]) -> Assign:
    """A field; `#[arg(env = "K", default_value = "v")]` or `#[serde(default = "name")]` says what it is given."""
    name = node.child_by_field_name("name")
    start, end = node.start_byte, node.end_byte
    target = (
        Name(name.start_byte, name.end_byte, types.text_of(data, name)) if name is not None else Name(start, end, "")
    )
    written = types.annotation(data, node.child_by_field_name("type"))
    value = _from_arguments(marks) or Opaque(end, end, ())
    return Assign(start, end, target, value, "", written, declares=True)


def _from_arguments(marks: list[Expr]) -> Expr | None:
    """What clap reads for a field, a variable of the environment, else its default; or what serde calls for one."""
    for mark in marks:
        called = _serde(mark, "default")
        if called is not None and str(called.value).isidentifier():
            return Call(called.start, called.end, Name(called.start, called.end, str(called.value)), ())
        if not isinstance(mark, Call) or types.last_of(mark.callee) not in _ARGUMENT_MARKS:
            continue
        given = {item.name: item.value for item in mark.arguments if item.name is not None}
        variable, default = given.get("env"), given.get("default_value") or given.get("default_value_t")
        if isinstance(variable, Literal):
            at = variable.start
            callee = Member(at, at, Name(at, at, "env"), "var")
            read = Call(at, variable.end, callee, (Argument(at, variable.end, None, variable),))
            return read if default is None else Binary(at, default.end, "??", read, default)
        if default is not None:
            return default
    return None


def _renamed(data: bytes, fields: list[tuple[TreeNode, list[Expr]]], own: list[Expr]) -> Iterator[Argument]:
    style = next((_serde(mark, "rename_all") for mark in own if _serde(mark, "rename_all") is not None), None)
    change = _STYLES.get(str(style.value) if style is not None else "")
    for item, marks in fields:
        name = item.child_by_field_name("name")
        label = types.text_of(data, name) if name is not None else ""
        spelled = next((found for mark in marks if (found := _serde(mark, "rename")) is not None), None)
        if any(_is_flat(mark) for mark in marks):
            spelled = Literal(item.start_byte, item.start_byte, FLATTENED)
        if spelled is None and change is not None and change(label) != label:
            spelled = Literal(item.start_byte, item.start_byte, change(label))
        if spelled is not None:
            yield Argument(spelled.start, spelled.end, label, spelled)


def _serde(mark: Expr, key: str) -> Literal | None:
    """`#[serde(rename = "roomJoin")]`, also where it is for writing only: `rename(serialize = "...")`."""
    if not isinstance(mark, Call) or types.last_of(mark.callee) != "serde":
        return None
    found = next((item.value for item in mark.arguments if item.name == key), None)
    return found if isinstance(found, Literal) else None


def _is_flat(mark: Expr) -> bool:
    return (
        isinstance(mark, Call)
        and types.last_of(mark.callee) == "serde"
        and any(isinstance(item.value, Name) and item.value.id == "flatten" for item in mark.arguments)
    )


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


_STYLES: Mapping[str, Callable[[str], str]] = {
    "camelCase": _camel,
    "PascalCase": _pascal,
    "kebab-case": lambda name: name.replace("_", "-"),
    "SCREAMING_SNAKE_CASE": str.upper,
    "UPPERCASE": lambda name: name.upper(),
}


def _enum(run: Lowering, frame: Frame) -> Node:
    body = frame.node.child_by_field_name("body")
    variants = [item for item in body.named_children if item.type == "enum_variant"] if body is not None else []
    members = []
    for item in variants:
        name = item.child_by_field_name("name")
        if name is not None:
            target = Name(name.start_byte, name.end_byte, types.text_of(run.data, name))
            members.append(
                Assign(item.start_byte, item.end_byte, target, Opaque(item.end_byte, item.end_byte, ()), declares=True)
            )
    block = Block(frame.start, frame.end, tuple(members))
    return DefineClass(frame.start, frame.end, Class(frame.start, frame.end, _text(run, frame), (), block))


def _implementation(run: Lowering, frame: Frame) -> Node:
    """`impl Trait for T { ... }`; `Self` is the type."""
    owner = types.last_of(types.annotation(run.data, frame.node.child_by_field_name("type")))
    trait = types.path(run.data, frame.node.child_by_field_name("trait"))
    body = frame.field("body")
    members = statements((body,)) if body is not None else ()
    for item in members:
        _name_self(item, owner)
    traits = (trait,) if trait is not None else ()
    return Implementation(frame.start, frame.end, owner, traits, members)


def _name_self(node: Node, owner: str) -> None:
    for item in walk(node):
        if isinstance(item, Name) and item.id == "Self":
            item.id = owner


def _trait(run: Lowering, frame: Frame) -> Node:
    body = frame.field("body")
    members = statements((body,)) if body is not None else ()
    base = Name(frame.start, frame.start, "interface")
    block = Block(frame.start, frame.end, members)
    return DefineClass(frame.start, frame.end, Class(frame.start, frame.end, _text(run, frame), (base,), block))


def _module(run: Lowering, frame: Frame) -> Node:
    """`mod a { ... }` holds items of the file; `mod a;` is another file."""
    name = frame.node.child_by_field_name("name")
    body = frame.field("body")
    if body is not None:
        return body
    if name is None:
        return Several(frame.start, frame.end, ())
    label = types.text_of(run.data, name)
    item = ImportedName(name.start_byte, name.end_byte, label, None)
    return Import(frame.start, frame.end, f"self.{label}", (item,))


def _unread(run: Lowering, frame: Frame) -> Node:
    return Several(frame.start, frame.end, run.statements(frame, flat(_items(run, frame))))


def owned_defaults(data: bytes, nodes: list[TreeNode]) -> frozenset[str]:
    """The types that say themselves what their default is: `impl Default for T`."""
    found: set[str] = set()
    for node in nodes:
        trait = types.last_of(types.path(data, node.child_by_field_name("trait")))
        if trait == "Default":
            found.add(types.last_of(types.annotation(data, node.child_by_field_name("type"))))
    return frozenset(found - {""})


LISTS = frozenset({"source_file", "block", "declaration_list", "ERROR"})
LEAVES: Mapping[str, Leaf] = {"use_declaration": _use}
DECLARATIONS: Mapping[str, Lower] = {
    "source_file": _file,
    "declaration_list": _list,
    **dict.fromkeys(("const_item", "static_item"), _constant),
    "type_item": _alias,
    "function_item": _function,
    "function_signature_item": _signature,
    **dict.fromkeys(("struct_item", "union_item"), _struct),
    "enum_item": _enum,
    "impl_item": _implementation,
    "trait_item": _trait,
    "mod_item": _module,
    "ERROR": _unread,
}
