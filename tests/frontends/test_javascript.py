"""What the JavaScript and TypeScript frontend makes of source text."""

from __future__ import annotations

import pytest

from lk_audit.frontends.javascript import parse
from lk_audit.source import Source
from lk_audit.syntax import Assign, Await, Call, Class, Export, Function, Import, Literal, walk
from tests.frontends.javascript_syntax import body, brief, every, module, one, statements, value


class TestDialects:
    @pytest.mark.parametrize(
        ("path", "language"),
        [
            *((f"a/b{suffix}", "javascript") for suffix in (".js", ".jsx", ".mjs", ".cjs")),
            *((f"a/b{suffix}", "typescript") for suffix in (".ts", ".mts", ".cts", ".tsx", ".d.ts")),
        ],
    )
    def test_the_suffix_tells_the_language(self, path: str, language: str) -> None:
        assert module("f()", path).language == language

    def test_javascript_may_hold_markup(self) -> None:
        assert module("x = <a/>", "a.js").has_markup
        assert not module("x = a < b", "a.js").has_markup

    def test_a_type_assertion_is_transparent_in_ts(self) -> None:
        assert brief(value("<string>f()", "a.ts")) == "f()"

    def test_a_script_inside_a_page_keeps_the_positions_of_the_page(self) -> None:
        page = "<b>«é»</b><script>const k: string = 'v' // note\n</script> it's over"
        source = Source.from_text("page.vue", page)
        start, end = source.data.index(b"const"), source.data.index(b"</script>")
        parsed = parse(source, dialect="typescript", parts=[(start, end)])
        (literal,) = every(Literal, parsed)
        assert source.data[literal.start : literal.end] == b"'v'"
        assert [source.data[slice(*span)] for span in parsed.comments] == [b"// note"]
        assert (parsed.errors, parsed.language) == ((), "typescript")


class TestImports:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("import x from 'm'", [("x", "default", False)]),
            ("import * as ns from 'm'", [("ns", None, False)]),
            ("import {a, b as c} from 'm'", [("a", "a", False), ("c", "b", False)]),
            ("import d, {default as e} from 'm'", [("d", "default", False), ("e", "default", False)]),
            ("import {'a b' as c} from 'm' with {type: 'json'}", [("c", "a b", False)]),
            ("import type {A} from 'm'", [("A", "A", True)]),
            ("import type A from 'm'", [("A", "default", True)]),
            ("import {type A, b} from 'm'", [("A", "A", True), ("b", "b", False)]),
            ("import x = require('m')", [("x", None, False)]),
            ("import 'm'", []),
        ],
    )
    def test_every_form_gives_its_names(self, text: str, names: list[tuple[str, str | None, bool]]) -> None:
        statement = one(Import, text)
        assert statement.module == "m"
        assert [(item.local, item.member, item.type_only) for item in statement.names] == names

    def test_require_and_import_calls_stay_calls(self) -> None:
        assert statements("const {a} = require('m'); await import('n')") == [
            "a = require('m').a",
            "await import('n')",
        ]


class TestExports:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("export default f()", ["export default = f()"]),
            ("export default async () => {}", ["export default = function () {}"]),
            ("export default function f() {}", ["function f() {}", "export default = f"]),
            ("export default class extends B {}", ["export default = class (B) {}"]),
            ("export const a = 1, {b} = c", ["a = 1", "b = c.b", "export a = a", "export b = b"]),
            ("export async function GET() {}", ["function GET() {}", "export GET = GET"]),
            ("export class A {}", ["class A() {}", "export A = A"]),
            ("export {a, b as default}", ["export a = a", "export default = b"]),
            ("export {a as b, default as c} from 'm'", ["export b = a from m", "export c = default from m"]),
            ("export * from 'm'", ["export * = - from m"]),
            ("export * as ns from 'm'", ["export ns = - from m"]),
            ("export {type T, a}", ["export a = a"]),
            ("export = f", ["module.exports = f"]),
            ("module.exports = {a}", ["module.exports = {'a': a}"]),
        ],
    )
    def test_every_form_gives_its_exports(self, text: str, expected: list[str]) -> None:
        assert statements(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "export type {T} from 'm'",
            "export type T = {a: 'x'}",
            "export interface I { a(): void }",
            "export declare const x: string",
        ],
    )
    def test_types_leave_nothing(self, text: str) -> None:
        assert statements(text) == []

    def test_an_exported_name_is_read_after_its_declaration(self) -> None:
        text = "export const POST = f()"
        parsed = module(text)
        (assign,) = every(Assign, parsed)
        (export,) = every(Export, parsed)
        assert export.local is not None
        assert export.local.start >= assign.end


