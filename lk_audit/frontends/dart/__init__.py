"""Dart: from text to syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.dart import collections, declarations, expressions, functions, statements, switches
from lk_audit.frontends.dart.expressions import (
    BINARIES,
    Cascade,
    Parentheses,
    Section,
    Step,
    followed,
    settle,
    specialised,
)
from lk_audit.frontends.grammars import language, syntax_tree
from lk_audit.frontends.lowering.receivers import with_receivers
from lk_audit.frontends.lowering.tree import Grammar, Lowering, block, expression, unread
from lk_audit.frontends.parsing import spans_of
from lk_audit.syntax import Module

if TYPE_CHECKING:
    from lk_audit.frontends.lowering.tree import Frame
    from lk_audit.source import Source
    from lk_audit.syntax import Node

_PACKAGE = "tree_sitter_dart"
_COMMENTS = frozenset({"comment", "documentation_comment"})
_GOES_ON = BINARIES | {"conditional_expression"}
"""Nodes that bind the operators of what they hold themselves."""
_TAKES_CASCADES = frozenset(
    {"expression_statement", "initialized_variable_definition", "initialized_identifier", "static_final_declaration"}
)
_GRAMMAR = Grammar(
    leaves=expressions.LEAVES,
    nodes={
        **expressions.EXPRESSIONS,
        **collections.COLLECTIONS,
        **switches.SWITCHES,
        **statements.STATEMENTS,
        **functions.FUNCTIONS,
        **declarations.DECLARATIONS,
    },
    skipped=frozenset(
        {
            # Comments are read on their own.
            *_COMMENTS,
            # Types, modifiers and signs that the node around them reads from the tree.
            *("type_arguments", "type_parameters", "nullable_type", "function_type", "record_type", "type_cast"),
            *("type_test", "inferred_type", "const_builtin", "final_builtin", "case_builtin", "assert_builtin"),
            *("rethrow_builtin", "break_builtin", "part_of_builtin", "is_operator", "as_operator", "label"),
            *("prefix_operator", "postfix_operator", "increment_operator", "negation_operator", "minus_operator"),
            *("multiplicative_operator", "additive_operator", "shift_operator", "relational_operator"),
            *("equality_operator", "logical_or_operator", "logical_and_operator", "bitwise_operator"),
            *("escape_sequence", "binary_operator", "interfaces", "abstract", "sealed", "mixin", "base", "interface"),
            # What says nothing here.
            *("library_name", "part_directive", "part_of_directive", "type_alias", "representation_declaration"),
        }
    ),
    headed=frozenset(),
    lists=statements.LISTS,
)


class _Lowering(Lowering):
    """Puts what stands beside an expression in the tree (`.name`, `(...)`, `..name()`) behind it."""

    def _hand_up(self, done: Frame, value: Node, frame: Frame) -> None:
        before = frame.values[-1] if frame.values else None
        if isinstance(value, Parentheses):
            call = specialised(before, value) if before is not None and self._is_closed(frame) else None
            if call is not None:
                frame.values[-1] = call
                return
            value = value.value
        if isinstance(value, Step) and before is not None and not isinstance(before, Step):
            frame.values[-1] = followed(expression(before), value)
        elif isinstance(value, Section) and before is not None:
            frame.values[-1] = _cascaded(before, value)
        else:
            super()._hand_up(done, value, frame)

    def _is_closed(self, frame: Frame) -> bool:
        """Whether what comes next in a comparison follows a `>`."""
        signs = [child for child in frame.node.children if child.type == "relational_operator"]
        return frame.kind == "relational_expression" and [self.text(sign) for sign in signs] == [">"]

    def _close(self, frame: Frame) -> Node:
        if frame.kind not in _GOES_ON:
            keeps = frame.kind in _TAKES_CASCADES
            frame.values = [value if keeps and isinstance(value, Cascade) else settle(value) for value in frame.values]
        return super()._close(frame)


def _cascaded(before: Node, section: Section) -> Cascade:
    if isinstance(before, Cascade):
        return Cascade(before.start, section.end, before.base, (*before.sections, section))
    base = expression(settle(before))
    return Cascade(base.start, section.end, base, (section,))


def parse(source: Source) -> Module:
    """The module in a file. Text that cannot be read is listed in `Module.errors`; nothing raises."""
    root = syntax_tree(source.data, _PACKAGE)
    body = block(_Lowering(source.data, _GRAMMAR).run(root), 0)
    comments = spans_of(language(_PACKAGE), root, _COMMENTS)
    return with_receivers(Module(0, len(source.data), "dart", body, (), comments, errors=tuple(unread(root))))
