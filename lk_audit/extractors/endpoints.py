"""The endpoints of a file: which requests lead to a piece of code, and what of a value a request decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lk_audit.extractors.authentication import authentication
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers import Handler, find_handlers, is_injected
from lk_audit.facts import Endpoint
from lk_audit.livekit.requests import PARSING_CALLS, REQUEST_GLOBALS
from lk_audit.syntax import Await, Call, Expr, Function, Member, Node
from lk_audit.values.model import Given, Reference, Returned, Value, symbolic_sources

_CALLER_DEPTH = 3


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
        for handler in find_handlers(self._context):
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
            return value.function in self.handlers and not is_injected(value)
        if isinstance(value, Returned):
            return bool(value.callee and value.callee.startswith(REQUEST_GLOBALS)) or self._hands_on_request(value)
        return isinstance(value, Reference) and value.name.startswith(REQUEST_GLOBALS)

    def _hands_on_request(self, value: Returned) -> bool:
        """Whether a call returns what the request holds: `await req.json()`, `JSON.parse(event.body)`, `slug(room)`.

        What is awaited, or taken apart, is looked up with the help of the request: `(await findUser(id)).name`.
        """
        call = value.call
        if isinstance(call.callee, Member) and self._is_given(call.callee.object):
            return True
        looked_up = bool(value.members) or isinstance(self._names.parent(call), Await)
        if looked_up and (last_name(call.callee) or "") not in PARSING_CALLS:
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
            authenticated_by=authentication(self._context, handler, route.call, self.is_request),
        )
