"""Functions that look at nothing but the form of what is sent, as each language spells that."""

from __future__ import annotations

import pytest

from lk_audit import frontends
from lk_audit.extractors.callers.lax_checks import is_hollow
from lk_audit.source import Source
from lk_audit.syntax import Function, Module, walk

FRAMES = {
    "a.php": "<?php function f($token) { return CALL; }",
    "a.js": "function f(token) { return CALL; }",
    "a.py": "def f(token): return CALL",
    "a.rs": "fn f(token: &str) -> bool { CALL }",
    "a.go": "package a\nfunc f(token string) bool { return CALL }",
    "a.cs": "class A { bool F(string token) { return CALL; } }",
    "a.swift": "func f(token: String) -> Bool { return CALL }",
    "a.rb": "def f(token)\n  CALL\nend",
    "A.java": "class A { boolean f(String token) { return CALL; } }",
}
HOLLOW = [
    *(("a.php", "strpos($token, 'Bearer') === 0"), ("a.php", "stripos($token, 'bearer') === 0")),
    *(("a.php", "str_starts_with($token, 'x')"), ("a.php", "strlen($token) > 9"), ("a.php", "substr($token, 0) != ''")),
    *(("a.php", "str_contains($token, '.')"), ("a.js", "token.startsWith('x')"), ("a.py", "token.startswith('x')")),
    *(("a.py", "len(token) > 9"), ("a.rs", 'token.starts_with("x")'), ("a.go", 'strings.HasPrefix(token, "x")')),
    *(("a.cs", 'token.StartsWith("x")'), ("a.swift", 'token.hasPrefix("x")'), ("a.rb", "token.start_with?('x')")),
    ("A.java", 'token.startsWith("x")'),
]
ASKING = [
    *(("a.php", "strlen($token) > 9 && known($token)"), ("a.js", "token.startsWith('x') && known[token]")),
    *(("a.py", "len(token) > 9 and token == KEY"), ("a.rb", "token.start_with?('x') && find(token)")),
    ("a.js", "true"),
]


def looks_hollow(path: str, call: str) -> bool:
    source = Source.from_text(path, FRAMES[path].replace("CALL", call))
    (module,) = [part for part in frontends.parse(source) if isinstance(part, Module)]
    (function,) = [node for node in walk(module) if isinstance(node, Function)]
    return is_hollow(function)


@pytest.mark.parametrize(("path", "call"), HOLLOW)
def test_a_look_at_the_form_asks_nobody(path: str, call: str) -> None:
    assert looks_hollow(path, call)


@pytest.mark.parametrize(("path", "call"), ASKING)
def test_what_is_compared_or_looked_up_may_tell_more(path: str, call: str) -> None:
    assert not looks_hollow(path, call)
