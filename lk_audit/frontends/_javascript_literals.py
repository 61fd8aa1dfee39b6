"""JavaScript's text and number literals, as values."""

from __future__ import annotations

import re

_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,8})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL
)
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_LINE_BREAKS = frozenset({"\n", "\r", "\r\n", "\u2028", "\u2029"})
_LARGEST = 0x10FFFF


def unescape(text: str) -> str:
    """`text` with its escapes resolved; one that is not valid stands for itself."""
    return _ESCAPE.sub(_escape, text) if "\\" in text else text


def _escape(match: re.Match[str]) -> str:
    braced, four, two, other = match.groups()
    if other is not None:
        return "" if other in _LINE_BREAKS else _SIMPLE.get(other, other)
    code = int(braced or four or two, 16)
    return chr(code) if code <= _LARGEST else match[0]


def number(text: str) -> int | float | None:
    """The value of a numeric literal, or None for what is none."""
    plain = text.replace("_", "").lower()
    try:
        if plain.startswith(("0x", "0o", "0b")):
            return int(plain.removesuffix("n"), 0)
        if plain.endswith("n"):
            return int(plain[:-1])
        if plain.isdigit():
            return int(plain, 8) if plain.startswith("0") and plain.strip("01234567") == "" else int(plain)
        return float(plain)
    except (ValueError, OverflowError):
        return None
