"""What is put in front of a handler: on the function, at its registration, on its router, where that is mounted."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.guard_parts import callees, of_parameter, told_before
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.model import Handler
from lk_audit.extractors.handlers.route_settings import settings_of
from lk_audit.livekit.middleware import GUARD_SETTINGS, MIDDLEWARE_METHODS, PUBLIC_MARKS
from lk_audit.livekit.requests_go import ROUTE_METHODS
from lk_audit.syntax import (
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
from lk_audit.values.records import entries_of

_MOST_DERIVED = 6
_LONGEST_CHAIN = 12
_DEEPEST_WRAPPER = 4
Guard = tuple[FileContext, Expr]


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
            yield from self._of_router(handler, handler.router)
        elif registration is not None:
            yield from in_same_file(handler.site, registration.start)

    def _of_router(self, handler: Handler, router: Expr) -> Iterator[Guard]:
        from lk_audit.extractors.callers import routers  # noqa: PLC0415 - most handlers have none

        position = (handler.registration or handler.function).start
        yield from routers.in_front_of(self._workspace, routers.Way(handler.site, router, position, handler.path))

    def _told(self, handler: Handler) -> Iterator[Guard]:
        """What is written where a handler is made one: around it, beside it in a record, or in a call."""
        if handler.wrapper is not None:
            yield from ((handler.site, expr) for expr in _wrapping(handler.wrapper))
        if handler.record is not None:
            for record in settings_of(handler.record):
                settings = (expr for expr in entries_of(record).values() if not isinstance(expr, Record))
                yield from ((handler.site, expr) for expr in settings if not self.is_handler(handler, expr))
        elif handler.registration is not None:
            for item in handler.registration.arguments:
                for part in _parts(item.value):
                    yield from ((handler.site, expr) for expr in self._around_handler(handler, part))
            yield from _bound(handler.site, handler.registration)
            yield from ((handler.site, expr) for expr in told_before(handler.registration))

    def _around_handler(self, handler: Handler, expr: Expr, depth: int = _DEEPEST_WRAPPER) -> Iterator[Expr]:
        """An argument of a registration, without the handler in it: what Go wraps it in, outermost first."""
        if self.is_handler(handler, expr):
            return
        if not handler.site.is_go or not isinstance(expr, Call) or not depth:
            yield expr
            return
        yield from callees(expr)
        for item in expr.arguments:
            yield from self._around_handler(handler, item.value, depth - 1)

    def is_handler(self, handler: Handler, expr: Node) -> bool:
        """Whether an expression of the file that registers a handler is the handler, or the function that makes it."""
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
        meant = [value.definition for value in handler.site.values(expr) if isinstance(value, Defined)]
        return any(item is handler.function or item in home.names.ancestors(handler.function) for item in meant)


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


def _names_action(expr: Node) -> bool:
    """Laravel's `[TokenController::class, 'show']`: what the other methods of the class do says nothing of this one."""
    items = expr.items if isinstance(expr, Sequence) else ()
    return len(items) == 2 and isinstance(items[0], Name | Member) and isinstance(items[1], Literal)  # noqa: PLR2004 - a pair


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
        yield from of_parameter(context, parameter)
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


def in_same_file(context: FileContext, position: int) -> Iterator[Guard]:
    """Middleware of a router that is not known more closely."""
    for name in sorted(MIDDLEWARE_METHODS):
        for call in context.names.calls_of(name):
            if call.start < position:
                yield from ((context, item.value) for item in call.arguments)
