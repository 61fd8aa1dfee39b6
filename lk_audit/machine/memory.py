"""How much memory this process takes, and whether it may take up more work or go on with what it is at."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_ROOM = 68_000_000
"""Bytes; a larger process ends with the item that it is at, and another goes on. What has been dropped in it stays
taken for the most part: in between are objects that live."""
_LEAST_ROOM = 16_000_000
"""Bytes that a process may take beside what it has from the first one, however much that is."""
_MOST = 78_000_000
"""Bytes; what needs more is left to a process that has done nothing yet."""
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


_is_used = False
_is_bounded = False


class NoRoom(BaseException):
    """This process has grown too large for what it is at, and another will do that instead.

    No mistake of the code around it, whose `except Exception` must let it by.
    """


@contextmanager
def bounded() -> Iterator[None]:
    """A block that ends with `NoRoom` where it needs too much, if other work before it has taken some."""
    global _is_bounded  # noqa: PLW0603 - as the memory is, of the process
    _is_bounded = _is_used
    try:
        yield
    finally:
        _is_bounded = False


def claim(size: int) -> None:
    """Say that so many bytes will be taken.

    Raises:
        NoRoom: there are not as many left, in a block that is bounded.
    """
    if _is_bounded and _taken() + size > max(_MOST, _first_taken() + _LEAST_ROOM):
        raise NoRoom


def has_room() -> bool:
    """Whether this process may take up more work."""
    return _taken() <= max(_ROOM, _first_taken() + _LEAST_ROOM)


def _taken() -> int:
    """The bytes that this process takes; where nobody tells, the most that it has taken so far.

    Source: proc_pid_statm(5); getrusage(2), which counts in kilobytes on Linux.
    """
    status = _status()
    if status is None:
        import resource  # noqa: PLC0415 - there is a /proc nearly everywhere

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(os.pread(status, 64, 0).split()[1]) * _PAGE


@cache
def _first_taken() -> int:
    """The bytes that were taken when somebody asked first."""
    return _taken()


@cache
def _status() -> int | None:
    """An open file of numbers about this process, no use to one that parts from it; None where there is no /proc."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def is_used() -> bool:
    """Whether this process, which others can follow, has done something."""
    return _is_used


def use() -> None:
    """Note that it has."""
    global _is_used  # noqa: PLW0603 - as above
    _is_used = True


def begin() -> None:
    """Count from now on: this process has just parted from another."""
    global _is_used  # noqa: PLW0603 - as above
    _is_used = False
    _status.cache_clear()
    _first_taken.cache_clear()
    _first_taken()
