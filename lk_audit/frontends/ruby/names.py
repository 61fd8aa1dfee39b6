"""What a bare name is in Ruby: a variable where one is assigned, else a call of a method or a member of the class.

`current_room` may be either; only the method around it tells. With the call and the receiver written out, nobody after
the frontend needs to know.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.syntax import (
    Argument,
    Assign,
    Call,
    Class,
    Define,
    Evaluate,
    Function,
    Import,
    Literal,
    Member,
    Module,
    Name,
    Node,
    Parameter,
    children,
)

_RECEIVER = "this"
_ACCESSORS = frozenset({"attr_reader", "attr_accessor", "attr_writer", "delegate", "cattr_accessor", "mattr_accessor"})


class _Around(Struct, frozen=True):
    """What names mean at a place: the variables, the methods and attributes of the class, methods without a class.

    `outer` are the constants of the classes and modules around the class, each with the name of its owner.
    """

    variables: frozenset[str] = frozenset()
    methods: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    globals: frozenset[str] = frozenset()
    outer: tuple[tuple[str, str], ...] = ()


def settle(module: Module) -> Module:
    """The module with every bare name that is no variable as the call or member that it is; changed in place."""
    outside = frozenset(item.function.name for item in module.body.statements if isinstance(item, Define))
    variables = frozenset(_assigned(module.body))
    pending: list[tuple[Node, _Around]] = [(module, _Around(variables, globals=outside))]
    while pending:
        node, around = pending.pop()
        around = _inside(node, around)
        if not isinstance(node, Import):
            _replace_names(node, around)
        pending.extend((child, around) for child in children(node))
    return module


def _inside(node: Node, around: _Around) -> _Around:
    if isinstance(node, Class):
        methods, members = _members(node)
        variables = frozenset(_assigned(node.body)) - members
        constants = tuple((name, node.name) for name in sorted(members) if name[:1].isupper())
        return _Around(variables, methods, members, around.globals, (*around.outer, *constants))
    if isinstance(node, Define):
        return replace(around, variables=_locals(node.function))
    if isinstance(node, Function):
        return replace(around, variables=around.variables | _locals(node))
    return around


def _locals(function: Function) -> frozenset[str]:
    return frozenset({item.name for item in function.parameters} | set(_assigned(function.body)))


def _assigned(body: Node) -> Iterator[str]:
    """The variables that are assigned in a body; blocks see and set those around them, methods do not."""
    pending: list[Node] = [body]
    while pending:
        node = pending.pop()
        if isinstance(node, Assign) and isinstance(node.target, Name):
            yield node.target.id
        pending.extend(child for child in children(node) if not isinstance(child, Define | Class | Function))


def _members(owner: Class) -> tuple[frozenset[str], frozenset[str]]:
    """The methods of a class, and its constants and attributes."""
    methods: set[str] = set()
    members: set[str] = set()
    for statement in owner.body.statements:
        match statement:
            case Define(function=function):
                methods.add(function.name)
            case Assign(target=Name(id=name)) if name[:1].isupper():
                members.add(name)
            case Evaluate(value=Call(callee=Name(id=name), arguments=given)) if name in _ACCESSORS:
                members.update(item.value.value for item in given if _is_word(item))  # type: ignore[union-attr,misc]
            case _:
                continue
    return frozenset(methods - {"", "constructor"}), frozenset(members - methods)


def _is_word(item: Argument) -> bool:
    return item.name is None and isinstance(item.value, Literal) and isinstance(item.value.value, str)


def _replace_names(node: Node, around: _Around) -> None:
    """The names that stand directly in `node`, where they are mentions and not definitions."""
    for name in node.__struct_fields__:
        if _defines(node, name):
            continue
        found = getattr(node, name)
        if isinstance(found, Name):
            is_called = isinstance(node, Call) and name == "callee"
            meant = _meant(found, around, is_called=is_called)
            if isinstance(node, Evaluate) and isinstance(meant, Name) and _is_command(meant, around):
                meant = Call(meant.start, meant.end, meant, ())
            setattr(node, name, meant)
        elif isinstance(found, tuple) and any(isinstance(part, Name) for part in found):
            parts = (_meant(part, around, is_called=False) if isinstance(part, Name) else part for part in found)
            setattr(node, name, tuple(parts))


def _is_command(name: Name, around: _Around) -> bool:
    """`authenticate!` as a statement: nobody writes a variable there."""
    return name.id not in around.variables and name.id[:1].islower()


def _defines(node: Node, field: str) -> bool:
    if isinstance(node, Parameter):
        return field != "default"
    return (isinstance(node, Assign) and field in {"target", "annotation"}) or (
        isinstance(node, Class) and field == "bases"
    )


def _meant(name: Name, around: _Around, *, is_called: bool) -> Node:
    start, end, label = name.start, name.end, name.id
    if label in around.variables and not is_called:
        return name
    if label in around.methods:
        method = Member(start, end, Name(start, start, _RECEIVER), label)
        return method if is_called else Call(start, end, method, ())
    if label in around.members and not is_called:
        return Member(start, end, Name(start, start, _RECEIVER), label)
    owner = dict(around.outer).get(label) if not is_called else None
    if owner:
        return Member(start, end, Name(start, start, owner), label)
    if label in around.globals and not is_called:
        return Call(start, end, name, ())
    return name
