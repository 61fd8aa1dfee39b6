"""A cache never changes a byte of a report, whatever has happened to the tree since it was filled."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any

import jwt
import pytest

from lk_audit import discovery, extraction, listing, pipeline, processes, reading, sources
from lk_audit.api import scan
from lk_audit.budget import OutOfTime
from lk_audit.cache import ahead, scans, table
from lk_audit.cache.store import Store
from lk_audit.columns import Columns
from lk_audit.environment_files import EnvironmentFiles
from lk_audit.findings import Report
from tests.cache.trees import FILES, git, planted, put, scanned, shown
from tests.samples import SECRET

Change = Callable[[Path], object]
LEAK = f'LIVEKIT_API_SECRET = "{SECRET[::-1]}"\n'


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    return planted(root)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def no_analysis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever scans from now on must have the report from a cache."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the scan analysed files")

    monkeypatch.setattr(pipeline, "scan_sources", refuse)


def read_by(monkeypatch: pytest.MonkeyPatch, scan_again: Callable[[], object]) -> list[str]:
    """The files that a scan reads."""
    names: list[str] = []

    def watched(module: ModuleType, name: str) -> None:
        read = getattr(module, name)

        def noted(file: str, *arguments: object) -> object:
            names.append(file)
            return read(file, *arguments)

        monkeypatch.setattr(module, name, noted)

    watched(reading, "read_itself")
    watched(sources, "read_regular")
    scan_again()
    return sorted({name.partition("/tree/")[2] for name in names})


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

    monkeypatch.setattr(scans, "states", ended)

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


OWN_RULE = '''
from lk_audit.facts import CredentialLiteral
from lk_audit.rule_api import Problem, Severity, rule


@rule(CredentialLiteral, id="XX900", severity=Severity.LOW, cwe=798, fix="No.", bad=["--- a\\nx"], good=["--- a\\nx"])
def own_rule(literal, options):
    """Something."""
    yield Problem(literal.place, "something of ours")
'''


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


# --- reading ----------------------------------------------------------------------------------------------------------


def test_files_that_have_not_changed_are_not_read(tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "TICK", 10_000_000)
    time.sleep(0.05)
    scanned(tree, cache)

    assert read_by(monkeypatch, lambda: scanned(tree, cache)) == []


def test_after_a_change_only_files_that_matter_are_read(
    tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "TICK", 10_000_000)
    time.sleep(0.05)
    scanned(tree, cache)
    put(tree, "docs/guide.txt", "Still nothing.\n")

    paths = read_by(monkeypatch, lambda: scanned(tree, cache))

    assert "docs/guide.txt" in paths
    assert "src/tokens.py" in paths
    assert not {"README.md", "data.bin", "picture.py"} & set(paths)


def test_what_has_just_changed_is_read_again(tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tree, "docs/guide.txt", "Fresh.\n")
    scanned(tree, cache)

    assert "docs/guide.txt" in read_by(monkeypatch, lambda: scanned(tree, cache))


def test_a_file_that_is_replaced_during_a_scan_spoils_no_report(
    tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = scans.Scan.report

    def late(self: scans.Scan, environment: EnvironmentFiles) -> Report | None:
        put(tree, "src/settings.py", "LIFE = None\n")  # read only when the analysis comes to ask
        return report(self, environment)

    with monkeypatch.context() as patch:
        patch.setattr(scans.Scan, "report", late)
        scanned(tree, cache)

    assert shown(scanned(tree, cache)) == shown(scanned(tree))
    put(tree, "src/settings.py", FILES["src/settings.py"])
    assert shown(scanned(tree, cache)) == shown(scanned(tree))


def test_a_report_with_a_crash_is_not_kept(tree: Path, cache: Path, tmp_path: Path) -> None:
    put(tmp_path / "rules", "own_rule.py", OWN_RULE.replace("yield Problem", "raise ValueError; yield Problem"))
    for _ in range(2):
        assert scanned(tree, cache, rule_folders=tmp_path / "rules").crashes

    assert list(cache.glob("report-*")) == []


# --- time -------------------------------------------------------------------------------------------------------------

HOUR, DAY = 3600, 86_400
MADE = 1_750_000_000


def token(**claims: object) -> str:
    grants = {"video": {"roomJoin": True, "room": "r"}}
    return jwt.encode({"iss": "APIexample23456", "sub": "u", **grants, **claims}, SECRET, algorithm="HS256")


TIMES = sorted({MADE + near + far for near in (-1, 0, 1) for far in (-DAY, 0, HOUR, DAY, 2 * DAY, 3 * DAY, 40 * DAY)})


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": MADE + HOUR, "nbf": MADE},
        {"exp": MADE + 2 * DAY, "iat": MADE},
        {"exp": MADE + 2 * DAY},
        {"exp": MADE + HOUR},
        {"nbf": MADE},
        {},
        {"exp": (MADE + HOUR) * 1000},
    ],
    ids=repr,
)
def test_a_report_holds_no_longer_than_what_it_says_of_tokens(
    claims: dict[str, object], tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tree, "src/token.py", f'LIVEKIT_TOKEN = "{token(**claims)}"\n')
    times = [*TIMES, *reversed(TIMES)]
    random.Random(7).shuffle(times)

    for now in times:
        monkeypatch.setattr("lk_audit.configuration.building.time.time", lambda now=now: float(now))
        assert shown(scanned(tree, cache)) == shown(scanned(tree)), now


def test_a_report_with_an_expired_token_is_kept(tree: Path, cache: Path, request: pytest.FixtureRequest) -> None:
    put(tree, "src/token.py", f'LIVEKIT_TOKEN = "{token(exp=MADE, nbf=MADE - HOUR)}"\n')
    scanned(tree, cache)
    request.getfixturevalue("no_analysis")

    assert "expired" in shown(scanned(tree, cache))


def test_a_report_holds_no_longer_than_its_suppressions(
    tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tree, "src/late.py", f'LIVEKIT_API_SECRET = "{SECRET}"  # lk-audit: ignore[LK101] until=2025-06-16 soon\n')
    end = 1_750_118_400  # 2025-06-17, 0:00 UTC

    for now in (end - DAY, end - 1, end, end + 1, end - 1):
        monkeypatch.setattr("lk_audit.configuration.building.time.time", lambda now=now: float(now))
        assert shown(scanned(tree, cache)) == shown(scanned(tree)), now


STATED = """[[suppress]]
path = "config/late.json"
key = "$.livekit_api_secret"
rule = "LK101"
"""


def test_a_report_holds_no_longer_than_the_suppressions_of_its_configuration(
    tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tree, "config/late.json", json.dumps({"livekit_api_secret": SECRET}))
    put(tree, "lk-audit.toml", f"{STATED}expires = 2025-06-16\n")
    end = 1_750_118_400  # 2025-06-17, 0:00 UTC

    for now in (end - DAY, end - 1, end, end + 1, end - 1):
        monkeypatch.setattr("lk_audit.configuration.building.time.time", lambda now=now: float(now))
        assert shown(scanned(tree, cache)) == shown(scanned(tree)), now


def test_a_report_knows_whether_a_file_that_the_configuration_names_is_there(tree: Path, cache: Path) -> None:
    put(tree, ".gitignore", "config/\n")
    put(tree, "lk-audit.toml", STATED)
    put(tree, "config/late.json", "{}")
    assert shown(scanned(tree, cache)) == shown(scanned(tree))

    (tree / "config" / "late.json").unlink()

    assert shown(scanned(tree, cache)) == shown(scanned(tree))


def test_what_was_given_up_for_want_of_time_is_tried_again(
    tree: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_time(_: float) -> AbstractContextManager[None]:
        raise OutOfTime

    with monkeypatch.context() as patch:
        patch.setattr(extraction, "time_limit", no_time)
        short = scanned(tree, cache)

    assert any("takes longer than" in note.message for note in short.notes)
    assert shown(scanned(tree, cache)) == shown(scanned(tree)) != shown(short)


# --- trust ------------------------------------------------------------------------------------------------------------


def test_entries_that_the_scanned_repository_brings_along_are_not_believed(tree: Path) -> None:
    cache = tree / "cache"
    clean = shown(scanned(tree))
    put(tree, "ours/a.py", "import livekit\n")
    scanned(tree, cache)
    git(tree, "add", "-A", "-f")
    names = sorted(cache.iterdir())

    again = scanned(tree, cache)

    assert shown(again) == shown(scanned(tree)) != clean
    assert sorted(cache.iterdir()) == names


def test_a_forged_entry_that_the_scanned_repository_brings_along_hides_no_file(tree: Path, tmp_path: Path) -> None:
    scanned(tree, tmp_path / "elsewhere")
    (entry,) = (tmp_path / "elsewhere").glob("files-*")
    put(tree, f"cache/{entry.name}", "")
    git(tree, "add", "-A", "-f")
    scanned(tree, tmp_path / "elsewhere")
    known = table.decoded(Store(tmp_path / "elsewhere").read(entry.name))
    assert known is not None
    forged = table.Rows([], Columns(), known.gate, None, known.looked_at)
    Store(tree / "cache").write(entry.name, forged.encoded(known.outcome))

    assert shown(scanned(tree, tree / "cache")) == shown(scanned(tree))


@pytest.mark.parametrize("in_git", [True, False])
def test_a_cache_inside_the_tree_is_no_part_of_it(in_git: bool, tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    planted(root, in_git=in_git)
    expected = shown(scanned(root))

    assert [shown(scanned(root, root / ".lk-audit-cache")) for _ in range(3)] == [expected] * 3
    assert Store(root / ".lk-audit-cache").size() > 0


def test_the_python_api_keeps_nothing_unless_asked(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tree.parent / "home"))
    monkeypatch.delenv("LK_AUDIT_NO_CACHE")

    scanned(tree)

    assert not (tree.parent / "home").exists()
