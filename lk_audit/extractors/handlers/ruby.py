"""Ruby code that answers requests: actions of Rails and Hanami, routes of Sinatra, Grape and Roda.

Sources: the documentation of each framework.
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, first_text, last_name
from lk_audit.extractors.handlers.model import Handler
from lk_audit.livekit.requests import RUBY_ROUTES
from lk_audit.syntax import Call, Class, Define, Evaluate, Function, Literal, Member, Name

_HIDING = frozenset({"private", "protected"})
_ROUTERS = frozenset({"r", "route", "app", "router"})


def find(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file that only Ruby has."""
    yield from _actions(context)
    for call in context.names.calls:
        label = _route(call)
        block = call.arguments[-1].value if call.arguments else None
        if label is not None and isinstance(block, Function):
            yield Handler(block, label, context, call, None, first_text(call))


def _actions(context: FileContext) -> Iterator[Handler]:
    for owner in context.names.classes:
        bases = [last_name(base) or "" for base in owner.bases]
        is_controller = any(base.endswith("Controller") for base in bases) or any(
            (context.qualified(base) or "").startswith("ActionController.") for base in owner.bases
        )
        is_action = any(base == "Action" for base in bases)
        for function in public_methods(context, owner):
            if is_controller or (is_action and function.name in {"handle", "call"}):
                yield Handler(function, f"{owner.name}#{function.name}", context)


def public_methods(context: FileContext, owner: Class) -> Iterator[Function]:
    """The instance methods of a class before its `private`, but for those that are made so by name."""
    hidden: set[str] = set()
    for statement in owner.body.statements:
        match statement:
            case Evaluate(value=Call(callee=Name(id=word), arguments=given)) if word in _HIDING and given:
                hidden.update(str(item.value.value) for item in given if isinstance(item.value, Literal))
            case _:
                continue
    for statement in owner.body.statements:
        match statement:
            case Evaluate(value=Name(id=word) | Call(callee=Name(id=word), arguments=())) if word in _HIDING:
                return
            case Define(function=function) if function.name not in hidden and function.name != "constructor":
                if not context.source.data[function.start : function.start + 12].startswith(b"def self."):
                    yield function
            case _:
                continue


def _route(call: Call) -> str | None:
    """`post "/token" do`, `post :token do`, and Roda's `r.post "token" do`."""
    callee = call.callee
    name = last_name(callee) or ""
    if name not in RUBY_ROUTES:
        return None
    if isinstance(callee, Member) and not (isinstance(callee.object, Name) and callee.object.id in _ROUTERS):
        return None
    method = "" if name == "route" else name.upper()
    return f"{method} {first_text(call) or ''}".strip() or "route"
