"""A lifetime for tokens that have none."""

from __future__ import annotations

from lk_audit.edits import Edit, Fix
from lk_audit.extractors.context import FileContext, argument
from lk_audit.extractors.mints.sdk import sdk_of
from lk_audit.fixes import spans
from lk_audit.fixes.ground import Ground, quote_of
from lk_audit.fixes.imports import member_name, module_name
from lk_audit.fixes.lists import first_item, insertion
from lk_audit.livekit.durations import spoken
from lk_audit.patterns import regex
from lk_audit.repairs import AddLifetime
from lk_audit.syntax import Call, Entry, Expr, Literal, Name, Node, Record
from lk_audit.values.model import Flag, Mapped, Nothing, Number

_CHAIN = regex(rb"[ \t]*+\r?\n([ \t]*+)\.")
_PAYLOADS = {"jwt.encode": 0, "jwt.PyJWT.encode": 0, "jwt.api_jwt.encode": 0, "jose.jwt.encode": 0}
"""Python's signing calls, and the position of the claims."""


def add(ground: Ground, repair: AddLifetime) -> Fix | None:
    """Say how long the token lives, in the way of its SDK."""
    found = ground.call(repair.mint)
    if found is None:
        return None
    context, call = found
    sdk = sdk_of(context, call)
    if sdk is not None and sdk.language == "python":
        is_legacy = "ttl" in sdk.options
        seconds = repair.seconds
        edits = _python_legacy(context, call, seconds) if is_legacy else _python(ground, context, call, seconds)
    elif sdk is not None and sdk.language == "javascript":
        edits = _option(ground, context, call, 2, "ttl", repair.seconds)
    else:
        edits = _signed_by_hand(ground, context, call, repair.seconds)
    return Fix(f"Let the token live {spoken(repair.seconds)}", edits, is_safe=True) if edits else None


def _python(ground: Ground, context: FileContext, call: Call, seconds: float) -> tuple[Edit, ...]:
    """`.with_ttl()` behind the constructor: in a chain with a line for each call, on a line of its own."""
    name = member_name(context, "datetime", "timedelta")
    if name is None:
        return ()
    text = f".with_ttl({name[0]}({spans.keywords(seconds)}))"
    return (*_chained(ground, context, call, text), *name[1])


def _chained(ground: Ground, context: FileContext, call: Call, text: str) -> tuple[Edit, ...]:
    chain = _CHAIN.match(context.source.data, call.end)
    before = f"\n{chain[1].decode()}" if chain else ""
    return (ground.edit(context, (call.end, call.end), before + text),)


def _python_legacy(context: FileContext, call: Call, seconds: float) -> tuple[Edit, ...]:
    """livekit-server-sdk-python takes it as an argument, by keyword."""
    name = member_name(context, "datetime", "timedelta")
    given = argument(call, 5, "ttl")
    if name is None or given is not None or any(item.spread for item in call.arguments):
        return ()
    text = f"ttl={name[0]}({spans.keywords(seconds)})"
    return (*_append(context, call, call.arguments, text), *name[1])


def _signed_by_hand(ground: Ground, context: FileContext, call: Call, seconds: float) -> tuple[Edit, ...]:
    name = context.names.qualified(call.callee) or ""
    if name == "jsonwebtoken.sign":
        return _option(ground, context, call, 2, "expiresIn", seconds)
    if name in context.sdks.sign_classes:
        quote = quote_of(context)
        return _chained(ground, context, call, f".setExpirationTime({quote}{spans.text_span(seconds)}{quote})")
    return _claim(context, argument(call, _PAYLOADS[name], "payload", "claims"), seconds) if name in _PAYLOADS else ()


def _claim(context: FileContext, claims: Expr | None, seconds: float) -> tuple[Edit, ...]:
    """`"exp"` in the claims, where they are written down in this file."""
    values = context.values(claims)
    origin = values[0].origin if len(values) == 1 and isinstance(values[0], Mapped) else None
    name = module_name(context, "time")
    if not isinstance(origin, Record) or not origin.entries or name is None or context.home(origin) is not context:
        return ()
    quote = quote_of(context, origin.entries[0].key)
    amount = spans.number(seconds, as_product=True)
    text = f"{quote}exp{quote}: int({name[0]}.time()) + {amount}"
    return (*insertion(context.source, origin.entries[-1], text), *name[1])


def _append(context: FileContext, owner: Node, items: tuple[Node, ...], text: str) -> tuple[Edit, ...]:
    if items:
        return insertion(context.source, items[-1], text)
    edit = first_item(context.source, owner, text)
    return (edit,) if edit is not None else ()


def _option(  # noqa: PLR0913, PLR0917 - where it goes, and what
    ground: Ground, context: FileContext, call: Call, position: int, name: str, seconds: float
) -> tuple[Edit, ...]:
    """A member of the options object, which is put there when it is missing."""
    if any(item.spread for item in call.arguments):
        return ()
    text = f"{name}: {quote_of(context)}{spans.text_span(seconds)}{quote_of(context)}"
    if len(call.arguments) == position:
        return insertion(context.source, call.arguments[-1], f"{{ {text} }}")
    record = _record(context, argument(call, position))
    if record is None:
        return ()
    entry = next((item for item in record.entries if isinstance(item.key, Literal) and item.key.value == name), None)
    if entry is not None:
        return _instead(ground, context, entry, text)
    return _append(context, record, record.entries, text)


def _record(context: FileContext, options: Expr | None) -> Record | None:
    """The object literal that an argument is; one that a variable holds may serve others too, so it is left alone."""
    if isinstance(options, Name):
        return None
    values = [value for value in context.values(options) if isinstance(value, Mapped)]
    origin = values[0].origin if len(values) == 1 and options is values[0].origin else None
    return origin if isinstance(origin, Record) else None


def _instead(ground: Ground, context: FileContext, entry: Entry, text: str) -> tuple[Edit, ...]:
    """In the place of `ttl: 0`, which means the same as nothing."""
    values = context.values(entry.value)
    is_nothing = all(isinstance(value, Nothing | Number | Flag) for value in values)
    is_plain = isinstance(entry.value, Literal | Name) and entry.value.end == entry.end
    return (ground.edit(context, entry, text),) if is_nothing and is_plain else ()
