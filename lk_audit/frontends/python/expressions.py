"""Python expressions: one lowering function for each node type of tree-sitter-python's grammar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.interning import OFFSETS, TEXTS
from lk_audit.frontends.python.literals import number_value, string_value, text_value
from lk_audit.frontends.python.lowering import parts
from lk_audit.frontends.python.targets import assigned
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Comprehension,
    Conditional,
    Each,
    Entry,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Parameter,
    Record,
    Return,
    Sequence,
    Spread,
    Template,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from lk_audit.frontends.python.lowering import LowerExpr, Lowering, LowerLink

_COMPARED = 2
_BRANCHES = 3


def argument(run: Lowering, node: Node) -> Argument:
    """One argument: positional, `name=value`, `*values` or `**options`."""
    start, end, kind = node.start_byte, node.end_byte, node.type
    if kind == "keyword_argument":
        value = run.expr(node.child_by_field_name("value"))
        return Argument(start, end, run.text(node.child_by_field_name("name")), value)
    if kind in _SPREADS:
        return Argument(start, end, None, run.expr(_only(node)), spread=True)
    return Argument(start, end, None, run.expr(node))


def parameters(run: Lowering, node: Node | None) -> tuple[Parameter, ...]:
    """The parameters of a function; the markers `/` and `*` are dropped."""
    found = [part for part in parts(node) if part.type not in _MARKERS] if node is not None else []
    return tuple([_parameter(run, part, place) for place, part in enumerate(found)])


def _parameter(run: Lowering, node: Node, place: int) -> Parameter:
    named = node.child_by_field_name("name") or (_only(node) if node.type in _WRAPPED_PARAMETERS else node)
    kind = _PARAMETER_KINDS.get(named.type, "plain") if named is not None else "plain"
    if kind != "plain" and named is not None:
        named = _only(named)
    default, annotation = node.child_by_field_name("value"), node.child_by_field_name("type")
    return Parameter(
        node.start_byte,
        node.end_byte,
        f"#{place}" if named is not None and named.type == "tuple_pattern" else run.text(named),
        run.expr(default) if default is not None else None,
        run.expr(annotation) if annotation is not None else None,
        kind,
    )


def _only(node: Node) -> Node | None:
    """The first child of a node that wraps one expression."""
    return next(iter(parts(node)), None)


def _left(field: str) -> Callable[[Node], Node | None]:
    return lambda node: node.child_by_field_name(field)


def _inner(run: Lowering, node: Node) -> Expr:
    return run.expr(_only(node))


def _name(run: Lowering, node: Node) -> Expr:
    start, end = OFFSETS[node.start_byte], OFFSETS[node.end_byte]
    if start == end:
        return Opaque(start, end, ())
    return Name(start, end, TEXTS[run.data[start:end]])


def _dotted(run: Lowering, node: Node) -> Expr:
    """A dotted name as it stands in patterns."""
    first, *rest = parts(node)
    value = _name(run, first)
    for part in rest:
        value = Member(value.start, part.end_byte, value, run.text(part))
    return value


def _number(run: Lowering, node: Node) -> Expr:
    value = number_value(run.text(node))
    return Opaque(node.start_byte, node.end_byte, ()) if value is None else _literal(node, value)


def _literal(node: Node, value: str | bytes | float | bool | None) -> Literal:
    return Literal(OFFSETS[node.start_byte], OFFSETS[node.end_byte], value)


def _string(run: Lowering, node: Node) -> Expr:
    start, end = node.start_byte, node.end_byte
    raw = run.data[start:end]
    if _prefix(raw) & _FORMATTED:
        pieces = _template_parts(run, node)
        if len(pieces) == 1 and isinstance(pieces[0], Literal):
            return _literal(node, pieces[0].value)
        return Template(start, end, pieces) if pieces else _literal(node, "")
    value = string_value(raw)
    return run.opaque(node) if value is None else Literal(start, end, value)


def _prefix(raw: bytes) -> set[int]:
    """The letters before the opening quote; there are two at most."""
    return set(raw[:2].partition(b'"')[0].partition(b"'")[0].lower())


def _template_parts(run: Lowering, node: Node) -> tuple[Expr, ...]:
    """Text and replacement fields of an f-string, in order."""
    ends = node.children
    position = ends[0].end_byte
    closing = ends[-1].start_byte if ends[-1].type == "string_end" else node.end_byte
    is_raw = ord("r") in _prefix(run.data[node.start_byte : position])
    found: list[Expr] = []
    for field in ends:
        if field.type == "interpolation":
            found += _text_piece(run, position, field.start_byte, is_raw=is_raw)
            found.append(_replacement(run, field))
            position = field.end_byte
    return (*found, *_text_piece(run, position, closing, is_raw=is_raw))


def _text_piece(run: Lowering, start: int, end: int, *, is_raw: bool) -> list[Expr]:
    if start >= end:
        return []
    body = run.data[start:end].replace(b"{{", b"{").replace(b"}}", b"}")
    return [Literal(start, end, text_value(body, is_raw=is_raw))]


def _replacement(run: Lowering, node: Node) -> Expr:
    """A field's expression; opaque, and nothing else in it, when `!r` or `=` change the text; opaque with a format."""
    found = parts(node)
    others = {part.type for part in found[1:]}
    if not found or not others <= {"type_conversion"}:
        return run.opaque(node)
    shown = run.expr(found[0])
    is_plain = not others and all(child.type != "=" for child in node.children)
    return shown if is_plain else Opaque(node.start_byte, node.end_byte, (shown,))


