"""The function that an expression stands for where a handler is expected, and what such a function looks like."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.livekit.requests import SERVED_PARAMETERS
from lk_audit.syntax import Assign, Block, Call, Class, Expr, Function, Member, Name, Parameter, Return
from lk_audit.values.model import Defined, Returned

_IN_PARTS = "#0"
"""How syntax calls a first parameter that is taken apart where it is declared (`syntax.Parameter`)."""
_MOST_WRAPPERS = 3
_MOST_PARAMETERS = 3
"""What a serverless platform passes at most: event, context, callback."""


def as_function(context: FileContext, expr: Expr) -> Function | None:
    """The function that an expression is, by name from whatever file, or as the last argument of a wrapper."""
    if isinstance(expr, Function):
        return _waiting(context, expr) or expr
    if isinstance(expr, Call):
        is_bound = isinstance(expr.callee, Member) and expr.callee.name == "bind"
        inner = expr.callee.object if isinstance(expr.callee, Member) and is_bound else None
        inner = inner or (expr.arguments[-1].value if expr.arguments else None)
        return as_function(context, inner) if inner is not None else None
    found = [*_defined_here(context, expr)] if isinstance(expr, Name) else []
    if not found and isinstance(expr, Name | Member):
        values = context.values(expr)
        found = [value.definition for value in values if isinstance(value, Defined)]
        made = [value.call for value in values if isinstance(value, Returned) and not value.members]
        found += [item for item in (_wrapped(call) for call in made) if item is not None]
    return next((item for item in found if isinstance(item, Function)), None)


def registered(context: FileContext, expr: Expr) -> Function | None:
    """The function that an expression is where it is registered, or that it makes: `makeJoin(tokens)`."""
    found = as_function(context, expr)
    while found is None and isinstance(expr, Call):
        made = (value.definition for value in context.values(expr) if isinstance(value, Defined))
        found = next((item for item in made if isinstance(item, Function) and looks_like_handler(item)), None)
        expr = expr.arguments[-1].value if expr.arguments else expr.callee
    return found


def _waiting(context: FileContext, function: Function) -> Function | None:
    """The function that one waits to call with what it is given: `partial(serve, settings)`."""
    match function:
        case Function(parameters=(Parameter(name="#rest"), *_), body=Block(statements=(Return(value=Call() as call),))):
            return as_function(context, call.callee)
        case _:
            return None


def _wrapped(call: Call) -> Function | None:
    """`exports.getToken = asyncHandler(async (req, res) => ...)`, which a file of routes registers."""
    inner: Expr | None = call
    for _ in range(_MOST_WRAPPERS):
        if not isinstance(inner, Call):
            break
        inner = inner.arguments[-1].value if inner.arguments and not inner.is_new else None
    return inner if isinstance(inner, Function) and looks_like_handler(inner) else None


def _defined_here(context: FileContext, name: Name) -> Iterator[Function | Class]:
    for definition in context.names.definitions(name):
        for item in (definition.value, definition.node):
            if isinstance(item, Function):
                yield item


def looks_like_handler(function: Function) -> bool:
    """`(req, res)`, `(request)`, `(event, context)`, `({ req, res })`: what serverless platforms call."""
    names = [item.name for item in function.parameters]
    if names == [_IN_PARTS]:
        return {"req", "res"} <= set(_parts_taken(function))
    return 0 < len(names) <= _MOST_PARAMETERS and names[0].lstrip("_") in SERVED_PARAMETERS


def _parts_taken(function: Function) -> Iterator[str]:
    """What a function takes out of its first parameter where it declares it: Appwrite's `({ req, res, log })`."""
    for statement in function.body.statements:
        value = statement.value if isinstance(statement, Assign) else None
        if isinstance(value, Member) and isinstance(value.object, Name) and value.object.id == _IN_PARTS:
            yield value.name
