"""What answers requests in Dart and Swift, and what keeps strangers away from it, where frameworks have their own way.

Sources: the documentation of Dart Frog (routes are files), Serverpod (endpoints are classes), shelf (middleware in
pipelines), Vapor and Hummingbird (routes are closures).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.facts import Lead
from lk_audit.livekit.authentication import AUTHENTICATING_NAME
from lk_audit.livekit.requests import ROUTE_METHODS
from lk_audit.patterns import regex
from lk_audit.project.manifests import above
from lk_audit.syntax import Call, Class, Expr, Function, Literal, Member, Node, walk
from lk_audit.values.model import Flag

_SWIFT_SERVERS = frozenset({"Vapor", "Hummingbird", "HummingbirdAuth", "Kitura"})
_GUARD = regex(r"(?i)auth|guard|jwt|bearer|session|protect")
"""How middleware that looks at the caller is called, by words in its name."""
_DART_FROG_ROUTE = regex(r"(?:^|/)routes/(?P<route>.+)\.dart$")
_MIDDLEWARE = "_middleware.dart"

Found = tuple[Function, str, Call | None, Expr | None, str | None]
"""A handler: its function, label, registration, router and address."""


def app_handlers(context: FileContext) -> Iterator[Found]:
    """The handlers of a Dart or Swift file that no general sign shows."""
    if context.module.language == "swift":
        yield from _swift_routes(context)
    elif context.module.language == "dart":
        yield from _dart_frog(context)
        yield from _serverpod(context)


def _swift_routes(context: FileContext) -> Iterator[Found]:
    """`app.get("token") { req in ... }`, `routes.post("token", use: create)`."""
    if not {item.module for item in context.names.imports} & _SWIFT_SERVERS:
        return
    for call in context.names.calls:
        callee = call.callee
        if not isinstance(callee, Member) or callee.name not in ROUTE_METHODS or not call.arguments:
            continue
        function = _function(context, call.arguments[-1].value)
        if function is not None:
            texts = [item.value.value for item in call.arguments if isinstance(item.value, Literal)]
            path = "/" + "/".join(str(text).strip("/") for text in texts if isinstance(text, str))
            yield function, f"{callee.name.upper()} {path}", call, callee.object, path


def _function(context: FileContext, expr: Expr) -> Function | None:
    if isinstance(expr, Function):
        return expr
    found = (getattr(value, "definition", None) for value in context.values(expr))
    return next((item for item in found if isinstance(item, Function)), None)


def _dart_frog(context: FileContext) -> Iterator[Found]:
    """`onRequest` of a file below `routes/`."""
    route = _DART_FROG_ROUTE.search(context.source.path)
    if route is None:
        return
    path = "/" + route["route"].removesuffix("index").strip("/")
    for function in context.names.functions_named("onRequest"):
        yield function, f"route {path}", None, None, path


def _serverpod(context: FileContext) -> Iterator[Found]:
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
                yield function, f"{owner.name}.{function.name}", None, None, None


def _requires_login(context: FileContext, owner: Class) -> bool:
    for name in ("requireLogin", "requiredScopes"):
        for item in context.names.attributes(owner, name):
            returned = context.names.returns(item.node) if isinstance(item.node, Function) else ()
            values = [value for part in returned for value in context.values(part.value)]
            if any(not (isinstance(value, Flag) and not value.flag) for value in values):
                return True
    return False


def guard_around(workspace: Workspace, home: FileContext) -> Lead | None:
    """What in front of a whole Dart application looks at callers: middleware of a pipeline, or beside the routes."""
    files = workspace.project.files
    beside = [posixpath.join(folder, _MIDDLEWARE) for folder in above(home.source.path)]
    paths = [path for path in beside if path in files]
    paths += [path for path in files.code["dart"] if b"addMiddleware(" in files.data(path)][:20]
    for path in paths:
        for context in workspace.contexts(path):
            guard = next(_guards(context, is_file=path.endswith(_MIDDLEWARE)), None)
            if guard is not None:
                return Lead(context.place(guard), "authenticates the caller")
    return None


def _guards(context: FileContext, *, is_file: bool) -> Iterator[Node]:
    for call in context.names.calls:
        name = last_name(call.callee) or ""
        if (is_file and (AUTHENTICATING_NAME.match(name) or _GUARD.search(name))) or (
            name == "addMiddleware"
            and any(_GUARD.search(last_name(node) or "") for node in walk(call) if node is not call)
        ):
            yield call
