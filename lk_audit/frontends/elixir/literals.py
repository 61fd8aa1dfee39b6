"""What Elixir literals mean: escapes."""

from __future__ import annotations

import re

from lk_audit.frontends.lowering.literals import character
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


def unescaped(raw: bytes) -> str:
    """The value of a piece of a text."""
    text = raw.decode("utf-8", "replace")
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def _resolve(match: re.Match[str]) -> str:
    if match["rest"] is not None:
        return _SINGLE.get(match["rest"], match["rest"])
    return character(int(match[match.lastgroup or 0], 16))
