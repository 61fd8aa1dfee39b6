"""The report as Markdown, read back by a real parser of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from lk_audit.findings import Crash, Report, Skipped
from lk_audit.reporters import markdown, render
from lk_audit.rule_api import Problem, Severity
from lk_audit.scanning import finding_writer
from tests.samples import Word, credential_rule, make_rule, report_on

if TYPE_CHECKING:
    from markdown_it.token import Token

PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")
HOSTILE = [
    *("a | b", "*b* _i_", "[x](https://example.com)", "<img src=x onerror=alert(1)>", "</details>", "`<b>`", "# h"),
    *("```", "![i](x)", "<!-- x", "\\| \\", "&lt;b&gt;", "https://example.com", "a\n\n# b", "~~x~~", "$x$"),
]


def says(message: str, path: str = "a.py", text: str = "BAD") -> Report:
    def saying(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, message, fix=message)

    return report_on((path, text), rules=[make_rule(find=saying)])


def tokens(report: Report) -> list[Token]:
    found = []
    for token in PARSER.parse(render("markdown", report)):
        found += [token, *(token.children or [])]
    return found


def shape(report: Report) -> list[str]:
    """What there is of structure: kinds of tokens, and the HTML that is written out."""
    html = ("html_block", "html_inline")
    return [
        f"{item.type} {item.content if item.type in html else ''}" for item in tokens(report) if item.type != "text"
    ]


def cells(report: Report) -> list[str]:
    """The text of the first row below the head of the table."""
    found = PARSER.parse(render("markdown", report))
    inside = [item for item in found if item.type == "inline" and item.level == 4]
    return ["".join(child.content for child in item.children or [] if child.type == "text") for item in inside][4:8]


def test_a_finding_is_a_row_and_a_folded_page() -> None:
    output = render("markdown", report_on(("src/a.py", "ORIGIN\nx = BAD\n")))
    rule, place = "[LK901&nbsp;bad-word](#lk901-bad-word)", "<code>src/a.py&#58;2</code>"

    assert output.startswith("## lk-audit: 1 finding\n\n🟡 **1 medium**\n\n0 suppressed. 1 file scanned,")
    assert f"| 🟡&nbsp;medium | {rule} | {place} | a bad word |" in output
    assert f"<details><summary>🟡 <b>LK901 bad-word</b> {place}</summary>\n\nA bad word.\n" in output
    assert "```text\n  |\n1 | ORIGIN\n2 | x = BAD\n  |     ^^^\n  |\n```" in output
    assert "1. <code>src/a.py&#58;1</code> where it comes from" in output
    assert "**Fix:** Leave it out.\n\n</details>" in output


def test_rules_link_to_their_text_on_the_same_page() -> None:
    output = render("markdown", report_on(("a.py", "BAD")))

    assert "(#lk901-bad-word)" in output
    assert "#### LK901 bad-word\n\n**Medium** · [CWE-798: " in output
    assert "It should not be.\n\n**What to do:** Leave it out." in output


def test_a_clean_report_is_short() -> None:
    assert render("markdown", report_on(("a.py", "fine"))) == (
        "## lk-audit: no findings\n\n0 suppressed. 1 file scanned, 1 with something to analyse, 0 skipped.\n"
    )


def test_the_worst_findings_come_first() -> None:
    rules = [make_rule(severity=Severity.LOW), make_rule("worse-word", id="LK902", severity=Severity.CRITICAL)]
    output = render("markdown", report_on(("a.py", "BAD"), rules=rules))

    assert output.index("[LK902") < output.index("[LK901")
    assert "🟣 **1 critical** · 🔵 **1 low**" in output


def test_one_secret_in_several_files_is_one_row_with_all_places() -> None:
    files = [(name, "SECRET=hunter2-hunter2\n") for name in ("a.env", "b.env", "c.env")]
    output = render("markdown", report_on(*files, rules=[credential_rule()]))

    assert output.startswith("## lk-audit: 1 finding in 3 places\n")
    assert output.count("| 🟣&nbsp;critical |") == output.count("<details>") == 1
    assert "<code>a.env&#58;1</code> and 2 more |" in output
    assert "\nAlso at <code>b.env&#58;1</code>, <code>c.env&#58;1</code>.\n" in output


def test_paths_are_those_of_the_repository() -> None:
    assert "<code>web/a.py&#58;1</code>" in render("markdown", report_on(("a.py", "BAD"), prefix="web/"))


def test_what_went_unseen_is_said() -> None:
    report = replace(
        report_on(("a.py", "fine")),
        skipped=(Skipped("big.json", "too large (24 MB)"), Skipped("sub", "a git submodule", expected=True)),
        crashes=(Crash("LK901", "a.py", "KeyError", "x.py:1"),),
    )
    output = render("markdown", report)

    assert "⚠️ **Not everything was analysed:** 1 too large." in output
    assert "⚠️ **Defect:** LK901 failed on a.py&#58; KeyError at x.py&#58;1" in output


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_files_makes_no_structure(text: str) -> None:
    expected = shape(says("plain"))

    assert shape(says(text.replace("`<b>`", "<b>"))) == expected


@pytest.mark.parametrize("text", [text for text in HOSTILE if "`" not in text])
def test_text_from_files_is_shown_as_it_is(text: str) -> None:
    assert cells(says(text))[3] == " ".join(text.split())


def test_code_in_messages_is_code_and_nothing_else() -> None:
    output = render("markdown", says("write `a | <b>` here"))

    assert "write <code>a &#124; &#60;b&#62;</code> here |" in output


@pytest.mark.parametrize("line", ["``` BAD", "```` BAD ````", "</details> BAD", "<script> BAD"])
def test_code_cannot_leave_its_block(line: str) -> None:
    (block,) = [item for item in tokens(says("x", text=line)) if item.type == "fence"]

    assert line in block.content


@pytest.mark.parametrize("path", ["a|b.py", "`x`.py", "<b>.py", "a]]>.py", "a\n\n# b.py", "caf\udce9.py"])
def test_any_path_is_shown_in_its_cell(path: str) -> None:
    expected = path.replace("\n", "\ufffd").replace("\udce9", "\ufffd")

    assert cells(says("x", path=path))[2] == f"{expected}:1"


def test_a_report_stays_below_what_github_takes_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding_writer, "MOST_FINDINGS", 4_000)
    long = "word " * 60
    report = says(long, text="BAD\n" * 4_000)
    output = render("markdown", report)
    rows = output.count("| 🟡&nbsp;medium |")

    assert 500_000 < len(output.encode()) < markdown.MAX_BYTES
    assert rows < 4_000
    assert f"| | | | *{4_000 - rows} more* |" in output
    assert f"\n*{4_000 - output.count('<details>')} more*\n" in output
    assert "### Rules" in output
