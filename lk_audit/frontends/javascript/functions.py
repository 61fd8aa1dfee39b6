"""JavaScript functions and classes, with TypeScript's parameter annotations and decorators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.javascript.patterns import Computed, Default, Rest, Word, bind, key_of, word_of
from lk_audit.frontends.lowering.tree import Part, Several, block, contents, expression, statements, words
from lk_audit.syntax import (
    Assign,
    Block,
    Class,
    Define,
    DefineClass,
    Evaluate,
    Function,
    Literal,
    Member,
    Name,
    Opaque,
    Parameter,
    Return,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node, Statement

_FIELD_MODIFIERS = frozenset({"accessibility_modifier", "override_modifier", "readonly"})
_TYPE_NAMES = frozenset({"type_identifier", "predefined_type", "identifier", "nested_type_identifier"})


class Annotation(Part):
    value: Expr


class Decorator(Part):
    value: Expr


class Bases(Part):
    items: tuple[Expr, ...]


class Taking(Part):
    """A parameter as written; one that `is_field` is stored in `this` too (`constructor(private readonly a)`)."""

    target: Node
    default: Expr | None = None
    annotation: Expr | None = None
    decorators: tuple[Expr, ...] = ()
    is_field: bool = False


class Parameters(Part):
    items: tuple[Taking, ...]


class Method(Part):
    """A method; its key stands for its name where that is computed."""

    key: Expr
    function: Function


def annotation(data: bytes, node: TreeNode) -> Node:
    """`: Type`; a plain or dotted type name as such, any other type as an `Opaque`."""
    start, end = node.start_byte, node.end_byte
    written = next(iter(node.named_children), node)
    if written.type == "generic_type":
        written = written.child_by_field_name("name") or written
    value = dotted_name(data, written) if written.type in _TYPE_NAMES else Opaque(start, end, ())
    return Annotation(start, end, value)


def dotted_name(data: bytes, node: TreeNode) -> Expr:
    """`a.b.c` of a node that the grammar keeps as one name."""
    start = node.start_byte
    text = data[start : node.end_byte].decode("utf-8", "replace")
    (first, at, end), *rest = words(text, start)
    value: Expr = Name(at, end, first)
    for name, _, end in rest:
        value = Member(start, end, value, name)
    return value


def decorators_of(values: Iterable[Node]) -> tuple[Expr, ...]:
    return tuple([value.value for value in values if isinstance(value, Decorator)])


def _annotation_of(values: Iterable[Node]) -> Expr | None:
    found = (value for value in values if isinstance(value, Annotation))
    return next((item.value for item in found), None)


def _own(values: Iterable[Node]) -> list[Node]:
    """What is left of a declaration's parts: its name or pattern and its value."""
    return [value for value in values if not isinstance(value, Annotation | Decorator)]


def _declarator(_: Lowering, frame: Frame) -> Node:
    """`target: Type = value` of a declaration; nothing is known of a variable that has no value yet."""
    target, *values = _own(frame.values) or [frame.expression(0)]
    value = expression(values[0]) if values else Opaque(frame.end, frame.end, ())
    return Several(frame.start, frame.end, tuple(bind(target, value, frame.end, _annotation_of(frame.values))))


def _decorator(_: Lowering, frame: Frame) -> Node:
    return Decorator(frame.start, frame.end, frame.expression(0))


def _parameters(_: Lowering, frame: Frame) -> Node:
    """All parameters but TypeScript's `this`, which is only a type."""
    taken = [value if isinstance(value, Taking) else Taking(value.start, value.end, value) for value in frame.values]
    kept = [item for item in taken if not (isinstance(item.target, Name) and item.target.id == "this")]
    return Parameters(frame.start, frame.end, tuple(kept))


def _typed_parameter(_: Lowering, frame: Frame) -> Node:
    target, *defaults = _own(frame.values) or [frame.expression(0)]
    return Taking(
        frame.start,
        frame.end,
        target,
        expression(defaults[0]) if defaults else None,
        _annotation_of(frame.values),
        decorators_of(frame.values),
        bool(frame.tokens() & _FIELD_MODIFIERS),
    )


def _parameter(taking: Taking, place: int) -> tuple[Parameter, list[Assign]]:
    """A parameter, and the assignments at the start of the body that belong to it."""
    target, default, kind = taking.target, taking.default, "plain"
    if isinstance(target, Default):
        default, target = target.value, target.target
    if isinstance(target, Rest):
        target, kind = target.target, "rest"
    name = target.id if isinstance(target, Name) else f"#{place}"
    parameter = Parameter(taking.start, taking.end, name, default, _parameter_annotation(taking), kind)
    if not isinstance(target, Name):
        return parameter, bind(target, Name(target.start, target.end, name), taking.end)
    return parameter, [_field_of(target, taking.end)] if taking.is_field else []


def _parameter_annotation(taking: Taking) -> Expr | None:
    """The type; with decorators (`@Body() dto: Dto`) all of them together."""
    if not taking.decorators:
        return taking.annotation
    written = (*taking.decorators, taking.annotation) if taking.annotation is not None else taking.decorators
    return Opaque(taking.start, taking.end, written)


def _field_of(name: Name, end: int) -> Assign:
    """`this.name = name`."""
    start = name.start
    field = Member(start, name.end, Name(start, start, "this"), name.id)
    return Assign(start, end, field, Name(start, name.end, name.id))


