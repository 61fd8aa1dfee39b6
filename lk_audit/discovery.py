"""Which files belong to a scan: what git knows of and does not ignore, or a plain walk where there is no git."""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from lk_audit.errors import UsageError
from lk_audit.findings import Skipped
from lk_audit.git.process import Git
from lk_audit.path_patterns import Exclusion
from lk_audit.walking import walk

SIZE_LIMIT = 20_000_000
"""Bytes; larger files are skipped and listed."""

EXCLUDED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "node_modules", "vendor", "bower_components", ".venv", "venv", "virtualenv"}
    | {"site-packages", "__pycache__", ".next", ".nuxt", ".svelte-kit", ".tox", ".nox", ".mypy_cache"}
    | {".ruff_cache", ".pytest_cache", ".gradle", ".terraform"}
)
"""Other people's code and machine-made copies; left out, and named in the report, unless given as a path."""

_GIT_LISTING = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")


class Found(Struct, frozen=True):
    """A file to scan: `path` as reported (relative to the base, forward slashes), `file` where to read it.

    `state` is what the file system said of it when it was listed, as `state_of` gives it.
    """

    path: str
    file: str
    state: bytes = b""


_STATE = struct.Struct("=4q")
_BITS_OF_INODE = (1 << 63) - 1
"""Inodes on Windows have up to 128."""


def state_of(status: os.stat_result) -> bytes:
    """What stays the same while a file does: size, last change of the content and of anything (ns), inode."""
    inode = status.st_ino & _BITS_OF_INODE
    return _STATE.pack(status.st_size, status.st_mtime_ns, status.st_ctime_ns, inode)


class Discovery(Struct, frozen=True):
    """All files of a scan in the order of their paths.

    `base` is what paths are relative to, `prefix` where that lies in its repository ("" or "packages/web/").
    `excluded` are the folders that were left out, by default or by the configuration; `projects` those below the base
    that hold more of the project than the scan covers.
    """

    files: tuple[Found, ...]
    skipped: tuple[Skipped, ...]
    excluded: tuple[str, ...]
    base: Path
    prefix: str
    projects: tuple[Path, ...] = ()


def discover(
    roots: Sequence[str | Path],
    *,
    limit: int = SIZE_LIMIT,
    folder: Path | None = None,
    exclusion: Exclusion | None = None,
) -> Discovery:
    """The files below `roots`; a file named there is taken whatever the ignore rules say.

    Args:
        roots: files and folders, relative to `folder`.
        limit: the size in bytes over which a file is skipped.
        folder: the working folder; the process's own by default.
        exclusion: what the configuration leaves out and takes in.

    Raises:
        UsageError: a root does not exist.
    """
    working = (folder or Path.cwd()).resolve()
    resolved = [_existing(working, root) for root in roots]
    base = _base(working, resolved)
    outcomes: dict[str, Found | Skipped] = {}
    excluded: set[str] = set()
    for root in resolved:
        listed = _Listing(root, base, exclusion or Exclusion())
        if root.is_dir():
            outcomes.update((found.path, found) for found in listed.outcomes(limit))
            excluded |= listed.excluded
        elif listed.leaves_out_named(str(root)):
            outcomes.update(listed.left_out)
            excluded |= listed.excluded
        else:
            found = _classify(str(root), base, limit)
            outcomes.update({found.path: found} if found else {})
    ordered = [outcomes[path] for path in sorted(outcomes)]
    return Discovery(
        files=tuple(item for item in ordered if isinstance(item, Found)),
        skipped=tuple(item for item in ordered if isinstance(item, Skipped)),
        excluded=tuple(sorted(excluded)),
        base=base,
        prefix=_prefix(base),
        projects=tuple(sorted({project for root in resolved for project in _projects(root, base)})),
    )


def common_base(paths: Sequence[str | Path], folder: Path | None = None) -> Path:
    """What the paths of a report on `paths` are relative to.

    Raises:
        UsageError: a path does not exist.
    """
    working = (folder or Path.cwd()).resolve()
    return _base(working, [_existing(working, path) for path in paths])


