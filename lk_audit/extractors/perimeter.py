"""What authenticates callers around a whole application: middleware files, global guards, settings."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.guards import Guards
from lk_audit.extractors.handlers import Handler
from lk_audit.extractors.mounts import is_public
from lk_audit.facts import Lead
from lk_audit.livekit.authentication import PERMISSIVE
from lk_audit.livekit.middleware import (
    APPLICATION_CLASSES,
    MIDDLEWARE_FILES,
    PERMISSION_SETTINGS,
    VIEW_DECORATORS,
    WRAPPING_MIDDLEWARE,
)
from lk_audit.project.manifests import above
from lk_audit.syntax import (
    Assign,
    Binary,
    Call,
    Class,
    Entry,
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
from lk_audit.values.model import Defined, Listed, Mapped, Text
from lk_audit.values.possible import with_items


class Perimeter:
    """Looks for guards that no handler names."""

    def __init__(self, workspace: Workspace, guards: Guards) -> None:
        self._workspace = workspace
        self._guards = guards

    def around(self, handler: Handler) -> Lead | None:
        """What the application as a whole does to tell the callers of a handler."""
        home = handler.site.home(handler.function)
        if home.module.language == "csharp":
            from lk_audit.extractors import dotnet_perimeter  # noqa: PLC0415 - most scans meet other languages

            return next(dotnet_perimeter.around(self._workspace, self._guards, handler), None)
        if home.module.language == "rust":
            from lk_audit.extractors import rust_perimeter  # noqa: PLC0415 - one language's

            return next(rust_perimeter.around(self._guards, handler), None)
        if home.is_jvm:
            from lk_audit.extractors import spring  # noqa: PLC0415 - one language's

            return next(spring.around(self._workspace, self._guards, home, handler), None)
        if home.module.language == "dart":
            from lk_audit.extractors.app_handlers import guard_around  # noqa: PLC0415 - one language's

            return guard_around(self._workspace, home)
        if not home.is_python and not home.names.is_javascript:
            return None
        found = self._of_python(home, handler) if home.is_python else self._of_javascript(home, handler)
        return next(found, None)

    # --- JavaScript ---------------------------------------------------------------------------------------------------

    def _of_javascript(self, home: FileContext, handler: Handler) -> Iterator[Lead]:
        for path in self._middleware_files(home.source.path):
            for context in self._workspace.contexts(path):
                if _NITRO_FOLDER in f"/{path}" and not _is_run_by_nitro(context):
                    continue
                guard = self._middleware_guard(context, handler.path)
                if guard is not None:
                    yield Lead(context.place(guard), "authenticates the caller")
        if home.names.enclosing(handler.function, Class) is not None and not is_public(home, handler.function):
            yield from self._global_guards(home)

    def _middleware_files(self, path: str) -> Iterator[str]:
        files = home_files = self._workspace.project.files
        for folder in above(path):
            for name in MIDDLEWARE_FILES:
                candidate = posixpath.join(folder, name)
                if candidate in files:
                    yield candidate
            inside = posixpath.join(folder, _NITRO_FOLDER.lstrip("/"))
            yield from (item for item in home_files.code["javascript"] if item.startswith(inside))

    def _middleware_guard(self, context: FileContext, path: str | None) -> Node | None:
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
            if self._guards.checks(context, node, function) and _applies_to(context, node, function, path):
                return node.test if isinstance(node, If) else node
        return None

    def _global_guards(self, home: FileContext) -> Iterator[Lead]:
        """NestJS: a provider for APP_GUARD in any module, `app.useGlobalGuards(...)`."""
        usage = self._workspace.project.usage
        for word in ("APP_GUARD", "useGlobalGuards"):
            for module in usage.mentions(home.source.path, word):
                context = self._workspace.context(module)
                for expr in _global_guard_exprs(context):
                    guard = self._guards.authenticating(context, expr)
                    if guard is not None:
                        yield Lead(context.place(guard), "guards every route of the application")

    # --- Python -------------------------------------------------------------------------------------------------------

    def _of_python(self, home: FileContext, handler: Handler) -> Iterator[Lead]:
        yield from self._application_middleware(home)
        owner = home.names.enclosing(handler.function, Class)
        is_rest = _is_rest_view(home, owner, handler.function)
        if is_rest and not _sets_permissions(owner, handler.function):
            yield from self._default_permissions(home)
        yield from self._django_middleware(home)

    def _application_middleware(self, home: FileContext) -> Iterator[Lead]:
        """`Starlette(middleware=[...])`, `web.Application(middlewares=[...])`, `app.add_middleware(...)`."""
        modules = {item.module.split(".", 1)[0] for item in home.names.imports}
        for framework, (constructors, keywords) in APPLICATION_CLASSES.items():
            if framework not in modules:
                continue
            for context in self._workspace.mentioning(home, constructors[0]):
                for call in [call for name in constructors for call in context.names.calls_of(name)]:
                    for item in call.arguments:
                        guard = self._guards.authenticating(context, item.value) if item.name in keywords else None
                        if guard is not None:
                            yield Lead(context.place(guard), "guards every route of the application")

    def _default_permissions(self, home: FileContext) -> Iterator[Lead]:
        """Django REST framework: DEFAULT_PERMISSION_CLASSES in the settings."""
        for context in self._workspace.mentioning(home, PERMISSION_SETTINGS):
            for entry in context.names.nodes(Entry):
                if isinstance(entry.key, Literal) and entry.key.value == PERMISSION_SETTINGS:
                    names = [value.text.rpartition(".")[2] for value in _texts(context, entry.value)]
                    if names and not set(names) & PERMISSIVE and any(name.startswith("Is") for name in names):
                        yield Lead(context.place(entry.value), "guards every view of the application")

    def _django_middleware(self, home: FileContext) -> Iterator[Lead]:
        if not any(item.module.startswith(("django", "rest_framework")) for item in home.names.imports):
            return
        for context in self._workspace.mentioning(home, "MIDDLEWARE"):
            for assign in context.names.nodes(Assign):
                if isinstance(assign.target, Name) and assign.target.id == "MIDDLEWARE":
                    for value in _texts(context, assign.value):
                        if value.text.endswith("LoginRequiredMiddleware") or self._is_own_guard(context, value.text):
                            yield Lead(context.place(value.origin), "guards every view of the application")

    def _is_own_guard(self, context: FileContext, dotted: str) -> bool:
        module, _, name = dotted.rpartition(".")
        path = context.code.target(module) if module else None
        values = self._workspace.project.exported(path, name) if path is not None else None
        for value in values or ():
            if isinstance(value, Defined) and isinstance(value.definition, Class):
                return self._guards.owner(context, value.definition)
            if isinstance(value, Defined) and isinstance(value.definition, Function):
                return self._guards.function(context, value.definition)
        return False


_NITRO_FOLDER = "/server/middleware/"
"""Where Nitro looks for what runs before every request (nitro.build/guide/routing, Middleware)."""


def _is_run_by_nitro(context: FileContext) -> bool:
    """Whether a file there exports an event handler; Express keeps what its routers are given there too."""
    exported = (node.local for node in context.names.nodes(Export) if node.exported == "default")
    takes_response = any(len(item.parameters) > 1 for item in context.names.functions if _is_middleware(item))
    return any(local is not None for local in exported) and not takes_response


def _is_middleware(function: Function) -> bool:
    return bool(function.parameters) and function.parameters[0].name.lstrip("_") in {"req", "request", "socket"}


def _texts(context: FileContext, expr: Expr) -> Iterator[Text]:
    yield from (item for item in with_items(context.values(expr)) if isinstance(item, Text))


def _is_rest_view(home: FileContext, owner: Class | None, function: Function) -> bool:
    if owner is None:
        return any((last_name(item) or "") in VIEW_DECORATORS for item in function.decorators)
    return any("rest_framework" in (home.qualified(base) or "") for base in owner.bases)


def _sets_permissions(owner: Class | None, function: Function) -> bool:
    if owner is None:
        return any((last_name(item) or "") == "permission_classes" for item in function.decorators)
    statements = owner.body.statements
    return any(isinstance(item, Assign) and last_name(item.target) == "permission_classes" for item in statements)


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


def _path_verdict(context: FileContext, test: Expr, path: str) -> bool | None:
    """Whether a test on paths holds for a path; None when it names none."""
    verdict: bool | None = None
    for node in walk(test):
        if not isinstance(node, Call | Binary):
            continue
        listed = [text for text in _paths_in(context, node) if text.startswith("/")]
        if not listed:
            continue
        holds = any(matches(text, path) or path.startswith(text.rstrip("/") + "/") for text in listed)
        holder = context.names.parent(node)
        negated = (isinstance(holder, Unary) and holder.operator == "not") or (
            isinstance(node, Binary) and node.operator == "!="
        )
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
        for text in _texts(context, expr):
            yield text.text
        for value in context.values(expr):
            call = getattr(value, "call", None)
            if isinstance(call, Call) and last_name(call.callee) == "createRouteMatcher" and call.arguments:
                yield from (text.text for text in _texts(context, call.arguments[0].value))
