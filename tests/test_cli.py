"""The command line, as people and programs meet it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lk_audit import __version__
from lk_audit.cli import rules as rules_module
from lk_audit.cli.scanning import exit_code
from lk_audit.config import Config
from lk_audit.errors import RuleLoadError
from lk_audit.findings import Crash, Report, Skipped
from tests.commandline import failure, invoke
from tests.hostile.ends import failing
from tests.samples import SECRET

ROOT = Path(__file__).parent.parent
LEAKY = f"LIVEKIT_API_KEY=APIexample23456\nLIVEKIT_API_SECRET={SECRET}\n"
BROKEN_RULE = '''
from collections.abc import Iterator

from lk_audit.facts import CredentialLiteral
from lk_audit.rule_api import Problem, Severity, rule


@rule(CredentialLiteral, id="XX901", severity=Severity.LOW, cwe=798, fix="No.", bad=["--- a\\nx"], good=["--- a\\nx"])
def breaks(literal: CredentialLiteral) -> Iterator[Problem]:
    """Something."""
    raise ValueError(literal.secret.reveal())
    yield
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one leaked secret, as the working folder."""
    (tmp_path / ".env").write_text(LEAKY)
    (tmp_path / "README.md").write_text("# A project\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def process(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lk_audit", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


# --- scan -------------------------------------------------------------------------------------------------------------


def test_a_scan_of_the_current_folder_finds_and_fails(project: Path) -> None:
    result = process("scan", folder=project)

    assert result.returncode == 1
    assert "critical LK101[leaked-api-secret]" in result.stdout
    assert " --> .env:2:20" in result.stdout
    assert "1 finding: 1 critical; 0 suppressed" in result.stdout
    assert result.stderr == ""
    assert SECRET not in result.stdout


@pytest.mark.usefixtures("project")
def test_a_clean_path_exits_with_zero() -> None:
    result = invoke("scan", "README.md")

    assert result.return_value == 0
    assert result.output.startswith("no findings")


@pytest.mark.usefixtures("project")
def test_json_goes_to_standard_output_and_nothing_else() -> None:
    document = json.loads(invoke("scan", "--format", "json").output)

    assert [finding["rule_id"] for finding in document["findings"]] == ["LK101"]
    assert document["exit_code"] == 1


def test_a_report_can_be_written_to_a_file(project: Path) -> None:
    result = invoke("scan", "--format", "sarif", "--output", "out.sarif")
    log = json.loads((project / "out.sarif").read_text(encoding="utf-8"))

    assert result.output == ""
    assert len(log["runs"][0]["results"]) == 1
    assert log["runs"][0]["invocations"][0]["exitCode"] == 1


def test_the_same_tree_gives_the_same_bytes(project: Path) -> None:
    for name in ("a", "b", "c"):
        (project / f"{name}.env").write_text(LEAKY)
    copy = project / "copy"
    copy.mkdir()
    for name in ("c", "a", "b"):
        (copy / f"{name}.env").write_text(LEAKY)
    for name in ("a", "b", "c"):
        (project / f"{name}.env").unlink()
    (project / ".env").unlink()

    first = process("scan", "--format", "json", folder=copy, PYTHONHASHSEED="1").stdout
    second = process("scan", "--format", "json", folder=copy, PYTHONHASHSEED="2").stdout

    assert first == second
    assert str(project) not in first


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--fail-on", "critical"], 1),
        (["--fail-on", "never"], 0),
        (["--ignore", "LK101"], 0),
        (["--select", "excessive-ttl"], 0),
        (["--select", "excessive-ttl,leaked-api-secret"], 1),
        (["--min-severity", "critical"], 1),
    ],
)
def test_options_decide_what_fails(arguments: list[str], code: int) -> None:
    assert invoke("scan", *arguments).return_value == code


def test_findings_below_the_severity_asked_for_are_counted(project: Path) -> None:
    (project / ".env").write_text("LIVEKIT_URL=ws://live.acme.io:7880\n")
    output = invoke("scan", "--min-severity", "critical").output

    assert "LK203" not in output
    assert "1 below the severity asked for" in output


