r"""JSON as it stands in shell scripts: escaped in double quotes, with `$VARIABLES` in it, in heredocs, as jq writes it.

    echo -n "{\"exp\":$EXP,\"video\":{\"room\":\"$ROOM\"}}"
    PAYLOAD='{"exp":'"$EXP"',"video":{"roomJoin":true}}'
    jq -n --arg room "$ROOM" '{exp: $exp, video: {room: $room}}'

The reading is linear and bounded: an object has a longest length and a deepest nesting.
"""

from __future__ import annotations

import re

from msgspec import Struct

from lk_audit.patterns import regex

_LONGEST = 4_000
_DEEPEST = 12
_SUBSTITUTION = (
    rb"\$\(\((?:[^()]|\$?\((?:[^()]|\$?\([^()]*+\))*+\))*+\)\)|\$\((?:[^()]|\([^()]*+\))*+\)|\$\{[^}\n]{1,200}\}"
    rb"|\$\[[^\]\n]{1,200}\]"
    rb"|\$\$?[A-Za-z_]\w*|`[^`\n]{1,200}`"
)
"""What the shell puts in: `$(( NOW + 3600 ))`, `$(date +%s)`, `${EXP}`, `$EXP`."""
_TOKEN = regex(
    rb"""(?P<space> (?:\s|\\\n|\\n)++ )
    | (?P<sign> [{}\[\]:,] )
    | (?P<juggled> "'"?(?: """
    + _SUBSTITUTION
    + rb""" )"?'" )
    | (?P<text> \\{0,3}" (?P<inner> (?: [^"\\\n] | \\(?!\\*") )*+ ) \\{0,3}" )
    | (?P<shell> (?: '"? | "'? )? (?: """
    + _SUBSTITUTION
    + rb""" ) (?: "?' | '?" )? )
    | (?P<number> -?\d++(?:\.\d++)?+ )
    | (?P<word> [A-Za-z_]\w*+ )
    | (?P<other> %[sdi] | . )""",
    re.VERBOSE,
)
_WORDS: dict[bytes, bool | None] = {b"true": True, b"false": False, b"null": None}


class Written(Struct, frozen=True):
    """What only the run of the script knows, as it is written."""

    text: str


Value = str | int | float | bool | None | Written | dict[str, "Member"] | list["Value"]


class Member(Struct, frozen=True):
    """One member of an object; the span is that of the key and the value."""

    value: Value
    start: int
    end: int


class Object(Struct, frozen=True):
    """An object, its members by name, and where it stands."""

    members: dict[str, Member]
    start: int
    end: int


def object_around(data: bytes, position: int) -> Object | None:
    """The outermost object that `position` is in, as far as braces tell; None where they do not match."""
    start = _opening(data, position)
    if start is None:
        return None
    reader = _Reader(data, start, min(len(data), start + _LONGEST))
    found = reader.value(0)
    return Object(found, start, reader.position) if isinstance(found, dict) else None


def _opening(data: bytes, position: int) -> int | None:
    """The brace that opens the outermost object around a position."""
    depth, found = 0, None
    for at in range(position, max(-1, position - _LONGEST), -1):
        byte = data[at : at + 1]
        if byte == b"}" and data[at - 1 : at] != b"%" and at != position:
            depth += 1 if not _is_substitution(data, at) else 0
        elif byte == b"{" and data[at - 1 : at] not in {b"$", b"#"}:
            if depth == 0:
                found = at
            depth = max(0, depth - 1)
        elif byte == b"\n" and found is not None and depth == 0:
            return found
    return found


def _is_substitution(data: bytes, closing: int) -> bool:
    """Whether a brace closes `${NAME}`."""
    opening = data.rfind(b"{", max(0, closing - 80), closing)
    return opening > 0 and data[opening - 1 : opening] == b"$"


class _Reader:
    def __init__(self, data: bytes, start: int, end: int) -> None:
        self._data = data
        self._end = end
        self.position = start

    def value(self, depth: int) -> Value:
        token = self._next()
        if token is None or depth > _DEEPEST:
            return Written("")
        if token["sign"] == b"{":
            return self._object(depth)
        if token["sign"] == b"[":
            return self._list(depth)
        return _scalar(token)

    def _object(self, depth: int) -> dict[str, Member]:
        found: dict[str, Member] = {}
        while (token := self._next()) is not None and token["sign"] != b"}":
            if token["sign"] is not None:
                continue
            name, start = _name(token), token.start()
            following = self._peek()
            if following is None or following["sign"] != b":":
                # jq's `{room}` and `{$room}` stand for a variable of that name.
                found[name] = Member(Written(f"${name}"), start, token.end())
                continue
            self._next()
            value = self.value(depth + 1)
            found[name] = Member(self._rest(value), start, self.position)
        return found

    def _rest(self, value: Value) -> Value:
        """`$now + 3600` of jq, `'"$A"'-'"$B"'`: what goes on is part of what the run decides."""
        start = self.position
        while (token := self._peek()) is not None and token["sign"] is None:
            self._next()
        if self.position == start:
            return value
        before = value.text if isinstance(value, Written) else str(value) if isinstance(value, int | float) else ""
        return Written(f"{before} {self._data[start : self.position].decode('utf-8', 'replace')}".strip())

    def _list(self, depth: int) -> list[Value]:
        found: list[Value] = []
        while (token := self._peek()) is not None and token["sign"] != b"]":
            if token["sign"] in {b",", b":", b"}"}:
                self._next()
                continue
            found.append(self.value(depth + 1))
        self._next()
        return found

    def _next(self) -> re.Match[bytes] | None:
        token = self._peek()
        if token is not None:
            self.position = token.end()
        return token

    def _peek(self) -> re.Match[bytes] | None:
        position = self.position
        while (token := _TOKEN.match(self._data, position, self._end)) is not None and token["space"] is not None:
            position = token.end()
        return token


def _name(token: re.Match[bytes]) -> str:
    raw = token["inner"] if token["text"] is not None else token[0]
    return raw.decode("utf-8", "replace").strip("\"'$\\")


def _scalar(token: re.Match[bytes]) -> Value:
    if token["inner"] is not None:
        text = token["inner"].decode("utf-8", "replace")
        return Written(text) if "$" in text or "`" in text or "%s" in text else text
    if token["number"] is not None:
        text = token["number"].decode("ascii")
        return float(text) if "." in text else int(text[:20])
    if token["word"] in _WORDS:
        return _WORDS[token["word"]]
    return Written(token[0].decode("utf-8", "replace").strip("\"'"))
