"""What a class's members are called inside it: `secret` becomes `this.secret` where the language lets it be left out.

For languages of the kind of Java, Kotlin, C#, Swift and Dart: with the instance written out, a bare name is always a
variable, and nobody after the frontend needs to know that it might have been a member.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from lk_audit.syntax import (
    Argument,
    Assign,
    Class,
    Define,
    Function,
    Import,
    Member,
    Module,
    Name,
    Node,
    children,
)

RECEIVER = "this"
_Hidden: TypeAlias = frozenset[str]
_OWN_NAMES = (Function, Class)


def with_receivers(module: Module) -> Module:
    """The module with every bare mention of a member of the class around it as `this.member`; changed in place."""
    pending: list[tuple[Node, _Hidden]] = [(module, frozenset())]
    while pending:
        node, members = pending.pop()
        if isinstance(node, Class):
            members = members | _members(node)
        elif isinstance(node, Function):
            members -= _locals(node)
        below = children(node)
        if members and any(isinstance(child, Name) and child.id in members for child in below):
            _replace_names(node, members)
            below = children(node)
        pending.extend([(child, members) for child in below if not _is_written_out(child)])
    return module


def _is_written_out(node: Node) -> bool:
    return isinstance(node, Member) and isinstance(node.object, Name) and node.object.id == RECEIVER


def _members(owner: Class) -> _Hidden:
    found: set[str] = set()
    for statement in owner.body.statements:
        if isinstance(statement, Define):
            found.add(statement.function.name)
        elif isinstance(statement, Assign) and isinstance(statement.target, Name):
            found.add(statement.target.id)
    return frozenset(found - {"", "constructor"})


def _locals(function: Function) -> _Hidden:
    """The parameters and variables of a function; those of functions inside it are theirs alone."""
    found = {parameter.name for parameter in function.parameters}
    pending: list[Node] = [function.body]
    while pending:
        node = pending.pop()
        if isinstance(node, Assign) and node.declares and isinstance(node.target, Name):
            found.add(node.target.id)
        elif isinstance(node, Define):
            found.add(node.function.name)
        pending.extend([child for child in children(node) if not isinstance(child, _OWN_NAMES)])
    return frozenset(found)


def _replace_names(node: Node, members: _Hidden) -> None:
    """The names that stand directly in `node`, where they are mentions and not definitions."""
    if isinstance(node, Import):
        return
    for name in node.__struct_fields__:
        value = getattr(node, name)
        if isinstance(value, Name):
            if not _defines(node, name):
                setattr(node, name, _written_out(value, members))
        elif isinstance(value, tuple) and any(isinstance(part, Name) for part in value):
            setattr(node, name, tuple(_each(value, members)))


def _each(parts: tuple[object, ...], members: _Hidden) -> Iterator[object]:
    for part in parts:
        yield _written_out(part, members) if isinstance(part, Name) else part


def _written_out(name: Name, members: _Hidden) -> Name | Member:
    if name.id not in members:
        return name
    return Member(name.start, name.end, Name(name.start, name.start, RECEIVER), name.id)


def _defines(node: Node, field: str) -> bool:
    """Whether a name in that field is defined by the node: a new variable, a field of the class, a type."""
    if isinstance(node, Assign):
        return field == "annotation" or (field == "target" and node.declares)
    return field in {"annotation", "bases", "decorators"} or (isinstance(node, Argument) and field == "name")