def test_strict_takes_an_incomplete_scan_for_a_failure(project: Path) -> None:
    (project / ".env").unlink()
    (project / "data.json").write_bytes(b"\0")

    assert invoke("scan").return_value == 0
    assert invoke("scan", "--strict").return_value == 2


# --- wrong usage ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scan", "nowhere"], "no such file or folder: nowhere"),
        (
            ["scan", "--select", "leaked-api-secrets"],
            'no rule is called leaked-api-secrets; did you mean "leaked-api-secret"?',
        ),
        (["scan", "--max-ttl", "soon"], "not a duration: 'soon'; write 15m, 1h, 2d or a number of seconds"),
        (["scan", "--fail-on", "bad"], "not a severity: 'bad'; there are critical, high, medium, low, note, never"),
        (["scan", "--rules", "nowhere"], "no such rules folder: nowhere"),
        (["scan", "--output", "no/such/folder.json"], "cannot write no/such/folder.json: No such file or directory"),
        (["scan", "--format", "xml"], "Invalid value for '--format': 'xml' is not one of 'text', 'json', 'sarif',"),
        (["scan", "--frmat", "json"], 'no such option: --frmat; did you mean "--format"?'),
        (["scan", "--formt=json"], 'no such option: --formt; did you mean "--format"?'),
        (["scan", "--max-tll", "5m"], 'no such option: --max-tll; did you mean "--max-ttl"?'),
        (["scan", "--colour"], 'no such option: --colour; did you mean "--color"?'),
        (["scan", "--quux"], "no such option: --quux\n"),
        (["--versoin"], 'no such option: --versoin; did you mean "--version"?'),
        (["scan", "--format", "jsn"], "Invalid value for '--format': 'jsn' is not one of 'text', 'json', 'sarif', "),
        (
            ["rules", "--format", "jsn"],
            "Invalid value for '--format': 'jsn' is not one of 'text', 'json', 'markdown'; did",
        ),
        (
            ["completion", "bsh"],
            "Invalid value for '{bash|zsh|fish}': 'bsh' is not one of 'bash', 'zsh', 'fish'; did you",
        ),
        (["explain", "LK999"], "no rule is called LK999"),
        (["explain", "excesive_ttl"], 'no rule is called excesive_ttl; did you mean "excessive-ttl"?'),
        (["explain", "ttl"], "no rule is called ttl; there are excessive-ttl, implicit-ttl, ttl-unit\n"),
        (["explain", "LK30"], "no rule is called LK30; there are excessive-ttl, implicit-ttl, no-expiry, ttl-unit\n"),
        (
            ["explain", "LK6"],
            "no rule is called LK6; there are unauthenticated-mint, caller-chosen-grants, unverified-token",
        ),
        (["scan", ""], "an empty name is no path, and comes of a variable that is not set; . is the current folder"),
        (["explain", "expiry"], 'no rule is called expiry; did you mean "no-expiry"?'),
        (["explain", "quux"], "no rule is called quux; lk-audit rules lists them all\n"),
        (["explain"], "Missing argument 'RULE'."),
        (["scna"], 'no such command: scna; did you mean "scan"?'),
        (["nonsense"], "no such command: nonsense; there are scan, explain, rules, token, baseline, "),
        (["baseline", "craete"], 'no such command: craete; did you mean "create"?'),
        (["token", "abc"], "that is no JWT: three parts"),
    ],
)
def test_wrong_usage_is_one_clear_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = failure(capsys, *arguments)

    assert code == 2
    assert said.startswith(f"lk-audit: {message}")
    assert said.count("\n") == 1


_LONG = "a" * 300
"""No file system has a name of that length."""


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["scan", _LONG], "no such file or folder"),
        (["scan", "--staged", _LONG], "no such file or folder, on disk or staged"),
        (["scan", "--history", "--", _LONG], "no file or folder of the history is called"),
        (["scan", "--config", _LONG], "no such configuration file"),
        (["scan", "--rules", _LONG], "no such rules folder"),
        (["scan", "--baseline", _LONG], "cannot read"),
        (["scan", "--output", _LONG], "the name of"),
        (["baseline", "create", _LONG], "cannot write"),
    ],
)
def test_a_name_that_no_file_can_have_is_one_clear_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "-q"], check=True)
    code, said = failure(capsys, *arguments)

    assert code == 2
    assert said.splitlines()[-1].startswith(f"lk-audit: {message}")


