"""How long a token lives, from the values that the code gives a lifetime setting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import inf, isfinite, isinf, isnan, nan
from typing import TypeAlias

from msgspec.structs import replace

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.mints.named_units import slip_told_by_name
from lk_audit.facts import Expiry, Lifetime
from lk_audit.livekit.durations import (
    DAY,
    EPOCH_OF_TODAY,
    FIRST_MILLISECOND_EPOCH,
    FIRST_PLAUSIBLE_EPOCH,
    MINUTE,
    YEAR,
    jose_span,
    ms_span,
    spoken,
)
from lk_audit.livekit.sdks import TtlUnit
from lk_audit.source import Place
from lk_audit.syntax import Binary, Class, Expr, Literal, walk
from lk_audit.values.model import (
    Clock,
    Defined,
    Duration,
    Environment,
    Flag,
    Given,
    Moment,
    Nothing,
    Number,
    Possible,
    Reference,
    Returned,
    Text,
    Unknown,
    Value,
)

_FAR_FUTURE = 1e10
"""More than three centuries: what is so far away was meant to be."""

Reading: TypeAlias = tuple[Expiry, float | None, str | None]
"""Expiry, seconds, slip."""
Reader: TypeAlias = Callable[[Value, float | None], Reading]
"""How a setting understands a value, given the seconds that an empty one stands for."""


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
    if unit not in _OPTIONAL and len(values) > 1:
        # `ttl=None` as a default, and `if ttl:` around the setting.
        values = tuple(value for value in values if not isinstance(value, Nothing))
    for value in values:
        if isinstance(value, Environment) and len(values) == 1 and unit in _OPTIONAL and default is not None:
            yield Lifetime(Expiry.IMPLICIT, place, default, leads=context.leads(value.trace))
        expiry, seconds, slip = read(value, unit, default)
        if unit is TtlUnit.MILLISECONDS and slip and _is_kept_elsewhere(context, value, place):
            expiry, seconds, slip = _UNREADABLE
        if expiry is Expiry.UNKNOWN:
            slip = slip or slip_told_by_name(context, place, unit)
        yield Lifetime(expiry, place, seconds, slip, context.leads(value.trace), unit)


def _is_kept_elsewhere(context: FileContext, value: Value, place: Place) -> bool:
    """Whether another class keeps a number, as settings do: a life that is too short harms nobody."""
    home = context.home(value.origin)
    owner = home.names.enclosing(value.origin, Class)
    return owner is not None and not home.place(owner).holds(place)


def read(value: Value, unit: TtlUnit, default: float | None) -> Reading:
    """One value of a lifetime setting as the library understands it."""
    if isinstance(value, Unknown | Given | Returned | Defined):
        return _UNREADABLE
    if isinstance(value, Reference):
        number = _GLOBAL_NUMBERS.get(value.name)
        return _UNREADABLE if number is None else read(Number(origin=value.origin, number=number), unit, default)
    return _READERS[unit](value, default)


_OPTIONAL = frozenset({TtlUnit.SECONDS_OR_JOSE_SPAN, TtlUnit.SECONDS_OR_MS_SPAN})
"""Settings that take nothing for the default, as an environment variable that is not set gives them."""
_UNREADABLE: Reading = (Expiry.UNKNOWN, None, None)
_GLOBAL_NUMBERS = {
    "NaN": nan,
    "Infinity": inf,
    "Number.NaN": nan,
    "math.inf": inf,
    "Number.MAX_SAFE_INTEGER": 2.0**53 - 1,
}


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
    if isinstance(value, Environment):
        return _UNREADABLE
    return Expiry.REJECTED, None, "the Python SDK takes a timedelta here and raises TypeError for anything else"


def _is_falsy(value: Value) -> bool:
    """Whether JavaScript takes the value for nothing, as in `ttl || default`."""
    match value:
        case Nothing() | Text(text="") | Flag(flag=False):
            return True
        case Number(number=number):
            return number == 0 or isnan(number)
        case _:
            return False


def _option(span: Callable[[str], Reading], *, whole: bool) -> Reader:
    """An option of the JavaScript SDK's constructor: seconds or a span; nothing means the default."""

    def reader(value: Value, default: float | None) -> Reading:
        if _is_falsy(value):
            return (Expiry.NEVER, None, None) if default is None else (Expiry.IMPLICIT, default, None)
        return _duration(value, span, whole=whole)

    return reader


