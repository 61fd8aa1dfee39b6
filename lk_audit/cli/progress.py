"""How far a long scan has come: one line on standard error, on a terminal only."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from lk_audit.progress import Progress

_PATIENCE = 1.0
_INTERVAL = 0.1
_WIDTH = 24
_CLEAR = "\r\x1b[2K"


@contextmanager
def shown_progress(
    stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
) -> Iterator[Progress | None]:
    """What to call with progress; None where nobody would see it. The line is gone when the block ends."""
    stream = sys.stderr if stream is None else stream
    if not stream.isatty() or os.environ.get("TERM") == "dumb":
        yield None
        return
    line = _Line(stream, clock)
    try:
        yield line
    finally:
        line.clear()


class _Line:
    """A line that is drawn when work takes longer than a second, and then ten times a second at most."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock
        self._next = clock() + _PATIENCE
        self._is_drawn = False

    def __call__(self, step: str, done: int, total: int) -> None:
        now = self._clock()
        if now < self._next or not total:
            return
        self._next = now + _INTERVAL
        self._is_drawn = True
        self._draw(_bar(step, done, total)[: _columns()])

    def clear(self) -> None:
        if self._is_drawn:
            self._draw("")

    def _draw(self, bar: str) -> None:
        with suppress(OSError):  # the terminal is gone
            self._stream.write(_CLEAR + bar)
            self._stream.flush()


def _bar(step: str, done: int, total: int) -> str:
    filled = _WIDTH * done // total
    return f"{step:<10} [{'#' * filled}{'.' * (_WIDTH - filled)}] {done} of {total} files"


def _columns() -> int:
    import shutil  # noqa: PLC0415 - brings the libraries for archives along

    return shutil.get_terminal_size((80, 24)).columns - 1
