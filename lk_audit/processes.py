"""Work spread over processes that share what is in memory already.

Only where processes fork: elsewhere every one of them would have to read and parse what this one knows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

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

    The outcome is None for a batch whose process was ended by the system.
    """
    from concurrent.futures import Future, ProcessPoolExecutor  # noqa: PLC0415 - 30 ms, for large scans only
    from concurrent.futures.process import BrokenProcessPool  # noqa: PLC0415
    from multiprocessing import get_context  # noqa: PLC0415

    global _work, _items
    _work, _items = work, items
    batches = list(_batches(weights, jobs * _BATCHES_EACH))
    executor = ProcessPoolExecutor(jobs, get_context("fork"))
    try:
        futures: list[Future[R]] = [executor.submit(_run, start, end) for start, end in batches]
        for (start, end), future in zip(batches, futures, strict=True):
            try:
                yield items[start:end], future.result()
            except BrokenProcessPool:
                yield items[start:end], None
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
        _work, _items = None, ()


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
