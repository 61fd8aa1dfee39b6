"""Functions that several languages have: conversions, rounding, extremes; each language gives them names of its own."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.syntax import Expr
from lk_audit.unicode import writable
from lk_audit.values import texts
from lk_audit.values.arithmetic import to_float
from lk_audit.values.invocation import Function, Invocation
from lk_audit.values.model import (
    Clock,
    Duration,
    Environment,
    Flag,
    Given,
    Listed,
    Mapped,
    Member,
    Moment,
    Nothing,
    Number,
    Possible,
    Returned,
    Text,
    Value,
)
from lk_audit.values.possible import bounded, joined_trace, truth, unknown

_LEADING_NUMBER = regex(r"\s*([-+]?\d{1,30}(?:\.\d{1,30})?)")
_MOST_COMBINATIONS = 256
_MOST_JSON = 100_000
_DEEPEST_JSON = 20


def first(change: Callable[[Value, Expr], Value | None]) -> Function:
    """A function of one argument and no more, value by value."""

    def call(invocation: Invocation) -> Possible | None:
        values = invocation.values(0)
        if not invocation.is_plain or not values:
            return None
        return invocation.each(values, lambda value: change(value, invocation.call))

    return call


def each(change: Callable[[Value, Expr], Value | None]) -> Function:
    """A function of its first argument, value by value, whatever comes after that."""

    def call(invocation: Invocation) -> Possible | None:
        values = invocation.values(0)
        return invocation.each(values, lambda value: change(value, invocation.call)) if values else None

    return call


to_text = each(texts.as_text)
"""A function that makes text of its argument."""


def identity(invocation: Invocation) -> Possible | None:
    """The first argument."""
    return invocation.values(0) or None


def as_number(whole: bool) -> Callable[[Value, Expr], Value | None]:
    """A conversion to a number; what stands for something outside the code goes on standing for it."""

    def convert(value: Value, origin: Expr) -> Value | None:
        match value:
            case Number(number=number):
                return replace(value, number=float(math.trunc(number))) if whole and math.isfinite(number) else value
            case Text(text=text) if (read := to_float(text)) is not None:
                number = float(math.trunc(read)) if whole else read
                return Number(origin=origin, number=number, environment=value.environment, trace=value.trace)
            case Moment(clock=Clock.OBJECT):
                return replace(value, clock=Clock.MILLISECONDS)
            case Moment() | Environment() | Given() | Returned():
                return value
            case _:
                return None

    return convert


def parsed_number(whole: bool) -> Function:
    """`parseInt("3600", 10)` and `parseFloat`: the number that text begins with."""

    def convert(value: Value, origin: Expr) -> Value | None:
        if isinstance(value, Text):
            match = _LEADING_NUMBER.match(value.text)
            return None if match is None else as_number(whole)(replace(value, text=match[1]), origin)
        return as_number(whole)(value, origin)

    def call(invocation: Invocation) -> Possible | None:
        base = invocation.values(1)
        if any(not isinstance(item, Number) or item.number not in {0, 10} for item in base):
            return None
        return first(convert)(invocation)

    return call


def rounding(round_off: Callable[[float], float]) -> Function:
    def convert(value: Value, origin: Expr) -> Value | None:
        known = as_number(whole=False)(value, origin)
        if not isinstance(known, Number) or not math.isfinite(known.number):
            return known
        return replace(known, number=float(round_off(known.number)))

    return first(convert)


def half_up(number: float) -> float:
    return math.floor(number + 0.5)


def absolute(value: Value, origin: Expr) -> Value | None:
    match value:
        case Number():
            return replace(value, number=abs(value.number), origin=origin)
        case Duration():
            return replace(value, seconds=abs(value.seconds), origin=origin)
        case _:
            return None


def magnitude(value: Value) -> tuple[str, float] | None:
    """How much a value is, and of what."""
    match value:
        case Number(number=number):
            return "number", number
        case Duration(seconds=seconds):
            return "duration", seconds
        case Moment(clock=clock, offset=offset):
            return clock.value, offset
        case _:
            return None


def _extreme(choose: Callable[[Iterable[float]], float], *, is_bound: bool) -> Function:
    """`min` and `max`. `min(x, 3600)` is at most 3600, so 3600 stands for it; `max(x, 3600)` may be anything more."""

    def call(invocation: Invocation) -> Possible | None:
        arguments = list(invocation.everything())
        if not invocation.is_plain or len(arguments) < 2 or any(item.name for item in invocation.call.arguments):  # noqa: PLR2004 - a pair
            return None
        known = [[value for value in values if magnitude(value)] for values in arguments]
        results = [_chosen(choose, items, invocation.call) for items in _combinations(known)]
        open_ended = any(len(items) < len(values) for items, values in zip(known, arguments, strict=True))
        if not results or None in results or (open_ended and not is_bound):
            results.append(unknown(invocation.call, *arguments))
        return bounded((item for item in results if item is not None), invocation.call)

    return call


def _combinations(known: list[list[Value]]) -> Iterator[tuple[Value, ...]]:
    choices = [items for items in known if items]
    return itertools.islice(itertools.product(*choices), _MOST_COMBINATIONS) if choices else iter(())


def _chosen(choose: Callable[[Iterable[float]], float], items: tuple[Value, ...], origin: Expr) -> Value | None:
    sizes = [(size, item) for item in items if (size := magnitude(item)) is not None]
    if len({size[0] for size, _ in sizes}) != 1:
        return None
    extreme = choose(size[1] for size, _ in sizes)
    chosen = next(item for size, item in sizes if size[1] == extreme)
    return replace(chosen, origin=origin, trace=joined_trace(*items))


LEAST = _extreme(min, is_bound=True)
GREATEST = _extreme(max, is_bound=False)


def encoded(invocation: Invocation) -> Possible | None:
    """`bytes(x, "utf-8")`, `Buffer.from(x)`: the same text, unless another encoding is asked for."""
    encodings = invocation.values(1, "encoding")
    if encodings and all(isinstance(item, Text) and item.text == "base64" for item in encodings):
        return from_base64(invocation)
    if not all(isinstance(item, Text) and item.text.lower() in texts.UTF8 for item in encodings):
        return invocation.unknown(*invocation.everything())
    return first(texts.as_text)(invocation)


def from_base64(invocation: Invocation) -> Possible:
    """`atob(x)`, `base64.b64decode(x)`: the text that was encoded, at its place."""
    return invocation.each(invocation.values(0), _decoded)


def _decoded(value: Value) -> Value | None:
    if not isinstance(value, Text) or len(value.text) > _MOST_JSON:
        return None
    from base64 import b64decode  # noqa: PLC0415 - few programs decode literals

    try:
        text = b64decode(value.text, validate=True).decode("ascii")
    except ValueError:
        return None
    return replace(value, text=text) if text.isprintable() else None


def boolean(python: bool) -> Function:
    def convert(value: Value, origin: Expr) -> Value | None:
        known = truth(value, python=python)
        return None if known is None else Flag(origin=origin, flag=known, trace=value.trace)

    return first(convert)


def derived(invocation: Invocation) -> Possible:
    """A result that is computed from the arguments in a way not followed here."""
    return invocation.unknown(*invocation.everything())


def json_value(invocation: Invocation) -> Possible:
    return invocation.each(invocation.values(0), lambda value: _parsed(value, invocation.call))


def _parsed(value: Value, origin: Expr) -> Value | None:
    if not isinstance(value, Text) or len(value.text) > _MOST_JSON:
        return None
    import json  # noqa: PLC0415 - few programs read settings out of literals

    try:
        return _from_json(json.loads(value.text), origin, 0)
    except (ValueError, RecursionError):
        return None


def _from_json(data: object, origin: Expr, depth: int) -> Value:  # noqa: PLR0911 - one per kind of data
    match data:
        case bool():
            return Flag(origin=origin, flag=data)
        case int() | float() if abs(data) < 2.0**1000:
            return Number(origin=origin, number=float(data))
        case str():
            return Text(origin=origin, text=writable(data), pieces=(origin,))
        case None:
            return Nothing(origin=origin)
        case list() if depth < _DEEPEST_JSON:
            return Listed(origin=origin, items=tuple((_from_json(item, origin, depth + 1),) for item in data))
        case dict() if depth < _DEEPEST_JSON:
            members = {
                writable(str(key)): Member(values=(_from_json(item, origin, depth + 1),), key=origin)
                for key, item in data.items()
            }
            return Mapped(origin=origin, members=members)
        case _:
            return unknown(origin)
