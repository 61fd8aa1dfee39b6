"""Swift: from text to syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.grammars import language, syntax_tree
from lk_audit.frontends.lowering.receivers import with_receivers
from lk_audit.frontends.lowering.tree import Grammar, Lowering, block, unread
from lk_audit.frontends.parsing import spans_of
from lk_audit.frontends.swift import calls, declarations, expressions, statements
from lk_audit.frontends.swift.expressions import BINARIES, settle
from lk_audit.syntax import Module

if TYPE_CHECKING:
    from lk_audit.frontends.lowering.tree import Frame
    from lk_audit.source import Source
    from lk_audit.syntax import Node

_PACKAGE = "tree_sitter_swift"
_COMMENTS = frozenset({"comment", "multiline_comment"})
_GOES_ON = BINARIES | {"ternary_expression", "prefix_expression"}
"""Nodes that bind the operators of what they hold themselves."""
_GRAMMAR = Grammar(
    leaves=expressions.LEAVES,
    nodes={**expressions.EXPRESSIONS, **calls.CALLS, **statements.STATEMENTS, **declarations.DECLARATIONS},
    skipped=frozenset(
        {
            # Comments are read on their own.
            *_COMMENTS,
            # Types, modifiers and words that the node around them reads from the tree.
            *("type_annotation", "optional_type", "array_type", "dictionary_type", "tuple_type", "function_type"),
            *("opaque_type", "existential_type", "protocol_composition_type", "metatype", "type_parameters"),
            *("type_arguments", "type_constraints", "type_modifiers", "modifiers", "parameter_modifiers", "attribute"),
            *("try_operator", "as_operator", "throws", "throw_keyword", "where_keyword", "default_keyword", "bang"),
            *("catch_keyword", "else", "getter_specifier", "setter_specifier", "enum_type_parameters", "capture_list"),
            # What says nothing here.
            *("directive", "typealias_declaration", "operator_declaration", "precedence_group_declaration"),
            *("associatedtype_declaration", "availability_condition", "wildcard_pattern", "shebang_line"),
        }
    ),
    headed=frozenset(),
    lists=statements.LISTS,
)


class _Lowering(Lowering):
    """Binds operators by their precedence where no further ones can follow."""

    def _close(self, frame: Frame) -> Node:
        if frame.kind not in _GOES_ON:
            frame.values = [settle(value) for value in frame.values]
        return super()._close(frame)


def parse(source: Source) -> Module:
    """The module in a file. Text that cannot be read is listed in `Module.errors`; nothing raises."""
    root = syntax_tree(source.data, _PACKAGE)
    body = declarations.merged(block(_Lowering(source.data, _GRAMMAR).run(root), 0))
    comments = spans_of(language(_PACKAGE), root, _COMMENTS)
    return with_receivers(Module(0, len(source.data), "swift", body, (), comments, errors=tuple(unread(root))))
