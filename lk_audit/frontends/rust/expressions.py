"""Rust expressions: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.common import number
from lk_audit.frontends.lowering.tree import Lowering, Part
from lk_audit.frontends.rust import types
from lk_audit.frontends.rust.blocks import (
    Condition,
    value_of,
)
from lk_audit.frontends.rust.literals import float_value, format_pieces, integer_value, string_value
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Binary,
    Call,
    Entry,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Record,
    Return,
    Sequence,
    Template,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Grammar, Leaf, Lower
    from lk_audit.syntax import Expr, Node

_OPERATORS = {"&&": "and", "||": "or", "!": "not"}
_SAME = frozenset(
    {"clone", "to_owned", "into", "as_str", "as_bytes", "as_ref", "as_deref", "as_mut", "unwrap", "into_bytes"}
    | {"into_string", "borrow", "to_vec", "cloned", "copied", "ok", "as_slice", "into_inner", "expose_secret", "deref"}
    | {"unwrap_unchecked", "to_string", "unwrap_or_default", "into_owned", "to_str", "into_boxed_str", "as_mut_str"}
)
"""Methods without arguments that give the receiver again, in another form or out of an `Option` or `Result`."""
_TRANSPARENT = frozenset({"Some", "Ok", "Box.new", "Arc.new", "Rc.new", "String.from", "Cow.from", "Cow.Borrowed"})
"""Calls that wrap what they are given."""
_FORMATS = frozenset({"format", "format_args"})
_WRITES = frozenset(
    {"println", "print", "eprintln", "eprint", "write", "writeln", "info", "debug", "warn", "error", "trace"}
)
"""Macros that write what their format strings name."""


class RustLowering(Lowering):
    """A run over one file; `objects` are where macros hold records, `owned` the structs with defaults of their own."""

    def __init__(self, data: bytes, grammar: Grammar, objects: frozenset[int], owned: frozenset[str]) -> None:
        super().__init__(data, grammar)
        self.objects = objects
        self.owned = owned


class Arguments(Part):
    items: tuple[Argument, ...]


def at(frame: Frame, index: int) -> Expr:
    """The value at `index`; an empty `Opaque` where the source leaves it out."""
    return value_of(frame.values[index]) if index < len(frame.values) else Opaque(frame.end, frame.end, ())


def field(frame: Frame, name: str) -> Expr:
    """The value in one of the grammar's fields."""
    node = frame.field(name)
    return value_of(node) if node is not None else Opaque(frame.end, frame.end, ())


def _name(data: bytes, node: TreeNode) -> Node:
    name = types.text_of(data, node)
    if name == "None":
        return Literal(node.start_byte, node.end_byte, None)
    return Name(node.start_byte, node.end_byte, name)


def _self(_: bytes, node: TreeNode) -> Node:
    return Name(node.start_byte, node.end_byte, "this")


def _path(data: bytes, node: TreeNode) -> Node:
    return types.path(data, node) or Opaque(node.start_byte, node.end_byte, ())


