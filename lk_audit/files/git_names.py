"""What git says of the names below a folder, and whether it says all of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from lk_audit.digests import sha256
from lk_audit.files.regular_files import read_regular
from lk_audit.git.process import Asked, Git
from lk_audit.presence import is_folder, is_there

_TRACKED = ("ls-files", "-z", "--cached")
_UNTRACKED = ("ls-files", "-z", "--others", "--exclude-standard")
_ALL = (*_UNTRACKED, "--cached")
IGNORED_ENVIRONMENT = (
    *("ls-files", "-z", "--others", "--ignored", "--exclude-standard"),
    *("--", ":(glob)**/*.env*", ":(glob)**/.env*"),
)
"""The environment files that git ignores; asked where an image may take them along."""


def repository_of(folder: Path) -> Path | None:
    """The folder of the repository around a file or folder."""
    return next((place for place in (folder, *folder.parents) if is_there(place / ".git")), None)


def list_ahead(folder: Path) -> None:
    """Have git list a folder that is likely to be scanned, while nobody is ready yet to hear what is in it."""
    repository = repository_of(folder)
    if repository is not None:
        git = Git(folder)
        _indexes[folder] = _state_of_index(repository)
        git.ask_ahead(*_UNTRACKED)
        git.ask_ahead(*_TRACKED)
        if _may_build_images(repository):
            git.ask_ahead(*IGNORED_ENVIRONMENT)


def _may_build_images(repository: Path) -> bool:
    """Whether git has a Dockerfile in its index, as far as that is seen: it may leave out how names begin."""
    try:
        return b"ockerfile" in read_regular(str(repository / ".git" / "index"))
    except OSError:
        return False


_State: TypeAlias = tuple[int, ...] | None
_indexes: dict[Path, _State] = {}
"""What was said of the index before git was asked ahead, by folder."""


class Said(Struct, frozen=True):
    """What git says: names, None where it cannot, and the folders that it cannot open, each with the reason."""

    names: bytes | None
    closed: Sequence[tuple[str, str]] = ()

    @property
    def digest(self) -> bytes:
        """A digest of it; empty where it does not tell all: a failure, or repositories inside."""
        return b"" if self.names is None or b"/\0" in self.names or self.closed else sha256(self.names)


def said_of(folder: Path) -> Iterator[Said]:
    """What git says of a folder: the names in its index, then those that it has to look for.

    Who adds a file to the index between the two answers takes it out of both: then git is asked for all names at once.
    """
    repository = repository_of(folder)
    if repository is None:
        yield Said(None)
        return
    git = Git(folder)
    before = _indexes.pop(folder) if folder in _indexes else _state_of_index(repository)
    untracked = git.ask(*_UNTRACKED)
    if untracked is None:
        yield Said(None)
        return
    try:
        tracked = git.ask(*_TRACKED)
        yield _answer(tracked, repository)
    except BaseException:
        untracked.drop()
        raise
    yield _answer(untracked, repository)
    if _state_of_index(repository) != before:
        yield _answer(git.ask(*_ALL), repository)


_CLOSED = "warning: could not open directory '"
"""Before a path from the root of the repository, and why. Source: git:dir.c, `open_cached_dir`."""


def _answer(asked: Asked | None, repository: Path) -> Said:
    """An answer of git. It goes on where it cannot open a folder, and only warns."""
    told = asked.answer() if asked is not None else None
    if asked is None or told is None:
        return Said(None)
    warnings = [line for line in os.fsdecode(asked.complaints).splitlines() if line.startswith(_CLOSED)]
    return Said(told, [_closed(warning, repository) for warning in warnings])


def _closed(warning: str, repository: Path) -> tuple[str, str]:
    """The folder that a warning is about, and why; git cuts off what is longer than a path may be."""
    path, is_whole, rest = warning.removeprefix(_CLOSED).rpartition("': ")
    path, why = (path, rest) if is_whole else (rest, os.strerror(errno.ENAMETOOLONG))
    return os.path.join(repository, path.rstrip("/")), why  # noqa: PTH118 - text paths


def _state_of_index(repository: Path) -> _State:
    """What the file system says of the index, which git replaces as a whole; None where there is none.

    Of a working tree beside others ".git" is a file that tells where its index is (gitrepository-layout(5)).
    """
    try:
        place = repository / ".git"
        if not is_folder(place):
            place = place.parent / os.fsdecode(read_regular(str(place)).removeprefix(b"gitdir:").strip())
        status = (place / "index").stat()
    except (OSError, ValueError):
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
