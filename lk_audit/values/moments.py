"""Known functions of time: clocks, durations, dates and the libraries for them, as tables.

Sources: the documentation of Python's `time`, `datetime` and `calendar`, arrow, pendulum, Django; of `Date`, dayjs,
moment, luxon, date-fns and ms in JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isfinite

from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.syntax import Expr
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import Clock, Duration, Mapped, Moment, Number, Possible, Text, Value
from lk_audit.values.possible import bounded, joined_trace, unknown
from lk_audit.values.texts import itself

MINUTE, HOUR, DAY, WEEK = 60.0, 3600.0, 86400.0, 604800.0
MONTH, YEAR = 30 * DAY, 365 * DAY

UNITS: dict[str, float] = {
    "microsecond": 1e-6,
    "millisecond": 1e-3,
    "second": 1.0,
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "week": WEEK,
    "month": MONTH,
    "year": YEAR,
}
_SHORT_UNITS = {"ms": 1e-3, "s": 1.0, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK, "M": MONTH, "y": YEAR}
_TIMEDELTA = ("days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks")
_SETTERS: dict[str, float] = {
    "Milliseconds": 1e-3,
    "Seconds": 1.0,
    "Minutes": MINUTE,
    "Hours": HOUR,
    "Date": DAY,
    "Month": MONTH,
    "FullYear": YEAR,
    "Time": 1e-3,
}
_INT_DATE = regex(r"now(?: ?\+ ?(\d{1,9}) ?([a-z]{1,10}))?")
_INT_DATE_UNITS = {"sec": "second", "min": "minute"}
_MS_SPAN = regex(r"(-?\d{0,12}(?:\.\d{1,6})?) ?([a-zA-Z]{0,12})")


def unit_seconds(name: str) -> float | None:
    """How many seconds a unit has: "h", "hour", "hours"; months count 30 days, years 365."""
    return _SHORT_UNITS.get(name) or UNITS.get(name.lower().removesuffix("s"))


def now(clock: Clock) -> Callable[[Invocation], Possible]:
    """A function that gives the time of the run."""

    def moment(invocation: Invocation) -> Possible:
        return (Moment(origin=invocation.call, offset=0.0, clock=clock),)

    return moment


def _sum_of(parts: list[tuple[float, Possible]], origin: Expr) -> Possible:
    """The durations that amounts of units add up to."""
    sums: list[Duration] = [Duration(origin=origin, seconds=0.0)]
    unknowns: list[Value] = []
    for seconds, values in parts:
        numbers = [value for value in values if isinstance(value, Number) and isfinite(value.number)]
        unknowns += [value for value in values if value not in numbers]
        sums = [
            Duration(origin=origin, seconds=total.seconds + number.number * seconds, trace=joined_trace(total, number))
            for total in sums
            for number in numbers
        ][:64]
    return bounded((*sums, *([unknown(origin, tuple(unknowns))] if unknowns else [])), origin)


def timedelta(invocation: Invocation) -> Possible | None:
    """`timedelta(...)`, and `relativedelta(...)` as far as it has the same names."""
    parts: list[tuple[float, Possible]] = []
    for name, values in _amounts(invocation):
        seconds = UNITS.get(name.removesuffix("s")) if name.endswith("s") else None
        if seconds is None:
            return None
        parts.append((seconds, values))
    return _sum_of(parts, invocation.call)


def _amounts(invocation: Invocation) -> Iterator[tuple[str, Possible]]:
    """The arguments by name, with those of a known dict that is spread; an unknown one has no name."""
    position = 0
    for item in invocation.call.arguments:
        values = invocation.evaluate(item.value)
        if item.spread:
            spread = values[0] if len(values) == 1 else None
            if isinstance(spread, Mapped) and not spread.open:
                yield from ((key, member.values) for key, member in spread.members.items())
            else:
                yield "", values
        elif item.name is not None:
            yield item.name, values
        else:
            yield (_TIMEDELTA[position] if position < len(_TIMEDELTA) else ""), values
            position += 1


def _date(invocation: Invocation) -> Possible | None:
    """`new Date()`, `new Date(milliseconds)`, `new Date(other)`."""
    if not invocation.call.arguments:
        return (Moment(origin=invocation.call, offset=0.0, clock=Clock.OBJECT),)
    if invocation.positional > 1:
        return None
    return invocation.each(invocation.values(0), _as_date)


def _as_date(value: Value) -> Value | None:
    if isinstance(value, Moment) and value.clock is not Clock.SECONDS:
        return replace(value, clock=Clock.OBJECT)
    return None


def _argument_on_clock(clock: Clock) -> Function:
    """A function that turns a date object into a number."""

    def convert(invocation: Invocation) -> Possible:
        return invocation.each(invocation.values(0), lambda value: _converted(value, clock))

    return convert


def _converted(value: Value, clock: Clock) -> Value | None:
    return replace(value, clock=clock) if isinstance(value, Moment) and value.clock is Clock.OBJECT else None


def _shifting(seconds: float) -> Function:
    """date-fns: `addHours(date, 2)`."""

    def shift(invocation: Invocation) -> Possible:
        amounts = _sum_of([(seconds, invocation.values(1))], invocation.call)
        return bounded(
            (_moved(date, amount, invocation.call) for date in invocation.values(0) for amount in amounts),
            invocation.call,
        )

    return shift


def _moved(date: Value, amount: Value, origin: Expr, sign: float = 1.0) -> Value:
    if isinstance(date, Moment) and isinstance(amount, Duration):
        return replace(
            date,
            offset=date.offset + sign * amount.seconds,
            clock=Clock.OBJECT,
            origin=origin,
            trace=joined_trace(date, amount),
        )
    return unknown(origin, (date, amount))


def object_span(values: Possible, origin: Expr) -> Possible:
    """Luxon's and date-fns's `{hours: 2}`."""
    spans: list[Value] = []
    for value in values:
        if isinstance(value, Mapped) and not value.open:
            parts = [(unit_seconds(name), item.values) for name, item in value.members.items()]
            known = [(seconds, amounts) for seconds, amounts in parts if seconds is not None]
            spans += _sum_of(known, origin) if len(known) == len(parts) else (unknown(origin, (value,)),)
        else:
            spans.append(value if isinstance(value, Duration) else unknown(origin, (value,)))
    return tuple(spans)


def _add_span(invocation: Invocation) -> Possible:
    spans = object_span(invocation.values(1), invocation.call)
    return bounded(
        (_moved(date, span, invocation.call) for date in invocation.values(0) for span in spans), invocation.call
    )


def ms_milliseconds(text: str) -> float | None:
    """Milliseconds of a span such as "2h" or "1 day" as the `ms` package reads it; a bare number is milliseconds."""
    match = _MS_SPAN.fullmatch(text.strip())
    if match is None or not match[1].strip("-."):
        return None
    unit = match[2].lower()
    aliases = {"hr": "h", "hrs": "h", "min": "m", "mins": "m", "sec": "s", "secs": "s", "yr": "y", "yrs": "y"}
    seconds = 1e-3 if not unit else unit_seconds(aliases.get(unit, unit))
    return None if seconds is None else float(match[1]) * seconds * 1000


def _ms(invocation: Invocation) -> Possible:
    def convert(value: Value) -> Value | None:
        milliseconds = ms_milliseconds(value.text) if isinstance(value, Text) else None
        if milliseconds is None:
            return None
        return Number(origin=invocation.call, number=milliseconds, trace=value.trace)

    return invocation.each(invocation.values(0), convert)


def _int_date(invocation: Invocation) -> Possible:
    """Jsrsasign's `IntDate.get("now + 1day")`."""

    def convert(value: Value) -> Value | None:
        match = _INT_DATE.fullmatch(value.text.strip()) if isinstance(value, Text) else None
        seconds = unit_seconds(_INT_DATE_UNITS.get(match[2], match[2])) if match and match[2] else 0.0
        if match is None or seconds is None:
            return None
        offset = seconds * float(match[1] or 0)
        return Moment(origin=invocation.call, offset=offset, clock=Clock.SECONDS, trace=value.trace)

    return invocation.each(invocation.values(0), convert)


