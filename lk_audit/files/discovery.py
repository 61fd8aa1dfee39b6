"""Which files belong to a scan, and what the file system says of each."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from operator import lt
from pathlib import Path
from typing import TypeAlias, overload

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.files.columns import ABSENT, STATE, UNKNOWN, Columns
from lk_audit.files.git_names import repository_of
from lk_audit.files.listing import (
    Listing,
    Outcome,
    Roots,
    prefix_of,
    projects_around,
    reported,
    roots_of,
    with_separator,
)
from lk_audit.files.path_patterns import Exclusion
from lk_audit.findings import Skipped
from lk_audit.machine import processes
from lk_audit.progress import Progress

SIZE_LIMIT = 20_000_000
"""Bytes; larger files are skipped and listed."""


class Found(Struct, frozen=True):
    """A file to scan: `path` as reported (relative to the base, forward slashes), `file` where to read it."""

    path: str
    file: str


_BITS_OF_INODE = (1 << 63) - 1
"""Inodes on Windows have up to 128."""


def state_of(status: os.stat_result) -> bytes:
    """What stays the same while a file does: size, last change of the content and of anything (ns), inode."""
    inode = status.st_ino & _BITS_OF_INODE
    return STATE.pack(status.st_size, status.st_mtime_ns, status.st_ctime_ns, inode)


class FoundFiles(Sequence[Found]):
    """The files below a base, by the order of `paths`: an object of each is made when it is asked for."""

    def __init__(self, base: Path, paths: Sequence[str]) -> None:
        self.paths = paths
        self.around = with_separator(base)

    def __len__(self) -> int:
        return len(self.paths)

    @overload
    def __getitem__(self, index: int) -> Found: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Found]: ...
    def __getitem__(self, index: int | slice) -> Found | Sequence[Found]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        path = self.paths[index]
        return Found(path, self.around + path)


class Discovery(Struct, frozen=True):
    """All files of a scan in the order of their paths.

    `base` is what paths are relative to, `prefix` where that lies in its repository ("" or "packages/web/").
    `excluded` are the folders that were left out, by default or by the configuration; `projects` those below the base
    that hold more of the project than the scan covers; `outcome` what the names came of, where that can be told.
    """

    files: FoundFiles
    skipped: tuple[Skipped, ...]
    excluded: tuple[str, ...]
    base: Path
    prefix: str
    projects: tuple[Path, ...] = ()
    outcome: Outcome | None = None

    @property
    def paths(self) -> Sequence[str]:
        return self.files.paths


Look: TypeAlias = Callable[[Sequence[str]], Columns]
LookAtEach: TypeAlias = Callable[[Iterable[str]], Columns]
"""Tells what is known of files, by their paths; those that are none to scan are `ABSENT`."""
MANY = 5_000
"""Files; fewer are looked at before other processes have started."""


def discover(
    paths: Sequence[str | Path],
    *,
    limit: int = SIZE_LIMIT,
    folder: Path | None = None,
    exclusion: Exclusion | None = None,
) -> Discovery:
    """The files below `paths`; a file named there is taken whatever the ignore rules say.

    Args:
        paths: files and folders, relative to `folder`.
        limit: the size in bytes over which a file is skipped.
        folder: the working folder; the process's own by default.
        exclusion: what the configuration leaves out and takes in.

    Raises:
        UsageError: a path does not exist.
    """
    roots = roots_of(paths, folder)
    look = partial(looked, look=partial(states, base=roots.base, limit=limit))
    return discovered(roots, look, exclusion)[0]


def discovered(
    roots: Roots,
    look: Look,
    exclusion: Exclusion | None = None,
    *,
    listed: Callable[[Sequence[str]], object] = len,
    before: tuple[Sequence[str], Outcome] | None = None,
) -> tuple[Discovery, Columns]:
    """The files below the roots, and what `look` tells of each, in their order.

    While some are still being listed, others are looked at; `listed` hears of the paths before. `before` are the paths
    of a former scan, which are taken where they are the same.
    """
    listings = [Listing(place, roots.base, exclusion or Exclusion()) for place in roots.places]
    if before and len(listings) == 1 and listings[0].is_as(before[1]):
        same = _as_before(roots, look, listings[0], *before)
        if same is not None:
            return same
    paths: list[str] = []
    columns = Columns()
    for listing in listings:
        for names in listing.rounds():
            listed(names)
            told = look(names)
            if columns.verdicts:
                columns.extend(told)
            else:
                columns = told
            paths += names
    none = tuple(paths[row] for row in columns.rows_of(ABSENT))
    paths, columns, skipped = _in_order(paths, columns)
    skipped += [item for listing in listings for item in listing.left_out.values()]
    outcome = listings[0].outcome if len(listings) == 1 else None
    outcome = outcome and replace(outcome, none=none)
    return _discovery(roots, listings, paths, skipped, outcome), columns


def _as_before(
    roots: Roots, look: Look, listing: Listing, paths: Sequence[str], outcome: Outcome
) -> tuple[Discovery, Columns] | None:
    """The files by the paths of a former scan; None where one has come or gone that git does not speak of."""
    none, columns = look(outcome.none), look(paths)
    if set(none.verdicts) - {ABSENT} or ABSENT in columns.verdicts:
        return None
    return _discovery(roots, [listing], paths, none.skipped.values(), outcome), columns


def _discovery(
    roots: Roots,
    listings: Sequence[Listing],
    paths: Sequence[str],
    skipped: Iterable[Skipped],
    outcome: Outcome | None,
) -> Discovery:
    return Discovery(
        files=FoundFiles(roots.base, paths),
        skipped=tuple(sorted({item.path: item for item in skipped}.values(), key=lambda item: item.path)),
        excluded=tuple(sorted({folder for listing in listings for folder in listing.excluded})),
        base=roots.base,
        prefix=roots.prefix,
        projects=roots.projects,
        outcome=outcome,
    )


def looked(
    paths: Sequence[str], look: LookAtEach, jobs: int | None = None, progress: Progress | None = None
) -> Columns:
    """What `look` tells of files, by several processes where there are very many, or one that has ended then."""
    wanted = workers(len(paths), jobs)
    columns = Columns()
    is_spread = wanted > 1 or (len(paths) >= MANY and processes.is_replaceable())
    for batch, found in processes.spread(look, paths, [1] * len(paths), wanted) if is_spread else [(paths, None)]:
        columns.extend(found if found is not None else look(batch))
        if progress is not None:
            progress(READING, len(columns.verdicts), len(paths))
    return columns


def workers(count: int, jobs: int | None) -> int:
    """How many processes look at so many files."""
    return (jobs or processes.cores()) if count >= MANY and processes.can_spread() else 1


READING = "reading"
"""The step that progress is told of."""


def _in_order(paths: list[str], columns: Columns) -> tuple[list[str], Columns, list[Skipped]]:
    """The files by their paths, each once, without those that are none to scan; what was skipped of those."""
    absent = set(columns.rows_of(ABSENT))
    skipped = {paths[row]: columns.skipped[row] for row in absent if row in columns.skipped}
    rows: Sequence[int] = [row for row in range(len(paths)) if row not in absent] if absent else range(len(paths))
    ordered = [paths[row] for row in rows] if absent else paths
    if not all(map(lt, ordered, islice(ordered, 1, None))):
        row_of = dict(zip(ordered, rows, strict=True))
        ordered = sorted(row_of)
        rows = [row_of[path] for path in ordered]
    return (
        ordered,
        columns if len(rows) == len(paths) and ordered is paths else columns.taken(rows),
        list(skipped.values()),
    )


def states(paths: Iterable[str], base: Path, limit: int) -> Columns:
    """What the file system says of files."""
    columns = Columns()
    around = with_separator(base)
    # The system takes a relative path for the same file, and has fewer folders to look up.
    near = "" if str(base) == os.getcwd() else around  # noqa: PTH109 - a text
    regular: list[bytes] = []
    for path in paths:
        state = _state_of_regular(near + path, limit)
        if state is None:
            columns.add_unread(b"".join(regular))
            regular.clear()
            add_unread(columns, UNKNOWN, classified(path, around + path, base, limit))
        else:
            regular.append(state)
    columns.add_unread(b"".join(regular))
    return columns


def _state_of_regular(file: str, limit: int) -> bytes | None:
    """The state of a regular file that is not too large; None of anything else."""
    try:
        status = os.lstat(file)
    except OSError:
        return None
    return state_of(status) if stat.S_ISREG(status.st_mode) and status.st_size <= limit else None


def add_unread(columns: Columns, verdict: int, found: bytes | Skipped | None) -> None:
    """Add the row of what was told apart without being read."""
    if found is None:
        columns.add(ABSENT)
    elif isinstance(found, Skipped):
        columns.add_skipped(ABSENT, found)
    else:
        columns.add(verdict, found)


def common_base(paths: Sequence[str | Path]) -> Path:
    """What the paths of a report on `paths` are relative to.

    Raises:
        UsageError: a path does not exist.
    """
    return roots_of(paths).base


def surroundings(file: Path, working: Path) -> Discovery:
    """A scan of one file that need not exist; its folder must. Both paths are absolute and resolved."""
    base = working if file.is_relative_to(working) else repository_of(file.parent) or file.parent
    return Discovery(
        files=FoundFiles(base, [reported(str(file), base)]),
        skipped=(),
        excluded=(),
        base=base,
        prefix=prefix_of(base),
        projects=tuple(projects_around(file, base)),
    )


def found_file(base: Path, path: str, limit: int) -> Found | None:
    """The file of that path below a base; None for what is no readable file of at most `limit` bytes."""
    file = str(base / path)
    return Found(path, file) if isinstance(classified(path, file, base, limit), bytes) else None


def classified(path: str, file: str, base: Path, limit: int) -> bytes | Skipped | None:
    """The state of a file that is one to scan, or why it is none.

    None for what another path covers or what is only in git's index.
    """
    try:
        status = os.lstat(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        return unreadable(path, error)
    if stat.S_ISLNK(status.st_mode):
        return _link(path, file, base)
    if not stat.S_ISREG(status.st_mode):
        return _irregular(path, file, status.st_mode)
    size = status.st_size
    return too_large(path, size, limit) if size > limit else state_of(status)


def too_large(path: str, size: int, limit: int) -> Skipped:
    """A file over the limit; both in bytes."""
    return Skipped(path, f"too large ({_size(size)}; the limit is {_size(limit)})")


def unreadable(path: str, error: OSError) -> Skipped:
    """A file of which the system tells nothing, or not all."""
    return Skipped(path, f"cannot be read ({error.strerror or type(error).__name__})")


def _irregular(path: str, file: str, mode: int) -> Skipped:
    """A folder that is listed like a file, a device, a pipe ..."""
    if not stat.S_ISDIR(mode):
        return Skipped(path, "not a regular file", expected=True)
    if os.access(file, os.R_OK | os.X_OK):
        return Skipped(path, "a git submodule; scan it on its own", expected=True)
    return Skipped(path, "cannot be read (Permission denied)")


def _link(path: str, file: str, base: Path) -> Skipped | None:
    try:
        target = Path(os.path.realpath(file))
    except OSError as error:  # where it leads is not told, as of some links in /proc
        return unreadable(path, error)
    if not os.path.exists(target):  # noqa: PTH110 - says no where Path.exists raises: a loop, a name too long
        return Skipped(path, "a broken symbolic link", expected=True)
    if target.is_relative_to(base):
        return None
    return Skipped(path, "a symbolic link that leaves the scanned folder", expected=True)


def _size(size: int) -> str:
    """A number of bytes, in megabytes where that says something."""
    return f"{size / 1_000_000:.1f} MB" if size >= _SAID_IN_MEGABYTES else f"{size:,} bytes"


_SAID_IN_MEGABYTES = 100_000
