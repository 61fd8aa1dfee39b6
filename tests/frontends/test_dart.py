"""The Dart frontend."""

from __future__ import annotations

import pytest

from lk_audit.frontends import dart
from lk_audit.source import Source
from lk_audit.syntax import Call, Import, Literal, Module, walk
from tests.damage import pieces
from tests.outlines import outline


def parse(text: str) -> Module:
    return dart.parse(Source.from_text("a.dart", text))


def shown(text: str) -> str:
    module = parse(text)
    assert not module.errors, module.errors
    return outline(module)


SAMPLES = [
    ("what follows an expression", "var x = a.b(1)!['k']?.c;", "(Member (Index (Call (Member (Name 'a') 'b')"),
    (
        "arguments by name",
        "var x = f(1, ttl: 2);",
        "(Call (Name 'f') (Argument (Literal 1)) (Argument 'ttl' (Literal 2)))",
    ),
    ("a constant construction", "var d = const Duration(hours: 6);", "(Call (Name 'Duration') (Argument 'hours' (Lite"),
    ("a construction with new", "var d = new j.Foo.named(1);", "(Call (Member (Member (Name 'j') 'Foo') 'named') (Arg"),
    ("and binds tighter than or", "var x = a && b || c;", "(Binary 'or' (Binary 'and' (Name 'a') (Name 'b')) (Name"),
    ("or binds tighter than a choice", "var x = a || b ? c : d;", "(Conditional (Binary 'or' (Name 'a') (Name 'b')) ("),
    ("a fallback after a sum", "var x = a + 1 ?? b;", "(Binary '??' (Binary '+' (Name 'a') (Literal 1)) (Name 'b'))"),
    ("differences from the left", "var x = a - b - c;", "(Binary '-' (Binary '-' (Name 'a') (Name 'b')) (Name 'c'))"),
    ("whole division", "var x = a ~/ 1000;", "(Binary '//' (Name 'a') (Literal 1000))"),
    ("strings side by side", "var x = 'a' \"b\" r'c\\n';", "(Assign (Name 'x') (Literal 'abc\\\\n'))"),
    ("values in a string", "var x = '$a-${b.c}';", "(Template (Name 'a') (Literal '-') (Member (Name 'b') 'c'))"),
    ("a string over several lines", "var x = '''\nkey\n''';", "(Literal 'key\\n')"),
    ("a quote in the other quotes", "var x = 'a\"b' \"c'd\";", "(Literal 'a\"bc\\'d')"),
    ("a call with a type", "var x = f(g<A>(1));", "(Argument (Call (Name 'g') (Argument (Literal 1))))"),
    (
        "a call with a type and a name",
        "var x = g<A>(k: 1).b;",
        "(Member (Call (Name 'g') (Argument 'k' (Literal 1))) 'b')",
    ),
    (
        "a call with a type that is awaited",
        "f() async { var x = await g.h<A>('k'); }",
        "(Await (Call (Member (Name 'g') 'h')",
    ),
    (
        "comparisons",
        "var x = a > (b) && c < d;",
        "(Binary 'and' (Binary '>' (Name 'a') (Name 'b')) (Binary '<' (Name 'c')",
    ),
    ("escapes", "var x = '\\u00e9\\u{1F3A5}\\t\\$';", "(Literal 'é🎥\\t$')"),
    ("an entry that may be missing", "var m = {'a': 1, if (n != null) 'b': n};", "(Entry (Binary 'and' (Binary '!=' "),
    ("a spread entry", "var m = {...a, ...?b};", "(Record (Entry (Name 'a')) (Entry (Name 'b')))"),
    ("a set", "var s = <int>{1, 2};", "(Sequence (Literal 1) (Literal 2))"),
    ("an empty map", "var m = <String, dynamic>{};", "(Assign (Name 'm') (Record))"),
    (
        "a list with a choice",
        "var l = [1, if (a) 2 else 3];",
        "(Spread (Conditional (Name 'a') (Sequence (Literal 2)) ",
    ),
    (
        "a cascade after a construction",
        "void f() { final t = T(k)..ttl = 5..add(g); }",
        "(Assign (Member (Name 't') 'ttl') (Literal 5)) (Evaluate (Call (Member (Name 't') 'add') (Argument (Name 'g')",
    ),
    (
        "a cascade in an expression",
        "var x = (T()..a()).b();",
        "(Member (Call (Function (Block (Assign (Name '#9') (Call",
    ),
    (
        "members without their receiver",
        "class C { static const k = 'x'; String f() => k; }",
        "(Define (Function 'f' (Block (Return (Member (Name 'this') 'k')))))",
    ),
    (
        "a parameter hides a member",
        "class C { final k = 'x'; String f(String k) => k; }",
        "(Function 'f' (Parameter 'k') (Block (Return (Name 'k'))))",
    ),
    (
        "a constructor that stores its parameters",
        "class C { final String k; C(this.k, {required int t}) : n = t; }",
        "(Assign (Member (Name 'this') 'k') (Name 'k')) (Assign (Member (Name 'this') 'n') (Name 't'))",
    ),
    (
        "a factory",
        "class C { factory C.of(int a) => C(a); }",
        "(Function 'of' (Parameter 'a') (Block (Return (Call (Name",
    ),
    (
        "a default of a named parameter",
        "void f({int ttl = 60}) {}",
        "(Function 'f' (Parameter 'ttl' (Literal 60)) (Block",
    ),
    (
        "a getter of a class",
        "class C { String get k => 'x'; }",
        "(Function 'k' (Block (Return (Literal 'x'))) (Name 'cach",
    ),
    (
        "a getter outside a class",
        "String get k => 'x';",
        "(Assign (Name 'k') (Call (Function (Block (Return (Literal 'x'",
    ),
    (
        "an enum with values",
        "enum R { host('h'); const R(this.v); final String v; }",
        "(Assign (Name 'host') (Call (Nam",
    ),
    (
        "a switch",
        "void f() { switch (r) { case 'a': case 'b': g(); break; default: h(); } }",
        "(If (Binary 'or' (Binary '==' (Name 'r') (Literal 'a')) (Binary '==' (Name 'r') (Literal 'b'))) (Block (Evalu",
    ),
    (
        "a switch with a value",
        "var x = switch (r) { 'a' => 1, _ => 2 };",
        "(Conditional (Binary '==' (Name 'r') (Literal 'a')) (Literal 1) (Literal 2))",
    ),
    (
        "names taken from a record",
        "void f() { final (:a, b: c) = r; }",
        "(Assign (Name 'c') (Member (Name 'r') 'b'))",
    ),
    (
        "a value that is tested and bound",
        "void f() { if (j case final v?) g(v); }",
        "(Assign (Name 'v') (Name 'j'))",
    ),
    (
        "a loop over a list",
        "void f() { for (final x in xs) g(x); }",
        "(Loop (Assign (Name 'x') (Each (Name 'xs')))",
    ),
    (
        "handlers of failures",
        "void f() { try { a(); } on E catch (e) { b(); } finally { c(); } }",
        "(Try (Block (Evaluate (Call (Name 'a')))) (Block (Assign (Name 'e') (Opaque)) (Evaluate (Call (Name",
    ),
    (
        "an annotation",
        "@Route.get('/t') Response t(Request r) => x;",
        "(Call (Member (Name 'Route') 'get') (Argument (L",
    ),
    ("a function in a function", "void f() { int g(int a) => a; }", "(Block (Define (Function 'g' (Parameter 'a')"),
    ("a type test keeps what it tests", "var x = a.b is String;", "(Opaque (Member (Name 'a') 'b'))"),
    ("a conversion is what it converts", "var x = j['a'] as String?;", "(Assign (Name 'x') (Index (Name 'j') (Literal"),
]


