"""What routers run before the handlers that are registered with them, and with those that are mounted on them."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct

from lk_audit.extractors.callers.guard_parts import callees
from lk_audit.extractors.callers.mounts import Guard, in_same_file
from lk_audit.extractors.context import FileContext, Workspace
from lk_audit.livekit.middleware import MIDDLEWARE_METHODS, MOUNTING_METHODS
from lk_audit.livekit.requests import ROUTE_METHODS
from lk_audit.livekit.requests_go import DEFAULT_MUX, DERIVING
from lk_audit.syntax import Argument, Call, Evaluate, Expr, Function, Literal, Member, Name, Node
from lk_audit.values.model import Defined, Given, Returned

_DEEPEST = 3
_MOST_DERIVED = 6
_MOST_ROUTERS = 100
"""On the ways to one handler: routers that mount each other are on thousands of them."""
_EXTENDING = MIDDLEWARE_METHODS | MOUNTING_METHODS | ROUTE_METHODS | {"openapi"}
"""Methods that give back the router that they are called on."""
_MOUNTABLE = frozenset({"routes", "middleware", "callback", "plugin"})
"""Methods that give a router in the form in which another takes it: `app.use(router.routes())`."""


class Router(Struct, frozen=True, eq=False):
    """A router or application: the call that makes it, or the plugin function that is given it, as `parameter`."""

    identity: Node
    home: FileContext
    parameter: str = ""


def routers(context: FileContext, expr: Expr) -> Iterator[Router]:
    """The routers that an expression can be."""
    for value in context.values(_extended(context, expr)):
        if isinstance(value, Returned) and not value.members:
            home = context.home(value.call)
            extended = _extended(home, value.call)
            if extended is value.call:
                yield Router(value.call, home)
            else:
                yield from routers(home, extended)
        elif isinstance(value, Given) and not value.members:
            yield Router(value.function, context.home(value.function), value.parameter)


def _extended(context: FileContext, expr: Expr) -> Expr:
    """The router that a chain of registrations gives back: `app` in `app.use(guard).get("/", home)` of Hono, Elysia.

    Source: hono.dev/docs/guides/rpc (Using RPC with larger applications).
    """
    if not context.names.is_javascript:
        return expr
    while isinstance(expr, Call) and isinstance(expr.callee, Member) and expr.callee.name in _EXTENDING:
        expr = expr.callee.object
    return expr


class Way(Struct, frozen=True, eq=False):
    """A router on the way to a handler: `expr` means it in a file, and takes what comes next at `position`.

    `path` is that of the handler below this router, if it is known; `depth` counts the routers between them.
    """

    context: FileContext
    expr: Expr
    position: int
    path: str | None
    depth: int = 0


class Use(Struct, frozen=True, eq=False):
    """A call that does something with a router, and the expression that means it: the receiver or an argument.

    `parameter` is the one that has to hold the router; None where the identity alone says which one is meant.
    """

    call: Call
    expr: Expr
    parameter: str | None


Uses: TypeAlias = dict[Node, list[Use]]
"""By the identity of the router. Looked up, because routers that mount each other ask of each other's calls."""


def receiving(context: FileContext) -> Uses:
    """The calls of a file that give a router middleware."""
    found = _calls(context, MIDDLEWARE_METHODS)
    return _uses(context, ((call, call.callee.object) for call in found if isinstance(call.callee, Member)))


def mounting(context: FileContext) -> Uses:
    """The calls of a file that mount a router on another."""
    found = (call for call in _calls(context, MOUNTING_METHODS) if isinstance(call.callee, Member))
    return _uses(context, ((call, item.value) for call in found for item in call.arguments))


def wrapping(context: FileContext) -> Uses:
    """The calls of a file that are given a router and give something back."""
    made = (call for call in context.names.calls if not call.is_new)
    kept = (call for call in made if not isinstance(context.names.parent(call), Evaluate))
    given = ((call, item.value) for call in kept for item in call.arguments)
    return _uses(context, ((call, expr) for call, expr in given if isinstance(expr, Name | Member | Call)))


def means(context: FileContext, expr: Expr, router: Router) -> bool:
    """Whether an expression of a file can be a router."""
    return any(
        identity is router.identity and _fits(parameter, router) for identity, parameter in _meant(context, expr)
    )


def of(uses: Uses, router: Router) -> Iterator[Use]:
    """Those among the calls that are about a router."""
    return (use for use in uses.get(router.identity, ()) if _fits(use.parameter, router))


def _fits(parameter: str | None, router: Router) -> bool:
    return parameter is None or parameter == router.parameter


def _uses(context: FileContext, given: Iterable[tuple[Call, Expr]]) -> Uses:
    found: Uses = defaultdict(list)
    for call, expr in given:
        for identity, parameter in dict.fromkeys(_meant(context, expr)):
            found[identity].append(Use(call, expr, parameter))
    return found


def _meant(context: FileContext, expr: Expr) -> Iterator[tuple[Node, str | None]]:
    """The identities of the routers that an expression can be, each with the parameter that has to hold it."""
    expr = _extended(context, expr)
    if isinstance(expr, Call | Function):
        yield expr, None
    if isinstance(expr, Call) and isinstance(expr.callee, Member) and expr.callee.name in _MOUNTABLE:
        expr = expr.callee.object
    if not isinstance(expr, Name | Member | Call):
        return
    for value in context.values(expr):
        if isinstance(value, Returned) and not value.members:
            home = context.home(value.call)
            extended = _extended(home, value.call)
            if extended is value.call:
                yield value.call, None
            else:
                yield from _meant(home, extended)
        elif isinstance(value, Given) and not value.members:
            yield value.function, value.parameter if context.is_go else None
        elif isinstance(value, Defined):
            yield value.definition, None


