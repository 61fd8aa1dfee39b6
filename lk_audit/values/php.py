"""Known functions and methods of PHP and of libraries that many programs use, as tables.

Sources: the PHP manual (date and time, math, strings), Carbon's documentation, WordPress's list of time constants.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.syntax import Expr
from lk_audit.values.conversions import (
    GREATEST,
    LEAST,
    absolute,
    boolean,
    derived,
    first,
    from_base64,
    half_up,
    identity,
    json_value,
    parsed_number,
    rounding,
    to_text,
)
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import Clock, Duration, Moment, Number, Possible, Text, Value
from lk_audit.values.moments import DAY, HOUR, MINUTE, MOMENT_METHODS, MONTH, UNITS, WEEK, YEAR, now, unit_seconds
from lk_audit.values.possible import joined_trace
from lk_audit.values.texts import as_text, itself

NUMBERS = {
    "MINUTE_IN_SECONDS": MINUTE,
    "HOUR_IN_SECONDS": HOUR,
    "DAY_IN_SECONDS": DAY,
    "WEEK_IN_SECONDS": WEEK,
    "MONTH_IN_SECONDS": MONTH,
    "YEAR_IN_SECONDS": YEAR,
    "PHP_INT_MAX": 2.0**63 - 1,
}
"""Constants: WordPress's lengths of time in seconds, PHP's own."""
_MOST_SPAN = 100
_RELATIVE = regex(r"([+-]?) ?(\d{1,9}) ?([a-z]{1,12})(?: (ago))?")
_SHORT = {"sec": "second", "secs": "second", "min": "minute", "mins": "minute"}
_NOW = frozenset({"", "now"})
_ISO = regex(
    r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?"
    r"(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})S)?)?"
)
_ISO_UNITS = (YEAR, MONTH, WEEK, DAY, HOUR, MINUTE, 1.0)


def relative_seconds(text: str) -> float | None:
    """The seconds of "+1 hour", "2 days 3 hours" or "now"; None for what is no such span."""
    plain = " ".join(text.lower().split()).removeprefix("now").strip()
    if plain in _NOW:
        return 0.0
    if len(plain) > _MOST_SPAN:
        return None
    seconds, position, sign = 0.0, 0, 1.0
    for part in _RELATIVE.finditer(plain):
        unit = unit_seconds(_SHORT.get(part[3], part[3]))
        if plain[position : part.start()].strip() or unit is None:
            return None
        sign = {"+": 1.0, "-": -1.0}.get(part[1], sign)
        seconds += sign * (-1.0 if part[4] else 1.0) * float(part[2]) * unit
        position = part.end()
    return seconds if position and not plain[position:].strip() else None


def iso_seconds(text: str) -> float | None:
    """The seconds of an ISO 8601 duration, "PT1H" or "P1D"."""
    found = _ISO.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        return None
    return sum(float(amount) * unit for amount, unit in zip(found.groups(), _ISO_UNITS, strict=True) if amount)


def _parsed(clock: Clock) -> Function:
    """`strtotime('+1 hour')`, `new DateTime('+1 hour')`."""

    def moment(invocation: Invocation) -> Possible:
        origin = invocation.call
        if not origin.arguments:
            return (Moment(origin=origin, offset=0.0, clock=clock),)

        def convert(value: Value) -> Value | None:
            seconds = relative_seconds(value.text) if isinstance(value, Text) else None
            return None if seconds is None else Moment(origin=origin, offset=seconds, clock=clock, trace=value.trace)

        return invocation.each(invocation.values(0), convert)

    return moment


def _interval(invocation: Invocation) -> Possible:
    """`new DateInterval('PT1H')`."""

    def convert(value: Value) -> Value | None:
        seconds = iso_seconds(value.text) if isinstance(value, Text) else None
        return None if seconds is None else Duration(origin=invocation.call, seconds=seconds, trace=value.trace)

    return invocation.each(invocation.values(0), convert)


def _trimmed(invocation: Invocation) -> Possible | None:
    def strip(value: Value) -> Value | None:
        return replace(value, text=value.text.strip()) if isinstance(value, Text) else as_text(value, invocation.call)

    return invocation.each(invocation.values(0), strip) if invocation.positional == 1 else None


_DATES = (
    *("DateTime", "DateTimeImmutable", "Carbon.Carbon", "Carbon.CarbonImmutable", "Illuminate.Support.Carbon"),
    *("Illuminate.Support.Facades.Date", "Carbon", "Cake.I18n.DateTime"),
)

FUNCTIONS: dict[str, Function] = {
    "time": now(Clock.SECONDS),
    "microtime": now(Clock.SECONDS),
    "hrtime": derived,
    "strtotime": _parsed(Clock.SECONDS),
    **dict.fromkeys(("today", "date_create", "date_create_immutable"), _parsed(Clock.OBJECT)),
    **dict.fromkeys(_DATES, _parsed(Clock.OBJECT)),
    **{f"{name}.{method}": now(Clock.OBJECT) for name in _DATES for method in ("now", "instance")},
    **{f"{name}.parse": _parsed(Clock.OBJECT) for name in _DATES},
    "now": now(Clock.OBJECT),
    "DateInterval": _interval,
    "strval": to_text,
    **dict.fromkeys(("trim", "rtrim", "ltrim"), _trimmed),
    **dict.fromkeys(("collect", "array_values", "value", "InMemory.plainText"), identity),
    "Lcobucci.JWT.Signer.Key.InMemory.plainText": identity,
    **dict.fromkeys(
        (
            *("json_encode", "md5", "sha1", "hash", "uniqid", "base64_encode", "urlencode"),
            *("strtolower", "strtoupper", "ucfirst", "substr", "str_replace", "implode", "htmlspecialchars"),
            *("preg_replace", "rawurlencode", "bin2hex", "number_format", "count", "strlen", "date"),
        ),
        derived,
    ),
    "base64_decode": from_base64,
    "intval": parsed_number(whole=True),
    "floatval": parsed_number(whole=False),
    "boolval": boolean(python=False),
    "floor": rounding(math.floor),
    "ceil": rounding(math.ceil),
    "round": rounding(half_up),
    "abs": first(absolute),
    "min": LEAST,
    "max": GREATEST,
    "json_decode": json_value,
}


def _shifted(unit: float, sign: float) -> Method:
    """Carbon's `addHours(2)` and `addHour()`."""

    def shift(invocation: Invocation, receiver: Value) -> Possible | None:
        if not isinstance(receiver, Moment):
            return None
        if not invocation.call.arguments:
            return (_moved(receiver, unit * sign, invocation.call, receiver),)
        return invocation.each(
            invocation.values(0),
            lambda value: (
                _moved(receiver, unit * sign * value.number, invocation.call, value)
                if isinstance(value, Number)
                else None
            ),
        )

    return shift


