"""The report as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from msgspec.structs import replace

from lk_audit.findings import Crash, Report, Skipped
from lk_audit.reporters import Presentation, render
from tests.samples import credential_rule, make_rule, report_on

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text())


def full() -> Report:
    """A report with something of everything."""
    text = "ORIGIN\nBAD\nBAD  # lk-audit: ignore[bad-word] until=2999-01-01 known\nBROKEN\nSECRET=tr0ub4dor\n"
    return replace(
        report_on(("src/a.py", text), rules=[make_rule(), credential_rule()]),
        skipped=(Skipped("big.json", "too large"), Skipped("sub", "a git submodule", expected=True)),
        excluded=("node_modules",),
        crashes=(Crash(None, None, "KeyError", "x.py:1"),),
        rule_errors=("rule pack acme: no rules",),
    )


def document(report: Report) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render("json", report, Presentation(exit_code=1)))
    return loaded


@pytest.mark.parametrize("report", [full(), Report()])
def test_a_report_follows_the_published_schema(report: Report) -> None:
    jsonschema_rs.validator_for(SCHEMA).validate(document(report))


def test_a_finding_is_told_in_full() -> None:
    finding = document(report_on(("src/a.py", "ORIGIN\nx = BAD\n")))["findings"][0]
    place = {"path": "src/a.py", "line": 1, "column": 1, "end_line": 1, "end_column": 7}
    lead = {"location": place, "note": "where it comes from"}

    fingerprint = finding.pop("fingerprint")
    assert len(fingerprint) == 32
    assert finding.pop("problem") == fingerprint
    assert finding == {
        "rule_id": "LK901",
        "rule_name": "bad-word",
        "severity": "medium",
        "confidence": "high",
        "message": "a bad word",
        "location": {"path": "src/a.py", "line": 2, "column": 5, "end_line": 2, "end_column": 8},
        "code": [{"line": 1, "column": 1, "text": "ORIGIN"}, {"line": 2, "column": 1, "text": "x = BAD"}],
        "trace": [lead],
        "related": [lead],
        "why": "A bad word is written down.",
        "fix": "Leave it out.",
        "origin": None,
        "suppressed": None,
        "baselined": None,
        "automatic_fix": None,
    }


def test_suppressed_findings_are_there_and_marked() -> None:
    first, second, *_ = document(full())["findings"]

    assert first["suppressed"] is None
    assert second["suppressed"] == {"path": "src/a.py", "line": 3, "reason": "known", "until": "2999-01-01"}


def test_findings_of_the_baseline_are_there_and_marked() -> None:
    report = report_on(("src/a.py", "BAD\nBAD\n"))
    first, second = report.findings
    told = document(replace(report, findings=(replace(first, baselined=True), replace(second, baselined=False))))

    assert [item["baselined"] for item in told["findings"]] == [True, False]
    assert (told["summary"]["open"], told["summary"]["baselined"]) == (1, 1)


def test_the_time_a_scan_took_does_not_change_its_report() -> None:
    assert render("json", replace(full(), elapsed=1.0)) == render("json", replace(full(), elapsed=2.0))


def test_a_path_that_is_no_text_is_valid_json() -> None:
    output = render("json", report_on(("caf\udce9.py", "BAD")))

    assert json.loads(output)["findings"][0]["location"]["path"] == "caf\ufffd.py"
    assert output.isascii()
