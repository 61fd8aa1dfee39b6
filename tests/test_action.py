"""The GitHub Action: its definition, its workflows, and its steps as a runner would run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.checkout import ROOT, commit, environment, git, registry_problem, snapshot
from tests.samples import SECRET

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"]}
SCRIPT = ROOT / ".github" / "action" / "scan.py"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROJECTS = ROOT / "tests" / "fixtures" / "projects"
MINT = "src/services/LiveKitService.ts"
# Not the secret of the rules' examples, which the report quotes.
LEAKED = SECRET[::-1]
LEAK = f"LIVEKIT_API_SECRET={LEAKED}\n"


def tool(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """A program installed beside this Python, run in this repository."""
    found = shutil.which(str(command[0]), path=str(Path(sys.executable).parent))
    assert found, f"{command[0]} is not installed; pip install '.[test]' brings it"
    return subprocess.run(
        [found, *command[1:]], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )


# --- the definition ---------------------------------------------------------------------------------------------------


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


# --- its steps, run ---------------------------------------------------------------------------------------------------


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


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The checkout of the action, and the Python that its install step leaves."""
    problem = registry_problem()
    if problem is not None:
        pytest.skip(f"the action cannot install lk-audit: {problem}")
    folder = tmp_path_factory.mktemp("action")
    checkout = snapshot(folder)
    code, log, outputs = step(
        "Install lk-audit",
        {"steps.python.outputs.python-path": sys.executable, "inputs.version": ""},
        folder,
        folder,
        GITHUB_ACTION_PATH=str(checkout),
    )
    assert code == 0, log
    assert "lk-audit 0." in log
    return checkout, outputs["python"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one mistake, in a file that depends on another."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECTS / "express_config_leaky", folder, ignore=shutil.ignore_patterns("expected.txt"))
    commit(folder)
    return folder


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


def install_step(folder: Path, checkout: Path, version: str, **more: str) -> tuple[int, str, dict[str, str]]:
    values = {"steps.python.outputs.python-path": sys.executable, "inputs.version": version}
    return step("Install lk-audit", values, folder, folder, GITHUB_ACTION_PATH=str(checkout), **more)


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


# --- diff-only --------------------------------------------------------------------------------------------------------


def pull_request(base: str) -> dict[str, Any]:
    return {"pull_request": {"base": {"sha": base}}}


def test_a_pull_request_is_judged_by_the_files_that_it_changes(installed: tuple[Path, str], project: Path) -> None:
    (project / "old.env").write_text(LEAK)
    base = commit(project)
    (project / "a new file.env").write_text(LEAK)
    (project / "package.json").unlink()
    commit(project)

    ran = act(installed, project, pull_request(base), diff_only="true")

    assert ran.sarif == ["a%20new%20file.env LK101"]
    assert "1 changed files since" in ran.log


def test_a_changed_file_is_understood_with_the_rest_of_the_project(installed: tuple[Path, str], project: Path) -> None:
    base = git(project, "rev-parse", "HEAD")
    (project / MINT).write_text((project / MINT).read_text() + "\n")
    commit(project)

    assert act(installed, project, pull_request(base), diff_only="true").sarif == [f"{MINT} LK301"]


def test_what_the_base_branch_did_meanwhile_is_not_the_pull_requests(
    installed: tuple[Path, str], project: Path
) -> None:
    git(project, "checkout", "--quiet", "-b", "feature")
    (project / "feature.env").write_text(LEAK)
    commit(project)
    git(project, "checkout", "--quiet", "main")
    (project / "main.env").write_text(LEAK)
    base = commit(project)
    git(project, "checkout", "--quiet", "feature")

    assert act(installed, project, pull_request(base), diff_only="true").sarif == ["feature.env LK101"]


def test_a_change_without_files_is_clean_and_uploads_nothing(installed: tuple[Path, str], project: Path) -> None:
    base = git(project, "rev-parse", "HEAD")
    (project / "package.json").unlink()
    commit(project)

    ran = act(installed, project, pull_request(base), diff_only="true")

    assert (ran.code, ran.outputs["findings"], ran.outputs["sarif-file"]) == (0, "0", "")


@pytest.mark.parametrize(
    "event",
    [{"merge_group": {"base_sha": "BASE"}}, {"before": "BASE", "after": "HEAD"}],
    ids=["a merge group", "a push"],
)
def test_other_events_name_their_base_too(event: dict[str, Any], installed: tuple[Path, str], project: Path) -> None:
    base = git(project, "rev-parse", "HEAD")
    (project / "new.env").write_text(LEAK)
    commit(project)

    ran = act(installed, project, json.loads(json.dumps(event).replace("BASE", base)), diff_only="true")

    assert ran.sarif == ["new.env LK101"]


@pytest.mark.parametrize("event", [{"schedule": "0 4 * * *"}, {"before": "0" * 40}], ids=["a schedule", "a new branch"])
def test_events_without_a_base_scan_everything(
    event: dict[str, Any], installed: tuple[Path, str], project: Path
) -> None:
    assert act(installed, project, event, diff_only="true").outputs["findings"] == "1"


def test_paths_and_the_working_directory_narrow_the_changes(installed: tuple[Path, str], project: Path) -> None:
    base = git(project, "rev-parse", "HEAD")
    for name in ("src/a.env", "src/lib/b.env", "other/c.env", "node_modules/d/e.env"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(LEAK)
    commit(project)

    def changed(**inputs: str) -> list[str]:
        return [
            entry.split(" ")[0]
            for entry in act(installed, project, pull_request(base), diff_only="true", **inputs).sarif
        ]

    assert changed() == ["other/c.env", "src/a.env", "src/lib/b.env"]
    assert changed(paths="./src/lib other/") == ["other/c.env", "src/lib/b.env"]
    assert changed(working_directory="src", paths="lib") == ["src/lib/b.env"]


def test_a_shallow_checkout_fetches_the_base(installed: tuple[Path, str], project: Path, tmp_path: Path) -> None:
    base = git(project, "rev-parse", "HEAD")
    (project / "new.env").write_text(LEAK)
    commit(project)
    (tmp_path / "work").mkdir()
    shallow = tmp_path / "work" / "shallow"
    git(tmp_path, "clone", "--quiet", "--depth=1", project.as_uri(), str(shallow))

    assert act(installed, shallow, pull_request(base), diff_only="true").sarif == ["new.env LK101"]
