"""Which commits belong to a history, in which order, and how a range limits them."""

from __future__ import annotations

import pytest

from lk_audit.errors import UsageError
from tests.git.histories import found, origin, scan
from tests.git.repo import KEY, LEAK, OTHER, Repo
from tests.samples import SECRET


def test_every_branch_tag_and_stash_belongs_to_the_history(repo: Repo) -> None:
    repo.commit("a.txt", "a")
    repo.git("switch", "--quiet", "--create", "side")
    repo.commit("side.env", LEAK)
    repo.git("switch", "--quiet", "main")
    repo.git("switch", "--quiet", "--detach")
    repo.commit("tagged.env", LEAK.replace(SECRET, OTHER))
    repo.git("tag", "v1")
    repo.git("switch", "--quiet", "main")
    repo.put("a.txt", f"LIVEKIT_API_SECRET={SECRET[::-1]}\n")
    repo.git("stash")

    assert [path for _, path in found(scan(repo))] == ["a.txt", "side.env", "tagged.env"]


def test_a_range_limits_the_commits(repo: Repo) -> None:
    repo.commit("old.env", LEAK)
    repo.git("tag", "start")
    leak = repo.commit("new.env", LEAK.replace(SECRET, OTHER))

    report = scan(repo, among="start..main")

    assert found(report) == [("LK101", "new.env")]
    assert origin(report).commit == leak
    assert report.commits == 1


def test_a_secret_that_a_range_adds_again_is_found_in_the_range(repo: Repo) -> None:
    repo.commit("old.env", LEAK)
    repo.git("tag", "start")
    again = repo.commit("new.env", f"{LEAK}A=1\n")

    report = scan(repo, among="start..")

    assert origin(report).commit == again
    assert origin(report).is_in_head


def test_a_range_that_git_does_not_know_is_an_error(repo: Repo) -> None:
    repo.commit("a.txt", "a")

    with pytest.raises(UsageError, match=r"git does not know the range nowhere\.\.main"):
        scan(repo, among="nowhere..main")


@pytest.mark.parametrize("text", ["--all", "-n1", "main --output=x"])
def test_a_range_is_no_way_to_give_git_options(repo: Repo, text: str) -> None:
    repo.commit("a.txt", "a")

    with pytest.raises(UsageError, match="not a range of commits"):
        scan(repo, among=text)


def test_a_merge_brings_in_what_none_of_its_parents_has(repo: Repo) -> None:
    repo.commit("a.txt", "a")
    repo.git("switch", "--quiet", "--create", "side")
    repo.commit("b.txt", "b")
    repo.git("switch", "--quiet", "main")
    repo.commit("c.txt", "c")
    repo.git("merge", "--no-commit", "--no-ff", "--quiet", "side")
    merge = repo.commit(".env", LEAK)
    repo.remove(".env")

    assert origin(scan(repo)).commit == merge


def test_a_merge_does_not_bring_in_what_its_branch_has(repo: Repo) -> None:
    repo.commit("a.txt", "a")
    repo.git("switch", "--quiet", "--create", "side")
    leak = repo.commit(".env", LEAK)
    repo.git("switch", "--quiet", "main")
    repo.commit("c.txt", "c")
    repo.git("merge", "--no-ff", "--quiet", "--message=merge", "side")

    assert origin(scan(repo)).commit == leak


def test_parents_come_before_children_whatever_the_clocks_say(repo: Repo) -> None:
    leak = repo.commit(".env", LEAK)
    repo.commits = 0
    repo.git("rm", "--quiet", ".env")
    repo.commit()
    repo.commit("copy.env", LEAK)

    assert origin(scan(repo)).commit == leak


def test_a_blob_that_only_a_tag_names_is_found_without_a_commit(repo: Repo) -> None:
    repo.commit("a.txt", "a")
    repo.put("livekit.env", LEAK)
    blob = repo.git("hash-object", "-w", "livekit.env")
    repo.git("tag", "-a", "-m", f"livekit {KEY}", "key", blob)

    report = scan(repo)

    # Such a blob has no name: it is read as text.
    assert origin(report).commit is None
    assert origin(report).date is None
    assert not origin(report).is_in_head
