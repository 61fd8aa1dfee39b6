"""The files of a project, read when a question leads to them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar, cast

from lk_audit import frontends
from lk_audit.files.sources import Sources
from lk_audit.source import NotText, Source

Built = TypeVar("Built")
Read = Callable[[], bytes | None]
"""Gives the bytes of a file, or None when it cannot be read."""

_LARGEST = 1_000_000
"""Bytes; a larger file of code is generated, and nothing is looked up in it."""
_KEPT = 4_000_000
"""Bytes of files that are kept for the next question."""
_FAMILIES = {"page": "javascript", "notebook": "python", "java": "jvm", "kotlin": "jvm"}


def nothing_else() -> Mapping[str, Read]:
    """No files but those given."""
    return {}


class Files(Mapping[str, Source]):
    """Files by path, relative to the scan root with forward slashes.

    Args:
        sources: the files that are part of the scan.
        elsewhere: gives the other files of the project, called when they are first needed.
    """

    def __init__(
        self, sources: Iterable[Source] = (), elsewhere: Callable[[], Mapping[str, Read]] = nothing_else
    ) -> None:
        self._sources = sources if isinstance(sources, Sources) else Sources(held=sources)
        self._list_elsewhere = elsewhere
        self._kept: dict[str, bytes] = {}
        self._room = _KEPT
        self._shared: dict[object, object] = {}

    @cached_property
    def _elsewhere(self) -> Mapping[str, Read]:
        return self._list_elsewhere()

    @cached_property
    def paths(self) -> Collection[str]:
        """Every path once. A set of its own, which takes 60 bytes a path, only where a source is nowhere else."""
        if all(path in self._elsewhere for path in self._sources.paths):
            return self._elsewhere.keys()
        return frozenset(self._sources.paths) | frozenset(self._elsewhere)

    @property
    def lost(self) -> set[str]:
        """The sources that have changed since they were read first."""
        return self._sources.lost

    @cached_property
    def _sorted(self) -> Sequence[str]:
        return sorted(self.paths)

    def has_folder(self, folder: str) -> bool:
        """Whether a folder holds a file, at any depth; the root is ""."""
        inside = f"{folder}/" if folder else ""
        at = bisect_left(self._sorted, inside)
        return at < len(self._sorted) and self._sorted[at].startswith(inside)

    @cached_property
    def code(self) -> Mapping[str, tuple[str, ...]]:
        """The paths of files that hold code, sorted, by language family: "python", "javascript", "go", "jvm" ..."""
        families = {_FAMILIES.get(name, name) for name in frontends.CODE}
        found: dict[str, list[str]] = {family: [] for family in sorted(families)}
        for path in self._sorted:
            family = family_of(path)
            if family is not None:
                found[family].append(path)
        return {family: tuple(paths) for family, paths in found.items()}

    def code_below(self, family: str, folder: str) -> tuple[str, ...]:
        """The paths of the code of a family in a folder, at any depth; the root is ""."""
        paths = self.code[family]
        inside = f"{folder}/" if folder else ""
        start = bisect_left(paths, inside)
        return paths[start : bisect_right(paths, inside, start, key=lambda path: path[: len(inside)])]

    def __contains__(self, path: object) -> bool:
        return (isinstance(path, str) and self._sources.has(path)) or path in self._elsewhere

    def __getitem__(self, path: str) -> Source:
        source = self.source(path)
        if source is None:
            raise KeyError(path)
        return source

    def __iter__(self) -> Iterator[str]:
        return iter(self._sorted)

    def __len__(self) -> int:
        return len(self.paths)

    def prepare(self) -> None:
        """Find out now what every process would find out for itself after they have parted."""
        _ = self.code

    def forget(self) -> None:
        """Keep no file for the next question."""
        self._kept.clear()
        self._room = _KEPT

    def shared(self, build: Callable[[Files], Built]) -> Built:
        """What `build` makes of these files, made once."""
        if build not in self._shared:
            self._shared[build] = build(self)
        return cast("Built", self._shared[build])

    def data(self, path: str) -> bytes:
        """The bytes of a file; nothing for one that is not there or too large to be written by hand."""
        if self._sources.has(path):
            return self._sources.of(path).data if self._sources.size(path) <= _LARGEST else b""
        kept = self._kept.get(path)
        if kept is not None:
            return kept
        read = self._elsewhere.get(path)
        data = (read() if read is not None else None) or b""
        data = data if len(data) <= _LARGEST else b""
        if len(data) <= self._room:
            self._room -= len(data)
            self._kept[path] = data
        return data

    def source(self, path: str) -> Source | None:
        """A file as its frontend reads it; None when it is not there, or no text."""
        if self._sources.has(path):
            known = self._sources.of(path)
            return known if path not in self.lost else None
        data = self.data(path)
        try:
            return frontends.view(Source.from_bytes(path, data)) if data else None
        except NotText:
            return None


class Held(Mapping[str, Source]):
    """Files, of which some stay in memory: what was read is there until all is written down, whatever changes."""

    def __init__(self, files: Files, paths: Iterable[str]) -> None:
        self._files = files
        self._held = {path: source for path in paths if (source := files.get(path)) is not None}

    def __getitem__(self, path: str) -> Source:
        return self._held[path] if path in self._held else self._files[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def family_of(path: str) -> str | None:
    """The language family of a file of code; pages count as JavaScript, notebooks as Python, Java and Kotlin as one."""
    name = frontends.frontend_for(path) or ""
    return _FAMILIES.get(name, name if name in frontends.CODE else None)
