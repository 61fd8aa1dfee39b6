"""Work spread over processes that share what is in memory already.

Only where processes fork: elsewhere every one of them would have to read and parse what this one knows.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import struct
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from msgspec import Struct, field

from lk_audit.machine import memory
from lk_audit.machine.batches import Span, cut

if TYPE_CHECKING:
    from ctypes import CDLL

T = TypeVar("T")
R = TypeVar("R")

_GROWN = 3
"""The exit code of such a process; it has done at least one item."""
_MOST_PROCESSES = 250
"""More would have more pieces of work than fit into a pipe (64 KiB, pipe(7))."""

_is_program = False
_work: Callable[[Iterable[Any]], Any] | None = None
_items: Sequence[Any] = ()


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_spread() -> bool:
    """Whether processes can share memory here."""
    return sys.platform == "linux"


@contextmanager
def as_program() -> Iterator[None]:
    """A block in which this process is nobody else's, so that it may part even where one is asked for."""
    global _is_program  # noqa: PLW0603 - of a program there is one
    before, _is_program = _is_program, True
    try:
        yield
    finally:
        _is_program = before


def is_replaceable() -> bool:
    """Whether a single process may be another than this one, which is replaced when it has grown."""
    return _is_program and can_spread()


def spread(
    work: Callable[[Iterable[T]], R],
    items: Sequence[T],
    weights: Sequence[int],
    jobs: int,
    ties: Sequence[int] = (),
) -> Generator[tuple[Sequence[T], R | None], None, None]:
    """`work` on batches of items, in `jobs` processes; batches or their parts, in their order.

    The weights say how much work items are; `ties` how closely each belongs to the next: apart are done those that
    belong together least.

    The processes are at work when this returns; closing what it gives ends them. `work` goes through what it is given
    once: that ends early where the process has grown too large meanwhile, and the rest of the batch is done in another.
    So is an item at which `work` leaves off itself, if that is not the first that its process does: one is done when
    the next is asked for.
    Work whose process the system has ended (for want of memory, say) is done again in a process of its own; the outcome
    is None for an item that ends that one too.
    """
    jobs = min(jobs, _MOST_PROCESSES)
    found = _outcomes(work, items, list(cut(weights, jobs, ties)), jobs)
    next(found)  # of nothing
    return found


def _outcomes(
    work: Callable[[Iterable[T]], R], items: Sequence[T], batches: Sequence[Span], jobs: int
) -> Generator[tuple[Sequence[T], R | None], None, None]:
    """The outcomes of all batches, and before them one of nothing, as soon as the processes are at work."""
    global _work, _items
    _work, _items = work, items
    try:
        with _Crew(batches, jobs) as crew:
            yield items[:0], None
            for (start, end), found in _spread(crew, batches):
                yield items[start:end], found
    finally:
        _work, _items = None, ()


def _spread(crew: _Crew, batches: Sequence[Span]) -> Iterator[tuple[Span, Any]]:
    """The outcome of every batch, or of each part of one.

    What the end of a process leaves undone is done again, each batch on its own. Where the system gives no processes,
    this one does the work.
    """
    done = 0
    for _, limit in batches:
        while done < limit:
            batch, outcome = crew.outcome(done, limit)
            done = batch[1]
            if outcome is _NO_PROCESSES:
                yield batch, _run(*batch)
            elif outcome is _ENDED:
                yield from _alone(batch)
            else:
                yield batch, outcome


def _alone(batch: Span) -> Iterator[tuple[Span, Any]]:
    """A batch in a process of its own. Of one that ends that too, the halves: only the items at fault are lost."""
    start, limit = batch
    with _Crew([batch], 1) as crew:
        part, outcome = crew.outcome(start, limit)
    if outcome is _NO_PROCESSES:
        yield batch, _run(start, limit)
    elif outcome is not _ENDED:
        yield part, outcome
        if part[1] < limit:
            yield from _alone((part[1], limit))
    elif limit - start == 1:
        yield batch, None
    else:
        middle = (start + limit) // 2
        yield from _alone((start, middle))
        yield from _alone((middle, limit))


_ENDED = object()
"""Stands for the outcome of work whose process the system has ended."""
_NO_PROCESSES = object()
"""Stands for the outcome of work that no process could be had for."""
_BATCH = struct.Struct("=2i")
_FRAME = struct.Struct("=3iq")
"""Before what a process writes: where it began, how far it came and where the batch ends, and how many bytes follow;
none when it begins."""


class _Worker(Struct):
    """A process as the first one sees it: what it has written so far, and what of its batch it has yet to do."""

    process: int
    received: bytearray = field(default_factory=bytearray)
    batch: Span | None = None


