"""git is run such that a scanned repository has no say in what is executed."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from lk_audit.files import git_names
from lk_audit.files.discovery import discover
from lk_audit.git import process
from lk_audit.git.objects import Entry, Objects, Stream
from lk_audit.git.process import Git, GitError, complaint
from lk_audit.rule_loader import load_rules
from lk_audit.scanning.environment_files import Ignored
from lk_audit.scanning.history import scan_history
from lk_audit.scanning.staged import scan_staged
from tests.git.repo import CLEAN, LEAK, Repo, new

RULES = load_rules(()).rules
_CONFIGURED = (
    "core.fsmonitor",
    "core.pager",
    "core.sshCommand",
    "core.alternateRefsCommand",
    "diff.external",
    "diff.trap.command",
    "diff.trap.textconv",
    "filter.trap.smudge",
    "filter.trap.process",
    "gpg.program",
    "pager.log",
    "pager.diff-tree",
    "credential.helper",
    "uploadpack.packObjectsHook",
)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return new(tmp_path / "repo")


@pytest.fixture
def trap(repo: Repo, tmp_path: Path) -> Path:
    """A file that exists once the repository has had a program run; its configuration tries in every way."""
    sprung = tmp_path / "sprung"
    program = tmp_path / "trap.sh"
    program.write_text(f"#!/bin/sh\ntouch {sprung}\ncat\n")
    program.chmod(0o755)
    repo.commit(".gitattributes", "* diff=trap filter=trap\n")
    repo.commit(".env", LEAK)
    repo.add(".env", CLEAN)
    for name in _CONFIGURED:
        repo.git("config", name, str(program))
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "remote.origin.url", f"ext::{program}")
    repo.git("config", "remote.origin.promisor", "true")
    repo.git("config", "remote.origin.uploadpack", str(program))
    repo.git("config", "core.hooksPath", str(tmp_path / "hooks"))
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        file = tmp_path / "hooks" / hook
        file.parent.mkdir(exist_ok=True)
        file.write_text(program.read_text())
        file.chmod(0o755)
    return sprung


def test_no_scan_runs_what_a_repository_names(repo: Repo, trap: Path) -> None:
    trap.unlink(missing_ok=True)

    discover(["."], folder=repo.root)
    scan_staged((), rules=RULES, folder=repo.root)
    report = scan_history((), rules=RULES, folder=repo.root)

    assert [finding.rule_id for finding in report.findings] == ["LK101"]
    assert not trap.exists()


def test_a_missing_object_is_not_fetched(repo: Repo, trap: Path) -> None:
    trap.unlink(missing_ok=True)

    with Objects(Git(repo.root), 1000) as objects:
        assert objects.read(b"1" * 40).is_missing

    assert not trap.exists()


def test_a_scan_changes_nothing_in_the_repository(repo: Repo) -> None:
    repo.commit(".env", LEAK)
    repo.add("a.txt", "livekit")
    os.utime(repo.root / ".env")
    before = {file: file.read_bytes() for file in (repo.root / ".git").rglob("*") if file.is_file()}

    discover(["."], folder=repo.root)
    scan_staged((), rules=RULES, folder=repo.root)
    scan_history((), rules=RULES, folder=repo.root)

    assert {file: file.read_bytes() for file in (repo.root / ".git").rglob("*") if file.is_file()} == before


def test_variables_that_a_hook_hands_down_do_not_lead_elsewhere(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = new(tmp_path / "other")
    repo.commit(".env", LEAK)
    monkeypatch.setenv("GIT_DIR", str(other.root / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.root))
    monkeypatch.setenv("GIT_LITERAL_PATHSPECS", "1")

    assert len(scan_history(["."], rules=RULES, folder=repo.root).findings) == 1


def test_objects_that_wait_in_quarantine_are_seen(repo: Repo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A server's hook looks at what is pushed before it is accepted: git-receive-pack(1), "QUARANTINE ENVIRONMENT"."""
    repo.commit("a.txt", "a")
    store = tmp_path / "quarantine"
    store.mkdir()
    own = str(repo.root / ".git" / "objects")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(store))
    monkeypatch.setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", own)
    repo.add(".env", LEAK)
    tree = repo.git("write-tree")
    pushed = repo.git("commit-tree", tree, "-p", "HEAD", "-m", "pushed")

    report = scan_history((), f"HEAD..{pushed}", rules=RULES, folder=repo.root)

    assert [finding.place.path for finding in report.findings] == [".env"]


