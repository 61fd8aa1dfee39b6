"""What JavaScript literals mean: escapes, number formats, character references."""

from __future__ import annotations

import re

from lk_audit.patterns import regex
from lk_audit.unicode import writable

_ESCAPE = regex(
    r"\\(?:u\{(?P<point>[0-9A-Fa-f]+)\}|u(?P<unit>[0-9A-Fa-f]{4})|x(?P<byte>[0-9A-Fa-f]{2})"
    r"|(?P<octal>[0-3][0-7]{0,2}|[4-7][0-7]?)|(?P<rest>\r\n|.))",
    re.DOTALL,
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_CONTINUATIONS = frozenset({"\n", "\r\n", "\r", "\u2028", "\u2029"})
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_LARGEST = 0x10FFFF
_UNKNOWN = "\ufffd"


def unescape(text: str) -> str:
    """`text` with escapes resolved as in a string; half a surrogate pair becomes the replacement character."""
    return writable(_ESCAPE.sub(_resolve, text)) if "\\" in text else text


def _resolve(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "rest":
        return "" if text in _CONTINUATIONS else _SINGLE.get(text, text)
    # The digits after the zeros bound the size of the number before it is converted.
    digits = text.lstrip("0") or "0"
    point = int(digits[:8], 8 if kind == "octal" else 16)
    return chr(point) if point <= _LARGEST else _UNKNOWN


def string_value(raw: bytes) -> str:
    """The value of a string with its quotes."""
    return unescape(raw[1:-1].decode("utf-8", "replace"))


def markup_value(raw: bytes) -> str:
    """The value of text in markup, where `&amp;` is an escape and a backslash is none."""
    text = raw.decode("utf-8", "replace")
    if "&" not in text:
        return text
    import html  # noqa: PLC0415 - two thousand names, which few texts use

    return html.unescape(text)


def number_value(raw: bytes) -> int | float:
    """The value of a number; a bigint is an `int`, a number too large to tell is infinite.

    Raises:
        ValueError: it is no number.
    """
    text = raw.decode("ascii", "replace").replace("_", "").lower()
    base = _BASES.get(text[:2])
    if base is not None:
        return int(text[2:].removesuffix("n"), base)
    digits = text.removesuffix("n")
    if not digits.isdecimal():
        return float(digits)
    if len(digits) > 1 and digits[0] == "0" and not set(digits) & set("89"):
        return int(digits, 8)
    # Python refuses to convert very long decimal numbers; such a number is no setting of anything.
    return int(digits) if len(digits) < _MOST_DIGITS else float(digits)


_MOST_DIGITS = 1000
