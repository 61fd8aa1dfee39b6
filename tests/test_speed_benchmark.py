"""The speed benchmark: its figures, its goals and its tables, with the hooks that it times."""

from __future__ import annotations

import json
import stat
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from benchmarks import commits, speed, trees
from benchmarks.goals import GOALS, AtMost, Faster, Memory, is_reached, judged
from benchmarks.scanners import FLOOR, OURS, PASS, SCANNERS, on_commit
from benchmarks.timing import Cost, Figure, Limits, ratio
from tests.checkout import git

ONCE = Limits(runs=1, timeout=30, warm_up=False)


def silent(_text: str) -> None:
    """Nobody hears it."""


def took(seconds: float, *, is_over: bool = False, failure: str = "", peak: int = 10 * 2**20) -> Cost:
    return Cost(seconds, seconds, peak, peak, is_over=is_over, failure=failure)


# --- figures ----------------------------------------------------------------------------------------------------------


def test_a_ratio_is_the_median_of_those_of_the_same_round() -> None:
    assert ratio([took(2), took(30), took(9)], [took(1), took(10), took(3)]) == Figure(3)


def test_a_ratio_to_a_run_that_was_ended_is_only_known_to_be_larger() -> None:
    assert ratio([took(100, is_over=True)], [took(2), took(3)]) == Figure(50, is_more=True)


def test_no_ratio_comes_of_a_failure_or_of_a_base_that_was_ended() -> None:
    assert ratio([took(1, failure="no")], [took(1)]) is None
    assert ratio([took(1)], [took(1, is_over=True)]) is None
    assert ratio([], [took(1)]) is None


@pytest.mark.parametrize(
    ("goal", "figure", "verdict"),
    [
        (AtMost("general", OURS, FLOOR, 3), Figure(3.0), "yes"),
        (AtMost("general", OURS, FLOOR, 3), Figure(3.1), "no"),
        (AtMost("general", OURS, FLOOR, 3), Figure(2.0, is_more=True), "unknown"),
        (Faster("general", "semgrep", 30), Figure(31.0, is_more=True), "yes"),
        (Faster("general", "semgrep", 30), Figure(29.0, is_more=True), "unknown"),
        (Faster("general", "semgrep", 30), Figure(29.0), "no"),
        (Memory("general", OURS, 80), Figure(81.0), "no"),
        (Memory("general", OURS, 80), None, "unknown"),
    ],
)
def test_a_goal_is_reached_only_when_that_is_known(
    goal: AtMost | Faster | Memory, figure: Figure | None, verdict: str
) -> None:
    assert is_reached(goal, figure) == verdict


def test_goals_are_judged_for_the_tables_that_were_made() -> None:
    results = {"general": {FLOOR: [took(1)], OURS: [took(2, peak=90 * 2**20)], "kingfisher": [took(10)]}}

    assert list(judged(results))[2:] == [
        "| general: lk-audit / ripgrep | at most 3x | 2.0x | yes |",
        "| general: lk-audit faster than kingfisher | at least 4x | 5.0x | yes |",
        "| general: lk-audit faster than semgrep | at least 30x | not measured | unknown |",
        "| general: largest process of lk-audit | at most 80 MiB | 90.0 MiB | no |",
    ]


def test_every_goal_speaks_of_a_table_that_there_is() -> None:
    assert {goal.table for goal in GOALS} <= set(speed.COSTS)


# --- tables -----------------------------------------------------------------------------------------------------------


def test_a_table_says_what_failed_and_what_was_ended() -> None:
    costs = {
        FLOOR: [took(1), took(1)],
        OURS: [took(2), took(3)],
        "semgrep": [took(60, is_over=True)],
        "bandit": [took(1, failure="exit code 2: no")],
    }

    lines = list(speed.rendered(speed.Table(FLOOR, costs)))

    assert lines[3] == "| lk-audit | 2 | 2.50 (2.00 to 3.00) | 2.5x | 2.50 | 2.5x | 1.0x | 10 | 10 |"
    assert lines[4] == "| semgrep | 1 | > 60 | > 60.0x | ? | ? | > 30.0x | 10 | 10 |"
    assert lines[5].startswith("| bandit | failed: exit code 2: no |")
    assert {line.count("|") for line in lines} == {10}


