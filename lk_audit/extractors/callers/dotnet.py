"""What stands in front of every handler of a .NET application: policies, filters, middleware."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.callers.mounts import is_public
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.dotnet import is_open_trigger, required, trigger_of
from lk_audit.extractors.handlers.model import Handler
from lk_audit.facts import Lead
from lk_audit.livekit.dotnet import DEFAULT_POLICIES, MIDDLEWARE
from lk_audit.syntax import Call, Class, Function, Name


def around(workspace: Workspace, guards: Guards, handler: Handler) -> Iterator[Lead]:
    """What tells callers before a handler runs."""
    site = handler.site
    home = site.home(handler.function)
    if handler.registration is not None:
        found = required(site, handler.registration, handler.router)
        if found is not None:
            yield Lead(site.place(found.callee), "authenticates the caller")
    if trigger_of(handler.function) is not None:
        if not is_open_trigger(handler.function):
            yield Lead(home.place(handler.function), "asks for a key of the function app")
        return
    if is_public(home, handler.function) or _is_open(home, handler.function):
        return
    yield from _policies(workspace, home)
    yield from _middleware(workspace, guards, home)


def _is_open(home: FileContext, function: Function) -> bool:
    owner = home.names.enclosing(function, Class)
    return isinstance(owner, Class) and any(last_name(item) == "AllowAnonymous" for item in owner.decorators)


def _policies(workspace: Workspace, home: FileContext) -> Iterator[Lead]:
    """`options.FallbackPolicy = ...`, an AuthorizeFilter for all, `app.MapControllers().RequireAuthorization()`."""
    for context in workspace.mentioning(home, "FallbackPolicy", "AuthorizeFilter", "MapControllers"):
        for word in DEFAULT_POLICIES:
            at = context.source.data.find(word)
            if at >= 0:
                yield Lead(context.source.place(at, at + len(word)), "asks every caller for a login")
                return


def _middleware(workspace: Workspace, guards: Guards, home: FileContext) -> Iterator[Lead]:
    """`app.UseMiddleware<ApiKeyMiddleware>()`, `app.Use(async (context, next) => ...)`."""
    for context in workspace.mentioning(home, "UseMiddleware", "app.Use("):
        for name in sorted(MIDDLEWARE):
            for call in context.names.calls_of(name):
                if any(_is_guard(context, guards, item.value) for item in call.arguments):
                    yield Lead(context.place(call.callee), "runs before every handler")
        yield from _classes(context, guards)


def _is_guard(context: FileContext, guards: Guards, expr: object) -> bool:
    return isinstance(expr, Function) and guards.function(context, expr)


def _classes(context: FileContext, guards: Guards) -> Iterator[Lead]:
    """`app.UseMiddleware<ApiKeyMiddleware>()`."""
    for call in context.names.calls_of("UseMiddleware"):
        owners = (owner for kind in _type_arguments(call) for owner in context.classes_meant(kind))
        if any(guards.owner(context, owner) for owner in owners):
            yield Lead(context.place(call.callee), "runs before every handler")


def _type_arguments(call: Call) -> Iterator[Name]:
    yield from (item.value for item in call.arguments if item.name == "#type" and isinstance(item.value, Name))
