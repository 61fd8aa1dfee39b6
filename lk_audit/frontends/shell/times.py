"""What a number in a shell script comes to: arithmetic on the present time, through the script's variables.

Sources: POSIX.1-2017 "Arithmetic Expansion"; the manuals of GNU date (`-d`) and BSD date (`-v`).
"""

from __future__ import annotations

import re

from msgspec import Struct

from lk_audit.patterns import regex

_DEEPEST = 8
_LONGEST = 400
_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "week", "weeks"), 604_800),
    **dict.fromkeys(("month", "months"), 30 * 86_400),
    **dict.fromkeys(("y", "year", "years"), 365 * 86_400),
}
_LETTERS = {"S": 1, "M": 60, "H": 3600, "d": 86_400, "w": 604_800, "m": 30 * 86_400, "y": 365 * 86_400}
"""BSD's `-v+1H`, where the letters have cases."""
_DATE = regex(r"\s*date\b(?P<options>[^|;]*?)[\"']?\+%s(?P<millis>%3N)?[\"']?\s*")
_SPAN = regex(r"([+-]?)\s*(\d{1,6})\s*([A-Za-z]+)(\s+ago)?")
_SHIFT = regex(r"-v\s?([+-])(\d{1,6})([SMHdwmy])")
_TOKEN = regex(
    r"\s*(?:(?P<number>\d{1,15}(?:\.\d+)?)|(?P<sub>\$\(|\$\{|`)|\$?(?P<name>[A-Za-z_]\w*)|(?P<sign>[-+*/()]))"
)
_NAMES = regex(r"\$\{?([A-Za-z_]\w*)(?::?[-=]([^}]*))?\}?")
_WORD = r"(\$\[[^\]\n]*+\]|\$\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*+\))*+\))*+\)|\"[^\"\n]*+\"|'[^'\n]*+'|[^\s;&|]++)"
_ASSIGNED = r"(?<![\w$.{-])%s[ \t]*(?:::?|\?)?=[ \t]*" + _WORD
_JQ = r"--arg(?:json)?[ \t]+%s[ \t]+" + _WORD


class Count(Struct, frozen=True):
    """A number; with `is_moment` seconds from now, and milliseconds where the clock counts those."""

    number: float
    is_moment: bool = False
    in_milliseconds: bool = False


class Script(Struct, frozen=True):
    """A script whose variables are looked up before an offset."""

    text: str
    before: int


def counted(script: Script, text: str, depth: int = 0) -> Count | None:
    """What a word of a script comes to; None when that is not known."""
    text = text.strip().strip("\"'").strip()
    if not text or len(text) > _LONGEST or depth > _DEEPEST:
        return None
    date = _DATE.fullmatch(_inside(text)) if text.startswith(("$(", "`")) and not text.startswith("$((") else None
    if date is not None:
        return _dated(date)
    whole = _NAMES.fullmatch(text)
    if whole is not None and text.startswith("$"):
        return _variable(script, whole[1], whole[2], depth)
    if text in {"now", "now|floor"}:
        return Count(0.0, is_moment=True)  # jq
    if text.startswith(("$((", "$[")):
        text = text[3:-2] if text.startswith("$((") else text[2:-1]
    elif text.startswith(("$(expr ", "`expr ")):
        text = _inside(text).removeprefix("expr").replace("\\*", "*")
    return _Arithmetic(script, text, depth).result()


def _inside(text: str) -> str:
    return text[1:-1] if text.startswith("`") else text[2:-1]


def _dated(date: re.Match[str]) -> Count | None:
    """`date -d '+1 year' +%s`, `date -v+1d +%s`."""
    options = date["options"]
    seconds = 0.0
    for sign, number, letter in _SHIFT.findall(options):
        seconds += int(number) * _LETTERS[letter] * (-1 if sign == "-" else 1)
    told = re.search(r"(?:-d|--date)[ =]?\s*[\"']?([^\"'|]*)", options)
    if told is not None:
        spans = _SPAN.findall(told[1])
        if not spans and told[1].strip() not in {"now", ""}:
            return None
        for sign, number, unit, ago in spans:
            if unit.lower() not in _UNITS:
                return None
            seconds += int(number) * _UNITS[unit.lower()] * (-1 if sign == "-" or ago else 1)
    return Count(seconds, is_moment=True, in_milliseconds=date["millis"] is not None)


def _variable(script: Script, name: str, default: str | None, depth: int) -> Count | None:
    """The value that the script gives to a variable, of several the last before its use."""
    for pattern in (_ASSIGNED, _JQ):
        found = [
            match
            for match in re.finditer(pattern % re.escape(name), script.text)
            if match.start() < script.before or pattern is _JQ
        ]
        if found:
            last = found[-1]
            return counted(Script(script.text, last.start()), last[1], depth + 1)
    return counted(script, default, depth + 1) if default else None


class _Arithmetic:
    """Reads `NOW + 86400 * 365` from left to right, products first."""

    def __init__(self, script: Script, text: str, depth: int) -> None:
        self._script = script
        self._text = text
        self._position = 0
        self._depth = depth

    def result(self) -> Count | None:
        value = self._sum(0)
        return value if not self._text[self._position :].strip() else None

    def _sum(self, nesting: int) -> Count | None:
        value = self._product(nesting)
        while value is not None and (sign := self._sign("+-")):
            value = _added(value, self._product(nesting), -1 if sign == "-" else 1)
        return value

    def _product(self, nesting: int) -> Count | None:
        value = self._term(nesting)
        while value is not None and (sign := self._sign("*/")):
            value = _scaled(value, self._term(nesting), sign)
        return value

    def _term(self, nesting: int) -> Count | None:
        token = _TOKEN.match(self._text, self._position)
        if token is None or nesting > _DEEPEST:
            return None
        if token["sub"] is not None:
            return self._substitution(token.start("sub"))
        self._position = token.end()
        if token["number"] is not None:
            return Count(float(token["number"]))
        if token["name"] is not None:
            is_now = token["name"] == "now" and not token[0].strip().startswith("$")
            return Count(0.0, is_moment=True) if is_now else _variable(self._script, token["name"], None, self._depth)
        if token["sign"] == "(":
            value = self._sum(nesting + 1)
            return value if self._sign(")") else None
        return None

    def _substitution(self, start: int) -> Count | None:
        """`$(date +%s)`, `${NOW}` in the middle of a sum."""
        closing = {"$(": ("(", ")"), "${": ("{", "}")}.get(self._text[start : start + 2])
        end = self._text.find("`", start + 1) + 1 if closing is None else _closed(self._text, start + 1, *closing)
        if end <= start:
            return None
        self._position = end
        return counted(self._script, self._text[start:end], self._depth + 1)

    def _sign(self, signs: str) -> str:
        token = _TOKEN.match(self._text, self._position)
        if token is None or token["sign"] is None or token["sign"] not in signs:
            return ""
        self._position = token.end()
        return token["sign"]


def _closed(text: str, start: int, opening: str, closing: str) -> int:
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == opening) - (text[at] == closing)
        if depth == 0:
            return at + 1
    return 0


def _added(left: Count, right: Count | None, sign: int) -> Count | None:
    if right is None or (left.is_moment and right.is_moment):
        return None
    is_moment = left.is_moment or right.is_moment
    return Count(left.number + sign * right.number, is_moment, left.in_milliseconds or right.in_milliseconds)


def _scaled(left: Count, right: Count | None, sign: str) -> Count | None:
    if right is None or left.is_moment or right.is_moment:
        return None
    if sign == "/":
        return Count(float(left.number // right.number)) if right.number else None
    return Count(left.number * right.number)
