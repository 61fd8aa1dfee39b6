"""The literals of Rust, and the pieces of its format strings."""

from __future__ import annotations

import re

from lk_audit.patterns import regex
from lk_audit.unicode import writable

_ESCAPE = regex(r"\\(?:u\{([0-9A-Fa-f_]{1,8})\}|x([0-9A-Fa-f]{2})|\n[ \t\r\n]{0,400}|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_RAW = regex(r"[bc]?r(#{0,16})\"")
_SUFFIX = regex(r"(?:[iu](?:8|16|32|64|128|size)|f(?:32|64))$")
_BASES = {"0x": 16, "0o": 8, "0b": 2}
_PIECE = regex(r"\{\{|\}\}|\{([^{}:]{0,80})(?::[^{}]{0,40})?\}")
_LARGEST_CHARACTER = 0x10FFFF


def string_value(data: bytes) -> str:
    """The value of a string literal with its quotes: ordinary, raw, of bytes."""
    text = data.decode("utf-8", "replace")
    raw = _RAW.match(text)
    if raw is not None:
        return text[raw.end() : len(text) - len(raw[1]) - 1]
    inner = text.lstrip("bc").removeprefix('"').removesuffix('"')
    return writable(_ESCAPE.sub(_character, inner)) if "\\" in inner else inner


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code is not None:
        number = int(code.replace("_", "") or "0", 16)
        return chr(number) if number <= _LARGEST_CHARACTER else ""
    return _SIMPLE.get(match[3], match[3]) if match[3] else ""


def integer_value(data: bytes) -> int:
    """The value of `1_000u64`, `0xff`; ValueError for anything else."""
    text = data.decode("ascii", "replace").replace("_", "")
    base = _BASES.get(text[:2])
    if base is None:
        return int(_SUFFIX.sub("", text))
    digits = text[2:]
    return int(digits if base == 16 else _SUFFIX.sub("", digits), base)  # noqa: PLR2004 - hexadecimal


def float_value(data: bytes) -> float:
    """The value of `1.5e3f64`; ValueError for anything else."""
    return float(_SUFFIX.sub("", data.decode("ascii", "replace").replace("_", "")))


def format_pieces(text: str) -> list[str | None]:
    """The fixed text of a format string with the names between, as text, name, text, ...; None for no name."""
    pieces: list[str | None] = [""]
    last = 0
    for match in _PIECE.finditer(text):
        pieces[-1] = f"{pieces[-1] or ''}{text[last : match.start()]}"
        last = match.end()
        if match[0] in {"{{", "}}"}:
            pieces[-1] = f"{pieces[-1]}{match[0][0]}"
        else:
            pieces += [match[1].strip() or None, ""]
    pieces[-1] = f"{pieces[-1] or ''}{text[last:]}"
    return pieces
