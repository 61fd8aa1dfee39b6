"""Properties that hold for any input: arithmetic is right, evaluation ends, nothing grows without bound."""

from __future__ import annotations

import ast
import time

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from lk_audit.syntax import Expr
from lk_audit.values.evaluator import Evaluator
from lk_audit.values.model import Number, Possible
from lk_audit.values.names import Names
from tests.values.snippets import looked_at, parse

_NUMBERS = st.integers(0, 1000).map(str)
_CONSTANTS = st.recursive(
    _NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner).map(
            lambda x: f"({x[0]} {x[1]} {x[2]})"
        ),
        inner.map(lambda x: f"(-{x})"),
        inner.map(lambda x: f"abs({x})"),
        st.tuples(inner, inner).map(lambda x: f"min({x[0]}, {x[1]})"),
        st.tuples(inner, inner).map(lambda x: f"max({x[0]}, {x[1]})"),
        inner.map(lambda x: f"int({x})"),
    ),
    max_leaves=12,
)
_NAMES = st.sampled_from(["a", "b", "c", "d"])
_EXPRESSIONS = st.recursive(
    st.one_of(_NAMES, _NUMBERS, st.just("'x'"), st.just("{}")),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "or", "and", "|", "*"]), inner).map(" ".join),
        st.tuples(_NAMES, inner).map(lambda x: f"{x[0]}({x[1]})"),
        inner.map(lambda x: f"{{'k': {x}, **{x}}}"),
        st.tuples(inner, inner).map(lambda x: f"({x[0]} if q else {x[1]})"),
        inner.map(lambda x: f"[{x}, *{x}]"),
        inner.map(lambda x: f"({x}).k"),
        inner.map(lambda x: f"({x})['k']"),
    ),
    max_leaves=6,
)
_STATEMENTS = st.lists(
    st.one_of(
        st.tuples(_NAMES, _EXPRESSIONS).map(lambda x: f"{x[0]} = {x[1]}"),
        st.tuples(_NAMES, _EXPRESSIONS).map(lambda x: f"{x[0]} += {x[1]}"),
        st.tuples(_NAMES, _EXPRESSIONS).map(lambda x: f"{x[0]}['k'] = {x[1]}"),
        st.tuples(_NAMES, _EXPRESSIONS).map(lambda x: f"{x[0]}.update({x[1]})"),
        st.tuples(_NAMES, _NAMES, _EXPRESSIONS).map(lambda x: f"def {x[0]}({x[1]}={x[2]}):\n    return {x[2]}"),
        st.tuples(_NAMES, _EXPRESSIONS).map(lambda x: f"if q:\n    {x[0]} = {x[1]}\nelse:\n    pass"),
        st.tuples(_NAMES, _EXPRESSIONS).map(lambda x: f"for {x[0]} in {x[1]}:\n    {x[0]} = {x[0]}"),
        st.tuples(_NAMES, _NAMES, _EXPRESSIONS).map(
            lambda x: f"class {x[0]}({x[1]}):\n    k = {x[2]}\n    def k2(self):\n        return self.k"
        ),
    ),
    max_size=12,
)


@given(_CONSTANTS)
@settings(max_examples=200)
def test_arithmetic_on_constants_gives_what_python_gives(text: str) -> None:
    try:
        expected = eval(compile(ast.parse(text, mode="eval"), "", "eval"))  # noqa: S307 - built above, from numbers
    except ZeroDivisionError:
        reject()
    (value,) = _values(f"look({text})")
    assert isinstance(value, Number)
    assert value.number == pytest.approx(expected, rel=1e-9)


@given(_STATEMENTS, _EXPRESSIONS)
@settings(max_examples=150, deadline=5000)
def test_evaluation_ends_whatever_the_definitions(statements: list[str], expression: str) -> None:
    text = "\n".join([*statements, f"look({expression})"])
    values = _values(text)
    assert len(values) <= 24
    assert [type(value) for value in values] == [type(value) for value in _values(text)]


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["x0 = {}", *(f"x{i + 1} = {{'a': x{i}, 'b': x{i}, **x{i}}}" for i in range(60)), "look(x60)"]),
        "\n".join(["x = 1", *("if q:\n    x = x + 1" for _ in range(100)), "look(x)"]),
        "\n".join(["def f(n):", *(f"    if n == {i}:\n        return f(n + {i})" for i in range(60)), "look(f(1))"]),
        "\n".join(
            [*(f"def f{i}(x):\n    return f{(i + 1) % 40}(x) + f{(i + 2) % 40}(x)" for i in range(40)), "look(f0(1))"]
        ),
        "x = 1\n" * 5000 + "look(x)",
        "look(" + " + ".join(["'a'"] * 3000) + ")",
        "look(" + "[" * 150 + "]" * 150 + ")",
        "look(" + "x" + ".a()" * 3000 + ")",
        "look('x' * 10 ** 9)",
        "look(2 ** 2 ** 2 ** 2 ** 2 ** 2)",
        "look(9" + "9" * 5000 + ")",
        "g = {}\n" + "".join(f"g['k{i}'] = g\n" for i in range(300)) + "look(g)",
        "".join(f"def f(a{i}=f):\n    f(f)\n" for i in range(100)) + "look(f(f))",
    ],
    ids=range(13),
)
def test_hostile_code_is_evaluated_in_bounded_time(text: str) -> None:
    start = time.perf_counter()
    assert len(_values(text)) <= 24
    assert time.perf_counter() - start < 5


def _values(text: str) -> Possible:
    names = Names(parse("python", text))
    marked: list[Expr] = looked_at(names)
    return Evaluator(names).evaluate(marked[-1])
