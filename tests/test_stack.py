"""Room on the interpreter's stack: a deep call costs no more than a flat one."""

from __future__ import annotations

import sys

import pytest

from lk_audit.machine.stack import spacious
from lk_audit.scanning.file_analysis import FileAnalysis

resource = pytest.importorskip("resource", reason="tells how often memory was asked for; Windows has none")

CALLS = 500
DEPTHS = range(250)
SMALL_STACKS = sys.implementation.name == "cpython" and sys.platform == "linux"


def nothing() -> None:
    """What is called over and over at some depth."""


# It asks for more room than one level more takes, so that there is a depth at which that is missing.
nothing.__code__ = nothing.__code__.replace(co_stacksize=40)


def called_at(depth: int) -> None:
    if depth:
        called_at(depth - 1)
    else:
        for _ in range(CALLS):
            nothing()


def faults_of(depth: int) -> int:
    """How often the system had to provide memory while calls were made at a depth."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    called_at(depth)
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)


@pytest.mark.skipif(not SMALL_STACKS, reason="asks CPython, and counts as Linux does")
def test_calls_at_an_unlucky_depth_ask_the_system_for_memory_each_time() -> None:
    assert max(map(faults_of, DEPTHS)) >= CALLS


@pytest.mark.skipif(not SMALL_STACKS, reason="asks CPython, and counts as Linux does")
def test_below_a_spacious_function_no_depth_does() -> None:
    roomy = spacious(lambda: [faults_of(depth) for depth in DEPTHS])
    assert max(roomy()) < CALLS / 2


def test_a_spacious_function_is_the_same_otherwise() -> None:
    @spacious
    def added(first: int, *, second: int = 2) -> int:
        """The sum."""
        return first + second

    assert (added(1), added(1, second=4), added.__name__, added.__doc__) == (3, 5, "added", "The sum.")


def test_the_analysis_of_a_file_is_spacious() -> None:
    assert FileAnalysis.of.__code__.co_stacksize >= 1 << 16
