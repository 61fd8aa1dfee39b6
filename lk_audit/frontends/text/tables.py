"""Tables in text: rows of CSV, TSV and Markdown, and the INSERT statements of SQL.

A cell is the value of its column's name, and of a name in the cell before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lk_audit.frontends.shapes import decode
from lk_audit.frontends.text.line_spans import whole_lines
from lk_audit.patterns import regex
from lk_audit.syntax import Pair

if TYPE_CHECKING:
    from lk_audit.source import Source

_QUOTED = rb'"(?:[^"\n]|"")*+"|\'[^\'\n]*+\''
_CELLS = {
    "csv": regex(rb"(?:^|[,;])[ \t]*+(" + _QUOTED + rb"|[^,;\r\n]*+)", re.MULTILINE),
    "tsv": regex(rb"(?:^|\t)(" + _QUOTED + rb"|[^\t\r\n]*+)", re.MULTILINE),
    "prose": regex(rb"(?<!\\)\|+[ \t]*+((?:[^|\r\n\\]|\\.)*+)"),
}
_KINDS = {
    "csv": "csv",
    **dict.fromkeys(("tsv", "tab", "sql", "dump"), "tsv"),
    **dict.fromkeys(("md", "mdx", "markdown", "adoc", "asciidoc", "txt", "org"), "prose"),
}
_NAME = regex(rb"[A-Za-z_][\w.-]{1,79}")
_MOST_CELLS = 64
_WRAPPING = b" \t\"'`*"
_INSERT = regex(rb"(?i)\bINSERT\s++INTO\s++[\w.\"`\[\]]{1,200}\s*+\(([^()]{1,4000})\)\s*+VALUES\b")
_ROW = regex(rb"\s*+,?\s*+\(((?:'(?:[^']|''){0,4000}+'|[^()']){0,8000}+)\)")
_SQL_VALUE = regex(rb"(?:^|,)\s*+('(?:[^']|'')*+'|[^,']*+)")

Span = tuple[int, int]


def pairs(source: Source) -> Iterator[Pair]:
    """The pairs of the tables in a file; none for a file of any other kind."""
    suffix = PurePosixPath(source.path).suffix.lower().lstrip(".")
    kind = _KINDS.get(suffix)
    if kind is not None:
        yield from _rows(source, kind, headed=kind in {suffix, "prose"})
    if suffix in {"sql", "dump"}:
        yield from _inserts(source.data)


def _rows(source: Source, kind: str, *, headed: bool) -> Iterator[Pair]:
    header: list[Span] = []
    data = source.data
    for start, end in whole_lines(data, 0, len(data)):
        if len(data[start:end].rstrip()) > _LONGEST_ROW:
            continue
        cells = _cells(data, start, end, _CELLS[kind])
        if len(cells) < 2:  # noqa: PLR2004 - a name and a value
            header = [] if kind == "prose" else header
            continue
        if headed and not header:
            header = cells
        elif header:
            yield from _under(data, header, cells)
        yield from _side_by_side(data, cells)


_LONGEST_ROW = 20_000


def _cells(data: bytes, start: int, end: int, pattern: re.Pattern[bytes]) -> list[Span]:
    """The spans of a row's cells, without quotes, backticks and blanks."""
    found = []
    for cell in pattern.finditer(data, start, end):
        found.append(_stripped(data, *cell.span(1)))
        if len(found) == _MOST_CELLS:
            break
    return found


def _stripped(data: bytes, start: int, end: int) -> Span:
    text = data[start:end]
    start += len(text) - len(text.lstrip(_WRAPPING))
    return start, start + len(text.strip(_WRAPPING))


def _under(data: bytes, header: list[Span], cells: list[Span]) -> Iterator[Pair]:
    for name, value in zip(header, cells, strict=False):
        yield from _pair(data, name, value)


def _side_by_side(data: bytes, cells: list[Span]) -> Iterator[Pair]:
    for name, value in pairwise(cells):
        yield from _pair(data, name, value)


def _pair(data: bytes, name: Span, value: Span) -> Iterator[Pair]:
    if _NAME.fullmatch(data, *name):
        yield Pair(*value, (decode(data, *name),), decode(data, *value), name[0])


def _inserts(data: bytes) -> Iterator[Pair]:
    """`INSERT INTO t (a, b) VALUES (1, 'x'), (2, 'y')`."""
    for insert in _INSERT.finditer(data):
        columns = _cells(data, *insert.span(1), _SQL_VALUE)
        position = insert.end()
        while row := _ROW.match(data, position):
            cells = _cells(data, *row.span(1), _SQL_VALUE)
            yield from _under(data, columns, cells)
            position = row.end()
