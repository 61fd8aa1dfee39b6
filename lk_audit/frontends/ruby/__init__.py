"""Ruby: from text to syntax.

Methods return their last expression, and it is written out as a `Return`. Symbols are texts. A call without arguments
stays a call, but for what is assigned to: `token.ttl = 5` assigns a member.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.grammars import language, syntax_tree
from lk_audit.frontends.lowering.tails import value
from lk_audit.frontends.lowering.tree import Grammar, Lowering, Several, block, unread
from lk_audit.frontends.parsing import spans_of
from lk_audit.frontends.ruby import declarations, expressions, statements
from lk_audit.frontends.ruby.calls import CALLS
from lk_audit.frontends.ruby.names import settle
from lk_audit.syntax import Module, Template

if TYPE_CHECKING:
    from tree_sitter import Node as TreeNode

    from lk_audit.frontends.lowering.tree import Frame
    from lk_audit.source import Source
    from lk_audit.syntax import Node

_PACKAGE = "tree_sitter_ruby"
_COMMENTS = frozenset({"comment"})
_NODES = {**expressions.EXPRESSIONS, **statements.STATEMENTS, **declarations.DECLARATIONS, **CALLS}
_SKIPPED = frozenset(
    {
        # Comments are read on their own.
        *_COMMENTS,
        # What the nodes around them read from the tree, or what says nothing.
        *("heredoc_end", "exceptions", "block_parameter", "alias", "undef", "empty_statement", "uninterpreted"),
        # Control flow without a value.
        *("next", "break", "redo", "retry"),
    }
)


def parse(source: Source) -> Module:
    """The module in a file. Text that cannot be read is listed in `Module.errors`; nothing raises."""
    root = syntax_tree(source.data, _PACKAGE)
    heredocs = _Heredocs()
    grammar = Grammar(
        leaves={**expressions.LEAVES, "heredoc_beginning": heredocs.begin},
        nodes={**_NODES, "heredoc_body": heredocs.fill},
        skipped=_SKIPPED,
        headed=frozenset(),
        lists=statements.LISTS,
    )
    body = block(Lowering(source.data, grammar).run(root), 0)
    comments = spans_of(language(_PACKAGE), root, _COMMENTS)
    module = Module(0, len(source.data), "ruby", body, (), comments, errors=tuple(unread(root)))
    return settle(module)


class _Heredocs:
    """Texts whose lines follow the line that they begin on, in the same order."""

    def __init__(self) -> None:
        self._open: list[Template] = []

    def begin(self, _: bytes, node: TreeNode) -> Node:
        text = Template(node.start_byte, node.end_byte, ())
        self._open.append(text)
        return text

    def fill(self, _: Lowering, frame: Frame) -> Node:
        if self._open:
            self._open.pop(0).parts = tuple(value(item, frame.end) for item in frame.values)
        return Several(frame.start, frame.end, ())
