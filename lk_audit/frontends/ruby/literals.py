"""What Ruby literals mean: escapes, number formats."""

from __future__ import annotations

import re

from lk_audit.frontends.lowering import literals as common
from lk_audit.frontends.lowering.literals import character
from lk_audit.patterns import regex

_ESCAPE = regex(
    r"\\(?:u\{(?P<point>[0-9A-Fa-f]{1,6})\}|u(?P<short>[0-9A-Fa-f]{4})|x(?P<byte>[0-9A-Fa-f]{1,2})"
    r"|(?P<octal>[0-7]{1,3})|(?P<rest>.))",
    re.DOTALL,
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v", "s": " ", "\n": ""}


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
    return character(int(text, 8 if kind == "octal" else 16))


def whole_number(raw: bytes) -> int | float:
    """The value of an integer; ValueError for anything else."""
    return common.whole_number(raw.lower().replace(b"0d", b""), octal=True)
