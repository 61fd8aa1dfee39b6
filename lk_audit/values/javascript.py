"""JavaScript and TypeScript: functions of the language and of its libraries.

Sources for spans of time: the documentation of date-fns (`hoursToSeconds`, `milliseconds`, `constants`), luxon
(`Duration`), dayjs and moment (`duration`), and of `Temporal.Duration`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from lk_audit.syntax import Argument, Block, Call, Expr, Member, Return, Sequence
from lk_audit.syntax import Function as Lambda
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
    from_base64,
    half_up,
    identity,
    json_value,
    parsed_number,
    rounding,
)
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import Duration, Listed, Mapped, Number, Possible, Text, Value
from lk_audit.values.model import Member as Entry
from lk_audit.values.possible import unknown
from lk_audit.values.records import of_keys, pairs_of, values_of
from lk_audit.values.spans import counted, in_units

_PAIR = 2
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


def _map(invocation: Invocation) -> Possible | None:
    """`new Map([["kiosk", "2d"]])`; later statements may add to it."""
    members = _entries(invocation.values(0))
    return (Mapped(origin=invocation.call, members=members, open=True),) if members else None


def _entries(values: Possible) -> dict[str, Entry]:
    """The entries that lists of pairs tell."""
    pairs = [pair for value in values if isinstance(value, Listed) for pair in value.items]
    return {
        key.text: Entry(values=found.items[1], key=key.origin)
        for (found,) in (pair for pair in pairs if len(pair) == 1)
        if isinstance(found, Listed) and len(found.items) == _PAIR
        for key in found.items[0]
        if isinstance(key, Text)
    }


def _from_entries(invocation: Invocation) -> Possible:
    """`Object.fromEntries(map)`, also of pairs and of `kinds.map((kind) => [kind, "2d"])`."""
    values = invocation.values(0)
    maps = tuple(value for value in values if isinstance(value, Mapped))
    made = _made_of_each(invocation)
    members = _entries(values)
    if members and not maps and made is None:
        is_open = any(not isinstance(value, Listed) or value.open for value in values)
        made = Mapped(origin=invocation.call, members=members, open=is_open)
    return maps or ((made,) if made is not None else derived(invocation))


def _made_of_each(invocation: Invocation) -> Mapped | None:
    """The record of the pairs that a function makes of each item."""
    match invocation.expr(0):
        case Call(
            callee=Member(name="map"),
            arguments=(Argument(value=Lambda(body=Block(statements=(Return(value=Sequence(items=(key, value))),)))),),
        ):
            return of_keys(invocation.evaluate(key), invocation.evaluate(value), key, invocation.call)
        case _:
            return None


def _list_from(invocation: Invocation) -> Possible | None:
    """`Array.from(items)`; with a function beside them, what it makes of each."""
    return identity(invocation) if invocation.positional == 1 else derived(invocation)


def _of_record(taken: Callable[[Value, Expr], Value | None]) -> Function:
    """What is taken of a record as a whole; of anything else something made of it."""

    def take(invocation: Invocation) -> Possible | None:
        values = invocation.values(0)
        found = tuple(taken(value, invocation.call) for value in values)
        return tuple(value for value in found if value is not None) if None not in found else derived(invocation)

    return take


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
    return invocation.each(spans, lambda value: counted(value, 1e-3, invocation.call))


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
    found = [counted(receiver, unit, invocation.call) if unit else None for unit in units]
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
    "atob": from_base64,
    **dict.fromkeys(
        ("Object.freeze", "Object.seal", "structuredClone", "Uint8Array.from", "Promise.resolve", "BigInt"), identity
    ),
    **dict.fromkeys(
        (
            "JSON.stringify",
            "encodeURIComponent",
            "encodeURI",
            "btoa",
            "Object.keys",
        ),
        derived,
    ),
    "Map": _map,
    "Object.fromEntries": _from_entries,
    "Set": identity,
    "Array.from": _list_from,
    "Object.entries": _of_record(pairs_of),
    "Object.values": _of_record(values_of),
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
        **{f"as{unit.capitalize()}": in_units(seconds) for unit, seconds in _UNITS.items()},
        "toMillis": in_units(1e-3),
    },
}

NUMBERS = {
    **{f"date-fns/constants.secondsIn{unit}": seconds for unit, seconds in _LENGTHS.items()},
    **{f"date-fns/constants.millisecondsIn{unit}": seconds * 1000 for unit, seconds in _LENGTHS.items()},
    "date-fns/constants.millisecondsInSecond": 1000.0,
    "date-fns/constants.minutesInHour": 60.0,
    "date-fns/constants.minutesInDay": 1440.0,
}
