"""The report as SARIF 2.1.0, in the shape that GitHub code scanning reads best.

Source of GitHub's wishes and limits: docs.github.com, "SARIF support for code scanning". It ignores suppressions and
baseline states, so accepted findings are left out; it shows the first sentence of a message; it gives one security
severity to a rule. `sarif-full` is the same with the accepted findings, for readers that know what accepted means.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

from msgspec.structs import asdict

from lk_audit import cwe
from lk_audit.edits import Edit, Fix, edits_by_path
from lk_audit.facts import Lead
from lk_audit.findings import AnyRule, Finding, Report
from lk_audit.reporters import Presentation, readable_path
from lk_audit.reporters.wording import bounded, json_text, sentence
from lk_audit.rule_address import address
from lk_audit.rule_api import Confidence
from lk_audit.rule_pages import rule_page
from lk_audit.source import Place

Json: TypeAlias = dict[str, Any]

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
MAX_RESULTS = 25_000
_PROBLEMS = uuid.uuid5(uuid.NAMESPACE_OID, "lk-audit/problem")
_MAX_STEPS = 1_000
_MAX_LOCATIONS = 100
_MAX_TEXT = 1_024
_MAX_MESSAGE = 2_000
_PRECISION = "high"
_PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}
_RANK = {Confidence.HIGH: 1.0, Confidence.MEDIUM: 0.8, Confidence.LOW: 0.6}

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
    return document(report, report.open_findings, presentation)


def render_full(report: Report, presentation: Presentation) -> str:
    """All findings as SARIF, with suppressions and baseline states."""
    return document(report, report.findings, presentation, is_full=True)


def document(report: Report, findings: Sequence[Finding], presentation: Presentation, *, is_full: bool = False) -> str:
    """A SARIF log of some findings of a report."""
    run = _run(report, _most_severe(findings), presentation, is_full=is_full)
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _most_severe(findings: Sequence[Finding]) -> list[Finding]:
    """As many findings as GitHub takes, in their order."""
    kept = sorted(range(len(findings)), key=lambda index: (-findings[index].severity.score, index))[:MAX_RESULTS]
    return [findings[index] for index in sorted(kept)]


def _run(report: Report, findings: Sequence[Finding], presentation: Presentation, *, is_full: bool) -> Json:
    weaknesses = sorted({rule.cwe for rule in report.rules})
    files = _Files(report.prefix, findings)
    rule_index = {rule.id: index for index, rule in enumerate(report.rules)}
    return {
        "tool": {"driver": _driver(report, weaknesses)},
        "automationDetails": {"id": f"lk-audit/{_percent_encoded(report.prefix)}"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
        "taxonomies": [_taxonomy(weaknesses)],
        "invocations": [_invocation(report, files, presentation)],
        "artifacts": files.artifacts(),
        "results": [
            _result(finding, rule_index[finding.rule_id], files)
            | _state(finding)
            | (_suppressions(finding, files) if is_full else {})
            for finding in findings
        ],
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
        "shortDescription": {"text": bounded(sentence(rule.summary), _MAX_TEXT)},
        "fullDescription": {"text": bounded(sentence(" ".join(rule.explanation.split())), _MAX_TEXT)},
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


# --- results ----------------------------------------------------------------------------------------------------------


def _result(finding: Finding, rule_index: int, files: _Files) -> Json:
    related = finding.related[:_MAX_LOCATIONS]
    result = {
        "ruleId": finding.rule_id,
        "ruleIndex": rule_index,
        "kind": "fail",
        "level": finding.severity.level,
        "rank": round(finding.severity.score * 10 * _RANK[finding.confidence], 1),
        "message": {"text": bounded(_message(finding, related), _MAX_MESSAGE)},
        "locations": [{"physicalLocation": _primary(finding, files), **_logical(finding.place)}],
        "partialFingerprints": {
            "primaryLocationLineHash": finding.line_hash,
            "lkAuditFindingId/v1": finding.fingerprint,
        },
        "properties": {
            "severity": finding.severity.label,
            "confidence": finding.confidence.value,
            # `versionControlDetails` would need the address of the repository, which may hold a password.
            **({"origin": asdict(finding.origin)} if finding.origin else {}),
        },
    }
    if finding.problem:
        result["correlationGuid"] = str(uuid.uuid5(_PROBLEMS, finding.problem))
    if related:
        result["relatedLocations"] = [_location(lead, files, number) for number, lead in enumerate(related, 1)]
    if finding.automatic is not None:
        result["fixes"] = [_fix(finding.automatic, files)]
    if finding.trace:
        result["codeFlows"] = [_code_flow(finding.trace, files)]
    return result


def _state(finding: Finding) -> Json:
    """How a result stands to the baseline; nothing when the scan had none."""
    if finding.baselined is None:
        return {}
    return {"baselineState": "unchanged" if finding.baselined else "new"}


def _suppressions(finding: Finding, files: _Files) -> Json:
    """Every result has the list as soon as one has (SARIF 2.1.0, 3.27.23); it is empty for an open finding."""
    accepted = finding.suppressed
    if accepted is None:
        return {"suppressions": []}
    until = f" (until {accepted.until.isoformat()})" if accepted.until else ""
    justification = f"{accepted.reason}{until}".strip()
    said: Json = {"justification": justification} if justification else {}
    if accepted.in_configuration:
        return {"suppressions": [{"kind": "external", "status": "accepted", **said}]}
    suppression: Json = {
        "kind": "inSource",
        "status": "accepted",
        "location": {
            "physicalLocation": {
                "artifactLocation": files.address(accepted.path),
                "region": {"startLine": accepted.line},
            }
        },
    }
    return {"suppressions": [suppression | said]}


def _message(finding: Finding, related: Sequence[Lead]) -> str:
    """What and where in the first sentence, then the places worth seeing as links, then what to do."""
    place = finding.place
    where = _linkless(", ".join(filter(None, (readable_path(place.path), place.part))))
    links = ", ".join(_link(lead.note, number) for number, lead in enumerate(related, 1))
    sentences = [
        sentence(f"{_linkless(finding.message)} ({where})"),
        *([sentence(finding.history)] if finding.origin else []),
        *([f"See {links}."] if links else []),
    ]
    return " ".join([*sentences, _linkless(sentence(finding.fix))])


def _fix(fix: Fix, files: _Files) -> Json:
    """The edits by file. What they remove is told by its place only, for it may be a secret."""
    return {
        "description": {"text": sentence(fix.title)},
        "artifactChanges": [
            {"artifactLocation": files.address(path), "replacements": [_replacement(edit) for edit in edits]}
            for path, edits in edits_by_path([fix]).items()
        ],
    }


def _replacement(edit: Edit) -> Json:
    inserted: Json = {"insertedContent": {"text": edit.text}} if edit.text else {}
    return {"deletedRegion": _span(edit.place), **inserted}


def _code_flow(trace: Sequence[Lead], files: _Files) -> Json:
    steps = [{"location": _location(lead, files)} for lead in trace[:_MAX_STEPS]]
    return {"threadFlows": [{"locations": steps}]}


def _location(lead: Lead, files: _Files, number: int | None = None) -> Json:
    location: Json = {"physicalLocation": {"artifactLocation": files.location(lead.place), "region": _span(lead.place)}}
    location.update(_logical(lead.place))
    if lead.note:
        location["message"] = {"text": bounded(sentence(_linkless(lead.note)), _MAX_TEXT)}
    return location if number is None else {"id": number, **location}


def _logical(place: Place) -> Json:
    """The part of a file that is made of parts, such as a notebook's cell."""
    return {"logicalLocations": [{"name": place.part}]} if place.part else {}


