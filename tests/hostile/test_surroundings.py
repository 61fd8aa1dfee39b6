"""Whatever a process is started with, it scans, or says in one line why it cannot."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.git.repo import LEAK
from tests.hostile.running import command, environment

pytestmark = pytest.mark.skipif(os.name != "posix", reason="shells, limits and closed streams as POSIX has them")


@pytest.fixture
def leak(tmp_path: Path) -> Path:
    folder = tmp_path / "leak"
    folder.mkdir()
    (folder / "a.env").write_text(LEAK)
    return folder


def run(
    folder: Path, *arguments: str, before: str = "", after: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """The command line, begun by a shell that does something before, or changes its streams."""
    script = f'{before}exec "$@" {after}'
    return subprocess.run(
        ["/bin/sh", "-c", script, "sh", *command(*arguments)],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("arguments", [("scan",), ("scan", "--staged"), ("rules",), ("init",), ("baseline", "create")])
def test_a_working_folder_that_is_gone_is_said_in_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "gone").mkdir()

    ended = run(tmp_path, *arguments, before="cd gone; rmdir ../gone; ")

    said = [line for line in ended.stderr.splitlines() if not line.startswith("sh: ")]
    assert ended.returncode == 2
    assert said == ["lk-audit: the working folder cannot be read (No such file or directory); change to another one"]


def test_without_the_texts_of_the_rules_nothing_is_scanned(leak: Path) -> None:
    ended = run(leak, "scan", "--no-cache", PYTHONOPTIMIZE="2")

    assert ended.returncode == 2
    assert ended.stderr.startswith("lk-audit: Python leaves out the texts that explain findings (-OO,")


@pytest.mark.parametrize("name", ["inspect.py", "typing.py", "json/__init__.py", "yaml.py", "msgspec.py"])
def test_a_scanned_project_may_hold_modules_called_like_those_of_python(leak: Path, name: str) -> None:
    (leak / name).parent.mkdir(exist_ok=True)
    (leak / name).write_text("raise SystemExit('the scanned code runs')\n")

    ended = run(leak, "scan", "--no-cache", "--format", "json")

    assert (ended.returncode, ended.stderr) == (1, "")
    assert '"rule_id": "LK101"' in ended.stdout


@pytest.mark.parametrize("after", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_streams_that_are_closed_change_neither_the_outcome_nor_a_report(leak: Path, after: str) -> None:
    ended = run(leak, "scan", "--no-cache", "--output", "report.json", after=after)

    assert ended.returncode == 1
    assert (leak / "report.json").read_text().startswith('{\n  "schema"')
    assert "internal error" not in ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
@pytest.mark.parametrize("arguments", [("scan", "--nonsense"), ("scan", "nowhere"), ("nonsense",)])
@pytest.mark.parametrize("after", ["2>/dev/full", "2>&-"])
def test_where_nobody_hears_what_is_wrong_the_exit_code_says_it(
    leak: Path, arguments: tuple[str, ...], after: str
) -> None:
    assert run(leak, *arguments, after=after).returncode == 2


@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="descriptors that only name a file are Linux's own")
def test_a_stream_that_cannot_be_set_up_changes_nothing(leak: Path) -> None:
    name_only = os.open(leak / "a.env", os.O_PATH)
    ended = subprocess.run(
        command("scan", "--no-cache"), cwd=leak, env=environment(), stdin=name_only, capture_output=True, check=False
    )
    os.close(name_only)

    assert (ended.returncode, ended.stderr) == (1, b"")


@pytest.mark.parametrize("arguments", [("scan", "--stdin-filename", "a.py"), ("token",)])
def test_standard_input_that_cannot_be_read_is_one_clear_line(leak: Path, arguments: tuple[str, ...]) -> None:
    ended = run(leak, *arguments, after="0>/dev/null")

    assert (ended.returncode, ended.stderr) == (2, "lk-audit: cannot read standard input: Bad file descriptor\n")


def test_a_report_for_a_closed_standard_output_goes_nowhere(leak: Path) -> None:
    ended = run(leak, "scan", "--no-cache", after=">&-")

    assert (ended.returncode, ended.stderr) == (1, "")
    assert [path.name for path in leak.iterdir()] == ["a.env"]


@pytest.mark.parametrize(
    "variables",
    [
        {"HOME": "/nonexistent"},
        {"HOME": "/etc/passwd", "XDG_CACHE_HOME": ""},
        {"TMPDIR": "/nonexistent"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        {"COLUMNS": "-5", "LINES": "x", "TERM": ""},
        {"PYTHONOPTIMIZE": "1"},
        {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1"},
        {"GIT_DIR": "/nonexistent", "GIT_CONFIG_COUNT": "x", "GIT_TRACE": "1"},
        {"LK_AUDIT_CACHE_DIR": "/etc/passwd"},
        {"PATH": "/nonexistent"},
    ],
    ids=",".join,
)
def test_variables_of_the_surroundings_change_nothing(leak: Path, variables: dict[str, str]) -> None:
    ended = run(leak, "scan", "--format", "json", **variables)

    assert ended.returncode == 1, ended.stderr
    assert '"rule_id": "LK101"' in ended.stdout
    assert ended.stderr == ""


@pytest.mark.parametrize("limit", ["-n 12", "-u 1", "-s 256", "-t 5"])
def test_narrow_limits_of_the_system_change_nothing(leak: Path, limit: str) -> None:
    ended = run(leak, "scan", "--no-cache", "--jobs", "4", "--format", "json", before=f"ulimit {limit}; ")

    assert ended.returncode == 1, ended.stderr
    assert '"rule_id": "LK101"' in ended.stdout


def test_what_cannot_be_set_up_leaves_the_hooks_that_there_are(leak: Path) -> None:
    """A limit on the size of files stands for a full disk."""
    (leak / ".pre-commit-config.yaml").write_text("repos: []\n")

    ended = run(
        leak,
        *("init", "--no-workflow", "--repository", "https://github.com/owner/lk-audit"),
        before="ulimit -f 0; ",
        PYTHONDONTWRITEBYTECODE="1",
    )

    assert (ended.returncode, ended.stderr) == (2, "lk-audit: cannot write .pre-commit-config.yaml: File too large\n")
    assert (leak / ".pre-commit-config.yaml").read_text() == "repos: []\n"
