"""Dart functions that answer requests.

Sources: the documentation of Dart Frog (routes are files) and Serverpod (endpoints are classes).
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.model import Handler
from lk_audit.patterns import regex
from lk_audit.syntax import Class, Function
from lk_audit.values.model import Flag

_DART_FROG_ROUTE = regex(r"(?:^|/)routes/(?P<route>.+)\.dart$")


def find(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file that only Dart has."""
    yield from _dart_frog(context)
    yield from _serverpod(context)


def _dart_frog(context: FileContext) -> Iterator[Handler]:
    """`onRequest` of a file below `routes/`."""
    route = _DART_FROG_ROUTE.search(context.source.path)
    if route is None:
        return
    path = "/" + route["route"].removesuffix("index").strip("/")
    for function in context.names.functions_named("onRequest"):
        yield Handler(function, f"route {path}", context, path=path)


def _serverpod(context: FileContext) -> Iterator[Handler]:
    """The methods of an `Endpoint`; those of one that asks for a login are nobody's who has none."""
    for owner in context.names.classes:
        if not any(last_name(base) == "Endpoint" for base in owner.bases) or _requires_login(context, owner):
            continue
        for function in context.names.functions:
            first = function.parameters[0] if function.parameters else None
            takes_session = (
                first is not None and first.annotation is not None and last_name(first.annotation) == "Session"
            )
            if takes_session and context.names.owner(function) is owner and not function.name.startswith("_"):
                yield Handler(function, f"{owner.name}.{function.name}", context)


def _requires_login(context: FileContext, owner: Class) -> bool:
    for name in ("requireLogin", "requiredScopes"):
        for item in context.names.attributes(owner, name):
            returned = context.names.returns(item.node) if isinstance(item.node, Function) else ()
            values = [value for part in returned for value in context.values(part.value)]
            if any(not (isinstance(value, Flag) and not value.flag) for value in values):
                return True
    return False
