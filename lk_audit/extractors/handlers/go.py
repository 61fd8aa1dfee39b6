"""Go's request handlers: functions that take a request, by their types, and the calls that register them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.model import Handler
from lk_audit.livekit.requests_go import (
    CONTEXT_READS,
    CONVERSIONS,
    IDENTITY_KEY,
    METHODS,
    OTHER_HANDLER_TYPES,
    REQUEST_TYPES,
    RESPONSE_TYPES,
    ROUTES,
    SERVER_SET_READS,
)
from lk_audit.patterns import regex
from lk_audit.syntax import Argument, Call, Expr, Function, Literal, Member, Name, Return, walk
from lk_audit.values.model import Defined, Given, Text, Value, symbolic_sources

_DEEPEST = 4


def find(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file, the surest signs first; a function may come more than once."""
    routes = context.built(GoRoutes)
    for item in routes.registrations:
        if item.function is not None:
            yield registered(context, item, item.function)
    for function in typed_handlers(context):
        name = _name_of(context, function)
        own = next(routes.unresolved(name), None)
        yield registered(context, own, function) if own is not None else Handler(function, _called(name), context)


def registered(context: FileContext, item: Registration, function: Function) -> Handler:
    """The handler that a registration makes of a function."""
    label = item.label or _called(_name_of(context.home(function), function))
    return Handler(function, label, context, item.call, item.router, item.path)


def _name_of(context: FileContext, function: Function) -> str:
    around = context.names.enclosing_function(function)
    return function.name or (around.name if around is not None else "")


def _called(name: str) -> str:
    return f"{name}()" if name else ""


class Registration(Struct, frozen=True, eq=False):
    """A call that registers `handler`, whatever function that is."""

    call: Call
    label: str
    path: str | None
    router: Expr | None
    handler: Expr
    function: Function | None


class GoRoutes:
    """The registrations of one file."""

    def __init__(self, context: FileContext) -> None:
        self._context = context
        self._known: dict[Call, Registration | None] = {}

    @property
    def registrations(self) -> Iterator[Registration]:
        """All of them, in the order of the file."""
        return self._of(self._calls)

    def unresolved(self, name: str) -> Iterator[Registration]:
        """The registrations whose handler is known by its name only: `router.GET("/token", app.handlers.Token)`."""
        for item in self._naming(name):
            if item.function is None and name in _names_in(item.handler):
                yield item

    def handlers_of(self, function: Function) -> Iterator[Handler]:
        """The handlers that this file makes of a function; what routes lead to that do not name it is not asked."""
        home = self._context.home(function)
        named = function if function.name else maker(home, function)
        for item in self._naming(named.name) if named is not None else ():
            if item.function is function:
                yield registered(self._context, item, function)

    @cached_property
    def _calls(self) -> tuple[Call, ...]:
        calls = (call for call in self._context.names.calls if isinstance(call.callee, Member))
        routes = (call for call in calls if (last_name(call.callee) or "") in ROUTES)
        return tuple(call for call in routes if self._context.qualified(call.callee) not in CONVERSIONS)

    def _naming(self, name: str) -> Iterator[Registration]:
        return self._of(call for call in self._calls if _may_register(call, name))

    def _of(self, calls: Iterable[Call]) -> Iterator[Registration]:
        for call in calls:
            if call not in self._known:
                self._known[call] = self._registration(call)
            found = self._known[call]
            if found is not None:
                yield found

    def _registration(self, call: Call) -> Registration | None:
        if not call.arguments or not isinstance(call.callee, Member):
            return None
        path = _path_of(call)
        handlers = [item.value for item in reversed(call.arguments) if not isinstance(item.value, Literal)]
        served = ((expr, served_function(self._context, expr)) for expr in handlers)
        handler, function = next(((expr, found) for expr, found in served if found is not None), (None, None))
        if handler is None:
            if path is None or not handlers:
                return None
            handler = handlers[0]
        return Registration(call, _label(call, path), path, call.callee.object, handler, function)


