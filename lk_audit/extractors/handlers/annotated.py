"""Functions that answer requests by annotation, or as the block of a route: Java and Kotlin."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, first_text
from lk_audit.extractors.handlers.model import Handler
from lk_audit.livekit.annotations import (
    CLIENTS,
    GUARD_BLOCKS,
    PATH_BLOCKS,
    PREFIXES,
    ROUTE_BLOCKS,
    ROUTE_PACKAGES,
    ROUTES,
)
from lk_audit.syntax import (
    Argument,
    Call,
    Class,
    Expr,
    Function,
    Name,
    Node,
    Sequence,
)
from lk_audit.values.model import Flag, Text

_DEEPEST_BLOCK = 20
_DEEPEST_CALL = 3


def find(context: FileContext) -> Iterator[Handler]:
    """The handlers of a file that only the JVM's frameworks have."""
    yield from _annotated(context)
    yield from _route_blocks(context)


def _annotated(context: FileContext) -> Iterator[Handler]:
    """The methods that an annotation makes handlers."""
    for function in context.names.functions:
        owner = context.names.owner(function)
        if owner is not None and any(context.name_elsewhere(item) in CLIENTS for item in owner.decorators):
            continue
        mark = next((item for item in function.decorators if context.name_elsewhere(item) in ROUTES), None)
        if mark is None:
            continue
        path = _path_of(context, owner, function, mark)
        method = ROUTES[context.name_elsewhere(mark)]
        yield Handler(function, f"{method} {path or function.name}".strip(), context, path=path)


def _path_of(context: FileContext, owner: Class | None, function: Function, mark: Expr) -> str | None:
    prefixes = owner.decorators if owner is not None else ()
    before = next((_path(context, item) for item in prefixes if context.name_elsewhere(item) in PREFIXES), None)
    paths = (item for item in function.decorators if context.name_elsewhere(item) == "Path")
    beside = next((_path(context, item) for item in paths), None)
    own = _path(context, mark) or beside
    if before is None and own is None:
        return None
    return "/" + "/".join(part.strip("/") for part in (before, own) if part and part.strip("/"))


def _path(context: FileContext, mark: Expr) -> str | None:
    """The path that an annotation gives: `@GetMapping("/token")`, `@RequestMapping(value = ["/a"])`."""
    if not isinstance(mark, Call):
        return None
    given = [item for item in mark.arguments if item.name in {None, "value", "path", "uri"}]
    for item in given:
        expr = item.value.items[0] if isinstance(item.value, Sequence) and item.value.items else item.value
        for value in context.values(expr):
            if isinstance(value, Text):
                return value.text
    return None


def _route_blocks(context: FileContext) -> Iterator[Handler]:
    """`post("/token") {...}` inside `routing {...}`, and the same of Spark and Javalin."""
    if not any(item.module.startswith(ROUTE_PACKAGES) for item in context.names.imports):
        return
    for call in context.names.calls:
        if not isinstance(call.callee, Name) or call.callee.id not in ROUTE_BLOCKS or not call.arguments:
            continue
        handler = call.arguments[-1].value
        if not isinstance(handler, Function):
            continue
        path = "/" + "/".join(part.strip("/") for part in _block_path(context, call) if part.strip("/"))
        yield Handler(handler, f"{call.callee.id.upper()} {path}", context, call, path=path)


def _block_path(context: FileContext, call: Call) -> list[str]:
    """The path of a route with those of the blocks around it, outermost first."""
    around = (block for block in _blocks_around(context, call) if context.name_elsewhere(block) in PATH_BLOCKS)
    return [first_text(block) or "" for block in (call, *around)][::-1]


def _blocks_around(context: FileContext, node: Node) -> Iterator[Call]:
    """The calls whose block a node stands in, innermost first."""
    count = 0
    for parent in context.names.ancestors(node):
        holder = context.names.parent(parent) if isinstance(parent, Function) else None
        call = context.names.parent(holder) if isinstance(holder, Argument) else None
        if isinstance(call, Call):
            count += 1
            yield call
        if count > _DEEPEST_BLOCK:
            return


def guarding_block(context: FileContext, node: Node, depth: int = 0) -> Call | None:
    """The `authenticate {...}` around a route, also around the call of the function that makes the route."""
    for call in _blocks_around(context, node):
        if context.name_elsewhere(call) in GUARD_BLOCKS and not _is_optional(context, call):
            return call
    function = context.names.enclosing_function(node)
    while function is not None and context.names.enclosing_function(function) is not None:
        function = context.names.enclosing_function(function)
    if function is None or depth >= _DEEPEST_CALL or not function.name:
        return None
    found = [
        *(guarding_block(context, call, depth + 1) for call in context.names.callers(function)),
        *(
            guarding_block(context.workspace.context(use.module), use.call, depth + 1)
            for use in context.project.usage.callers(context.code, function)
        ),
    ]
    return found[0] if found and all(found) else None


def _is_optional(context: FileContext, call: Call) -> bool:
    values = (value for item in call.arguments if item.name == "optional" for value in context.values(item.value))
    return any(isinstance(value, Flag) and value.flag for value in values)
