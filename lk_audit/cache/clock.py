"""The time of a scan, watched: what rules compare it with tells how long their outcome holds.

A token that is written down expires some day, and the finding changes then. Rules have the time as a number; here it
is a number that takes note of its comparisons. Whatever else is done with it (a text made of it, say) has an outcome
that holds for this moment only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Self

from msgspec import Struct

DAY = 86_400


class Span(Struct):
    """Between which times, both excluded and in seconds since 1970, an outcome stays what it is."""

    after: float = -math.inf
    before: float = math.inf

    def holds(self, now: float) -> bool:
        return self.after < now < self.before

    def changes_at(self, moment: float, now: float) -> None:
        """Something is another thing before `moment` than after it."""
        if moment <= now:
            self.after = max(self.after, moment)
        if moment >= now:
            self.before = min(self.before, moment)

    def ends_with_day(self, now: float) -> None:
        """Something goes by the date, which counts in UTC."""
        start = now // DAY * DAY
        self.after, self.before = max(self.after, math.nextafter(start, -math.inf)), min(self.before, start + DAY)


class Watched(float):
    """A time, or a distance from it, that is compared at will and otherwise keeps its outcome from being kept.

    `sign` is 1 for what grows with time (`now - x`) and -1 for what shrinks (`x - now`).
    """

    __slots__ = ("_now", "_sign", "_span")
    _now: float
    _sign: int
    _span: Span

    def __new__(cls, value: float, now: float, span: Span, sign: int = 1) -> Self:
        made = super().__new__(cls, value)
        made._now, made._span, made._sign = now, span, sign
        return made

    def _meets(self, other: object) -> None:
        """Take note of when this will be, or was, equal to `other`."""
        if isinstance(other, Watched) or not isinstance(other, int | float):
            self._is_used()
        elif not math.isnan(other):
            self._span.changes_at(self._now + self._sign * (float(other) - self._value), self._now)

    def _is_used(self) -> None:
        self._span.changes_at(self._now, self._now)

    @property
    def _value(self) -> float:
        return float.__float__(self)

    def __lt__(self, other: float) -> bool:
        self._meets(other)
        return float.__lt__(self, other)

    def __le__(self, other: float) -> bool:
        self._meets(other)
        return float.__le__(self, other)

    def __gt__(self, other: float) -> bool:
        self._meets(other)
        return float.__gt__(self, other)

    def __ge__(self, other: float) -> bool:
        self._meets(other)
        return float.__ge__(self, other)

    def __sub__(self, other: float) -> float:
        return self._moved(float.__sub__(self, other), other, self._sign)

    def __rsub__(self, other: float) -> float:
        return self._moved(float.__rsub__(self, other), other, -self._sign)

    def __add__(self, other: float) -> float:
        return self._moved(float.__add__(self, other), other, self._sign)

    __radd__ = __add__

    def _moved(self, value: float, other: float, sign: int) -> float:
        if isinstance(other, Watched) or value is NotImplemented:
            self._is_used()
            return value
        return Watched(value, self._now, self._span, sign)


def _using(name: str) -> Callable[..., Any]:
    plain = getattr(float, name)

    def used(self: Watched, *arguments: object) -> object:
        self._is_used()
        return plain(self, *arguments)

    return used


_COMPARED = frozenset({"__lt__", "__le__", "__gt__", "__ge__", "__sub__", "__rsub__", "__add__", "__radd__"})
_HARMLESS = frozenset(
    {"__new__", "__init__", "__class__", "__doc__", "__getattribute__", "__setattr__", "__delattr__", "__dir__"}
    | {"__init_subclass__", "__subclasshook__", "__getformat__", "__sizeof__", "fromhex", "from_number", "real", "imag"}
)
for _name in dir(float):
    if _name not in _COMPARED | _HARMLESS and callable(getattr(float, _name)):
        setattr(Watched, _name, _using(_name))
