"""Elixir: from text to syntax.

A pipe is the call that it stands for, a pattern the assignments that it makes, the clauses of a function are one
function. Atoms are texts, keyword lists records, and functions return their last expression. The modules of a file are
one list of statements: they have no instances. Templates (HEEx, EEx) are read as text.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from lk_audit.frontends import _elixir_expressions as expressions
from lk_audit.frontends import _elixir_forms as forms
from lk_audit.frontends._elixir_literals import comment_text
from lk_audit.frontends._elixir_modules import assembled
from lk_audit.frontends._elixir_parts import Body
from lk_audit.frontends._parsing import root_of
from lk_audit.frontends._tree import Grammar, Lowering, block, leaves_of, unread
from lk_audit.syntax import Block, Comment, Module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Language
    from tree_sitter import Node as TreeNode

    from lk_audit.source import Source

_COMMENTS = frozenset({"comment"})
_GRAMMAR = Grammar(
    leaves=expressions.LEAVES,
    nodes={**expressions.EXPRESSIONS, **forms.STATEMENTS},
    # Comments are read on their own; the name and the flags of a sigil by the sigil.
    skipped=frozenset({*_COMMENTS, "sigil_name", "sigil_modifiers"}),
    headed=frozenset(),
    lists=forms.LISTS,
)


def parse(source: Source) -> Module:
    """The module in a file. Text that cannot be read is listed in `Module.errors`; nothing raises."""
    root = _tree(source.data)
    lowered = Lowering(source.data, _GRAMMAR).run(root)
    size = len(source.data)
    body = Block(0, size, assembled(lowered)) if isinstance(lowered, Body) else block(lowered, 0)
    comments = tuple(_comments(source.data, root))
    return Module(0, size, "elixir", body, (), comments, errors=tuple(unread(root)))


@cache
def _language() -> Language:
    import tree_sitter_elixir  # noqa: PLC0415 - the parser is loaded when a file needs it
    from tree_sitter import Language  # noqa: PLC0415

    return Language(tree_sitter_elixir.language())


def _tree(data: bytes) -> TreeNode:
    from tree_sitter import Parser  # noqa: PLC0415 - the parser is loaded when a file needs it

    return root_of(Parser(_language()), data)


def _comments(data: bytes, root: TreeNode) -> Iterator[Comment]:
    for node in leaves_of(_language(), root, _COMMENTS):
        start, end = node.start_byte, node.end_byte
        yield Comment(start, end, comment_text(data[start:end]))
