"""The shell completes commands, options and rule names."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lk_audit.cli.commands import commands
from lk_audit.rule_loader import load_builtin_rules

ROOT = Path(__file__).parent.parent
CHECKS = {"bash": ["bash", "-n"], "zsh": ["zsh", "-n"], "fish": ["fish", "--no-execute"]}


def script(shell: str) -> str:
    result = CliRunner().invoke(commands, ["completion", shell])
    assert result.exit_code == 0
    return result.output


def completed(line: str, shell: str = "zsh") -> list[str]:
    """What the shell is offered at the end of a command line."""
    typed = line.split(" ")
    done = subprocess.run(
        [sys.executable, "-c", "from lk_audit.cli import main; main()"],
        cwd=ROOT,
        env={
            **os.environ,
            "_LK_AUDIT_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(typed) - 1),
        },
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stderr == ""
    # zsh is told a kind, a value and a help text for each offer.
    return done.stdout.splitlines()[1::3]


@pytest.mark.parametrize("shell", CHECKS)
def test_there_is_a_script_for_each_shell_that_asks_the_command(shell: str) -> None:
    text = script(shell)

    assert f"_LK_AUDIT_COMPLETE={shell}_complete" in text
    assert "lk-audit" in text


@pytest.mark.parametrize("shell", CHECKS)
def test_the_shell_itself_can_read_the_script(shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "script").write_text(script(shell))

    done = subprocess.run([*CHECKS[shell], "script"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_through_the_script(tmp_path: Path) -> None:
    command = tmp_path / "lk-audit"
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m lk_audit "$@"\n')
    command.chmod(0o755)
    (tmp_path / "script").write_text(
        f"{script('bash')}\nCOMP_WORDS=(lk-audit explain exces)\nCOMP_CWORD=2\n"
        '_lk_audit_completion lk-audit exces explain\necho "${COMPREPLY[@]}"\n'
    )

    done = subprocess.run(
        ["bash", "--norc", "script"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout.strip(), done.stderr) == ("excessive-ttl", "")


def test_an_unknown_shell_is_wrong_usage() -> None:
    assert CliRunner().invoke(commands, ["completion", "tcsh"]).exit_code == 2


def test_commands_and_options_complete() -> None:
    assert completed("lk-audit sc") == ["scan"]
    assert "--stdin-filename" in completed("lk-audit scan --std")


def test_rules_complete_by_name_and_id() -> None:
    every = {key for rule in load_builtin_rules() for key in (rule.id, rule.name)}

    assert every <= set(completed("lk-audit scan --select "))
    assert completed("lk-audit explain excess") == ["excessive-ttl"]
    assert completed("lk-audit scan --ignore LK30") == ["LK301", "LK302", "LK303", "LK304"]


def test_a_list_of_rules_completes_behind_its_last_comma() -> None:
    assert completed("lk-audit scan --select LK101,excess") == ["LK101,excessive-ttl"]


def test_severities_complete() -> None:
    assert completed("lk-audit scan --fail-on n") == ["note", "never"]
    assert completed("lk-audit scan --min-severity h") == ["high"]
