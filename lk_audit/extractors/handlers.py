"""Functions that answer requests, however a framework comes to call them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.livekit.requests import (
    HANDLER_CLASS_METHODS,
    HANDLER_TAKERS,
    HTTP_EXPORTS,
    INJECTED,
    LOADER_EXPORTS,
    REQUEST_FRAMEWORKS,
    ROUTE_DECORATORS,
    ROUTE_METHODS,
    SERVED_PARAMETERS,
    VIEW_CLASSES,
)
from lk_audit.syntax import Assign, Call, Class, Export, Expr, Function, Literal, Member, Name, Parameter, Record, walk
from lk_audit.values.model import Given

_MOST_PARAMETERS = 3
"""What a serverless platform passes at most: event, context, callback."""


@dataclass(frozen=True, slots=True, eq=False)
class Handler:
    """A function that answers requests, what to call it, and the call that registers it, if one does."""

    function: Function
    label: str
    registration: Call | None = None


def find_handlers(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file, the surest signs first; a function may come more than once."""
    yield from _decorated(context)
    yield from _registered(context)
    yield from _exported(context)
    yield from _class_methods(context)
    yield from _server_actions(context)
    if context.is_python:
        yield from _by_parameters(context)


def _decorated(context: FileContext) -> Iterator[Handler]:
    for function in context.names.functions:
        for decorator in function.decorators:
            label = _route_label(decorator)
            if label is not None:
                yield Handler(function, label)


def _route_label(decorator: Expr) -> str | None:
    callee = decorator.callee if isinstance(decorator, Call) else decorator
    path = _first_text(decorator) if isinstance(decorator, Call) else None
    if isinstance(callee, Member) and callee.name in ROUTE_METHODS:
        method = "" if callee.name in {"route", "api_route", "any", "all"} else f"{callee.name.upper()} "
        return f"{method}{path}" if path is not None else None
    if (last_name(callee) or "") in ROUTE_DECORATORS and isinstance(decorator, Call):
        return f"{last_name(callee)} {path or ''}".strip()
    return None


def _first_text(call: Call) -> str | None:
    for item in call.arguments:
        if isinstance(item.value, Literal) and isinstance(item.value.value, str):
            return item.value.value
    return None


def _registered(context: FileContext) -> Iterator[Handler]:
    """Handlers passed to a call: `app.post("/token", handler)`, `Deno.serve(handler)`, `onCall(handler)`."""
    for call in context.names.calls:
        label = _registration(context, call)
        if label is None:
            continue
        for item in reversed(call.arguments):
            function = _as_function(context, item.value)
            if function is not None:
                yield Handler(function, label, call)
                break


def _registration(context: FileContext, call: Call) -> str | None:
    callee = call.callee
    name = last_name(callee) or ""
    path = _first_text(call)
    if isinstance(callee, Member) and name in ROUTE_METHODS and path is not None and path.startswith(("/", "*")):
        return f"{name.upper()} {path}"
    if isinstance(callee, Member) and name in ROUTE_METHODS and isinstance(callee.object, Call):
        return f"{name.upper()} {_first_text(callee.object) or ''}".strip()
    dotted = context.names.qualified(callee) or name
    for suffix, framework in HANDLER_TAKERS.items():
        if name == suffix or dotted.endswith(f".{suffix}"):
            return f"{framework} handler"
    return None


def _as_function(context: FileContext, expr: Expr) -> Function | None:
    if isinstance(expr, Function):
        return expr
    if isinstance(expr, Call) and expr.arguments:
        return _as_function(context, expr.arguments[-1].value)
    if isinstance(expr, Name):
        for definition in context.names.definitions(expr):
            value = definition.value
            if isinstance(value, Function):
                return value
            if isinstance(definition.node, Function):
                return definition.node
    return None


