"""What of a request the caller chose, what only the rightful caller can send, and what the server filled in."""

from __future__ import annotations

from itertools import islice, pairwise

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.livekit.annotations import BY_SERVER, FROM_REQUEST
from lk_audit.livekit.authentication import CREDENTIAL_WORD, IDENTITY_REFERENCES, LANGUAGE_IDENTITIES
from lk_audit.livekit.requests import (
    ASKING_BACKEND,
    CALLER_ID,
    CALLER_RECORD,
    CUTTING_CALLS,
    INJECTED,
    KEPT_BY_SERVER,
    REQUEST_PARAMETERS,
    REQUEST_PARTS,
    RESPONSES,
    SENT_FIELD,
    SERVER_SET,
    SERVER_SET_HEADERS,
    is_request_global,
)
from lk_audit.syntax import Call, Expr, Function, Index, Literal, Member, Name, Parameter, walk
from lk_audit.values.callgraph import CONSTRUCTORS
from lk_audit.values.model import Given, Reference, Returned, Value, symbolic_sources

_DEEPEST = 4


def is_raw(context: FileContext, expr: Expr) -> bool:
    """Whether an expression is what the caller sends, at most cut to pieces: a header, a field of the body."""
    values = symbolic_sources(context.values(expr))
    return bool(values) and all(_is_raw_value(context, value) for value in values)


def full_name(value: Returned) -> str:
    """The full name of what a call returns, or of a part of it; empty where it is not known what is called."""
    return ".".join((value.callee, *value.members)) if value.callee else ""


def has_raw(context: FileContext, expr: Expr) -> bool:
    return any(_is_raw_value(context, value) for value in symbolic_sources(context.values(expr)))


def _is_server_set_in_go(context: FileContext, call: Call) -> bool:
    from lk_audit.extractors.handlers.go import is_server_set_read  # noqa: PLC0415 - most scans meet other languages

    return is_server_set_read(context, call)


def _is_raw_value(  # noqa: PLR0911 - one per kind of value
    context: FileContext, value: Value, depth: int = 0
) -> bool:
    match value:
        case Given():
            is_ours = _is_receiver(value) or _is_part_of_object(value) or _is_handed_over(context, value)
            return not (is_ours or is_server_set(value))
        case Returned(call=call) if context.is_go and _is_server_set_in_go(context, call):
            return False
        case Reference(name=name):
            return is_request_global(name, context.module.language)
        case Returned() if is_request_global(full_name(value), context.module.language):
            return True
        case Returned(call=Call(callee=Member(name=name))) if name in KEPT_BY_SERVER | ASKING_BACKEND:
            return False
        case Returned(call=call) if is_kept_by_hono(context, call):
            return False
        case Returned(call=call) if depth < _DEEPEST and call.arguments and _cuts(value):
            return _is_made_of_raw(context, call.arguments[0].value, depth)
        case Returned(call=Call(callee=Member(object=holder))) if depth < _DEEPEST:
            return _is_made_of_raw(context, holder, depth)
        case _:
            return False


def _cuts(value: Returned) -> bool:
    """Whether a call gives parts of its first argument: `new URL(request.url)`, `parse_qs(query)`."""
    return value.callee is not None and CUTTING_CALLS.fullmatch(value.callee) is not None


def _is_made_of_raw(context: FileContext, expr: Expr, depth: int) -> bool:
    sources = symbolic_sources(context.values(expr))
    return bool(sources) and all(_is_raw_value(context, source, depth + 1) for source in sources)


def _is_handed_over(context: FileContext, value: Given) -> bool:
    """Whether a value is a part of what the server gives its handlers: `State(app): State<App>`, services in C#."""
    if context.names.is_javascript:
        return value.parameter in _APPLICATIONS
    match context.module.language:
        case "rust":
            return _is_state_in_rust(value)
        case "csharp":
            from lk_audit.extractors.handlers.dotnet import is_service  # noqa: PLC0415 - most scans meet other languages

            return any(is_service(item) for item in value.function.parameters if item.name == value.parameter)
        case _:
            return False


