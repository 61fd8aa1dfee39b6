"""How long a token lives, from the values that the code gives a lifetime setting."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan

from lk_audit.extractors.context import FileContext
from lk_audit.facts import Expiry, Lifetime
from lk_audit.livekit.durations import DAY, MINUTE, YEAR, jose_span, ms_span, spoken
from lk_audit.livekit.sdks import TtlUnit
from lk_audit.source import Place
from lk_audit.syntax import Binary, Expr, Literal, walk
from lk_audit.values.model import (
    Clock,
    Duration,
    Moment,
    Nothing,
    Number,
    Possible,
    Text,
    Value,
)

FIRST_PLAUSIBLE_EPOCH = 1e9
"""September 2001: a smaller number is no date of a token, but a lifetime in the wrong place."""
FIRST_MILLISECOND_EPOCH = 1e11
"""The year 5138 in seconds, March 1973 in milliseconds: a larger number is in milliseconds."""
_EPOCH_OF_TODAY = 1.75e9

Reading = tuple[Expiry, float | None, str | None]
"""Expiry, seconds, slip."""


def lifetimes(
    context: FileContext, values: Possible, unit: TtlUnit, *, default: float | None, place: Place
) -> Iterator[Lifetime]:
    """Every lifetime that `values` can give a token.

    Args:
        context: the file.
        values: what the setting is given.
        unit: how the setting understands it.
        default: seconds that an empty value stands for, or None when it stands for no expiry.
        place: where to report it.
    """
    for value in values:
        expiry, seconds, slip = read(value, unit, default)
        yield Lifetime(expiry, place, seconds, slip, context.leads(value.trace))


def read(value: Value, unit: TtlUnit, default: float | None) -> Reading:
    """One value of a lifetime setting as the library understands it."""
    if isinstance(value, Nothing) or (isinstance(value, Text) and not value.text and unit is not TtlUnit.TIMEDELTA):
        return _absent(default)
    return _READERS[unit](value, default)


def _absent(default: float | None) -> Reading:
    return (Expiry.NEVER, None, None) if default is None else (Expiry.IMPLICIT, default, None)


def _span(seconds: float | None, slip: str | None = None) -> Reading:
    if seconds is None:
        return Expiry.REJECTED, None, slip
    if seconds <= 0:
        return Expiry.BORN_EXPIRED, seconds, slip
    return Expiry.EXPLICIT, seconds, slip


def _timedelta(value: Value, default: float | None) -> Reading:
    del default
    if isinstance(value, Duration):
        return _span(value.seconds)
    if isinstance(value, Number | Text | Moment):
        return Expiry.REJECTED, None, "the Python SDK takes a timedelta here and raises TypeError for anything else"
    return Expiry.UNKNOWN, None, None


def _seconds(number: float, value: Value, default: float | None) -> Reading:
    if number == 0 or isnan(number):
        return _absent(default)
    if number < 0:
        return Expiry.BORN_EXPIRED, number, None
    return Expiry.EXPLICIT, number, _millisecond_slip(number, value)


def _millisecond_slip(number: float, value: Value) -> str | None:
    """Explain a count of seconds that was meant in milliseconds, or None."""
    in_seconds = number / 1000
    if not (5 * MINUTE <= in_seconds <= 400 * DAY and in_seconds % MINUTE == 0):
        return None
    if not _multiplies_by_thousand(value.origin) and (number % DAY == 0 or in_seconds > DAY):
        return None
    return (
        f"the number counts seconds, so {number:,.0f} is {spoken(number)}; "
        f"in milliseconds it would be {spoken(in_seconds)}"
    )


def _multiplies_by_thousand(expr: Expr) -> bool:
    return any(
        isinstance(node, Binary)
        and node.operator == "*"
        and any(isinstance(side, Literal) and side.value == 1000 for side in (node.left, node.right))
        for node in walk(expr)
    )


def _point_as_duration() -> Reading:
    slip = "this is a point in time, and the setting takes a duration: the token outlives its holder"
    return Expiry.EXPLICIT, _EPOCH_OF_TODAY, slip


def _jose_duration(value: Value, default: float | None) -> Reading:
    if isinstance(value, Number):
        return _seconds(value.number, value, default)
    if isinstance(value, Text):
        return _span(jose_span(value.text), _rejected_span(value.text))
    if isinstance(value, Moment):
        return _point_as_duration()
    return Expiry.UNKNOWN, None, None


def _rejected_span(text: str) -> str | None:
    if jose_span(text) is not None:
        return None
    return "the SDK cannot read this time span and raises TypeError"


def _ms_duration(value: Value, default: float | None) -> Reading:
    if isinstance(value, Number):
        return _seconds(value.number, value, default)
    if isinstance(value, Text):
        bare = value.text.strip().lstrip("-").isdigit()
        slip = "a bare number in quotes counts milliseconds here, not seconds" if bare else None
        return _span(ms_span(value.text), slip)
    if isinstance(value, Moment):
        return _point_as_duration()
    return Expiry.UNKNOWN, None, None


def _epoch(value: Value, default: float | None) -> Reading:
    del default
    if isinstance(value, Moment):
        return _moment(value)
    if isinstance(value, Number):
        return _absolute(value.number)
    return Expiry.UNKNOWN, None, None


def _moment(value: Moment) -> Reading:
    if value.clock is Clock.MILLISECONDS:
        return Expiry.MILLISECONDS, None, "`exp` counts seconds, and this is in milliseconds"
    if value.offset > FIRST_PLAUSIBLE_EPOCH:
        return Expiry.EXPLICIT, value.offset, "two points in time are added up"
    return _span(value.offset, _moment_slip(value))


def _moment_slip(value: Moment) -> str | None:
    return None if value.offset <= 10 * YEAR else _millisecond_slip(value.offset, value)


def _absolute(number: float) -> Reading:
    if number < FIRST_PLAUSIBLE_EPOCH:
        return (
            Expiry.BORN_EXPIRED,
            number,
            f"a number here is a date in seconds since 1970, not a lifetime: {number:,.0f} is long past",
        )
    if number >= FIRST_MILLISECOND_EPOCH:
        return Expiry.MILLISECONDS, None, "`exp` counts seconds, and this number is in milliseconds"
    if number - _EPOCH_OF_TODAY > YEAR:
        return Expiry.EXPLICIT, number - _EPOCH_OF_TODAY, None
    return Expiry.UNKNOWN, None, None


def _epoch_or_span(value: Value, default: float | None) -> Reading:
    if isinstance(value, Text):
        return _jose_duration(value, default)
    return _epoch(value, default)


_READERS = {
    TtlUnit.TIMEDELTA: _timedelta,
    TtlUnit.SECONDS_OR_JOSE_SPAN: _jose_duration,
    TtlUnit.SECONDS_OR_MS_SPAN: _ms_duration,
    TtlUnit.EPOCH_OR_JOSE_SPAN: _epoch_or_span,
    TtlUnit.EPOCH: _epoch,
    TtlUnit.EPOCH_OR_DATETIME: _epoch,
}


