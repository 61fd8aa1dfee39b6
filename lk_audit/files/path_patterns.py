"""Paths named by patterns, written and meant as in a `.gitignore` file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct, field

from lk_audit.files.ignore_patterns import IgnorePatterns

MAX_LENGTH = 500
"""Characters; what a pattern costs grows with its length times that of a path."""


class PathPatterns(Struct, frozen=True):
    """Patterns that hold from a root folder on; `prefix` leads from there to the base of the paths asked about.

    As in a `.gitignore` file the last pattern that matches decides, `!` takes a path out again, and what matches a
    folder matches all that is in it.
    """

    patterns: tuple[str, ...] = ()
    prefix: str = ""

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def match(self, path: str) -> bool:
        """Whether a path is meant: relative to the base, with forward slashes, a folder with a slash at its end."""
        return bool(self.patterns) and bool(_read(self.patterns).within(self.prefix + path))

    def matched_by(self, path: str) -> str | None:
        """What of a path is meant: the outermost folder around it that matches (with its slash), or itself."""
        if not self.patterns:
            return None
        folder = next((part for part in _folders(path) if _folder_matches(self.patterns, self.prefix + part)), None)
        return folder or (path if self.match(path) else None)


class Exclusion(Struct, frozen=True):
    """What the configuration leaves out of a scan, and the folders it takes in that are left out by default.

    `is_forced` tells that files and folders are left out even when they are given as a path.
    """

    excluded: PathPatterns = field(default_factory=PathPatterns)
    included: PathPatterns = field(default_factory=PathPatterns)
    is_forced: bool = False

    def takes_in(self, folder: str) -> bool:
        """Whether a folder that is left out by default is scanned; folders inside it are asked about on their own."""
        name = folder.rpartition("/")[2]
        return any(
            pattern.rstrip("/*").rpartition("/")[2] == name
            and PathPatterns((pattern,), self.included.prefix).match(f"{folder}/")
            for pattern in self.included.patterns
        )

    def below(self, root: str, *, is_folder: bool) -> Exclusion:
        """What holds below a path that was given: nothing is left out where the path itself would be."""
        named = f"{root}/" if is_folder and root else root
        if self.is_forced or not named or self.excluded.matched_by(named) is None:
            return self
        return Exclusion(included=self.included)


def pattern_mistake(pattern: str) -> str | None:
    """What is wrong with a pattern; None when nothing is."""
    if not pattern.strip() or pattern.startswith("#"):
        return "matches nothing"
    if "\\" in pattern and "/" not in pattern:
        return "separates folders by backslashes; write forward slashes"
    if len(pattern) > MAX_LENGTH:
        return f"is too long: {MAX_LENGTH} characters are the limit"
    if {".", ".."} & set(pattern.removeprefix("!").strip("/").split("/")):
        return 'goes by "." or ".."; patterns start at the folder of the configuration'
    return None if _is_pattern(pattern) else "is no pattern as in a .gitignore file"


def usable(lines: Iterable[str]) -> IgnorePatterns:
    """The patterns of an ignore file.

    A line that is none, such as `[a`, or too long says nothing, so that more is scanned.
    """
    stated = (line for line in lines if not line.startswith("#"))
    return IgnorePatterns(line for line in stated if len(line) <= MAX_LENGTH and _is_pattern(line))


def _is_pattern(line: str) -> bool:
    try:
        IgnorePatterns([line])
    except ValueError:
        return False
    return True


def _folders(path: str) -> Iterator[str]:
    position = path.find("/")
    while position != -1 and position + 1 < len(path):
        yield path[: position + 1]
        position = path.find("/", position + 1)


@lru_cache(maxsize=10_000)
def _folder_matches(patterns: tuple[str, ...], folder: str) -> bool:
    return bool(_read(patterns).within(folder))


@lru_cache(maxsize=64)
def _read(patterns: tuple[str, ...]) -> IgnorePatterns:
    return IgnorePatterns(patterns)
