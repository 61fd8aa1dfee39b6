"""Regular files, read in a way that nothing else can stand in for them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable

_AT_ONCE = sum(
    getattr(os, name, 0) for name in ("O_RDONLY", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY", "O_NOINHERIT")
)
_LARGEST = 1_000_000_000
"""Bytes; whatever the limit of the scan, a file that had this size would not have been listed."""
_CHUNK = 1 << 18
"""Bytes; nearly every file is read at once."""


def read_regular(file: str, is_enough: Callable[[bytes], bool] = lambda _: False) -> bytes:
    """The bytes of a regular file, as many as it has when it is opened: what it was when it was listed may be history.

    A pipe in its place is not waited for, a device not read, and what grows meanwhile is not followed. `is_enough` is
    asked of the beginning, and whether the rest is wanted.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    descriptor = os.open(file, _AT_ONCE)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file any more")
        if status.st_size > _LARGEST:
            raise OSError(errno.EFBIG, "it has grown too large since it was listed")
        beginning = os.read(descriptor, min(status.st_size, _CHUNK))
        if len(beginning) < _CHUNK or is_enough(beginning):
            return beginning
        return b"".join((beginning, *_rest(descriptor, status.st_size - len(beginning))))
    finally:
        os.close(descriptor)


def _rest(descriptor: int, size: int) -> list[bytes]:
    """At most `size` further bytes; the system gives as many as it likes at a time."""
    parts = []
    while size and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return parts