def _moved(moment: Moment, seconds: float, origin: Expr, by: Value) -> Moment:
    trace = joined_trace(moment, by) if by is not moment else moment.trace
    return replace(moment, offset=moment.offset + seconds, origin=origin, trace=trace)


def _modified(invocation: Invocation, receiver: Value) -> Possible | None:
    """`$date->modify('+6 hours')`."""
    if not isinstance(receiver, Moment):
        return None

    def convert(value: Value) -> Value | None:
        seconds = relative_seconds(value.text) if isinstance(value, Text) else None
        return None if seconds is None else _moved(receiver, seconds, invocation.call, value)

    return invocation.each(invocation.values(0), convert)


def _added(sign: float) -> Method:
    """`$date->add(new DateInterval('PT1H'))`, `$date->add('1 hour')`; with two arguments as most languages add them."""

    def add(invocation: Invocation, receiver: Value) -> Possible | None:
        if not isinstance(receiver, Moment) or invocation.positional != 1:
            return MOMENT_METHODS["add" if sign > 0 else "subtract"](invocation, receiver)

        def convert(value: Value) -> Value | None:
            seconds = _span(value)
            return None if seconds is None else _moved(receiver, sign * seconds, invocation.call, value)

        return invocation.each(invocation.values(0), convert)

    return add


def _span(value: Value) -> float | None:
    """The seconds of a duration, or of text that names one."""
    match value:
        case Duration(seconds=seconds):
            return seconds
        case Text(text=text):
            return relative_seconds(text)
        case _:
            return None


def _seconds(_: Invocation, receiver: Value) -> Possible | None:
    if not isinstance(receiver, Moment) or receiver.clock is not Clock.OBJECT:
        return None
    return (replace(receiver, clock=Clock.SECONDS),)


_CARBON = {unit: seconds for unit, seconds in UNITS.items() if unit not in {"microsecond", "millisecond"}}
MOMENT: Mapping[str, Method] = {
    **{
        f"{verb}{unit.title()}{plural}": _shifted(seconds, sign)
        for verb, sign in (("add", 1.0), ("sub", -1.0))
        for unit, seconds in _CARBON.items()
        for plural in ("", "s")
    },
    "modify": _modified,
    "add": _added(1.0),
    "sub": _added(-1.0),
    "getTimestamp": _seconds,
    **dict.fromkeys(("copy", "toImmutable", "setTimezone", "toDateTimeImmutable"), itself),
}
METHODS: Mapping[type, Mapping[str, Method]] = {Moment: MOMENT}
