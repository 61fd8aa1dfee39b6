"""The Kotlin frontend."""

from __future__ import annotations

import gc

import pytest

from lk_audit import frontends
from lk_audit.frontends import kotlin
from lk_audit.source import Source
from lk_audit.syntax import Document, Module
from tests.outlines import outline

SECRET = 'livekitSecret = "q7Zp2mVx9LkR4tYb6NcW8sHd3JfG5uAe1QoTiXyBvMa"\n'


def parse(text: str) -> Module:
    parsed = kotlin.parse(Source.from_text("Main.kt", text))
    assert isinstance(parsed, Module)
    return parsed


def shown(text: str) -> str:
    return outline(parse(text))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("class A(private val s: String) { fun f() = g(s) }", "(Argument (Member (Name 'this') 's'))"),
        ("class A(s: String) { val t = g(s) }", "(Argument (Member (Name 'this') 's'))"),
        ('class A(val s: String = "x")', "(Function 'constructor' (Parameter 's' (Literal 'x'))"),
        ("class A {\n companion object { const val T = 1 }\n}", "(Class 'A' (Block (Assign (Name 'T') (Literal 1))))"),
        ("object A { val T = 1 }", "(Class 'A' (Block (Assign (Name 'T') (Literal 1))))"),
        ("class A { val t: Int get() = 1 }", "(Define (Function 't' (Block (Return (Literal 1))) (Name 'getter')))"),
        ("class A { val t by lazy { 1 } }", "(Assign (Name 't') (Call (Function (Block (Return (Literal 1))))))"),
        ("enum class E(val n: Int) { A(1), B(2) }", "(Assign (Name 'B') (Call (Name 'E') (Argument (Literal 2))))"),
        (
            'class A(@Value("\\${k}") val s: String)',
            "(Parameter 's' (Call (Name 'Value') (Argument (Literal '${k}'))))",
        ),
        (
            '@RestController\n@RequestMapping("/api")\nclass A { val x = 1 }',
            "(Call (Name 'RequestMapping') (Argument (Literal '/api')))",
        ),
        ("fun interface F {\n fun f()\n}\nval x = mint()", "(Assign (Name 'x') (Call (Name 'mint')))"),
        ("interface I { fun f(): Int }", "(Return (Opaque))"),
    ],
)
def test_members_and_annotations_of_classes(code: str, expected: str) -> None:
    module = parse(code)

    assert expected in outline(module), outline(module)
    assert not module.errors


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('mapOf("a" to 1)', "(Record (Entry (Literal 'a') (Literal 1)))"),
        ('mapOf<String, Any>("a" to 1)', "(Record (Entry (Literal 'a') (Literal 1)))"),
        ('buildJsonObject { put("a", 1) }', "(Record (Entry (Literal 'a') (Literal 1)))"),
        ('listOf<String>("a")', "(Sequence (Literal 'a'))"),
        ("JSONObject()", "(Record)"),
        ("x!!.y", "(Member (Name 'x') 'y')"),
        ("x as String", "(Name 'x')"),
        ("a ?: b", "(Binary '??' (Name 'a') (Name 'b'))"),
        ("24.hours", "(Member (Literal 24) 'hours')"),
        ('"room-${a.b}\\$"', "(Template (Literal 'room-') (Member (Name 'a') 'b') (Literal '$'))"),
        ('"""{"a": "$b"}"""', "(Template (Literal '{\"a\": \"') (Name 'b') (Literal '\"}'))"),
        (
            "when (r) { 1 -> 2\n else -> 3 }",
            "(Conditional (Binary '==' (Name 'r') (Literal 1)) (Literal 2) (Literal 3))",
        ),
        ("try { f() } catch (e: E) { null }", "(Try (Block (Return (Call (Name 'f'))))"),
        ("f { it.x }", "(Function (Parameter 'it') (Block (Return (Member (Name 'it') 'x'))))"),
    ],
)
def test_expressions(code: str, expected: str) -> None:
    text = shown(f"val v = {code}")

    assert expected in text, text


def test_a_scope_function_is_a_function_of_what_it_is_called_on() -> None:
    text = shown("val t = T().apply {\n a = 1\n this.b = 2\n add(c)\n}")

    receiver = text.partition("(Parameter '")[2].partition("'")[0]
    assert receiver.startswith("#this")
    for wanted in (
        f"(Assign (Member (Name '{receiver}') 'a') (Literal 1))",
        f"(Assign (Member (Name '{receiver}') 'b') (Literal 2))",
        f"(Call (Member (Name '{receiver}') 'add') (Argument (Name 'c')))",
        f"(Return (Name '{receiver}'))",
        "(Argument (Call (Name 'T')))",
    ):
        assert wanted in text, text


def test_in_a_scope_function_what_the_file_declares_is_not_the_receivers() -> None:
    text = shown("fun add(x: Int) {}\nval t = T().apply { add(1) }")

    assert "(Call (Name 'add') (Argument (Literal 1)))" in text


def test_a_way_out_behind_a_question_is_a_test() -> None:
    text = shown("fun f() { val x = g() ?: return }")

    assert "(Assign (Name 'x') (Call (Name 'g'))) (If (Binary '==' (Name 'x') (Literal)) (Block (Return)))" in text


def test_an_error_is_raised() -> None:
    assert "(Raise (Literal 'x'))" in shown('fun f() { error("x") }')


def test_a_broken_file_still_gives_what_is_whole() -> None:
    module = parse("fun f() { mint(room) }\nfun g( {\n")

    assert module.errors
    assert "(Call (Name 'mint') (Argument (Name 'room')))" in outline(module)


def test_what_is_hardly_kotlin_is_read_as_text_in_bounded_time() -> None:
    source = Source.from_text("a.kt", SECRET + "a } " * 50_000)

    (parsed,) = frontends.parse(source)

    assert isinstance(parsed, Document)
    assert parsed.pairs
    assert parsed.errors


@pytest.mark.parametrize(
    "text",
    ["(" * 20_000, "{" * 20_000, "val x = " + "f(" * 5_000, "class A {" * 3_000, "if (a) b else " * 3_000, '"' * 9_001],
)
def test_nesting_of_any_depth_is_read(text: str) -> None:
    assert frontends.parse(Source.from_text("Main.kt", text))


def test_a_text_that_the_parser_goes_on_with_at_one_place_leaves_little_in_memory() -> None:
    """The parser keeps what it is given: for each of ten thousand looks at the same place it must be the same."""
    source = Source.from_text("a.kt", "{ e\n" + "]]import a.b.c/post\n" * 20)
    frontends.parse(source)
    before = _number_of_views()

    (parsed,) = frontends.parse(source)

    assert isinstance(parsed, Document)
    assert _number_of_views() - before < 100


def _number_of_views() -> int:
    gc.collect()
    return sum(isinstance(item, memoryview) for item in gc.get_objects())
