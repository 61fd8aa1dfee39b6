"""Rust functions that answer requests, and what stands in front of them: axum, actix-web, Rocket, warp."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.model import Handler, function_given
from lk_audit.extractors.refusals import says_refusal
from lk_audit.livekit.rust_web import (
    CALLER_TYPE,
    HOLDERS,
    LAYERS,
    MARKS,
    METHODS,
    OPTIONAL,
    REQUEST_TYPES,
    SERVER_TYPES,
    WHOLE_LAYERS,
)
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Argument,
    Assign,
    Call,
    Class,
    Define,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Parameter,
    Return,
    Sequence,
    walk,
)
from lk_audit.values.model import Given

_PLACES = regex(r"[<{:](\w{1,60})(?:\.\.)?[>}/:]?")
_DEEPEST = 4
_LONGEST_CHAIN = 200


def find(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file."""
    for function in context.names.functions:
        mark = next((item for item in function.decorators if (last_name(item) or "") in MARKS), None)
        if mark is not None and not _is_command(function):
            path = _text(mark)
            label = f"{(last_name(mark) or '').upper()} {path}" if path is not None else function.name
            if path is not None or last_name(mark) in {"handler", "server"}:
                yield Handler(function, label, context, path=path)
    for call in context.names.calls:
        yield from _routed(context, call)


def _is_command(function: Function) -> bool:
    return any(last_name(item) == "command" for item in function.decorators)


def _text(mark: Expr) -> str | None:
    for item in mark.arguments if isinstance(mark, Call) else ():
        if isinstance(item.value, Literal) and isinstance(item.value.value, str) and item.name in {None, "path"}:
            return item.value.value
    return None


def _routed(context: FileContext, call: Call) -> Iterator[Handler]:
    """`.route("/token", get(handler).post(other))`, `.route("/token", web::post().to(handler))`."""
    name = last_name(call.callee) or ""
    if name == "route" and len(call.arguments) > 1:
        path = _text(call)
        for method, handler in _handlers_in(call.arguments[-1].value):
            function = function_given(context, handler)
            if function is not None and path is not None:
                yield Handler(function, f"{method.upper()} {path}".strip(), context, call, path=path)
    elif name in {"and_then", "map", "then"} and _is_warp(context) and call.arguments:
        function = function_given(context, call.arguments[0].value)
        if function is not None and isinstance(call.callee, Member):
            yield Handler(function, "warp handler", context, call)
    elif name == "to" and isinstance(call.callee, Member) and call.arguments and _is_actix(call.callee.object):
        function = function_given(context, call.arguments[0].value)
        if function is not None:
            yield Handler(function, f"{_is_actix(call.callee.object)} handler", context, call)


def _handlers_in(expr: Expr) -> Iterator[tuple[str, Expr]]:
    """The handlers that a chain of `get(a).post(b)` names."""
    count = 0
    while isinstance(expr, Call) and count < _LONGEST_CHAIN:
        name = last_name(expr.callee) or ""
        if name in METHODS and expr.arguments:
            yield name, expr.arguments[-1].value
        elif name == "to" and expr.arguments:
            yield _is_actix(expr.callee.object) if isinstance(expr.callee, Member) else "", expr.arguments[0].value
        if not isinstance(expr.callee, Member):
            return
        expr = expr.callee.object
        count += 1


def _is_actix(expr: Expr) -> str:
    """The method of `web::post()` and `web::resource("/x")`, else nothing."""
    name = last_name(expr) if isinstance(expr, Call) else None
    return (name or "").upper() if name in METHODS | {"resource", "route"} else ""


def _is_warp(context: FileContext) -> bool:
    return any(item.module.split(".", 1)[0] == "warp" for item in context.names.imports)


# --- parameters -------------------------------------------------------------------------------------------------------


def is_from_caller(_: FileContext, value: Given, handler: Handler) -> bool:
    """Whether a parameter of a handler holds what the caller sends; Rocket names those of the path there."""
    parameter = next((item for item in value.function.parameters if item.name == value.parameter), None)
    if parameter is None:
        return False
    if handler.path is not None and parameter.name in _PLACES.findall(handler.path):
        return True
    return parameter.annotation is None or base_type(parameter.annotation) in REQUEST_TYPES


def base_type(annotation: Expr) -> str:
    """The type that decides what a parameter is given: `Query` of `Option<Query<T>>`."""
    if isinstance(annotation, Index):
        base = _word(annotation.object)
        return base_type(annotation.key) if base in OPTIONAL else base
    return _word(annotation)


