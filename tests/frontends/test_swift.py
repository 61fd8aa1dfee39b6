"""The Swift frontend."""

from __future__ import annotations

import pytest

from lk_audit.frontends import swift
from lk_audit.source import Source
from lk_audit.syntax import Import, Literal, Module, walk
from tests.damage import pieces
from tests.outlines import outline


def parse(text: str) -> Module:
    return swift.parse(Source.from_text("a.swift", text))


def shown(text: str) -> str:
    module = parse(text)
    assert not module.errors, module.errors
    return outline(module)


SAMPLES = [
    (
        "a dictionary",
        'let p: [String: Any] = ["a": 1, "b": ["c": true]]',
        "(Record (Entry (Literal 'a') (Literal 1)) (Entr",
    ),
    ("an empty dictionary", "let p: [String: Any] = [:]", "(Assign (Name 'p') (Record))"),
    ("a dictionary made of its type", "var p = [String: Any]()", "(Assign (Name 'p') (Record))"),
    ("an item of a dictionary", 'p["a"] = 1', "(Assign (Index (Name 'p') (Literal 'a')) (Literal 1))"),
    ("labels of arguments", "f(1, ttl: 2)", "(Call (Name 'f') (Argument (Literal 1)) (Argument 'ttl' (Literal 2)))"),
    (
        "a closure after a call",
        "f(1) { a in g(a) }",
        "(Argument (Function (Parameter 'a') (Block (Return (Call (Name 'g')",
    ),
    (
        "a closure without names",
        "xs.map { $0 + 1 }",
        "(Function (Parameter '$0') (Parameter '$1') (Block (Return (Binary",
    ),
    (
        "chains with question marks",
        "let x = a?.b?.c(1)!.d",
        "(Member (Call (Member (Member (Name 'a') 'b') 'c') (Argument",
    ),
    (
        "and binds tighter than or",
        "let x = a && b || c",
        "(Binary 'or' (Binary 'and' (Name 'a') (Name 'b')) (Name 'c'))",
    ),
    (
        "a sign belongs to one operand",
        "let x = -5 * 3 + 2",
        "(Binary '+' (Binary '*' (Unary '-' (Literal 5)) (Literal 3))",
    ),
    ("a fallback", 'let x = a["k"] ?? "d"', "(Binary '??' (Index (Name 'a') (Literal 'k')) (Literal 'd'))"),
    (
        "a choice",
        "let x = a == 1 ? 2 : 3",
        "(Conditional (Binary '==' (Name 'a') (Literal 1)) (Literal 2) (Literal 3))",
    ),
    ("values in a string", 'let x = "a\\(b.c)-"', "(Template (Literal 'a') (Member (Name 'b') 'c') (Literal '-'))"),
    ("escapes", 'let x = "\\u{e9}\\t\\""', "(Literal 'é\\t\"')"),
    ("a raw string", 'let x = #"a\\n"#', "(Literal 'a\\\\n')"),
    (
        "values in a raw string",
        'let x = #"{"a":"\\#(b)", 1}"#',
        "(Template (Literal '{\"a\":\"') (Name 'b') (Literal '\", 1}'))",
    ),
    (
        "signs in a raw string",
        'let x = ##"a "# \\##(b) c"##',
        "(Template (Literal 'a \"# ') (Name 'b') (Literal ' c'))",
    ),
    (
        "quotation marks on several lines",
        'let x = """\n  {"a":"\\(b)","c":\\(d)}\n  """',
        "(Template (Literal '{\"a\":\"') (Name 'b') (Literal '\",\"c\":') (Name 'd') (Literal '}'))",
    ),
    ("a string over several lines", 'let x = """\n  a\n  b\n  """', "(Literal 'a\\nb')"),
    ("numbers", "let x = [1_000, 0x10, 0.5]", "(Sequence (Literal 1000) (Literal 16) (Literal 0.5))"),
    ("a member of the type that is due", "f(.host)", "(Argument (Member (Name '_') 'host'))"),
    ("an explicit initialiser", "let x = Foo.init(a: 1)", "(Call (Name 'Foo') (Argument 'a' (Literal 1)))"),
    (
        "a generic type with a member",
        "let s = HMAC<SHA256>.authenticationCode(for: d, using: k)",
        "(Call (Member (Name 'HMAC') 'authenticationCode') (Argument 'for' (Name 'd')) (Argument 'using' (Name 'k')))",
    ),
    ("a generic type that is made", "let h = HMAC<SHA256>(key: k)", "(Call (Name 'HMAC') (Argument 'key' (Name 'k')))"),
    ("text as bytes is the text", "let k = Data(secret.utf8)", "(Call (Name 'Data') (Argument (Name 'secret')))"),
    ("try and await", "let x = try await f()", "(Assign (Name 'x') (Await (Call (Name 'f'))))"),
    ("a conversion is what it converts", "let x = y as! [String: Any]", "(Assign (Name 'x') (Name 'y'))"),
    (
        "a parameter with a label of its own",
        "func f(for id: String, _ b: Int = 2) -> String { id }",
        "(Function 'f' (Parameter 'for') (Parameter 'b' (Literal 2)) (Block (Assign (Name 'id') (Name 'for'))",
    ),
    (
        "members without their receiver",
        'struct C { static let k = "x"; static func f() -> String { return k } }',
        "(Function 'f' (Block (Return (Member (Name 'this') 'k'))))",
    ),
    (
        "a computed property",
        'struct C { var k: String { "x" } }',
        "(Function 'k' (Block (Return (Literal 'x'))) (Name 'ca",
    ),
    (
        "an initialiser",
        "class C { init(k: String) { self.k = k } }",
        "(Function 'constructor' (Parameter 'k') (Block (Ass",
    ),
    (
        "raw values",
        'enum K: String { case a = "x", b }',
        "(Assign (Name 'a') (Literal 'x')) (Assign (Name 'b') (Opaqu",
    ),
    (
        "an extension adds to its type",
        "struct C {}\nextension C { func f() {} }",
        "(DefineClass (Class 'C' (Block (Define (Function 'f' (Block))))))",
    ),
    (
        "what guard declares holds after it",
        "func f() { guard let a = b else { return }; g(a) }",
        "(Assign (Name 'a') (Name 'b')) (If (Unary 'not' (Name 'a')) (Block (Return))) (Evaluate (Call (Name 'g')",
    ),
    (
        "conditions with variables",
        "if let a = b, c > 1 { f(a) } else { g() }",
        "(If (Binary 'and' (Name 'a') (Binary '>'",
    ),
    ("an empty branch", "if a {} else { g() }", "(If (Name 'a') (Block) (Block (Evaluate (Call (Name 'g')))))"),
    ("a choice with a value", "let x = if a { 1 } else { 2 }", "(Conditional (Name 'a') (Literal 1) (Literal 2))"),
    (
        "a switch",
        'switch r { case "a", "b": f()\ndefault: g() }',
        "(If (Binary 'or' (Binary '==' (Name 'r') (Literal 'a')) (Binary '==' (Name 'r') (Literal 'b'))) (Block (Evalu",
    ),
    ("a loop", "for x in xs { f(x) }", "(Loop (Assign (Name 'x') (Each (Name 'xs'))) (Block (Evaluate (Call"),
    (
        "failures",
        "do { try f() } catch let e as E { g(e) } catch { h(error) }",
        "(Try (Block (Evaluate (Call (Name 'f'",
    ),
    (
        "parts of a tuple",
        "let (a, b) = pair",
        "(Assign (Name 'a') (Opaque (Name 'pair'))) (Assign (Name 'b') (Opaque",
    ),
    ("a tuple with names", "let t = (a: 1, b: 2)", "(Record (Entry (Literal 'a') (Literal 1)) (Entry (Literal 'b')"),
]


