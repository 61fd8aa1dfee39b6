"""How much memory this process takes, and whether it may take up more work."""

from __future__ import annotations

import os
from functools import cache

_ROOM = 76_000_000
"""Bytes; a larger process ends with the item that it is at, and another goes on. What has been dropped in it stays
taken for the most part: in between are objects that live."""
_LEAST_ROOM = 16_000_000
"""Bytes that a process may take beside what it has from the first one, however much that is."""
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def has_room() -> bool:
    """Whether this process may take up more work. Source: proc_pid_statm(5)."""
    return _taken() <= max(_ROOM, _first_taken() + _LEAST_ROOM)


def _taken() -> int:
    return int(os.pread(_status(), 64, 0).split()[1]) * _PAGE


@cache
def _first_taken() -> int:
    """The bytes that were taken when somebody asked first."""
    return _taken()


@cache
def _status() -> int:
    """An open file of numbers about this process; it is no use to one that parts from it."""
    return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)


def begin() -> None:
    """Count from now on: this process has just parted from another."""
    _status.cache_clear()
    _first_taken.cache_clear()
    _first_taken()
