"""Which files a scan with a cache reads again, by what clocks tell, and whose entries it believes."""

from __future__ import annotations

import json
import random
import time
from contextlib import AbstractContextManager
from pathlib import Path

import jwt
import pytest

from lk_audit.cache import table
from lk_audit.cache.store import Store
from lk_audit.files.columns import Columns
from lk_audit.findings import Report
from lk_audit.machine.budget import OutOfTime
from lk_audit.scanning import cached, file_analysis
from lk_audit.scanning.environment_files import EnvironmentFiles
from tests.cache.trees import FILES, OWN_RULE, git, planted, put, read_by, scanned, shown
from tests.samples import SECRET

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
    report = cached.Scan.report

    def late(self: cached.Scan, environment: EnvironmentFiles) -> Report | None:
        put(tree, "src/settings.py", "LIFE = None\n")  # read only when the analysis comes to ask
        return report(self, environment)

    with monkeypatch.context() as patch:
        patch.setattr(cached.Scan, "report", late)
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
        patch.setattr(file_analysis, "time_limit", no_time)
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
