"""The report for programs, as docs/report.schema.json says; `schema` changes with whatever could break a reader."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from lk_audit.edits import Fix
from lk_audit.facts import Lead
from lk_audit.findings import AnyRule, CommitOrigin, Finding, Report, Suppression
from lk_audit.reporters import Presentation, readable_path
from lk_audit.reporters.wording import json_text
from lk_audit.rule_api import Severity
from lk_audit.source import Place

SCHEMA = "lk-audit/report/1"


def render(report: Report, presentation: Presentation) -> str:
    """The report as JSON. The same tree gives the same bytes: times and absolute paths are left out."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "lk-audit", "version": report.version},
        "exit_code": presentation.exit_code,
        "configuration": [readable_path(path) for path in report.configuration],
        "summary": _summary(report),
        "findings": [_finding(finding) for finding in report.findings],
        "rules": [_rule(rule) for rule in report.rules],
        "skipped": [
            {"path": readable_path(item.path), "reason": item.reason, "expected": item.expected}
            for item in report.skipped
        ],
        "excluded_folders": [readable_path(path) for path in report.excluded],
        "notes": [
            {"kind": note.kind, "path": readable_path(note.path), "line": note.line, "message": note.message}
            for note in report.notes
        ],
        "errors": _errors(report),
    }
    return json_text(document)


def _summary(report: Report) -> dict[str, Any]:
    return {
        "open": len(report.open_problems),
        "places": len(report.open_findings),
        "by_severity": {severity.label: report.counts.get(severity, 0) for severity in Severity},
        "suppressed": report.suppressed,
        "baselined": report.baselined,
        "below_min_severity": report.hidden,
        "files_scanned": report.scanned,
        "files_analysed": report.analysed,
        "files_binary": report.binary,
        "files_skipped": len(report.skipped),
        "commits": report.commits,
        "complete": report.is_complete,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule_id": finding.rule_id,
        "rule_name": finding.rule_name,
        "severity": finding.severity.label,
        "confidence": finding.confidence.value,
        "message": finding.message,
        "location": _location(finding.place),
        "code": [{"line": line.number, "column": line.column, "text": line.text} for line in finding.frame],
        "trace": [_lead(lead) for lead in finding.trace],
        "related": [_lead(lead) for lead in finding.related],
        "why": finding.why,
        "fix": finding.fix,
        "automatic_fix": _fix(finding.automatic),
        "fingerprint": finding.fingerprint,
        "problem": finding.problem or finding.fingerprint,
        "origin": _origin(finding.origin),
        "suppressed": _suppression(finding.suppressed),
        "baselined": finding.baselined,
    }


def _location(place: Place) -> dict[str, Any]:
    return {
        "path": readable_path(place.path),
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        **({"part": place.part} if place.part else {}),
    }


def _lead(lead: Lead) -> dict[str, Any]:
    return {"location": _location(lead.place), "note": lead.note}


def _fix(fix: Fix | None) -> dict[str, Any] | None:
    if fix is None:
        return None
    edits = [{"location": _location(edit.place), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.is_safe, "edits": edits}


def _origin(origin: CommitOrigin | None) -> dict[str, Any] | None:
    return asdict(origin) if origin else None


def _suppression(suppression: Suppression | None) -> dict[str, Any] | None:
    if suppression is None:
        return None
    until = suppression.until.isoformat() if suppression.until else None
    return {
        "path": readable_path(suppression.path),
        "line": suppression.line,
        "reason": suppression.reason,
        "until": until,
    }


def _rule(rule: AnyRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.name,
        "severity": rule.severity.label,
        "security_severity": rule.severity.score,
        "cwe": rule.cwe,
        "summary": rule.summary,
    }


def _errors(report: Report) -> list[dict[str, Any]]:
    crashes = [
        {
            "rule_id": crash.rule_id,
            "path": readable_path(crash.path) if crash.path else None,
            "message": f"{crash.error} at {crash.raised_at}",
        }
        for crash in report.crashes
    ]
    return [*crashes, *({"rule_id": None, "path": None, "message": message} for message in report.rule_errors)]
