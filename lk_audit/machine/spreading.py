"""The outcomes of work that is spread, whatever becomes of the processes that do it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from lk_audit.machine import tasks
from lk_audit.machine.batches import Span
from lk_audit.machine.crew import ENDED, NO_PROCESSES, Crew

T = TypeVar("T")
R = TypeVar("R")


def outcomes(
    work: Callable[[Iterable[T]], R],
    items: Sequence[T],
    batches: Sequence[Span],
    jobs: int,
    before_another: Callable[[], None] | None = None,
) -> Generator[tuple[Sequence[T], R | None], None, None]:
    """The outcomes of all batches, and before them one of nothing, as soon as the processes are at work."""
    with tasks.handed_out(work, items), Crew(batches, jobs, before_another) as crew:
        yield items[:0], None
        for (start, end), found in _spread(crew, batches):
            yield items[start:end], found


def _spread(crew: Crew, batches: Sequence[Span]) -> Iterator[tuple[Span, Any]]:
    """The outcome of every batch, or of each part of one.

    What the end of a process leaves undone is done again, each batch on its own. Where the system gives no processes,
    this one does the work.
    """
    done = 0
    for _, limit in batches:
        while done < limit:
            batch, outcome = crew.outcome(done, limit)
            done = batch[1]
            if outcome is NO_PROCESSES:
                yield batch, tasks.run(*batch)
            elif outcome is ENDED:
                yield from _alone(batch)
            else:
                yield batch, outcome


def _alone(batch: Span) -> Iterator[tuple[Span, Any]]:
    """A batch in a process of its own. Of one that ends that too, the halves: only the items at fault are lost."""
    start, limit = batch
    with Crew([batch], 1) as crew:
        part, outcome = crew.outcome(start, limit)
    if outcome is NO_PROCESSES:
        yield batch, tasks.run(start, limit)
    elif outcome is not ENDED:
        yield part, outcome
        if part[1] < limit:
            yield from _alone((part[1], limit))
    elif limit - start == 1:
        yield batch, None
    else:
        middle = (start + limit) // 2
        yield from _alone((start, middle))
        yield from _alone((middle, limit))
