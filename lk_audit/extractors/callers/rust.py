"""What a handler in Rust asks of its callers by its parameters: `user: AuthUser` lets nobody in without one."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.context import FileContext, Workspace
from lk_audit.extractors.handlers.model import Handler
from lk_audit.extractors.handlers.rust import caller_type
from lk_audit.facts import Lead
from lk_audit.syntax import Define, Expr, Function, Raise, walk

_EXTRACTING = frozenset({"from_request", "from_request_parts"})


def around(_: Workspace, guards: Guards, handler: Handler) -> Iterator[Lead]:
    """The parameters of a handler that stand for who the caller is."""
    home = handler.site.home(handler.function)
    for parameter in handler.function.parameters:
        written = caller_type(parameter)
        if written is not None and _refuses(guards, home, written):
            yield Lead(home.place(parameter), "lets authenticated callers in only")


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
