"""The report as workflow commands, from which GitHub Actions makes annotations.

Sources: docs.github.com, "Workflow commands for GitHub Actions"; the escaping is that of actions/toolkit,
packages/core/src/command.ts; the limits are in its docs/problem-matchers.md (actions/toolkit pull request 734): ten
errors, ten warnings and ten notices a step, and what comes after them is dropped without a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lk_audit.findings import Finding, Report
from lk_audit.reporters import Presentation
from lk_audit.reporters.screen import printable
from lk_audit.reporters.summary import coverage, defects, outcome
from lk_audit.reporters.text import position
from lk_audit.reporters.wording import most_severe_first, one_line, repository_path, sentence

MOST_OF_A_KIND = 10
_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report, _presentation: Presentation) -> str:
    """Annotations for the most severe findings, plain lines for the others, and the summary."""
    annotated, others = _split(most_severe_first(report.open_findings))
    lines = [_annotation(finding, report) for finding in annotated]
    if others:
        lines.append(f"{len(others)} more (GitHub shows {MOST_OF_A_KIND} annotations of a kind for a step):")
        lines += [_plain(finding) for finding in others]
    lines += [_harmless(line) for line in _closing(report)]
    return "\n".join(lines) + "\n"


def _split(findings: list[Finding]) -> tuple[list[Finding], list[Finding]]:
    """The findings that get an annotation, and those for which there is no room."""
    counts: Counter[str] = Counter()
    annotated: list[Finding] = []
    others: list[Finding] = []
    for finding in findings:
        counts[finding.severity.level] += 1
        (annotated if counts[finding.severity.level] <= MOST_OF_A_KIND else others).append(finding)
    return annotated, others


def _annotation(finding: Finding, report: Report) -> str:
    command = _COMMANDS[finding.severity.level]
    properties = ",".join(f"{name}={_property(value)}" for name, value in _properties(finding, report))
    return f"::{command} {properties}::{_data(_message(finding))}"


def _properties(finding: Finding, report: Report) -> Iterator[tuple[str, str]]:
    place = finding.place
    yield "file", repository_path(report, place.path)
    yield "line", str(place.line)
    yield "endLine", str(place.end_line)
    # Columns of a span over several lines make GitHub refuse the annotation.
    if place.line == place.end_line:
        yield "col", str(place.column)
        yield "endColumn", str(place.end_column)
    yield "title", f"{finding.severity.label}: {finding.rule_id} {finding.rule_name}"


def _message(finding: Finding) -> str:
    steps = [f"- {position(lead.place)} {one_line(lead.note)}" for lead in (*finding.trace, *finding.related)]
    history = [sentence(finding.history)] if finding.origin else []
    part = f" ({one_line(finding.place.part)})" if finding.place.part else ""
    return "\n".join(
        [sentence(f"{one_line(finding.message)}{part}"), *history, *steps, f"Fix: {one_line(finding.fix)}"]
    )


def _plain(finding: Finding) -> str:
    head = f"{finding.severity.label} {finding.rule_id}[{finding.rule_name}]"
    return _harmless(f"{head} {position(finding.place)}: {one_line(finding.message)}")


def _closing(report: Report) -> Iterator[str]:
    yield from (f"defect: {one_line(text)}" for text in defects(report))
    for item in report.skipped:
        if not item.expected:
            yield f"not analysed: {repository_path(report, item.path)}: {one_line(item.reason)}"
    yield f"lk-audit: {outcome(report)}"
    yield f"lk-audit: {coverage(report)}"


def _harmless(line: str) -> str:
    """A line of the log that is no command: the runner looks for `##[` anywhere, and for `::` where a line starts."""
    return line.replace("##[", "## [")


def _data(text: str) -> str:
    return printable(text).translate(_DATA)


def _property(text: str) -> str:
    return printable(text).translate(_PROPERTY)