def _concatenation(run: Lowering, node: Node) -> Expr:
    """Adjacent strings: one literal when all are of one plain kind."""
    pieces = [run.expr(part) for part in parts(node)]
    values = [piece.value if isinstance(piece, Literal) else None for piece in pieces]
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) == len(pieces):
        return _literal(node, "".join(texts))
    blobs = [value for value in values if isinstance(value, bytes)]
    if len(blobs) == len(pieces):
        return _literal(node, b"".join(blobs))
    nested = [piece.parts if isinstance(piece, Template) else (piece,) for piece in pieces]
    return Template(node.start_byte, node.end_byte, tuple([part for group in nested for part in group]))


def _unary(run: Lowering, node: Node) -> Expr:
    operator = node.child_by_field_name("operator")
    operand = run.expr(node.child_by_field_name("argument"))
    return Unary(node.start_byte, node.end_byte, operator.type if operator is not None else "not", operand)


def _comparison(run: Lowering, node: Node) -> Expr:
    compared = parts(node)
    operators = node.children_by_field_name("operators")
    if len(compared) != _COMPARED or len(operators) != 1:
        return run.opaque(node)
    operator = "!=" if operators[0].type == "<>" else operators[0].type
    return Binary(node.start_byte, node.end_byte, operator, run.expr(compared[0]), run.expr(compared[1]))


def _conditional(run: Lowering, node: Node) -> Expr:
    branches = parts(node)
    if len(branches) != _BRANCHES:
        return run.opaque(node)
    then, test, otherwise = branches
    return Conditional(node.start_byte, node.end_byte, run.expr(test), run.expr(then), run.expr(otherwise))


def _sequence(run: Lowering, node: Node) -> Expr:
    return Sequence(node.start_byte, node.end_byte, tuple(map(run.expr, parts(node))))


def _spread(run: Lowering, node: Node) -> Expr:
    return Spread(node.start_byte, node.end_byte, run.expr(_only(node)))


def _record(run: Lowering, node: Node) -> Expr:
    return Record(node.start_byte, node.end_byte, tuple([_entry(run, part) for part in parts(node)]))


def _entry(run: Lowering, node: Node) -> Entry:
    if node.type != "pair":
        return Entry(node.start_byte, node.end_byte, None, run.expr(_only(node)))
    key = run.expr(node.child_by_field_name("key"))
    return Entry(node.start_byte, node.end_byte, key, run.expr(node.child_by_field_name("value")))


def _comprehension(run: Lowering, node: Node) -> Expr:
    """What the loop variables are, iterables and conditions, then the element."""
    clauses: list[Expr] = []
    element: list[Expr] = []
    for part in parts(node):
        if part.type == "for_in_clause":
            clauses += _clause(run, part, node.start_byte)
        elif part.type == "if_clause":
            clauses += [run.expr(inner) for inner in parts(part)]
        else:
            element += [run.expr(inner) for inner in (parts(part) if part.type == "pair" else (part,))]
    makes_record = node.type == "dictionary_comprehension"
    return Comprehension(node.start_byte, node.end_byte, (*clauses, *element), makes_record)


