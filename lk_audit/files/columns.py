"""What is known of very many files, as columns of bytes: a row each, and no object.

Rows are in the order of some list of paths that whoever holds the columns holds too.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from lk_audit.findings import Skipped

UNKNOWN, OTHER, MATTERS, BINARY, MISNAMED, REPORT, UNREADABLE, ABSENT, POINTER = range(9)
"""What a file is worth: not told, text in which nothing matters, something that does, binary, binary named as text,
a scanner's report, one that cannot be read; what is no file to read at all, which is dropped; and a text that Git LFS
keeps elsewhere."""

STATE = struct.Struct("=4q")
WORTH = struct.Struct("=IB")
"""What is kept of a file that matters: how many bytes there are to read, and which of `sources.MARKS` it holds."""
DIGEST = 20
"""Bytes of a content's digest: the first of its SHA-256."""
NO_STATE, NO_WORTH, NO_DIGEST = bytes(STATE.size), bytes(WORTH.size), bytes(DIGEST)


class Columns(Struct):
    """Columns as wide as `STATE`, one byte, `DIGEST` and `WORTH`; `skipped` says by row what is wrong with a file."""

    states: bytearray = field(default_factory=bytearray)
    verdicts: bytearray = field(default_factory=bytearray)
    digests: bytearray = field(default_factory=bytearray)
    worths: bytearray = field(default_factory=bytearray)
    skipped: dict[int, Skipped] = {}

    def add(self, verdict: int, state: bytes = NO_STATE, digest: bytes = NO_DIGEST, worth: bytes = NO_WORTH) -> None:
        """Add a row."""
        self.verdicts.append(verdict)
        self.states += state
        self.digests += digest
        self.worths += worth

    def add_unread(self, states: bytes) -> None:
        """Add the rows of files that are not read yet, by their states."""
        count = len(states) // STATE.size
        self.states += states
        for name, width in WIDTHS[1:]:
            column = getattr(self, name)
            column += bytes(count * width)

    def add_skipped(self, verdict: int, skipped: Skipped, state: bytes = NO_STATE) -> None:
        """Add the row of a file that is not read."""
        self.skipped[len(self.verdicts)] = skipped
        self.add(verdict, state)

    def extend(self, other: Columns) -> None:
        """Add the rows of others."""
        count = len(self.verdicts)
        self.skipped.update((count + row, skipped) for row, skipped in other.skipped.items())
        for name, _ in WIDTHS:
            column = getattr(self, name)
            column += getattr(other, name)

    def put(self, rows: Sequence[int], other: Columns) -> None:
        """Put rows in the place of those of these numbers."""
        for name, width in WIDTHS:
            column, new = getattr(self, name), memoryview(getattr(other, name))
            for position, row in enumerate(rows):
                column[row * width : (row + 1) * width] = new[position * width : (position + 1) * width]
        for position, row in enumerate(rows):
            self.skipped.pop(row, None)
            if position in other.skipped:
                self.skipped[row] = other.skipped[position]

    def taken(self, rows: Sequence[int]) -> Columns:
        """The rows of these numbers, in their order."""
        found = Columns(skipped={at: self.skipped[row] for at, row in enumerate(rows) if row in self.skipped})
        runs = list(_runs(rows))
        for name, width in WIDTHS:
            column, new = memoryview(getattr(self, name)), getattr(found, name)
            for start, end in runs:
                new += column[start * width : end * width]
        return found

    def keep_verdicts(self) -> None:
        """Forget what is known of the files besides."""
        for name, _ in WIDTHS:
            if name != "verdicts":
                setattr(self, name, bytearray())

    def rows_of(self, verdict: int) -> Iterator[int]:
        """The numbers of the rows of a verdict."""
        row = self.verdicts.find(verdict)
        while row >= 0:
            yield row
            row = self.verdicts.find(verdict, row + 1)

    def digest(self, row: int) -> bytes:
        return bytes(self.digests[row * DIGEST : (row + 1) * DIGEST])

    def worth(self, row: int) -> tuple[int, int]:
        size, marks = WORTH.unpack_from(self.worths, row * WORTH.size)
        return size, marks


WIDTHS = (("states", STATE.size), ("verdicts", 1), ("digests", DIGEST), ("worths", WORTH.size))


def _runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Spans of rows that follow each other, so that they are copied at once."""
    start = end = 0
    for row in rows:
        if row != end:
            if end > start:
                yield start, end
            start = row
        end = row + 1
    if end > start:
        yield start, end
