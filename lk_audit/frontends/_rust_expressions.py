"""Rust expressions: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lk_audit.frontends import _rust_types as types
from lk_audit.frontends._rust_blocks import (
    Body,
    Choice,
    Condition,
    body_of,
    evaluated,
    flat,
    returned,
    settled,
    value_of,
)
from lk_audit.frontends._rust_literals import float_value, format_pieces, integer_value, string_value
from lk_audit.frontends._tree import Lowering, Part, Several, contents, is_statement
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Entry,
    Evaluate,
    Function,
    If,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Parameter,
    Record,
    Return,
    Sequence,
    Template,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends._tree import Frame, Grammar, Leaf, Lower
    from lk_audit.syntax import Expr, Node, Statement

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


class RustLowering(Lowering):
    """A run over one file; `objects` are where macros hold records, `owned` the structs with defaults of their own."""

    def __init__(self, data: bytes, grammar: Grammar, objects: frozenset[int], owned: frozenset[str]) -> None:
        super().__init__(data, grammar)
        self.objects = objects
        self.owned = owned


@dataclass(slots=True, eq=False)
class Arguments(Part):
    items: tuple[Argument, ...]


@dataclass(slots=True, eq=False)
class Fields(Part):
    items: tuple[Argument, ...]


@dataclass(slots=True, eq=False)
class Parameters(Part):
    """Parameters, and what the patterns among them declare."""

    items: tuple[Parameter, ...]
    taken: tuple[Statement, ...]


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


def _number(read: Callable[[bytes], float]) -> Leaf:
    def lower(data: bytes, node: TreeNode) -> Node:
        start, end = node.start_byte, node.end_byte
        try:
            return Literal(start, end, read(data[start:end]))
        except ValueError:
            return Opaque(start, end, ())

    return lower


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


# --- structs and closures ---------------------------------------------------------------------------------------------


def _struct(run: Lowering, frame: Frame) -> Node:
    """`Claims { iss, ..Default::default() }`: the construction with its fields by name."""
    name = types.path(run.data, frame.node.child_by_field_name("name"))
    body = frame.field("body")
    items = body.items if isinstance(body, Fields) else ()
    callee = name or Opaque(frame.start, frame.start, ())
    label = types.last_of(name)
    owned = run.owned if isinstance(run, RustLowering) else frozenset[str]()
    kept = tuple(item for item in items if not (item.spread and _is_default(item.value, label, owned)))
    return Call(frame.start, frame.end, callee, kept, is_new=True)


def _is_default(value: Expr, label: str, owned: frozenset[str]) -> bool:
    """Whether the rest of a struct is what its type begins with, and nothing of the program's own."""
    if label in owned:
        return False
    match value:
        case Call(callee=Member(object=Name(id="Default"), name="default"), arguments=()):
            return True
        case Call(is_new=True, arguments=()):
            return True
        case _:
            return False


def _fields(_: Lowering, frame: Frame) -> Node:
    return Fields(frame.start, frame.end, tuple(value for value in frame.values if isinstance(value, Argument)))


