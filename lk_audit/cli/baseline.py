"""`lk-audit baseline`: the file of known findings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from lk_audit.cli.configured import finding_options
from lk_audit.cli.exits import CLEAN, DEFECT
from lk_audit.cli.groups import Group
from lk_audit.cli.requests import defects, set_up
from lk_audit.cli.saying import complain, say_line
from lk_audit.configuration.files import shown_path
from lk_audit.errors import UsageError
from lk_audit.presence import is_folder
from lk_audit.reporters import readable_path
from lk_audit.reporters.screen import printable
from lk_audit.scanning.known import Coverage, compared
from lk_audit.scanning.preparation import Setup
from lk_audit.suppression.baseline import DEFAULT_NAME, Baseline, Entry, new_baseline, read_baseline, write_baseline

_LONGEST_LIST = 20


@click.group("baseline", cls=Group)
def baseline_command() -> None:
    """Keep a file of known findings: `lk-audit scan --baseline FILE` counts them, and fails for new ones only."""


def _baseline_arguments(command: Any) -> Any:  # noqa: ANN401 - a click decorator
    command = finding_options(command)
    command = click.argument("paths", nargs=-1, metavar="[PATHS]...")(command)
    return click.argument("file", required=False, metavar="[FILE]")(command)


@baseline_command.command("create")
@_baseline_arguments
def create_command(file: str | None, paths: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - as click gives them
    """Write all findings of a scan of PATHS into FILE (lk-audit-baseline.txt by default), which must not exist yet."""
    scan = _Scan.of(file, paths, options)
    if os.path.lexists(scan.file):
        raise UsageError(f"{scan.name} exists already; bring it up to date with: lk-audit baseline update {scan.name}")
    return _finished(scan, scan.changed(new_baseline(), adds=True, prunes=False))


@baseline_command.command("update")
@_baseline_arguments
def update_command(file: str | None, paths: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - as click gives them
    """Add the findings that are new to FILE, and take out those that no longer occur in PATHS."""
    scan = _Scan.of(file, paths, options)
    return _finished(scan, scan.changed(read_baseline(scan.file, scan.name), adds=True, prunes=True))


@baseline_command.command("prune")
@_baseline_arguments
def prune_command(file: str | None, paths: tuple[str, ...], **options: Any) -> int:  # noqa: ANN401 - as click gives them
    """Take the findings that no longer occur in PATHS out of FILE, and add none."""
    scan = _Scan.of(file, paths, options)
    return _finished(scan, scan.changed(read_baseline(scan.file, scan.name), adds=False, prunes=True))


class _Change(Struct, frozen=True):
    """What becomes of a baseline. `beyond` are kept entries that the scan could not judge, `defects` why."""

    baseline: Baseline
    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    kept: int
    beyond: int
    defects: tuple[str, ...]


class _Scan(Struct, frozen=True):
    """A baseline file and the scan that it is about to be compared with."""

    file: Path
    setup: Setup

    @classmethod
    def of(cls, file: str | None, paths: Sequence[str], options: dict[str, Any]) -> _Scan:
        if file is not None and is_folder(Path(file)):
            raise UsageError(f"{file} is a folder; the baseline file comes first: {DEFAULT_NAME} {file}")
        setup = set_up(paths, options)
        chosen = Path.cwd() / file if file is not None else setup.config.baseline
        return cls(chosen or Path.cwd() / DEFAULT_NAME, setup)

    @property
    def name(self) -> str:
        return shown_path(self.file)

    def changed(self, before: Baseline, *, adds: bool, prunes: bool) -> _Change:
        """What a scan makes of a baseline; a line whose finding still occurs stays as it is."""
        report = self.setup.scanned()
        comparison = compared(report, before, self.setup)
        over = Coverage.of(report, self.setup).over(comparison.absent)
        removed = over if prunes else []
        shown = [item for item in comparison.new if item.severity >= self.setup.config.min_severity] if adds else []
        added = tuple(before.entry(item, report.prefix) for item in shown)
        kept = [item.entry for item in comparison.known if not item.has_moved]
        kept += [before.entry(item.finding, report.prefix) for item in comparison.known if item.has_moved]
        absent = [entry for entry in comparison.absent if entry not in removed]
        entries = tuple(sorted({*kept, *absent, *added}))
        after = replace(before, salts=before.salts, entries=entries)
        counts = (len(kept) + len(absent), len(comparison.absent) - len(over))
        return _Change(after, added, tuple(removed), *counts, tuple(defects(report)))


def _finished(scan: _Scan, change: _Change) -> int:
    write_baseline(scan.file, change.baseline, scan.name)
    for mark, entries in (("+", change.added), ("-", change.removed)):
        for entry in sorted(entries, key=lambda item: (item.path, item.rule, item.fingerprint))[:_LONGEST_LIST]:
            say_line(f"{mark} {entry.rule} {printable(readable_path(entry.path))}  {printable(entry.hint)}".rstrip())
        if len(entries) > _LONGEST_LIST:
            say_line(f"{mark} and {len(entries) - _LONGEST_LIST} more")
    beyond = f" ({change.beyond} of them beyond this scan)" if change.beyond else ""
    say_line(f"{scan.name}: {len(change.added)} added, {len(change.removed)} removed, {change.kept} kept{beyond}")
    for message in change.defects:
        complain(message)
    return DEFECT if change.defects else CLEAN
