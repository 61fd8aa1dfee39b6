"""Functions that clients call by a name instead of an address: procedures, resolvers, events of sockets, actions."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, first_text, last_name
from lk_audit.extractors.handlers.model import Form
from lk_audit.livekit.requests import (
    CALLABLE_RECORDS,
    GRADIO_EVENTS,
    GRADIO_PARTS,
    RESOLVER_OWNERS,
    SOCKET_LIFE,
    SOCKET_PACKAGES,
    TOOL_SERVER_GUARDS,
    TOOL_SERVERS,
)
from lk_audit.patterns import regex
from lk_audit.syntax import Call, Class, Entry, Evaluate, Expr, Function, Literal, Member, Name, Node, Record
from lk_audit.values.model import Returned
from lk_audit.values.records import entries_of

_ARGUMENTS = range(1, 2)
"""Of `(parent, args, context, info)` what the caller fills in."""
_AFTER_INFO = range(2, 100)
"""What follows `(parent, info, ...)`."""


def forms(context: FileContext) -> Iterator[Form]:
    """Everything of a file that clients may call in one of these ways."""
    if context.is_python:
        yield from _python_resolvers(context)
        yield from _python_events(context)
        yield from _pages(context)
        yield from _tools(context)
    elif context.names.is_javascript:
        yield from _procedures(context)
        yield from _resolvers(context)
        yield from _called_by_name(context)
        yield from _apis(context)
        yield from _inline_actions(context)


# --- tRPC and oRPC ----------------------------------------------------------------------------------------------------

_OPEN_PROCEDURE = regex(r"(?i)^(?:(?:public|open|guest|anonymous|base)_?)?procedure$")
"""How procedures of tRPC are called that anybody may call; what others ask for, they say elsewhere."""


def _procedures(context: FileContext) -> Iterator[Form]:
    """Procedures: `publicProcedure.input(...).mutation(async ({ input }) => ...)`, oRPC's `os.handler(...)`."""
    for name in ("mutation", "query", "subscription", "handler"):
        for call in context.names.calls_of(name):
            if isinstance(call.callee, Member) and len(call.arguments) == 1 and _is_open(context, call.callee.object):
                key = _key_of(context, call)
                yield Form((call.arguments[0].value,), f"procedure {key}", path=f"/api/trpc/{key}")


def _is_open(context: FileContext, expr: Expr) -> bool:
    """Whether a procedure is made of one that anybody may call, with nothing in between that might ask who does."""
    while isinstance(expr, Call) and isinstance(expr.callee, Member):
        if expr.callee.name == "use":
            return False
        expr = expr.callee.object
    if not isinstance(expr, Name | Member):
        return False
    return _OPEN_PROCEDURE.search(last_name(expr) or "") is not None or context.qualified(expr) == "@orpc/server.os"


def _key_of(context: FileContext, node: Node) -> str:
    holder: Node | None = context.names.parent(node)
    key = holder.key if isinstance(holder, Entry) else None
    return str(key.value) if isinstance(key, Literal) else ""


# --- methods and calls by name ----------------------------------------------------------------------------------------


def _called_by_name(context: FileContext) -> Iterator[Form]:
    """`Meteor.methods({ token({ room }) { ... } })`, `server.addService(service, { getToken })`."""
    for name, holder in CALLABLE_RECORDS.items():
        for call in context.names.calls_of(name):
            if not isinstance(call.callee, Member) or holder not in {None, last_name(call.callee.object)}:
                continue
            record = call.arguments[-1].value if call.arguments else None
            for key, value in entries_of(record).items() if isinstance(record, Record) else ():
                yield Form((value,), f"method {key}")


def _apis(context: FileContext) -> Iterator[Form]:
    """Encore's `api({ expose: true, method: "POST", path: "/token" }, async (request) => ...)`."""
    for call in context.names.calls_of("api"):
        settings = call.arguments[0].value if len(call.arguments) > 1 else None
        if not isinstance(settings, Record) or context.qualified(call.callee) != "encore.dev/api.api":
            continue
        entries = entries_of(settings)
        if _is_set(entries.get("expose")) and not _is_set(entries.get("auth")):
            path = entries.get("path")
            address = path.value if isinstance(path, Literal) and isinstance(path.value, str) else None
            yield Form((call.arguments[1].value,), f"API {address or ''}".strip(), path=address)


def _is_set(expr: Expr | None) -> bool:
    return isinstance(expr, Literal) and expr.value is True


# --- GraphQL ----------------------------------------------------------------------------------------------------------


def _resolvers(context: FileContext) -> Iterator[Form]:
    """`{ Mutation: { token: (parent, args, context) => ... } }`, and fields with `{ type, args, resolve }`."""
    for record in context.names.nodes(Record):
        entries = entries_of(record)
        if "resolve" in entries and "type" in entries:
            yield Form((entries["resolve"],), f"resolver {_key_of(context, record)}".strip(), asked=_ARGUMENTS)
        for owner in sorted(RESOLVER_OWNERS & entries.keys()):
            fields = entries[owner]
            for name, resolver in entries_of(fields).items() if isinstance(fields, Record) else ():
                yield Form((resolver,), f"{owner}.{name}", asked=_ARGUMENTS)


