"""How a time span is written: as code writes it, in the style of what stood there before."""

from __future__ import annotations

from lk_audit.livekit.durations import DAY, HOUR, MINUTE
from lk_audit.patterns import regex

_STEPS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1, "second"))
_TEXT = regex(r"\d+(?:\.\d+)?( ?)([A-Za-z]+)")


def whole(seconds: float) -> tuple[int, str]:
    """The largest unit of which `seconds` are a whole number, and how many: `3600` is 1 hour, `5400` 90 minutes."""
    size, word = next((size, word) for size, word in _STEPS if int(seconds) % size == 0)
    return int(seconds) // size, word


def text_span(seconds: float, like: str = "") -> str:
    """`1h`; in the style of `like`, which may say `24 hours`."""
    amount, word = whole(seconds)
    style = _TEXT.fullmatch(like)
    if style is None:
        return f"{amount}{word[0]}"
    space, unit = style.groups()
    if len(unit) == 1:
        return f"{amount}{space}{word[0]}"
    return f"{amount}{space}{word}{'' if amount == 1 else 's'}"


def keywords(seconds: float) -> str:
    """The arguments of a `timedelta`: `hours=1`."""
    amount, word = whole(seconds)
    return f"{word}s={amount}"


def number(seconds: float, *, scale: int = 1, as_product: bool = False) -> str:
    """A count of seconds, or of milliseconds with a `scale` of 1000: `3600`, or `60 * 60`."""
    if not as_product:
        return str(int(seconds) * scale)
    amount, word = whole(seconds)
    factors = {"day": ["24", "60", "60"], "hour": ["60", "60"], "minute": ["60"], "second": []}[word]
    shown = [str(amount)] if amount != 1 or not factors else []
    return " * ".join([*shown, *factors, *(["1000"] if scale == 1000 else [])])  # noqa: PLR2004 - milliseconds