def _primary(finding: Finding, files: _Files) -> Json:
    physical: Json = {"artifactLocation": files.location(finding.place), "region": _span(finding.place)}
    written = _written(finding)
    if written:
        physical["region"]["snippet"] = {"text": written}
    first, last = (finding.frame[0].number, finding.frame[-1].number) if finding.frame else (0, 0)
    is_wider = bool(finding.frame) and last - first > finding.place.end_line - finding.place.line
    if is_wider and not any(line.is_cut for line in finding.frame):
        text = "\n".join(line.text for line in finding.frame)
        physical["contextRegion"] = {"startLine": first, "endLine": last, "snippet": {"text": text}}
    return physical


def _written(finding: Finding) -> str:
    """The masked text of the span; empty when the frame does not hold all of it."""
    place = finding.place
    lines = [line for line in finding.frame if place.line <= line.number <= place.end_line]
    if len(lines) != place.end_line - place.line + 1 or any(line.is_cut for line in lines):
        return ""
    texts = [line.text for line in lines]
    texts[-1] = texts[-1][: place.end_column - 1]
    texts[0] = texts[0][place.column - 1 :]
    return "\n".join(texts)


def _span(place: Place) -> Json:
    return {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }


# --- files ------------------------------------------------------------------------------------------------------------


class _Files:
    """The files that results point into. Addresses are relative to the repository, where the scan was in one."""

    def __init__(self, prefix: str, findings: Iterable[Finding]) -> None:
        self._prefix = prefix
        leads = ((finding.place, *(lead.place for lead in (*finding.trace, *finding.related))) for finding in findings)
        paths = sorted({place.path for places in leads for place in places})
        self._index = {path: index for index, path in enumerate(paths)}

    def artifacts(self) -> list[Json]:
        return [{"location": self.address(path), "roles": ["analysisTarget"]} for path in self._index]

    def location(self, place: Place) -> Json:
        return {**self.address(place.path), "index": self._index[place.path]}

    def address(self, path: str) -> Json:
        return {"uri": _percent_encoded(self._prefix + path), "uriBaseId": ROOT}


def _percent_encoded(path: str) -> str:
    return quote(os.fsencode(path), safe="/~+@,=!$&'()*")


# --- invocation -------------------------------------------------------------------------------------------------------


def _invocation(report: Report, files: _Files, presentation: Presentation) -> Json:
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


def _skipped_notification(path: str, reason: str, files: _Files, *, is_expected: bool) -> Json:
    text = f"Skipped {readable_path(path)}: {reason}"
    return _notification(_SKIPPED, text, "note" if is_expected else "warning", files.address(path))


def _notification(kind: str, text: str, level: str, address: Json | None, line: int | None = None) -> Json:
    notification: Json = {
        "descriptor": {"id": kind, "index": list(_NOTIFICATIONS).index(kind)},
        "level": level,
        "message": {"text": bounded(sentence(_linkless(text)), _MAX_TEXT)},
    }
    if address is not None:
        region = {"region": {"startLine": line}} if line else {}
        notification["locations"] = [{"physicalLocation": {"artifactLocation": address, **region}}]
    return notification


# --- words ------------------------------------------------------------------------------------------------------------


def _linkless(text: str) -> str:
    """Text in which SARIF sees no links."""
    return text.replace("](", "] (")


def _link(note: str, number: int) -> str:
    return f"[{note.replace('[', '(').replace(']', ')')}]({number})"