def _string(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Literal(start, end, string_value(data[start:end]))


def _flag(data: bytes, node: TreeNode) -> Node:
    return Literal(node.start_byte, node.end_byte, data[node.start_byte : node.end_byte] == b"true")


def _nothing(run: Lowering, frame: Frame) -> Node:
    if isinstance(run, RustLowering) and frame.start in run.objects:
        return Record(frame.start, frame.end, ())
    return Literal(frame.start, frame.end, None)


def _written(_: bytes, node: TreeNode) -> Node:
    return types.Written(node.start_byte, node.end_byte, node)


def _inner(_: Lowering, frame: Frame) -> Node:
    """What parentheses, `&` and `?` are written around."""
    return frame.values[-1] if frame.values else Opaque(frame.start, frame.end, ())


def _value(_: Lowering, frame: Frame) -> Node:
    """`x as u64` is `x`."""
    return field(frame, "value")


def _field(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("field")
    holder = field(frame, "value")
    if name is not None and name.type == "integer_literal":
        # A wrapper such as `Json` or `Path` has one item, which is what it is about.
        key = run.text(name)
        return Member(frame.start, frame.end, holder, key) if key != "0" else holder
    return Member(frame.start, frame.end, holder, run.text(name) if name is not None else "")


def _index(_: Lowering, frame: Frame) -> Node:
    return Index(frame.start, frame.end, at(frame, 0), at(frame, 1))


def _unary(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.children[0].type if frame.node.children else ""
    operand = at(frame, 0)
    return operand if sign == "*" else Unary(frame.start, frame.end, _OPERATORS.get(sign, sign), operand)


def _binary(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type if sign is not None else ""
    left, right = frame.values[0] if frame.values else None, frame.values[-1] if frame.values else None
    sides = [
        item.test if isinstance(item, Condition) else value_of(item) if item else at(frame, 9) for item in (left, right)
    ]
    return Binary(frame.start, frame.end, _OPERATORS.get(operator, operator), sides[0], sides[1])


def _assignment(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type[:-1] if sign is not None else ""
    return Assign(frame.start, frame.end, field(frame, "left"), field(frame, "right"), operator)


def _await(_: Lowering, frame: Frame) -> Node:
    return Await(frame.start, frame.end, at(frame, 0))


def _tuple(run: Lowering, frame: Frame) -> Node:
    items = [value_of(value) for value in frame.values]
    if isinstance(run, RustLowering) and frame.start in run.objects:
        pairs = zip(items[::2], items[1::2], strict=False)
        return Record(frame.start, frame.end, tuple(Entry(k.start, v.end, k, _json(v)) for k, v in pairs))
    return Sequence(frame.start, frame.end, tuple(map(_json, items)))


def _json(value: Expr) -> Expr:
    """`null` in `json!` is nothing."""
    return Literal(value.start, value.end, None) if isinstance(value, Name) and value.id == "null" else value


def _array(_: Lowering, frame: Frame) -> Node:
    """`[a, b]`; of `[x; n]` nobody knows how many there are."""
    items = tuple(value_of(value) for value in frame.values)
    if any(child.type == ";" for child in frame.node.children):
        return Opaque(frame.start, frame.end, items)
    return Sequence(frame.start, frame.end, items)


def _arguments(_: Lowering, frame: Frame) -> Node:
    """Arguments; `name = value` is one by name, as in `format!`."""
    items: list[Argument] = []
    for value in frame.values:
        if isinstance(value, Assign) and isinstance(value.target, Name) and not value.operator:
            items.append(Argument(value.start, value.end, value.target.id, value.value))
        elif not isinstance(value, types.Written):
            expr = value_of(value)
            items.append(Argument(expr.start, expr.end, None, expr))
    return Arguments(frame.start, frame.end, tuple(items))


def _dotted(expr: Expr | None) -> str:
    match expr:
        case Name(id=name):
            return name
        case Member(object=Name(id=holder), name=name):
            return f"{holder}.{name}"
        case _:
            return ""


def _call(run: Lowering, frame: Frame) -> Node:
    given = frame.field("arguments")
    items = given.items if isinstance(given, Arguments) else ()
    callee = field(frame, "function")
    name = _dotted(callee)
    if name in _TRANSPARENT and len(items) == 1:
        return items[0].value
    if name in _FORMATS:
        return _formatted(frame, items) or Call(frame.start, frame.end, callee, items)
    if name.rpartition(".")[2] in _WRITES:
        items += tuple(_written_inline(items))
    if isinstance(callee, Member) and frame.node.child_by_field_name("function") is not None:
        found = _method(run, frame, callee, items)
        if found is not None:
            return found
    return Call(frame.start, frame.end, callee, items)


def _method(run: Lowering, frame: Frame, callee: Member, items: tuple[Argument, ...]) -> Expr | None:
    """Methods that have an equivalent: what unwraps, copies, or falls back."""
    name, holder = callee.name, callee.object
    if not items and name == "default" and isinstance(holder, Name | Member):
        return _defaulted(run, frame, holder)
    function = frame.node.child_by_field_name("function")
    is_method = function is not None and (function.type == "field_expression" or _is_turbofish(function))
    match name, items if is_method else None:
        case _, () if name in _SAME:
            return holder
        case "expect", (_,):
            return holder
        case "unwrap_or" | "or", (other,):
            return Binary(frame.start, frame.end, "??", holder, other.value)
        case "unwrap_or_else" | "or_else", (other,):
            return Binary(frame.start, frame.end, "??", holder, _result(other.value))
        case _:
            return None


def _defaulted(run: Lowering, frame: Frame, holder: Name | Member) -> Expr | None:
    """`T::default()`, where T says nothing of its own about that, is a construction without fields."""
    label = holder.id if isinstance(holder, Name) else holder.name
    owned = run.owned if isinstance(run, RustLowering) else frozenset[str]()
    known = label not in owned and label[:1].isupper() and label not in {"Self", "Default"}
    return Call(frame.start, frame.end, holder, (), is_new=True) if known else None


def _is_turbofish(function: TreeNode | None) -> bool:
    inner = function.child_by_field_name("function") if function is not None else None
    return inner is not None and inner.type == "field_expression"


def _result(function: Expr) -> Expr:
    """What a closure gives that is called for a fallback."""
    if isinstance(function, Function):
        statements = function.body.statements
        last = statements[-1] if len(statements) == 1 else None
        if isinstance(last, Return) and last.value is not None:
            return last.value
    return Call(function.start, function.end, function, ())


def _written_inline(items: tuple[Argument, ...]) -> Iterator[Argument]:
    """The variables that a format string names itself: `println!("{name}")`."""
    named = {item.name for item in items}
    texts = (item.value for item in items if isinstance(item.value, Literal) and isinstance(item.value.value, str))
    text = next(texts, None)
    if text is None:
        return
    for piece in format_pieces(str(text.value))[1::2]:
        if piece is not None and piece.isidentifier() and piece not in named:
            yield Argument(text.start, text.end, None, Name(text.start, text.end, piece))


def _formatted(frame: Frame, items: tuple[Argument, ...]) -> Expr | None:
    """`format!("room-{}-{name}", id)` is text with values in it."""
    first = items[0].value if items else None
    if not isinstance(first, Literal) or not isinstance(first.value, str):
        return None
    positional = iter([item.value for item in items[1:] if item.name is None])
    named = {item.name: item.value for item in items[1:] if item.name is not None}
    parts: list[Expr] = []
    for place, piece in enumerate(format_pieces(first.value)):
        if place % 2 == 0:
            parts += [Literal(first.start, first.end, piece)] if piece else []
            continue
        value = next(positional, None) if piece is None else named.pop(piece, None)
        if value is None and piece is not None and piece.isidentifier():
            value = Name(first.start, first.start, "this" if piece == "self" else piece)
        parts.append(value if value is not None else Opaque(first.end, first.end, ()))
    rest = [*positional, *named.values()]
    if rest:
        parts.append(Opaque(first.end, first.end, tuple(rest)))
    if all(isinstance(part, Literal) for part in parts):
        return Literal(first.start, first.end, "".join(str(getattr(part, "value", "")) for part in parts))
    return Template(frame.start, frame.end, tuple(parts))


LEAVES: Mapping[str, Leaf] = {
    **dict.fromkeys(("identifier", "type_identifier", "primitive_type", "crate", "super"), _name),
    "self": _self,
    **dict.fromkeys(("scoped_identifier", "scoped_type_identifier", "generic_type_with_turbofish"), _path),
    **dict.fromkeys(("string_literal", "raw_string_literal"), _string),
    "char_literal": _string,
    "integer_literal": number(integer_value),
    "float_literal": number(float_value),
    "boolean_literal": _flag,
    **dict.fromkeys(
        (
            *("generic_type", "reference_type", "pointer_type", "array_type", "tuple_type", "function_type"),
            *("dynamic_type", "abstract_type", "bounded_type", "unit_type", "never_type", "bracketed_type"),
            *("type_arguments", "removed_trait_bound", "attribute_item", "inner_attribute_item"),
        ),
        _written,
    ),
}
EXPRESSIONS: Mapping[str, Lower] = {
    "unit_expression": _nothing,
    **dict.fromkeys(("parenthesized_expression", "reference_expression", "try_expression"), _inner),
    "type_cast_expression": _value,
    "generic_function": lambda _, frame: field(frame, "function"),
    "field_expression": _field,
    "index_expression": _index,
    "unary_expression": _unary,
    "binary_expression": _binary,
    **dict.fromkeys(("assignment_expression", "compound_assignment_expr"), _assignment),
    "await_expression": _await,
    "tuple_expression": _tuple,
    "array_expression": _array,
    "arguments": _arguments,
    "call_expression": _call,
}
