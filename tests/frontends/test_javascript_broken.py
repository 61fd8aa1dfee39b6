"""JavaScript and TypeScript that is broken, nested without end, or cut to pieces."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lk_audit.frontends.javascript import parse
from lk_audit.source import Source
from lk_audit.syntax import Binary, Call, Import, Literal, walk
from tests.frontends.javascript_syntax import brief, every, module


class TestBrokenText:
    def test_the_span_is_recorded_and_what_is_inside_still_counts(self) -> None:
        parsed = module("f('a' 'lost'); const k = 'kept';", "a.js")
        assert parsed.errors
        assert {item.value for item in every(Literal, parsed)} == {"a", "lost", "kept"}

    def test_a_file_that_ends_early_keeps_its_statements(self) -> None:
        parsed = module("import {A} from 'm'\nexport function f() {\n const t = new A('k', {ttl: 5});\n", "a.ts")
        assert parsed.errors
        assert [brief(item) for item in every(Call, parsed)] == ["new A('k', {'ttl': 5})"]
        assert len(every(Import, parsed)) == 1

    @pytest.mark.parametrize("after", ["", "\nfunction f() {}"])
    def test_a_call_that_is_not_closed_is_still_a_call(self, after: str) -> None:
        parsed = module("const t = new A('k', g(1), {ttl: 5}" + after, "a.js")
        assert parsed.errors
        calls = [brief(item) for item in every(Call, parsed)]
        assert any(call.startswith("new A('k', g(1), {'ttl': 5}") for call in calls)

    def test_the_structure_around_an_error_survives(self) -> None:
        parsed = module("const t = new A(key, @@ {ttl: 5});", "a.js")
        assert parsed.errors
        assert any(isinstance(item, Call) and item.is_new for item in walk(parsed))

    @pytest.mark.parametrize("text", ["x = 'lost", r"x = 'lost \xZZ'"])
    def test_broken_strings_keep_their_text(self, text: str) -> None:
        parsed = module(text, "a.js")
        assert parsed.errors
        assert "lost" in "".join(str(item.value) for item in every(Literal, parsed))

    def test_spans_of_missing_tokens_are_recorded(self) -> None:
        assert module("f(a", "a.js").errors


DEEP = 100_000


NESTED = {
    "parentheses": "(" * DEEP + "1" + ")" * DEEP,
    "arrays": "[" * DEEP + "1" + "]" * DEEP,
    "unclosed parentheses": "(" * DEEP,
    "unclosed braces": "{" * DEEP,
    "negations": "!" * DEEP + "a",
    "assignments": "a=" * DEEP + "1",
    "sums": "+".join(["a"] * 5000),
    "builder chains": "a" + ".b('c')" * 2000,
    "alternatives": "a?b:" * 20_000 + "c",
    "else-if chains": "if(a){b}else " * 5000 + "{}",
    "functions": "function f(){" * 5000 + "}" * 5000,
    "arrows": "a=>" * 20_000 + "1",
    "templates": "`${" * 5000 + "1" + "}`" * 5000,
    "patterns": "let " + "[" * 20_000 + "a" + "]" * 20_000 + "=b",
    "object patterns": "let " + "{c,a:" * 5000 + "a" + "}" * 5000 + "=b",
    "switches": "switch(a()){case 1:" * 5000 + "}" * 5000,
    "wide switches": "switch(a){" + "".join(f"case {number}: f();break;" for number in range(5000)) + "}",
    "elements": "<a>" * 5000 + "</a>" * 5000,
    "broken calls": "foo(a b, " * 5000,
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED.keys())
def test_nesting_of_any_depth_is_read_in_time(text: str) -> None:
    started = time.perf_counter()
    parsed = module(text)
    assert time.perf_counter() - started < 10  # generous: it takes a second at most, and quadratic work minutes
    assert sum(1 for _ in walk(parsed)) > 1


def test_a_long_chain_keeps_every_link() -> None:
    assert len(every(Call, module(NESTED["builder chains"]))) == 2000
    assert len(every(Binary, module(NESTED["sums"]))) == 4999


RICH = """'use client'
import x, { type A, b as c } from 'm'; import y = require('z'); import * as n from "n";
export default async function f(this: X, {a: z = 1, b, ...r}: P = {}, @Body() q?: string, ...rest: any[]) {}
export const k = 1, {l: [m, , o = 2, ...p]} = await q(); export { a as d } from 'e'; export * from 'g';
@Controller('a') export class K<T> extends Foo.Bar<T> implements I {
  static #p: number = 1; 'str' = 3; [comp] = 4; @Inject(Q) dd: string;
  constructor(private readonly svc: S) { super(); }
  @Get('x') async get(@Query('r') r: string) { return this.#p ?? `a${r}\\u{41}b`; }
  static { init() } arrow = async (x) => x?.[1]?.(2)!.y as Z;
}
switch (a()) { case 1: case 2: f(); break; default: g(); case 3: { h(); } }
const e = <Foo.Bar a="1" b={c} d {...p}><Y /> text {z} &lt; {/* c */}<></>{...kids}</Foo.Bar>;
for (const [k, v] of xs) { try { f(/re/g, 0x1F) } catch { } finally { g(...h) } }
if (a) b++; else if (c) ({d, e} = f); else while (1) do { x ||= 10n } while (y);
enum E { A, B = 'x', C } namespace N.M { const q = { async GET() {}, get v() { return 1 }, ...w, [t]: u } }
"""


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(RICH)), st.integers(0, len(RICH)), st.sampled_from(["a.js", "a.ts", "a.tsx"]), st.booleans())
def test_a_piece_cut_out_of_a_program_never_raises(one_end: int, other_end: int, path: str, whole: bool) -> None:
    start, end = (0, one_end) if whole else sorted((one_end, other_end))
    source = Source.from_text(path, RICH[start:end])
    nodes = list(walk(parse(source)))
    assert all(0 <= node.start <= node.end <= len(source.data) for node in nodes)
    assert len(nodes) == len({id(node) for node in nodes})


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(RICH.split()), max_size=40).map(" ".join), st.sampled_from(["a.js", "a.ts", "a.tsx"]))
def test_words_in_any_order_never_raise(text: str, path: str) -> None:
    assert module(text, path).body.start == 0


@given(st.text(alphabet="\\ux{}0178aFnD\n'\"`$", max_size=30))
def test_escapes_never_raise(text: str) -> None:
    for quote in "'\"`":
        module(f"x = {quote}{text}{quote}", "a.js")
