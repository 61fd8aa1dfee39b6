"""The Rust frontend."""

from __future__ import annotations

import pytest

from lk_audit.frontends import rust
from lk_audit.source import Source
from lk_audit.syntax import Module
from tests.outlines import outline


def parse(text: str) -> Module:
    return rust.parse(Source.from_text("main.rs", text))


def shown(text: str) -> str:
    return outline(parse(text))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("use a::b::{self, C, D as E};", "(Import 'a.b' (ImportedName 'b')) (Import 'a.b' (ImportedName 'C' 'C'))"),
        ("use a::b::{self, C, D as E};", "(ImportedName 'E' 'D')"),
        ("use a::*;", "(Import 'a' (ImportedName '*' '*'))"),
        ("mod tokens;", "(Import 'self.tokens' (ImportedName 'tokens'))"),
        ("mod a { pub const X: u8 = 1; }", "(Assign (Name 'X') (Literal 1)"),
        (
            "struct S; impl S { fn new() -> Self { Self { a: 1 } } }",
            "(Return (Call (Name 'S') (Argument 'a' (Literal 1))))",
        ),
        ("struct S { a: u8 } impl S { fn f(&self) -> u8 { self.a } }", "(Return (Member (Name 'this') 'a'))"),
        (
            '#[serde(rename_all = "camelCase")] struct S { room_join: bool }',
            "(Argument 'room_join' (Literal 'roomJoin'))",
        ),
        ('struct S { #[serde(rename = "x")] a: u8 }', "(Argument 'a' (Literal 'x'))"),
        ('#[get("/t")] fn f() {}', "(Function 'f' (Block) (Call (Name 'get') (Argument (Literal '/t'))))"),
        ("fn f(State(s): State<A>, mut n: u8) {}", "(Parameter 's') (Parameter 'n')"),
        ("fn f((a, b): (u8, u8)) {}", "(Assign (Name 'b') (Index (Name '#0') (Literal 1)))"),
        ("type H = a::B<C>;", "(Assign (Name 'H') (Member (Name 'a') 'B'))"),
        ("trait T { fn f(&self) -> u8; }", "(Class 'T' (Name 'interface')"),
        ("lazy_static! { static ref A: u8 = f(1); }", "(Assign (Name 'A') (Call (Name 'f') (Argument (Literal 1)))"),
        (
            'struct A { #[arg(env = "K", default_value = "v")] k: String }',
            "(Binary '??' (Call (Member (Name 'env') 'var') (Argument (Literal 'K'))) (Literal 'v'))",
        ),
    ],
)
def test_items(code: str, expected: str) -> None:
    assert expected in shown(code)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('json!({"a": {"b": 1}, "c": null})', "(Entry (Literal 'a') (Record (Entry (Literal 'b') (Literal 1))))"),
        ('json!({"a": {"b": 1}, "c": null})', "(Entry (Literal 'c') (Literal))"),
        ('serde_json::json!({"a": format!("r-{}", n)})', "(Template (Literal 'r-') (Name 'n'))"),
        ('format!("{}-{n}", a)', "(Template (Name 'a') (Literal '-') (Name 'n'))"),
        ("vec![1, 2]", "(Sequence (Literal 1) (Literal 2))"),
        ("G { a: 1, ..Default::default() }", "(Call (Name 'G') (Argument 'a' (Literal 1)))"),
        ("G { a, ..other }", "(Call (Name 'G') (Argument 'a' (Name 'a')) (Argument (Name 'other') True))"),
        ("G::default()", "(Call (Name 'G'))"),
        ('"a".to_string()', "(Assign (Name 'x') (Literal 'a')"),
        ("a?.b.clone()", "(Member (Name 'a') 'b')"),
        ("f().await?", "(Await (Call (Name 'f')))"),
        (
            'e("K").unwrap_or_else(|_| "d".to_string())',
            "(Binary '??' (Call (Name 'e') (Argument (Literal 'K'))) (Literal 'd'))",
        ),
        ("1_000u64 as usize", "(Literal 1000)"),
        ('r#"a "b""#', "(Literal 'a \"b\"')"),
        ('b"abc"', "(Literal 'abc')"),
        ("&mut *a", "(Assign (Name 'x') (Name 'a')"),
        ("!a && b", "(Binary 'and' (Unary 'not' (Name 'a')) (Name 'b'))"),
        ("f::<u8>(1)", "(Call (Name 'f') (Argument (Literal 1)))"),
        ("|a| a + 1", "(Function (Parameter 'a') (Block (Return (Binary '+' (Name 'a') (Literal 1)))))"),
        ("move || async move { f().await }", "(Function (Block (Return (Await (Call (Name 'f'))))))"),
    ],
)
def test_expressions(code: str, expected: str) -> None:
    assert expected in shown(f"fn main() {{ let x = {code}; }}")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "fn f() -> u8 { if a { 1 } else { 2 } }",
            "(If (Name 'a') (Block (Return (Literal 1))) (Block (Return (Literal 2))))",
        ),
        ("fn f() { let v = if a { g(); 1 } else { 2 }; }", "(Assign (Name 'v') (Literal 2))"),
        ("fn f() { h(if a { 1 } else { 2 }); }", "(Conditional (Name 'a') (Literal 1) (Literal 2))"),
        (
            "fn f() { let Some(x) = o else { return Err(e); }; }",
            "(If (Unary 'not' (Name 'x')) (Block (Raise (Name 'e'))))",
        ),
        ("fn f() { if let Some(u) = o { g(u) } }", "(Assign (Name 'u') (Name 'o')) (If (Name 'u')"),
        ("fn f() -> R { Ok(1) }", "(Return (Literal 1))"),
        ("fn f() -> R { Err(e) }", "(Raise (Name 'e'))"),
        ("fn f() { match r { Ok(v) => g(v), Err(_) => return Err(e) } }", "(Raise (Name 'e'))"),
        (
            'fn f() -> u8 { match k { "a" => 1, "b" | "c" => 2, _ => 3 } }',
            "(Binary 'or' (Binary '==' (Name 'k') (Literal 'b'))",
        ),
        ("fn f() { for (a, b) in xs { g(a); } }", "(Loop (Assign"),
        ("fn f() { unsafe { g() } }", "(Call (Name 'g'))"),
        ("fn f() { let (a, b) = g(); }", "(Literal 1)))"),
        ("fn f() { x += 2; }", "(Assign (Name 'x') (Literal 2) '+')"),
        ('fn f() { info!(room = %r, "x"); g(1); }', "(Call (Name 'g') (Argument (Literal 1)))"),
        ('fn f() { strange!(a => "secret"); }', "(Literal 'secret')"),
    ],
)
def test_blocks_and_choices(code: str, expected: str) -> None:
    assert expected in shown(code)


