"""PHP code that answers requests: scripts, and the actions of Laravel, Symfony, Slim, CodeIgniter and WordPress.

Sources: the documentation of each. Symfony's routes are attributes of their methods, which `handlers` reads.
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.model import Handler
from lk_audit.livekit.requests import PHP_ROUTERS, SCRIPT
from lk_audit.syntax import (
    Call,
    Class,
    Define,
    Entry,
    Expr,
    Function,
    Literal,
    Member,
    Name,
    Parameter,
    Record,
    Sequence,
)
from lk_audit.values.model import Defined, Given

_BY_ADDRESS = frozenset({"CI_Controller", "MX_Controller", "REST_Controller", "RestController"})
"""Controllers whose public methods have addresses of their own (CodeIgniter 3)."""
_AJAX = ("wp_ajax_nopriv_", "wp_ajax_", "admin_post_nopriv_", "admin_post_")
_LONGEST_CALL = 40
_REQUEST_CLASSES = ("Request", "RequestInterface", "Data", "Dto", "DTO", "Input")
"""How classes end that hold what the caller sends; of others the framework has a service."""


def find(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file that only PHP has."""
    for function in context.names.functions:
        if function.name == SCRIPT:
            yield Handler(function, context.source.path.rpartition("/")[2], context)
    for call in context.names.calls:
        yield from _routed(context, call)
        yield from _hooked(context, call)
    yield from _by_address(context)
    yield from _unrouted(context)


def _routed(context: FileContext, call: Call) -> Iterator[Handler]:
    """`Route::post('/token', [TokenController::class, 'create'])`, `$app->post('/token', TokenAction::class)`."""
    name = last_name(call.callee) or ""
    if not isinstance(call.callee, Member) or name not in PHP_ROUTERS or len(call.arguments) < 2:  # noqa: PLR2004 - path, action
        return
    texts = [item.value.value for item in call.arguments if isinstance(item.value, Literal)]
    path = next((text for text in texts if isinstance(text, str)), None)
    for item in call.arguments[1:]:
        function = action(context, item.value, call)
        if path is not None and function is not None:
            method = "" if name in {"any", "match", "map", "addRoute", "add"} else f"{name.upper()} "
            yield Handler(function, f"{method}{path}", context, call, call.callee.object, path)
            return


def action(context: FileContext, expr: Expr, call: Call | None = None) -> Function | None:
    """The function or method that an action of a route is, in whatever way it is written."""
    match expr:
        case Function():
            return expr
        case Sequence(items=(owner, Literal(value=str(name)))):
            return method_of(context, owner, name)
        case Record(entries=entries):
            uses = (entry.value for entry in entries if isinstance(entry.key, Literal) and entry.key.value == "uses")
            found = next(uses, None)
            return action(context, found) if found is not None else None
        case Literal(value=str(text)):
            return _named(context, text, call)
        case Name() | Member():
            return method_of(context, expr, "__invoke")
        case _:
            return None


def _named(context: FileContext, text: str, call: Call | None) -> Function | None:
    """`'TokenController@create'`, `'Token::create'`; in a group for a controller, just the method."""
    for sign in ("@", "::", ":"):
        owner, found, method = text.partition(sign)
        if found and method.isidentifier():
            last = owner.replace("\\", ".").rpartition(".")[2]
            named = (_method(item, method) for item in _classes_named(context, last))
            return next((item for item in named if item is not None), None)
    known = _group_controller(context, call) if call is not None and text.isidentifier() else None
    return method_of(context, known, text) if known is not None else None


def _group_controller(context: FileContext, call: Call) -> Expr | None:
    """`Route::controller(TokenController::class)->group(function () { ... })`."""
    for around in context.names.ancestors(call):
        if isinstance(around, Call):
            for link in chain(around):
                if last_name(link.callee) == "controller" and link.arguments:
                    return link.arguments[0].value
    return None


def chain(call: Call) -> Iterator[Call]:
    """A call and those before it in its chain: `a()->b()->c()`."""
    for _ in range(_LONGEST_CALL):
        yield call
        inner = call.callee.object if isinstance(call.callee, Member) else None
        if not isinstance(inner, Call):
            return
        call = inner


def method_of(context: FileContext, owner: Expr, name: str) -> Function | None:
    """The method of a class that an expression names."""
    if isinstance(owner, Name) and owner.id == "this":
        within = context.names.self_class(owner)
        return _method(within, name) if within is not None else None
    for value in context.values(owner):
        if isinstance(value, Defined) and isinstance(value.definition, Class):
            return _method(value.definition, name)
    return None


def _classes_named(context: FileContext, name: str) -> Iterator[Class]:
    yield from (item for item in context.names.classes if item.name == name)
    for module in context.project.usage.mentions(context.source.path, f"class {name}"):
        yield from (item for item in module.names.classes if item.name == name)


