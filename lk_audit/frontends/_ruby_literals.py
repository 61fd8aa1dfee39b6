"""What Ruby literals mean: escapes, number formats, comments."""

from __future__ import annotations

import re

from lk_audit.patterns import regex

_ESCAPE = regex(
    r"\\(?:u\{(?P<point>[0-9A-Fa-f]{1,6})\}|u(?P<short>[0-9A-Fa-f]{4})|x(?P<byte>[0-9A-Fa-f]{1,2})"
    r"|(?P<octal>[0-7]{1,3})|(?P<rest>.))",
    re.DOTALL,
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v", "s": " ", "\n": ""}
_LARGEST = 0x10FFFF
_UNKNOWN = "\ufffd"
_MOST_DIGITS = 1000


def unescaped(raw: bytes) -> str:
    """The value of a piece of a text in double quotes."""
    text = raw.decode("utf-8", "replace")
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def quoted(raw: bytes) -> str:
    """The value of a piece of a text in single quotes, where only the quote and the backslash can be escaped."""
    text = raw.decode("utf-8", "replace")
    return text[1:] if len(text) == 2 and text[0] == "\\" and text[1] in "\\'" else text  # noqa: PLR2004 - one escape


def _resolve(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "rest":
        return _SINGLE.get(text, text)
    point = int(text, 8 if kind == "octal" else 16)
    return chr(point) if point <= _LARGEST and not 0xD800 <= point <= 0xDFFF else _UNKNOWN  # noqa: PLR2004 - surrogates


def integer_value(raw: bytes) -> int | float:
    """The value of an integer literal; one too large to be a setting of anything is infinite.

    Raises:
        ValueError: it is no number.
    """
    text = raw.decode("ascii", "replace").replace("_", "").lower().replace("0d", "")
    if text.isdecimal():
        is_octal = len(text) > 1 and text[0] == "0"
        return int(text, 8 if is_octal else 10) if len(text) < _MOST_DIGITS else float("inf")
    return int(text, 0)


def float_value(raw: bytes) -> float:
    """The value of a floating-point literal.

    Raises:
        ValueError: it is no number.
    """
    return float(raw.decode("ascii", "replace").replace("_", ""))


def comment_text(raw: bytes) -> str:
    """A comment without its markers."""
    text = raw.decode("utf-8", "replace")
    if text.startswith("=begin"):
        return text.removeprefix("=begin").rstrip().removesuffix("=end").strip()
    return text.lstrip("#").strip()
