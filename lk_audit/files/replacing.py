"""A file that takes the place of another at once: who reads it meanwhile sees the old content or the new."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


@contextlib.contextmanager
def in_place_of(file: Path, mode: int) -> Iterator[BinaryIO]:
    """What is to be the content of `file`, with the permissions `mode`; after an error everything is as it was.

    Raises:
        OSError: it cannot be written.
    """
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".lk-audit-")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        Path(temporary).chmod(mode)
        Path(temporary).replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def put(path: Path, data: bytes) -> None:
    """Write a file, all of it or nothing; a link stays one, and what is there keeps its permissions.

    What is no regular file (/dev/stderr, a pipe) is written as it is.

    Raises:
        OSError: it cannot be written.
    """
    target = Path(os.path.realpath(path))
    is_there = target.exists()
    if (is_there and not target.is_file()) or not os.access(target.parent, os.W_OK):
        path.write_bytes(data)
        return
    if is_there and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    with in_place_of(target, target.stat().st_mode & 0o777 if is_there else 0o666 & ~_umask()) as stream:
        stream.write(data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
