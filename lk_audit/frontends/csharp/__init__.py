"""C#: from text to syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.csharp import declarations, expressions, objects, statements
from lk_audit.frontends.grammars import language, syntax_tree
from lk_audit.frontends.lowering.receivers import with_receivers
from lk_audit.frontends.lowering.tree import Grammar, Lowering, block, unread
from lk_audit.frontends.parsing import spans_of
from lk_audit.syntax import Module

if TYPE_CHECKING:
    from lk_audit.source import Source

_PACKAGE = "tree_sitter_c_sharp"
_COMMENTS = frozenset({"comment"})
_GRAMMAR = Grammar(
    leaves={**expressions.LEAVES, **objects.PATTERN_LEAVES, **declarations.LEAVES},
    nodes={
        **expressions.EXPRESSIONS,
        **objects.OBJECTS,
        **statements.STATEMENTS,
        **declarations.DECLARATIONS,
    },
    skipped=frozenset(
        {
            # Comments are read on their own.
            *_COMMENTS,
            # What the node around it reads from the tree.
            *("attribute_list", "modifier", "implicit_type", "type_parameter_list", "explicit_interface_specifier"),
            *("type_parameter_constraints_clause", "array_rank_specifier", "catch_declaration", "global_attribute"),
            *("interpolation_start", "interpolation_quote", "interpolation_brace", "interpolation_format_clause"),
            *("interpolation_alignment_clause", "type_argument_list", "typeof_expression", "sizeof_expression"),
            # Control flow without a value.
            *("break_statement", "continue_statement", "goto_statement", "empty_statement"),
            # Instructions to the compiler.
            *("preproc_region", "preproc_endregion", "preproc_line", "preproc_pragma", "preproc_nullable"),
            *("preproc_error", "preproc_warning", "preproc_define", "preproc_undef", "shebang_directive"),
            "extern_alias_directive",
        }
    ),
    headed=frozenset(),
    lists=statements.LISTS,
)


def parse(source: Source) -> Module:
    """The module in a file. Text that cannot be read is listed in `Module.errors`; nothing raises."""
    root = syntax_tree(source.data, _PACKAGE)
    body = block(Lowering(source.data, _GRAMMAR).run(root), 0)
    comments = spans_of(language(_PACKAGE), root, _COMMENTS)
    module = Module(0, len(source.data), "csharp", body, (), comments, errors=tuple(unread(root)))
    return with_receivers(module)
