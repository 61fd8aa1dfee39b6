"""What is run: the action as it is installed, and a repository."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.action.running import step
from tests.checkout import ROOT, commit, registry_problem, snapshot

PROJECTS = ROOT / "tests" / "fixtures" / "projects"


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
