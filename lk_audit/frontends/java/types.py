"""Names and types as Java code writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.interning import TEXTS
from lk_audit.syntax import Import, ImportedName, Member, Name, Opaque

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Leaf
    from lk_audit.syntax import Expr, Node

_DEEPEST = 20
_DOTTED = frozenset({"scoped_identifier", "scoped_type_identifier"})
_NAMES = frozenset({"identifier", "type_identifier"})
_WRAPPERS = frozenset({"generic_type", "annotated_type", "array_type"})


def text_of(data: bytes, node: TreeNode) -> str:
    return TEXTS[data[node.start_byte : node.end_byte]]


def parts_of(data: bytes, node: TreeNode) -> list[str]:
    """The parts of a dotted name; a space in it, or what is no name, counts for nothing."""
    return [part.strip() for part in text_of(data, node).split(".") if part.strip().isidentifier()]


def named(data: bytes, node: TreeNode | None) -> Expr | None:
    """The name of a type as a fresh expression, without type arguments; None for a type without a name."""
    node = _bare(node)
    if node is None or node.type not in _NAMES | _DOTTED:
        return None
    start, end = node.start_byte, node.end_byte
    first, *rest = parts_of(data, node) or [""]
    found: Expr = Name(start, end, first)
    for part in rest[:_DEEPEST]:
        found = Member(start, end, found, part)
    return found


def _bare(node: TreeNode | None) -> TreeNode | None:
    for _ in range(_DEEPEST):
        if node is None or node.type not in _WRAPPERS:
            return node
        node = next((item for item in node.named_children if item.type in _NAMES | _DOTTED | _WRAPPERS), None)
    return None


def bases(data: bytes, node: TreeNode) -> Iterator[Expr]:
    """What a class extends and implements."""
    for child in node.named_children:
        if child.type in {"superclass", "super_interfaces", "extends_interfaces"}:
            inner = [item for item in child.named_children if item.type == "type_list"]
            for item in (inner[0] if inner else child).named_children:
                name = named(data, item)
                if name is not None:
                    yield name


def _import(data: bytes, node: TreeNode) -> Node:
    """One import. `import static a.B.c` takes a member of a class, `.*` all names of a package or class."""
    start, end = node.start_byte, node.end_byte
    path = next((item for item in node.named_children if item.type in _NAMES | _DOTTED), None)
    parts = parts_of(data, path) if path is not None else []
    if any(child.type == "asterisk" for child in node.named_children):
        return Import(start, end, ".".join(parts), (ImportedName(start, end, "*", "*"),))
    if not parts:
        return Opaque(start, end, ())
    return Import(start, end, ".".join(parts[:-1]), (ImportedName(start, end, parts[-1], parts[-1]),))


def _type_name(data: bytes, node: TreeNode) -> Node:
    return named(data, node) or Opaque(node.start_byte, node.end_byte, ())


def _class_literal(data: bytes, node: TreeNode) -> Node:
    """`Token.class` stands for the class."""
    inner = named(data, next(iter(node.named_children), None))
    return inner or Opaque(node.start_byte, node.end_byte, ())


TYPES = frozenset(
    {"generic_type", "array_type", "annotated_type", "integral_type", "floating_point_type", "boolean_type"}
    | {"void_type", "type_parameters", "type_arguments", "dimensions", "throws", "superclass", "super_interfaces"}
    | {"extends_interfaces", "permits", "wildcard"}
)
"""Types, which only the declarations around them read."""
LEAVES: Mapping[str, Leaf] = {
    "import_declaration": _import,
    "type_identifier": _type_name,
    "scoped_type_identifier": _type_name,
    "class_literal": _class_literal,
}
