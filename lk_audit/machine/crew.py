"""The processes that do the work, and their first one, which hears of them."""

from __future__ import annotations

import os
import select
import signal
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from msgspec import Struct, field

from lk_audit.machine import memory, tasks
from lk_audit.machine.batches import Span
from lk_audit.machine.forking import exit_code_of, settle, trim, undisturbed

_GROWN = 3
"""The exit code of a process that has grown too large; it has done at least one item."""
ENDED = object()
"""Stands for the outcome of work whose process the system has ended."""
NO_PROCESSES = object()
"""Stands for the outcome of work that no process could be had for."""
_BATCH = struct.Struct("=2i")


class _Worker(Struct):
    """A process as the first one sees it: what it has written so far, and what of its batch it has yet to do."""

    process: int
    received: bytearray = field(default_factory=bytearray)
    batch: Span | None = None


class Crew:
    """Processes that take batches out of one pipe, and write what comes of them into one each."""

    def __init__(self, batches: Sequence[Span], jobs: int, before_another: Callable[[], None] | None = None) -> None:
        trim()
        self._before_another = before_another
        self._outcomes: dict[int, tuple[int, bool, Any]] = {}
        self._workers: dict[int, _Worker] = {}
        self._poll = select.poll()
        self._queue = _queue_of(batches)
        if self._queue is not None:
            self._add(min(jobs, len(batches)))
        self._is_manned = bool(self._workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End all processes at once: when all is done they have nothing to do, else nobody waits for what they do."""
        if self._queue is not None:
            os.close(self._queue)
        for descriptor, worker in self._workers.items():
            with suppress(ProcessLookupError):
                os.kill(worker.process, signal.SIGKILL)
            os.close(descriptor)
            exit_code_of(worker.process)

    def outcome(self, start: int, limit: int) -> tuple[Span, Any]:
        """What came of the batch that begins, or goes on, at `start` and ends at `limit`, and how far that goes.

        Tells when its process has ended or there are none.
        """
        while start not in self._outcomes and self._workers:
            self._listen()
        if start not in self._outcomes:
            return (start, limit), ENDED if self._is_manned else NO_PROCESSES
        end, is_done, found = self._outcomes.pop(start)
        if not is_done:
            raise found
        return (start, end), found

    def _add(self, count: int, batch: Span | None = None) -> None:
        """Start so many processes, or as many as the system gives: those that there are do the work.

        The first thing that they do is `batch`, if there is one.
        """
        parent = os.getpid()
        with suppress(OSError), undisturbed():
            for _ in range(count):
                self._add_one(parent, batch)

    def _add_one(self, parent: int, batch: Span | None) -> None:
        receiving, writing = os.pipe()
        try:
            process = os.fork()
        except OSError:
            os.close(receiving)
            raise
        else:
            if process == 0:
                self._begin((receiving, *self._workers), writing, parent, batch)
        finally:
            os.close(writing)
        self._workers[receiving] = _Worker(process, batch=batch)
        self._poll.register(receiving, select.POLLIN)

    def _begin(self, others: tuple[int, ...], writing: int, parent: int, batch: Span | None) -> None:
        """The life of a new process; it ends here."""
        code = 1
        try:
            for descriptor in others:
                os.close(descriptor)
            settle(parent)
            while batch := batch or self._next():
                end = tasks.do(batch, writing)
                if end < batch[1] or not memory.has_room():
                    os._exit(_GROWN)
                batch = None
            code = 0
        finally:
            os._exit(code)

    def _next(self) -> Span | None:
        """The next batch; None when all are taken."""
        told = b"" if self._queue is None else os.read(self._queue, _BATCH.size)
        if not told:
            return None
        start, end = _BATCH.unpack(told)
        return start, end

    def _listen(self) -> None:
        """Take what the processes have written, and note who has ended."""
        for descriptor, _ in self._poll.poll():
            worker = self._workers[descriptor]
            part = os.read(descriptor, 1 << 20)
            worker.received += part
            self._outcomes.update(_outcomes_in(worker))
            if not part:
                self._dismiss(descriptor, worker)

    def _dismiss(self, descriptor: int, worker: _Worker) -> None:
        """Note that a process has ended; one that has grown too large is followed by another."""
        self._poll.unregister(descriptor)
        del self._workers[descriptor]
        os.close(descriptor)
        rest = worker.batch
        if exit_code_of(worker.process) == _GROWN:
            if self._before_another is not None:
                self._before_another()
                self._before_another = None
            before = len(self._workers)
            self._add(1, rest)
            rest = rest if len(self._workers) == before else None
        if rest is not None:
            start, limit = rest
            self._outcomes[start] = (limit, True, ENDED)


def _queue_of(batches: Sequence[Span]) -> int | None:
    """A pipe that holds all batches; None where no more files may be open."""
    try:
        queue, giving = os.pipe()
    except OSError:
        return None
    os.write(giving, b"".join(_BATCH.pack(*batch) for batch in batches))
    os.close(giving)
    return queue


def _outcomes_in(worker: _Worker) -> Iterator[tuple[int, tuple[int, bool, Any]]]:
    """What a process has written in full, by where it began; it is taken out of what was received."""
    import pickle  # noqa: PLC0415 - for work that is spread

    received = worker.received
    while len(received) >= tasks.FRAME.size:
        start, end, limit, size = tasks.FRAME.unpack_from(received)
        after = tasks.FRAME.size + size
        if len(received) < after:
            return
        worker.batch = (end, limit) if end < limit else None
        if size:
            is_done, found = pickle.loads(received[tasks.FRAME.size : after])  # noqa: S301 - what this program has written
            yield start, (end, is_done, found)
        del received[:after]
