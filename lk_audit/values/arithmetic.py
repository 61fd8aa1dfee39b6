"""Operators over values: numbers, text, durations and points in time."""

from __future__ import annotations

import math
import operator as op
from collections.abc import Callable

from msgspec.structs import replace

from lk_audit.syntax import Expr
from lk_audit.values.model import (
    Clock,
    Duration,
    Environment,
    Flag,
    Listed,
    Mapped,
    Moment,
    Nothing,
    Number,
    Possible,
    Reference,
    Text,
    Value,
)
from lk_audit.values.possible import bounded, joined_trace, truth, unknown

_MOST_TEXT = 20_000
_LARGEST_EXACT = 2.0**53
_MILLISECONDS = 1000.0

_NUMERIC: dict[str, Callable[[float, float], float]] = {
    "+": op.add,
    "-": op.sub,
    "*": op.mul,
    "/": op.truediv,
    "//": op.floordiv,
    "**": op.pow,
}
_INTEGER: dict[str, Callable[[int, int], int]] = {
    "|": op.or_,
    "&": op.and_,
    "^": op.xor,
    "<<": op.lshift,
    ">>": op.rshift,
    ">>>": op.rshift,
}
_COERCING = frozenset({"-", "*", "/", "%", "**"})
_EPOCHS = ("DateTime.UnixEpoch", "DateTimeOffset.UnixEpoch", "UNIX_EPOCH")
"""What the count of seconds begins with: a point in time without it is that count."""
_EQUALITY = {"==": True, "===": True, "is": True, "!=": False, "!==": False, "is not": False}
_ORDER: dict[str, Callable[[float, float], bool]] = {"<": op.lt, "<=": op.le, ">": op.gt, ">=": op.ge}


def binary(operator: str, lefts: Possible, rights: Possible, origin: Expr, *, python: bool) -> Possible:
    """What `left operator right` can be."""
    return bounded((combine(operator, a, b, origin, python=python) for a in lefts for b in rights), origin)


def combine(operator: str, left: Value, right: Value, origin: Expr, *, python: bool) -> Value:
    """One pair of operands; `Unknown` where the result is not known."""
    found = _combine(operator, left, right, origin, python)
    if found is None:
        return unknown(origin, (left, right))
    return replace(found, origin=origin, trace=joined_trace(left, right))


def _combine(  # noqa: PLR0911 - one per kind of value
    operator: str, left: Value, right: Value, origin: Expr, python: bool
) -> Value | None:
    if operator in _EQUALITY or operator in _ORDER:
        return _compared(operator, left, right, origin)
    if isinstance(left, Moment) and isinstance(right, Reference) and operator == "-" and right.name.endswith(_EPOCHS):
        return left
    if not python and operator in _COERCING and not isinstance(right, Duration):
        left, right = _as_number(left), _as_number(right)
    match left, right:
        case Number(), Number():
            return _numbers(operator, left, right, origin, python)
        case Text(), _ if operator == "+":
            return concatenated([left, right], origin) if isinstance(right, Text) or not python else None
        case _, Text() if operator == "+" and not python:
            return concatenated([left, right], origin)
        case (Text(), Number()) | (Number(), Text()) if operator == "*" and python:
            return _repeated(left, right)
        case Listed(), Listed() if operator == "+" and python:
            return Listed(origin=origin, items=left.items + right.items, open=left.open or right.open)
        case _:
            return _moments(operator, left, right, origin, python=python)


def _as_number(value: Value) -> Value:
    """A `Date` or numeric text in JavaScript arithmetic."""
    if isinstance(value, Moment) and value.clock is Clock.OBJECT:
        return replace(value, clock=Clock.MILLISECONDS)
    if isinstance(value, Text) and (number := to_float(value.text)) is not None:
        return Number(origin=value.origin, number=number, environment=value.environment, trace=value.trace)
    return value


