"""The reports for GitLab: code quality, and static analysis."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from msgspec.structs import replace

from lk_audit.findings import Crash, Report, Skipped
from lk_audit.reporters import Presentation, render
from lk_audit.rule_api import Problem, Severity
from lk_audit.rule_loader import load_rules
from tests.samples import Word, make_rule, report_on

TEXT = {"type": "string", "minLength": 1}
LINE = {"type": "integer", "minimum": 1}


def record(required: str, **properties: object) -> dict[str, object]:
    return {"type": "object", "required": required.split(), "properties": properties}


def several(items: object, least: int = 0) -> dict[str, object]:
    return {"type": "array", "items": items, "minItems": least}


QUALITY = several(
    record(
        "description check_name fingerprint severity location",
        description=TEXT,
        check_name=TEXT,
        fingerprint=TEXT,
        severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
        location=record(
            "path lines", path={"type": "string", "pattern": r"^(?!\./|/)."}, lines=record("begin", begin=LINE)
        ),
    )
)
"""What docs.gitlab.com, "Code Quality report format", asks for."""

TOOL = record("id name version vendor", id=TEXT, name=TEXT, version=TEXT, vendor=record("name", name=TEXT))
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
IDENTIFIER = record(
    "type name value", type=TEXT, name=TEXT, value=TEXT, url={"type": "string", "pattern": "^(https?|ftp)://.+"}
)
SAST = record(
    "scan version vulnerabilities",
    version={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
    scan=record(
        "analyzer end_time scanner start_time status type",
        analyzer=TOOL,
        scanner=TOOL,
        start_time=TIME,
        end_time=TIME,
        status={"enum": ["success", "failure"]},
        type={"const": "sast"},
        messages=several(record("level value", level={"enum": ["info", "warn", "fatal"]}, value=TEXT)),
    ),
    vulnerabilities=several(
        record(
            "id identifiers location",
            id=TEXT,
            name={"type": "string", "maxLength": 255},
            description={"type": "string", "maxLength": 1_048_576},
            solution={"type": "string", "maxLength": 7_000},
            severity={"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
            identifiers=several(IDENTIFIER, 1),
            links=several(record("url", url={"type": "string", "pattern": "^(https?|ftp)://.+"})),
            location=record("file start_line end_line", file=TEXT, start_line=LINE, end_line=LINE),
            tracking=record(
                "type items",
                type={"const": "source"},
                items=several(
                    record(
                        "signatures",
                        signatures=several(
                            record("algorithm value", algorithm={"enum": ["hash", "location", "scope_offset"]}), 1
                        ),
                    )
                ),
            ),
        )
    ),
)
"""What GitLab's SAST schema 15.0.7, named in lk_audit/reporters/gitlab_sast.py, asks of what is written here."""


def quality(report: Report) -> list[dict[str, Any]]:
    issues: list[dict[str, Any]] = json.loads(render("gitlab", report))
    jsonschema_rs.validator_for(QUALITY).validate(issues)
    return issues


def sast(report: Report, now: float = 0.0) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render("gitlab-sast", report, Presentation(now=now)))
    jsonschema_rs.validator_for(SAST).validate(document)
    return document


def accepted(text: str = "BAD\nBAD  # lk-audit: ignore[bad-word] known\nBAD\n") -> Report:
    """Three findings: one open, one suppressed, one in the baseline."""
    report = report_on(("a.py", text))
    *others, last = report.findings
    return replace(report, findings=(*others, replace(last, baselined=True)))


# --- code quality -----------------------------------------------------------------------------------------------------


def test_an_issue_says_what_where_and_what_to_do() -> None:
    report = report_on(("src/a.py", "x\ny = BAD\n"), prefix="packages/api/")

    assert quality(report) == [
        {
            "type": "issue",
            "check_name": "LK901 bad-word",
            "description": "A bad word. Leave it out.",
            "categories": ["Security"],
            "severity": "major",
            "fingerprint": report.findings[0].fingerprint,
            "location": {"path": "packages/api/src/a.py", "lines": {"begin": 2, "end": 2}},
        }
    ]


