"""What comes of extracting facts from files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field

from lk_audit.facts import Fact
from lk_audit.findings import Crash
from lk_audit.source import Place, Source


class ParseNote(Struct, frozen=True):
    """A part of a file that could not be read; the rest of the file was. `line` counts from 1."""

    path: str
    line: int
    reason: str


class Extracted(Struct):
    """Facts, remarks on what could not be read, and the defects met on the way, one a file.

    `crowded` are the paths of files that hold more than was kept: what else stands in them is not known. `lost` are
    those of files that have changed while they were scanned; `given_up` tells of files of code, by path, why they were
    not parsed for those that use them. `shares` tell how many of the facts each file gave, in their order.
    """

    facts: list[Fact] = field(default_factory=list)
    notes: list[ParseNote] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)
    crowded: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    given_up: dict[str, str] = field(default_factory=dict)
    shares: list[tuple[str, int]] = field(default_factory=list)

    def add(self, other: Extracted) -> None:
        self.facts += other.facts
        self.notes += other.notes
        self.crashes += other.crashes
        self.crowded |= other.crowded
        self.lost |= other.lost
        self.given_up |= other.given_up
        self.shares += other.shares

    def with_again(self, other: Extracted, paths: Collection[str]) -> Extracted:
        """What comes of all files, where `other` is what came of those of `paths` when they were analysed again."""
        parts = {**dict(self.parts()), **dict.fromkeys(paths, ()), **dict(other.parts())}
        facts = {path: parts[path] for path in sorted(parts) if parts[path]}
        return Extracted(
            facts=[fact for part in facts.values() for fact in part],
            notes=[*(note for note in self.notes if note.path not in paths), *other.notes],
            crashes=[*(crash for crash in self.crashes if crash.path not in paths), *other.crashes],
            crowded=(self.crowded - set(paths)) | other.crowded,
            lost=self.lost | other.lost,
            given_up={path: why for path, why in self.given_up.items() if path not in paths} | other.given_up,
            shares=[(path, len(part)) for path, part in facts.items()],
        )

    def parts(self) -> Iterator[tuple[str, Sequence[Fact]]]:
        """What each file gave that gave something."""
        start = 0
        for path, count in self.shares:
            yield path, self.facts[start : start + count]
            start += count


class Former(Struct):
    """What an extraction leaves for the next one of the same files, of which those of `changed` are others by then.

    `found` is what the files gave, each by itself; None where the next has to analyse all.
    """

    found: Extracted | None = None
    changed: frozenset[str] = frozenset()

    @property
    def affected(self) -> frozenset[str]:
        """The files to analyse again: those that have changed, and those whose facts refer to them."""
        parts = self.found.parts() if self.found is not None else ()
        return self.changed | {path for path, facts in parts if any(_refers(fact, self.changed) for fact in facts)}


def _refers(value: object, paths: Collection[str]) -> bool:
    """Whether a place in one of some files is part of a fact."""
    if isinstance(value, Place):
        return value.path in paths
    if isinstance(value, Struct):
        return any(_refers(getattr(value, name), paths) for name in value.__struct_fields__)
    if isinstance(value, Mapping):
        return any(_refers(item, paths) for item in value.values())
    return isinstance(value, tuple | list | frozenset | set) and any(_refers(item, paths) for item in value)


Extract: TypeAlias = Callable[[Sequence[Source]], Extracted]
"""Turns the sources of a scan into facts."""