def _calls(context: FileContext, names: frozenset[str]) -> Iterator[Call]:
    for name in sorted(names):
        yield from context.names.calls_of(name)


# --- what they run ----------------------------------------------------------------------------------------------------


def in_front_of(workspace: Workspace, way: Way) -> Iterator[Guard]:
    """What routers run before the handlers that are registered with the first of them, the nearest first."""
    waiting = deque([way])
    for _ in range(_MOST_ROUTERS):
        if not waiting:
            return
        yield from _at(workspace, waiting.popleft(), waiting)


def _at(workspace: Workspace, way: Way, waiting: deque[Way]) -> Iterator[Guard]:
    """What one router runs; the routers that it is mounted on, or made of, are added to those that wait."""
    context, expr = way.context, way.expr
    if context.is_go and context.qualified(expr) == "net/http":
        yield from _around_default(context)
        return
    root = expr.object if isinstance(expr, Member) and isinstance(expr.object, Name) else expr
    found = list(routers(context, expr)) or list(routers(context, root))
    if not found:
        yield from in_same_file(context, way.position)
    for router in found:
        if isinstance(router.identity, Call):
            yield from ((router.home, item.value) for item in router.identity.arguments)
            if router.home.is_go and way.depth < _MOST_DERIVED:
                waiting.extend(_origin(router, router.identity, way))
        for other in _users(workspace, context, router):
            yield from _used_by(other, router, way)
            yield from _wrapped(other, router) if other.is_go else ()
            if way.depth < _DEEPEST:
                yield from _mounted(other, router, way, waiting)


def _around_default(context: FileContext) -> Iterator[Guard]:
    """`authenticate(http.DefaultServeMux)`, around what `http.HandleFunc` registers."""
    for call in context.names.calls:
        if any(context.qualified(item.value) == DEFAULT_MUX for item in call.arguments):
            yield from ((context, expr) for expr in callees(call))


def _users(workspace: Workspace, context: FileContext, router: Router) -> Iterator[FileContext]:
    """The files that may do something to a router: its own, the one at hand, those that import either."""
    found: dict[str, FileContext] = {context.source.path: context, router.home.source.path: router.home}
    for start in (router.home, context):
        for edge in start.project.usage.importers(start.source.path):
            found.setdefault(edge.module.path, workspace.context(edge.module))
        for path in start.project.resolution.package_files(start.code.address) if start.is_go else ():
            for other in workspace.contexts(path):
                found.setdefault(path, other)
    yield from found.values()


def _origin(router: Router, made: Call, way: Way) -> Iterator[Way]:
    """What runs for a group of routes because it runs for the router that the group was made of."""
    if isinstance(made.callee, Member) and made.callee.name in DERIVING:
        yield Way(router.home, made.callee.object, way.position, way.path, way.depth + 1)


def _wrapped(other: FileContext, router: Router) -> Iterator[Guard]:
    """`http.ListenAndServe(address, authenticate(mux))`: Go wraps middleware around a whole router."""
    for use in of(other.built(wrapping), router):
        yield from ((other, expr) for expr in callees(use.call))


def _used_by(other: FileContext, router: Router, way: Way) -> Iterator[Guard]:
    """`router.use(guard)` and `@router.before_request`."""
    for use in of(other.built(receiving), router):
        is_earlier = other is not way.context or use.call.start <= way.position
        if is_earlier and covers(literal_path(use.call), way.path):
            yield from ((other, item.value) for item in use.call.arguments)
    yield from _of_plugins(other, router, way) if other.names.is_javascript else ()
    for function in other.names.functions:
        for decorator in function.decorators:
            callee = decorator.callee if isinstance(decorator, Call) else decorator
            if not isinstance(callee, Member) or callee.name not in MIDDLEWARE_METHODS:
                continue
            if means(other, callee.object, router):
                yield other, function


def _of_plugins(other: FileContext, router: Router, way: Way) -> Iterator[Guard]:
    """`app.register(fp(async (app) => app.addHook("onRequest", check)))`: hooks that a plugin of Fastify leaves behind.

    What a plugin does without `fastify-plugin` is for the routes alone that it registers itself.
    Source: fastify.dev/docs/latest/Reference/Encapsulation (Sharing Between Contexts).
    """
    for use in of(other.built(receiving_plugins), router):
        if other is way.context and use.call.start > way.position:
            continue
        for value in other.values(use.call.arguments[0].value):
            if not isinstance(value, Returned) or value.callee not in _SHARING or not value.call.arguments:
                continue
            home = other.home(value.call)
            for plugin in home.functions_meant(value.call.arguments[0].value):
                hooks = of(home.built(receiving), Router(plugin, home))
                yield from ((home, item.value) for hook in hooks for item in hook.call.arguments)


_SHARING = frozenset({"fastify-plugin", "fastify-plugin.default"})
"""What makes a plugin one whose hooks are those of whoever registers it."""


def receiving_plugins(context: FileContext) -> Uses:
    """The calls of a file that give a router a plugin."""
    found = (call for call in context.names.calls_of("register") if call.arguments)
    return _uses(context, ((call, call.callee.object) for call in found if isinstance(call.callee, Member)))


def _mounted(other: FileContext, router: Router, way: Way, waiting: deque[Way]) -> Iterator[Guard]:
    """`app.use("/api", guard, router)`, `app.include_router(router, dependencies=[...])`, `register(plugin)`."""
    for use in of(other.built(mounting), router):
        call = use.call
        if isinstance(call.callee, Member):
            yield from ((other, item.value) for item in call.arguments if item.value is not use.expr)
            path = _joined(literal_path(call), way.path)
            waiting.append(Way(other, call.callee.object, call.start, path, way.depth + 1))


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
