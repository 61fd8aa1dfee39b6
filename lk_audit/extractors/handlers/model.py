"""Functions that answer requests, however a framework comes to call them."""

from __future__ import annotations

from msgspec import Struct

from lk_audit.extractors.context import FileContext
from lk_audit.syntax import Call, Expr, Function, Member, Name, Record

MAY_AUTHENTICATE = "may authenticate the caller, and is out of sight"
"""The note of a lead to what a scan does not hold: a base class, a file that is included, the routes of an action."""


class Handler(Struct, frozen=True, eq=False):
    """A function that answers requests, and how it comes to do so.

    `site` is the file that makes it a handler, which need not be its own: by the call `registration`, or by a decorator
    of the function itself. `router` is the object it is registered with, `path` the address as written there. `record`
    holds it with its settings, where it is one of a table of routes; `asked` are the positions of the parameters that
    the caller fills in, None for all that the server does not. `wrapper` is the call that makes of it what answers.
    """

    function: Function
    label: str
    site: FileContext
    registration: Call | None = None
    router: Expr | None = None
    path: str | None = None
    record: Record | None = None
    asked: range | None = None
    wrapper: Call | None = None

    @property
    def is_message(self) -> bool:
        """Whether it answers what comes over a connection that was made before."""
        return self.label.startswith("message ")

    @property
    def has_own_context(self) -> bool:
        """Whether its `context` is what middleware has put there, not the request: `({ input, context }) => ...`."""
        return self.label.startswith(("procedure ", "server function "))

    def is_asked(self, parameter: str) -> bool:
        """Whether the caller may fill in a parameter, as far as its position tells."""
        names = [item.name for item in self.function.parameters]
        return self.asked is None or parameter not in names or names.index(parameter) in self.asked


class Form(Struct, frozen=True, eq=False):
    """A piece of code that makes a handler, in one of many forms; the fields are those of `Handler`.

    `exprs` may be the function that answers, the likeliest first.
    """

    exprs: tuple[Expr, ...]
    label: str
    call: Call | None = None
    router: Expr | None = None
    path: str | None = None
    record: Record | None = None
    asked: range | None = None


def function_given(context: FileContext, expr: Expr) -> Function | None:
    """The function that is written as an argument, or named there."""
    if isinstance(expr, Function):
        return expr
    return next(context.functions_meant(expr), None) if isinstance(expr, Name | Member) else None
