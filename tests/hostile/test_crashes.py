"""Whatever breaks while a scan runs, the rest goes on, and the report says what broke."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import jwt
import pytest

from lk_audit import budget, extraction, memory, pipeline, processes, reading
from lk_audit.budget import MOST_FINDINGS, OutOfTime, time_limit
from lk_audit.config import Config
from lk_audit.discovery import Found, discover
from lk_audit.findings import Report
from lk_audit.frontends import notebook
from lk_audit.frontends._parsing import root_of
from lk_audit.git import process
from lk_audit.pipeline import scan_paths
from lk_audit.regular_files import read_regular
from lk_audit.reporters import render
from lk_audit.rule_api import Problem
from lk_audit.rule_loader import load_rules
from lk_audit.source import Place, Source
from tests.git.repo import LEAK, OTHER, new
from tests.samples import SECRET, Word, make_rule, report_on

RULES = load_rules(packs=False).rules
MINT = "from livekit.api import AccessToken\nAccessToken('APIexample23456', 'a').to_jwt()\n"


def scan(folder: Path, **more: Any) -> Report:  # noqa: ANN401 - what `scan_paths` takes
    return scan_paths([folder], rules=RULES, folder=folder, **more)


def paths(report: Report) -> set[str]:
    return {finding.place.path for finding in report.findings}


# --- rules ------------------------------------------------------------------------------------------------------------


def raising(error: BaseException) -> Callable[[Word], Iterator[Problem]]:
    def find(word: Word) -> Iterator[Problem]:
        if word.place.path == "bad.txt":
            raise error
        yield Problem(word.place, "a bad word")

    return find


@pytest.mark.parametrize(
    "error",
    [
        ValueError(SECRET),
        RecursionError(SECRET),
        MemoryError(SECRET),
        SystemExit(SECRET),
        GeneratorExit(SECRET),
        BaseException(SECRET),
        OutOfTime(SECRET),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_rule_raises_is_reported_with_its_file_and_ends_nothing(error: BaseException) -> None:
    report = report_on(("bad.txt", "BAD"), ("good.txt", "BAD"), rules=[make_rule(find=raising(error))])

    assert [(crash.rule_id, crash.path, crash.error) for crash in report.crashes] == [
        ("LK901", "bad.txt", type(error).__name__)
    ]
    assert paths(report) == {"good.txt"}
    assert SECRET not in render("json", report) + render("text", report)


def test_ctrl_c_during_a_rule_ends_the_scan() -> None:
    with pytest.raises(KeyboardInterrupt):
        report_on(("bad.txt", "BAD"), rules=[make_rule(find=raising(KeyboardInterrupt()))])


@pytest.mark.parametrize(
    "garbage",
    [
        lambda word: word,
        lambda _: [None],
        lambda _: 7,
        lambda _: [Problem("here", "a message")],  # type: ignore[arg-type]
        lambda word: [Problem(word.place, 7)],  # type: ignore[arg-type]
        lambda word: [Problem(word.place, "a", severity="high")],  # type: ignore[arg-type]
        lambda word: [Problem(word.place, "a", trace=(1,))],  # type: ignore[arg-type]
    ],
)
def test_what_a_rule_gives_must_be_problems(garbage: Callable[[Word], Iterator[Problem]]) -> None:
    report = report_on(("a.txt", "BAD"), rules=[make_rule(find=garbage), make_rule("other", id="LK902")])

    assert [(crash.rule_id, crash.path) for crash in report.crashes] == [("LK901", "a.txt")]
    assert [finding.rule_id for finding in report.findings] == ["LK902"]


def test_a_place_outside_of_every_file_is_no_end(tmp_path: Path) -> None:
    nowhere = Place("nowhere", 10**9, 10**9, 10**9, 1, 10**9, 1)
    (tmp_path / "a").write_text("b")

    report = report_on(("a.txt", "BAD"), rules=[make_rule(find=lambda _: iter([Problem(nowhere, "lost")]))])

    assert [finding.message for finding in report.findings] == ["lost"]
    assert "lost" in render("sarif", report) + render("text", report)


def endless(word: Word) -> Iterator[Problem]:
    while word.place.path == "bad.txt":
        pass
    yield Problem(word.place, "a bad word")


def test_a_rule_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "SECONDS_OF_A_RULE", 0.1)

    report = report_on(("bad.txt", "BAD"), ("good.txt", "BAD"), rules=[make_rule(find=endless)])

    assert [(crash.path, crash.error) for crash in report.crashes] == [("bad.txt", "OutOfTime")]
    assert paths(report) == {"good.txt"}


def countless(word: Word) -> Iterator[Problem]:
    number = 0
    while True:
        number += 1
        yield Problem(word.place, f"problem {number}", subject=str(number))


def test_a_rule_that_finds_without_end_is_cut_short() -> None:
    report = report_on(("a.txt", "BAD"), rules=[make_rule(find=countless)])

    assert len(report.findings) <= MOST_FINDINGS
    assert report.crashes == ()


# --- files ------------------------------------------------------------------------------------------------------------


def test_a_file_with_more_findings_than_a_report_holds_says_how_many() -> None:
    report = report_on(("a.txt", "BAD\n" * (MOST_FINDINGS + 7)), ("b.txt", "BAD"))

    assert len(report.findings) == MOST_FINDINGS + 1
    assert [(note.path, note.message.partition(" ")[0]) for note in report.notes] == [("a.txt", "7")]
    assert not report.is_complete


def test_the_code_of_a_file_that_holds_more_than_was_kept_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extraction, "MOST_FACTS", 2)
    lines = [f"LIVEKIT_API_SECRET_{number}={number}{SECRET[1:]}\n" for number in range(5)]

    report = pipeline.scan_sources([Source.from_text("a.env", "".join(lines))], RULES)

    assert [finding.frame for finding in report.findings] == [(), ()]
    assert [note.path for note in report.notes] == ["a.env"]
    assert not report.is_complete


@pytest.fixture
def mint(tmp_path: Path) -> Path:
    (tmp_path / "a.env").write_text(LEAK)
    (tmp_path / "b.py").write_text(f'{MINT}LIVEKIT_API_SECRET = "{OTHER}"\n')
    return tmp_path


def failing(error: BaseException) -> Callable[..., NoReturn]:
    def fail(*_: object) -> NoReturn:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RecursionError(SECRET), "nested too deeply to be analysed"),
        (MemoryError(SECRET), "takes more memory to analyse than there is"),
        (OutOfTime(SECRET), "takes longer than 20 s to analyse"),
    ],
)
def test_a_file_that_is_too_much_is_read_as_text(
    mint: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, said: str
) -> None:
    monkeypatch.setattr(extraction, "_code_facts", failing(error))

    report = scan(mint)

    assert [(note.path, note.message) for note in report.notes] == [
        ("b.py", f"{said}; read as text, for credentials and tokens only")
    ]
    assert paths(report) == {"a.env", "b.py"}
    assert report.crashes == ()
    assert not report.is_complete


def test_a_file_that_cannot_even_be_read_as_text_is_said_to_be_left(
    mint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "_command_facts", failing(RecursionError()))
    monkeypatch.setattr(extraction._Analysis, "_read_as_text", failing(MemoryError()))  # noqa: SLF001 - the last resort

    messages = {note.message for note in scan(mint).notes}

    assert messages == {"nested too deeply to be analysed; the file was not analysed"}


def test_a_defect_in_a_view_is_reported_with_its_file(mint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (mint / "c.ipynb").write_text('{"cells": [], "x": "livekit"}')
    monkeypatch.setattr(notebook, "view", failing(KeyError(SECRET)))

    report = scan(mint)

    assert [crash.path for crash in report.crashes] == ["c.ipynb"]
    assert paths(report) == {"a.env", "b.py"}


def test_a_parser_that_does_not_come_back_is_stopped() -> None:
    import tree_sitter_go  # noqa: PLC0415 - one test
    from tree_sitter import Language, Parser  # noqa: PLC0415

    parser = Parser(Language(tree_sitter_go.language()))

    with pytest.raises(OutOfTime), time_limit(0.2):
        root_of(parser, b"<!--" * 50_000)


def test_a_slow_file_does_not_take_the_time_of_those_that_import_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow.go").write_text("package a\n// NewAccessToken(key, secret)\n" + "<!--" * 20_000)
    (tmp_path / "good.go").write_text(
        'package a\nimport "github.com/livekit/protocol/auth"\n'
        'func mint() { t := auth.NewAccessToken("APIexample23456", slow); t.ToJWT() }\n'
    )
    monkeypatch.setattr(budget, "_SECONDS_OF_A_FILE", 0.6)

    report = scan(tmp_path, config=None)

    assert "slow.go" in {note.path for note in report.notes}
    assert "good.go" not in {note.path for note in report.notes}


def forever() -> None:
    while True:
        pass


def test_limits_of_time_nest_without_eating_each_other() -> None:
    with time_limit(5.0):
        with pytest.raises(OutOfTime), time_limit(0.05):
            forever()
        assert sum(range(1000)) == 499_500


def test_a_file_that_vanishes_is_listed(mint: Path) -> None:
    found = discover(["."], folder=mint).files
    (mint / "b.py").unlink()

    contents = [reading.read(file) for file in found]

    assert [content.skipped.path for content in contents if content.skipped] == ["b.py"]


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.env")

    skipped = reading.read(Found("a.env", str(tmp_path / "a.env"))).skipped

    assert skipped is not None
    assert "not a regular file" in skipped.reason


def test_a_device_in_the_place_of_a_file_is_not_read() -> None:
    assert reading.read(Found("a.env", "/dev/zero")).skipped is not None


def test_a_file_is_read_as_long_as_it_was_when_it_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.env"
    file.write_text("A=1\n")
    status = os.fstat

    def grown(number: int) -> os.stat_result:
        found = status(number)
        with file.open("a") as stream:
            stream.write("B=2\n" * 1000)
        return found

    monkeypatch.setattr(os, "fstat", grown)

    assert read_regular(str(file)) == b"A=1\n"


def test_a_repository_whose_configuration_never_ends_is_scanned_as_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = new(tmp_path / "repo")
    repo.commit("a.env", LEAK)
    os.mkfifo(repo.root / ".git" / "pipe")
    repo.git("config", "core.excludesFile", str(repo.root / ".git" / "pipe"))
    monkeypatch.setattr(process, "_PATIENCE", 0.5)

    assert paths(scan(repo.root)) == {"a.env"}


# --- processes --------------------------------------------------------------------------------------------------------


def squares(items: Iterable[int]) -> list[int]:
    return [item * item for item in items]


spreading = pytest.mark.skipif(not processes.can_spread(), reason="processes do not fork here")


@spreading
def test_where_no_process_can_be_had_this_one_does_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", failing(BlockingIOError(11, "Resource temporarily unavailable")))

    found = [item for _, part in processes.spread(squares, range(50), [1] * 50, jobs=3) for item in part or ()]

    assert found == squares(range(50))


@spreading
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


@spreading
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


@spreading
@pytest.mark.parametrize("error", [ValueError("no such thing"), _Unspeakable("no such thing"), MemoryError("such")])
def test_an_error_in_another_process_is_raised_here(error: Exception) -> None:
    def failing_at_30(given: Iterable[int]) -> list[int]:
        items = list(given)
        if 30 in items:
            raise error
        return squares(items)

    with pytest.raises((type(error), RuntimeError), match=str(error)):
        list(processes.spread(failing_at_30, range(50), [1] * 50, jobs=2))


@spreading
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


@spreading
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


@spreading
@pytest.mark.parametrize("jobs", [1, 3])
def test_what_needs_much_room_is_done_by_a_process_that_has_done_nothing_yet(jobs: int) -> None:
    outcomes = list(processes.spread(squares_within_bounds, range(50), [10] * 50, jobs))

    assert [item for batch, _ in outcomes for item in batch] == list(range(50))
    assert [item for _, part in outcomes if part for item in part[1]] == squares(range(50))
    firsts = {part[0]: batch[0] for batch, part in reversed(outcomes) if part}
    assert set(firsts.values()) >= set(range(0, 50, 3))


@spreading
def test_work_that_leaves_off_at_the_first_item_of_a_process_is_a_mistake() -> None:
    with pytest.raises(RuntimeError, match="left off"):
        list(processes.spread(lambda _: None, range(5), [1] * 5, jobs=2))


@spreading
def test_a_process_that_is_large_from_the_first_may_still_do_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_ROOM", 0)

    outcomes = list(processes.spread(lambda items: (os.getpid(), squares(items)), range(50), [10] * 50, jobs=3))

    assert len({part[0] for _, part in outcomes if part}) <= 3


@spreading
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


@spreading
def test_large_outcomes_arrive_whole() -> None:
    found = list(processes.spread(lambda items: bytes([*items]) * 100_000, range(50), [1] * 50, jobs=3))

    assert b"".join(part or b"" for _, part in found) == b"".join(bytes(batch) * 100_000 for batch, _ in found)


@spreading
def test_only_the_item_that_ends_its_process_is_lost() -> None:
    def fragile(given: Iterable[int]) -> list[int]:
        items = list(given)
        if 37 in items:
            os.kill(os.getpid(), 9)
        return squares(items)

    outcomes = list(processes.spread(fragile, range(60), [1] * 60, jobs=3))

    assert [list(batch) for batch, part in outcomes if part is None] == [[37]]
    assert [item for batch, _ in outcomes for item in batch] == list(range(60))


if sys.platform == "win32":
    pytest.skip("pipes, limits and signals as POSIX has them", allow_module_level=True)


def test_a_file_with_more_tokens_than_are_looked_at_says_so(tmp_path: Path) -> None:
    claims = {"iss": "APIexample23456", "exp": 4_000_000_000, "video": {"roomJoin": True}}
    tokens = [jwt.encode({**claims, "sub": f"caller-{number}"}, SECRET) for number in range(5_001)]
    (tmp_path / "calls.log").write_text("\n".join(tokens))

    report = scan(tmp_path)

    assert len(report.findings) == 1_000
    assert [(note.path, note.message) for note in report.notes] == [
        ("calls.log", "at least 4,000 more findings of this file are not listed, only the 1,000 most severe")
    ]
    assert not report.is_complete


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_is_too_much_for_those_who_use_it_is_told_of(tmp_path: Path, jobs: int) -> None:
    (tmp_path / "b.ts").write_text(
        "import { AccessToken } from 'livekit-server-sdk';\nimport { TTL } from './times';\n"
        "export const token = new AccessToken('a', 'b', { ttl: TTL });\n"
    )
    (tmp_path / "times.ts").write_text("export const TTL = 6;\nx = " + "f(" * 20_000 + ")" * 20_000 + ";\n")

    report = scan(tmp_path, config=Config(jobs=jobs))

    assert [(note.path, note.message) for note in report.notes] == [
        ("times.ts", "nested too deeply to be analysed; what other files use of it is not known")
    ]
    assert not report.is_complete
