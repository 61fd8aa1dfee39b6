"""Elixir: from text to syntax.

A pipe is the call that it stands for, a pattern the assignments that it makes, the clauses of a function are one
function. Atoms are texts, keyword lists records, and functions return their last expression. The modules of a file are
one list of statements: they have no instances. Templates (HEEx, EEx) are read as text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.elixir import expressions, forms
from lk_audit.frontends.elixir.collections import COLLECTIONS
from lk_audit.frontends.elixir.modules import assembled
from lk_audit.frontends.elixir.parts import Body
from lk_audit.frontends.grammars import language, syntax_tree
from lk_audit.frontends.lowering.tree import Grammar, Lowering, block, unread
from lk_audit.frontends.parsing import spans_of
from lk_audit.syntax import Block, Module

if TYPE_CHECKING:
    from lk_audit.source import Source

_PACKAGE = "tree_sitter_elixir"
_COMMENTS = frozenset({"comment"})
_GRAMMAR = Grammar(
    leaves=expressions.LEAVES,
    nodes={**expressions.EXPRESSIONS, **COLLECTIONS, **forms.STATEMENTS},
    # Comments are read on their own; the name and the flags of a sigil by the sigil.
    skipped=frozenset({*_COMMENTS, "sigil_name", "sigil_modifiers"}),
    headed=frozenset(),
    lists=forms.LISTS,
)


def parse(source: Source) -> Module:
    """The module in a file. Text that cannot be read is listed in `Module.errors`; nothing raises."""
    root = syntax_tree(source.data, _PACKAGE)
    lowered = Lowering(source.data, _GRAMMAR).run(root)
    size = len(source.data)
    body = Block(0, size, assembled(lowered)) if isinstance(lowered, Body) else block(lowered, 0)
    comments = spans_of(language(_PACKAGE), root, _COMMENTS)
    return Module(0, size, "elixir", body, (), comments, errors=tuple(unread(root)))
