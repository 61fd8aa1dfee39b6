"""Further forms in which code says what answers requests: calls that add routes, records, procedures, pages."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.livekit.requests import HTTP_EXPORTS, ROUTE_ADDERS, ROUTE_METHODS, ROUTE_RECORDS
from lk_audit.patterns import regex
from lk_audit.syntax import Call, Entry, Export, Expr, Function, Literal, Member, Name, Node, Record, walk

Form = tuple[tuple[Expr, ...], str, Call | None, Expr | None, str | None]
"""What may be the handler, its label, where it is registered, with which router, for which address."""


def forms(context: FileContext) -> Iterator[Form]:
    """Every registration of a file in one of these forms."""
    if context.is_python:
        yield from _added(context)
        yield from _route_objects(context)
    elif context.names.is_javascript:
        yield from _records(context)
        yield from _records_by_method(context)
        yield from _procedures(context)
        yield from _server_pages(context)
    yield from _decorated_later(context)


def entries_of(record: Record) -> dict[str, Expr]:
    """The entries of a record by those of its keys that are written out."""
    keyed = ((item.key.value, item.value) for item in record.entries if isinstance(item.key, Literal))
    return {key: value for key, value in keyed if isinstance(key, str)}


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
                yield _given(call), f"route {path}", call, call.callee.object, path


def _route_objects(context: FileContext) -> Iterator[Form]:
    """Starlette's `Route("/token", token)`."""
    for call in context.names.calls_of("Route"):
        path = _path(call)
        if path is not None and (context.qualified(call.callee) or "").endswith("routing.Route"):
            yield _given(call), f"route {path}", call, None, path


def _decorated_later(context: FileContext) -> Iterator[Form]:
    """`blueprint.post("/token")(token)`: a decorator that is called."""
    for call in context.names.calls if context.is_python else ():
        mark = call.callee
        if isinstance(mark, Call) and isinstance(mark.callee, Member) and mark.callee.name in ROUTE_METHODS:
            path = _path(mark)
            if path is not None:
                yield _given(call), f"{mark.callee.name.upper()} {path}", call, mark.callee.object, path


def _records(context: FileContext) -> Iterator[Form]:
    """Fastify's `app.route({ method: "POST", url: "/token", preHandler, handler })`."""
    for call in context.names.calls_of("route"):
        first = call.arguments[0].value if call.arguments else None
        entries = entries_of(first) if isinstance(first, Record) else {}
        handler, url, method = (entries.get(key) for key in ("handler", "url", "method"))
        path = url.value if isinstance(url, Literal) else None
        if handler is not None and isinstance(path, str) and isinstance(call.callee, Member):
            word = method.value if isinstance(method, Literal) and isinstance(method.value, str) else "route"
            yield (handler,), f"{word} {path}", call, call.callee.object, path


def _records_by_method(context: FileContext) -> Iterator[Form]:
    """`Bun.serve({ routes: { "/token": { POST } } })`, TanStack's `createFileRoute(path)({ server: { handlers } })`."""
    for call in context.names.calls:
        if _takes_routes(call):
            for entry in (node for node in walk(call) if isinstance(node, Entry)):
                if isinstance(entry.key, Literal) and entry.key.value in HTTP_EXPORTS and _takes_request(entry.value):
                    yield (entry.value,), f"{entry.key.value} of {context.source.path}", None, None, None


def _takes_routes(call: Call) -> bool:
    made = call.callee.object if isinstance(call.callee, Member) else call.callee
    inner = last_name(made.callee) if isinstance(made, Call) else None
    return inner in ROUTE_RECORDS or (last_name(call.callee) == "serve" and last_name(made) == "Bun")


def _takes_request(expr: Expr) -> bool:
    return isinstance(expr, Function) and bool(expr.parameters)


_OPEN_PROCEDURE = regex(r"(?i)^(?:(?:public|open|guest|anonymous|base)_?)?procedure$")
"""How procedures of tRPC are called that anybody may call; what others ask for, they say elsewhere."""


def _procedures(context: FileContext) -> Iterator[Form]:
    """Procedures of tRPC: `publicProcedure.input(...).mutation(async ({ input }) => ...)`."""
    for name in ("mutation", "query", "subscription"):
        for call in context.names.calls_of(name):
            if isinstance(call.callee, Member) and len(call.arguments) == 1 and _is_open(call.callee.object):
                key = _key_of(context, call)
                yield _given(call), f"procedure {key}", None, None, f"/api/trpc/{key}"


def _is_open(expr: Expr) -> bool:
    """Whether a procedure is made of one that anybody may call, with nothing in between that might ask who does."""
    while isinstance(expr, Call) and isinstance(expr.callee, Member):
        if expr.callee.name == "use":
            return False
        expr = expr.callee.object
    return isinstance(expr, Name | Member) and _OPEN_PROCEDURE.search(last_name(expr) or "") is not None


def _key_of(context: FileContext, call: Call) -> str:
    holder: Node | None = context.names.parent(call)
    key = holder.key if isinstance(holder, Entry) else None
    return str(key.value) if isinstance(key, Literal) else ""


_PAGE = regex(r"(?:^|/)\+(?:page|layout)\.server\.[cm]?[jt]s$")


def _server_pages(context: FileContext) -> Iterator[Form]:
    """SvelteKit: what loads the data of a page on the server, and the actions of its forms."""
    if _PAGE.search(context.source.path) is None:
        return
    for node in context.names.nodes(Export):
        if node.exported == "load" and node.local is not None:
            yield (node.local,), f"load of {context.source.path}", None, None, context.source.path
        elif node.exported == "actions":
            for name, value in _actions(context, node.local).items():
                yield (value,), f"action {name} of {context.source.path}", None, None, context.source.path


def _actions(context: FileContext, local: Node | None) -> dict[str, Expr]:
    defined = context.names.definitions(local) if isinstance(local, Name) else ()
    records = [local, *(item.value for item in defined)]
    return {key: value for item in records if isinstance(item, Record) for key, value in entries_of(item).items()}
