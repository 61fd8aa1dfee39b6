"""Programs timed in turn, so that whatever else the machine does meets all of them alike."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_STOPWATCH = Path(__file__).parent / "stopwatch.py"
_SECONDS_TO_END = 30
"""What a program gets to go away after its time is over."""


def _nothing() -> None:
    """The preparation of a run that needs none."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A program that takes part: its command and folder, exit codes that are no failure, what comes before each run."""

    name: str
    command: tuple[str, ...]
    folder: Path
    codes: frozenset[int] = frozenset({0})
    environment: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True)
class Limits:
    """How often and how long: runs of each, seconds after which one is ended, and seconds after which one run must do.

    `cores` of 0 are all there are; `warm_up` runs each once before, uncounted.
    """

    runs: int = 3
    timeout: float = 100
    patience: float = 10
    cores: int = 0
    warm_up: bool = True


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run cost: seconds, seconds of all processors, and the bytes of its largest process and of all together.

    `failure` is what it complained of when it failed, `is_over` says that it was ended.
    """

    seconds: float
    cpu: float
    peak: int
    together: int
    is_over: bool = False
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number; `is_more` when it is known only that it is larger."""

    value: float
    is_more: bool = False


def cost(contestant: Contestant, limits: Limits) -> Cost:
    """Run a contestant once."""
    contestant.prepare()
    with tempfile.TemporaryDirectory() as work:
        complaints = Path(work, "complaints")
        start = (sys.executable, "-I", "-S", str(_STOPWATCH), str(limits.timeout), str(limits.cores), str(complaints))
        done = subprocess.run(
            (*start, *contestant.command),
            cwd=contestant.folder,
            env={**_environment(), **contestant.environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=limits.timeout + _SECONDS_TO_END,
        )
        if done.returncode:
            return Cost(0, 0, 0, 0, failure=_last_line(done.stderr) or "it could not be started")
        said = json.loads(done.stdout)
        code = said.pop("code")
        if said["is_over"] or code in contestant.codes:
            return Cost(**{**said, "together": max(said["peak"], said["together"])})
        words = _last_line(complaints.read_text(encoding="utf-8", errors="replace"))
        return Cost(**said, failure=f"exit code {code}: {words}")


def _environment() -> dict[str, str]:
    """The process's own, with byte code kept: who runs a tool every day does not compile it every time."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2][-200:]


def in_turn(contestants: Sequence[Contestant], limits: Limits, say: Callable[[str], None]) -> dict[str, list[Cost]]:
    """The costs of each, run in turn: A, B, C, A, B, C ... One that fails, or needs long, is not run again."""
    costs: dict[str, list[Cost]] = {each.name: [] for each in contestants}
    for round_number in range(limits.runs):
        for each in contestants:
            if _is_done(costs[each.name], limits):
                continue
            if round_number == 0 and limits.warm_up:
                first = cost(each, limits)
                if _is_done([first], limits):
                    costs[each.name].append(first)
                    say(f"  {each.name}: {first.seconds:.2f} s, once{', ' + first.failure if first.failure else ''}")
                    continue
            costs[each.name].append(cost(each, limits))
            say(f"  {each.name}: {costs[each.name][-1].seconds:.2f} s")
    return costs


def _is_done(costs: Sequence[Cost], limits: Limits) -> bool:
    return any(each.failure or each.is_over or each.seconds > limits.patience for each in costs)


# --- figures ----------------------------------------------------------------------------------------------------------


def ratio(
    ours: Sequence[Cost], base: Sequence[Cost], what: Callable[[Cost], float] = lambda each: each.seconds
) -> Figure | None:
    """The median ratio of runs of the same round; None when one of both failed or was cut short below."""
    pairs = list(zip(ours, base, strict=False))
    if not pairs or any(a.failure or b.failure or b.is_over or not what(b) for a, b in pairs):
        return None
    return Figure(statistics.median(what(a) / what(b) for a, b in pairs), any(a.is_over for a, _ in pairs))


def median(costs: Sequence[Cost], what: Callable[[Cost], float]) -> float:
    """The median of a figure over the runs."""
    return statistics.median(what(each) for each in costs)
