"""What lk-audit is made of, and how a release comes about: ranges, locks, builds that repeat, the release workflow."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.checkout import ROOT, environment, registry_problem, snapshot

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DEPENDENCIES = [Requirement(text) for text in PROJECT["dependencies"]]
LOCKS = ROOT / ".ci" / "requirements"
DECISION = (ROOT / "docs" / "decisions" / "0016-dependencies.md").read_text()
RELEASE: dict[str, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
NAMES = [item.name for item in DEPENDENCIES]


def pinned(name: str) -> dict[str, Version]:
    """The versions of a lock by package."""
    found = re.findall(r"^([\w.-]+)==([\w.]+)", (LOCKS / name).read_text(), re.MULTILINE)
    return {canonicalize_name(package): Version(version) for package, version in found}


# --- ranges and locks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dependency", DEPENDENCIES, ids=NAMES)
def test_a_dependency_has_a_range_whose_ends_are_tested(dependency: Requirement) -> None:
    lowest = [Version(item.version) for item in dependency.specifier if item.operator == ">="]
    beyond = [item for item in dependency.specifier if item.operator == "<"]

    assert len(lowest) == len(beyond) == 1
    assert pinned("lowest.txt")[dependency.name] == lowest[0], "run: python .ci/lock.py"
    assert pinned("action.txt")[dependency.name] in dependency.specifier, "run: python .ci/lock.py"


@pytest.mark.parametrize("name", NAMES)
def test_a_dependency_is_justified(name: str) -> None:
    assert f"`{name}`" in DECISION


def test_the_decision_speaks_of_no_dependency_that_is_gone() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| [\d.]+ \|", DECISION, re.MULTILINE)

    assert sorted(rows) == sorted(NAMES)


def test_every_locked_package_has_hashes() -> None:
    for name in ("action.txt", "tools.txt"):
        entries = re.split(r"^(?=[\w.-]+==)", (LOCKS / name).read_text(), flags=re.MULTILINE)[1:]
        assert len(entries) == len(pinned(name)) > 20
        assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_tests_run_on_every_python_that_is_supported() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    pythons = jobs["test"]["strategy"]["matrix"]["python"]
    lowest = jobs["lowest"]["strategy"]["matrix"]["python"]

    assert PROJECT["requires-python"] == f">={pythons[0]}"
    assert [f"Programming Language :: Python :: {version}" for version in pythons] == [
        item for item in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", item)
    ]
    assert lowest == [pythons[0], pythons[-1]]


# --- builds -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return snapshot(tmp_path_factory.mktemp("reproduced"))


def test_two_builds_in_other_places_at_other_times_are_the_same_bytes(checkout: Path, tmp_path: Path) -> None:
    script = checkout / ".ci" / "reproduce.py"
    done = subprocess.run(
        [sys.executable, script, tmp_path], env=environment(), capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.findall(r"^the same  lk_audit-\d+\.\d+\.\d+(\S+)", done.stdout, re.MULTILINE) == [
        "-py3-none-any.whl",
        ".tar.gz",
    ]
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=False)
    assert checked.returncode == 0


def test_the_sbom_names_the_wheel_and_everything_that_comes_with_it(checkout: Path, tmp_path: Path) -> None:
    pytest.importorskip("cyclonedx", reason="CI has it: .ci/requirements/tools.txt")
    if (problem := registry_problem()) is not None:
        pytest.skip(problem)
    subprocess.run([sys.executable, checkout / ".ci" / "reproduce.py", tmp_path], env=environment(), check=True)
    wheel, lock, output = next(tmp_path.glob("*.whl")), LOCKS / "action.txt", tmp_path / "sbom.json"

    subprocess.run([sys.executable, ROOT / ".ci" / "sbom.py", wheel, lock, output], check=True)

    document = json.loads(output.read_text())
    subject = document["metadata"]["component"]
    assert (subject["name"], subject["version"]) == ("lk-audit", PROJECT["version"])
    names = {canonicalize_name(item["name"]) for item in document["components"]}
    assert set(NAMES) <= names <= set(pinned("action.txt"))
    assert str(tmp_path) not in output.read_text()


# --- the release ------------------------------------------------------------------------------------------------------


def test_no_job_of_the_release_may_more_than_it_needs() -> None:
    allowed = {name: job["permissions"] for name, job in RELEASE["jobs"].items()}

    assert RELEASE["permissions"] == {}
    assert allowed == {
        "build": {"contents": "read"},
        "reproduce": {"contents": "read"},
        "test": {"contents": "read"},
        "attest": {"id-token": "write", "attestations": "write"},
        "publish": {"id-token": "write"},
        "release": {"contents": "write"},
    }


@pytest.mark.parametrize("name", ["attest", "publish", "release"])
def test_a_job_that_signs_or_publishes_runs_nothing_of_the_repository(name: str) -> None:
    steps = RELEASE["jobs"][name]["steps"]

    assert not [step for step in steps if "actions/checkout" in step.get("uses", "")]
    assert not [step for step in steps if re.search(r"\bpip\b|\bpython\b|\.ci/", step.get("run", ""))]


def test_nothing_is_published_before_it_was_built_twice_tested_and_attested() -> None:
    jobs = RELEASE["jobs"]

    assert jobs["attest"]["needs"] == ["build", "reproduce", "test"]
    assert jobs["publish"]["needs"] == ["build", "attest"]
    assert jobs["release"]["needs"] == ["publish"]
    assert jobs["publish"]["environment"]["name"] == "pypi"
    assert any("diff - dist/SHA256SUMS" in step.get("run", "") for step in jobs["reproduce"]["steps"])
    checking = [name for name, job in jobs.items() if "sha256sum --check --strict" in json.dumps(job)]
    assert checking == ["attest", "publish"]


def test_the_release_is_built_as_ci_builds_it() -> None:
    ci = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())

    assert {"run": ".ci/run-supply-chain"} in RELEASE["jobs"]["build"]["steps"]
    assert {"run": ".ci/run-supply-chain"} in ci["jobs"]["supply-chain"]["steps"]
    script = (ROOT / ".ci" / "run-supply-chain").read_text()
    assert "pip-audit --strict --require-hashes" in script
