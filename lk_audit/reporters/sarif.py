"""The report as SARIF 2.1.0, in the shape that GitHub code scanning reads best.

Source of GitHub's wishes and limits: docs.github.com, "SARIF support for code scanning". It ignores suppressions and
baseline states, so accepted findings are left out; it shows the first sentence of a message; it gives one security
severity to a rule. `sarif-full` is the same with the accepted findings, for readers that know what accepted means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lk_audit import cwe
from lk_audit.findings import AnyRule, Finding, Report
from lk_audit.reporters import Presentation, readable_path
from lk_audit.reporters.sarif_results import MAX_TEXT, ROOT, Files, Json, linkless, percent_encoded, result
from lk_audit.reporters.wording import bounded, json_text, sentence
from lk_audit.rule_address import address
from lk_audit.rule_pages import rule_page

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MAX_RESULTS = 25_000
_PRECISION = "high"
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}

_SKIPPED = "skipped-file"
_NOTE = "analysis-note"
_CRASH = "internal-error"
_RULE_ERROR = "rule-not-loaded"
_NOTIFICATIONS = {
    _SKIPPED: ("SkippedFile", "A file was not analysed.", "Scan it in another way, or accept that it goes unseen."),
    _NOTE: (
        "Remark",
        "A part of a file could not be read, or a suppression does not do what it says.",
        "Correct the file, or remove the suppression.",
    ),
    _CRASH: (
        "InternalError",
        "A rule or the analysis failed on a file.",
        "This is a defect of lk-audit or of a rule: please report it.",
    ),
    _RULE_ERROR: ("RuleNotLoaded", "A rule could not be loaded.", "Correct the rule file, or remove the rule pack."),
}
"""Kinds of notifications: name, meaning, and what to do."""


def render(report: Report, presentation: Presentation) -> str:
    """The open findings as SARIF; the same tree gives the same bytes."""
    return _document(report, report.open_findings, presentation, is_full=False)


def render_full(report: Report, presentation: Presentation) -> str:
    """All findings as SARIF, with suppressions and baseline states."""
    return _document(report, report.findings, presentation, is_full=True)


def _document(report: Report, findings: Sequence[Finding], presentation: Presentation, *, is_full: bool) -> str:
    """A SARIF log of some findings of a report."""
    run = _run(report, _most_severe(findings), presentation, is_full=is_full)
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _most_severe(findings: Sequence[Finding]) -> list[Finding]:
    """As many findings as GitHub takes, in their order."""
    kept = sorted(range(len(findings)), key=lambda index: (-findings[index].severity.score, index))[:MAX_RESULTS]
    return [findings[index] for index in sorted(kept)]


def _run(report: Report, findings: Sequence[Finding], presentation: Presentation, *, is_full: bool) -> Json:
    weaknesses = sorted({rule.cwe for rule in report.rules})
    files = Files(report.prefix, findings)
    rule_index = {rule.id: index for index, rule in enumerate(report.rules)}
    return {
        "tool": {"driver": _driver(report, weaknesses)},
        "automationDetails": {"id": f"lk-audit/{percent_encoded(report.prefix)}"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "taxonomies": [_taxonomy(weaknesses)],
        "invocations": [_invocation(report, files, presentation)],
        "artifacts": files.artifacts(),
        "results": [result(finding, rule_index[finding.rule_id], files, is_full=is_full) for finding in findings],
    }


# --- tool -------------------------------------------------------------------------------------------------------------


def _driver(report: Report, weaknesses: Sequence[int]) -> Json:
    return {
        "name": "lk-audit",
        "version": report.version,
        "semanticVersion": report.version,
        "shortDescription": {"text": "Static security scanner for applications that use LiveKit."},
        "rules": [_rule(rule, weaknesses.index(rule.cwe)) for rule in report.rules],
        "notifications": [
            {
                "id": key,
                "name": name,
                "shortDescription": {"text": meaning},
                "fullDescription": {"text": meaning},
                "help": {"text": advice},
            }
            for key, (name, meaning, advice) in _NOTIFICATIONS.items()
        ],
        "supportedTaxonomies": [{"name": "CWE", "index": 0}],
    }


def _rule(rule: AnyRule, weakness: int) -> Json:
    level = rule.severity.level
    return {
        "id": rule.id,
        "name": rule.title,
        "shortDescription": {"text": bounded(sentence(rule.summary), MAX_TEXT)},
        "fullDescription": {"text": bounded(sentence(" ".join(rule.explanation.split())), MAX_TEXT)},
        "help": {"text": f"{rule.explanation}\n\nWhat to do: {rule.fix}", "markdown": rule_page(rule)},
        "helpUri": address(rule),
        "defaultConfiguration": {"level": level, "enabled": rule.on_by_default},
        "relationships": [
            {
                "target": {"id": str(rule.cwe), "index": weakness, "toolComponent": {"name": "CWE", "index": 0}},
                "kinds": ["superset"],
            }
        ],
        "properties": {
            "tags": ["security", "livekit", f"external/cwe/cwe-{rule.cwe:03}"],
            "precision": _PRECISION,
            "problem.severity": _PROBLEM[level],
            "security-severity": str(rule.severity.score),
        },
    }


def _taxonomy(weaknesses: Iterable[int]) -> Json:
    return {
        "name": "CWE",
        "organization": "MITRE",
        "informationUri": "https://cwe.mitre.org/",
        "shortDescription": {"text": "The MITRE Common Weakness Enumeration."},
        "isComprehensive": False,
        "taxa": [
            {"id": str(number), "helpUri": cwe.url(number), "shortDescription": {"text": f"{cwe.title(number)}."}}
            for number in weaknesses
        ],
    }


# --- invocation -------------------------------------------------------------------------------------------------------


def _invocation(report: Report, files: Files, presentation: Presentation) -> Json:
    execution = [
        *(_skipped_notification(item.path, item.reason, files, is_expected=item.expected) for item in report.skipped),
        *(
            _notification(_NOTE, note.message, "note", files.address(note.path) if note.path else None, note.line)
            for note in report.notes
        ),
        *(
            _notification(
                _CRASH,
                f"{crash.rule_id or 'the analysis'} failed with {crash.error} at {crash.raised_at}",
                "error",
                files.address(crash.path) if crash.path else None,
            )
            for crash in report.crashes
        ),
    ]
    invocation: Json = {
        "executionSuccessful": not report.crashes and not report.rule_errors,
        "toolExecutionNotifications": execution,
        "toolConfigurationNotifications": [
            _notification(_RULE_ERROR, message, "error", None) for message in report.rule_errors
        ],
    }
    return invocation if presentation.exit_code is None else {"exitCode": presentation.exit_code, **invocation}


def _skipped_notification(path: str, reason: str, files: Files, *, is_expected: bool) -> Json:
    text = f"Skipped {readable_path(path)}: {reason}"
    return _notification(_SKIPPED, text, "note" if is_expected else "warning", files.address(path))


def _notification(kind: str, text: str, level: str, address: Json | None, line: int | None = None) -> Json:
    notification: Json = {
        "descriptor": {"id": kind, "index": list(_NOTIFICATIONS).index(kind)},
        "level": level,
        "message": {"text": bounded(sentence(linkless(text)), MAX_TEXT)},
    }
    if address is not None:
        region = {"region": {"startLine": line}} if line else {}
        notification["locations"] = [{"physicalLocation": {"artifactLocation": address, **region}}]
    return notification
