"""The files of a tree as they were last time, looked at again while git still lists which there are now."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

from lk_audit.cache.table import Table, split
from lk_audit.files.columns import STATE, Columns
from lk_audit.files.discovery import Look, workers
from lk_audit.machine import processes

_Span: TypeAlias = tuple[int, int, int]
"""Some rows of a table: where their paths begin and end, and the number of the first."""
_Outcomes: TypeAlias = "Generator[tuple[Sequence[_Span], Columns | int | None], None, None]"
_SPAN = 1 << 16
"""Bytes of paths that are looked at together."""


class Ahead:
    """What the file system says of the files of a table, asked by several processes from now on.

    `look` tells it, of these files and of others. Nothing is asked ahead where there are few files.
    """

    def __init__(self, known: Table, look: Look, jobs: int | None) -> None:
        self._known = known
        self._look = look
        self._jobs = jobs
        self._asked: _Outcomes | None = None
        wanted = workers(known.count, jobs)
        if wanted > 1:
            spans = list(_spans(known.paths))
            # As many again list: git is asked two questions of the whole tree, which take longer than this.
            self._asked = processes.spread(self._news, spans, [1] * len(spans), wanted // 2)

    def look(self, paths: Sequence[str]) -> Columns:
        """What is known of files by now; of those that are new it is asked."""
        if self._asked is None or workers(len(paths), self._jobs) == 1:
            return self._look(paths)
        columns = self._told()
        if paths is self._known.names:
            return columns
        rows = {path: row for row, path in enumerate(self._known.names)}
        further = [path for path in paths if path not in rows]
        columns.extend(self._look(further))
        rows |= {path: self._known.count + number for number, path in enumerate(further)}
        return columns.taken([rows[path] for path in paths])

    def drop(self) -> None:
        """End the processes: nobody wants to know any more."""
        if self._asked is not None:
            self._asked.close()

    def _news(self, given: Iterable[_Span]) -> Columns | int:
        """What is said of files now; only how many they are when that is what was said last time."""
        spans = list(given)
        found = self._now(spans)
        count = len(found.verdicts)
        return count if found.states == self._states(spans[0][2], count) else found

    def _now(self, spans: Sequence[_Span]) -> Columns:
        return self._look(split(self._known.paths[spans[0][0] : spans[-1][1]]))

    def _states(self, first: int, count: int) -> bytes:
        return self._known.states[first * STATE.size : (first + count) * STATE.size]

    @cached_property
    def _outcomes(self) -> list[tuple[int, Columns | int]]:
        """What came of the rows from some number on."""
        return [(spans[0][2], self._now(spans) if found is None else found) for spans, found in self._asked or ()]

    def _told(self) -> Columns:
        """What is said of the files of the table."""
        columns = Columns()
        for first, found in self._outcomes:
            if isinstance(found, int):
                columns.add_unread(self._states(first, found))
            else:
                columns.extend(found)
        return columns


def _spans(paths: bytes) -> Iterator[_Span]:
    """Spans of paths that are joined by NUL bytes, of about the same length."""
    start = row = 0
    while start < len(paths):
        found = paths.find(b"\0", start + _SPAN)
        end = found if found >= 0 else len(paths)
        yield start, end, row
        row += paths.count(b"\0", start, end) + 1
        start = end + 1
