"""What PHP literals mean: escapes, number formats, heredocs."""

from __future__ import annotations

import re

from lk_audit.frontends.lowering.literals import character
from lk_audit.patterns import regex

_ESCAPE = regex(
    r"\\(?:u\{(?P<point>[0-9A-Fa-f]{1,6})\}|x(?P<byte>[0-9A-Fa-f]{1,2})|(?P<octal>[0-7]{1,3})|(?P<rest>.))", re.DOTALL
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "v": "\v", "e": "\x1b", "f": "\f", "\\": "\\", "$": "$", '"': '"'}


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
    return character(int(text, 8 if kind == "octal" else 16))
