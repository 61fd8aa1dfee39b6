"""Name and value pairs in any text, line by line: shell, Markdown, Dockerfile, INI, TOML, XML, code as plain text.

Nothing here understands a language: a pair is a name, a separator that gives it a value, and the value. Each line costs
time linear in its length; of very long lines, and of very many, only the neighbourhood of interesting words is read.
"""

from __future__ import annotations

import re
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.frontends.parsing import TooHardError, at_most
from lk_audit.frontends.shapes import MAX_DEPTH, decode, named_in_text
from lk_audit.frontends.text import blocks, idioms, tables
from lk_audit.frontends.text.line_spans import are_too_many, lines
from lk_audit.machine.budget import MOST_PAIRS
from lk_audit.patterns import regex
from lk_audit.source import Source
from lk_audit.syntax import Document, Pair

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MAX_QUOTED = 8_192
_MAX_BARE = 512
_MOST_FLOWS = 16
_LINE_FEED = ord("\n")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_CODE_SUFFIXES = _set(
    "py pyi ipynb js jsx mjs cjs ts mts cts tsx go dart java kt kts swift php cs fs rb rs c cc cpp h hpp m mm scala"
    " groovy gradle ex exs erl lua gd vue svelte astro vb jl clj hs map"
)
_SECTION_SUFFIXES = frozenset({"toml", "ini", "cfg", "conf", "properties", "service"})
_OUTLINE_SUFFIXES = frozenset({"yml", "yaml", "tpl", "gotmpl", "j2", "jinja2"})
_MARKUP_SUFFIXES = _set("html htm xhtml")
_KEYWORD_SUFFIXES = frozenset({"clj", "cljs", "cljc", "edn"})
_DIFF_SUFFIXES = frozenset({"diff", "patch", "rej"})
_PROSE_SUFFIXES = _set("md mdx markdown rst txt adoc")

_COMMENT = regex(rb"[ \t]*(?:#+(?![\[{!]|define\b)|//+|;+|<!--|\*+(?!\*)|/\*+|REM\b|rem\b)[ \t]?")
_PROSE_COMMENT = regex(rb"[ \t]*(?:#+(?![\[{!]|define\b)|//+|<!--)[ \t]?")
_DIFF_MARK = regex(rb"[+-](?![+-])")
_SECTION = regex(rb"\s*\[{1,2}[ \t]*([\w.\"' -]{1,100})[ \t]*\]{1,2}\s*(?:#.*)?")
_KEYS_LINE = regex(rb"(?:-[ \t]+)?[\"']?keys[\"']?[ \t]*:[ \t]*(?:#.*|[|>]-?)?[\r]?")
_KEYS_FLOW = regex(rb"\bkeys[\"']?[ \t]*:[ \t]*\{([^{}\n]{0,2000})")
_OUTLINE = regex(
    rb"(?P<dash>(?:-[ \t]+)*)[\"']?(?P<key>[\w./-]{1,100})[\"']?[ \t]*:[ \t]*(?:[|>][-+\d]*)?[ \t]*(?:#.*)?\r?"
)
_VARIABLE = regex(rb"[ \t]*variable[ \t]+\"?([\w-]{1,100})\"?[ \t]*\{")

