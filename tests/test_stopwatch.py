"""What commands cost: time and memory of a process with its children, taken in turn."""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import stopwatch
from benchmarks.timing import Contestant, Limits, cost, in_turn

ONCE = Limits(runs=1, timeout=30, warm_up=False)


def silent(_text: str) -> None:
    """Nobody hears it."""


def python(name: str, code: str, *arguments: str, codes: frozenset[int] = frozenset({0})) -> Contestant:
    return Contestant(name, (sys.executable, "-I", "-c", code, *arguments), Path.cwd(), codes)


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
