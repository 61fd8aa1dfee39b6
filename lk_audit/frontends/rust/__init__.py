"""Rust: from text to syntax."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lk_audit.frontends.grammars import language, syntax_tree
from lk_audit.frontends.lowering.tree import Grammar, block, unread
from lk_audit.frontends.parsing import outermost_of, spans_of
from lk_audit.frontends.rust import blocks, declarations, expressions, statements
from lk_audit.frontends.rust.macros import MACROS, readable
from lk_audit.syntax import Module

if TYPE_CHECKING:
    from lk_audit.source import Source

_PACKAGE = "tree_sitter_rust"
_COMMENTS = frozenset({"line_comment", "block_comment"})
_GRAMMAR = Grammar(
    leaves={**expressions.LEAVES, **declarations.LEAVES},
    nodes={**expressions.EXPRESSIONS, **statements.STATEMENTS, **blocks.BLOCKS, **declarations.DECLARATIONS},
    skipped=frozenset(
        {
            # Comments are read on their own.
            *_COMMENTS,
            # What the node around it reads from the tree.
            *("visibility_modifier", "function_modifiers", "mutable_specifier", "type_parameters", "where_clause"),
            *("label", "lifetime", "trait_bounds", "extern_crate_declaration", "shebang"),
            # Control flow without a value, and definitions of macros.
            *("continue_expression", "empty_statement", "macro_definition", "foreign_mod_item"),
        }
    ),
    headed=frozenset(),
    lists=declarations.LISTS,
)
_IMPLEMENTATIONS = frozenset({"impl_item"})


def parse(source: Source) -> Module:
    """The module in a file. Text that cannot be read is listed in `Module.errors`; nothing raises."""
    root = syntax_tree(source.data, _PACKAGE)
    comments = spans_of(language(_PACKAGE), root, _COMMENTS)
    errors = tuple(unread(root))
    macros = outermost_of(language(_PACKAGE), root, MACROS)
    data, tree, objects = readable(source.data, root, macros, partial(syntax_tree, package=_PACKAGE))
    owned = declarations.owned_defaults(data, outermost_of(language(_PACKAGE), tree, _IMPLEMENTATIONS))
    body = block(expressions.RustLowering(data, _GRAMMAR, objects, owned).run(tree), 0)
    return Module(0, len(source.data), "rust", body, (), comments, errors=errors)
