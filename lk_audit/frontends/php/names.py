"""PHP names: variables, qualified names, types, and the patterns of destructuring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.interning import TEXTS
from lk_audit.frontends.lowering.tree import Part
from lk_audit.frontends.parsing import find
from lk_audit.patterns import regex
from lk_audit.syntax import Member, Name, Node, Opaque

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Leaf
    from lk_audit.syntax import Expr

_FIXED = {"self": "this", "static": "this", "parent": "super"}
_NAMED = frozenset({"named_type"})
_NAMES = frozenset({"name", "qualified_name", "relative_name"})
_VARIABLE = regex(rb"\$\s*([\w\x80-\xff]*)")


class Pattern(Part):
    """What stands on the left of a destructuring: keys with variables or patterns."""

    items: tuple[tuple[Expr, Node], ...]


class Nodes(Part):
    """A list in the grammar that only the node around it understands: parameters, cases, attributes."""

    items: tuple[Node, ...]


def text_of(data: bytes, node: TreeNode) -> str:
    return TEXTS[data[node.start_byte : node.end_byte]]


def dotted(data: bytes, node: TreeNode) -> str:
    """A name with its namespace as the tables of SDKs spell it: `Agence104.LiveKit.AccessToken`."""
    parts = [part.split() for part in text_of(data, node).split("\\")]
    # The parser takes what it cannot read, which stands behind a space, into the name before it.
    return ".".join(words[0] for words in parts if words).removeprefix("namespace.")


def _name(data: bytes, node: TreeNode) -> Node:
    text = text_of(data, node)
    return Name(node.start_byte, node.end_byte, _FIXED.get(text, text))


def qualified(data: bytes, node: TreeNode) -> Expr:
    """A name with its namespace as members of its first part."""
    first, *rest = dotted(data, node).split(".")
    found: Expr = Name(node.start_byte, node.end_byte, first)
    for part in rest:
        found = Member(node.start_byte, node.end_byte, found, part)
    return found


def _qualified(data: bytes, node: TreeNode) -> Node:
    return qualified(data, node)


def type_of(data: bytes, node: TreeNode | None) -> Expr | None:
    """The class that a type names, if it names one: `?User`, `User|null`."""
    if node is None:
        return None
    found = find(node, _NAMED) if node.type not in _NAMED else [node]
    inner = next((child for item in found[:1] for child in item.named_children if child.type in _NAMES), None)
    return qualified(data, inner) if inner is not None else None


def _type(data: bytes, node: TreeNode) -> Node:
    return type_of(data, node) or Opaque(node.start_byte, node.end_byte, ())


def _dynamic(_: bytes, node: TreeNode) -> Node:
    return Opaque(node.start_byte, node.end_byte, ())


def variable(colliding: frozenset[str]) -> Leaf:
    """The lowering of variables in a file where functions and constants have these names.

    `$token` is `token`: only where a function or constant is called the same does it keep its sign.
    """

    def lower(data: bytes, node: TreeNode) -> Node:
        name, end = variable_name(data, node)
        return Name(node.start_byte, end, f"${name}" if name in colliding else name)

    return lower


def variable_name(data: bytes, node: TreeNode) -> tuple[str, int]:
    """A variable without its sign, behind which there may be space and comments, and where its name ends."""
    if node.has_error and (found := _VARIABLE.match(data, node.start_byte, node.end_byte)):
        return found[1].decode("utf-8", "replace"), found.end()  # behind the name stands what cannot be read
    name = next((child for child in reversed(node.named_children) if child.type == "name"), node)
    return text_of(data, name).removeprefix("$"), node.end_byte


LEAVES: Mapping[str, Leaf] = {
    "name": _name,
    "qualified_name": _qualified,
    "relative_name": _qualified,
    "relative_scope": _name,
    "named_type": _type,
    "optional_type": _type,
    "union_type": _type,
    "intersection_type": _type,
    "disjunctive_normal_form_type": _type,
    "dynamic_variable_name": _dynamic,
}
