"""Command lines of named programs, wherever they are written: scripts, Makefiles, Dockerfiles, CI files, prose, code.

Words keep their places. What only the run knows of a word (variables, substitutions, placeholders) makes it unknown.
The reading is linear: a command has an end, and a longest length.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache

from msgspec import Struct

from lk_audit.frontends.shapes import decode
from lk_audit.patterns import regex
from lk_audit.source import Source
from lk_audit.views import View, ViewWriter

_LONGEST = 8_000
_MOST_WORDS = 200
_SPACE = regex(rb"(?:[ \t\r]++|[\\`^]\r?\n)++")
_FOLDED = regex(rb"\r?\n[ \t]*+(?=--?[A-Za-z])")
"""A line that begins with a flag goes on with the command above: folded YAML, prose."""
_REDIRECTION = regex(rb"(?:[0-9]|&)?[<>]{1,2}[&|]?[ \t]*+[^\s;|&()<>]*+")
_PIECE = regex(
    rb"""
      '(?P<single> \{[^']*+ | [^'\n]*+ )'
    | "(?P<double> \{(?:[^"\\]++|\\.)*+ | (?:[^"\\\n]++|\\.)*+ )"
    | \\(?P<escaped> [^\n] )
    | \$\{\{[^}\n]*+\}\} | \{\{-?[ ]*+(?P<template> [A-Za-z_]\w*+ )[ ]*+-?\}\} | \{\{[^}\n]*+\}\}
    | \$\$?(?:
          \{(?P<braced> [A-Za-z_]\w*+ )\} | \((?P<made> [A-Za-z_]\w*+ )\) | (?P<plain> [A-Za-z_]\w*+ )
        | \{(?P<defaulted> \w++ ):?-(?P<default> [^}$`\n]*+ )\} | \{[^}\n]*+\}? | \([^()\n]*+\)? | [0-9@*\#?!$-] )
    | `[^`\n]*+` | <[\w .:|/-]{1,80}> | %\w++% | (?P<dots> \.{3,} | \xe2\x80\xa6 )
    | (?P<text> [^\s'"\\$`;|&()<>{%.\xe2]++ | [{%.$\xe2] )
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = regex(r"\\([\"\\$`])")
_VARIABLE = regex(r"\$\{?([A-Za-z_]\w*)\}?|\$\{(\w+):?-([^}$`]*)\}|\$\((\w+)\)|\{\{ *(\w+) *\}\}")
_UNKNOWN = regex(r"(?<!\\)[$`]|\{\{|<[\w .:|/-]{1,80}>|%\w+%|\.{3}|…")
_ITEM = regex(
    rb"""
      (?P<prefix> [A-Za-z]{0,2} )(?P<quote> ["'`] )(?P<text> (?: (?!(?P=quote)) [^\\\n] | \\. )*+ )(?P=quote)
    | (?P<close> [\])] ) | (?P<skip> [\s,\[]++ | \#[^\n]*+ | //[^\n]*+ ) | (?P<other> [^\s,\[\]()"'`]++ | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_QUOTED = {
    b'"': regex(rb'(?:[^"\\]++|\\.)*+', re.DOTALL),
    b"'": regex(rb"[^']*+"),
    b"`": regex(rb"[^`]*+"),
}
_CALL = regex(
    rb"(?:\b(?:system|run|call|check_call|check_output|Popen|getoutput|getstatusoutput|popen|exec|execSync|spawn|spawnSync"
    rb"|execa|execaCommand|shell_exec|passthru|create_subprocess_shell|split)\(|(?:%x|\$)\(?)\s*+[fr]{0,2}$"
)
_COMMENT = regex(rb"[ \t]*+(?:\#(?!!)|//|/?\*|<!--|;|::|REM\b|rem\b|@?echo\b|@?printf\b)")
_WIDEST = 120


class Word(Struct, frozen=True):
    """A word of a command. The span is that of the word as written, quotes and all.

    `text` is None when only the run knows it; then `variable` is the name of the one variable that it consists of, and
    `default` what stands in for that (`${TTL:-1h}`).
    """

    start: int
    end: int
    text: str | None
    variable: str | None = None
    default: str | None = None


class Command(Struct, frozen=True):
    """The words of a command, the program's name first; positions are those of `source`, which may be a view.

    `is_shown` tells that it is not run where it stands: it is in a comment, or printed as a hint.
    """

    source: Source
    words: tuple[Word, ...]
    is_shown: bool = False


def commands(
    source: Source, start: int, end: int, programs: Collection[str], *, is_code: bool = False
) -> Iterator[Command]:
    """The commands between two offsets that run one of some programs, each by its name or path.

    In code (`is_code`) these are lists of words and the texts that are given to a call which runs them.
    """
    position = start
    while (head := _head(frozenset(programs)).search(source.data, position, end)) is not None:
        position = head.end()
        found, stop = _command(source, head, end, is_code=is_code)
        if found is not None:
            yield found
            position = max(position, stop)


@cache
def _head(programs: frozenset[str]) -> re.Pattern[bytes]:
    names = b"|".join(re.escape(name.encode()) for name in sorted(programs, key=len, reverse=True))
    return re.compile(rb"(?<![\w./~$-])(?:[\w.~-]*+/)*+(?:" + names + rb")(?:\.exe)?(?::[\w.-]{1,40})?(?=[\s\"'\\`^])")


def _command(source: Source, head: re.Match[bytes], end: int, *, is_code: bool) -> tuple[Command | None, int]:
    """The command that a program's name begins, if it does, and where it ends."""
    data = source.data
    start = head.start()
    quote = data[start - 1 : start]
    closed = data[head.end() : head.end() + 1] == quote
    limit = min(end, start + _LONGEST)
    if quote in _QUOTED and closed:
        words = tuple(_items(data, start - 1, limit))
        return (Command(source, words), words[-1].end) if len(words) > 1 else (None, 0)
    if is_code and not (quote in _QUOTED and _CALL.search(data, max(0, start - _WIDEST), start - 1)):
        return None, 0
    is_shown = _is_shown(source, start)
    if quote in _QUOTED:
        return _quoted(source, quote, start, limit, is_shown=is_shown)
    words = tuple(words_in(data, start, limit))
    return Command(source, words, is_shown), words[-1].end


def _quoted(source: Source, quote: bytes, start: int, limit: int, *, is_shown: bool) -> tuple[Command, int]:
    """The command that a text consists of."""
    found = _QUOTED[quote].match(source.data, start, limit)
    stop = found.end() if found is not None else limit
    if quote == b'"' and b"\\" in source.data[start:stop]:
        writer = ViewWriter(source)
        writer.copy_json(start, stop)
        view = View(writer)
        return Command(view, tuple(words_in(view.data, 0, len(view.data))), is_shown), stop
    return Command(source, tuple(words_in(source.data, start, stop)), is_shown), stop


def _is_shown(source: Source, start: int) -> bool:
    line = source.line_starts[source.line_number(start) - 1]
    return _COMMENT.match(source.data, line, start) is not None


def words_in(data: bytes, start: int, end: int) -> Iterator[Word]:
    """The words of the shell command that begins at `start`; it ends with its line, or where another one begins."""
    position = start
    for _ in range(_MOST_WORDS):
        position = _next_word(data, position, end)
        redirected = _REDIRECTION.match(data, position, end)
        if redirected and not _PIECE.match(data, position, end):
            position = redirected.end()
            continue
        word = _word(data, position, end)
        if word is None:
            return
        yield word
        position = word.end


def _next_word(data: bytes, position: int, end: int) -> int:
    while (gap := _SPACE.match(data, position, end) or _FOLDED.match(data, position, end)) is not None:
        position = gap.end()
    return position


def _word(data: bytes, start: int, end: int) -> Word | None:
    if data[start : start + 1] == b"#":
        return None
    pieces: list[re.Match[bytes]] = []
    position = start
    while (piece := _PIECE.match(data, position, end)) is not None and piece.end() > position:
        if piece[0].startswith(b"`") and data[position + 1 : position + 2] in (b"\r", b"\n"):
            break
        pieces.append(piece)
        position = piece.end()
    if not pieces:
        return None
    texts = [_known(piece) for piece in pieces]
    if all(text is not None for text in texts):
        return Word(start, position, "".join(text for text in texts if text is not None))
    return Word(start, position, None, *(_variable(pieces[0]) if len(pieces) == 1 else ()))


def _known(piece: re.Match[bytes]) -> str | None:
    """The text of a piece of a word; None when the run decides."""
    for name in ("text", "single", "escaped"):
        if piece[name] is not None:
            return decode(piece[name], 0, len(piece[name]))
    if piece["double"] is None:
        return None
    text = decode(piece["double"], 0, len(piece["double"]))
    return None if _UNKNOWN.search(text) else _ESCAPED.sub(r"\1", text)


def _variable(piece: re.Match[bytes]) -> tuple[str | None, str | None]:
    """The variable that a piece is, and what stands in for it."""
    text = piece["double"] if piece["double"] is not None else piece[0]
    found = _VARIABLE.fullmatch(decode(text, 0, len(text)).replace("$$", "$", 1))
    if found is None:
        return None, None
    return found[1] or found[2] or found[4] or found[5], found[3]


def _items(data: bytes, start: int, end: int) -> Iterator[Word]:
    """The words of a list: `["lk", "token", "create"]`, `execFile("lk", ["token"])`, `exec.Command("lk", "token")`."""
    position = start
    for _ in range(_MOST_WORDS):
        item = _ITEM.match(data, position, end)
        if item is None or item.lastgroup == "close":
            return
        position = item.end()
        if item["quote"] is not None:
            text = decode(item["text"], 0, len(item["text"]))
            plain = "\\" not in text and not (b"f" in item["prefix"].lower() and "{" in text) and "${" not in text
            yield Word(item.start("text"), item.end("text"), text if plain else _unescaped(text))
        elif item["other"] is not None:
            yield Word(item.start(), item.end(), None)


def _unescaped(text: str) -> str | None:
    """Text with escaped quotes; None when there is more to it."""
    plain = text.replace('\\"', '"').replace("\\'", "'")
    return None if "\\" in plain or "{" in plain.lstrip("{") or "${" in plain else plain
