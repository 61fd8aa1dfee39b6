"""Swift expressions: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from lk_audit.frontends.lowering.common import number
from lk_audit.frontends.lowering.literals import any_number
from lk_audit.frontends.lowering.operators import Chain, Choice, flat, settled
from lk_audit.frontends.lowering.tree import Part, Several, contents, expression, opaque, words
from lk_audit.frontends.swift.literals import indentation, raw_signs, raw_text, text_of
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Assign,
    Await,
    Call,
    Conditional,
    Entry,
    Evaluate,
    Expr,
    If,
    Literal,
    Member,
    Name,
    Node,
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

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Block, Scalar

PRECEDENCES = {
    "||": 1,
    "&&": 2,
    **dict.fromkeys(("<", ">", "<=", ">=", "==", "!=", "===", "!==", "~="), 3),
    "??": 4,
    **dict.fromkeys(("..<", "..."), 5),
    **dict.fromkeys(("+", "-", "|", "^", "&+", "&-"), 6),
    **dict.fromkeys(("*", "/", "%", "&", "&*"), 7),
    **dict.fromkeys(("<<", ">>"), 8),
}
"""The precedence of Swift's operators. Source: the declarations in swiftlang/swift:stdlib/public/core/Policy.swift."""
BINARIES = frozenset(
    f"{kind}_expression"
    for kind in ("multiplicative", "additive", "comparison", "equality", "conjunction", "disjunction", "nil_coalescing")
) | {"bitwise_operation", "range_expression", "infix_expression"}
_CONSTANTS: Mapping[str, Scalar] = {"true": True, "false": False, "nil": None}
_UNARY = {"!": "not"}
_COMMENT = regex(rb"/\*.*?\*/|//[^\n]*", re.DOTALL)
_DEEPEST_CHOICE = 40
IMPLICIT = "_"
"""What stands before the dot of `.name`, which is a member of the type that is due."""


class Piece(Part):
    """A part of a string as it is written."""

    text: str


class Typed(Part):
    """The name of a type."""

    name: str