_HEAD = regex(
    rb"""
      (?<![\w-]) (?P<flag>--[A-Za-z][\w-]{1,60}+) (?: = | \\?["']? [ \t]*+,? [ \t]*+ )
    | (?<![\w-]) (?:ENV|ARG|(?i:setx?)|SetEnv|setenv|fastcgi_param|env|\#define|def)
      [ \t]++ (?:-\w{1,8}[ \t]++)?+ \$?
      (?P<quoted>["']?) (?P<command> [A-Za-z_][\w.:-]{0,79}+ ) (?P=quoted) [ \t]++ (?![=\s]|--)
    | (?:(?<![\w.-])|(?<=^-)) (?:\$[eE]nv:)?+
      (?P<name> [A-Za-z_][\w.-]{0,79}+ (?: :+ [A-Za-z_][\w.]{0,60}+ (?==?["']) )?+ )
      (?P<close> (?:\*\*)?+ (?:\\*+["'`])?+ (?:\[\w{0,9}+\])?+ [\])}]{0,3}+ )
      (?: (?P<typed> [ \t]*+ \??: [ \t]*+ (?:const[ \t]++)?+ (?:&(?:'\w{1,20}[ \t]++)?+)?+
              (?![A-Z0-9]+_) [A-Za-z_][\w.<>\[\]?]{0,40}+ [ \t]*+ =(?![=>])
            | [ \t]++ [Ss]tr(?:ing)? [ \t]*+ =(?!=)
            | [ \t]++ [Aa]s [ \t]++ \w{1,40}+ [ \t]*+ = )
        | (?P<call> [ \t]*+ , (?: [ \t]*+ defaultValue [ \t]*+ : )?+ )
        | (?P<fallback> [ \t]*+ (?: \?\?=? | \|\|=? | \?: | or\b ) | (?<=\}) [ \t]*+ // | (?<=\)) [ \t]*+ \{
            | \. (?: unwrap_or(?:_else)? | getOrElse | orElse(?:Get)? | or_else ) \( [ \t]*+
              (?: \|\w{0,20}\| | \(\) [ \t]*+ -> )?+ )
        | (?P<markup> > )
        | (?P<give> [ \t]*+ (?: := | => | [?+]?=(?![=>~]) | <-(?=[ \t]*+["']) | :[-=](?=[^\s]) | :(?![:/?+]) )
            | \{ (?=[ \t]*+["']) )
      ) [ \t]*+
    """,
    re.VERBOSE | re.MULTILINE,
)
_BOUND = regex(rb"[ \t]++:(?=[A-Za-z])")
_MUSTACHE = regex(rb"\{[ \t]*+(?=([\"'`])[^\"'`\n]{0,512}\1[ \t]*+\})")
_OPEN = regex(rb"[bBrRuUfFLE@&$]{0,3}\#?(\\*(?:\"{3}|'{3}|[\"'`]))")
_BARE = regex(
    rb"ENC\[[^\]\n]{0,4000}\]|\$\{[^}\n]{0,500}\}|\{\{[^\n}]{0,500}\}\}|<[^>\n]{0,200}>"
    rb"|[^\s\"'`,;(){}\[\]<>|]{1,512}(?![\x80-\xbf])"  # a character has several bytes, and is not cut
)
_NEXT_LINE = regex(rb"[ \t]*+\r?\n[ \t]{0,200}+(?=[\"'`@rf$])")
_END_OF_ITEM = regex(rb",[A-Za-z_]\w{0,79}=")
_ASSIGNED = regex(rb"[A-Za-z_][\w.-]{0,79}=(?!=)")
_ALTERNATIVE = regex(rb"[ \t]*(?:\|\||\?\?|\?:|or\b)")
_MARKUP_VALUE = regex(rb"[^<>\n]{0,512}(?=</)")
_TYPES = frozenset({b"String", b"string"})
"""What stands before the name in `buildConfigField("String", "NAME", "value")`."""
_ENDS_OF_NAMES = frozenset({"secret", "key"})
_WIDEST_TEST = 10
_COMPARED = regex(rb"(?:[\"']|\[[ \t]|\btest[ \t])x?\$\{?\Z")
_IN_PATTERN = regex(rb"[^\s/|#:]([/|#])\^?\Z")
"""What stands before a name in `s/^NAME=.*/NAME=value/`: the same mark ends what it is given."""
_SAID_BEFORE = regex(rb"(?i)\b((?:livekit[ \t]+)?api)[ \t]+$")


def parse(source: Source, words: tuple[bytes, ...] = ()) -> Document:
    """The pairs of a text file: of one that holds very many only the first. `words` are as for `lines.lines`."""
    end = len(source.data)
    pairs = tuple(islice(chain(_pairs(source, 0, end, words=words), tables.pairs(source)), MOST_PAIRS + 1))
    is_cut = len(pairs) > MOST_PAIRS or are_too_many(source.data, 0, end)
    return Document(0, end, "text", (*pairs, *named_in_text(source.data, pairs)), is_cut=is_cut)


