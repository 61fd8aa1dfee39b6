"""A walk through folders where there is no git: `.gitignore` files count all the same."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property

from lk_audit.files.ignore_patterns import IgnorePatterns
from lk_audit.files.path_patterns import usable
from lk_audit.files.regular_files import read_regular

_LARGEST = 1_000_000
"""Bytes of an ignore file."""
MOST_PATTERNS = 1_000
"""Patterns that hold in one folder: each may be asked about each file in it."""


def walk(
    root: str,
    is_excluded: Callable[[str], bool],
    leave_out: Callable[[str], object],
    not_followed: Callable[[str], object] = len,
) -> Iterator[str]:
    """All files below a folder, and folders that cannot be read.

    `leave_out` hears of virtual environments, `not_followed` of ignore files with more than `MOST_PATTERNS`.
    """
    walk = _Walk(root, not_followed)
    folders = [root]
    while folders:
        folder = folders.pop()
        entries = walk.entries(folder)
        if entries is None:
            yield folder
            continue
        if folder != root and any(entry.name == "pyvenv.cfg" for entry in entries):
            leave_out(folder)
            continue
        for entry in entries:
            is_folder = _is_folder(entry)
            if is_excluded(entry.path) or (
                walk.is_ignored(entry.path, folder, is_folder=is_folder) and not _is_environment(entry.name)
            ):
                continue
            if is_folder:
                folders.append(entry.path)
            else:
                yield entry.path


def _is_environment(name: str) -> bool:
    """Whether a file holds environment variables.

    Without git nothing tells an ignored file from a tracked one, and in what is deployed or handed on it counts.
    """
    return name.startswith(".env") or name.endswith(".env")


class _Walk:
    """A walk without git: `.gitignore` files count, virtual environments are recognised by their marker."""

    def __init__(self, root: str, not_followed: Callable[[str], object]) -> None:
        self._root = root
        self._not_followed = not_followed
        self._rules: dict[str, tuple[tuple[str, _Rules], ...]] = {}
        """The rules that hold in a folder, the closest first, with the folder that each is from."""

    def entries(self, folder: str) -> list[os.DirEntry[str]] | None:
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=_name)
        except OSError:
            return None
        around = self._rules[os.path.dirname(folder)] if folder != self._root else ()  # noqa: PTH120 - text paths
        has_own = any(entry.name == ".gitignore" for entry in entries)
        own = self._own_rules(f"{folder}{os.sep}.gitignore", around) if has_own else None
        self._rules[folder] = ((folder, own), *around) if own is not None else around
        return entries

    def _own_rules(self, file: str, around: Sequence[tuple[str, _Rules]]) -> _Rules | None:
        """What an ignore file says; nothing where that is too much, so that more is scanned."""
        try:
            raw = read_regular(file)
        except OSError:
            return None
        lines = [line for line in raw[:_LARGEST].decode("utf-8", "replace").splitlines() if line and line[0] != "#"]
        if len(raw) > _LARGEST or len(lines) + sum(rules.count for _, rules in around) > MOST_PATTERNS:
            self._not_followed(file)
            return None
        return _Rules(usable(lines), len(lines))

    def is_ignored(self, path: str, folder: str, *, is_folder: bool) -> bool:
        """Whether the closest `.gitignore` with an opinion ignores what is in a folder."""
        for home, rules in self._rules[folder]:
            relative = path[len(home) + 1 :].replace(os.sep, "/") + ("/" if is_folder else "")
            verdict = rules.verdict(relative)
            if verdict is not None:
                return verdict
        return False


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether it is a folder; what cannot be told is a file, and said to be one that cannot be read.

    The system is asked again where its listing does not tell, and may fail (readdir(3), DT_UNKNOWN).
    """
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


class _Rules:
    """What one `.gitignore` of `count` lines says about what is in its folder."""

    def __init__(self, patterns: IgnorePatterns, count: int) -> None:
        self._patterns = patterns
        self.count = count
        self._asked = 0

    def verdict(self, path: str) -> bool | None:
        """Whether a path is ignored, relative to the folder; None where no pattern speaks of it.

        Few paths are spoken of at all. In a large folder one search tells, and only of those every pattern is asked.
        """
        self._asked += 1
        if self._asked > _MANY and self._any_pattern.match(path) is None:
            return None
        return self._patterns.of(path)

    @cached_property
    def _any_pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(self._patterns.sources) or "(?!)")


_MANY = 300
"""Paths; fewer are asked about before the patterns have been put together."""
