"""Rights that nobody is given: those of who makes a token, and calls LiveKit's server or joins with it himself.

And those behind tests that fail for everybody who has a token made.
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.rights.kept_tokens import joins, uses_of
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Assign,
    Binary,
    Call,
    Conditional,
    Expr,
    Function,
    If,
    Literal,
    Name,
    Node,
    Template,
    walk,
)
from lk_audit.values.model import Flag, Nothing, Value

_BEARERS = frozenset(
    {
        "withToken",
        "bearer_auth",
        "bearerAuth",
        "setBearerAuth",
        "BearerAuth",
        "SetAuthToken",
        "AuthenticationHeaderValue",
    }
)
"""Calls by which clients send a token as `Authorization: Bearer`: Laravel, reqwest, Ktor, Spring, resty, .NET."""
_MOST_CALLERS = 20


def stays(context: FileContext, right: Node, maker: Node) -> bool:
    """Whether a right is written in a function that calls the server with the token, or that only such functions call.

    `maker` is the function that makes the token for all of them: what it does itself says nothing of one right.
    """
    home = context.home(right)
    function = home.names.enclosing_function(right)
    if function is None or function is maker:
        return False
    if _calls_server(function) or _is_for_joining(home, right):
        return True
    callers = list(_callers(home, function))
    return 0 < len(callers) <= _MOST_CALLERS and all(_calls_server(caller) for caller in callers)


def _is_for_joining(context: FileContext, right: Node) -> bool:
    """`token = mint(room, VideoGrants(room_admin=True))`, and then only `await bot.connect(url, token)`."""
    made = context.names.enclosing(right, Assign)
    if made is None or not isinstance(made.target, Name) or not context.is_python:
        return False
    uses = [use for use in uses_of(context.names, made.target) if use.start > made.start]
    calls = [context.names.enclosing(use, Call) for use in uses]
    return bool(uses) and all(call is not None and joins(context.names, call) for call in calls)


def _callers(context: FileContext, function: Function) -> Iterator[Node]:
    """The functions that call another one; a module where none does."""
    for call in context.names.callers(function):
        yield context.names.enclosing_function(call) or context.module
    for use in context.project.usage.callers(context.code, function):
        yield use.module.names.enclosing_function(use.call) or use.module.syntax


def _calls_server(function: Node) -> bool:
    body = function.body if isinstance(function, Function) else function
    return any(
        begins_as_bearer(node) or _is_own_call(node) or (isinstance(node, Call) and last_name(node) in _BEARERS)
        for node in walk(body)
    )


def _is_own_call(node: Node) -> bool:
    """`post("/twirp/livekit.RoomService/ListRooms", token=token)`: LiveKit's server is called with a token.

    Source: docs.livekit.io/reference/other/roomservice-api.
    """
    if not isinstance(node, Call):
        return False
    given = [part for item in node.arguments for part in walk(item.value)]
    names_service = any(
        isinstance(part, Literal) and isinstance(part.value, str) and "/twirp/livekit." in part.value for part in given
    )
    return names_service and any(isinstance(part, Name) and _TOKEN.search(part.id) for part in given)


_TOKEN = regex(r"(?i)token|jwt")


def begins_as_bearer(joined: Node) -> bool:
    """`"Bearer " + token`, `Bearer ${token}`: who reads such a text compares with it."""
    match joined:
        case Template(parts=(Literal(value=str(text)), *_)) | Binary(operator="+", left=Literal(value=str(text))):
            return text.lower() == "bearer "
        case Call(arguments=(first, *_)):
            return _is_formatted(first.value)
        case _:
            return False


def _is_formatted(expr: Expr) -> bool:
    """`fmt.Sprintf("Bearer %s", token)`."""
    return isinstance(expr, Literal) and isinstance(expr.value, str) and expr.value.lower().startswith("bearer %")


def is_never_taken(context: FileContext, node: Node) -> bool:
    """Whether a node stands where nobody gets: `if (options.hidden) ...`, and every caller passes false or nothing."""
    home = context.home(node)
    branch = condition_of(home, node)
    if branch is None or not (home.names.is_javascript or home.is_python or isinstance(branch[1], Name)):
        # Go's fields begin as nothing, of which a comparison says no: `claims.Role == "admin"`.
        return False
    values = home.values(branch[1])
    return bool(values) and all(map(_is_no, values))


def _is_no(value: Value) -> bool:
    return isinstance(value, Nothing) or (isinstance(value, Flag) and not value.flag)


def condition_of(home: FileContext, node: Node) -> tuple[Node, Expr] | None:
    """The innermost branch around a node inside its function, with what has to hold for it."""
    child = node
    for parent in home.names.ancestors(node):
        match parent:
            case If(test=test, then=then) | Conditional(test=test, then=then) if child is then:
                return then, test
            case Binary(operator="and", left=left, right=right) if child is right:
                return right, left
            case If() | Conditional() | Function():
                return None
            case _:
                child = parent
    return None