@pytest.mark.parametrize(("text", "expected"), [item[1:] for item in SAMPLES], ids=[item[0] for item in SAMPLES])
def test_swift_is_lowered_into_the_shared_syntax(text: str, expected: str) -> None:
    assert expected in shown(text)


def test_imports_open_the_namespace_of_a_module() -> None:
    module = parse("import JWTKit\n@testable import App\nimport struct Foundation.Date\n")

    assert [node.module for node in module.body.statements if isinstance(node, Import)] == [
        "JWTKit",
        "App",
        "Foundation",
    ]


def test_positions_are_bytes_of_the_file() -> None:
    source = Source.from_text("a.swift", '// é\nlet x = "«»"\n')

    (literal,) = [node for node in walk(swift.parse(source)) if isinstance(node, Literal)]
    assert source.data[literal.start : literal.end] == '"«»"'.encode()


def test_a_broken_file_still_gives_what_is_whole() -> None:
    module = parse("func f() { mint(room) }\nfunc g( {\n")

    assert module.errors
    assert "(Call (Name 'mint') (Argument (Name 'room')))" in outline(module)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "let x = " + "f(" * 3_000,
        "let x = " + "a." * 5_000 + "b",
        "let x = " + "a && " * 3_000 + "b",
        "func f() {" + "if a {" * 2_000,
        "let x = " + "[" * 3_000,
    ],
)
def test_nesting_of_any_depth_is_read(text: str) -> None:
    assert parse(text).language == "swift"


def test_sources_cut_or_changed_anywhere_never_raise() -> None:
    for piece in pieces([item[1] for item in SAMPLES], ["", "(", "}", '"', ".", "?", "{", "\0"]):
        parse(piece)
