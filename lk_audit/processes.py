"""Work spread over processes that share what is in memory already.

Only where processes fork: elsewhere every one of them would have to read and parse what this one knows.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing.process import BaseProcess

T = TypeVar("T")
R = TypeVar("R")

_BATCHES_EACH = 8
"""So many pieces of work a process, so that none waits long for the slowest."""

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
) -> Iterator[tuple[Sequence[T], R | None]]:
    """`work` on batches of items of about the same weight, in `jobs` processes; batches in their order.

    Work whose process the system has ended (for want of memory, say) is done again in a process of its own; the outcome
    is None for an item that ends that one too.
    """
    global _work, _items
    _work, _items = work, items
    try:
        for (start, end), found in _spread(list(_batches(weights, jobs * _BATCHES_EACH)), jobs):
            yield items[start:end], found
    finally:
        _work, _items = None, ()


_Span: TypeAlias = tuple[int, int]


def _spread(batches: Sequence[_Span], jobs: int) -> Iterator[tuple[_Span, Any]]:
    """The outcome of every batch. What the end of a process leaves undone is done again, each batch on its own.

    Where the system gives no more processes, this one does the work.
    """
    for position, outcome in enumerate(_outcomes(batches, jobs)):
        if outcome is _NO_PROCESSES:
            yield from ((item, _run(*item)) for item in batches[position:])
        elif outcome is _ENDED:
            for item in batches[position:]:
                yield from _alone(item)
        else:
            yield batches[position], outcome


def _alone(batch: _Span) -> Iterator[tuple[_Span, Any]]:
    """A batch in a process of its own. Of one that ends that too, the halves: only the items at fault are lost."""
    outcome = next(_outcomes([batch], 1))
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


def _outcomes(batches: Sequence[_Span], jobs: int) -> Iterator[Any]:
    """The outcomes of the batches in their order; the last one may tell why there are no more."""
    from concurrent.futures import Future, ProcessPoolExecutor  # noqa: PLC0415 - 30 ms, for large scans only
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415
    from multiprocessing import active_children, get_context  # noqa: PLC0415

    executor = ProcessPoolExecutor(jobs, get_context("fork"), _begin, (os.getpid(),))
    before = set(active_children())
    is_done = False
    try:
        try:
            with _undisturbed():
                futures: list[Future[Any]] = [executor.submit(_run, start, end) for start, end in batches]
        except BrokenProcessPool:  # a RuntimeError too: work that ends its process must not be done in this one
            yield _ENDED
            return
        except (OSError, RuntimeError):
            yield _NO_PROCESSES
            return
        for future in futures:
            try:
                outcome = future.result()
            except BrokenProcessPool:
                yield _ENDED
                return
            yield outcome
        is_done = True
    finally:
        if not is_done:
            _kill(executor, before)
        executor.shutdown(wait=is_done, cancel_futures=True)


def _kill(executor: ProcessPoolExecutor, others: Container[BaseProcess]) -> None:
    """End all processes at once: nobody waits for what they do.

    One that was being started when the work broke off is not the executor's yet; `others` were there before.
    """
    from multiprocessing import active_children  # noqa: PLC0415 - as above

    own = (executor._processes or {}).values()  # noqa: SLF001 - public from Python 3.14 on
    for process in {*own, *(child for child in active_children() if child not in others)}:
        process.kill()


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


def _begin(parent: int) -> None:
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
