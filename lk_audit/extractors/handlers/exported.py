"""Functions of JavaScript that answer requests because a file exports them: under a name, from a place."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.functions import as_function, looks_like_handler
from lk_audit.extractors.handlers.model import Handler
from lk_audit.livekit.requests import FUNCTION_TYPES, GATEWAY_TYPES, HTTP_EXPORTS, LOADER_EXPORTS
from lk_audit.patterns import regex
from lk_audit.syntax import Assign, Call, Export, Expr, Function, Literal, Member, Name, Record
from lk_audit.values.records import entries_of

_LEFT_BESIDE = regex(r"(?:^|/)app/(?:[^/]+/)*route[._ -][^/]*\.[cm]?[jt]sx?$")
"""Copies beside a route of Next, which serves files called `route` only: `route_old.ts`, `route.backup.ts`."""
_ROUTE_FILE = regex(
    r"(?:^|/)(?:app|pages|src/routes|server/routes|server|src/pages|routes)/(?P<route>(?:.*/)?)(?P<name>[^/]+)\.[cm]?[jt]sx?$"
)
_PAGE_FILE = regex(r"(?:^|/)app/(?:.*/)?page\.[jt]sx?$")
_NAMELESS_FILES = frozenset({"route", "index", "+server", "+page.server", "page"})


def exported(context: FileContext) -> Iterator[Handler]:
    """Next, SvelteKit, Astro, Remix, Netlify, Vercel, Lambda, Workers, Appwrite: exported functions by their names."""
    if _LEFT_BESIDE.search(context.source.path):
        return
    path = route_of(context.source.path)
    for node in context.names.nodes(Export):
        function, wrapper = _answering(context, node.local)
        if function is None and isinstance(node.local, Record) and node.exported == "default":
            yield from _record_handlers(context, node.local)
        elif function is not None and (
            _is_handler_export(node.exported, function)
            or _answers_gateway(context, node.local, function)
            or not FUNCTION_TYPES.isdisjoint(_types_of(context, node.local))
        ):
            name = node.exported if node.exported in HTTP_EXPORTS else f"{function.name or node.exported}()"
            yield Handler(function, _labelled(context, name), context, path=path, wrapper=wrapper)
    for assign in context.names.nodes(Assign):
        function, wrapper = _answering(context, assign.value) if _assigns_export(assign.target) else (None, None)
        if function is not None and looks_like_handler(function):
            label = _labelled(context, f"{function.name or 'handler'}()")
            yield Handler(function, label, context, path=path, wrapper=wrapper)


def pages(context: FileContext) -> Iterator[Handler]:
    """Pages of Next that are made on the server for each request: of `app/`, and by `getServerSideProps`.

    Source: nextjs.org/docs (page.js, getServerSideProps).
    """
    names = {"getServerSideProps", *(["default"] if is_server_page(context) else [])}
    for node in context.names.nodes(Export):
        if node.local is None or node.exported not in names:
            continue
        wrapper = _wrapper(context, node.local)
        function = as_function(context, wrapper or node.local)
        if function is not None and function.parameters:
            path = route_of(context.source.path)
            yield Handler(function, f"page {path or context.source.path}", context, path=path, wrapper=wrapper)


def is_server_page(context: FileContext) -> bool:
    """Whether a file is a page of Next's `app/` that is no client component."""
    return _PAGE_FILE.search(context.source.path) is not None and "use client" not in context.module.directives


def _answering(context: FileContext, expr: Expr | None) -> tuple[Function | None, Call | None]:
    """The function that an exported expression is, and the call around it: `withUser(async (request) => ...)`."""
    if expr is None:
        return None, None
    defined = context.names.definitions(expr) if isinstance(expr, Name) else ()
    for wrapper in (expr, *(item.value for item in defined)):
        function = as_function(context, wrapper) if isinstance(wrapper, Call) and not wrapper.is_new else None
        if function is not None and isinstance(wrapper, Call) and looks_like_handler(function):
            return function, wrapper
    return as_function(context, expr), None


def _record_handlers(context: FileContext, record: Record) -> Iterator[Handler]:
    for entry in record.entries:
        if isinstance(entry.key, Literal) and entry.key.value == "fetch" and isinstance(entry.value, Function):
            yield Handler(entry.value, _labelled(context, "fetch()"), context)


def _labelled(context: FileContext, name: str) -> str:
    return f"{name} of {context.source.path}"


def _is_handler_export(exported: str, function: Function) -> bool:
    if exported in HTTP_EXPORTS or exported in LOADER_EXPORTS:
        return bool(function.parameters) or exported in HTTP_EXPORTS
    return exported == "default" and looks_like_handler(function) and not function.name[:1].isupper()


def _answers_gateway(context: FileContext, exported: Expr | None, function: Function) -> bool:
    """Whether a function is one that AWS Lambda calls, by its type or its answer: `{ statusCode: 200, body }`."""
    if [item.name.lstrip("_") for item in function.parameters[:1]] not in (["event"], ["#0"]):
        return False
    taken = (item.annotation for item in function.parameters[:1])
    types = [*_types_of(context, exported), *(last_name(written) or "" for written in taken if written is not None)]
    if not GATEWAY_TYPES.isdisjoint(types):
        return True
    answers = (item.value for item in context.names.returns(function))
    return any(isinstance(item, Record) and "statusCode" in entries_of(item) for item in answers)


def _types_of(context: FileContext, exported: Expr | None) -> Iterator[str]:
    """The last names of the types that an exported constant is declared with."""
    for item in context.names.definitions(exported) if isinstance(exported, Name) else ():
        written = item.node.annotation if isinstance(item.node, Assign) else None
        if written is not None:
            yield last_name(written) or ""


def _assigns_export(target: Expr) -> bool:
    """`exports.name`, `module.exports`."""
    if not isinstance(target, Member) or not isinstance(target.object, Name):
        return False
    return target.object.id == "exports" or (target.object.id == "module" and target.name == "exports")


def server_actions(context: FileContext) -> Iterator[Handler]:
    """Exported functions of a 'use server' module: every one is an endpoint of its own."""
    if "use server" not in context.module.directives:
        return
    for node in context.names.nodes(Export):
        function = as_function(context, node.local) if node.local is not None else None
        wrapper = _wrapper(context, node.local)
        if function is None and wrapper is not None and last_name(wrapper.callee) == "action":
            function = as_function(context, wrapper)
        if function is not None:
            yield Handler(function, f"server action {function.name or node.exported}", context, wrapper=wrapper)


def _wrapper(context: FileContext, exported: Expr | None) -> Call | None:
    """The call that makes an action: `signedIn.schema(schema).action(async ({ parsedInput }) => ...)`."""
    defined = context.names.definitions(exported) if isinstance(exported, Name) else ()
    return next((item for item in (exported, *(made.value for made in defined)) if isinstance(item, Call)), None)


def route_of(path: str) -> str | None:
    """The address that a framework serves a file under: `app/api/token/route.ts` is "/api/token"."""
    found = _ROUTE_FILE.search(path)
    if found is None:
        return None
    folders = [part for part in found["route"].split("/") if part and not part.startswith("(")]
    name = found["name"].split(".", 1)[0]
    return "/" + "/".join(folders if found["name"] in _NAMELESS_FILES else [*folders, name])
