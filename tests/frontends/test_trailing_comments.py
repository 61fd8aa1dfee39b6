"""Comments at the end of a block change nothing of what the block gives, or whether code goes on behind it."""

from __future__ import annotations

import pytest

from lk_audit import frontends
from lk_audit.source import Source
from lk_audit.syntax import Module
from tests.outlines import outline

CODE = {
    "result.rs": "fn f() -> u8 { a() NOTE\n}",
    "bound.rs": "fn f() { let (a, b) = if live { let c = d; (c, c) NOTE\n} else { (1, 2) NOTE\n}; }",
    "matched.rs": "fn f(n: u8) -> u8 { match n { 1 => { a() NOTE\n} _ => { b() NOTE\n} } }",
    "closure.rs": "fn f() { g(|| { a() NOTE\n}); }",
    "cases.java": "class A { void f(int n) { switch (n) { case 1: a(); return; NOTE\ncase 2: b(); } } }",
    "blocks.java": "class A { void f(int n) { switch (n) { case 1: { a(); break; NOTE\n} NOTE\ncase 2: b(); } } }",
    "cases.php": "<?php function f($n) { switch ($n) { case 1: a(); return; NOTE\ncase 2: b(); } }",
    "blocks.php": "<?php function f($n) { switch ($n) { case 1: { a(); break; NOTE\n} NOTE\ncase 2: b(); } }",
    "cases.cs": "class A { void F(int n) { switch (n) { case 1: G(); return; NOTE\ncase 2: H(); break; } } }",
    "cases.js": "function f(n) { switch (n) { case 1: a(); return; NOTE\ncase 2: b(); } }",
    "cases.go": "package a\n\nfunc f(n int) {\n\tswitch n {\n\tcase 1:\n\t\treturn NOTE\n\tcase 2:\n\t\tb()\n\t}\n}",
    "arms.kt": "fun f(n: Int) = when (n) { 1 -> { a() NOTE\n} else -> { b() NOTE\n} }",
    "closure.kt": "fun f() = g { a() NOTE\n}",
    "result.rb": "def f\n  a NOTE\nend",
    "result.ex": "defmodule A do\n  def f do\n    a() NOTE\n  end\nend",
    "closure.swift": "func f() { g { a() NOTE\n} }",
}
COMMENTS = {"rb": "# why", "ex": "# why"}


def shown(path: str, code: str) -> str:
    (parsed,) = frontends.parse(Source.from_text(path, code))
    assert isinstance(parsed, Module)
    return outline(parsed)


@pytest.mark.parametrize("path", CODE)
def test_a_comment_at_the_end_of_a_block_changes_nothing(path: str) -> None:
    comment = COMMENTS.get(path.rpartition(".")[2], "// why")

    assert shown(path, CODE[path].replace("NOTE", comment)) == shown(path, CODE[path].replace("NOTE", ""))
