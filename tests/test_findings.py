"""From problems to findings: order, identity, code frames."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from lk_audit.findings import Finding
from lk_audit.rule_api import Problem, Severity
from tests.samples import Word, make_rule, report_on


def only(text: str, path: str = "a.py") -> Finding:
    (finding,) = report_on((path, text)).findings
    return finding


def test_findings_are_in_the_order_of_files_and_places() -> None:
    report = report_on(("b.py", "BAD"), ("a.py", "\nBAD\nx BAD\n"))

    assert [(item.place.path, item.place.line) for item in report.findings] == [("a.py", 2), ("a.py", 3), ("b.py", 1)]


def test_the_order_of_files_does_not_matter() -> None:
    files = [("b.py", "BAD"), ("a.py", "BAD BAD"), ("c/d.py", "BAD")]
    rules = [make_rule()]

    assert report_on(*files, rules=rules) == report_on(*reversed(files), rules=rules)


def test_a_rule_finds_a_place_once_and_keeps_the_worst() -> None:
    def twice(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, "mild", severity=Severity.LOW)
        yield Problem(word.place, "bad", severity=Severity.HIGH)

    report = report_on(("a.py", "BAD"), rules=[make_rule(find=twice)])

    assert [item.message for item in report.findings] == ["bad"]


def test_two_rules_may_find_the_same_place() -> None:
    report = report_on(("a.py", "BAD"), rules=[make_rule(), make_rule("worse-word", id="LK903")])

    assert [item.rule_id for item in report.findings] == ["LK901", "LK903"]


# --- fingerprints -----------------------------------------------------------------------------------------------------


def test_a_fingerprint_survives_moved_lines_and_indentation() -> None:
    assert only("x = BAD").fingerprint == only("import os\n\nif y:\n\tx  =  BAD\n").fingerprint


def test_a_fingerprint_survives_a_formatter_and_changes_beside_the_place() -> None:
    def called(word: Word) -> Iterator[Problem]:
        yield Problem(replace(word.place, start=0, end=len(text)), "bad")

    prints = set()
    for text in ("f(BAD, 'a')", 'f( BAD,"a" )', 'f(\n  BAD,\n  "a",\n)'):
        prints.add(report_on(("a.py", text), rules=[make_rule(find=called)]).findings[0].fingerprint)

    assert len(prints) == 1
    assert only("x = BAD").fingerprint == only("renamed = BAD  # lk-audit: ignore[bad-word] known").fingerprint


def test_the_identity_of_the_content_is_the_same_in_every_file() -> None:
    first, second = report_on(("a.py", "BAD"), ("b/c.py", "BAD")).findings

    assert first.content_id == second.content_id
    assert first.content_id != only("BAD BAD").content_id
    assert first.fingerprint != second.fingerprint


def test_a_fingerprint_changes_with_the_text_the_file_and_the_rule() -> None:
    other_rule = report_on(("a.py", "x = BAD"), rules=[make_rule("worse-word", id="LK903")]).findings[0]
    prints = {
        only("x = BAD").fingerprint,
        only("x = BAD BAD").fingerprint,
        only("x = BAD", "b.py").fingerprint,
        other_rule.fingerprint,
    }

    assert len(prints) == 4


def test_equal_lines_have_different_fingerprints() -> None:
    first, second = report_on(("a.py", "x = BAD\nx = BAD\n")).findings

    assert first.fingerprint != second.fingerprint


def test_a_fingerprint_follows_the_subject_where_the_rule_names_one() -> None:
    def named(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, "bad", subject="the thing")

    rules = [make_rule(find=named)]
    first = report_on(("a.py", "x = BAD"), rules=rules).findings[0]
    second = report_on(("a.py", "renamed(BAD)"), rules=rules).findings[0]

    assert first.fingerprint == second.fingerprint


def test_a_fingerprint_does_not_depend_on_the_folder_the_scan_starts_in() -> None:
    from_root = report_on(("web/a.py", "x = BAD")).findings[0]
    from_web = report_on(("a.py", "x = BAD"), prefix="web/").findings[0]

    assert from_root.fingerprint == from_web.fingerprint


# --- code frames ------------------------------------------------------------------------------------------------------


def frame(text: str) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in only(text).frame]


def test_a_frame_shows_one_line_around() -> None:
    assert frame("1\n2\nBAD\n4\n5\n") == [(2, "2"), (3, "BAD"), (4, "4")]


def test_a_frame_stops_at_the_ends_of_the_file() -> None:
    assert frame("BAD\n") == [(1, "BAD")]


def test_a_very_long_line_is_cut_around_the_span() -> None:
    (line,) = only("x" * 100_000 + "BAD" + "y" * 100_000).frame

    assert line.is_cut
    assert len(line.text) == 240
    assert line.text[100_001 - line.column :].startswith("BAD")


# --- the report -------------------------------------------------------------------------------------------------------


def test_findings_below_a_severity_are_hidden_and_counted() -> None:
    rules = [make_rule(severity=Severity.LOW), make_rule("worse-word", id="LK903", severity=Severity.HIGH)]
    report = report_on(("a.py", "BAD"), rules=rules).at_least(Severity.MEDIUM)

    assert [item.rule_id for item in report.findings] == ["LK903"]
    assert report.hidden == 1


def test_a_syntax_error_makes_a_report_incomplete() -> None:
    assert report_on(("a.py", "fine")).is_complete
    assert not report_on(("a.py", "BROKEN")).is_complete
