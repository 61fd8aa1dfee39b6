"""What Go literals mean: escapes, number formats, format strings, the names that imports give packages."""

from __future__ import annotations

import re

from lk_audit.patterns import regex

_ESCAPE = regex(
    r"\\(?:u(?P<short>[0-9A-Fa-f]{4})|U(?P<long>[0-9A-Fa-f]{8})|x(?P<byte>[0-9A-Fa-f]{2})|(?P<octal>[0-7]{3})|(?P<rest>.))",
    re.DOTALL,
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_LARGEST = 0x10FFFF
_UNKNOWN = "\ufffd"
_MOST_DIGITS = 1000
_VERB = regex(r"%[-+# 0]{0,5}[0-9]{0,5}(?:\.[0-9]{1,5})?([A-Za-z%])")
_VERSION = regex(r"v[0-9]+")


def string_value(raw: bytes) -> str:
    """The value of a string with its quotes: interpreted in double quotes, as it stands in backquotes."""
    text = raw[1:-1].decode("utf-8", "replace")
    if raw[:1] == b"`":
        return text.replace("\r", "")
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def _resolve(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "rest":
        return _SINGLE.get(text, text)
    point = int(text, 8 if kind == "octal" else 16)
    return chr(point) if point <= _LARGEST and not 0xD800 <= point <= 0xDFFF else _UNKNOWN  # noqa: PLR2004 - surrogates


def integer_value(raw: bytes) -> int | float:
    """The value of an integer literal; one too large to be a setting of anything is infinite.

    Raises:
        ValueError: it is no number.
    """
    text = raw.decode("ascii", "replace").replace("_", "").lower()
    if text.isdecimal():
        is_octal = len(text) > 1 and text[0] == "0"
        return int(text, 8 if is_octal else 10) if len(text) < _MOST_DIGITS else float("inf")
    return int(text, 0)


def float_value(raw: bytes) -> float:
    """The value of a floating-point literal.

    Raises:
        ValueError: it is hexadecimal, or no number.
    """
    return float(raw.decode("ascii", "replace").replace("_", ""))


def format_pieces(text: str) -> list[str]:
    """The fixed text of a format string around its verbs: one piece more than there are verbs."""
    pieces, position = [""], 0
    for verb in _VERB.finditer(text):
        pieces[-1] += text[position : verb.start()]
        position = verb.end()
        if verb[1] == "%":
            pieces[-1] += "%"
        else:
            pieces.append("")
    pieces[-1] += text[position:]
    return pieces


def package_names(path: str) -> list[str]:
    """What an import without a name of its own may be called: packages do not have to be named after their folder.

    `github.com/golang-jwt/jwt/v5` is jwt, `gopkg.in/yaml.v3` yaml, `github.com/dgrijalva/jwt-go` jwt.
    """
    parts = path.split("/")
    if len(parts) > 1 and _VERSION.fullmatch(parts[-1]):
        parts.pop()
    last = parts[-1].partition(".")[0] if parts[0] == "gopkg.in" else parts[-1]
    plain = last.removeprefix("go-").removesuffix("-go").removesuffix(".go").removeprefix("go.")
    names = [last, plain, plain.replace("-", ""), plain.replace("-", "_")]
    return [name for name in dict.fromkeys(names) if name.isidentifier()]
