"""Further forms in which code says what answers requests at an address: calls that add routes, tables, pages."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.model import Form
from lk_audit.extractors.handlers.route_settings import settings_of
from lk_audit.livekit.requests import HTTP_EXPORTS, ROUTE_ADDERS, ROUTE_METHODS, ROUTE_RECORDS
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Argument,
    Call,
    Entry,
    Export,
    Expr,
    Function,
    Literal,
    Member,
    Name,
    Node,
    Record,
    Sequence,
    walk,
)
from lk_audit.values.records import entries_of


def forms(context: FileContext) -> Iterator[Form]:
    """Every registration of a file in one of these forms."""
    if context.is_python:
        yield from _added(context)
        yield from _route_objects(context)
    elif context.names.is_javascript:
        yield from _records(context)
        yield from _records_by_method(context)
        yield from _server_pages(context)
        yield from _documented(context)
    yield from _decorated_later(context)


def _path(call: Call) -> str | None:
    texts = (item.value.value for item in call.arguments if isinstance(item.value, Literal))
    return next((text for text in texts if isinstance(text, str) and text.startswith("/")), None)


def _given(call: Call) -> tuple[Expr, ...]:
    return tuple(item.value for item in reversed(call.arguments))


def _added(context: FileContext) -> Iterator[Form]:
    """`router.add_api_route("/token", token)`, `app.add_url_rule("/token", view_func=token)`, aiohttp's `add_post`."""
    for name in sorted(ROUTE_ADDERS):
        for call in context.names.calls_of(name):
            path = _path(call)
            if isinstance(call.callee, Member) and path is not None:
                yield Form(_given(call), f"route {path}", call, call.callee.object, path)


def _route_objects(context: FileContext) -> Iterator[Form]:
    """Starlette's `Route("/token", token)`."""
    for call in context.names.calls_of("Route"):
        path = _path(call)
        if path is not None and (context.qualified(call.callee) or "").endswith("routing.Route"):
            yield Form(_given(call), f"route {path}", call, None, path)


def _documented(context: FileContext) -> Iterator[Form]:
    """Hono's `app.openapi(route, handler)`; the route, which `createRoute` makes, may hold middleware."""
    for call in context.names.calls_of("openapi"):
        if isinstance(call.callee, Member) and len(call.arguments) > 1:
            name = last_name(call.arguments[0].value) or ""
            yield Form(_given(call), f"route {name}".strip(), call, call.callee.object)


def _decorated_later(context: FileContext) -> Iterator[Form]:
    """`blueprint.post("/token")(token)`: a decorator that is called."""
    for call in context.names.calls if context.is_python else ():
        mark = call.callee
        if isinstance(mark, Call) and isinstance(mark.callee, Member) and mark.callee.name in ROUTE_METHODS:
            path = _path(mark)
            if path is not None:
                yield Form(_given(call), f"{mark.callee.name.upper()} {path}", call, mark.callee.object, path)


def _records(context: FileContext) -> Iterator[Form]:
    """`{ method: "POST", path: "/token", handler }` in a table of routes, or given to a router: Fastify's, hapi's.

    elizaOS says `type` for the method.
    """
    for record in context.names.nodes(Record):
        entries = entries_of(record)
        handler = next((found for part in settings_of(record) if (found := entries_of(part).get("handler"))), None)
        path = next((_text(entries[key]) for key in ("url", "path") if key in entries), None)
        method = entries.get("method") or _verb(entries.get("type"))
        if handler is None or path is None or not path.startswith("/") or method is None:
            continue
        call = _taker_of(context, record)
        router = call.callee.object if call is not None and isinstance(call.callee, Member) else None
        label = f"{(_text(method) or 'route').upper()} {path}"
        yield Form((handler,), label, call, router, path, record)


def _verb(expr: Expr | None) -> Expr | None:
    return expr if expr is not None and _text(expr) in HTTP_EXPORTS else None


def _text(expr: Expr) -> str | None:
    return expr.value if isinstance(expr, Literal) and isinstance(expr.value, str) else None


def _taker_of(context: FileContext, record: Record) -> Call | None:
    """The call that is given a route, alone or in a list: `server.route([{ ... }, { ... }])`."""
    for node in context.names.ancestors(record):
        if isinstance(node, Call):
            return node if last_name(node.callee) == "route" else None
        if not isinstance(node, Sequence | Argument):
            return None
    return None


def _records_by_method(context: FileContext) -> Iterator[Form]:
    """`Bun.serve({ routes: { "/token": { POST } } })`, TanStack's `createFileRoute(path)({ server: { handlers } })`."""
    for call in context.names.calls:
        if _takes_routes(call):
            for entry in (node for node in walk(call) if isinstance(node, Entry)):
                if isinstance(entry.key, Literal) and entry.key.value in HTTP_EXPORTS and _takes_request(entry.value):
                    yield Form((entry.value,), f"{entry.key.value} of {context.source.path}")


def _takes_routes(call: Call) -> bool:
    made = call.callee.object if isinstance(call.callee, Member) else call.callee
    inner = last_name(made.callee) if isinstance(made, Call) else None
    return inner in ROUTE_RECORDS or (last_name(call.callee) == "serve" and last_name(made) == "Bun")


def _takes_request(expr: Expr) -> bool:
    return isinstance(expr, Function) and bool(expr.parameters)


_PAGE = regex(r"(?:^|/)\+(?:page|layout)\.server\.[cm]?[jt]s$")


def _server_pages(context: FileContext) -> Iterator[Form]:
    """SvelteKit: what loads the data of a page on the server, and the actions of its forms."""
    if _PAGE.search(context.source.path) is None:
        return
    for node in context.names.nodes(Export):
        if node.exported == "load" and node.local is not None:
            yield Form((node.local,), f"load of {context.source.path}", path=context.source.path)
        elif node.exported == "actions":
            for name, value in _actions(context, node.local).items():
                yield Form((value,), f"action {name} of {context.source.path}", path=context.source.path)


def _actions(context: FileContext, local: Node | None) -> dict[str, Expr]:
    defined = context.names.definitions(local) if isinstance(local, Name) else ()
    records = [local, *(item.value for item in defined)]
    return {key: value for item in records if isinstance(item, Record) for key, value in entries_of(item).items()}
