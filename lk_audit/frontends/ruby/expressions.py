"""Ruby expressions: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.common import number
from lk_audit.frontends.lowering.interning import TEXTS
from lk_audit.frontends.lowering.literals import real_number
from lk_audit.frontends.lowering.tails import assigned, at, field, value
from lk_audit.frontends.lowering.tree import Part, Several, copies_of, expression, statements
from lk_audit.frontends.ruby.literals import quoted, unescaped, whole_number
from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
    Call,
    Conditional,
    Entry,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Record,
    Return,
    Sequence,
    Spread,
    Template,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement

OPERATORS = {"&&": "and", "||": "or", "!": "not", "===": "==", "&.": "."}
_THIS = "this"


class Arguments(Part):
    items: tuple[Argument, ...]


class Targets(Part):
    """The left side of an assignment to several things; `rest` is the place of the one that takes what is left."""

    items: tuple[Node, ...]
    rest: int | None = None


class Pair(Part):
    key: Expr
    value: Expr


class Rest(Part):
    """`**options`."""

    value: Expr


def text_of(data: bytes, node: TreeNode) -> str:
    return TEXTS[data[node.start_byte : node.end_byte]]


def _name(data: bytes, node: TreeNode) -> Node:
    return Name(node.start_byte, node.end_byte, method_name(text_of(data, node)))


def method_name(written: str) -> str:
    """A method without the sign at the end of its name: `authenticate_user!`, `nil?`."""
    return written.rstrip("!?")


def _attribute(data: bytes, node: TreeNode) -> Node:
    """`@room` and `@@room` are members of the object, or of its class."""
    start, end = node.start_byte, node.end_byte
    return Member(start, end, Name(start, start, _THIS), text_of(data, node).lstrip("@"))


def _fixed(name: str) -> Leaf:
    def lower(_: bytes, node: TreeNode) -> Node:
        return Name(node.start_byte, node.end_byte, name)

    return lower


def _symbol(data: bytes, node: TreeNode) -> Node:
    text = text_of(data, node).removeprefix(":").removesuffix(":").strip("\"'")
    return Literal(node.start_byte, node.end_byte, text)


def _character(data: bytes, node: TreeNode) -> Node:
    return Literal(node.start_byte, node.end_byte, text_of(data, node)[1:])


def _constant(known: bool | None) -> Leaf:
    def lower(_: bytes, node: TreeNode) -> Node:
        return Literal(node.start_byte, node.end_byte, known)

    return lower


def _piece(data: bytes, node: TreeNode) -> Node:
    """A part of a text; in single quotes most escapes are none."""
    start, end = node.start_byte, node.end_byte
    holder = node.parent
    is_plain = holder is not None and data[holder.start_byte : holder.start_byte + 1] == b"'"
    return Literal(start, end, (quoted if is_plain else unescaped)(data[start:end]))


def text(_: Lowering, frame: Frame) -> Node:
    """`"room-#{id}"`: a literal when nothing is put in."""
    parts = [value(item, frame.end) for item in frame.values]
    return joined(parts, frame.start, frame.end)


def joined(parts: list[Expr], start: int, end: int) -> Expr:
    if all(isinstance(part, Literal) for part in parts):
        pieces = [str(part.value) for part in parts if isinstance(part, Literal)]
        return Literal(start, end, "".join(pieces))
    return Template(start, end, tuple(parts))


def _inner(_: Lowering, frame: Frame) -> Node:
    return frame.values[-1] if frame.values else Literal(frame.start, frame.end, None)


def _parentheses(_: Lowering, frame: Frame) -> Node:
    if len(frame.values) == 1:
        return frame.values[0]
    return Several(frame.start, frame.end, statements(frame.values))


def _interpolated(_: Lowering, frame: Frame) -> Node:
    return at(frame, len(frame.values) - 1) if frame.values else Literal(frame.start, frame.end, "")


def _scope(run: Lowering, frame: Frame) -> Node:
    """`LiveKit::AccessToken`; `::Top` is `Top`."""
    name = frame.node.child_by_field_name("name")
    label = run.text(name) if name is not None else ""
    if frame.node.child_by_field_name("scope") is None:
        return Name(frame.start, frame.end, label)
    return Member(frame.start, frame.end, field(frame, "scope"), label)


def _reference(_: Lowering, frame: Frame) -> Node:
    if len(frame.values) < 2:  # noqa: PLR2004 - the object and its key
        return Index(frame.start, frame.end, at(frame, 0), Opaque(frame.end, frame.end, ()))
    return Index(frame.start, frame.end, at(frame, 0), at(frame, 1))


def arguments(_: Lowering, frame: Frame) -> Node:
    """What a call is given: `key: value` by name, `"key" => value` together as one map."""
    found: list[Argument] = []
    entries: list[Entry] = []
    for item in frame.values:
        match item:
            case Pair(start=start, end=end, key=Literal(value=str(key)), value=given) if _is_word(frame, start):
                found.append(Argument(start, end, key, given))
            case Pair(start=start, end=end, key=key_expr, value=given):
                entries.append(Entry(start, end, key_expr, given))
            case Rest(start=start, end=end, value=inner) | Spread(start=start, end=end, value=inner):
                found.append(Argument(start, end, None, inner, spread=True))
            case Argument():
                found.append(item)
            case _:
                found.append(Argument(item.start, item.end, None, value(item, item.end)))
    if entries:
        record = Record(entries[0].start, entries[-1].end, tuple(entries))
        found.append(Argument(record.start, record.end, None, record))
    return Arguments(frame.start, frame.end, tuple(found))


def _is_word(frame: Frame, start: int) -> bool:
    """Whether the pair that begins there has a symbol as its key."""
    kinds = {"hash_key_symbol", "simple_symbol", "delimited_symbol"}
    kid = next((kid for kid in frame.kids if kid.start_byte == start), None)
    key = kid.child_by_field_name("key") if kid is not None else None
    return key is not None and (key.type in kinds or text_is_label(key))


def text_is_label(key: TreeNode) -> bool:
    """`"room": value` is the symbol `:room`."""
    after = key.next_sibling
    return key.type == "string" and after is not None and after.type == ":"


def _block_argument(_: Lowering, frame: Frame) -> Node:
    return Argument(frame.start, frame.end, "&", at(frame, 0))


def _pair(_: Lowering, frame: Frame) -> Node:
    """`key => value`, `key: value`, and `key:` for the variable of that name."""
    key = at(frame, 0)
    if len(frame.values) > 1:
        return Pair(frame.start, frame.end, key, at(frame, 1))
    label = key.value if isinstance(key, Literal) and isinstance(key.value, str) else ""
    return Pair(frame.start, frame.end, key, Name(key.start, key.end, label))


def _splat(_: Lowering, frame: Frame) -> Node:
    return Spread(frame.start, frame.end, at(frame, 0))


def _hash_splat(_: Lowering, frame: Frame) -> Node:
    return Rest(frame.start, frame.end, at(frame, 0))


def _hash(_: Lowering, frame: Frame) -> Node:
    found: list[Entry] = []
    for item in frame.values:
        if isinstance(item, Pair):
            found.append(Entry(item.start, item.end, item.key, item.value))
        elif isinstance(item, Rest):
            found.append(Entry(item.start, item.end, None, item.value))
    return Record(frame.start, frame.end, tuple(found))


def _array(_: Lowering, frame: Frame) -> Node:
    items = [item if isinstance(item, Spread) else value(item, item.end) for item in frame.values]
    return Sequence(frame.start, frame.end, tuple(items))


def _binary(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type if sign is not None else ""
    left, right = field(frame, "left"), field(frame, "right")
    if operator == "<<":
        return Call(
            frame.start,
            frame.end,
            Member(left.start, left.end, left, "push"),
            (Argument(right.start, right.end, None, right),),
        )
    return Binary(frame.start, frame.end, OPERATORS.get(operator, operator), left, right)


def _unary(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type if sign is not None else ""
    operand = field(frame, "operand")
    if operator == "defined?":
        return Opaque(frame.start, frame.end, (operand,))
    return Unary(frame.start, frame.end, OPERATORS.get(operator, operator), operand)


def _conditional(_: Lowering, frame: Frame) -> Node:
    parts = [field(frame, name) for name in ("condition", "consequence", "alternative")]
    return Conditional(frame.start, frame.end, *parts)


def _rescued(_: Lowering, frame: Frame) -> Node:
    """`value rescue other`."""
    return Binary(frame.start, frame.end, "??", field(frame, "body"), field(frame, "handler"))


def _targets(_: Lowering, frame: Frame) -> Node:
    rest = next((place for place, kid in enumerate(frame.kids) if kid.type == "rest_assignment"), None)
    return Targets(frame.start, frame.end, tuple(frame.values), rest)


def _assignment(_: Lowering, frame: Frame) -> Node:
    left, right = frame.field("left"), frame.field("right")
    if right is None:
        return Several(frame.start, frame.end, ())
    if isinstance(left, Targets):
        return Several(frame.start, frame.end, tuple(spread_out(left, value(right, frame.end), frame.end)))
    return assigned(as_target(left, frame), right, frame.end)


def as_target(node: Node | None, frame: Frame) -> Expr:
    """What stands on the left of `=`: a call without arguments is an attribute there."""
    match node:
        case Call(callee=Member() as attribute, arguments=()):
            return attribute
        case None:
            return Opaque(frame.start, frame.start, ())
        case _:
            return expression(node)


def spread_out(targets: Targets, given: Expr, end: int) -> list[Statement]:
    """`a, b = values`."""
    found: list[Statement] = []
    items = targets.items
    if isinstance(given, Sequence) and len(given.items) == len(items) and targets.rest is None:
        parts: list[Expr] = list(given.items)
    else:
        sources = copies_of(given, len(items))
        if not sources and items:
            holder = f"#{targets.start}"
            found.append(Assign(targets.start, end, Name(targets.start, targets.start, holder), given))
            sources = [Name(targets.start, targets.start, holder) for _ in items]
        parts = [_item(source, place, targets) for place, source in enumerate(sources)]
    for target, part in zip(items, parts, strict=True):
        if isinstance(target, Targets):
            found += spread_out(target, part, end)
        else:
            where = target.callee if isinstance(target, Call) and not target.arguments else expression(target)
            found.append(Assign(target.start, end, where, part))
    return found


def _item(source: Expr, place: int, targets: Targets) -> Expr:
    if targets.rest is not None and place >= targets.rest:
        return Opaque(source.start, source.end, (source,))
    return Index(source.start, source.end, source, Literal(source.end, source.end, place))


def _augmented(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    written = sign.type.removesuffix("=") if sign is not None else ""
    target, right = as_target(frame.field("left"), frame), frame.field("right")
    operator = OPERATORS.get(written, written)
    return assigned(target, right, frame.end, operator) if right is not None else target


def _left(_: Lowering, frame: Frame) -> Node:
    """`return`, with several values as a list."""
    given = frame.values[0] if frame.values else None
    items = [item.value for item in given.items] if isinstance(given, Arguments) else []
    if len(items) > 1:
        return Return(frame.start, frame.end, Sequence(frame.start, frame.end, tuple(items)))
    return Return(frame.start, frame.end, items[0] if items else None)


def _yield(_: Lowering, frame: Frame) -> Node:
    given = next((item for item in frame.values if isinstance(item, Arguments)), None)
    items = tuple(item.value for item in given.items) if given is not None else ()
    return Opaque(frame.start, frame.end, items)


LEAVES: Mapping[str, Leaf] = {
    **dict.fromkeys(("identifier", "constant", "global_variable"), _name),
    **dict.fromkeys(("instance_variable", "class_variable"), _attribute),
    "self": _fixed(_THIS),
    "super": _fixed("super"),
    **dict.fromkeys(("simple_symbol", "hash_key_symbol"), _symbol),
    "character": _character,
    "integer": number(whole_number),
    "float": number(real_number),
    "true": _constant(True),
    "false": _constant(False),
    "nil": _constant(None),
    **dict.fromkeys(("string_content", "escape_sequence", "heredoc_content"), _piece),
}
EXPRESSIONS: Mapping[str, Lower] = {
    **dict.fromkeys(("string", "delimited_symbol", "bare_string", "bare_symbol", "chained_string"), text),
    "interpolation": _interpolated,
    "parenthesized_statements": _parentheses,
    **dict.fromkeys(("superclass", "exception_variable", "rest_assignment", "pattern"), _inner),
    "scope_resolution": _scope,
    "element_reference": _reference,
    "argument_list": arguments,
    "block_argument": _block_argument,
    "pair": _pair,
    "splat_argument": _splat,
    "hash_splat_argument": _hash_splat,
    "hash": _hash,
    **dict.fromkeys(("array", "string_array", "symbol_array", "right_assignment_list"), _array),
    "binary": _binary,
    "unary": _unary,
    "conditional": _conditional,
    "rescue_modifier": _rescued,
    **dict.fromkeys(("left_assignment_list", "destructured_left_assignment"), _targets),
    "assignment": _assignment,
    "operator_assignment": _augmented,
    "return": _left,
    "yield": _yield,
}
