"""A finding as a result of SARIF, and the files that results point into."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

from msgspec.structs import asdict

from lk_audit.edits import Edit, Fix, edits_by_path
from lk_audit.facts import Lead
from lk_audit.findings import Finding
from lk_audit.reporters import readable_path
from lk_audit.reporters.wording import bounded, sentence
from lk_audit.rule_api import Confidence
from lk_audit.source import Place

Json: TypeAlias = dict[str, Any]
ROOT = "%SRCROOT%"
_PROBLEMS = uuid.uuid5(uuid.NAMESPACE_OID, "lk-audit/problem")
_MAX_STEPS = 1_000
_MAX_LOCATIONS = 100
MAX_TEXT = 1_024
_MAX_MESSAGE = 2_000
_RANK = {Confidence.HIGH: 1.0, Confidence.MEDIUM: 0.8, Confidence.LOW: 0.6}


def result(finding: Finding, rule_index: int, files: Files, *, is_full: bool) -> Json:
    """A finding as a result; a full one says whether it is accepted, and why."""
    related = finding.related[:_MAX_LOCATIONS]
    told = {
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
        told["correlationGuid"] = str(uuid.uuid5(_PROBLEMS, finding.problem))
    if related:
        told["relatedLocations"] = [_location(lead, files, number) for number, lead in enumerate(related, 1)]
    if finding.automatic is not None:
        told["fixes"] = [_fix(finding.automatic, files)]
    if finding.trace:
        told["codeFlows"] = [_code_flow(finding.trace, files)]
    return told | _state(finding) | (_suppressions(finding, files) if is_full else {})


def _state(finding: Finding) -> Json:
    """How a result stands to the baseline; nothing when the scan had none."""
    if finding.baselined is None:
        return {}
    return {"baselineState": "unchanged" if finding.baselined else "new"}


def _suppressions(finding: Finding, files: Files) -> Json:
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
    where = linkless(", ".join(filter(None, (readable_path(place.path), place.part))))
    links = ", ".join(_link(lead.note, number) for number, lead in enumerate(related, 1))
    sentences = [
        sentence(f"{linkless(finding.message)} ({where})"),
        *([sentence(finding.history)] if finding.origin else []),
        *([f"See {links}."] if links else []),
    ]
    return " ".join([*sentences, linkless(sentence(finding.fix))])


def _fix(fix: Fix, files: Files) -> Json:
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


def _code_flow(trace: Sequence[Lead], files: Files) -> Json:
    steps = [{"location": _location(lead, files)} for lead in trace[:_MAX_STEPS]]
    return {"threadFlows": [{"locations": steps}]}


def _location(lead: Lead, files: Files, number: int | None = None) -> Json:
    location: Json = {"physicalLocation": {"artifactLocation": files.location(lead.place), "region": _span(lead.place)}}
    location.update(_logical(lead.place))
    if lead.note:
        location["message"] = {"text": bounded(sentence(linkless(lead.note)), MAX_TEXT)}
    return location if number is None else {"id": number, **location}


def _logical(place: Place) -> Json:
    """The part of a file that is made of parts, such as a notebook's cell."""
    return {"logicalLocations": [{"name": place.part}]} if place.part else {}


def _primary(finding: Finding, files: Files) -> Json:
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


class Files:
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
        return {"uri": percent_encoded(self._prefix + path), "uriBaseId": ROOT}


def percent_encoded(path: str) -> str:
    return quote(os.fsencode(path), safe="/~+@,=!$&'()*")


def linkless(text: str) -> str:
    """Text in which SARIF sees no links."""
    return text.replace("](", "] (")


def _link(note: str, number: int) -> str:
    return f"[{note.replace('[', '(').replace(']', ')')}]({number})"
