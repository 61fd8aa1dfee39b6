"""Values that stand apart from their names: in markup, in maps of Clojure, on the next line of prose, in commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from lk_audit.frontends.shapes import decode
from lk_audit.patterns import regex
from lk_audit.syntax import Pair

_ELEMENT = regex(rb"<[A-Za-z][^<>\n]{0,200}?\b(?:name|key|id)=\"([^<>\"\n]{1,100})\"[^<>\n]{0,200}>([^<>\n]{0,512})</")
_PLIST = regex(rb"<key>([^<>\n]{1,100})</key>\s{0,200}<string>([^<>\n]{0,512})</string>")
_PIPED = regex(
    rb"(?<![\w-])(?:echo|printf)[ \t]++(?:-\w{1,3}[ \t]++|[\"']?%s[\"']?[ \t]++)*+"
    rb"([\"']?)([^\s\"'|]{1,512}+)\1[ \t]*+\|(?!\|)([^\n|]{1,300})"
)
_STORED = regex(rb"(?<![\w-])--(?:body|value|secret-string|plaintext)(?:=|[ \t]++)([\"']?)([^\s\"']{1,512}+)\1")
_STORED_NAME = regex(rb"(?<![\w-])/?(?:[\w-]{1,60}/){0,8}([A-Za-z][\w]{0,60}[_-][\w-]{1,60})(?![\w/-])")
_STORES = regex(
    rb"\b(?:secrets?|env|config|variables?|parameters?|kv)\b[^\n]{0,60}?\b(?:set|put|add|create|update|upsert)\b"
    rb"|\bput-parameter\b|\b(?:create|put|update|set)-secret"
)
_BELOW = regex(
    rb"^[ \t]{0,8}(?:(?:[-*+]|\#{1,6}|\d{1,3}[.)])[ \t]+)?(?:\*\*|[`\"'])?([A-Z][A-Z0-9]{1,30}(?:_[A-Z0-9]{1,30}){1,8})"
    rb"(?:\*\*|[`\"'])?[ \t]*:?[ \t]*\r?\n(?:[ \t]*```\w{0,12}[ \t]*\r?\n)?"
    rb"[ \t]{0,8}([`\"']?)([^\s`\"'<>|=]{20,512}+)\2[ \t]*\r?$",
    re.MULTILINE,
)
_KEYWORD = regex(rb"(?<![\w:]):([A-Za-z][\w.-]{0,79}+)[ \t]++\"([^\"\\\n]{1,512}+)\"")
_CMDLET = regex(rb"[A-Z][A-Za-z]{1,20}-[A-Z][A-Za-z0-9]{1,40}(?![\w-])")
"""A command of PowerShell: a verb and a noun.

Source: learn.microsoft.com/powershell/scripting/developer/cmdlet/approved-verbs-for-windows-powershell-commands.
"""
_MOST = 16


def stored(data: bytes, start: int, end: int, prefix: tuple[str, ...], *, commented: bool) -> Iterator[Pair]:
    """`echo value | put NAME`, `set NAME --body value`: commands that hand a value to a store under a name."""
    if data.find(b"|", start, end) == -1 and data.find(b"--", start, end) == -1:
        return
    if not _STORES.search(data, start, end):
        return
    names = list(islice(_STORED_NAME.finditer(data, start, end), _MOST))
    values = [*_PIPED.finditer(data, start, end), *_STORED.finditer(data, start, end)]
    for found in values[:_MOST]:
        for name in names:
            if not found.start(2) <= name.start() < found.end(2):
                path = (*prefix, decode(name[1], 0, 100))
                yield Pair(*found.span(2), path, decode(found[2], 0, 512), name.start(1), commented)


def keyed(data: bytes, start: int, end: int, prefix: tuple[str, ...], *, commented: bool) -> Iterator[Pair]:
    """`:name "value"` in a map of Clojure."""
    for found in _KEYWORD.finditer(data, start, end):
        path = (*prefix, decode(found[1], 0, 100))
        yield Pair(*found.span(2), path, decode(found[2], 0, 512), found.start(1), commented)


def below(data: bytes, start: int, end: int, prefix: tuple[str, ...]) -> Iterator[Pair]:
    """A variable's name alone on a line of prose, and on the next one what it is: lists of settings to be copied."""
    for found in _BELOW.finditer(data, start, end):
        name = decode(found[1], 0, 300)
        yield Pair(*found.span(3), (*prefix, name), decode(found[3], 0, 512), found.start(1))


def marked_up(data: bytes, start: int, end: int, prefix: tuple[str, ...]) -> Iterator[Pair]:
    """`<string name="NAME">value</string>`, and Apple's `<key>NAME</key> <string>value</string>` over two lines."""
    patterns = [_ELEMENT] if data.find(b"</", start, end) != -1 else []
    patterns += [_PLIST] if data.find(b"<key>", start, end) != -1 else []
    for pattern in patterns:
        for found in pattern.finditer(data, start, end):
            name = decode(found[1], 0, 100)
            yield Pair(*found.span(2), (*prefix, name), decode(found[2], 0, 512), found.start(1))


def is_result(data: bytes, name: int, value: int, end: int) -> bool:
    """Whether what a variable gets is the result of a command of PowerShell: `$secret = Read-Host "Secret"`."""
    return data[name - 1 : name] in {b"$", b":"} and _CMDLET.match(data, value, end) is not None
