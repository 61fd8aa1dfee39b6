"""The contract of frontends for Java and Kotlin: the situations of `test_contract`, and the same syntax."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lk_audit.frontends import java, kotlin
from lk_audit.source import Source
from lk_audit.syntax import Call, Literal, Module, walk
from tests.frontends.test_contract import SITUATIONS
from tests.outlines import outline

LANGUAGES = ("java", "kotlin")
EXPECTED = {situation.name: situation.expected for situation in SITUATIONS}
ROWS: dict[str, tuple[str | None, str | None]] = {
    "positional arguments": ("f(a, 2);", "f(a, 2)"),
    "an argument by name": (None, 'f(ttl = "x")'),
    "spread arguments": (None, "f(*xs)"),
    "a call over several lines": ("a.f(\n  1, // one\n  2\n);", "a.f(\n  1, // one\n  2,\n)"),
    "a chain of builder calls": ("new T().a(1).b();", "T().a(1).b()"),
    "an attribute that is set": ("at.ttl = 5;", "at.ttl = 5"),
    "an item that is set": ('g["room"] = r;', 'g["room"] = r'),
    "nested members": ("x = a.b.c;", "x = a.b.c"),
    "a constant with arithmetic": ("final long TTL = 60 * 60 * 24;", "val TTL = 60 * 60 * 24"),
    "concatenated text": ('x = "a" + b;', 'x = "a" + b'),
    "text with a value in it": (None, 'x = "room-$n!"'),
    "escapes": ('x = "a\\n\\t\\"\\u00e9\\\\";', 'x = "a\\n\\t\\"\\u00e9\\\\"'),
    "spellings of numbers": (
        "var x = List.of(3_600, 0x10, .5, 1e3);",
        "val x = listOf(3_600, 0x10, .5, 1e3)",
    ),
    "words of the language": ("var x = List.of(true, false, null);", "val x = listOf(true, false, null)"),
    "a conditional expression": ("x = c ? 1 : 2;", "x = if (c) 1 else 2"),
    "not, and, equality": ("x = !a && b == 1;", "x = !a && b == 1"),
    "a function with a default": (None, "fun f(a: Int, b: Int = 2): Int { return b }"),
    "an anonymous function": ("Function f = x -> x;", "val f = { x: Int -> x }"),
    "branches": (
        "if (a) { f(); } else if (b) { g(); } else { h(); }",
        "if (a) { f() } else if (b) { g() } else { h() }",
    ),
    "a choice among values": (
        'switch (role) { case "host": f(); break; case "guest": g(); break; }',
        'when (role) { "host" -> f()\n "guest" -> g() }',
    ),
    "a loop over a list": ("for (var x : xs) { f(x); }", "for (x in xs) { f(x) }"),
    "a failure that is raised": ("throw new E();", "throw E()"),
    "an augmented assignment": ("x += 2;", "x += 2"),
    "two definitions of one name": ("int x = 1;\nx = 2;", "var x = 1\nx = 2"),
    "Windows line ends": ("f(\r\n  1,\r\n  2\r\n);\r\n", "f(\r\n  1,\r\n  2,\r\n)\r\n"),
}


def parse(language: str, statements: str) -> Module:
    """The module of some statements inside a function."""
    if language == "java":
        return java.parse(Source.from_text("A.java", f"class A {{ void m() {{\n{statements}\n}} }}"))
    parsed = kotlin.parse(Source.from_text("a.kt", f"fun m() {{\n{statements}\n}}"))
    assert isinstance(parsed, Module)
    return parsed


def cells() -> Iterator[object]:
    for name, codes in ROWS.items():
        for language, code in zip(LANGUAGES, codes, strict=True):
            if code is not None:
                yield pytest.param(name, language, code, id=f"{name} in {language}")


@pytest.mark.parametrize(("name", "language", "code"), list(cells()))
def test_the_same_situation_is_the_same_syntax(name: str, language: str, code: str) -> None:
    module = parse(language, code)

    assert EXPECTED[name] in outline(module), outline(module)
    # `g["room"]` is no Java, but what the grammar makes of it is the same.
    assert not module.errors


@pytest.mark.parametrize(
    ("language", "code", "expected"),
    [
        ("java", "import a.sdk.T;\n", "(Import 'a.sdk' (ImportedName 'T' 'T'))"),
        ("java", "import a.sdk.*;\n", "(Import 'a.sdk' (ImportedName '*' '*'))"),
        ("java", "import static a.Times.DAY;\n", "(Import 'a.Times' (ImportedName 'DAY' 'DAY'))"),
        ("kotlin", "import a.sdk.T\n", "(Import 'a.sdk' (ImportedName 'T' 'T'))"),
        ("kotlin", "import a.sdk.T as Token\n", "(Import 'a.sdk' (ImportedName 'Token' 'T'))"),
        ("kotlin", "import a.sdk.*\n", "(Import 'a.sdk' (ImportedName '*' '*'))"),
    ],
)
def test_an_import_names_its_package_and_what_it_takes(language: str, code: str, expected: str) -> None:
    frontend = java if language == "java" else kotlin

    assert expected in outline(frontend.parse(Source.from_text("a", code)))


BROKEN = {
    "java": ("int = ;\n", "f(1, secret);\n", "\nint y = = 3 {;\n"),
    "kotlin": ("class { \n}\n", "f(1, secret)\n", "\nval y = = 3 (\n"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", ["before", "after"])
def test_a_call_survives_a_syntax_error_beside_it(language: str, place: str) -> None:
    before, call, after = BROKEN[language]

    module = parse(language, before + call if place == "before" else call + after)

    assert module.errors
    assert "(Call (Name 'f') (Argument (Literal 1)) (Argument (Name 'secret')))" in outline(module)


@pytest.mark.parametrize("language", LANGUAGES)
def test_positions_count_bytes_also_behind_wide_text(language: str) -> None:
    end = ";" if language == "java" else ""
    module = parse(language, f'x = "→ né 🎥"{end}\nf("é"){end}\n')

    call = next(node for node in walk(module) if isinstance(node, Call))
    literal = next(node for node in walk(call) if isinstance(node, Literal))

    data = {"java": "class A { void m() {\n", "kotlin": "fun m() {\n"}[language] + f'x = "→ né 🎥"{end}\nf("é"){end}\n'
    assert data.encode()[call.start : call.end].decode() == 'f("é")'
    assert data.encode()[literal.start : literal.end].decode() == '"é"'
