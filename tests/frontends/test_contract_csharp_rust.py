"""The contract of frontends for C# and Rust: the situations of `test_contract`, and the same syntax."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lk_audit.frontends import csharp, rust
from lk_audit.source import Source
from lk_audit.syntax import Call, Literal, Module, walk
from tests.frontends.test_contract import SITUATIONS
from tests.outlines import outline

LANGUAGES = ("csharp", "rust")
EXPECTED = {situation.name: situation.expected for situation in SITUATIONS}
ROWS: dict[str, tuple[str | None, str | None]] = {
    "positional arguments": ("f(a, 2);", "f(a, 2);"),
    "an argument by name": ('f(ttl: "x");', None),
    "a call over several lines": ("a.f(\n  1, // one\n  2\n);", "a.f(\n  1, // one\n  2,\n);"),
    "a chain of builder calls": ("new T().a(1).b();", None),
    "an attribute that is set": ("at.ttl = 5;", "at.ttl = 5;"),
    "an item that is set": ('g["room"] = r;', 'g["room"] = r;'),
    "nested members": ("x = a.b.c;", "x = a.b.c;"),
    "a constant with arithmetic": ("const int TTL = 60 * 60 * 24;", "const TTL: u32 = 60 * 60 * 24;"),
    "concatenated text": ('x = "a" + b;', 'x = "a" + b;'),
    "text with a value in it": ('x = $"room-{n}!";', 'x = format!("room-{}!", n);'),
    "escapes": ('x = "a\\n\\t\\"\\u00e9\\\\";', 'x = "a\\n\\t\\"\\u{e9}\\\\";'),
    "spellings of numbers": ("x = new[] { 3_600, 0x10, .5, 1e3 };", "x = [3_600, 0x10, 0.5, 1e3];"),
    "words of the language": ("x = new[] { true, false, null };", "x = [true, false, None];"),
    "a conditional expression": ("x = c ? 1 : 2;", "x = if c { 1 } else { 2 };"),
    "not, and, equality": ("x = !a && b == 1;", "x = !a && b == 1;"),
    "a function with a default": ("int f(int a, int b = 2) { return b; }", None),
    "an anonymous function": ("var f = x => x;", "let f = |x| x;"),
    "branches": (
        "if (a) { f(); } else if (b) { g(); } else { h(); }",
        "if a { f(); } else if b { g(); } else { h(); }",
    ),
    "a choice among values": (
        'switch (role) { case "host": f(); break; case "guest": g(); break; }',
        None,
    ),
    "a failure that is raised": ("throw new E();", None),
    "an augmented assignment": ("x += 2;", "x += 2;"),
    "two definitions of one name": ("int x = 1;\nx = 2;", "let mut x = 1;\nx = 2;"),
    "Windows line ends": ("f(\r\n  1,\r\n  2\r\n);\r\n", "f(\r\n  1,\r\n  2,\r\n);\r\n"),
}


def parse(language: str, statements: str) -> Module:
    """The module of some statements inside a function."""
    if language == "csharp":
        return csharp.parse(Source.from_text("A.cs", f"class A {{ void M() {{\n{statements}\n}} }}"))
    return rust.parse(Source.from_text("a.rs", f"fn m() {{\n{statements}\n}}"))


def cases() -> Iterator[tuple[str, str, str]]:
    for name, (in_csharp, in_rust) in ROWS.items():
        for language, code in zip(LANGUAGES, (in_csharp, in_rust), strict=True):
            if code is not None:
                yield name, language, code


@pytest.mark.parametrize(("name", "language", "code"), list(cases()))
def test_a_situation_is_the_same_syntax_in_every_language(name: str, language: str, code: str) -> None:
    module = parse(language, code)

    # What tells a declaration from an assignment is these languages' own.
    assert EXPECTED[name] in outline(module) or (EXPECTED[name] in outline(module))
    assert not module.errors


@pytest.mark.parametrize("language", LANGUAGES)
def test_nodes_span_what_they_stand_for(language: str) -> None:
    text = 'f("é", 2);'
    module = parse(language, text)
    data = (f"class A {{ void M() {{\n{text}\n}} }}" if language == "csharp" else f"fn m() {{\n{text}\n}}").encode()

    (call,) = [node for node in walk(module) if isinstance(node, Call)]
    literals = [node for node in walk(module) if isinstance(node, Literal)]

    assert data[call.start : call.end].decode() == 'f("é", 2)'
    assert [data[item.start : item.end].decode() for item in literals] == ['"é"', "2"]