class _Crew:
    """Processes that take batches out of one pipe, and write what comes of them into one each."""

    def __init__(self, batches: Sequence[Span], jobs: int) -> None:
        _trim()
        self._batches = batches
        self._outcomes: dict[int, tuple[int, bool, Any]] = {}
        self._workers: dict[int, _Worker] = {}
        self._poll = select.poll()
        self._tasks, giving = os.pipe()
        os.write(giving, b"".join(_BATCH.pack(*batch) for batch in batches))
        os.close(giving)
        self._add(min(jobs, len(batches)))
        self._is_manned = bool(self._workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End all processes at once: when all is done they have nothing to do, else nobody waits for what they do."""
        os.close(self._tasks)
        for descriptor, worker in self._workers.items():
            with suppress(ProcessLookupError):
                os.kill(worker.process, signal.SIGKILL)
            os.close(descriptor)
            _exit_code_of(worker.process)

    def outcome(self, start: int, limit: int) -> tuple[Span, Any]:
        """What came of the batch that begins, or goes on, at `start` and ends at `limit`, and how far that goes.

        Tells when its process has ended or there are none.
        """
        while start not in self._outcomes and self._workers:
            self._listen()
        if start not in self._outcomes:
            return (start, limit), _ENDED if self._is_manned else _NO_PROCESSES
        end, is_done, found = self._outcomes.pop(start)
        if not is_done:
            raise found
        return (start, end), found

    def _add(self, count: int, batch: Span | None = None) -> None:
        """Start so many processes, or as many as the system gives: those that there are do the work.

        The first thing that they do is `batch`, if there is one.
        """
        parent = os.getpid()
        with suppress(OSError), _undisturbed():
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
            _settle(parent)
            while batch := batch or self._next():
                end = _do(batch, writing)
                if end < batch[1] or not memory.has_room():
                    os._exit(_GROWN)
                batch = None
            code = 0
        finally:
            os._exit(code)

    def _next(self) -> Span | None:
        """The next batch; None when all are taken."""
        told = os.read(self._tasks, _BATCH.size)
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
        if _exit_code_of(worker.process) == _GROWN:
            before = len(self._workers)
            self._add(1, rest)
            rest = rest if len(self._workers) == before else None
        if rest is not None:
            start, limit = rest
            self._outcomes[start] = (limit, True, _ENDED)


def _outcomes_in(worker: _Worker) -> Iterator[tuple[int, tuple[int, bool, Any]]]:
    """What a process has written in full, by where it began; it is taken out of what was received."""
    import pickle  # noqa: PLC0415 - for work that is spread

    received = worker.received
    while len(received) >= _FRAME.size:
        start, end, limit, size = _FRAME.unpack_from(received)
        after = _FRAME.size + size
        if len(received) < after:
            return
        worker.batch = (end, limit) if end < limit else None
        if size:
            is_done, found = pickle.loads(received[_FRAME.size : after])  # noqa: S301 - what this program has written
            yield start, (end, is_done, found)
        del received[:after]


def _exit_code_of(process: int) -> int:
    """How a process ended, which it is waited for; 0 where somebody else has waited for it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except ChildProcessError:
        return 0


def _do(batch: Span, writing: int) -> int:
    """Do the work of one batch, as much as there is room for, and write down what comes of it, or how it failed.

    Tells how far it has come: nowhere, where the first item was left to another process.
    """
    import pickle  # noqa: PLC0415 - for work that is spread

    start, limit = batch
    _write(writing, _FRAME.pack(start, start, limit, 0))
    given = _Given(start, limit)
    try:
        outcome = _called(given)
        if given.end == start:
            if memory.is_used():
                return start
            raise RuntimeError("work left off at the first item of a process")  # noqa: TRY301 - as any other mistake
        found = pickle.dumps((True, outcome), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # noqa: BLE001 - it is raised where the work is waited for
        found = _failure(error)
        given.end = limit
    _write(writing, _FRAME.pack(start, given.end, limit, len(found)) + found)
    return given.end


class _Given:
    """Items of the work, from the first up to `end`: the last that was done before there was no room any more."""

    def __init__(self, start: int, limit: int) -> None:
        self._start = start
        self._limit = limit
        self.end = start

    def __iter__(self) -> Iterator[Any]:
        for index in range(self._start, self._limit):
            yield _items[index]
            self.end = index + 1
            memory.use()
            if not memory.has_room():
                return


def _failure(error: BaseException) -> bytes:
    import pickle  # noqa: PLC0415 - for work that is spread

    try:
        return pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
    except Exception:  # noqa: BLE001 - exceptions may hold anything
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")), pickle.HIGHEST_PROTOCOL)


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


_ENDING = frozenset({signal.SIGINT, signal.SIGTERM})


def _trim() -> None:
    """Give back what was freed, so that no process that parts from this one begins with it.

    Source: malloc_trim(3), of glibc.
    """
    trim = getattr(_libc(), "malloc_trim", None)
    if trim is not None:
        trim(0)


@cache
def _libc() -> CDLL:
    from ctypes import CDLL  # noqa: PLC0415 - for work that is spread

    return CDLL(None)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A block that signals wait for: a process that is half started would answer them as this one does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_PR_SET_PDEATHSIG = 1
"""Source: linux/prctl.h."""


def _settle(parent: int) -> None:
    """Make a new process one that only its parent ends, and that does not outlive it.

    Ctrl-C reaches all processes of a terminal; the first one sees to the others.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    memory.begin()
    gc.freeze()  # What is shared stays so: the collector would write into every object.


def _run(start: int, end: int) -> Any:  # noqa: ANN401 - whatever the work gives
    return _called(_items[start:end])


def _called(items: Iterable[Any]) -> Any:  # noqa: ANN401 - whatever the work gives
    if _work is None:
        raise RuntimeError("no work was handed to this process")
    return _work(items)
