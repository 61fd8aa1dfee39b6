"""The report as GitLab's security report for static analysis (`artifacts:reports:sast`).

Source: the schema of version 15.0.7 as GitLab validates with it, gitlabhq/gitlabhq:
lib/gitlab/ci/parsers/security/validators/schemas/15.0.7/sast-report-format.json. The algorithm of a signature, by which
a vulnerability is found again when lines move, is one that GitLab knows: `hash`, from its model FindingSignature. The
list of all rules (`primary_identifiers`) is left out: GitLab resolves what lies outside it, so that a scan with
`--select` would close what it did not look for.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from lk_audit import cwe
from lk_audit.facts import Lead
from lk_audit.findings import AnyRule, Finding, Report
from lk_audit.reporters import Presentation
from lk_audit.reporters.screen import printable
from lk_audit.reporters.summary import defects
from lk_audit.reporters.wording import bounded, json_text, one_line, repository_path, sentence
from lk_audit.rule_api import Severity

Json = dict[str, Any]

VERSION = "15.0.7"
_SEVERITIES = {
    Severity.CRITICAL: "Critical",
    Severity.HIGH: "High",
    Severity.MEDIUM: "Medium",
    Severity.LOW: "Low",
    Severity.NOTE: "Info",
}
_MAX_NAME = 255
_MAX_SOLUTION = 7_000
_MAX_DESCRIPTION = 100_000
_MAX_MESSAGES = 1_000


def render(report: Report, presentation: Presentation) -> str:
    """The open findings as a SAST report. The schema asks for the time of the scan, so no two reports are the same."""
    rules = {rule.id: rule for rule in report.rules}
    document = {
        "version": VERSION,
        "scan": _scan(report, presentation),
        "vulnerabilities": [_vulnerability(item, rules[item.rule_id], report) for item in report.open_findings],
    }
    return json_text(document)


def _scan(report: Report, presentation: Presentation) -> Json:
    tool = {"id": "lk-audit", "name": "lk-audit", "version": report.version or "0", "vendor": {"name": "lk-audit"}}
    scan = {
        "analyzer": tool,
        "scanner": tool,
        "type": "sast",
        "start_time": _time(presentation.now),
        "end_time": _time(presentation.now + report.elapsed),
        "status": "failure" if report.crashes or report.rule_errors else "success",
    }
    messages = _messages(report)
    return scan | ({"messages": messages} if messages else {})


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), tz=UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _messages(report: Report) -> list[Json]:
    failed = [{"level": "fatal", "value": one_line(text)} for text in defects(report)]
    unseen = [
        {"level": "warn", "value": f"Not analysed: {repository_path(report, item.path)}: {one_line(item.reason)}"}
        for item in report.skipped
        if not item.expected
    ]
    return [*failed, *unseen][:_MAX_MESSAGES]


def _vulnerability(finding: Finding, rule: AnyRule, report: Report) -> Json:
    place = finding.place
    return {
        "id": str(UUID(finding.fingerprint)),
        "name": bounded(sentence(one_line(rule.summary)), _MAX_NAME),
        "description": bounded(_description(finding, rule, report), _MAX_DESCRIPTION),
        "severity": _SEVERITIES[finding.severity],
        "solution": bounded(one_line(finding.fix), _MAX_SOLUTION),
        "identifiers": [_identifier(rule), _weakness(rule)],
        "links": [{"url": address} for address in rule.references if address.startswith("https://")],
        "location": {
            "file": repository_path(report, place.path),
            "start_line": place.line,
            "end_line": place.end_line,
        },
        "tracking": _tracking(finding, report),
    }


def _description(finding: Finding, rule: AnyRule, report: Report) -> str:
    """What is wrong here, the steps that explain it, and why it matters; GitLab reads it as Markdown."""
    steps = [f"{number}. {_step(lead, report)}" for number, lead in enumerate(finding.trace, 1)]
    related = [f"- {_step(lead, report)}" for lead in finding.related]
    part = f" ({finding.place.part})" if finding.place.part else ""
    parts = [
        _prose(sentence(one_line(f"{finding.message}{part}"))),
        *([_prose(sentence(finding.history))] if finding.origin else []),
        "\n".join(steps),
        "\n".join(related),
        printable(rule.explanation),
    ]
    return "\n\n".join(part for part in parts if part)


def _step(lead: Lead, report: Report) -> str:
    part = f" ({one_line(lead.place.part)})" if lead.place.part else ""
    return _prose(f"{repository_path(report, lead.place.path)}:{lead.place.line}{part} {one_line(lead.note)}")


_MARKDOWN = str.maketrans({character: f"\\{character}" for character in "\\`*_[]<>|~!#&"})


def _prose(text: str) -> str:
    """Text from files, in which Markdown sees no markup."""
    return text.translate(_MARKDOWN)


def _identifier(rule: AnyRule) -> Json:
    return {"type": "lk_audit_rule", "name": f"{rule.id} {rule.name}", "value": rule.id}


def _weakness(rule: AnyRule) -> Json:
    return {"type": "cwe", "name": f"CWE-{rule.cwe}", "value": str(rule.cwe), "url": cwe.url(rule.cwe)}


def _tracking(finding: Finding, report: Report) -> Json:
    place = finding.place
    item = {
        "file": repository_path(report, place.path),
        "start_line": place.line,
        "end_line": place.end_line,
        "signatures": [{"algorithm": "hash", "value": finding.fingerprint}],
    }
    return {"type": "source", "items": [item]}
