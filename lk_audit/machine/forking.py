"""What the system does as processes part and end. Linux only."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from lk_audit.machine import memory

if TYPE_CHECKING:
    from ctypes import CDLL

_ENDING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


def trim() -> None:
    """Give back what was freed, so that no process that parts from this one begins with it.

    Source: malloc_trim(3), of glibc.
    """
    trim = getattr(_libc(), "malloc_trim", None)
    if trim is not None:
        trim(0)


@cache
def _libc() -> CDLL:
    from ctypes import CDLL  # noqa: PLC0415 - for work that is spread

    return CDLL(None)


@contextmanager
def undisturbed() -> Iterator[None]:
    """A block that signals wait for: a process that is half started would answer them as this one does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_PR_SET_PDEATHSIG = 1
"""Source: linux/prctl.h."""


def settle(parent: int) -> None:
    """Make a new process one that only its parent ends, and that does not outlive it.

    Ctrl-C and the end of a terminal reach all of its processes; the first one sees to the others.
    """
    for of_terminal in (signal.SIGINT, signal.SIGHUP):
        signal.signal(of_terminal, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    _libc().prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    memory.begin()
    gc.freeze()  # What is shared stays so: the collector would write into every object.


def exit_code_of(process: int) -> int:
    """How a process ended, which it is waited for; 0 where somebody else has waited for it."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    except ChildProcessError:
        return 0
