"""What stands in front of handlers of a .NET application: at their registration, policies, filters, middleware."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.callers.mounts import is_public
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.dotnet import is_open_trigger, trigger_of
from lk_audit.extractors.handlers.model import Handler
from lk_audit.facts import Lead
from lk_audit.livekit.dotnet import DEFAULT_POLICIES, FILTERS, MIDDLEWARE, OPENING, REQUIRING
from lk_audit.patterns import regex
from lk_audit.project.declared import CSHARP
from lk_audit.syntax import Call, Class, Expr, Function, Member, Name, Node
from lk_audit.values.model import Defined, Returned

_DEEPEST_CHAIN = 30
_DEEPEST_GROUP = 3
_GIVEN_CLASS = regex(rb"<\s{0,20}(?:\w{1,80}\.){0,9}(\w{1,80})\s{0,20}>$")


def around(workspace: Workspace, guards: Guards, handler: Handler) -> Iterator[Lead]:
    """What tells callers before a handler runs."""
    site = handler.site
    home = site.home(handler.function)
    if handler.registration is not None:
        if _is_opened(site, handler.registration):
            return
        found = _at_registration(site, guards, handler.registration, handler.router)
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
                if _is_given_guard(context, guards, call):
                    yield Lead(context.place(call.callee), "runs before every handler")


def _is_given_guard(context: FileContext, guards: Guards, call: Call) -> bool:
    """Whether a call is given what refuses strangers: a function, or a class as its type argument."""
    given = (item.value for item in call.arguments)
    if any(isinstance(item, Function) and guards.function(context, item) for item in given):
        return True
    # Syntax leaves out which types a call is given.
    written = _GIVEN_CLASS.search(context.source.data, call.callee.start, call.callee.end)
    found = context.project.exported(CSHARP, written[1].decode()) if written is not None else None
    owners = (value.definition for value in found or () if isinstance(value, Defined))
    return any(isinstance(owner, Class) and guards.owner(context, owner) for owner in owners)


# --- at a registration ------------------------------------------------------------------------------------------------


def _at_registration(
    context: FileContext, guards: Guards, call: Call, router: Expr | None, depth: int = 0
) -> Call | None:
    """What is said behind a registration, or of the group it is made in: `RequireAuthorization()`, a filter."""
    if _is_opened(context, call):
        return None
    found = next((item for item in _chained(context, call) if _asks(context, guards, item)), None)
    if found is not None or router is None or depth > _DEEPEST_GROUP:
        return found
    return _of_group(context, guards, router, depth)


def _is_opened(context: FileContext, call: Call) -> bool:
    """`app.MapGet(...).AllowAnonymous()`."""
    return any((last_name(item.callee) or "") in OPENING for item in _chained(context, call))


def _chained(context: FileContext, call: Node) -> Iterator[Call]:
    """The calls that follow in the chain after `call`: `app.MapGet(...).RequireAuthorization()`."""
    node = call
    for _ in range(_DEEPEST_CHAIN):
        access = context.names.parent(node)
        after = context.names.parent(access) if isinstance(access, Member) and access.object is node else None
        if not isinstance(after, Call) or after.callee is not access:
            return
        yield after
        node = after


def _asks(context: FileContext, guards: Guards, call: Call) -> bool:
    """Whether a call in such a chain has callers asked who they are."""
    name = last_name(call.callee) or ""
    return name in REQUIRING or (name in FILTERS and _is_given_guard(context, guards, call))


def _of_group(context: FileContext, guards: Guards, router: Expr, depth: int) -> Call | None:
    for value in context.values(router):
        made: Expr | None = value.call if isinstance(value, Returned) and not value.members else None
        while isinstance(made, Call) and isinstance(made.callee, Member):
            home = context.home(made)
            if _asks(home, guards, made):
                return made
            if made.callee.name == "MapGroup":
                outer = _at_registration(home, guards, made, made.callee.object, depth + 1)
                return outer or _later(context, guards, router)
            made = made.callee.object
    return _later(context, guards, router)


def _later(context: FileContext, guards: Guards, router: Expr) -> Call | None:
    """`group.RequireAuthorization();` as a statement of its own."""
    if not isinstance(router, Name):
        return None
    for name in sorted(REQUIRING | FILTERS):
        for call in context.names.calls_of(name):
            holder = call.callee.object if isinstance(call.callee, Member) else None
            if isinstance(holder, Name) and holder.id == router.id and _asks(context, guards, call):
                return call
    return None
