"""`lk-audit init` sets a repository up, and breaks nothing that is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lk_audit import __version__
from lk_audit.cli import onboarding
from lk_audit.cli import program as cli
from lk_audit.cli.onboarding import Origin
from tests.checkout import git
from tests.init.setting_up import ADDRESS, COMMIT, FROM, files, init

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


def test_a_name_that_would_steer_a_terminal_is_told_without_that(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "a\x1b[2J.env").write_text("A=b\n")

    assert "a\ufffd[2J.env is not ignored by git" in init(capsys)


@pytest.mark.parametrize("link", ["lk-audit.toml", ".pre-commit-config.yaml", ".github"])
def test_a_link_that_leads_out_of_the_repository_is_not_written_through(
    link: str, root: Path, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (root / link).symlink_to(outside if link == ".github" else outside / "written")

    assert cli.run(["init", "--repository", ADDRESS]) == 2
    assert "leads out of the repository" in capsys.readouterr().err
    assert list(outside.iterdir()) == []
    assert files(root) == {}


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
