"""A cache never changes a byte of a report, whatever has happened to the tree since it was filled."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lk_audit.api import scan
from lk_audit.cache import ahead, table
from lk_audit.files import discovery, listing
from lk_audit.files.columns import Columns
from lk_audit.machine import processes
from lk_audit.scanning import cached
from tests.cache.trees import FILES, OWN_RULE, git, put, scanned, shown
from tests.samples import SECRET

Change = Callable[[Path], object]
LEAK = f'LIVEKIT_API_SECRET = "{SECRET[::-1]}"\n'


def same_size_same_time(root: Path) -> None:
    file = root / "src/settings.py"
    status = file.stat()
    file.write_text(file.read_text().replace("hours=9", "hours=8"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def swapped(root: Path) -> None:
    (root / "src/settings.py").rename(root / "x")
    (root / "docs/guide.txt").rename(root / "src/settings.py")
    (root / "x").rename(root / "docs/guide.txt")


def image(root: Path) -> None:
    put(root, "Dockerfile", "FROM scratch\nCOPY . /app\n")
    put(root, "ignored/.env", FILES[".env"])


def retouched(root: Path) -> None:
    for file in root.rglob("*"):
        if file.is_file():
            os.utime(file)


def linked(root: Path) -> None:
    (root / "src/settings.py").unlink()
    (root / "src/settings.py").symlink_to("../docs/guide.txt")


def replaced_by_folder(root: Path) -> None:
    (root / ".env").unlink()
    put(root, ".env/x", LEAK)


def ignored(root: Path) -> None:
    git(root, "rm", "-q", "--cached", ".env")
    (root / ".git/info/exclude").write_text(".env\n")


def without_vendored(root: Path) -> None:
    shutil.rmtree(root / "vendor")


def vendored_file(root: Path) -> None:
    shutil.rmtree(root / "vendor")
    put(root, "vendor", LEAK)


def nested(root: Path) -> None:
    put(root, "inner/new.py", LEAK)
    git(root / "inner", "init", "-q")


def unlinked(root: Path) -> None:
    (root / "link.py").unlink(missing_ok=True)
    put(root, "link.py", LEAK)


def staged(root: Path) -> None:
    put(root, "src/new.py", LEAK)
    git(root, "add", "src/new.py")


def changed_back(root: Path) -> None:
    put(root, ".env", "A=1\n")
    put(root, ".env", FILES[".env"])


CHANGES: dict[str, Change] = {
    "nothing": lambda _: None,
    "a change of a file that matters": lambda root: put(root, "src/tokens.py", FILES["src/tokens.py"] + "\n# end\n"),
    "a change of what it imports": lambda root: put(root, "src/settings.py", "LIFE = None\n"),
    "a change of the same size, its time set back": same_size_same_time,
    "a change of a file that did not matter": lambda root: put(root, "docs/guide.txt", LEAK),
    "a new file": lambda root: put(root, "src/new.py", LEAK),
    "a file less": lambda root: (root / ".env").unlink(),
    "a file renamed": lambda root: (root / "src/tokens.py").rename(root / "src/test_tokens.py"),
    "a folder renamed": lambda root: (root / "src").rename(root / "tests"),
    "two files that change places": swapped,
    "a file that becomes a link": linked,
    "a file that becomes a folder": replaced_by_folder,
    "files touched without a change": retouched,
    "another mode": lambda root: (root / ".env").chmod(0o600),
    "a file that git no longer tracks": lambda root: git(root, "rm", "-q", "--cached", ".env"),
    "a file that git ignores now": ignored,
    "a new file that git tracks": staged,
    "a folder less that was left out": without_vendored,
    "a file in the place of a folder that was left out": vendored_file,
    "another repository inside": nested,
    "a link less": lambda root: (root / "link.py").unlink(missing_ok=True),
    "a link that has become a file": unlinked,
    "no repository any more": lambda root: shutil.rmtree(root / ".git"),
    "an image that takes an ignored file along": image,
    "a configuration": lambda root: put(root, "lk-audit.toml", '[severity]\nLK101 = "note"\n'),
    "a configuration further down": lambda root: put(root, "src/lk-audit.toml", 'ignore = ["LK101"]\n'),
    "a manifest": lambda root: put(root, "package.json", '{"name": "web", "dependencies": {"next": "15"}}\n'),
    "a file that cannot be told to be text": lambda root: put(root, "README.md", "\0"),
    "a name that is no text": lambda root: (root / os.fsdecode(b"src/caf\xe9.py")).write_text(LEAK),
}
if sys.platform != "linux":
    del CHANGES["a name that is no text"]


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_report_after_a_change_is_that_of_a_scan_without_a_cache(change: Change, tree: Path, cache: Path) -> None:
    (tree / "link.py").symlink_to("../elsewhere.py")
    git(tree, "add", "link.py")
    cold = shown(scanned(tree, cache))
    warm = shown(scanned(tree, cache))
    before = shown(scanned(tree))

    change(tree)
    after, again, expected = shown(scanned(tree, cache)), shown(scanned(tree, cache)), shown(scanned(tree))

    assert cold == warm == before
    assert after == again == expected


@pytest.mark.skipif(not processes.can_spread(), reason="one process does all")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_nor_does_it_matter_that_the_files_of_last_time_are_looked_at_before_others_are_listed(
    change: Change, tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "MANY", 1)
    monkeypatch.setattr(ahead, "_SPAN", 20)
    cold = shown(scanned(tree, cache, jobs=3))

    change(tree)
    after, again, expected = (shown(scanned(tree, *kept, jobs=3)) for kept in ((cache,), (cache,), ()))

    assert cold
    assert after == again == expected


def test_a_tree_of_which_git_says_the_same_is_not_listed_again(
    tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "link.py").symlink_to("../elsewhere.py")
    git(tree, "add", "link.py")
    cold = shown(scanned(tree, cache))

    def refuse(*_: object) -> None:
        raise AssertionError("names were made")

    monkeypatch.setattr(listing, "_names", refuse)

    assert shown(scanned(tree, cache)) == cold
    put(tree, "src/new.py", LEAK)
    with pytest.raises(AssertionError, match="names"):
        scanned(tree, cache)


@pytest.mark.skipif(not processes.can_spread(), reason="one process does all")
def test_files_whose_process_was_ended_are_looked_at_all_the_same(
    tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "MANY", 1)
    cold = shown(scanned(tree, cache))
    first, state = os.getpid(), discovery.states

    def ended(*arguments: Any, **named: Any) -> Columns:  # noqa: ANN401 - those of the function
        if os.getpid() != first:
            os.kill(os.getpid(), signal.SIGKILL)
        return state(*arguments, **named)

    monkeypatch.setattr(cached, "states", ended)

    assert shown(scanned(tree, cache, jobs=2)) == cold


def test_any_sequence_of_changes_leaves_the_reports_true(tree: Path, cache: Path) -> None:
    generator = random.Random(20_260_101)
    for _ in range(40):
        path = generator.choice([*FILES, "src/more.py", "src/other/.env"])
        text = generator.choice([*FILES.values(), LEAK, "", None])
        if text is None:
            (tree / path).unlink(missing_ok=True)
        else:
            put(tree, path, text)

        assert shown(scanned(tree, cache)) == shown(scanned(tree))


def test_an_ignored_file_that_an_image_takes_along_is_looked_at_every_time(tree: Path, cache: Path) -> None:
    image(tree)
    seen = []
    for text in (FILES[".env"], "LIVEKIT_API_SECRET=\n", None, FILES[".env"]):
        file = tree / "ignored/.env"
        file.unlink(missing_ok=True) if text is None else file.write_text(text)

        report = scanned(tree, cache)

        assert shown(report) == shown(scanned(tree))
        seen.append(sum(finding.place.path == "ignored/.env" for finding in report.findings))
    assert seen[0] == seen[3] > seen[1] == seen[2] == 0


@pytest.mark.usefixtures("no_analysis")
def test_without_a_former_scan_the_files_are_analysed(tree: Path, cache: Path) -> None:
    with pytest.raises(AssertionError, match="analysed"):
        scanned(tree, cache)


AGAIN: dict[str, Change] = {
    "nothing has changed": lambda _: None,
    "files were only touched": retouched,
    "a change was taken back": changed_back,
}


@pytest.mark.parametrize("change", AGAIN.values(), ids=AGAIN)
def test_a_second_scan_analyses_nothing_when(
    change: Change, tree: Path, cache: Path, request: pytest.FixtureRequest
) -> None:
    cold = shown(scanned(tree, cache))
    change(tree)
    request.getfixturevalue("no_analysis")

    assert shown(scanned(tree, cache)) == cold


def test_a_copy_of_a_tree_has_the_report_of_the_original(
    tree: Path, cache: Path, request: pytest.FixtureRequest
) -> None:
    cold = shown(scanned(tree, cache))
    copy = tree.parent / "copy"
    shutil.copytree(tree, copy)
    request.getfixturevalue("no_analysis")

    assert shown(scanned(copy, cache)) == cold


def test_a_tree_that_was_moved_has_its_report(tree: Path, cache: Path, request: pytest.FixtureRequest) -> None:
    cold = shown(scanned(tree, cache))
    moved = tree.rename(tree.parent / "moved")
    request.getfixturevalue("no_analysis")

    assert shown(scanned(moved, cache)) == cold


def test_going_back_to_another_branch_needs_no_analysis(
    tree: Path, cache: Path, request: pytest.FixtureRequest
) -> None:
    first = shown(scanned(tree, cache))
    git(tree, "checkout", "-qb", "other")
    put(tree, "src/tokens.py", LEAK)
    git(tree, "commit", "-qam", "other")
    second = shown(scanned(tree, cache))
    request.getfixturevalue("no_analysis")

    git(tree, "checkout", "-q", "-")
    assert shown(scanned(tree, cache)) == first
    git(tree, "checkout", "-q", "other")
    assert shown(scanned(tree, cache)) == second != first


def test_the_configuration_the_rules_and_the_options_are_told_apart(tree: Path, cache: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    put(rules, "own_rule.py", OWN_RULE)
    ways: list[dict[str, Any]] = [
        {},
        {"max_ttl": "12h"},
        {"ignore": "LK101"},
        {"exclude": "src/"},
        {"min_severity": "high"},
        {"rule_folders": rules},
        {"isolated": True},
        {"jobs": 2},
    ]
    expected = [shown(scanned(tree, **way)) for way in ways]

    for _ in range(2):
        assert [shown(scanned(tree, cache, **way)) for way in ways] == expected
    assert len(set(expected)) == 6


def test_a_changed_rule_of_ones_own_is_run_again(tree: Path, cache: Path, tmp_path: Path) -> None:
    for number, text in enumerate((OWN_RULE, OWN_RULE.replace("of ours", "else"), OWN_RULE)):
        # The same rules in another folder: one process loads a rule file once.
        rules = tmp_path / str(number)
        put(rules, "own_rule.py", text)

        report = scanned(tree, cache, rule_folders=rules)

        said = {finding.message for finding in report.findings if finding.rule_id == "XX900"}
        assert said == {"something else" if number == 1 else "something of ours"}


def test_another_version_of_the_tool_starts_afresh(
    tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    scanned(tree, cache)
    monkeypatch.setattr("lk_audit.cache.identity.__version__", "99.0")
    request.getfixturevalue("no_analysis")

    with pytest.raises(AssertionError, match="analysed"):
        scanned(tree, cache)


@pytest.mark.parametrize("jobs", [1, 2])
def test_part_of_a_project_is_scanned_again_when_what_it_leads_to_has_changed(
    tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.chdir(tree)
    monkeypatch.setattr(table, "TICK", 10_000_000)
    put(tree, "src/tokens.py", FILES["src/tokens.py"].replace("from settings", "from common.settings"))
    found = []
    for hours in (9_000, 1, 9_000):
        put(tree, "common/settings.py", FILES["src/settings.py"].replace("9", str(hours)))

        time.sleep(0.05)
        report = scan("src", cache=cache, select="all", jobs=jobs)

        assert shown(report) == shown(scan("src", select="all"))
        found.append([finding.rule_id for finding in report.findings])
    assert found[0] == found[2] != found[1]


def test_part_of_a_project_needs_no_analysis_the_second_time(
    tree: Path, cache: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "TICK", 10_000_000)
    monkeypatch.chdir(tree)
    time.sleep(0.05)
    cold = shown(scan("src", cache=cache, select="all"))
    request.getfixturevalue("no_analysis")

    assert shown(scan("src", cache=cache, select="all")) == cold