def _name(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    name = data[start:end].decode("utf-8", "replace").strip("`")
    if name in _CONSTANTS:
        return Literal(start, end, _CONSTANTS[name])
    return Name(start, end, "this" if name in {"self", "Self"} else name)


def _piece(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Piece(start, end, text_of(data[start:end]))


def _raw_piece(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Piece(start, end, data[start:end].decode("utf-8", "replace"))


def _typed(data: bytes, node: TreeNode) -> Node:
    return Typed(node.start_byte, node.end_byte, type_text(data, node))


def type_text(data: bytes, node: TreeNode) -> str:
    """A type as it is written, without its arguments; where a comment stands there are spaces."""
    written = data[node.start_byte : node.end_byte]
    if b"/" in written:
        written = _COMMENT.sub(lambda found: b" " * len(found[0]), written)
    return written.decode("utf-8", "replace").partition("<")[0]


def dotted(typed: Typed) -> Expr:
    """A type as the name that it is. Its parts may stand apart: `LiveKit .Room`."""
    value: Expr | None = None
    for word, start, end in words(typed.name, typed.start):
        name = word.strip("`")
        if value is None:
            value = Name(start, end, "this" if name == "Self" else name)
        else:
            value = Member(typed.start, end, value, name)
    return cast("Expr", value)


def settle(node: Node) -> Node:
    """`node` as it is used where operators do not go on."""
    return settled(node, PRECEDENCES)


def _inner(_: Lowering, frame: Frame) -> Node:
    """What a wrapper is written around; types beside it say nothing."""
    found = [value for value in frame.values if not isinstance(value, Typed)]
    return found[0] if found else frame.expression(0)


# --- strings ----------------------------------------------------------------------------------------------------------


def _string(run: Lowering, frame: Frame) -> Node:
    parts = tuple(_pieces(frame.values))
    if all(isinstance(part, Literal) for part in parts):
        return Literal(frame.start, frame.end, "".join(str(part.value) for part in parts if isinstance(part, Literal)))
    del run
    return Template(frame.start, frame.end, parts)


def _pieces(values: list[Node]) -> Iterator[Expr]:
    """Pieces that stand side by side are one."""
    waiting: list[Piece] = []
    for value in values:
        if isinstance(value, Piece):
            waiting.append(value)
            continue
        yield from _joined(waiting)
        waiting = []
        yield expression(value)
    yield from _joined(waiting)


def _joined(pieces: list[Piece]) -> Iterator[Literal]:
    if pieces:
        yield Literal(pieces[0].start, pieces[-1].end, "".join(item.text for item in pieces))


def _long_string(run: Lowering, frame: Frame) -> Node:
    """A string over several lines, without the line ends at the quotes and what its last line is indented by."""
    indent = indentation(run.data[frame.start : frame.end])
    frame.values = list(_with_quotes(frame))
    for value in frame.values:
        if isinstance(value, Piece):
            value.text = value.text.replace(f"\n{indent}", "\n")
    pieces = [value for value in frame.values if isinstance(value, Piece)]
    if pieces and pieces[0] is frame.values[0]:
        pieces[0].text = pieces[0].text.removeprefix("\n")
    if pieces and pieces[-1] is frame.values[-1]:
        pieces[-1].text = pieces[-1].text.removesuffix("\n")
    return _string(run, frame)


def _with_quotes(frame: Frame) -> Iterator[Node]:
    """What a string holds, with the quotation marks in it, which need no escape between three of them."""
    lowered = {kid.id: value for kid, value in zip(frame.kids, frame.values, strict=True)}
    for child in frame.node.children:
        if child.id in lowered:
            yield lowered[child.id]
        elif child.type == '"':
            yield Piece(child.start_byte, child.end_byte, '"')


def _raw_string(run: Lowering, frame: Frame) -> Node:
    if all(isinstance(value, Piece) for value in frame.values):
        return Literal(frame.start, frame.end, raw_text(run.data[frame.start : frame.end]))
    begins, ends = raw_signs(run.data[frame.start : frame.end])
    place = frame.start + begins
    for kid, value in zip(frame.kids, frame.values, strict=True):
        if isinstance(value, Piece):
            stop = min(value.end, frame.end - ends)
            value.text, value.start = run.data[place:stop].decode("utf-8", "replace"), place
        place = kid.end_byte
    return _string(run, frame)


def _raw_interpolation(_: Lowering, frame: Frame) -> Node:
    """What is filled into a raw string, without the signs before it."""
    value = frame.values[-1] if frame.values else opaque(frame)
    return value if not isinstance(value, Piece) else opaque(frame)


# --- operators --------------------------------------------------------------------------------------------------------


def _binary(run: Lowering, frame: Frame) -> Node:
    if not frame.values:
        return opaque(frame)  # operators, and nothing between them
    kept = {kid.id for kid in frame.kids}
    signs = [run.text(item) for item in frame.node.children if item.id not in kept and "comment" not in item.type]
    operators = [sign for sign in signs if sign in PRECEDENCES] or signs[:1]
    chain = flat(frame.start, frame.end, frame.values, operators)
    return _specialised(chain) if "<" in chain.operators else chain


def _specialised(chain: Chain) -> Node:
    """`HMAC<SHA256>.authenticationCode(for: data)`, which the grammar takes for comparisons."""
    operands, operators = chain.operands, chain.operators
    for place in range(len(operators) - 1):
        first, last = operands[place], operands[place + 2]
        root = _implicit_root(last)
        if operators[place : place + 2] == ("<", ">") and isinstance(first, Name) and root is not None:
            root.start, root.end, root.id = first.start, first.end, first.id
            last.start = first.start
            rest = (*operands[:place], last, *operands[place + 3 :])
            signs = (*operators[:place], *operators[place + 2 :])
            return Chain(chain.start, chain.end, rest, signs) if signs else last
    return chain


def _implicit_root(node: Node) -> Name | None:
    """The name before the first dot of a chain of members and calls, where nothing is written there."""
    while isinstance(node, Member | Call):
        node = node.object if isinstance(node, Member) else node.callee
    return node if isinstance(node, Name) and node.id == IMPLICIT else None


def _ternary(_: Lowering, frame: Frame) -> Node:
    if len(frame.values) < 3:  # noqa: PLR2004 - test, then, otherwise
        return Opaque(frame.start, frame.end, contents(map(settle, frame.values)))
    test, then, otherwise = frame.values[:3]
    return Choice(frame.start, frame.end, test, expression(settle(then)), expression(settle(otherwise)))


def _prefix(run: Lowering, frame: Frame) -> Node:
    """`-x`, `!x`, `.member`; before several operands it belongs to the first."""
    sign = run.text(frame.node.children[0]) if frame.node.children else ""
    value = frame.values[-1] if frame.values else frame.expression(0)
    if isinstance(value, Chain):
        first = _signed(frame.start, sign, expression(settle(value.operands[0])))
        return Chain(frame.start, frame.end, (first, *value.operands[1:]), value.operators)
    return _signed(frame.start, sign, expression(settle(value)))


def _signed(start: int, sign: str, operand: Expr) -> Expr:
    if sign == "." and isinstance(operand, Name):
        return Member(start, operand.end, Name(start, start, IMPLICIT), operand.id)
    if sign == "&":
        return operand
    return Unary(start, operand.end, _UNARY.get(sign, sign), operand)


def _await(_: Lowering, frame: Frame) -> Node:
    return Await(frame.start, frame.end, frame.expression(0))


def _check(_: Lowering, frame: Frame) -> Node:
    return Opaque(frame.start, frame.end, (frame.expression(0),))


def _assignment(run: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = run.text(sign)[:-1] if sign is not None else ""
    return Assign(frame.start, frame.end, frame.expression(0), frame.expression(1), operator)


# --- collections and closures -----------------------------------------------------------------------------------------


def _array(_: Lowering, frame: Frame) -> Node:
    return Sequence(frame.start, frame.end, tuple(map(expression, frame.values)))


def _dictionary(_: Lowering, frame: Frame) -> Node:
    """Keys and values in turn."""
    pairs = zip(frame.values[::2], frame.values[1::2], strict=False)
    entries = [Entry(key.start, value.end, expression(key), expression(value)) for key, value in pairs]
    return Record(frame.start, frame.end, tuple(entries))


def _tuple(run: Lowering, frame: Frame) -> Node:
    """Parentheses around one value are nothing; with names a tuple is a record."""
    names = frame.node.children_by_field_name("name")
    if not names:
        if len(frame.values) == 1:
            return frame.values[0]
        return Sequence(frame.start, frame.end, tuple(map(expression, frame.values)))
    labels = {item.id for item in names}
    entries: list[Entry] = []
    label: Literal | None = None
    for kid, value in zip(frame.kids, frame.values, strict=True):
        if kid.id in labels:
            label = Literal(kid.start_byte, kid.end_byte, run.text(kid))
            continue
        key = label or Literal(value.start, value.start, str(len(entries)))
        entries.append(Entry(key.start, value.end, key, expression(value)))
        label = None
    return Record(frame.start, frame.end, tuple(entries))


def implied(body: Block) -> Block:
    """A body of a single expression returns its value."""
    pending = [body]
    while pending:
        inner = pending.pop()
        match inner.statements:
            case (Evaluate(start=start, end=end, value=value),):
                inner.statements = (Return(start, end, value),)
            case (If() as choice,) if choice.otherwise is not None:
                pending += (choice.then, choice.otherwise)
            case _:
                pass
    return body


def value_of(node: Node) -> Expr:
    """What stands where a value is due; `if` with a value in each branch is a conditional."""
    items = node.items if isinstance(node, Several) else (node,)
    chosen = _chosen(items[0], _DEEPEST_CHOICE) if len(items) == 1 else None
    return chosen if chosen is not None else expression(settle(node))


def _chosen(node: Node, depth: int) -> Expr | None:
    """The value of a choice, each of whose branches is a value; None for anything else."""
    if not isinstance(node, If) or node.otherwise is None or depth == 0:
        return None
    then, otherwise = _last_value(node.then, depth), _last_value(node.otherwise, depth)
    if then is None or otherwise is None:
        return None
    return Conditional(node.start, node.end, node.test, then, otherwise)


def _last_value(body: Block, depth: int) -> Expr | None:
    match body.statements:
        case (Evaluate(value=value),):
            return value
        case (If() as choice,):
            return _chosen(choice, depth - 1)
        case _:
            return None


LEAVES: Mapping[str, Leaf] = {
    **dict.fromkeys(
        ("simple_identifier", "self_expression", "super_expression", "boolean_literal", "nil_literal"), _name
    ),
    **dict.fromkeys(
        ("integer_literal", "hex_literal", "bin_literal", "oct_literal", "real_literal"), number(any_number)
    ),
    **dict.fromkeys(("line_str_text", "str_escaped_char", "multi_line_str_text"), _piece),
    **dict.fromkeys(("raw_str_part", "raw_str_end_part"), _raw_piece),
    **dict.fromkeys(("user_type", "type_identifier"), _typed),
}
EXPRESSIONS: Mapping[str, Lower] = {
    **dict.fromkeys(BINARIES, _binary),
    **dict.fromkeys(
        (
            *("try_expression", "as_expression", "postfix_expression", "directly_assignable_expression"),
            *("interpolated_expression", "optional_chain_marker", "constructor_suffix", "array_element"),
        ),
        _inner,
    ),
    "line_string_literal": _string,
    "multi_line_string_literal": _long_string,
    "raw_string_literal": _raw_string,
    "raw_str_interpolation": _raw_interpolation,
    "ternary_expression": _ternary,
    "prefix_expression": _prefix,
    "await_expression": _await,
    "check_expression": _check,
    "assignment": _assignment,
    "array_literal": _array,
    "dictionary_literal": _dictionary,
    "tuple_expression": _tuple,
}
"""Lowering functions by node type."""
