"""On which line of a TOML file a key stands; `tomllib` does not say."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TypeAlias

from lk_audit.patterns import regex

Keys: TypeAlias = tuple[str, ...]

_HEADER = regex(r"""[ \t]*(\[\[?)((?:"[^"\n]*"|'[^'\n]*'|[^\[\]#"'\n])+)\]\]?[ \t]*(?:#.*)?""")
_KEY = regex(r"""[ \t]*((?:"[^"\n]*"|'[^'\n]*'|[\w.-]|[ \t](?![ \t]))+)=""", re.ASCII)
_LONGEST = 2_000
_DEEPEST = 8
"""Parts of a key; no setting has more."""
_TRIPLES = ('"""', "'''")


def line_of(text: str, keys: Keys) -> int | None:
    """The line (from 1) where a key first occurs, or the closest key around it that can be found.

    The tables of an array (`[[suppress]]`) go by their number, from 1.
    """
    lines = _lines(text)
    return next((lines[keys[:count]] for count in range(len(keys), 0, -1) if keys[:count] in lines), None)


@lru_cache(maxsize=16)
def _lines(text: str) -> Mapping[Keys, int]:
    """The lines of all keys of a file; as many as it states are asked for."""
    lines: dict[Keys, int] = {}
    for stated, number in _stated(text):
        for count in range(1, min(len(stated), _DEEPEST) + 1):
            lines.setdefault(stated[:count], number)
    return lines


def _stated(text: str) -> Iterator[tuple[Keys, int]]:
    """Every key with its line; those of an array's tables with the table's number, and without it."""
    table: Keys = ()
    numbered: Keys = ()
    counts: Counter[Keys] = Counter()
    open_text = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not open_text and len(line) <= _LONGEST:
            header, key = _HEADER.fullmatch(line), _KEY.match(line)
            if header:
                table = numbered = _parts(header[2])
                if header[1] == "[[":
                    counts[table] += 1
                    numbered = (*table, str(counts[table]))
            if header or key:
                inner = _parts(key[1]) if key and not header else ()
                yield (*table, *inner), number
                yield (*numbered, *inner), number
        open_text = _open_after(line, open_text)


def _open_after(line: str, mark: str) -> str:
    """The quotes of the text of several lines that is open at the end of a line."""
    for triple in _TRIPLES:
        if (not mark or mark == triple) and line.count(triple) % 2:
            return "" if mark else triple
    return mark


def _parts(dotted: str) -> Keys:
    """`a."b c".d` as its three parts; nothing when that is no key."""
    import tomllib  # noqa: PLC0415 - most projects configure nothing

    try:
        inner: object = tomllib.loads(f"{dotted} = 0")
    except ValueError:
        return ()
    keys: list[str] = []
    while isinstance(inner, dict):
        key, inner = next(iter(inner.items()))
        keys.append(key)
    return tuple(keys)
