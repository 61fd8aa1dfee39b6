"""The contract of frontends for Dart and Swift: the situations of `test_contract`, and the same syntax for them."""

from __future__ import annotations

import pytest

from lk_audit.frontends import dart, swift
from lk_audit.source import Source
from lk_audit.syntax import Assign, walk
from tests.frontends.test_contract import SITUATIONS, Situation
from tests.outlines import outline

WAYS: dict[str, tuple[str | None, str | None]] = {
    "positional arguments": ("var x = f(a, 2);", "f(a, 2)"),
    "an argument by name": ("var x = f(ttl: 'x');", 'f(ttl: "x")'),
    "a call over several lines": ("var x = a.f(\n  1, // one\n  2,\n);", "a.f(\n  1, // one\n  2\n)"),
    "a chain of builder calls": ("var x = T().a(1).b();", "T().a(1).b()"),
    "an attribute that is set": ("void m() { at.ttl = 5; }", "at.ttl = 5"),
    "an item that is set": ("void m() { g['room'] = r; }", 'g["room"] = r'),
    "a record with a spread": ("var x = {'a': 1, ...more};", None),
    "nested members": ("var x = a.b.c;", "let x = a.b.c"),
    "a constant with arithmetic": ("const TTL = 60 * 60 * 24;", "let TTL = 60 * 60 * 24"),
    "concatenated text": ("var x = 'a' + b;", 'let x = "a" + b'),
    "text with a value in it": ("var x = 'room-$n!';", 'let x = "room-\\(n)!"'),
    "escapes": ("var x = 'a\\n\\t\"\\u00e9\\\\';", 'let x = "a\\n\\t\\"\\u{e9}\\\\"'),
    "spellings of numbers": ("var x = [3_600, 0x10, .5, 1e3];", "let x = [3_600, 0x10, 0.5, 1e3]"),
    "words of the language": ("var x = [true, false, null];", "let x = [true, false, nil]"),
    "a conditional expression": ("var x = c ? 1 : 2;", "let x = c ? 1 : 2"),
    "a fallback": ("var x = f() || 'x';", 'let x = f() || "x"'),
    "not, and, equality": ("var x = !a && b == 1;", "let x = !a && b == 1"),
    "a function with a default": ("f(a, [b = 2]) { return b; }", "func f(a: Int, b: Int = 2) -> Int { return b }"),
    "an anonymous function": ("var f = (x) => x;", "let f = { x in x }"),
    "await": ("void f() async { var x = await g(); }", "func f() async { let x = await g() }"),
    "branches": (
        "void m() { if (a) { f(); } else if (b) { g(); } else { h(); } }",
        "if a { f() } else if b { g() } else { h() }",
    ),
    "a choice among values": (
        "void m() { switch (role) { case 'host': f(); break; case 'guest': g(); break; } }",
        'switch role { case "host": f()\ncase "guest": g() }',
    ),
    "a loop over a list": ("void m() { for (final x in xs) { f(x); } }", "for x in xs { f(x) }"),
    "a failure that is raised": ("void m() { throw E(); }", "func m() throws { throw E() }"),
    "an augmented assignment": ("void m() { x += 2; }", "x += 2"),
    "two definitions of one name": ("void m() { var x = 1;\nx = 2; }", "var x = 1\nx = 2"),
    "an empty file": ("", ""),
    "Windows line ends": ("var x = f(\r\n  1,\r\n  2,\r\n);\r\n", "f(\r\n  1,\r\n  2\r\n)\r\n"),
}
CELLS = [
    pytest.param(language, situation, code, id=f"{situation.name} in {language}")
    for situation in SITUATIONS
    for language, code in zip(("dart", "swift"), WAYS.get(situation.name, (None, None)), strict=True)
    if code is not None
]


def test_every_way_belongs_to_a_situation() -> None:
    assert set(WAYS) <= {situation.name for situation in SITUATIONS}


@pytest.mark.parametrize(("language", "situation", "code"), CELLS)
def test_the_same_situation_is_the_same_syntax(language: str, situation: Situation, code: str) -> None:
    source = Source.from_text(f"sample.{language}", code)
    module = dart.parse(source) if language == "dart" else swift.parse(source)
    for node in walk(module):
        if isinstance(node, Assign):
            # Languages that do not declare variables cannot say so.
            node.declares = False

    assert situation.expected in outline(module)
    assert not module.errors
