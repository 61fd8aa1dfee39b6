"""Regular files, read in a way that nothing else can stand in for them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable

_AT_ONCE = sum(
    getattr(os, name, 0) for name in ("O_RDONLY", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY", "O_NOINHERIT")
)
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
"""Windows has no such flag."""
_LARGEST = 1_000_000_000
"""Bytes; whatever the limit of the scan, a file that had this size would not have been listed."""
_CHUNK = 1 << 18
"""Bytes; nearly every file is read at once. Where it lies elsewhere, the system may give less than it has."""


def read_regular(file: str, is_enough: Callable[[bytes], bool] = lambda _: False) -> bytes:
    """The bytes of a regular file, as many as it has when it is opened: what it was when it was listed may be history.

    A pipe in its place is not waited for, a device not read, and what grows meanwhile is not followed. `is_enough` is
    asked of the beginning, and whether the rest is wanted.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    return _read(file, _AT_ONCE, _LARGEST, is_enough)[0]


def read_itself(file: str, limit: int, is_enough: Callable[[bytes], bool]) -> tuple[bytes, os.stat_result]:
    """The same of a file that is no symbolic link and has at most `limit` bytes, and what the file system says of it.

    Raises:
        OSError: as above, or it is a link, or larger.
    """
    if not _NO_LINKS and os.path.islink(file):  # noqa: PTH114 - text paths
        raise OSError(errno.ELOOP, "a symbolic link")
    return _read(file, _AT_ONCE | _NO_LINKS, limit, is_enough)


def _read(file: str, flags: int, limit: int, is_enough: Callable[[bytes], bool]) -> tuple[bytes, os.stat_result]:
    """What both read; `flags` are those of open(2)."""
    descriptor = os.open(file, flags)
    try:
        status = os.fstat(descriptor)
        size = status.st_size
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file any more")
        if size > limit:
            raise OSError(errno.EFBIG, "it has grown too large since it was listed")
        beginning = os.read(descriptor, min(size, _CHUNK))
        if len(beginning) == size or is_enough(beginning):
            return beginning, status
        return b"".join((beginning, *_rest(descriptor, size - len(beginning)))), status
    finally:
        os.close(descriptor)


def _rest(descriptor: int, size: int) -> list[bytes]:
    """At most `size` further bytes; the system gives as many as it likes at a time."""
    parts = []
    while size and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return parts