def _clause(run: Lowering, node: Node, start: int) -> list[Assign]:
    """`for name, ttl in items`: the variables have their values from where the comprehension starts."""
    iterable = run.expr(node.child_by_field_name("right"))
    target = run.expr(node.child_by_field_name("left"))
    return assigned((start, start), target, Each(iterable.start, iterable.end, iterable))


def _lambda(run: Lowering, node: Node) -> Expr:
    start, end = node.start_byte, node.end_byte
    taken = parameters(run, node.child_by_field_name("parameters"))
    value = run.expr(node.child_by_field_name("body"))
    body = Block(value.start, value.end, (Return(value.start, value.end, value),))
    return Function(start, end, "", taken, body)


def _walrus(run: Lowering, node: Node) -> Expr:
    target = run.expr(node.child_by_field_name("name"))
    return Assign(node.start_byte, node.end_byte, target, run.expr(node.child_by_field_name("value")))


def _alias(run: Lowering, node: Node) -> Expr:
    """`value as target` of a `with` item."""
    alias = node.child_by_field_name("alias")
    target = run.expr(_only(alias) if alias is not None and alias.type == "as_pattern_target" else alias)
    return Assign(node.start_byte, node.end_byte, target, run.expr(_only(node)))


def _await(run: Lowering, node: Node) -> Expr:
    return Await(node.start_byte, node.end_byte, run.expr(_only(node)))


def _yield(run: Lowering, node: Node) -> Expr:
    start, end = node.start_byte, node.end_byte
    value = _only(node)
    return Opaque(start, end, (Return(start, end, run.expr(value) if value is not None else None),))


def _keyword(run: Lowering, node: Node) -> Expr:
    return Opaque(node.start_byte, node.end_byte, (run.expr(node.child_by_field_name("value")),))


def _generic_type(run: Lowering, node: Node) -> Expr:
    """`list[int]` in an annotation."""
    base, *arguments = parts(node)
    keys = [run.expr(key) for group in arguments for key in parts(group)]
    return _index(node, run.expr(base), keys)


def _union_type(run: Lowering, node: Node) -> Expr:
    sides = parts(node)
    if len(sides) != _COMPARED:
        return run.opaque(node)
    return Binary(node.start_byte, node.end_byte, "|", run.expr(sides[0]), run.expr(sides[1]))


def _index(node: Node, value: Expr, keys: list[Expr]) -> Index:
    if len(keys) == 1:
        return Index(node.start_byte, node.end_byte, value, keys[0])
    start, end = (keys[0].start, keys[-1].end) if keys else (node.end_byte, node.end_byte)
    return Index(node.start_byte, node.end_byte, value, Sequence(start, end, tuple(keys)))


def _error(run: Lowering, node: Node) -> Expr:
    """What the parser could not read: its pieces, with `f(` ... put together to the call it begins."""
    run.mark_read(node)
    opened: list[tuple[Expr | None, list[Argument]]] = [(None, [])]
    previous = ""
    for child in node.children:
        kind = child.type
        if child.is_named:
            opened[-1][1].append(_piece(run, child))
        elif kind == "(" and previous in _CALLABLE and opened[-1][1] and len(opened) < _MOST_OPEN:
            opened.append((opened[-1][1].pop().value, []))
        elif kind == ")" and len(opened) > 1:
            _close(opened, child.end_byte)
        previous = kind
    while len(opened) > 1:
        _close(opened, node.end_byte)
    return Opaque(node.start_byte, node.end_byte, tuple([piece.value for piece in opened[0][1]]))


_MOST_OPEN = 50


def _close(opened: list[tuple[Expr | None, list[Argument]]], end: int) -> None:
    callee, arguments = opened.pop()
    if callee is not None:
        call = Call(callee.start, end, callee, tuple(arguments))
        opened[-1][1].append(Argument(call.start, call.end, None, call))


def _piece(run: Lowering, node: Node) -> Argument:
    if node.type in _ARGUMENTS or not run.is_statement(node):
        return argument(run, node)
    statements = run.statement(node)
    return Argument(node.start_byte, node.end_byte, None, Opaque(node.start_byte, node.end_byte, tuple(statements)))


