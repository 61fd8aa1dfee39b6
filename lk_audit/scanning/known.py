"""A scan against its baseline: which findings are known, and which entries can be told to be over."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.configuration.files import shown_path
from lk_audit.findings import BASELINE, SYNTAX, Note, Report
from lk_audit.suppression.baseline import Baseline, Comparison, Entry, compare, read_baseline

if TYPE_CHECKING:
    from lk_audit.scanning.preparation import Setup


def with_baseline(report: Report, file: Path, setup: Setup) -> Report:
    """The report with known findings marked, and a note on entries that do not occur any more.

    Raises:
        UsageError: the baseline cannot be read.
    """
    comparison = compared(report, read_baseline(file, shown_path(file)), setup)
    known = {id(item.finding) for item in comparison.known}
    findings = tuple(replace(finding, baselined=id(finding) in known) for finding in report.findings)
    over = Coverage.of(report, setup).over(comparison.absent) if setup.sees_all else []
    notes = (*report.notes, *_note(over, file, setup.base))
    return replace(report, findings=findings, notes=notes)


def compared(report: Report, baseline: Baseline, setup: Setup) -> Comparison:
    """The findings that no comment and no configuration accepts, against a baseline."""
    repository = _repository(setup.base, report.prefix)
    findings = [finding for finding in report.findings if finding.suppressed is None]
    return compare(findings, baseline, lambda path: not os.path.lexists(repository / path))


def _repository(base: Path, prefix: str) -> Path:
    """Where the paths of a baseline start."""
    depth = prefix.count("/")
    return base.parents[depth - 1] if depth else base


def _note(over: list[Entry], file: Path, base: Path) -> Iterator[Note]:
    resolved = Path(os.path.realpath(file))
    if over and resolved.is_relative_to(base):
        one = len(over) == 1
        what = "this finding no longer occurs" if one else f"{len(over)} findings no longer occur, this is one of them"
        advice = f"lk-audit baseline prune takes {'it' if one else 'them'} out"
        line = min(entry.line for entry in over)
        yield Note(BASELINE, resolved.relative_to(base).as_posix(), line, f"{what}; {advice}")


class Coverage(Struct, frozen=True):
    """What a scan can tell the end of: findings of rules that ran, in files that were scanned completely.

    Paths are those of the repository; `roots` were scanned, "" being all; in `unseen` something went unread.
    """

    roots: tuple[str, ...]
    rules: frozenset[str]
    unseen: tuple[str, ...]

    @classmethod
    def of(cls, report: Report, setup: Setup) -> Coverage:
        repository = _repository(setup.base, report.prefix)
        given = [Path(os.path.realpath(path)) for path in setup.paths]
        roots = [root.relative_to(repository).as_posix() for root in given if root.is_relative_to(repository)]
        unseen = [
            *(item.path for item in report.skipped if not item.expected),
            *(note.path for note in report.notes if note.kind == SYNTAX),
            *(crash.path for crash in report.crashes if crash.path is not None),
        ]
        everything = any(crash.path is None for crash in report.crashes)
        return cls(
            tuple("" if root == "." else root for root in roots),
            frozenset(setup.config.select),
            ("",) if everything else tuple(report.prefix + path for path in unseen),
        )

    def over(self, absent: Iterable[Entry]) -> list[Entry]:
        """Which of the entries that were not found really occur no more."""
        return [
            entry
            for entry in absent
            if entry.rule in self.rules
            and any(_within(entry.path, root) for root in self.roots)
            and not any(_within(entry.path, path) for path in self.unseen)
        ]


def _within(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")
