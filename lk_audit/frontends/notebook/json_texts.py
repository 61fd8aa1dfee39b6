"""The JSON of a notebook with the positions of its texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct, field

from lk_audit.patterns import regex
from lk_audit.unicode import writable

Span: TypeAlias = tuple[int, int]
"""A string of the file: the offsets of what stands between its quotes."""
Tree: TypeAlias = "dict[str, Tree] | list[Tree] | Span | str"
"""Objects, arrays, strings as spans, and other scalars as they are written."""
Holder: TypeAlias = "dict[str, Tree] | list[Tree]"
Pending: TypeAlias = "tuple[str, int] | None"
"""The key whose value comes next, and where it is written."""

_TOKEN = regex(rb'"(?P<string>(?:[^"\\]++|\\.)*+)"|(?P<mark>[{}\[\],:])|(?P<word>[^\s"{}\[\],:]++)', re.DOTALL)
_NOT_TEXT = regex(r"(?:image|audio|video|font)/|application/(?:pdf|octet-stream|zip)|(?:png|jpeg|svg|pdf)$")
_LARGE = 100_000
_TELLING = regex(rb"ecret|ECRET|ivekit|IVEKIT|iveKit|eyJ")
"""Without one of these, a large output (a chart, a page of JavaScript) has nothing to say."""
_MOST_DEPTH = 40
_MOST_TEXTS = 500_000
_MOST_ITEMS = 3_000_000
"""Commas, also those in texts: large notebooks hold pictures and numbers."""


class NotNotebook(ValueError):  # noqa: N818 - it names what the content is
    """The file is no notebook. `offset` is where its JSON breaks off, or None when it is the JSON of something else."""

    def __init__(self, offset: int | None) -> None:
        super().__init__("no notebook")
        self.offset = offset


class Datum(Struct, frozen=True):
    """A text under a key: `"api_secret": "..."` of the metadata, or of an output that is JSON."""

    path: tuple[str, ...]
    key_start: int
    span: Span


class Output(Struct, frozen=True):
    """A text that a cell has printed, in one or several pieces; those of a traceback are lines."""

    pieces: tuple[Span, ...]
    are_lines: bool = False


class Cell(Struct):
    """A cell: `kind` is "code", "markdown" or "raw"; `language` is that of its kernel, in lower case.

    `printed` are the texts of outputs that are JSON, `data` those of its metadata.
    """

    kind: str
    language: str
    source: tuple[Span, ...]
    outputs: list[Output] = field(default_factory=list)
    printed: list[Datum] = field(default_factory=list)
    data: list[Datum] = field(default_factory=list)


class Notebook(Struct):
    """The cells of a notebook in their order, and what its metadata says."""

    cells: list[Cell]
    data: list[Datum]


def read(data: bytes) -> Notebook:
    """The notebook that a file holds, in the format's versions 3 and 4.

    Source: jupyter/nbformat:nbformat/v4/nbformat.v4.schema.json and nbformat/v3/nbformat.v3.schema.json.

    Raises:
        NotNotebook: the bytes are no JSON, or not that of a notebook, or of far too many things.
    """
    if (data.count(b'"') - data.count(b'\\"')) // 2 > _MOST_TEXTS or data.count(b",") > _MOST_ITEMS:
        raise NotNotebook(None)
    try:
        json.loads(data)
    except json.JSONDecodeError as error:
        raise NotNotebook(len(error.doc[: error.pos].encode("utf-8", "replace"))) from None
    except (ValueError, RecursionError):
        raise NotNotebook(0) from None
    tree, keys = _Builder(data).tree()
    cells = list(_cells(tree)) if isinstance(tree, dict) else []
    if not isinstance(tree, dict) or not ("cells" in tree or "worksheets" in tree):
        raise NotNotebook(None)
    language = _kernel_language(data, tree.get("metadata"))
    reader = _Reader(data, keys, language)
    return Notebook([reader.cell(item) for item in cells], list(reader.data(tree.get("metadata"), ("metadata",))))


class _Builder:
    """Builds the tree of valid JSON, without recursion."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._keys: dict[tuple[int, str], int] = {}

    def tree(self) -> tuple[Tree, dict[tuple[int, str], int]]:
        """The tree, and where the key of each member of each object (by its identity) is written."""
        top: list[Tree] = []
        stack: list[Holder] = [top]
        pending: list[Pending] = [None]
        for token in _TOKEN.finditer(self._data):
            mark = token["mark"]
            if mark is None:
                self._scalar(token, stack[-1], pending)
            elif mark in b"{[":
                opened: Holder = {} if mark == b"{" else []
                self._put(stack[-1], pending, opened)
                stack.append(opened)
                pending.append(None)
            elif mark in b"}]":
                stack.pop()
                pending.pop()
        return top[0], self._keys

    def _scalar(self, token: re.Match[bytes], holder: Holder, pending: list[Pending]) -> None:
        is_string = token["string"] is not None
        if is_string and isinstance(holder, dict) and pending[-1] is None:
            pending[-1] = (_decoded(token[0]), token.start("string"))
        elif is_string:
            self._put(holder, pending, token.span("string"))
        else:
            self._put(holder, pending, token[0].decode("utf-8", "replace"))

    def _put(self, holder: Holder, pending: list[Pending], value: Tree) -> None:
        key = pending[-1]
        if isinstance(holder, list):
            holder.append(value)
        elif key is not None:
            holder[key[0]] = value
            self._keys[id(holder), key[0]] = key[1]
            pending[-1] = None


