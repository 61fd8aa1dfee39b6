"""What comes of extracting facts from files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from lk_audit.facts import Fact
from lk_audit.findings import Crash
from lk_audit.source import Source


@dataclass(frozen=True, slots=True)
class ParseNote:
    """A part of a file that could not be read; the rest of the file was. `line` counts from 1."""

    path: str
    line: int
    reason: str


@dataclass(slots=True)
class Extracted:
    """Facts, remarks on what could not be read, and the defects met on the way, one a file."""

    facts: list[Fact] = field(default_factory=list)
    notes: list[ParseNote] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)

    def add(self, other: Extracted) -> None:
        self.facts += other.facts
        self.notes += other.notes
        self.crashes += other.crashes


Extract: TypeAlias = Callable[[Sequence[Source]], Extracted]
"""Turns the sources of a scan into facts."""
