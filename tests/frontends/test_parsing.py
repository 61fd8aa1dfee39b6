"""What a parser is given does not stay in memory, nor all that it tells of a file until that is lowered."""

from __future__ import annotations

import gc
import tracemalloc

import pytest
from tree_sitter import Parser

from lk_audit import frontends
from lk_audit.frontends.grammars import language
from lk_audit.frontends.parsing import root_of
from lk_audit.source import Source


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.go", "package a\n" + "// a comment of some length, as code has many\n" * 4_000),
        ("a.py", "# a comment of some length, as code has many\n" * 4_000),
        ("a.ts", "// a comment of some length, as code has many\n" * 4_000),
        ("a.rb", "# a comment of some length, as code has many\nx = ENV.fetch('A')\n" * 3_000),
    ],
)
def test_a_text_that_was_parsed_can_be_forgotten(path: str, text: str) -> None:
    def parse() -> None:
        frontends.parse(Source(path, text.encode()))

    parse()
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(4):
            parse()
        gc.collect()
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert kept < len(text)


@pytest.mark.parametrize(
    ("path", "grammar", "text"),
    [
        (
            "a.ts",
            ("tree_sitter_typescript", "language_typescript"),
            "function f(a) {\n  const x = g(a.b, [1, {c: a.d}]);\n  return x.y(a + 1);\n}\n",
        ),
        (
            "a.go",
            ("tree_sitter_go", "language"),
            "func f(a T) int {\n\tx := g(a.b, []int{1, 2}, c.d(a))\n\treturn x.y(a + 1)\n}\n",
        ),
        (
            "a.java",
            ("tree_sitter_java", "language"),
            "class A {\n  int f(T a) {\n    var x = g(a.b, List.of(1), c.d(a));\n    return x.y(a + 1);\n  }\n}\n",
        ),
    ],
)
def test_what_the_parser_tells_of_a_function_is_let_go_once_that_is_lowered(
    path: str, grammar: tuple[str, str], text: str
) -> None:
    many = text.encode() * 2_000
    frontends.parse(Source(path, many))
    tracemalloc.start()
    try:
        tree = root_of(Parser(language(*grammar)), many)
        of_tree, _ = tracemalloc.get_traced_memory()
        del tree
        lowered = frontends.parse(Source(path, many))
        kept, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert lowered is not None
    assert most < 1.3 * (of_tree + kept)
