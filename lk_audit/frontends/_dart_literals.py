"""What Dart literals mean: strings of all kinds, numbers."""

from __future__ import annotations

import re

from lk_audit.patterns import regex

_ESCAPE = regex(
    r"\\(?:u\{(?P<long>[0-9A-Fa-f]{1,6})\}|u(?P<short>[0-9A-Fa-f]{4})|x(?P<byte>[0-9A-Fa-f]{2})|(?P<rest>.))", re.DOTALL
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_LARGEST = 0x10FFFF
_UNKNOWN = "\ufffd"
_MOST_DIGITS = 1000
_FIRST_LINE = regex(r"[ \t]*\r?\n")
QUOTES = frozenset({"'", '"', "'''", '"""', "r'", 'r"', "r'''", 'r"""'})
"""How the grammar names what a string begins and ends with."""


def piece(raw: bytes, quote: str, *, is_first: bool) -> str:
    """The text of a piece of a string that begins with `quote`; a line that only opens a long string is left out."""
    text = raw.decode("utf-8", "replace")
    if is_first and quote.lstrip("r") in {"'''", '"""'}:
        opening = _FIRST_LINE.match(text)
        text = text[opening.end() :] if opening is not None else text
    if quote.startswith("r") or "\\" not in text:
        return text
    return _ESCAPE.sub(_resolve, text)


def _resolve(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "rest":
        return _SINGLE.get(text, text)
    point = int(text, 16)
    return chr(point) if point <= _LARGEST and not 0xD800 <= point <= 0xDFFF else _UNKNOWN  # noqa: PLR2004 - surrogates


def number_value(raw: bytes) -> int | float:
    """The value of a number; a whole one too large to be a setting of anything is infinite.

    Raises:
        ValueError: it is no number.
    """
    text = raw.decode("ascii", "replace").replace("_", "").lower()
    if text.startswith("0x"):
        return int(text, 16)
    if text.isdecimal():
        return int(text) if len(text) < _MOST_DIGITS else float("inf")
    return float(text)
