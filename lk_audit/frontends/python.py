"""Python to syntax, with tree-sitter: a file with errors in it still gives what can be read."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from lk_audit.frontends._python_expressions import EXPRESSIONS, LINKS
from lk_audit.frontends._python_lowering import Grammar, Lowering
from lk_audit.frontends._python_statements import STATEMENTS
from lk_audit.syntax import Block, Comment, Module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser, Query

    from lk_audit.source import Source

_GRAMMAR = Grammar(EXPRESSIONS, LINKS, STATEMENTS)
_DEEPEST_STACK = 10_000
"""Frames that lowering may take: some dozens for each level of nesting that it follows."""
_NOTES = "[(comment) (ERROR) (MISSING)] @note"


def parse(source: Source, *, start: int = 0, end: int | None = None) -> Module:
    """The module that `source`, or the part of it from byte `start` to `end`, holds; positions are its."""
    stop = len(source.data) if end is None else end
    data = source.data[:stop]
    text = b" " * start + data[start:] if start else data
    root = _parser().parse(text).root_node
    comments, faults = _notes(root)
    run = Lowering(text, _GRAMMAR, [node for node in faults if not node.is_missing])
    with _room_for(_DEEPEST_STACK):
        body = Block(start, stop, tuple(run.statements(root)))
    errors = {(node.start_byte, node.end_byte) for node in faults} | set(run.too_deep)
    return Module(
        start,
        stop,
        "python",
        body,
        comments=tuple(
            Comment(node.start_byte, node.end_byte, run.text(node).lstrip("#").strip()) for node in comments
        ),
        errors=tuple(sorted(errors)),
    )


@contextmanager
def _room_for(frames: int) -> Iterator[None]:
    """Let the interpreter's stack grow to so many frames for a while."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, frames))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _notes(root: Node) -> tuple[list[Node], list[Node]]:
    """The comments, and what the parser could not read, in source order."""
    from tree_sitter import QueryCursor  # noqa: PLC0415 - a scan without Python need not load it

    found = QueryCursor(_query()).captures(root).get("note", [])
    ordered = sorted(found, key=_start)
    comments = [node for node in ordered if node.type == "comment"]
    return comments, [node for node in ordered if node.type != "comment"]


def _start(node: Node) -> int:
    return node.start_byte


@cache
def _parser() -> Parser:
    import tree_sitter_python  # noqa: PLC0415 - a scan without Python need not load it
    from tree_sitter import Language, Parser  # noqa: PLC0415

    return Parser(Language(tree_sitter_python.language()))


@cache
def _query() -> Query:
    from tree_sitter import Query  # noqa: PLC0415 - a scan without Python need not load it

    language = _parser().language
    if language is None:
        raise TypeError("a parser without a language")
    return Query(language, _NOTES)