def surroundings(file: Path, working: Path) -> Discovery:
    """A scan of one file that need not exist; its folder must. Both paths are absolute and resolved."""
    base = working if file.is_relative_to(working) else _repository(file.parent) or file.parent
    return Discovery(
        files=(Found(_reported(str(file), base), str(file)),),
        skipped=(),
        excluded=(),
        base=base,
        prefix=_prefix(base),
        projects=tuple(_projects(file, base)),
    )


def _existing(working: Path, root: str | Path) -> Path:
    path = working / root
    if not path.exists():
        raise UsageError(f"no such file or folder: {root}")
    return path.resolve()


def _base(working: Path, roots: Sequence[Path]) -> Path:
    """The working folder when everything lies in it, else the closest folder around all roots."""
    if all(root.is_relative_to(working) for root in roots):
        return working
    return Path(os.path.commonpath([root if root.is_dir() else root.parent for root in roots]))


def _prefix(base: Path) -> str:
    repository = _repository(base)
    if repository is None or repository == base:
        return ""
    return base.relative_to(repository).as_posix() + "/"


def _projects(root: Path, base: Path) -> Iterator[Path]:
    """The repository around a root, or what of it lies below the base, if that is more than the root."""
    repository = _repository(root)
    if repository is not None:
        whole = repository if repository.is_relative_to(base) else base
        if whole != root and root.is_relative_to(whole):
            yield whole


def _repository(folder: Path) -> Path | None:
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)


def _reported(file: str, base: Path) -> str:
    """Relative to the base, with forward slashes; names that are no text keep their bytes as surrogates.

    It is asked of every file, and `relpath` takes ten times as long.
    """
    around = _with_separator(base)
    inside = file[len(around) :].rstrip(os.sep) if file.startswith(around) else ""
    return (inside or os.path.relpath(file, base)).replace(os.sep, "/")


@lru_cache(maxsize=8)
def _with_separator(folder: Path) -> str:
    return os.path.join(folder, "")  # noqa: PTH118 - Path drops a separator at the end


class _Listing:
    """The files below one root, nested repositories included."""

    def __init__(self, root: Path, base: Path, exclusion: Exclusion) -> None:
        self.root = root
        self.base = base
        self.excluded: set[str] = set()
        self.left_out: dict[str, Skipped] = {}
        self._verdicts: dict[tuple[str, Path], bool] = {}
        named = "" if root == base else _reported(str(root), base)
        self._exclusion = exclusion.below(named, is_folder=root.is_dir())

    def outcomes(self, limit: int) -> Iterator[Found | Skipped]:
        for file in self._files():
            found = _classify(file, self.base, limit)
            if found:
                yield found
        yield from self.left_out.values()

    def leaves_out_named(self, file: str) -> bool:
        """Whether a file that was named is left out: by the configuration, or when asked to, by a folder around it."""
        return self.leaves_out(file) or (self._exclusion.is_forced and self._is_in_excluded(file, self.base))

    def leaves_out(self, file: str) -> bool:
        """Whether the configuration leaves a file out; it is listed then, or the folder around it."""
        if not self._exclusion.excluded:
            return False
        path = _reported(file, self.base)
        matched = self._exclusion.excluded.matched_by(path)
        if matched is None:
            return False
        if matched.endswith("/"):
            self.excluded.add(matched[:-1])
        elif not os.path.isdir(file):  # noqa: PTH112 - text paths, as everywhere here
            self.left_out[path] = Skipped(path, "left out by the configuration", expected=True)
        return True

    def _files(self) -> Iterator[str]:
        folders = [str(self.root)]
        while folders:
            folder = folders.pop()
            names = _git_names(folder)
            if names is None:
                yield from walk(folder, self._is_excluded)
                continue
            for name in names:
                file = os.path.join(folder, name)  # noqa: PTH118 - a name may hold any bytes; Path adds nothing here
                if self._is_excluded(file):
                    continue
                if name.endswith("/"):
                    folders.append(file.rstrip("/"))
                else:
                    yield file

    def _is_excluded(self, file: str) -> bool:
        return self._is_in_excluded(file, self.root) or self.leaves_out(file)

    def _is_in_excluded(self, file: str, below: Path) -> bool:
        """Whether a folder around a file, or the file itself, is one of other people's code; it is listed then."""
        folder, _, name = _reported(file, below).rpartition("/")
        return self._is_folder_excluded(folder, below) or (
            name in EXCLUDED_FOLDERS and self._is_folder_excluded(f"{folder}/{name}" if folder else name, below)
        )

    def _is_folder_excluded(self, folder: str, below: Path) -> bool:
        """The same of a folder, relative to `below`; found out once for all files in it."""
        known = self._verdicts.get((folder, below))
        if known is None:
            around, _, name = folder.rpartition("/")
            known = bool(folder) and (
                self._is_folder_excluded(around, below)
                or (name in EXCLUDED_FOLDERS and self._leaves_out_folder(below / folder))
            )
            self._verdicts[folder, below] = known
        return known

    def _leaves_out_folder(self, folder: Path) -> bool:
        reported = _reported(str(folder), self.base)
        if not folder.is_dir() or self._exclusion.takes_in(reported):
            return False
        self.excluded.add(reported)
        return True


