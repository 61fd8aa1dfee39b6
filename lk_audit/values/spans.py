"""What the tables of several languages share: amounts of units, moments moved by them, numbers in text."""

from __future__ import annotations

from math import isfinite

from msgspec.structs import replace

from lk_audit.syntax import Expr
from lk_audit.values.arithmetic import to_float
from lk_audit.values.conversions import each
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import Clock, Duration, Environment, Given, Moment, Number, Possible, Returned, Text, Value
from lk_audit.values.possible import bounded, joined_trace, unknown


def number(value: Value, origin: Expr) -> Value | None:
    """A number, also in text; what stands for something outside the code goes on standing for it."""
    match value:
        case Number() | Environment() | Returned() | Given() | Moment():
            return value
        case Text(text=text) if (found := to_float(text)) is not None:
            return Number(origin=origin, number=found, environment=value.environment, trace=value.trace)
        case _:
            return None


def span(seconds: float) -> Function:
    """A function that makes a duration of an amount of a unit."""

    def convert(value: Value, origin: Expr) -> Value | None:
        if not isinstance(value, Number) or not isfinite(value.number):
            return None
        return Duration(origin=origin, seconds=value.number * seconds, trace=value.trace)

    return each(convert)


def shifted(receiver: Value, amount: Value, origin: Expr, unit: float) -> Value:
    """A point in time after `amount` (a duration, or a number of `unit` seconds)."""
    match receiver, amount:
        case Moment(), Duration(seconds=seconds):
            pass
        case Moment(), Number(number=count) if isfinite(count):
            seconds = count
        case _:
            return unknown(origin, (receiver, amount))
    return replace(
        receiver, offset=receiver.offset + seconds * unit, origin=origin, trace=joined_trace(receiver, amount)
    )


def moving(unit: float) -> Method:
    """A method that gives a later point in time: by its argument, a number of `unit` seconds or a duration."""

    def move(invocation: Invocation, receiver: Value) -> Possible | None:
        if not isinstance(receiver, Moment):
            return None
        origin = invocation.call
        return bounded((shifted(receiver, value, origin, unit) for value in invocation.values(0)), origin)

    return move


def on_clock(clock: Clock) -> Method:
    """A method that counts the time since 1970."""

    def convert(invocation: Invocation, receiver: Value) -> Possible | None:
        if not isinstance(receiver, Moment) or receiver.clock is not Clock.OBJECT:
            return None
        return (replace(receiver, clock=clock, origin=invocation.call),)

    return convert


def counted(value: Value, unit: float, origin: Expr) -> Value | None:
    """A duration as a number of units."""
    if not isinstance(value, Duration):
        return None
    return Number(origin=origin, number=float(round(value.seconds / unit, 6)), trace=value.trace)


def in_units(unit: float) -> Method:
    """A method that gives a duration as a number of units."""

    def convert(invocation: Invocation, receiver: Value) -> Possible | None:
        found = counted(receiver, unit, invocation.call)
        return None if found is None else (found,)

    return convert


def from_clock(clock: Clock) -> Function:
    """A function that makes a date object of a count of time since 1970."""

    def convert(value: Value, origin: Expr) -> Value | None:
        if isinstance(value, Moment) and value.clock is clock:
            return replace(value, clock=Clock.OBJECT, origin=origin)
        return None

    return each(convert)
