"""What a handler in Rust asks of its callers by its parameters: `user: AuthUser` lets nobody in without one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lk_audit.extractors.context import FileContext, Workspace
from lk_audit.extractors.handlers.model import Handler
from lk_audit.extractors.handlers.rust import base_type, caller_type
from lk_audit.facts import Lead
from lk_audit.livekit.rust_web import CALLER_TYPE
from lk_audit.syntax import Call, Define, Expr, Function, Member, Raise, walk
from lk_audit.values.model import Given

if TYPE_CHECKING:
    from lk_audit.extractors.callers.guards import Guards

_ASKING = frozenset({"is_none", "is_err", "is_some", "is_ok"})
_EXTRACTING = frozenset({"from_request", "from_request_parts"})


def around(_: Workspace, guards: Guards, handler: Handler) -> Iterator[Lead]:
    """The parameters of a handler that stand for who the caller is."""
    home = handler.site.home(handler.function)
    for parameter in handler.function.parameters:
        written = caller_type(parameter)
        if written is not None and _refuses(guards, home, written):
            yield Lead(home.place(parameter), "lets authenticated callers in only")


def may_be_caller(context: FileContext, call: Call) -> bool:
    """Whether a call asks if a parameter such as `user: Option<AuthUser>` is there."""
    if not isinstance(call.callee, Member) or call.callee.name not in _ASKING:
        return False
    return any(
        item.annotation is not None and CALLER_TYPE.search(base_type(item.annotation))
        for value in context.values(call.callee.object)
        if isinstance(value, Given) and not value.members
        for item in value.function.parameters
        if item.name == value.parameter
    )


def _refuses(guards: Guards, context: FileContext, written: Expr) -> bool:
    """Whether who has no such thing is refused: a type of the project says so where it is taken from the request."""
    for owner in context.classes_meant(written):
        methods = [item.function for item in owner.body.statements if isinstance(item, Define)]
        taking = [item for item in methods if item.name in _EXTRACTING]
        if taking:
            return any(_fails(guards, context, item) for item in taking)
    return True


def _fails(guards: Guards, context: FileContext, function: Function) -> bool:
    return guards.function(context, function) or any(isinstance(node, Raise) for node in walk(function.body))
