"""Word from long work while it goes on, for whoever wants to show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias, TypeVar

T = TypeVar("T")

Progress: TypeAlias = Callable[[str, int, int], None]
"""Takes what is being done ("reading"), how many pieces are done, and how many there are."""


def watched(items: Sequence[T], step: str, progress: Progress | None) -> Iterator[T]:
    """The items, one by one; `progress` hears of each when work on it begins, and of the end."""
    for done, item in enumerate(items):
        if progress is not None:
            progress(step, done, len(items))
        yield item
    if progress is not None:
        progress(step, len(items), len(items))