def _field_value(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("field") or frame.node.child_by_field_name("name")
    label = run.text(name) if name is not None else None
    value = frame.field("value")
    return Argument(frame.start, frame.end, label, value_of(value) if value is not None else at(frame, 0))


def _shorthand(run: Lowering, frame: Frame) -> Node:
    value = at(frame, 0)
    return Argument(frame.start, frame.end, value.id if isinstance(value, Name) else run.text(frame.node), value)


def _base(_: Lowering, frame: Frame) -> Node:
    return Argument(frame.start, frame.end, None, at(frame, 0), spread=True)


def parameters(run: Lowering, frame: Frame) -> Node:
    """The parameters of a function or closure; `self` is none of them."""
    items: list[Parameter] = []
    taken: list[Statement] = []
    for node in frame.node.named_children:
        if node.type in {"self_parameter", "attribute_item", "line_comment", "block_comment", "variadic_parameter"}:
            continue
        pattern = node.child_by_field_name("pattern") if node.type == "parameter" else node
        if pattern is None:
            continue
        written = types.annotation(run.data, node.child_by_field_name("type")) if node.type == "parameter" else None
        start, end = node.start_byte, node.end_byte
        name = types.sole_name(run.data, pattern)
        if name is None:
            name = f"#{len(items)}"
            value = Name(end, end, name)
            taken += types.bindings(run.data, pattern, value, end)
        items.append(Parameter(start, end, name, None, written))
    return Parameters(frame.start, frame.end, tuple(items), tuple(taken))


def function_body(node: Node | None, given: Parameters | None, end: int) -> Block:
    """The body of a function, with what its parameters take apart first and what it returns last."""
    body = body_of(node, end)
    before = given.taken if given is not None else ()
    return Block(body.start, body.end, (*before, *settled(body, returned)))


def _closure(_: Lowering, frame: Frame) -> Node:
    given = frame.field("parameters")
    known = given if isinstance(given, Parameters) else None
    body = function_body(frame.field("body"), known, frame.end)
    is_async = any(child.type == "async" for child in frame.node.children)
    return Function(frame.start, frame.end, "", known.items if known else (), body, (), is_async)


# --- statements -------------------------------------------------------------------------------------------------------


def _expression_statement(_: Lowering, frame: Frame) -> Node:
    """An expression with a semicolon; without one it is a block or choice, which may be a value after all."""
    value = frame.values[0] if frame.values else None
    if value is None:
        return Several(frame.start, frame.end, ())
    if is_statement(value) or not any(child.type == ";" for child in frame.node.children):
        return value
    if isinstance(value, Part):
        return Several(frame.start, frame.end, contents(flat((value,))))
    return evaluated(value_of(value))


def _let(run: Lowering, frame: Frame) -> Node:
    """`let x = value`, `let Some(x) = value else { return }`; a block or choice gives its value in every branch."""
    pattern = frame.node.child_by_field_name("pattern")
    value, otherwise = frame.field("value"), frame.field("alternative")
    written = types.annotation(run.data, frame.node.child_by_field_name("type"))
    if pattern is None:
        return Several(frame.start, frame.end, ())
    name = types.sole_name(run.data, pattern)
    found: list[Statement] = []
    if name is not None:
        found += _declared(frame, name, pattern, value, written)
    elif value is not None:
        bound = list(types.bindings(run.data, pattern, value_of(value), frame.end))
        found += bound or [Evaluate(frame.start, frame.end, value_of(value))]
    if otherwise is not None:
        body = body_of(otherwise, frame.end)
        test: Expr = Name(frame.end, frame.end, name) if name is not None else Opaque(frame.end, frame.end, ())
        negated = Unary(frame.end, frame.end, "not", test)
        branch = Block(body.start, body.end, settled(body, evaluated))
        found.append(If(body.start, frame.end, negated, branch, None))
    return Several(frame.start, frame.end, tuple(found))


def _declared(
    frame: Frame, name: str, pattern: TreeNode, value: Node | None, written: Expr | None
) -> Iterator[Statement]:
    start, end = pattern.start_byte, frame.end

    def declare(expr: Expr) -> Statement:
        return Assign(start, end, Name(start, pattern.end_byte, name), expr, "", written, declares=True)

    if value is None:
        yield declare(Opaque(end, end, ()))
    elif isinstance(value, Body | Choice):
        yield from settled(value, declare)
    else:
        yield declare(value_of(value))


def _return(_: Lowering, frame: Frame) -> Node:
    if not frame.values:
        return Return(frame.start, frame.end, None)
    value = frame.values[0]
    if isinstance(value, Part):
        return Body(frame.start, frame.end, settled(value, returned), None)
    return returned(value_of(value))


def _opaque_macro(_: Lowering, frame: Frame) -> Node:
    """A macro that is not understood: the names and literals in it."""
    return Opaque(frame.start, frame.end, contents(frame.values))


LEAVES: Mapping[str, Leaf] = {
    **dict.fromkeys(("identifier", "type_identifier", "primitive_type", "crate", "super"), _name),
    "self": _self,
    **dict.fromkeys(("scoped_identifier", "scoped_type_identifier", "generic_type_with_turbofish"), _path),
    **dict.fromkeys(("string_literal", "raw_string_literal"), _string),
    "char_literal": _string,
    "integer_literal": _number(integer_value),
    "float_literal": _number(float_value),
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
    "struct_expression": _struct,
    "field_initializer_list": _fields,
    "field_initializer": _field_value,
    "shorthand_field_initializer": _shorthand,
    "base_field_initializer": _base,
    **dict.fromkeys(("parameters", "closure_parameters"), parameters),
    "closure_expression": _closure,
    "expression_statement": _expression_statement,
    "let_declaration": _let,
    "return_expression": _return,
    "macro_invocation": _opaque_macro,
}
