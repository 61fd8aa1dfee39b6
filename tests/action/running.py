"""The steps of the GitHub Action, run as a runner would run them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.checkout import ROOT, environment
from tests.samples import SECRET

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}
MINT = "src/services/LiveKitService.ts"
"""The file with the mistake of the repository that is scanned."""
LEAKED = SECRET[::-1]
"""Not the secret of the rules' examples, which the report quotes."""
LEAK = f"LIVEKIT_API_SECRET={LEAKED}\n"


@dataclass(frozen=True)
class Ran:
    """What a run of the action left behind."""

    outputs: dict[str, str]
    log: str
    summary: str
    code: int

    @property
    def sarif(self) -> list[str]:
        run = json.loads(Path(self.outputs["sarif-file"]).read_text(encoding="utf-8"))["runs"][0]
        return [
            f"{item['locations'][0]['physicalLocation']['artifactLocation']['uri']} {item['ruleId']}"
            for item in run["results"]
        ]


def outputs_of(file: Path) -> dict[str, str]:
    """The outputs of a step, both spellings: name=value, and name<<end."""
    found: dict[str, str] = {}
    lines = iter(file.read_text(encoding="utf-8").splitlines())
    for line in lines:
        name, sign, rest = re.split(r"(=|<<)", line, maxsplit=1)
        found[name] = rest if sign == "=" else "\n".join(iter(lambda: next(lines), rest))
    return found


def step(
    name: str, values: dict[str, str], folder: Path, temporary: Path, **more: str
) -> tuple[int, str, dict[str, str]]:
    """One step with a script, as a runner runs it: expressions in `env` are replaced by their values."""
    definition = STEPS[name]
    output = temporary / f"output-{name.lower().replace(' ', '-')}"
    output.touch()
    variables = {
        key: re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda match: values[match[1]], value)
        for key, value in definition["env"].items()
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", definition["run"]],
        cwd=folder,
        env=environment(**variables, RUNNER_TEMP=str(temporary), GITHUB_OUTPUT=str(output), **more),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr, outputs_of(output)


def install_step(folder: Path, checkout: Path, version: str, **more: str) -> tuple[int, str, dict[str, str]]:
    values = {"steps.python.outputs.python-path": sys.executable, "inputs.version": version}
    return step("Install lk-audit", values, folder, folder, GITHUB_ACTION_PATH=str(checkout), **more)


def act(installed: tuple[Path, str], folder: Path, event: dict[str, Any] | None = None, /, **inputs: str) -> Ran:
    """A run of the action's own steps in a repository."""
    checkout, python = installed
    temporary = folder.parent / "runner"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    (temporary / "event.json").write_text(json.dumps(event or {}))
    summary = temporary / "summary.md"
    summary.touch()
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    assert set(given) <= set(ACTION["inputs"])
    values = {f"inputs.{name}": given.get(name, str(item["default"])) for name, item in ACTION["inputs"].items()}
    values["steps.install.outputs.python"] = python
    code, log, outputs = step(
        "Scan",
        values,
        folder,
        temporary,
        GITHUB_ACTION_PATH=str(checkout),
        GITHUB_EVENT_PATH=str(temporary / "event.json"),
        GITHUB_STEP_SUMMARY=str(summary),
    )
    assert code == 0, log
    judged, _, _ = step("Judge", {"steps.scan.outputs.exit-code": outputs["exit-code"]}, folder, temporary)
    return Ran(outputs, log, summary.read_text(encoding="utf-8"), judged)