class TestDirectives:
    def test_leading_strings_of_the_module_are_directives(self) -> None:
        parsed = module("#!/usr/bin/env node\n// note\n'use client'\n\"use strict\";\nf('other')\n'late'")
        assert parsed.directives == ("use client", "use strict")

    def test_a_directive_of_a_function_is_a_statement_of_it(self) -> None:
        assert statements("async function f() { 'use server'; g() }") == ["function f() {'use server'; g()}"]


class TestDeclarations:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("const a = 1, b = 2", ["a = 1", "b = 2"]),
            ("let a", ["a = ?()"]),
            ("const {a: x = 1} = e", ["x = (e.a ?? 1)"]),
            ("const {a, 'b-c': d, [k]: f} = e", ["a = e.a", "d = e.b-c", "f = e[k]"]),
            ("const {a: {b, c}, ...r} = e.f", ["b = e.f.a.b", "c = e.f.a.c", "r = {...e.f}"]),
            ("const [a, , b = 2, ...r] = e", ["a = e[0]", "b = (e[2] ?? 2)", "r = ?(e)"]),
            ("const [{a}, [b]] = e", ["a = e[0].a", "b = e[1][0]"]),
            ("[a, b.c] = [b, a]", ["#0 = [b, a]", "a = #0[0]", "b.c = #0[1]"]),
            ("({a, b: c.d} = e)", ["a = e.a", "c.d = e.b"]),
        ],
    )
    def test_each_name_is_assigned(self, text: str, expected: list[str]) -> None:
        assert statements(text) == expected

    def test_what_is_destructured_is_evaluated_once(self) -> None:
        parsed = module("const {a, b: {c, d}} = await f('x')")
        assert len(every(Call, parsed)) == 1
        nodes = list(walk(parsed))
        assert len(nodes) == len({id(node) for node in nodes})
        assert [brief(item) for item in parsed.body.statements] == [
            "#6 = await f('x')",
            "a = #6.a",
            "c = #6.b.c",
            "d = #6.b.d",
        ]

    def test_types_become_annotations(self) -> None:
        found = every(Assign, module("let a: string = x, b: A.B<C> = y, c: D<E>, d: {e: 1} | null"))
        assert [brief(item.annotation) for item in found] == ["string", "A.B", "D", "?()"]

    def test_enums_are_records(self) -> None:
        assert statements("enum E {A, B = 5, C, D = 'x', F, 'g h' = -2, I}") == [
            "E = {'A': 0, 'B': 5, 'C': 6, 'D': 'x', 'F': ?(), 'g h': (- 2), 'I': -1}"
        ]

    def test_what_only_the_compiler_sees_is_dropped(self) -> None:
        text = "interface I {a: 'x'} type T = 'y'; declare const k: string; declare function f(): void;"
        assert statements(text) == []

    def test_namespaces_are_blocks(self) -> None:
        assert statements("namespace A.B { const k = 1 } declare module 'm' { const z = 2 }") == ["{k = 1}", "{z = 2}"]


class TestFunctions:
    def test_an_expression_body_is_one_return(self) -> None:
        function = one(Function, "const f = async x => g(x)")
        assert (brief(function), function.is_async) == ("function (x) {return g(x)}", True)

    @pytest.mark.parametrize(
        "text", ["async function f() {}", "x = {async f() {}}", "class A { static async *f() {} }"]
    )
    def test_async_is_seen(self, text: str) -> None:
        assert one(Function, text).is_async

    def test_parameters_have_defaults_kinds_and_types(self) -> None:
        function = one(Function, "function f(this: X, a: string = 'd', b?: Room, ...rest: any[]) {}")
        found = [(item.name, brief(item.default), brief(item.annotation), item.kind) for item in function.parameters]
        assert found == [("a", "'d'", "string", "plain"), ("b", "-", "Room", "plain"), ("rest", "-", "?()", "rest")]

    @pytest.mark.parametrize("path", ["a.js", "a.ts"])
    def test_a_destructured_parameter_is_assigned_at_the_start_of_the_body(self, path: str) -> None:
        function = one(Function, "(a, {b, c: d = 1} = {}, [e]) => g(b)", path)
        assert [(item.name, brief(item.default)) for item in function.parameters] == [
            ("a", "-"),
            ("#1", "{}"),
            ("#2", "-"),
        ]
        assert brief(function.body) == "{b = #1.b; d = (#1.c ?? 1); e = #2[0]; return g(b)}"

    def test_generators_hand_out_what_they_yield(self) -> None:
        assert statements("function* f() { const a = yield 1; yield* g() }") == [
            "function f() {a = ?(return 1); ?(return g())}"
        ]


