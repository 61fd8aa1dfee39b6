"""What `printf` of a shell puts into its format: the argument for each conversion, in order."""

from __future__ import annotations

from lk_audit.patterns import regex

_PRINTF = regex(rb"\bprintf[ \t]+(?:-v[ \t]+\w{1,80}[ \t]+|--[ \t]+)?([\"'])")
_CONVERSION = regex(rb"%(?:%|[-+ #0]{0,5}\d{0,3}(?:\.\d{1,3})?[a-zA-Z])")
_ARGUMENT = regex(
    rb"(?:[ \t]|\\\r?\n){1,99}"
    rb"(?:\"((?:[^\"\\]|\\.){0,999})\"|'([^']{0,999})'|(\$\(\([^()\n]{1,200}\)\)|\$\([^()\n]{1,200}\)|[^\s\"';|&()]{1,999}))"
)
_LONGEST = 8_000


def argument_at(data: bytes, position: int) -> str | None:
    """What stands for the conversion at an offset, as it is written; None where it is in no format of `printf`."""
    start = data.rfind(b"printf", max(0, position - _LONGEST), position)
    opening = _PRINTF.match(data, start) if start >= 0 else None
    if opening is None:
        return None
    end = _closing(data, opening[1], opening.end())
    if not opening.end() <= position < end:
        return None
    before = [found for found in _CONVERSION.finditer(data, opening.end(), position) if found[0] != b"%%"]
    given, at = None, end + 1
    for _ in range(len(before) + 1):
        given = _ARGUMENT.match(data, at)
        if given is None:
            return None
        at = given.end()
    return given[given.lastindex or 0].decode("utf-8", "replace") if given else None


def _closing(data: bytes, quote: bytes, start: int) -> int:
    end = data.find(quote, start, start + _LONGEST)
    while quote == b'"' and end > start and data[end - 1 : end] == b"\\":
        end = data.find(quote, end + 1, start + _LONGEST)
    return end
