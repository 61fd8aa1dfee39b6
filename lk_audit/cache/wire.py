"""Reports as bytes, and back: typed when read, so that an entry of whatever origin is a report or nothing.

JSON by the standard library, because paths that are no text hold surrogates, which msgspec refuses in either format.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct, structs

from lk_audit.cache.clock import Span
from lk_audit.edits import Fix
from lk_audit.facts import Custody, Lead
from lk_audit.findings import CommitOrigin, Finding, Line, Note, Report, Skipped, Suppression
from lk_audit.rule_api import Confidence, Severity
from lk_audit.source import Place


class _Finding(Struct, kw_only=True, forbid_unknown_fields=True):
    """A finding whose severity goes by its label."""

    rule_id: str
    rule_name: str
    severity: str
    confidence: Confidence
    message: str
    place: Place
    frame: tuple[Line, ...]
    trace: tuple[Lead, ...]
    related: tuple[Lead, ...]
    why: str
    fix: str
    fingerprint: str
    content_id: str
    line_hash: str
    problem: str
    automatic: Fix | None
    suppressed: Suppression | None
    baselined: bool | None
    origin: CommitOrigin | None


class _Report(Struct, kw_only=True, forbid_unknown_fields=True):
    """What of a report is no code (rules), comes later (configuration) or is of one run only (time, crashes)."""

    findings: tuple[_Finding, ...]
    scanned: int
    analysed: int
    binary: int
    skipped: tuple[Skipped, ...]
    excluded: tuple[str, ...]
    notes: tuple[Note, ...]
    prefix: str
    version: str


class Kept(Struct, kw_only=True, forbid_unknown_fields=True):
    """A report, and what must be as it was for it to hold besides the key it lies under.

    `custody` is what git did with environment files. `hidden` is a digest of those that git ignores, empty where nobody
    asked. `around` says that the answer depends on the project around too: the report then lies under a further key.
    """

    span: Span
    custody: dict[str, Custody] = {}
    hidden: str = ""
    around: bool = False
    report: _Report | None = None


def packed(report: Report) -> _Report:
    """A report as it is kept."""
    return _Report(
        findings=tuple(
            _Finding(**{**structs.asdict(finding), "severity": finding.severity.label}) for finding in report.findings
        ),
        **{name: getattr(report, name) for name in _Report.__struct_fields__ if name != "findings"},
    )


def unpacked(kept: _Report) -> Report:
    """The report that was kept, without its rules.

    Raises:
        ValueError: it names a severity that there is not.
    """
    return Report(
        findings=tuple(_finding(item) for item in kept.findings),
        **{name: getattr(kept, name) for name in _Report.__struct_fields__ if name != "findings"},
    )


def _finding(kept: _Finding) -> Finding:
    stated: Mapping[str, Any] = {**structs.asdict(kept), "severity": _SEVERITIES[kept.severity]}
    return Finding(**stated)


_SEVERITIES = {item.label: item for item in Severity}


def encoded(kept: Kept) -> bytes:
    return json.dumps(msgspec.to_builtins(kept), separators=(",", ":")).encode("ascii")


def decoded(raw: bytes | None) -> Kept | None:
    """What was kept; None for what is not of this form."""
    if raw is None:
        return None
    try:
        kept = msgspec.convert(json.loads(raw), Kept)
    except (ValueError, RecursionError):
        return None
    labels = {item.severity for item in kept.report.findings} if kept.report else set()
    return kept if labels <= set(_SEVERITIES) else None
