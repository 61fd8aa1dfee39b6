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
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from msgspec import Struct, field

T = TypeVar("T")
R = TypeVar("R")

_BATCHES_EACH = 8
"""So many pieces of work a process, so that none waits long for the slowest."""
_ROOM = 96_000_000
"""Bytes; a larger process ends with its batch, and another goes on. What has been dropped in it stays taken for the
most part: in between are objects that live."""
_GROWN = 3
"""The exit code of such a process; it has done at least one batch."""
_MOST_PROCESSES = 1_000
"""More would have more pieces of work than fit into a pipe (64 KiB, pipe(7))."""

_work: Callable[[Sequence[Any]], Any] | None = None
_items: Sequence[Any] = ()


def cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_spread() -> bool:
    """Whether processes can share memory here."""
    return sys.platform == "linux"


def spread(
    work: Callable[[Sequence[T]], R], items: Sequence[T], weights: Sequence[int], jobs: int
) -> Generator[tuple[Sequence[T], R | None], None, None]:
    """`work` on batches of items of about the same weight, in `jobs` processes; batches in their order.

    The processes are at work when this returns; closing what it gives ends them. Work whose process the system has
    ended (for want of memory, say) is done again in a process of its own; the outcome is None for an item that ends
    that one too.
    """
    found = _outcomes(work, items, weights, min(jobs, _MOST_PROCESSES))
    next(found)  # of nothing
    return found


def _outcomes(
    work: Callable[[Sequence[T]], R], items: Sequence[T], weights: Sequence[int], jobs: int
) -> Generator[tuple[Sequence[T], R | None], None, None]:
    """The outcomes of all batches, and before them one of nothing, as soon as the processes are at work."""
    global _work, _items
    _work, _items = work, items
    batches = list(_batches(weights, jobs * _BATCHES_EACH))
    try:
        with _Crew(batches, jobs) as crew:
            yield items[:0], None
            for (start, end), found in _spread(crew, batches):
                yield items[start:end], found
    finally:
        _work, _items = None, ()


_Span: TypeAlias = tuple[int, int]


def _spread(crew: _Crew, batches: Sequence[_Span]) -> Iterator[tuple[_Span, Any]]:
    """The outcome of every batch. What the end of a process leaves undone is done again, each batch on its own.

    Where the system gives no processes, this one does the work.
    """
    for number, batch in enumerate(batches):
        outcome = crew.outcome(number)
        if outcome is _NO_PROCESSES:
            yield batch, _run(*batch)
        elif outcome is _ENDED:
            yield from _alone(batch)
        else:
            yield batch, outcome


def _alone(batch: _Span) -> Iterator[tuple[_Span, Any]]:
    """A batch in a process of its own. Of one that ends that too, the halves: only the items at fault are lost."""
    with _Crew([batch], 1) as crew:
        outcome = crew.outcome(0)
    start, end = batch
    if outcome is _NO_PROCESSES:
        yield batch, _run(start, end)
    elif outcome is not _ENDED:
        yield batch, outcome
    elif end - start == 1:
        yield batch, None
    else:
        middle = (start + end) // 2
        yield from _alone((start, middle))
        yield from _alone((middle, end))


_ENDED = object()
"""Stands for the outcome of work whose process the system has ended."""
_NO_PROCESSES = object()
"""Stands for the outcome of work that no process could be had for."""
_NUMBER = struct.Struct("=i")
_FRAME = struct.Struct("=iq")
"""Before what a process writes: the number of the batch, and how many bytes follow; none when it begins with it."""


class _Worker(Struct):
    """A process as the first one sees it: what it has written so far, and which batch it is at."""

    process: int
    received: bytearray = field(default_factory=bytearray)
    batch: int | None = None