def _numeric_date(invocation: Invocation) -> Possible:
    """The `getNumericDate(3600)` of djwt: seconds from now (Zaubrik/djwt:mod.ts)."""

    def convert(value: Value) -> Value | None:
        if not isinstance(value, Number):
            return None
        return Moment(origin=invocation.call, offset=value.number, clock=Clock.SECONDS, trace=value.trace)

    return invocation.each(invocation.values(0), convert)


PYTHON: dict[str, Function] = {
    "time.time": now(Clock.SECONDS),
    **dict.fromkeys(
        (
            "datetime.datetime.now",
            "datetime.datetime.utcnow",
            "datetime.datetime.today",
            "django.utils.timezone.now",
            "arrow.now",
            "arrow.utcnow",
            "pendulum.now",
            "whenever.Instant.now",
        ),
        now(Clock.OBJECT),
    ),
    "datetime.timedelta": timedelta,
    "pendulum.duration": timedelta,
    "dateutil.relativedelta.relativedelta": timedelta,
    "calendar.timegm": _argument_on_clock(Clock.SECONDS),
    "time.mktime": _argument_on_clock(Clock.SECONDS),
}

JAVASCRIPT: dict[str, Function] = {
    "Date.now": now(Clock.MILLISECONDS),
    "Date": _date,
    **dict.fromkeys(
        (
            "dayjs",
            "dayjs.default",
            "dayjs.utc",
            "moment",
            "moment.default",
            "moment.utc",
            "luxon.DateTime.now",
            "luxon.DateTime.utc",
            "luxon.DateTime.local",
        ),
        _date,
    ),
    **{
        f"date-fns.add{unit.capitalize()}s": _shifting(seconds)
        for unit, seconds in UNITS.items()
        if unit != "microsecond"
    },
    "date-fns.add": _add_span,
    "date-fns.getUnixTime": _argument_on_clock(Clock.SECONDS),
    "date-fns.getTime": _argument_on_clock(Clock.MILLISECONDS),
    **dict.fromkeys(("ms", "ms.default"), _ms),
    "djwt.getNumericDate": _numeric_date,
    **dict.fromkeys(("jsrsasign.jws.IntDate.get", "jsrsasign.KJUR.jws.IntDate.get", "KJUR.jws.IntDate.get"), _int_date),
}


