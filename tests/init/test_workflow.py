"""The workflow and the configuration that `lk-audit init` writes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from lk_audit import __version__
from lk_audit.cli import onboarding
from lk_audit.cli.onboarding import Origin, workflow
from tests.checkout import commit, environment
from tests.init.setting_up import ADDRESS, COMMIT, ORIGIN, files, init


def test_the_workflow_is_pinned_and_runs_on_the_repositorys_branch(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commit(root)
    init(capsys)
    text = files(root)[".github/workflows/lk-audit.yml"]
    document = yaml.safe_load(text)

    assert f"      - uses: acme/lk-audit@{COMMIT} # v{__version__}\n" in text
    # YAML 1.1 reads `on` as true.
    assert document[True]["push"]["branches"] == ["trunk"]
    assert document["jobs"]["lk-audit"]["permissions"] == {
        "contents": "read",
        "security-events": "write",
        "actions": "read",
    }


def test_the_workflow_follows_the_schema_and_zizmor_finds_nothing(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    init(capsys)
    commands = (
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", ".github/workflows/lk-audit.yml"],
        ["zizmor", "--offline", "--no-config", "--persona=pedantic", "."],
    )

    for command in commands:
        found = shutil.which(command[0], path=str(Path(sys.executable).parent))
        assert found
        done = subprocess.run(
            [found, *command[1:]], cwd=root, env=environment(), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_strange_branch_is_quoted() -> None:
    document = yaml.safe_load(workflow(ORIGIN, "release: #1, 'x'"))

    assert document[True]["push"]["branches"] == ["release: #1, 'x'"]


@pytest.mark.parametrize(
    "address",
    [
        ADDRESS,
        f"{ADDRESS}.git",
        f"{ADDRESS}/",
        "git@github.com:acme/lk-audit.git",
        "ssh://git@github.com/acme/lk-audit",
    ],
)
def test_an_address_on_github_is_an_action(address: str) -> None:
    assert Origin(address, "v0.1.0").action == "acme/lk-audit@v0.1.0"


def test_the_configuration_says_what_it_sets() -> None:
    assert tomllib.loads(onboarding.CONFIG) == {"max-ttl": "1h", "fail-on": "medium"}
