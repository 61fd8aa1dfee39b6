"""The report in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from lk_audit.findings import Crash, Report, Skipped
from lk_audit.reporters import Presentation, render
from lk_audit.reporters.screen import underlined
from lk_audit.rule_api import Confidence, Problem, Severity
from tests.samples import Word, make_rule, report_on

GOLDEN = """\
high LK901[bad-word]: a bad word
 --> src/a.py:3:5
  |
2 | def f():
3 |     BAD BAD
  |     ^^^^^^^
4 |     return 1
  |
  = 1. src/a.py:1:3 where it comes from
  = see src/a.py:1:3 where it comes from
  = confidence: medium
  = why: A bad word is written down.
  = fix: Leave it out.

1 finding: 1 high; 0 suppressed
1 file scanned, 1 with something to analyse, 0 skipped; 0.00 s
"""


def text(report: Report, **presentation: bool | int) -> str:
    return render("text", report, Presentation(**presentation))  # type: ignore[arg-type]  # bool or int, by name


def of(content: str, **presentation: bool | int) -> str:
    return text(report_on(("a.py", content)), **presentation)


def test_a_finding_shows_its_code_its_way_and_what_to_do() -> None:
    rule = make_rule(severity=Severity.HIGH, confidence=Confidence.MEDIUM)
    report = report_on(("src/a.py", "# ORIGIN\ndef f():\n    BAD BAD\n    return 1\n"), rules=[rule])

    assert text(report) == GOLDEN


def test_a_clean_report_says_so_and_what_was_seen() -> None:
    assert of("fine") == ("no findings; 0 suppressed\n1 file scanned, 1 with something to analyse, 0 skipped; 0.00 s\n")


def test_the_summary_counts_by_severity_most_severe_first() -> None:
    rules = [make_rule(severity=Severity.LOW), make_rule("worse-word", id="LK902", severity=Severity.CRITICAL)]

    assert "2 findings: 1 critical, 1 low; 0 suppressed" in text(report_on(("a.py", "BAD"), rules=rules))


def test_suppressed_findings_are_counted_not_shown() -> None:
    output = of("BAD  # lk-audit: ignore[bad-word] known")

    assert "no findings; 1 suppressed" in output
    assert "-->" not in output


def test_what_went_unseen_is_listed() -> None:
    report = replace(
        report_on(("a.py", "BROKEN")),
        skipped=(Skipped("data/big.json", "too large (24.1 MB; the limit is 20.0 MB)"),),
        excluded=("node_modules", "web/node_modules"),
        binary=3,
        hidden=2,
        elapsed=1.5,
    )

    assert text(report) == (
        "notes:\n"
        "  a.py:1: syntax error\n"
        "\n"
        "skipped:\n"
        "  data/big.json: too large (24.1 MB; the limit is 20.0 MB)\n"
        "\n"
        "no findings; 0 suppressed; 2 below the severity asked for\n"
        "1 file scanned, 1 with something to analyse, 1 skipped, 3 binary, left out node_modules, web/node_modules;"
        " 1.50 s\n"
    )


def test_a_long_list_is_cut_and_counted() -> None:
    skipped = tuple(Skipped(f"{number}.py", "too large") for number in range(50))
    output = text(replace(report_on(("a.py", "fine")), skipped=skipped))

    assert output.count(".py: too large") == 20
    assert "and 30 more (30 too large), listed by --format json" in output


def test_what_a_long_list_leaves_out_is_counted_by_its_reason() -> None:
    named = [Skipped(f"{number:02}.py", "too large (24.1 MB; the limit is 20.0 MB)") for number in range(22)]
    skipped = (*named, Skipped("x", "a git submodule; scan it on its own"))

    assert "and 3 more (2 too large, 1 a git submodule)" in text(replace(report_on(("a.py", "fine")), skipped=skipped))


def test_findings_of_the_baseline_are_counted_not_shown() -> None:
    report = report_on(("a.py", "BAD"))
    output = text(replace(report, findings=(replace(report.findings[0], baselined=True),)))

    assert "no findings; 0 suppressed; 1 in the baseline" in output
    assert "-->" not in output


def test_a_finding_that_is_suppressed_and_in_the_baseline_counts_once() -> None:
    report = report_on(("a.py", "BAD  # lk-audit: ignore[bad-word] known"))

    assert replace(report, findings=(replace(report.findings[0], baselined=True),)).baselined == 0


def test_defects_are_listed() -> None:
    report = replace(
        report_on(("a.py", "fine")),
        crashes=(Crash("LK901", "a.py", "KeyError", "bad_word.py:12"),),
        rule_errors=("rule pack acme: no rules in acme",),
    )
    output = text(report)

    assert "  LK901 on a.py: KeyError at bad_word.py:12" in output
    assert "  rule pack acme: no rules in acme" in output


# --- code -------------------------------------------------------------------------------------------------------------


def marked(content: str) -> str:
    """What the first row of marks underlines."""
    lines = of(content).splitlines()
    row = next(index for index, line in enumerate(lines) if "^" in line)
    begin, end = lines[row].index("^"), lines[row].rindex("^") + 1
    return lines[row - 1][begin:end]


@pytest.mark.parametrize(
    "content",
    ["BAD", "x = BAD + 1", "\t\tx = BAD", "é = BAD", "x" * 150 + "BAD" + "y" * 150, "x" * 5_000 + "BAD" + "y" * 5_000],
)
def test_the_marks_stand_under_the_span(content: str) -> None:
    assert marked(content) == "BAD"


def test_wide_characters_take_two_columns() -> None:
    assert underlined("中文 BAD", 3, 6, 80) == ("中文 BAD", 5, 3)


def test_a_long_line_fits_the_terminal() -> None:
    output = of("x = '" + "a" * 150 + "' + BAD + '" + "b" * 150 + "'", width=80)

    assert max(len(line) for line in output.splitlines() if "|" in line) <= 80


def test_a_span_of_several_lines_is_marked_on_each() -> None:
    def whole(word: Word) -> Iterator[Problem]:
        yield Problem(replace(word.place, start=0, line=1, column=5, end_line=3, end_column=2), "bad")

    output = text(report_on(("a.py", "x = f(\n    BAD\n)\n"), rules=[make_rule(find=whole)]))

    assert "1 | x = f(\n  |     ^^\n2 |     BAD\n  |     ^^^\n3 | )\n  | ^\n" in output


def test_text_that_drives_a_terminal_does_not_reach_it() -> None:
    output = of("BAD \x1b[31m \x07 \u202e \x9b2J")

    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", output)


def test_a_path_that_is_no_text_is_shown_as_one() -> None:
    assert "caf\ufffd.py:1:1" in text(report_on(("caf\udce9.py", "BAD")))


# --- colours ----------------------------------------------------------------------------------------------------------


def test_colours_change_nothing_but_colours() -> None:
    plain, colored = of("x = BAD"), of("x = BAD", color=True)

    assert "\x1b[" in colored
    assert re.sub("\x1b\\[[0-9;]*m", "", colored) == plain


def test_a_terminal_that_can_open_links_gets_the_rule_as_one() -> None:
    plain, linked = of("x = BAD"), of("x = BAD", links=True)

    assert "\x1b]8;;https://cwe.mitre.org/data/definitions/798.html\x1b\\LK901[bad-word]\x1b]8;;\x1b\\:" in linked
    assert re.sub("\x1b]8;;[^\x1b]*\x1b\\\\", "", linked) == plain


def test_prose_is_folded_to_the_width() -> None:
    rule = replace(make_rule(), fix="word " * 60)
    output = text(report_on(("a.py", "BAD"), rules=[rule]), width=60)

    assert max(map(len, output.splitlines()[:-1])) <= 60
