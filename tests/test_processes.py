"""Work that is spread over processes."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.edits import Edit, Fix
from lk_audit.files import discovery
from lk_audit.files.columns import MATTERS, Columns
from lk_audit.files.discovery import Discovery, discovered, looked
from lk_audit.files.listing import roots_of
from lk_audit.findings import Crash
from lk_audit.fixes import Fixer
from lk_audit.machine import memory, processes, tasks
from lk_audit.machine.batches import cut
from lk_audit.repairs import Repair
from lk_audit.rule_loader import load_builtin_rules, load_rules
from lk_audit.scanning import extraction, fix_making, worth
from lk_audit.scanning.extraction import extract
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.scanning.reading import contents
from lk_audit.source import Source
from tests.samples import SECRET

pytestmark = pytest.mark.skipif(not processes.can_spread(), reason="processes do not fork here")

FIXTURES = Path(__file__).parent / "fixtures" / "projects"


def squares(items: Iterable[int]) -> list[int]:
    return [item * item for item in items]


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 3)), max_size=200), st.integers(1, 40), st.integers(0, 1))
def test_batches_cover_all_items_in_their_order(items: list[tuple[int, int]], jobs: int, has_ties: int) -> None:
    weights, ties = [weight for weight, _ in items], [tie for _, tie in items] if has_ties else []
    spans = list(cut(weights, jobs, ties))

    assert [index for start, end in spans for index in range(start, end)] == list(range(len(weights)))
    assert all(start < end for start, end in spans)


@pytest.mark.parametrize("jobs", [2, 4, 64])
def test_batches_grow_smaller_and_are_few_enough_for_a_pipe(jobs: int) -> None:
    sizes = [end - start for start, end in cut([1] * 50_000, jobs, ())]

    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] * jobs * 8 == pytest.approx(50_000, rel=0.01)
    assert sizes[-1] * jobs < 50_000 / 16
    assert len(sizes) <= 20 * jobs


def test_one_process_has_many_batches_of_one_size_so_that_they_tell_how_far_it_has_come() -> None:
    sizes = [end - start for start, end in cut([1] * 3_200, 1, ())]

    assert sizes == [100] * 32


def test_what_belongs_together_is_one_batch_where_it_is_not_too_much() -> None:
    paths = [f"{project}/src/{number}.py" for project in range(10, 30) for number in range(5)]
    ties = extraction._ties(paths)  # noqa: SLF001 - what the analysis is cut by

    batches = list(cut([1] * len(paths), 2, ties))

    assert ties[:6] == [2, 2, 2, 2, 0, 2]
    assert batches[:3] == [(0, 10), (10, 15), (15, 20)]
    assert extraction._ties([]) == []  # noqa: SLF001 - as above


def test_results_come_in_the_order_of_the_items() -> None:
    found = list(processes.spread(squares, range(100), [1] * 100, jobs=3))

    assert [item for batch, _ in found for item in batch] == list(range(100))
    assert [square for _, part in found for square in part or ()] == squares(range(100))


def test_work_that_the_system_ends_is_said_to_be_lost() -> None:
    def fragile(given: Iterable[int]) -> list[int]:
        items = list(given)
        if 50 in items:
            os.kill(os.getpid(), signal.SIGKILL)
        return squares(items)

    lost = [batch for batch, part in processes.spread(fragile, range(100), [1] * 100, jobs=2) if part is None]

    assert any(50 in batch for batch in lost)


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("taken_up", [0, 10])
def test_a_process_may_end_as_it_takes_up_its_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken_up: int, jobs: int
) -> None:
    do = tasks.do  # nothing else comes between taking a piece of work and saying so

    def ended_once(batch: tuple[int, int], writing: int) -> int:
        if batch[0] == taken_up:
            try:
                (tmp_path / "ended").mkdir()
            except FileExistsError:
                pass
            else:
                os.kill(os.getpid(), signal.SIGKILL)
        return do(batch, writing)

    monkeypatch.setattr(tasks, "do", ended_once)
    found = [item for _, part in processes.spread(squares, range(40), [1] * 40, jobs) for item in part or ()]

    assert (tmp_path / "ended").exists()
    assert found == squares(range(40))


def test_what_every_further_process_needs_is_made_once_before_the_first_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[str] = []
    monkeypatch.setattr(memory, "has_room", lambda: False)  # so that each process does one item

    def with_what_was_made(given: Iterable[int]) -> list[tuple[int, int]]:
        return [(item, len(made)) for item in given]

    parts = processes.spread(
        with_what_was_made, range(20), [1] * 20, jobs=2, before_another=lambda: made.append("once")
    )
    found = [item for _, part in parts for item in part or ()]

    assert [item for item, _ in found] == list(range(20))
    assert made == ["once"]
    assert sorted(count for _, count in found) == [0] * 2 + [1] * 18


def test_nothing_is_made_where_no_process_follows_on_another() -> None:
    made: list[str] = []

    list(processes.spread(squares, range(20), [1] * 20, jobs=2, before_another=lambda: made.append("once")))

    assert not made


def projects() -> list[Source]:
    paths = sorted(path for path in FIXTURES.rglob("*") if path.is_file())[:400]
    return [Source.from_bytes(path.relative_to(FIXTURES).as_posix(), path.read_bytes()) for path in paths]


def test_the_number_of_processes_does_not_change_what_is_found() -> None:
    alone, together = extract(projects(), jobs=1), extract(projects(), jobs=3)

    assert alone.facts
    assert together == alone


def test_a_file_whose_process_was_ended_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(source: Source) -> frozenset[str]:
        if source.path == "b.py":
            os.kill(os.getpid(), signal.SIGKILL)
        return frozenset()

    monkeypatch.setattr(worth, "opened", lambda source, _: ended(source))
    found = extract([Source.from_text(path, "x = 1\n") for path in ("a.py", "b.py")], jobs=2)

    assert Crash(None, "b.py", "ProcessEnded", "by the system") in found.crashes


def test_small_work_stays_in_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(processes, "spread", never)

    assert extract([Source.from_text("a.py", "x = 1\n")]).crashes == []


def test_many_files_are_read_by_several_processes_with_the_same_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        (tmp_path / f"{number:02}.py").write_text("import livekit\n" if number % 3 == 0 else "pass\n")
    (tmp_path / "x.py").write_bytes(b"\0\1\2")
    (tmp_path / "10.py").unlink()
    (tmp_path / "10.py").symlink_to(tmp_path / "nowhere")
    look = partial(contents, base=tmp_path, limit=1_000)
    one_by_one = discovered(roots_of([tmp_path], tmp_path), partial(looked, look=look, jobs=1))
    monkeypatch.setattr(discovery, "MANY", 10)

    together = discovered(roots_of([tmp_path], tmp_path), partial(looked, look=look, jobs=3))

    assert outline(*together) == outline(*one_by_one)
    assert list(together[1].verdicts).count(MATTERS) == 10
    assert [item.reason for item in together[0].skipped] == ["a broken symbolic link"]


def outline(found: Discovery, columns: Columns) -> tuple[object, ...]:
    return (list(found.paths), found.skipped, columns)


def test_the_number_of_processes_changes_no_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = load_rules(packs=False).rules
    alone = scan_sources(projects(), rules, jobs=1)
    monkeypatch.setattr(fix_making, "_MANY_REPAIRS", 1)
    monkeypatch.setattr(fix_making, "_WORTH_PROCESSES", 1)

    together = scan_sources(projects(), rules, jobs=3)

    assert any(finding.automatic for finding in alone.findings)
    assert together.findings == alone.findings


@pytest.mark.parametrize("is_program", [False, True])
def test_one_process_is_another_only_where_this_one_is_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_program: bool
) -> None:
    """A program that calls a scan may have threads, which do not go along."""
    told = tmp_path / "process"
    monkeypatch.setattr(extraction, "_WORTH_ANOTHER", 1)
    monkeypatch.setattr(worth, "opened", lambda *_: (told.write_text(str(os.getpid())), frozenset())[1])

    with processes.as_program() if is_program else nullcontext():
        extract([Source.from_text("a.py", "x = 1\n")], jobs=1)

    assert (told.read_text() != str(os.getpid())) == is_program
    assert not processes.is_replaceable()


def test_one_process_finds_the_same_as_this_one(monkeypatch: pytest.MonkeyPatch) -> None:
    here = extract(projects(), jobs=1)
    monkeypatch.setattr(extraction, "_WORTH_ANOTHER", 1)
    monkeypatch.setattr(memory, "_ROOM", 0)
    monkeypatch.setattr(memory, "_LEAST_ROOM", 1_000_000)

    with processes.as_program():
        there = extract(projects(), jobs=1)

    assert there == here


class _WhoFixes(Fixer):
    """Says of each fix which process makes it."""

    def fix(self, repair: Repair) -> Fix:
        return Fix(str(os.getpid()), (Edit(repair.place, ""),), is_safe=False)  # type: ignore[union-attr]  # of a secret


def test_all_fixes_of_a_file_are_made_by_one_process_however_large_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fix_making, "_WORTH_PROCESSES", 1)
    monkeypatch.setattr(memory, "has_room", lambda: False)
    monkeypatch.setattr(fix_making, "Fixer", _WhoFixes)
    secrets = "".join(f"LIVEKIT_API_SECRET_{number} = '{number}{SECRET[2:]}'\n" for number in range(10, 30))

    report = scan_sources([Source.from_text(path, secrets) for path in ("a.py", "b.py")], load_builtin_rules(), jobs=2)
    made = {(finding.place.path, finding.automatic.title) for finding in report.findings if finding.automatic}

    assert len(report.findings) == 40
    assert sorted(path for path, _ in made) == ["a.py", "b.py"]
    assert len({process for _, process in made} - {str(os.getpid())}) == 2
