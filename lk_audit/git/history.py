"""The history of a repository: every blob that it reaches, and the commits that brought blobs in.

Source of the formats: git-rev-list(1) `--objects` and `--missing`, git-cat-file(1) "BATCH OUTPUT", git-diff-tree(1)
"RAW OUTPUT FORMAT" and "DIFF FORMAT FOR MERGES".
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Collection, Generator, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import IO, cast

from msgspec import Struct

from lk_audit.errors import UsageError
from lk_audit.git.objects import Entry, Objects
from lk_audit.git.process import Git, GitError, Watch, complaint
from lk_audit.git.repository import Repository

_CHECK = "cat-file", "--batch-check=%(objecttype) %(objectname) %(rest)", "--buffer"
_BLOCK = 1 << 16
_GITLINK = b"160000"


class Revisions(Struct, frozen=True):
    """Which commits. `arguments` are what git takes."""

    arguments: tuple[str, ...] = ("--all",)


def revisions(git: Git, text: str) -> Revisions:
    """What a range such as `v1..main` or `main` means; everything that a reference or HEAD reaches when it is empty.

    Raises:
        UsageError: git does not know it.
        GitError: git does not come back.
    """
    words = tuple(text.split())
    if any(word.startswith("-") for word in words):
        raise UsageError(f"not a range of commits: {text}; write --history=A..B, or --history for everything")
    which = Revisions(words) if words else Revisions()
    # Whatever the range: commands that are read while they run have no end to wait for, should one never begin.
    found, why = git.outcome("rev-list", "--max-count=1", *which.arguments, "--")
    if words and found is None:
        raise UsageError(f"git does not know the range {text} ({why}); a range is written --history=A..B")
    return which


class Blobs(Struct):
    """The blobs that the history reaches, each once, with one of its names; newest commits first.

    `missing` counts the objects that this copy of the repository lacks, once the blobs have been listed.
    """

    git: Git
    revisions: Revisions
    missing: int = 0

    def entries(self) -> Generator[Entry, None, None]:
        """The blobs.

        Raises:
            GitError: git cannot walk the history.
        """
        walk = ("rev-list", "--objects", "--missing=print", *self.revisions.arguments, "--")
        lister = self.git.start(*walk, stderr=subprocess.PIPE)
        checker = self.git.start(*_CHECK, stdin=lister.stdout)
        watch = Watch(self.git.folder, checker)
        try:
            yield from self._blobs(cast("IO[bytes]", checker.stdout), watch)
            _, errors = lister.communicate()
            if lister.returncode != 0:
                raise GitError(f"git cannot walk the history: {complaint(errors)}")
        finally:
            watch.close()
            for process in (lister, checker):
                process.kill()
                process.wait()
                _close(process)

    def _blobs(self, lines: IO[bytes], watch: Watch) -> Iterator[Entry]:
        while line := _line(lines, watch):
            if line.startswith(b"blob "):
                _, object_id, path = line.rstrip(b"\n").split(b" ", 2)
                yield Entry(object_id, path)
            elif line.endswith(b" missing\n"):
                self.missing += 1


def _line(lines: IO[bytes], watch: Watch) -> bytes:
    with watch:
        return lines.readline()


def count_commits(git: Git, which: Revisions) -> int:
    """How many commits the history has.

    Raises:
        GitError: git cannot walk the history.
    """
    return int(git.run("rev-list", "--count", *which.arguments, "--"))


def must_have_existed(repository: Repository, which: Revisions) -> None:
    """Make sure that what the scan is limited to is there, or was.

    Raises:
        UsageError: a commit of the history neither holds nor changes a file or folder of that name.
    """
    for wanted in repository.wanted:
        command = ("rev-list", "--max-count=1", *which.arguments, "--", f":(top,literal){wanted}")
        if not repository.exists(wanted) and not repository.git.run(*command):
            raise UsageError(f"no file or folder of the history is called {wanted}; a range is written --history=A..B")


def tree(git: Git, commit: str) -> dict[bytes, list[str]]:
    """The paths of each blob in the tree of a commit.

    Raises:
        GitError: git cannot read the tree.
    """
    found: dict[bytes, list[str]] = {}
    for line in git.run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
        head, _, path = line.partition(b"\t")
        if head and not head.startswith(_GITLINK):
            found.setdefault(head.rpartition(b" ")[2], []).append(os.fsdecode(path))
    return found


# --- who brought it in ------------------------------------------------------------------------------------------------


class Arrival(Struct, frozen=True):
    """A commit whose tree holds a blob at a path, and no parent's tree does."""

    commit: bytes
    blob: bytes
    path: str


def arrivals(git: Git, which: Revisions, wanted: Collection[bytes]) -> Iterator[Arrival]:
    """When the wanted blobs came, oldest commits first and parents before their children.

    A merge brings in what differs from all of its parents. Without the trees of some commits the list ends there.
    """
    lister = git.start("rev-list", "--reverse", "--date-order", *which.arguments, "--")
    differ = git.start(
        *("diff-tree", "--stdin", "-r", "-c", "--root", "--raw", "--no-renames", "-z", "--no-abbrev"),
        stdin=lister.stdout,
    )
    try:
        yield from _arrivals(cast("IO[bytes]", differ.stdout), wanted)
    finally:
        for process in (lister, differ):
            process.kill()
            process.wait()
            _close(process)


def _arrivals(output: IO[bytes], wanted: Collection[bytes]) -> Iterator[Arrival]:
    commit = b""
    fields = _fields(output)
    for item in fields:
        if not item.startswith(b":"):
            commit = item
            continue
        path = next(fields, b"")
        blob = _new_id(item)
        if blob in wanted:
            yield Arrival(commit, blob, os.fsdecode(path))


def _new_id(item: bytes) -> bytes:
    """The id after the change: `:mode mode id id status`; a merge has one more of each for each parent."""
    words = item.split(b" ")
    return words[-2]


def _fields(output: IO[bytes]) -> Iterator[bytes]:
    """The fields of output in which NUL ends each."""
    rest = b""
    while block := output.read(_BLOCK):
        *whole, rest = (rest + block).split(b"\0")
        yield from whole


def _close(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


# --- when -------------------------------------------------------------------------------------------------------------


def author_date(objects: Objects, commit: bytes) -> str | None:
    """When a commit was written, by its author's clock, in ISO 8601; None when it does not say.

    The author's name is never looked at. Source of the format: git-commit-tree(1), "DATE FORMATS".
    """
    content = objects.read(commit)
    header = (content.data or b"").partition(b"\n\n")[0]
    line = next((line for line in header.split(b"\n") if line.startswith(b"author ")), b"")
    return _iso(line.rpartition(b"> ")[2].decode("ascii", "replace").split())


def _iso(words: list[str]) -> str | None:
    """The date of `1700000000 +0200`."""
    try:
        seconds, zone = int(words[0]), words[1]
        minutes = int(zone[0] + "1") * (int(zone[1:3]) * 60 + int(zone[3:5]))
        moment = datetime.fromtimestamp(seconds, tz=UTC)
        return moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()
    except (IndexError, ValueError, OverflowError, OSError):
        return None