# --- defects ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("project")
def test_a_rule_that_fails_is_told_and_the_scan_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "breaks.py").write_text(BROKEN_RULE)
    result = process("scan", ".env", "--rules", "more", folder=tmp_path)

    assert result.returncode == 3
    assert "XX901 on .env: ValueError at breaks.py:" in result.stdout
    assert "LK101" in result.stdout
    assert SECRET not in result.stdout + result.stderr


@pytest.mark.usefixtures("project")
def test_a_rule_that_cannot_be_loaded_is_told_and_the_scan_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "broken.py").write_text("import nothing_like_this")
    result = process("scan", ".env", "--rules", "more", "--format", "json", folder=tmp_path)

    assert result.returncode == 3
    assert "ModuleNotFoundError: No module named 'nothing_like_this'" in result.stderr
    assert json.loads(result.stdout)["findings"]


def test_a_defect_is_one_line_without_the_text_of_the_exception(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(rules_module, "load_rules", fail)
    code, said = failure(capsys, "rules")

    assert code == 3
    assert said.startswith("lk-audit: internal error: ValueError at test_cli.py:")
    assert f"(lk-audit {__version__})" in said
    assert SECRET not in said
    assert said.count("\n") == 1


def test_too_little_memory_is_one_line_and_no_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(rules_module, "load_rules", failing(MemoryError()))

    assert failure(capsys, "rules") == (2, "lk-audit: there is less memory than the scan takes\n")


def test_a_broken_built_in_rule_exits_with_three(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuleLoadError("no rules in rules/")

    monkeypatch.setattr(rules_module, "load_rules", fail)

    assert failure(capsys, "rules") == (3, "lk-audit: no rules in rules/\n")


CRASHED = Report(crashes=(Crash(None, "a.py", "KeyError", "a.py:1"),))
PARTIAL = Report(skipped=(Skipped("a.py", "too large"),))


@pytest.mark.parametrize(
    ("report", "config", "code"),
    [
        (Report(), Config(), 0),
        (CRASHED, Config(), 3),
        (CRASHED, Config(strict=True, fail_on=None), 3),
        (Report(rule_errors=("x",)), Config(), 3),
        (PARTIAL, Config(), 0),
        (PARTIAL, Config(strict=True), 2),
        (Report(skipped=(Skipped("a", "a submodule", expected=True),)), Config(strict=True), 0),
    ],
)
def test_the_exit_code_follows_from_the_report(report: Report, config: Config, code: int) -> None:
    assert exit_code(report, config) == code


# --- streams ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("arguments", "environment", "colored"),
    [
        ([], {}, False),
        (["--color"], {}, True),
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color"], {"NO_COLOR": "1"}, True),
        (["--no-color"], {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colour_is_for_terminals_and_for_those_who_ask(
    arguments: list[str], environment: dict[str, str], colored: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert ("\x1b[" in invoke("scan", *arguments).output) is colored


def test_output_in_a_narrow_encoding_does_not_fail(project: Path) -> None:
    result = process("scan", folder=project, PYTHONIOENCODING="ascii", PYTHONUTF8="0")

    assert result.returncode == 1
    assert result.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="no shell pipes")
def test_a_reader_that_stops_early_is_no_error(project: Path) -> None:
    for number in range(300):
        (project / f"{number}.env").write_text(LEAKY)
    command = f"'{sys.executable}' -m lk_audit scan | head -1"
    result = subprocess.run(
        ["sh", "-c", command],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
    )

    assert result.stderr == b""


@pytest.mark.skipif(os.name == "nt", reason="no POSIX signals")
def test_an_interrupt_is_one_line(project: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "lk_audit", "token", "-"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    time.sleep(1.5)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)

    assert said.decode().strip() == "lk-audit: interrupted"
    assert running.returncode == 130
