"""The files of one commit of a bare repository, without a checkout."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

Entry: TypeAlias = tuple[str, bytes]
"""A path with forward slashes, and the content of the file."""

_ENVIRONMENT = {"GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_GLOBAL": os.devnull}
_REGULAR = ("100644", "100755")


class Absent(Exception):  # noqa: N818 - it says what an origin is, and is nobody's mistake
    """An origin that cannot be had."""


def mirrored(mirror: Path, name: str) -> Path | None:
    """The git directory of a repository in a folder of them."""
    folder = mirror / name.replace("/", "+")
    places = (folder / "repo" / ".git", folder / "repo", folder / ".git", folder, mirror / f"{folder.name}.git")
    return next((place for place in places if (place / "HEAD").is_file() and (place / "objects").is_dir()), None)


def clone(name: str, commit: str, into: Path) -> Path:
    """One commit of a repository on GitHub; its newest where that is gone.

    Raises:
        Absent: it cannot be fetched.
    """
    _git(into, "init", "--quiet", "--bare")
    for wanted in (commit, "HEAD"):
        fetched = _attempt(
            into, "fetch", "--quiet", "--depth", "1", f"https://github.com/{name}", f"{wanted}:refs/heads/main"
        )
        if fetched is None:
            _git(into, "symbolic-ref", "HEAD", "refs/heads/main")
            return into
    raise Absent(f"git could not fetch it: {fetched}")


def snapshot(repository: Path, commit: str) -> tuple[str, Iterator[Entry]]:
    """The regular files of a commit, or of HEAD where the commit is not there, and which of both it is.

    Objects that a shallow copy lacks are left out, and so are symbolic links and submodules.

    Raises:
        Absent: the repository is empty or broken.
    """
    has_it = bool(commit) and _attempt(repository, "cat-file", "-e", f"{commit}^{{tree}}") is None
    try:
        used = commit if has_it else _git(repository, "rev-parse", "HEAD^{commit}").decode().strip()
        listed = _git(repository, "ls-tree", "-r", "-z", used).split(b"\0")
    except subprocess.CalledProcessError as error:
        raise Absent(f"{repository} has no usable commit") from error
    wanted = [_listed(line) for line in listed if line]
    return used, _contents(repository, [(path, name) for mode, name, path in wanted if mode in _REGULAR])


def _listed(line: bytes) -> tuple[str, bytes, str]:
    """Mode, object name and path of one line of `git ls-tree -z`."""
    described, path = line.split(b"\t", 1)
    mode, _, name = described.split()
    return mode.decode(), name, os.fsdecode(path)


def _contents(repository: Path, wanted: list[tuple[str, bytes]]) -> Iterator[Entry]:
    with tempfile.TemporaryFile() as names:
        names.write(b"".join(name + b"\n" for _, name in wanted))
        names.seek(0)
        command = ("git", "--git-dir", str(repository), "cat-file", "--batch", "--buffer")
        with subprocess.Popen(
            command, stdin=names, stdout=subprocess.PIPE, env={**os.environ, **_ENVIRONMENT}
        ) as running:
            if running.stdout is None:
                return
            for path, _ in wanted:
                header = running.stdout.readline().split()
                if len(header) == 3:  # noqa: PLR2004 - name, type and size; "NAME missing" otherwise
                    data = running.stdout.read(int(header[2]))
                    running.stdout.read(1)
                    yield path, data


def _git(repository: Path, *arguments: str) -> bytes:
    command = ("git", "--git-dir", str(repository), *arguments)
    return subprocess.run(command, check=True, capture_output=True, env={**os.environ, **_ENVIRONMENT}).stdout


def _attempt(repository: Path, *arguments: str) -> str | None:
    """None when a command succeeds, else what it complains of."""
    command = ("git", "--git-dir", str(repository), *arguments)
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, **_ENVIRONMENT})
    return None if done.returncode == 0 else done.stderr.strip()[-200:] or f"exit code {done.returncode}"
