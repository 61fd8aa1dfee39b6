"""The sources of a scan: read again whenever they are asked for, since all of them together take too much memory.

What was read the first time is known by its digest. A file that holds something else by now has changed while it was
scanned: it counts as empty from then on, and is said to be lost, so that nothing is reported at places of another text.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from typing import overload

from lk_audit import frontends
from lk_audit.digests import sha256
from lk_audit.files.columns import DIGEST, MATTERS, Columns
from lk_audit.files.regular_files import read_regular
from lk_audit.source import NotText, Source

MARKS = (b"eyJ", b"lk-audit:", b".livekit.cloud", b"API")
"""What is looked for in all sources at once: which of them hold it is told when they are read first."""
TELLS = 1 << 7
"""Beside the bits of marks: an analysis may find something in the source."""
_KEPT = 1_500_000
"""Bytes of sources that are kept for the next question: questions lead to files of the same project.

Reading one again is quick, and what they take is lost for what was parsed, which is not."""


def digest_of(raw: bytes) -> bytes:
    """What the bytes of a file are known by."""
    return sha256(raw)[:DIGEST]


def marks_of(data: bytes) -> int:
    """Which of `MARKS` a text holds, a bit each."""
    if len(data) > _BLOCK:  # as many matches as one likes
        return sum(1 << bit for bit, mark in enumerate(MARKS) if mark in data)
    return sum(1 << bit for bit in {index for index, _, _ in _search()(data)})


_BLOCK = 1 << 16


@cache
def _search() -> Callable[[bytes], Sequence[tuple[int, int, int]]]:
    """What finds the marks, none of which begins inside another; in one pass, by vectors as in the prefilter."""
    from ahocorasick_rs import BytesAhoCorasick, MatchKind  # noqa: PLC0415 - as in the prefilter

    return BytesAhoCorasick(MARKS, matchkind=MatchKind.LeftmostFirst).find_matches_as_indexes


class Sources(Sequence[Source]):
    """Sources in the order of their paths, as their frontends read them.

    Args:
        around: what stands before a path where the file is: its folder, with a separator.
        paths: those of all files of the scan, in their order.
        columns: what is known of these.
        held: sources that are in memory; they go before files of the same path.
        kept: those of the files that are in memory too, as the columns know them.
    """

    def __init__(
        self,
        around: str = "",
        paths: Sequence[str] = (),
        columns: Columns | None = None,
        held: Iterable[Source] = (),
        kept: Iterable[Source] = (),
    ) -> None:
        self._around = around
        rows = list(columns.rows_of(MATTERS)) if columns is not None else []
        self._columns = columns.taken(rows) if columns is not None else Columns()
        self._rows = {paths[row]: position for position, row in enumerate(rows)}
        new = {source.path: frontends.view(source) for source in held}
        self._new = frozenset(new)
        self._held = {source.path: frontends.view(source) for source in kept} | new
        self._recent: OrderedDict[str, Source] = OrderedDict()
        self._room = _KEPT
        self.paths: Sequence[str] = sorted(self._rows.keys() | self._held.keys())
        self.lost: set[str] = set()

    def __len__(self) -> int:
        return len(self.paths)

    def has(self, path: str) -> bool:
        return path in self._held or path in self._rows

    @overload
    def __getitem__(self, index: int) -> Source: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Source]: ...
    def __getitem__(self, index: int | slice) -> Source | Sequence[Source]:
        if isinstance(index, slice):
            return Part(self, self.paths[index])
        return self.of(self.paths[index])

    def of(self, path: str) -> Source:
        """The source of that path; an empty one where the file is not what it was.

        Raises:
            KeyError: there is none.
        """
        source = self._held.get(path) or self._recent.get(path)
        if source is None:
            source = self._read(path, self._rows[path])
            self._keep(source)
        elif path in self._recent:
            self._recent.move_to_end(path)
        return source

    def size(self, path: str) -> int:
        """How many bytes a source has, without reading it."""
        source = self._held.get(path)
        return len(source.data) if source is not None else self._columns.worth(self._rows[path])[0]

    def holding(self, mark: bytes) -> Sequence[Source]:
        """The sources that hold one of `MARKS`."""
        bit = 1 << MARKS.index(mark)
        held, rows, worth = self._held, self._rows, self._columns.worth
        return Part(
            self,
            [path for path in self.paths if (mark in held[path].data if path in held else worth(rows[path])[1] & bit)],
        )

    @property
    def telling(self) -> Sequence[Source]:
        """The sources in which an analysis may find something."""
        new, rows, worth = self._new, self._rows, self._columns.worth
        return Part(self, [path for path in self.paths if path in new or worth(rows[path])[1] & TELLS])

    def some(self, paths: Iterable[str]) -> Sequence[Source]:
        """The sources among some paths."""
        return Part(self, [path for path in dict.fromkeys(paths) if self.has(path)])

    def _read(self, path: str, row: int) -> Source:
        try:
            raw = read_regular(self._around + path)
        except OSError:
            raw = b""
        if digest_of(raw) == self._columns.digest(row):
            try:
                return frontends.view(Source.from_bytes(path, raw))
            except NotText:  # It cannot be: these bytes were text before.
                pass
        self.lost.add(path)
        return Source(path, b"")

    def _keep(self, source: Source) -> None:
        self._recent[source.path] = source
        self._room -= len(source.data)
        while self._room < 0 and len(self._recent) > 1:
            _, oldest = self._recent.popitem(last=False)
            self._room += len(oldest.data)


class Part(Sequence[Source]):
    """Some of the sources."""

    def __init__(self, sources: Sources, paths: Sequence[str]) -> None:
        self._sources = sources
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    @overload
    def __getitem__(self, index: int) -> Source: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Source]: ...
    def __getitem__(self, index: int | slice) -> Source | Sequence[Source]:
        if isinstance(index, slice):
            return Part(self._sources, self.paths[index])
        return self._sources.of(self.paths[index])

    def size(self, path: str) -> int:
        return self._sources.size(path)


def paths_of(sources: Sequence[Source]) -> Sequence[str]:
    """The path of each source; of those on disk none is read for that."""
    return sources.paths if isinstance(sources, Sources | Part) else [source.path for source in sources]


def sizes(sources: Sequence[Source]) -> list[int]:
    """How many bytes each source has; none is read for that."""
    if isinstance(sources, Sources | Part):
        return [sources.size(path) for path in sources.paths]
    return [len(source.data) for source in sources]


def telling(sources: Sequence[Source]) -> Sequence[Source]:
    """The sources in which an analysis may find something, as far as that is known."""
    return sources.telling if isinstance(sources, Sources) else sources


def some(sources: Sequence[Source], paths: Collection[str]) -> Sequence[Source]:
    """The sources of some paths, in their order."""
    if isinstance(sources, Sources):
        return sources.some(sorted(paths))
    return [source for source in sources if source.path in paths]


def holding(sources: Sequence[Source], mark: bytes) -> Sequence[Source]:
    """The sources that hold one of `MARKS`; of those on disk none is read for that."""
    if isinstance(sources, Sources):
        return sources.holding(mark)
    return [source for source in sources if mark in source.data]
