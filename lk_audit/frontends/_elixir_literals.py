"""What Elixir literals mean: escapes, number formats, comments."""

from __future__ import annotations

import re

from lk_audit.patterns import regex

_ESCAPE = regex(
    r"\\(?:u\{(?P<point>[0-9A-Fa-f]{1,6})\}|u(?P<short>[0-9A-Fa-f]{4})|x(?P<byte>[0-9A-Fa-f]{1,2})|(?P<rest>.))",
    re.DOTALL,
)
_SINGLE = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "a": "\a",
    "b": "\b",
    "d": "\x7f",
    "e": "\x1b",
    "f": "\f",
    "v": "\v",
    "s": " ",
    "0": "\0",
    "\n": "",
}
_LARGEST = 0x10FFFF
_UNKNOWN = "\ufffd"
_MOST_DIGITS = 1000


def unescaped(raw: bytes) -> str:
    """The value of a piece of a text."""
    text = raw.decode("utf-8", "replace")
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def _resolve(match: re.Match[str]) -> str:
    if match["rest"] is not None:
        return _SINGLE.get(match["rest"], match["rest"])
    point = int(match[match.lastgroup or 0], 16)
    return chr(point) if point <= _LARGEST and not 0xD800 <= point <= 0xDFFF else _UNKNOWN  # noqa: PLR2004 - surrogates


def integer_value(raw: bytes) -> int | float:
    """The value of an integer literal; one too large to be a setting of anything is infinite.

    Raises:
        ValueError: it is no number.
    """
    text = raw.decode("ascii", "replace").replace("_", "")
    if text.isdecimal():
        return int(text) if len(text) < _MOST_DIGITS else float("inf")
    return int(text, 0)


def float_value(raw: bytes) -> float:
    """The value of a floating-point literal.

    Raises:
        ValueError: it is no number.
    """
    return float(raw.decode("ascii", "replace").replace("_", ""))


def comment_text(raw: bytes) -> str:
    """A comment without its marker."""
    return raw.decode("utf-8", "replace").lstrip("#").strip()
