"""What PHP literals mean: escapes, number formats, heredocs."""

from __future__ import annotations

import re

from lk_audit.patterns import regex

_ESCAPE = regex(
    r"\\(?:u\{(?P<point>[0-9A-Fa-f]{1,6})\}|x(?P<byte>[0-9A-Fa-f]{1,2})|(?P<octal>[0-7]{1,3})|(?P<rest>.))", re.DOTALL
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "e": "\x1b", "f": "\f", "\\": "\\", "$": "$", '"': '"'}
_LARGEST = 0x10FFFF
_UNKNOWN = "\ufffd"
_MOST_DIGITS = 1000


def single_quoted(raw: bytes) -> str:
    """The value of a string in single quotes, where only the quote and the backslash can be escaped."""
    text = raw.decode("utf-8", "replace").removeprefix("b")[1:-1]
    return text.replace("\\\\", "\0").replace("\\'", "'").replace("\0", "\\") if "\\" in text else text


def interpreted(raw: bytes) -> str:
    """The value of a piece of a string in double quotes, or of a heredoc."""
    text = raw.decode("utf-8", "replace")
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def _resolve(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "rest":
        return _SINGLE.get(text, match[0])
    point = int(text, 8 if kind == "octal" else 16)
    return chr(point) if point <= _LARGEST and not 0xD800 <= point <= 0xDFFF else _UNKNOWN  # noqa: PLR2004 - surrogates


def integer_value(raw: bytes) -> int | float:
    """The value of an integer literal; one too large to be a setting of anything is infinite.

    Raises:
        ValueError: it is no number.
    """
    text = raw.decode("ascii", "replace").replace("_", "").lower()
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
    """A comment without its markers, and without the `*` that block comments begin their lines with."""
    text = raw.decode("utf-8", "replace")
    if not text.startswith("/*"):
        return text.lstrip("/#").strip()
    lines = text[2:].removesuffix("*/").splitlines()
    return "\n".join(line.strip().lstrip("*").strip() for line in lines).strip()
