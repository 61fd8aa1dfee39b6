"""Processes that end, grow, fail or cannot be had: the work is done all the same, and nothing is lost in silence."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import cast

import pytest

from lk_audit.machine import memory, processes
from tests.hostile.ends import failing, forever

pytestmark = pytest.mark.skipif(not processes.can_spread(), reason="processes do not fork here")


def squares(items: Iterable[int]) -> list[int]:
    return [item * item for item in items]


def test_where_no_process_can_be_had_this_one_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", failing(BlockingIOError(11, "Resource temporarily unavailable")))

    found = [item for _, part in processes.spread(squares, range(50), [1] * 50, jobs=3) for item in part or ()]

    assert found == squares(range(50))


def test_where_no_more_files_may_be_open_this_process_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "pipe", failing(OSError(24, "Too many open files")))

    found = [item for _, part in processes.spread(squares, range(50), [1] * 50, jobs=3) for item in part or ()]

    assert found == squares(range(50))


def test_where_the_system_does_not_tell_how_large_processes_are_they_do_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A /proc is missing where a scan is closed off in a file system of its own."""
    opened = os.open

    def without_proc(path: str, flags: int) -> int:
        return opened(f"/nonexistent{path}" if path.startswith("/proc") else path, flags)

    monkeypatch.setattr(os, "open", without_proc)
    outcomes = list(processes.spread(lambda items: (os.getpid(), squares(items)), range(50), [1] * 50, jobs=3))

    assert os.getpid() not in {part[0] for _, part in outcomes if part}
    assert [item for _, part in outcomes if part for item in part[1]] == squares(range(50))


def test_work_that_ends_all_processes_is_not_done_in_this_one(tmp_path: Path) -> None:
    """All of them end before most of the work is begun; what is left is done in others."""

    def fragile(given: Iterable[int]) -> tuple[int, list[int]]:
        items = list(given)
        name = tmp_path / str(items[0])
        if items[0] < 2 and not name.exists():
            name.touch()
            os.kill(os.getpid(), 9)
        return os.getpid(), squares(items)

    outcomes = list(processes.spread(fragile, range(50), [1] * 50, jobs=2))

    assert os.getpid() not in {part[0] for _, part in outcomes if part}
    assert [item for _, part in outcomes if part for item in part[1]] == squares(range(50))


def test_where_few_processes_can_be_had_those_do_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    fork = os.fork
    made: list[bool] = []

    def scarce() -> int:
        if made:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        made.append(True)
        return fork()

    monkeypatch.setattr(os, "fork", scarce)
    outcomes = list(processes.spread(lambda items: (os.getpid(), squares(items)), range(50), [1] * 50, jobs=4))

    assert len({part[0] for _, part in outcomes if part} - {os.getpid()}) == 1
    assert [item for _, part in outcomes if part for item in part[1]] == squares(range(50))


class _Unspeakable(Exception):  # noqa: N818 - it is about what cannot be handed over
    def __reduce__(self) -> str:
        raise TypeError


@pytest.mark.parametrize("error", [ValueError("no such thing"), _Unspeakable("no such thing"), MemoryError("such")])
def test_an_error_in_another_process_is_raised_here(error: Exception) -> None:
    def failing_at_30(given: Iterable[int]) -> list[int]:
        items = list(given)
        if 30 in items:
            raise error
        return squares(items)

    with pytest.raises((type(error), RuntimeError), match=str(error)):
        list(processes.spread(failing_at_30, range(50), [1] * 50, jobs=2))


def test_what_is_not_waited_for_is_ended_and_nothing_stays_open() -> None:
    before = set(Path("/proc/self/fd").iterdir())

    def stuck_at_40(given: Iterable[int]) -> list[int]:
        items = list(given)
        if 40 in items:
            forever()
        return squares(items)

    outcomes = processes.spread(stuck_at_40, range(50), [1] * 50, jobs=2)
    next(outcomes)
    cast("Generator[object]", outcomes).close()

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
    assert set(Path("/proc/self/fd").iterdir()) == before


def test_a_process_that_has_grown_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is left with the item that it was at, and the rest of its batch is done by the next."""
    monkeypatch.setattr(memory, "_ROOM", 0)
    monkeypatch.setattr(memory, "_LEAST_ROOM", -1)

    outcomes = list(processes.spread(lambda items: (os.getpid(), squares(items)), range(50), [10] * 50, jobs=3))

    assert [list(batch) for batch, _ in outcomes] == [[item] for item in range(50)]
    assert [item for _, part in outcomes if part for item in part[1]] == squares(range(50))
    assert len({part[0] for _, part in outcomes if part}) == len(outcomes)


def squares_within_bounds(items: Iterable[int]) -> tuple[int, list[int]]:
    """The squares of items, of which every third takes more room than there is."""
    found = []
    for item in items:
        try:
            with memory.bounded():
                memory.claim(0 if item % 3 else sys.maxsize)
        except memory.NoRoom:
            break
        found.append(item * item)
    return os.getpid(), found


@pytest.mark.parametrize("jobs", [1, 3])
def test_what_needs_much_room_is_done_by_a_process_that_has_done_nothing_yet(jobs: int) -> None:
    outcomes = list(processes.spread(squares_within_bounds, range(50), [10] * 50, jobs))

    assert [item for batch, _ in outcomes for item in batch] == list(range(50))
    assert [item for _, part in outcomes if part for item in part[1]] == squares(range(50))
    firsts = {part[0]: batch[0] for batch, part in reversed(outcomes) if part}
    assert set(firsts.values()) >= set(range(0, 50, 3))


def test_work_that_leaves_off_at_the_first_item_of_a_process_is_a_mistake() -> None:
    with pytest.raises(RuntimeError, match="left off"):
        list(processes.spread(lambda _: None, range(5), [1] * 5, jobs=2))


def test_a_process_that_is_large_from_the_first_may_still_do_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_ROOM", 0)

    outcomes = list(processes.spread(lambda items: (os.getpid(), squares(items)), range(50), [10] * 50, jobs=3))

    assert len({part[0] for _, part in outcomes if part}) <= 3


def test_where_no_process_can_follow_the_rest_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    fork = os.fork
    made: list[bool] = []

    def scarce() -> int:
        if len(made) == 2:
            raise BlockingIOError(11, "Resource temporarily unavailable")
        made.append(True)
        return fork()

    monkeypatch.setattr(memory, "_ROOM", 0)
    monkeypatch.setattr(memory, "_LEAST_ROOM", -1)
    monkeypatch.setattr(os, "fork", scarce)

    outcomes = list(processes.spread(lambda items: (os.getpid(), squares(items)), range(50), [10] * 50, jobs=2))

    assert [item for _, part in outcomes if part for item in part[1]] == squares(range(50))
    assert os.getpid() in {part[0] for _, part in outcomes if part}


def test_large_outcomes_arrive_whole() -> None:
    found = list(processes.spread(lambda items: bytes([*items]) * 100_000, range(50), [1] * 50, jobs=3))

    assert b"".join(part or b"" for _, part in found) == b"".join(bytes(batch) * 100_000 for batch, _ in found)


def test_only_the_item_that_ends_its_process_is_lost() -> None:
    def fragile(given: Iterable[int]) -> list[int]:
        items = list(given)
        if 37 in items:
            os.kill(os.getpid(), 9)
        return squares(items)

    outcomes = list(processes.spread(fragile, range(60), [1] * 60, jobs=3))

    assert [list(batch) for batch, part in outcomes if part is None] == [[37]]
    assert [item for batch, _ in outcomes for item in batch] == list(range(60))
