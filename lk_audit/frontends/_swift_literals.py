"""What Swift literals mean: strings of all kinds, numbers."""

from __future__ import annotations

import re

from lk_audit.patterns import regex

_ESCAPE = regex(r"\\#{0,8}(?:u\{(?P<point>[0-9A-Fa-f]{1,8})\}|(?P<line>[ \t]*\r?\n)|(?P<rest>.))", re.DOTALL)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_LARGEST = 0x10FFFF
_UNKNOWN = "\ufffd"
_MOST_DIGITS = 1000
_PREFIXES = {"0x": 16, "0b": 2, "0o": 8}


def text_of(raw: bytes) -> str:
    """The text of a piece of a string, escapes resolved."""
    text = raw.decode("utf-8", "replace")
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def raw_text(raw: bytes) -> str:
    """The text of a raw string with its signs: `#"..."#`."""
    text = raw.decode("utf-8", "replace")
    inner = text.strip("#")
    quote = '"""' if inner.startswith('"""') else '"'
    inner = inner.removeprefix(quote).removesuffix(quote)
    return inner.strip("\n") if len(quote) > 1 else inner


def _resolve(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "line":
        return ""
    if kind == "rest":
        return _SINGLE.get(text, text)
    point = int(text, 16)
    return chr(point) if point <= _LARGEST and not 0xD800 <= point <= 0xDFFF else _UNKNOWN  # noqa: PLR2004 - surrogates


def indentation(raw: bytes) -> str:
    """What stands before the closing quotes of a string over several lines: every line of it begins with that."""
    body = raw.rstrip(b"#").removesuffix(b'"""')
    last = body.rpartition(b"\n")[2]
    return last.decode("utf-8", "replace") if not last.strip() else ""


def number_value(raw: bytes) -> int | float:
    """The value of a number; a whole one too large to be a setting of anything is infinite.

    Raises:
        ValueError: it is no number.
    """
    text = raw.decode("ascii", "replace").replace("_", "").lower()
    base = _PREFIXES.get(text[:2])
    if base is not None and "." not in text and "p" not in text:
        return int(text[2:], base)
    if text.isdecimal():
        return int(text) if len(text) < _MOST_DIGITS else float("inf")
    return float(text)