def _word(expr: Expr) -> str:
    if isinstance(expr, Sequence) and expr.items:
        return base_type(expr.items[0])
    return last_name(expr) or "" if isinstance(expr, Name | Member) else ""


def caller_type(parameter: Parameter) -> Expr | None:
    """The type of a parameter that stands for who the caller is: who has no such thing does not get in."""
    written = parameter.annotation
    if written is None or (isinstance(written, Index) and _word(written.object) in OPTIONAL):
        return None
    name = base_type(written)
    if name in REQUEST_TYPES or name in SERVER_TYPES:
        inner = written.key if isinstance(written, Index) and name == "Extension" else None
        return inner if inner is not None and CALLER_TYPE.search(_word(inner)) else None
    return written if CALLER_TYPE.search(name) else None


# --- layers -----------------------------------------------------------------------------------------------------------


def layers(context: FileContext, node: Node, depth: int = 0) -> Iterator[tuple[FileContext, Expr]]:
    """What is put in front of a route, or of the router or handler that `node` is: `.layer(from_fn(auth))`."""
    current = node
    if isinstance(current, Call):
        yield from _of_whole(context, current)
    for _ in range(_LONGEST_CHAIN):
        holder = context.names.parent(current)
        if isinstance(holder, Member) and holder.object is current:
            call = context.names.parent(holder)
            if not isinstance(call, Call) or call.callee is not holder:
                return
            if holder.name in LAYERS:
                yield from ((context, item.value) for item in call.arguments)
            current = call
        elif isinstance(holder, Argument):
            call = context.names.parent(holder)
            if not isinstance(call, Call) or (last_name(call.callee) or "") not in HOLDERS | {"route", "serve", "new"}:
                return
            current = call
            yield from _of_whole(context, current)
        elif isinstance(holder, Assign) and isinstance(holder.target, Name) and depth < _DEEPEST:
            yield from _of_variable(context, holder, depth)
            return
        elif isinstance(holder, Return) and depth < _DEEPEST:
            yield from _of_callers(context, holder, depth)
            return
        else:
            return


def _of_whole(context: FileContext, call: Call) -> Iterator[tuple[FileContext, Expr]]:
    """What stands before a call and is for the whole scope: `scope("/rooms").wrap(auth).service(token)`."""
    for _ in range(_LONGEST_CHAIN):
        inner = call.callee.object if isinstance(call.callee, Member) else None
        if not isinstance(inner, Call):
            return
        call = inner
        if last_name(call.callee) in WHOLE_LAYERS:
            yield from ((context, item.value) for item in call.arguments)


def _of_variable(context: FileContext, assign: Assign, depth: int) -> Iterator[tuple[FileContext, Expr]]:
    target = assign.target
    if not isinstance(target, Name):
        return
    scope = context.names.binding_scope(target)
    for use in context.names.uses(scope, target.id) if scope is not None else ():
        if use.start > assign.end:
            yield from layers(context, use, depth + 1)


def _of_callers(context: FileContext, statement: Return, depth: int) -> Iterator[tuple[FileContext, Expr]]:
    """A function that gives a router: what its callers put around it."""
    function = context.names.enclosing_function(statement)
    if function is None:
        return
    for call in context.names.callers(function):
        yield from layers(context, call, depth + 1)
    for use in context.project.usage.callers(context.code, function):
        yield from layers(context.workspace.context(use.module), use.call, depth + 1)


def mentions(context: FileContext, function: Function) -> Iterator[tuple[FileContext, Name | Member]]:
    """Where a function that an attribute makes a handler is handed to an application: `.service(token)`."""
    homes = [
        context,
        *(
            context.workspace.context(item)
            for item in context.project.usage.mentions(context.source.path, function.name)
        ),
    ]
    for home in homes:
        uses: tuple[Name | Member, ...] = (
            *home.names.mentions(function.name),
            *home.names.members_named(function.name),
        )
        for use in uses:
            if isinstance(home.names.parent(use), Argument):
                yield home, use


def is_refusing_middleware(context: FileContext, owner: Class) -> bool:
    """Whether actix-web's middleware refuses callers: the `call` of what its `new_transform` makes says so."""
    made = (node for item in _methods(owner, "new_transform") for node in walk(item.body) if isinstance(node, Name))
    classes = (owner for node in made for owner in context.classes_meant(node))
    return any(says_refusal(method.body) for owner in classes for method in _methods(owner, "call"))


def _methods(owner: Class, name: str) -> list[Function]:
    methods = (item.function for item in owner.body.statements if isinstance(item, Define))
    return [item for item in methods if item.name == name]
