"""The C# frontend."""

from __future__ import annotations

import pytest

from lk_audit.frontends import csharp
from lk_audit.source import Source
from lk_audit.syntax import Module
from tests.outlines import outline


def parse(text: str) -> Module:
    return csharp.parse(Source.from_text("Program.cs", text))


def shown(text: str) -> str:
    return outline(parse(text))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("class A { string s; void F() { G(s); } }", "(Argument (Member (Name 'this') 's'))"),
        ("class A { string s; void F(string s) { G(s); } }", "(Argument (Name 's'))"),
        ("class A { string s; void F() { var s = 1; G(s); } }", "(Argument (Name 's'))"),
        ("class A { A(string k) { this.k = k; } }", "(Function 'constructor' (Parameter 'k'"),
        ("class A : B { A(string k) : base(k) { } }", "(Call (Name 'super') (Argument (Name 'k')))"),
        ("class A(string k) : B(k) { }", "(Assign (Member (Name 'this') 'k') (Name 'k'))"),
        ("record R(string Room);", "(Assign (Member (Name 'this') 'Room') (Name 'Room'))"),
        ('class A { public string S { get; set; } = "x"; }', "(Assign (Name 'S') (Literal 'x')"),
        ('class A { public string S => "x"; }', "(Function 'S' (Block (Return (Literal 'x'))) (Name 'property'))"),
        ("class A { string S { get { return k; } } }", "(Function 'S' (Block (Return (Name 'k'))) (Name 'property'))"),
        ("class A { const int Hours = 24 * 7; }", "(Assign (Name 'Hours') (Binary '*' (Literal 24) (Literal 7))"),
        ("enum E { A = 1, B }", "(Assign (Name 'A') (Literal 1))"),
        ('class A { [HttpGet("t")] int F() { return 1; } }', "(Call (Name 'HttpGet') (Argument (Literal 't')))"),
        ("interface I { int F(); }", "(Class 'I' (Name 'interface')"),
        ("namespace N { class A { } }", "(DefineClass (Class 'A'"),
        ("static class E { static int F(this string s) => 1; }", "(Function 'F' (Parameter 's')"),
        ('class A { [JsonPropertyName("b")] public int B { get; set; } }', "(Argument 'B' (Literal 'b'))"),
    ],
)
def test_members_of_types(code: str, expected: str) -> None:
    assert expected in shown(code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('new Dictionary<string, object> { { "a", 1 } }', "(Record (Entry (Literal 'a') (Literal 1)))"),
        ('new Dictionary<string, object> { ["a"] = 1 }', "(Record (Entry (Literal 'a') (Literal 1)))"),
        ("new Dictionary<string, object>()", "(Record)"),
        ("new { video = 1, exp, user.Name }", "(Entry (Literal 'exp') (Name 'exp'))"),
        ("new { video = 1, exp, user.Name }", "(Entry (Literal 'Name') (Member (Name 'user') 'Name'))"),
        ("new Grants { Room = r }", "(Call (Name 'Grants') (Argument 'Room' (Name 'r')))"),
        ("new Grants(1) { Room = r }", "(Call (Name 'Grants') (Argument (Literal 1)) (Argument 'Room' (Name 'r')))"),
        ('new[] { "a" }', "(Sequence (Literal 'a'))"),
        ('new List<string> { "a" }', "(Sequence (Literal 'a'))"),
        ("(long)3_600L", "(Literal 3600)"),
        ('@"c:\\d" + "e"', "(Literal 'c:\\\\d')"),
        ('"""raw "x" """', "(Literal 'raw \"x\" ')"),
        ('$"room-{id:N}"', "(Template (Literal 'room-') (Name 'id'))"),
        ('"a\\u0041\\n"', "(Literal 'aA\\n')"),
        ("a?.B?.C(1)", "(Call (Member (Member (Name 'a') 'B') 'C') (Argument (Literal 1)))"),
        ("d!.E", "(Member (Name 'd') 'E')"),
        ("a ?? throw new E()", "(Assign (Name 'x') (Name 'a'))"),
        (
            'r switch { "a" => 1, _ => 2 }',
            "(Conditional (Binary '==' (Name 'r') (Literal 'a')) (Literal 1) (Literal 2))",
        ),
        ("x as string", "(Assign (Name 'x') (Name 'x'))"),
        ("await f()", "(Await (Call (Name 'f')))"),
        ("(a, b) => a", "(Function (Parameter 'a') (Parameter 'b') (Block (Return (Name 'a'))))"),
        ("F(name: 1)", "(Argument 'name' (Literal 1))"),
    ],
)
def test_expressions(code: str, expected: str) -> None:
    assert expected in shown(f"var x = {code};")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("Grants g = new() { Room = r };", "(Call (Name 'Grants') (Argument 'Room' (Name 'r')))"),
        ("Dictionary<string, object> d = new();", "(Assign (Name 'd') (Record)"),
        ("if (x is null || y) { f(); }", "(Binary 'or' (Binary '==' (Name 'x') (Literal)) (Name 'y'))"),
        ("if (x is not null) { f(); }", "(Binary '!=' (Name 'x') (Literal))"),
        ('if (!h.TryGetValue("k", out var v)) { f(); }', "(Assign (Name 'v') (Index (Name 'h') (Literal 'k')))"),
        ("if (int.TryParse(s, out var n)) { f(n); }", "(Assign (Name 'n') (Call (Member (Name 'int') 'Parse')"),
        ("(a, b) = f();", "(Assign (Name 'a') (Index (Name '#9') (Literal 0)))"),
        ("var (a, b) = f();", "(Literal 1)))"),
        ("using var h = f();", "(Assign (Name 'h') (Call (Name 'f')))"),
        ("try { f(); } catch (E e) { g(); } finally { h(); }", "(Try (Block (Evaluate (Call (Name 'f'))))"),
        ("a ??= b;", "(Assign (Name 'a') (Name 'b') '??')"),
        ("int F(int a) => a + 1;", "(Define (Function 'F' (Parameter 'a')"),
        ("using A = B.C;", "(Import 'B' (ImportedName 'A' 'C'))"),
        ("using B.C;", "(Import 'B.C' (ImportedName '*' '*'))"),
        ("#if DEBUG\nvar x = 1;\n#endif", "(Assign (Name 'x') (Literal 1))"),
    ],
)
def test_statements(code: str, expected: str) -> None:
    assert expected in shown(code)


def test_a_chain_of_any_depth_is_read() -> None:
    depth = 3_000

    module = parse("var x = a" + ".B()" * depth + ";")

    assert not module.errors


def test_what_cannot_be_read_is_listed_and_the_rest_is_there() -> None:
    module = parse("class A { void F() { G(1); } void ( { }\nclass B { void H() { I(2); } }")

    assert module.errors
    assert "(Literal 2)" in outline(module)