def _python_resolvers(context: FileContext) -> Iterator[Form]:
    """Graphene's `mutate(self, info, room)` and `resolve_token`, Strawberry's fields, Ariadne's `@mutation.field`."""
    packages = _packages(context)
    for function in context.names.functions:
        marks = [mark.callee if isinstance(mark, Call) else mark for mark in function.decorators]
        if "strawberry" in packages and any(context.qualified(mark) in _STRAWBERRY for mark in marks):
            yield Form((function,), f"resolver {function.name}")
        elif "ariadne" in packages and any(isinstance(mark, Member) and mark.name == "field" for mark in marks):
            yield Form((function,), f"resolver {function.name}", asked=_AFTER_INFO)
        elif "graphene" in packages and _GRAPHENE.match(function.name) and _takes_info(function):
            yield Form((function,), f"resolver {_named_with_owner(context, function)}", asked=_AFTER_INFO)


_STRAWBERRY = frozenset({"strawberry.mutation", "strawberry.field"})
_GRAPHENE = regex(r"^(?:mutate(?:_and_get_payload)?|resolve_\w+|perform_mutation)$")


def _takes_info(function: Function) -> bool:
    return [item.name.lstrip("_") for item in function.parameters[1:2]] == ["info"]


def _named_with_owner(context: FileContext, function: Function) -> str:
    owner = context.names.enclosing(function, Class)
    return f"{owner.name}.{function.name}" if owner is not None else function.name


# --- sockets ----------------------------------------------------------------------------------------------------------


def _python_events(context: FileContext) -> Iterator[Form]:
    """`@sio.event`, `@sio.on("join")`, and the methods of a namespace; Flask-SocketIO passes no id of the socket."""
    package = next((name for name in SOCKET_PACKAGES if name in _packages(context)), None)
    if package is None:
        return
    for function in context.names.functions:
        owner = context.names.enclosing(function, Class)
        event = _event_of(function) if owner is None else _event_of_method(context, owner, function)
        if event is not None and event not in SOCKET_LIFE:
            skipped = SOCKET_PACKAGES[package] + (owner is not None)
            yield Form((function,), f"message {event}", asked=range(skipped, 100))


def _event_of(function: Function) -> str | None:
    for mark in function.decorators:
        callee = mark.callee if isinstance(mark, Call) else mark
        if isinstance(callee, Member) and callee.name == "event":
            return function.name
        if isinstance(callee, Member) and callee.name == "on" and isinstance(mark, Call):
            return first_text(mark)
    return None


def _event_of_method(context: FileContext, owner: Class, function: Function) -> str | None:
    is_namespace = any(context.name_elsewhere(base).endswith("Namespace") for base in owner.bases)
    return function.name.removeprefix("on_") if is_namespace and function.name.startswith("on_") else None


# --- pages and tools --------------------------------------------------------------------------------------------------


def _pages(context: FileContext) -> Iterator[Form]:
    """What Gradio calls for the visitors of a page: `gr.Interface(fn=answer)`, `button.click(answer, inputs)`."""
    if "gradio" not in _packages(context):
        return
    for name in sorted(GRADIO_PARTS | GRADIO_EVENTS):
        for call in context.names.calls_of(name):
            yield Form(tuple(item.value for item in call.arguments), f"Gradio's {name}", call)


def _tools(context: FileContext) -> Iterator[Form]:
    """Tools that a server offers to models over HTTP: `@mcp.tool()`; standard input is only for who has started it."""
    if _packages(context).isdisjoint({"mcp", "fastmcp"}):
        return
    for function in context.names.functions:
        for mark in function.decorators:
            callee = mark.callee if isinstance(mark, Call) else mark
            if isinstance(callee, Member) and callee.name == "tool" and _is_open_server(context, callee.object):
                yield Form((function,), f"tool {function.name}", router=callee.object)


def _is_open_server(context: FileContext, expr: Expr) -> bool:
    made = [value.call for value in context.values(expr) if isinstance(value, Returned) and not value.members]
    is_known = any((last_name(call.callee) or "").endswith(TOOL_SERVERS) for call in made)
    if not is_known or any(item.name in TOOL_SERVER_GUARDS for call in made for item in call.arguments):
        return False
    users = context.workspace.mentioning(context, "transport", "streamable_http_app", "sse_app", "http_app")
    return any(_OVER_HTTP.search(user.source.data) for user in users)


_OVER_HTTP = regex(
    rb"transport\s{0,9}=\s{0,9}[\"'](?:sse|http|streamable)|\b(?:streamable_http_app|sse_app|http_app)\("
)


def _packages(context: FileContext) -> set[str]:
    return {item.module.split(".", 1)[0] for item in context.names.imports}


# --- server actions ---------------------------------------------------------------------------------------------------


def _inline_actions(context: FileContext) -> Iterator[Form]:
    """React's `async function join(data) { "use server"; ... }` inside a component of the server."""
    if b"use server" not in context.source.data:
        return
    for function in context.names.functions:
        first = function.body.statements[0] if function.body.statements else None
        written = first.value if isinstance(first, Evaluate) else None
        if isinstance(written, Literal) and written.value == "use server":
            yield Form((function,), f"server action {function.name}".strip())
