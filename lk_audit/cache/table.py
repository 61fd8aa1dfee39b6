"""What each file of a tree is, by what the file system says of it: whoever has not changed is not read again.

That is what git's index does: size, times of the last change, inode. A file that was changed shortly before it was
looked at may be changed again without a trace, within one tick of the file system's clock ("racily clean",
git:Documentation/technical/racy-git.adoc); such files are read again.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

import msgspec
from msgspec import Struct

from lk_audit.files.columns import STATE, UNKNOWN, UNREADABLE, WIDTHS, Columns
from lk_audit.files.listing import Outcome

TICK = 2_000_000_000
"""Nanoseconds: the coarsest clock of a file system in use (FAT counts in two seconds)."""
_FIELDS = STATE.size // 8


class _Listed(Struct, array_like=True, frozen=True):
    """An `Outcome`, with names as bytes, which need not be text."""

    told: bytes
    folders: tuple[tuple[bytes, bool], ...]
    none: bytes


class Table(Struct, array_like=True, frozen=True, dict=True):
    """The files of one tree when they were last looked at, row by row.

    `gate` identifies what gave the verdicts. `paths` are joined by NUL, the other columns are those of `Columns`;
    `looked_at` is in nanoseconds since 1970, `newest` the last change of any file; `listed` is what the paths came of.
    """

    gate: bytes
    paths: bytes
    states: bytes
    verdicts: bytes
    digests: bytes
    worths: bytes
    looked_at: int
    newest: int
    listed: _Listed | None

    @property
    def is_sound(self) -> bool:
        """Whether the columns are of one length."""
        return all(len(getattr(self, name)) == self.count * width for name, width in WIDTHS)

    @cached_property
    def count(self) -> int:
        """How many files there are."""
        return len(self.names)

    @cached_property
    def names(self) -> Names:
        """The paths one by one."""
        return Names(self.paths)

    @property
    def outcome(self) -> Outcome | None:
        """What the paths came of, where that can be told."""
        known = self.listed
        if known is None:
            return None
        folders = {_text(name): is_folder for name, is_folder in known.folders}
        return Outcome(known.told, folders, tuple(split(known.none)))

    @property
    def columns(self) -> Columns:
        return Columns(
            bytearray(self.states), bytearray(self.verdicts), bytearray(self.digests), bytearray(self.worths)
        )


def joined(paths: Sequence[str]) -> bytes:
    """Paths as a table holds them."""
    if isinstance(paths, Names):
        return paths.joined
    return b"\0".join([path.encode("utf-8", "surrogateescape") for path in paths])


def split(paths: bytes) -> list[str]:
    """What was joined."""
    return list(map(_text, paths.split(b"\0"))) if paths else []


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


class Names(Sequence[str]):
    """Paths that are joined by NUL bytes, made when somebody asks for one."""

    def __init__(self, paths: bytes) -> None:
        self.joined = paths

    @cached_property
    def _names(self) -> list[str]:
        return split(self.joined)

    def __len__(self) -> int:
        return self.joined.count(b"\0") + bool(self.joined)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self._names[index]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)


def _listed(outcome: Outcome) -> _Listed:
    folders = tuple((joined([name]), is_folder) for name, is_folder in outcome.folders.items())
    return _Listed(outcome.told, folders, joined(outcome.none))


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


def _digest(*parts: bytes | bytearray) -> bytes:
    """Of parts that are all but the last of a known length."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


def decoded(raw: bytes | None) -> Table | None:
    """A table from its bytes; None for what is none."""
    if raw is None:
        return None
    try:
        table = msgspec.msgpack.decode(raw, type=Table)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return table if table.is_sound else None


class Mark(Struct, frozen=True):
    """What tells files apart from those that have changed since, in little room: rows take 130 bytes a file.

    `racy` are the rows of files that may have changed since without a trace, of contents with `racy_digests`.
    """

    content: bytes
    states: bytes
    newest: int
    racy: tuple[int, ...]
    racy_digests: bytes
    is_complete: bool

    def holds(self, columns: Columns) -> bool:
        """Whether the file system says the same of the files as then."""
        return self.is_complete and _digest(columns.states) == self.states


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

    @cached_property
    def content(self) -> bytes:
        """A digest of what the tree holds: paths and contents."""
        return _digest(_digest(self.paths), self.columns.digests)

    @property
    def mark(self) -> Mark:
        """What to remember of the files while they are analysed."""
        racy = self._may_be_racy
        return Mark(
            content=self.content,
            states=_digest(self.columns.states),
            newest=self.newest,
            racy=tuple(racy),
            racy_digests=bytes(self.columns.taken(racy).digests),
            is_complete=self.is_complete,
        )

    @property
    def _may_be_racy(self) -> list[int]:
        """The rows of files that may have changed since without a trace."""
        if self.newest + TICK < self.looked_at:
            return []
        settled = self.looked_at - TICK
        return [number for number, changed in enumerate(_changes(self.columns.states)) if changed >= settled]

    def encoded(self, outcome: Outcome | None) -> bytes:
        """The rows as the bytes of a table; what could not be read is looked at again."""
        verdicts = bytes(self.columns.verdicts).replace(bytes([UNREADABLE]), bytes([UNKNOWN]))
        columns = {name: bytes(getattr(self.columns, name)) for name, _ in WIDTHS}
        table = Table(
            gate=self.gate,
            paths=self.paths,
            looked_at=self.looked_at,
            newest=self.newest,
            listed=_listed(outcome) if outcome is not None else None,
            **{**columns, "verdicts": verdicts},
        )
        return msgspec.msgpack.encode(table)
