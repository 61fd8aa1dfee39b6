"""What the literals of many languages mean alike: characters by their number, and numbers."""

from __future__ import annotations

_UNKNOWN = "\N{REPLACEMENT CHARACTER}"
_LARGEST = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_MOST_DIGITS = 1000


def character(number: int) -> str:
    """The character of that number; U+FFFD for half of a surrogate pair, and where there is none."""
    return chr(number) if number <= _LARGEST and number not in _SURROGATES else _UNKNOWN


def whole_number(raw: bytes, *, octal: bool = False) -> int | float:
    """The value of an integer, with whatever prefix it has; one too large to be a setting of anything is infinite.

    `octal` tells whether a zero in front makes it one to the base of eight.

    Raises:
        ValueError: it is no integer.
    """
    text = raw.decode("ascii", "replace").replace("_", "").lower()
    if not text.isdecimal():
        return int(text, 0)
    if len(text) >= _MOST_DIGITS:
        return float("inf")
    return int(text, 8 if octal and len(text) > 1 and text[0] == "0" else 10)


def real_number(raw: bytes) -> float:
    """The value of a decimal fraction.

    Raises:
        ValueError: it is hexadecimal, or no number.
    """
    return float(raw.decode("ascii", "replace").replace("_", ""))


def any_number(raw: bytes) -> int | float:
    """The value of a number of either kind.

    Raises:
        ValueError: it is none.
    """
    try:
        return whole_number(raw)
    except ValueError:
        return real_number(raw)
