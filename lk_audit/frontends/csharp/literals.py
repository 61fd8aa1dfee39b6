"""The literals of C#: what they are written as, and what they mean."""

from __future__ import annotations

import re
import textwrap

from lk_audit.patterns import regex
from lk_audit.unicode import writable

_ESCAPE = regex(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{1,4})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}
_QUOTES = regex(r"\$*@?\$*(\"{1,9})")
_REAL_SUFFIXES = "fFdDmM"
_INTEGER_SUFFIXES = "uUlL"
_BASES = {"0x": 16, "0b": 2}
_LARGEST_CHARACTER = 0x10FFFF
_RAW = 3
"""Quotes that a raw string begins with at least."""


def unescaped(text: str) -> str:
    r"""The text that an ordinary literal means: `\n`, `\u0041`, `\x41`."""
    return writable(_ESCAPE.sub(_character, text)) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code is None:
        return _SIMPLE.get(match[4], match[4])
    number = int(code, 16)
    return chr(number) if number <= _LARGEST_CHARACTER else ""


def string_value(data: bytes) -> str:
    """The value of a string literal without values in it, with its quotes: ordinary, verbatim, raw, UTF-8."""
    text = data.decode("utf-8", "replace").removesuffix("u8")
    verbatim = text.startswith("@")
    quotes = _QUOTES.match(text)
    if quotes is None:
        return text
    if not verbatim and len(quotes[1]) >= _RAW:
        mark = len(quotes[1]) if text.strip('"') else _RAW
        return _dedented(text[mark : len(text) - mark])
    inner = text[quotes.start(1) + 1 :].removesuffix('"')
    return inner.replace('""', '"') if verbatim else unescaped(inner)


def _dedented(inner: str) -> str:
    """The text of a raw string: on lines of its own, the indentation of its last line does not count."""
    first, newline, rest = inner.partition("\n")
    if not newline or first.strip():
        return inner
    lines, _, last = rest.rpartition("\n")
    return lines.replace(f"\n{last}", "\n").removeprefix(last) if not last.strip() else textwrap.dedent(rest)


def piece_value(text: str, *, verbatim: bool) -> str:
    """A piece of an interpolated string between its values."""
    plain = text.replace("{{", "{").replace("}}", "}")
    return plain.replace('""', '"') if verbatim else unescaped(plain)


def integer_value(data: bytes) -> int:
    """The value of `1_000`, `0xFF`, `0b10` and `5UL`; ValueError for anything else."""
    text = data.decode("ascii", "replace").replace("_", "").rstrip(_INTEGER_SUFFIXES)
    base = _BASES.get(text[:2].lower())
    return int(text) if base is None else int(text[2:], base)


def real_value(data: bytes) -> float:
    """The value of `1.5e3f` and `2m`; ValueError for anything else."""
    return float(data.decode("ascii", "replace").replace("_", "").rstrip(_REAL_SUFFIXES))
