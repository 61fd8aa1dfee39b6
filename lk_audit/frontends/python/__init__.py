"""Python to syntax, with tree-sitter: a file with errors in it still gives what can be read."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lk_audit.frontends.grammars import language, syntax_tree
from lk_audit.frontends.parsing import Steps, root_of, spans_of
from lk_audit.frontends.python.expressions import EXPRESSIONS, LINKS
from lk_audit.frontends.python.lowering import Grammar, Lowering
from lk_audit.frontends.python.statements import STATEMENTS
from lk_audit.syntax import Block, Module

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node

    from lk_audit.source import Source

_PACKAGE = "tree_sitter_python"
_GRAMMAR = Grammar(EXPRESSIONS, LINKS, STATEMENTS)
_DEEPEST_STACK = 10_000
"""Frames that lowering may take: some dozens for each level of nesting that it follows."""
_COMMENTS = frozenset({"comment"})


def parse(source: Source, *, parts: Sequence[tuple[int, int]] = ()) -> Module:
    """The module in a file, or in parts of it between two byte offsets each (the cells of a notebook).

    Each part is read by itself, so that a mistake in one does not spill into the next. All positions are offsets into
    the whole of `source.data`.

    Raises:
        TooHardError: reading it takes far too long, or too much memory.
    """
    room = Steps(len(parts))
    modules = [_part(source.data, start, end, room) for start, end in parts or ((0, len(source.data)),)]
    if len(modules) == 1:
        return modules[0]
    start, end = modules[0].start, modules[-1].end
    return Module(
        start,
        end,
        "python",
        Block(start, end, tuple(statement for module in modules for statement in module.body.statements)),
        comments=tuple(comment for module in modules for comment in module.comments),
        errors=tuple(error for module in modules for error in module.errors),
    )


def _part(data: bytes, start: int, stop: int, room: Steps) -> Module:
    root = _root(data, start, stop, room)
    comments, faults = _notes(root)
    run = Lowering(data, _GRAMMAR, [node for node in faults if not node.is_missing])
    with _room_for(_DEEPEST_STACK):
        body = Block(start, stop, tuple(run.statements(root)))
    errors = {(node.start_byte, node.end_byte) for node in faults} | set(run.too_deep)
    return Module(
        start,
        stop,
        "python",
        body,
        comments=comments,
        errors=tuple(sorted(errors)),
    )


def _root(data: bytes, start: int, stop: int, room: Steps) -> Node:
    """The syntax tree of a part of a text."""
    if (start, stop) == (0, len(data)):
        return syntax_tree(data, _PACKAGE)
    from tree_sitter import Parser, Point, Range  # noqa: PLC0415 - a scan without Python need not load it

    # Points are not used, so they need not be right.
    parser = Parser(language(_PACKAGE), included_ranges=[Range(Point(0, 0), Point(0, 0), start, stop)])
    return root_of(parser, data, room)


@contextmanager
def _room_for(frames: int) -> Iterator[None]:
    """Let the interpreter's stack grow to so many frames for a while."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, frames))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _notes(root: Node) -> tuple[tuple[tuple[int, int], ...], list[Node]]:
    """The spans of comments, and what the parser could not read, in source order."""
    if not root.has_error:
        return spans_of(language(_PACKAGE), root, _COMMENTS), []
    ordered = sorted(_walked(root), key=_order)
    comments = tuple((node.start_byte, node.end_byte) for node in ordered if node.type == "comment")
    return comments, [node for node in ordered if node.type != "comment"]


def _walked(root: Node) -> list[Node]:
    """Both of them, in any order: what could not be read has any number of children, at which a search is quadratic."""
    found: list[Node] = []
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "comment" or node.is_error or node.is_missing:
            found.append(node)
        pending.extend(node.children if node.has_error else node.named_children)
    return found


def _order(node: Node) -> tuple[int, int, int]:
    """Source order, outer nodes before those inside them."""
    return node.start_byte, -node.end_byte, -node.descendant_count
