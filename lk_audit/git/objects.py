"""The content of git objects, through one `git cat-file --batch` process.

Source of the protocol: git-cat-file(1), "BATCH OUTPUT".
"""

from __future__ import annotations

import contextlib
import subprocess
from collections import deque
from collections.abc import Generator, Iterator
from threading import Thread
from types import TracebackType
from typing import IO, Self, cast

from msgspec import Struct

from lk_audit.git.process import Git, GitError, Watch, is_hopeless

_CHUNK = 1 << 20
_LF = 1


class Content(Struct, frozen=True):
    """What came of an object: its bytes and size. `data` is None when it is too large, or (`size` -1) not there."""

    data: bytes | None
    size: int

    @property
    def is_missing(self) -> bool:
        return self.size < 0


_MISSING = Content(None, -1)


class Objects:
    """Objects by id, one at a time. A context manager: the process ends with it."""

    def __init__(self, git: Git, limit: int) -> None:
        self._git = git
        self._limit = limit
        self._process: subprocess.Popen[bytes] | None = None
        self._watch: Watch | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._process is not None and self._watch is not None:
            self._watch.close()
            _end(self._process)
        self._process = self._watch = None

    def read(self, object_id: bytes) -> Content:
        """One object; git is started again after one that it fails at, and given up after one it hangs at."""
        if is_hopeless(self._git.folder):
            return _MISSING
        process, watch = self._started()
        try:
            pipe = cast("IO[bytes]", process.stdin)
            with watch:
                pipe.write(object_id + b"\n")
                pipe.flush()
                found = _next(process, self._limit)
        except (OSError, GitError):
            found = None
        if found is None:
            self.close()
            return _MISSING
        return found

    def _started(self) -> tuple[subprocess.Popen[bytes], Watch]:
        if self._process is None or self._watch is None:
            self._process = self._git.start("cat-file", "--batch", stdin=subprocess.PIPE)
            self._watch = Watch(self._git.folder, self._process)
        return self._process, self._watch


class Entry(Struct, frozen=True):
    """A blob and the name by which it was found."""

    id: bytes
    path: bytes


class Stream:
    """The contents of many blobs in their order, read while git goes on; nothing is kept.

    Args:
        git: where.
        entries: the blobs; asked in a thread of its own.
        limit: the size in bytes over which a blob is not read.
    """

    def __init__(self, git: Git, entries: Generator[Entry, None, None], limit: int) -> None:
        self._git = git
        self._entries = entries
        self._limit = limit
        self._asked: deque[Entry] = deque()
        self._error: Exception | None = None
        self._is_exhausted = False
        self._is_listening = False
        """Whether the next entry is being waited for."""

    def __iter__(self) -> Iterator[tuple[Entry, Content]]:
        """Every blob once.

        Raises:
            GitError: git does not come back.
            Exception: whatever `entries` raises.
        """
        try:
            while self._asked or not self._is_exhausted:
                yield from self._round()
                if self._error is not None:
                    raise self._error
                if self._asked:
                    # git ended before it answered: that blob is damaged, those after it are asked for again.
                    yield self._asked.popleft(), _MISSING
        finally:
            self._entries.close()

    def _round(self) -> Iterator[tuple[Entry, Content]]:
        """The answers of one process, which ends early at a damaged object."""
        process = self._git.start("cat-file", "--batch", "--buffer", stdin=subprocess.PIPE)
        feeder = Thread(target=self._feed, args=(cast("IO[bytes]", process.stdin), tuple(self._asked)), daemon=True)
        feeder.start()
        # Who names the blobs may have a long way to the first of them.
        watch = Watch(self._git.folder, process, lambda: not self._is_listening)
        try:
            while (found := self._answer(process, watch)) is not None:
                yield self._asked.popleft(), found
        finally:
            watch.close()
            _end(process)
            feeder.join()

    def _answer(self, process: subprocess.Popen[bytes], watch: Watch) -> Content | None:
        with watch:
            return _next(process, self._limit)

    def _feed(self, pipe: IO[bytes], again: tuple[Entry, ...]) -> None:
        with contextlib.suppress(OSError, ValueError):  # a reader that has enough closes the pipe
            pipe.write(b"".join(entry.id + b"\n" for entry in again))
            while (new := self._next_entry()) is not None:
                pipe.write(new.id + b"\n")
            pipe.close()

    def _next_entry(self) -> Entry | None:
        self._is_listening = True
        try:
            entry = next(self._entries, None)
        except Exception as error:  # noqa: BLE001 - raised again where the stream is read
            self._error = error
            entry = None
        self._is_listening = False
        if entry is None:
            self._is_exhausted = True
        else:
            self._asked.append(entry)
        return entry


def _next(process: subprocess.Popen[bytes], limit: int) -> Content | None:
    """The next answer; None when there is none, or not all of it."""
    pipe = cast("IO[bytes]", process.stdout)
    header = pipe.readline()
    if not header.endswith(b"\n"):
        return None
    words = header.split()
    if len(words) < 3 or not words[-1].isdigit():  # noqa: PLR2004 - id, type, size
        return _MISSING
    size = int(words[-1])
    if size > limit:
        return Content(None, size) if _drained(pipe, size + _LF) else None
    data = pipe.read(size + _LF)
    return Content(data[:-_LF], size) if len(data) == size + _LF else None


def _drained(pipe: IO[bytes], count: int) -> bool:
    while count > 0:
        chunk = pipe.read(min(count, _CHUNK))
        if not chunk:
            return False
        count -= len(chunk)
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