def to_float(text: str) -> float | None:
    """The number that a plain decimal text spells, or None."""
    try:
        number = float(text.strip())
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _numbers(operator: str, left: Number, right: Number, origin: Expr, python: bool) -> Number | None:
    result = calculate(operator, left.number, right.number, python=python)
    if result is None:
        return None
    return Number(origin=origin, number=result, environment=left.environment or right.environment)


def calculate(operator: str, left: float, right: float, *, python: bool) -> float | None:
    """Arithmetic on two numbers as the language does it; None for an error or a number that is none."""
    try:
        result: float | complex
        if operator == "%":
            result = left % right if python else math.fmod(left, right)
        elif operator in _INTEGER:
            result = _integers(operator, left, right)
        elif operator == "**" and abs(right) > _MILLISECONDS:
            return None
        elif operator in _NUMERIC:
            result = _NUMERIC[operator](left, right)
        else:
            return None
    except (ArithmeticError, ValueError, TypeError):
        return None
    # A negative base with a broken exponent gives a complex number.
    return result if not isinstance(result, complex) and math.isfinite(result) else None


def _integers(operator: str, left: float, right: float) -> float:
    if max(abs(left), abs(right)) > _LARGEST_EXACT or ("<<" in operator and right > 64):  # noqa: PLR2004 - bits
        raise OverflowError
    if operator == "|" and right == 0:
        return float(math.trunc(left))
    return float(_INTEGER[operator](math.trunc(left), math.trunc(right)))


def _moments(  # noqa: PLR0911 - one per kind of value
    operator: str, left: Value, right: Value, origin: Expr, *, python: bool
) -> Value | None:
    match left, operator, right:
        case Duration(), "+" | "-", Duration():
            return Duration(origin=origin, seconds=_NUMERIC[operator](left.seconds, right.seconds))
        case Duration(), "/" | "//" | "%", Duration():
            return _number(calculate(operator, left.seconds, right.seconds, python=True), origin)
        case Duration(), "*" | "/" | "//", Number():
            return _duration(calculate(operator, left.seconds, right.number, python=True), origin)
        case Number(), "*", Duration():
            return _duration(calculate("*", left.number, right.seconds, python=True), origin)
        case Duration(), "+", Moment():
            return _shifted(right, left.seconds, python=python)
        case Moment(), "+" | "-", Duration():
            return _shifted(left, right.seconds if operator == "+" else -right.seconds, python=python)
        case Moment(), "-", Moment():
            return _difference(left, right, origin)
        case Moment(), _, Number():
            return _moment_and_number(operator, left, right.number)
        case Number(), "+" | "*", Moment():
            return _moment_and_number(operator, right, left.number)
        case _:
            return None


def _number(number: float | None, origin: Expr) -> Number | None:
    return None if number is None else Number(origin=origin, number=number)


def _duration(seconds: float | None, origin: Expr) -> Duration | None:
    return None if seconds is None else Duration(origin=origin, seconds=seconds)


def _shifted(moment: Moment, seconds: float, *, python: bool) -> Moment | None:
    """A moment some time later; Ruby adds durations to numbers of seconds too."""
    can_be = moment.clock is Clock.OBJECT or (moment.clock is Clock.SECONDS and not python)
    return replace(moment, offset=moment.offset + seconds) if can_be else None


def _difference(left: Moment, right: Moment, origin: Expr) -> Value | None:
    seconds = left.offset - right.offset
    if left.clock is not right.clock:
        return None
    if left.clock is Clock.OBJECT:
        return Duration(origin=origin, seconds=seconds)
    return Number(origin=origin, number=seconds * (_MILLISECONDS if left.clock is Clock.MILLISECONDS else 1.0))


