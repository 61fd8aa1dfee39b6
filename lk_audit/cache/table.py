"""What each file of a tree is, by what the file system says of it: whoever has not changed is not read again.

That is what git's index does: size, times of the last change, inode. A file that was changed shortly before it was
looked at may be changed again without a trace, within one tick of the file system's clock ("racily clean",
git:Documentation/technical/racy-git.adoc); such files are read again.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from lk_audit.columns import STATE, UNKNOWN, UNREADABLE, WIDTHS, Columns

TICK = 2_000_000_000
"""Nanoseconds: the coarsest clock of a file system in use (FAT counts in two seconds)."""
_FIELDS = STATE.size // 8


class Table(Struct, array_like=True, frozen=True):
    """The files of one tree when they were last looked at, row by row.

    `gate` identifies what gave the verdicts. `paths` are joined by NUL, the other columns are those of `Columns`;
    `looked_at` is in nanoseconds since 1970, `newest` the last change of any file.
    """

    gate: bytes
    paths: bytes
    states: bytes
    verdicts: bytes
    digests: bytes
    worths: bytes
    looked_at: int
    newest: int

    @property
    def is_sound(self) -> bool:
        """Whether the columns are of one length."""
        count = self.paths.count(b"\0") + bool(self.paths)
        return all(len(getattr(self, name)) == count * width for name, width in WIDTHS)

    @property
    def columns(self) -> Columns:
        return Columns(
            bytearray(self.states), bytearray(self.verdicts), bytearray(self.digests), bytearray(self.worths)
        )


def joined(paths: Sequence[str]) -> bytes:
    """Paths as a table holds them."""
    return b"\0".join([path.encode("utf-8", "surrogateescape") for path in paths])


def _cells(states: bytes | bytearray) -> list[bytes]:
    return [bytes(states[start : start + STATE.size]) for start in range(0, len(states), STATE.size)]


def _changes(states: bytes | bytearray) -> list[int]:
    """When each file was last changed: its content, or what the file system says of it."""
    numbers = array("q", bytes(states))
    return list(map(max, numbers[1::_FIELDS], numbers[2::_FIELDS]))


def _newest(states: bytes | bytearray) -> int:
    """The last change of any file; 0 where there is none."""
    numbers = array("q", bytes(states))
    return max(max(numbers[field::_FIELDS], default=0) for field in (1, 2))


def decoded(raw: bytes | None) -> Table | None:
    """A table from its bytes; None for what is none."""
    if raw is None:
        return None
    try:
        table = msgspec.msgpack.decode(raw, type=Table)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return table if table.is_sound else None


class Rows:
    """The files of a scan: what is known of each, from a table or since then. `columns` hold their states at least."""

    def __init__(
        self, paths: Sequence[str], columns: Columns, gate: bytes, known: Table | None, looked_at: int
    ) -> None:
        self.columns = columns
        self.gate = gate
        self.looked_at = looked_at
        self.paths = joined(paths)
        self.newest = _newest(columns.states)
        self.is_unchanged = known is not None and self._is_that_of(known)
        if known is None:
            return
        if self.is_unchanged:
            self.columns = known.columns
        else:
            self._take_over(known)
        if known.gate != gate:
            self.columns.verdicts = bytearray(len(self.columns.verdicts))
            self.is_unchanged = False

    def _is_that_of(self, known: Table) -> bool:
        """Whether a table holds for all files; compared as a whole, which takes no time."""
        is_settled = known.newest + TICK < known.looked_at
        return is_settled and known.paths == self.paths and known.states == self.columns.states

    def _take_over(self, known: Table) -> None:
        """Take the rows over that still hold."""
        numbers = {path: number for number, path in enumerate(known.paths.split(b"\0"))}
        olds = [numbers.get(path) for path in self.paths.split(b"\0")] if self.paths else []
        before, now = _cells(known.states), _cells(self.columns.states)
        changed = _changes(known.states)
        settled = known.looked_at - TICK
        held = [
            (number, old)
            for number, old in enumerate(olds)
            if old is not None and changed[old] < settled and before[old] == now[number]
        ]
        self.columns.put([number for number, _ in held], known.columns.taken([old for _, old in held]))

    @property
    def unread(self) -> list[int]:
        """The rows of which something is not known."""
        return list(self.columns.rows_of(UNKNOWN))

    @property
    def is_complete(self) -> bool:
        return not {UNKNOWN, UNREADABLE} & set(self.columns.verdicts)

    @property
    def content(self) -> tuple[bytes, bytes]:
        """What the tree holds: paths and contents."""
        return self.paths, bytes(self.columns.digests)

    @property
    def may_be_racy(self) -> list[int]:
        """The rows of files that may have changed since without a trace."""
        if self.newest + TICK < self.looked_at:
            return []
        settled = self.looked_at - TICK
        return [number for number, changed in enumerate(_changes(self.columns.states)) if changed >= settled]

    def encoded(self) -> bytes:
        """The rows as the bytes of a table; what could not be read is looked at again."""
        verdicts = bytes(self.columns.verdicts).replace(bytes([UNREADABLE]), bytes([UNKNOWN]))
        columns = {name: bytes(getattr(self.columns, name)) for name, _ in WIDTHS}
        table = Table(
            gate=self.gate,
            paths=self.paths,
            looked_at=self.looked_at,
            newest=self.newest,
            **{**columns, "verdicts": verdicts},
        )
        return msgspec.msgpack.encode(table)
