"""What a scan came to, in two lines: what was found, and what was and was not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from lk_audit.findings import Report, Skipped
from lk_audit.reporters.screen import PLAIN, Painter
from lk_audit.reporters.wording import counted, shown_path

_FEW = 3


def outcome(report: Report, paint: Painter = PLAIN) -> str:
    """How many findings of which severity, and how many that are not shown."""
    counts = report.counts
    parts = [paint(severity.label, f"{count} {severity.label}") for severity, count in counts.items()]
    head = f"{verdict(report)}: {', '.join(parts)}" if parts else paint("good", verdict(report))
    return "; ".join([head, *hidden(report)])


def verdict(report: Report) -> str:
    """How many problems there are, and in how many places where these are more."""
    total, places = len(report.open_problems), len(report.open_findings)
    if not total:
        return "no findings"
    return counted(total, "finding") + (f" in {places} places" if places > total else "")


def hidden(report: Report) -> list[str]:
    """The findings that a report does not show, by the reason why."""
    return [
        f"{report.suppressed} suppressed",
        *([f"{report.baselined} in the baseline"] if report.baselined else []),
        *([f"{report.hidden} below the severity asked for"] if report.hidden else []),
    ]


def coverage(report: Report) -> str:
    """How many files were scanned, analysed and skipped, and the folders left out."""
    return ", ".join(coverage_parts(report))


def coverage_parts(report: Report) -> list[str]:
    """The parts of `coverage`: files scanned, analysed and skipped, folders left out."""
    versions = f"{counted(report.scanned, 'file version')} of {counted(report.commits, 'commit')}"
    return [
        f"{versions if report.commits else counted(report.scanned, 'file')} scanned",
        f"{report.analysed} with something to analyse",
        f"{len(report.skipped)} skipped",
        *([f"{report.binary} binary"] if report.binary else []),
        *([f"left out {_folders(report.excluded)}"] if report.excluded else []),
    ]


def reasons(skipped: Iterable[Skipped]) -> str:
    """Why files were skipped, the most frequent reason first: "3 too large, 1 a git submodule"."""
    counts = Counter(item.reason.partition(" (")[0].partition(";")[0] for item in skipped)
    return ", ".join(f"{count} {reason}" for reason, count in sorted(counts.items(), key=lambda it: (-it[1], it[0])))


def defects(report: Report) -> list[str]:
    """What failed inside lk-audit or its rules."""
    crashes = [
        f"{crash.rule_id or 'analysis'} failed on {shown_path(crash.path or 'several files')}: "
        f"{crash.error} at {crash.raised_at}"
        for crash in report.crashes
    ]
    return [*crashes, *report.rule_errors]


def _folders(excluded: Sequence[str]) -> str:
    names = [shown_path(path) for path in excluded]
    return ", ".join(names) if len(names) <= _FEW else f"{len(names)} folders such as {names[0]}"
