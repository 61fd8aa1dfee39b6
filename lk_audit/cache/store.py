"""Entries on disk: whole or not at all, checked when read, bounded in size.

Nothing here raises because of what the folder holds or allows: a cache that cannot be used is none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SIZE_LIMIT = 256_000_000
"""Bytes; the entries that were not used for longest go when there are more."""
_HEAD = b"lk-audit cache 1\n"
_DIGEST = 32
_ENTRY = re.compile(r"(?:report|files)-[0-9a-f]{40}")
_UNFINISHED = re.compile(r"\.unfinished-\w{1,40}")
_ABANDONED = 3600
"""Seconds; an unfinished file as old as that belongs to no process any more."""
_LARGEST = 128_000_000
_TAG = """Signature: 8a477f597d28d172789f06886806bc55
# This folder is a cache made by lk-audit; backups may leave it out (bford.info/cachedir).
"""
_OWN_FILES = {"CACHEDIR.TAG": _TAG, ".gitignore": "*\n"}


class Store:
    """The entries of one cache folder, which is made when something is first written."""

    def __init__(self, folder: Path, limit: int = SIZE_LIMIT) -> None:
        self.folder = folder
        self._limit = limit

    def read(self, name: str) -> bytes | None:
        """What an entry holds; None when there is none, or it is damaged, of another version or someone else's."""
        file = self.folder / name
        try:
            status = file.stat()
            if not (self._is_own() and stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST):
                return None
            with file.open("rb", buffering=0) as entry:
                head, body = entry.read(len(_HEAD) + _DIGEST), entry.readall()
        except OSError:
            return None
        if head != _HEAD + hashlib.sha256(body).digest():
            return None
        with contextlib.suppress(OSError):
            os.utime(file)
        return body

    def write(self, name: str, body: bytes) -> None:
        """Put an entry in place, at once for whoever reads at the same time; the oldest make room."""
        if len(body) > min(_LARGEST, self._limit // 2):
            return
        with contextlib.suppress(OSError):
            self._make()
            if self._is_own():
                self._replace(name, (_HEAD, hashlib.sha256(body).digest(), body))
                self._make_room()

    def size(self) -> int:
        """The bytes of all entries."""
        return sum(size for _, size, _ in self._files())

    def clean(self) -> tuple[int, int]:
        """Remove all entries, and nothing that is not the cache's; how many there were, and the bytes that stay.

        What others write meanwhile is no failure.
        """
        removed = left = 0
        for _, size, file in list(self._files()):
            try:
                file.unlink(missing_ok=True)
                removed += 1
            except OSError:
                left += size
        return removed, left

    def _is_own(self) -> bool:
        """Whether nobody else owns the folder: who can write entries decides what a scan reports."""
        status = self.folder.stat()
        return stat.S_ISDIR(status.st_mode) and (not hasattr(os, "geteuid") or status.st_uid == os.geteuid())

    def _make(self) -> None:
        if self.folder.is_dir():
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for name, text in _OWN_FILES.items():
            self._replace(name, (text.encode(),))

    def _replace(self, name: str, parts: tuple[bytes, ...]) -> None:
        descriptor, unfinished = tempfile.mkstemp(prefix=".unfinished-", dir=self.folder)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
                file.writelines(parts)
            Path(unfinished).replace(self.folder / name)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(unfinished).unlink()
            raise

    def _make_room(self) -> None:
        files = sorted(self._files())
        entries = [item for item in files if _ENTRY.fullmatch(item[2].name)]
        unfinished = [item for item in files if item not in entries]
        gone = [file for used, _, file in unfinished if used < time.time() - _ABANDONED]
        total = sum(size for _, size, _ in entries)
        for _, size, file in entries:
            if total > self._limit:
                gone.append(file)
                total -= size
        for file in gone:
            with contextlib.suppress(OSError):
                file.unlink()

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """The entries: when each was last used, its size, itself. Unfinished ones are among them."""
        try:
            with os.scandir(self.folder) as items:
                found = [item for item in items if _ENTRY.fullmatch(item.name) or _UNFINISHED.fullmatch(item.name)]
        except OSError:
            return
        for item in found:
            with contextlib.suppress(OSError):
                status = item.stat(follow_symlinks=False)
                yield status.st_mtime, status.st_size, Path(item.path)


def entry_name(kind: str, *parts: bytes) -> str:
    """The name of the entry of that kind ("report", "files") for what the parts say."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return f"{kind}-{digest.hexdigest()[:40]}"