@pytest.mark.parametrize(("text", "expected"), [item[1:] for item in SAMPLES], ids=[item[0] for item in SAMPLES])
def test_dart_is_lowered_into_the_shared_syntax(text: str, expected: str) -> None:
    assert expected in shown(text)


def test_imports_open_a_namespace_unless_they_name_what_they_take() -> None:
    module = parse("import 'package:a/a.dart';\nimport 'b.dart' as b;\nimport 'c.dart' show C, D hide E;\n")

    found = [
        (node.module, [(item.local, item.member) for item in node.names])
        for node in module.body.statements
        if isinstance(node, Import)
    ]
    assert found == [
        ("package:a/a.dart", [("*", "*")]),
        ("b.dart", [("b", None)]),
        ("c.dart", [("C", "C"), ("D", "D")]),
    ]


def test_positions_are_bytes_of_the_file() -> None:
    source = Source.from_text("a.dart", "// é\nvar x = '«»';\n")

    (literal,) = [node for node in walk(dart.parse(source)) if isinstance(node, Literal)]
    assert source.data[literal.start : literal.end] == "'«»'".encode()


def test_comments_are_kept_without_their_marks() -> None:
    text = "/// why\n// how\nvar x; /* that */\n"
    assert [text[slice(*span)].rstrip() for span in parse(text).comments] == ["/// why", "// how", "/* that */"]


def test_a_broken_file_still_gives_what_is_whole() -> None:
    module = parse("String f() { return mint(room); }\nclass C { void g( {\n")

    assert module.errors
    assert "(Call (Name 'mint') (Argument (Name 'room')))" in outline(module)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20_000,
        "var x = " + "f(" * 5_000,
        "var x = " + "a." * 9_000 + "b;",
        "var x = " + "a && " * 9_000 + "b;",
        "var x = " + "a ? b : " * 3_000 + "c;",
        "var x = a" + "..b()" * 5_000 + ";",
        "var x = [" + "if (a) " * 3_000 + "1];",
        "void f() {" + "if (a) {" * 3_000,
    ],
)
def test_nesting_of_any_depth_is_read(text: str) -> None:
    assert parse(text).language == "dart"


def test_sources_cut_or_changed_anywhere_never_raise() -> None:
    for piece in pieces([item[1] for item in SAMPLES], ["", "(", "}", "'", "..", "?", "=>", "\0"]):
        parse(piece)


def test_the_calls_of_a_cascade_stand_where_they_are_written() -> None:
    text = "void f() { final t = T(k)..add(g); }"

    call = next(
        node
        for node in walk(parse(text))
        if isinstance(node, Call) and len(node.arguments) == 1 and outline(node.arguments[0].value) == "(Name 'g')"
    )
    assert text[call.start : call.end] == "..add(g)"
