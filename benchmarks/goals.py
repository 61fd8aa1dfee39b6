"""How fast a scan is meant to be, beside programs on the same files in the same minutes, and whether it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from benchmarks.scanners import FLOOR, OURS, PASS
from benchmarks.timing import Cost, Figure, ratio

Results: TypeAlias = Mapping[str, Mapping[str, Sequence[Cost]]]
"""The costs by table and contestant."""

GENERAL, DENSE, ONE_CORE, ONE_CORE_DENSE = "general", "dense", "general, one core", "dense, one core"
ORDINARY, MINTING, CACHE, GROWTH = "hook, no LiveKit", "hook, ten mint tokens", "cache", "growth"
COLD, WARM = "lk-audit, cold cache", "lk-audit, warm cache"
SCALES = (1, 2, 4, 8)
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class AtMost:
    """The time of one contestant is at most so many times that of another."""

    table: str
    of: str
    to: str
    limit: float


@dataclass(frozen=True, slots=True)
class Faster:
    """lk-audit is at least so many times faster than another."""

    table: str
    than: str
    limit: float


@dataclass(frozen=True, slots=True)
class Memory:
    """No process of a contestant is larger; in MiB."""

    table: str
    of: str
    limit: float


Goal: TypeAlias = AtMost | Faster | Memory


def scale(times: int) -> str:
    """The name of lk-audit on the tree for growth, so many times."""
    return f"lk-audit, {times}x"


GOALS: tuple[Goal, ...] = (
    AtMost(GENERAL, OURS, FLOOR, 3),
    Faster(GENERAL, "kingfisher", 4),
    Faster(GENERAL, "semgrep", 30),
    AtMost(DENSE, OURS, FLOOR, 5),
    Faster(DENSE, "kingfisher", 2.5),
    AtMost(ORDINARY, OURS, PASS, 4),
    AtMost(MINTING, OURS, PASS, 8),
    Faster(MINTING, "bandit", 2.5),
    Faster(MINTING, "detect-secrets", 6),
    AtMost(CACHE, WARM, FLOOR, 1.5),
    AtMost(ONE_CORE, OURS, FLOOR, 4),
    AtMost(ONE_CORE_DENSE, OURS, FLOOR, 8),
    AtMost(GROWTH, scale(8), scale(1), 8.5),
    *(Memory(table, OURS, 80) for table in (GENERAL, DENSE)),
    Memory(GROWTH, scale(8), 80),
    *(Memory(table, OURS, 40) for table in (ORDINARY, MINTING)),
)


def judged(results: Results) -> Iterator[str]:
    """The goals of the tables that were made, as a Markdown table."""
    yield "| goal | limit | measured | reached |"
    yield "|---|---|---|---|"
    for goal in GOALS:
        if goal.table in results:
            sign = "at least" if isinstance(goal, Faster) else "at most"
            unit = " MiB" if isinstance(goal, Memory) else "x"
            found = _figure(goal, results[goal.table])
            shown = "not measured" if found is None else f"{'> ' if found.is_more else ''}{found.value:.1f}{unit}"
            limit = f"{sign} {goal.limit:g}{unit}"
            yield f"| {goal.table}: {_words(goal)} | {limit} | {shown} | {is_reached(goal, found)} |"


def _words(goal: Goal) -> str:
    if isinstance(goal, Faster):
        return f"{OURS} faster than {goal.than}"
    return f"largest process of {goal.of}" if isinstance(goal, Memory) else f"{goal.of} / {goal.to}"


def _figure(goal: Goal, costs: Mapping[str, Sequence[Cost]]) -> Figure | None:
    if isinstance(goal, Memory):
        found = costs.get(goal.of, ())
        if not found or any(each.failure for each in found):
            return None
        return Figure(max(each.peak for each in found) / MEBIBYTE, any(each.is_over for each in found))
    names = (goal.than, OURS) if isinstance(goal, Faster) else (goal.of, goal.to)
    return ratio(costs.get(names[0], ()), costs.get(names[1], ()))


def is_reached(goal: Goal, found: Figure | None) -> str:
    """Whether a goal is reached: yes, no, or unknown where nothing was measured or the end came too soon to tell."""
    if found is None:
        return "unknown"
    if isinstance(goal, Faster):
        return "yes" if found.value >= goal.limit else "unknown" if found.is_more else "no"
    return "no" if found.value > goal.limit else "unknown" if found.is_more else "yes"
