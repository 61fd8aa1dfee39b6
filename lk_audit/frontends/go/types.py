"""Types as Go code writes them: what they name, what their zero value is, which parameters and fields they declare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.interning import TEXTS
from lk_audit.frontends.lowering.tree import Part
from lk_audit.patterns import regex
from lk_audit.syntax import Argument, Assign, Call, Entry, Literal, Member, Name, Opaque, Parameter, Record, Sequence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Leaf
    from lk_audit.syntax import Expr, Node, Scalar

_DEEPEST = 20
_NUMBERS = (
    *("int", "int8", "int16", "int32", "int64", "uint", "uint8", "uint16", "uint32", "uint64", "uintptr"),
    *("float32", "float64", "byte", "rune"),
)
_ZERO: Mapping[str, Scalar] = {"string": "", "bool": False, "error": None, "any": None, **dict.fromkeys(_NUMBERS, 0)}
"""The zero values of predeclared types."""
_TAG = regex(rb'([A-Za-z_][A-Za-z0-9_-]{0,63}):"([^"\\]{0,1000})"')
_NAMED = frozenset({"type_identifier", "qualified_type"})
_WRAPPERS = {"pointer_type": None, "parenthesized_type": None, "generic_type": "type"}
"""Types around another, and the field that holds it; without a field, the first child does."""
LISTS = frozenset({"slice_type", "array_type", "implicit_length_array_type"})


class Type(Part):
    """A type where the grammar lets one stand; `node` is read when somebody asks."""

    node: TreeNode


class Parameters(Part):
    """A list of parameters, or of results."""

    node: TreeNode


def text_of(data: bytes, node: TreeNode) -> str:
    return TEXTS[data[node.start_byte : node.end_byte]]


def bare(node: TreeNode | None) -> TreeNode | None:
    """A type without the pointers, parentheses and type arguments around its name."""
    for _ in range(_DEEPEST):
        if node is None or node.type not in _WRAPPERS:
            return node
        field = _WRAPPERS[node.type]
        node = node.child_by_field_name(field) if field else next(iter(node.named_children), None)
    return None


def element_of(node: TreeNode | None) -> TreeNode | None:
    """The type of what a list or map holds."""
    if node is None:
        return None
    return node.child_by_field_name("value" if node.type == "map_type" else "element")


def named(data: bytes, node: TreeNode | None) -> Expr | None:
    """The name of a type, or of what it points to, as a fresh expression; None for a type without a name."""
    node = bare(node)
    if node is None or node.type not in _NAMED:
        return None
    if node.type == "type_identifier":
        return Name(node.start_byte, node.end_byte, text_of(data, node))
    package, name = node.child_by_field_name("package"), node.child_by_field_name("name")
    if package is None or name is None:
        return None
    holder = Name(package.start_byte, package.end_byte, text_of(data, package))
    return Member(node.start_byte, node.end_byte, holder, text_of(data, name))


def zero(data: bytes, node: TreeNode, at: int) -> Expr:
    """What a variable of a type is that nobody has given a value yet; it stands at `at` where it has no text."""
    if node.type in LISTS:
        return Sequence(at, at, ())
    if node.type == "struct_type":
        return Record(at, at, ())
    name = named(data, node) if node.type not in {"pointer_type", "parenthesized_type"} else None
    match name:
        case None:
            return Literal(at, at, None)
        case Name(id=word) if word in _ZERO:
            return Literal(at, at, _ZERO[word])
        case _:
            return Call(name.start, name.end, name, (), is_new=True)


def some(data: bytes, node: TreeNode | None, at: int) -> Expr:
    """Some value of a type, of which nothing more is known."""
    name = named(data, node)
    if name is None or (isinstance(name, Name) and name.id in _ZERO):
        return Opaque(at, at, ())
    rest = Argument(at, at, None, Opaque(at, at, ()), spread=True)
    return Call(name.start, name.end, name, (rest,), is_new=True)


def declared(node: TreeNode | None) -> Iterator[tuple[TreeNode | None, TreeNode | None, str]]:
    """The name, type and kind of every parameter or result in a list; a single result has no list around it."""
    if node is None:
        return
    if node.type != "parameter_list":
        yield None, node, "plain"
        return
    for item in node.named_children:
        if item.type in {"parameter_declaration", "variadic_parameter_declaration"}:
            kind = "rest" if item.type.startswith("variadic") else "plain"
            written = item.child_by_field_name("type")
            names = item.children_by_field_name("name")
            yield from ((name, written, kind) for name in names or (None,))


def parameters(data: bytes, node: TreeNode | None) -> tuple[Parameter, ...]:
    """The parameters of a function; one without a name is `_`."""
    found: list[Parameter] = []
    for name, written, kind in declared(node):
        spot = name or written
        if spot is not None:
            label = text_of(data, name) if name is not None else "_"
            end = written.end_byte if written is not None else spot.end_byte
            found.append(Parameter(spot.start_byte, end, label, None, named(data, written), kind))
    return tuple(found)


def fields(data: bytes, struct: TreeNode) -> Iterator[Assign]:
    """The fields of a struct: each is some value of its type."""
    for field in _field_declarations(struct):
        written = field.child_by_field_name("type")
        for name in field.children_by_field_name("name"):
            start, end = name.start_byte, field.end_byte
            target = Name(start, name.end_byte, text_of(data, name))
            told = tuple(tags(data, field.child_by_field_name("tag")))
            yield Assign(start, end, target, some(data, written, end), "", named(data, written), tags=told)


def tags(data: bytes, node: TreeNode | None) -> Iterator[Entry]:
    """What a field's tag says: `json:"name,omitempty" env:"NAME"`; by convention it is a raw string."""
    if node is None or node.type != "raw_string_literal":
        return
    start = node.start_byte
    for found in _TAG.finditer(data[start : node.end_byte]):
        key, value = (
            Literal(start + found.start(group), start + found.end(group), found[group].decode("utf-8", "replace"))
            for group in (1, 2)
        )
        yield Entry(key.start, value.end, key, value)


def embedded(data: bytes, struct: TreeNode) -> Iterator[Expr]:
    """The types that a struct embeds, and so has the methods of."""
    for field in _field_declarations(struct):
        if field.child_by_field_name("name") is None:
            name = named(data, field.child_by_field_name("type"))
            if name is not None:
                yield name


def methods_of(data: bytes, interface: TreeNode) -> Iterator[str]:
    """The names of the methods that an interface asks for."""
    for item in interface.named_children:
        name = item.child_by_field_name("name") if item.type == "method_elem" else None
        if name is not None:
            yield text_of(data, name)


def _field_declarations(struct: TreeNode) -> Iterator[TreeNode]:
    for group in struct.named_children:
        if group.type == "field_declaration_list":
            yield from (item for item in group.named_children if item.type == "field_declaration")


def _type(_: bytes, node: TreeNode) -> Node:
    return Type(node.start_byte, node.end_byte, node)


def _named_type(data: bytes, node: TreeNode) -> Node:
    return named(data, node) or Opaque(node.start_byte, node.end_byte, ())


def _parameters(_: bytes, node: TreeNode) -> Node:
    return Parameters(node.start_byte, node.end_byte, node)


LEAVES: Mapping[str, Leaf] = {
    **dict.fromkeys(("type_identifier", "qualified_type"), _named_type),
    **dict.fromkeys(
        (
            *("pointer_type", "parenthesized_type", "generic_type", "map_type", "struct_type", "interface_type"),
            *("function_type", "channel_type", "negated_type", *sorted(LISTS)),
        ),
        _type,
    ),
    "parameter_list": _parameters,
}
