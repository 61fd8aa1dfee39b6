"""`lk-audit init` sets a repository up, and breaks nothing that is there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from lk_audit import __version__
from lk_audit.cli import onboarding
from lk_audit.cli import program as cli
from lk_audit.cli.onboarding import Origin, with_hook, with_prek_hook, workflow
from lk_audit.errors import UsageError
from tests.checkout import commit, environment, git

ADDRESS = "https://github.com/acme/lk-audit"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
ORIGIN = Origin(ADDRESS, "v0.1.0")
FROM = ("--repository", ADDRESS, "--rev", COMMIT)
ENTRY = f"""\
  - repo: {ADDRESS}
    rev: v0.1.0
    hooks:
      - id: lk-audit
"""
OURS = {"repo": ADDRESS, "rev": "v0.1.0", "hooks": [{"id": "lk-audit"}]}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new repository, as the working folder."""
    git(tmp_path, "init", "--quiet", "--initial-branch=trunk")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes().decode()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(root).parts
    }


def init(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = cli.run(["init", *FROM, *arguments])
    said = capsys.readouterr()
    assert code == 0, said.err
    return said.out


# --- the whole --------------------------------------------------------------------------------------------------------


def test_it_writes_a_hook_a_workflow_and_a_configuration(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = init(capsys)

    assert set(files(root)) == {".pre-commit-config.yaml", ".github/workflows/lk-audit.yml", "lk-audit.toml"}
    assert said.splitlines() == [
        ".pre-commit-config.yaml written",
        ".github/workflows/lk-audit.yml written",
        "lk-audit.toml written",
        "next: pre-commit install (or prek install)",
    ]


def test_a_second_time_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init(capsys)
    before = files(root)

    said = init(capsys)

    assert files(root) == before
    assert said.count("is there already") == 3


@pytest.mark.parametrize(
    ("left_out", "name"),
    [
        ("--no-hook", ".pre-commit-config.yaml"),
        ("--no-workflow", ".github/workflows/lk-audit.yml"),
        ("--no-config", "lk-audit.toml"),
    ],
)
def test_each_part_is_its_own_choice(left_out: str, name: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    init(capsys, left_out)

    assert name not in files(root)
    assert len(files(root)) == 2


def test_a_dry_run_shows_and_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".pre-commit-config.yaml").write_text("repos:\n  - repo: local\n    hooks: []")

    said = init(capsys, "--dry-run")

    assert "--- a/.pre-commit-config.yaml\n+++ b/.pre-commit-config.yaml\n" in said
    assert f"+  - repo: {ADDRESS}\n" in said
    assert "--- /dev/null\n+++ b/lk-audit.toml\n" in said
    assert '+max-ttl = "1h"\n' in said
    assert list(files(root)) == [".pre-commit-config.yaml"]
    assert ADDRESS not in files(root)[".pre-commit-config.yaml"]


def test_what_a_dry_run_shows_is_a_patch(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".pre-commit-config.yaml").write_text("repos:\n  - repo: local\n    hooks: []\n# the end\n")
    shown = init(capsys, "--dry-run", "--no-workflow", "--no-config")

    (root / "change.patch").write_text("\n".join(shown.splitlines()[:-1]) + "\n")
    git(root, "apply", "change.patch")
    (root / "change.patch").unlink()
    patched = files(root)

    assert init(capsys, "--no-workflow", "--no-config").startswith(".pre-commit-config.yaml is there already")
    assert files(root) == patched


def test_files_of_ones_own_are_overwritten_only_by_force(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "lk-audit.toml").write_text("# mine\n")

    assert "lk-audit.toml is there already; --force writes it anew" in init(capsys)
    assert files(root)["lk-audit.toml"] == "# mine\n"
    assert "lk-audit.toml changed" in init(capsys, "--force")
    assert files(root)["lk-audit.toml"] == onboarding.CONFIG


def test_it_works_from_a_folder_inside_the_repository(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "src" / "lib").mkdir(parents=True)
    monkeypatch.chdir(root / "src" / "lib")

    init(capsys)

    assert set(files(root)) == {".pre-commit-config.yaml", ".github/workflows/lk-audit.yml", "lk-audit.toml"}


def test_a_configuration_in_pyproject_is_enough(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "pyproject.toml").write_text('[tool.lk-audit]\nmax-ttl = "15m"\n')

    assert "pyproject.toml holds a configuration of lk-audit already" in init(capsys)
    assert "lk-audit.toml" not in files(root)


@pytest.mark.parametrize("name", [".env", "apps/web/.env.local", "prod.env"])
def test_an_environment_file_that_git_would_take_is_named(
    name: str, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("A=b\n")

    said = init(capsys)

    assert f"{name} is not ignored by git" in said
    assert ".gitignore" not in files(root)

    (root / ".gitignore").write_text(f"{Path(name).name}\n")
    assert "not ignored" not in init(capsys)


@pytest.mark.parametrize("name", [".env.example", ".env.sample", ".env.test", "environment.ts"])
def test_files_that_hold_no_secrets_are_not_named(name: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / name).write_text("A=b\n")

    assert "not ignored" not in init(capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--repository", "https://example.org/a b"], "not the address of a repository: 'https://example.org/a b'"),
        (["--repository", f"{ADDRESS}\n- x"], "not the address of a repository"),
        (["--repository", ADDRESS, "--rev", "v1 # x"], "not a tag or a commit: 'v1 # x'"),
        (["--repository", "https://git.example.org/lk-audit"], "a workflow can use lk-audit from GitHub only"),
    ],
)
@pytest.mark.usefixtures("root")
def test_wrong_usage_is_one_clear_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = cli.run(["init", *arguments])
    said = capsys.readouterr()

    assert code == 2
    assert said.err.startswith(f"lk-audit: {message}")
    assert said.err.count("\n") == 1


def test_nothing_is_written_when_one_part_cannot_be(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / ".pre-commit-config.yaml").write_text("repos: [\n")

    assert cli.run(["init", *FROM]) == 2
    assert "is no YAML (line 2)" in capsys.readouterr().err
    assert list(files(root)) == [".pre-commit-config.yaml"]


# --- where it comes from ----------------------------------------------------------------------------------------------


class _Installed:
    """An installed distribution, with a record of where it came from and addresses in its metadata."""

    def __init__(self, record: dict[str, Any] | None, addresses: list[str]) -> None:
        self._record = record
        self.metadata = self
        self._addresses = addresses

    def read_text(self, name: str) -> str | None:
        assert name == "direct_url.json"
        return json.dumps(self._record) if self._record is not None else None

    def get_all(self, name: str, default: list[str]) -> list[str]:
        assert name == "Project-URL"
        return self._addresses or default


@pytest.mark.parametrize(
    ("record", "addresses", "expected"),
    [
        ({"url": ADDRESS, "vcs_info": {"vcs": "git", "commit_id": COMMIT}}, [], Origin(ADDRESS, COMMIT)),
        ({"url": "file:///home/me/lk-audit", "dir_info": {"editable": True}}, [], None),
        (None, [f"Repository, {ADDRESS}"], Origin(ADDRESS, f"v{__version__}")),
        (None, ["Documentation, https://example.org"], None),
        (None, [], None),
    ],
)
def test_an_installation_knows_where_it_came_from(
    record: dict[str, Any] | None, addresses: list[str], expected: Origin | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onboarding, "distribution", lambda _name: _Installed(record, addresses))

    assert onboarding.installed_origin() == expected


def test_one_that_does_not_is_asked_for_it(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onboarding, "installed_origin", lambda: None)

    assert cli.run(["init"]) == 2
    assert "--repository https://github.com/OWNER/lk-audit" in capsys.readouterr().err
    assert files(root) == {}
    assert cli.run(["init", "--no-hook", "--no-workflow"]) == 0
    assert list(files(root)) == ["lk-audit.toml"]


# --- the hook ---------------------------------------------------------------------------------------------------------

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


# --- the workflow and the configuration -------------------------------------------------------------------------------


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
