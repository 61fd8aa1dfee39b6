"""The names of the files of a scan: what git knows of and does not ignore, or a plain walk where there is no git.

Nothing is said of the files themselves here, so that some can be looked at while others are still being listed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from lk_audit.digests import sha256
from lk_audit.errors import UsageError
from lk_audit.files.git_names import Said, repository_of, said_of
from lk_audit.files.path_patterns import Exclusion
from lk_audit.files.walking import MOST_PATTERNS, walk
from lk_audit.findings import Skipped
from lk_audit.git.refusal import refusal
from lk_audit.presence import is_folder, is_there

EXCLUDED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "node_modules", "vendor", "bower_components", ".venv", "venv", "virtualenv"}
    | {"site-packages", "__pycache__", ".next", ".nuxt", ".svelte-kit", ".tox", ".nox", ".mypy_cache"}
    | {".ruff_cache", ".pytest_cache", ".gradle", ".terraform"}
)
"""Other people's code and machine-made copies; left out, and named in the report, unless given as a path."""

_TOO_MANY = f"not followed, as over {MOST_PATTERNS:,} patterns would hold in its folder: what it ignores is scanned"


class Roots(Struct, frozen=True):
    """What a scan is asked to look at. `places` are absolute and resolved.

    `base` is what paths are relative to, `prefix` where that lies in its repository ("" or "packages/web/"); `projects`
    are those below the base that hold more of the project than the scan covers.
    """

    places: tuple[Path, ...]
    base: Path
    prefix: str
    projects: tuple[Path, ...] = ()


def roots_of(paths: Sequence[str | Path], folder: Path | None = None) -> Roots:
    """What files and folders to scan, relative to `folder` (by default the process's own).

    Raises:
        UsageError: a path does not exist.
    """
    working = (folder or Path.cwd()).resolve()
    places = tuple(_existing(working, path) for path in paths)
    base = _base(working, places)
    projects = sorted({project for place in places for project in projects_around(place, base)})
    return Roots(places, base, prefix_of(base), tuple(projects))


def _existing(working: Path, root: str | Path) -> Path:
    if not str(root):
        raise UsageError("an empty name is no path, and comes of a variable that is not set; . is the current folder")
    path = working / root
    if not is_there(path):
        raise UsageError(f"no such file or folder: {root}")
    return path.resolve()


def _base(working: Path, roots: Sequence[Path]) -> Path:
    """The working folder when everything lies in it, else the closest folder around all roots."""
    if all(root.is_relative_to(working) for root in roots):
        return working
    return Path(os.path.commonpath([root if is_folder(root) else root.parent for root in roots]))


def prefix_of(base: Path) -> str:
    """Where a folder lies in its repository."""
    repository = repository_of(base)
    if repository is None or repository == base:
        return ""
    return base.relative_to(repository).as_posix() + "/"


def projects_around(root: Path, base: Path) -> Iterator[Path]:
    """The repository around a root, or what of it lies below the base, if that is more than the root."""
    repository = repository_of(root)
    if repository is not None:
        whole = repository if repository.is_relative_to(base) else base
        if whole != root and root.is_relative_to(whole):
            yield whole


def reported(file: str, base: Path) -> str:
    """Relative to the base, with forward slashes; names that are no text keep their bytes as surrogates.

    It is asked of every file, and `relpath` takes ten times as long.
    """
    around = with_separator(base)
    inside = file[len(around) :].rstrip(os.sep) if file.startswith(around) else ""
    return (inside or os.path.relpath(file, base)).replace(os.sep, "/")


@lru_cache(maxsize=8)
def with_separator(folder: Path) -> str:
    """A folder as what precedes a path in it."""
    return os.path.join(folder, "")  # noqa: PTH118 - Path drops a separator at the end


class Outcome(Struct, frozen=True):
    """What the names below a root came of: while that is the same, so are they, and need not be made again.

    `told` are digests of what git said and of the configuration. `folders` are those that would be left out by default,
    and whether they are folders. `none` are names of what is no file to scan.
    """

    told: bytes
    folders: dict[str, bool]
    none: tuple[str, ...] = ()


