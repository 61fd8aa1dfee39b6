"""Types, attributes and patterns as Rust writes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.interning import TEXTS
from lk_audit.frontends.lowering.tree import Part, copies_of
from lk_audit.frontends.rust.literals import integer_value, string_value
from lk_audit.patterns import regex
from lk_audit.syntax import Argument, Assign, Call, Expr, Index, Literal, Member, Name, Opaque, Sequence

if TYPE_CHECKING:
    from tree_sitter import Node as TreeNode

_DEEPEST = 12
_MOST = 64
_TRANSPARENT = frozenset({"Some", "Ok"})
_PATHS = frozenset({"scoped_identifier", "scoped_type_identifier"})
_WORDS = frozenset({"identifier", "type_identifier", "primitive_type", "crate", "self", "super", "metavariable"})
_WRAPPERS = frozenset(
    {"reference_type", "pointer_type", "array_type", "dynamic_type", "abstract_type", "bounded_type", "bracketed_type"}
)
_STRINGS = frozenset({"string_literal", "raw_string_literal"})


class Written(Part):
    """A type, pattern or attribute, which the node around it reads from the tree."""

    node: TreeNode


def text_of(data: bytes, node: TreeNode) -> str:
    return TEXTS[data[node.start_byte : node.end_byte]].removeprefix("r#")


def path(data: bytes, node: TreeNode | None, depth: int = 0) -> Expr | None:
    """`a::b::C` as `a.b.C`; None for what is no path of names."""
    if node is None or depth > _DEEPEST:
        return None
    start, end = node.start_byte, node.end_byte
    if node.type in _WORDS:
        return Name(start, end, text_of(data, node))
    if node.type in {"generic_type", "generic_type_with_turbofish", "generic_function"}:
        inner = node.child_by_field_name("type") or node.child_by_field_name("function")
        return path(data, inner, depth + 1)
    name = node.child_by_field_name("name") if node.type in _PATHS else None
    if name is None:
        return None
    before = path(data, node.child_by_field_name("path"), depth + 1)
    if before is None:
        return Name(name.start_byte, name.end_byte, text_of(data, name))
    return Member(start, end, before, text_of(data, name))


def annotation(data: bytes, node: TreeNode | None, depth: int = 0) -> Expr | None:
    """A type as a fresh expression: `State<Config>` is `Index(State, Config)`; None for one without a name."""
    if node is None or depth > _DEEPEST:
        return None
    start, end = node.start_byte, node.end_byte
    if node.type == "generic_type":
        return _generic(data, node, depth)
    if node.type in _WRAPPERS:
        inner = node.child_by_field_name("type") or node.child_by_field_name("trait")
        return annotation(data, inner or next(iter(node.named_children), None), depth + 1)
    if node.type == "tuple_type":
        items = [annotation(data, item, depth + 1) for item in node.named_children[:_MOST]]
        return Sequence(start, end, tuple(item for item in items if item is not None))
    return path(data, node)


def _generic(data: bytes, node: TreeNode, depth: int) -> Expr | None:
    base = path(data, node.child_by_field_name("type"))
    given = node.child_by_field_name("type_arguments")
    inner = [annotation(data, item, depth + 1) for item in given.named_children[:_MOST]] if given is not None else []
    known = tuple(item for item in inner if item is not None)
    if base is None or not known:
        return base
    start, end = node.start_byte, node.end_byte
    return Index(start, end, base, known[0] if len(known) == 1 else Sequence(start, end, known))


def last_of(written: Expr | None) -> str:
    """The last part of a type's name, without its type arguments."""
    named = written.object if isinstance(written, Index) else written
    return named.name if isinstance(named, Member) else named.id if isinstance(named, Name) else ""


_LABELS = frozenset({"identifier", "default"})
"""Nodes that name an argument of an attribute; one of the names is a word of the language."""
_TESTS = regex(rb"#\[\s{0,9}cfg\(\s{0,9}(?:all\(\s{0,9})?test\b")


def attribute(data: bytes, node: TreeNode) -> Expr:
    """`#[get("/token")]` as a call with what it names; `name = "text"` is a named argument."""
    start, end = node.start_byte, node.end_byte
    inner = next((item for item in node.named_children if item.type == "attribute"), node)
    name = path(data, next(iter(inner.named_children), None)) or Name(start, start, "")
    tree = inner.child_by_field_name("arguments")
    return name if tree is None else Call(start, end, name, tuple(_given(data, tree)))


def is_for_tests(data: bytes, node: TreeNode) -> bool:
    """Whether an attribute leaves out what it stands in front of unless tests are compiled: `#[cfg(test)]`."""
    return _TESTS.match(data, node.start_byte, node.end_byte) is not None


def _given(data: bytes, tree: TreeNode) -> Iterator[Argument]:
    children = tree.children[:_MOST]
    for place, child in enumerate(children):
        start, end = child.start_byte, child.end_byte
        is_named = place > 1 and children[place - 1].type == "=" and children[place - 2].type in _LABELS
        label = text_of(data, children[place - 2]) if is_named else None
        if child.type in _STRINGS:
            yield Argument(start, end, label, Literal(start, end, string_value(data[start:end])))
        elif child.type == "integer_literal":
            with suppress(ValueError):
                yield Argument(start, end, label, Literal(start, end, integer_value(data[start:end])))
        elif child.type == "identifier" and (place + 1 == len(children) or children[place + 1].type != "="):
            yield Argument(start, end, label, Name(start, end, text_of(data, child)))


