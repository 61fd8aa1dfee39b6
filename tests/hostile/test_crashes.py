"""Whatever breaks while a scan runs, the rest goes on, and the report says what broke."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lk_audit.config import Config
from lk_audit.files.discovery import Found, discover
from lk_audit.files.regular_files import read_regular
from lk_audit.findings import Report
from lk_audit.frontends import notebook
from lk_audit.frontends.parsing import root_of
from lk_audit.git import process
from lk_audit.machine import budget
from lk_audit.machine.budget import MOST_FINDINGS, MOST_FINDINGS_OF_A_SCAN, OutOfTime, time_limit
from lk_audit.reporters import render
from lk_audit.rule_api import Problem
from lk_audit.rule_loader import load_rules
from lk_audit.scanning import extraction, file_analysis, finding_writer, pipeline, reading, rule_runs
from lk_audit.scanning.pipeline import scan_paths
from lk_audit.source import Place, Source
from tests.git.repo import LEAK, OTHER, new
from tests.hostile.ends import failing, forever
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
    monkeypatch.setattr(rule_runs, "SECONDS_OF_A_RULE", 0.1)

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
    monkeypatch.setattr(file_analysis, "MOST_FACTS", 2)
    lines = [f"LIVEKIT_API_SECRET_{number}={number}{SECRET[1:]}\n" for number in range(5)]

    report = pipeline.scan_sources([Source.from_text("a.env", "".join(lines))], RULES)

    assert [finding.frame for finding in report.findings] == [(), ()]
    assert [note.path for note in report.notes] == ["a.env"]
    assert not report.is_complete


def test_of_many_files_each_is_listed_with_as_many_findings_as_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(finding_writer, "MOST_FINDINGS_OF_A_SCAN", 10)

    report = report_on(("a.txt", "BAD"), ("b.txt", "BAD\n" * 90), ("c.txt", "BAD\n" * 3), ("d.txt", "BAD\n" * 50))

    assert Counter(finding.place.path for finding in report.findings) == {
        "a.txt": 1,
        "b.txt": 3,
        "c.txt": 3,
        "d.txt": 3,
    }
    assert [(note.path, note.message) for note in report.notes] == [
        ("b.txt", "87 more findings of this file are not listed, only the 3 most severe"),
        ("d.txt", "47 more findings of this file are not listed, only the 3 most severe"),
    ]
    assert not report.is_complete


@given(st.lists(st.integers(min_value=1, max_value=3_000), max_size=60))
def test_a_report_takes_what_it_has_room_for_and_something_of_each_file(counts: list[int]) -> None:
    most = finding_writer.room_for_each(counts)
    listed = [min(count, most) for count in counts]

    assert 1 <= most <= MOST_FINDINGS
    assert sum(listed) <= MOST_FINDINGS_OF_A_SCAN
    assert most == MOST_FINDINGS or sum(min(count, most + 1) for count in counts) > MOST_FINDINGS_OF_A_SCAN


@pytest.mark.parametrize("jobs", [1, 3])
def test_once_a_scan_has_very_many_facts_only_the_first_of_each_file_are_kept(
    monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    monkeypatch.setattr(extraction, "MOST_FACTS_OF_A_SCAN", 7)
    monkeypatch.setattr(extraction, "FEW_FACTS", 2)
    lines = "".join(f"LIVEKIT_API_SECRET_{number}={number}{SECRET[1:]}\n" for number in range(4))
    sources = [Source.from_text(f"{name}.env", lines) for name in "abcd"]

    found = extraction.extract(sources, jobs=jobs)

    assert Counter(fact.place.path for fact in found.facts) == {"a.env": 4, "b.env": 3, "c.env": 2, "d.env": 2}
    assert found.crowded == {"b.env", "c.env", "d.env"}


@pytest.fixture
def mint(tmp_path: Path) -> Path:
    (tmp_path / "a.env").write_text(LEAK)
    (tmp_path / "b.py").write_text(f'{MINT}LIVEKIT_API_SECRET = "{OTHER}"\n')
    return tmp_path


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
    monkeypatch.setattr(file_analysis, "code_facts", failing(error))

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
    monkeypatch.setattr(file_analysis, "command_facts", failing(RecursionError()))
    monkeypatch.setattr(file_analysis.FileAnalysis, "_read_as_text", failing(MemoryError()))

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


def test_limits_of_time_nest_without_eating_each_other() -> None:
    with time_limit(5.0):
        with pytest.raises(OutOfTime), time_limit(0.05):
            forever()
        assert sum(range(1000)) == 499_500


class _Lingering:
    def __del__(self) -> None:
        forever()


def _outlasting() -> None:
    _Lingering()
    forever()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_limit_of_time_that_is_met_where_nothing_can_be_raised_is_met_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "_SECONDS_UNTIL_AGAIN", 0.05)

    with pytest.raises(OutOfTime), time_limit(0.05):
        _outlasting()


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


def test_a_file_is_read_in_full_where_the_system_gives_little_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.env"
    file.write_bytes(bytes(range(256)) * 2_000)
    read = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, 4_096)))

    assert read_regular(str(file)) == file.read_bytes()


def test_a_repository_whose_configuration_never_ends_is_scanned_as_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = new(tmp_path / "repo")
    repo.commit("a.env", LEAK)
    os.mkfifo(repo.root / ".git" / "pipe")
    repo.git("config", "core.excludesFile", str(repo.root / ".git" / "pipe"))
    monkeypatch.setattr(process, "_PATIENCE", 0.5)

    assert paths(scan(repo.root)) == {"a.env"}


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
