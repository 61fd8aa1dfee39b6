"""What comes of extracting facts from files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from lk_audit.facts import Fact
from lk_audit.findings import Crash
from lk_audit.source import Source


class ParseNote(Struct, frozen=True):
    """A part of a file that could not be read; the rest of the file was. `line` counts from 1."""

    path: str
    line: int
    reason: str


class Extracted(Struct):
    """Facts, remarks on what could not be read, and the defects met on the way, one a file.

    `crowded` are the paths of files that hold more than was kept: what else stands in them is not known. `lost` are
    those of files that have changed while they were scanned; `given_up` tells of files of code, by path, why they were
    not parsed for those that use them.
    """

    facts: list[Fact] = field(default_factory=list)
    notes: list[ParseNote] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)
    crowded: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    given_up: dict[str, str] = field(default_factory=dict)

    def add(self, other: Extracted) -> None:
        self.facts += other.facts
        self.notes += other.notes
        self.crashes += other.crashes
        self.crowded |= other.crowded
        self.lost |= other.lost
        self.given_up |= other.given_up


Extract: TypeAlias = Callable[[Sequence[Source]], Extracted]
"""Turns the sources of a scan into facts."""
