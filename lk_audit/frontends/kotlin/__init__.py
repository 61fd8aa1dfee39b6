"""Kotlin: from text to syntax."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lk_audit.frontends.grammars import language, syntax_tree
from lk_audit.frontends.kotlin import declarations, expressions, statements, types
from lk_audit.frontends.kotlin.annotations import attach, taken_out
from lk_audit.frontends.kotlin.receivers import with_scopes
from lk_audit.frontends.lowering.receivers import with_receivers
from lk_audit.frontends.lowering.tree import Grammar, Lowering, block, unread
from lk_audit.frontends.parsing import spans_of
from lk_audit.patterns import regex
from lk_audit.syntax import Block, Module

if TYPE_CHECKING:
    from tree_sitter import Node as TreeNode

    from lk_audit.source import Source

_PACKAGE = "tree_sitter_kotlin"
_COMMENTS = frozenset({"line_comment", "block_comment", "multiline_comment"})
_FUN_INTERFACE = regex(rb"^((?:public |internal |private )?)fun (?=interface\b)", re.MULTILINE)
"""The grammar does not know `fun interface`, and reads nothing that follows it."""
_ONE_LINE_BODY = regex(rb"(\b(?:object|class|interface)\b[^{}\n]{0,200}\{[^{}\n;]{1,400}) (?=\})")
"""In the grammar the last member of a class ends with its line: `object A { val x = 1 }` needs a semicolon."""
_GRAMMAR = Grammar(
    leaves={**expressions.LEAVES, **types.LEAVES},
    nodes={**expressions.EXPRESSIONS, **statements.STATEMENTS, **declarations.DECLARATIONS},
    skipped=frozenset(
        {
            # Comments are read on their own.
            *_COMMENTS,
            # Types and names that the node around them reads from the tree.
            *types.TYPES,
            *("package_header", "file_annotation", "type_alias", "label", "use_site_target", "shebang"),
            *("visibility_modifier", "property_modifier", "member_modifier", "class_modifier", "function_modifier"),
            *("inheritance_modifier", "parameter_modifier", "platform_modifier", "variance_modifier"),
            "string_content",
        }
    ),
    headed=frozenset(),
    lists=statements.LISTS,
)


def parse(source: Source) -> Module:
    """The module in a file. Text that cannot be read is listed in `Module.errors`.

    Raises:
        TooHardError: the file is hardly Kotlin at all.
    """
    data, alone = taken_out(_ONE_LINE_BODY.sub(rb"\1;", _FUN_INTERFACE.sub(rb"\1    ", source.data)))
    root = syntax_tree(data, _PACKAGE)
    body = _lowered(source.data, root)
    if alone is not None:
        attach(body, _lowered(source.data, syntax_tree(alone, _PACKAGE)))
    comments = spans_of(language(_PACKAGE), root, _COMMENTS)
    errors = tuple(unread(root))
    module = Module(0, len(source.data), "kotlin", body, (), comments, errors=errors)
    return with_receivers(with_scopes(module))


def _lowered(data: bytes, root: TreeNode) -> Block:
    return block(Lowering(data, _GRAMMAR).run(root), 0)
