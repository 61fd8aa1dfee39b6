r"""Tables and times as PowerShell scripts write them.

    $now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()
    $payload = @{ iss = $ApiKey; exp = $now + 3600; video = @{ roomJoin = $true; room = "demo" } } | ConvertTo-Json

Tables are read as JSON in shell scripts is (`loose_json`), times as those of shell scripts are (`times`), after
they have been put into the shell's words. Sources: Microsoft's documentation of PowerShell (about_Hash_Tables,
about_Assignment_Operators, Get-Date), of .NET's DateTimeOffset.
"""

from __future__ import annotations

import re

from lk_audit.frontends.shell.loose_json import Member, Object, Value, Written
from lk_audit.frontends.shell.times import Script
from lk_audit.patterns import regex

_LONGEST = 4_000
_DEEPEST = 8
_KEY = regex(rb"[\s;]*+(?:#[^\n]*+\s*+)*+([\"']?)([\w-]{1,60})\1\s{0,40}=\s{0,40}")
_ITEM = regex(rb"[^\n;{}#]*+")
_TEXT = regex(rb"([\"'])([^\"'$`\n]*+)\1[ \t,]*")
_NUMBER = regex(rb"-?\d{1,18}")
_WORDS: dict[bytes, bool | None] = {b"$true": True, b"$false": False, b"$null": None}
_OPENING = regex(rb"(?:\[\w{1,20}\]\s?)?@\{")

_ASSIGNED = regex(r"^[ \t]*(?:\[[\w.\[\]]{1,40}\][ \t]*)?\$(\w{1,60})[ \t]*=[ \t]*([^\n#]{1,300})", re.MULTILINE)
_CAST = regex(r"\[(?:System\.)?(?:u?int(?:16|32|64)?|long|double|decimal)\](?:::Parse)?")
_ROUNDED = regex(r"\[(?:System\.)?Math\]::(?:Floor|Round|Truncate|Ceiling)", re.IGNORECASE)
_CLOCK = regex(r"(?:UtcNow|::Now|Get-Date)\b")
_CLOCK_END = regex(r"ToUnixTime(Seconds|Milliseconds)\(\)|%s[\"']?\)*|TotalSeconds\)*")
_LONGER = regex(r"\.Add(Seconds|Minutes|Hours|Days|Months|Years)\(([^()\n]{1,60})\)")
_SECONDS = {"Seconds": 1, "Minutes": 60, "Hours": 3600, "Days": 86_400, "Months": 30 * 86_400, "Years": 365 * 86_400}


# --- tables -----------------------------------------------------------------------------------------------------------


def table_around(data: bytes, position: int) -> Object | None:
    """The outermost table (`@{ ... }`) that `position` is in; None where braces do not match."""
    start, depth = None, 0
    for at in range(position, max(-1, position - _LONGEST), -1):
        if data[at : at + 1] == b"}":
            depth += 1
        elif data[at : at + 1] == b"{":
            is_own = depth == 0 and data[at - 1 : at] == b"@"
            if depth == 0 and not is_own:
                break  # the body of a function
            start = at + 1 if is_own else start
            depth = max(0, depth - 1)
    if start is None:
        return None
    read = _table(data, start, min(len(data), start + _LONGEST), 0)
    return Object(read[0], start - 2, read[1]) if read is not None else None


def _table(data: bytes, start: int, end: int, depth: int) -> tuple[dict[str, Member], int] | None:
    """The members of a table behind its brace, and where it ends."""
    found: dict[str, Member] = {}
    position = start
    while depth <= _DEEPEST and (key := _KEY.match(data, position, end)) is not None:
        value, position = _value(data, key.end(), end, depth)
        found[key[2].decode()] = Member(value, key.start(2), position)
    closing = data.find(b"}", position, end)
    return (found, closing + 1) if closing != -1 else None


def _value(data: bytes, start: int, end: int, depth: int) -> tuple[Value, int]:
    opening = _OPENING.match(data, start, end)
    if opening is not None:
        inner = _table(data, opening.end(), end, depth + 1)
        return inner if inner is not None else (Written(""), end)
    item = _ITEM.match(data, start, end)
    raw = item[0].strip() if item is not None else b""
    stop = item.end() if item is not None else start
    text = _TEXT.fullmatch(raw)
    if raw.lower() in _WORDS:
        return _WORDS[raw.lower()], stop
    if _NUMBER.fullmatch(raw):
        return int(raw), stop
    return text[2].decode("utf-8", "replace") if text is not None else Written(raw.decode("latin-1")), stop


# --- times ------------------------------------------------------------------------------------------------------------


def script_before(text: str) -> Script:
    """What a script assigns, in the shell's words, for those who look up variables at its end."""
    lines = [f"{name}={in_shell(value)}" for name, value in _ASSIGNED.findall(text)]
    joined = "\n".join(lines)
    return Script(joined, len(joined) + 1)


def in_shell(expr: str) -> str:
    """`[DateTimeOffset]::UtcNow.AddHours(6).ToUnixTimeSeconds() + 10` as `$(($(date +%s)+(6)*3600 + 10))`."""
    plain = _ROUNDED.sub("", _CAST.sub("", expr)).strip().rstrip(",").strip()
    if plain.endswith(")") and plain.count(")") > plain.count("("):
        plain = plain[:-1]  # the end of `param(...)`
    end = _CLOCK_END.search(plain) if _CLOCK.search(plain) is not None else None
    if end is None:
        return f"$(({plain}))"
    clock, rest = plain[: end.end()], plain[end.end() :]
    spans = "".join(f"+({count})*{_SECONDS[unit]}" for unit, count in _LONGER.findall(clock))
    form = "+%s%3N" if end[1] == "Milliseconds" else "+%s"
    return f"$(($(date {form}){spans}{rest}))"