def test_a_committed_folder_that_looks_like_a_bare_repository_does_not_say_what_is_in_it(repo: Repo) -> None:
    """Its index names one file, and its exclusions hide the others: git-config(1), `safe.bareRepository`."""
    inner = Repo(repo.root / "inner")
    inner.root.mkdir()
    inner.git("init", "--quiet", "--bare")
    inner.git("config", "core.bare", "false")
    inner.git("config", "core.worktree", ".")
    inner.put("decoy.txt", "livekit")
    inner.git("add", "decoy.txt", GIT_DIR=".", GIT_WORK_TREE=".")
    inner.put("info/exclude", "*")
    repo.commit("inner/.env", LEAK)

    found = discover(["."], folder=inner.root)

    assert ".env" in found.paths
    assert [item.path for item in found.skipped if "cannot use bare repository" in item.reason] == ["."]


def test_references_that_are_a_pipe_are_not_waited_for(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit(".env", LEAK)
    os.mkfifo(repo.root / ".git" / "packed-refs")
    monkeypatch.setattr(process, "_PATIENCE", 0.2)
    monkeypatch.setattr(process, "_hopeless", set())

    with pytest.raises(GitError, match="does not answer within"):
        scan_history((), rules=RULES, folder=repo.root)


@pytest.mark.parametrize("name", ["a.txt", ".env"])
def test_an_object_that_is_a_pipe_ends_a_walk_through_the_history(
    repo: Repo, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.commit(".env", LEAK)
    repo.commit("a.txt", "livekit\n")
    pipe_in_the_place_of(repo, name)
    monkeypatch.setattr(process, "_PATIENCE", 0.3)
    monkeypatch.setattr(process, "_hopeless", set())

    with pytest.raises(GitError, match="does not answer within"):
        scan_history((), rules=RULES, folder=repo.root)


def test_a_staged_file_whose_object_is_a_pipe_is_told_as_missing(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("b.env", LEAK)
    repo.put("a.env", "LIVEKIT_URL=wss://shop.livekit.cloud\n")
    repo.git("add", "a.env")
    pipe_in_the_place_of(repo, "a.env")
    monkeypatch.setattr(process, "_PATIENCE", 0.3)
    monkeypatch.setattr(process, "_hopeless", set())

    report = scan_staged((), rules=RULES, folder=repo.root)

    assert "a.env" in {item.path for item in report.skipped}


def pipe_in_the_place_of(repo: Repo, name: str) -> None:
    """Makes the object of a staged file a pipe that nobody writes to."""
    found = repo.git("rev-parse", f":{name}").strip()
    place = repo.root / ".git" / "objects" / found[:2] / found[2:]
    place.unlink()
    os.mkfifo(place)


def test_after_many_folders_from_which_git_does_not_come_back_it_is_asked_no_more(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each may be a repository inside a scanned one, whose configuration is a pipe."""
    hopeless: set[Path] = set()
    monkeypatch.setattr(process, "_hopeless", hopeless)
    waited = [process._patience(repo.root)]  # noqa: SLF001 - nobody waits as long as that in a test
    for number in range(5):
        assert not process.is_hopeless(repo.root)
        hopeless.add(repo.root / str(number))
        waited.append(process._patience(repo.root))  # noqa: SLF001 - as above

    assert waited == [60.0, 10.0, 10.0, 10.0, 10.0, 0.0]
    assert Git(repo.root).ask("ls-files") is None
    assert Git(repo.root).attempt("ls-files") is None


def test_a_failing_command_says_why_in_one_line(repo: Repo) -> None:
    with pytest.raises(GitError, match=r"^git rev-parse fails: Needed a single revision$"):
        Git(repo.root).run("rev-parse", "--verify", "nothing")


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        (b"warning: a\nfatal: b\nfatal: c\n", "b"),
        (b"error: a\n", "a"),
        (b"what\n", "what"),
        (b"", "no reason given"),
        (b"fatal: \xff\n", "\ufffd"),
    ],
)
def test_the_complaint_is_the_first_that_git_calls_one(stderr: bytes, said: str) -> None:
    assert complaint(stderr) == said


# --- objects ----------------------------------------------------------------------------------------------------------


def blob(repo: Repo, text: str) -> bytes:
    repo.put("blob", text)
    return repo.git("hash-object", "-w", "blob").encode()


def test_an_object_over_the_limit_is_measured_and_not_read(repo: Repo) -> None:
    large, small = blob(repo, "x" * 3_000_000), blob(repo, "y")

    with Objects(Git(repo.root), 1_000_000) as objects:
        assert (objects.read(large).data, objects.read(large).size) == (None, 3_000_000)
        assert objects.read(small).data == b"y"


def test_an_empty_object_is_there(repo: Repo) -> None:
    with Objects(Git(repo.root), 10) as objects:
        found = objects.read(blob(repo, ""))

    assert found.data == b""
    assert not found.is_missing


def test_a_stream_answers_in_order_and_may_be_left(repo: Repo) -> None:
    ids = [blob(repo, str(number) * 100) for number in range(200)]
    entries = (Entry(item, b"") for _ in range(200) for item in ids)
    seen = []

    for entry, content in Stream(Git(repo.root), entries, 1000):
        seen.append((entry.id, (content.data or b"")[:1]))
        if len(seen) == 300:
            break

    expected = [(item, str(number)[:1].encode()) for number, item in enumerate(ids)]
    assert seen == [*expected, *expected[:100]]


def test_what_the_list_of_a_stream_raises_is_raised_to_its_reader(repo: Repo) -> None:
    known = blob(repo, "a")

    def entries() -> Generator[Entry, None, None]:
        yield Entry(known, b"")
        raise LookupError("broken")

    with pytest.raises(LookupError, match="broken"):
        list(Stream(Git(repo.root), entries(), 1000))


def test_a_question_may_be_asked_before_anybody_waits_for_the_answer(repo: Repo) -> None:
    repo.commit("a.txt", "A\n")
    git = Git(repo.root)
    git.ask_ahead("ls-files", "-z")
    repo.commit("b.txt", "B\n")

    answers = [asked.answer() for _ in range(2) if (asked := Git(repo.root).ask("ls-files", "-z")) is not None]

    assert answers[0] in {b"a.txt\0", b"a.txt\0b.txt\0"}  # whichever was first
    assert answers[1] == b"a.txt\0b.txt\0"


def test_an_answer_that_nobody_wants_any_more_is_not_waited_for(repo: Repo) -> None:
    asked = Git(repo.root).ask("cat-file", "--batch")
    assert asked is not None
    asked.drop()

    assert asked.answer() is None


def test_a_question_that_fails_has_no_answer(repo: Repo) -> None:
    asked = Git(repo.root).ask("cat-file", "-p", "1" * 40)

    assert asked is not None
    assert asked.answer() is None


def test_untracked_files_are_found_where_git_cannot_list_them(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.commit("a.txt", "A\n")
    (repo.root / "b.txt").write_text("B\n")
    monkeypatch.setattr(git_names, "_UNTRACKED", ("no-such-command",))

    assert list(discover(["."], folder=repo.root).paths) == ["a.txt", "b.txt"]


def test_the_working_folder_is_listed_ahead_once(repo: Repo) -> None:
    repo.commit("a.txt", "A\n")
    git_names.list_ahead(repo.root)
    first = list(discover(["."], folder=repo.root).paths)
    (repo.root / "b.txt").write_text("B\n")

    assert first == ["a.txt"]
    assert list(discover(["."], folder=repo.root).paths) == ["a.txt", "b.txt"]


def test_ignored_environment_files_are_asked_for_ahead_where_an_image_may_take_them_along(repo: Repo) -> None:
    question = (repo.root, git_names.IGNORED_ENVIRONMENT)
    repo.commit(".gitignore", ".env*\n")
    (repo.root / ".env").write_text("A=1\n")
    git_names.list_ahead(repo.root)
    is_asked_without = question in process._ahead  # noqa: SLF001 - what runs by now
    repo.commit("app/Dockerfile", "FROM scratch\n")
    git_names.list_ahead(repo.root)
    is_asked = question in process._ahead  # noqa: SLF001 - as above
    discover(["."], folder=repo.root)
    ignored = Ignored(repo.root)

    assert (is_asked_without, is_asked) == (False, True)
    assert ignored.answer() == b".env\0"
    assert question not in process._ahead  # noqa: SLF001 - as above
    (repo.root / ".env").unlink()
    ignored.ask()
    assert ignored.answer() == b""


def test_an_index_that_is_a_pipe_is_not_waited_for(repo: Repo) -> None:
    (repo.root / ".git" / "index").unlink(missing_ok=True)
    os.mkfifo(repo.root / ".git" / "index")

    git_names.list_ahead(repo.root)

    asked = dict(process._ahead)  # noqa: SLF001 - what runs by now, and git itself would wait for ever
    process._ahead.clear()  # noqa: SLF001 - as above
    for question in asked.values():
        question.drop()
    assert (repo.root, git_names.IGNORED_ENVIRONMENT) not in asked
