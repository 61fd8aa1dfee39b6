"""YAML by libyaml's events: every document of a stream, aliases left alone, no nesting too deep.

What is no YAML (a Helm template, a mistake) is read line by line as text. Texts inside YAML (a configuration in a block
scalar, a command line) are read for pairs as well.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from itertools import chain
from typing import TYPE_CHECKING, Any

import yaml
from msgspec import Struct

from lk_audit.frontends import text
from lk_audit.frontends.documents.embedded import pairs_inside
from lk_audit.frontends.documents.kubernetes import with_decoded_secrets
from lk_audit.frontends.parsing import TooHardError, at_most
from lk_audit.frontends.shapes import MAX_DEPTH, decode, is_flag, named_values
from lk_audit.machine.budget import MOST_PAIRS
from lk_audit.patterns import regex
from lk_audit.source import ENCODING, BytesBefore
from lk_audit.syntax import Document, Pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from lk_audit.source import Source

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROPERTIES = regex(rb"(?:[&!]\S*\s*+)++")
_COMMENTS = regex(rb"(?:^[ \t]*+\#[^\n]*+\n?)++", re.MULTILINE)
_DOCUMENT_START = regex(rb"^---(?=\s)", re.MULTILINE)
_BRACKET = regex(rb"[\[{]|[\]}]")
_MAX_BRACKETS = 500
"""Deeper flow collections cost libyaml quadratic time."""


def parse(source: Source, words: tuple[bytes, ...] = ()) -> Document:
    """The pairs of a YAML stream; `words` are as for `text.parse`.

    Raises:
        TooHardError: there are far too many of them.
    """
    reader = _Reader(source)
    try:
        _check_depth(source.data)
        reader.read()
    except (yaml.YAMLError, ValueError) as error:
        return _as_text(source, None if _is_template(source.data) else error, words)
    pairs = at_most(chain(reader.pairs, _comments(source, reader.blocks)))
    return Document(0, len(source.data), "yaml", at_most(chain(pairs, named_values(pairs))))


def _check_depth(data: bytes) -> None:
    depth = 0
    for bracket in _BRACKET.finditer(data):
        depth = depth + 1 if bracket[0] in b"[{" else max(0, depth - 1)
        if depth > _MAX_BRACKETS:
            raise ValueError("flow collections nested too deep")


def _is_template(data: bytes) -> bool:
    """Whether this is YAML but for what a template fills in."""
    from lk_audit.frontends.documents.templates import without_actions  # noqa: PLC0415 - for what is no YAML

    rest = without_actions(data)
    if rest is None:
        return False
    try:
        _check_depth(rest)
        deque(yaml.parse(rest.decode(*ENCODING), Loader=_LOADER), maxlen=0)
    except (yaml.YAMLError, ValueError):
        return False
    return True


def _as_text(source: Source, error: Exception | None, words: tuple[bytes, ...]) -> Document:
    """The pairs of lines; where an `error` is why there are no others, its place is told."""
    errors = (_place(source, error),) if error is not None else ()
    whole = text.parse(source, words)
    pairs = tuple(pair for document in _documents(source, whole.pairs) for pair in with_decoded_secrets(document))
    return Document(0, len(source.data), "yaml", pairs, errors, whole.is_cut)


def _place(source: Source, error: Exception) -> tuple[int, int]:
    mark = getattr(error, "problem_mark", None)
    offset, index = _byte_offsets(source), mark.index if mark is not None else 0
    return offset(index), min(offset(index + 1), len(source.data))


def _documents(source: Source, pairs: Iterable[Pair]) -> Iterator[list[Pair]]:
    """The pairs of each document of a stream that was read as text."""
    ends = [*(mark.start() for mark in _DOCUMENT_START.finditer(source.data)), len(source.data) + 1]
    by_document: dict[int, list[Pair]] = {}
    for pair in pairs:
        by_document.setdefault(bisect_right(ends, pair.start), []).append(pair)
    yield from by_document.values()


def _comments(source: Source, blocks: list[tuple[int, int]]) -> Iterator[Pair]:
    """The pairs of commented-out lines; inside block scalars `#` starts no comment, and the text is read anyway."""
    upcoming = iter([*blocks, (len(source.data) + 1, 0)])
    start, end = next(upcoming)
    for run in _COMMENTS.finditer(source.data):
        while end and end <= run.start():
            start, end = next(upcoming)
        if run.start() < start:
            yield from text.pairs_in(source, run.start(), run.end(), commented=True)


def _byte_offsets(source: Source) -> Callable[[int], int]:
    """From libyaml's positions, which count code points, to byte offsets."""
    return (lambda index: index) if source.data.isascii() else BytesBefore(source.data.decode(*ENCODING))


