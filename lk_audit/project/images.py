"""Container images: which files of a project a Dockerfile copies into one.

Sources: docs.docker.com, "Dockerfile reference" (COPY, ADD) and "Build context" (.dockerignore, matched from the root
of the context; `Dockerfile.dockerignore` goes before it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache, cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.path_patterns import usable
from lk_audit.patterns import regex

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from lk_audit.source import Place, Source

_DOCKERFILE = regex(r"(?i)(?:^|/)(?:[\w.-]+\.)?(?:docker|container)file(?:\.(?!dockerignore$)[\w.-]+)?$")
_INSTRUCTION = regex(rb"(?im)^[ \t]*(?:COPY|ADD)[ \t]+((?:[^\\\n]|\\[^\n]|\\\r?\n)+)")
_FLAG = regex(r"--[\w-]+(?:=\S*)?\s+")
_MAX_PATTERNS = 1_000
_MAX_WILDCARDS = 4


class _Copy(Struct, frozen=True):
    """A COPY or ADD from the build context: what it names, and where it stands."""

    patterns: tuple[str, ...]
    place: Place

    def takes(self, path: str) -> bool:
        """Whether a file of the context, relative to its root, is among what it copies."""
        return any(_covers(pattern, path) for pattern in self.patterns)


class Images:
    """The images of a project. `files` are all of its files by path."""

    def __init__(self, files: Mapping[str, Source]) -> None:
        self._files = files
        self._ignored = cache(self._ignore_rules)

    @staticmethod
    def dockerfiles(paths: Iterable[str]) -> Iterator[str]:
        """The Dockerfiles among some paths."""
        return (path for path in paths if _DOCKERFILE.search(path))

    def copies(self, path: str) -> Iterator[Place]:
        """The COPY instructions that take a file along; each Dockerfile's folder is the context of its build."""
        for dockerfile, copied in self._copies:
            folder, _, _ = dockerfile.rpartition("/")
            if not _is_below(path, folder) or self._is_left_out(path, dockerfile):
                continue
            inside = path[len(folder) + 1 :] if folder else path
            place = next((item.place for item in copied if item.takes(inside)), None)
            if place is not None:
                yield place

    @cached_property
    def _copies(self) -> list[tuple[str, tuple[_Copy, ...]]]:
        found = [(path, self._files.get(path)) for path in self._files if _DOCKERFILE.search(path)]
        return [(path, tuple(_copies_in(source))) for path, source in found if source is not None]

    def _is_left_out(self, path: str, dockerfile: str) -> bool:
        """Whether an ignore file says so: the Dockerfile's own, or one at a folder around, as a wider context has."""
        folder, _, _ = dockerfile.rpartition("/")
        around = [folder]
        while folder:
            folder = folder.rpartition("/")[0]
            around.append(folder)
        return self._ignores(f"{dockerfile}.dockerignore", around[0], path) or any(
            self._ignores(f"{root}/.dockerignore".lstrip("/"), root, path) for root in around
        )

    def _ignores(self, ignore_file: str, root: str, path: str) -> bool:
        rules = self._ignored(ignore_file)
        return rules is not None and rules.match_file(path[len(root) + 1 :] if root else path)

    def _ignore_rules(self, path: str) -> GitIgnoreSpec | None:
        source = self._files.get(path)
        if source is None:
            return None
        lines = [_anchored(line.strip()) for line in source.text.splitlines()[:_MAX_PATTERNS]]
        # Wildcards become regular expressions that try every split.
        return usable(line for line in lines if line and line.count("*") <= _MAX_WILDCARDS)


def _anchored(line: str) -> str:
    """A pattern of a .dockerignore as one of a .gitignore: it counts from the root, wherever its slashes are."""
    if not line or line.startswith("#"):
        return ""
    negation, pattern = ("!", line[1:]) if line.startswith("!") else ("", line)
    return f"{negation}/{pattern.strip().removeprefix('./').strip('/')}"


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def _copies_in(source: Source) -> Iterator[_Copy]:
    for found in _INSTRUCTION.finditer(source.data):
        text = re.sub(r"\\\r?\n", " ", found[1].decode("utf-8", "replace")).strip()
        flags = _FLAG.match(text)
        if "--from=" in text or text.startswith("<<"):
            continue
        while flags:
            text = text[flags.end() :]
            flags = _FLAG.match(text)
        patterns = _arguments(text)[:-1]
        if patterns:
            yield _Copy(patterns, source.place(found.start(), found.end()))


def _arguments(text: str) -> tuple[str, ...]:
    if text.startswith("["):
        import json  # noqa: PLC0415 - few instructions are lists

        try:
            listed = json.loads(text)
        except ValueError:
            return ()
        return tuple(item for item in listed if isinstance(item, str))
    return tuple(text.split())


def _covers(pattern: str, path: str) -> bool:
    wanted = pattern.removeprefix("./").strip("/")
    if wanted in ("", "."):
        return True
    parts = path.split("/")
    depth = wanted.count("/") + 1
    return len(parts) >= depth and fnmatchcase("/".join(parts[:depth]), wanted)
