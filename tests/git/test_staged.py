"""`scan --staged`: what the next commit will hold, whatever lies on the disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lk_audit.config import Config
from lk_audit.errors import UsageError
from lk_audit.files.path_patterns import Exclusion, PathPatterns
from lk_audit.findings import Report
from lk_audit.hints import Hints
from lk_audit.rule_loader import load_rules
from lk_audit.scanning.pipeline import scan_paths
from lk_audit.scanning.staged import scan_staged
from tests.git.repo import CLEAN, LEAK, OTHER, Repo, new
from tests.samples import SECRET

ROOT = Path(__file__).parents[2]
RULES = load_rules(()).rules
TOKENS = """
import jwt from 'jsonwebtoken';
import { secret } from './config.js';
export const sign = (user) => jwt.sign(
  { sub: user, video: { roomJoin: true, room: 'a' } }, secret, { expiresIn: '10m' },
);
"""
CONFIG = "export const secret = '{}';\n"


def scan(repo: Repo, *paths: str, folder: Path | None = None, limit: int = 1_000_000) -> Report:
    return scan_staged(paths, rules=RULES, config=Config(size_limit=limit), folder=folder or repo.root)


def found(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule_id, finding.place.path) for finding in report.findings]


def skipped(report: Report) -> dict[str, str]:
    return {item.path: item.reason for item in report.skipped}


def test_the_first_commit_is_scanned_before_there_is_a_head(repo: Repo) -> None:
    repo.add(".env", LEAK)

    assert found(scan(repo)) == [("LK101", ".env")]


def test_the_index_counts_and_not_the_file_on_disk(repo: Repo) -> None:
    repo.add(".env", LEAK)
    repo.put(".env", CLEAN)
    assert found(scan(repo)) == [("LK101", ".env")]

    repo.add(".env", CLEAN)
    repo.put(".env", LEAK)
    assert found(scan(repo)) == []


def test_a_staged_file_that_is_gone_from_the_disk_is_scanned(repo: Repo) -> None:
    repo.add(".env", LEAK)
    (repo.root / ".env").unlink()

    assert found(scan(repo)) == [("LK101", ".env")]


def test_what_is_committed_already_is_not_scanned_again(repo: Repo) -> None:
    repo.commit(".env", LEAK)
    repo.add("README.md", "# LiveKit\n")

    report = scan(repo)

    assert found(report) == []
    assert report.scanned == 1


def test_a_deleted_file_is_no_file_of_the_commit(repo: Repo) -> None:
    repo.commit(".env", LEAK)
    repo.git("rm", "--quiet", ".env")

    report = scan(repo)

    assert found(report) == []
    assert report.scanned == 0


def test_a_renamed_file_is_scanned_under_its_new_name(repo: Repo) -> None:
    repo.commit("a.env", LEAK)
    repo.git("mv", "a.env", "b.env")

    assert found(scan(repo)) == [("LK101", "b.env")]


def test_only_the_files_of_the_paths_are_scanned(repo: Repo) -> None:
    repo.add("web/.env", LEAK)
    repo.add("website/.env", LEAK)
    repo.add("api/.env", LEAK.replace(SECRET, OTHER))

    assert found(scan(repo, "web")) == [("LK101", "web/.env")]
    assert found(scan(repo, "web/.env", "api")) == [("LK101", "api/.env"), ("LK101", "web/.env")]


def test_paths_are_relative_to_the_working_folder_and_reported_from_the_root(repo: Repo) -> None:
    repo.add("web/.env", LEAK)
    repo.add("api/.env", LEAK)

    assert found(scan(repo, ".", folder=repo.root / "web")) == [("LK101", "web/.env")]
    assert found(scan(repo, folder=repo.root / "web")) == [("LK101", "api/.env"), ("LK101", "web/.env")]


def test_a_file_that_will_be_deleted_may_be_named(repo: Repo) -> None:
    repo.commit("old.env", LEAK)
    repo.add(".env", LEAK)

    assert found(scan(repo, ".env", "old.env")) == [("LK101", ".env")]


@pytest.mark.parametrize("path", ["loop", "loop/a.py"])
def test_a_link_that_leads_to_itself_is_no_path_of_the_index(repo: Repo, path: str) -> None:
    repo.commit("a.py", "x = 1\n")
    (repo.root / "loop").symlink_to("loop")

    with pytest.raises(UsageError, match=f"no such file or folder, on disk or staged: {path}"):
        scan(repo, path)


def test_a_path_that_is_neither_on_disk_nor_staged_is_an_error(repo: Repo) -> None:
    with pytest.raises(UsageError, match=r"no such file or folder, on disk or staged: nowhere"):
        scan(repo, "nowhere")


def test_a_path_in_another_place_is_an_error(repo: Repo, tmp_path: Path) -> None:
    new(tmp_path / "other").commit("a.txt", "a")

    with pytest.raises(UsageError, match="one repository"):
        scan(repo, ".", "../other")


def test_questions_to_other_files_are_answered_from_the_index(repo: Repo) -> None:
    repo.commit("config.js", CONFIG.format(SECRET))
    repo.put("config.js", "export const secret = process.env.LIVEKIT_API_SECRET;\n")
    repo.add("sign.js", TOKENS)

    assert found(scan(repo)) == [("LK101", "config.js")]


def test_a_staged_file_says_what_a_scan_of_the_commit_would_say_of_it(repo: Repo) -> None:
    repo.commit("config.js", CONFIG.format(SECRET))
    repo.commit("package.json", '{"dependencies": {"jsonwebtoken": "9"}}')
    repo.add("sign.js", TOKENS.replace("10m", "30d"))
    staged = scan(repo)
    repo.commit()

    whole = scan_paths(["sign.js"], rules=RULES, folder=repo.root)

    assert [item.message for item in staged.findings] == [item.message for item in whole.findings]
    assert {item.rule_id for item in staged.findings} == {"LK101", "LK301"}


def test_what_is_not_staged_does_not_answer_questions(repo: Repo) -> None:
    repo.put("config.js", CONFIG.format(SECRET))
    repo.add("sign.js", TOKENS)

    assert found(scan(repo)) == []


def test_a_file_announced_with_intent_to_add_is_skipped_and_named(repo: Repo) -> None:
    repo.put(".env", LEAK)
    repo.git("add", "--intent-to-add", ".env")

    report = scan(repo)

    assert found(report) == []
    assert "intent-to-add" in skipped(report)[".env"]
    assert report.is_complete


def test_a_file_in_conflict_is_skipped_and_the_scan_incomplete(repo: Repo) -> None:
    repo.commit(".env", CLEAN)
    repo.git("switch", "--quiet", "--create", "other")
    repo.commit(".env", LEAK)
    repo.git("switch", "--quiet", "main")
    repo.commit(".env", LEAK.replace(SECRET, OTHER))
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("merge", "other")

    report = scan(repo)

    assert found(report) == []
    assert "in conflict" in skipped(report)[".env"]
    assert not report.is_complete


def test_symbolic_links_and_submodules_are_skipped_and_named(repo: Repo, tmp_path: Path) -> None:
    new(tmp_path / "library").commit(".env", LEAK)
    (repo.root / "link").symlink_to("target")
    repo.git("add", "link")
    repo.git("submodule", "--quiet", "add", str(tmp_path / "library"), "library")

    report = scan(repo)

    assert found(report) == []
    assert "symbolic link" in skipped(report)["link"]
    assert "submodule" in skipped(report)["library"]


def test_a_file_that_becomes_a_link_is_not_read_as_text(repo: Repo) -> None:
    repo.commit("link", "text")
    (repo.root / "link").unlink()
    (repo.root / "link").symlink_to("LIVEKIT_API_SECRET")
    repo.git("add", "link")

    assert list(skipped(scan(repo))) == ["link"]


def test_an_lfs_pointer_stands_for_content_elsewhere(repo: Repo) -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n"
    repo.add("livekit.txt", pointer)

    assert "LFS" in skipped(scan(repo))["livekit.txt"]


def test_what_a_clean_filter_makes_of_a_file_is_scanned(repo: Repo) -> None:
    repo.git("config", "filter.hide.clean", "sed s/SECRET=.*/SECRET=/")
    repo.add(".gitattributes", ".env filter=hide\n")
    repo.add(".env", LEAK)

    assert SECRET in (repo.root / ".env").read_text()
    assert found(scan(repo)) == []


def test_large_and_binary_files_are_counted(repo: Repo) -> None:
    repo.add("big.env", LEAK + "#" * 3000)
    repo.add("data.bin", b"\0\1\2")

    report = scan(repo, limit=2000)

    assert "too large" in skipped(report)["big.env"]
    assert report.binary == 1


def test_a_utf_16_file_is_read(repo: Repo) -> None:
    repo.add("leak.env", LEAK.encode("utf-16"))

    assert found(scan(repo)) == [("LK101", "leak.env")]


def test_vendored_folders_are_left_out_unless_named(repo: Repo) -> None:
    repo.add("web/node_modules/x/.env", LEAK)

    assert scan(repo).excluded == ("web/node_modules",)
    assert found(scan(repo)) == []
    assert found(scan(repo, "web/node_modules")) == [("LK101", "web/node_modules/x/.env")]


def test_names_of_any_bytes_are_read(repo: Repo) -> None:
    odd = os.fsdecode(b'a "b"\n\xff.env')
    (repo.root / odd).write_text(LEAK)
    repo.git("add", "--all")

    assert found(scan(repo)) == [("LK101", odd)]


def test_a_comment_in_the_index_suppresses(repo: Repo) -> None:
    repo.add(".env", LEAK.replace("LIVEKIT_API_SECRET", "# lk-audit: ignore[LK101] test\nLIVEKIT_API_SECRET"))
    repo.put(".env", LEAK)

    assert scan(repo).suppressed == 1


def test_a_linked_worktree_has_an_index_of_its_own(repo: Repo, tmp_path: Path) -> None:
    repo.commit("a.txt", "a")
    repo.git("worktree", "add", "--quiet", str(tmp_path / "tree"))
    tree = Repo(tmp_path / "tree")
    tree.add(".env", LEAK)

    assert found(scan(tree)) == [("LK101", ".env")]
    assert found(scan(repo)) == []


def test_a_sha_256_repository_is_read(tmp_path: Path) -> None:
    repo = new(tmp_path / "repo", "--object-format=sha256")
    repo.add(".env", LEAK)
    assert found(scan(repo)) == [("LK101", ".env")]

    repo.commit()
    assert found(scan(repo)) == []


def test_a_bare_repository_has_nothing_staged(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="bare repository"):
        scan(new(tmp_path / "bare.git", "--bare"))


def test_a_folder_outside_git_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a git repository"):
        scan_staged((), rules=RULES, folder=tmp_path)


# --- as a hook --------------------------------------------------------------------------------------------------------


def hooked(repo: Repo) -> None:
    hook = repo.root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m lk_audit scan --staged\n")
    hook.chmod(0o755)


def test_a_hook_stops_the_commit(repo: Repo) -> None:
    hooked(repo)
    repo.add(".env", LEAK)

    with pytest.raises(subprocess.CalledProcessError) as failure:
        repo.git("commit", "-m", "leak")

    assert "LK101" in failure.value.stderr + failure.value.stdout


def test_a_hook_of_commit_all_sees_what_that_commits(repo: Repo) -> None:
    repo.commit(".env", CLEAN)
    hooked(repo)
    repo.put(".env", LEAK)

    with pytest.raises(subprocess.CalledProcessError):
        repo.git("commit", "--all", "-m", "leak")


def test_a_hook_of_a_commit_of_one_file_sees_that_file_only(repo: Repo) -> None:
    repo.commit("a.txt", "livekit")
    repo.add(".env", LEAK)
    hooked(repo)
    repo.put("a.txt", "LiveKit")

    repo.git("commit", "-m", "fine", "a.txt")

    assert repo.git("show", "--name-only", "--format=") == "a.txt"


def test_the_index_of_the_environment_is_that_of_no_other_repository(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = new(tmp_path / "other")
    other.add("b.env", LEAK)
    repo.add(".env", LEAK)
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo.root / ".git" / "index"))

    assert found(scan(repo)) == [("LK101", ".env")]
    assert found(scan(repo, str(other.root))) == [("LK101", "b.env")]


# --- the configuration ------------------------------------------------------------------------------------------------


def test_what_the_configuration_leaves_out_is_not_scanned(repo: Repo) -> None:
    repo.add("generated/.env", LEAK)
    repo.add("web/old.env", LEAK)
    repo.add("vendor/own/.env", LEAK)
    patterns = PathPatterns(("generated/", "old.env"))
    config = Config(exclusion=Exclusion(excluded=patterns, included=PathPatterns(("vendor/",))))

    report = scan_staged((), rules=RULES, config=config, folder=repo.root)

    assert found(report) == [("LK101", "vendor/own/.env")]
    assert report.excluded == ("generated",)
    assert "configuration" in skipped(report)["web/old.env"]
    assert found(scan_staged(["generated"], rules=RULES, config=config, folder=repo.root)) == [
        ("LK101", "generated/.env")
    ]


def test_names_that_the_project_states_are_looked_for(repo: Repo) -> None:
    repo.add("conf.env", f"ACME_RTC_SIGNING_KEY={SECRET}\n")
    config = Config(hints=Hints(secret_names=("ACME_RTC_SIGNING_KEY",)))

    assert found(scan_staged((), rules=RULES, config=config, folder=repo.root)) == [("LK101", "conf.env")]
