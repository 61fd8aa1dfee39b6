"""The work of processes that part from the first one: what they do, and what they write of it."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lk_audit.machine import memory
from lk_audit.machine.batches import Span

_work: Callable[[Iterable[Any]], Any] | None = None
_items: Sequence[Any] = ()
FRAME = struct.Struct("=3iq")
"""Before what a process writes: where it began, how far it came and where the batch ends, and how many bytes follow;
none when it begins."""


@contextmanager
def handed_out(work: Callable[[Iterable[Any]], Any], items: Sequence[Any]) -> Iterator[None]:
    """A block in which processes that part from this one have this work to do."""
    global _work, _items
    _work, _items = work, items
    try:
        yield
    finally:
        _work, _items = None, ()


def do(batch: Span, writing: int) -> int:
    """Do the work of one batch, as much as there is room for, and write down what comes of it, or how it failed.

    Tells how far it has come: nowhere, where the first item was left to another process.
    """
    import pickle  # noqa: PLC0415 - for work that is spread

    start, limit = batch
    _write(writing, FRAME.pack(start, start, limit, 0))
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
    _write(writing, FRAME.pack(start, given.end, limit, len(found)) + found)
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


def run(start: int, end: int) -> Any:  # noqa: ANN401 - whatever the work gives
    """Do a part of the work in this process."""
    return _called(_items[start:end])


def _called(items: Iterable[Any]) -> Any:  # noqa: ANN401 - whatever the work gives
    if _work is None:
        raise RuntimeError("no work was handed to this process")
    return _work(items)