class Listing:
    """The files below one root, nested repositories included.

    `excluded` and `left_out` tell, once all names are there, the folders and files that were left out.
    """

    def __init__(self, root: Path, base: Path, exclusion: Exclusion) -> None:
        self.excluded: set[str] = set()
        self.left_out: dict[str, Skipped] = {}
        self._heard: list[Said] = []
        self._digests: list[bytes] = []
        self._folders: dict[str, bool] = {}
        self._base = base
        self._is_folder = is_folder(root)
        self._top = "" if root == base else reported(str(root), base)
        self._verdicts: dict[tuple[str, str], bool] = {}
        self._exclusion = exclusion.below(self._top, is_folder=self._is_folder)

    def is_as(self, before: Outcome) -> bool:
        """Whether the names would be those of a former listing; they are not made for that."""
        if self._is_folder:
            self._heard = list(said_of(self._base / self._top))
        if self._told(said.digest for said in self._heard) != before.told:
            return False
        self.excluded = {folder for folder in before.folders if self._leaves_out_folder(folder)}
        is_same = self._folders == before.folders
        if not is_same:
            self.excluded, self._folders = set(), {}
        return is_same

    @property
    def outcome(self) -> Outcome | None:
        """What all the names came of; None where that is more than two answers of git."""
        told = self._told(self._digests)
        return Outcome(told, self._folders) if told else None

    def _told(self, digests: Iterable[bytes]) -> bytes:
        parts = list(digests)
        if not self._is_folder or b"" in parts or self._exclusion.excluded:
            return b""
        return b"".join((*parts, sha256(repr(self._exclusion).encode("utf-8", "surrogateescape"))))

    def rounds(self) -> Iterator[list[str]]:
        """The paths of the files, some at a time: those that are known sooner can be looked at sooner."""
        if not self._is_folder:
            yield [] if self._leaves_out_named(self._top) else [self._top]
            return
        folders = [self._top]
        while folders:
            folder = folders.pop()
            for paths in self._rounds_of(folder):
                kept = self._kept(paths)
                folders += [path.rstrip("/") for path in kept if path.endswith("/")]
                yield [path for path in kept if not path.endswith("/")]

    def _rounds_of(self, folder: str) -> Iterator[list[str]]:
        """What is below a folder, with a slash at the end of nested repositories."""
        place = self._base / folder
        heard, self._heard = self._heard, []
        is_known = False
        is_all = True
        for said in heard or said_of(place):
            self._digests.append(said.digest)
            is_known |= bool(said.names)
            is_all &= said.names is not None
            if said.names:
                yield _names(said.names, folder)
            for closed, why in said.closed:
                path = reported(closed, self._base)
                if not self._is_excluded(path):
                    self.left_out[path] = Skipped(path, f"cannot be read ({why})")
        if not (is_known and is_all):
            self._digests.append(b"")
            refused = None if is_all or repository_of(place) is None else refusal(place)
            if refused is not None:
                self.left_out[folder or "."] = Skipped(folder or ".", refused)
            yield self._walked(place)  # It is ignored as a whole, or nothing that git can read.

    def _walked(self, folder: Path) -> list[str]:
        found = walk(
            str(folder),
            lambda file: self._is_excluded(reported(file, self._base)),
            lambda environment: self.excluded.add(reported(environment, self._base)),
            self._does_not_follow,
        )
        return [reported(file, self._base) for file in found]

    def _does_not_follow(self, ignore_file: str) -> None:
        path = reported(ignore_file, self._base)
        self.left_out[path] = Skipped(path, _TOO_MANY, expected=True)

    def _kept(self, paths: list[str]) -> list[str]:
        """The paths that are not left out."""
        if self._exclusion.excluded:
            return [path for path in paths if not self._is_excluded(path.rstrip("/"))]
        verdicts: dict[str, bool] = {}
        kept = []
        for path in paths:
            folder, _, name = path.rpartition("/")
            is_out = verdicts.get(folder)
            if is_out is None:
                is_out = verdicts[folder] = self._is_folder_excluded(folder, self._top)
            if not (is_out or (name in EXCLUDED_FOLDERS and self._is_folder_excluded(path, self._top))):
                kept.append(path)
        return kept

    def _leaves_out_named(self, path: str) -> bool:
        """Whether a file that was named is left out: by the configuration, or when asked to, by a folder around it."""
        return self._leaves_out(path) or (self._exclusion.is_forced and self._is_in_excluded(path, ""))

    def _leaves_out(self, path: str) -> bool:
        """Whether the configuration leaves a file out; it is listed then, or the folder around it."""
        matched = self._exclusion.excluded.matched_by(path) if self._exclusion.excluded else None
        if matched is None:
            return False
        if matched.endswith("/"):
            self.excluded.add(matched[:-1])
        elif not os.path.isdir(self._base / path):  # noqa: PTH112 - says no where Path raises: a name too long
            self.left_out[path] = Skipped(path, "left out by the configuration", expected=True)
        return True

    def _is_excluded(self, path: str) -> bool:
        return self._is_in_excluded(path, self._top) or self._leaves_out(path)

    def _is_in_excluded(self, path: str, top: str) -> bool:
        """Whether a folder around a file, or the file itself, is one of other people's code; it is listed then."""
        folder, _, name = path.rpartition("/")
        return self._is_folder_excluded(folder, top) or (
            name in EXCLUDED_FOLDERS and self._is_folder_excluded(path, top)
        )

    def _is_folder_excluded(self, folder: str, top: str) -> bool:
        """Whether a folder is left out, or one around it below `top`; found out once for all files in it."""
        if folder in {"", top}:
            return False
        known = self._verdicts.get((folder, top))
        if known is None:
            around, _, name = folder.rpartition("/")
            known = self._is_folder_excluded(around, top) or (
                name in EXCLUDED_FOLDERS and self._leaves_out_folder(folder)
            )
            self._verdicts[folder, top] = known
        return known

    def _leaves_out_folder(self, folder: str) -> bool:
        is_there = self._folders[folder] = is_folder(self._base / folder)
        if not is_there or self._exclusion.takes_in(folder):
            return False
        self.excluded.add(folder)
        return True


def _names(listed: bytes, folder: str) -> list[str]:
    """The names in an answer of git, as paths of the report."""
    # One by one: a single name with unusual letters would make the text of all four times as large.
    names = [os.fsdecode(name) for name in listed.removesuffix(b"\0").split(b"\0")]
    return [f"{folder}/{name}" for name in names] if folder else names
