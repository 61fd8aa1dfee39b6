"""How much one file may take: of time, of memory and of room in a report.

The time is that of the processor, so that a busy machine changes nothing. It is measured by a timer of the operating
system (setitimer(2), ITIMER_VIRTUAL), whose signal Python hands to the main thread only: a scan in another thread, and
one on Windows, has no limit.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SECONDS_OF_A_FILE = 20.0
_SECONDS_OF_A_MEGABYTE = 10.0
"""Code of a megabyte takes two or three seconds."""
_SECONDS_UNTIL_AGAIN = 1.0
"""What is raised where nothing can be (Python documentation, `object.__del__`) is raised once more."""
SECONDS_OF_A_RULE = 20.0
"""For all that one rule says of one fact."""

MOST_LINES = 500_000
"""Lines of a text that are all read; of the others as many near words that matter."""
MOST_PAIRS = 500_000
"""Values of data and text, of which each takes 350 bytes: what people and programs write needs 40 bytes for one."""

MOST_FACTS = 5_000
"""Facts that are kept of one file."""
MOST_FACTS_OF_A_SCAN = 100_000
"""Facts that are kept of all files, 1 or 2 kB each; of files beyond that only `FEW_FACTS` each."""
FEW_FACTS = 100
MOST_FINDINGS = 1_000
"""Findings that are reported of one file, the most severe ones."""
MOST_FINDINGS_OF_A_SCAN = 20_000
"""Findings that are reported of all files, some 10 kB each; of as many files as there are, one each at least."""


class OutOfTime(BaseException):
    """Something took longer than it may. No mistake of the code around it, whose `except Exception` must let it by."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """A block that ends with `OutOfTime` when it takes longer.

    While a block inside it runs, the time of the one outside stands still.
    """
    if not _can_be_limited():
        yield
        return
    is_open = True

    def end(_signal: int, _frame: FrameType | None) -> None:
        if is_open:
            raise OutOfTime

    before = signal.signal(signal.SIGVTALRM, end)
    left, _ = signal.setitimer(signal.ITIMER_VIRTUAL, seconds, _SECONDS_UNTIL_AGAIN)
    try:
        yield
    finally:
        is_open = False
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_VIRTUAL, left, _SECONDS_UNTIL_AGAIN)


def seconds_of(size: int) -> float:
    """How long the analysis of a file of so many bytes may take."""
    return _SECONDS_OF_A_FILE + _SECONDS_OF_A_MEGABYTE * size / 1_000_000


def _can_be_limited() -> bool:
    return hasattr(signal, "ITIMER_VIRTUAL") and threading.current_thread() is threading.main_thread()