def served_function(context: FileContext, expr: Expr, depth: int = _DEEPEST) -> Function | None:
    """The handler that an expression is, bare, wrapped in middleware, or made by a function that returns it."""
    if isinstance(expr, Function):
        return expr if takes_request(context, expr) else None
    if isinstance(expr, Call) and depth:
        inner = (served_function(context, item.value, depth - 1) for item in reversed(expr.arguments))
        found = next((item for item in inner if item is not None), None)
        if found is not None:
            return found
    elif not isinstance(expr, Name | Member):
        return None
    for value in context.values_here(expr):
        if isinstance(value, Defined) and isinstance(value.definition, Function):
            home = context.home(value.definition)
            if takes_request(home, value.definition) and not _is_in_front(home, value.definition, expr):
                return value.definition
    return None


def _is_in_front(context: FileContext, function: Function, expr: Expr) -> bool:
    """Whether what a call gives is middleware's: what is served is the handler that the call was given."""
    around = context.names.enclosing_function(function)
    return isinstance(expr, Call) and not function.name and around is not None and _takes_handler(context, around)


def takes_request(context: FileContext, function: Function) -> bool:
    """Whether a function takes a request and nothing that only another function could pass."""
    plain = [item for item in function.parameters if item.kind != "receiver"]
    types = [type_name(context, item.annotation) for item in plain]
    known = REQUEST_TYPES | RESPONSE_TYPES | OTHER_HANDLER_TYPES
    return any(item in REQUEST_TYPES for item in types) and all(item in known for item in types)


def type_name(context: FileContext, annotation: Expr | None) -> str:
    """The full name of a parameter's type; empty for a type without one."""
    return (context.qualified(annotation) or "") if annotation is not None else ""


def typed_handlers(context: FileContext) -> Iterator[Function]:
    """The functions of a file that only a router can call: they take a request, and no code here calls them."""
    for function in context.names.functions:
        if context.names.callers(function):
            continue
        if not takes_request(context, function) and not _is_given_tools(context, function):
            continue
        if function.name or maker(context, function) is not None:
            yield function


def _is_given_tools(context: FileContext, function: Function) -> bool:
    """Whether a function takes a request and what a server has set up: `func Token(c *fiber.Ctx, cfg *config.Config)`.

    A router calls it through a function that nobody here wrote; who does write it shows what stands in front.
    """
    takes = [type_name(context, item.annotation) for item in function.parameters if item.kind != "receiver"]
    first, others = takes[:1], takes[1:]
    if not (function.name[:1].isupper() and REQUEST_TYPES.issuperset(first) and others):
        return False
    return all(map(_TOOL.search, others)) and not context.project.usage.callers(context.code, function)


_TOOL = regex(
    r"(?i)\.(?:\w{0,40}(?:config|settings|service|store|repo|repository|client|server|manager|deps|app|logger)|db)$"
)
"""The types of what a server sets up once."""


def maker(context: FileContext, function: Function) -> Function | None:
    """The function that hands a handler out: `func Token(cfg *Config) http.HandlerFunc { return func(w, r) {...} }`.

    Middleware, which takes a handler itself, is none.
    """
    holder = context.names.parent(function)
    if isinstance(holder, Argument):
        conversion = context.names.parent(holder)
        is_conversion = isinstance(conversion, Call) and last_name(conversion.callee) == "HandlerFunc"
        holder = context.names.parent(conversion) if conversion is not None and is_conversion else None
    around = context.names.enclosing_function(function)
    if not isinstance(holder, Return) or around is None or not around.name:
        return None
    return None if _takes_handler(context, around) else around


def _takes_handler(context: FileContext, function: Function) -> bool:
    takes = (type_name(context, item.annotation).rpartition(".")[2] for item in function.parameters)
    return any(name in {"Handler", "HandlerFunc"} for name in takes)


def type_of_parameter(context: FileContext, value: Given) -> str:
    """The full name of the type that the parameter of a value is declared with."""
    home = context.home(value.function)
    declared = (item.annotation for item in value.function.parameters if item.name == value.parameter)
    return type_name(home, next(declared, None))


def is_from_caller(context: FileContext, value: Given, _: Handler) -> bool:
    """Whether a parameter of a handler holds what the caller sends."""
    return is_request_parameter(context, value)


def is_request_parameter(context: FileContext, value: Given) -> bool:
    return type_of_parameter(context, value) in REQUEST_TYPES