def _duration(value: Value, span: Callable[[str], Reading], *, whole: bool) -> Reading:
    match value:
        case Number(number=number):
            return _seconds(number, value, whole=whole)
        case Text(text=text):
            return span(text)
        case Moment(clock=Clock.OBJECT) if not whole:
            return _moment(value)
        case Moment(clock=Clock.OBJECT) | Nothing() | Flag():
            return Expiry.REJECTED, None, "a lifetime is a number of seconds or a time span; the SDK raises for this"
        case Moment():
            slip = "this is a point in time, and the setting takes a duration: the token outlives its holder"
            return Expiry.EXPLICIT, EPOCH_OF_TODAY, slip
        case _:
            return _UNREADABLE


def _seconds(number: float, value: Value, *, whole: bool) -> Reading:
    if isinf(number) or isnan(number) or (whole and not number.is_integer()):
        return Expiry.REJECTED, None, "the SDK raises for a lifetime that is no whole number of seconds"
    return _span(number, _millisecond_slip(number, value) if number > 0 else None)


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


_THOUSAND = 1000
_FEW_SECONDS = 5 * _THOUSAND
"""In milliseconds: less than any device needs to connect."""


def _multiplies_by_thousand(expr: Expr) -> bool:
    return any(
        isinstance(node, Binary)
        and node.operator == "*"
        and any(isinstance(side, Literal) and side.value == _THOUSAND for side in (node.left, node.right))
        for node in walk(expr)
    )


def _jose_text(text: str) -> Reading:
    seconds = jose_span(text)
    return _span(seconds, "the SDK cannot read this time span and raises TypeError" if seconds is None else None)


def _ms_text(text: str) -> Reading:
    bare = text.strip().lstrip("-").isdigit()
    return _span(ms_span(text), "a bare number in quotes counts milliseconds here, not seconds" if bare else None)


def _expires_in(value: Value, default: float | None) -> Reading:
    """The `expiresIn` of jsonwebtoken, and the setter of version 1 of the JavaScript SDK, which hands it on."""
    del default
    return _duration(value, _ms_text, whole=True)


def _epoch(value: Value, default: float | None) -> Reading:
    """`exp` in a payload: nothing means that the token never expires."""
    match value:
        case Moment():
            return _moment(value)
        case Number(number=number):
            return _absolute(number)
        case Nothing():
            return (Expiry.NEVER, None, None) if default is None else _UNREADABLE
        case Duration():
            return Expiry.REJECTED, None, "`exp` is a point in time, and this is a duration"
        case _:
            return _UNREADABLE


def _moment(value: Moment) -> Reading:
    if value.clock is Clock.MILLISECONDS:
        return Expiry.MILLISECONDS, None, "`exp` counts seconds, and this is in milliseconds"
    if FIRST_PLAUSIBLE_EPOCH < value.offset < _FAR_FUTURE:
        return Expiry.EXPLICIT, value.offset, "two points in time are added up"
    return _span(value.offset, _millisecond_slip(value.offset, value) if value.clock is Clock.SECONDS else None)


def _absolute(number: float) -> Reading:
    if number < FIRST_PLAUSIBLE_EPOCH:
        slip = f"a number here is a date in seconds since 1970, not a lifetime: {number:,.0f} is long past"
        return Expiry.BORN_EXPIRED, number, slip
    if number >= FIRST_MILLISECOND_EPOCH:
        return Expiry.MILLISECONDS, None, "`exp` counts seconds, and this number is in milliseconds"
    if number - EPOCH_OF_TODAY > YEAR:
        return Expiry.EXPLICIT, number - EPOCH_OF_TODAY, None
    return _UNREADABLE


def _epoch_or_span(value: Value, default: float | None) -> Reading:
    """The `setExpirationTime` of jose, and the setter of version 2 of the JavaScript SDK, which hands it on."""
    match value:
        case Text(text=text):
            return _jose_text(text)
        case Nothing() | Flag():
            return Expiry.REJECTED, None, "a lifetime must be given here; jose raises for this"
        case _:
            return _epoch(value, default)


def _go_duration(value: Value, default: float | None) -> Reading:
    """Go's `SetValidFor`: nothing, and less than nothing, mean the default (livekit/protocol:auth/accesstoken.go)."""
    match value:
        case Duration(seconds=seconds):
            pass
        case Number(number=number):
            seconds = number * _NANOSECOND
        case Nothing():
            seconds = 0.0
        case _:
            return _UNREADABLE
    if seconds <= 0:
        return Expiry.IMPLICIT, default, None
    if isinstance(value, Number) and seconds < 1:
        # A bare number of seconds, which counts as nanoseconds: a mistake that gives nobody more than a minute, the
        # leeway of the server.
        return Expiry.BORN_EXPIRED, seconds, None
    return Expiry.EXPLICIT, seconds, None


