"""Known functions and methods of Ruby and ActiveSupport, as tables.

Sources: the documentation of Ruby's Time, Integer, Kernel and of ActiveSupport's core extensions.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from lk_audit.values import construction
from lk_audit.values.arithmetic import to_float
from lk_audit.values.conversions import derived, to_text
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.limits import CLAMP, least_of
from lk_audit.values.model import (
    Clock,
    Duration,
    Environment,
    Given,
    Listed,
    Mapped,
    Member,
    Moment,
    Number,
    Possible,
    Returned,
    Text,
    Unknown,
    Value,
)
from lk_audit.values.moments import DAY, HOUR, MINUTE, MONTH, WEEK, YEAR
from lk_audit.values.texts import as_text, itself

_UNITS = {
    "second": 1.0,
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": WEEK,
    "fortnight": 2 * WEEK,
    "month": MONTH,
    "year": YEAR,
}


def _now(invocation: Invocation) -> Possible:
    """Ruby adds seconds to a `Time`, so that it is as good as their number."""
    return (Moment(origin=invocation.call, offset=0.0, clock=Clock.SECONDS),)


def _number(invocation: Invocation) -> Possible | None:
    """`Integer("3600")`."""

    def convert(value: Value) -> Value | None:
        return to_number(value, invocation)

    return invocation.each(invocation.values(0), convert) if invocation.values(0) else None


def to_number(value: Value, invocation: Invocation) -> Value | None:
    """A value as a number; what stands for something outside the code goes on standing for it."""
    if isinstance(value, Text):
        number = to_float(value.text)
        if number is None:
            return None
        return Number(origin=invocation.call, number=number, environment=value.environment, trace=value.trace)
    if isinstance(value, Duration):
        return Number(origin=invocation.call, number=value.seconds, trace=value.trace)
    return value if isinstance(value, Number | Moment) else as_text(value, invocation.call)


FUNCTIONS: dict[str, Function] = {
    **dict.fromkeys(("Time.now", "Time.current", "Time.zone.now", "Time.zone.current", "DateTime.current"), _now),
    **dict.fromkeys(("Integer", "Float", "Time.at"), _number),
    "String": to_text,
    **dict.fromkeys(("SecureRandom.hex", "SecureRandom.uuid", "JSON.generate", "Base64.strict_encode64"), derived),
}


def _span(seconds: float) -> Method:
    """ActiveSupport's `24.hours`."""

    def span(invocation: Invocation, receiver: Value) -> Possible | None:
        if not isinstance(receiver, Number) or invocation.call.arguments:
            return None
        return (Duration(origin=invocation.call, seconds=receiver.number * seconds, trace=receiver.trace),)

    return span


def _from_now(sign: float) -> Method:
    """`6.hours.from_now`."""

    def moment(invocation: Invocation, receiver: Value) -> Possible | None:
        if not isinstance(receiver, Duration) or invocation.call.arguments:
            return None
        offset = sign * receiver.seconds
        return (Moment(origin=invocation.call, offset=offset, clock=Clock.SECONDS, trace=receiver.trace),)

    return moment


def _as_number(invocation: Invocation, receiver: Value) -> Possible | None:
    found = to_number(receiver, invocation)
    return None if found is None else (found,)


def _advanced(invocation: Invocation, receiver: Value) -> Possible | None:
    """`Time.now.advance(hours: 6)`."""
    if not isinstance(receiver, Moment):
        return None
    seconds = 0.0
    for item in invocation.call.arguments:
        unit = _UNITS.get((item.name or "").removesuffix("s"))
        values = invocation.evaluate(item.value)
        if unit is None or len(values) != 1 or not isinstance(values[0], Number):
            return None
        seconds += unit * values[0].number
    return (replace(receiver, offset=receiver.offset + seconds, origin=invocation.call),)


NUMBER: Mapping[str, Method] = {
    **{name: _span(seconds) for unit, seconds in _UNITS.items() for name in (unit, f"{unit}s")},
    **dict.fromkeys(("to_i", "to_f", "to_int", "floor", "round", "ceil"), itself),
}
TEXT: Mapping[str, Method] = {
    **dict.fromkeys(("to_i", "to_f"), _as_number),
    **dict.fromkeys(("to_s", "to_str", "to_sym", "presence", "itself"), itself),
}
DURATION: Mapping[str, Method] = {
    **dict.fromkeys(("from_now", "since"), _from_now(1.0)),
    **dict.fromkeys(("ago", "until"), _from_now(-1.0)),
    **dict.fromkeys(("to_i", "to_f", "in_seconds", "seconds", "value"), _as_number),
}
MOMENT: Mapping[str, Method] = {
    **dict.fromkeys(("to_i", "to_f", "to_r", "utc", "getutc", "localtime", "in_time_zone", "to_time", "round"), itself),
    "advance": _advanced,
}


def _merged(invocation: Invocation, receiver: Value) -> Possible | None:
    """`hash.merge(roomRecord: true)`: a hash with the entries of others on top."""
    if not isinstance(receiver, Mapped):
        return None
    members, is_open = dict(receiver.members), receiver.open
    for item in invocation.call.arguments:
        values = invocation.evaluate(item.value)
        if item.name is not None:
            members[item.name] = Member(values=values, key=item.value)
        elif len(values) == 1 and isinstance(values[0], Mapped):
            members |= values[0].members
            is_open = is_open or values[0].open
        else:
            is_open = True
    return (replace(receiver, origin=invocation.call, members=members, open=is_open),)


SYMBOLIC: Mapping[str, Method] = {
    **dict.fromkeys(("to_s", "to_str", "to_i", "to_f", "presence", "to_sym", "strip", "chomp"), itself),
    **CLAMP,
}
METHODS: Mapping[type, Mapping[str, Method]] = {
    Text: TEXT,
    Number: {**NUMBER, **CLAMP},
    Moment: MOMENT,
    Duration: {**DURATION, **CLAMP},
    Mapped: {"merge": _merged, "with": construction.copy_of_receiver},
    Listed: {"min": least_of},
    Environment: SYMBOLIC,
    **{key: {**SYMBOLIC, "with": construction.copy_of_receiver} for key in (Given, Returned)},
    Unknown: CLAMP,
}
