"""Settings that a schema or a class describes, with what they are when nobody sets them.

Sources: the documentation of zod, yup, joi, envalid, convict, TypeBox; of pydantic (`Field`, `SecretStr`),
pydantic-settings (`env_prefix`), dataclasses and attrs.
"""

from __future__ import annotations

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.syntax import Argument, Assign, Call, Class, Entry, Expr, Literal, Member, Name, Node, Record, walk

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


# --- fields of classes in Python ------------------------------------------------------------------------------------

_WRAPPERS = frozenset({"SecretStr", "SecretBytes", "Secret"})
_FIELDS = frozenset({"Field", "field", "attrib", "ib"})
_ALIASES = frozenset({"alias", "validation_alias", "env"})
_DEEPEST = 3


def field_default(context: FileContext, argument: Argument) -> str | None:
    """The variable, or the field, that an argument is the default of: `api_secret: str = Field("...")`."""
    name: str | None = None
    item: Node | None = argument
    for _ in range(_DEEPEST if context.is_python else 0):
        call = context.names.parent(item) if isinstance(item, Argument) else None
        if not isinstance(call, Call) or not _takes_default(call, item):
            return None
        name = name or _alias(call)
        item = context.names.parent(call)
        if isinstance(item, Assign) and item.value is call:
            return name or prefixed(context, call, _target(item.target))
    return None


def prefixed(context: FileContext, node: Expr, name: str | None) -> str | None:
    """The name of a field as the variable that sets it, where its class says how those begin."""
    if not name or not context.is_python or b"env_prefix" not in context.source.data:
        return name
    owner = context.names.enclosing(node, Class)
    return f"{_prefix(owner)}{name}" if owner is not None else name


def _takes_default(call: Call, item: Node | None) -> bool:
    made = last_name(call.callee) or ""
    is_first = bool(call.arguments) and call.arguments[0] is item
    if not isinstance(item, Argument) or made not in _WRAPPERS | _FIELDS:
        return False
    return item.name == "default" or (item.name is None and is_first and made not in {"field", "attrib"})


def _alias(call: Call) -> str | None:
    texts = (item.value for item in call.arguments if item.name in _ALIASES and isinstance(item.value, Literal))
    return next((text.value for text in texts if isinstance(text.value, str)), None)


def _target(target: Expr) -> str | None:
    return target.id if isinstance(target, Name) else target.name if isinstance(target, Member) else None


def _prefix(owner: Class) -> str:
    """`SettingsConfigDict(env_prefix="LIVEKIT_")`, `{"env_prefix": ...}`, or an inner class `Config` that sets it."""
    for node in walk(owner.body):
        match node:
            case (
                Argument(name="env_prefix", value=Literal(value=str(prefix)))
                | Entry(key=Literal(value="env_prefix"), value=Literal(value=str(prefix)))
                | Assign(target=Name(id="env_prefix"), value=Literal(value=str(prefix)))
            ):
                return prefix
            case _:
                continue
    return ""
