"""What Dart literals mean: strings of all kinds, numbers."""

from __future__ import annotations

import re

from lk_audit.frontends.lowering.literals import character
from lk_audit.patterns import regex

_ESCAPE = regex(
    r"\\(?:u\{(?P<long>[0-9A-Fa-f]{1,6})\}|u(?P<short>[0-9A-Fa-f]{4})|x(?P<byte>[0-9A-Fa-f]{2})|(?P<rest>.))", re.DOTALL
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
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
    return character(int(text, 16))
