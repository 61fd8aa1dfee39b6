"""Functions that answer requests by signs that several languages share, and by those of Python and JavaScript.

Decorated, passed to a call that registers, a method of a class of views, called with a request.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.exported import exported, pages, route_of, server_actions
from lk_audit.extractors.handlers.functions import registered
from lk_audit.extractors.handlers.model import Handler
from lk_audit.extractors.handlers.procedures import forms as procedures
from lk_audit.extractors.handlers.route_forms import forms as routes
from lk_audit.livekit.requests import (
    FALCON_METHODS,
    HANDLER_CLASS_METHODS,
    HANDLER_TAKERS,
    HTTP_DECORATORS,
    OTHERWISE_GUARDED,
    PACKAGE_DECORATORS,
    REQUEST_FRAMEWORKS,
    REQUEST_TYPES,
    ROUTE_DECORATORS,
    ROUTE_METHODS,
    ROUTE_RECORDS,
    RPC_CLASSES,
    RPC_PARAMETERS,
    SOCKET_CLASSES,
    SOCKET_LIFE,
    SOCKET_METHODS,
    VIEW_CLASSES,
)
from lk_audit.syntax import Argument, Call, Class, Expr, Function, Literal, Member, Name, Parameter, Record
from lk_audit.values.model import Defined


def find(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file that frameworks of several languages, or only those of Python and JavaScript, have."""
    yield from _decorated(context)
    yield from _registered(context)
    yield from exported(context)
    yield from pages(context)
    yield from _class_methods(context)
    yield from server_actions(context)
    yield from _of_other_forms(context)
    if context.is_python:
        yield from _by_parameters(context)


def _decorated(context: FileContext) -> Iterator[Handler]:
    for function in context.names.functions:
        for decorator in function.decorators:
            label = _route_label(context, function, decorator)
            if label is not None:
                callee = decorator.callee if isinstance(decorator, Call) else decorator
                router = callee.object if isinstance(callee, Member) else None
                path = _text_argument(decorator) if isinstance(decorator, Call) else None
                yield Handler(function, label, context, None, router, path)


def _route_label(context: FileContext, function: Function, decorator: Expr) -> str | None:
    callee = decorator.callee if isinstance(decorator, Call) else decorator
    path = _text_argument(decorator) if isinstance(decorator, Call) else None
    if isinstance(decorator, Call) and any(map(_guards_otherwise, decorator.arguments)):
        return None
    if isinstance(callee, Member) and callee.name in ROUTE_METHODS:
        method = "" if callee.name in {"route", "api_route", "any", "all"} else f"{callee.name.upper()} "
        return f"{method}{path or '/'}" if path is not None else None
    name = context.name_elsewhere(callee)
    if isinstance(decorator, Call) and name in HTTP_DECORATORS:
        method = "" if name == "All" else f"{name.upper()} "
        return f"{method}{_below_controller(context, function, path)}"
    is_known = isinstance(decorator, Call) and name in ROUTE_DECORATORS
    return f"{name} {path or ''}".strip() if is_known or _is_of_package(context, callee) else None


def _below_controller(context: FileContext, function: Function, path: str | None) -> str:
    """NestJS's `@Get('token')` in a class with `@Controller('livekit')` is "/livekit/token"."""
    owner = context.names.owner(function)
    marks = [item for item in owner.decorators if isinstance(item, Call)] if owner is not None else []
    before = next((_text_argument(item) for item in marks if context.name_elsewhere(item.callee) == "Controller"), None)
    return "/" + "/".join(part.strip("/") for part in (before, path) if part and part.strip("/"))


def _guards_otherwise(given: Argument) -> bool:
    """`@app.post("/token", auth_required=True)`."""
    is_off = isinstance(given.value, Literal) and not given.value.value
    return given.name in OTHERWISE_GUARDED and not is_off


def _is_of_package(context: FileContext, callee: Expr) -> bool:
    """Litestar's `@get("/token")`."""
    dotted = context.qualified(callee) or ""
    return any(dotted.startswith(package) and dotted.removeprefix(package) in names for package, names in _PACKAGES)


_PACKAGES = tuple(PACKAGE_DECORATORS.items())


def _text_argument(call: Call) -> str | None:
    """The first argument that spells out a text, wherever it stands: a path may follow others, or be named."""
    for item in call.arguments:
        if isinstance(item.value, Literal) and isinstance(item.value.value, str):
            return item.value.value
    return None


def _registered(context: FileContext) -> Iterator[Handler]:
    """Handlers passed to a call: `app.post("/token", handler)`, `Deno.serve(handler)`, `onCall(handler)`."""
    for call in context.names.calls:
        label = _registration(context, call)
        if label is None:
            continue
        for item in reversed(call.arguments):
            function = registered(context, _handler_entry(item.value))
            if function is not None:
                router = call.callee.object if isinstance(call.callee, Member) else None
                yield Handler(function, label, context, call, router, _text_argument(call))
                break


def _of_other_forms(context: FileContext) -> Iterator[Handler]:
    for form in chain(routes(context), procedures(context)):
        meant = (registered(context, expr) for expr in form.exprs)
        function = next((found for found in meant if found is not None), None)
        if function is not None:
            path = route_of(form.path) if form.path == context.source.path else form.path
            yield Handler(function, form.label, context, form.call, form.router, path, form.record, form.asked)


def _handler_entry(expr: Expr) -> Expr:
    """`action({ args, handler: async (ctx, args) => ... })`: the handler in a record of settings."""
    entries = expr.entries if isinstance(expr, Record) else ()
    named = (item.value for item in entries if isinstance(item.key, Literal) and item.key.value in {"handler", "fetch"})
    return next(named, expr)


