"""Name and value pairs in any text, line by line: shell, Markdown, Dockerfile, INI, TOML, XML, code as plain text.

Nothing here understands a language: a pair is a name, a separator that gives it a value, and the value. Each line costs
time linear in its length; of very long lines only the neighbourhood of interesting words is read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lk_audit.frontends.shapes import assignment, decode, is_flag, named_values
from lk_audit.syntax import Document, Pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lk_audit.source import Source

_LONG_LINE = 20_000
_INTERESTING = re.compile(rb"secret|livekit|LIVEKIT|Livekit|LiveKit|SECRET|Secret|--keys|LK_")
_WINDOW = 400
_MAX_QUOTED = 8_192
_MAX_BARE = 512

_CODE_SUFFIXES = (
    "py pyi ipynb js jsx mjs cjs ts mts cts tsx go dart java kt kts swift php cs fs rb rs c cc cpp h hpp m mm scala"
    " groovy gradle ex exs erl lua gd vue svelte astro html htm vb jl clj hs"
)
_SECTION_SUFFIXES = frozenset({"toml", "ini", "cfg", "conf", "properties", "service"})

_COMMENT = re.compile(rb"[ \t]*(?:#+(?![\[{!])|//+|;+|<!--|\*+(?!\*)|/\*+|REM\b|rem\b)[ \t]?")
_PROSE_COMMENT = re.compile(rb"[ \t]*(?:#+(?![\[{!])|//+|<!--)[ \t]?")
_SECTION = re.compile(rb"\s*\[{1,2}[ \t]*([\w.\"' -]{1,100})[ \t]*\]{1,2}\s*(?:#.*)?")
_KEYS_LINE = re.compile(rb"(?:-[ \t]+)?[\"']?keys[\"']?[ \t]*:[ \t]*(?:#.*|[|>]-?)?[\r]?")
_KEYS_FLOW = re.compile(rb"[\"']?\bkeys[\"']?[ \t]*:[ \t]*\{")

_HEAD = re.compile(
    rb"""
      (?<![\w-]) (?P<flag>--[A-Za-z][\w-]{1,60}+) (?: = | \\?["']? [ \t]*+,? [ \t]*+ )
    | (?<![\w-]) (?:ENV|ARG|set|setx|SetEnv|setenv|fastcgi_param|env) [ \t]++ (?:-\w{1,8}[ \t]++)?+
      (?P<quoted>["']?) (?P<command> [A-Za-z_][\w.:-]{0,79}+ ) (?P=quoted) [ \t]++ (?![=\s])
    | (?<![\w.-]) (?P<name> [A-Za-z_][\w.-]{0,79}+ (?: :+ [A-Za-z_][\w.]{0,60}+ (?=["']) )?+ )
      (?P<close> (?:\\*+["'`])?+ [\])]{0,3}+ )
      (?: (?P<typed> [ \t]*+ \??: [ \t]*+ (?:const[ \t]++)?+ [A-Za-z_][\w.<>\[\]?]{0,40}+ [ \t]*+ =(?![=>])
            | [ \t]++ [Ss]tr(?:ing)? [ \t]*+ =(?!=) )
        | (?P<call> [ \t]*+ , (?: [ \t]*+ defaultValue [ \t]*+ : )?+ )
        | (?P<fallback> [ \t]*+ (?: \?\?=? | \|\|=? | \?: | or\b ) )
        | (?P<markup> > )
        | (?P<give> [ \t]*+ (?: := | => | =(?![=>~]) | :[-=](?=[^\s]) | :(?![:/]) ) )
      ) [ \t]*+
    """,
    re.VERBOSE,
)
_OPEN = re.compile(rb"(?:[bBrRuU@&]{0,2})(\\*[\"'`])")
_BARE = re.compile(rb"\$\{[^}\n]{0,500}\}|\{\{[^\n}]{0,500}\}\}|<[^>\n]{0,200}>|[^\s\"'`,;(){}\[\]<>|]{1,512}")
_MARKUP_VALUE = re.compile(rb"[^<>\n]{0,512}(?=</)")
_PLIST = re.compile(rb"<key>([^<>\n]{1,100})</key>\s{0,200}<string>([^<>\n]{0,512})</string>")


def parse(source: Source) -> Document:
    """The pairs of a text file."""
    pairs = pairs_in(source, 0, len(source.data))
    return Document(0, len(source.data), "text", (*pairs, *named_values(pairs)))


def pairs_in(  # noqa: PLR0913 - keywords, all optional
    source: Source,
    start: int,
    end: int,
    *,
    commented: bool = False,
    prefix: tuple[str, ...] = (),
    suffix: str | None = None,
) -> tuple[Pair, ...]:
    """The pairs in a part of a file: a comment, a heredoc, a block of text. Paths start with `prefix`.

    `suffix` is that of the files that hold such text, by default the file's own.
    """
    dialect = _dialect_of(PurePosixPath(source.path).suffix if suffix is None else suffix)
    reader = _Reader(source.data, dialect, prefix, commented)
    found = [pair for line_start, line_end in _lines(source, start, end) for pair in reader.line(line_start, line_end)]
    return (*found, *_plist_pairs(source.data, start, end, prefix))


def pairs_inside(
    source: Source, start: int, end: int, path: tuple[str, ...], *, is_item: bool = False
) -> tuple[Pair, ...]:
    """The pairs inside one text value of a data format: a list item `KEY=value`, a command line, a whole document."""
    found = assignment(source.data, start, end) if is_item else None
    if found:
        name, name_start, value_start = found
        value = decode(source.data, value_start, end)
        return (Pair(value_start, end, (*path[:-1], decode(name, 0, len(name))), value, name_start),)
    if is_item and is_flag(decode(source.data, start, min(end, start + _WINDOW))):
        return ()
    marks = (b"=", b"--", b"\n")
    if any(source.data.find(mark, start, end) != -1 for mark in marks):
        return pairs_in(source, start, end, prefix=path)
    return ()


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a file's suffix changes the reading: what starts a comment, whether only quoted text is a value."""

    comment: re.Pattern[bytes]
    quoted_only: bool
    sections: bool


def _dialect_of(suffix: str) -> _Dialect:
    suffix = suffix.lower().lstrip(".")
    prose = suffix in {"md", "mdx", "rst", "txt", "adoc", "yml", "yaml", ""}
    return _Dialect(
        _PROSE_COMMENT if prose else _COMMENT, suffix in _CODE_SUFFIXES.split(), suffix in _SECTION_SUFFIXES
    )


def _lines(source: Source, start: int, end: int) -> Iterator[tuple[int, int]]:
    data = source.data
    position = start
    while position < end:
        stop = data.find(b"\n", position, end)
        stop = end if stop == -1 else stop
        if stop - position <= _LONG_LINE:
            yield position, stop
        else:
            yield from _windows(data, position, stop)
        position = stop + 1


def _windows(data: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Disjoint parts of a very long line around words that matter."""
    done = start
    for word in _INTERESTING.finditer(data, start, end):
        if word.start() < done:
            continue
        begin, done = max(done, word.start() - _WINDOW), min(end, word.end() + _WINDOW)
        yield begin, done


class _Reader:
    """Reads lines in order and remembers what they are inside of: a section, a `keys:` block."""

    def __init__(self, data: bytes, dialect: _Dialect, prefix: tuple[str, ...], commented: bool) -> None:
        self._data = data
        self._dialect = dialect
        self._prefix = prefix
        self._commented = commented
        self._section: tuple[str, ...] = ()
        self._keys_indent: int | None = None

    def line(self, start: int, end: int) -> Iterable[Pair]:
        comment = self._dialect.comment.match(self._data, start, end)
        start = comment.end() if comment else start
        content = self._data[start:end].lstrip()
        if not content:
            return ()
        if self._dialect.sections and (section := _SECTION.fullmatch(content)):
            self._section = tuple(part.strip(" \"'") for part in decode(section[1], 0, 100).split("."))
            return ()
        prefix = self._prefix + self._section
        if self._is_in_keys(content, end - start - len(content)):
            prefix = (*prefix, "keys")
        return self._pairs(start, end, prefix, commented=self._commented or comment is not None)

    def _is_in_keys(self, content: bytes, indent: int) -> bool:
        """Whether the line belongs to a `keys:` block, judged by its indent."""
        if _KEYS_LINE.fullmatch(content):
            self._keys_indent = indent
            return False
        if self._keys_indent is not None and indent <= self._keys_indent:
            self._keys_indent = None
        return self._keys_indent is not None or _KEYS_FLOW.match(content) is not None

    def _pairs(self, start: int, end: int, prefix: tuple[str, ...], *, commented: bool) -> Iterator[Pair]:
        position = start
        while head := _HEAD.search(self._data, position, end):
            position = max(head.end(), position + 1)
            group = head.lastgroup if head.lastgroup in {"flag", "command"} else "name"
            span = self._value(head, end)
            if span is None:
                continue
            name = decode(head[group], 0, 100)
            yield Pair(span[0], span[1], (*prefix, name), decode(self._data, *span), head.start(group), commented)
            if not self._may_hold_pairs(span[0]):
                position = max(position, span[1])

    def _may_hold_pairs(self, start: int) -> bool:
        """Whether a value is worth a look inside: quoted text, a command's first flag."""
        return self._data[start - 1 : start] in (b'"', b"'", b"`") or self._data[start : start + 2] == b"--"

    def _value(self, head: re.Match[bytes], end: int) -> tuple[int, int] | None:
        start = head.end()
        if head["markup"]:
            found = _MARKUP_VALUE.match(self._data, start, end)
            return found.span() if found else None
        if head["call"] and b")" in head["close"]:
            return None  # `f("NAME"), "other"`: the name is the argument of another call
        opening = _OPEN.match(self._data, start, end)
        if opening:
            return self._quoted(opening, end)
        if head["call"] or head["fallback"] or (self._dialect.quoted_only and not head["flag"]):
            return None
        return self._within_outer_quote(head, end) or self._bare(start, end)

    def _quoted(self, opening: re.Match[bytes], end: int) -> tuple[int, int] | None:
        mark, start = opening[1], opening.end()
        limit = min(end, start + _MAX_QUOTED)
        close = self._data.find(mark, start, limit)
        while close > start and len(mark) == 1 and self._data[close - 1 : close] == b"\\":
            close = self._data.find(mark, close + 1, limit)
        return None if close == -1 else (start, close)

    def _within_outer_quote(self, head: re.Match[bytes], end: int) -> tuple[int, int] | None:
        """The value of `"NAME=some value"`: it ends where the quote before the name closes."""
        mark = self._data[head.start() - 1 : head.start()] if head.start() else b""
        if mark not in (b'"', b"'") or not head["give"] or head["close"]:
            return None
        close = self._data.find(mark, head.end(), min(end, head.end() + _MAX_BARE))
        return None if close == -1 else (head.end(), close)

    def _bare(self, start: int, end: int) -> tuple[int, int] | None:
        found = _BARE.match(self._data, start, end)
        if found is None:
            at_end = not self._data[start:end].strip() or self._data[start : start + 1] == b"#"
            return (start, start) if at_end else None
        stop = found.end()
        if self._data[stop : stop + 1] == b"(":
            return None
        if found[0].endswith(b":") and (rest := _BARE.match(self._data, min(stop + 1, end), end)):
            stop = rest.end()  # `--keys devkey: secret`
        while stop > start and self._data[stop - 1 : stop] == b".":
            stop -= 1
        return start, stop


def _plist_pairs(data: bytes, start: int, end: int, prefix: tuple[str, ...]) -> Iterator[Pair]:
    """`<key>NAME</key> <string>value</string>` of Apple property lists, also over two lines."""
    if data.find(b"<key>", start, end) == -1:
        return
    for found in _PLIST.finditer(data, start, end):
        name = decode(found[1], 0, 100)
        yield Pair(*found.span(2), (*prefix, name), decode(found[2], 0, 512), found.start(1))
