"""The history of repositories of every kind: bare, linked, shallow, partial, damaged, or none at all."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from lk_audit.errors import UsageError
from lk_audit.findings import CommitOrigin
from lk_audit.scanning.history import scan_history
from tests.git.histories import RULES, found, origin, scan
from tests.git.repo import CLEAN, LEAK, OTHER, Repo, new
from tests.samples import SECRET


def test_a_repository_without_commits_has_an_empty_history(repo: Repo) -> None:
    report = scan(repo)

    assert report.findings == ()
    assert report.commits == 0


def test_a_bare_repository_has_a_history(repo: Repo, tmp_path: Path) -> None:
    leak = repo.commit(".env", LEAK)
    bare = Repo(tmp_path / "bare.git")
    repo.git("clone", "--quiet", "--bare", ".", str(bare.root))

    assert origin(scan(bare)) == CommitOrigin(commit=leak, date="2025-03-01T12:00:00+02:00", is_in_head=True)
    assert found(scan(repo, str(bare.root))) == [("LK101", ".env")]


def test_a_linked_worktree_has_the_history_of_its_repository(repo: Repo, tmp_path: Path) -> None:
    repo.commit(".env", LEAK)
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "tree"))

    assert found(scan(Repo(tmp_path / "tree"))) == [("LK101", ".env")]


def test_a_sha_256_repository_has_longer_ids(tmp_path: Path) -> None:
    repo = new(tmp_path / "repo", "--object-format=sha256")
    leak = repo.commit(".env", LEAK)

    assert len(leak) == 64
    assert origin(scan(repo)).commit == leak


def test_a_submodule_is_a_history_of_its_own(repo: Repo, tmp_path: Path) -> None:
    new(tmp_path / "library").commit(".env", LEAK)
    repo.git("submodule", "--quiet", "add", str(tmp_path / "library"), "library")
    repo.commit()

    assert found(scan(repo)) == []
    assert found(scan(repo, "library")) == [("LK101", ".env")]


def test_a_shallow_clone_is_said_to_hide_what_came_before(repo: Repo, tmp_path: Path) -> None:
    repo.commit("old.env", LEAK)
    repo.remove("old.env")
    repo.commit("new.env", LEAK.replace(SECRET, OTHER))
    last = repo.commit("a.txt", "a")
    shallow = Repo(tmp_path / "shallow")
    repo.git("clone", "--quiet", "--depth=1", repo.root.as_uri(), str(shallow.root))

    report = scan(shallow)

    assert found(report) == [("LK101", "new.env")]
    assert origin(report).commit == last
    assert ["shallow" in note.message for note in report.notes] == [True]
    assert not report.is_complete


def test_a_partial_clone_is_read_as_far_as_it_goes_without_the_network(repo: Repo, tmp_path: Path) -> None:
    repo.commit("old.env", LEAK)
    repo.remove("old.env")
    repo.commit("new.env", LEAK.replace(SECRET, OTHER))
    repo.git("config", "uploadpack.allowFilter", "true")
    repo.git("config", "uploadpack.allowAnySHA1InWant", "true")
    partial = Repo(tmp_path / "partial")
    repo.git("clone", "--quiet", "--filter=blob:none", repo.root.as_uri(), str(partial.root))
    before = partial.git("rev-list", "--objects", "--missing=print", "--all").count("?")

    report = scan(partial)

    assert found(report) == [("LK101", "new.env")]
    assert ["1 object of the history is missing" in note.message for note in report.notes] == [True]
    assert not report.is_complete
    assert partial.git("rev-list", "--objects", "--missing=print", "--all").count("?") == before == 1


def test_damaged_objects_are_counted_and_the_others_read(repo: Repo) -> None:
    for number in range(40):
        repo.add(f"{number:02}.env", f"PORT={number}\n")
    repo.commit(".env", LEAK)
    for number in (3, 4, 20):
        blob = repo.git("rev-parse", f"HEAD:{number:02}.env")
        file = repo.root / ".git" / "objects" / blob[:2] / blob[2:]
        file.chmod(0o644)
        file.write_bytes(zlib.compress(b"blob 7\0")[:9])

    report = scan(repo)

    assert found(report) == [("LK101", ".env")]
    assert ["3 objects of the history are missing or damaged" in note.message for note in report.notes] == [True]
    assert report.scanned == 38


def test_replaced_objects_do_not_hide_what_is_there(repo: Repo) -> None:
    repo.commit(".env", LEAK)
    repo.put("clean", CLEAN)
    repo.git("replace", repo.git("rev-parse", "HEAD:.env"), repo.git("hash-object", "-w", "clean"))

    assert ("LK101", ".env") in found(scan(repo))


def test_a_folder_outside_git_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a git repository"):
        scan_history((), rules=RULES, folder=tmp_path)


def test_a_repository_that_git_refuses_is_an_error_in_its_own_words(repo: Repo) -> None:
    (repo.root / ".git" / "config").write_text("[core\n")

    with pytest.raises(UsageError, match=r"git cannot open the repository at .*bad config line 1"):
        scan(repo)


def test_without_git_the_error_says_so(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(UsageError, match="git cannot be run"):
        scan(repo)
