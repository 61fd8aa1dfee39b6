"""Several reports of one scan: which format goes where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lk_audit.cli import program as cli
from lk_audit.cli.outputs import Output, paired
from lk_audit.errors import UsageError
from lk_audit.scanning import preparation as scan_module
from tests.commandline import invoke
from tests.samples import SECRET

if TYPE_CHECKING:
    from click.testing import Result


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one leaked secret, as the working folder."""
    (tmp_path / ".env").write_text(f"LIVEKIT_API_KEY=APIexample23456\nLIVEKIT_API_SECRET={SECRET}\n")
    (tmp_path / "out").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def scan(*arguments: str) -> Result:
    return invoke("scan", ".env", *arguments)


def pairs(styles: list[str], targets: list[str]) -> list[tuple[str, str]]:
    return [(output.style, output.target) for output in paired(styles, targets)]


@pytest.mark.parametrize(
    ("styles", "targets", "expected"),
    [
        ([], [], [("text", "-")]),
        (["json"], [], [("json", "-")]),
        ([], ["-"], [("text", "-")]),
        (["sarif"], ["out.sarif"], [("sarif", "out.sarif")]),
        (["sarif"], ["findings.json"], [("sarif", "findings.json")]),
        (["sarif", "html"], ["a.sarif", "b.html"], [("sarif", "a.sarif"), ("html", "b.html")]),
        (["sarif", "text"], ["a.sarif"], [("sarif", "a.sarif"), ("text", "-")]),
        (["sarif", "text"], ["a.sarif", "-"], [("sarif", "a.sarif"), ("text", "-")]),
        (["github"], ["-", "b.html"], [("github", "-"), ("html", "b.html")]),
    ],
)
def test_the_nth_output_belongs_to_the_nth_format(
    styles: list[str], targets: list[str], expected: list[tuple[str, str]]
) -> None:
    assert pairs(styles, targets) == expected


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("a.sarif", "sarif"),
        ("a.html", "html"),
        ("A.HTM", "html"),
        ("a.md", "markdown"),
        ("a.xml", "junit"),
        ("a.json", "json"),
        ("a.txt", "text"),
    ],
)
def test_without_a_format_the_name_decides(name: str, style: str) -> None:
    assert pairs([], [name]) == [(style, name)]


@pytest.mark.parametrize(
    ("styles", "targets", "message"),
    [
        ([], ["report"], "the name of report tells no format; say which with --format, or end it in .sarif, .html"),
        (["text", "json"], [], "two reports would go to standard output (text and json); give all but one an --output"),
        (["text", "json"], ["-", "-"], "two reports would go to standard output"),
        ([], ["a.json", "./a.json"], "two reports would go to ./a.json (json and json); give each its own file"),
        (["sarif"], ["a.html", "b.sarif"], "a.html would hold a sarif report; the n-th --format goes to the n-th"),
    ],
)
def test_what_cannot_be_meant_is_refused(styles: list[str], targets: list[str], message: str) -> None:
    with pytest.raises(UsageError) as refusal:
        paired(styles, targets)

    assert str(refusal.value).startswith(message)


def test_only_a_text_report_at_the_terminal_is_for_eyes() -> None:
    assert Output("text", "-").is_for_eyes
    assert not Output("text", "a.txt").is_for_eyes
    assert not Output("json", "-").is_for_eyes


def test_one_scan_writes_many_reports(project: Path) -> None:
    result = scan(
        "--format", "json", "-o", "out/a.json", "--format", "text", "-o", "-", "-o", "out/b.html", "-o", "c.md"
    )

    assert result.return_value == 1
    assert "LK101[leaked-api-secret]" in result.output
    assert json.loads((project / "out" / "a.json").read_text())["exit_code"] == 1
    assert (project / "out" / "b.html").read_text().startswith("<!doctype html>")
    assert (project / "c.md").read_text().startswith("## lk-audit: 1 finding")


def test_only_what_is_asked_for_goes_to_the_terminal() -> None:
    assert scan("--output", "out/report.html").output == ""


def test_a_report_in_a_file_has_no_colours_and_no_links(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("FORCE_HYPERLINK", "1")
    scan("--output", "out/report.txt")

    assert "\x1b" in scan().output
    assert "\x1b" not in (project / "out" / "report.txt").read_text()


@pytest.mark.parametrize(
    ("target", "reason"), [("nowhere/a.html", "No such file or directory"), ("out", "Is a directory")]
)
def test_what_cannot_be_written_is_told_before_the_scan(
    target: str, reason: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(scan_module, "scan_paths", lambda *_, **__: pytest.fail("scanned first"))

    assert cli.run(["scan", ".env", "--format", "html", "--output", target]) == 2
    assert capsys.readouterr().err == f"lk-audit: cannot write {target}: {reason}\n"


def test_the_time_of_a_scan_reaches_the_format_that_must_name_it() -> None:
    document = json.loads(scan("--format", "gitlab-sast").output)

    assert document["scan"]["start_time"] >= "2026"


def test_a_second_scan_finds_nothing_in_the_reports_of_the_first(project: Path) -> None:
    names = ["a.sarif", "b.html", "c.md", "d.xml", "e.json", "f.txt"]
    scan(*(item for name in names for item in ("-o", f"out/{name}")))
    (project / ".env").unlink()
    again = invoke("scan", "out", "--format", "json")

    assert [item["rule_id"] for item in json.loads(again.output)["findings"]] == []