_TAKERS = frozenset(suffix.rpartition(".")[2] for suffix in HANDLER_TAKERS)
_MESSAGE_SOURCES = frozenset({"socket", "ws", "connection", "client", "conn", "websocket"})


def _registration(context: FileContext, call: Call) -> str | None:
    callee = call.callee
    name = last_name(callee) or ""
    if isinstance(callee, Member) and name in ROUTE_METHODS:
        path = _text_argument(call)
        if path is not None and path.startswith(("/", "*")):
            # `page.route("**/token", answer)`: a browser's requests, which a test answers itself
            return None if path.startswith("**") else f"{name.upper()} {path}"
        if isinstance(callee.object, Call):
            return f"{name.upper()} {_text_argument(callee.object) or ''}".strip()
    if isinstance(callee, Member) and name == "on" and (last_name(callee.object) or "") in _MESSAGE_SOURCES:
        event = _text_argument(call)
        return f"message {event}" if event is not None and event not in SOCKET_LIFE else None
    if name == "action" and isinstance(callee, Member):
        # Of next-safe-action, whose clients may ask who is there; the file exports what it gives.
        return None
    if name == "handler" and not _is_server_function(callee):
        return _vertx_route(callee)
    label = _taker(name, context.qualified(callee) or name)
    # `websockets.serve(handler, host, port)`
    return "server handler" if label is not None and context.is_python else label


def _taker(name: str, dotted: str) -> str | None:
    """What takes a handler, by the last part of its name and by its full name."""
    if name not in _TAKERS and dotted.rpartition(".")[2] not in _TAKERS:
        return None
    found = (framework for suffix, framework in HANDLER_TAKERS.items() if _ends(name, dotted, suffix))
    return next((f"{framework} handler" for framework in found), None)


def _ends(name: str, dotted: str, suffix: str) -> bool:
    return name == suffix or dotted.endswith(f".{suffix}")


def _vertx_route(callee: Expr) -> str | None:
    """`router.post("/token").handler(context -> ...)`."""
    route = callee.object if isinstance(callee, Member) else None
    while isinstance(route, Call) and isinstance(route.callee, Member):
        path = _text_argument(route)
        if route.callee.name in ROUTE_METHODS and path is not None and path.startswith("/"):
            return f"{route.callee.name.upper()} {path}"
        route = route.callee.object
    return None


def _is_server_function(callee: Expr) -> bool:
    """`createServerFn({ method: "POST" }).validator(...).handler(...)`, of TanStack Start."""
    while isinstance(callee, Member | Call):
        callee = callee.object if isinstance(callee, Member) else callee.callee
    return isinstance(callee, Name) and callee.id in {"createServerFn", "createServerAction", *ROUTE_RECORDS}


def registered_wrapped(context: FileContext, function: Function, words: Iterable[str]) -> Iterator[Handler]:
    """The handlers that a file makes of what a wrapper of the project returns for a function.

    `exports.getToken = catchAsync(async (req, res) => ...)`, where `catchAsync` returns one function for all of them.
    """
    known = set(words)
    for call in context.names.calls:
        last = call.arguments[-1].value if call.arguments else None
        if not isinstance(last, Name | Member) or last_name(last) not in known:
            continue
        label = _registration(context, call)
        made = [value.definition for value in context.values(last) if isinstance(value, Defined)]
        if label is not None and function not in made and any(isinstance(item, Function) for item in made):
            router = call.callee.object if isinstance(call.callee, Member) else None
            yield Handler(function, label, context, call, router, _text_argument(call))


def _by_parameters(context: FileContext) -> Iterator[Handler]:
    """AWS Lambda's `handler(event, context)`, Azure's `main(req: HttpRequest)` and Django's `view(request, ...)`."""
    modules = {item.module.split(".", 1)[0] for item in context.names.imports}
    serves_requests = bool(modules & REQUEST_FRAMEWORKS)
    for function in context.names.functions:
        names = [item.name for item in function.parameters]
        is_lambda = [name.lstrip("_") for name in names[:2]] == ["event", "context"]
        is_handler = is_lambda or (serves_requests and names[:1] == ["request"])
        is_handler = is_handler or any(_is_request_type(context, item) for item in function.parameters[:1])
        if is_handler and context.names.enclosing_function(function) is None:
            yield Handler(function, f"{function.name}()", context)


def _is_request_type(context: FileContext, parameter: Parameter) -> bool:
    written = parameter.annotation
    return isinstance(written, Name | Member) and context.qualified(written) in REQUEST_TYPES


def _class_methods(context: FileContext) -> Iterator[Handler]:
    for function in context.names.functions:
        bases = _bases_that_call(context, function)
        owner = context.names.enclosing(function, Class) if bases else None
        if owner is None:
            continue
        names = ("", *map(context.name_elsewhere, owner.bases))
        if any(name.endswith(bases) for name in names):
            kind = "message " if bases is SOCKET_CLASSES else ""
            yield Handler(function, f"{kind}{owner.name}.{function.name}", context)


def _bases_that_call(context: FileContext, function: Function) -> tuple[str, ...]:
    """How the base classes end that have a method answer requests, by its name or parameters; "" for none at all."""
    if function.name in HANDLER_CLASS_METHODS:
        return VIEW_CLASSES
    if not context.is_python:
        return ()
    if function.name in FALCON_METHODS:
        return ("",)
    if function.name in SOCKET_METHODS:
        return SOCKET_CLASSES
    return RPC_CLASSES if [item.name for item in function.parameters] == RPC_PARAMETERS else ()
