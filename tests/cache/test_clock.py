"""A time that takes note of its comparisons, and how long their outcomes hold."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.cache.clock import DAY, Span, Watched

NOW = 1_750_000_000.5
moments = st.one_of(
    st.integers(int(NOW) - 10, int(NOW) + 10),
    st.floats(NOW - 10, NOW + 10),
    st.sampled_from([NOW, math.inf, -math.inf]),
)
COMPARISONS: dict[str, Callable[[float, float], object]] = {
    "now < x": lambda now, x: now < x,
    "now <= x": lambda now, x: now <= x,
    "now > x": lambda now, x: now > x,
    "now >= x": lambda now, x: now >= x,
    "x < now": lambda now, x: x < now,
    "x <= now": lambda now, x: x <= now,
    "x - now > 3": lambda now, x: x - now > 3,
    "x - now <= 3": lambda now, x: x - now <= 3,
    "now - x > 3": lambda now, x: now - x > 3,
    "now + 5 < x": lambda now, x: now + 5 < x,
    "5 + now - 2 < x": lambda now, x: 5 + now - 2 < x,
}
USES: dict[str, Callable[[float], object]] = {
    "a text": str,
    "a formatted text": lambda now: f"{now:.0f}",
    "a whole number": int,
    "a rounded one": round,
    "a quotient": lambda now: now // 60,
    "a remainder": lambda now: divmod(now, 60),
    "a product": lambda now: 2 * now,
    "a truth": bool,
    "an equality": lambda now: now == NOW,
    "a key": lambda now: {now: 1},
    "a float": float,
    "a distance that is shown": lambda now: f"{NOW + 7 - now}",
    "a distance from itself": lambda now: now - now,
}


@pytest.mark.parametrize("compare", COMPARISONS.values(), ids=COMPARISONS)
@given(x=moments, later=st.floats(-20, 20))
def test_a_comparison_has_the_same_outcome_as_long_as_the_span_holds(
    compare: Callable[[float, float], object], x: float, later: float
) -> None:
    span = Span()
    outcome = compare(Watched(NOW, NOW, span), x)

    assert outcome == compare(NOW, x)
    if span.holds(NOW + later):
        assert compare(NOW + later, x) == outcome


@pytest.mark.parametrize("compare", COMPARISONS.values(), ids=COMPARISONS)
def test_a_comparison_with_something_far_off_holds_for_long(compare: Callable[[float, float], object]) -> None:
    span = Span()
    compare(Watched(NOW, NOW, span), NOW + 1000)

    assert span.holds(NOW + 900)
    assert span.holds(NOW - 10_000)
    assert not span.holds(NOW + 1100)


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_what_is_made_of_the_time_holds_for_no_other_moment(use: Callable[[float], object]) -> None:
    span = Span()

    assert use(Watched(NOW, NOW, span)) == use(NOW)
    assert not span.holds(NOW)


def test_what_goes_by_the_date_holds_from_midnight_to_midnight() -> None:
    span = Span()
    midnight = NOW // DAY * DAY

    span.ends_with_day(NOW)

    assert [span.holds(midnight + offset) for offset in (-1, 0, 1, DAY - 1, DAY)] == [False, True, True, True, False]