def found_file(base: Path, path: str, limit: int) -> Found | None:
    """The file of that path below a base; None for what is no readable file of at most `limit` bytes."""
    found = _classify(str(base / path), base, limit)
    return found if isinstance(found, Found) else None


def _git_names(folder: str) -> list[str] | None:
    """What git lists below a folder, relative to it; None where git cannot say or the folder itself is ignored."""
    if _repository(Path(folder)) is None:
        return None
    listed = Git(Path(folder)).attempt(*_GIT_LISTING)
    if not listed:
        return None
    return [os.fsdecode(name) for name in dict.fromkeys(listed.split(b"\0")) if name]


def _classify(file: str, base: Path, limit: int) -> Found | Skipped | None:
    """What to do with one file; None for what another path covers or what is only in git's index."""
    path = _reported(file, base)
    try:
        status = os.lstat(file)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Skipped(path, f"cannot be read ({error.strerror or type(error).__name__})")
    if stat.S_ISLNK(status.st_mode):
        return _link(path, file, base)
    return _irregular(path, file, status.st_mode) or _regular(path, file, status, limit)


def _regular(path: str, file: str, status: os.stat_result, limit: int) -> Found | Skipped:
    size = status.st_size
    return too_large(path, size, limit) if size > limit else Found(path, file, state_of(status))


def too_large(path: str, size: int, limit: int) -> Skipped:
    """A file over the limit; both in bytes."""
    return Skipped(path, f"too large ({_megabytes(size)}; the limit is {_megabytes(limit)})")


def _irregular(path: str, file: str, mode: int) -> Skipped | None:
    """A folder that is listed like a file, a device, a pipe ...; None for a regular file."""
    if stat.S_ISREG(mode):
        return None
    if not stat.S_ISDIR(mode):
        return Skipped(path, "not a regular file", expected=True)
    if os.access(file, os.R_OK | os.X_OK):
        return Skipped(path, "a git submodule; scan it on its own", expected=True)
    return Skipped(path, "cannot be read (Permission denied)")


def _link(path: str, file: str, base: Path) -> Skipped | None:
    target = Path(os.path.realpath(file))
    if not os.path.exists(target):  # noqa: PTH110 - says no where Path.exists raises: a loop, a name too long
        return Skipped(path, "a broken symbolic link", expected=True)
    if target.is_relative_to(base):
        return None
    return Skipped(path, "a symbolic link that leaves the scanned folder", expected=True)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"
