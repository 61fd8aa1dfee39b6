"""What Swift literals mean: strings of all kinds, numbers."""

from __future__ import annotations

import re

from lk_audit.frontends.lowering.literals import character
from lk_audit.patterns import regex

_ESCAPE = regex(r"\\#{0,8}(?:u\{(?P<point>[0-9A-Fa-f]{1,8})\}|(?P<line>[ \t]*\r?\n)|(?P<rest>.))", re.DOTALL)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


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


def raw_signs(raw: bytes) -> tuple[int, int]:
    """How many bytes begin and end a raw string: its signs and quotation marks."""
    signs = len(raw) - len(raw.lstrip(b"#"))
    quotes = 3 if raw.startswith(b'"""', signs) else 1
    return signs + quotes, signs + quotes


def _resolve(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "line":
        return ""
    if kind == "rest":
        return _SINGLE.get(text, text)
    return character(int(text, 16))


def indentation(raw: bytes) -> str:
    """What stands before the closing quotes of a string over several lines: every line of it begins with that."""
    body = raw.rstrip(b"#").removesuffix(b'"""')
    last = body.rpartition(b"\n")[2]
    return last.decode("utf-8", "replace") if not last.strip() else ""
