"""Known functions, methods and constants, by language; what a language alone knows stands in its own module."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping

from lk_audit.syntax import Expr, Literal
from lk_audit.values import dialects, moments, texts
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import (
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
    Value,
)
from lk_audit.values.possible import unknown
from lk_audit.values.records import pairs_of, values_of

_LONGEST_TIMEDELTA = 86399999999999.0
_NUMBERS = {
    **dict.fromkeys(("NaN", "Number.NaN", "math.nan"), math.nan),
    **dict.fromkeys(("Infinity", "Number.POSITIVE_INFINITY", "math.inf"), math.inf),
    "Number.MAX_SAFE_INTEGER": 2.0**53 - 1,
    "Number.MAX_VALUE": sys.float_info.max,
    "sys.maxsize": 2.0**63 - 1,
}


def _taken(taken: Callable[[Value, Expr], Value | None]) -> Method:
    """A method that gives what is taken of its receiver."""

    def take(invocation: Invocation, receiver: Value) -> Possible | None:
        found = None if invocation.call.arguments else taken(receiver, invocation.call)
        return None if found is None else (found,)

    return take


METHODS: Mapping[type, Mapping[str, Method]] = {
    Text: texts.TEXT,
    Number: texts.NUMBER,
    Listed: texts.LISTED,
    Moment: moments.MOMENT_METHODS,
    Duration: {"total_seconds": moments.total_seconds},
    Mapped: {"copy": texts.itself, "items": _taken(pairs_of), "values": _taken(values_of)},
    **dict.fromkeys((Environment, Given, Returned), texts.SYMBOLIC),
}
"""Methods that most languages have."""


def function(name: str, language: str) -> Function | None:
    """The function of that full name that is known in a language."""
    library = dialects.library(language)
    return None if library is None else library.FUNCTIONS.get(dialects.simple_name(name, language))


def method(receiver: Value, name: str, language: str = "") -> Method | None:
    """The known method of that name on such a value; those of its language come first."""
    own = dialects.methods(language).get(type(receiver), {}).get(name)
    if own is not None or not dialects.shares_methods(language):
        return own
    return METHODS.get(type(receiver), {}).get(name)


def constant(name: str, origin: Expr, language: str) -> Value | None:
    """The value of a global such as `undefined` or `datetime.timedelta.max`."""
    if name == "undefined":
        return Nothing(origin=origin)
    if name == "datetime.timedelta.max":
        return Duration(origin=origin, seconds=_LONGEST_TIMEDELTA)
    library = dialects.library(language)
    durations: Mapping[str, float] = getattr(library, "DURATIONS", {})
    if name in durations:
        return Duration(origin=origin, seconds=durations[name])
    numbers: Mapping[str, float] = {**_NUMBERS, **getattr(library, "NUMBERS", {})}
    return Number(origin=origin, number=numbers[name]) if name in numbers else None


def literal(expr: Literal) -> Value:
    """The value of a constant."""
    match expr.value:
        case bool(flag):
            return Flag(origin=expr, flag=flag)
        case int() | float() as number:
            return Number(origin=expr, number=float(number)) if abs(number) < 2**1000 else unknown(expr)
        case str(text):
            return Text(origin=expr, text=text, pieces=(expr,))
        case bytes(raw):
            return Text(origin=expr, text=raw.decode("utf-8", "replace"), pieces=(expr,))
        case _:
            return Nothing(origin=expr)
