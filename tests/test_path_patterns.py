"""What patterns of paths mean, and that none takes long."""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lk_audit.files.ignore_patterns import IgnorePatterns
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
        ("x/***/a", "x/y/z/a", True),
        (r"x/\**", "x/*a", True),
        (r"x/\**", "x/ba", False),
    ],
)
def test_asterisks_beside_one_another_are_one_unless_they_stand_alone_between_slashes(
    pattern: str, path: str, *, expected: bool
) -> None:
    assert pattern_mistake(pattern) is None
    assert PathPatterns((pattern,)).match(path) is expected
    assert bool(usable([pattern]).of(path)) is expected


@pytest.mark.parametrize(
    ("patterns", "path", "expected"),
    [
        (["*.py"], "a/b.py", True),
        (["a/b"], "x/a/b", None),
        (["/a"], "b/a", None),
        (["a/"], "a", None),
        (["a/"], "b/a/", True),
        (["a/**"], "a/b", True),
        (["a/**"], "a/", None),
        (["a/**/b"], "a/b", True),
        (["*", "!*/", "!*.py"], "a/", False),
        (["*", "!*/", "!*.py"], "a/b.py", False),
        (["*.log", "!keep.log"], "keep.log", False),
        (["[!a]b"], "a/b", None),
        (["[z-a]b"], "zb", True),
        (["[[:digit:]-]"], "-", True),
        (["a?c"], "a/c", None),
        (["a\\ "], "a ", True),
        (["a  "], "a", True),
        (["b"], "a\nb/b", True),
        (["a"], "a\n", None),
    ],
)
def test_the_last_pattern_that_means_a_path_decides(patterns: list[str], path: str, *, expected: bool | None) -> None:
    assert IgnorePatterns(patterns).of(path) is expected


@pytest.mark.parametrize("pattern", ["[a", "x/a\\", "/", "a//b", "!", "[[:none:]]"])
def test_what_git_matches_with_nothing_is_no_pattern(pattern: str) -> None:
    assert pattern_mistake(pattern) == "is no pattern as in a .gitignore file"
    assert usable([pattern, "b"]).of("b") is True


def test_lines_of_ignore_files_that_are_far_too_long_say_nothing() -> None:
    assert usable(["*" + "a" * 500]).of("a" * 600) is None


_PARTS = ["a", "b", "a", "b", "*", "*", "**", "***", "?", "/", "/", "[ab]", "[!a]", "[a-b]", ".", "\\a", "[]a]", "[^b]"]
_PARTS += [
    "ab",
    "[[:alpha:]]",
    "-",
    "[a-]",
    "[b-a]",
    "\\*",
    "[\\]b]",
    "[!-.]",
    "A",
    "[[:punct:][:upper:]]",
    "[--b]",
    " ",
]


def _patterns(choice: random.Random) -> Iterator[str]:
    for _ in range(choice.randint(1, 4)):
        first = choice.choice(["", "", "", "!", "/"])
        parts = "".join(choice.choices(_PARTS, k=choice.randint(1, 7)))
        # Git compares what stands before the first wildcard apart, and takes asterisks after it for the beginning.
        yield first + parts + choice.choice(["", "", "/"]) if "**" not in parts.lstrip("*") else "a/**/b"


def _paths(choice: random.Random) -> Iterator[str]:
    for _ in range(60):
        names = ["".join(choices) for choices in (choice.choices("aabb.-*]A", k=choice.randint(1, 3)) for _ in "aaa")]
        yield "/".join(name if set(name) != {"."} else "a" for name in names[: choice.randint(1, 3)])


def _is_ignored(patterns: IgnorePatterns, path: str) -> bool:
    """Whether a walk that asks about every folder first comes to no such file."""
    folders = (path[: position + 1] for position, letter in enumerate(path) if letter == "/")
    return any(map(patterns.of, folders)) or bool(patterns.of(path))


def test_patterns_mean_what_they_mean_to_git(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for seed in range(100):
        choice = random.Random(seed)
        lines, paths = list(_patterns(choice)), sorted(set(_paths(choice)))
        (tmp_path / ".gitignore").write_text("\n".join(lines))

        asked = ["git", "check-ignore", "--no-index", "-z", "--stdin"]
        told = subprocess.run(asked, input="\0".join(paths), cwd=tmp_path, capture_output=True, text=True, check=False)

        patterns = usable(lines)
        ignored = [path for path in paths if _is_ignored(patterns, path)]
        assert (seed, lines, ignored) == (seed, lines, told.stdout.split("\0")[:-1])


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a*a*a*a", "a" * 254 + "b"),
        ("*a" * 249 + "b", "a" * 255),
        ("*" * 400 + "b", "a" * 255),
        ("*" + "a" * 400 + "b", "a" * 255),
        ("[a-z]*" * 80 + "1", "a" * 255),
        ("**/a/**/a/**/a/**/b", "a/" * 2_000),
        ("**/a/" * 90 + "b", "a/" * 2_000),
        ("**/" + "*/" * 200 + "b", "a/" * 2_000),
        ("**/" + "*a*" * 100 + "/**/b", ("a" * 200 + "/") * 20),
    ],
)
def test_no_pattern_tries_every_split(pattern: str, path: str) -> None:
    assert pattern_mistake(pattern) is None
    started = time.process_time()

    assert not PathPatterns((pattern,)).match(path)
    assert time.process_time() - started < 0.5
