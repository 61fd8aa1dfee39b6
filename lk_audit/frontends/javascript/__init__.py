"""JavaScript and TypeScript, with JSX: from text to syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.grammars import language
from lk_audit.frontends.javascript import expressions, functions, modules, statements
from lk_audit.frontends.javascript.patterns import PATTERNS
from lk_audit.frontends.javascript.recovery import UNREAD
from lk_audit.frontends.lowering.tree import Grammar, Lowering, block, unread
from lk_audit.frontends.parsing import root_of, spans_of
from lk_audit.syntax import Evaluate, Literal, Module

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tree_sitter import Node as TreeNode

    from lk_audit.source import Source
    from lk_audit.syntax import Block

_DIALECTS = {**dict.fromkeys((".ts", ".mts", ".cts"), "typescript"), ".tsx": "tsx"}
_GRAMMARS = {
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
}
_CLOSING, _END = b"</", b"\n;"
_COMMENTS = frozenset({"comment", "html_comment"})
_SKIPPED = frozenset(
    {
        # Comments are read on their own.
        *_COMMENTS,
        "hash_bang_line",
        # Types and declarations that only the compiler sees.
        *("type_arguments", "type_parameters", "interface_declaration", "type_alias_declaration"),
        *("function_signature", "method_signature", "abstract_method_signature", "index_signature"),
        *("construct_signature", "call_signature", "property_signature", "interface_body", "object_type"),
        *("type_predicate_annotation", "asserts_annotation", "adding_type_annotation", "omitting_type_annotation"),
        *("opting_type_annotation", "accessibility_modifier", "override_modifier", "extends_type_clause"),
        # Control flow and marks without a value.
        *("empty_statement", "break_statement", "continue_statement", "debugger_statement", "statement_identifier"),
        "optional_chain",
        # What the node around it reads from the text.
        *("escape_sequence", "export_clause", "namespace_export", "import_attribute"),
        "jsx_closing_element",
    }
)
_GRAMMAR = Grammar(
    leaves={**expressions.LEAVES, **functions.LEAVES, **modules.LEAVES},
    nodes={
        **expressions.EXPRESSIONS,
        **functions.FUNCTIONS,
        **PATTERNS,
        **modules.MODULES,
        **statements.STATEMENTS,
        **UNREAD,
    },
    skipped=_SKIPPED,
    headed=frozenset({"as_expression", "satisfies_expression"}),
    lists=statements.LISTS,
)


def parse(source: Source, *, dialect: str | None = None, parts: Sequence[tuple[int, int]] = ()) -> Module:
    """The module in a file, or in parts of it between two byte offsets each (the scripts of a page).

    `dialect` is "javascript" (with JSX), "typescript" or "tsx"; without one the file name tells. All positions are
    offsets into the whole of `source.data`. Text that cannot be read is listed in `Module.errors`; nothing raises.
    """
    dialect = dialect or dialect_of(source.path)
    start, end = (parts[0][0], parts[-1][1]) if parts else (0, len(source.data))
    root = _tree(source.data, dialect, parts)
    run = Lowering(source.data, _GRAMMAR)
    body = block(run.run(root), start)
    return Module(
        start,
        end,
        "javascript" if dialect == "javascript" else "typescript",
        body,
        tuple(_directives(body)),
        spans_of(language(*_GRAMMARS[dialect]), root, _COMMENTS),
        run.has_markup,
        tuple(unread(root)),
    )


def dialect_of(path: str) -> str:
    """The dialect that a file's suffix stands for: "javascript", "typescript" or "tsx"."""
    return _DIALECTS.get(path[path.rfind(".") :].lower(), "javascript")


def _tree(data: bytes, dialect: str, parts: Sequence[tuple[int, int]]) -> TreeNode:
    from tree_sitter import Parser, Point, Range  # noqa: PLC0415 - the parser is loaded when a file needs it

    parser = Parser(language(*_GRAMMARS[dialect]))
    if parts:
        data, parts = _apart(data, parts)
        # Points are not used, so they need not be right.
        parser.included_ranges = [Range(Point(0, 0), Point(0, 0), start, end) for start, end in parts]
    return root_of(parser, data)


def _apart(data: bytes, parts: Sequence[tuple[int, int]]) -> tuple[bytes, Sequence[tuple[int, int]]]:
    """A text whose parts end their last line and statement, in the place of the tag behind them.

    To a parser, included parts stand side by side: `<script>a</script><script>b</script>` would be the name `ab`.
    """
    ends = [end for _, end in parts[:-1] if data.startswith(_CLOSING, end)]
    if not ends:
        return data, parts
    text = bytearray(data)
    for end in ends:
        text[end : end + len(_END)] = _END
    apart = set(ends)
    return bytes(text), [(start, end + len(_END) if end in apart else end) for start, end in parts]


def _directives(body: Block) -> Iterator[str]:
    """The strings that a module begins with."""
    for statement in body.statements:
        if not (isinstance(statement, Evaluate) and isinstance(statement.value, Literal)):
            return
        if not isinstance(statement.value.value, str):
            return
        yield statement.value.value
