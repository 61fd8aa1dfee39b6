"""Request handlers of a file: which function answers strangers, what it takes from them, what authenticates them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lk_audit.extractors.context import FileContext
from lk_audit.facts import Endpoint, Lead
from lk_audit.livekit.requests import (
    AUTHENTICATING_CALLS,
    AUTHENTICATING_NAME,
    HANDLER_CLASS_METHODS,
    HANDLER_TAKERS,
    HTTP_EXPORTS,
    INJECTED,
    LOADER_EXPORTS,
    PARSING_CALLS,
    REFUSAL_NAMES,
    REFUSAL_STATUS,
    REQUEST_GLOBALS,
    ROUTE_DECORATORS,
    ROUTE_METHODS,
)
from lk_audit.syntax import (
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Class,
    Export,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Parameter,
    Raise,
    Record,
    Return,
    walk,
)
from lk_audit.values.model import Environment, Given, Reference, Returned, Value, symbolic_sources

_CALLER_DEPTH = 3


@dataclass(frozen=True, slots=True, eq=False)
class Handler:
    """A function that answers requests, what to call it, and the call that registers it, if one does."""

    function: Function
    label: str
    registration: Call | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """How a handler comes to run a piece of code: the handler, and the call in it on the way there."""

    handler: Handler
    call: Node


class Endpoints:
    """The request handlers of one file."""

    def __init__(self, context: FileContext) -> None:
        self._context = context
        self._names = context.names

    @cached_property
    def handlers(self) -> dict[Function, Handler]:
        """Every handler found, by its function."""
        found: dict[Function, Handler] = {}
        finders = (_decorated, _registered, _exported, _class_methods, _server_actions)
        for finder in finders:
            for handler in finder(self._context):
                found.setdefault(handler.function, handler)
        return found

    def routes_to(self, node: Node) -> list[Route]:
        """The handlers that run `node`: a function around it, or those that call that function in this file."""
        found: dict[Function, Route] = {}
        for route in self._routes(node, _CALLER_DEPTH, frozenset()):
            found.setdefault(route.handler.function, route)
        return list(found.values())

    def _routes(self, node: Node, depth: int, seen: frozenset[Function]) -> Iterator[Route]:
        innermost = self._names.enclosing_function(node)
        function = innermost
        while function is not None:
            if function in self.handlers:
                yield Route(self.handlers[function], node)
                return
            function = self._names.enclosing_function(function)
        if innermost is None or innermost in seen or depth == 0:
            return
        for call in self._names.callers(innermost):
            yield from self._routes(call, depth - 1, seen | {innermost})

    def is_request(self, value: Value) -> bool:
        """Whether a symbolic value comes from the request of one of the handlers."""
        if isinstance(value, Given):
            return value.function in self.handlers and not _is_injected(self._context, value)
        if isinstance(value, Returned):
            return bool(value.callee and value.callee.startswith(REQUEST_GLOBALS)) or self._hands_on_request(value)
        return isinstance(value, Reference) and value.name.startswith(REQUEST_GLOBALS)

    def _hands_on_request(self, value: Returned) -> bool:
        """Whether a call returns what the request holds: `await req.json()`, `JSON.parse(event.body)`, `slug(req.room)`.

        What is awaited, or taken apart, is rather looked up with the help of the request: `(await findUser(id)).name`.
        """
        call = value.call
        if isinstance(call.callee, Member) and self._is_given(call.callee.object):
            return True
        looked_up = bool(value.members) or isinstance(self._names.parent(call), Await)
        if looked_up and (_last(call.callee) or "") not in PARSING_CALLS:
            return False
        return any(self._is_given(item.value) for item in call.arguments[:2])

    def _is_given(self, expr: Expr) -> bool:
        return any(self.is_request(source) for source in symbolic_sources(self._context.values(expr)))

    def endpoints(self, node: Node) -> tuple[Endpoint, ...]:
        """The endpoints that hand out what `node` makes, as far as this file shows."""
        return tuple(self._endpoint(route) for route in self.routes_to(node))

    def _endpoint(self, route: Route) -> Endpoint:
        handler = route.handler
        return Endpoint(
            name=handler.label or handler.function.name or "handler",
            place=self._context.place(handler.function),
            call=self._context.place(route.call.callee if isinstance(route.call, Call) else route.call),
            authenticated_by=self.authentication(route),
        )

    def authentication(self, route: Route) -> Lead | None:
        """Where the caller is authenticated on the way to `route.call`, as far as this file shows."""
        handler = route.handler
        for expr in self._guards(handler):
            return self._context.lead(expr, "authenticates the caller")
        return self._check_in(handler.function, route.call)

    def _guards(self, handler: Handler) -> Iterator[Expr]:
        """Decorators, dependencies and middleware with a name that says authentication."""
        candidates: list[Expr] = list(handler.function.decorators)
        owner = self._names.enclosing(handler.function, Class)
        if isinstance(owner, Class):
            candidates.extend(owner.decorators)
            candidates.extend(_class_settings(owner))
        candidates.extend(item.default for item in handler.function.parameters if item.default is not None)
        candidates.extend(item.annotation for item in handler.function.parameters if item.annotation is not None)
        if handler.registration is not None:
            candidates.extend(
                item.value for item in handler.registration.arguments if item.value is not handler.function
            )
        candidates.extend(self._mounted(handler))
        for expr in candidates:
            yield from _authenticating_names(expr)

    def _mounted(self, handler: Handler) -> Iterator[Expr]:
        """Arguments of `app.use(...)` before the registration, and of `APIRouter(dependencies=...)`."""
        position = (handler.registration or handler.function).start
        for call in self._names.calls:
            callee = call.callee
            mounts = isinstance(callee, Member) and callee.name in {"use", "addHook", "register", "add_middleware"}
            builds = isinstance(callee, Name | Member) and _last(callee) in {
                "APIRouter",
                "FastAPI",
                "Hono",
                "Blueprint",
            }
            if (mounts and call.start < position) or builds:
                yield from (item.value for item in call.arguments)

    def _check_in(self, function: Function, before: Node) -> Lead | None:
        for node in walk(function.body):
            if node.start >= before.start or not self._is_on_the_way(node, before):
                continue
            if isinstance(node, Call) and self._is_authenticating_call(node):
                return self._context.lead(node, "authenticates the caller")
            if isinstance(node, If) and (_refuses(node) or self._compares_with_secret(node)):
                return self._context.lead(node.test, "refuses strangers")
        return None

    def _is_on_the_way(self, node: Node, target: Node) -> bool:
        """Whether every run that reaches `target` has passed `node`: it stands in no branch beside it."""
        child: Node = node
        for parent in self._names.ancestors(node):
            if parent.start <= target.start and target.end <= parent.end:
                return True
            if isinstance(parent, If) and child is not parent.test:
                return False
            child = parent
        return False

    def _compares_with_secret(self, node: If) -> bool:
        """`if (password !== process.env.ADMIN_PASSWORD) return`: a shared password that the caller must know."""
        test = node.test
        if not _leaves(node) or not isinstance(test, Binary) or test.operator not in {"==", "!="}:
            return False
        sides = [self._context.values(side) for side in (test.left, test.right)]
        known = [any(isinstance(value, Environment) for value in values) for values in sides]
        asked = [any(self.is_request(item) for item in symbolic_sources(values)) for values in sides]
        return (known[0] and asked[1]) or (known[1] and asked[0])

    def _is_authenticating_call(self, call: Call) -> bool:
        name = self._names.qualified(call.callee) or ""
        if name in AUTHENTICATING_CALLS:
            return True
        return bool(AUTHENTICATING_NAME.match(_last(call.callee) or ""))


def _last(expr: Expr) -> str | None:
    if isinstance(expr, Call):
        return _last(expr.callee)
    return expr.name if isinstance(expr, Member) else getattr(expr, "id", None)


def _authenticating_names(expr: Expr) -> Iterator[Expr]:
    """Parts of a guard expression whose name says authentication."""
    for node in walk(expr):
        if isinstance(node, Function):
            return
        if isinstance(node, Name | Member) and AUTHENTICATING_NAME.match(_last(node) or ""):
            yield node
            return


def _class_settings(owner: Class) -> Iterator[Expr]:
    """`permission_classes = [IsAuthenticated]` and the like, in the body of a view class."""
    for statement in owner.body.statements:
        if isinstance(statement, Assign) and isinstance(statement.target, Name):
            if statement.target.id in {"permission_classes", "authentication_classes", "decorators"}:
                yield statement.value


def _refuses(node: If) -> bool:
    """A branch that leaves with 401 or 403 and tests who the caller is."""
    return _leaves(node) and _says_refusal(node.then) and _tests_identity(node.test)


def _leaves(node: If) -> bool:
    return any(isinstance(item, Return | Raise) for item in walk(node.then))


def _says_refusal(block: Block) -> bool:
    for item in walk(block):
        if isinstance(item, Literal):
            if item.value in REFUSAL_STATUS or (isinstance(item.value, str) and REFUSAL_NAMES.search(item.value)):
                return True
        elif isinstance(item, Name | Member) and REFUSAL_NAMES.search(_last(item) or ""):
            return True
        elif isinstance(item, Name | Member) and (_last(item) or "") in {"HTTP_401_UNAUTHORIZED", "HTTP_403_FORBIDDEN"}:
            return True
    return False


def _tests_identity(test: Expr) -> bool:
    """A refusal that only looks at the shape of the input (`typeof`, length, a pattern) authenticates nobody."""
    words = {_last(node) or "" for node in walk(test) if isinstance(node, Name | Member)}
    if any(isinstance(node, Call) for node in walk(test)) and words & {"includes", "match", "test"}:
        return False
    return not any(getattr(node, "operator", "") == "typeof" for node in walk(test))


def _decorated(context: FileContext) -> Iterator[Handler]:
    for function in context.names.functions:
        for decorator in function.decorators:
            label = _route_label(decorator)
            if label is not None:
                yield Handler(function, label)


def _route_label(decorator: Expr) -> str | None:
    callee = decorator.callee if isinstance(decorator, Call) else decorator
    path = _first_text(decorator) if isinstance(decorator, Call) else None
    if isinstance(callee, Member) and callee.name in ROUTE_METHODS:
        method = "" if callee.name in {"route", "api_route", "any", "all"} else f"{callee.name.upper()} "
        return f"{method}{path}" if path is not None else None
    if (_last(callee) or "") in ROUTE_DECORATORS and isinstance(decorator, Call):
        return f"{_last(callee)} {path or ''}".strip()
    return None


def _first_text(call: Call) -> str | None:
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
            function = _as_function(context, item.value)
            if function is not None:
                yield Handler(function, label, call)
                break


def _registration(context: FileContext, call: Call) -> str | None:
    callee = call.callee
    name = _last(callee) or ""
    path = _first_text(call)
    if isinstance(callee, Member) and name in ROUTE_METHODS and path is not None and path.startswith(("/", "*")):
        return f"{name.upper()} {path}"
    if isinstance(callee, Member) and name in ROUTE_METHODS and isinstance(callee.object, Call):
        return f"{name.upper()} {_first_text(callee.object) or ''}".strip()
    dotted = context.names.qualified(callee) or name
    for suffix, framework in HANDLER_TAKERS.items():
        if framework and (name == suffix or dotted.endswith(f".{suffix}")):
            return f"{framework} handler"
    return None


def _as_function(context: FileContext, expr: Expr) -> Function | None:
    if isinstance(expr, Function):
        return expr
    if isinstance(expr, Call) and expr.arguments:
        return _as_function(context, expr.arguments[-1].value)
    if isinstance(expr, Name):
        for definition in context.names.definitions(expr):
            value = definition.value
            if isinstance(value, Function):
                return value
            if isinstance(definition.node, Function):
                return definition.node
    return None


def _exported(context: FileContext) -> Iterator[Handler]:
    """Next, SvelteKit, Astro, Remix, Netlify, Vercel, Lambda and Workers: exported functions by their names."""
    path = context.source.path
    for node in walk(context.module.body):
        if isinstance(node, Export) and node.local is not None:
            function = _as_function(context, node.local)
            if function is None and isinstance(node.local, Record) and node.exported == "default":
                yield from _record_handlers(node.local)
            elif function is not None and _is_handler_export(node.exported, function, path):
                label = f"{node.exported} /{path}" if node.exported in HTTP_EXPORTS else function.name or node.exported
                yield Handler(function, label)
        elif isinstance(node, Assign) and _assigns_export(node.target):
            function = _as_function(context, node.value)
            if function is not None and _looks_like_handler(function):
                yield Handler(function, function.name or "handler")
    if context.is_python:
        yield from _lambda_handlers(context)


def _record_handlers(record: Record) -> Iterator[Handler]:
    for entry in record.entries:
        if isinstance(entry.key, Literal) and entry.key.value == "fetch" and isinstance(entry.value, Function):
            yield Handler(entry.value, "fetch")


def _is_handler_export(exported: str, function: Function, path: str) -> bool:
    if exported in HTTP_EXPORTS or exported in LOADER_EXPORTS:
        return bool(function.parameters) or exported in HTTP_EXPORTS
    return exported == "default" and _looks_like_handler(function) and not function.name[:1].isupper()


def _looks_like_handler(function: Function) -> bool:
    """`(req, res)`, `(request)`, `(event, context)`: what serverless platforms call."""
    names = [item.name for item in function.parameters]
    if not names or len(names) > 3:
        return False
    return names[0].lstrip("_") in {"req", "request", "event", "r"}


def _assigns_export(target: Expr) -> bool:
    if not isinstance(target, Member):
        return False
    root = target.object
    return (isinstance(root, Name) and root.id == "exports") or (
        isinstance(root, Name) and root.id == "module" and target.name == "exports"
    )


def _lambda_handlers(context: FileContext) -> Iterator[Handler]:
    """AWS Lambda's `handler(event, context)`, Google's `f(request)` and Django's `view(request, ...)`."""
    modules = {item.module.split(".", 1)[0] for item in context.names.imports}
    for function in context.names.functions:
        names = [item.name for item in function.parameters]
        if names[:2] == ["event", "context"] or (names[:1] == ["request"] and modules & _REQUEST_FRAMEWORKS):
            if context.names.enclosing_function(function) is None:
                yield Handler(function, function.name)


