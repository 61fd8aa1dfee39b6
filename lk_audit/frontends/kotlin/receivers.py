"""Which bare names in a scope function are members of what it is called on.

In `token.apply { identity = user; addGrants(RoomJoin(true)) }` both names are the token's: nothing in the file declares
them. Only what stands as a statement is judged; a name inside an expression stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.frontends.kotlin.calls import RECEIVER
from lk_audit.syntax import (
    Assign,
    Call,
    Class,
    Evaluate,
    Expr,
    Function,
    Import,
    Member,
    Module,
    Name,
    Node,
    Return,
    children,
    walk,
)

_GLOBALS = frozenset(
    {"println", "print", "require", "check", "requireNotNull", "checkNotNull", "error", "repeat", "run", "launch"}
    | {"async", "runBlocking", "withContext", "delay", "TODO", "maxOf", "minOf", "synchronized", "use", "with"}
)
"""Functions of the language and its libraries that are called without a receiver."""


def with_scopes(module: Module) -> Module:
    """The module with the members of scope functions' receivers written out; changed in place."""
    scopes = [node for node in walk(module) if isinstance(node, Function) and _receiver(node)]
    if scopes:
        known = _GLOBALS | {node.name for node in walk(module) if isinstance(node, Function)} | _imported(module)
        # Innermost first: a name is a member of the nearest receiver.
        for function in reversed(scopes):
            _write_out(function, known)
    return module


def _receiver(function: Function) -> str:
    first = function.parameters[0].name if function.parameters else ""
    return first if first.startswith(RECEIVER) else ""


def _imported(module: Module) -> set[str]:
    return {item.local for node in walk(module) if isinstance(node, Import) for item in node.names}


def _write_out(function: Function, known: set[str] | frozenset[str]) -> None:
    receiver = _receiver(function)
    local = {node.target.id for node in walk(function) if _declares(node)}  # type: ignore[attr-defined]
    for node in _inside(function):
        for name in node.__struct_fields__:
            value = getattr(node, name)
            if isinstance(value, Name) and value.id == "this":
                setattr(node, name, Name(value.start, value.end, receiver))
        match node:
            case Assign(target=Name() as target) if not node.declares and target.id not in local:
                node.target = _member(receiver, target)
            case Evaluate(value=value) | Return(value=value) if value is not None:
                _write_out_call(value, receiver, known)
            case Assign(value=value):
                _write_out_call(value, receiver, known)
            case _:
                continue


def _declares(node: Node) -> bool:
    return isinstance(node, Assign) and node.declares and isinstance(node.target, Name)


def _write_out_call(value: Expr, receiver: str, known: set[str] | frozenset[str]) -> None:
    """The call that a statement is, or the first of the chain of calls."""
    while isinstance(value, Call):
        if isinstance(value.callee, Name):
            name = value.callee
            if name.id[:1].islower() and name.id not in known:
                value.callee = _member(receiver, name)
            return
        value = value.callee.object if isinstance(value.callee, Member) else value.callee


def _member(receiver: str, name: Name) -> Member:
    return Member(name.start, name.end, Name(name.start, name.start, receiver), name.id)


def _inside(function: Function) -> Iterator[Node]:
    """The nodes of a function but for those of classes in it, and for what inner receivers have settled."""
    pending: list[Node] = [function.body]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(child for child in children(node) if not isinstance(child, Class))
