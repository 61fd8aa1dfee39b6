"""PHP expressions: one lowering function for each node type of tree-sitter's grammar."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.common import number
from lk_audit.frontends.lowering.literals import real_number, whole_number
from lk_audit.frontends.lowering.tree import Part, copies_of, expression
from lk_audit.frontends.parsing import find
from lk_audit.frontends.php import names
from lk_audit.frontends.php.calls import HELPERS, call_of
from lk_audit.frontends.php.includes import included_path
from lk_audit.frontends.php.literals import interpreted, single_quoted
from lk_audit.frontends.php.operators import OPERATORS
from lk_audit.syntax import (
    Argument,
    Binary,
    Call,
    Conditional,
    Entry,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Raise,
    Record,
    Spread,
    Template,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Leaf, Lower, Lowering
    from lk_audit.syntax import Expr, Node

_CASTS = {
    "int": "intval",
    "integer": "intval",
    "float": "floatval",
    "double": "floatval",
    "real": "floatval",
    "string": "strval",
    "bool": "boolval",
    "boolean": "boolval",
}
"""What a cast does, as the function that does the same; casts to arrays and objects leave what is in them."""
_FIXED = {"static": "this", "self": "this", "parent": "super"}


class Arguments(Part):
    items: tuple[Argument, ...]


class Arm(Part):
    """One arm of a `match`; no tests for `default`."""

    tests: tuple[Expr, ...]
    value: Expr


class Arms(Part):
    items: tuple[Arm, ...]


def _string(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Literal(start, end, single_quoted(data[start:end]))


def _nowdoc(data: bytes, node: TreeNode) -> Node:
    body = node.child_by_field_name("value")
    text = data[body.start_byte : body.end_byte].decode("utf-8", "replace").strip("\r\n") if body is not None else ""
    return Literal(node.start_byte, node.end_byte, text)


def _boolean(data: bytes, node: TreeNode) -> Node:
    return Literal(node.start_byte, node.end_byte, data[node.start_byte : node.end_byte].lower() == b"true")


def _null(_: bytes, node: TreeNode) -> Node:
    return Literal(node.start_byte, node.end_byte, None)


def _piece(data: bytes, node: TreeNode) -> Node:
    """A part of a text in double quotes, or of a heredoc."""
    start, end = node.start_byte, node.end_byte
    return Literal(start, end, interpreted(data[start:end]))


def _text(_: Lowering, frame: Frame) -> Node:
    """`"room-$id"`: a literal when nothing is put in."""
    parts = [expression(value) for value in frame.values]
    if all(isinstance(part, Literal) for part in parts):
        pieces = [str(part.value) for part in parts if isinstance(part, Literal)]
        return Literal(frame.start, frame.end, "".join(pieces))
    return Template(frame.start, frame.end, tuple(parts))


def _heredoc(run: Lowering, frame: Frame) -> Node:
    body = frame.field("value")
    value = body if isinstance(body, Literal | Template) else _text(run, frame)
    if isinstance(value, Literal):
        value = Literal(value.start, value.end, str(value.value).strip("\r\n"))
    value.start, value.end = frame.start, frame.end
    return value


def _inner(_: Lowering, frame: Frame) -> Node:
    """What parentheses, `@`, `clone` and references are written around."""
    return frame.values[-1] if frame.values else frame.expression(0)


def _object(frame: Frame) -> Expr:
    found = frame.field("object") or frame.field("scope")
    return expression(found) if found is not None else Opaque(frame.start, frame.start, ())


def _part(run: Lowering, frame: Frame) -> Expr:
    """`object->name`, `Class::name`; a name that is computed makes it an index."""
    owner = _object(frame)
    name = frame.node.child_by_field_name("name")
    if name is None:
        return Opaque(frame.start, frame.end, (owner,))
    is_static = frame.kind == "scoped_property_access_expression"
    if name.type == "name" or is_static:
        text = names.variable_name(run.data, name)[0] if name.type == "variable_name" else run.text(name).lstrip("$")
        return Member(frame.start, name.end_byte, owner, "constructor" if text == "__construct" else text)
    value = frame.field("name")
    key = expression(value) if value is not None else Opaque(name.start_byte, name.end_byte, ())
    return Index(frame.start, name.end_byte, owner, key)


def _access(run: Lowering, frame: Frame) -> Node:
    return _part(run, frame)


def _class_constant(run: Lowering, frame: Frame) -> Node:
    """`Class::NAME`; `Class::class` is as good as the class."""
    last = frame.node.named_children[-1]
    name = run.text(last)
    owner = frame.expression(0)
    return owner if name == "class" else Member(frame.start, frame.end, owner, name)


def _index(_: Lowering, frame: Frame) -> Node:
    if len(frame.values) < 2:  # noqa: PLR2004 - the array and its key
        return Index(frame.start, frame.end, frame.expression(0), Opaque(frame.end, frame.end, ()))
    return Index(frame.start, frame.end, frame.expression(0), frame.expression(1))


def _arguments(_: Lowering, frame: Frame) -> Node:
    found = [value if isinstance(value, Argument) else _argument_of(expression(value)) for value in frame.values]
    return Arguments(frame.start, frame.end, tuple(found))


def _argument_of(value: Expr) -> Argument:
    if isinstance(value, Spread):
        return Argument(value.start, value.end, None, value.value, spread=True)
    return Argument(value.start, value.end, None, value)


def _argument(run: Lowering, frame: Frame) -> Node:
    name = frame.node.child_by_field_name("name")
    value = frame.expression(len(frame.values) - 1) if frame.values else frame.expression(0)
    if name is None or len(frame.values) < 2:  # noqa: PLR2004 - the name and the value
        return _argument_of(value)
    return Argument(frame.start, frame.end, run.text(name), value)


def _given(frame: Frame) -> tuple[Argument, ...]:
    return next((value.items for value in frame.values if isinstance(value, Arguments)), ())


def _call(_: Lowering, frame: Frame) -> Node:
    if any(child.type == "variadic_placeholder" for child in _arguments_of(frame.node)):
        return frame.expression(0)
    return call_of(frame.start, frame.end, frame.expression(0), _given(frame))


def _arguments_of(node: TreeNode) -> list[TreeNode]:
    given = node.child_by_field_name("arguments")
    return given.named_children if given is not None else []


def _method_call(run: Lowering, frame: Frame) -> Node:
    return Call(frame.start, frame.end, _part(run, frame), _given(frame))


def _creation(_: Lowering, frame: Frame) -> Node:
    callee = frame.expression(0)
    if isinstance(callee, Name) and callee.id in _FIXED:
        callee = Name(callee.start, callee.end, _FIXED[callee.id])
    return Call(frame.start, frame.end, callee, _given(frame), is_new=True)


def _binary(_: Lowering, frame: Frame) -> Node:
    sign = frame.node.child_by_field_name("operator")
    operator = sign.type.lower() if sign is not None else ""
    left, right = frame.expression(0), frame.expression(1)
    if operator == "+" and (isinstance(left, Record) or isinstance(right, Record)):
        # Of two arrays, the entries of the left one count.
        both = (right, left)
        return Record(frame.start, frame.end, tuple(Entry(item.start, item.end, None, item) for item in both))
    return Binary(frame.start, frame.end, OPERATORS.get(operator, operator), left, right)


def _unary(_: Lowering, frame: Frame) -> Node:
    operator = frame.node.children[0].type
    return Unary(frame.start, frame.end, OPERATORS.get(operator, operator), frame.expression(0))


def _conditional(run: Lowering, frame: Frame) -> Node:
    """Also `$a ?: $b`, and `isset($a) ? $a : $b`, which is `$a ?? $b`."""
    body = frame.field("body")
    last = frame.expression(len(frame.values) - 1) if frame.values else frame.expression(0)
    if body is None:
        return Binary(frame.start, frame.end, "or", frame.expression(0), last)
    match frame.expression(0):
        case Binary(operator="!=", left=tested, right=Literal(value=None)) if _same(run, tested, body):
            return Binary(frame.start, frame.end, "??", expression(body), last)
        case Unary(operator="not", operand=Unary(operator="not", operand=tested)) if _same(run, tested, body):
            return Binary(frame.start, frame.end, "or", expression(body), last)
        case test:
            return Conditional(frame.start, frame.end, test, expression(body), last)


def _same(run: Lowering, one: Node, other: Node) -> bool:
    return run.data[one.start : one.end] == run.data[other.start : other.end]


def _cast(run: Lowering, frame: Frame) -> Node:
    written = frame.node.child_by_field_name("type")
    value = frame.expression(len(frame.values) - 1) if frame.values else frame.expression(0)
    name = _CASTS.get(run.text(written).strip().lower()) if written is not None else None
    if name is None:
        return value
    argument = Argument(value.start, value.end, None, value)
    return Call(frame.start, frame.end, Name(frame.start, frame.start, name), (argument,))


def _echo(_: Lowering, frame: Frame) -> Node:
    shown = [Argument(item.start, item.end, None, expression(item)) for item in _flat(frame.values)]
    return Call(frame.start, frame.end, Name(frame.start, frame.start, "echo"), tuple(shown))


def _flat(values: list[Node]) -> list[Node]:
    return [item for value in values for item in (value.items if isinstance(value, names.Nodes) else (value,))]


def _throw(_: Lowering, frame: Frame) -> Node:
    return Raise(frame.start, frame.end, frame.expression(0) if frame.values else None)


def _arm(_: Lowering, frame: Frame) -> Node:
    given = frame.field("conditional_expressions")
    value = frame.field("return_expression")
    tests = tuple(expression(item) for item in given.items) if isinstance(given, names.Nodes) else ()
    return Arm(frame.start, frame.end, tests, expression(value) if value is not None else frame.expression(0))


def _tests(_: Lowering, frame: Frame) -> Node:
    return names.Nodes(frame.start, frame.end, tuple(frame.values))


def _arms(_: Lowering, frame: Frame) -> Node:
    return Arms(frame.start, frame.end, tuple(value for value in frame.values if isinstance(value, Arm)))


def _match(_: Lowering, frame: Frame) -> Node:
    """`match ($x) { 1, 2 => a, default => b }` is a chain of conditions."""
    body = frame.field("body")
    arms = body.items if isinstance(body, Arms) else ()
    subject = frame.expression(0)
    is_plain = isinstance(subject, Literal) and subject.value is True
    count = sum(len(arm.tests) for arm in arms)
    subjects = [] if is_plain else copies_of(subject, count) if count else []
    is_compared = is_plain or bool(subjects) or count == 1
    tested = [arm for arm in arms if arm.tests]
    otherwise = next((arm.value for arm in arms if not arm.tests), None)
    # Without a default, PHP raises for what is in no arm: whatever comes out is that of an arm.
    result = otherwise or (tested.pop().value if tested else Opaque(frame.end, frame.end, ()))
    for arm in reversed(tested):
        test: Expr | None = None
        for item in arm.tests:
            left = subjects.pop() if subjects else Opaque(subject.start, subject.start, ())
            one = item if is_plain else Binary(item.start, item.end, "==", left, item)
            test = one if test is None else Binary(test.start, one.end, "or", test, one)
        result = Conditional(arm.start, arm.end, expression(test or subject), arm.value, result)
    return result if is_compared else Opaque(frame.start, frame.end, (subject, result))


def _include(_: Lowering, frame: Frame) -> Node:
    """`require __DIR__ . '/config.php'` gives what that file returns."""
    value = frame.expression(0)
    path = included_path(value)
    shown = value if path is None else Literal(value.start, value.end, path)
    callee = Name(frame.start, frame.start, "require")
    return Call(frame.start, frame.end, callee, (Argument(value.start, value.end, None, shown),))


def colliding(root: TreeNode, data: bytes) -> frozenset[str]:
    """The names of functions and constants that a file uses: variables of the same names are others."""
    kinds = frozenset({"function_call_expression", "function_definition", "const_element"})
    found: set[str] = set()
    pending = [root]
    while pending:
        for node in find(pending.pop(), kinds):
            first = next((child for child in node.named_children if child.type == "name"), None)
            if first is not None:
                found.add(data[first.start_byte : first.end_byte].decode("utf-8", "replace"))
            pending.extend(node.named_children)
    return frozenset(found - HELPERS)


LEAVES: Mapping[str, Leaf] = {
    **names.LEAVES,
    "string": _string,
    "nowdoc": _nowdoc,
    "integer": number(partial(whole_number, octal=True)),
    "float": number(real_number),
    "boolean": _boolean,
    "null": _null,
    "string_content": _piece,
    "escape_sequence": _piece,
}
EXPRESSIONS: Mapping[str, Lower] = {
    "encapsed_string": _text,
    "heredoc_body": _text,
    "heredoc": _heredoc,
    "parenthesized_expression": _inner,
    "error_suppression_expression": _inner,
    "clone_expression": _inner,
    "by_ref": _inner,
    "reference_modifier": _inner,
    "member_access_expression": _access,
    "nullsafe_member_access_expression": _access,
    "scoped_property_access_expression": _access,
    "class_constant_access_expression": _class_constant,
    "subscript_expression": _index,
    "arguments": _arguments,
    "argument": _argument,
    "function_call_expression": _call,
    "member_call_expression": _method_call,
    "nullsafe_member_call_expression": _method_call,
    "scoped_call_expression": _method_call,
    "object_creation_expression": _creation,
    "binary_expression": _binary,
    "unary_op_expression": _unary,
    "conditional_expression": _conditional,
    "cast_expression": _cast,
    "echo_statement": _echo,
    "print_intrinsic": _echo,
    "sequence_expression": _tests,
    "throw_expression": _throw,
    "exit_statement": _throw,
    "match_expression": _match,
    "match_block": _arms,
    "match_condition_list": _tests,
    "match_conditional_expression": _arm,
    "match_default_expression": _arm,
    "include_expression": _include,
    "include_once_expression": _include,
    "require_expression": _include,
    "require_once_expression": _include,
}
