"""Elixir code that answers requests: actions of Phoenix controllers, LiveViews and channels, routes of Plug.

Sources: the documentation of Phoenix, Phoenix.LiveView and Plug.
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.model import Handler
from lk_audit.livekit.requests import ELIXIR_CALLBACKS, ELIXIR_KINDS, ELIXIR_REQUEST_PARTS, ELIXIR_ROUTES
from lk_audit.syntax import Call, Evaluate, Function, Literal, Name
from lk_audit.values.model import Given

_ACTION = 2
"""The parameters of an action: the connection and what the caller sends."""


def find(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file."""
    kinds = set(_kinds(context))
    for function in context.names.functions:
        count = len(function.parameters)
        if context.names.enclosing_function(function) is not None or is_private(context, function):
            continue
        is_action = "controller" in kinds and count == _ACTION and function.parameters[0].name != "#0"
        if is_action or any(ELIXIR_CALLBACKS.get((kind, function.name)) == count for kind in kinds):
            yield Handler(function, f"{module_name(context)}.{function.name}", context)
    if "router" in kinds:
        yield from _routes(context)


def _routes(context: FileContext) -> Iterator[Handler]:
    """`get "/token" do ... end` of Plug.Router."""
    for call in context.names.calls:
        last = call.arguments[-1].value if call.arguments else None
        name = last_name(call.callee) or ""
        if isinstance(call.callee, Name) and name in ELIXIR_ROUTES and isinstance(last, Function):
            path = call.arguments[0].value
            text = path.value if isinstance(path, Literal) and isinstance(path.value, str) else None
            yield Handler(last, f"{name.upper()} {text or ''}".strip(), context, call, None, text)


def _kinds(context: FileContext) -> Iterator[str]:
    """What the module of a file is, by what it uses: `use MyAppWeb, :controller`, `use Phoenix.LiveView`."""
    for statement in context.module.body.statements:
        match statement:
            case Evaluate(value=Call(callee=Name(id="use"), arguments=given)) if given:
                texts = [item.value.value for item in given[1:2] if isinstance(item.value, Literal)]
                used = context.qualified(given[0].value) or ""
                kind = ELIXIR_KINDS.get(used) or next((ELIXIR_KINDS.get(str(text)) for text in texts), None)
                if kind is not None:
                    yield kind
            case _:
                continue


def module_name(context: FileContext) -> str:
    """The name of the first module of a file, without the modules around it; empty where there is none."""
    _, mark, rest = context.source.data.partition(b"defmodule ")
    return rest.split(None, 1)[0].decode("utf-8", "replace").rpartition(".")[2] if mark and rest.split() else ""


def is_private(context: FileContext, function: Function) -> bool:
    """Whether only its module sees a function: `defp`."""
    return context.source.data.startswith(b"defp", function.start)


def is_from_caller(_: FileContext, value: Given, __: Handler) -> bool:
    """Whether a parameter of a handler holds what the caller sends: not the connection, the socket, the session."""
    function = value.function
    place = next((at for at, item in enumerate(function.parameters) if item.name == value.parameter), None)
    first = value.members[:1]
    if place is None:
        return False
    if value.parameter in {"conn", "socket"} or place == len(function.parameters) - 1 != 1:
        return bool(first) and first[0] in ELIXIR_REQUEST_PARTS
    return not (function.name == "mount" and place == 1)