_APPLICATIONS = frozenset({"app", "fastify"})
"""How plugins of Fastify call the application that they are given: `app.config.API_KEY`."""


def _is_state_in_rust(value: Given) -> bool:
    from lk_audit.extractors.handlers.rust import base_type  # noqa: PLC0415 - most scans meet other languages
    from lk_audit.livekit.rust_web import SERVER_TYPES  # noqa: PLC0415 - most scans meet other languages

    types = (item.annotation for item in value.function.parameters if item.name == value.parameter)
    return any(written is not None and base_type(written) in SERVER_TYPES for written in types)


def _is_receiver(value: Given) -> bool:
    """Whether a value is a part of the object whose method runs: Go passes it as a parameter."""
    return any(item.name == value.parameter and item.kind == "receiver" for item in value.function.parameters)


def _is_part_of_object(value: Given) -> bool:
    """Whether a value is what an object was made with: `this.keys` of a service, which Nest makes once for all."""
    return value.function.name in CONSTRUCTORS and value.parameter not in REQUEST_PARAMETERS


def is_known_caller(context: FileContext, value: Value) -> bool:
    """What the framework sets once it knows the caller: `request.user`, `g.user`, `flask_login.current_user`."""
    if isinstance(value, Given):
        return is_server_set(value)
    if isinstance(value, Returned) and (last_name(value.call.callee) or "") in KEPT_BY_SERVER:
        return isinstance(value.call.callee, Member)
    if isinstance(value, Returned) and is_kept_by_hono(context, value.call):
        return True
    name = value.name if isinstance(value, Reference) else getattr(value, "callee", None) or ""
    return name.startswith((*IDENTITY_REFERENCES, *LANGUAGE_IDENTITIES.get(context.module.language, ())))


def is_kept_by_hono(context: FileContext, call: Call) -> bool:
    """`c.get("user")` of Hono: what middleware has kept there, and not what the caller sends.

    Source: hono.dev/docs/api/context.
    """
    if not isinstance(call.callee, Member) or call.callee.name != "get" or not context.names.is_javascript:
        return False
    home = context.home(call)
    if not any(item.module in _HONO for item in home.names.imports):
        return False
    held = home.values(call.callee.object)
    return any(isinstance(value, Given) and not value.members for value in held)


_HONO = frozenset({"hono", "hono/quick", "hono/tiny", "hono/types", "@hono/zod-openapi"})
"""Modules that routers of Hono, or the types of their handlers, come from; `hono/jwt` is used elsewhere too."""


def has_credential(expr: Expr) -> bool:
    return any(is_credential(node) for node in walk(expr) if isinstance(node, Name | Member | Index | Call))


def is_credential(expr: Expr) -> bool:
    """Whether something is called what only the rightful caller has: a token, a cookie, a signature, a password."""
    for node in walk(expr):
        word = node.id if isinstance(node, Name) else node.name if isinstance(node, Member) else None
        text = node.value if isinstance(node, Literal) and isinstance(node.value, str) else word
        if text is not None and CREDENTIAL_WORD.search(text):
            return True
    return False


def shows_credential(context: FileContext, expr: Expr) -> bool:
    """Whether an expression is called so, or made of what was: `const header = req.headers.authorization`."""
    looked = [expr]
    for part in looked:  # which grows on the way
        if has_credential(part):
            return True
        names = (node for node in walk(part) if isinstance(node, Name))
        made = (item.value for name in names for item in context.names.definitions(name))
        looked += islice((value for value in made if value is not None), _MOST_LOOKED - len(looked))
    return False


_MOST_LOOKED = 16
"""Expressions that one is made of, one after the other."""


# --- what the server fills in -----------------------------------------------------------------------------------------


def is_injected(value: Given) -> bool:
    """Whether the server, not the caller, fills in the parameter that a value is taken from."""
    parameter = next((item for item in value.function.parameters if item.name == value.parameter), None)
    return parameter is not None and _injects(parameter)


