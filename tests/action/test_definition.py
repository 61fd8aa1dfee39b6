"""The definition of the GitHub Action, the workflows, and the scan of this repository."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.running import ACTION, STEPS
from tests.checkout import ROOT, environment

SCRIPT = ROOT / ".github" / "action" / "scan.py"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize(
    ("separator", "given", "expected"),
    [
        ("/", r"src 'my app' my\ api", ["src", "my app", "my api"]),
        ("/", "a#b  # c", ["a#b", "#", "c"]),
        ("\\", r"""src\web 'my app\api' "C:\work\calls" """, [r"src\web", r"my app\api", r"C:\work\calls"]),
        ("\\", "src/web", ["src/web"]),
        ("\\", "", []),
    ],
)
def test_paths_are_words_of_a_shell_and_backslashes_of_windows_stay(
    separator: str, given: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = runpy.run_path(str(SCRIPT))["words"]
    monkeypatch.setenv("LK_AUDIT_PATHS", given)
    monkeypatch.setattr(os, "sep", separator)

    found = words("paths")

    monkeypatch.undo()
    assert found == expected


def tool(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """A program installed beside this Python, run in this repository."""
    found = shutil.which(str(command[0]), path=str(Path(sys.executable).parent))
    assert found, f"{command[0]} is not installed; pip install '.[test]' brings it"
    return subprocess.run(
        [found, *command[1:]], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )


def test_the_action_and_the_workflows_follow_their_schemas() -> None:
    for schema, files in (("github-actions", [ROOT / "action.yml"]), ("github-workflows", WORKFLOWS)):
        done = tool("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)
        assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_nothing_in_the_action_the_workflows_and_the_hooks() -> None:
    done = tool("zizmor", "--offline", "--no-config", "--strict-collection", "--persona=pedantic", ".")

    assert done.returncode == 0, done.stdout + done.stderr
    for file in ("action.yml", "ci.yml", "lk-audit.yml", ".pre-commit-hooks.yaml"):
        assert re.search(rf"completed .*{re.escape(file)}", done.stderr), f"{file} was not looked at"


@pytest.mark.parametrize("file", [ROOT / "action.yml", *WORKFLOWS], ids=lambda file: file.name)
def test_actions_of_others_are_pinned_to_a_commit_with_its_version(file: Path) -> None:
    uses = [line.strip() for line in file.read_text().splitlines() if re.match(r"\s*(?:- )?uses:", line)]
    foreign = [line for line in uses if "uses: ./" not in line]

    assert foreign
    for line in foreign:
        assert re.fullmatch(r"(?:- )?uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_no_input_is_written_into_a_script() -> None:
    scripts = [step["run"] for step in STEPS.values() if "run" in step]

    assert len(scripts) == 3
    assert not [script for script in scripts if "${{" in script]


def test_every_input_is_used_and_every_variable_is_read() -> None:
    rest = json.dumps(ACTION["runs"])
    options = re.search(r"OPTIONS = \((.*?)\)", SCRIPT.read_text())
    assert options
    read = re.findall(r'\b(?:text|flag|words)\("([a-z-]+)"\)', SCRIPT.read_text())
    read += re.findall(r'"([a-z-]+)"', options[1])

    assert [name for name in ACTION["inputs"] if f"inputs.{name}" not in rest] == []
    variables = {f"LK_AUDIT_{name.upper().replace('-', '_')}" for name in read}
    assert set(STEPS["Scan"]["env"]) == {*variables, "LK_AUDIT_PYTHON"}


def test_every_input_and_output_is_described() -> None:
    for name, item in (*ACTION["inputs"].items(), *ACTION["outputs"].items()):
        assert item["description"].endswith("."), name


def test_every_input_and_output_is_in_the_documentation() -> None:
    page = (ROOT / "docs" / "integration.md").read_text()
    rows = [line.split("|") for line in page.splitlines() if line.startswith("| `")]
    names = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row[1])}

    assert set(ACTION["inputs"]) | set(ACTION["outputs"]) <= names


def test_ci_runs_what_contributors_run() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())

    assert workflow["jobs"]["test"]["steps"][-1] == {"run": ".ci/run"}
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def own_scan() -> dict[str, Any]:
    """What the workflow gives the action when this repository is scanned."""
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "lk-audit.yml").read_text())
    given: dict[str, Any] = next(step for step in workflow["jobs"]["scan"]["steps"] if step["uses"] == "./")["with"]
    return given


@pytest.fixture(scope="module")
def own_report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report on this repository, scanned as its workflow does."""
    given, file = own_scan(), tmp_path_factory.mktemp("own") / "lk-audit.json"
    options = [f"--config={given['config']}", f"--fail-on={given['fail-on']}", f"--output={file}"]
    done = subprocess.run(
        [sys.executable, "-m", "lk_audit", "scan", *options, given.get("paths", ".")],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return report


def test_this_repository_is_clean_under_every_rule_that_is_on(own_report: dict[str, Any]) -> None:
    open_findings = [item for item in own_report["findings"] if not item.get("suppressed")]

    assert open_findings == []
    assert own_report["summary"]["files_analysed"] > 500


def test_no_exception_in_our_own_configuration_is_idle(own_report: dict[str, Any]) -> None:
    configuration = tomllib.loads((ROOT / own_scan()["config"]).read_text())
    reasons = {item["suppressed"]["reason"] for item in own_report["findings"]}

    for pattern in configuration["per-path"]:
        assert any(reason.endswith(f" {pattern}") for reason in reasons), pattern
