"""The report as workflow commands of GitHub Actions.

`commands` reads a log as the runner does (actions/runner, src/Runner.Common/ActionCommand.cs): a line is a command when
it starts with `::` after white space, or, in the older form, when it holds `##[` anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from lk_audit.findings import Crash, Report, Skipped
from lk_audit.reporters import render
from lk_audit.reporters.github import MOST_OF_A_KIND
from lk_audit.rule_api import Problem, Severity
from tests.samples import Word, make_rule, report_on


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    message: str


def unescaped(text: str) -> str:
    for character in ":,\r\n%":
        text = text.replace(f"%{ord(character):02X}", character)
    return text


def commands(log: str) -> list[Command]:
    found = []
    for line in log.splitlines():
        match = re.fullmatch(r"\s*::(\w+) ?([^:]*)::(.*)", line)
        assert match or "##[" not in line
        if match:
            pairs = (pair.split("=", 1) for pair in match[2].split(","))
            found.append(Command(match[1], {key: unescaped(value) for key, value in pairs}, unescaped(match[3])))
    return found


def of(text: str, path: str = "src/a.py", prefix: str = "") -> str:
    return render("github", report_on((path, text), prefix=prefix))


def says(message: str, fix: str | None = None) -> Report:
    def saying(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, message, fix=fix)

    return report_on(("a.py", "BAD"), rules=[make_rule(find=saying)])


def test_a_finding_is_an_annotation_at_its_span() -> None:
    assert of("ORIGIN\nx = BAD") == (
        "::warning file=src/a.py,line=2,endLine=2,col=5,endColumn=8,title=medium%3A LK901 bad-word"
        "::A bad word.%0A- src/a.py:1:1 where it comes from%0A- src/a.py:1:1 where it comes from%0AFix: Leave it out.\n"
        "lk-audit: 1 finding: 1 medium; 0 suppressed\n"
        "lk-audit: 1 file scanned, 1 with something to analyse, 0 skipped\n"
    )


@pytest.mark.parametrize(
    ("severity", "command"),
    [("critical", "error"), ("high", "error"), ("medium", "warning"), ("low", "notice"), ("note", "notice")],
)
def test_severities_become_the_three_kinds(severity: str, command: str) -> None:
    report = report_on(("a.py", "BAD"), rules=[make_rule(severity=Severity.named(severity))])

    assert [item.name for item in commands(render("github", report))] == [command]


def test_files_are_named_from_the_root_of_the_repository() -> None:
    assert "file=packages/web/a.ts," in of("BAD", "a.ts", prefix="packages/web/")


def test_a_span_of_several_lines_has_no_columns_because_github_refuses_them() -> None:
    def whole(word: Word) -> Iterator[Problem]:
        yield Problem(replace(word.place, end_line=3), "bad")

    (command,) = commands(render("github", report_on(("a.py", "BAD\n\n\n"), rules=[make_rule(find=whole)])))

    assert command.properties["endLine"] == "3"
    assert not {"col", "endColumn"} & set(command.properties)


@pytest.mark.parametrize("path", ["a,b:c.py", "100%.py", "a::error::b.py", "%0A.py", "größe 😀.py"])
def test_any_path_comes_through(path: str) -> None:
    (command,) = commands(of("BAD", path))

    assert command.properties["file"] == path


@pytest.mark.parametrize("message", ["100% bad", "bad::error file=x::y", "a, b: c", "::stop-commands::x", "##[error]x"])
def test_any_message_comes_through(message: str) -> None:
    (command,) = commands(render("github", says(message)))

    assert command.message.lower() == f"{message}.\nfix: leave it out.".lower()


def test_no_more_than_ten_of_a_kind_are_annotated_and_the_rest_is_told_in_the_log() -> None:
    rules = [
        make_rule(severity=Severity.HIGH),
        make_rule("worse-word", id="LK902", severity=Severity.CRITICAL),
        make_rule("small-word", id="LK903", severity=Severity.LOW),
    ]
    log = render("github", report_on(("a.py", "BAD\n" * 8), rules=rules))
    kinds = [command.name for command in commands(log)]
    lines = log.splitlines()

    assert (kinds.count("error"), kinds.count("notice")) == (MOST_OF_A_KIND, 8)
    assert [c.properties["title"].partition(":")[0] for c in commands(log)][:10] == ["critical"] * 8 + ["high"] * 2
    assert lines[18] == "6 more (GitHub shows 10 annotations of a kind for a step):"
    assert lines[19] == "high LK901[bad-word] a.py:3:1: a bad word"


def test_lines_of_the_log_are_no_commands() -> None:
    def saying(word: Word) -> Iterator[Problem]:
        yield Problem(word.place, "##[error]x ::error::y")

    log = render("github", report_on(("##[warning]a.py", "BAD\n" * 11), rules=[make_rule(find=saying)]))

    assert len(commands(log)) == 10
    assert "##[" not in log.splitlines()[11]


def test_accepted_findings_are_no_annotations() -> None:
    assert commands(of("BAD  # lk-audit: ignore[bad-word] known")) == []


def test_what_went_unseen_is_in_the_log() -> None:
    report = replace(
        report_on(("a.py", "fine")),
        skipped=(Skipped("big.json", "too large"), Skipped("sub", "a git submodule", expected=True)),
        crashes=(Crash("LK901", "a.py", "KeyError", "x.py:1"),),
    )

    assert render("github", report).splitlines() == [
        "defect: LK901 failed on a.py: KeyError at x.py:1",
        "not analysed: big.json: too large",
        "lk-audit: no findings; 0 suppressed",
        "lk-audit: 1 file scanned, 1 with something to analyse, 2 skipped",
    ]
