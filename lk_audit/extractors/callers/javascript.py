"""What authenticates the callers of a whole application in JavaScript: middleware files, and global guards of Nest."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lk_audit.extractors.callers.deployments import authorizers
from lk_audit.extractors.callers.exempt_paths import answers
from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.callers.mounts import is_public
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.exported import is_server_page, route_of
from lk_audit.extractors.handlers.functions import as_function
from lk_audit.extractors.handlers.model import Handler
from lk_audit.extractors.handlers.route_settings import asked_of_callers
from lk_audit.facts import Lead
from lk_audit.livekit.middleware import (
    MIDDLEWARE_FILES,
    WRAPPING_MIDDLEWARE,
)
from lk_audit.livekit.requests import BACKENDS_OF_THEIR_OWN
from lk_audit.project.manifests import above
from lk_audit.syntax import (
    Assign,
    Binary,
    Call,
    Class,
    Define,
    Export,
    Expr,
    Function,
    If,
    Literal,
    Name,
    Node,
    Record,
    Return,
    Try,
    Unary,
    walk,
)
from lk_audit.values.model import Listed, Mapped, Text
from lk_audit.values.possible import texts

_DEEPEST = 3
"""How many helpers are followed that ask each other about a path."""
_NITRO_FOLDER = "/server/middleware/"
"""Where Nitro looks for what runs before every request (nitro.build/guide/routing, Middleware)."""
_NITRO_HANDLER = "Nitro handler"
"""What answers at the address of its file, and says nothing of it itself."""


def around(workspace: Workspace, guards: Guards, handler: Handler) -> Iterator[Lead]:
    """What tells callers before they reach anything of the application."""
    home = handler.site.home(handler.function)
    runs_apart = handler.label in BACKENDS_OF_THEIR_OWN
    address = handler.path or (route_of(home.source.path) if handler.label == _NITRO_HANDLER else None)
    for path in () if runs_apart else _middleware_files(workspace, home.source.path):
        for context in workspace.contexts(path):
            if _NITRO_FOLDER in f"/{path}" and not _is_run_by_nitro(context):
                continue
            guard = _middleware_guard(guards, context, address)
            if guard is not None:
                yield Lead(context.place(guard), "authenticates the caller")
    yield from authorizers(workspace, handler)
    for context, setting in asked_of_callers(workspace, handler):
        yield Lead(context.place(setting), "authenticates the caller")
    yield from _layouts(workspace, guards, home) if is_server_page(home) else ()
    if home.names.enclosing(handler.function, Class) is not None and not is_public(home, handler.function):
        yield from _global_guards(workspace, guards, home)
    if handler.is_message:
        yield from _socket_guards(workspace, guards, home)
    yield from _gateway_guards(guards, home, handler.function)


def _socket_guards(workspace: Workspace, guards: Guards, home: FileContext) -> Iterator[Lead]:
    """Socket.IO: `io.use((socket, next) => ...)` in any file runs before a client is connected at all."""
    for context in workspace.mentioning(home, "handshake", "io"):
        for call in context.names.calls_of("use"):
            for item in call.arguments:
                given = (item.value,) if isinstance(item.value, Function) else context.functions_meant(item.value)
                is_of_sockets = any(map(_takes_socket, given))
                guard = guards.authenticating(context, item.value) if is_of_sockets else None
                if guard is not None:
                    yield Lead(context.place(guard), "authenticates whoever connects")


def _gateway_guards(guards: Guards, home: FileContext, function: Function) -> Iterator[Lead]:
    """NestJS: `handleConnection` of a gateway, which may hang up before any of its messages is answered.

    Source: docs.nestjs.com/websockets/gateways.
    """
    owner = home.names.enclosing(function, Class)
    if owner is None or not any(_is_of_gateway(mark) for mark in owner.decorators):
        return
    methods = (item.function for item in owner.body.statements if isinstance(item, Define))
    for method in methods:
        if method.name == "handleConnection" and guards.checks_inside(home, method):
            yield Lead(home.place(method), "authenticates whoever connects")


def _is_of_gateway(mark: Expr) -> bool:
    return last_name(mark.callee if isinstance(mark, Call) else mark) == "WebSocketGateway"


def _takes_socket(function: Function) -> bool:
    return bool(function.parameters) and function.parameters[0].name.lstrip("_") == "socket"


def _layouts(workspace: Workspace, guards: Guards, page: FileContext) -> Iterator[Lead]:
    """Layouts of Next around a page that turn strangers away."""
    files = workspace.project.files
    for folder in above(page.source.path):
        names = (posixpath.join(folder, f"layout.{suffix}") for suffix in ("tsx", "jsx", "ts", "js"))
        for context in (item for path in names if path in files for item in workspace.contexts(path)):
            shown = (node.local for node in context.names.nodes(Export) if node.exported == "default")
            functions = (as_function(context, local) for local in shown if local is not None)
            if any(item is not None and guards.checks_inside(context, item) for item in functions):
                yield Lead(context.place(context.module), "authenticates the caller")
        if posixpath.basename(folder) == "app":
            return


def _middleware_files(workspace: Workspace, path: str) -> Iterator[str]:
    files = workspace.project.files
    for folder in above(path):
        for name in MIDDLEWARE_FILES:
            candidate = posixpath.join(folder, name)
            if candidate in files:
                yield candidate
        yield from files.code_below("javascript", posixpath.join(folder, _NITRO_FOLDER.strip("/")))


def _middleware_guard(guards: Guards, context: FileContext, path: str | None) -> Node | None:
    """The part of a middleware file that refuses strangers on a path."""
    if not _matcher_covers(context, path):
        return None
    for export in context.names.nodes(Export):
        if export.local is not None and export.exported != "config" and not isinstance(export.local, Function):
            for node in walk(export.local):
                if isinstance(node, Call) and (last_name(node.callee) or "") in WRAPPING_MIDDLEWARE:
                    return node
    for node in walk(context.module):
        function = context.names.enclosing_function(node)
        if function is None or not isinstance(node, If | Call | Try):
            continue
        if isinstance(node, Call) and not _throws(node):
            continue
        if guards.checks.makes_sure(context, node, function) and _applies_to(context, node, function, path):
            return node.test if isinstance(node, If) else node
    return None


def _global_guards(workspace: Workspace, guards: Guards, home: FileContext) -> Iterator[Lead]:
    """NestJS: a provider for APP_GUARD in any module, `app.useGlobalGuards(...)`."""
    usage = workspace.project.usage
    for word in ("APP_GUARD", "useGlobalGuards"):
        for module in usage.mentions(home.source.path, word):
            context = workspace.context(module)
            for expr in _global_guard_exprs(context):
                guard = guards.authenticating(context, expr)
                if guard is not None:
                    yield Lead(context.place(guard), "guards every route of the application")


def _is_run_by_nitro(context: FileContext) -> bool:
    """Whether a file there exports an event handler; Express keeps what its routers are given there too."""
    exported = (node.local for node in context.names.nodes(Export) if node.exported == "default")
    takes_response = any(len(item.parameters) > 1 for item in context.names.functions if _is_middleware(item))
    return any(local is not None for local in exported) and not takes_response


def _is_middleware(function: Function) -> bool:
    return bool(function.parameters) and function.parameters[0].name.lstrip("_") in {"req", "request", "socket"}


def _global_guard_exprs(context: FileContext) -> Iterator[Expr]:
    for call in context.names.calls_of("useGlobalGuards"):
        yield from (item.value for item in call.arguments)
    for record in context.names.nodes(Record):
        entries = {entry.key.value: entry.value for entry in record.entries if isinstance(entry.key, Literal)}
        provided = entries.get("provide")
        if provided is not None and context.name_elsewhere(provided) == "APP_GUARD":
            yield from (value for key, value in entries.items() if key in {"useClass", "useExisting", "useFactory"})


def _throws(call: Call) -> bool:
    """Whether a call in middleware refuses by itself, rather than looking up who is there."""
    name = (last_name(call.callee) or "").lower()
    return name.startswith(("protect", "require", "ensure", "assert", "verify", "check", "authenticate"))


# --- paths that middleware is for -------------------------------------------------------------------------------------


def _matcher_covers(context: FileContext, path: str | None) -> bool:
    """Whether Next's `config.matcher` lets the middleware run for a path; without one it runs for all."""
    patterns = [
        value.text
        for assign in context.names.nodes(Assign)
        if isinstance(assign.target, Name) and assign.target.id == "config"
        for config in context.values(assign.value)
        if isinstance(config, Mapped) and "matcher" in config.members
        for matcher in config.members["matcher"].values
        for value in _matcher_texts(matcher)
    ]
    return not patterns or path is None or any(matches(pattern, path) for pattern in patterns)


