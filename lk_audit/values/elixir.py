"""Known functions of Elixir, as tables. Values have no methods: functions of their modules take them first.

Sources: the documentation of Elixir (System, DateTime, NaiveDateTime, Application, Kernel), of Erlang (os, timer), of
Timex, Joken and JOSE.
"""

from __future__ import annotations

import math

from msgspec.structs import replace

from lk_audit.values.conversions import (
    GREATEST,
    LEAST,
    absolute,
    derived,
    first,
    half_up,
    json_value,
    parsed_number,
    rounding,
    to_text,
)
from lk_audit.values.environment import APPLICATION
from lk_audit.values.invocation import Function, Invocation
from lk_audit.values.model import Clock, Duration, Environment, Listed, Mapped, Moment, Number, Possible, Text, Value
from lk_audit.values.moments import DAY, HOUR, MINUTE, MONTH, WEEK, YEAR, now
from lk_audit.values.possible import as_fallback, unknown
from lk_audit.values.spans import span

_CLOCKS = {
    **dict.fromkeys(("second", "seconds"), Clock.SECONDS),
    **dict.fromkeys(("millisecond", "milliseconds", "milli_seconds"), Clock.MILLISECONDS),
}
_SECONDS = {
    **dict.fromkeys(("millisecond", "milliseconds"), 0.001),
    **dict.fromkeys(("second", "seconds"), 1.0),
    **dict.fromkeys(("minute", "minutes"), MINUTE),
    **dict.fromkeys(("hour", "hours"), HOUR),
    **dict.fromkeys(("day", "days"), DAY),
    **dict.fromkeys(("week", "weeks"), WEEK),
    **dict.fromkeys(("month", "months"), MONTH),
    **dict.fromkeys(("year", "years"), YEAR),
}


def _unit(invocation: Invocation, position: int, default: str) -> str:
    """The unit that a call names; empty for one that is not known."""
    values = invocation.values(position)
    if not values:
        return default
    return values[0].text if len(values) == 1 and isinstance(values[0], Text) else ""


def _system_time(invocation: Invocation) -> Possible | None:
    """`System.system_time(:second)`; without a unit the machine chooses one."""
    clock = _CLOCKS.get(_unit(invocation, 0, ""))
    return None if clock is None else (Moment(origin=invocation.call, offset=0.0, clock=clock),)


def _added(invocation: Invocation) -> Possible | None:
    """`DateTime.add(now, 6, :hour)`: seconds where no unit is given."""
    size = _SECONDS.get(_unit(invocation, 2, "second"))
    amounts = invocation.values(1)
    if size is None or not amounts:
        return None
    return tuple(
        _later(moment, amount.number * size, invocation)
        if isinstance(moment, Moment) and isinstance(amount, Number)
        else unknown(invocation.call, (moment, amount))
        for moment in invocation.values(0)
        for amount in amounts
    )


def _later(moment: Moment, seconds: float, invocation: Invocation) -> Moment:
    return replace(moment, offset=moment.offset + seconds, origin=invocation.call)


def _shifted(invocation: Invocation) -> Possible | None:
    """`Timex.shift(now, hours: 6)`, `DateTime.shift(now, hour: 6)`."""
    spans = [_span(value) for value in invocation.values(1)]
    if len(spans) != 1 or spans[0] is None:
        return None
    seconds = spans[0]
    return invocation.each(
        invocation.values(0), lambda value: _later(value, seconds, invocation) if isinstance(value, Moment) else None
    )


def _span(value: Value) -> float | None:
    """The seconds that a keyword list of units comes to."""
    if not isinstance(value, Mapped) or value.open:
        return None
    total = 0.0
    for unit, member in value.members.items():
        amount = member.values[0] if len(member.values) == 1 else None
        if unit not in _SECONDS or not isinstance(amount, Number):
            return None
        total += _SECONDS[unit] * amount.number
    return total


def _counted(invocation: Invocation) -> Possible | None:
    """`DateTime.to_unix(moment, :second)`."""
    clock = _CLOCKS.get(_unit(invocation, 1, "second"))
    if clock is None:
        return None
    return invocation.each(
        invocation.values(0), lambda value: replace(value, clock=clock) if isinstance(value, Moment) else None
    )


def _hms(invocation: Invocation) -> Possible | None:
    """`:timer.hms(6, 0, 0)`."""
    parts = [values[0] for place in range(3) if len(values := invocation.values(place)) == 1]
    numbers = [part.number for part in parts if isinstance(part, Number)]
    if len(numbers) != 3:  # noqa: PLR2004 - hours, minutes, seconds
        return None
    hours, minutes, seconds = numbers
    return (Number(origin=invocation.call, number=1000 * (hours * HOUR + minutes * MINUTE + seconds)),)


