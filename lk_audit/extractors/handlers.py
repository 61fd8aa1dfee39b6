"""Functions that answer requests, however a framework comes to call them."""

from __future__ import annotations

from msgspec import Struct

from lk_audit.extractors.context import FileContext
from lk_audit.syntax import Call, Expr, Function, Member, Name


class Handler(Struct, frozen=True, eq=False):
    """A function that answers requests, and how it comes to do so.

    `site` is the file that makes it a handler, which need not be its own: by the call `registration`, or by a decorator
    of the function itself. `router` is the object it is registered with, `path` the address as written there.
    """

    function: Function
    label: str
    site: FileContext
    registration: Call | None = None
    router: Expr | None = None
    path: str | None = None


def function_given(context: FileContext, expr: Expr) -> Function | None:
    """The function that is written as an argument, or named there."""
    if isinstance(expr, Function):
        return expr
    return next(context.functions_meant(expr), None) if isinstance(expr, Name | Member) else None
