"""What a route says of its callers, and a server of all its routes, where routes are records: hapi's `auth`."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.model import Handler
from lk_audit.livekit.middleware import ADMITTING_MODES, ROUTE_AUTHENTICATION
from lk_audit.syntax import Call, Expr, Literal, Member, Record
from lk_audit.values.records import entries_of


def settings_of(record: Record) -> Iterator[Record]:
    """The record of a route, and those in it with further settings: hapi's `options`, once `config`."""
    yield record
    entries = entries_of(record)
    yield from (inner for key in ("options", "config") if isinstance(inner := entries.get(key), Record))


def asked_of_callers(workspace: Workspace, handler: Handler) -> Iterator[tuple[FileContext, Expr]]:
    """What tells who the callers of a route are, by its own settings or else by those of its server."""
    if handler.record is None:
        return
    stated = [
        entries[key]
        for part in settings_of(handler.record)
        for entries in (entries_of(part),)
        for key in sorted(ROUTE_AUTHENTICATION & entries.keys())
    ]
    if stated:
        yield from ((handler.site, item) for item in stated if not _admits_strangers(item))
        return
    for context in workspace.mentioning(handler.site, "auth.default"):
        for call in context.names.calls_of("default"):
            if _is_default_of_server(call) and not any(_admits_strangers(item.value) for item in call.arguments):
                yield context, call


def _is_default_of_server(call: Call) -> bool:
    """`server.auth.default("session")`."""
    return isinstance(call.callee, Member) and last_name(call.callee.object) == "auth" and bool(call.arguments)


def _admits_strangers(expr: Expr) -> bool:
    """Whether a setting lets callers pass of whom nobody knows who they are: `false`, `{ mode: "try" }`."""
    if isinstance(expr, Record):
        mode = entries_of(expr).get("mode")
        return isinstance(mode, Literal) and mode.value in ADMITTING_MODES
    return isinstance(expr, Literal) and (not expr.value or expr.value in ADMITTING_MODES)