def _method(owner: Class, name: str) -> Function | None:
    found = (item.function for item in owner.body.statements if isinstance(item, Define))
    return next((function for function in found if function.name == name), None)


def _hooked(context: FileContext, call: Call) -> Iterator[Handler]:
    """WordPress: `register_rest_route(...)`, `add_action('wp_ajax_nopriv_token', ...)`."""
    name = last_name(call.callee) or ""
    first = call.arguments[0].value if call.arguments else None
    if name == "register_rest_route":
        path = _second_text(call)
        for callback in settings(context, call, "callback"):
            function = called_back(context, callback)
            if function is not None:
                yield Handler(function, f"REST {path or ''}".strip(), context, call, None, path)
    elif name == "add_action" and len(call.arguments) > 1 and isinstance(first, Literal):
        hook = first.value if isinstance(first.value, str) else ""
        function = called_back(context, call.arguments[1].value) if hook.startswith(_AJAX) else None
        if function is not None:
            yield Handler(function, f"AJAX {hook}", context, call)


def _second_text(call: Call) -> str | None:
    texts = [item.value.value for item in call.arguments if isinstance(item.value, Literal)]
    return texts[1] if len(texts) > 1 and isinstance(texts[1], str) else None


def settings(context: FileContext, call: Call, key: str) -> Iterator[Expr]:
    """What a call's arrays give a setting, also in the lists that they are in."""
    del context
    pending: list[Expr] = [item.value for item in call.arguments]
    while pending:
        expr = pending.pop(0)
        if isinstance(expr, Sequence):
            pending += expr.items
        elif isinstance(expr, Record):
            pending += [entry.value for entry in expr.entries if isinstance(entry.value, Record)]
            yield from (entry.value for entry in expr.entries if _is_key(entry, key))


def _is_key(entry: Entry, key: str) -> bool:
    return isinstance(entry.key, Literal) and entry.key.value == key


def called_back(context: FileContext, expr: Expr) -> Function | None:
    """A callback: a closure, `[$this, 'method']`, the name of a function."""
    if isinstance(expr, Literal) and isinstance(expr.value, str):
        name = expr.value
        known = [item for item in context.names.functions_named(name) if context.names.owner(item) is None]
        if known:
            return known[0]
        for module in context.project.usage.mentions(context.source.path, f"function {name}"):
            found = [item for item in module.names.functions_named(name) if module.names.owner(item) is None]
            if found:
                return found[0]
        return None
    if isinstance(expr, Call) and last_name(expr.callee) == "fromCallable" and expr.arguments:
        return called_back(context, expr.arguments[0].value)
    return action(context, expr)


def _by_address(context: FileContext) -> Iterator[Handler]:
    for owner in context.names.classes:
        if not any((last_name(base) or "") in _BY_ADDRESS for base in owner.bases):
            continue
        for statement in owner.body.statements:
            if isinstance(statement, Define) and _is_public(context, statement.function):
                yield Handler(statement.function, f"{owner.name}/{statement.function.name}", context)


def _unrouted(context: FileContext) -> Iterator[Handler]:
    """Actions of controllers that are given the request: they answer it, whichever file has their routes."""
    for owner in context.names.classes:
        for statement in owner.body.statements if _is_controller(owner) else ():
            if isinstance(statement, Define) and _is_public(context, statement.function):
                function = statement.function
                if any(_is_request(context, item) for item in function.parameters):
                    yield Handler(function, f"{owner.name}::{function.name}", context)


def is_unrouted(home: FileContext, handler: Handler) -> bool:
    """Whether nothing in sight says by which route a controller's action is reached."""
    owner = home.names.owner(handler.function)
    return handler.registration is None and handler.path is None and owner is not None and _is_controller(owner)


def _is_controller(owner: Class) -> bool:
    bases = {last_name(base) or "" for base in owner.bases}
    return (owner.name or "").endswith("Controller") and not bases & _BY_ADDRESS


def _is_request(context: FileContext, parameter: Parameter) -> bool:
    written = parameter.annotation
    return written is not None and context.name_elsewhere(written).endswith("Request")


def _is_public(context: FileContext, function: Function) -> bool:
    written = context.source.data[function.start : function.body.start].lower()
    hidden = b"private " in written or b"protected " in written
    is_special = function.name.startswith("_") and function.name != "__invoke"
    return not hidden and not is_special and function.name != "constructor"


def is_from_caller(context: FileContext, value: Given, _: Handler) -> bool:
    """Whether a parameter of a handler holds what the caller sends; frameworks fill in others by their class."""
    home = context.home(value.function)
    written = next((item.annotation for item in value.function.parameters if item.name == value.parameter), None)
    name = home.name_elsewhere(written) if written is not None else ""
    return not name or name.endswith(_REQUEST_CLASSES)
