"""The speed benchmark: its trees, its stopwatch, its figures and its tables."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
import time
import zipfile
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from benchmarks import commits, language_costs, phases, speed, stopwatch, trees
from benchmarks.goals import GOALS, AtMost, Faster, Memory, is_reached, judged
from benchmarks.scanners import FLOOR, OURS, PASS, SCANNERS, on_commit
from benchmarks.snapshots import Absent, mirrored, snapshot
from benchmarks.timing import Contestant, Cost, Figure, Limits, cost, in_turn, ratio
from lk_audit import frontends
from tests.checkout import git

ONCE = Limits(runs=1, timeout=30, warm_up=False)


def silent(_text: str) -> None:
    """Nobody hears it."""


def took(seconds: float, *, is_over: bool = False, failure: str = "", peak: int = 10 * 2**20) -> Cost:
    return Cost(seconds, seconds, peak, peak, is_over=is_over, failure=failure)


def python(name: str, code: str, *arguments: str, codes: frozenset[int] = frozenset({0})) -> Contestant:
    return Contestant(name, (sys.executable, "-I", "-c", code, *arguments), Path.cwd(), codes)


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


# --- trees ------------------------------------------------------------------------------------------------------------


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


# --- stopwatch --------------------------------------------------------------------------------------------------------


def test_seconds_and_the_largest_process_are_those_of_the_command_and_its_children() -> None:
    inner = "import time; x = b'1' * 60_000_000; time.sleep(0.3)"
    outer = "import subprocess, sys; subprocess.run([sys.executable, '-I', '-c', sys.argv[1]])"

    found = cost(python("nested", outer, inner), ONCE)

    assert found.seconds > 0.3
    assert found.cpu > 0
    assert 60_000_000 < found.peak < 120_000_000


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not say what processes share")
def test_the_memory_of_all_processes_is_more_than_that_of_the_largest() -> None:
    inner = "import time; x = b'1' * 30_000_000; time.sleep(1.5)"
    outer = (
        "import subprocess, sys;"
        "found = [subprocess.Popen([sys.executable, '-I', '-c', sys.argv[1]]) for _ in range(3)];"
        "[each.wait() for each in found]"
    )

    found = cost(python("three", outer, inner), ONCE)

    assert found.peak < 60_000_000
    assert found.together > 85_000_000


def test_a_command_that_takes_too_long_is_ended_with_its_children() -> None:
    inner = "import time; time.sleep(60)"
    outer = "import subprocess, sys; subprocess.run([sys.executable, '-I', '-c', sys.argv[1]])"

    found = cost(python("endless", outer, inner), Limits(timeout=0.6))

    assert found.is_over
    assert 0.6 <= found.seconds < 20


def test_a_look_at_the_memory_that_takes_long_is_not_interrupted_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    def slowly(_pid: int) -> list[int]:
        time.sleep(0.1)
        return []

    monkeypatch.setattr("signal.setitimer", lambda _timer, pause: pauses.append(pause))
    monkeypatch.setattr(stopwatch, "_family", slowly)
    watch = stopwatch.Watch(os.getpid(), timeout=60)

    watch.look(0, None)

    assert len(pauses) == 1
    assert pauses[0] >= 2.0


def test_an_exit_code_that_means_no_findings_is_a_failure_with_what_was_said() -> None:
    code = "import sys; sys.exit('first\\nno such option: --fast')"

    assert cost(python("broken", code), ONCE).failure == "exit code 1: no such option: --fast"
    assert cost(python("finds", code, codes=frozenset({0, 1})), ONCE).failure == ""


def test_a_program_that_is_not_there_is_a_failure() -> None:
    assert "nothing-like-this" in cost(Contestant("gone", ("nothing-like-this",), Path.cwd()), ONCE).failure


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system binds no process to a processor")
def test_a_run_on_one_core_has_one() -> None:
    code = "import os, sys; sys.exit(0 if len(os.sched_getaffinity(0)) == 1 else 3)"

    assert cost(python("one", code), Limits(timeout=30, cores=1)).failure == ""


def test_contestants_run_in_turn_after_one_uncounted_run_of_each(tmp_path: Path) -> None:
    log = str(tmp_path / "log")
    code = "import sys; open(sys.argv[1], 'a').write(sys.argv[2])"
    both = [python("A", code, log, "A"), python("B", code, log, "B")]

    found = in_turn(both, Limits(runs=3, timeout=30), silent)

    assert Path(log).read_text() == "AABBABAB"
    assert [len(costs) for costs in found.values()] == [3, 3]


def test_one_that_is_slow_or_fails_runs_once(tmp_path: Path) -> None:
    log = str(tmp_path / "log")
    code = "import sys, time; open(sys.argv[1], 'a').write(sys.argv[2]); time.sleep(float(sys.argv[3]))"
    slow, broken = python("slow", code, log, "S", "0.5"), python("broken", code, log, "B", "x")

    found = in_turn([slow, broken], Limits(runs=3, timeout=30, patience=0.4), silent)

    assert Path(log).read_text() == "SB"
    assert [len(costs) for costs in found.values()] == [1, 1]
    assert found["broken"][0].failure


def test_each_run_is_prepared(tmp_path: Path) -> None:
    made = tmp_path / "made"
    contestant = python("cold", "import os, sys; os.mkdir(sys.argv[1])", str(made))
    emptied = replace(contestant, prepare=lambda: shutil.rmtree(made, ignore_errors=True))

    assert [each.failure for each in in_turn([emptied], Limits(runs=2), silent)["cold"]] == ["", ""]
    assert cost(contestant, ONCE).failure


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


# --- parts of a scan --------------------------------------------------------------------------------------------------


def test_the_time_of_a_library_counts_for_the_part_that_calls_it() -> None:
    root = str(phases.PACKAGE)
    parse, find = (f"{root}/frontends/go.py", 1, "parse"), (f"{root}/extractors/urls.py", 1, "find")
    library, built_in = ("/usr/lib/x.py", 1, "work"), ("~", 0, "<built-in>")
    profile = {
        parse: (1, 1, 1.0, 4.0, {}),
        find: (1, 1, 2.0, 2.0, {}),
        library: (4, 4, 0.0, 4.0, {parse: (3, 3, 0.0, 3.0), find: (1, 1, 0.0, 1.0)}),
        built_in: (4, 4, 4.0, 4.0, {library: (4, 4, 4.0, 4.0)}),
    }

    found = phases.by_phase(phases.by_module(profile))

    assert found["parsing"] == pytest.approx(4.0)
    assert found["facts"] == pytest.approx(3.0)
    assert sum(found.values()) == pytest.approx(7.0)


def test_a_scan_is_seen_by_phase(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from livekit import api\napi.AccessToken('APIexample23456', 'x')\n")

    found = phases.by_phase(phases.measured(tmp_path))

    assert found["parsing"] > 0
    assert found["start and configuration"] > 0
    assert "| parsing |" in "\n".join(phases.table(found))


def test_every_programming_language_has_a_cost() -> None:
    assert set(language_costs.SUFFIXES) >= frontends.CODE
    assert all(frontends.frontend_for(f"a{end}") == name for name, end in language_costs.SUFFIXES.items())


def test_the_cost_of_a_language_is_that_of_its_files_that_mention_livekit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.go").write_text("package a // livekit\n")
    (tmp_path / "b.go").write_text("package b\n")
    trees.under_git(tmp_path)

    language_costs.main([str(tmp_path), "--only", "go"])

    said = json.loads(capsys.readouterr().out)
    assert (said["language"], said["files"], said["size"]) == ("go", 1, 21)
    assert said["parse"] > 0


def test_a_language_without_files_has_no_figures() -> None:
    found = [language_costs.LanguageCost("go", 2, 2_000_000, 1.0, 3.0, 5.5, 9.0)]
    found.append(language_costs.LanguageCost("dart", 0, 0, 0.0, 0.0, 2.0, 3.0))

    lines = list(language_costs.table(found))

    assert lines[2] == "| go | 2, 2.00 | 0.50 (2.0) | 1.50 | 5.5 | 9.0 |"
    assert lines[3] == "| dart | 0, 0.00 | no files | no files | 2.0 | 3.0 |"
