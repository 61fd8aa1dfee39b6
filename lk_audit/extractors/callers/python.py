"""What authenticates the callers of a whole application in Python: middleware of an application, settings of Django."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.deployments import authorizers
from lk_audit.extractors.callers.exempt_paths import is_exempt
from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.callers.mounts import own_settings
from lk_audit.extractors.context import FileContext, Workspace, first_text, last_name
from lk_audit.extractors.handlers.model import Handler
from lk_audit.facts import Lead
from lk_audit.livekit.authentication import PERMISSIVE
from lk_audit.livekit.middleware import APPLICATION_CLASSES, CLASS_HOOKS, PERMISSION_SETTINGS, VIEW_DECORATORS
from lk_audit.syntax import Assign, Call, Class, Define, Entry, Expr, Function, Literal, Member, Name, Raise, walk
from lk_audit.values.model import Defined
from lk_audit.values.possible import texts


def around(workspace: Workspace, guards: Guards, handler: Handler) -> Iterator[Lead]:
    """What tells callers before they reach anything of the application."""
    home = handler.site.home(handler.function)
    yield from _connection(guards, home, handler)
    yield from _hooks_of_class(guards, home, handler)
    yield from _application_middleware(workspace, guards, home, handler.path)
    yield from _login_of_pages(workspace, home)
    yield from authorizers(workspace, handler)
    owner = home.names.enclosing(handler.function, Class)
    chosen = _chosen_permissions(home, owner, handler) if owner is not None else None
    if chosen is not None:
        guard = guards.authenticating(home, chosen)
        yield from [Lead(home.place(guard), "is asked before this action")] if guard is not None else ()
    elif _is_rest_view(home, owner, handler.function) and not _sets_permissions(owner, handler.function):
        yield from _default_permissions(workspace, home)
    yield from _django_middleware(workspace, guards, home)


def _chosen_permissions(home: FileContext, owner: Class, handler: Handler) -> Expr | None:
    if b"get_permissions" not in home.source.data:
        return None
    from lk_audit.extractors.callers.view_permissions import permissions_of  # noqa: PLC0415 - few views choose theirs

    return permissions_of(owner, handler.function.name)


def _connection(guards: Guards, home: FileContext, handler: Handler) -> Iterator[Lead]:
    """What a server of sockets does when somebody connects: without a connection nobody sends anything."""
    if not handler.label.startswith("message "):
        return
    for function in home.names.functions:
        is_told = function.name in {"connect", "on_connect", "open"} or _is_told_of_connections(function)
        if is_told and (_turns_away(home, function) or guards.function(home, function)):
            yield Lead(home.place(function), "is asked when somebody connects")


def _hooks_of_class(guards: Guards, home: FileContext, handler: Handler) -> Iterator[Lead]:
    """What a view or a socket runs before each of its methods: Tornado's `prepare`, Django's `dispatch`."""
    owner = home.names.enclosing(handler.function, Class)
    for statement in owner.body.statements if owner is not None else ():
        if isinstance(statement, Define) and statement.function.name in CLASS_HOOKS:
            hook = statement.function
            if hook is not handler.function and guards.function(home, hook):
                yield Lead(home.place(hook), "runs before every method of the class")


def _is_told_of_connections(function: Function) -> bool:
    return any(isinstance(mark, Call) and first_text(mark) == "connect" for mark in function.decorators)


def _turns_away(home: FileContext, function: Function) -> bool:
    """Whether a connection may be refused: `return False`, `raise ConnectionRefusedError`, `await self.close()`."""
    answers = (item.value for item in home.names.returns(function))
    if any(isinstance(answer, Literal) and answer.value is False for answer in answers):
        return True
    if any(isinstance(item, Call) and _closes(item) for item in walk(function.body)):
        return True
    raised = (item.value for item in walk(function.body) if isinstance(item, Raise) and item.value is not None)
    return any((last_name(error) or "").endswith(("ConnectionRefusedError", "DenyConnection")) for error in raised)


def _closes(call: Call) -> bool:
    return isinstance(call.callee, Member) and call.callee.name == "close" and last_name(call.callee.object) == "self"


def _application_middleware(
    workspace: Workspace, guards: Guards, home: FileContext, path: str | None
) -> Iterator[Lead]:
    """`Starlette(middleware=[...])`, `app.add_middleware(...)`, `app.middlewares.append(...)` of aiohttp."""
    imported = [item.module for item in home.names.imports]
    modules = {name.split(".", 1)[0] for name in imported}
    modules |= {"grpc" for name in imported if name.endswith("_pb2_grpc")}
    for framework, (constructors, keywords) in APPLICATION_CLASSES.items():
        if framework not in modules:
            continue
        for context in workspace.mentioning(home, constructors[0]):
            calls = [call for name in constructors for call in context.names.calls_of(name)]
            calls += [call for call in context.names.calls_of("append") if _adds_to(call, keywords)]
            for call in calls:
                for item in call.arguments:
                    guard = guards.authenticating(context, item.value) if item.name in keywords else None
                    if guard is not None and not is_exempt(context, guard, path):
                        yield Lead(context.place(guard), "guards every route of the application")


def _login_of_pages(workspace: Workspace, home: FileContext) -> Iterator[Lead]:
    """Gradio: `demo.launch(auth=...)`."""
    if not any(item.module.split(".", 1)[0] == "gradio" for item in home.names.imports):
        return
    for context in workspace.mentioning(home, "auth"):
        for call in (*context.names.calls_of("launch"), *context.names.calls_of("mount_gradio_app")):
            for item in call.arguments:
                if item.name in {"auth", "auth_dependency"} and not isinstance(item.value, Literal):
                    yield Lead(context.place(item.value), "asks the visitors of the page to log in")


def _default_permissions(workspace: Workspace, home: FileContext) -> Iterator[Lead]:
    """Django REST framework: DEFAULT_PERMISSION_CLASSES in the settings."""
    for context in workspace.mentioning(home, PERMISSION_SETTINGS):
        for entry in context.names.nodes(Entry):
            if isinstance(entry.key, Literal) and entry.key.value == PERMISSION_SETTINGS:
                names = [value.text.rpartition(".")[2] for value in texts(context.values(entry.value))]
                if names and not set(names) & PERMISSIVE and any(name.startswith("Is") for name in names):
                    yield Lead(context.place(entry.value), "guards every view of the application")


def _django_middleware(workspace: Workspace, guards: Guards, home: FileContext) -> Iterator[Lead]:
    if not any(item.module.startswith(("django", "rest_framework")) for item in home.names.imports):
        return
    for context in workspace.mentioning(home, "MIDDLEWARE"):
        for assign in context.names.nodes(Assign):
            if isinstance(assign.target, Name) and assign.target.id == "MIDDLEWARE":
                for value in texts(context.values(assign.value)):
                    is_known = value.text.endswith("LoginRequiredMiddleware")
                    if is_known or _is_own_guard(workspace, guards, context, value.text):
                        yield Lead(context.place(value.origin), "guards every view of the application")


def _adds_to(call: Call, lists: frozenset[str | None]) -> bool:
    """Whether a call adds to one of some lists of an object: `app.middlewares.append(check)`."""
    held = call.callee.object if isinstance(call.callee, Member) else None
    return isinstance(held, Member) and held.name in lists


def _is_own_guard(workspace: Workspace, guards: Guards, context: FileContext, dotted: str) -> bool:
    """Whether a name in the settings leads to middleware of the project that refuses strangers."""
    module, _, name = dotted.rpartition(".")
    path = context.code.target(module) if module else None
    values = workspace.project.exported(path, name) if path is not None else None
    for value in values or ():
        if isinstance(value, Defined) and isinstance(value.definition, Class):
            return guards.owner(context, value.definition)
        if isinstance(value, Defined) and isinstance(value.definition, Function):
            return guards.function(context, value.definition)
    return False


def _is_rest_view(home: FileContext, owner: Class | None, function: Function) -> bool:
    if owner is None:
        return any((last_name(item) or "") in VIEW_DECORATORS for item in function.decorators)
    return any("rest_framework" in (home.qualified(base) or "") for base in owner.bases)


def _sets_permissions(owner: Class | None, function: Function) -> bool:
    if "permission_classes" in own_settings(function):
        return True
    if owner is None:
        return any((last_name(item) or "") == "permission_classes" for item in function.decorators)
    statements = owner.body.statements
    return any(isinstance(item, Assign) and last_name(item.target) == "permission_classes" for item in statements)