def fake(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


def recorded(folder: Path, name: str, files: dict[str, str]) -> None:
    """A tree that lies there finished."""
    for path, text in files.items():
        (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / path).write_text(text)
    trees.under_git(folder / name)
    wanted = [origin for origin in trees.origins(trees.LIST.read_text()) if name in origin.trees]
    said = {"files": len(files), "size": 1, "missing": [], "moved": [], "origins": wanted}
    (folder / f"{name}.json").write_text(json.dumps(said, default=asdict))


@pytest.fixture
def peers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A path with git and four tools: one that is quick, one that is slow, one that fails, one that finds."""
    folder = tmp_path / "bin"
    folder.mkdir()
    fake(folder, "rg", '[ "$1" = --version ] && echo "ripgrep 99.1.2"; exit 1')
    fake(folder, "semgrep", '[ "$1" = --version ] && echo 7.7.7 && exit; sleep 60')
    fake(folder, "kingfisher", "exit 200")
    fake(folder, "bandit", "echo broken >&2; exit 3")
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.mark.usefixtures("peers")
def test_the_command_runs_what_is_installed_and_writes_the_tables(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recorded(tmp_path, "dense", {"a.py": "from livekit import api\n"})
    out = tmp_path / "speed.md"
    arguments = ("--trees", str(tmp_path), "--runs", "1", "--timeout", "8", "--patience", "5", "--output", str(out))

    speed.main([*arguments, "--table", "dense", "--skip", "gitleaks", "--no-clone"])

    text = out.read_text()
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in text.splitlines() if line.startswith("| ")}
    assert "ripgrep 99.1.2" in text
    assert "semgrep 7.7.7" in text
    assert "- tree dense: 1 files, 0 MB" in text
    assert rows["lk-audit"].split(" | ")[1] == "1"
    assert "> 8" in rows["semgrep"]
    assert "failed: exit code 3: broken" in rows["bandit"]
    assert rows["kingfisher"].split(" | ")[1] == "1"
    assert "gitleaks" not in rows
    assert "Load before" in text
    assert "| dense: lk-audit / ripgrep | at most 5x |" in text
    printed = capsys.readouterr()
    assert printed.out.strip() == text.strip()


@pytest.mark.usefixtures("peers")
def test_a_table_whose_tree_is_too_small_says_so(tmp_path: Path) -> None:
    recorded(tmp_path, "dense", {"a/a.py": "api.AccessToken(), api.VideoGrants()\n"})
    bench = speed.Bench(tmp_path, trees.Supply(may_download=False), ONCE, say=silent)

    text = "\n".join(speed.report(bench, ["hook, ten mint tokens"]))

    assert "has 1 parts in which Python mints tokens; 10 are needed" in text


@pytest.mark.usefixtures("peers")
def test_growth_scans_the_same_files_up_to_eight_times(tmp_path: Path) -> None:
    recorded(tmp_path, "growth", {"a.py": "from livekit import api\n"})
    bench = speed.Bench(tmp_path, trees.Supply(may_download=False), ONCE, say=silent)

    table = speed.COSTS["growth"](bench)

    assert list(table.costs) == ["lk-audit, 1x", "lk-audit, 2x", "lk-audit, 4x", "lk-audit, 8x"]
    assert all(each.failure == "" for costs in table.costs.values() for each in costs)


# --- hooks ------------------------------------------------------------------------------------------------------------


def test_ten_ordinary_files_are_staged_and_none_mentions_livekit(tmp_path: Path) -> None:
    names = commits.ordinary(tmp_path)

    assert git(tmp_path, "diff", "--cached", "--name-only").splitlines() == sorted(names)
    assert len(names) == commits.COUNT
    assert not any(b"livekit" in (tmp_path / name).read_bytes().lower() for name in names)


def test_of_files_that_mint_the_first_of_every_part_is_taken(tmp_path: Path) -> None:
    for number in range(12):
        for name in ("b.py", "a.py", "c.txt"):
            file = tmp_path / "tree" / f"part{number:02}" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f"api.AccessToken() # {number}\napi.VideoGrants()\n")

    names = commits.minting(tmp_path / "tree", tmp_path / "hook")

    assert [Path(name).name for name in names] == ["a.py"] * 10
    assert "# 9" in (tmp_path / "hook" / names[9]).read_text()


def test_a_hook_gets_the_files_and_python_tools_those_in_python() -> None:
    by_name = {scanner.name: scanner for scanner in SCANNERS}
    files = ["a.py", "b.ts"]

    assert on_commit(by_name["bandit"], Path(), files).command[-1:] == ("a.py",)
    assert on_commit(by_name[OURS], Path(), files).command[-4:] == ("--force-exclude", "--", "a.py", "b.ts")
    assert on_commit(by_name[PASS], Path(), files).command == (sys.executable, "-c", "pass")