class _Level(Struct):
    """An open mapping or sequence."""

    path: tuple[str, ...]
    is_sequence: bool
    key: str | None = None
    key_start: int = 0
    index: int = -1
    flag: str | None = None

    def begin_node(self) -> tuple[str, ...] | None:
        """The path of the node that begins now; None when it is a key."""
        if self.is_sequence:
            self.index += 1
            return (*self.path, str(self.index))[:MAX_DEPTH]
        if self.key is None:
            self.key = "?"
            return None
        key, self.key = self.key, None
        return (*self.path, key)[:MAX_DEPTH]


class _Reader:
    """Walks the events of a stream and collects pairs; `blocks` are the spans of block scalars, in order."""

    def __init__(self, source: Source) -> None:
        self.pairs: list[Pair] = []
        self.blocks: list[tuple[int, int]] = []
        self._source = source
        self._data = source.data
        self._byte = _byte_offsets(source)
        self._levels: list[_Level] = []

    def read(self) -> None:
        first = 0
        for event in yaml.parse(self._source.data.decode(*ENCODING), Loader=_LOADER):
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                path = self._begin_node()
                is_sequence = isinstance(event, yaml.SequenceStartEvent)
                parent = self._levels[-1].path if self._levels else ()
                self._levels.append(_Level((*parent, "?")[:MAX_DEPTH] if path is None else path, is_sequence))
            elif isinstance(event, yaml.AliasEvent):
                self._begin_node()
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._levels.pop()
            elif isinstance(event, yaml.DocumentEndEvent):
                self.pairs[first:] = with_decoded_secrets(self.pairs[first:])
                first = len(self.pairs)
            if len(self.pairs) > MOST_PAIRS:
                raise TooHardError

    def _begin_node(self) -> tuple[str, ...] | None:
        return self._levels[-1].begin_node() if self._levels else ()

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        start, end = self._span(event)
        path = self._begin_node()
        if path is None:
            self._levels[-1].key, self._levels[-1].key_start = event.value, start
        elif path:
            level = self._levels[-1]
            key_start = start if level.is_sequence else level.key_start
            self.pairs.append(Pair(start, end, path, self._value(event, start, end), key_start))
            flag, level.flag = level.flag, event.value if level.is_sequence and is_flag(event.value) else None
            if flag is not None:
                self.pairs.append(Pair(start, end, (*level.path, flag), event.value, start))
            self.pairs += pairs_inside(
                self._source, start, end, path, is_item=level.is_sequence, is_escaped=event.style == '"'
            )

    def _span(self, event: yaml.ScalarEvent) -> tuple[int, int]:
        """The bytes of the content: no quotes, no block header, no anchor; a tag such as `!Ref` stays."""
        start, end = (self._byte(mark.index) if mark else 0 for mark in (event.start_mark, event.end_mark))
        if event.anchor or _is_standard(event.tag):
            properties = _PROPERTIES.match(self._data, start, end)
            start = properties.end() if properties else start
        if event.style in ("|", ">"):
            header = self._data.find(b"\n", start, end)
            start = end if header == -1 else header + 1
            self.blocks.append((start, end))
            return start, start + len(self._data[start:end].rstrip())
        if event.style in ("'", '"') and end - start > 1 and self._data[start : start + 1] in (b"'", b'"'):
            return start + 1, end - 1
        return start, end

    def _value(self, event: yaml.ScalarEvent, start: int, end: int) -> str:
        """The content; with an application's tag (`!Ref name`) as written, for it is no plain text then."""
        if event.tag and not _is_standard(event.tag):
            return decode(self._data, start, end)
        return str(event.value)


def _is_standard(tag: str | None) -> bool:
    return tag is not None and (tag == "!" or tag.startswith("tag:yaml.org,2002:"))
