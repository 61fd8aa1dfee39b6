"""Comments that accept findings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lk_audit.findings import Report
from tests.samples import make_rule, report_on

NOW = datetime(2026, 6, 1, tzinfo=UTC).timestamp()


def scan(text: str, path: str = "a.py") -> Report:
    other = make_rule("other-word", id="LK903")
    return report_on((path, text), rules=[make_rule()], known_rules=[other], now=NOW)


def notes(report: Report) -> list[str]:
    return [f"{note.line}: {note.message}" for note in report.notes]


@pytest.mark.parametrize(
    "text",
    [
        "x = BAD  # lk-audit: ignore[bad-word] a test server",
        "x = BAD // lk-audit: ignore[bad-word] a test server",
        "x = BAD /* lk-audit: ignore[bad-word] a test server */",
        "<p>BAD</p> <!-- lk-audit: ignore[bad-word] a test server -->",
        "select BAD -- lk-audit: ignore[bad-word] a test server",
        "x = BAD  # noqa  # lk-audit: ignore[other-word, bad-word] a test server",
        "# lk-audit: ignore[LK901] a test server\nx = BAD",
        "{/* lk-audit: ignore[bad-word] a test server */}\n<p>BAD</p>",
        " * lk-audit: ignore[bad-word] a test server\nx = BAD",
    ],
)
def test_a_comment_on_the_line_or_alone_above_it_accepts_a_finding(text: str) -> None:
    report = scan(text)

    assert [finding.suppressed.reason for finding in report.findings if finding.suppressed] == ["a test server"]
    assert report.open_findings == ()
    assert report.suppressed == 1
    assert notes(report) == []


@pytest.mark.parametrize(
    "text",
    [
        "x = BAD  lk-audit: ignore[bad-word] in no comment",
        "y = 1  # lk-audit: ignore[bad-word] of the line before\nx = BAD",
        "# lk-audit: ignore[bad-word] two lines above\n\nx = BAD",
        "x = BAD  # lk-audit: ignore[other-word] another rule",
        "x = BAD  # lk-audit: ignore",
        "x = BAD  # lk-audit: ignore[]",
        "x = BAD  # lk-audit: disable[bad-word]",
    ],
)
def test_anything_else_accepts_nothing(text: str) -> None:
    assert len(scan(text).open_findings) == 1


def test_a_suppression_may_end() -> None:
    until_today = scan("x = BAD  # lk-audit: ignore[bad-word] until=2026-06-01 migration")
    until_yesterday = scan("x = BAD  # lk-audit: ignore[bad-word] until=2026-05-31 migration")

    assert until_today.suppressed == 1
    assert until_yesterday.suppressed == 0
    assert notes(until_yesterday) == ["1: this suppression ended on 2026-05-31"]


def test_an_unused_suppression_is_reported() -> None:
    assert notes(scan("fine  # lk-audit: ignore[bad-word]")) == [
        "1: this suppression is not needed: no finding of bad-word"
    ]


def test_a_suppression_of_a_rule_that_did_not_run_is_not_called_unused() -> None:
    assert notes(scan("fine  # lk-audit: ignore[other-word]")) == []


def test_an_unknown_rule_is_reported_with_a_suggestion() -> None:
    assert notes(scan("x = BAD  # lk-audit: ignore[bad-wrod]")) == [
        '1: this suppression names no rule: bad-wrod; did you mean "bad-word"?'
    ]


@pytest.mark.parametrize(
    "body",
    [
        *("ignore", "ignore[bad word]", "ignore[bad-word]x", "ignore[bad-word] until=2026-13-45 x"),
        *("ignore[bad-word] until=tomorrow", "ignore[bad-word] until=1.6.2027 x", "ignore[bad-word] until= 2027-06-01"),
    ],
)
def test_a_suppression_that_cannot_be_read_is_reported_and_accepts_nothing(body: str) -> None:
    report = scan(f"x = BAD  # lk-audit: {body}")

    assert "cannot be read" in notes(report)[0]
    assert not report.findings[0].suppressed


@pytest.mark.parametrize(
    "comment", ["LK-AUDIT: ignore[bad-word]", "lk-audit ignore[bad-word]", "lkaudit: disable bad-word"]
)
def test_what_only_looks_like_a_suppression_is_reported_at_a_finding(comment: str) -> None:
    assert "1: this suppression cannot be read" in notes(scan(f"x = BAD  # {comment}"))[0]
    assert "1: this suppression cannot be read" in notes(scan(f"# {comment}\nx = BAD"))[0]
    assert not notes(scan(f"# {comment}\n\nx = BAD"))
    assert not notes(scan("x = BAD  # lk-audit finds this, so do not ignore it"))


def test_a_suppression_with_a_capital_letter_is_reported() -> None:
    assert "cannot be read" in notes(scan("x = GOOD  # lk-audit: Ignore[bad-word]"))[0]


def test_a_suppression_changes_no_fingerprint() -> None:
    bare = scan("x = BAD").findings[0]
    accepted = scan("x = BAD  # lk-audit: ignore[bad-word] fine").findings[0]

    assert accepted.suppressed
    assert accepted.fingerprint == bare.fingerprint
