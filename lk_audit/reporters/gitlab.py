"""The report for GitLab's merge request widget: the subset of Code Climate's format that GitLab reads.

Source: docs.gitlab.com, "Code Quality", section "Code Quality report format": an array of objects with description,
check_name, fingerprint (unique in the report), location.path (relative to the repository, without a leading "./"),
location.lines.begin and severity.
"""

from __future__ import annotations

from typing import Any

from lk_audit.findings import Finding, Report
from lk_audit.reporters import Presentation
from lk_audit.reporters.wording import json_text, one_line, repository_path, sentence
from lk_audit.rule_api import Severity

_SEVERITIES = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.NOTE: "info",
}


def render(report: Report, _presentation: Presentation) -> str:
    """The open findings as a Code Quality report."""
    return json_text([_issue(finding, report) for finding in report.open_findings])


def _issue(finding: Finding, report: Report) -> dict[str, Any]:
    place = finding.place
    part = f" ({one_line(place.part)})" if place.part else ""
    message = sentence(f"{one_line(finding.message)}{part}")
    texts = (message, sentence(finding.history) if finding.origin else "")
    return {
        "type": "issue",
        "check_name": f"{finding.rule_id} {finding.rule_name}",
        "description": " ".join(filter(None, (*texts, one_line(finding.fix)))),
        "categories": ["Security"],
        "severity": _SEVERITIES[finding.severity],
        "fingerprint": finding.fingerprint,
        "location": {
            "path": repository_path(report, place.path),
            "lines": {"begin": place.line, "end": place.end_line},
        },
    }