def is_read_of_own_request(value: Given, handler: Function) -> bool:
    """Whether what a method reads of its object is the request that the object holds, which `handler` answers.

    `self.path` and `self.rfile.read(length)` of `http.server`, `self.request.body` of Tornado's and Django's classes.
    """
    if value.parameter != "self":
        return False
    if handler.name.startswith("do_"):
        return value.members[:1] in {("path",), ("headers",), ("rfile",)}
    return value.members[:1] == ("kwargs",) or (value.members[:1] == ("request",) and not is_server_set(value))


def is_server_set(value: Given) -> bool:
    """Whether a value is a part of the request that the server fills in: `req.user.id`, `event.locals.user`."""
    members = value.members
    while members[:1] and members[0] in REQUEST_PARTS:
        members = members[1:]
    if not _GO_SERVER_SET.isdisjoint(members):
        return True
    is_held = value.members[:1] in {("request",), ("scope",)}
    is_request = is_held or value.parameter in REQUEST_PARAMETERS or value.parameter.startswith("#")
    if is_request and _is_kept_beside(value):
        return True
    is_header = members[:1] == ("headers",) and members[1:2] and members[1].lower() in SERVER_SET_HEADERS
    return is_request and bool(members) and (members[0] in SERVER_SET or bool(is_header))


def _is_kept_beside(value: Given) -> bool:
    """`req.userId`, `req.authUser` of a handler that takes `(req, res)`: nothing that a caller sends lands there.

    Nor in `context.userId` of a resolver of GraphQL, who sends arguments.
    """
    if not value.members or not (_has_response_beside(value) or _is_context_of_resolver(value)):
        return False
    is_id = len(value.members) == 1 and CALLER_ID.match(value.members[0]) is not None
    return is_id or CALLER_RECORD.match(value.members[0]) is not None


def is_left_by_middleware(value: Given) -> bool:
    """`req.wallet.address` of a handler that takes `(req, res)`: a part that no request has by itself."""
    return _has_response_beside(value) and bool(value.members) and SENT_FIELD.match(value.members[0]) is None


def _is_context_of_resolver(value: Given) -> bool:
    """The third parameter of a resolver: `(_parent, args, context)`.

    Source: graphql.org/graphql-js/type, GraphQLFieldResolveFn.
    """
    names = [item.name for item in value.function.parameters]
    return names[2:3] == [value.parameter] and names[0].strip("_") in _PARENTS


_PARENTS = frozenset({"", "parent", "root", "obj", "source"})


def _has_response_beside(value: Given) -> bool:
    names = [item.name.lstrip("_") for item in value.function.parameters]
    return dict(pairwise(names)).get(value.parameter) in RESPONSES


_GO_SERVER_SET = frozenset({"Auth", "Authorizer", "TLS"})
"""Fields of Go's requests that a server fills in: PocketBase's, AWS Lambda's, and the certificates of `net/http`."""
_OWN_PARAMETERS = frozenset({"self", "cls", "res", "response", "reply", "next", "env"})


def _injects(parameter: Parameter) -> bool:
    is_receiver = parameter.kind == "receiver"
    if parameter.name in _OWN_PARAMETERS or is_receiver or _is_filled_by_server(parameter):
        return True
    written = [expr for expr in (parameter.default, parameter.annotation) if expr is not None]
    return any(
        isinstance(node, Name | Member) and last_name(node) in INJECTED for expr in written for node in walk(expr)
    )


def _is_filled_by_server(parameter: Parameter) -> bool:
    """Whether the server fills in a parameter: `Principal principal`, `@AuthenticationPrincipal User user`."""
    if parameter.annotation is None:
        return False
    words = {last_name(node) or "" for node in walk(parameter.annotation) if isinstance(node, Name | Member)}
    return not words & FROM_REQUEST and any(BY_SERVER.match(word) for word in words)
