"""The trees that the speed benchmark scans: made of pinned commits, and used again."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from benchmarks import trees
from benchmarks.snapshots import Absent, mirrored, snapshot
from tests.checkout import git


def silent(_text: str) -> None:
    """Nobody hears it."""


def repository(mirror: Path, name: str, files: dict[str, str]) -> str:
    """A repository as a mirror has it; the name of its commit."""
    work = mirror / f"{name}.work"
    for path, text in files.items():
        (work / path).parent.mkdir(parents=True, exist_ok=True)
        (work / path).write_text(text)
    git(work, "init", "-q")
    git(work, "add", "-f", ".")
    git(work, "commit", "-qm", "One")
    (mirror / name).mkdir()
    git(mirror, "clone", "-q", "--bare", str(work), str(mirror / name / "repo"))
    return git(work, "rev-parse", "HEAD")


def test_a_tree_has_the_files_of_the_commit_that_is_pinned_and_not_those_that_tools_leave_out(tmp_path: Path) -> None:
    pinned = repository(
        tmp_path, "a+b", {"a.py": "1\n", ".gitignore": "made/\n", "made/b.py": "2\n", "node_modules/c.js": "3\n"}
    )
    (tmp_path / "a+b.work" / "later.py").write_text("4\n")
    git(tmp_path / "a+b.work", "add", ".")
    git(tmp_path / "a+b.work", "commit", "-qm", "Two")
    git(tmp_path / "a+b" / "repo", "fetch", "-q", str(tmp_path / "a+b.work"), "+HEAD:refs/heads/main")

    built = trees.tree(
        "dense", tmp_path, trees.Supply(tmp_path), silent, [trees.Origin(("dense",), "git", "a/b", pinned)]
    )

    assert built == trees.Built(tmp_path / "dense", 2, 8)
    assert sorted(item.name for item in (tmp_path / "dense" / "a+b").iterdir()) == [".gitignore", "a.py"]
    assert git(tmp_path / "dense", "ls-files").splitlines() == ["a+b/.gitignore", "a+b/a.py"]


def test_a_commit_that_the_mirror_lacks_is_replaced_by_its_newest_and_that_is_said(tmp_path: Path) -> None:
    repository(tmp_path, "a+b", {"a.py": "1\n"})
    said: list[str] = []

    built = trees.tree(
        "dense", tmp_path, trees.Supply(tmp_path), said.append, [trees.Origin(("dense",), "git", "a/b", "f" * 40)]
    )

    assert built.moved == ("a/b",)
    assert "instead of ffffffffffff" in said[0]


def test_an_origin_that_cannot_be_had_is_named_and_the_others_are_built(tmp_path: Path) -> None:
    pinned = repository(tmp_path, "a+b", {"a.py": "1\n", "sub/b.py": "2\n"})
    listed = [
        trees.Origin(("general",), "git", "not/there", "0" * 40),
        trees.Origin(("general",), "wheel", "nowhere==1.0"),
        trees.Origin(("general",), "git", "a/b", pinned, "sub"),
    ]
    supply = trees.Supply(tmp_path, tmp_path, may_download=False)
    said: list[str] = []

    built = trees.tree("general", tmp_path, supply, said.append, listed)

    assert built.missing == ("not/there", "nowhere==1.0")
    assert built.files == 1
    assert said[0] == "general: not/there is missing: it is not in the mirror"


def test_a_finished_tree_is_used_again_and_one_that_lacked_something_is_built_anew(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "thing-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("thing/__init__.py", "1\n")
    listed = [trees.Origin(("general",), "wheel", "thing==1.0"), trees.Origin(("general",), "git", "a/b", "0" * 40)]
    supply = trees.Supply(tmp_path, tmp_path, may_download=False)
    said: list[str] = []

    assert trees.tree("general", tmp_path, supply, silent, listed).missing == ("a/b",)
    repository(tmp_path, "a+b", {"a.py": "1\n"})
    assert trees.tree("general", tmp_path, supply, silent, listed).files == 2
    assert trees.tree("general", tmp_path, supply, said.append, listed).files == 2
    assert said == []


def test_an_empty_repository_is_absent_and_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "a+b").mkdir()
    git(tmp_path / "a+b", "init", "-q", "--bare")

    found = mirrored(tmp_path, "a/b")

    assert found == tmp_path / "a+b"
    with pytest.raises(Absent, match="no usable commit"):
        snapshot(found, "0" * 40)


@pytest.mark.parametrize("path", ["../a.py", "/a.py", "x/../../a.py", ".git/config", "web/node_modules/a.js"])
def test_no_file_is_written_outside_of_a_tree_or_into_a_folder_of_others(path: str) -> None:
    assert not trees.is_wanted(path)
    assert trees.is_wanted("src/a.py")


def test_every_repository_of_the_list_is_pinned_to_a_commit() -> None:
    listed = trees.origins(trees.LIST.read_text())

    assert {len(origin.commit) for origin in listed if origin.kind == "git"} == {40}
    assert {name for origin in listed for name in origin.trees} == set(trees.NAMES)


@pytest.mark.parametrize("line", ["general", "general svn a/b", "elsewhere git a/b", "general git a b c d"])
def test_a_line_that_names_no_origin_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        trees.origins(line)
