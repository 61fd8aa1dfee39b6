"""Known methods of Java's and Kotlin's values, as tables; functions and properties are in `jvm`.

Sources: the documentation of `java.time`, `java.util` (Optional, Date, Calendar), `kotlin.time`, org.json.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from lk_audit.syntax import Expr, Function
from lk_audit.values import construction, limits, texts
from lk_audit.values.invocation import Invocation, Method
from lk_audit.values.jvm import UNITS, amount, as_number
from lk_audit.values.model import (
    Clock,
    Duration,
    Environment,
    Flag,
    Given,
    Listed,
    Mapped,
    Moment,
    Nothing,
    Number,
    Possible,
    Returned,
    Text,
    Unknown,
    Value,
)
from lk_audit.values.possible import bounded, either, joined_trace, unknown
from lk_audit.values.records import RecordBuilder, member_of
from lk_audit.values.spans import in_units, on_clock, span
from lk_audit.values.texts import as_text, itself


def _moved(moment: Moment, span: Value, sign: float, origin: Expr) -> Value:
    if not isinstance(span, Duration):
        return unknown(origin, (moment, span))
    return replace(moment, offset=moment.offset + sign * span.seconds, origin=origin, trace=joined_trace(moment, span))


def _shifting(seconds: float, sign: float) -> Method:
    """`now.plusHours(6)`."""

    def shift(invocation: Invocation, receiver: Value) -> Possible | None:
        spans = span(seconds)(invocation)
        return None if spans is None else _shifted(receiver, spans, sign, invocation.call)

    return shift


def _shifted(receiver: Value, spans: Possible, sign: float, origin: Expr) -> Possible | None:
    match receiver:
        case Moment():
            return bounded((_moved(receiver, span, sign, origin) for span in spans), origin)
        case Duration():
            return bounded((_longer(receiver, span, sign, origin) for span in spans), origin)
        case _:
            return None


def _longer(receiver: Duration, span: Value, sign: float, origin: Expr) -> Value:
    if not isinstance(span, Duration):
        return unknown(origin, (receiver, span))
    return replace(receiver, seconds=receiver.seconds + sign * span.seconds, origin=origin)


def _plus(sign: float) -> Method:
    """`now.plus(Duration.ofHours(6))`, `now.plus(6, ChronoUnit.HOURS)`."""

    def shift(invocation: Invocation, receiver: Value) -> Possible | None:
        units = invocation.values(1)
        spans = amount(invocation, invocation.values(0), units) if units else invocation.values(0)
        return None if spans is None else _shifted(receiver, spans, sign, invocation.call)

    return shift


def _to_duration(invocation: Invocation, receiver: Value) -> Possible | None:
    return amount(invocation, (receiver,), invocation.values(0))


def _multiplied(invocation: Invocation, receiver: Value) -> Possible | None:
    values = invocation.values(0)
    if not isinstance(receiver, Duration) or len(values) != 1 or not isinstance(values[0], Number):
        return None
    return (replace(receiver, seconds=receiver.seconds * values[0].number, origin=invocation.call),)


def _as_number(invocation: Invocation, receiver: Value) -> Possible | None:
    found = as_number(receiver, invocation.call)
    return None if found is None else (found,)


def _spelled(invocation: Invocation, receiver: Value) -> Possible | None:
    found = as_text(receiver, invocation.call)
    return None if found is None or invocation.call.arguments else (found,)


def _or_else(invocation: Invocation, receiver: Value) -> Possible | None:
    """`value.orElse("x")`, `value.ifBlank { "x" }`: the value, or what stands in for it."""
    fallback = tuple(
        item
        for value in invocation.values(0)
        for item in (_returned(invocation, value) if _is_lambda(invocation) else (value,))
    )
    if isinstance(receiver, Nothing):
        return fallback
    return either((receiver,), fallback)


def _is_lambda(invocation: Invocation) -> bool:
    first = invocation.expr(0)
    return isinstance(first, Function)


def _returned(invocation: Invocation, value: Value) -> Possible:
    function = getattr(value, "definition", None)
    last = function.body.statements[-1] if function is not None and function.body.statements else None
    expr = getattr(last, "value", None)
    return invocation.evaluate(expr) if expr is not None else (unknown(invocation.call, (value,)),)


def _put(invocation: Invocation, receiver: Value) -> Possible | None:
    """`JSONObject().put("a", 1).put("b", 2)`: the object with the entry."""
    key = invocation.expr(0)
    if not isinstance(receiver, Mapped) or key is None or invocation.positional != 2:  # noqa: PLR2004 - key and value
        return None
    builder = RecordBuilder.of(receiver, lambda *_: (), python=False)
    builder.put(invocation.values(0), invocation.values(1), key)
    return (replace(builder.build(), trace=receiver.trace),)


def _get(invocation: Invocation, receiver: Value) -> Possible | None:
    keys = invocation.values(0)
    if not isinstance(receiver, Mapped) or len(keys) != 1 or not isinstance(keys[0], Text):
        return None
    found = member_of(receiver, keys[0].text, invocation.call, lambda value, *_: (unknown(invocation.call, (value,)),))
    fallback = invocation.values(1)
    return (*(value for value in found if not fallback or not isinstance(value, Nothing)), *fallback)


def _item(invocation: Invocation, receiver: Value) -> Possible | None:
    """`list.get(1)`."""
    places = invocation.values(0)
    if not isinstance(receiver, Listed) or len(places) != 1 or not isinstance(places[0], Number):
        return None
    place = int(places[0].number)
    return receiver.items[place] if 0 <= place < len(receiver.items) else None


_SHIFTS: dict[str, Method] = {
    **{f"plus{unit}": _shifting(seconds, 1.0) for unit, seconds in UNITS.items()},
    **{f"minus{unit}": _shifting(seconds, -1.0) for unit, seconds in UNITS.items()},
    "plus": _plus(1.0),
    "minus": _plus(-1.0),
}
_MOMENT: dict[str, Method] = {
    **_SHIFTS,
    **dict.fromkeys(("getEpochSecond", "toEpochSecond", "epochSeconds", "epochSecond"), on_clock(Clock.SECONDS)),
    **dict.fromkeys(
        ("toEpochMilli", "getTime", "getTimeInMillis", "toEpochMilliseconds", "timeInMillis"),
        on_clock(Clock.MILLISECONDS),
    ),
    **dict.fromkeys(
        (
            *("toInstant", "atZone", "atOffset", "toDate", "toJavaInstant", "toKotlinInstant", "truncatedTo"),
            *("toLong", "withNano", "clone", "toLocalDateTime", "toOffsetDateTime", "withZoneSameInstant"),
        ),
        itself,
    ),
}
_DURATION: dict[str, Method] = {
    **_SHIFTS,
    **{f"to{unit}": in_units(seconds) for unit, seconds in UNITS.items()},
    "getSeconds": in_units(1.0),
    "multipliedBy": _multiplied,
    **dict.fromkeys(("toJavaDuration", "toKotlinDuration"), itself),
}
_NUMBER: dict[str, Method] = {
    **dict.fromkeys(("toLong", "toInt", "toDouble", "longValue", "intValue"), _as_number),
    "toDuration": _to_duration,
    **limits.KOTLIN,
}
_TEXT: dict[str, Method] = {
    **dict.fromkeys(
        (
            *("toByteArray", "getBytes", "toCharArray", "encodeToByteArray", "orEmpty", "trimIndent", "trimMargin"),
            "intern",
        ),
        itself,
    ),
    **dict.fromkeys(("toLong", "toInt", "toLongOrNull", "toIntOrNull"), _as_number),
}
_TEXT_OF_ALL = ("strip", "trim", "trimStart", "trimEnd", "toLowerCase", "toUpperCase", "concat")
"""The methods that other languages have too."""
_COMMON: dict[str, Method] = {
    **dict.fromkeys(("orElse", "orElseGet", "ifBlank", "ifEmpty", "getOrElse", "or"), _or_else),
    **dict.fromkeys(("orElseThrow", "takeIf", "takeUnless", "get", "getString", "getOrThrow"), itself),
    "toString": _spelled,
}
_ELSE: dict[str, Method] = {
    **dict.fromkeys(("orElse", "orElseGet", "ifBlank", "ifEmpty", "getOrElse"), _or_else),
    **limits.KOTLIN,
}
_SYMBOLIC: dict[str, Method] = {
    **{name: method for name, method in _TEXT.items() if method is itself},
    **{name: method for name, method in _COMMON.items() if name not in {"get", "getString", "toString"}},
    **dict.fromkeys(("strip", "trim", "toLong", "toInt"), itself),
}
_LIST: dict[str, Method] = {
    **dict.fromkeys(
        (
            *("toArray", "toTypedArray", "toList", "toSet", "asIterable", "filterNotNull", "stream", "collect"),
            *("toMutableList", "asList", "asSequence", "onEach"),
        ),
        itself,
    ),
    "get": _item,
}
_COPY: Mapping[str, Method] = {"copy": construction.copy_of_receiver}
METHODS: Mapping[type, Mapping[str, Method]] = {
    Text: {**{name: texts.TEXT[name] for name in _TEXT_OF_ALL}, **_COMMON, **_TEXT},
    Number: {**_COMMON, **_NUMBER},
    Flag: _COMMON,
    Nothing: {name: method for name, method in _COMMON.items() if method is _or_else},
    Moment: {**_MOMENT, **limits.KOTLIN},
    Duration: {**_DURATION, **limits.KOTLIN},
    Listed: _LIST,
    Mapped: {
        "put": _put,
        "get": _get,
        "getOrDefault": _get,
        "toMap": itself,
        "toMutableMap": itself,
        "toString": itself,
        **_COPY,
    },
    Environment: {**_SYMBOLIC, **dict.fromkeys(("get", "getString", "asString", "toString"), itself), **limits.KOTLIN},
    Returned: {**{name: method for name, method in _SYMBOLIC.items() if method is itself}, **_ELSE, **_COPY},
    Given: {**_ELSE, **_COPY},
    Unknown: _ELSE,
}
