"""Java: from text to syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.grammars import language, syntax_tree
from lk_audit.frontends.java import declarations, expressions, statements, types
from lk_audit.frontends.lowering.receivers import with_receivers
from lk_audit.frontends.lowering.tree import Grammar, Lowering, block, unread
from lk_audit.frontends.parsing import spans_of
from lk_audit.syntax import Module

if TYPE_CHECKING:
    from lk_audit.source import Source

_PACKAGE = "tree_sitter_java"
_COMMENTS = frozenset({"line_comment", "block_comment"})
_GRAMMAR = Grammar(
    leaves={**expressions.LEAVES, **types.LEAVES},
    nodes={**expressions.EXPRESSIONS, **statements.STATEMENTS, **declarations.DECLARATIONS},
    skipped=frozenset(
        {
            # Comments are read on their own.
            *_COMMENTS,
            # Types and names that the node around them reads from the tree.
            *types.TYPES,
            *("package_declaration", "module_declaration", "catch_formal_parameter"),
            # Control flow without a value.
            *("break_statement", "continue_statement"),
        }
    ),
    headed=frozenset({"instanceof_expression"}),
    lists=statements.LISTS,
)


def parse(source: Source) -> Module:
    """The module in a file. Text that cannot be read is listed in `Module.errors`; nothing raises."""
    root = syntax_tree(source.data, _PACKAGE)
    body = block(Lowering(source.data, _GRAMMAR).run(root), 0)
    comments = spans_of(language(_PACKAGE), root, _COMMENTS)
    errors = tuple(unread(root))
    return with_receivers(Module(0, len(source.data), "java", body, (), comments, errors=errors))
