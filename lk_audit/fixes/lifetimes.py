"""Lifetimes that are too long or in the wrong unit, written anew in the way they were written."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from lk_audit.edits import Edit, Fix
from lk_audit.extractors.context import FileContext
from lk_audit.extractors.mints.lifetimes import read
from lk_audit.facts import Expiry
from lk_audit.fixes import spans
from lk_audit.fixes.ground import (
    Ground,
    assigned_name,
    callee_ends_with,
    inside,
    is_used_once,
    names_in,
    quote_of,
    written,
)
from lk_audit.fixes.imports import member_name
from lk_audit.livekit.durations import MINUTE, spoken
from lk_audit.livekit.sdks import TtlUnit
from lk_audit.repairs import CorrectUnit, LimitLifetime
from lk_audit.syntax import Argument, Binary, Call, Expr, Literal, Parameter, walk
from lk_audit.values.model import Clock, Duration, Environment, Given, Moment, Number, Returned, Text, Unknown, Value

_TEXT_UNITS = frozenset({TtlUnit.SECONDS_OR_JOSE_SPAN, TtlUnit.SECONDS_OR_MS_SPAN, TtlUnit.EXPIRES_IN})
_MILLISECONDS = 1000


class _New(Struct, frozen=True):
    """An expression and the text that replaces it, with what that needs at the top of the file."""

    target: Expr
    text: str
    imports: tuple[Edit, ...] = ()


def limit(ground: Ground, repair: LimitLifetime) -> Fix | None:
    """Shorten every value of a lifetime that is above the limit."""
    found = ground.value(repair.place)
    if found is None:
        return None
    context, expr = found
    too_long = [value for value in context.values(expr) if _exceeds(value, repair.unit, repair.longest)]
    changes = [_change(ground, context, expr, value, repair) for value in too_long]
    return _fix(f"Shorten the lifetime to {spoken(repair.longest)}", changes)


def _exceeds(value: Value, unit: TtlUnit, longest: float) -> bool:
    expiry, seconds, slip = read(value, unit, None)
    return expiry is Expiry.EXPLICIT and slip is None and (seconds or 0) > longest


def correct_unit(ground: Ground, repair: CorrectUnit) -> Fix | None:
    """Write what was meant with its unit, where the code leaves no doubt about it."""
    found = ground.value(repair.place)
    values = found[0].values(found[1]) if found is not None else ()
    if found is None or len(values) != 1:
        return None
    context, expr = found
    new = _in_unit(context, expr, values[0], repair)
    if new is None or repair.place.path not in ground.scanned:
        return None
    edits = (ground.edit(context, new.target, new.text), *new.imports)
    is_safe = inside(values[0].origin, expr) and not names_in(new.target)
    return Fix("Write the lifetime with the unit that was meant", edits, is_safe)


# --- one value --------------------------------------------------------------------------------------------------------

Change = tuple[tuple[Edit, ...], bool] | None
"""Edits, and whether they are safe; None where the value cannot be rewritten."""


def _fix(title: str, changes: Iterable[Change]) -> Fix | None:
    edits: list[Edit] = []
    is_safe = True
    for change in changes:
        if change is None:
            return None
        edits += [edit for edit in change[0] if edit not in edits]
        is_safe = is_safe and change[1]
    return Fix(title, tuple(edits), is_safe) if edits else None


def _change(ground: Ground, context: FileContext, expr: Expr, value: Value, repair: LimitLifetime) -> Change:
    """Shorten a value where it is written, if nothing else reads it there; else where it is used."""
    origin = value.origin
    home = context.home(origin)
    new = _shortened(home, origin, value, repair.longest)
    if new is None or (names_in(new.target) and _is_partly_unknown(context, expr)):
        return None
    edits = (ground.edit(home, new.target, new.text), *new.imports)
    if home is context and inside(origin, expr):
        return edits, not names_in(new.target)
    variable = assigned_name(home, origin)
    if variable is not None and is_used_once(home, variable) and not _is_unit_name(variable.id):
        return edits, not names_in(new.target)
    if isinstance(home.names.parent(origin), Parameter | Argument):
        return edits, False
    return _at_use(ground, context, expr, value, edits, repair.longest)


def _is_partly_unknown(context: FileContext, expr: Expr) -> bool:
    """Whether a caller may decide as well: then the names in an expression are what he decides by."""
    return any(isinstance(value, Given | Unknown | Environment | Returned) for value in context.values(expr))


def _at_use(  # noqa: PLR0913, PLR0917 - what is known about one value
    ground: Ground, context: FileContext, expr: Expr, value: Value, at_origin: tuple[Edit, ...], longest: float
) -> Change:
    """What others read too is left as it is, but for a point in time, which has no meaning apart from its variable."""
    if len(context.values(expr)) != 1:
        return None
    match value:
        case Moment():
            return at_origin, False
        case Duration():
            name = member_name(context, "datetime", "timedelta")
            new = _New(expr, f"{name[0]}({spans.keywords(longest)})", name[1]) if name is not None else None
        case Text(text=text):
            quote = quote_of(context, value.origin)
            new = _New(expr, f"{quote}{spans.text_span(longest, text)}{quote}")
        case _:
            new = _New(expr, spans.number(longest))
    return None if new is None else ((ground.edit(context, new.target, new.text), *new.imports), False)


def _shortened(context: FileContext, target: Expr, value: Value, longest: float) -> _New | None:
    match value:
        case Text(text=text):
            literal = _literal(target, text)
            quote = quote_of(context, literal)
            return _New(literal, f"{quote}{spans.text_span(longest, text)}{quote}") if literal else None
        case Number(number=number):
            return _number(context, target, number, longest)
        case Duration():
            return _duration(context, target, longest)
        case Moment(offset=offset):
            return _moment(context, target, offset, longest)
        case _:
            return None


def _literal(target: Expr, text: str) -> Literal | None:
    """The only literal in an expression that writes `text`; a bare number may stand in quotes."""
    found = [node for node in walk(target) if isinstance(node, Literal) and str(node.value) == text]
    return found[0] if len(found) == 1 else None


def _number(context: FileContext, target: Expr, number: float, longest: float, scale: int = 1) -> _New | None:
    if isinstance(target, Call):
        literal = _literal(target, f"{number:.0f}")
        if literal is None:
            return None
        quote = quote_of(context, literal) if isinstance(literal.value, str) else ""
        return _New(literal, f"{quote}{spans.number(longest, scale=scale)}{quote}")
    if isinstance(target, Binary) and target.operator == "*":
        return _product(context, target, number, longest, scale)
    if isinstance(target, Literal | Binary):
        return _New(target, spans.number(longest, scale=scale, as_product=isinstance(target, Binary)))
    return None


def _product(context: FileContext, target: Binary, number: float, longest: float, scale: int) -> _New:
    """`12 * HOUR` keeps its unit when the limit is a whole number of it; else the product is written out."""
    for count, unit in ((target.left, target.right), (target.right, target.left)):
        size = next((item.number for item in context.values(unit) if isinstance(item, Number)), 0.0)
        if isinstance(count, Literal) and names_in(unit) and size and (longest * scale) % size == 0:
            return _New(count, f"{longest * scale / size:.0f}")
    del number
    return _New(target, spans.number(longest, scale=scale, as_product=True))


def _duration(context: FileContext, target: Expr, longest: float) -> _New | None:
    """A `timedelta` under the name that the expression calls it by, or that the file knows it by."""
    inner = next((node for node in walk(target) if callee_ends_with(node, "timedelta")), None)
    if isinstance(inner, Call):
        return _New(target, f"{written(context, inner.callee)}({spans.keywords(longest)})")
    name = member_name(context, "datetime", "timedelta")
    return _New(target, f"{name[0]}({spans.keywords(longest)})", name[1]) if name is not None else None


def _moment(context: FileContext, target: Expr, offset: float, longest: float) -> _New | None:
    """What is added to the present."""
    for node in walk(target):
        if not isinstance(node, Binary) or node.operator != "+":
            continue
        for now, added in ((node.left, node.right), (node.right, node.left)):
            start, values = context.values(now), context.values(added)
            if len(start) == 1 and isinstance(start[0], Moment) and start[0].offset == 0 and len(values) == 1:
                return _added(context, added, values[0], offset, longest)
    return None


def _added(context: FileContext, expr: Expr, value: Value, offset: float, longest: float) -> _New | None:
    if isinstance(value, Duration):
        return _duration(context, expr, longest)
    if not isinstance(value, Number) or not offset:
        return None
    scale = round(value.number / offset)
    if scale not in {1, _MILLISECONDS} or abs(value.number / offset - scale) > scale / 100:
        return None
    if value.origin is expr or isinstance(expr, Binary):
        return _number(context, expr, value.number, longest, scale)
    return _New(expr, spans.number(longest, scale=scale, as_product=True))


_UNIT_WORDS = frozenset(
    f"{word}{end}" for word in ("second", "minute", "hour", "day", "week", "month", "year", "sec", "min")
    for end in ("", "s")
)  # fmt: skip
_SMALL_WORDS = frozenset({"in", "per", "a", "one", "s", "ms", "of"})


def _is_unit_name(name: str) -> bool:
    """Whether a constant is called after a unit, such as `ONE_DAY`: it says how long a day is, not how long to live."""
    words = [word for word in name.lower().split("_") if word]
    return any(word in _UNIT_WORDS for word in words) and all(word in _UNIT_WORDS | _SMALL_WORDS for word in words)


# --- units ------------------------------------------------------------------------------------------------------------


def _in_unit(context: FileContext, expr: Expr, value: Value, repair: CorrectUnit) -> _New | None:
    match value:
        case Moment(clock=Clock.MILLISECONDS, offset=offset) if offset > 0 and "EPOCH" in repair.unit.name:
            return _now_in_seconds(context, expr, min(offset, repair.longest))
        case Number(number=number) if number > 0 and repair.unit is TtlUnit.TIMEDELTA:
            return _as_timedelta(context, expr, number, repair.longest)
        case Number(number=number) if number > 0 and repair.unit in _TEXT_UNITS:
            return _as_text(context, expr, number / _MILLISECONDS, repair.longest)
        case Number(number=number) if number > 0 and repair.unit is TtlUnit.EPOCH_OR_JOSE_SPAN:
            return _as_text(context, expr, _meant_seconds(number), repair.longest)
        case Text(text=text) if text.isdigit() and repair.unit in _TEXT_UNITS:
            return _as_text(context, expr, _meant_seconds(float(text)), repair.longest)
        case _:
            return None


def _meant_seconds(number: float) -> float:
    """A bare number as seconds; one that is minutes of milliseconds as these."""
    is_milliseconds = number >= 5 * MINUTE * _MILLISECONDS and number % (MINUTE * _MILLISECONDS) == 0
    return number / _MILLISECONDS if is_milliseconds else number


def _as_text(context: FileContext, expr: Expr, seconds: float, longest: float) -> _New | None:
    seconds = min(seconds, longest)
    if seconds < 1 or not float(seconds).is_integer():
        return None
    quote = quote_of(context, expr)
    return _New(expr, f"{quote}{spans.text_span(seconds)}{quote}")


def _as_timedelta(context: FileContext, expr: Expr, number: float, longest: float) -> _New | None:
    """`timedelta(seconds=TTL)`: what was written, with its unit, unless that is too long."""
    name = member_name(context, "datetime", "timedelta")
    if name is None:
        return None
    is_fine = number <= longest and _meant_seconds(number) == number
    inner = f"seconds={written(context, expr)}" if is_fine else spans.keywords(min(_meant_seconds(number), longest))
    return _New(expr, f"{name[0]}({inner})", name[1])


def _now_in_seconds(context: FileContext, expr: Expr, seconds: float) -> _New | None:
    """`Math.floor(Date.now() / 1000) + 900`, `int(time.time()) + 900`: the present by what the code asks for it."""
    clock = next((node for node in walk(expr) if isinstance(node, Call) and _is_clock(context, node)), None)
    if clock is None or not float(seconds).is_integer():
        return None
    now = written(context, clock)
    start = f"int({now})" if context.is_python else f"Math.floor({now} / 1000)"
    return _New(expr, f"{start} + {spans.number(seconds, as_product=True)}")


def _is_clock(context: FileContext, call: Call) -> bool:
    return context.names.qualified(call.callee) in {"time.time", "Date.now"}
