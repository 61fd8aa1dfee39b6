"""What is put in front of a handler: on the function, at its registration, on its router, where that is mounted."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from msgspec import Struct

from lk_audit.extractors.callers import routers
from lk_audit.extractors.callers.guard_parts import told_before
from lk_audit.extractors.callers.routers import Router
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.model import Handler
from lk_audit.extractors.handlers.route_settings import entries_of, settings_of
from lk_audit.livekit.middleware import GUARD_SETTINGS, MIDDLEWARE_METHODS, PUBLIC_MARKS
from lk_audit.livekit.requests_go import DEFAULT_MUX, DERIVING, ROUTE_METHODS
from lk_audit.syntax import (
    Argument,
    Assign,
    Call,
    Class,
    Expr,
    Function,
    Literal,
    Member,
    Name,
    Node,
    Record,
    Sequence,
)
from lk_audit.values.model import Defined

_DEEPEST = 3
_MOST_ROUTERS = 100
"""On the ways to one handler: routers that mount each other are on thousands of them."""
_MOST_DERIVED = 6
_LONGEST_CHAIN = 12
_DEEPEST_WRAPPER = 4
Guard = tuple[FileContext, Expr]


class _Way(Struct, frozen=True, eq=False):
    """A router on the way to a handler: `expr` means it in a file, and takes what comes next at `position`.

    `path` is that of the handler below this router, if it is known; `depth` counts the routers between them.
    """

    context: FileContext
    expr: Expr
    position: int
    path: str | None
    depth: int = 0


class Mounts:
    """Collects the expressions that name guards, for handlers of any file."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def in_front_of(self, handler: Handler) -> Iterator[Guard]:
        """Every guard expression on the way to a handler, innermost first."""
        home = handler.site.home(handler.function)
        if home.module.language == "rust":
            yield from _of_rust(handler, home)
            return
        for expr in declared_guards(home, handler.function):
            yield home, expr
        yield from self._told(handler)
        registration = handler.registration
        if handler.router is not None:
            position = (registration or handler.function).start
            yield from self._of_router(_Way(handler.site, handler.router, position, handler.path))
        elif registration is not None:
            yield from self._in_same_file(handler.site, registration.start)

    def _told(self, handler: Handler) -> Iterator[Guard]:
        """What is written where a handler is made one: around it, beside it in a record, or in a call."""
        if handler.wrapper is not None:
            yield from ((handler.site, expr) for expr in _wrapping(handler.wrapper))
        if handler.record is not None:
            for record in settings_of(handler.record):
                settings = (expr for expr in entries_of(record).values() if not isinstance(expr, Record))
                yield from ((handler.site, expr) for expr in settings if not self._is_handler(handler, expr))
        elif handler.registration is not None:
            for item in handler.registration.arguments:
                for part in _parts(item.value):
                    yield from ((handler.site, expr) for expr in self._around_handler(handler, part))
            yield from _bound(handler.site, handler.registration)
            yield from ((handler.site, expr) for expr in told_before(handler.registration))

    def _around_handler(self, handler: Handler, expr: Expr, depth: int = _DEEPEST_WRAPPER) -> Iterator[Expr]:
        """An argument of a registration, without the handler in it: what Go wraps it in, outermost first."""
        if self._is_handler(handler, expr):
            return
        if not handler.site.is_go or not isinstance(expr, Call) or not depth:
            yield expr
            return
        yield from _callees(expr)
        for item in expr.arguments:
            yield from self._around_handler(handler, item.value, depth - 1)

    def _is_handler(self, handler: Handler, expr: Expr) -> bool:
        if expr is handler.function:
            return True
        if handler.site.is_go and isinstance(expr, Name | Member) and last_name(expr) == handler.function.name:
            return True
        if handler.site.module.language == "php" and _names_action(expr):
            return True
        if not isinstance(expr, Name | Member):
            return False
        home = handler.site.home(handler.function)
        if home.names.is_javascript and last_name(expr) in home.code.exports.names_of(handler.function):
            return True
        values = handler.site.values(expr)
        return any(isinstance(value, Defined) and value.definition is handler.function for value in values)

    # --- routers ------------------------------------------------------------------------------------------------------

    def _of_router(self, way: _Way) -> Iterator[Guard]:
        """What routers run before the handlers that are registered with the first of them, the nearest first."""
        waiting = deque([way])
        for _ in range(_MOST_ROUTERS):
            if not waiting:
                return
            yield from self._at(waiting.popleft(), waiting)

    def _at(self, way: _Way, waiting: deque[_Way]) -> Iterator[Guard]:
        """What one router runs; the routers that it is mounted on, or made of, are added to those that wait."""
        context, expr = way.context, way.expr
        if context.is_go and context.qualified(expr) == "net/http":
            yield from self._around_default(context)
            return
        root = expr.object if isinstance(expr, Member) and isinstance(expr.object, Name) else expr
        found = list(routers.routers(context, expr)) or list(routers.routers(context, root))
        if not found:
            yield from self._in_same_file(context, way.position)
        for router in found:
            if isinstance(router.identity, Call):
                yield from ((router.home, item.value) for item in router.identity.arguments)
                if router.home.is_go and way.depth < _MOST_DERIVED:
                    waiting.extend(_origin(router, router.identity, way))
            for other in self._users(context, router):
                yield from _used_by(other, router, way)
                yield from _wrapped(other, router) if other.is_go else ()
                if way.depth < _DEEPEST:
                    yield from _mounted(other, router, way, waiting)

    def _around_default(self, context: FileContext) -> Iterator[Guard]:
        """`authenticate(http.DefaultServeMux)`, around what `http.HandleFunc` registers."""
        for call in context.names.calls:
            if any(context.qualified(item.value) == DEFAULT_MUX for item in call.arguments):
                yield from ((context, expr) for expr in _callees(call))

    def _users(self, context: FileContext, router: Router) -> Iterator[FileContext]:
        """The files that may do something to a router: its own, the one at hand, those that import either."""
        found: dict[str, FileContext] = {context.source.path: context, router.home.source.path: router.home}
        for start in (router.home, context):
            for edge in start.project.usage.importers(start.source.path):
                found.setdefault(edge.module.path, self._workspace.context(edge.module))
            for path in start.project.resolution.package_files(start.code.address) if start.is_go else ():
                for other in self._workspace.contexts(path):
                    found.setdefault(path, other)
        yield from found.values()

    def _in_same_file(self, context: FileContext, position: int) -> Iterator[Guard]:
        """Middleware of a router that is not known more closely."""
        for call in routers.calls(context, MIDDLEWARE_METHODS):
            if call.start < position:
                yield from ((context, item.value) for item in call.arguments)


