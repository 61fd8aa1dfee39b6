"""Swift closures that answer requests: the routes of Vapor, Hummingbird and Kitura, by the documentation of each."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.handlers.model import Handler
from lk_audit.livekit.requests import ROUTE_METHODS
from lk_audit.syntax import Expr, Function, Literal, Member

_SERVERS = frozenset({"Vapor", "Hummingbird", "HummingbirdAuth", "Kitura"})


def find(context: FileContext) -> Iterator[Handler]:
    """The routes of a file: `app.get("token") { req in ... }`, `routes.post("token", use: create)`."""
    if not {item.module for item in context.names.imports} & _SERVERS:
        return
    for call in context.names.calls:
        callee = call.callee
        if not isinstance(callee, Member) or callee.name not in ROUTE_METHODS or not call.arguments:
            continue
        function = _function(context, call.arguments[-1].value)
        if function is not None:
            texts = [item.value.value for item in call.arguments if isinstance(item.value, Literal)]
            path = "/" + "/".join(str(text).strip("/") for text in texts if isinstance(text, str))
            yield Handler(function, f"{callee.name.upper()} {path}", context, call, callee.object, path)


def _function(context: FileContext, expr: Expr) -> Function | None:
    if isinstance(expr, Function):
        return expr
    found = (getattr(value, "definition", None) for value in context.values(expr))
    return next((item for item in found if isinstance(item, Function)), None)