@pytest.mark.parametrize(
    ("severity", "written", "reported"),
    [
        ("critical", "blocker", "Critical"),
        ("high", "critical", "High"),
        ("medium", "major", "Medium"),
        ("low", "minor", "Low"),
        ("note", "info", "Info"),
    ],
)
def test_each_severity_has_its_own_in_gitlab(severity: str, written: str, reported: str) -> None:
    report = report_on(("a.py", "BAD"), rules=[make_rule(severity=Severity.named(severity))])

    assert quality(report)[0]["severity"] == written
    assert sast(report)["vulnerabilities"][0]["severity"] == reported


def test_fingerprints_differ_between_equal_lines() -> None:
    assert len({issue["fingerprint"] for issue in quality(report_on(("a.py", "BAD\n" * 5)))}) == 5


def test_a_clean_scan_is_an_empty_list() -> None:
    assert quality(report_on(("a.py", "fine"))) == []


def test_accepted_findings_are_left_out() -> None:
    assert len(quality(accepted())) == len(sast(accepted())["vulnerabilities"]) == 1


# --- static analysis --------------------------------------------------------------------------------------------------


def test_a_vulnerability_is_told_in_full() -> None:
    report = report_on(("a.py", "ORIGIN\nBAD"), prefix="web/")
    (vulnerability,) = sast(report)["vulnerabilities"]
    fingerprint = report.findings[0].fingerprint
    place = {"file": "web/a.py", "start_line": 2, "end_line": 2}

    assert vulnerability.pop("id").replace("-", "") == fingerprint
    assert vulnerability == {
        "name": "A bad word is written down.",
        "description": "A bad word.\n\n1. web/a.py:1 where it comes from\n\n- web/a.py:1 where it comes from\n\n"
        "A bad word is written down.\n\nIt should not be.",
        "severity": "Medium",
        "solution": "Leave it out.",
        "identifiers": [
            {"type": "lk_audit_rule", "name": "LK901 bad-word", "value": "LK901"},
            {
                "type": "cwe",
                "name": "CWE-798",
                "value": "798",
                "url": "https://cwe.mitre.org/data/definitions/798.html",
            },
        ],
        "links": [],
        "location": place,
        "tracking": {
            "type": "source",
            "items": [{**place, "signatures": [{"algorithm": "hash", "value": fingerprint}]}],
        },
    }


def test_the_times_are_those_of_the_scan() -> None:
    scan = sast(replace(report_on(("a.py", "BAD")), elapsed=61.5), now=1_700_000_000.9)["scan"]

    assert (scan["start_time"], scan["end_time"]) == ("2023-11-14T22:13:20", "2023-11-14T22:14:22")


def test_a_scan_that_went_well_is_a_success() -> None:
    scan = sast(report_on(("a.py", "BAD")))["scan"]

    assert scan["status"] == "success"
    assert "messages" not in scan


def test_defects_make_a_scan_fail_and_unseen_files_are_told() -> None:
    report = replace(
        report_on(("a.py", "fine")),
        skipped=(Skipped("big.json", "too large"), Skipped("sub", "a git submodule", expected=True)),
        crashes=(Crash(None, None, "KeyError", "x.py:1"),),
    )
    scan = sast(report)["scan"]

    assert scan["status"] == "failure"
    assert scan["messages"] == [
        {"level": "fatal", "value": "analysis failed on several files: KeyError at x.py:1"},
        {"level": "warn", "value": "Not analysed: big.json: too large"},
    ]


def test_every_built_in_rule_can_be_reported() -> None:
    rules = load_rules(packs=False).rules
    report = replace(report_on(("a.py", "BAD")), rules=rules)
    found = [
        replace(report.findings[0], rule_id=rule.id, rule_name=rule.name, why=rule.summary, fix=rule.fix)
        for rule in rules
    ]

    assert len(sast(replace(report, findings=tuple(found)))["vulnerabilities"]) == len(rules)


def test_text_from_files_is_no_markup_in_a_description() -> None:
    def saying(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, "see [this](https://example.com) <img src=x> ![y](z)")

    description = sast(report_on(("a.py", "BAD"), rules=[make_rule(find=saying)]))["vulnerabilities"][0]["description"]

    assert "\\[this\\](https" in description
    assert "\\<img src=x\\> \\!\\[y\\]" in description
