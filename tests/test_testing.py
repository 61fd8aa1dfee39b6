"""How examples of rules are read and judged."""

from __future__ import annotations

import pytest

from lk_audit.testing import marked_lines, read_example, run_example, without_marks
from tests.samples import extract, make_rule


def test_an_example_is_a_small_project() -> None:
    sources = read_example("--- a.py\nx = 1\n\ny = 2\n--- web/b.ts\nz\n")

    assert [(source.path, source.text) for source in sources] == [("a.py", "x = 1\n\ny = 2\n"), ("web/b.ts", "z\n")]


@pytest.mark.parametrize("text", ["", "x = 1", "x = 1\n--- a.py\n", "--- a.py\n--- a.py\n"])
def test_text_that_is_no_example_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="the example"):
        read_example(text)


def test_marks_name_lines() -> None:
    sources = read_example("--- a.py\nx\nBAD  # <- finding\n--- b.ts\nBAD // <- finding\n")

    assert marked_lines(sources) == {("a.py", 2), ("b.ts", 1)}


@pytest.mark.parametrize(
    "mark",
    ["# <- finding", "// <- finding", "/* <- finding */", "<!-- <- finding -->", "{/* <- finding */}", "-- <- finding"],
)
def test_marks_are_taken_out_before_the_scan(mark: str) -> None:
    assert without_marks(f"KEY=value  {mark}\nnext {mark}\n") == "KEY=value\nnext\n"


def test_what_is_found_is_compared_with_what_is_marked() -> None:
    outcome = run_example("--- a.py\nBAD\nfine  # <- finding\nBAD  # <- finding\n", [make_rule()], extract=extract)

    assert outcome.missed == [("a.py", 2)]
    assert outcome.surplus == [("a.py", 1)]
    assert outcome.crashes == ()
