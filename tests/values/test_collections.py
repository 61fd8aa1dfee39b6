"""What loops, callbacks and look-ups take out of collections that are written out, in every language."""

from __future__ import annotations

import pytest

from tests.values.snippets import look_in

LOOPS = {
    ("a.py", "for x in [5, 6]: look(x)"): "5 | 6",
    ("a.py", "for a, x in [(1, 5), (2, 6)]: look(x)"): "5 | 6",
    ("a.py", "for k, v in {'a': 5}.items(): look(v)"): "5",
    ("a.py", "for i, x in enumerate([5, 6]): look(x)"): "5 | 6",
    ("a.py", "for a, x in zip(['a'], [5]): look(x)"): "5",
    ("a.js", "for (const x of new Set([5, 6])) look(x)"): "5 | 6",
    ("a.py", "for x in asked: look(x)"): "?(ref asked)",
    ("a.py", "def g():\n    yield 5\n    yield 6\nfor x in g(): look(x)"): "5 | 6",
    ("a.py", "def g():\n    yield 'a', 5\nfor k, x in g(): look(x)"): "5",
    ("a.py", "def g(): return 5\nfor x in g(): look(x)"): "?",
    ("a.js", "function* g() { yield {t: 5}; yield {t: 6}; }\nfor (const {t} of g()) look(t)"): "5 | 6",
    ("a.js", "for (const x of [5, 6]) look(x)"): "5 | 6",
    ("a.js", "for (const {y} of [{y: 5}, {y: 6}]) look(y)"): "5 | 6",
    ("a.js", "for (const [k, v] of Object.entries({a: 5, b: 6})) look(v)"): "5 | 6",
    ("a.php", "<?php foreach ([5, 6] as $x) { look($x); }"): "5 | 6",
    ("a.kt", "fun f() { for (x in listOf(5, 6)) look(x) }"): "5 | 6",
    ("A.java", "class A { void f() { for (int x : List.of(5, 6)) { look(x); } } }"): "5 | 6",
    ("a.cs", "class A { void F() { foreach (var x in new[] { 5, 6 }) { look(x); } } }"): "5 | 6",
    ("a.go", "package a\nfunc f() { for _, x := range []int{5, 6} { look(x) } }"): "5 | 6",
    ("a.go", "package a\nfunc f() { for x := range []int{5, 6} { look(x) } }"): "?",
    ("a.rs", "fn f() { for x in [5, 6] { look(x); } }"): "5 | 6",
    ("a.swift", "func f() { for x in [5, 6] { look(x) } }"): "5 | 6",
    ("a.dart", "void f() { for (final x in [5, 6]) { look(x); } }"): "5 | 6",
    ("a.rb", "for x in [5, 6]\n  look(x)\nend"): "5 | 6",
    ("a.ex", "defmodule A do\n def f do\n  for x <- [5, 6], do: look(x)\n end\nend"): "5 | 6",
}
COMPREHENSIONS = {
    "[look(x) for x in [5, 6]]": "5 | 6",
    "{look(x) for a, x in [(1, 5), (2, 6)] if a}": "5 | 6",
    "{a: look(x) for a, x in [(1, 5)]}": "5",
    "list(look(x) for xs in [[5], [6]] for x in xs)": "5 | 6",
    "x = 7\n[x for x in [5, 6]]\nlook(x)": "7",
    "def f(x):\n    names = [x.name for x in [5, 6]]\n    look(x)": "given x",
    "x = 7\n[look(x) for y in [5, 6]]": "7",
    "look({k: 5 for k in ['a', 'b']})": "{a: 5, b: 5}",
    "look({k: 5 for k in ['a', 'b'] if k in asked})": "{a?: 5, b?: 5}",
    "look({k: v for k, v in {'a': 5}.items()})": "{a: 5}",
    "look({k: v for k, v in {'a': 5, 'b': 6}.items()})": "?",
    "look({k: 5 for k in asked})": "?(ref asked)",
}
CALLBACKS = {
    ("a.js", "[5, 6].map((x) => look(x))"): "5 | 6",
    ("a.js", "[5, 6].forEach(async function (x) { look(x) })"): "5 | 6",
    ("a.js", "[{ttl: 5}].map(({ttl}) => look(ttl))"): "5",
    ("a.js", "[5, 6].map((x, i) => look(i))"): "given i",
    ("a.js", "[5, 6].map((a, i, x) => look(x))"): "given x",
    ("a.js", "[5, 6].sort((x, y) => look(x))"): "given x",
    ("a.js", "setTimeout((x) => look(x), [5])"): "given x",
    ("a.js", "[5, ...asked].map((x) => look(x))"): "given x",
    ("a.js", "(a ? [5] : asked).map((x) => look(x))"): "given x",
    ("a.js", "asked.map((x) => look(x))"): "given x",
    ("a.js", "app.get('/token', (x) => look(x))"): "given x",
    ("a.js", "Object.entries({a: 5}).map(([k, v]) => look(v))"): "5",
    ("a.js", "Object.values({a: 5}).map((v) => look(v))"): "5",
    ("a.js", "async function f() { return {ttl: 5}; }\nf().then(({ttl}) => look(ttl))"): "5",
    ("a.js", "async function f() { return {ttl: 5}; }\nf().then((a, x) => look(x))"): "given x",
    ("a.js", "async function f() { return a ? 5 : fetch(url); }\nf().then((x) => look(x))"): "given x",
    ("a.js", "async function f() { return 'a'; }\nf().then((x) => look(x))"): "'a'",
    ("a.js", "async function f() { return [5]; }\nf().then((x) => look(x))"): "[5]",
    ("a.js", "fetch(url).then((x) => look(x))"): "given x",
    ("a.rb", "[5, 6].each do |x| look(x) end"): "5 | 6",
    ("a.rb", "{a: 5}.each do |k, x| look(x) end"): "5",
    ("a.rb", "{a: 5}.each do |k, x| look(k) end"): "given k",
    ("a.rb", "{a: 5}.each do |x| look(x) end"): "given x",
    ("a.rb", "h = a ? {a: 5} : asked\nh.each do |k, x| look(x) end"): "given x",
    ("a.php", "<?php array_map(function ($x) { look($x); }, [5, 6]);"): "5 | 6",
    ("a.kt", "fun f() { listOf(5, 6).forEach { look(it) } }"): "5 | 6",
    ("A.java", "class A { void f() { List.of(5, 6).forEach(x -> look(x)); } }"): "5 | 6",
    ("a.ex", "defmodule A do\n def f do\n  Enum.each([5, 6], fn x -> look(x) end)\n end\nend"): "5 | 6",
}
HANDED = {
    ("a.js", "[5, 6].{}((x) => look(x))"): "map forEach flatMap filter find findLast some every",
    ("a.js", "_.{}([5, 6], (x) => look(x))"): "map filter each reject",
    (
        "a.rb",
        "[5, 6].{} {{ |x| look(x) }}",
    ): "map each collect select reject detect find flat_map filter_map each_with_index",
    ("a.php", "<?php {}(function ($x) {{ look($x); }}, [5, 6]);"): "array_map",
    ("a.php", "<?php {}([5, 6], function ($x) {{ look($x); }});"): "array_walk",
    (
        "a.kt",
        "fun f() {{ listOf(5, 6).{} {{ look(it) }} }}",
    ): "map flatMap mapNotNull onEach associate associateWith filter",
    ("a.kt", "fun f() {{ listOf(5, 6).asSequence().{} {{ look(it) }} }}"): "map",
    ("a.cs", "class A {{ void F() {{ new[] {{ 5, 6 }}.{}(x => look(x)); }} }}"): "Select SelectMany Where",
    ("a.cs", "class A {{ void F() {{ new[] {{ 5, 6 }}.ToList().{}(x => look(x)); }} }}"): "ForEach",
    ("a.rs", "fn f() {{ [5, 6].iter().{}(|x| look(x)); }}"): "map for_each flat_map filter_map filter find",
    ("a.dart", "void f() {{ [5, 6].{}((x) => look(x)); }}"): "map forEach expand",
    ("a.swift", "func f() {{ [5, 6].{} {{ look($0) }} }}"): "map forEach compactMap flatMap filter",
    (
        "a.ex",
        "defmodule A do\n def f do\n  Enum.{}([5, 6], fn x -> look(x) end)\n end\nend",
    ): "map each filter reject flat_map",
    ("a.py", "list({}(lambda x: look(x), [5, 6]))"): "map filter",
}
TAKEN_APART = {
    ("a.php", "<?php [$a, $b] = [1, 5]; look($b);"): "5",
    ("a.php", "<?php ['ttl' => $b] = ['ttl' => 5]; look($b);"): "5",
    ("a.kt", "fun f() { val (a, b) = listOf(1, 5); look(b) }"): "5",
    ("a.kt", "fun f() { val (a, b) = 1 to 5; look(b) }"): "5",
    ("a.kt", "fun f() { val (a, b) = Pair(1, 5); look(b) }"): "5",
    ("a.kt", "data class S(val a: Int, val b: Int = 3)\nfun f() { val (a, b) = S(1, 5); look(b) }"): "5",
    ("a.kt", "data class S(val a: Int, val b: Int)\nfun f() { listOf(S(1, 5)).map { (a, b) -> look(b) } }"): "5",
    ("a.js", "const [, b] = [1, 5]; look(b)"): "5",
    ("a.py", "(a, b), c = (1, 5), 3\nlook(b)"): "5",
}
CALLED = {
    ("a.rb", "f = ->(x) { 5 }\nlook(f.call(1))"): "5",
    ("A.java", "class A { Supplier<Long> s = () -> 5L; void f() { look(s.get()); } }"): "5",
    ("a.js", "const f = () => 5; look(f.call(null))"): "5",
    ("a.js", "const f = () => 5; look(f.other())"): "call ?",
}
LOOK_UPS = {
    ("A.java", "class A { void f(String k) { look(Map.of('a', 5, 'b', 6).get(k)); } }"): "5 | 6 | ?",
    ("A.java", 'class A { void f(String k) { look(Map.of("a", 5).getOrDefault(k, 7)); } }'): "5 | 7 | ?",
    ("a.rb", "def f(k)\n look({ a: 5, b: 6 }.fetch(k, 7))\nend"): "5 | 6 | 7 | ?",
    ("a.py", "def f(k): look({'a': 5}.get(k, 7))"): "5 | 7 | ?",
}