def test_rewritten_macros_keep_their_places() -> None:
    text = 'fn f() { let x = json!({"key": {"inner": "value"}}); }'
    module = parse(text)

    (literal,) = [node for node in _literals(module) if node[0] == "value"]

    assert text[literal[1] : literal[2]] == '"value"'
    assert not module.errors


def _literals(module: Module) -> list[tuple[object, int, int]]:
    from lk_audit.syntax import Literal, walk  # noqa: PLC0415 - used by this helper only

    return [(node.value, node.start, node.end) for node in walk(module) if isinstance(node, Literal)]


@pytest.mark.parametrize(
    "text",
    [
        "fn f() { let x = a" + ".b()" * 3_000 + "; }",
        "fn f() -> u8 { " + "if a { 1 } else " * 1_500 + "{ 2 } }",
        "fn f() { " + "{" * 1_500 + "}" * 1_500 + " }",
        "fn f() { let x = json!(" + '{"a": ' * 400 + "1" + "}" * 400 + "); }",
    ],
)
def test_nesting_of_any_depth_is_read(text: str) -> None:
    assert not parse(text).errors


def test_a_macro_that_breaks_the_file_stays_tokens() -> None:
    module = parse('fn f() { let x = vec![a b c]; g("kept"); }\nfn h() { i(2); }')

    assert "(Literal 'kept')" in outline(module)
    assert "(Literal 2)" in outline(module)
