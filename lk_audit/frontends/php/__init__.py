"""PHP: from text to syntax.

Variables and functions have names of their own there, so `$time = time()` is fine: a variable keeps its `$` in a file
that uses a function or constant of the same name, and loses it elsewhere. Namespaces are written with dots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends import text
from lk_audit.frontends.grammars import language, syntax_tree
from lk_audit.frontends.lowering.tree import Grammar, Lowering, block, unread
from lk_audit.frontends.parsing import spans_of
from lk_audit.frontends.php import assignments, declarations, expressions, statements
from lk_audit.frontends.php.main import as_script
from lk_audit.frontends.php.names import variable
from lk_audit.frontends.php.pages import scripts
from lk_audit.syntax import Document, Module

if TYPE_CHECKING:
    from lk_audit.source import Source

_PACKAGE = ("tree_sitter_php", "language_php")
_COMMENTS = frozenset({"comment"})
_NODES = {**assignments.ASSIGNMENTS, **expressions.EXPRESSIONS, **statements.STATEMENTS, **declarations.DECLARATIONS}
_SKIPPED = frozenset(
    {
        # Comments are read on their own.
        *_COMMENTS,
        # Text around the code, and its marks.
        *("text", "text_interpolation", "php_tag", "php_end_tag", "heredoc_start", "heredoc_end"),
        # Types and names that the node around them reads from the tree.
        *("primitive_type", "cast_type", "type_list", "use_declaration", "property_hook_list"),
        *("namespace_name", "namespace_use_clause", "namespace_use_group", "anonymous_function_use_clause"),
        *("visibility_modifier", "static_modifier", "final_modifier", "abstract_modifier", "readonly_modifier"),
        *("var_modifier", "bottom_type", "declare_statement", "variadic_placeholder"),
        # Control flow without a value, and what it leads to.
        *("break_statement", "continue_statement", "goto_statement", "named_label_statement", "empty_statement"),
        "global_declaration",
    }
)


def parse(source: Source) -> tuple[Module, ...] | Document:
    """The module in a file and those of the scripts around it, or its text where nothing in it is PHP. Nothing raises.

    Text that cannot be read is listed in `Module.errors`.
    """
    if b"<?" not in source.data:
        return text.parse(source)
    root = syntax_tree(source.data, *_PACKAGE)
    leaves = {**expressions.LEAVES, "variable_name": variable(expressions.colliding(root, source.data))}
    grammar = Grammar(
        leaves=leaves, nodes=_NODES, skipped=_SKIPPED, headed=frozenset({"property_hook"}), lists=statements.LISTS
    )
    body = as_script(block(Lowering(source.data, grammar).run(root), 0), root, source.data)
    comments = spans_of(language(*_PACKAGE), root, _COMMENTS)
    module = Module(0, len(source.data), "php", body, (), comments, errors=tuple(unread(root)))
    return (module, *scripts(source, root))