def pairs_in(  # noqa: PLR0913 - keywords, all optional
    source: Source,
    start: int,
    end: int,
    *,
    commented: bool = False,
    prefix: tuple[str, ...] = (),
    suffix: str | None = None,
    words: tuple[bytes, ...] = (),
) -> tuple[Pair, ...]:
    """The pairs in a part of a file: a comment, a heredoc, a block of text. Paths start with `prefix`.

    `suffix` is that of the files that hold such text, by default the file's own; `words` are as for `lines.lines`.

    Raises:
        TooHardError: there are far too many of them, or of lines.
    """
    if are_too_many(source.data, start, end):
        raise TooHardError
    return at_most(_pairs(source, start, end, commented=commented, prefix=prefix, suffix=suffix, words=words))


def _pairs(  # noqa: PLR0913 - as above
    source: Source,
    start: int,
    end: int,
    *,
    commented: bool = False,
    prefix: tuple[str, ...] = (),
    suffix: str | None = None,
    words: tuple[bytes, ...] = (),
) -> Iterator[Pair]:
    dialect = _dialect_of(PurePosixPath(source.path).suffix if suffix is None else suffix)
    reader = _Reader(source.data, dialect, prefix, commented)
    for line_start, line_end in lines(source.data, start, end, words):
        is_begun = line_start > start and source.data[line_start - 1] != _LINE_FEED
        yield from reader.line(line_start, line_end, is_begun=is_begun)
    yield from idioms.marked_up(source.data, start, end, prefix)
    if dialect.prose:
        yield from idioms.below(source.data, start, end, prefix)


class _Dialect(Struct, frozen=True):
    """How a file's suffix changes the reading: what starts a comment, whether only quoted text is a value ..."""

    comment: re.Pattern[bytes]
    quoted_only: bool
    sections: bool
    blocks: bool
    """Whether lines between braces belong to what stands before them, as in HOCON and HCL."""
    outline: bool
    """Whether indented lines belong to the line above, as in YAML."""
    diff: bool
    markup: bool
    """Whether ` :name="..."` begins an attribute of Vue, and `name={"..."}` gives one of Svelte its value."""
    keywords: bool
    """Whether a name is a keyword in front of its value, as in Clojure."""
    prose: bool
    """Whether people read it, so that a value may stand below its name."""


def _dialect_of(suffix: str) -> _Dialect:
    suffix = suffix.lower().lstrip(".")
    prose = suffix in {"md", "mdx", "rst", "txt", "adoc", "yml", "yaml", ""}
    return _Dialect(
        _PROSE_COMMENT if prose else _COMMENT,
        suffix in _CODE_SUFFIXES,
        suffix in _SECTION_SUFFIXES,
        suffix in blocks.SUFFIXES,
        suffix in _OUTLINE_SUFFIXES,
        suffix in _DIFF_SUFFIXES,
        suffix in _MARKUP_SUFFIXES,
        suffix in _KEYWORD_SUFFIXES,
        suffix in _PROSE_SUFFIXES,
    )


