"""What patterns of paths mean, and that none takes long."""

from __future__ import annotations

import time

import pytest

from lk_audit.files.path_patterns import PathPatterns, pattern_mistake, usable


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("***.log", "a/b.log", True),
        ("a****b", "aXb", True),
        ("a****b", "a/b", False),
        ("**/a", "x/y/a", True),
        ("x/**/a", "x/y/z/a", True),
        ("x/***/a", "x/y/a", True),
        ("x/***/a", "x/y/z/a", False),
        (r"x/\**", "x/*a", True),
        (r"x/\**", "x/ba", False),
    ],
)
def test_asterisks_beside_one_another_are_one_unless_they_are_two_between_slashes(
    pattern: str, path: str, *, expected: bool
) -> None:
    assert pattern_mistake(pattern) is None
    assert PathPatterns((pattern,)).match(path) is expected
    assert usable([pattern]).match_file(path) is expected


def test_many_asterisks_in_a_row_cost_no_more_than_one() -> None:
    started = time.process_time()

    assert not PathPatterns((f"{'*' * 400}b",)).match("a" * 255)
    assert not usable([f"{'*' * 400}b"]).match_file("a" * 255)
    assert time.process_time() - started < 1


def test_lines_of_ignore_files_that_try_too_many_splits_say_nothing() -> None:
    assert not usable(["*a*a*a*a*a*b"]).match_file("a" * 40 + "b")
    assert usable(["# *a*a*a*a*a*a", "*a*a*b"]).match_file("aaaab")
