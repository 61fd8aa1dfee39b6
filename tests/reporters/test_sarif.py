"""The report as SARIF 2.1.0.

tests/fixtures/sarif-schema-2.1.0.json is the OASIS schema as the npm package @microsoft/sarif-multitool 5.7.0 ships it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from msgspec.structs import replace

from lk_audit.findings import Crash, Report, Skipped
from lk_audit.reporters import Presentation, render, sarif
from lk_audit.reporters.wording import sentence
from lk_audit.rule_api import Problem, Severity
from lk_audit.rule_loader import load_rules
from tests.samples import Word, credential_rule, make_rule, report_on

SCHEMA = json.loads((Path(__file__).parents[1] / "fixtures" / "sarif-schema-2.1.0.json").read_text())
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def run_of(report: Report, exit_code: int | None = None) -> dict[str, Any]:
    log = json.loads(render("sarif", report, Presentation(exit_code=exit_code)))
    VALIDATOR.validate(log)
    run: dict[str, Any] = log["runs"][0]
    return run


def result_of(report: Report) -> dict[str, Any]:
    (result,) = run_of(report)["results"]
    assert isinstance(result, dict)
    return result


def of(text: str, path: str = "src/a.py") -> dict[str, Any]:
    return result_of(report_on((path, text)))


def without_empty_strings(value: object) -> bool:
    if isinstance(value, dict):
        return all(without_empty_strings(item) for item in value.values())
    if isinstance(value, list):
        return all(without_empty_strings(item) for item in value)
    return value != ""


# --- results ----------------------------------------------------------------------------------------------------------


def test_a_result_points_at_the_span() -> None:
    location = of("x\ny = BAD\nz\n")["locations"][0]["physicalLocation"]

    assert location == {
        "artifactLocation": {"uri": "src/a.py", "uriBaseId": "%SRCROOT%", "index": 0},
        "region": {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 8, "snippet": {"text": "BAD"}},
        "contextRegion": {"startLine": 1, "endLine": 3, "snippet": {"text": "x\ny = BAD\nz"}},
    }


def test_snippets_are_masked() -> None:
    secret = "hunter2-" * 2
    location = result_of(report_on((".env", f"A=1\nSECRET={secret}\n"), rules=[credential_rule()]))["locations"][0]
    physical = location["physicalLocation"]

    assert physical["region"]["snippet"]["text"] == "hunt" + "•" * 12
    assert physical["contextRegion"]["snippet"]["text"] == "A=1\nSECRET=hunt" + "•" * 12


def test_a_very_long_line_brings_no_snippet() -> None:
    physical = of("x" * 5_000 + "BAD")["locations"][0]["physicalLocation"]

    assert "snippet" not in physical["region"]
    assert "contextRegion" not in physical


def test_the_first_sentence_says_what_and_where() -> None:
    assert of("BAD")["message"]["text"] == "A bad word (src/a.py). Leave it out."


def test_related_places_are_linked_from_the_message() -> None:
    result = of("ORIGIN\nBAD")

    assert "See [where it comes from](1)." in result["message"]["text"]
    assert [(item["id"], item["message"]["text"]) for item in result["relatedLocations"]] == [
        (1, "Where it comes from.")
    ]


def test_a_trace_is_a_code_flow() -> None:
    (step,) = of("ORIGIN\nBAD")["codeFlows"][0]["threadFlows"][0]["locations"]

    assert step["location"]["message"]["text"] == "Where it comes from."
    assert step["location"]["physicalLocation"]["region"]["startLine"] == 1


def test_text_from_a_file_makes_no_link() -> None:
    def linking(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, "bad [click](https://example.com)")

    result = result_of(report_on(("a.py", "BAD"), rules=[make_rule(find=linking)]))

    assert "](" not in result["message"]["text"]


def test_a_result_is_recognised_by_githubs_hash_and_by_our_own() -> None:
    report = report_on(("a.py", "BAD"))

    assert result_of(report)["partialFingerprints"] == {
        "primaryLocationLineHash": report.findings[0].line_hash,
        "lkAuditFindingId/v1": report.findings[0].fingerprint,
    }


@pytest.mark.parametrize(
    ("severity", "level"),
    [("critical", "error"), ("high", "error"), ("medium", "warning"), ("low", "note"), ("note", "note")],
)
def test_severities_become_levels(severity: str, level: str) -> None:
    rule = make_rule(severity=Severity.named(severity))

    assert result_of(report_on(("a.py", "BAD"), rules=[rule]))["level"] == level


def test_accepted_findings_are_left_out_because_github_would_open_alerts_for_them() -> None:
    assert run_of(report_on(("a.py", "BAD  # lk-audit: ignore[bad-word] known")))["results"] == []


def with_baseline(report: Report, *states: bool | None) -> Report:
    findings = zip(report.findings, states, strict=True)
    return replace(report, findings=tuple(replace(finding, baselined=state) for finding, state in findings))


def test_without_a_baseline_there_is_no_word_of_it() -> None:
    assert "baselineState" not in of("BAD")


def test_a_finding_that_the_baseline_lacks_is_new_and_the_others_are_left_out() -> None:
    (result,) = run_of(with_baseline(report_on(("a.py", "BAD\nBAD\n")), True, False))["results"]

    assert result["baselineState"] == "new"
    assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == 2


def full_results(report: Report) -> list[dict[str, Any]]:
    log = json.loads(render("sarif-full", report))
    VALIDATOR.validate(log)
    results: list[dict[str, Any]] = log["runs"][0]["results"]
    return results


def test_the_full_form_holds_the_findings_of_the_baseline() -> None:
    results = full_results(with_baseline(report_on(("a.py", "BAD\nBAD\n")), True, False))

    assert [item["baselineState"] for item in results] == ["unchanged", "new"]


def test_the_full_form_holds_suppressed_findings_with_who_accepts_them_and_why() -> None:
    text = "BAD  # lk-audit: ignore[bad-word] until=2999-01-01 kiosks\nBAD  # lk-audit: ignore[bad-word]\nBAD\n"
    first, second, third = (item["suppressions"] for item in full_results(report_on(("a b.py", text), prefix="web/")))
    address = {"uri": "web/a%20b.py", "uriBaseId": "%SRCROOT%"}

    assert first == [
        {
            "kind": "inSource",
            "status": "accepted",
            "location": {"physicalLocation": {"artifactLocation": address, "region": {"startLine": 1}}},
            "justification": "kiosks (until 2999-01-01)",
        }
    ]
    assert "justification" not in second[0]
    assert third == []


def test_both_forms_tell_the_same_of_open_findings() -> None:
    report = report_on(("a.py", "ORIGIN\nBAD"))
    (full,) = full_results(report)

    assert {key: value for key, value in full.items() if key != "suppressions"} == result_of(report)


def test_a_message_that_is_no_unicode_is_valid_json() -> None:
    def strange(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, "caf\udce9")

    output = render("sarif", report_on(("a.py", "BAD"), rules=[make_rule(find=strange)]))

    assert "\\udce9" not in output
    assert "Caf\\ufffd" in output


def test_github_gets_no_more_results_than_it_takes_and_the_worst_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 2)
    rules = [make_rule(severity=Severity.LOW), make_rule("worse-word", id="LK902", severity=Severity.HIGH)]
    report = report_on(("a.py", "BAD\nBAD\n"), rules=rules)

    assert [item["ruleId"] for item in run_of(report)["results"]] == ["LK902", "LK902"]


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/a b.py", "src/a%20b.py"),
        ("app/[room]/page.tsx", "app/%5Broom%5D/page.tsx"),
        ("100%#?.py", "100%25%23%3F.py"),
        ("größe.py", "gr%C3%B6%C3%9Fe.py"),
        ("caf\udce9.py", "caf%E9.py"),
        ("c:x.py", "c%3Ax.py"),
    ],
)
def test_addresses_are_percent_encoded(path: str, uri: str) -> None:
    assert of("BAD", path)["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_addresses_are_relative_to_the_repository() -> None:
    run = run_of(report_on(("a.ts", "BAD"), prefix="packages/web/"))

    assert run["artifacts"][0]["location"]["uri"] == "packages/web/a.ts"
    assert run["automationDetails"]["id"] == "lk-audit/packages/web/"


# --- rules ------------------------------------------------------------------------------------------------------------


def test_a_rule_tells_all_that_github_shows() -> None:
    run = run_of(report_on(("a.py", "BAD"), rules=[make_rule(severity=Severity.HIGH)]))
    (rule,) = run["tool"]["driver"]["rules"]

    assert rule.pop("help")["markdown"].startswith("# LK901 bad-word\n")
    assert rule == {
        "id": "LK901",
        "name": "BadWord",
        "shortDescription": {"text": "A bad word is written down."},
        "fullDescription": {"text": "A bad word is written down. It should not be."},
        "helpUri": "https://cwe.mitre.org/data/definitions/798.html",
        "defaultConfiguration": {"level": "error", "enabled": True},
        "relationships": [
            {"target": {"id": "798", "index": 0, "toolComponent": {"name": "CWE", "index": 0}}, "kinds": ["superset"]}
        ],
        "properties": {
            "tags": ["security", "livekit", "external/cwe/cwe-798"],
            "precision": "high",
            "problem.severity": "error",
            "security-severity": "8.0",
        },
    }


def test_results_point_at_their_rules() -> None:
    rules = [make_rule("worse-word", id="LK905"), make_rule()]
    run = run_of(report_on(("a.py", "BAD"), rules=rules))
    listed = [rule["id"] for rule in run["tool"]["driver"]["rules"]]

    assert listed == ["LK901", "LK905"]
    assert all(listed[item["ruleIndex"]] == item["ruleId"] for item in run["results"])


def test_the_built_in_rules_keep_githubs_limits() -> None:
    report = replace(report_on(("a.py", "fine")), rules=load_rules(packs=False).rules)
    run = run_of(report)

    for rule in run["tool"]["driver"]["rules"]:
        assert len(rule["properties"]["tags"]) <= 10
        assert len(rule["name"]) <= 255
        assert all(len(rule[name]["text"]) <= 1_024 for name in ("shortDescription", "fullDescription"))
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
    assert without_empty_strings(run)


# --- invocation -------------------------------------------------------------------------------------------------------


def test_what_went_unseen_is_notified() -> None:
    report = replace(
        report_on(("a.py", "BROKEN")),
        skipped=(Skipped("big.json", "too large"), Skipped("sub", "a git submodule", expected=True)),
    )
    notifications = run_of(report)["invocations"][0]["toolExecutionNotifications"]

    assert [(item["descriptor"]["id"], item["level"], item["message"]["text"]) for item in notifications] == [
        ("skipped-file", "warning", "Skipped big.json: too large."),
        ("skipped-file", "note", "Skipped sub: a git submodule."),
        ("analysis-note", "note", "Syntax error."),
    ]
    assert notifications[2]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}


def test_a_clean_run_is_successful() -> None:
    invocation = run_of(report_on(("a.py", "BAD")), exit_code=1)["invocations"][0]

    assert invocation["executionSuccessful"] is True
    assert invocation["exitCode"] == 1


def test_defects_make_a_run_unsuccessful() -> None:
    report = replace(
        report_on(("a.py", "fine")),
        crashes=(Crash("LK901", "a.py", "KeyError", "x.py:1"),),
        rule_errors=("rule pack acme: no rules",),
    )
    invocation = run_of(report, exit_code=3)["invocations"][0]

    assert invocation["executionSuccessful"] is False
    assert [item["level"] for item in invocation["toolExecutionNotifications"]] == ["error"]
    assert [item["message"]["text"] for item in invocation["toolConfigurationNotifications"]] == [
        "Rule pack acme: no rules."
    ]


def test_the_time_a_scan_took_does_not_change_its_report() -> None:
    report = report_on(("a.py", "BAD"))

    assert render("sarif", replace(report, elapsed=1.0)) == render("sarif", replace(report, elapsed=2.0))


@pytest.mark.parametrize(
    ("phrase", "whole"),
    [
        ("a bad word", "A bad word."),
        ("roomCreate in a participant's token", "roomCreate in a participant's token."),
        ("can_publish=False leaves data on", "can_publish=False leaves data on."),
        ("receive() is not awaited", "receive() is not awaited."),
        ("LiveKit ignores it!", "LiveKit ignores it!"),
    ],
)
def test_a_sentence_begins_with_a_capital_unless_it_begins_with_a_name_from_code(phrase: str, whole: str) -> None:
    assert sentence(phrase) == whole
