"""The report as JUnit XML, for the test views of CI servers: a suite for each rule, a failed test for each finding.

There is no standard; the elements and attributes are those of the Apache Ant task, with `file` and `line` as GitLab and
CircleCI read them. A rule that found nothing is a test that passed; an accepted finding is a skipped one.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lk_audit.findings import AnyRule, Finding, Report
from lk_audit.patterns import regex
from lk_audit.reporters import Presentation
from lk_audit.reporters.screen import PLAIN, printable
from lk_audit.reporters.summary import coverage, defects, outcome
from lk_audit.reporters.text import code_frame, position
from lk_audit.reporters.wording import accepted_because, one_line, repository_path, shown_path

# What XML 1.0 forbids (production 2, "Char") and `printable` lets through.
_FORBIDDEN = regex("[\ufffe\uffff]")
_WIDTH = 120


def render(report: Report, _presentation: Presentation) -> str:
    """The findings as test results. Times are left out, so that the same tree gives the same bytes."""
    root = Element("testsuites", {"name": "lk-audit"})
    for rule in report.rules:
        _suite(root, rule, [finding for finding in report.findings if finding.rule_id == rule.id], report)
    _own_suite(root, report)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(root: Element, rule: AnyRule, findings: list[Finding], report: Report) -> None:
    suite = SubElement(root, "testsuite", {"name": _xml(f"{rule.id} {rule.name}")})
    for finding in findings:
        _case(suite, finding, report)
    if not findings:
        SubElement(suite, "testcase", {"classname": _class(rule.id, rule.name), "name": "nothing found"})
    _count(suite)


def _count(suite: Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(name, str(len(suite.findall(f"testcase/{tag}"))))


def _case(suite: Element, finding: Finding, report: Report) -> None:
    place = finding.place
    case = SubElement(
        suite,
        "testcase",
        {
            "classname": _class(finding.rule_id, finding.rule_name),
            "name": _xml(position(place)),
            "file": _xml(repository_path(report, place.path)),
            "line": str(place.line),
        },
    )
    if not finding.is_open:
        SubElement(case, "skipped", {"message": _xml(accepted_because(finding))})
        return
    message = f"{finding.severity.label}: {one_line(finding.message)}"
    failure = SubElement(case, "failure", {"type": finding.rule_id, "message": _xml(message)})
    failure.text = _xml("\n".join(["", *_text(finding), ""]))


def _text(finding: Finding) -> Iterator[str]:
    yield position(finding.place)
    yield from code_frame(finding, PLAIN, _WIDTH)
    yield from (f"{n}. {position(lead.place)} {one_line(lead.note)}" for n, lead in enumerate(finding.trace, 1))
    yield from (f"see {position(lead.place)} {one_line(lead.note)}" for lead in finding.related)
    if finding.origin:
        yield f"history: {finding.history}"
    yield f"why: {one_line(finding.why)}"
    yield f"fix: {one_line(finding.fix)}"


def _own_suite(root: Element, report: Report) -> None:
    """The scan itself: what failed is an error, what was not analysed is skipped."""
    suite = SubElement(root, "testsuite", {"name": "lk-audit"})
    case = SubElement(suite, "testcase", {"classname": "lk-audit.scan", "name": "the scan"})
    for text in defects(report):
        SubElement(case, "error", {"type": "defect", "message": _xml(one_line(text))})
    SubElement(case, "system-out").text = _xml(f"{outcome(report)}\n{coverage(report)}")
    for item in report.skipped:
        if not item.expected:
            unseen = SubElement(suite, "testcase", {"classname": "lk-audit.files", "name": _xml(shown_path(item.path))})
            SubElement(unseen, "skipped", {"message": _xml(f"not analysed: {one_line(item.reason)}")})
    _count(suite)


def _class(rule_id: str, name: str) -> str:
    return _xml(f"lk-audit.{rule_id}.{name}")


def _xml(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", printable(text))
