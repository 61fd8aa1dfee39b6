"""What of a value the request decides that a handler answers."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.caller_data import (
    full_name,
    is_injected,
    is_kept_by_hono,
    is_left_by_middleware,
    is_read_of_own_request,
    is_server_set,
)
from lk_audit.extractors.callers.web import web
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.requests.endpoints import Endpoints
from lk_audit.livekit.authentication import AUTHENTICATING_CALLS
from lk_audit.livekit.requests import (
    ASKING_BACKEND,
    KEPT_BY_SERVER,
    OWN_READERS,
    PARSING_CALLS,
    PARSING_NAME,
    SERVER_SET,
    TEXT_HELPERS,
    is_request_global,
)
from lk_audit.patterns import regex
from lk_audit.source import Place
from lk_audit.syntax import Argument, Await, Call, Class, Define, Expr, Function, Literal, Member, Name, Node, walk
from lk_audit.values.model import Given, Listed, Reference, Returned, Value, symbolic_sources

_HELD_REQUESTS = frozenset({"request", "input"})
_LOOKING_UP = regex(r"(?:find|get|load|fetch|lookup|select|query)(?![a-z])")
"""How methods of Java and Kotlin are called that look something up."""
_MOST_GIVEN = 3
"""How many arguments of a call may be what it makes its result of: `re.sub(pattern, replacement, text)` has it last."""

_DEEPEST = 3
"""How many calls are looked through that make something of what a request holds."""


class RequestValues:
    """Tells which values in one file come from requests."""

    def __init__(self, context: FileContext) -> None:
        self._context = context
        self._endpoints = context.built(Endpoints)
        self._handed_on: dict[tuple[Call, bool], bool] = {}
        self._taken_apart: dict[Call, bool] = {}

    def is_request(self, value: Value) -> bool:
        """Whether a symbolic value comes from the request of a handler, and was chosen by whoever made it."""
        if isinstance(value, Given):
            handler = self._endpoints.handler_of(value.function)
            if handler is None:
                return self._is_piece(value) or self._is_held_for_handler(value)
            if is_read_of_own_request(value, value.function):
                return True
            is_left_there = handler.has_own_context and value.members[:1] == ("context",)
            is_left_there = is_left_there or (self._context.names.is_javascript and is_left_by_middleware(value))
            if is_left_there or is_injected(value) or is_server_set(value) or not handler.is_asked(value.parameter):
                return False
            return web(self._context.home(value.function)).is_from_caller(self._context, value, handler)
        if isinstance(value, Returned):
            return self._is_global(full_name(value)) or self._is_body(value.call) or self._hands_on_request(value)
        return isinstance(value, Reference) and self._is_global(value.name)

    def _is_held_for_handler(self, value: Given) -> bool:
        """Whether a method reads the request that its object answers by another method: `self._token()` of `do_GET`."""
        owner = self._context.home(value.function).names.enclosing(value.function, Class)
        methods = [item.function for item in owner.body.statements if isinstance(item, Define)] if owner else ()
        beside = (item for item in methods if is_read_of_own_request(value, item))
        return any(self._endpoints.handler_of(item) is not None for item in beside)

    def _is_piece(self, value: Given) -> bool:
        """Whether a value is a piece of a body as Node hands it over: `req.on('data', (chunk) => ...)`."""
        home = self._context.home(value.function)
        argument = home.names.parent(value.function) if home.names.is_javascript else None
        call = home.names.parent(argument) if isinstance(argument, Argument) else None
        if not isinstance(call, Call) or not isinstance(call.callee, Member) or call.callee.name != "on":
            return False
        event = call.arguments[0].value
        return isinstance(event, Literal) and event.value == "data" and self._is_given(call.callee.object)

    def _is_global(self, name: str) -> bool:
        return is_request_global(name, self._context.module.language)

    def _is_body(self, call: Call) -> bool:
        """PHP: `file_get_contents('php://input')`, and what CodeIgniter keeps at `$this->request`."""
        if self._context.module.language != "php":
            return False
        first = call.arguments[0].value if call.arguments else None
        if isinstance(first, Literal) and first.value == "php://input":
            return True
        holder = call.callee.object if isinstance(call.callee, Member) else None
        return isinstance(holder, Member) and holder.name in _HELD_REQUESTS and last_name(holder.object) == "this"

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
        if self._gives_server_set(call) or (self._context.is_go and value.callee in AUTHENTICATING_CALLS):
            return False  # Claims that a check fills are those that somebody has signed.
        if call.is_new and name == "Promise":
            return any(map(self._is_given, _promised(call)))
        if self._looks_up(call):
            return self._is_part_of_request(call)
        looked_up = bool(value.members) or isinstance(self._context.home(call).names.parent(call), Await)
        if looked_up and name not in PARSING_CALLS and not PARSING_NAME.match(name):
            return self._is_part_of_request(call)
        return self._is_part_of_request(call) or any(
            self._is_given(item.value) for item in call.arguments[:_MOST_GIVEN]
        )

    def _gives_server_set(self, call: Call) -> bool:
        """`$request->user()`: methods of a request that give what the server has put there."""
        is_method = self._context.module.language in {"php", "ruby"} and not call.arguments
        return is_method and (last_name(call.callee) or "") in SERVER_SET

    def _looks_up(self, call: Call) -> bool:
        """Whether a method of something else is given the request's data, in languages that do not await a database.

        `Room::find($request->id)`, `rooms.findByProject(id)`; not `Str::slug($request->name)`, and no function:
        `trim($_POST['room'])`.
        """
        if not isinstance(call.callee, Member):
            return False
        name = call.callee.name
        if self._context.names.is_jvm:
            return _LOOKING_UP.match(name) is not None
        if self._context.module.language not in {"php", "ruby"}:
            return False
        return name not in PARSING_CALLS and last_name(call.callee.object) not in TEXT_HELPERS and not call.is_new

    def _is_part_of_request(self, call: Call) -> bool:
        """Whether a call takes the request apart: `req.json()`, `new URL(req.url)`, not `db.ref(req.query.id)`."""
        known = self._taken_apart.get(call)
        if known is None:
            self._taken_apart[call] = False
            known = self._taken_apart[call] = not self._gives_server_set(call) and self._find_taken_apart(call)
        return known

    def _find_taken_apart(self, call: Call) -> bool:
        if self._context.is_go:
            from lk_audit.extractors.handlers.go import is_server_set_read  # noqa: PLC0415 - most scans meet other languages

            if is_server_set_read(self._context, call):
                return False
        if (last_name(call.callee) or "") in PARSING_CALLS and any(
            self._is_given(item.value) for item in call.arguments
        ):
            return True
        if not isinstance(call.callee, Member) or call.callee.name in KEPT_BY_SERVER | ASKING_BACKEND:
            return False
        if is_kept_by_hono(self._context, call):
            return False
        if call.callee.name in OWN_READERS and last_name(call.callee.object) == "self":
            return True
        return any(
            self._is_part_of_request(source.call) or self._is_global(full_name(source)) or self._is_body(source.call)
            if isinstance(source, Returned)
            else self.is_request(source)
            for source in symbolic_sources(self._context.values(call.callee.object))
        )

    def _is_given(self, expr: Expr) -> bool:
        """Whether a value, or an item of a list, comes from a request: `Buffer.concat(chunks)`."""
        values = self._context.values(expr)
        items = (found for value in values if isinstance(value, Listed) for item in value.items for found in item)
        return any(self.is_request(source) for source in symbolic_sources((*values, *items)))

    def handler_places(self, value: Value, depth: int = 0) -> tuple[Place | None, ...]:
        """Where the handlers stand whose requests a value comes from; None when that is not known.

        What a helper makes of its parameters comes from the requests of those who call it: `self._rooms[code.upper()]`.
        """
        known = self._handler_place(value)
        if known is not None or not isinstance(value, Returned) or depth == _DEEPEST:
            return (known,)
        call = value.call
        holder = (call.callee.object,) if isinstance(call.callee, Member) else ()
        given = (item.value for item in call.arguments[:_MOST_GIVEN])
        parts = (part for expr in (*holder, *given) for part in symbolic_sources(self._context.values(expr)))
        found = (place for part in parts if self.is_request(part) for place in self.handler_places(part, depth + 1))
        return tuple(dict.fromkeys(found)) or (None,)

    def _handler_place(self, value: Value) -> Place | None:
        node: Node = value.call if isinstance(value, Returned) else value.origin
        function = value.function if isinstance(value, Given) else None
        names = self._context.home(function or node).names
        function = function or names.enclosing_function(node)
        while function is not None and self._endpoints.handler_of(function) is None:
            function = names.enclosing_function(function)
        return None if function is None else self._context.place(function)


def _promised(call: Call) -> Iterator[Expr]:
    """What a promise may come to: `new Promise((resolve) => req.on("end", () => resolve(JSON.parse(body))))`."""
    executor = call.arguments[0].value if call.arguments else None
    if not isinstance(executor, Function) or not executor.parameters:
        return
    resolve = executor.parameters[0].name
    for node in walk(executor.body):
        if isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.id == resolve:
            yield from (item.value for item in node.arguments)