def _receiver_on_clock(clock: Clock) -> Method:
    def convert(_: Invocation, receiver: Value) -> Possible | None:
        converted = _converted(receiver, clock)
        return None if converted is None else (converted,)

    return convert


def _replaced(invocation: Invocation, receiver: Value) -> Possible | None:
    """`now.replace(tzinfo=..., microsecond=0)` is the same moment to the second."""
    names = {item.name for item in invocation.call.arguments}
    return (receiver,) if names <= {"tzinfo", "microsecond", "fold"} else None


def _add(sign: float) -> Method:
    """`add(1, "day")` of dayjs and moment, `plus({hours: 1})` of luxon, `add(hours=1)` of pendulum, arrow's `shift`."""

    def add(invocation: Invocation, receiver: Value) -> Possible | None:
        spans = timedelta(invocation) if invocation.python else span_asked(invocation)
        if spans is None:
            return None
        return bounded((_moved(receiver, span, invocation.call, sign) for span in spans), invocation.call)

    return add


def span_asked(invocation: Invocation) -> Possible:
    """The spans that `(2, "hours")` and `({hours: 2})` stand for."""
    unit = invocation.expr(1)
    if unit is None:
        return object_span(invocation.values(0), invocation.call)
    spans: list[Value] = []
    for value in invocation.evaluate(unit):
        seconds = unit_seconds(value.text) if isinstance(value, Text) else None
        known = seconds is not None
        spans += (
            _sum_of([(seconds or 0.0, invocation.values(0))], invocation.call)
            if known
            else invocation.unknown((value,))
        )
    return tuple(spans)


MOMENT_METHODS: Mapping[str, Method] = {
    **dict.fromkeys(("timestamp", "unix", "toSeconds", "toUnixInteger"), _receiver_on_clock(Clock.SECONDS)),
    **dict.fromkeys(("getTime", "valueOf", "toMillis"), _receiver_on_clock(Clock.MILLISECONDS)),
    **dict.fromkeys(
        ("timetuple", "utctimetuple", "astimezone", "toDate", "toJSDate", "clone", "utc", "local", "toUTC"), itself
    ),
    "replace": _replaced,
    **dict.fromkeys(("add", "plus", "shift"), _add(1.0)),
    **dict.fromkeys(("subtract", "minus"), _add(-1.0)),
}
MOMENT_MEMBERS: Mapping[str, Clock] = {
    **dict.fromkeys(("int_timestamp", "float_timestamp", "timestamp", "timeIntervalSince1970"), Clock.SECONDS),
    **dict.fromkeys(("timestampMs", "millisecondsSinceEpoch"), Clock.MILLISECONDS),
}
"""Attributes of the dates of arrow, pendulum and Carbon, of Swift and Dart."""

DURATION_MEMBERS: Mapping[str, Callable[[float], float]] = {
    "seconds": lambda seconds: seconds % 86400,
    "days": lambda seconds: seconds // 86400,
    "inDays": lambda seconds: seconds // DAY,
    "inHours": lambda seconds: seconds // HOUR,
    "inMinutes": lambda seconds: seconds // MINUTE,
    "inSeconds": lambda seconds: seconds // 1,
    "inMilliseconds": lambda seconds: seconds * 1000 // 1,
    "inMicroseconds": lambda seconds: seconds * 1_000_000 // 1,
}
"""What a duration counts under a name, from its seconds: those of a `timedelta` are parts of it; then Dart's."""


def total_seconds(invocation: Invocation, receiver: Value) -> Possible | None:
    if not isinstance(receiver, Duration):
        return None
    return (Number(origin=invocation.call, number=receiver.seconds, trace=receiver.trace),)


def set_field(date: Moment, method: str, change: Callable[[str], Possible], origin: Expr) -> Possible | None:
    """A `Date` after `date.setHours(date.getHours() + n)`.

    `change` gives what is added to the result of the getter that it is told; None when `method` sets no field.
    """
    field = method.removeprefix("set").removeprefix("UTC")
    if not method.startswith("set") or field not in _SETTERS:
        return None
    spans = _sum_of([(_SETTERS[field], change(method.replace("set", "get", 1)))], origin)
    return bounded((_moved(date, span, origin) for span in spans), origin)