def _exported(context: FileContext) -> Iterator[Handler]:
    """Next, SvelteKit, Astro, Remix, Netlify, Vercel, Lambda and Workers: exported functions by their names."""
    for node in context.names.nodes(Export):
        function = _as_function(context, node.local) if node.local is not None else None
        if function is not None and _is_handler_export(node.exported, function):
            is_method = node.exported in HTTP_EXPORTS
            label = f"{node.exported} of {context.source.path}" if is_method else function.name or node.exported
            yield Handler(function, label)
        elif isinstance(node.local, Record) and node.exported == "default":
            yield from _record_handlers(node.local)
    for assign in context.names.nodes(Assign):
        function = _as_function(context, assign.value) if _assigns_export(assign.target) else None
        if function is not None and _looks_like_handler(function):
            yield Handler(function, function.name or "handler")


def _record_handlers(record: Record) -> Iterator[Handler]:
    for entry in record.entries:
        if isinstance(entry.key, Literal) and entry.key.value == "fetch" and isinstance(entry.value, Function):
            yield Handler(entry.value, "fetch")


def _is_handler_export(exported: str, function: Function) -> bool:
    if exported in HTTP_EXPORTS or exported in LOADER_EXPORTS:
        return bool(function.parameters) or exported in HTTP_EXPORTS
    return exported == "default" and _looks_like_handler(function) and not function.name[:1].isupper()


def _looks_like_handler(function: Function) -> bool:
    """`(req, res)`, `(request)`, `(event, context)`: what serverless platforms call."""
    names = [item.name for item in function.parameters]
    return 0 < len(names) <= _MOST_PARAMETERS and names[0].lstrip("_") in SERVED_PARAMETERS


def _assigns_export(target: Expr) -> bool:
    """`exports.name`, `module.exports`."""
    if not isinstance(target, Member) or not isinstance(target.object, Name):
        return False
    return target.object.id == "exports" or (target.object.id == "module" and target.name == "exports")


def _by_parameters(context: FileContext) -> Iterator[Handler]:
    """AWS Lambda's `handler(event, context)`, Google's `f(request)` and Django's `view(request, ...)`."""
    modules = {item.module.split(".", 1)[0] for item in context.names.imports}
    serves_requests = bool(modules & REQUEST_FRAMEWORKS)
    for function in context.names.functions:
        names = [item.name for item in function.parameters]
        is_handler = names[:2] == ["event", "context"] or (serves_requests and names[:1] == ["request"])
        if is_handler and context.names.enclosing_function(function) is None:
            yield Handler(function, function.name)


def _class_methods(context: FileContext) -> Iterator[Handler]:
    for owner in context.names.classes:
        bases = {last_name(base) or "" for base in owner.bases}
        if not any(base.endswith(VIEW_CLASSES) for base in bases):
            continue
        for function in context.names.functions:
            inside = context.names.enclosing(function, Class) is owner
            if inside and function.name in HANDLER_CLASS_METHODS:
                yield Handler(function, f"{owner.name}.{function.name}")


def _server_actions(context: FileContext) -> Iterator[Handler]:
    """Exported functions of a 'use server' module: every one is an endpoint of its own."""
    if "use server" not in context.module.directives:
        return
    for node in context.names.nodes(Export):
        function = _as_function(context, node.local) if node.local is not None else None
        if function is not None:
            yield Handler(function, f"server action {function.name or node.exported}")


def is_injected(value: Given) -> bool:
    """Whether the server, not the caller, fills in the parameter that a value is taken from."""
    parameter = next((item for item in value.function.parameters if item.name == value.parameter), None)
    return parameter is not None and _injects(parameter)


_OWN_PARAMETERS = frozenset({"self", "cls", "res", "response", "reply", "next", "env"})


def _injects(parameter: Parameter) -> bool:
    if parameter.name in _OWN_PARAMETERS:
        return True
    written = [expr for expr in (parameter.default, parameter.annotation) if expr is not None]
    return any(
        isinstance(node, Name | Member) and last_name(node) in INJECTED for expr in written for node in walk(expr)
    )
