"""What PHP frameworks put in front of a handler: middleware of routes, groups and controllers, permission callbacks.

Sources: the documentation of Laravel (routing, middleware, controllers), Slim, CodeIgniter, Symfony's security.yaml,
WordPress's REST API handbook.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lk_audit import frontends
from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.model import MAY_AUTHENTICATE, Handler
from lk_audit.extractors.handlers.php import called_back, chain, is_unrouted, settings
from lk_audit.facts import Lead
from lk_audit.livekit.authentication import AUTHENTICATING_NAME
from lk_audit.livekit.middleware import HARMLESS_MIDDLEWARE, OPEN_PERMISSIONS, PHP_GUARDING
from lk_audit.livekit.requests import SCRIPT
from lk_audit.patterns import regex
from lk_audit.project.manifests import above
from lk_audit.syntax import (
    Call,
    Class,
    Define,
    Document,
    Expr,
    Function,
    If,
    Import,
    Literal,
    Member,
    Name,
    Return,
    walk,
)
from lk_audit.values.model import Defined

_DEEPEST_BASE = 4
_AUTHENTICATES = "authenticates the caller"
_AUTH_FILE = regex(
    r"(?i)(?:^|[/_-])(?:auth\w{0,20}|login\w{0,20}|session\w{0,20}|check\w{0,20}|protect\w{0,20}|guard\w{0,20})\.(?:php|inc)$"
)


def in_front_of(workspace: Workspace, guards: Guards, handler: Handler) -> Iterator[Lead]:
    """What authenticates the callers of a handler before it runs, the surest first."""
    home, call = handler.site.home(handler.function), handler.registration
    if call is not None:
        yield from _of_wordpress(guards, handler.site, call)
        for expr in _middleware(handler.site, call):
            if _is_guard(guards, handler.site, expr):
                yield Lead(handler.site.place(expr), _AUTHENTICATES)
        yield from _of_loaded_file(workspace, guards, handler.site)
    owner = home.names.owner(handler.function)
    if owner is not None:
        yield from _of_controller(guards, home, owner, handler.function, 0)
    if handler.function.name == SCRIPT:
        yield from _of_includes(workspace, guards, home)
    yield from _of_symfony(workspace, home, handler.path)
    if is_unrouted(home, handler):
        yield Lead(home.place(handler.function), MAY_AUTHENTICATE)


# --- routes and groups ------------------------------------------------------------------------------------------------


def _middleware(context: FileContext, call: Call) -> Iterator[Expr]:
    """The middleware of a route: in its chain, in the chains of the groups around it, in their settings."""
    taken_back = _taken_back(context, call) if b"withoutMiddleware" in context.source.data else frozenset()
    for expr in _put_in_front(context, call):
        if not taken_back or _called(expr) not in taken_back:
            yield expr


def _taken_back(context: FileContext, call: Call) -> frozenset[str]:
    """What a route does without: `Route::post(...)->withoutMiddleware('auth')`, in a group that has it."""
    chains = (link for node in (call, *context.names.ancestors(call)) if isinstance(node, Call) for link in chain(node))
    links = (link for link in chains if last_name(link.callee) == "withoutMiddleware")
    return frozenset(_called(part) for link in links for item in link.arguments for part in _parts(item.value))


def _called(middleware: Expr) -> str:
    """The name of middleware without its settings: `auth` of `'auth:sanctum'`."""
    if isinstance(middleware, Literal):
        return str(middleware.value).partition(":")[0]
    named = middleware.object if isinstance(middleware, Member) and middleware.name == "class" else middleware
    return last_name(named) or ""


def _put_in_front(context: FileContext, call: Call) -> Iterator[Expr]:
    for node in (call, *context.names.ancestors(call)):
        if not isinstance(node, Call):
            continue
        for link in chain(node):
            name = last_name(link.callee) or ""
            if isinstance(link.callee, Member) and name in PHP_GUARDING and not _is_route(link):
                yield from (part for item in link.arguments for part in _parts(item.value))
        for key in ("middleware", "filter", "before"):
            for expr in settings(context, node, key):
                yield from _parts(expr)


def _of_loaded_file(workspace: Workspace, guards: Guards, site: FileContext) -> Iterator[Lead]:
    """`Route::middleware('auth')->group(base_path('routes/api.php'))`, in whatever file that is."""
    name = "/".join(site.source.path.split("/")[-2:])
    for module in workspace.project.usage.mentions(site.source.path, name):
        context = workspace.context(module)
        for call in context.names.calls_of("group"):
            loads = (node.value for node in walk(call) if isinstance(node, Literal))
            if any(isinstance(text, str) and text.endswith(name) for text in loads):
                for expr in _middleware(context, call):
                    if _is_guard(guards, context, expr):
                        yield Lead(context.place(expr), _AUTHENTICATES)


def _is_route(link: Call) -> bool:
    """`$routes->add('token', 'Token::create')` registers, `->add(new AuthMiddleware())` guards."""
    first = link.arguments[0].value if link.arguments else None
    return last_name(link.callee) in {"add", "before"} and isinstance(first, Literal) and len(link.arguments) > 1


def _parts(expr: Expr) -> Iterator[Expr]:
    items = getattr(expr, "items", None)
    if isinstance(items, tuple):
        yield from (part for item in items for part in _parts(item))
    elif hasattr(expr, "entries"):
        yield from (part for entry in expr.entries for part in _parts(entry.value))
    else:
        yield expr


def _is_guard(guards: Guards, context: FileContext, expr: Expr) -> bool:
    """Whether a piece of middleware tells who the caller is: by its definition, else by its name."""
    if isinstance(expr, Literal):
        name = expr.value.partition(":")[0].lower() if isinstance(expr.value, str) else ""
        return bool(name) and name not in HARMLESS_MIDDLEWARE and "optional" not in name
    if isinstance(expr, Function):
        return guards.function(context, expr)
    if isinstance(expr, Call) and expr.is_new and last_name(expr.callee) == "Middleware" and expr.arguments:
        return _is_guard(guards, context, expr.arguments[0].value)
    named = expr.callee if isinstance(expr, Call) else expr
    if not isinstance(named, Name | Member):
        return False
    for value in context.values(named):
        if isinstance(value, Defined) and isinstance(value.definition, Class):
            return guards.owner(context, value.definition)
    return guards.authenticating(context, named) is not None or _sounds_like_guard(context.name_elsewhere(named))


_GUARD_WORD = regex(r"(?i)auth|jwt|login|session(?!start)|token|admin|role|permission|verified|protect|guard|user")


def _sounds_like_guard(name: str) -> bool:
    return AUTHENTICATING_NAME.match(name) is not None or _GUARD_WORD.search(name) is not None


# --- controllers ------------------------------------------------------------------------------------------------------


def _of_controller(guards: Guards, home: FileContext, owner: Class, function: Function, depth: int) -> Iterator[Lead]:
    """`$this->middleware('auth')` and checks in the constructor, a static `middleware()`, those of base classes."""
    for statement in owner.body.statements:
        if not isinstance(statement, Define) or statement.function is function:
            continue
        method = statement.function
        if method.name == "constructor":
            yield from _of_constructor(guards, home, method, function.name)
        elif method.name == "middleware":
            yield from _of_list(guards, home, method, function.name)
    for base in owner.bases if depth < _DEEPEST_BASE else ():
        for value in home.values(base):
            if isinstance(value, Defined) and isinstance(value.definition, Class):
                inner = home.home(value.definition)
                yield from _of_controller(guards, inner, value.definition, function, depth + 1)


def _of_constructor(guards: Guards, home: FileContext, method: Function, action: str) -> Iterator[Lead]:
    for call in (node for node in walk(method.body) if isinstance(node, Call)):
        if last_name(call.callee) != "middleware" or not _covers(home, call, action):
            continue
        for item in call.arguments[:1]:
            for part in _parts(item.value):
                if _is_guard(guards, home, part):
                    yield Lead(home.place(part), _AUTHENTICATES)
    if guards.checks_inside(home, method):  # the services it is handed say nothing of who calls
        yield Lead(home.place(method), _AUTHENTICATES)


def _of_list(guards: Guards, home: FileContext, method: Function, action: str) -> Iterator[Lead]:
    for statement in (node for node in walk(method.body) if isinstance(node, Return)):
        for part in _parts(statement.value) if statement.value is not None else ():
            is_limited = isinstance(part, Call) and not _covers_named(part, action)
            if not is_limited and _is_guard(guards, home, part):
                yield Lead(home.place(part), _AUTHENTICATES)


def _covers(home: FileContext, call: Call, action: str) -> bool:
    """Whether `->only(...)` or `->except(...)` after a call leaves an action in."""
    link = call
    for around in home.names.ancestors(call):
        if isinstance(around, Call):
            if not isinstance(around.callee, Member) or around.callee.object is not link:
                break
            names = {text for item in around.arguments for text in _texts(item.value)}
            if (around.callee.name == "only" and action not in names) or (
                around.callee.name == "except" and action in names
            ):
                return False
            link = around
    return all(action in _texts(value) for value in settings(home, call, "only")) and not any(
        action in _texts(value) for value in settings(home, call, "except")
    )


def _covers_named(call: Call, action: str) -> bool:
    """`new Middleware('auth', only: ['store'])`."""
    only = next((item.value for item in call.arguments if item.name == "only"), None)
    others = next((item.value for item in call.arguments if item.name == "except"), None)
    return (only is None or action in _texts(only)) and (others is None or action not in _texts(others))


def _texts(expr: Expr) -> set[str]:
    parts = (part.value for part in _parts(expr) if isinstance(part, Literal))
    return {text for text in parts if isinstance(text, str)}


# --- WordPress, scripts, Symfony --------------------------------------------------------------------------------------


def _of_wordpress(guards: Guards, context: FileContext, call: Call) -> Iterator[Lead]:
    """A permission callback that does not permit everybody; `wp_ajax_` hooks are for users who are logged in."""
    name = last_name(call.callee)
    if name == "add_action":
        first = call.arguments[0].value if call.arguments else None
        if isinstance(first, Literal) and isinstance(first.value, str) and "nopriv" not in first.value:
            yield Lead(context.place(first), "is for users who are logged in")
        return
    for expr in settings(context, call, "permission_callback") if name == "register_rest_route" else ():
        if _permits_some(guards, context, expr):
            yield Lead(context.place(expr), _AUTHENTICATES)


def _permits_some(guards: Guards, context: FileContext, expr: Expr) -> bool:
    if isinstance(expr, Literal) and isinstance(expr.value, str) and expr.value in OPEN_PERMISSIONS:
        return False
    function = called_back(context, expr)
    if function is None:
        return True
    home = context.home(function)
    returned = [item.value for item in home.names.returns(function)]
    is_open = returned and all(isinstance(value, Literal) and value.value is True for value in returned)
    return not is_open or guards.function(home, function)


def _of_includes(workspace: Workspace, guards: Guards, home: FileContext) -> Iterator[Lead]:
    """`require 'auth.php'`: a file that refuses strangers, or one of that name that is not in sight."""
    for statement in home.names.nodes(Import):
        path = home.code.target(statement.module) if "/" in statement.module else None
        if path is None:
            if _AUTH_FILE.search(statement.module):
                yield Lead(home.place(statement), MAY_AUTHENTICATE)
            continue
        for context in workspace.contexts(path):
            for branch in context.names.nodes(If):
                function = context.names.enclosing_function(branch)
                is_run = function is None or function.name == SCRIPT
                if is_run and guards.checks.makes_sure(context, branch, function or _WHOLE):
                    yield Lead(context.place(branch.test), "refuses strangers")


_WHOLE = Function(0, 0, SCRIPT, (), body=None)  # type: ignore[arg-type] # stands for code outside functions


def _of_symfony(workspace: Workspace, home: FileContext, path: str | None) -> Iterator[Lead]:
    """The access rules of config/packages/security.yaml; the first that fits a path counts."""
    files = workspace.project.files
    for folder in above(home.source.path) if path is not None and _is_symfony(home) else ():
        source = files.source(posixpath.join(folder, "config/packages/security.yaml"))
        for document in frontends.parse(source) if source is not None else ():
            if isinstance(document, Document) and source is not None:
                rule = _access_rule(document, path or "")
                if rule is not None and not rule[1].startswith(("PUBLIC", "IS_AUTHENTICATED_ANONYMOUSLY")):
                    yield Lead(source.place(rule[0], rule[0]), "is for callers with a role")


def _is_symfony(home: FileContext) -> bool:
    return any(item.module.startswith("Symfony.") for item in home.names.imports)


def _access_rule(document: Document, path: str) -> tuple[int, str] | None:
    rules: dict[tuple[str, ...], dict[str, tuple[int, str]]] = {}
    for pair in document.pairs:
        if "access_control" in pair.path and {"path", "roles"} & set(pair.path):
            place = pair.path.index("access_control")
            key = next(word for word in ("path", "roles") if word in pair.path)
            rules.setdefault(pair.path[: place + 2], {}).setdefault(key, (pair.start, pair.value))
    for found in rules.values():
        pattern = found.get("path", (0, "^/"))[1].lstrip("^").split("(", 1)[0].rstrip("$")
        if path.startswith(pattern) and "roles" in found:
            return found["roles"]
    return None