def _origin(router: Router, made: Call, way: _Way) -> Iterator[_Way]:
    """What runs for a group of routes because it runs for the router that the group was made of."""
    if isinstance(made.callee, Member) and made.callee.name in DERIVING:
        yield _Way(router.home, made.callee.object, way.position, way.path, way.depth + 1)


def _wrapped(other: FileContext, router: Router) -> Iterator[Guard]:
    """`http.ListenAndServe(address, authenticate(mux))`: Go wraps middleware around a whole router."""
    for use in routers.of(other.built(routers.wrapping), router):
        yield from ((other, expr) for expr in _callees(use.call))


def _used_by(other: FileContext, router: Router, way: _Way) -> Iterator[Guard]:
    """`router.use(guard)` and `@router.before_request`."""
    for use in routers.of(other.built(routers.receiving), router):
        is_earlier = other is not way.context or use.call.start <= way.position
        if is_earlier and covers(literal_path(use.call), way.path):
            yield from ((other, item.value) for item in use.call.arguments)
    for function in other.names.functions:
        for decorator in function.decorators:
            callee = decorator.callee if isinstance(decorator, Call) else decorator
            if not isinstance(callee, Member) or callee.name not in MIDDLEWARE_METHODS:
                continue
            if routers.means(other, callee.object, router):
                yield other, function


def _mounted(other: FileContext, router: Router, way: _Way, waiting: deque[_Way]) -> Iterator[Guard]:
    """`app.use("/api", guard, router)`, `app.include_router(router, dependencies=[...])`, `register(plugin)`."""
    for use in routers.of(other.built(routers.mounting), router):
        call = use.call
        if isinstance(call.callee, Member):
            yield from ((other, item.value) for item in call.arguments if item.value is not use.expr)
            path = _joined(literal_path(call), way.path)
            waiting.append(_Way(other, call.callee.object, call.start, path, way.depth + 1))


def _wrapping(wrapper: Call) -> Iterator[Expr]:
    """A call that makes a handler, and what its method is called on: `signedIn.use(audit).action(join)`."""
    yield wrapper
    expr: Expr = wrapper.callee
    for _ in range(_LONGEST_CHAIN):
        if isinstance(expr, Call):
            yield from (item.value for item in expr.arguments if last_name(expr.callee) == "use")
            expr = expr.callee
        elif isinstance(expr, Member):
            expr = expr.object
        else:
            break
    if isinstance(expr, Name) and expr is not wrapper.callee:
        yield expr


