"""The endpoints of a project: which requests lead to a piece of code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property, partial

from msgspec import Struct

from lk_audit.extractors.callers.authentication import Authentication
from lk_audit.extractors.callers.web import web
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.common import registered_wrapped
from lk_audit.extractors.handlers.functions import looks_like_handler
from lk_audit.extractors.handlers.model import Handler
from lk_audit.extractors.handlers.registering import may_register
from lk_audit.extractors.requests.handing_out import (
    ANSWERS,
    ITSELF,
    given_to_itself,
    handed_over,
    is_kept,
    keeps,
    mentions,
)
from lk_audit.facts import Endpoint
from lk_audit.project.code_module import CodeModule
from lk_audit.project.exports import wrapped
from lk_audit.project.holding import is_in_record, maker
from lk_audit.syntax import Assign, Await, Call, Class, Evaluate, Function, Member, Name, Node, walk
from lk_audit.values.callgraph import CONSTRUCTORS, depending

_CALLER_DEPTH = 4


class Route(Struct, frozen=True, eq=False):
    """How a handler comes to run a piece of code.

    `call` is the node in the handler on the way there, `helpers` are those in the functions after it, outermost first.
    """

    handler: Handler
    call: Node
    helpers: tuple[Node, ...] = ()


class Endpoints:
    """The request handlers that one file makes, and those elsewhere that lead to its code."""

    def __init__(self, context: FileContext) -> None:
        self._context = context
        self._handlers_of: dict[Function, Handler | None] = {}

    @cached_property
    def handlers(self) -> dict[Function, Handler]:
        """Every handler that this file makes, by its function; registered functions may be in other files."""
        return {function: known[0] for function, known in self._known.items()}

    @cached_property
    def _known(self) -> dict[Function, list[Handler]]:
        """What makes each handler one, by its function, the surest sign first."""
        found: dict[Function, list[Handler]] = {}
        for handler in web(self._context).handlers(self._context):
            found.setdefault(handler.function, []).append(handler)
        return found

    def registered_with(self, handler: Handler) -> Iterator[Handler]:
        """A handler of this file, and what else its function answers: each may have something else in front of it."""
        yield handler
        yield from (other for other in self.made_of(handler.function) if _is_another(handler, other))

    def made_of(self, function: Function) -> Iterable[Handler]:
        """The handlers that this file makes of a function, of any file."""
        if not self._context.is_go:
            return self._known.get(function, ())
        from lk_audit.extractors.handlers.go import GoRoutes  # noqa: PLC0415 - most scans meet other languages

        return self._context.built(GoRoutes).handlers_of(function)

    def handler_of(self, function: Function) -> Handler | None:
        """How a function comes to answer requests; None for one that does not."""
        home = self._context.home(function)
        own = home.built(Endpoints)
        if own is not self:
            return own.handler_of(function)
        if function not in self._handlers_of:
            self._handlers_of[function] = self.handlers.get(function)
            known, elsewhere = self.handlers.get(function), next(self._registrations(function), None)
            is_told = known is not None and known.registration is not None
            # A file that only exports what another has registered says nothing new.
            is_export = elsewhere is None or (elsewhere.registration is None and is_told)
            self._handlers_of[function] = known if is_export else elsewhere
        return self._handlers_of[function]

    def _registrations(self, function: Function) -> Iterator[Handler]:
        """The handlers that other files make of a function of this file."""
        if self._context.is_go and not function.name:
            yield from self._registrations_of_made(function)
            return
        known = self.handlers.get(function)
        names = self._context.names
        if (known is not None and known.router is not None) or names.name_of(function) in CONSTRUCTORS:
            return
        is_inner = names.owner(function) is None and names.enclosing_function(function) is not None
        if is_inner and not is_in_record(names, function):
            made_by = maker(names, function) if looks_like_handler(function) else None
            yield from self._where_called(made_by, function) if made_by is not None else ()
            return
        if self._context.is_go and not self._takes_request(function):
            return
        usage = self._context.project.usage
        owner = names.owner(function)
        words = usage.words_for(self._context.code, function)
        may = partial(may_register, family=names.traits.family, looks_like_handler=looks_like_handler(function))
        for word in [owner.name] if function.name == "__invoke" and owner is not None else words:
            for module in usage.handing_over(self._context.code, function, word, may):
                made = self._made_in(module, function)
                if made is not None:
                    yield made
                elif names.is_javascript and wrapped(names, function) is not function:
                    yield from registered_wrapped(self._context.workspace.context(module), function, words)
        if self._context.is_go and known is not None:
            yield from self._registrations_by_name(function, function.name)

    def _registrations_of_made(self, function: Function) -> Iterator[Handler]:
        """Where a Go function is registered that another hands out: `router.POST("/token", handlers.Token(config))`."""
        from lk_audit.extractors.handlers import go  # noqa: PLC0415 - most scans meet other languages

        known = self.handlers.get(function)
        named = go.maker(self._context, function)
        if named is None or (known is not None and known.router is not None):
            return
        yield from self._where_called(named, function)
        yield from self._registrations_by_name(function, named.name)

    def _where_called(self, made_by: Function, function: Function) -> Iterator[Handler]:
        """The handlers that files make of a function where they call the one that hands it out."""
        for use in self._context.project.usage.callers(self._context.code, made_by):
            made = self._made_in(use.module, function)
            if made is not None:
                yield made

    def _made_in(self, module: CodeModule, function: Function) -> Handler | None:
        """The handler that another file makes of a function of this one."""
        site = self._context.workspace.context(module)
        return next(iter(site.built(Endpoints).made_of(function)), None)

    def _takes_request(self, function: Function) -> bool:
        """Whether a Go function can be registered at all."""
        from lk_audit.extractors.handlers.go import takes_request  # noqa: PLC0415 - most scans meet other languages

        return takes_request(self._context, function)

    def _registrations_by_name(self, function: Function, name: str) -> Iterator[Handler]:
        """Where other files register a Go function that is known by its name only: a method of a field of a field."""
        from lk_audit.extractors.handlers.go import GoRoutes, registered  # noqa: PLC0415 - most scans meet other languages

        for module in self._context.project.usage.users(self._context.code, function, name):
            site = self._context.workspace.context(module)
            for item in site.built(GoRoutes).unresolved(name):
                yield registered(site, item, function)

    def routes_to(self, node: Node) -> list[Route]:
        """The handlers that run `node`: a function around it, or those that call that function."""
        found: dict[Function, Route] = {}
        for route in self._routes(node, (), frozenset()):
            found.setdefault(route.handler.function, route)
        return list(found.values())

    def _routes_to_answers(self, node: Node) -> Iterator[Route]:
        """Every way from a handler to `node` that does not keep what `node` makes to itself.

        Two branches of one handler may both lead there.
        """
        for route in self._routes(node, (), frozenset()):
            is_own = self._is_of_same_object(route)
            if (is_own or self._uses(route)) and all(
                self._hands_on(helper, on_itself=is_own and position == 0)
                for position, helper in enumerate(route.helpers)
            ):
                yield route

    def _is_of_same_object(self, route: Route) -> bool:
        """Whether a handler lets a further method of its object answer: `self._token()` in `do_GET` of `http.server`.

        Such an object is made for one request, and holds what it is answered with.
        """
        if not self._context.is_python or not isinstance(route.call, Call) or not route.helpers:
            return False
        holder = route.call.callee.object if isinstance(route.call.callee, Member) else None
        owner = self._owner_of(route.call) if holder is not None and last_name(holder) == ITSELF else None
        is_made_for_request = owner is not None and bool(owner.bases) and route.handler.registration is None
        return is_made_for_request and self._owner_of(route.helpers[0]) is owner

    def _owner_of(self, node: Node) -> Class | None:
        return self._context.home(node).names.enclosing(node, Class)

    def _uses(self, route: Route) -> bool:
        """Whether a handler does something with what a helper gives it, or lets the helper answer."""
        names = self._context.home(route.call).names
        if not route.helpers or not isinstance(route.call, Call):
            return True
        holder = names.parent(route.call)
        while isinstance(holder, Await | Member | Call):
            holder = names.parent(holder)
        if isinstance(holder, Assign) and is_kept(names, holder):
            return False
        answers = (last_name(item.value) in ANSWERS for item in route.call.arguments)
        return not isinstance(holder, Evaluate) or any(answers)

    def _hands_on(self, node: Node, *, on_itself: bool) -> bool:
        """Whether a helper gives what `node` makes to its caller, or answers the request with it itself.

        With `on_itself` what it gives its own object counts as an answer: `self.wfile.write(body)`.
        """
        function = self._function_of(node)
        if function is None:
            return True
        made, carriers = {node}, set[str]()
        for assign in (item for item in walk(function.body) if isinstance(item, Assign)):
            if not keeps(assign.value) and mentions(assign.value, made, carriers):
                if not isinstance(assign.target, Name):
                    return True
                carriers.add(assign.target.id)
        return any(
            mentions(shown, made, carriers)
            for item in walk(function.body)
            for shown in (*handed_over(item), *(given_to_itself(item) if on_itself else ()))
        )

    def _function_of(self, node: Node) -> Function | None:
        return self._context.home(node).names.enclosing_function(node)

    def _routes(self, node: Node, helpers: tuple[Node, ...], seen: frozenset[Function]) -> Iterator[Route]:
        context = self._context.home(node)
        innermost = context.names.enclosing_function(node)
        function = innermost
        while function is not None:
            handler = self.handler_of(function)
            if handler is not None:
                for way in handler.site.built(Endpoints).registered_with(handler):
                    yield Route(way, node, helpers)
                break
            function = context.names.enclosing_function(function)
        if innermost is None or innermost in seen or len(helpers) >= _CALLER_DEPTH:
            return
        if function is not None and function is not innermost:
            return
        for call in self._calls_of(context, innermost):
            yield from self._routes(call, (node, *helpers), seen | {innermost})

    def _calls_of(self, context: FileContext, function: Function) -> Iterator[Node]:
        """Where a function is called, or a framework passes what it gives."""
        yield from context.names.callers(function)
        yield from depending(context.names, function) if context.is_python else ()
        yield from (use.call for use in context.project.usage.callers(context.code, function))

    def endpoints(self, node: Node) -> tuple[Endpoint, ...]:
        """The endpoints that hand out what `node` makes, as far as the project shows, each by its least guarded way.

        A function that is registered several times is as many endpoints.
        """
        found: dict[Handler, Endpoint] = {}
        for route in self._routes_to_answers(node):
            known = found.get(route.handler)
            if known is None or known.authenticated_by is not None:
                endpoint = self._endpoint(route)
                if known is None or endpoint.authenticated_by is None:
                    found[route.handler] = endpoint
        return tuple(found.values())

    def _endpoint(self, route: Route) -> Endpoint:
        handler = route.handler
        context = self._context
        functions = (self._function_of(node) for node in route.helpers)
        authentication = self._context.workspace.shared(Authentication)
        return Endpoint(
            name=handler.label or handler.function.name or "handler",
            place=self._context.place(handler.function),
            call=self._context.place(route.call.callee if isinstance(route.call, Call) else route.call),
            authenticated_by=authentication.of(handler, (route.call, *route.helpers)),
            registered_at=handler.site.place(handler.registration) if handler.registration is not None else None,
            through=tuple(context.place(function) for function in functions if function is not None),
        )


def _is_another(one: Handler, other: Handler) -> bool:
    """Whether two signs that a function answers requests are two registrations, by calls or by decorators."""
    if one.registration is None and other.registration is None:
        return one.router is not None and other.router is not None and one.label != other.label
    return other.registration is not None and other.registration is not one.registration