# --- patterns ---------------------------------------------------------------------------------------------------------


def is_failure(data: bytes, pattern: TreeNode) -> bool:
    """Whether a pattern matches what is missing or went wrong: `None`, `Err(_)`."""
    if pattern.type == "match_pattern" and pattern.named_children:
        pattern = pattern.named_children[0]
    if pattern.type == "tuple_struct_pattern":
        return _last(data, pattern.child_by_field_name("type")) == "Err"
    return _last(data, pattern) == "None"


def is_success(data: bytes, pattern: TreeNode) -> bool:
    """Whether a pattern matches whatever is there: `Some(x)`, `Ok(x)` with a plain name inside."""
    if pattern.type == "match_pattern" and pattern.named_children:
        pattern = pattern.named_children[0]
    if pattern.type != "tuple_struct_pattern":
        return False
    return _last(data, pattern.child_by_field_name("type")) in _TRANSPARENT


def _last(data: bytes, node: TreeNode | None) -> str:
    return text_of(data, node).rpartition("::")[2] if node is not None else ""


def sole_name(data: bytes, pattern: TreeNode, depth: int = 0) -> str | None:
    """The one name of a pattern that takes nothing apart, as `State(state)` and `mut a` do not; None for others."""
    if depth > _DEEPEST:
        return None
    if pattern.type in {"identifier", "self"}:
        return text_of(data, pattern)
    if pattern.type in {"mut_pattern", "ref_pattern", "reference_pattern"}:
        inner = [item for item in pattern.named_children if item.type != "mutable_specifier"]
        return sole_name(data, inner[0], depth + 1) if inner else None
    if pattern.type == "tuple_struct_pattern":
        items = _items(pattern)
        return sole_name(data, items[0], depth + 1) if len(items) == 1 else None
    return None


def _items(pattern: TreeNode) -> list[TreeNode]:
    kind = pattern.child_by_field_name("type")
    return [item for item in pattern.named_children if item != kind and item.type != "remaining_field_pattern"]


def bindings(data: bytes, pattern: TreeNode, value: Expr, end: int, depth: int = 0) -> Iterator[Assign]:
    """What a pattern gives its names, taken from `value`."""
    if depth > _DEEPEST:
        return
    match pattern.type:
        case "identifier":
            target = Name(pattern.start_byte, pattern.end_byte, text_of(data, pattern))
            yield Assign(pattern.start_byte, end, target, value, declares=True)
        case "mut_pattern" | "ref_pattern" | "reference_pattern" | "match_pattern" | "captured_pattern":
            inner = [item for item in pattern.named_children if item.type != "mutable_specifier"]
            yield from bindings(data, inner[0], value, end, depth + 1) if inner else ()
        case "tuple_struct_pattern":
            yield from _taken_out(data, pattern, value, end, depth)
        case "tuple_pattern" | "slice_pattern":
            yield from _each(data, pattern.named_children, value, end, depth)
        case "struct_pattern":
            yield from _fields(data, pattern, value, end, depth)
        case _:
            return


def _taken_out(data: bytes, pattern: TreeNode, value: Expr, end: int, depth: int) -> Iterator[Assign]:
    """`Some(x)` takes out the value itself, `Err(e)` something else, `Kind(a, b)` its parts."""
    items = _items(pattern)
    is_failure_of = _last(data, pattern.child_by_field_name("type")) == "Err"
    held = Opaque(value.start, value.end, (value,)) if is_failure_of else value
    if len(items) == 1:
        yield from bindings(data, items[0], held, end, depth + 1)
    elif items:
        yield from _each(data, items, held, end, depth)


def _each(data: bytes, items: list[TreeNode], value: Expr, end: int, depth: int) -> Iterator[Assign]:
    """The items of a tuple: the value has a name first where it must be evaluated only once."""
    if len(items) > _MOST:
        return
    yield from _parts(
        value,
        end,
        [(item, Literal(item.start_byte, item.start_byte, place)) for place, item in enumerate(items)],
        data,
        depth,
    )


def _fields(data: bytes, pattern: TreeNode, value: Expr, end: int, depth: int) -> Iterator[Assign]:
    found: list[tuple[TreeNode, Literal]] = []
    for item in pattern.named_children[:_MOST]:
        name = item.child_by_field_name("name") if item.type == "field_pattern" else None
        if name is not None:
            inner = item.child_by_field_name("pattern") or name
            found.append((inner, Literal(name.start_byte, name.end_byte, text_of(data, name))))
    yield from _parts(value, end, found, data, depth)


def _parts(value: Expr, end: int, items: list[tuple[TreeNode, Literal]], data: bytes, depth: int) -> Iterator[Assign]:
    copies = copies_of(value, len(items)) if items else []
    if items and not copies:
        holder = f"#{value.start}"
        yield Assign(value.start, end, Name(value.start, value.start, holder), value, declares=True)
        copies = [Name(end, end, holder) for _ in items]
    for (item, key), whole in zip(items, copies, strict=False):
        part: Expr
        if isinstance(key.value, str):
            part = Member(key.start, key.end, whole, key.value)
        else:
            part = Index(key.start, key.end, whole, key)
        if item.type == "shorthand_field_identifier":
            target = Name(item.start_byte, item.end_byte, text_of(data, item))
            yield Assign(item.start_byte, end, target, part, declares=True)
        else:
            yield from bindings(data, item, part, end, depth + 1)
