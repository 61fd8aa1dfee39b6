"""Ruby calls: with receivers and blocks, and those that stand for syntax (`new`, `require`, `raise`, `lambda`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.tails import value
from lk_audit.frontends.ruby.expressions import Arguments, method_name
from lk_audit.syntax import (
    Argument,
    Call,
    Function,
    Import,
    ImportedName,
    Literal,
    Member,
    Name,
    Raise,
    Return,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lk_audit.frontends.lowering.tree import Frame, Lower, Lowering
    from lk_audit.syntax import Expr, Node

_LEAVING = frozenset({"raise", "fail", "halt", "error", "abort"})
"""Calls that go no further: Ruby's own, Sinatra's `halt`, Grape's `error!`."""
_LAMBDAS = frozenset({"lambda", "proc"})
_FREEZING = frozenset({"freeze", "dup", "clone", "with_indifferent_access", "symbolize_keys", "deep_symbolize_keys"})
"""Methods whose result is as good as their receiver."""


def _call(run: Lowering, frame: Frame) -> Node:
    method = frame.node.child_by_field_name("method")
    name = method_name(run.text(method)) if method is not None else "call"
    given = _given(frame)
    if frame.node.child_by_field_name("receiver") is None:
        return _bare(frame, name, given)
    receiver = value(frame.field("receiver"), frame.start)
    if name == "new":
        return Call(frame.start, frame.end, receiver, given, is_new=True)
    if name in _FREEZING and not given:
        return receiver
    end = method.end_byte if method is not None else receiver.end
    return Call(frame.start, frame.end, Member(receiver.start, end, receiver, name), given)


def _bare(frame: Frame, name: str, given: tuple[Argument, ...]) -> Node:
    """A call without a receiver."""
    start, end = frame.start, frame.end
    match name, given:
        case "require" | "require_relative" | "load", (Argument(value=Literal(value=str(path))),):
            module = f"./{path}" if name == "require_relative" and not path.startswith(".") else path
            return Import(start, end, module, (ImportedName(start, end, "*", "*"),))
        case _, (Argument(value=Function() as function),) if name in _LAMBDAS:
            return function
        case _ if name in _LEAVING:
            kept = given[0].value if name in {"raise", "fail"} and len(given) == 1 else None
            return Raise(start, end, kept or Call(start, end, Name(start, start + len(name), name), given))
        case _:
            callee = frame.field("method")
            named: Expr = callee if isinstance(callee, Name) else Name(start, start, name)
            return Call(start, end, named, given)


def _given(frame: Frame) -> tuple[Argument, ...]:
    """The arguments, then the block; `fetch("K") { "default" }` gives what the block does."""
    found = frame.field("arguments")
    items = found.items if isinstance(found, Arguments) else ()
    block = frame.field("block")
    if not isinstance(block, Function):
        return items
    method = frame.node.child_by_field_name("method")
    handed: Expr = block
    match block.body.statements:
        case (Return(value=inner),) if inner is not None and not block.parameters and _is_fetch(method):
            handed = inner
        case _:
            pass
    return (*items, Argument(block.start, block.end, None, handed))


def _is_fetch(method: object) -> bool:
    return getattr(method, "text", b"") == b"fetch"


CALLS: Mapping[str, Lower] = {"call": _call}
