"""C# functions that answer requests: controllers, minimal APIs, hubs, Azure and Lambda functions."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.model import Handler, function_given
from lk_audit.livekit.dotnet import (
    FROM_SERVICES,
    GATEWAY_REQUESTS,
    HUBS,
    LIFECYCLE,
    MAPS,
    ROUTES,
    SERVICE_NAME,
    TRIGGER,
    TRIGGER_LEVELS,
)
from lk_audit.syntax import Call, Class, Expr, Function, Index, Literal, Member, Name, Parameter, Sequence, walk
from lk_audit.values.model import Given

_FROM_CALLER = frozenset({"FromBody", "FromQuery", "FromRoute", "FromForm", "FromHeader", "AsParameters"})
_SIMPLE = frozenset({"string", "int", "long", "bool", "Guid", "double", "object", "HttpRequest", "HttpRequestData"})


def find(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file."""
    for function in context.names.functions:
        owner = context.names.owner(function)
        found = _action(owner, function) or _function(function) or _hub_method(owner, function)
        if found is not None:
            label, path = found
            yield Handler(function, label, context, path=path)
    for call in context.names.calls:
        yield from _mapped(context, call)


def _action(owner: Class | None, function: Function) -> tuple[str, str | None] | None:
    """A method of a controller with an attribute such as `[HttpGet("token")]`."""
    mark = next((item for item in function.decorators if (last_name(item) or "") in ROUTES), None)
    if mark is None:
        return None
    before = _text(next((item for item in owner.decorators if last_name(item) == "Route"), None)) if owner else None
    own = _text(mark) or _text(next((item for item in function.decorators if last_name(item) == "Route"), None))
    name = owner.name.removesuffix("Controller").lower() if owner is not None else ""
    parts = [part.strip("/~") for part in (before, own) if part]
    path = "/" + "/".join(parts).replace("[controller]", name).replace("[action]", function.name.lower())
    method = ROUTES[last_name(mark) or ""]
    return f"{method} {path if parts else function.name}".strip(), path if parts else None


def _text(mark: Expr | None) -> str | None:
    for item in mark.arguments if isinstance(mark, Call) else ():
        if item.name in {None, "template"} and isinstance(item.value, Literal) and isinstance(item.value.value, str):
            return item.value.value
    return None


def _function(function: Function) -> tuple[str, str | None] | None:
    """An Azure function with an HTTP trigger, or what API Gateway calls."""
    trigger = trigger_of(function)
    if trigger is not None:
        return f"Azure function {function.name}", None
    first = function.parameters[0].annotation if function.parameters else None
    if (last_name(first) if isinstance(first, Name | Member) else "") in GATEWAY_REQUESTS:
        return f"Lambda {function.name}", None
    return None


def trigger_of(function: Function) -> Call | None:
    """The HTTP trigger of an Azure function."""
    for parameter in function.parameters:
        for node in walk(parameter.annotation) if parameter.annotation is not None else ():
            if isinstance(node, Call) and last_name(node) == TRIGGER:
                return node
    return None


def _hub_method(owner: Class | None, function: Function) -> tuple[str, str | None] | None:
    """A method of a SignalR hub, which clients call."""
    if owner is None or function.name in LIFECYCLE:
        return None
    is_hub = any((last_name(base) if isinstance(base, Name | Member) else "") in HUBS for base in owner.bases)
    returns = bool(function.parameters) or function.is_async
    return (f"hub method {owner.name}.{function.name}", None) if is_hub and returns else None


def _mapped(context: FileContext, call: Call) -> Iterator[Handler]:
    """`app.MapPost("/token", handler)`."""
    name = last_name(call.callee) or ""
    if name not in MAPS or not isinstance(call.callee, Member) or len(call.arguments) < 2:  # noqa: PLR2004 - path and handler
        return
    first = call.arguments[0].value
    path = first.value if isinstance(first, Literal) and isinstance(first.value, str) else None
    function = function_given(context, call.arguments[-1].value)
    if function is not None and path is not None:
        label = f"{MAPS[name]} {path if path.startswith('/') else '/' + path}".strip()
        yield Handler(function, label, context, call, call.callee.object, path)


# --- what the server fills in -----------------------------------------------------------------------------------------


def is_from_caller(_: FileContext, value: Given, __: Handler) -> bool:
    """Whether a parameter of a handler holds what the caller sends: `context.Request.Query`, not `context.User`."""
    parameter = next((item for item in value.function.parameters if item.name == value.parameter), None)
    if parameter is None:
        return False
    is_context = "HttpContext" in _names(parameter.annotation)
    return value.members[:1] == ("Request",) if is_context else not is_service(parameter)


def is_service(parameter: Parameter) -> bool:
    """Whether the server hands a parameter over: a service, the settings, the context."""
    names = list(_names(parameter.annotation))
    if any(name in _FROM_CALLER for name in names):
        return False
    if any(name in FROM_SERVICES for name in names):
        return True
    return bool(names) and names[0] not in _SIMPLE and SERVICE_NAME.search(names[0]) is not None


def _names(annotation: Expr | None) -> Iterator[str]:
    match annotation:
        case Name(id=name) | Member(name=name):
            yield name
        case Index(object=base, key=key):
            yield from _names(base)
            yield from _names(key)
        case Sequence(items=items):
            for item in items:
                yield from _names(item)
        case Call(callee=callee):
            yield from _names(callee)
        case _:
            return


def is_open_trigger(function: Function) -> bool:
    """Whether an Azure function lets everybody in."""
    trigger = trigger_of(function)
    words = (
        {last_name(item.value) for item in trigger.arguments if isinstance(item.value, Name | Member)}
        if trigger
        else set()
    )
    return not words & TRIGGER_LEVELS
