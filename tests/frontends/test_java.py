"""The Java frontend."""

from __future__ import annotations

import pytest

from lk_audit.frontends import java
from lk_audit.source import Source
from lk_audit.syntax import Module
from tests.outlines import outline


def parse(text: str) -> Module:
    return java.parse(Source.from_text("Main.java", text))


def shown(text: str) -> str:
    return outline(parse(text))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("class A { String s; void f() { g(s); } }", "(Argument (Member (Name 'this') 's'))"),
        ("class A { String s; void f(String s) { g(s); } }", "(Argument (Name 's'))"),
        ("class A { A(String k) { this.k = k; } }", "(Function 'constructor' (Parameter 'k'"),
        (
            'class A { @Value("${k}") String s; }',
            "(Assign (Name 's') (Call (Name 'Value') (Argument (Literal '${k}'))))",
        ),
        (
            'class A { A(@Value("${k}") String s) {} }',
            "(Parameter 's' (Call (Name 'Value') (Argument (Literal '${k}'))))",
        ),
        ("record R(String room) {}", "(Assign (Member (Name 'this') 'room') (Name 'room'))"),
        ("enum E { A(1), B(2) }", "(Assign (Name 'B') (Call (Name 'E') (Argument (Literal 2))))"),
        ("class A { @Override public int f() { return 1; } }", "(Function 'f' (Block"),
        ('class A { @GetMapping("/t") int f() { return 1; } }', "(Call (Name 'GetMapping') (Argument (Literal '/t')))"),
        ("interface I { int f(); }", "(Return (Opaque))"),
    ],
)
def test_members_and_annotations_of_classes(code: str, expected: str) -> None:
    assert expected in shown(code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('Map.of("a", 1, "b", 2)', "(Record (Entry (Literal 'a') (Literal 1)) (Entry (Literal 'b') (Literal 2)))"),
        ('Map.ofEntries(Map.entry("a", 1))', "(Record (Entry (Literal 'a') (Literal 1)))"),
        ('new HashMap<String, Object>() {{ put("a", 1); }}', "(Record (Entry (Literal 'a') (Literal 1)))"),
        ("new HashMap<>()", "(Record)"),
        ("new ArrayList<>()", "(Sequence)"),
        ("Arrays.asList(1, 2)", "(Sequence (Literal 1) (Literal 2))"),
        ("new int[]{1, 2}", "(Sequence (Literal 1) (Literal 2))"),
        ("(long) 3600L", "(Literal 3600)"),
        ("Server::token", "(Member (Name 'Server') 'token')"),
        (
            'switch (r) { case "a" -> 1; default -> 2; }',
            "(If (Binary '==' (Name 'r') (Literal 'a')) (Block (Return (Literal 1)))",
        ),
        ('"""\n    a\n      b\n    """', "(Literal 'a\\n  b\\n')"),
    ],
)
def test_expressions(code: str, expected: str) -> None:
    assert expected in shown(f"class A {{ Object f() {{ return {code}; }} }}")


def test_a_broken_file_still_gives_what_is_whole() -> None:
    module = parse("class A { void f() { mint(room); } void g( { }")

    assert module.errors
    assert "(Call (Name 'mint') (Argument (Name 'room')))" in outline(module)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "{" * 20_000,
        "class A { Object x = " + "f(" * 5_000,
        "class A {" * 3_000,
        '"' * 9_001,
        "@A" * 5_000,
    ],
)
def test_nesting_of_any_depth_is_read(text: str) -> None:
    assert parse(text).language == "java"
