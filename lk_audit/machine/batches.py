"""How work is cut into batches that several processes take one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

Span: TypeAlias = tuple[int, int]
"""From which item up to which, that one left out."""
_AT_FIRST = 8
"""A batch is this part of what each process would have of the work that is left (guided self-scheduling): the last ones
are small, so that nobody waits long for the slowest."""
_BATCHES_EACH = 32
"""Pieces of work a process, at most."""


def cut(weights: Sequence[int], jobs: int, ties: Sequence[int]) -> Iterator[Span]:
    """Spans of items for `jobs` processes, larger ones first.

    `weights` say how much work items are, `ties` how closely each belongs to the next: work is cut where that is least.
    A process that works alone waits for no other: its batches are of one size, and tell how far it has come.
    """
    left = sum(weights)
    least = max(1, left // (jobs * _BATCHES_EACH))
    at_first = _AT_FIRST if jobs > 1 else _BATCHES_EACH
    start = 0
    while start < len(weights):
        end = _end_of_batch(weights, start, max(least, left // (jobs * at_first)), ties)
        yield start, end
        left -= sum(weights[start:end])
        start = end


def _end_of_batch(weights: Sequence[int], start: int, wanted: int, ties: Sequence[int]) -> int:
    """Where a span ends that weighs as much as is wanted, or up to twice that where the next items belong to it."""
    weight, best = 0, len(weights)
    for index in range(start, len(weights)):
        weight += weights[index]
        if weight >= wanted and index + 1 < len(weights):
            if best == len(weights) or (ties and ties[index] < ties[best - 1]):
                best = index + 1
            if not ties or not ties[index] or weight >= 2 * wanted:
                break
    return best
