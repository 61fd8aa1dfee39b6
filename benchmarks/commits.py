"""Ten changed files as a hook gets them: without LiveKit in them, and from applications that mint tokens."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from collections.abc import Iterable, Sequence
from pathlib import Path

COUNT = 10
ORDINARY = (
    *("argparse.py", "bisect.py", "cmd.py", "colorsys.py", "csv.py"),
    *("fnmatch.py", "graphlib.py", "json/decoder.py", "sched.py", "textwrap.py"),
)
"""Modules of the standard library; none mentions LiveKit."""
_MINTING = (b"AccessToken(", b"VideoGrants")
_LARGEST = 50_000
"""Bytes; a file that somebody changes is seldom larger."""


def ordinary(into: Path) -> list[str]:
    """Ten files of Python without LiveKit, staged in a new repository; their paths in it."""
    library = Path(sysconfig.get_paths()["stdlib"])
    return _staged(into, [library / name for name in ORDINARY])


def minting(tree: Path, into: Path) -> list[str]:
    """Ten files of Python that mint tokens, the first of every part of a tree, staged in a new repository.

    Raises:
        ValueError: the tree has no ten.
    """
    found = [first for part in sorted(tree.iterdir()) if (first := _first_minting(part)) is not None]
    if len(found) < COUNT:
        raise ValueError(f"{tree} has {len(found)} parts in which Python mints tokens; {COUNT} are needed")
    return _staged(into, found[:COUNT])


def _first_minting(part: Path) -> Path | None:
    return next((file for file in sorted(part.rglob("*.py")) if _mints(file)), None)


def _mints(file: Path) -> bool:
    if not file.is_file() or file.stat().st_size > _LARGEST:
        return False
    data = file.read_bytes()
    return all(word in data for word in _MINTING)


def _staged(into: Path, files: Sequence[Path]) -> list[str]:
    """Copies in a repository with one empty commit, in folders of their own."""
    names = [f"part{number}/{file.name}" for number, file in enumerate(files)]
    for name, file in zip(names, files, strict=True):
        (into / name).parent.mkdir(parents=True)
        (into / name).write_bytes(file.read_bytes())
    author = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    _git(into, ("init", "--quiet"), (*author, "commit", "--quiet", "--allow-empty", "-m", "Begin"), ("add", "--all"))
    return names


def _git(folder: Path, *commands: Iterable[str]) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for command in commands:
        subprocess.run(["git", *command], cwd=folder, env=environment, check=True, capture_output=True)
