"""Known methods of text, numbers and lists, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec.structs import replace

from lk_audit.syntax import Expr
from lk_audit.values.arithmetic import concatenated, spell
from lk_audit.values.invocation import Invocation, Method
from lk_audit.values.model import Environment, Given, Listed, Number, Possible, Returned, Text, Value
from lk_audit.values.possible import bounded, unknown

UTF8 = frozenset({"utf-8", "utf8", "utf_8", "ascii", "latin1", "latin-1", "us-ascii", "binary", "strict"})


def as_text(value: Value, origin: Expr) -> Value | None:
    """A value as text; what stands for something outside the code goes on standing for it."""
    match value:
        case Text() | Environment() | Given() | Returned():
            return value
        case Number():
            return Text(origin=origin, text=spell(value) or "", pieces=(value.origin,), trace=value.trace)
        case _:
            return None


def itself(_: Invocation, receiver: Value) -> Possible:
    """A method that gives the receiver again."""
    return (receiver,)


def _on_text(change: Callable[[str], str]) -> Method:
    def call(invocation: Invocation, receiver: Value) -> Possible | None:
        if not isinstance(receiver, Text) or invocation.call.arguments:
            return None
        return (replace(receiver, text=change(receiver.text)),)

    return call


def _same_encoding(invocation: Invocation, receiver: Value) -> Possible | None:
    """`x.encode("utf-8")`, `x.toString()`: the same text, unless another encoding is asked for."""
    asked = invocation.values(0, "encoding")
    return (receiver,) if all(isinstance(item, Text) and item.text.lower() in UTF8 for item in asked) else None


def _to_string(invocation: Invocation, receiver: Value) -> Possible | None:
    if isinstance(receiver, Number):
        text = as_text(receiver, invocation.call)
        return (text,) if text is not None and not invocation.call.arguments else None
    return _same_encoding(invocation, receiver)


def _replace_text(invocation: Invocation, receiver: Value) -> Possible | None:
    old, new = invocation.values(0), invocation.values(1)
    if not isinstance(receiver, Text) or not (len(old) == len(new) == 1) or invocation.positional > 2:  # noqa: PLR2004 - a pair
        return None
    if not isinstance(old[0], Text) or not isinstance(new[0], Text):
        return None
    name = getattr(invocation.call.callee, "name", "")
    count = 1 if name == "replace" and not invocation.python else -1
    return (replace(receiver, text=receiver.text.replace(old[0].text, new[0].text, count)),)


def _join(invocation: Invocation, receiver: Value) -> Possible | None:
    """`", ".join(items)` and `items.join(", ")`."""
    argument = invocation.values(0)
    glues: Iterable[Value] = (receiver,) if invocation.python else argument or (_comma(invocation.call),)
    lists: Iterable[Value] = argument if invocation.python else (receiver,)
    return bounded((_joined(glue, items, invocation.call) for glue in glues for items in lists), invocation.call)


def _comma(origin: Expr) -> Text:
    return Text(origin=origin, text=",")


def _joined(glue: Value, items: Value, origin: Expr) -> Value:
    if not isinstance(items, Listed):
        return unknown(origin, (glue, items))
    parts = [value for item in items.items for value in item]
    is_known = isinstance(glue, Text) and not items.open and all(len(item) == 1 for item in items.items)
    joined = concatenated(parts, origin, glue.text) if is_known and isinstance(glue, Text) else None
    return joined or unknown(origin, (glue, *parts))


def _concat(invocation: Invocation, receiver: Value) -> Possible | None:
    arguments = list(invocation.everything())
    if not invocation.is_plain or any(len(values) != 1 for values in arguments):
        return None
    parts = [receiver, *(values[0] for values in arguments)]
    if isinstance(receiver, Text):
        text = concatenated(parts, invocation.call)
        return None if text is None else (text,)
    lists = [part for part in parts if isinstance(part, Listed)]
    if len(lists) < len(parts):
        return None
    items = tuple(item for part in lists for item in part.items)
    return (Listed(origin=invocation.call, items=items, open=any(part.open for part in lists)),)


TEXT: Mapping[str, Method] = {
    "strip": _on_text(str.strip),
    "trim": _on_text(str.strip),
    "lstrip": _on_text(str.lstrip),
    "trimStart": _on_text(str.lstrip),
    "rstrip": _on_text(str.rstrip),
    "trimEnd": _on_text(str.rstrip),
    "lower": _on_text(str.lower),
    "toLowerCase": _on_text(str.lower),
    "upper": _on_text(str.upper),
    "toUpperCase": _on_text(str.upper),
    "encode": _same_encoding,
    "decode": _same_encoding,
    "toString": _to_string,
    "valueOf": itself,
    "get_secret_value": itself,
    "replace": _replace_text,
    "replaceAll": _replace_text,
    "join": _join,
    "concat": _concat,
}
NUMBER: Mapping[str, Method] = {"toString": _to_string, "valueOf": itself}
LISTED: Mapping[str, Method] = {"join": _join, "concat": _concat, "copy": itself, "slice": lambda *_: None}
SYMBOLIC: Mapping[str, Method] = {
    **dict.fromkeys(("strip", "trim", "get_secret_value"), itself),
    **dict.fromkeys(("encode", "decode", "toString"), _same_encoding),
}
"""Methods that give the same text again, whatever it is."""
