"""Which changes mutation testing makes."""

from __future__ import annotations

import ast

import pytest

from benchmarks.mutation import ROOT, TESTS, chosen, mutants


def changed(code: str) -> set[str]:
    return {item.applied(code.encode()).decode() for item in mutants("a.py", code.encode())}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = a < b", {"x = a <= b"}),
        ("x = a not in b", {"x = a in b"}),
        ("x = a is None", {"x = a is not None"}),
        ("x = a and b", {"x = a or b"}),
        ("x = not (a)", {"x =  (a)"}),
        ("x = a + b", {"x = a - b"}),
        ("x = True", {"x = False"}),
        ("x: int = 3", {"x: int = 4"}),
        ("x = 'text' + b", {"x = 'XXtext' + b"}),
        ("x = {a, b, c}", {"x = {b, c}", "x = {a, c}"}),
        ("x = {a: b, c: d}", {"x = {c: d}"}),
        ("def f():\n    'A docstring.'", set()),
        ("x = f'a{b}c'", set()),
        ("if a:\n    b()", {"if False:\n    b()"}),
        ("if TYPE_CHECKING:\n    x: int = 3", set()),
        ("def f():\n    return é + a", {"def f():\n    return None", "def f():\n    return é - a"}),
    ],
)
def test_one_thing_is_changed_at_a_time(code: str, expected: set[str]) -> None:
    assert changed(code) == expected


@pytest.mark.parametrize("folder", TESTS)
def test_the_choice_repeats_and_every_change_is_python(folder: str) -> None:
    drawn = chosen(folder, 30, 7)
    assert drawn == chosen(folder, 30, 7)
    for mutant in drawn:
        ast.parse(mutant.applied((ROOT / mutant.path).read_bytes()))
