"""What git says of the files of a scan, and what is said where it does not tell."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from lk_audit.files.discovery import discover
from lk_audit.git import process
from tests.folders import found, git, look, write

_ADDING_MEANWHILE = """#!/bin/sh
case "$*" in
    *--others*--cached*) ;;
    *--cached*) {git} "$@"; {git} add late.py; exec touch "{told}" ;;
    *--others*) while [ ! -e "{told}" ]; do sleep 0.01; done ;;
esac
exec {git} "$@"
"""


@pytest.mark.skipif(os.name == "nt", reason="no shell scripts")
@pytest.mark.parametrize("kind", ["repository", "working tree beside others"])
def test_a_file_that_is_added_to_the_index_while_git_lists_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    root, tools = tmp_path / "root", tmp_path / "tools"
    write(root, "early.py")
    git(root, "init", "-q")
    git(root, "add", "early.py")
    git(root, "commit", "-q", "-m", "a")
    if kind != "repository":
        git(root, "worktree", "add", "-q", str(tmp_path / "other"))
        root = tmp_path / "other"
    write(root, "late.py")
    text = _ADDING_MEANWHILE.format(git=shutil.which("git"), told=tmp_path / "told")
    write(tools, "git", text=text)
    (tools / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")

    assert found(root) == ["early.py", "late.py"]
    assert (tmp_path / "told").exists()


@pytest.mark.skipif(os.name == "nt", reason="no shell scripts")
def test_a_folder_that_git_does_not_list_in_time_is_gone_through_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, tools = tmp_path / "root", tmp_path / "tools"
    write(root, "a.py")
    git(root, "init", "-q")
    write(tools, "git", text="#!/bin/sh\nexec sleep 60\n")
    (tools / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(process, "_PATIENCE", 0.2)
    monkeypatch.setattr(process, "_hopeless", set())

    looked = look(root)

    assert [file.path for file in looked.files] == ["a.py"]
    assert [(item.path, item.expected) for item in looked.skipped] == [(".", False)]


WITHOUT = "read without git, so that tracked files that .gitignore names are missing: "


def test_a_repository_of_another_user_is_said_to_be_read_without_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "a.py").touch()
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")

    found = discover([tmp_path])

    assert found.paths == ["a.py"]
    advice = 'run git config --global --add safe.directory "$(pwd)" in its root'
    reason = f"{WITHOUT}it belongs to another user, and git does not trust it; {advice}"
    assert [(item.path, item.reason, item.expected) for item in found.skipped] == [(".", reason, False)]


def test_a_damaged_repository_is_said_to_be_read_without_git(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=inner, check=True)
    (inner / "a.py").touch()
    (inner / ".git" / "index").write_bytes(b"nonsense")

    found = discover([inner])

    assert [path.rpartition("/")[2] for path in found.paths] == ["a.py"]
    assert [item.reason.startswith(WITHOUT) for item in found.skipped] == [True]


def test_a_repository_is_said_to_be_read_without_git_where_that_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "a.py").touch()
    monkeypatch.setenv("PATH", str(tmp_path))

    found = discover([tmp_path])

    assert [item.reason for item in found.skipped] == [
        f"{WITHOUT}git cannot be run (No such file or directory); is it installed?"
    ]


def test_a_folder_that_only_looks_like_a_repository_is_walked_without_a_word(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").touch()

    found = discover([tmp_path])

    assert (found.paths, found.skipped) == (["a.py"], ())