def _matcher_texts(matcher: object) -> Iterator[Text]:
    if isinstance(matcher, Text):
        yield matcher
    elif isinstance(matcher, Listed):
        for group in matcher.items:
            for item in group:
                if isinstance(item, Mapped) and "source" in item.members:
                    yield from (value for value in item.members["source"].values if isinstance(value, Text))
                elif isinstance(item, Text):
                    yield item


def matches(pattern: str, path: str) -> bool:
    """Whether a matcher of Next or Clerk covers a path: `/api/:path*`, `/((?!_next|api).*)`, `/dashboard(.*)`."""
    if "(?!" in pattern:
        before, _, rest = pattern.partition("(?!")
        start = before.rstrip("(")
        words = [word.rstrip("$/") for word in rest.partition(")")[0].split("|")]
        excluded = tuple(word for word in words if word.isidentifier())
        return path.startswith(start) and not path[len(start) :].startswith(excluded or ("\0",))
    open_ended = pattern.endswith(("*", "(.*)", "+", "(/.*)?"))
    fixed = pattern.split("(", 1)[0].split(":", 1)[0].rstrip("*")
    if open_ended or "(" in pattern:
        base = fixed.rstrip("/")
        return path == base or path.startswith(f"{base}/" if fixed.endswith("/") else base)
    if ":" in pattern or "[" in pattern:
        return path.startswith(fixed.rstrip("/")) and path.count("/") == pattern.count("/")
    return path.rstrip("/") == pattern.rstrip("/")