class _Reader:
    """Reads lines in order and remembers what they are inside of: a section, blocks in braces, a `keys:` block."""

    def __init__(self, data: bytes, dialect: _Dialect, prefix: tuple[str, ...], commented: bool) -> None:
        self._data = data
        self._dialect = dialect
        self._prefix = prefix
        self._commented = commented
        self._section: tuple[str, ...] = ()
        self._blocks = blocks.Blocks()
        self._keys_indent: int | None = None
        self._outline: list[tuple[int, str]] = []
        self._variable: str | None = None

    def line(self, start: int, end: int, *, is_begun: bool) -> Iterable[Pair]:
        """The pairs of a line, or of a part of a very long one, which has begun before."""
        mark = _DIFF_MARK.match(self._data, start, end) if self._dialect.diff and not is_begun else None
        start = mark.end() if mark else start
        comment = self._dialect.comment.match(self._data, start, end) if not is_begun else None
        start = comment.end() if comment else start
        content = self._data[start:end].lstrip()
        if not content:
            return ()
        if self._dialect.sections and (section := _SECTION.fullmatch(content)):
            self._section = tuple(part.strip(" \"'") for part in decode(section[1], 0, 100).split("."))
            return ()
        commented = self._commented or comment is not None
        prefix = self._prefix + self._section + self._inside_of(content, end - start - len(content), commented)
        if self._dialect.blocks and not commented:
            self._blocks.read(content)
        return self._pairs(start, end, prefix, commented=commented)

    def _inside_of(self, content: bytes, indent: int, commented: bool) -> tuple[str, ...]:
        """The keys of the lines that a line belongs to, judged by its indent."""
        if self._dialect.outline and not commented:
            return self._outlined(content, indent)
        keys = ("keys",) if self._is_in_keys(content, indent) else ()
        return (*self._blocks.keys(), *keys)

    def _outlined(self, content: bytes, indent: int) -> tuple[str, ...]:
        if content.startswith((b"{{", b"{%")):
            return tuple(key for _, key in self._outline)  # a template's own lines have any indent
        is_item = content.startswith(b"- ")
        while self._outline and self._outline[-1][0] >= indent + is_item:
            self._outline.pop()
        keys = tuple(key for _, key in self._outline)
        if (opened := _OUTLINE.fullmatch(content)) and len(self._outline) < MAX_DEPTH:
            self._outline.append((indent + len(opened["dash"]), decode(opened["key"], 0, 100)))
        return keys

    def _is_in_keys(self, content: bytes, indent: int) -> bool:
        """Whether the line belongs to a `keys:` block, judged by its indent."""
        if _KEYS_LINE.fullmatch(content):
            self._keys_indent = indent
            return False
        if self._keys_indent is not None and indent <= self._keys_indent:
            self._keys_indent = None
        return self._keys_indent is not None

    def _pairs(self, start: int, end: int, prefix: tuple[str, ...], *, commented: bool) -> Iterator[Pair]:
        position = within = start
        is_type = False
        flow = [found.span(1) for found in islice(_KEYS_FLOW.finditer(self._data, start, end), _MOST_FLOWS)]
        self._note_variable(start, end)
        while head := _HEAD.search(self._data, position, end):
            if self._dialect.markup and (bound := _BOUND.match(self._data, head.end("close"), end)):
                position = bound.end()
                continue
            position = max(head.end(), position + 1)
            if head.start() < within < head.end() and not is_type and not head["flag"]:
                continue  # a name at the end of a value has nothing to do with what follows the value
            group = head.lastgroup if head.lastgroup in {"flag", "command"} else "name"
            span = self._value(head, end, commented=commented)
            if span is None:
                continue
            within, is_type = span[1], head["name"] in _TYPES
            name = self._name(decode(head[group], 0, 100), head.start(group))
            keys = ("keys",) if any(first <= span[0] < last for first, last in flow) else ()
            yield Pair(*span, (*prefix, *keys, name), decode(self._data, *span), head.start(group), commented)
            if _ALTERNATIVE.match(self._data, span[1], end):
                within = span[0]  # `x = env.NAME || "value"`: the value names another one
            elif not (head["markup"] or self._may_hold_pairs(span[0])):
                position = max(position, span[1])
        yield from idioms.stored(self._data, start, end, prefix, commented=commented)
        if self._dialect.keywords:
            yield from idioms.keyed(self._data, start, end, prefix, commented=commented)

    def _note_variable(self, start: int, end: int) -> None:
        """`variable "name" {` of Terraform: what its `default` is the value of."""
        if found := _VARIABLE.match(self._data, start, end):
            self._variable = decode(found[1], 0, 100)
        elif self._variable and self._data[start : start + 1] == b"}":
            self._variable = None

    def _name(self, name: str, start: int) -> str:
        """What a name means: that of the variable for its default, the whole of `API secret` in prose."""
        if self._variable and name == "default":
            return self._variable
        if not self._dialect.quoted_only and name.lower() in _ENDS_OF_NAMES:
            said = _SAID_BEFORE.search(self._data, max(0, start - 30), start)
            return f"{decode(said[1], 0, 30)} {name}" if said else name
        return name

    def _may_hold_pairs(self, start: int) -> bool:
        """Whether a value is worth a look inside: quoted text, a command's first flag, another assignment."""
        if self._data[start - 1 : start] in (b'"', b"'", b"`") or self._data[start : start + 2] == b"--":
            return True
        return _ASSIGNED.match(self._data, start) is not None

    def _value(self, head: re.Match[bytes], end: int, *, commented: bool) -> tuple[int, int] | None:
        start = head.end()
        if head["markup"]:
            found = _MARKUP_VALUE.match(self._data, start, end)
            return found.span() if found else None
        if _gives_nothing(self._data, head):
            return None
        if self._dialect.markup and (mustache := _MUSTACHE.match(self._data, start, end)):
            start = mustache.end()
        if opening := _OPEN.match(self._data, start, end):
            return self._quoted(opening, end)
        return self._enclosed(head, end) or self._wrapped(start) or self._unquoted(head, end, commented=commented)

    def _wrapped(self, start: int) -> tuple[int, int] | None:
        """The quoted value on the next line, which code puts there when the first gets too long."""
        wrapped = _NEXT_LINE.match(self._data, start) if self._dialect.quoted_only else None
        opening = _OPEN.match(self._data, wrapped.end()) if wrapped else None
        if opening is None:
            return None
        line_end = self._data.find(b"\n", opening.end())
        return self._quoted(opening, len(self._data) if line_end == -1 else line_end)

    def _unquoted(self, head: re.Match[bytes], end: int, *, commented: bool) -> tuple[int, int] | None:
        if head["call"] or head["fallback"] or (self._dialect.quoted_only and not head["flag"] and not commented):
            return None
        if head["name"] and idioms.is_result(self._data, head.start("name"), head.end(), end):
            return None
        is_empty = head[0].endswith((b"= ", b"=\t")) and not (head["give"] or b" ")[:1].isspace()
        if is_empty and not self._dialect.sections:
            return head.end(), head.end()  # `NAME= command`
        return self._bare(head.end(), self._end_in_pattern(head, end))

    def _end_in_pattern(self, head: re.Match[bytes], end: int) -> int:
        """Where the value ends of a name in a command of sed."""
        mark = _IN_PATTERN.search(self._data, max(0, head.start() - 3), head.start())
        close = self._data.find(mark[1], head.end(), end) if mark and head["give"] == b"=" else -1
        return end if close == -1 else close

    def _quoted(self, opening: re.Match[bytes], end: int) -> tuple[int, int] | None:
        mark, start = opening[1], opening.end()
        limit = min(end, start + _MAX_QUOTED)
        close = self._data.find(mark, start, limit)
        while close > start and len(mark) == 1 and self._data[close - 1 : close] == b"\\":
            close = self._data.find(mark, close + 1, limit)
        return None if close == -1 else _without_inner_quotes(self._data, start, close)

    def _enclosed(self, head: re.Match[bytes], end: int) -> tuple[int, int] | None:
        """The value of `"NAME=some value"` and `${NAME:value}`: it ends where what encloses the name ends."""
        mark = self._data[head.start() - 1 : head.start()] if head.start() else b""
        if not head["give"] or head["close"] or mark not in (b'"', b"'", b"{"):
            return None
        limit = min(end, head.end() + _MAX_BARE)
        if mark == b"{":
            if self._data[head.start() - 2 : head.start() - 1] != b"$":
                return None
            close = self._data.find(b"}", head.end(), limit)
        else:
            close = self._data.find(mark, head.end(), limit)
            item = _END_OF_ITEM.search(self._data, head.end(), max(close, head.end()))
            close = item.start() if item else close
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
        if self._data[stop - 1 : stop] == b"." and self._data[stop - 2 : stop] != b"..":
            stop -= 1  # the end of a sentence, not that of a value cut short
        return start, stop


def _gives_nothing(data: bytes, head: re.Match[bytes]) -> bool:
    """Whether a separator gives its name no value after all."""
    if head["call"] and b")" in head["close"]:
        return True  # `f("NAME"), "other"`: the name is the argument of another call
    if head["give"] and head["give"].strip() == b"=" and head["give"][:1].isspace():
        before = data[max(0, head.start() - _WIDEST_TEST) : head.start()]
        return _COMPARED.search(before) is not None  # `[ "$NAME" = value ]`: a script asks whether the value is in use
    return bool(head["flag"]) and data.startswith(b"--", head.end())


def _without_inner_quotes(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The value of a text that holds quotes of its own, as a code generator wants it."""
    opening = _OPEN.match(data, start, end)
    if opening and end - start > 2 * len(opening[1]) and data.endswith(opening[1], start, end):
        return opening.end(), end - len(opening[1])
    return start, end
