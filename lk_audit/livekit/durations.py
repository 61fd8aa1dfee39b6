"""Time spans as the libraries that sign LiveKit tokens read them, in seconds, and how to say them."""

from __future__ import annotations

import re

from lk_audit.patterns import regex

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
YEAR = 365.25 * DAY

FIRST_PLAUSIBLE_EPOCH = 1e9
"""September 2001: a smaller number is no date of a token, but a lifetime in the wrong place."""
FIRST_MILLISECOND_EPOCH = 1e11
"""The year 5138 in seconds, March 1973 in milliseconds: a larger number is in milliseconds."""
EPOCH_OF_TODAY = 1.75e9
"""June 2025, from which the life of a token with a fixed date is counted: it need not be exact."""

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), MINUTE),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "week", "weeks"), WEEK),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), YEAR),
}
_MS_UNITS = {**_UNITS, **dict.fromkeys(("ms", "msec", "msecs", "millisecond", "milliseconds"), 0.001)}

_JOSE_SPAN = regex(r"([+-])? ?(\d+\.\d+|\d+) ?([a-z]+)(?: (ago|from now))?", re.IGNORECASE)
_MS_SPAN = regex(r"(-?(?:\d+)?\.?\d+) *([a-z]+)?", re.IGNORECASE)


def jose_span(text: str) -> float | None:
    """Seconds of a time span as jose reads it, negative for the past; None where jose raises.

    Source: panva/jose:src/lib/jwt_claims_set.ts (`secs`); also what livekit-server-sdk 2 does with a text `ttl`.
    """
    match = _JOSE_SPAN.fullmatch(text)
    if not match:
        return None
    sign, amount, unit, direction = match.groups()
    factor = _UNITS.get(unit.lower())
    if factor is None or (sign and direction):
        return None
    seconds = float(round(float(amount) * factor))
    return -seconds if sign == "-" or (direction or "").lower() == "ago" else seconds


def ms_span(text: str) -> float | None:
    """Seconds of a time span as the `ms` package reads it; a bare number is milliseconds.

    Source: vercel/ms:src/index.ts; used by jsonwebtoken (`expiresIn`) and so by livekit-server-sdk 1.
    """
    match = _MS_SPAN.fullmatch(text)
    if not match:
        return None
    amount, unit = match.groups()
    factor = _MS_UNITS.get((unit or "ms").lower())
    return None if factor is None else float(amount) * factor


_GO_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": MINUTE, "h": HOUR}
_GO_PART = regex(r"([0-9]{1,15}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(ns|us|µs|μs|ms|s|m|h)")
_LONGEST = 60


def go_span(text: str) -> float | None:
    """Seconds of a time span as Go's time.ParseDuration reads it ("1h30m", "0"); None where that gives an error.

    Source: golang/go:src/time/format.go (`ParseDuration`).
    """
    amount = text[1:] if text[:1] in {"+", "-"} else text
    if amount == "0":
        return 0.0
    parts = _GO_PART.findall(amount) if len(amount) <= _LONGEST else []
    if not parts or "".join(number + unit for number, unit in parts) != amount:
        return None
    seconds = float(sum(float(number) * _GO_UNITS[unit] for number, unit in parts))
    return -seconds if text.startswith("-") else seconds


_SPOKEN = ((YEAR, "year"), (DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second"))


def spoken(seconds: float) -> str:
    """A lifetime in words: `86400` is "1 day", `5400` is "1.5 hours"."""
    if abs(seconds) >= YEAR * 1000:
        return f"{seconds / YEAR:,.0f} years"
    for size, word in _SPOKEN:
        if abs(seconds) >= size * (1 if size <= DAY else 0.998):
            amount = f"{seconds / size:.1f}".removesuffix(".0")
            return f"{amount} {word}{'' if amount == '1' else 's'}"
    return f"{seconds:g} seconds"
