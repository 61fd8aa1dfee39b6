"""JavaScript expressions: one lowering function for each node type of tree-sitter's grammars, and markup (JSX)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.javascript.functions import Method
from lk_audit.frontends.javascript.literals import markup_value, number_value, string_value, unescape
from lk_audit.frontends.javascript.patterns import bind, key_of, word_of
from lk_audit.frontends.lowering.common import constants, first_inside, meaningless, number, waiting
from lk_audit.frontends.lowering.interning import OFFSETS, TEXTS
from lk_audit.frontends.lowering.tree import Part, Several, contents, expression, opaque
from lk_audit.frontends.parsing import find
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Binary,
    Call,
    Conditional,
    Element,
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
    from lk_audit.syntax import Expr, Node, Scalar, Statement

_OPERATORS = {"&&": "and", "||": "or", "===": "==", "!==": "!=", "!": "not"}
_PARTS = frozenset({"identifier", "property_identifier"})
_CONSTANTS: Mapping[str, Scalar] = {"true": True, "false": False, "null": None}


class Arguments(Part):
    items: tuple[Argument, ...]


class Opening(Part):
    """The opening tag of an element."""

    tag: str
    attributes: tuple[Argument, ...]


def _name(data: bytes, node: TreeNode) -> Node:
    start, end = OFFSETS[node.start_byte], OFFSETS[node.end_byte]
    return Name(start, end, unescape(TEXTS[data[start:end]]))


def _name_of_parts(data: bytes, node: TreeNode) -> Node:
    """`Room.Context` and `svg:rect`, whose parts may stand apart; only the first where something cannot be read."""
    while node.has_error and node.named_children:
        node = node.named_children[0]
    parts = [data[part.start_byte : part.end_byte] for part in find(node, _PARTS) or [node]]
    sign = b":" if node.type == "jsx_namespace_name" else b"."
    return Name(node.start_byte, node.end_byte, unescape(sign.join(parts).decode("utf-8", "replace")))


def _string(data: bytes, node: TreeNode) -> Node:
    start, end = OFFSETS[node.start_byte], OFFSETS[node.end_byte]
    return Literal(start, end, string_value(data[start:end]))


def _fragment(data: bytes, node: TreeNode) -> Node:
    """The text of a string that was not read as one; templates read theirs themselves."""
    return _text_literal(data, node.start_byte, node.end_byte)


def _text_literal(data: bytes, start: int, end: int) -> Literal:
    return Literal(start, end, unescape(data[start:end].decode("utf-8", "replace")))


def _meta_property(data: bytes, node: TreeNode) -> Node:
    """`import.meta` and `new.target`."""
    start, end = node.start_byte, node.end_byte
    base, name = node.children[0], node.children[-1]
    word = data[start : base.end_byte].decode("utf-8", "replace")
    return Member(start, end, Name(start, base.end_byte, word), data[name.start_byte : end].decode("utf-8", "replace"))


def _asserted(_: Lowering, frame: Frame) -> Node:
    """`<Type>value`."""
    return frame.values[-1] if frame.values else frame.expression(0)


def _template(run: Lowering, frame: Frame) -> Node:
    """Text and substitutions in order; without substitutions it is just a string."""
    start, end = frame.start, frame.end
    pairs = zip(frame.kids, frame.values, strict=True)
    substitutions = [(kid, value) for kid, value in pairs if kid.type == "template_substitution"]
    if not substitutions:
        return Literal(start, end, string_value(run.data[start:end]))
    found: list[Expr] = []
    position = start + 1
    for kid, value in substitutions:
        found += _piece(run, position, kid.start_byte)
        found.append(expression(value))
        position = kid.end_byte
    return Template(start, end, (*found, *_piece(run, position, end - 1)))


def _piece(run: Lowering, start: int, end: int) -> list[Expr]:
    if start >= end:
        return []
    return [_text_literal(run.data, start, end)]


def _member(_: Lowering, frame: Frame) -> Node:
    name = word_of(frame.values[-1]) if len(frame.values) > 1 else ""
    return Member(frame.start, frame.end, frame.expression(0), name)


def _subscript(_: Lowering, frame: Frame) -> Node:
    return Index(frame.start, frame.end, frame.expression(0), frame.expression(1))


def argument(value: Node) -> Argument:
    """`value` as a positional argument."""
    if isinstance(value, Spread):
        return Argument(value.start, value.end, None, value.value, spread=True)
    return Argument(value.start, value.end, None, expression(value))


def _arguments(_: Lowering, frame: Frame) -> Node:
    return Arguments(frame.start, frame.end, tuple([argument(value) for value in frame.values]))


def _call(_: Lowering, frame: Frame) -> Node:
    """A call or a tagged template."""
    given = frame.values[-1] if len(frame.values) > 1 else None
    if isinstance(given, Arguments):
        items = given.items
    elif isinstance(given, Literal):
        items = (argument(Template(given.start, given.end, (given,))),)
    else:
        items = (argument(given),) if given is not None else ()
    callee = frame.expression(0)
    if isinstance(callee, Await):
        # The grammar reads `await f<T>()` as `(await f)<T>()`.
        return Await(frame.start, frame.end, Call(callee.operand.start, frame.end, callee.operand, items))
    call = Call(frame.start, frame.end, callee, items)
    is_bound = isinstance(callee, Member) and callee.name == "bind" and len(items) > 1
    return _given_some(call, callee) if is_bound and isinstance(callee, Member) else call


def _given_some(call: Call, callee: Member) -> Expr:
    """`mint.bind(null, "2d")`: a function that calls another with some arguments before those that it is given.

    Databases have a `bind` too, for the values of a query.
    """
    receiver, *given = call.arguments
    is_function = isinstance(callee.object, Name | Member)
    match receiver.value:
        case Literal(value=None) | Name(id="undefined" | "this") if is_function and not receiver.spread:
            return waiting(call, callee.object, tuple(given))
        case _:
            return call


def _new(_: Lowering, frame: Frame) -> Node:
    given = frame.values[-1]
    items = given.items if isinstance(given, Arguments) else ()
    return Call(frame.start, frame.end, frame.expression(0), items, is_new=True)


def _unary(_: Lowering, frame: Frame) -> Node:
    operator = frame.node.children[0].type
    return Unary(frame.start, frame.end, _OPERATORS.get(operator, operator), frame.expression(0))


def _binary(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type if sign is not None else ""
    return Binary(frame.start, frame.end, _OPERATORS.get(operator, operator), frame.expression(0), frame.expression(1))


def _ternary(_: Lowering, frame: Frame) -> Node:
    return Conditional(frame.start, frame.end, frame.expression(0), frame.expression(1), frame.expression(2))


def _sequence(_: Lowering, frame: Frame) -> Node:
    return opaque(frame)


def _assignment(_: Lowering, frame: Frame) -> Node:
    target = frame.values[0] if frame.values else frame.expression(0)
    assigns = bind(target, frame.expression(1), frame.end)
    return assigns[0] if len(assigns) == 1 else Several(frame.start, frame.end, tuple(assigns))


def _augmented(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type[:-1] if sign is not None else ""
    return Assign(frame.start, frame.end, frame.expression(0), frame.expression(1), _OPERATORS.get(operator, operator))


def _update(_: Lowering, frame: Frame) -> Node:
    """`n++` is `n += 1`."""
    sign = frame.node.child_by_field_name("operator")
    if sign is None:
        return opaque(frame)
    one = Literal(sign.start_byte, sign.end_byte, 1)
    return Assign(frame.start, frame.end, frame.expression(0), one, sign.type[:1])


def _await(_: Lowering, frame: Frame) -> Node:
    return Await(frame.start, frame.end, frame.expression(0))


def _yield(_: Lowering, frame: Frame) -> Node:
    value = frame.expression(0) if frame.values else None
    return Opaque(frame.start, frame.end, (Return(frame.start, frame.end, value),))


def _object(_: Lowering, frame: Frame) -> Node:
    return Record(frame.start, frame.end, tuple([_entry(value) for value in frame.values]))


def _entry(value: Node) -> Entry:
    start, end = value.start, value.end
    match value:
        case Entry():
            return value
        case Name(id=name):
            return Entry(start, end, Literal(start, end, name), value)
        case Method(key=key, function=function):
            return Entry(start, end, key, function)
        case Spread(value=inner):
            return Entry(start, end, None, inner)
        case _:
            return Entry(start, end, None, expression(value))


def _pair(_: Lowering, frame: Frame) -> Node:
    key = key_of(frame.values[0]) if frame.values else None
    return Entry(frame.start, frame.end, key, frame.expression(1))


def _array(_: Lowering, frame: Frame) -> Node:
    return Sequence(frame.start, frame.end, tuple(map(expression, frame.values)))


def _spread(_: Lowering, frame: Frame) -> Node:
    return Spread(frame.start, frame.end, frame.expression(0))


def _markup_text(data: bytes, node: TreeNode) -> Node:
    """Text between tags without the white space around it; nothing if that is all."""
    start, end = node.start_byte, node.end_byte
    raw = data[start:end]
    inner = raw.strip()
    if not inner:
        return Several(start, end, ())
    start += raw.index(inner)
    return Literal(start, start + len(inner), markup_value(inner))


def _element(_: Lowering, frame: Frame) -> Node:
    opening, *inner = frame.values
    tag, attributes = (opening.tag, opening.attributes) if isinstance(opening, Opening) else ("", ())
    return Element(frame.start, frame.end, tag, attributes, _children(inner))


def _children(values: list[Node]) -> tuple[Expr, ...]:
    found: list[Expr | Statement] = [item for value in values for item in contents((value,))]
    return tuple(map(expression, found))


def _opening(run: Lowering, frame: Frame) -> Opening:
    """A tag and its attributes; without a name it opens a fragment."""
    run.has_markup = True
    named = frame.node.child_by_field_name("name")
    attributes = [_attribute_of(value) for value in frame.values if isinstance(value, Argument | Spread)]
    return Opening(frame.start, frame.end, run.text(named) if named is not None else "", tuple(attributes))


def _attribute_of(value: Argument | Spread) -> Argument:
    return value if isinstance(value, Argument) else argument(value)


def _self_closing(run: Lowering, frame: Frame) -> Node:
    opening = _opening(run, frame)
    return Element(frame.start, frame.end, opening.tag, opening.attributes, ())


def _attribute(run: Lowering, frame: Frame) -> Node:
    """`name="text"`, `name={value}`, or a bare `name`, which means true."""
    start, end = frame.start, frame.end
    name = run.text(frame.kids[0]) if frame.kids else ""
    if len(frame.values) == 1:
        return Argument(start, end, name, Literal(start, end, value=True))
    value = frame.expression(1)
    if frame.kids[-1].type == "string":
        value = Literal(value.start, value.end, markup_value(run.data[value.start + 1 : value.end - 1]))
    return Argument(start, end, name, value)


def _markup_expression(_: Lowering, frame: Frame) -> Node:
    """`{value}`; it may hold just a comment."""
    return frame.values[0] if frame.values else Several(frame.start, frame.end, ())


LEAVES: Mapping[str, Leaf] = {
    **dict.fromkeys(
        (
            "identifier",
            "type_identifier",
            "shorthand_property_identifier",
            "shorthand_property_identifier_pattern",
            "undefined",
            "this",
            "super",
            "import",
        ),
        _name,
    ),
    **dict.fromkeys(("nested_identifier", "jsx_namespace_name"), _name_of_parts),
    **constants(_CONSTANTS),
    "meta_property": _meta_property,
    "number": number(number_value),
    "string": _string,
    "string_fragment": _fragment,
    "regex": meaningless,
    "jsx_text": _markup_text,
    "html_character_reference": _markup_text,
}
EXPRESSIONS: Mapping[str, Lower] = {
    "parenthesized_expression": first_inside,
    "as_expression": first_inside,
    "satisfies_expression": first_inside,
    "non_null_expression": first_inside,
    "instantiation_expression": first_inside,
    "type_assertion": _asserted,
    "template_string": _template,
    "template_substitution": first_inside,
    "member_expression": _member,
    "subscript_expression": _subscript,
    "arguments": _arguments,
    "call_expression": _call,
    "new_expression": _new,
    "unary_expression": _unary,
    "binary_expression": _binary,
    "ternary_expression": _ternary,
    "sequence_expression": _sequence,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _augmented,
    "update_expression": _update,
    "await_expression": _await,
    "yield_expression": _yield,
    "object": _object,
    "pair": _pair,
    "array": _array,
    "spread_element": _spread,
    "jsx_element": _element,
    "jsx_opening_element": _opening,
    "jsx_self_closing_element": _self_closing,
    "jsx_attribute": _attribute,
    "jsx_expression": _markup_expression,
}