class TestClasses:
    def test_methods_are_definitions_and_fields_assignments(self) -> None:
        text = """class A extends B.C {
            #key = 'k'; static n = 1; 'q r' = 2; [c] = 3; plain;
            constructor() { super() }
            static m() {} get v() { return this.#key } [Symbol.iterator]() {}
            static { f() }
        }"""
        expected = (
            "class A(B.C) {#key = 'k'; n = 1; q r = 2; ?(c) = 3; plain = ?(); function constructor() {super()}; "
            "function m() {}; function v() {return this.#key}; Symbol.iterator; function () {}; {f()}}"
        )
        assert [brief(item) for item in body(text, "a.js")] == [expected]
        assert [brief(item) for item in body(text, "a.ts")] == [expected]

    @pytest.mark.parametrize("path", ["a.js", "a.ts"])
    def test_decorators_stay_with_what_they_decorate(self, path: str) -> None:
        text = "@Controller('api') export class A { @Get('x') @Use(G) async f() {} @Inject(T) field; }"
        (definition,) = every(Class, module(text, path))
        (function,) = every(Function, definition)
        assert [brief(item) for item in definition.decorators] == ["Controller('api')"]
        assert [brief(item) for item in function.decorators] == ["Get('x')", "Use(G)"]
        assert [brief(item) for item in definition.body.statements[1:]] == ["Inject(T)", "field = ?()"]

    def test_decorators_of_a_parameter_are_part_of_its_annotation(self) -> None:
        function = one(Function, "class A { f(@Body() dto: Dto, @Query('r') q) {} }")
        assert [brief(item.annotation) for item in function.parameters] == ["?(Body(), Dto)", "?(Query('r'))"]

    def test_parameter_properties_are_fields(self) -> None:
        function = one(Function, "class A { constructor(private readonly a: B, c) { f() } }", "a.ts")
        assert brief(function) == "function constructor(a, c) {this.a = a; f()}"


class TestExpressions:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a?.b?.[c]?.(d)", "a.b[c](d)"),
            ("new A<B>(1, ...c)", "new A(1, ...c)"),
            ("new A", "new A()"),
            ("f<string>('x')", "f('x')"),
            ("a && b || !c", "((a and b) or (not c))"),
            ("a === b !== c", "((a == b) != c)"),
            ("a ?? b ** -c", "(a ?? (b ** (- c)))"),
            ("typeof a", "(typeof a)"),
            ("a ? b : c", "(a ? b : c)"),
            ("(a, b)", "?(a, b)"),
            ("((a as B)! satisfies C)", "a"),
            ("b = c", "b = c"),
            ("await f()", "await f()"),
            ("null", "None"),
            ("undefined", "undefined"),
            ("/a'b/g", "?()"),
            ("import.meta.env.KEY", "import.meta.env.KEY"),
            ("process.env['KEY']", "process.env['KEY']"),
            ("[1, ...a]", "[1, ...a]"),
            ("{a, 'b': 1, [c]: 2, 3: 4, ...d}", "{'a': a, 'b': 1, c: 2, '3': 4, ...d}"),
            ("{async GET(q) {}, get e() { return 1 }}", "{'GET': function GET(q) {}, 'e': function e() {return 1}}"),
            ("function g() {}", "function g() {}"),
            ("class G {}", "class G() {}"),
            ("`a${b}c\\n`", "`'a' b 'c\\n'`"),
            ("`a\\tb`", "'a\\tb'"),
            ("tag`a${b}`", "tag(`'a' b`)"),
            ("tag`a`", "tag(`'a'`)"),
            ("a /* why */ + /* how */ b", "(a + b)"),
        ],
    )
    def test_each_becomes_its_node(self, text: str, expected: str) -> None:
        assert brief(value(text)) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [("a += 1", "a += 1"), ("a ||= b", "a or= b"), ("a ??= b", "a ??= b"), ("a++", "a += 1"), ("--a", "a -= 1")],
    )
    def test_augmented_assignments_keep_their_operator(self, text: str, expected: str) -> None:
        assert statements(text) == [expected]

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            (r"'a\n\t\'\"\\'", "a\n\t'\"\\"),
            (r'"\x41\u0042\u{1F600}"', "AB\U0001f600"),
            (r'"\uD83D\uDE00"', "\U0001f600"),
            (r'"\uD83D!"', "\ufffd!"),
            (r'"\u{FFFFFFFFFF}"', "\ufffd"),
            (r"'\0\101\q'", "\0Aq"),
            ("'a\\\nb'", "ab"),
            ("''", ""),
            ("'«é»'", "«é»"),
        ],
    )
    def test_strings_have_their_escapes_resolved(self, written: str, meant: str) -> None:
        literal = every(Literal, module(f"x = {written}", "a.js"))[0]
        assert literal.value == meant

    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            *[("0", 0), ("3600", 3600), ("1_000", 1000), ("0x1F", 31), ("0o17", 15), ("0b101", 5), ("10n", 10)],
            *[("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("017", 15), ("089", 89)],
            *[("0xFFn", 255), ("9" * 9000, float("inf")), ("1e999", float("inf"))],
        ],
    )
    def test_numbers_of_all_notations(self, written: str, meant: float) -> None:
        found = value(written, "a.js")
        assert isinstance(found, Literal)
        assert (found.value, type(found.value)) == (meant, type(meant))