def _milliseconds(value: Value, default: float | None) -> Reading:
    """The `ttl` of the Kotlin SDK (livekit/server-sdk-kotlin:AccessToken.kt)."""
    del default
    match value:
        case Number(number=number) if isfinite(number):
            slip = _second_slip(number, is_written=isinstance(value.origin, Literal))
            return (Expiry.BORN_EXPIRED, number / 1000, slip) if slip else _span(number / 1000)
        case Moment(clock=Clock.MILLISECONDS):
            slip = "this is a point in time, and the setting takes a duration: the token outlives its holder"
            return Expiry.EXPLICIT, EPOCH_OF_TODAY, slip
        case _:
            return _UNREADABLE


def _plain_seconds(value: Value, default: float | None) -> Reading:
    """Ruby's `ttl:`, which is added to a number of seconds: ActiveSupport's durations can be too, nothing cannot."""
    del default
    match value:
        case Duration(seconds=seconds):
            return _span(seconds)
        case Number() | Moment(clock=Clock.SECONDS):
            return _duration(value, _seconds_text, whole=False)
        case Text() | Nothing() | Flag():
            return Expiry.REJECTED, None, "the SDK adds it to a number of seconds and raises TypeError for this"
        case _:
            return _UNREADABLE


def _second_slip(number: float, *, is_written: bool) -> str | None:
    """Explain a count of milliseconds that was meant in seconds, or None.

    Nobody who writes a number himself means a token of a second or two; arithmetic may, where a test makes one.
    """
    meant = 5 * MINUTE <= number <= 400 * DAY and number % MINUTE == 0
    meant = meant or (is_written and MINUTE <= number < _FEW_SECONDS)
    if not meant or not (number < MINUTE * 1000 or number % 1000):
        return None
    return (
        f"the number counts milliseconds, so {number:,.0f} is {spoken(number / 1000)}; "
        f"in seconds it would be {spoken(number)}"
    )


def _date(value: Value, default: float | None) -> Reading:
    """A `Date`, or nothing where the lifetime is to count."""
    if isinstance(value, Nothing):
        return Expiry.IMPLICIT, default, None
    if isinstance(value, Number):
        return _absolute(value.number)
    # The compiler sees to it that it is a date: `getTime()` of a calendar is one, that of a date a number.
    is_date = isinstance(value, Moment) and value.clock is not Clock.SECONDS
    return _moment(replace(value, clock=Clock.OBJECT)) if is_date and isinstance(value, Moment) else _UNREADABLE


def _seconds_text(text: str) -> Reading:
    """PHP makes a number of numeric text."""
    bare = text.strip()
    return _span(float(bare)) if bare.isdecimal() else (Expiry.REJECTED, None, "this is no number of seconds")


def _duration_object(value: Value, default: float | None) -> Reading:
    """A setting that takes nothing but a duration; without one there is none."""
    match value:
        case Duration(seconds=seconds):
            return _span(seconds)
        case Nothing():
            return (Expiry.NEVER, None, None) if default is None else (Expiry.IMPLICIT, default, None)
        case _:
            return _UNREADABLE


_NANOSECOND = 1e-9
_READERS: dict[TtlUnit, Reader] = {
    TtlUnit.GO_DURATION: _go_duration,
    TtlUnit.MILLISECONDS: _milliseconds,
    TtlUnit.DATE: _date,
    TtlUnit.SECONDS: _plain_seconds,
    TtlUnit.SECONDS_OR_DEFAULT: _option(_seconds_text, whole=False),
    TtlUnit.DURATION: _duration_object,
    TtlUnit.TIMEDELTA: _timedelta,
    TtlUnit.SECONDS_OR_JOSE_SPAN: _option(_jose_text, whole=False),
    TtlUnit.SECONDS_OR_MS_SPAN: _option(_ms_text, whole=True),
    TtlUnit.EXPIRES_IN: _expires_in,
    TtlUnit.EPOCH_OR_JOSE_SPAN: _epoch_or_span,
    TtlUnit.EPOCH: _epoch,
    TtlUnit.EPOCH_OR_DATETIME: _epoch,
}
