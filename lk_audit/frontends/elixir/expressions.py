"""Elixir expressions: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.elixir.literals import unescaped
from lk_audit.frontends.elixir.parts import Arguments, Body, Choices, Clause, Keywords
from lk_audit.frontends.elixir.patterns import choice
from lk_audit.frontends.elixir.tables import desugared
from lk_audit.frontends.lowering.common import name, number
from lk_audit.frontends.lowering.interning import TEXTS
from lk_audit.frontends.lowering.literals import real_number, whole_number
from lk_audit.frontends.lowering.tails import returned, value, with_tails
from lk_audit.frontends.lowering.tree import Several, statements
from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
    Block,
    Call,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Parameter,
    Record,
    Sequence,
    Template,
    Unary,
    walk,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Node

_OPERATORS = {"&&": "and", "||": "or", "!": "not", "<>": "+", "++": "+", "--": "-", "===": "==", "!==": "!="}
_SPOKEN = frozenset(
    {"spec", "type", "typep", "opaque", "callback", "macrocallback", "impl", "behaviour", "enforce_keys"}
)
"""Attributes that tell the compiler about types."""
_TEXTS = frozenset({"s", "S"})
_WORDS = frozenset({"w", "W"})


def text_of(data: bytes, node: TreeNode) -> str:
    return TEXTS[data[node.start_byte : node.end_byte]]


def at(frame: Frame, index: int) -> Expr:
    """The value at `index` as an expression."""
    return value(frame.values[index], frame.end) if index < len(frame.values) else Literal(frame.end, frame.end, None)


def field(frame: Frame, name: str) -> Expr:
    """What has become of a field, as an expression; nothing where it is left out."""
    return value(frame.field(name), frame.end)


def operator_of(node: TreeNode) -> str:
    sign = node.child_by_field_name("operator")
    return sign.type if sign is not None else ""


def is_piped(node: TreeNode) -> bool:
    """Whether a call is given its first argument by a pipe."""
    above = node.parent
    if above is None or above.type != "binary_operator" or operator_of(above) != "|>":
        return False
    return above.child_by_field_name("right") == node


# --- leaves ---------------------------------------------------------------------------------------------------------


def _alias(data: bytes, node: TreeNode) -> Node:
    """A module, by its name as a whole: `Livekit.AccessToken`."""
    return Name(node.start_byte, node.end_byte, "".join(text_of(data, node).split()))


def _atom(data: bytes, node: TreeNode) -> Node:
    """`:ok` is the text `ok`; `:crypto` in front of a dot a module of Erlang."""
    start, end = node.start_byte, node.end_byte
    above = node.parent
    text = text_of(data, node)
    if above is not None and above.type == "dot":
        return Name(start, end, text)
    return Literal(start, end, text.removeprefix(":"))


def _boolean(data: bytes, node: TreeNode) -> Node:
    return Literal(node.start_byte, node.end_byte, text_of(data, node) == "true")


def _nothing(_: bytes, node: TreeNode) -> Node:
    return Literal(node.start_byte, node.end_byte, None)


def _character(data: bytes, node: TreeNode) -> Node:
    text = unescaped(data[node.start_byte + 1 : node.end_byte])
    return Literal(node.start_byte, node.end_byte, ord(text) if len(text) == 1 else None)


def _piece(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Literal(start, end, unescaped(data[start:end]))


def _keyword(data: bytes, node: TreeNode) -> Node:
    return Literal(node.start_byte, node.end_byte, text_of(data, node).rstrip().removesuffix(":"))


# --- texts ----------------------------------------------------------------------------------------------------------


def _text(_: Lowering, frame: Frame) -> Node:
    return _joined([value(item, frame.end) for item in frame.values], frame.start, frame.end)


def _joined(parts: list[Expr], start: int, end: int) -> Expr:
    if all(isinstance(part, Literal) for part in parts):
        return Literal(start, end, "".join(str(part.value) for part in parts if isinstance(part, Literal)))
    return Template(start, end, tuple(parts))


def _interpolated(_: Lowering, frame: Frame) -> Node:
    return at(frame, len(frame.values) - 1) if frame.values else Literal(frame.start, frame.end, "")


def _sigil(run: Lowering, frame: Frame) -> Node:
    """`~s(...)` is a text, `~w(...)` a list of words; templates, dates and patterns are not known."""
    name = next((run.text(kid) for kid in frame.node.named_children if kid.type == "sigil_name"), "")
    parts = [value(item, frame.end) for item in frame.values]
    if name in _TEXTS:
        return _joined(parts, frame.start, frame.end)
    if name in _WORDS and all(isinstance(part, Literal) for part in parts):
        words = " ".join(str(part.value) for part in parts if isinstance(part, Literal)).split()
        return Sequence(frame.start, frame.end, tuple(Literal(frame.start, frame.end, word) for word in words))
    return Opaque(frame.start, frame.end, tuple(parts))


# --- operators ------------------------------------------------------------------------------------------------------


def _binary(run: Lowering, frame: Frame) -> Node:
    operator = operator_of(frame.node)
    if operator == "|>":
        return _piped(run, frame)
    right = frame.field("right")
    if operator == "|" and isinstance(right, Keywords):
        record = Record(right.start, right.end, right.entries)
        kept = Opaque(right.start, right.end, (record,))
        return Binary(frame.start, frame.end, "|", field(frame, "left"), kept)
    left = frame.field("left")
    if operator == "=":
        return Assign(frame.start, frame.end, value(left, frame.start), value(right, frame.end), declares=True)
    if operator == "when" and isinstance(left, Arguments):
        # A clause's patterns and its guard: `{:ok, id} when id > 1 ->`.
        return Arguments(left.start, frame.end, (*left.items, Binary(frame.start, frame.end, "when", *_nulls(frame))))
    return _operated(run, frame, operator)


def _nulls(frame: Frame) -> tuple[Expr, Expr]:
    return Literal(frame.start, frame.start, None), field(frame, "right")


def _operated(run: Lowering, frame: Frame, operator: str) -> Node:
    left, right = field(frame, "left"), field(frame, "right")
    if operator == "in":
        return Binary(frame.start, frame.end, "in", left, right)
    if operator == "//" or (operator == "" and frame.values):
        return Binary(frame.start, frame.end, run.text(frame.node)[:0], left, right)
    return Binary(frame.start, frame.end, _OPERATORS.get(operator, operator), left, right)


def _piped(_: Lowering, frame: Frame) -> Node:
    """`value |> f(more)` is `f(value, more)`."""
    first, onto = field(frame, "left"), frame.field("right")
    start, end = frame.start, frame.end
    if isinstance(onto, Choices):
        return Several(start, end, choice(first, onto.clauses, end))
    given = Argument(first.start, first.end, None, first)
    match onto:
        case Call(callee=callee, arguments=more):
            return desugared(Call(start, end, callee, (given, *more)))
        case Name() | Member():
            return desugared(Call(start, end, onto, (given,)))
        case _:
            return Opaque(start, end, (first, *([value(onto, end)] if onto is not None else [])))


def _unary(run: Lowering, frame: Frame) -> Node:
    operator = operator_of(frame.node)
    if operator == "@":
        return _attribute(run, frame)
    if operator == "&":
        return _capture(run, frame)
    operand = field(frame, "operand") if frame.node.child_by_field_name("operand") is not None else at(frame, 0)
    if isinstance(operand, Opaque) and frame.values:
        operand = at(frame, 0)
    match operator, operand:
        case "-", Literal(value=int() | float() as number) if not isinstance(number, bool):
            return Literal(frame.start, frame.end, -number)
        case _:
            return Unary(frame.start, frame.end, _OPERATORS.get(operator, operator), operand)


def _attribute(run: Lowering, frame: Frame) -> Node:
    """`@ttl 3600` sets an attribute of the module, `@ttl` reads it."""
    operand = frame.values[0] if frame.values else None
    if operand is not None and (not _is_named(frame.kids[0]) or run.data[frame.start + 1 : operand.start].strip()):
        operand = None  # what is no name, or cannot be read, stands behind the sign
    match operand:
        case Name(id=name, end=end):
            return Name(frame.start, end, f"@{name}")
        case Call(callee=Name(id=name, end=end), arguments=(Argument(value=given),)):
            if name in _SPOKEN:
                return Several(frame.start, frame.end, ())
            return Assign(frame.start, frame.end, Name(frame.start, end, f"@{name}"), given)
        case Call(callee=Name(id=name)) if name in _SPOKEN:
            return Several(frame.start, frame.end, ())
        case _:
            return Opaque(frame.start, frame.end, (at(frame, 0),) if frame.values else ())


def _is_named(node: TreeNode) -> bool:
    """Whether code is a name, or the call of one."""
    target = node.child_by_field_name("target") if node.type == "call" else node
    return target is not None and target.type == "identifier"


def _capture(run: Lowering, frame: Frame) -> Node:
    """`&f/1`, `&Mod.f/1` and `&(&1.id)`; `&1` itself is a parameter."""
    inner = at(frame, 0)
    match inner:
        case Literal(value=int() as place) if run.data[frame.start + 1 : frame.end].strip() == str(place).encode():
            return Name(frame.start, frame.end, f"&{place}")
        case Binary(operator="/", left=Name() | Member() as named, right=Literal()):
            return named
        case Binary(operator="/", left=Call(callee=named, arguments=()), right=Literal()):
            return named
    places = {item.id for item in walk(inner) if isinstance(item, Name) and item.id.startswith("&")}
    parameters = tuple(Parameter(frame.start, frame.start, name) for name in sorted(places))
    body = Block(inner.start, inner.end, (returned(inner),))
    return Function(frame.start, frame.end, "", parameters, body)


# --- calls ----------------------------------------------------------------------------------------------------------


def _arguments(_: Lowering, frame: Frame) -> Node:
    last = frame.values[-1] if frame.values else None
    keywords = last if isinstance(last, Keywords) else None
    plain = frame.values[:-1] if keywords is not None else frame.values
    return Arguments(frame.start, frame.end, tuple(value(item, item.end) for item in plain), keywords)


def _dot(run: Lowering, frame: Frame) -> Node:
    left = field(frame, "left")
    right = frame.node.child_by_field_name("right")
    if right is None:
        return left
    if right.type in {"identifier", "operator_identifier", "alias"}:
        return Member(frame.start, frame.end, left, run.text(right))
    inner = frame.field("right")
    if isinstance(inner, Literal) and isinstance(inner.value, str):
        return Member(frame.start, frame.end, left, inner.value)
    return Opaque(frame.start, frame.end, (left, *([value(inner, frame.end)] if inner is not None else [])))


def _access(_: Lowering, frame: Frame) -> Node:
    return Index(frame.start, frame.end, field(frame, "target"), field(frame, "key"))


def plain_call(frame: Frame, given: Arguments | None, body: Body | None) -> Node:
    """A call that stands for nothing but itself."""
    callee = field(frame, "target")
    if given is None and body is None and isinstance(callee, Member) and not _names_function(callee):
        return callee
    found = given.given() if given is not None else ()
    if body is not None:
        found = (*found, Argument(body.start, body.end, None, block_function(body)))
    made = Call(frame.start, frame.end, callee, found)
    return made if is_piped(frame.node) else desugared(made)


def _names_function(callee: Member) -> bool:
    """Whether what is in front of the dot is a module: `System.os_time`, not `user.id`."""
    base = callee.object
    last = base.name if isinstance(base, Member) else base.id if isinstance(base, Name) else ""
    return last[:1].isupper() or last.startswith(":") or last == "__MODULE__"


def block_function(body: Body) -> Function:
    """`do ... end` behind a call as a function without parameters."""
    inner = Block(body.start, body.end, (*body.statements, *statements(body.clauses)))
    with_tails(inner, returned)
    return Function(body.start, body.end, "", (), inner)


def anonymous(_: Lowering, frame: Frame) -> Node:
    """`fn a, b -> ... end`."""
    from lk_audit.frontends.elixir.modules import function_of  # noqa: PLC0415 - made of what is defined here

    clauses = [item for item in frame.values if isinstance(item, Clause)]
    return function_of("", clauses, frame.start, frame.end)


LEAVES: Mapping[str, Leaf] = {
    **dict.fromkeys(("identifier", "operator_identifier"), name),
    "alias": _alias,
    "atom": _atom,
    "integer": number(whole_number),
    "float": number(real_number),
    "boolean": _boolean,
    "nil": _nothing,
    "char": _character,
    **dict.fromkeys(("quoted_content", "escape_sequence"), _piece),
    "keyword": _keyword,
}
EXPRESSIONS: Mapping[str, Lower] = {
    **dict.fromkeys(("string", "charlist", "quoted_keyword", "quoted_atom"), _text),
    "interpolation": _interpolated,
    "sigil": _sigil,
    "binary_operator": _binary,
    "unary_operator": _unary,
    "arguments": _arguments,
    "dot": _dot,
    "access_call": _access,
    "anonymous_function": anonymous,
}
