"""Regular files, read in a way that nothing else can stand in for them."""

from __future__ import annotations

import errno
import os
import stat
from io import FileIO


def read_regular(file: str) -> bytes:
    """The bytes of a regular file, as many as it has when it is opened: what it was when it was listed may be history.

    A pipe in its place is not waited for, a device not read, and what grows meanwhile is not followed.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    with open(file, "rb", buffering=0, opener=_open_at_once) as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file any more")
        if status.st_size > _LARGEST:
            raise OSError(errno.EFBIG, "it has grown too large since it was listed")
        return _read(stream, status.st_size)


def _read(stream: FileIO, size: int) -> bytes:
    """At most `size` bytes; the system gives no more than 2 GB at a time."""
    parts = []
    while size and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


_LARGEST = 1_000_000_000
"""Bytes; whatever the limit of the scan, a file that had this size would not have been listed."""


def _open_at_once(file: str, flags: int) -> int:
    return os.open(file, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