@pytest.mark.parametrize(("path", "code"), LOOPS)
def test_the_variable_of_a_loop_is_one_of_the_items(path: str, code: str) -> None:
    assert look_in(path, code) == LOOPS[path, code]


@pytest.mark.parametrize("code", COMPREHENSIONS)
def test_a_comprehension_is_a_scope_of_its_own(code: str) -> None:
    assert look_in("a.py", code) == COMPREHENSIONS[code]


@pytest.mark.parametrize(("path", "code"), CALLBACKS)
def test_a_callback_is_given_the_items(path: str, code: str) -> None:
    assert look_in(path, code) == CALLBACKS[path, code]


@pytest.mark.parametrize(
    ("path", "code"),
    [(path, code.format(name)) for (path, code), names in HANDED.items() for name in names.split()],
)
def test_these_hand_each_item_to_the_function_that_they_are_given(path: str, code: str) -> None:
    assert look_in(path, code) == "5 | 6"


@pytest.mark.parametrize(("path", "code"), TAKEN_APART)
def test_what_is_taken_apart_has_its_parts(path: str, code: str) -> None:
    assert look_in(path, code) == TAKEN_APART[path, code]


@pytest.mark.parametrize(("path", "code"), CALLED)
def test_a_function_that_is_a_value_is_called_by_a_method(path: str, code: str) -> None:
    assert look_in(path, code) == CALLED[path, code]


@pytest.mark.parametrize(("path", "code"), LOOK_UPS)
def test_under_a_key_that_is_not_known_stands_one_of_the_entries(path: str, code: str) -> None:
    assert look_in(path, code) == LOOK_UPS[path, code]
