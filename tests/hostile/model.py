"""A hostile tree: what it holds, how large it gets, and what a report must say of it.

Every one is built at a size that a test can afford; `LK_AUDIT_HOSTILE=full` builds them as large as people send them.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.git.repo import LEAK

IS_FULL = os.environ.get("LK_AUDIT_HOSTILE") == "full"
GOOD = "good.env"
"""The file beside everything hostile: what it leaks must be reported whatever its neighbours are."""
Build = Callable[[Path, int], None]


@dataclass(frozen=True)
class Hostile:
    """A hostile tree.

    `size` and `full` are in the unit of its builder (bytes, levels, files), `says` is what the report must name,
    `seconds` and `megabytes` what a scan may take at `size`.
    """

    name: str
    build: Build
    size: int
    full: int
    says: tuple[str, ...] = ()
    seconds: float = 20.0
    megabytes: float = 400.0

    def built(self, folder: Path) -> Path:
        """The tree, beside a good file."""
        tree = folder / "tree"
        tree.mkdir()
        (tree / GOOD).write_text(LEAK)
        self.build(tree, self.full if IS_FULL else self.size)
        return tree


def written(name: str, head: str, unit: str, tail: str = "") -> Build:
    """A file of `size` bytes made of one text over and over."""

    def build(tree: Path, size: int) -> None:
        (tree / name).write_text(head + unit * (size // len(unit)) + tail, encoding="utf-8")

    return build


def repeated(name: str, head: str, unit: str, middle: str, close: str) -> Build:
    """A file in which `size` units open and as many close."""

    def build(tree: Path, size: int) -> None:
        (tree / name).write_text(head + unit * size + middle + close * size, encoding="utf-8")

    return build
