"""Where the time of a scan goes: by its parts, and by language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import language_costs, phases, trees
from benchmarks.timing import Cost, Limits
from lk_audit import frontends

ONCE = Limits(runs=1, timeout=30, warm_up=False)


def silent(_text: str) -> None:
    """Nobody hears it."""


def took(seconds: float, *, is_over: bool = False, failure: str = "", peak: int = 10 * 2**20) -> Cost:
    return Cost(seconds, seconds, peak, peak, is_over=is_over, failure=failure)


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


def test_a_scan_is_seen_where_it_would_be_done_by_several_processes(tmp_path: Path) -> None:
    for number in range(20):
        padding = "# of the size that makes it worth while\n" * 5_000
        (tmp_path / f"{number}.py").write_text(f"from livekit import api\n{padding}api.AccessToken('{number}', 'x')\n")

    found = phases.measured(tmp_path)

    assert found["machine"] < found["frontends"]


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
