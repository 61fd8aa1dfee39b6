"""Names, types and annotations as Kotlin code writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.interning import TEXTS
from lk_audit.syntax import Import, ImportedName, Member, Name, Opaque

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Leaf
    from lk_audit.syntax import Expr, Node

_DEEPEST = 20
_WRAPPERS = frozenset({"nullable_type", "parenthesized_type", "non_nullable_type", "type_modifiers"})


def text_of(data: bytes, node: TreeNode) -> str:
    """The text of a node; an identifier in backquotes without them."""
    return TEXTS[data[node.start_byte : node.end_byte]].strip("`")


def child(node: TreeNode, *kinds: str) -> TreeNode | None:
    """The first named child of one of these types."""
    return next((item for item in node.named_children if item.type in kinds), None)


def named(data: bytes, node: TreeNode | None) -> Expr | None:
    """The name of a type as a fresh expression, without type arguments; None for a type without a name."""
    for _ in range(_DEEPEST):
        if node is None or node.type not in _WRAPPERS:
            break
        node = child(node, "user_type", *_WRAPPERS)
    if node is None or node.type != "user_type":
        return None
    start, end = node.start_byte, node.end_byte
    parts = [text_of(data, item) for item in node.named_children if item.type == "identifier"]
    if not parts:
        return None
    found: Expr = Name(start, end, parts[0])
    for part in parts[1:_DEEPEST]:
        found = Member(start, end, found, part)
    return found


def written_type(node: TreeNode) -> TreeNode | None:
    """The type that stands behind the name of a variable or parameter."""
    return child(node, "user_type", *_WRAPPERS)


def _import(data: bytes, node: TreeNode) -> Node:
    """One import: of a class, a function, or with `.*` of all names of a package."""
    start, end = node.start_byte, node.end_byte
    path = child(node, "qualified_identifier", "identifier")
    if path is None:
        return Opaque(start, end, ())
    names = path.named_children if path.type == "qualified_identifier" else [path]
    parts = [text_of(data, item) for item in names if item.type == "identifier"]
    if data[path.end_byte : end].strip().startswith(b".") or not parts:
        return Import(start, end, ".".join(parts), (ImportedName(start, end, "*", "*"),))
    others = [item for item in node.named_children if item.type == "identifier" and item.start_byte > path.start_byte]
    local = text_of(data, others[-1]) if others else parts[-1]
    return Import(start, end, ".".join(parts[:-1]), (ImportedName(start, end, local, parts[-1]),))


def _type(data: bytes, node: TreeNode) -> Node:
    return named(data, node) or Opaque(node.start_byte, node.end_byte, ())


TYPES = frozenset(
    {"nullable_type", "parenthesized_type", "non_nullable_type", "function_type", "type_arguments", "type_parameters"}
    | {"type_constraints", "function_type_parameters", "type_projection"}
)
"""Types, which only the declarations around them read."""
LEAVES: Mapping[str, Leaf] = {"import": _import, "import_header": _import, "user_type": _type}
