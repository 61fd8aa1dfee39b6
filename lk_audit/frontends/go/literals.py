"""What Go literals mean: escapes, the names that imports give packages."""

from __future__ import annotations

import re

from lk_audit.frontends.lowering.literals import character
from lk_audit.patterns import regex

_ESCAPE = regex(
    r"\\(?:u(?P<short>[0-9A-Fa-f]{4})|U(?P<long>[0-9A-Fa-f]{8})|x(?P<byte>[0-9A-Fa-f]{2})|(?P<octal>[0-7]{3})|(?P<rest>.))",
    re.DOTALL,
)
_SINGLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
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
    return character(int(text, 8 if kind == "octal" else 16))


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
