"""The repository that a scan of the index or the history is about, and the part of it that was asked for."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from lk_audit.errors import UsageError
from lk_audit.git.process import INDEX_VARIABLE, Git, GitError
from lk_audit.git.refusal import meaning
from lk_audit.presence import is_folder, is_there


class Repository(Struct, frozen=True):
    """A repository. Paths are relative to its root, with forward slashes; bytes that are no text are surrogates.

    `top` is the root of its working tree, None without one; `wanted` are the files and folders that the scan is limited
    to, none for everything.
    """

    git: Git
    top: Path | None
    is_shallow: bool = False
    wanted: tuple[str, ...] = ()

    @property
    def base(self) -> Path:
        """What paths are relative to, on disk."""
        return self.top or self.git.folder

    def is_wanted(self, path: str) -> bool:
        """Whether the scan is about this file."""
        return not self.wanted or any(path == item or path.startswith(f"{item}/") for item in self.wanted)

    def root_of(self, path: str) -> str:
        """The closest of the files and folders that were asked for around a file; empty for the whole repository."""
        around = [item for item in self.wanted if path == item or path.startswith(f"{item}/")]
        return max(around, key=len, default="")

    def exists(self, path: str) -> bool:
        """Whether the working tree holds the file or folder."""
        return self.top is not None and is_there(self.top / path)

    def head(self) -> str | None:
        """The commit of HEAD; None before the first one."""
        found = self.git.attempt("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        return found.decode("ascii").strip() if found else None


def open_repository(paths: Sequence[str | Path], folder: Path | None = None) -> Repository:
    """The repository around the paths, or around the folder when there are none.

    Args:
        paths: files and folders, relative to `folder`; they need not exist any more.
        folder: the working folder; the process's own by default.

    Raises:
        UsageError: git is missing, this is no repository, or a path lies outside it.
    """
    working = (folder or Path.cwd()).resolve()
    places = [_resolved(working, path) for path in paths]
    git = Git(_closest_folder(places[0], working) if places else working)
    told, why = git.outcome("rev-parse", "--is-inside-work-tree", "--absolute-git-dir", "--is-shallow-repository")
    if told is None:
        raise GitError(_no_repository(git.folder, why))
    is_inside, git_folder, is_shallow = os.fsdecode(told).splitlines()[:3]
    top = _top(git) if is_inside == "true" else None
    root = top or Path(git_folder).resolve()
    wanted = [_relative(place, root, given) for place, given in zip(places, paths, strict=True)]
    return Repository(git, top, is_shallow == "true", () if "" in wanted else tuple(dict.fromkeys(wanted)))


def with_index_of_environment(repository: Repository, folder: Path | None) -> Repository:
    """The repository with the index that git hands to its hooks: `git commit -a` and `git commit FILE` make their own.

    Only where the scan is about the repository that the command runs in: the variable speaks of no other. A relative
    name starts at the folder of the process, which is where git starts its hooks.
    """
    named = os.environ.get(INDEX_VARIABLE)
    if not named or _top(Git((folder or Path.cwd()).resolve())) != repository.top:
        return repository
    git = Git(repository.git.folder, Path(named).absolute())
    return Repository(git, repository.top, repository.is_shallow, repository.wanted)


def _resolved(working: Path, path: str | Path) -> Path:
    """An absolute path whose folders are resolved; a symbolic link at its end is itself meant."""
    place = Path(os.path.normpath(working / path))
    return Path(os.path.realpath(place.parent), place.name)


def _closest_folder(place: Path, working: Path) -> Path:
    return next((item for item in (place, *place.parents) if is_folder(item)), working)


def _top(git: Git) -> Path | None:
    found = git.attempt("rev-parse", "--show-toplevel")
    return Path(os.fsdecode(found).removesuffix("\n")).resolve() if found else None


def _relative(place: Path, root: Path, given: str | Path) -> str:
    resolved = Path(os.path.realpath(place))
    if not resolved.is_relative_to(root) and not place.is_relative_to(root):
        raise UsageError(f"{given} is not in the repository {root}; --staged and --history look at one repository")
    shown = place if place.is_relative_to(root) else resolved
    relative = shown.relative_to(root).as_posix()
    return "" if relative == "." else relative


def _no_repository(folder: Path, why: str) -> str:
    if why.startswith("not a git repository"):
        return f"not a git repository: {folder}; --staged and --history need one"
    return f"git cannot open the repository at {folder}: {meaning(why)}"