def _divided(invocation: Invocation) -> Possible | None:
    """`div(milliseconds, 1000)`."""
    divisors = invocation.values(1)
    if len(divisors) != 1 or not isinstance(divisors[0], Number) or not divisors[0].number:
        return None
    divisor = divisors[0].number

    def divide(value: Value) -> Value | None:
        match value:
            case Number(number=number):
                return Number(origin=invocation.call, number=float(int(number / divisor)), trace=value.trace)
            case Moment(clock=Clock.MILLISECONDS) if divisor == 1000:  # noqa: PLR2004 - milliseconds
                return replace(value, clock=Clock.SECONDS, origin=invocation.call)
            case _:
                return None

    return invocation.each(invocation.values(0), divide)


def _seconds_of(invocation: Invocation) -> Possible | None:
    return invocation.each(
        invocation.values(0),
        lambda value: (
            Number(origin=invocation.call, number=value.seconds, trace=value.trace)
            if isinstance(value, Duration)
            else None
        ),
    )


def _setting(invocation: Invocation) -> Possible | None:
    """`Application.get_env(:app, :livekit, default)`: what an application is configured with.

    `compile_env` also takes a path: `[__MODULE__, :ttl]`.
    """
    found: list[Value] = []
    paths = (
        value.items[-1] if isinstance(value, Listed) and value.items else (value,) for value in invocation.values(1)
    )
    for key in (item for last in paths for item in last):
        if isinstance(key, Text):
            read = Environment(origin=invocation.call, name=key.text, accessor=APPLICATION, trace=key.trace)
            found += (read, *as_fallback(invocation.values(2), key.text))
        else:
            found.append(unknown(invocation.call, (key,)))
    return tuple(found) or None


def _same(position: int) -> Function:
    """A call that is as good as one of its arguments: a signer as its secret, a trimmed text as the text."""
    return lambda invocation: invocation.values(position) or None


_UNITS = {"seconds": 1.0, "minutes": MINUTE, "hours": HOUR, "days": DAY, "weeks": WEEK}

FUNCTIONS: dict[str, Function] = {
    **dict.fromkeys(("System.system_time", "System.os_time", ":os.system_time", ":erlang.system_time"), _system_time),
    **dict.fromkeys(
        ("DateTime.utc_now", "DateTime.now!", "NaiveDateTime.utc_now", "NaiveDateTime.local_now", "Timex.now"),
        now(Clock.OBJECT),
    ),
    **dict.fromkeys(("Joken.current_time", "Guardian.timestamp"), now(Clock.SECONDS)),
    **dict.fromkeys(("DateTime.add", "NaiveDateTime.add"), _added),
    **dict.fromkeys(("Timex.shift", "DateTime.shift", "NaiveDateTime.shift"), _shifted),
    **dict.fromkeys(("DateTime.to_unix", "Timex.to_unix"), _counted),
    **dict.fromkeys(("DateTime.truncate", "DateTime.from_naive!", "NaiveDateTime.truncate"), _same(0)),
    ":timer.hms": _hms,
    **dict.fromkeys(("div", "Integer.floor_div"), _divided),
    **{f"Timex.Duration.from_{unit}": span(seconds) for unit, seconds in _UNITS.items()},
    "Timex.Duration.to_seconds": _seconds_of,
    **dict.fromkeys(
        ("Application.get_env", "Application.fetch_env!", "Application.compile_env", "Application.compile_env!"),
        _setting,
    ),
    "Joken.Signer.create": _same(1),
    "JOSE.JWK.from_oct": _same(0),
    **dict.fromkeys(("to_string", "Kernel.to_string", "Atom.to_string", "Integer.to_string"), to_text),
    **dict.fromkeys(("String.trim", "String.to_charlist", "Enum.into", "Enum.to_list", "Map.to_list"), _same(0)),
    **dict.fromkeys(
        ("Base.encode64", "Base.url_encode64", "Jason.encode!", "Ecto.UUID.generate", "UUID.uuid4"), derived
    ),
    "min": LEAST,
    "max": GREATEST,
    **dict.fromkeys(("round", "Float.round"), rounding(half_up)),
    **dict.fromkeys(("floor", "Float.floor"), rounding(math.floor)),
    **dict.fromkeys(("ceil", "Float.ceil"), rounding(math.ceil)),
    "trunc": rounding(math.trunc),
    "abs": first(absolute),
    **dict.fromkeys(("String.to_integer", "String.to_float"), parsed_number(whole=False)),
    **dict.fromkeys(("Jason.decode!", "Poison.decode!", "JSON.decode!"), json_value),
}
