"""Python's literals decoded: text with prefixes and escapes, and numbers."""

from __future__ import annotations

import re
from math import isfinite

from lk_audit.patterns import regex

_OPENING = regex(rb"([A-Za-z]{0,3})('''|\"\"\"|'|\")")
_BYTE_ESCAPE = regex(r"\\(\n|[abfnrtv'\"\\]|[0-7]{1,3}|x[0-9a-fA-F]{2})")
_TEXT_ESCAPE = regex(_BYTE_ESCAPE.pattern[:-1] + r"|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[A-Za-z0-9 -]{1,100}\})")
_SIMPLE = {
    "\n": "",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "'": "'",
    '"': '"',
    "\\": "\\",
}
_OLD_OCTAL = regex(r"0[0-7]+")
_LONGEST_NUMBER = 100
"""Characters: no program means a longer number, and Python itself refuses to print very long ones."""


def string_value(raw: bytes) -> str | bytes | None:
    """The value of a string without replacement fields, given with prefix and quotes; None when it is no string."""
    opening = _OPENING.match(raw)
    if opening is None:
        return None
    prefix, quote = opening[1].lower(), opening[2]
    body = raw[opening.end() :].removesuffix(quote)
    if b"b" in prefix:
        return _bytes(body, is_raw=b"r" in prefix)
    return text_value(body, is_raw=b"r" in prefix)


def text_value(body: bytes, *, is_raw: bool) -> str:
    """The text between quotes. Lone surrogates become U+FFFD, so that the value can always be written out."""
    text = _with_newlines(body.decode("utf-8", "replace"))
    if is_raw or "\\" not in text:
        return text
    return _TEXT_ESCAPE.sub(_resolved, text)


def number_value(text: str) -> int | float | None:
    """The value of a number; None for a complex one and for one that is too large to be meant."""
    digits = text.lower().replace("_", "")
    if len(digits) > _LONGEST_NUMBER:
        return None
    if not digits.startswith("0x"):
        digits = digits.rstrip("l")
    try:
        return int(digits, 8) if _OLD_OCTAL.fullmatch(digits) else int(digits, 0)
    except ValueError:
        return _float(digits)


def _float(digits: str) -> float | None:
    try:
        value = float(digits)
    except ValueError:
        return None
    return value if isfinite(value) else None


def _bytes(body: bytes, *, is_raw: bool) -> bytes:
    text = _with_newlines(body.decode("latin-1"))
    return (text if is_raw else _BYTE_ESCAPE.sub(_resolved_byte, text)).encode("latin-1")


def _with_newlines(text: str) -> str:
    """Python reads every line break in a source as a newline, also inside of strings."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _resolved(escape: re.Match[str]) -> str:
    code = escape[1]
    simple = _SIMPLE.get(code)
    if simple is not None:
        return simple
    if code[0] == "N":
        return _named(code[2:-1]) or escape[0]
    return _character(int(code[1:], 16) if code[0] in "xuU" else int(code, 8)) or escape[0]


def _resolved_byte(escape: re.Match[str]) -> str:
    code = escape[1]
    simple = _SIMPLE.get(code)
    if simple is not None:
        return simple
    return chr((int(code[1:], 16) if code[0] == "x" else int(code, 8)) & 0xFF)


def _character(number: int) -> str | None:
    if number in range(0xD800, 0xE000):
        return "\N{REPLACEMENT CHARACTER}"
    return chr(number) if number <= 0x10FFFF else None  # noqa: PLR2004 - the last code point


def _named(name: str) -> str | None:
    import unicodedata  # noqa: PLC0415 - few programs name characters

    try:
        return unicodedata.lookup(name)
    except KeyError:
        return None
