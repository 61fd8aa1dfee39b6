"""JavaScript and TypeScript expressions: one lowering function for each node type of the grammars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends._javascript_literals import number, unescape
from lk_audit.frontends._python_lowering import parts
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Class,
    Conditional,
    Element,
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
    Statement,
    Template,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from lk_audit.frontends._python_lowering import LowerExpr, Lowering, LowerLink

OPERATORS = {"&&": "and", "||": "or", "===": "==", "!==": "!=", "!": "not"}
"""Spellings of operators that mean the same in every language."""

_TYPES = frozenset({"type_arguments", "type_annotation", "type_parameters"})


def _first(node: Node) -> Node | None:
    return next(iter(parts(node)), None)


def _inner(run: Lowering, node: Node) -> Expr:
    """What only wraps one expression: parentheses, `x!`, `x as T`, `x satisfies T`."""
    return run.expr(_first(node))


def _cast(run: Lowering, node: Node) -> Expr:
    """`<T>x`: the type comes first."""
    return run.expr(next((part for part in reversed(parts(node)) if part.type not in _TYPES), None))


def name(run: Lowering, node: Node) -> Expr:
    """An identifier; one that the parser made up is nothing."""
    start, end = node.start_byte, node.end_byte
    return Name(start, end, run.data[start:end].decode("utf-8", "replace")) if start < end else Opaque(start, end, ())


def _literal(node: Node, value: str | float | bool | None) -> Literal:
    return Literal(node.start_byte, node.end_byte, value)


def _number(run: Lowering, node: Node) -> Expr:
    value = number(run.text(node))
    return Opaque(node.start_byte, node.end_byte, ()) if value is None else _literal(node, value)


def _string(run: Lowering, node: Node) -> Expr:
    raw = run.text(node)
    closed = len(raw) > 1 and raw[-1] == raw[0]
    return _literal(node, unescape(raw[1:-1] if closed else raw[1:]))


def _template(run: Lowering, node: Node) -> Expr:
    found: list[Expr] = []
    position = node.start_byte + 1
    for child in node.named_children:
        if child.type == "template_substitution":
            _add_text(run, found, position, child.start_byte)
            found.append(_inner(run, child))
            position = child.end_byte
    _add_text(run, found, position, max(position, node.end_byte - 1))
    if not found:
        return _literal(node, "")
    if len(found) == 1 and isinstance(found[0], Literal) and position == node.start_byte + 1:
        return _literal(node, found[0].value if isinstance(found[0].value, str) else "")
    return Template(node.start_byte, node.end_byte, tuple(found))


def _add_text(run: Lowering, found: list[Expr], start: int, end: int) -> None:
    if start < end:
        found.append(Literal(start, end, unescape(run.data[start:end].decode("utf-8", "replace"))))


def _unary(run: Lowering, node: Node) -> Expr:
    operator = run.text(node.child_by_field_name("operator"))
    operand = run.expr(node.child_by_field_name("argument"))
    return Unary(node.start_byte, node.end_byte, OPERATORS.get(operator, operator), operand)


def _update(run: Lowering, node: Node) -> Expr:
    target = run.expr(node.child_by_field_name("argument"))
    operator = run.text(node.child_by_field_name("operator"))[:1]
    one = Literal(node.end_byte, node.end_byte, 1)
    return Assign(node.start_byte, node.end_byte, target, one, operator)


def _binary(run: Lowering, node: Node, left: Expr) -> Expr:
    operator = run.text(node.child_by_field_name("operator"))
    right = run.expr(node.child_by_field_name("right"))
    return Binary(node.start_byte, node.end_byte, OPERATORS.get(operator, operator), left, right)


def _conditional(run: Lowering, node: Node) -> Expr:
    fields = ("condition", "consequence", "alternative")
    test, then, otherwise = (run.expr(node.child_by_field_name(field)) for field in fields)
    return Conditional(node.start_byte, node.end_byte, test, then, otherwise)


def _member(run: Lowering, node: Node, inner: Expr) -> Expr:
    return Member(node.start_byte, node.end_byte, inner, run.text(node.child_by_field_name("property")))


def _subscript(run: Lowering, node: Node, inner: Expr) -> Expr:
    return Index(node.start_byte, node.end_byte, inner, run.expr(node.child_by_field_name("index")))


def _call(run: Lowering, node: Node, callee: Expr) -> Expr:
    return Call(node.start_byte, node.end_byte, callee, arguments(run, node.child_by_field_name("arguments")))


def _new(run: Lowering, node: Node) -> Expr:
    callee = run.expr(node.child_by_field_name("constructor"))
    given = arguments(run, node.child_by_field_name("arguments"))
    return Call(node.start_byte, node.end_byte, callee, given, is_new=True)


def arguments(run: Lowering, node: Node | None) -> tuple[Argument, ...]:
    """The arguments of a call, or the template of a tagged one."""
    if node is None:
        return ()
    if node.type == "template_string":
        return (Argument(node.start_byte, node.end_byte, None, run.expr(node)),)
    return tuple([_argument(run, part) for part in parts(node)])


def _argument(run: Lowering, node: Node) -> Argument:
    if node.type == "spread_element":
        return Argument(node.start_byte, node.end_byte, None, _inner(run, node), spread=True)
    return Argument(node.start_byte, node.end_byte, None, run.expr(node))


def _await(run: Lowering, node: Node) -> Expr:
    return Await(node.start_byte, node.end_byte, _inner(run, node))


def _spread(run: Lowering, node: Node) -> Expr:
    return Spread(node.start_byte, node.end_byte, _inner(run, node))


def _array(run: Lowering, node: Node) -> Expr:
    return Sequence(node.start_byte, node.end_byte, tuple([run.expr(part) for part in parts(node)]))


def _object(run: Lowering, node: Node) -> Expr:
    return Record(node.start_byte, node.end_byte, tuple([_entry(run, part) for part in parts(node)]))


def _entry(run: Lowering, node: Node) -> Entry:
    start, end = node.start_byte, node.end_byte
    if node.type == "pair":
        return Entry(start, end, key(run, node.child_by_field_name("key")), run.expr(node.child_by_field_name("value")))
    if node.type == "shorthand_property_identifier":
        return Entry(start, end, _literal(node, run.text(node)), name(run, node))
    if node.type == "spread_element":
        return Entry(start, end, None, _inner(run, node))
    if node.type == "method_definition":
        return Entry(start, end, key(run, node.child_by_field_name("name")), function(run, node))
    return Entry(start, end, None, run.expr(node))


def key(run: Lowering, node: Node | None) -> Expr:
    """The key of an entry: text, unless it is computed."""
    if node is None:
        return Opaque(0, 0, ())
    if node.type == "computed_property_name":
        return _inner(run, node)
    if node.type in {"property_identifier", "private_property_identifier"}:
        return _literal(node, run.text(node))
    return run.expr(node)


def function(run: Lowering, node: Node) -> Function:
    """A function, method or arrow function."""
    start, end = node.start_byte, node.end_byte
    named = node.child_by_field_name("name")
    is_async = any(child.type == "async" for child in node.children[:4])
    given, prelude = parameters(run, node.child_by_field_name("parameters") or node.child_by_field_name("parameter"))
    body = node.child_by_field_name("body")
    statements: list[Statement] = list(prelude)
    if body is not None and body.type == "statement_block":
        statements.extend(run.statements(body))
    elif body is not None:
        value = run.expr(body)
        statements.append(Return(value.start, value.end, value))
    begin, stop = (body.start_byte, body.end_byte) if body is not None else (end, end)
    label = run.text(named).strip("'\"[]") if named is not None else ""
    return Function(start, end, label, given, Block(begin, stop, tuple(statements)), decorators(run, node), is_async)


def decorators(run: Lowering, node: Node) -> tuple[Expr, ...]:
    """The decorators written inside or right before a definition."""
    found = [child for child in node.children if child.type == "decorator"]
    before = node.prev_named_sibling
    leading = []
    while before is not None and before.type == "decorator":
        leading.append(before)
        before = before.prev_named_sibling
    return tuple([_inner(run, item) for item in (*reversed(leading), *found)])


def parameters(run: Lowering, node: Node | None) -> tuple[tuple[Parameter, ...], list[Statement]]:
    """The parameters, and the assignments that destructured ones stand for."""
    if node is None:
        return (), []
    if node.type != "formal_parameters":
        return (Parameter(node.start_byte, node.end_byte, run.text(node)),), []
    found: list[Parameter] = []
    prelude: list[Statement] = []
    for place, part in enumerate(parts(node)):
        found.append(_parameter(run, part, place, prelude))
    return tuple(found), prelude


def _parameter(run: Lowering, node: Node, place: int, prelude: list[Statement]) -> Parameter:
    start, end = node.start_byte, node.end_byte
    pattern = node.child_by_field_name("pattern") or node
    default = node.child_by_field_name("value")
    if pattern.type == "assignment_pattern":
        default = pattern.child_by_field_name("right")
        pattern = pattern.child_by_field_name("left") or pattern
    kind = "plain"
    if pattern.type == "rest_pattern":
        kind, pattern = "rest", _first(pattern) or pattern
    annotation = node.child_by_field_name("type")
    label = run.text(pattern)
    if pattern.type in {"object_pattern", "array_pattern"}:
        label = f"#{place}"
        prelude.extend(destructured(run, pattern, Name(pattern.start_byte, pattern.start_byte, label)))
    given = run.expr(default) if default is not None else None
    noted = run.opaque(annotation) if annotation is not None else None
    return Parameter(start, end, label, given, _type_name(run, annotation) or noted, kind)


def _type_name(run: Lowering, node: Node | None) -> Expr | None:
    """The name in `: Name`; types have no other meaning here."""
    inner = _first(node) if node is not None else None
    if inner is not None and inner.type in {"type_identifier", "predefined_type"}:
        return Name(inner.start_byte, inner.end_byte, run.text(inner))
    return None


def destructured(run: Lowering, pattern: Node | None, value: Expr) -> list[Assign]:
    """The assignments that a pattern stands for; a plain target is one assignment."""
    if pattern is None:
        return []
    start, end = pattern.start_byte, pattern.end_byte
    kind = pattern.type
    if kind in {"assignment_pattern", "object_assignment_pattern"}:
        fallback = run.expr(pattern.child_by_field_name("right"))
        left = pattern.child_by_field_name("left")
        inner = _property(run, left, value) if kind == "object_assignment_pattern" else value
        return destructured(run, left, Binary(start, end, "??", inner, fallback))
    if kind == "object_pattern":
        return [item for part in parts(pattern) for item in _from_object(run, part, value)]
    if kind == "array_pattern":
        return [item for place, part in enumerate(_items(pattern)) for item in _from_array(run, part, place, value)]
    target = name(run, pattern) if kind.endswith("identifier") or kind.endswith("pattern") else run.expr(pattern)
    return [Assign(start, end, target, value)]


def _property(run: Lowering, node: Node | None, value: Expr) -> Expr:
    return Member(value.start, value.end, value, run.text(node))


def _from_object(run: Lowering, part: Node, value: Expr) -> list[Assign]:
    if part.type == "pair_pattern":
        label = key(run, part.child_by_field_name("key"))
        known = isinstance(label, Literal) and isinstance(label.value, str)
        inner: Expr = (
            Member(label.start, label.end, value, str(label.value))
            if known and isinstance(label, Literal)
            else Index(label.start, label.end, value, label)
        )
        return destructured(run, part.child_by_field_name("value"), inner)
    if part.type == "rest_pattern":
        return destructured(run, _first(part), Opaque(value.start, value.end, (value,)))
    if part.type == "object_assignment_pattern":
        return destructured(run, part, value)
    return destructured(run, part, Member(part.start_byte, part.end_byte, value, run.text(part)))


def _items(pattern: Node) -> list[Node | None]:
    """The items of an array pattern, None for holes."""
    found: list[Node | None] = []
    pending: Node | None = None
    for child in pattern.children[1:]:
        if child.type in {",", "]"}:
            found.append(pending)
            pending = None
        elif child.is_named:
            pending = child
    return found


def _from_array(run: Lowering, part: Node | None, place: int, value: Expr) -> list[Assign]:
    if part is None:
        return []
    if part.type == "rest_pattern":
        return destructured(run, _first(part), Opaque(value.start, value.end, (value,)))
    return destructured(run, part, Index(value.start, value.end, value, Literal(value.start, value.end, place)))


def _assignment(run: Lowering, node: Node) -> Expr:
    left = node.child_by_field_name("left")
    value = run.expr(node.child_by_field_name("right"))
    if left is not None and left.type in {"object_pattern", "array_pattern"}:
        return Opaque(node.start_byte, node.end_byte, tuple(destructured(run, left, value)))
    return Assign(node.start_byte, node.end_byte, run.expr(left), value)


def _augmented(run: Lowering, node: Node) -> Expr:
    operator = run.text(node.child_by_field_name("operator")).removesuffix("=")
    target, value = (run.expr(node.child_by_field_name(field)) for field in ("left", "right"))
    return Assign(node.start_byte, node.end_byte, target, value, OPERATORS.get(operator, operator))


def _class(run: Lowering, node: Node) -> Class:
    from lk_audit.frontends.javascript import class_of  # noqa: PLC0415 - statements and expressions need each other

    return class_of(run, node)


def _meta(run: Lowering, node: Node) -> Expr:
    """`import.meta` and `new.target`."""
    head, _, tail = run.text(node).partition(".")
    return Member(node.start_byte, node.end_byte, Name(node.start_byte, node.start_byte + len(head), head), tail)


def _word(run: Lowering, node: Node) -> Expr:
    return Name(node.start_byte, node.end_byte, run.text(node))


def _element(run: Lowering, node: Node) -> Expr:
    opening = node.child_by_field_name("open_tag") or node
    tag = opening.child_by_field_name("name")
    attributes = [
        _attribute(run, part)
        for part in parts(opening)
        if part.type in {"jsx_attribute", "jsx_expression"}
    ]
    inside = [run.expr(part) for part in parts(node) if part.type in _JSX_CHILDREN] if opening is not node else []
    return Element(node.start_byte, node.end_byte, run.text(tag), tuple(attributes), tuple(inside))


_JSX_CHILDREN = frozenset({"jsx_element", "jsx_self_closing_element", "jsx_expression", "jsx_text", "html_character_reference"})


def _attribute(run: Lowering, node: Node) -> Argument:
    start, end = node.start_byte, node.end_byte
    inner = parts(node)
    if node.type == "jsx_expression":
        return Argument(start, end, None, _inner(run, inner[0]) if inner else Opaque(start, end, ()), spread=True)
    value = run.expr(inner[1]) if len(inner) > 1 else Literal(start, end, value=True)
    return Argument(start, end, run.text(inner[0]) if inner else "", value)


def _text(run: Lowering, node: Node) -> Expr:
    return _literal(node, run.text(node))


def _left(field: str) -> Callable[[Node], Node | None]:
    return lambda node: node.child_by_field_name(field)


EXPRESSIONS: dict[str, LowerExpr] = {
    **dict.fromkeys(
        ("identifier", "property_identifier", "shorthand_property_identifier", "undefined", "type_identifier"), name
    ),
    **dict.fromkeys(
        ("parenthesized_expression", "non_null_expression", "as_expression", "satisfies_expression"), _inner
    ),
    **dict.fromkeys(("this", "super", "import", "private_property_identifier"), _word),
    **dict.fromkeys(("function_expression", "arrow_function", "generator_function", "function"), function),
    **dict.fromkeys(("jsx_element", "jsx_self_closing_element"), _element),
    "jsx_expression": _inner,
    "jsx_text": _text,
    "type_assertion": _cast,
    "number": _number,
    "string": _string,
    "template_string": _template,
    "true": lambda run, node: Literal(node.start_byte, node.end_byte, value=True),
    "false": lambda run, node: Literal(node.start_byte, node.end_byte, value=False),
    "null": lambda run, node: Literal(node.start_byte, node.end_byte, None),
    "regex": lambda run, node: Opaque(node.start_byte, node.end_byte, ()),
    "unary_expression": _unary,
    "update_expression": _update,
    "ternary_expression": _conditional,
    "new_expression": _new,
    "await_expression": _await,
    "spread_element": _spread,
    "array": _array,
    "object": _object,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _augmented,
    "class": _class,
    "meta_property": _meta,
}

LINKS: dict[str, tuple[Callable[[Node], Node | None], LowerLink]] = {
    "binary_expression": (_left("left"), _binary),
    "member_expression": (_left("object"), _member),
    "subscript_expression": (_left("object"), _subscript),
    "call_expression": (_left("function"), _call),
}
"""Left-recursive node types: where their leftmost part is, and what they add to it."""