class TestMarkup:
    def test_elements_have_attributes_and_children(self) -> None:
        text = """<Foo.Bar a="1 &amp; \\n" b={c} d {...p} data-e=<i/>>
            <Y /> text &lt; {z} {/* nothing */} {...kids} <></>
        </Foo.Bar>"""
        assert brief(value(text)) == (
            r"<Foo.Bar a='1 & \\n' b=c d=True ...p data-e=<i></>><Y></> 'text' '<' z ...kids <></></>"
        )

    def test_the_module_knows_that_it_has_markup(self) -> None:
        assert module("x = () => <A/>").has_markup
        assert not module("x = 1").has_markup


class TestStatements:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("if (a) b(); else if (c) { d() } else e()", "if a {b()} else {if c {d()} else {e()}}"),
            ("for (const [k, v] of xs) f()", "loop (#11 = each(xs); k = #11[0]; v = #11[1]) {f()}"),
            ("for (const k in o) f()", "loop (k = each(o)) {f()}"),
            ("for (let i = 0; i < n; i++) f()", "loop (i = 0; (i < n); i += 1) {f()}"),
            ("for (;;) ;", "loop () {}"),
            ("while (a) { b() }", "loop (a) {b()}"),
            ("do b(); while (a)", "loop (a) {b()}"),
            ("try { a() } catch (e) { b() } finally { c() }", "try {a()} {b()} {c()}"),
            ("throw new E('x')", "raise new E('x')"),
            ("l: for (const a of b) { break l }", "loop (a = each(b)) {}"),
            ("{ const a = 1 }", "{a = 1}"),
        ],
    )
    def test_each_becomes_its_node(self, text: str, expected: str) -> None:
        assert statements(text) == [expected]

    def test_switch_is_nested_ifs_with_default_last(self) -> None:
        text = "switch (a) { case 1: f(); break; default: g(); break; case 'x': { return h() } }"
        assert statements(f"function m() {{ {text} }}") == [
            "function m() {if (a == 1) {f()} else {if (a == 'x') {{return h()}} else {g()}}}"
        ]

    def test_cases_that_fall_through_are_one(self) -> None:
        assert statements("switch (a) { case 1: case 2: f(); case 3: g(); break; case 4: h() }") == [
            "if (((a == 1) or (a == 2)) or (a == 3)) {f(); g()} else {if (a == 4) {h()}}"
        ]

    def test_the_subject_of_a_switch_is_evaluated_once(self) -> None:
        assert statements("switch (a()) { case 1: f(); break; case 2: g() }") == [
            "#8 = a()",
            "if (#8 == 1) {f()} else {if (#8 == 2) {g()}}",
        ]


class TestComments:
    def test_spans_are_whole(self) -> None:
        text = "// one\n/** two\n  * three\n  */\nf(a /* four */);\ninterface I { /// five\n a: 1 }"
        source = Source.from_text("a.ts", text)
        found = parse(source).comments
        first, second, *rest = (source.data[slice(*span)] for span in found)
        assert (first, second) == (b"// one", b"/** two\n  * three\n  */")
        assert rest == [b"/* four */", b"/// five"]


class TestPlaces:
    def test_spans_are_byte_offsets_and_include_quotes(self) -> None:
        source = Source.from_text("a.ts", "const ü = '€'; const k = f(`ä${b}ö`, 'end');")
        texts = [source.data[item.start : item.end].decode() for item in every(Literal, parse(source))]
        assert texts == ["'€'", "ä", "ö", "'end'"]
        (call,) = every(Call, parse(source))
        assert source.data[call.start : call.end].decode() == "f(`ä${b}ö`, 'end')"


def test_an_awaited_call_with_type_arguments_is_awaited_after_the_call() -> None:
    (statement,) = body("body = await request.json<{ room: string }>();", "a.ts")

    assert isinstance(statement, Assign)
    assert isinstance(statement.value, Await)
    assert isinstance(statement.value.operand, Call)
