"""Work spread over processes that share what is in memory already.

Only where processes fork: elsewhere every one of them would have to read and parse what this one knows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from lk_audit.machine.batches import cut

T = TypeVar("T")
R = TypeVar("R")
_MOST_PROCESSES = 250
"""More would have more pieces of work than fit into a pipe (64 KiB, pipe(7))."""

_is_program = False


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


def spread(  # noqa: PLR0913 - the last two are of the analysis only
    work: Callable[[Iterable[T]], R],
    items: Sequence[T],
    weights: Sequence[int],
    jobs: int,
    *,
    ties: Sequence[int] = (),
    before_another: Callable[[], None] | None = None,
) -> Generator[tuple[Sequence[T], R | None], None, None]:
    """`work` on batches of items, in `jobs` processes; batches or their parts, in their order.

    The weights say how much work items are; `ties` how closely each belongs to the next: apart are done those that
    belong together least.

    The processes are at work when this returns; closing what it gives ends them. `work` goes through what it is given
    once: that ends early where the process has grown too large meanwhile, and the rest of the batch is done in another.
    So is an item at which `work` leaves off itself, if that is not the first that its process does: one is done when
    the next is asked for.
    The first time that another process follows on one, `before_another` is called here, for what all that come after it
    would each do again.
    Work whose process the system has ended (for want of memory, say) is done again in a process of its own; the outcome
    is None for an item that ends that one too.
    """
    from lk_audit.machine.spreading import outcomes  # noqa: PLC0415 - few scans have so much to do

    jobs = min(jobs, _MOST_PROCESSES)
    found = outcomes(work, items, list(cut(weights, jobs, ties)), jobs, before_another)
    next(found)  # of nothing
    return found
