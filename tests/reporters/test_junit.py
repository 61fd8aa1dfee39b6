"""The report as JUnit XML."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lk_audit.findings import Crash, Report, Skipped
from lk_audit.reporters import render
from lk_audit.rule_api import Problem
from tests.samples import Word, make_rule, report_on


def parsed(report: Report) -> ET.Element:
    return ET.fromstring(render("junit", report).encode())  # noqa: S314 - our own output


def case_of(report: Report) -> ET.Element:
    case = parsed(report).find("testsuite/testcase")
    assert case is not None
    return case


def says(message: str) -> Report:
    def saying(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, message, fix=message)

    return report_on(("a.py", "BAD"), rules=[make_rule(find=saying)])


def test_a_finding_is_a_failed_test_in_the_suite_of_its_rule() -> None:
    root = parsed(report_on(("src/a.py", "ORIGIN\nx = BAD\n"), prefix="web/"))
    suite = root[0]
    (case,) = suite
    (failure,) = case

    assert suite.attrib == {"name": "LK901 bad-word", "tests": "1", "failures": "1", "errors": "0", "skipped": "0"}
    assert case.attrib == {
        "classname": "lk-audit.LK901.bad-word",
        "name": "src/a.py:2:5",
        "file": "web/src/a.py",
        "line": "2",
    }
    assert failure.attrib == {"type": "LK901", "message": "medium: a bad word"}
    assert failure.text == (
        "\nsrc/a.py:2:5\n  |\n1 | ORIGIN\n2 | x = BAD\n  |     ^^^\n  |\n1. src/a.py:1:1 where it comes from\n"
        "see src/a.py:1:1 where it comes from\nwhy: A bad word is written down.\nfix: Leave it out.\n"
    )


def test_a_rule_that_found_nothing_is_a_test_that_passed() -> None:
    case = case_of(report_on(("a.py", "fine")))

    assert case.attrib == {"classname": "lk-audit.LK901.bad-word", "name": "nothing found"}
    assert len(case) == 0


def test_accepted_findings_are_skipped_tests_that_say_why() -> None:
    report = report_on(("a.py", "BAD  # lk-audit: ignore[bad-word] until=2999-01-01 kiosks\nBAD\n"))
    first, second = report.findings
    suite = parsed(replace(report, findings=(first, replace(second, baselined=True))))[0]

    assert [item.attrib for item in suite.iter("skipped")] == [
        {"message": "accepted by a comment on line 1 until 2999-01-01: kiosks"},
        {"message": "in the baseline"},
    ]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "0", "2")


def test_the_scan_itself_is_a_suite() -> None:
    report = replace(
        report_on(("a.py", "fine")),
        skipped=(Skipped("big.json", "too large"), Skipped("sub", "a git submodule", expected=True)),
        crashes=(Crash("LK901", "a.py", "KeyError", "x.py:1"),),
    )
    root = parsed(report)
    suite = root[-1]

    assert [item.get("message") for item in suite.iter("error")] == ["LK901 failed on a.py: KeyError at x.py:1"]
    assert [item.get("message") for item in suite.iter("skipped")] == ["not analysed: too large"]
    assert suite.findtext("testcase/system-out") == (
        "no findings; 0 suppressed\n1 file scanned, 1 with something to analyse, 2 skipped"
    )


def test_the_counts_add_up() -> None:
    root = parsed(replace(report_on(("a.py", "BAD\nBAD\n")), skipped=(Skipped("big.json", "too large"),)))

    assert (root.get("tests"), root.get("failures"), root.get("skipped"), root.get("errors")) == ("4", "2", "1", "0")
    assert len(list(root.iter("testcase"))) == 4


@pytest.mark.parametrize(
    "text", ["]]>", "<script>", "&amp; \"'", "a\x00b\x1bc", "\ud800", "\ufffe\uffff", "😀", "a\r\nb"]
)
def test_any_text_is_well_formed(text: str) -> None:
    failure = case_of(says(f"x {text} y"))[0]

    assert (failure.get("message") or "").startswith("medium: x ")


@given(st.text(st.characters(codec=None), max_size=50))
def test_whatever_a_message_holds_the_xml_can_be_read(text: str) -> None:
    assert case_of(says(f"x{text}")).find("failure") is not None


def test_the_time_a_scan_took_does_not_change_its_report() -> None:
    report = report_on(("a.py", "BAD"))

    assert render("junit", replace(report, elapsed=1.0)) == render("junit", replace(report, elapsed=2.0))