def _parts(expr: Expr) -> Iterator[Expr]:
    """What an argument of a registration consists of: `{ url, preHandler: [authenticate], handler }`."""
    if isinstance(expr, Record):
        yield from (entry.value for entry in expr.entries)
    else:
        yield expr


def _bound(context: FileContext, registration: Call) -> Iterator[Guard]:
    """PocketBase's `router.POST(path, handler).Bind(apis.RequireAuth())`: what is told the route that was made."""
    node: Node = registration
    for _ in range(_MOST_DERIVED if context.is_go else 0):
        holder = context.names.parent(node)
        call = context.names.parent(holder) if isinstance(holder, Member) and holder.name in ROUTE_METHODS else None
        if not isinstance(call, Call) or call.callee is not holder:
            return
        yield from ((context, item.value) for item in call.arguments)
        node = call


def _names_action(expr: Expr) -> bool:
    """Laravel's `[TokenController::class, 'show']`: what the other methods of the class do says nothing of this one."""
    items = expr.items if isinstance(expr, Sequence) else ()
    return len(items) == 2 and isinstance(items[0], Name | Member) and isinstance(items[1], Literal)  # noqa: PLR2004 - a pair


def _callees(call: Call) -> Iterator[Expr]:
    """What a call calls, without what it passes: `alice.New(log, auth).Then`, `keyauth.New(options)`."""
    expr: Expr = call.callee
    for _ in range(_DEEPEST_WRAPPER):
        inner = expr.object if isinstance(expr, Member) else expr
        if not isinstance(inner, Call):
            break
        yield from (item.value for item in inner.arguments)
        expr = inner.callee
        yield expr
    yield call.callee


def _of_rust(handler: Handler, home: FileContext) -> Iterator[Guard]:
    """The layers around a route; for parameters that stand for the caller see `callers.rust`."""
    from lk_audit.extractors.handlers import rust as rust_handlers  # noqa: PLC0415 - most scans meet other languages

    if handler.registration is not None:
        yield from ((handler.site, item.value) for item in handler.registration.arguments[1:])
        yield from rust_handlers.layers(handler.site, handler.registration)
    else:
        for context, use in rust_handlers.mentions(home, handler.function):
            yield from rust_handlers.layers(context, use)


def declared_guards(context: FileContext, function: Function) -> Iterator[Expr]:
    """The decorators and dependencies of a function, and those of its class; a public mark cancels the class's."""
    yield from function.decorators
    # What a PHP or Ruby class inherits, or is given, need not run before its methods; Go's types say nothing either.
    runs_bases = context.names.traits.runs_bases
    for parameter in function.parameters if runs_bases else ():
        yield from (expr for expr in (parameter.default, parameter.annotation) if expr is not None)
    owner = context.names.enclosing(function, Class)
    if owner is not None and not is_public(context, function):
        yield from owner.decorators
        yield from owner.bases if runs_bases else ()
        own = own_settings(function)
        for statement in owner.body.statements:
            if isinstance(statement, Assign) and last_name(statement.target) in GUARD_SETTINGS - own:
                yield statement.value


def own_settings(function: Function) -> set[str]:
    """What a method sets for itself, in place of its class: `@action(permission_classes=[AllowAny])`."""
    calls = (mark for mark in function.decorators if isinstance(mark, Call))
    return {item.name for call in calls for item in call.arguments if item.name is not None}


def is_public(context: FileContext, function: Function) -> bool:
    """Whether a decorator exempts a handler from the guards around it: `@Public()`."""
    return any(context.name_elsewhere(item) in PUBLIC_MARKS for item in function.decorators)


def literal_path(call: Call) -> str | None:
    """The path that a call limits itself to, by its first argument."""
    first = call.arguments[0] if call.arguments else None
    value = first.value.value if isinstance(first, Argument) and isinstance(first.value, Literal) else None
    prefix = next((item.value for item in call.arguments if item.name in {"prefix", "url_prefix"}), None)
    if isinstance(prefix, Literal) and isinstance(prefix.value, str):
        return prefix.value
    return value if isinstance(value, str) and value.startswith(("/", "*")) else None


def covers(guarded: str | None, path: str | None) -> bool:
    """Whether middleware for a path runs for another; unknown paths are taken to be covered."""
    if guarded is None or path is None:
        return True
    prefix = guarded.split("*", 1)[0].split("(", 1)[0].split("/:", 1)[0].rstrip("/")
    return not prefix or path == prefix or path.startswith(f"{prefix}/")


def _joined(prefix: str | None, path: str | None) -> str | None:
    if path is None:
        return prefix
    return f"{(prefix or '').rstrip('/')}/{path.lstrip('/')}"
