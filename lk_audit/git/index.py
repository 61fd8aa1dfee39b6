"""git's index: what the next commit will hold, and what of it is new.

Source of the formats: git-diff-index(1) "RAW OUTPUT FORMAT", git-ls-files(1) "OUTPUT", gitdatamodel(7) for modes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from msgspec import Struct

from lk_audit.git.process import Git
from lk_audit.git.repository import Repository

LINK = "120000"
SUBMODULE = "160000"
_RAW = ("diff-index", "--cached", "--raw", "-z", "--no-renames", "--diff-filter=d")


class IndexEntry(Struct, frozen=True):
    """One file of the index. `stage` is 0, or 1 to 3 for the sides of a conflict."""

    path: str
    mode: str
    id: bytes
    stage: int = 0


class Index(Struct, frozen=True):
    """The index. `staged` are the paths that differ from HEAD, `added` those of them that HEAD does not have.

    `announced` are those that `git add -N` has only named.
    """

    entries: tuple[IndexEntry, ...]
    staged: frozenset[str]
    added: frozenset[str]
    announced: frozenset[str]

    @property
    def conflicts(self) -> tuple[str, ...]:
        return tuple(sorted({entry.path for entry in self.entries if entry.stage}))


def read_index(repository: Repository) -> Index:
    """The whole index, and what of it the next commit changes.

    Raises:
        GitError: git cannot read it.
    """
    git = repository.git
    base = repository.head() or _empty_tree(git)
    # Named by `git add -N`, a file looks staged and empty, unless git is asked not to count it.
    seen = _changed(git, base, "--ita-visible-in-index")
    staged = _changed(git, base, "--ita-invisible-in-index")
    added = frozenset(path for path, status in staged.items() if status == "A")
    return Index(tuple(_entries(git)), frozenset(staged), added, frozenset(seen.keys() - staged.keys()))


def _empty_tree(git: Git) -> str:
    """The id of the tree without files, by the hash of this repository."""
    return git.run("hash-object", "-t", "tree", "--stdin").decode("ascii").strip()


def _changed(git: Git, base: str, visibility: str) -> dict[str, str]:
    """The paths that differ from a commit, with the letter of how."""
    fields = git.run(*_RAW, visibility, base, "--").split(b"\0")
    return {os.fsdecode(path): how[-1:].decode("ascii") for how, path in zip(fields[::2], fields[1::2], strict=False)}


def _entries(git: Git) -> Iterator[IndexEntry]:
    for line in git.run("ls-files", "-z", "--stage", "--full-name", ":/").split(b"\0"):
        if line:
            head, _, path = line.partition(b"\t")
            mode, object_id, stage = head.split(b" ")
            yield IndexEntry(os.fsdecode(path), mode.decode("ascii"), object_id, int(stage))
