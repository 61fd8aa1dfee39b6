"""JavaScript and TypeScript: functions of the language and of its libraries.

Sources for spans of time: the documentation of date-fns (`hoursToSeconds`, `milliseconds`, `constants`), luxon
(`Duration`), dayjs and moment (`duration`), and of `Temporal.Duration`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec.structs import replace

from lk_audit.syntax import Expr
from lk_audit.values import moments
from lk_audit.values.conversions import (
    GREATEST,
    LEAST,
    absolute,
    as_number,
    boolean,
    derived,
    each,
    encoded,
    first,
    half_up,
    identity,
    json_value,
    parsed_number,
    rounding,
)
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import Duration, Mapped, Number, Possible, Text, Value
from lk_audit.values.possible import unknown

_UNITS = {
    "milliseconds": 1e-3,
    "seconds": 1.0,
    "minutes": moments.MINUTE,
    "hours": moments.HOUR,
    "days": moments.DAY,
    "weeks": moments.WEEK,
}
_LENGTHS = {"Minute": moments.MINUTE, "Hour": moments.HOUR, "Day": moments.DAY, "Week": moments.WEEK}
_CONVERSIONS = {
    "weeksToDays": 7.0,
    "hoursToMinutes": 60.0,
    "hoursToSeconds": 3600.0,
    "hoursToMilliseconds": 3_600_000.0,
    "minutesToSeconds": 60.0,
    "minutesToMilliseconds": 60_000.0,
    "secondsToMilliseconds": 1000.0,
    "millisecondsToSeconds": 1 / 1000,
    "millisecondsToMinutes": 1 / 60_000,
    "secondsToMinutes": 1 / 60,
    "minutesToHours": 1 / 60,
}


def _counted(value: Value, unit: float, origin: Expr) -> Value | None:
    """A duration as a number of units."""
    if not isinstance(value, Duration):
        return None
    return Number(origin=origin, number=float(round(value.seconds / unit, 6)), trace=value.trace)


def _in_units(unit: float) -> Method:
    def convert(invocation: Invocation, receiver: Value) -> Possible | None:
        found = _counted(receiver, unit, invocation.call)
        return None if found is None else (found,)

    return convert


def _of_milliseconds(value: Value, origin: Expr) -> Value | None:
    if not isinstance(value, Number) or not math.isfinite(value.number):
        return None
    return Duration(origin=origin, seconds=value.number / 1000, trace=value.trace)


def _scaled(factor: float) -> Function:
    """date-fns: `hoursToSeconds(2)`, whole numbers only."""

    def convert(value: Value, origin: Expr) -> Value | None:
        if not isinstance(value, Number) or not math.isfinite(value.number):
            return None
        return replace(value, number=float(math.trunc(round(value.number * factor, 6))), origin=origin)

    return each(convert)


def _milliseconds(invocation: Invocation) -> Possible:
    """date-fns: `milliseconds({ hours: 2 })`."""
    spans = moments.object_span(invocation.values(0), invocation.call)
    return invocation.each(spans, lambda value: _counted(value, 1e-3, invocation.call))


def _duration(invocation: Invocation) -> Possible:
    """Dayjs and moment: `duration(1, "day")`, `duration({ days: 1 })`, `duration(86_400_000)`."""
    is_bare = invocation.expr(1) is None and any(isinstance(item, Number) for item in invocation.values(0))
    return (each(_of_milliseconds)(invocation) if is_bare else None) or moments.span_asked(invocation)


def _object_duration(invocation: Invocation) -> Possible:
    """Luxon and Temporal: `Duration.fromObject({ hours: 2 })`."""
    return moments.object_span(invocation.values(0), invocation.call)


def _in_unit(invocation: Invocation, receiver: Value) -> Possible:
    """Luxon's `as("seconds")`, Temporal's `total("seconds")` and `total({ unit: "seconds" })`."""
    told = [item for value in invocation.values(0) for item in _unit_told(value)]
    units = [moments.unit_seconds(item.text) if isinstance(item, Text) else None for item in told]
    found = [_counted(receiver, unit, invocation.call) if unit else None for unit in units]
    return tuple(item if item is not None else unknown(invocation.call, (receiver,)) for item in found)


def _unit_told(value: Value) -> Possible:
    member = value.members.get("unit") if isinstance(value, Mapped) else None
    return member.values if member is not None else (value,)


FUNCTIONS: dict[str, Function] = {
    "Number": first(as_number(whole=False)),
    "parseInt": parsed_number(whole=True),
    "parseFloat": parsed_number(whole=False),
    "Number.parseInt": parsed_number(whole=True),
    "Number.parseFloat": parsed_number(whole=False),
    "Math.floor": rounding(math.floor),
    "Math.ceil": rounding(math.ceil),
    "Math.trunc": rounding(math.trunc),
    "Math.round": rounding(half_up),
    "Math.abs": first(absolute),
    "Math.min": LEAST,
    "Math.max": GREATEST,
    "String": encoded,
    "Buffer.from": encoded,
    "buffer.Buffer.from": encoded,
    "crypto.createSecretKey": encoded,
    "TextEncoder.encode": encoded,
    "util.TextEncoder.encode": encoded,
    "Boolean": boolean(python=False),
    "JSON.parse": json_value,
    **dict.fromkeys(
        ("Object.freeze", "Object.seal", "structuredClone", "Uint8Array.from", "Promise.resolve", "BigInt"), identity
    ),
    **dict.fromkeys(
        (
            "JSON.stringify",
            "encodeURIComponent",
            "encodeURI",
            "btoa",
            "atob",
            "Object.fromEntries",
            "Object.keys",
            "Object.values",
            "Object.entries",
        ),
        derived,
    ),
    **moments.JAVASCRIPT,
    **{f"date-fns.{name}": _scaled(factor) for name, factor in _CONVERSIONS.items()},
    "date-fns.milliseconds": _milliseconds,
    **dict.fromkeys(("dayjs.duration", "moment.duration"), _duration),
    **dict.fromkeys(("luxon.Duration.fromObject", "Temporal.Duration.from"), _object_duration),
    "luxon.Duration.fromMillis": each(_of_milliseconds),
}

METHODS: Mapping[type, Mapping[str, Method]] = {
    Duration: {
        **dict.fromkeys(("as", "total"), _in_unit),
        **{f"as{unit.capitalize()}": _in_units(seconds) for unit, seconds in _UNITS.items()},
        "toMillis": _in_units(1e-3),
    },
}

NUMBERS = {
    **{f"date-fns/constants.secondsIn{unit}": seconds for unit, seconds in _LENGTHS.items()},
    **{f"date-fns/constants.millisecondsIn{unit}": seconds * 1000 for unit, seconds in _LENGTHS.items()},
    "date-fns/constants.millisecondsInSecond": 1000.0,
    "date-fns/constants.minutesInHour": 60.0,
    "date-fns/constants.minutesInDay": 1440.0,
}
