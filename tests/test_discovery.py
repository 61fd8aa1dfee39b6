"""Which files a scan looks at."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from lk_audit.errors import UsageError
from lk_audit.files.discovery import discover
from lk_audit.files.path_patterns import Exclusion
from tests.folders import found, git, look, write
from tests.rights import cannot_be_ordinary, ordinarily


@pytest.fixture(params=["plain folder", "repository"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder, with git and without: both must agree."""
    if request.param == "repository":
        git(tmp_path, "init", "-q")
    return tmp_path


def test_files_come_in_the_order_of_their_paths(root: Path) -> None:
    write(root, "b.py", "a/z.py", "a.py", ".env")

    assert found(root) == [".env", "a.py", "a/z.py", "b.py"]


def test_ignored_files_are_left_out(root: Path) -> None:
    write(root, "keep.py", "drop.log", "build/x.py", "sub/drop.txt", "sub/keep.txt", "other/drop.txt")
    write(root, ".gitignore", text="*.log\nbuild/\n")
    write(root, "sub/.gitignore", text="drop.txt\n")

    assert found(root) == [".gitignore", "keep.py", "other/drop.txt", "sub/.gitignore", "sub/keep.txt"]


def test_a_deeper_ignore_file_overrides_a_higher_one(root: Path) -> None:
    write(root, "a.log", "sub/b.log")
    write(root, ".gitignore", text="*.log\n")
    write(root, "sub/.gitignore", text="!b.log\n")

    assert "sub/b.log" in found(root)
    assert "a.log" not in found(root)


def test_folders_that_are_taken_out_of_all_that_is_ignored_are_gone_through(root: Path) -> None:
    write(root, "a/b/c.py", "a/b/c.log", "d.py")
    write(root, ".gitignore", text="*\n!*/\n!*.py\n")

    assert found(root) == ["a/b/c.py", "d.py"]


def test_other_peoples_code_is_left_out_and_named(root: Path) -> None:
    write(root, "a.py", "node_modules/x/index.js", "web/node_modules/y.js", "vendor/z.go", ".venv/lib/q.py")
    looked = look(root)

    assert [file.path for file in looked.files] == ["a.py"]
    assert looked.excluded == (".venv", "node_modules", "vendor", "web/node_modules")


def test_a_file_called_like_an_excluded_folder_is_scanned(root: Path) -> None:
    write(root, "vendor")

    assert found(root) == ["vendor"]


def test_a_file_given_by_name_is_scanned_whatever_the_rules_say(root: Path) -> None:
    write(root, "secret.log", "node_modules/x.js")
    write(root, ".gitignore", text="*.log\n")

    assert found(root, "secret.log", "node_modules/x.js") == ["node_modules/x.js", "secret.log"]


def test_an_excluded_or_ignored_folder_given_by_name_is_scanned(root: Path) -> None:
    write(root, "vendor/a.go", "build/b.py")
    write(root, ".gitignore", text="build/\n")

    assert found(root, "vendor", "build") == ["build/b.py", "vendor/a.go"]


def test_overlapping_paths_give_each_file_once(root: Path) -> None:
    write(root, "a/b.py")

    assert found(root, ".", "a", "a/b.py") == ["a/b.py"]