def _moment_and_number(operator: str, moment: Moment, number: float) -> Moment | None:
    clock = moment.clock
    unit = _MILLISECONDS if clock is Clock.MILLISECONDS else 1.0
    match operator:
        case _ if clock is Clock.OBJECT or not math.isfinite(number):
            return None
        case "+" | "-":
            return replace(moment, offset=_NUMERIC[operator](moment.offset, number / unit))
        case "/" | "//" if clock is Clock.MILLISECONDS and number == _MILLISECONDS:
            return replace(moment, clock=Clock.SECONDS)
        case "*" if clock is Clock.SECONDS and number == _MILLISECONDS:
            return replace(moment, clock=Clock.MILLISECONDS)
        case "|" | ">>>" | ">>" if number == 0:
            return moment
        case _:
            return None


def _repeated(left: Value, right: Value) -> Text | None:
    text, count = (left, right) if isinstance(left, Text) else (right, left)
    if not isinstance(text, Text) or not isinstance(count, Number):
        return None
    if not count.number.is_integer() or len(text.text) * count.number > _MOST_TEXT:
        return None
    return replace(text, text=text.text * int(count.number))


def concatenated(parts: list[Value], origin: Expr, glue: str = "") -> Text | None:
    """The text of all `parts`, or None when one of them has no known text."""
    spelled = [spell(part) for part in parts]
    texts = [text for text in spelled if text is not None]
    if len(texts) < len(spelled) or sum(map(len, texts)) > _MOST_TEXT:
        return None
    pieces = tuple(piece for part in parts for piece in _pieces(part))
    environments = (part.environment for part in parts if isinstance(part, Text | Number) and part.environment)
    return Text(origin=origin, text=glue.join(texts), pieces=pieces, environment=next(environments, None))


def spell(value: Value) -> str | None:
    """A value as text, where every language spells it alike."""
    if isinstance(value, Text):
        return value.text
    if isinstance(value, Number):
        return f"{value.number:.0f}" if value.number.is_integer() else repr(value.number)
    return None


def _pieces(part: Value) -> tuple[Expr, ...]:
    return part.pieces if isinstance(part, Text) else (part.origin,)


def _compared(operator: str, left: Value, right: Value, origin: Expr) -> Flag | None:
    if operator in _ORDER:
        if isinstance(left, Number) and isinstance(right, Number):
            return Flag(origin=origin, flag=_ORDER[operator](left.number, right.number))
        return None
    one, other = _constant(left), _constant(right)
    if one is None or other is None or one[0] == other[0] == "object":
        return None
    return Flag(origin=origin, flag=(one == other) is _EQUALITY[operator])


def _constant(value: Value) -> tuple[str, object] | None:
    match value:
        case Text(text=text):
            return "text", text
        case Number(number=number):
            return "number", number
        case Flag(flag=flag):
            return "flag", flag
        case Nothing():
            return "nothing", None
        case Mapped() | Listed() | Moment() | Duration():
            return "object", None
        case _:
            return None


def unary(operator: str, operand: Possible, origin: Expr, *, python: bool) -> Possible:
    """What `operator operand` can be."""
    return bounded((_unary(operator, value, origin, python) for value in operand), origin)


def _unary(  # noqa: PLR0911 - one per kind of value
    operator: str, value: Value, origin: Expr, python: bool
) -> Value:
    match operator, value:
        case "-", Number():
            return replace(value, number=-value.number, origin=origin)
        case "-", Duration():
            return replace(value, seconds=-value.seconds, origin=origin)
        case "+", Number() | Duration():
            return value
        case "+", Environment():
            return value
        case "+", Moment() | Text() if not python:
            number = _as_number(value)
            return unknown(origin, (value,)) if isinstance(number, Text) else number
        case "~", Number() if abs(value.number) < _LARGEST_EXACT:
            return replace(value, number=float(~math.trunc(value.number)), origin=origin)
        case "not" | "!", _ if (known := truth(value, python=python)) is not None:
            return Flag(origin=origin, flag=not known, trace=value.trace)
        case _:
            return unknown(origin, (value,))
