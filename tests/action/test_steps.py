"""The steps of the GitHub Action: what they install, find, say and refuse."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.action.running import ACTION, LEAK, LEAKED, MINT, act, install_step
from tests.checkout import ROOT, snapshot


def published(folder: Path, version: str) -> Path:
    """A folder with a wheel of lk-audit under that version, in the place of the registry."""
    (folder / "checkouts").mkdir()
    checkout = snapshot(folder / "checkouts")
    project = checkout / "pyproject.toml"
    project.write_text(re.sub(r'^version = ".*"$', f'version = "{version}"', project.read_text(), flags=re.MULTILINE))
    command: list[str | Path] = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    command += ["--outdir", folder / "dist", checkout]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "dist"


def test_what_lk_audit_needs_comes_with_the_hashes_of_the_lock(installed: tuple[Path, str]) -> None:
    _, python = installed
    lock = (ROOT / ".ci" / "requirements" / "action.txt").read_text()
    listed = subprocess.run([python, "-m", "pip", "freeze"], capture_output=True, text=True, check=True).stdout

    names = {line.split("==")[0].lower(): line for line in listed.splitlines() if "==" in line}
    assert "click" in names
    assert [line for line in names.values() if line.lower().replace("_", "-") not in lock.lower()] == []


def test_a_package_that_is_not_the_locked_one_is_refused(installed: tuple[Path, str], tmp_path: Path) -> None:
    checkout, lock = tmp_path / "checkout", Path(".ci", "requirements", "action.txt")
    for folder in (lock.parent, Path(".github", "action")):
        shutil.copytree(installed[0] / folder, checkout / folder)
    (checkout / lock).write_text(re.sub(r"sha256:[0-9a-f]{8}", "sha256:00000000", (checkout / lock).read_text()))

    code, log, outputs = install_step(tmp_path, checkout, "")

    assert code != 0
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in log
    assert outputs == {}


def test_a_published_version_is_installed_when_one_is_named(installed: tuple[Path, str], tmp_path: Path) -> None:
    dist = published(tmp_path, "987.6.5")

    code, log, outputs = install_step(tmp_path, installed[0], "987.6.5", PIP_FIND_LINKS=str(dist))

    assert code == 0, log
    listed = subprocess.run(
        [outputs["python"], "-m", "pip", "show", "lk-audit"], capture_output=True, text=True, check=True
    )
    assert "Version: 987.6.5" in listed.stdout


@pytest.mark.parametrize(
    "version", ["latest", "1.0; touch broken", "--pre", "1.0 --index-url=https://a.example", "../x"]
)
def test_what_is_no_version_is_refused_before_anything_is_installed(version: str, tmp_path: Path) -> None:
    code, log, outputs = install_step(tmp_path, ROOT, version)

    assert (code, outputs) == (2, {})
    assert "version: not a version of lk-audit" in log
    assert not (tmp_path / "lk-audit-environment").exists()
    assert not list(tmp_path.rglob("broken"))


def test_a_scan_gives_counts_a_report_and_a_verdict(installed: tuple[Path, str], project: Path) -> None:
    (project / ".env").write_text(LEAK)

    ran = act(installed, project)

    assert ran.code == 1
    assert {name: value for name, value in ran.outputs.items() if name != "sarif-file"} == {
        "exit-code": "1",
        "findings": "2",
        "critical": "1",
        "high": "1",
        "medium": "0",
        "low": "0",
        "note": "0",
    }
    assert sorted(ran.sarif) == [".env LK101", f"{MINT} LK301"]
    assert "critical LK101[leaked-api-secret]" in ran.log
    assert set(ran.outputs) == set(ACTION["outputs"])
    assert LEAKED not in ran.log + ran.summary + Path(ran.outputs["sarif-file"]).read_text(encoding="utf-8")


def test_a_clean_repository_passes(installed: tuple[Path, str], project: Path) -> None:
    ran = act(installed, project, max_ttl="30d")

    assert (ran.code, ran.outputs["findings"], ran.sarif) == (0, "0", [])


def test_what_the_repository_configures_holds_where_no_input_says_otherwise(
    installed: tuple[Path, str], project: Path
) -> None:
    (project / "lk-audit.toml").write_text('fail-on = "critical"\n')

    assert (act(installed, project).code, act(installed, project, fail_on="high").code) == (0, 1)


def test_the_report_is_there_for_the_upload_although_findings_fail(installed: tuple[Path, str], project: Path) -> None:
    ran = act(installed, project, sarif_file="reports.sarif")

    assert ran.code == 1
    assert Path(ran.outputs["sarif-file"]) == project / "reports.sarif"
    assert ran.sarif == [f"{MINT} LK301"]


@pytest.mark.parametrize(
    ("inputs", "code", "findings"),
    [
        ({"fail_on": "never"}, 0, "2"),
        ({"fail_on": "critical", "ignore": "LK101"}, 0, "1"),
        ({"select": "leaked-api-secret"}, 1, "1"),
        ({"min_severity": "critical"}, 1, "1"),
        ({"paths": "src package.json"}, 1, "1"),
        ({"paths": "'a folder'"}, 0, "0"),
        ({"working_directory": "src"}, 1, "1"),
        ({"args": "--ignore LK301 --fail-on 'never'"}, 0, "1"),
    ],
)
def test_inputs_become_options(
    inputs: dict[str, str], code: int, findings: str, installed: tuple[Path, str], project: Path
) -> None:
    (project / ".env").write_text(LEAK)
    (project / "a folder").mkdir()
    (project / "a folder" / "README.md").write_text("# A folder\n")

    ran = act(installed, project, **inputs)

    assert (ran.code, ran.outputs["findings"]) == (code, findings)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"fail_on": "sometimes"}, "not a severity: 'sometimes'"),
        ({"paths": "nowhere"}, "no such file or folder: nowhere"),
        ({"paths": "'open"}, "paths: No closing quotation"),
        ({"working_directory": "nowhere"}, "working-directory: no such folder: nowhere"),
        ({"diff_only": "maybe"}, "diff-only: write true or false, not 'maybe'"),
        ({"diff_only": "true", "base": "0123456"}, "the commit 0123456 is not here; check out with fetch-depth: 0"),
        ({"diff_only": "true", "base": "--output=x"}, "the commit --output=x is not here"),
    ],
)
def test_wrong_inputs_fail_with_one_clear_line(
    inputs: dict[str, str], message: str, installed: tuple[Path, str], project: Path
) -> None:
    ran = act(installed, project, **inputs)

    assert ran.code == 2
    assert message in ran.log
    assert "Traceback" not in ran.log
    assert (ran.outputs["sarif-file"], ran.outputs["findings"]) == ("", "")


def test_a_checkout_of_another_user_is_said_to_be_one(
    installed: tuple[Path, str], project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    suspicious = tmp_path / "bin" / "git"
    suspicious.parent.mkdir()
    suspicious.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {shutil.which("git")} "$@"\n')
    suspicious.chmod(0o755)
    monkeypatch.setenv("PATH", str(suspicious.parent), prepend=os.pathsep)

    ran = act(installed, project, diff_only="true", base="0123456")

    assert ran.code == 2
    assert "git does not trust the checkout, which belongs to another user" in ran.log
    assert "read without git" in act(installed, project).log


@pytest.mark.parametrize(
    "value", ["$(touch broken)", "`touch broken`", "; touch broken", "'; touch broken; '", "--help"]
)
def test_inputs_are_values_and_never_code(value: str, installed: tuple[Path, str], project: Path) -> None:
    for name in ("select", "max_ttl", "config", "fail_on", "base"):
        act(installed, project, **{name: value}, diff_only="true")

    assert not list(project.rglob("broken"))


def test_nothing_is_imported_from_the_scanned_folder(installed: tuple[Path, str], project: Path) -> None:
    for name in ("click.py", "yaml.py", "json.py", "lk_audit.py", "sitecustomize.py"):
        (project / name).write_text("open('broken', 'w').close()\n")

    assert act(installed, project).outputs["findings"] == "1"
    assert not (project / "broken").exists()


def test_scanned_text_cannot_speak_to_the_runner(installed: tuple[Path, str], project: Path) -> None:
    name = "a\n::error::something.env"
    (project / name).write_text(LEAK)

    log = act(installed, project).log

    before, _, after = log.partition("\n::stop-commands::")
    token, _, quoted = after.partition("\n")
    inside, _, rest = quoted.partition(f"\n::{token}::\n")
    assert re.fullmatch(r"\w{32}", token)
    assert "something.env" in inside
    # Outside of what the runner is told not to read, there are our own commands only.
    commands = re.findall(r"^\s*::.*", f"{before}\n{rest}", re.MULTILINE)
    assert [line.split(" ")[0] for line in commands] == ["::error", "::error", "::group::lk-audit", "::endgroup::"]


def test_findings_are_annotations_unless_that_is_switched_off(installed: tuple[Path, str], project: Path) -> None:
    assert f"\n::error file={MINT},line=8" in "\n" + act(installed, project).log
    assert "::error" not in act(installed, project, annotations="false").log


def test_findings_are_in_the_summary_of_the_job_unless_that_is_switched_off(
    installed: tuple[Path, str], project: Path
) -> None:
    assert "LK301" in act(installed, project).summary
    assert act(installed, project, summary="false").summary == ""


def test_annotations_name_files_as_the_repository_does(installed: tuple[Path, str], project: Path) -> None:
    assert f"::error file={MINT},line=8" in act(installed, project, working_directory="src").log
