"""What each file of a tree is, by what the file system says of it: whoever has not changed is not read again.

That is what git's index does: size, times of the last change, inode. A file that was changed shortly before it was
looked at may be changed again without a trace, within one tick of the file system's clock ("racily clean",
git:Documentation/technical/racy-git.adoc); such files are read again.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from lk_audit.discovery import Found, state_of

DIGEST = 20
"""Bytes of a content's digest: the first of its SHA-256."""
NO_DIGEST = bytes(DIGEST)
TICK = 2_000_000_000
"""Nanoseconds: the coarsest clock of a file system in use (FAT counts in two seconds)."""
_FIELDS = 4
_WIDTH = _FIELDS * 8

UNKNOWN, OTHER, MATTERS, BINARY, MISNAMED = range(5)
"""What a file is worth: not told, text in which nothing matters, something that does, binary, binary named as text."""


class Table(Struct, array_like=True, frozen=True):
    """The files of one tree when they were last looked at, row by row.

    `gate` identifies what gave the verdicts. `paths` are joined by NUL; `states` are 64-bit numbers, `_FIELDS` a row;
    `looked_at` is in nanoseconds since 1970, `newest` the last change of any file.
    """

    gate: bytes
    paths: bytes
    states: bytes
    digests: bytes
    verdicts: bytes
    looked_at: int
    newest: int

    @property
    def is_sound(self) -> bool:
        """Whether the columns are of one length."""
        count = len(self.verdicts)
        lengths = (len(self.states), len(self.digests), self.paths.count(b"\0") + bool(self.paths))
        return lengths == (count * _WIDTH, count * DIGEST, count)


def joined(paths: Sequence[str]) -> bytes:
    """Paths as a table holds them."""
    return "\0".join(paths).encode("utf-8", "surrogateescape")


def states_of(files: Sequence[Found]) -> list[bytes]:
    """What the file system says of the files now; nothing of one that is gone."""
    return [_state(item.file) for item in files]


def _state(file: str) -> bytes:
    try:
        return state_of(os.lstat(file))
    except OSError:
        return b""


def _cells(column: bytes, width: int) -> list[bytes]:
    return [column[start : start + width] for start in range(0, len(column), width)]


def _changes(states: bytes) -> list[int]:
    """When each file was last changed: its content, or what the file system says of it."""
    numbers = array("q", states)
    return list(map(max, numbers[1::_FIELDS], numbers[2::_FIELDS]))


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
    """The files of a scan: what is known of each, from a table or since then."""

    def __init__(self, files: Sequence[Found], gate: bytes, known: Table | None, looked_at: int) -> None:
        self.files = files
        self.gate = gate
        self.looked_at = looked_at
        self.paths = joined([item.path for item in files])
        self.states = b"".join([item.state for item in files])
        self.newest = max(_changes(self.states), default=0)
        self.is_unchanged = known is not None and self._is_that_of(known)
        if known is not None and self.is_unchanged:
            self.digests, self.verdicts = bytearray(known.digests), bytearray(known.verdicts)
        else:
            self.digests, self.verdicts = bytearray(len(files) * DIGEST), bytearray(len(files))
            self._take_over(known)
        if known is not None and known.gate != gate:
            self.verdicts = bytearray(len(files))
            self.is_unchanged = False

    def _is_that_of(self, known: Table) -> bool:
        """Whether a table holds for all files; compared as a whole, which takes no time."""
        is_settled = known.newest + TICK < known.looked_at
        return is_settled and known.paths == self.paths and known.states == self.states

    def _take_over(self, known: Table | None) -> None:
        """Take the rows over that still hold, one by one."""
        if known is None:
            return
        numbers = {path: number for number, path in enumerate(known.paths.split(b"\0"))}
        olds = [numbers.get(path) for path in self.paths.split(b"\0")]
        before, digests = _cells(known.states, _WIDTH), _cells(known.digests, DIGEST)
        changed = _changes(known.states)
        settled = known.looked_at - TICK
        for number, (old, state) in enumerate(zip(olds, _cells(self.states, _WIDTH), strict=False)):
            if old is not None and before[old] == state and changed[old] < settled:
                self.learn(number, digests[old], known.verdicts[old])

    def digest(self, number: int) -> bytes:
        return bytes(self.digests[number * DIGEST : (number + 1) * DIGEST])

    def learn(self, number: int, digest: bytes, verdict: int) -> None:
        """Take note of what was read."""
        self.digests[number * DIGEST : (number + 1) * DIGEST] = digest
        self.verdicts[number] = verdict

    @property
    def unread(self) -> list[int]:
        """The rows of which something is not known."""
        return [number for number, verdict in enumerate(self.verdicts) if verdict == UNKNOWN]

    @property
    def is_complete(self) -> bool:
        return UNKNOWN not in self.verdicts

    @property
    def content(self) -> bytes:
        """What the tree holds: paths and contents."""
        return self.paths + b"\0\0" + bytes(self.digests)

    @property
    def may_be_racy(self) -> list[int]:
        """The rows of files that may have changed since without a trace."""
        if self.newest + TICK < self.looked_at:
            return []
        settled = self.looked_at - TICK
        return [number for number, changed in enumerate(_changes(self.states)) if changed >= settled]

    def encoded(self) -> bytes:
        """The rows as the bytes of a table."""
        table = Table(
            self.gate,
            self.paths,
            self.states,
            bytes(self.digests),
            bytes(self.verdicts),
            self.looked_at,
            self.newest,
        )
        return msgspec.msgpack.encode(table)
