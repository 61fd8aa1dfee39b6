"""Whether changed Python is still Python."""

from __future__ import annotations

import pytest

from lk_audit.fixes.referee import breaks
from lk_audit.source import Source


@pytest.mark.parametrize(
    ("before", "after", "broken"),
    [
        ("x = f(a, b)\n", "x = f(a)\n", False),
        ("x = f(a, b)\n", "x = f(a, , b)\n", True),
        ("if a:\n    b()\n", "if a:\nb()\n", True),
        ("x = (\n", "y = (\n", False),
        ("x = 1\n", "x = 1\n\xa0y = 2\n", True),
        ("# coding: rot13\nx = 1\n", "# coding: rot13\nx = 2\n", False),
        ("# coding: utf-16\nx = 1\n", "# coding: utf-16\nx = (\n", True),
        ("# coding: nonsense\nx = 1\n", "# coding: nonsense\nx = (\n", True),
    ],
)
def test_python_must_stay_python(before: str, after: str, *, broken: bool) -> None:
    assert breaks(Source.from_text("a.py", before), Source.from_text("a.py", after)) is broken


def test_other_languages_are_not_judged() -> None:
    assert not breaks(Source.from_text("a.js", "f(a, b)"), Source.from_text("a.js", "f(a, , b)"))
