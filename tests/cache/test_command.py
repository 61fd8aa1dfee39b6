"""The cache on the command line: where it is, how to do without it, how to be rid of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lk_audit.cache.place import cache_folder
from tests.cache.trees import git, planted

ROOT = Path(__file__).parent.parent.parent
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the places of Linux")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    return planted(root)


def ran(tree: Path, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """A command in a tree, with a home of its own beside it."""
    names = ("LK_AUDIT_NO_CACHE", "LK_AUDIT_CACHE_DIR", "XDG_CACHE_HOME")
    known = {name: value for name, value in os.environ.items() if name not in names}
    home = tree.parent / "home"
    return subprocess.run(
        [sys.executable, "-m", "lk_audit", *arguments],
        cwd=tree,
        env={**known, "PYTHONPATH": str(ROOT), "HOME": str(home), "LOCALAPPDATA": str(home), **environment},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def kept(folder: Path) -> list[str]:
    return sorted(path.name.partition("-")[0] for path in folder.rglob("*-*") if path.is_file())


@LINUX
def test_a_scan_of_a_folder_keeps_what_it_finds_out_in_the_users_cache(tree: Path) -> None:
    assert ran(tree, "scan").returncode == 1

    assert kept(tree.parent / "home" / ".cache" / "lk-audit") == ["files", "report"]


def test_a_scan_writes_nothing_into_what_it_scans(tree: Path) -> None:
    before = {path for path in tree.rglob("*") if ".git" not in path.parts}

    ran(tree, "scan")

    assert {path for path in tree.rglob("*") if ".git" not in path.parts} == before


SILENT: dict[str, tuple[list[str], dict[str, str]]] = {
    "with --no-cache": (["scan", "--no-cache"], {}),
    "with LK_AUDIT_NO_CACHE": (["scan"], {"LK_AUDIT_NO_CACHE": "1"}),
    "of single files": (["scan", ".env", "src/tokens.py"], {}),
    "of the index": (["scan", "--staged"], {}),
    "of the history": (["scan", "--history"], {}),
    "of standard input": (["scan", "--stdin-filename", "a.py", "-"], {}),
    "where there is no home": (["scan"], {"HOME": "", "LOCALAPPDATA": ""}),
}


@pytest.mark.parametrize("way", SILENT.values(), ids=SILENT)
def test_no_scan_leaves_anything_behind(way: tuple[list[str], dict[str, str]], tree: Path) -> None:
    arguments, environment = way

    done = ran(tree, *arguments, **environment)

    assert done.returncode in {0, 1}, done.stderr
    assert not (tree.parent / "home").exists()


def test_the_configuration_can_do_without_a_cache_and_cannot_say_where_it_is(tree: Path) -> None:
    (tree / "lk-audit.toml").write_text("cache = false\n")
    assert ran(tree, "scan").returncode == 1
    assert not (tree.parent / "home").exists()
    assert ran(tree, "scan", "--cache").returncode == 1
    assert kept(tree.parent / "home") == ["files", "report"]

    (tree / "lk-audit.toml").write_text('cache-dir = "here"\n')
    done = ran(tree, "scan")
    assert (done.returncode, "there is no such setting" in done.stderr) == (2, True)


def test_the_option_goes_before_the_environment(tree: Path, tmp_path: Path) -> None:
    ran(tree, "scan", LK_AUDIT_CACHE_DIR=str(tmp_path / "one"))
    ran(tree, "scan", "--cache-dir", str(tmp_path / "two"), LK_AUDIT_CACHE_DIR=str(tmp_path / "three"))
    ran(tree, "scan", "--cache", LK_AUDIT_CACHE_DIR=str(tmp_path / "four"), LK_AUDIT_NO_CACHE="1")

    found = [kept(tmp_path / name) for name in ("one", "two", "three", "four")]
    assert found == [["files", "report"], ["files", "report"], [], ["files", "report"]]


def test_a_cache_folder_that_is_a_file_is_refused(tree: Path) -> None:
    done = ran(tree, "scan", "--cache-dir", "README.md")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "README.md" in done.stderr


@pytest.mark.parametrize("place", [".", "src/..", "{tree}"])
def test_a_folder_that_is_scanned_is_no_place_for_a_cache(place: str, tree: Path) -> None:
    before, named = sorted(tree.iterdir()), place.format(tree=tree)

    done = ran(tree, "scan", "--cache-dir", named)

    assert done.returncode == 2
    assert done.stderr == f"lk-audit: {tree / named} is what is scanned; the cache needs a folder of its own\n"
    assert sorted(tree.iterdir()) == before


def test_the_cache_can_be_found_and_emptied(tree: Path, tmp_path: Path) -> None:
    place = str(tmp_path / "cache")
    ran(tree, "scan", "--cache-dir", place)

    assert ran(tree, "cache", "dir", "--cache-dir", place).stdout == f"{place}\n"
    first = ran(tree, "cache", "clean", "--cache-dir", place)
    second = ran(tree, "cache", "clean", "--cache-dir", place)

    assert first.stdout.startswith("removed 2 entries (0.")
    assert second.stdout == f"removed 0 entries (0.0 MB) from {place}\n"
    assert kept(tmp_path / "cache") == []


def test_without_a_home_there_is_nothing_to_empty(tree: Path) -> None:
    done = ran(tree, "cache", "clean", HOME="", LOCALAPPDATA="")

    assert done.returncode == 2
    assert "LK_AUDIT_CACHE_DIR" in done.stderr


def test_files_that_a_hook_names_are_scanned_without_a_thought_of_the_cache(tree: Path) -> None:
    code = (
        "import sys; from lk_audit.cli.program import run\n"
        "run(['scan', '.env', 'src/tokens.py', '--fail-on', 'never'])\n"
        "print(sorted(name for name in sys.modules if name.startswith('lk_audit.cache')), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stderr == "[]\n"


def test_a_baseline_is_compared_with_every_scan(tree: Path, tmp_path: Path) -> None:
    place = ("--cache-dir", str(tmp_path / "cache"))
    assert ran(tree, "scan", *place).returncode == 1
    ran(tree, "baseline", "create", *place)

    assert ran(tree, "scan", "--baseline", "lk-audit-baseline.txt", *place).returncode == 0
    git(tree, "rm", "-q", "--cached", ".env")
    assert ran(tree, "scan", *place).returncode == 1


@LINUX
@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HOME": "/home/a"}, "/home/a/.cache/lk-audit"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "/var/x"}, "/var/x/lk-audit"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "relative"}, "/home/a/.cache/lk-audit"),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": ""}, "/home/a/.cache/lk-audit"),
        ({"HOME": "/home/a", "LK_AUDIT_CACHE_DIR": "/b"}, "/b"),
        ({"HOME": ""}, None),
        ({}, None),
    ],
)
def test_the_folder_is_where_the_environment_says(environment: dict[str, str], expected: str | None) -> None:
    assert cache_folder(environment=environment) == (Path(expected) if expected else None)


def test_other_systems_have_their_own_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_folder(environment={"HOME": "/Users/a"}) == Path("/Users/a/Library/Caches/lk-audit")
    monkeypatch.setattr(sys, "platform", "win32")
    assert cache_folder(environment={"LOCALAPPDATA": "C:/a"}) == Path("C:/a/lk-audit/Cache")
    assert cache_folder(environment={}) is None
