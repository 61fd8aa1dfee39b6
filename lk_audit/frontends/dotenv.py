"""Environment files in all dialects: `export`, three kinds of quotes over several lines, inline comments, `KEY: value`.

A pair that is commented out counts, marked as such.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lk_audit.frontends.documents.embedded import pairs_inside
from lk_audit.frontends.parsing import at_most
from lk_audit.frontends.shapes import decode
from lk_audit.patterns import regex
from lk_audit.syntax import Document, Pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.source import Source

_LINE = regex(
    rb"""(?: [ \t\v\f] | \xc2\xa0 | \xef\xbb\xbf )*+ (?P<comment>\#[\#!\ \t]*+)?+
         (?:(?i:export|setx?|env|setenv)[ \t]++)?+
         (?P<open>["']?) (?P<name>[A-Za-z_][\w.-]{0,127}+) (?P=open)
         (?: [ \t]*+=[ \t]*+ | [ \t]*+:[ \t]++ | (?=[ \t]*+:[ \t]*+$)[ \t]*+: )""",
    re.VERBOSE | re.MULTILINE,
)
"""Before a name may stand what is space in JavaScript (ECMA-262, "White Space"), as node-dotenv has it: byte order
marks, too, which stand in the middle where files were put together."""
_QUOTED = {
    b'"': regex(rb'"((?:[^"\\]|\\.)*+)"', re.DOTALL),
    # `\'` ends the text, as in a shell, unless its line has another quote to end it, as node-dotenv reads it.
    b"'": regex(rb"'((?:[^']|(?<=\\)'(?=[^'\n]*+'))*+)'"),
    b"`": regex(rb"`([^`]*+)`"),
}
_BARE = regex(rb"[^\r\n]*+")
_LINE_END = regex(rb"[\r\n]")
_INLINE_COMMENT = regex(rb"(?:^|[ \t])#")


def parse(source: Source) -> Document:
    """The pairs of an environment file.

    Raises:
        TooHardError: there are far too many of them.
    """
    return Document(0, len(source.data), "dotenv", at_most(_pairs(source)))


def _pairs(source: Source) -> Iterator[Pair]:
    data, position = source.data, 0
    while position < len(data):
        line = _LINE.match(data, position)
        if line is None:
            position = _next_line(data, position)
            continue
        commented = line["comment"] is not None
        start, end = _value(data, line.end(), one_line=commented)
        name = decode(data, *line.span("name"))
        yield Pair(start, end, (name,), decode(data, start, end), line.start("name"), commented)
        if data.find(b"\n", start, end) != -1 or data[start : start + 1] == b"{" or data.find(b"\\n", start, end) != -1:
            is_escaped = data[start - 1 : start] == b'"'
            yield from pairs_inside(source, start, end, (name,), is_escaped=is_escaped)
        position = _next_line(data, end)


def _next_line(data: bytes, position: int) -> int:
    found = _LINE_END.search(data, position)
    return found.end() if found else len(data)


def _value(data: bytes, start: int, *, one_line: bool) -> tuple[int, int]:
    """The span of the value; a quote that is never closed belongs to it."""
    pattern = _QUOTED.get(data[start : start + 1])
    quoted = pattern.match(data, start) if pattern else None
    if quoted and not (one_line and b"\n" in quoted[1]):
        return quoted.span(1)
    text = _BARE.match(data, start)
    end = text.end() if text else start
    comment = _INLINE_COMMENT.search(data, start, end) if data[start : start + 1] != b"#" else None
    end = comment.start() if comment else start if data[start : start + 1] == b"#" else end
    while end > start and data[end - 1 : end].isspace():
        end -= 1
    return start, end