_REQUEST_FRAMEWORKS = {"django", "rest_framework", "functions_framework", "aiohttp", "starlette", "sanic"}


def _class_methods(context: FileContext) -> Iterator[Handler]:
    for owner in context.names.classes:
        bases = {_last(base) or "" for base in owner.bases}
        if not any(base.endswith(("View", "ViewSet", "Handler", "Resource", "RequestHandler")) for base in bases):
            continue
        for function in context.names.functions:
            inside = context.names.enclosing(function, Class) is owner
            if inside and function.name in HANDLER_CLASS_METHODS:
                yield Handler(function, f"{owner.name}.{function.name}")


def _server_actions(context: FileContext) -> Iterator[Handler]:
    """Exported functions of a 'use server' module: every one is an endpoint of its own."""
    if "use server" not in context.module.directives:
        return
    for node in walk(context.module.body):
        if isinstance(node, Export) and node.local is not None:
            function = _as_function(context, node.local)
            if function is not None:
                yield Handler(function, f"server action {function.name or node.exported}")


def _is_injected(context: FileContext, value: Given) -> bool:
    parameter = next((item for item in value.function.parameters if item.name == value.parameter), None)
    return parameter is not None and _injects(context, parameter)


def _injects(context: FileContext, parameter: Parameter) -> bool:
    if parameter.name in {"self", "cls", "res", "response", "reply", "next", "env"}:
        return True
    for expr in (parameter.default, parameter.annotation):
        for node in walk(expr) if expr is not None else ():
            if isinstance(node, Name | Member | Call | Index) and (_last_or_none(node) in INJECTED):
                return True
    return False


def _last_or_none(node: Node) -> str | None:
    return _last(node) if isinstance(node, Name | Member | Call) else None