def _build(frame: Frame, name: str) -> Function:
    """The function whose parts `frame` holds."""
    body, taken = frame.values[-1], _taken(frame)
    pairs = [_parameter(item, place) for place, item in enumerate(taken)]
    prologue = [assign for _, assigns in pairs for assign in assigns]
    inner = _body(body)
    if prologue:
        inner.statements = (*prologue, *inner.statements)
    parameters = tuple([parameter for parameter, _ in pairs])
    is_async = "async" in frame.tokens()
    return Function(frame.start, frame.end, name, parameters, inner, decorators_of(frame.values), is_async)


def _taken(frame: Frame) -> tuple[Taking, ...]:
    """The parameters; an arrow function's single one may stand without parentheses."""
    for value in frame.values:
        if isinstance(value, Parameters):
            return value.items
    single = frame.field("parameter")
    return (Taking(single.start, single.end, single),) if single is not None else ()


def _body(body: Node) -> Block:
    """A function's block, or the one that an arrow function's expression stands for."""
    if isinstance(body, Block):
        return body
    if isinstance(body, Part):
        return Block(body.start, body.end, statements((body,)))
    value = expression(body)
    return Block(value.start, value.end, (Return(value.start, value.end, value),))


def _function(run: Lowering, frame: Frame) -> Node:
    named = frame.node.child_by_field_name("name")
    return _build(frame, run.text(named) if named is not None else "")


def _function_declaration(run: Lowering, frame: Frame) -> Node:
    named = frame.node.child_by_field_name("name")
    return Define(frame.start, frame.end, _build(frame, run.text(named) if named is not None else ""))


def _arrow(_: Lowering, frame: Frame) -> Node:
    return _build(frame, "")


def _method(_: Lowering, frame: Frame) -> Node:
    key = _own(frame.values)[0]
    function = _build(frame, word_of(key))
    if "get" in frame.tokens():
        function.decorators = (Name(frame.start, frame.start, "getter"), *function.decorators)
    return Method(frame.start, frame.end, key_of(key), function)


def _field(_: Lowering, frame: Frame) -> Node:
    """A field of a class; its decorators are evaluated before it."""
    key, *values = _own(frame.values) or [frame.expression(0)]
    value = expression(values[0]) if values else Opaque(frame.end, frame.end, ())
    name = word_of(key)
    target: Expr = Name(key.start, key.end, name) if name else Opaque(key.start, key.end, contents((key_of(key),)))
    before = [Evaluate(item.start, item.end, item) for item in decorators_of(frame.values)]
    field = Assign(frame.start, frame.end, target, value, "", _annotation_of(frame.values))
    return Several(frame.start, frame.end, (*before, field))


def _class(run: Lowering, frame: Frame) -> Class:
    named = frame.node.child_by_field_name("name")
    name = run.text(named) if named is not None else ""
    bases = next((value.items for value in frame.values if isinstance(value, Bases)), ())
    body = next((value for value in frame.values if isinstance(value, Block)), None)
    return Class(frame.start, frame.end, name, bases, block(body, frame.end), decorators_of(frame.values))


def _class_declaration(run: Lowering, frame: Frame) -> Node:
    return DefineClass(frame.start, frame.end, _class(run, frame))


def _bases(_: Lowering, frame: Frame) -> Node:
    items: list[Expr] = []
    for value in frame.values:
        items.extend(value.items if isinstance(value, Bases) else (expression(value),))
    return Bases(frame.start, frame.end, tuple(items))


def _class_body(run: Lowering, frame: Frame) -> Node:
    """The members; in TypeScript's grammar a decorator stands before its method."""
    found: list[Statement] = []
    waiting: list[Decorator] = []
    for value in frame.values:
        if isinstance(value, Decorator):
            waiting.append(value)
        elif isinstance(value, Method):
            found.extend(_defined(value, waiting))
            waiting.clear()
        else:
            found.extend(statements((*waiting, value)))
            waiting.clear()
    return run.block(frame, (*found, *waiting))


def _defined(method: Method, waiting: list[Decorator]) -> list[Statement]:
    function = method.function
    function.decorators = (*decorators_of(waiting), *function.decorators)
    definition = Define(method.start, method.end, function)
    if isinstance(method.key, Literal):
        return [definition]
    return [Evaluate(method.key.start, method.key.end, method.key), definition]


def _property_name(data: bytes, node: TreeNode) -> Node:
    start, end = node.start_byte, node.end_byte
    return Word(start, end, data[start:end].decode("utf-8", "replace"))


def _computed(_: Lowering, frame: Frame) -> Node:
    return Computed(frame.start, frame.end, frame.expression(0))


LEAVES = {
    "property_identifier": _property_name,
    "private_property_identifier": _property_name,
    "type_annotation": annotation,
}
FUNCTIONS: Mapping[str, Lower] = {
    "formal_parameters": _parameters,
    "required_parameter": _typed_parameter,
    "optional_parameter": _typed_parameter,
    "variable_declarator": _declarator,
    "decorator": _decorator,
    "function_expression": _function,
    "generator_function": _function,
    "arrow_function": _arrow,
    "function_declaration": _function_declaration,
    "generator_function_declaration": _function_declaration,
    "method_definition": _method,
    "field_definition": _field,
    "public_field_definition": _field,
    "class": _class,
    "class_declaration": _class_declaration,
    "abstract_class_declaration": _class_declaration,
    "class_heritage": _bases,
    "extends_clause": _bases,
    "implements_clause": _bases,
    "class_body": _class_body,
    "computed_property_name": _computed,
}
