"""Which routers and applications expressions mean, and what is called on them or given them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from msgspec import Struct

from lk_audit.extractors.context import FileContext
from lk_audit.livekit.middleware import MIDDLEWARE_METHODS, MOUNTING_METHODS
from lk_audit.syntax import Call, Evaluate, Expr, Function, Member, Name, Node
from lk_audit.values.model import Defined, Given, Returned

_MOUNTABLE = frozenset({"routes", "middleware", "callback", "plugin"})
"""Methods that give a router in the form in which another takes it: `app.use(router.routes())`."""


class Router(Struct, frozen=True, eq=False):
    """A router or application: the call that makes it, or the plugin function that is given it, as `parameter`."""

    identity: Node
    home: FileContext
    parameter: str = ""


def routers(context: FileContext, expr: Expr) -> Iterator[Router]:
    """The routers that an expression can be."""
    for value in context.values(expr):
        if isinstance(value, Returned) and not value.members:
            yield Router(value.call, context.home(value.call))
        elif isinstance(value, Given) and not value.members:
            yield Router(value.function, context.home(value.function), value.parameter)


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
    found = calls(context, MIDDLEWARE_METHODS)
    return _uses(context, ((call, call.callee.object) for call in found if isinstance(call.callee, Member)))


def mounting(context: FileContext) -> Uses:
    """The calls of a file that mount a router on another."""
    found = (call for call in calls(context, MOUNTING_METHODS) if isinstance(call.callee, Member))
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
    if isinstance(expr, Call | Function):
        yield expr, None
    if isinstance(expr, Call) and isinstance(expr.callee, Member) and expr.callee.name in _MOUNTABLE:
        expr = expr.callee.object
    if not isinstance(expr, Name | Member | Call):
        return
    for value in context.values(expr):
        if isinstance(value, Returned) and not value.members:
            yield value.call, None
        elif isinstance(value, Given) and not value.members:
            yield value.function, value.parameter if context.is_go else None
        elif isinstance(value, Defined):
            yield value.definition, None


def calls(context: FileContext, names: frozenset[str]) -> Iterator[Call]:
    """The calls of a file of any of some methods."""
    for name in sorted(names):
        yield from context.names.calls_of(name)
