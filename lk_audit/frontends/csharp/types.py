"""Types and parameters as C# writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.csharp.literals import integer_value, string_value
from lk_audit.frontends.lowering.interning import TEXTS
from lk_audit.frontends.lowering.tree import Part
from lk_audit.syntax import Argument, Call, Expr, Index, Literal, Member, Name, Opaque, Parameter, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node as TreeNode

_DEEPEST = 12
MAPS = frozenset(
    {"Dictionary", "IDictionary", "SortedDictionary", "ConcurrentDictionary", "Hashtable", "ExpandoObject"}
    | {"JObject", "JsonObject", "JwtPayload", "IReadOnlyDictionary", "RouteValueDictionary", "NameValueCollection"}
)
"""Types whose values are keys with values: a literal of one is a record."""
LISTS = frozenset({"List", "IList", "HashSet", "IEnumerable", "ICollection", "IReadOnlyList", "JArray", "Collection"})


class Skipped(Part):
    """Something that only the node around it reads, from the tree."""


def text_of(data: bytes, node: TreeNode) -> str:
    return TEXTS[data[node.start_byte : node.end_byte]].removeprefix("@")


def annotation(data: bytes, node: TreeNode | None, depth: int = 0) -> Expr | None:
    """A type as a fresh expression: `IOptions<T>` is `Index(IOptions, T)`; None for one without a name."""
    if node is None or depth > _DEEPEST:
        return None
    start, end = node.start_byte, node.end_byte
    match node.type:
        case "identifier" | "predefined_type":
            return Name(start, end, text_of(data, node))
        case "qualified_name" | "alias_qualified_name":
            return _qualified(data, node, depth)
        case "generic_name":
            return _generic(data, node, depth)
        case "nullable_type" | "array_type" | "ref_type" | "scoped_type":
            inner = node.child_by_field_name("type") or next(iter(node.named_children), None)
            return annotation(data, inner, depth + 1)
        case _:
            return None


def _qualified(data: bytes, node: TreeNode, depth: int) -> Expr | None:
    name = node.child_by_field_name("name")
    holder = annotation(data, node.child_by_field_name("qualifier"), depth + 1)
    if name is None or holder is None:
        return annotation(data, name, depth + 1)
    last = name.named_children[0] if name.type == "generic_name" and name.named_children else name
    return Member(node.start_byte, node.end_byte, holder, text_of(data, last))


def _generic(data: bytes, node: TreeNode, depth: int) -> Expr:
    start, end = node.start_byte, node.end_byte
    name, *rest = node.named_children
    base = Name(start, name.end_byte, text_of(data, name))
    given = next((item for item in rest if item.type == "type_argument_list"), None)
    inner = [annotation(data, item, depth + 1) for item in given.named_children] if given is not None else []
    known = [item for item in inner if item is not None]
    if not known:
        return base
    return Index(start, end, base, known[0] if len(known) == 1 else Sequence(start, end, tuple(known)))


def class_of(written: Expr | None) -> Expr | None:
    """The name of a type without its type arguments."""
    return written.object if isinstance(written, Index) else written


def last_of(written: Expr | None) -> str:
    """The last part of a type's name."""
    named = class_of(written)
    return named.name if isinstance(named, Member) else named.id if isinstance(named, Name) else ""


def dotted(data: bytes, node: TreeNode | None) -> str:
    """A namespace as it is written, without blanks."""
    return "".join(text_of(data, node).split()).removeprefix("global::") if node is not None else ""


def attributes(data: bytes, node: TreeNode) -> Iterator[Expr]:
    """The attributes in front of a declaration or parameter, as calls or names: `[HttpGet("x")]`."""
    for group in node.named_children:
        if group.type == "attribute_list":
            yield from (_attribute(data, item) for item in group.named_children if item.type == "attribute")


def _attribute(data: bytes, node: TreeNode) -> Expr:
    start, end = node.start_byte, node.end_byte
    name = class_of(annotation(data, node.child_by_field_name("name"))) or Name(start, start, "")
    given = next((item for item in node.named_children if item.type == "attribute_argument_list"), None)
    if given is None:
        return name
    return Call(start, end, name, tuple(_given(data, item) for item in given.named_children))


def _given(data: bytes, node: TreeNode) -> Argument:
    name = node.child_by_field_name("name")
    value = node.named_children[-1] if node.named_children else node
    label = text_of(data, name) if name is not None and name != value else None
    return Argument(node.start_byte, node.end_byte, label, constant(data, value))


def constant(data: bytes, node: TreeNode) -> Expr:
    """A constant expression in an attribute: text, a number, a name; else only that there is something."""
    start, end = node.start_byte, node.end_byte
    if node.type in {"string_literal", "verbatim_string_literal", "raw_string_literal"}:
        return Literal(start, end, string_value(data[start:end]))
    if node.type == "integer_literal":
        try:
            return Literal(start, end, integer_value(data[start:end]))
        except ValueError:
            return Opaque(start, end, ())
    if node.type == "boolean_literal":
        return Literal(start, end, data[start:end] == b"true")
    if node.type == "member_access_expression":
        return _member(data, node)
    return annotation(data, node) or Opaque(start, end, ())


def _member(data: bytes, node: TreeNode) -> Expr:
    name = node.child_by_field_name("name")
    holder = annotation(data, node.child_by_field_name("expression"))
    if name is None or holder is None:
        return Opaque(node.start_byte, node.end_byte, ())
    return Member(node.start_byte, node.end_byte, holder, text_of(data, name))


def parameter(data: bytes, node: TreeNode, default: Expr | None) -> Parameter:
    """One parameter; its attributes stand around its type: `[FromQuery] string room` is `Index(FromQuery, string)`."""
    name = node.child_by_field_name("name")
    written = annotation(data, node.child_by_field_name("type"))
    marks = list(attributes(data, node))
    if marks:
        start, end = marks[0].start, marks[-1].end
        parts = (*marks, *((written,) if written is not None else ()))
        written = Sequence(start, end, parts)
    label = text_of(data, name) if name is not None else "_"
    return Parameter(node.start_byte, node.end_byte, label, default, written)
