"""What data files hold that code loads: numbers, flags and spans of time; secrets are looked for where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct

from lk_audit import frontends
from lk_audit.patterns import regex
from lk_audit.project.files import Files
from lk_audit.project.manifests import above, joined
from lk_audit.syntax import Document, Expr, Pair
from lk_audit.values.model import Flag, Mapped, Member, Number, Possible, Step, Text, Value
from lk_audit.values.possible import unknown

_MOST_PAIRS = 2_000
_NUMBER = regex(r"-?\d{1,15}(?:\.\d{1,9})?")
_SPAN = regex(r"\d{1,12}(?:\.\d{1,9})? ?[a-zA-Z]{0,12}")
_FLAGS = {"true": True, "false": False}
_QUOTES = frozenset({b'"', b"'"})


class _Leaf(Struct, frozen=True):
    """A scalar of a file; `is_text` where it stands in quotes."""

    pair: Pair
    is_text: bool


_Tree: TypeAlias = "dict[str, _Tree | _Leaf]"


class DataFiles:
    """The data files of a project, each read once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._read: dict[str, _Tree] = {}

    def opened(self, path: str, name: str, origin: Expr) -> Possible:
        """What the file holds that the code at a path opens by a name: from its folder, or one around it."""
        for folder in above(path):
            found = joined(folder, name)
            if found is not None and found in self._files:
                return self.held(found, origin)
        return ()

    def held(self, path: str, origin: Expr) -> Possible:
        """What a file holds, as the value of an expression; nothing where it is not to be read, or too large."""
        if path not in self._read:
            self._read[path] = self._tree(path)
        tree = self._read[path]
        return (_value(tree, path, origin),) if tree else ()

    def _tree(self, path: str) -> _Tree:
        source = self._files.source(path)
        documents = frontends.parse(source) if source is not None else ()
        pairs = [pair for item in documents if isinstance(item, Document) for pair in item.pairs]
        tree: _Tree = {}
        for pair in pairs if source is not None and len(pairs) <= _MOST_PAIRS else ():
            if pair.path and not pair.commented and source is not None:
                _put(tree, _Leaf(pair, source.data[pair.start - 1 : pair.start] in _QUOTES))
        return tree


def _put(tree: _Tree, leaf: _Leaf) -> None:
    *outer, last = leaf.pair.path
    for key in outer:
        inner = tree.setdefault(key, {})
        if isinstance(inner, _Leaf):
            return  # What a text in the file holds is not what code gets.
        tree = inner
    tree.setdefault(last, leaf)


def _value(tree: _Tree, path: str, origin: Expr) -> Mapped:
    return Mapped(origin=origin, members=_Members(tree, path, origin))


class _Members(Mapping[str, Member]):
    """The entries of a table, each made when it is asked for: a large file may be loaded in very many places."""

    def __init__(self, tree: _Tree, path: str, origin: Expr) -> None:
        self._tree = tree
        self._path = path
        self._origin = origin

    def __getitem__(self, key: str) -> Member:
        item = self._tree[key]
        path, origin = self._path, self._origin
        value = _read(item, path, origin) if isinstance(item, _Leaf) else _value(item, path, origin)
        return Member(values=(value,), key=origin)

    def __iter__(self) -> Iterator[str]:
        return iter(self._tree)

    def __len__(self) -> int:
        return len(self._tree)


def _read(leaf: _Leaf, path: str, origin: Expr) -> Value:
    pair, text = leaf.pair, leaf.pair.value.strip()
    trace = (Step(pair.start, pair.end, f"{'.'.join(pair.path)} is set here", path),)
    if not leaf.is_text and text in _FLAGS:
        return Flag(origin=origin, flag=_FLAGS[text], trace=trace)
    if not leaf.is_text and _NUMBER.fullmatch(text):
        return Number(origin=origin, number=float(text), trace=trace)
    if _SPAN.fullmatch(text):
        return Text(origin=origin, text=text, trace=trace)
    return unknown(origin)