def _applies_to(context: FileContext, node: Node, function: Function, path: str | None) -> bool:
    """Whether a check inside middleware is reached for a path, as far as its tests name paths."""
    if path is None:
        return True
    tests = [node.test] if isinstance(node, If) else []
    for parent in context.names.ancestors(node):
        if parent is function:
            break
        if isinstance(parent, If) and parent.then.start <= node.start < parent.then.end:
            tests.append(parent.test)
    if any(_path_verdict(context, test, path) is False for test in tests):
        return False
    return not any(_lets_pass(context, item, path) for item in walk(function.body) if item.end <= node.start)


def _lets_pass(context: FileContext, node: Node, path: str) -> bool:
    """`if (pathname.startsWith("/api")) return next()`: this path goes on unseen."""
    if not isinstance(node, If) or not any(isinstance(item, Return) for item in node.then.statements):
        return False
    return _path_verdict(context, node.test, path) is True


def _path_verdict(context: FileContext, test: Expr, path: str, depth: int = _DEEPEST) -> bool | None:
    """Whether a test on paths holds for a path; None when it names none."""
    match test:
        case Unary(operator="not", operand=operand):
            verdict = _path_verdict(context, operand, path, depth)
            return None if verdict is None else not verdict
        case Binary(operator="and" | "or" as operator, left=left, right=right):
            verdicts = {_path_verdict(context, side, path, depth) for side in (left, right)} - {None}
            if not verdicts:
                return None
            return all(verdicts) if operator == "and" else any(verdicts)
        case Call() if depth and (asked := list(answers(context, test))):
            verdicts = {_path_verdict(home, answer, path, depth - 1) for home, answer in asked} - {None}
            return any(verdicts) if verdicts else None
        case _:
            return _holds_for(context, test, path)


def _holds_for(context: FileContext, test: Expr, path: str) -> bool | None:
    """Whether a test without operators does: `isPublic(request)`, `pathname === "/api/token"`."""
    verdict: bool | None = None
    for node in walk(test):
        if not isinstance(node, Call | Binary):
            continue
        listed = [text for text in _paths_in(context, node) if text.startswith("/")]
        if not listed:
            continue
        holds = any(matches(text, path) or path.startswith(text.rstrip("/") + "/") for text in listed)
        negated = isinstance(node, Binary) and node.operator == "!="
        verdict = holds != negated if verdict is None else verdict or holds != negated
        if isinstance(node, Call):
            break
    return verdict


def _paths_in(context: FileContext, node: Call | Binary) -> Iterator[str]:
    exprs: list[Expr] = [node.left, node.right] if isinstance(node, Binary) else [item.value for item in node.arguments]
    if isinstance(node, Call):
        exprs += [node.callee.object] if hasattr(node.callee, "object") else [node.callee]
    for expr in exprs:
        if isinstance(expr, Binary | Call | Function):
            continue
        for text in texts(context.values(expr)):
            yield text.text
        for value in context.values(expr):
            call = getattr(value, "call", None)
            if isinstance(call, Call) and last_name(call.callee) == "createRouteMatcher" and call.arguments:
                yield from (text.text for text in texts(context.values(call.arguments[0].value)))
