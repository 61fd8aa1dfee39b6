"""`lk-audit init` adds its hook to a configuration of pre-commit or prek, and everything else in it stays."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from lk_audit.cli.onboarding import with_hook, with_prek_hook
from lk_audit.errors import UsageError
from tests.checkout import environment
from tests.init.setting_up import ADDRESS, COMMIT, ENTRY, ORIGIN, OURS, files, init

EXTENDED = {
    "nothing": ("", f"repos:\n{ENTRY}"),
    "comments only": ("# ours\n", f"# ours\nrepos:\n{ENTRY}"),
    "a list": ("repos:\n  - repo: local\n    hooks: []\n", f"repos:\n  - repo: local\n    hooks: []\n{ENTRY}"),
    "a list without a last line break": ("repos:\n  - repo: local", f"repos:\n  - repo: local\n{ENTRY}"),
    "a list that is not indented": (
        "repos:\n- repo: local\n  hooks: []\n",
        "repos:\n- repo: local\n  hooks: []\n" + ENTRY.replace("\n  ", "\n").removeprefix("  "),
    ),
    "a list with more behind it": (
        "repos:\n  - repo: local\n    hooks:\n      - id: a\n        # - id: b\n\n# stages\ndefault_stages: [manual]\n",
        "repos:\n  - repo: local\n    hooks:\n      - id: a\n        # - id: b\n"
        + ENTRY
        + "\n# stages\ndefault_stages: [manual]\n",
    ),
    "an empty list": ("repos: []  # none yet\nfail_fast: true\n", f"repos:  # none yet\n{ENTRY}fail_fast: true\n"),
    "a key without a list": ("repos:\nfail_fast: true\n", f"repos:\n{ENTRY}fail_fast: true\n"),
    "no list": ("fail_fast: true\n", f"fail_fast: true\nrepos:\n{ENTRY}"),
    "Windows": (
        "repos:\r\n  - repo: local\r\n    hooks: []\r\n",
        f"repos:\n  - repo: local\n    hooks: []\n{ENTRY}".replace("\n", "\r\n"),
    ),
    "a multi-line string at its end": (
        "repos:\n  - repo: local\n    hooks:\n      - id: a\n        entry: |\n          # no comment\n          x\n",
        "repos:\n  - repo: local\n    hooks:\n      - id: a\n        entry: |\n          # no comment\n          x\n"
        + ENTRY,
    ),
}


@pytest.mark.parametrize(("before", "after"), EXTENDED.values(), ids=EXTENDED)
def test_the_hook_is_added_and_everything_else_stays(before: str, after: str) -> None:
    assert with_hook(before, ORIGIN) == after
    assert yaml.safe_load(after)["repos"][-1] == OURS
    assert with_hook(after, ORIGIN) == after


@pytest.mark.parametrize(
    "text",
    [
        "repos:\n  - repo: https://github.com/other/lk-audit.git\n    rev: v9\n    hooks: [{id: x}]\n",
        "repos: [{repo: local, hooks: [{id: lk-audit-full}]}]\n",
        "repos:\n  - repo: local\n    hooks:\n      - id: lk-audit\n",
    ],
)
def test_a_configuration_that_has_a_hook_stays_as_it_is(text: str) -> None:
    assert with_hook(text, ORIGIN) == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("repos: [{repo: local, hooks: []}]\n", "cannot be extended; add this to its repos: {repo: https://"),
        ("{repos: [], fail_fast: true}\n", "cannot be extended"),
        ("- a\n", "is no configuration of pre-commit"),
        ("repos: 3\n", "is no configuration of pre-commit"),
        ("repos: &a\n  - *b\n", "is no YAML (line 2)"),
        ("a: [" * 3000, "is nested too deeply"),
    ],
)
def test_what_cannot_be_extended_is_told(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        with_hook(text, ORIGIN)

    assert message in str(caught.value)


REAL = """\
minimum_pre_commit_version: "3.2.0"
repos:
  - repo: https://github.com/pre-commit/pre-commit-hooks
    rev: v5.0.0
    hooks:
      - id: end-of-file-fixer
      - id: check-yaml
        args: [--unsafe]
  # our own
  - repo: local
    hooks:
      - id: lint
        name: lint
        entry: make lint
        language: system
"""


@pytest.mark.parametrize("before", [None, "# nothing yet\n", "repos: []\n", REAL])
@pytest.mark.parametrize("name", ["pre-commit", "prek"])
def test_the_hook_programs_take_the_result(
    name: str, before: str | None, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if before is not None:
        (root / ".pre-commit-config.yaml").write_text(before)
    init(capsys, "--no-workflow", "--no-config")
    found = shutil.which(name, path=str(Path(sys.executable).parent))
    assert found

    done = subprocess.run(
        [found, "validate-config", ".pre-commit-config.yaml"],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"repo: {ADDRESS}" in files(root)[".pre-commit-config.yaml"]


def test_a_configuration_of_prek_is_extended_where_there_is_one(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '# ours\n[[repos]]\nrepo = "builtin"\nhooks = [{ id = "check-yaml" }]\n'
    (root / "prek.toml").write_text(text)

    said = init(capsys, "--no-workflow", "--no-config")
    after = files(root)["prek.toml"]

    assert said == "prek.toml changed\nnext: prek install\n"
    assert list(files(root)) == ["prek.toml"]
    assert after.startswith(text)
    assert tomllib.loads(after)["repos"][1:] == [{**OURS, "rev": COMMIT}]
    assert with_prek_hook(after, ORIGIN) == after
    found = shutil.which("prek", path=str(Path(sys.executable).parent))
    assert found
    done = subprocess.run(
        [found, "validate-config", "prek.toml"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [("repos = [\n", "prek.toml is no TOML"), ('repos = [{ repo = "builtin" }]\n', "prek.toml is written in a way")],
)
def test_a_configuration_of_prek_that_cannot_be_extended_is_told(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        with_prek_hook(text, ORIGIN)