def _parenthesised(_run: Lowering, _node: Node, inner: Expr) -> Expr:
    return inner


def _call(run: Lowering, node: Node, callee: Expr) -> Expr:
    given = node.child_by_field_name("arguments")
    if given is None:
        arguments = []
    elif given.type == "argument_list":
        arguments = [argument(run, part) for part in parts(given)]
    else:
        arguments = [argument(run, given)]
    call = Call(OFFSETS[node.start_byte], OFFSETS[node.end_byte], callee, tuple(arguments))
    named = callee.id if type(callee) is Name else callee.name if type(callee) is Member else ""
    return _given_some(call) if named == "partial" else call


def _given_some(call: Call) -> Expr:
    """`partial(mint, ttl=60)`: a function that calls another with what it is given, and some that is given already."""
    called, *given = call.arguments or (None,)
    of_object = isinstance(call.callee, Member) and getattr(call.callee.object, "id", "") != "functools"
    if of_object or called is None or called.name is not None or called.spread or not given:
        return call
    from lk_audit.frontends.lowering.common import waiting  # noqa: PLC0415 - few files make such functions

    return waiting(call, called.value, tuple(given), has_keywords=True)


def _member(run: Lowering, node: Node, value: Expr) -> Expr:
    name = run.text(node.child_by_field_name("attribute"))
    return Member(OFFSETS[node.start_byte], OFFSETS[node.end_byte], value, name)


def _subscript(run: Lowering, node: Node, value: Expr) -> Expr:
    return _index(node, value, [run.expr(key) for key in node.children_by_field_name("subscript")])


def _binary(run: Lowering, node: Node, left: Expr) -> Expr:
    operator = node.child_by_field_name("operator")
    right = run.expr(node.child_by_field_name("right"))
    return Binary(node.start_byte, node.end_byte, operator.type if operator is not None else "", left, right)


_FORMATTED = {ord("f"), ord("t")}
_MARKERS = frozenset({"positional_separator", "keyword_separator"})
_SPREADS = frozenset({"list_splat", "dictionary_splat", "parenthesized_list_splat"})
_WRAPPED_PARAMETERS = frozenset({"typed_parameter"})
_PARAMETER_KINDS = {"list_splat_pattern": "rest", "dictionary_splat_pattern": "keywords"}
_CALLABLE = frozenset({"identifier", "attribute", "subscript", "call", ")"})
_ARGUMENTS = _SPREADS | {"keyword_argument"}

EXPRESSIONS: dict[str, LowerExpr] = {
    "ERROR": _error,
    "identifier": _name,
    "dotted_name": _dotted,
    "integer": _number,
    "float": _number,
    "true": lambda _run, node: _literal(node, value=True),
    "false": lambda _run, node: _literal(node, value=False),
    "none": lambda _run, node: _literal(node, None),
    "string": _string,
    "concatenated_string": _concatenation,
    "unary_operator": _unary,
    "not_operator": _unary,
    "comparison_operator": _comparison,
    "conditional_expression": _conditional,
    **dict.fromkeys(
        ("list", "tuple", "set", "expression_list", "pattern_list", "list_pattern", "tuple_pattern"), _sequence
    ),
    **dict.fromkeys(("list_splat", "list_splat_pattern", "dictionary_splat"), _spread),
    "parenthesized_list_splat": _inner,
    "dictionary": _record,
    **dict.fromkeys(
        ("list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"),
        _comprehension,
    ),
    "lambda": _lambda,
    "named_expression": _walrus,
    "as_pattern": _alias,
    "await": _await,
    "yield": _yield,
    "keyword_argument": _keyword,
    "type": _inner,
    "generic_type": _generic_type,
    "union_type": _union_type,
}
LINKS: dict[str, tuple[Callable[[Node], Node | None], LowerLink]] = {
    "parenthesized_expression": (_only, _parenthesised),
    "call": (_left("function"), _call),
    "attribute": (_left("object"), _member),
    "subscript": (_left("value"), _subscript),
    "binary_operator": (_left("left"), _binary),
    "boolean_operator": (_left("left"), _binary),
}
