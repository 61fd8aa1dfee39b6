"""What literals of Java and Kotlin mean: escapes, text blocks, number formats.

Sources: the Java Language Specification, 3.10; Kotlin's grammar and its documentation of strings.
"""

from __future__ import annotations

import re

from lk_audit.frontends.lowering.literals import character
from lk_audit.patterns import regex

_ESCAPE = regex(r"\\(?:u+(?P<point>[0-9A-Fa-f]{4})|(?P<octal>[0-3]?[0-7]{1,2})|(?P<line>\r?\n)|(?P<rest>.))", re.DOTALL)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " "}
_MOST_DIGITS = 1000
_WHOLE = regex(r"(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<binary>[01]+)|(?P<decimal>[0-9]+))(?:[uU]?[lL]|[uU])?")


def unescaped(text: str) -> str:
    """Text with its escapes resolved."""
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def _resolve(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "line":
        return ""
    if kind == "rest":
        return _SINGLE.get(text, text)
    return character(int(text, 8 if kind == "octal" else 16))


def java_string(raw: bytes) -> str:
    """The value of a Java string or text block with its quotes."""
    text = raw.decode("utf-8", "replace")
    if not text.startswith('"""'):
        return unescaped(text[1:-1])
    return unescaped(_without_indent(text[3:-3].partition("\n")[2]))


def _without_indent(text: str) -> str:
    """A text block without the indentation that all its lines share; the line of the closing quotes counts too."""
    lines = text.split("\n")
    shared = min((len(line) - len(line.lstrip()) for line in lines if line.strip() or line is lines[-1]), default=0)
    stripped = (line[shared:].rstrip() for line in lines[:-1])
    return "\n".join((*stripped, lines[-1][shared:]))


def whole_number(raw: bytes, *, octal: bool) -> int | float:
    """The value of an integer literal, its suffix left out; one of too many digits is infinite.

    Raises:
        ValueError: it is no number.
    """
    match = _WHOLE.fullmatch(raw.decode("ascii", "replace").replace("_", ""))
    if match is None or match.lastgroup is None:
        raise ValueError(raw)
    digits = match[match.lastgroup]
    if len(digits) > _MOST_DIGITS:
        return float("inf")
    is_octal = octal and match.lastgroup == "decimal" and len(digits) > 1 and digits[0] == "0"
    return int(digits, {"hex": 16, "binary": 2, "decimal": 8 if is_octal else 10}[match.lastgroup])


def real_number(raw: bytes) -> float:
    """The value of a floating-point literal, its suffix left out.

    Raises:
        ValueError: it is hexadecimal, or no number.
    """
    return float(raw.decode("ascii", "replace").replace("_", "").rstrip("fFdD"))
