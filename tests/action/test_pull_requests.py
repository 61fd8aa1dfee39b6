"""Scans of what a pull request changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.action.running import LEAK, MINT, act
from tests.checkout import commit, git


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
    assert "1 changed file since" in ran.log


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