def _decoded(quoted: bytes) -> str:
    return writable(str(json.loads(quoted))) if b"\\" in quoted else quoted[1:-1].decode("utf-8", "replace")


def _cells(tree: dict[str, Tree]) -> Iterator[dict[str, Tree]]:
    sheets = tree.get("worksheets")
    holders = [tree, *(sheets if isinstance(sheets, list) else [])]
    for holder in holders:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        yield from (cell for cell in (cells if isinstance(cells, list) else []) if isinstance(cell, dict))


def _kernel_language(data: bytes, metadata: Tree | None) -> str:
    """The language of the kernel; Python where the notebook does not say."""
    for section, key in (("kernelspec", "language"), ("language_info", "name"), ("kernelspec", "name")):
        inner = metadata.get(section) if isinstance(metadata, dict) else None
        name = _text(data, inner.get(key)) if isinstance(inner, dict) else ""
        if name:
            return name.lower()
    return "python"


def _text(data: bytes, item: Tree | None) -> str:
    return data[item[0] : item[1]].decode("utf-8", "replace") if isinstance(item, tuple) else ""


def _pieces(item: Tree | None) -> tuple[Span, ...] | None:
    """The pieces of a text, which is one string or a list of them; None for what is no text."""
    if isinstance(item, tuple):
        return (item,)
    if isinstance(item, list) and all(isinstance(piece, tuple) for piece in item):
        return tuple(piece for piece in item if isinstance(piece, tuple))
    return None


class _Reader:
    def __init__(self, data: bytes, keys: dict[tuple[int, str], int], language: str) -> None:
        self._data = data
        self._keys = keys
        self._language = language

    def cell(self, tree: dict[str, Tree]) -> Cell:
        kind = _text(self._data, tree.get("cell_type"))
        source = _pieces(tree.get("source", tree.get("input"))) or ()
        cell = Cell(kind, self._language_of(tree), source)
        outputs = tree.get("outputs")
        for output in outputs if isinstance(outputs, list) else []:
            self._output(output, cell)
        cell.data.extend(self.data(tree.get("metadata"), ("metadata",)))
        return cell

    def _language_of(self, tree: dict[str, Tree]) -> str:
        """What the cell itself says (VS Code, version 3 of the format), else the kernel's language."""
        own = _text(self._data, tree.get("language"))
        metadata = tree.get("metadata")
        code = metadata.get("vscode") if isinstance(metadata, dict) else None
        editor = _text(self._data, code.get("languageId")) if isinstance(code, dict) else ""
        return (editor or own or self._language).lower()

    def _output(self, output: Tree, cell: Cell) -> None:
        if not isinstance(output, dict):
            return
        data = output.get("data")
        members = {**output, **data} if isinstance(data, dict) else output
        for key, item in members.items():
            if key in {"output_type", "name", "metadata", "data"} or _NOT_TEXT.match(key):
                continue
            pieces = _pieces(item)
            if pieces is None:
                cell.printed.extend(self.data(item, (key,)))
            elif self._may_matter(pieces):
                cell.outputs.append(Output(pieces, are_lines=key == "traceback"))

    def _may_matter(self, pieces: tuple[Span, ...]) -> bool:
        size = sum(end - start for start, end in pieces)
        return size <= _LARGE or any(_TELLING.search(self._data, start, end) for start, end in pieces)

    def data(self, item: Tree | None, path: tuple[str, ...]) -> Iterator[Datum]:
        """The texts under keys inside `item`; images and what is nested very deep left out."""
        if item is None:
            return
        stack: list[tuple[Tree, tuple[str, ...], int]] = [(item, path, 0)]
        while stack:
            current, where, key_start = stack.pop()
            if isinstance(current, tuple):
                if self._may_matter((current,)):
                    yield Datum(where, key_start or current[0], current)
                continue
            if len(where) > _MOST_DEPTH or isinstance(current, str):
                continue
            if isinstance(current, list):
                inside = [(value, (*where, str(index)), 0) for index, value in enumerate(current)]
            else:
                inside = [
                    (value, (*where, key), self._keys[id(current), key])
                    for key, value in current.items()
                    if not _NOT_TEXT.match(key)
                ]
            stack.extend(reversed(inside))