class _Crew:
    """Processes that take the numbers of batches out of one pipe, and write what comes of them into one each."""

    def __init__(self, batches: Sequence[_Span], jobs: int) -> None:
        self._batches = batches
        self._outcomes: dict[int, tuple[bool, Any]] = {}
        self._workers: dict[int, _Worker] = {}
        self._poll = select.poll()
        self._tasks, giving = os.pipe()
        os.write(giving, b"".join(map(_NUMBER.pack, range(len(batches)))))
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

    def outcome(self, number: int) -> Any:  # noqa: ANN401 - whatever the work gives
        """What came of a batch; tells when its process has ended or there are none."""
        while number not in self._outcomes and self._workers:
            self._listen()
        if number not in self._outcomes:
            return _ENDED if self._is_manned else _NO_PROCESSES
        is_done, found = self._outcomes.pop(number)
        if not is_done:
            raise found
        return found

    def _add(self, count: int) -> None:
        """Start so many processes, or as many as the system gives: those that there are do the work."""
        parent = os.getpid()
        with suppress(OSError), _undisturbed():
            for _ in range(count):
                self._add_one(parent)

    def _add_one(self, parent: int) -> None:
        receiving, writing = os.pipe()
        try:
            process = os.fork()
        except OSError:
            os.close(receiving)
            raise
        else:
            if process == 0:
                self._begin((receiving, *self._workers), writing, parent)
        finally:
            os.close(writing)
        self._workers[receiving] = _Worker(process)
        self._poll.register(receiving, select.POLLIN)

    def _begin(self, others: tuple[int, ...], writing: int, parent: int) -> None:
        """The life of a new process; it ends here."""
        code = 1
        try:
            for descriptor in others:
                os.close(descriptor)
            _settle(parent)
            while number := os.read(self._tasks, _NUMBER.size):
                _do(_NUMBER.unpack(number)[0], self._batches, writing)
                if _memory() > _ROOM:
                    os._exit(_GROWN)
            code = 0
        finally:
            os._exit(code)

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
        code = _exit_code_of(worker.process)
        if worker.batch is not None:
            self._outcomes[worker.batch] = (True, _ENDED)
        elif code == _GROWN:
            self._add(1)


def _outcomes_in(worker: _Worker) -> Iterator[tuple[int, tuple[bool, Any]]]:
    """What a process has written in full, by the number of the batch; it is taken out of what was received."""
    import pickle  # noqa: PLC0415 - for work that is spread

    received = worker.received
    while len(received) >= _FRAME.size:
        number, size = _FRAME.unpack_from(received)
        end = _FRAME.size + size
        if len(received) < end:
            return
        worker.batch = None if size else number
        if size:
            yield number, pickle.loads(received[_FRAME.size : end])  # noqa: S301 - what this program has written
        del received[:end]


def _exit_code_of(process: int) -> int:
    """How a process ended, which it is waited for; 0 where somebody else has waited for it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except ChildProcessError:
        return 0


def _do(number: int, batches: Sequence[_Span], writing: int) -> None:
    """Do the work of one batch and write down what comes of it, or how it failed."""
    import pickle  # noqa: PLC0415 - as above

    _write(writing, _FRAME.pack(number, 0))
    try:
        found = pickle.dumps((True, _run(*batches[number])), pickle.HIGHEST_PROTOCOL)
    except BaseException as error:  # noqa: BLE001 - it is raised where the work is waited for
        found = _failure(error)
    _write(writing, _FRAME.pack(number, len(found)) + found)


def _failure(error: BaseException) -> bytes:
    import pickle  # noqa: PLC0415 - as above

    try:
        return pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)
    except Exception:  # noqa: BLE001 - exceptions may hold anything
        return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")), pickle.HIGHEST_PROTOCOL)


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def _memory() -> int:
    """The bytes of memory that this process takes. Source: proc_pid_statm(5)."""
    with open("/proc/self/statm", "rb") as told:  # noqa: PTH123 - asked for each batch
        return int(told.read().split()[1]) * _PAGE


_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_ENDING = frozenset({signal.SIGINT, signal.SIGTERM})


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
    import ctypes  # noqa: PLC0415 - the new process only

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    gc.freeze()  # What is shared stays so: the collector would write into every object.


def _run(start: int, end: int) -> Any:  # noqa: ANN401 - whatever the work gives
    if _work is None:
        raise RuntimeError("no work was handed to this process")
    return _work(_items[start:end])


def _batches(weights: Sequence[int], count: int) -> Iterator[tuple[int, int]]:
    """Spans of items, each of about the same weight."""
    limit = max(1, sum(weights) // max(1, count))
    start, weight = 0, 0
    for index, each in enumerate(weights):
        weight += each
        if weight >= limit:
            yield start, index + 1
            start, weight = index + 1, 0
    if start < len(weights):
        yield start, len(weights)