def test_a_path_that_does_not_exist_is_a_usage_error(root: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder: nowhere"):
        look(root, "nowhere")


def test_a_file_over_the_limit_is_skipped_and_listed(root: Path) -> None:
    write(root, "big.json", text="x" * 2_000)
    looked = look(root)

    assert not looked.files
    assert [(item.path, item.reason, item.expected) for item in looked.skipped] == [
        ("big.json", "too large (2,000 bytes; the limit is 1,000 bytes)", False)
    ]


def test_a_link_within_the_folder_is_covered_by_its_target(root: Path) -> None:
    write(root, "a.py")
    (root / "link.py").symlink_to("a.py")
    looked = look(root)

    assert [file.path for file in looked.files] == ["a.py"]
    assert looked.skipped == ()


def test_links_that_leave_the_folder_or_lead_nowhere_are_listed(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    write(outside, "a.py")
    (root / "out").symlink_to(outside)
    (root / "nowhere").symlink_to("missing")

    assert [(item.path, item.expected) for item in look(root).skipped] == [("nowhere", True), ("out", True)]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_link_of_which_the_system_does_not_tell_where_it_leads_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def readlink(path: str) -> str:
        raise PermissionError(13, "Permission denied", path)

    (tmp_path / "link").symlink_to("a.py")
    monkeypatch.setattr(os, "readlink", readlink)

    assert [(item.path, item.reason) for item in look(tmp_path).skipped] == [
        ("link", "cannot be read (Permission denied)")
    ]


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    assert [item.reason for item in look(tmp_path).skipped] == ["not a regular file"]


def test_a_name_that_is_no_text_is_found(root: Path) -> None:
    try:
        (root / os.fsdecode(b"caf\xe9.py")).write_text("x")
    except OSError:
        pytest.skip("this file system takes text names only")

    assert found(root) == ["caf\udce9.py"]


def test_names_with_line_breaks_and_quotes_are_found(root: Path) -> None:
    write(root, 'a "b"\n.py')

    assert found(root) == ['a "b"\n.py']


@cannot_be_ordinary
def test_a_folder_that_cannot_be_read_is_listed(tmp_path: Path) -> None:
    write(tmp_path, "locked/a.py")
    (tmp_path / "locked").chmod(0)
    skipped = ordinarily(lambda: look(tmp_path).skipped)
    (tmp_path / "locked").chmod(0o700)

    assert [item.path for item in skipped] == ["locked"]


@pytest.mark.skipif(os.name != "posix", reason="folders by descriptors, as POSIX has them")
def test_a_folder_whose_path_is_too_long_is_listed(root: Path) -> None:
    """Git goes on where it cannot open a folder, and only warns."""
    write(root, "a.py")
    here = os.open(root, os.O_RDONLY)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=here)
        here, outer = os.open("d" * 200, os.O_RDONLY, dir_fd=here), here
        os.close(outer)
    os.close(os.open("b.py", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    os.close(here)

    seen = look(root)

    assert seen.paths == ["a.py"]
    assert [item.reason for item in seen.skipped] == ["cannot be read (File name too long)"]
    assert set(seen.skipped[0].path) == {"d", "/"}


@cannot_be_ordinary
def test_a_folder_that_has_been_closed_since_git_heard_of_its_files_is_listed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "locked/node_modules/a.js")
    git(tmp_path, "add", "-f", ".")
    (tmp_path / "locked").chmod(0)
    skipped = ordinarily(lambda: look(tmp_path).skipped)
    (tmp_path / "locked").chmod(0o700)

    assert [item.path for item in skipped] == ["locked/node_modules/a.js"]


def test_what_the_system_tells_nothing_of_is_no_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that fails, and whose listings do not tell what is a folder."""

    class Failing:
        name = "a.py"
        path = str(tmp_path / "a.py")

        def is_dir(self, *, follow_symlinks: bool) -> bool:
            raise OSError(5, "Input/output error", self.path, follow_symlinks)

    def lstat(path: str) -> os.stat_result:
        raise OSError(5, "Input/output error", path)

    monkeypatch.setattr(os, "scandir", lambda _: contextlib.nullcontext([Failing()]))
    monkeypatch.setattr(os, "lstat", lstat)

    assert [(item.path, item.reason) for item in look(tmp_path).skipped] == [
        ("a.py", "cannot be read (Input/output error)")
    ]


def test_a_virtual_environment_of_any_name_is_left_out_and_named(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "env/pyvenv.cfg", "env/lib/b.py")

    assert found(tmp_path) == ["a.py"]
    assert look(tmp_path).excluded == ("env",)


def test_tracked_files_that_are_gone_are_no_business_of_a_scan(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py", "b.py")
    git(tmp_path, "add", ".")
    (tmp_path / "a.py").unlink()

    assert found(tmp_path) == ["b.py"]


def test_a_tracked_file_is_scanned_although_it_is_ignored(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, ".env")
    git(tmp_path, "add", ".")
    write(tmp_path, ".gitignore", text=".env\n")

    assert ".env" in found(tmp_path)


def test_a_submodule_is_listed_and_a_nested_repository_scanned(tmp_path: Path) -> None:
    library, project = tmp_path / "library", tmp_path / "project"
    for repository in (library, project, project / "nested"):
        repository.mkdir(parents=True)
        git(repository, "init", "-q")
        write(repository, "a.py")
        git(repository, "add", "a.py")
        git(repository, "commit", "-qm", "first")
    git(project, "submodule", "add", "-q", str(library), "sub")
    looked = look(project)

    assert [file.path for file in looked.files] == [".gitmodules", "a.py", "nested/a.py"]
    assert [(item.path, item.expected) for item in looked.skipped] == [("sub", True)]


def test_programs_that_the_scanned_repository_configures_do_not_run(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py")
    program = tmp_path / "monitor"
    program.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n")
    program.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(program))
    look(tmp_path)

    assert not (tmp_path / "ran").exists()


def test_variables_of_an_outer_git_process_do_not_mislead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "a.py")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "nowhere"))

    assert found(tmp_path) == ["a.py"]


def test_paths_inside_the_working_folder_are_relative_to_it(root: Path) -> None:
    write(root, "web/src/a.ts")

    assert found(root, "web") == ["web/src/a.ts"]


def test_paths_outside_are_relative_to_what_is_around_them(tmp_path: Path) -> None:
    write(tmp_path, "one/a.py", "two/b.py")
    (tmp_path / "here").mkdir()

    assert found(tmp_path / "here", "../one", "../two/b.py") == ["one/a.py", "two/b.py"]
    assert found(tmp_path / "here", "../one") == ["a.py"]


def test_the_prefix_tells_where_the_scan_starts_in_its_repository(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    write(tmp_path, "packages/web/a.ts")

    assert look(tmp_path / "packages" / "web").prefix == "packages/web/"
    assert look(tmp_path).prefix == ""


def test_ignore_lines_that_are_no_patterns_say_nothing_and_many_asterisks_take_no_time(tmp_path: Path) -> None:
    write(tmp_path, "a" * 200, "a" * 200 + "b", "x.log")
    write(tmp_path, ".gitignore", text="a*a*a*a*a*a*a*a*a*b\n[\n!\n*.log\n")

    assert found(tmp_path) == [".gitignore", "a" * 200]


def test_a_named_file_in_an_excluded_folder_is_left_out_when_asked_to(root: Path) -> None:
    write(root, "web/node_modules/a/index.js", "vendor/b.py", "src/vendor.py")
    named = ["web/node_modules/a/index.js", "vendor/b.py", "src/vendor.py"]

    looked = discover(named, folder=root, exclusion=Exclusion(is_forced=True))

    assert [file.path for file in looked.files] == ["src/vendor.py"]
    assert looked.excluded == ("vendor", "web/node_modules")
    assert found(root, *named) == ["src/vendor.py", "vendor/b.py", "web/node_modules/a/index.js"]


def test_ignore_rules_of_a_large_folder_mean_what_they_mean_in_a_small_one(root: Path) -> None:
    (root / ".gitignore").write_text("*.log\n!keep*.log\n/build/\ndocs/**/draft-*\nb[!2].txt\n[\n")
    names = [f"src/{number}.{kind}" for number in range(250) for kind in ("py", "log")]
    few = ["keep1.log", "build/a.py", "src/build/a.py", "docs/x/draft-1.md", "b1.txt", "b2.txt"]
    write(root, *names, *few)

    expected = [name for name in names if name.endswith(".py")] + [few[0], few[2], few[5], ".gitignore"]
    assert found(root) == sorted(expected)


def test_an_ignore_file_with_too_many_patterns_is_not_followed_and_listed(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / ".gitignore").write_text("# rules\n*.log\n" + "b.py\n" * 600)
    (tmp_path / "deep" / ".gitignore").write_text("a.py\n" * 600)
    for name in ("a.py", "b.py", "deep/a.py", "deep/b.py", "deep/c.log"):
        (tmp_path / name).touch()

    found = discover([tmp_path])

    assert found.paths == [".gitignore", "a.py", "deep/.gitignore", "deep/a.py"]
    assert [(item.path, item.expected) for item in found.skipped] == [("deep/.gitignore", True)]
    assert found.skipped[0].reason.startswith("not followed, as over 1,000 patterns would hold in its folder")
