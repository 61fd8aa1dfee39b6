"""The endpoints of a project: which requests lead to a piece of code, and what of a value a request decides."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, partial

from msgspec import Struct

from lk_audit.extractors.authentication import Authentication
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handing_out import ANSWERS, handed_over, is_kept, keeps, mentions
from lk_audit.extractors.handlers import (
    Handler,
    find_handlers,
    is_injected,
    is_read_of_own_request,
    is_server_set,
    looks_like_handler,
    registered,
    registered_wrapped,
)
from lk_audit.extractors.registering import may_register
from lk_audit.facts import Endpoint
from lk_audit.livekit.requests import (
    KEPT_BY_SERVER,
    PARSING_CALLS,
    PARSING_NAME,
    SERVER_SET,
    TEXT_HELPERS,
    is_request_global,
)
from lk_audit.project.exports import wrapped
from lk_audit.source import Place
from lk_audit.syntax import Assign, Await, Call, Evaluate, Expr, Function, Literal, Member, Name, Node, Return, walk
from lk_audit.values.callgraph import CONSTRUCTORS
from lk_audit.values.model import Given, Reference, Returned, Value, symbolic_sources

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
        self._handed_on: dict[tuple[Call, bool], bool] = {}
        self._taken_apart: dict[Call, bool] = {}

    @cached_property
    def handlers(self) -> dict[Function, Handler]:
        """Every handler that this file makes, by its function; registered functions may be in other files."""
        found: dict[Function, Handler] = {}
        for handler in (*find_handlers(self._context), *_of_language(self._context)):
            found.setdefault(handler.function, handler)
        return found

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
        if names.owner(function) is None and names.enclosing_function(function) is not None:
            return
        if self._context.is_go and not self._takes_request(function):
            return
        usage = self._context.project.usage
        owner = names.owner(function)
        words = usage.words_for(self._context.code, function)
        may = partial(may_register, family=names.traits.family, looks_like_handler=looks_like_handler(function))
        for word in [owner.name] if function.name == "__invoke" and owner is not None else words:
            for module in usage.handing_over(self._context.code, function, word, may):
                handlers = self._context.workspace.context(module).built(Endpoints).handlers
                if function in handlers:
                    yield handlers[function]
                elif names.is_javascript and wrapped(names, function) is not function:
                    yield from registered_wrapped(self._context.workspace.context(module), function, words)
        if self._context.is_go and known is not None:
            yield from self._registrations_by_name(function, function.name)

    def _registrations_of_made(self, function: Function) -> Iterator[Handler]:
        """The same for a function that another one hands out in Go: `router.POST("/token", handlers.Token(config))`."""
        from lk_audit.extractors.go_handlers import maker  # noqa: PLC0415 - most scans meet other languages

        known = self.handlers.get(function)
        named = maker(self._context, function)
        if named is None or (known is not None and known.router is not None):
            return
        for use in self._context.project.usage.callers(self._context.code, named):
            handlers = self._context.workspace.context(use.module).built(Endpoints).handlers
            if function in handlers:
                yield handlers[function]
        yield from self._registrations_by_name(function, named.name)

    def _takes_request(self, function: Function) -> bool:
        """Whether a Go function can be registered at all."""
        from lk_audit.extractors.go_handlers import takes_request  # noqa: PLC0415 - most scans meet other languages

        return takes_request(self._context, function)

    def _registrations_by_name(self, function: Function, name: str) -> Iterator[Handler]:
        """Where other files register a Go function that is known by its name only: a method of a field of a field."""
        from lk_audit.extractors.go_handlers import GoRoutes  # noqa: PLC0415 - most scans meet other languages

        for module in self._context.project.usage.users(self._context.code, function, name):
            site = self._context.workspace.context(module)
            for item in site.built(GoRoutes).unresolved(name):
                yield registered(site, item, function)

    def routes_to(self, node: Node, *, to_answer: bool = False) -> list[Route]:
        """The handlers that run `node`: a function around it, or those that call that function.

        `to_answer` leaves out the ways that keep what `node` makes to themselves.
        """
        found: dict[Function, Route] = {}
        for route in self._all_routes(node, to_answer=to_answer):
            found.setdefault(route.handler.function, route)
        return list(found.values())

    def _all_routes(self, node: Node, *, to_answer: bool) -> Iterator[Route]:
        """Every way from a handler to `node`: two branches of one handler may both lead there."""
        for route in self._routes(node, (), frozenset()):
            is_answer = self._uses(route) and all(self._hands_on(helper) for helper in route.helpers)
            if is_answer or not to_answer:
                yield route

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

    def _hands_on(self, node: Node) -> bool:
        """Whether a helper gives what `node` makes to its caller, or answers the request with it itself."""
        function = self._function_of(node)
        if function is None:
            return True
        names = self._context.home(node).names
        made, carriers = {node}, set[str]()
        for assign in (item for item in walk(function.body) if isinstance(item, Assign)):
            if not keeps(assign.value) and mentions(assign.value, made, carriers):
                if not isinstance(assign.target, Name):
                    return True
                carriers.add(assign.target.id)
        is_lambda = len(function.body.statements) == 1 and isinstance(function.body.statements[0], Return)
        return is_lambda or any(
            mentions(shown, made, carriers)
            for item in walk(function.body)
            for shown in handed_over(item)
            if names.parent(item) is not None
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
                yield Route(handler, node, helpers)
                break
            function = context.names.enclosing_function(function)
        if innermost is None or innermost in seen or len(helpers) >= _CALLER_DEPTH:
            return
        if function is not None and function is not innermost:
            return
        for call in self._calls_of(context, innermost):
            yield from self._routes(call, (node, *helpers), seen | {innermost})

    def _calls_of(self, context: FileContext, function: Function) -> Iterator[Call]:
        yield from context.names.callers(function)
        yield from (use.call for use in context.project.usage.callers(context.code, function))

    def is_request(self, value: Value) -> bool:
        """Whether a symbolic value comes from the request of a handler, and was chosen by whoever made it."""
        if isinstance(value, Given):
            handler = self.handler_of(value.function)
            if handler is not None and is_read_of_own_request(value):
                return True
            if handler is None or is_injected(value) or is_server_set(value) or self._is_service(value):
                return False
            return self._is_sent(value, handler)
        if isinstance(value, Returned):
            return self._is_global(value.callee) or self._is_body(value.call) or self._hands_on_request(value)
        return isinstance(value, Reference) and self._is_global(value.name)

    def _is_global(self, name: str | None) -> bool:
        return name is not None and is_request_global(name, self._context.module.language)

    def _is_body(self, call: Call) -> bool:
        """PHP: `file_get_contents('php://input')`, and what CodeIgniter keeps at `$this->request`."""
        if self._context.module.language != "php":
            return False
        first = call.arguments[0].value if call.arguments else None
        if isinstance(first, Literal) and first.value == "php://input":
            return True
        holder = call.callee.object if isinstance(call.callee, Member) else None
        return isinstance(holder, Member) and holder.name in _HELD_REQUESTS and last_name(holder.object) == "this"

    def _is_service(self, value: Given) -> bool:
        """Whether a PHP framework fills in a parameter by its class: anything but the request itself."""
        home = self._context.home(value.function)
        if home.module.language != "php":
            return False
        written = next((item.annotation for item in value.function.parameters if item.name == value.parameter), None)
        name = home.name_elsewhere(written) if written is not None else ""
        return bool(name) and not name.endswith(("Request", "RequestInterface", "Data", "Dto", "DTO", "Input"))

    def _is_sent(self, value: Given, handler: Handler) -> bool:
        """Whether a parameter of a handler holds what the caller sends, where its type tells."""
        match self._context.home(value.function).module.language:
            case "csharp":
                from lk_audit.extractors import dotnet_handlers  # noqa: PLC0415 - most scans meet other languages

                parameter = next((item for item in value.function.parameters if item.name == value.parameter), None)
                return parameter is not None and not dotnet_handlers.is_service(parameter)
            case "rust":
                from lk_audit.extractors import rust_handlers  # noqa: PLC0415 - one language's

                return rust_handlers.is_from_caller(value, handler.path)
            case "elixir":
                from lk_audit.extractors import elixir_handlers  # noqa: PLC0415 - one language's

                return elixir_handlers.is_from_caller(value)
            case "go":
                from lk_audit.extractors.go_handlers import is_request_parameter  # noqa: PLC0415 - one language's

                return is_request_parameter(self._context, value)
            case _:
                return True

    def _hands_on_request(self, value: Returned) -> bool:
        """Whether a call returns what the request holds: `await req.json()`, `JSON.parse(event.body)`, `slug(room)`.

        What is awaited, or taken apart, is looked up with the help of the request: `(await findUser(id)).name`.
        """
        key = (value.call, bool(value.members))
        known = self._handed_on.get(key)
        if known is None:
            self._handed_on[key] = False  # what is made of itself (`path = join(path, name)`) adds nothing
            known = self._handed_on[key] = self._find_handed_on(value)
        return known

    def _find_handed_on(self, value: Returned) -> bool:
        call = value.call
        name = last_name(call.callee) or ""
        if name in SERVER_SET and not call.arguments and self._context.module.language in {"php", "ruby"}:
            # `$request->user()`
            return False
        if self._looks_up(call):
            return self._is_part_of_request(call)
        looked_up = bool(value.members) or isinstance(self._context.home(call).names.parent(call), Await)
        if looked_up and name not in PARSING_CALLS and not PARSING_NAME.match(name):
            return self._is_part_of_request(call)
        return self._is_part_of_request(call) or any(self._is_given(item.value) for item in call.arguments[:2])

    def _looks_up(self, call: Call) -> bool:
        """Whether a method of something else is given the request's data, in languages that do not await a database.

        `Room::find($request->id)`; not `Str::slug($request->name)`, and no function: `trim($_POST['room'])`.
        """
        if self._context.module.language not in {"php", "ruby"} or not isinstance(call.callee, Member):
            return False
        name = call.callee.name
        return name not in PARSING_CALLS and last_name(call.callee.object) not in TEXT_HELPERS and not call.is_new

    def _is_part_of_request(self, call: Call) -> bool:
        """Whether a call takes the request apart: `req.json()`, `new URL(req.url)`, not `db.ref(req.query.id)`."""
        known = self._taken_apart.get(call)
        if known is None:
            self._taken_apart[call] = False
            known = self._taken_apart[call] = self._find_taken_apart(call)
        return known

    def _find_taken_apart(self, call: Call) -> bool:
        if self._context.is_go:
            from lk_audit.extractors.go_handlers import is_server_set_read  # noqa: PLC0415 - most scans meet other languages

            if is_server_set_read(self._context, call):
                return False
        if (last_name(call.callee) or "") in PARSING_CALLS and any(
            self._is_given(item.value) for item in call.arguments
        ):
            return True
        if not isinstance(call.callee, Member) or call.callee.name in KEPT_BY_SERVER:
            return False
        return any(
            self._is_part_of_request(source.call) or self._is_global(source.callee) or self._is_body(source.call)
            if isinstance(source, Returned)
            else self.is_request(source)
            for source in symbolic_sources(self._context.values(call.callee.object))
        )

    def _is_given(self, expr: Expr) -> bool:
        return any(self.is_request(source) for source in symbolic_sources(self._context.values(expr)))

    def endpoints(self, node: Node) -> tuple[Endpoint, ...]:
        """The endpoints that hand out what `node` makes, as far as the project shows, each by its least guarded way."""
        found: dict[Function, Endpoint] = {}
        for route in self._all_routes(node, to_answer=True):
            known = found.get(route.handler.function)
            if known is None or known.authenticated_by is not None:
                endpoint = self._endpoint(route)
                if known is None or endpoint.authenticated_by is None:
                    found[route.handler.function] = endpoint
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

    def handler_place(self, value: Value) -> Place | None:
        """Where the handler stands whose request a value comes from; None when that is not known."""
        if isinstance(value, Given):
            return self._context.place(value.function)
        node: Node = value.call if isinstance(value, Returned) else value.origin
        names = self._context.home(node).names
        function = names.enclosing_function(node)
        while function is not None and self.handler_of(function) is None:
            function = names.enclosing_function(function)
        return None if function is None else self._context.place(function)


def _of_language(context: FileContext) -> Iterator[Handler]:
    """The handlers that only the frameworks of one language have."""
    if context.module.language == "php":
        from lk_audit.extractors import php_handlers  # noqa: PLC0415 - most scans meet other languages

        yield from php_handlers.find(context)
    elif context.module.language == "ruby":
        from lk_audit.extractors import ruby_handlers  # noqa: PLC0415

        yield from ruby_handlers.find(context)
    elif context.module.language == "elixir":
        from lk_audit.extractors import elixir_handlers  # noqa: PLC0415 - one language's

        yield from elixir_handlers.find(context)


_HELD_REQUESTS = frozenset({"request", "input"})
