"""Paths named by patterns, written and meant as in a `.gitignore` file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct, field

from lk_audit.patterns import regex

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

MAX_WILDCARDS = 4
"""Wildcards become regular expressions that try every split; a pattern with more could take for ever."""
MAX_LENGTH = 500
_WILDCARD = regex(r"(?<![^/])\*\*(?![^/])|\*+|\?")
_ASTERISKS = regex(r"\\.|(?<![^/])\*\*(?![^/])|(\*)\*+")
"""Of several asterisks that are not alone between slashes git makes one (gitignore(5)); each would try every split."""


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
        return bool(self.patterns) and bool(_spec(self.patterns).check_file(self.prefix + path).include)

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
    if not _is_simple(pattern):
        return f"is too complicated: {MAX_WILDCARDS} wildcards and {MAX_LENGTH} characters are the limit"
    if {".", ".."} & set(pattern.removeprefix("!").strip("/").split("/")):
        return 'goes by "." or ".."; patterns start at the folder of the configuration'
    return None if _is_pattern(pattern) else "is no pattern as in a .gitignore file"


def usable(lines: Iterable[str]) -> GitIgnoreSpec:
    """The patterns of an ignore file.

    A line that is none, such as `[z-a]`, or too complicated says nothing, so that more is scanned.
    """
    from pathspec import GitIgnoreSpec as Spec  # noqa: PLC0415 - 75 ms, needed only where patterns are used

    kept = [_plain(line) for line in lines if line.startswith("#") or _is_simple(line)]
    try:
        return Spec.from_lines(kept)
    except _MISTAKES:
        return Spec.from_lines(line for line in kept if _is_pattern(line))


def _is_simple(pattern: str) -> bool:
    """Whether it is soon told what a pattern matches."""
    return len(pattern) <= MAX_LENGTH and len(_WILDCARD.findall(pattern)) <= MAX_WILDCARDS


def _plain(pattern: str) -> str:
    """The same pattern without asterisks that say nothing more."""
    return _ASTERISKS.sub(lambda found: found[1] or found[0], pattern)


def _is_pattern(line: str) -> bool:
    try:
        _spec((line,))
    except _MISTAKES:
        return False
    return True


_MISTAKES = (ValueError, re.error)
"""What is no pattern; a pattern becomes a regular expression, which can be wrong in turn."""


def _folders(path: str) -> Iterator[str]:
    position = path.find("/")
    while position != -1 and position + 1 < len(path):
        yield path[: position + 1]
        position = path.find("/", position + 1)


@lru_cache(maxsize=10_000)
def _folder_matches(patterns: tuple[str, ...], folder: str) -> bool:
    return bool(_spec(patterns).check_file(folder).include)


@lru_cache(maxsize=64)
def _spec(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec as Spec  # noqa: PLC0415 - 75 ms, needed only where patterns are used

    return Spec.from_lines(map(_plain, patterns))
