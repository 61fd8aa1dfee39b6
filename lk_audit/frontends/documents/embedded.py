"""Texts that are values of data formats: list items `KEY=value`, command lines, whole documents, JSON among them."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.frontends import text
from lk_audit.frontends.documents.escapes import Unescaped, unescaped
from lk_audit.frontends.documents.json_reader import read
from lk_audit.frontends.shapes import MAX_DEPTH, assignment, decode, is_flag
from lk_audit.patterns import regex
from lk_audit.source import Source
from lk_audit.syntax import Pair

_LONGEST_FLAG = 400
_OBJECT = regex(rb"\{\s{0,200}\"")


def pairs_inside(  # noqa: PLR0913 - keywords, all optional
    source: Source,
    start: int,
    end: int,
    path: tuple[str, ...],
    *,
    is_item: bool = False,
    is_escaped: bool = False,
) -> tuple[Pair, ...]:
    """The pairs inside one text value of a data format: a list item `KEY=value`, a command line, a whole document.

    `is_escaped` tells that a backslash starts an escape there, as in JSON.
    """
    if is_escaped and source.data.find(b"\\", start, end) != -1:
        view = unescaped(source.data, start, end)
        inner = pairs_inside(Source(source.path, view.data), 0, len(view.data), path, is_item=is_item)
        return tuple(_seen_through(view, pair) for pair in inner)
    found = assignment(source.data, start, end) if is_item else None
    if found:
        return (*_assigned(source, path, found, end),)
    if is_item and is_flag(decode(source.data, start, min(end, start + _LONGEST_FLAG))):
        return ()
    if _may_be_text(source.data, start, end):
        return _object(source, start, end, path) or text.pairs_in(source, start, end, prefix=path)
    return ()


def _object(source: Source, start: int, end: int, path: tuple[str, ...]) -> tuple[Pair, ...]:
    """The pairs of a text that is a JSON object, each below its own keys; nothing for another text."""
    if not _OBJECT.match(source.data, start, end):
        return ()
    document = read(Source(source.path, source.data[start:end]), pairs_inside)
    return () if document.errors else tuple(_moved(pair, start, path) for pair in document.pairs)


def _moved(pair: Pair, by: int, path: tuple[str, ...]) -> Pair:
    """A pair of a part of a file at its place in the whole."""
    whole = (*path, *pair.path)[:MAX_DEPTH]
    return Pair(pair.start + by, pair.end + by, whole, pair.value, pair.key_start + by, pair.commented)


def _assigned(source: Source, path: tuple[str, ...], found: tuple[bytes, int, int], end: int) -> Iterator[Pair]:
    """The pair of an item `KEY=value`, and those of the document that its value may be."""
    name, name_start, start = found
    whole = (*path[:-1], decode(name, 0, len(name)))
    yield Pair(start, end, whole, decode(source.data, start, end), name_start)
    if source.data.find(b"\n", start, end) != -1 or source.data[start : start + 1] == b"{":
        yield from _object(source, start, end, whole) or text.pairs_in(source, start, end, prefix=whole)


def _may_be_text(data: bytes, start: int, end: int) -> bool:
    if data[start : start + 1] == b"{":
        return True
    return any(data.find(mark, start, end) != -1 for mark in (b"=", b"--", b"\n", b"|", b'"'))


def _seen_through(view: Unescaped, pair: Pair) -> Pair:
    """A pair of a view at its place in the file."""
    start, end = view.span(pair.start, pair.end)
    return Pair(start, end, pair.path, pair.value, view.span(pair.key_start, pair.key_start)[0], pair.commented)