def is_server_set_read(context: FileContext, call: Call) -> bool:
    """Whether a call reads what the server has put into a request: `c.MustGet("user")`, `r.Context().Value(key)`."""
    callee = call.callee
    if not isinstance(callee, Member):
        return False
    if callee.name in CONTEXT_READS:
        return True
    if not any(callee.name in names for names in SERVER_SET_READS.values()):
        return False
    return any(
        isinstance(value, Given)
        and not value.members
        and callee.name in SERVER_SET_READS.get(type_of_parameter(context, value), ())
        for value in symbolic_sources(context.home(call).values(callee.object))
    )


def reads_identity(context: FileContext, call: Call) -> bool:
    """Whether a call takes the caller's identity from where only middleware can have put it."""
    if not call.arguments or not is_server_set_read(context, call):
        return False
    key = call.arguments[0].value
    words = [key.value] if isinstance(key, Literal) else [last_name(key)]
    words += [value.text for value in context.home(call).values(key) if isinstance(value, Text)]
    return any(isinstance(word, str) and IDENTITY_KEY.search(word) for word in words)


def takes_identity(context: FileContext, call: Call, depth: int = 2) -> bool:
    """Whether a call does so, itself or through helpers of the project: `session.UserOf(r.Context())`."""
    if reads_identity(context, call):
        return True
    home = context.home(call)
    given = (item.value for item in call.arguments)
    if not depth or not any(_is_of_request(home, expr) for expr in given):
        return False
    return any(
        takes_identity(context.home(node), node, depth - 1)
        for function in home.functions_meant(call.callee)
        for node in walk(function.body)
        if isinstance(node, Call)
    )


def _is_of_request(context: FileContext, expr: Expr) -> bool:
    """Whether an argument is the request, or its context."""
    if isinstance(expr, Call):
        return isinstance(expr.callee, Member) and expr.callee.name in CONTEXT_READS
    return is_whole_request(context, symbolic_sources(context.values(expr)))


def is_whole_request(context: FileContext, values: tuple[Value, ...]) -> bool:
    """Whether something is the request as it came, from which a library takes what it needs."""
    return bool(values) and all(
        isinstance(value, Given) and not value.members and is_request_parameter(context, value) for value in values
    )


def _path_of(call: Call) -> str | None:
    """The address of a route: `"/token"`, `"POST /token"`; of `r.Path("/token").HandlerFunc(h)` too.

    Echo's `AddRoute(echo.Route{Path: "/token", Handler: h})` has it in a struct.
    """
    node: Expr = call
    for _ in range(_DEEPEST):
        if not isinstance(node, Call):
            return None
        structs = (item.value for item in node.arguments if isinstance(item.value, Call) and item.value.is_new)
        for item in (*node.arguments, *(field for struct in structs for field in struct.arguments)):
            text = item.value.value if isinstance(item.value, Literal) else None
            if isinstance(text, str) and (text.startswith("/") or text.partition(" ")[0] in METHODS):
                return text[text.find("/") :] if "/" in text else None
        node = node.callee.object if isinstance(node.callee, Member) else node.callee
    return None


def _label(call: Call, path: str | None) -> str:
    texts = (item.value.value for item in call.arguments[:2] if isinstance(item.value, Literal))
    words = [word for text in texts if isinstance(text, str) for word in text.split()]
    name = (last_name(call.callee) or "").upper()
    method = next((word for word in (name, *words) if word in METHODS), "")
    return " ".join(word for word in (method, path) if word)


def _may_register(call: Call, name: str) -> bool:
    """Whether a call may register what has that name; what variables hold is only asked where no method is given."""
    given = [expr for item in call.arguments for expr in _wrapped(item.value)]
    gives_method = any(isinstance(expr, Member) and expr.name[:1].isupper() for expr in given)
    return not gives_method or any(last_name(expr) == name for expr in given)


def _names_in(expr: Expr) -> Iterator[str]:
    """The last names of what an expression is, or wraps."""
    yield from (last_name(item) or "" for item in _wrapped(expr))


def _wrapped(expr: Expr, depth: int = _DEEPEST) -> Iterator[Name | Member]:
    """The names that an expression is, or wraps."""
    if isinstance(expr, Call) and depth:
        for item in expr.arguments:
            yield from _wrapped(item.value, depth - 1)
        expr = expr.callee
    if isinstance(expr, Name | Member):
        yield expr
