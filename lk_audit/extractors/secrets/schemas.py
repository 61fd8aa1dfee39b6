"""Settings of JavaScript that a schema describes, with what they are when nobody sets them.

Sources: the documentation of zod, yup, joi, envalid, convict, TypeBox.
"""

from __future__ import annotations

from lk_audit.extractors.context import FileContext
from lk_audit.syntax import Argument, Call, Entry, Literal, Member, Node, Record

_DEFAULTING = frozenset({"default", "prefault", "catch"})
"""Methods of a schema that take the default."""
_DEFAULTS = frozenset({"default", "devDefault"})
"""Options of a schema that hold it."""


def defaulted(context: FileContext, argument: Argument) -> str | None:
    """The setting that an argument is the default of: `LIVEKIT_API_SECRET: z.string().default("...")`."""
    call = context.names.parent(argument)
    if not context.names.is_javascript or not isinstance(call, Call) or not isinstance(call.callee, Member):
        return None
    return _key_above(context, call) if call.callee.name in _DEFAULTING and len(call.arguments) == 1 else None


def described(context: FileContext, entry: Entry) -> str | None:
    """The same of an option: `LIVEKIT_API_SECRET: str({ default: "..." })`, `{ env: "NAME", default: "..." }`."""
    record = context.names.parent(entry)
    if not context.names.is_javascript or not isinstance(record, Record) or _key(entry) not in _DEFAULTS:
        return None
    for other in record.entries:
        if _key(other) == "env" and isinstance(other.value, Literal) and isinstance(other.value.value, str):
            return other.value.value
    argument = context.names.parent(record)
    call = context.names.parent(argument) if isinstance(argument, Argument) else None
    return _key_above(context, call) if isinstance(call, Call) else None


def _key_above(context: FileContext, call: Call) -> str | None:
    """What a chain of calls is given to as a whole."""
    node: Node = call
    holder = context.names.parent(node)
    while isinstance(holder, Member | Call):
        node, holder = holder, context.names.parent(holder)
    return _key(holder) if isinstance(holder, Entry) and holder.value is node else None


def _key(entry: Entry) -> str | None:
    key = entry.key.value if isinstance(entry.key, Literal) else None
    return key if isinstance(key, str) else None
