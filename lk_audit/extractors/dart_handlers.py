"""Dart functions that answer requests, and what keeps strangers away from them.

Sources: the documentation of Dart Frog (routes are files), Serverpod (endpoints are classes) and shelf (middleware in
pipelines).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.guards import Guards
from lk_audit.extractors.handlers import Handler
from lk_audit.facts import Lead
from lk_audit.livekit.authentication import AUTHENTICATING_NAME
from lk_audit.patterns import regex
from lk_audit.project.manifests import above
from lk_audit.syntax import Class, Function, Node, walk
from lk_audit.values.model import Flag

_GUARD = regex(r"(?i)auth|guard|jwt|bearer|session|protect")
"""How middleware that looks at the caller is called, by words in its name."""
_DART_FROG_ROUTE = regex(r"(?:^|/)routes/(?P<route>.+)\.dart$")
_MIDDLEWARE = "_middleware.dart"


def find(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file that only Dart has."""
    yield from _dart_frog(context)
    yield from _serverpod(context)


def _dart_frog(context: FileContext) -> Iterator[Handler]:
    """`onRequest` of a file below `routes/`."""
    route = _DART_FROG_ROUTE.search(context.source.path)
    if route is None:
        return
    path = "/" + route["route"].removesuffix("index").strip("/")
    for function in context.names.functions_named("onRequest"):
        yield Handler(function, f"route {path}", context, path=path)


def _serverpod(context: FileContext) -> Iterator[Handler]:
    """The methods of an `Endpoint`; those of one that asks for a login are nobody's who has none."""
    for owner in context.names.classes:
        if not any(last_name(base) == "Endpoint" for base in owner.bases) or _requires_login(context, owner):
            continue
        for function in context.names.functions:
            first = function.parameters[0] if function.parameters else None
            takes_session = (
                first is not None and first.annotation is not None and last_name(first.annotation) == "Session"
            )
            if takes_session and context.names.owner(function) is owner and not function.name.startswith("_"):
                yield Handler(function, f"{owner.name}.{function.name}", context)


def _requires_login(context: FileContext, owner: Class) -> bool:
    for name in ("requireLogin", "requiredScopes"):
        for item in context.names.attributes(owner, name):
            returned = context.names.returns(item.node) if isinstance(item.node, Function) else ()
            values = [value for part in returned for value in context.values(part.value)]
            if any(not (isinstance(value, Flag) and not value.flag) for value in values):
                return True
    return False


def around(workspace: Workspace, _: Guards, handler: Handler) -> Iterator[Lead]:
    """What in front of a whole application looks at callers: middleware of a pipeline, or beside the routes."""
    home, files = handler.site.home(handler.function), workspace.project.files
    beside = [posixpath.join(folder, _MIDDLEWARE) for folder in above(home.source.path)]
    paths = [path for path in beside if path in files]
    paths += [path for path in files.code["dart"] if b"addMiddleware(" in files.data(path)][:20]
    for path in paths:
        for context in workspace.contexts(path):
            guard = next(_guards(context, is_file=path.endswith(_MIDDLEWARE)), None)
            if guard is not None:
                yield Lead(context.place(guard), "authenticates the caller")


def _guards(context: FileContext, *, is_file: bool) -> Iterator[Node]:
    for call in context.names.calls:
        name = last_name(call.callee) or ""
        if (is_file and (AUTHENTICATING_NAME.match(name) or _GUARD.search(name))) or (
            name == "addMiddleware"
            and any(_GUARD.search(last_name(node) or "") for node in walk(call) if node is not call)
        ):
            yield call
