"""Sources are read when they are asked for, and are what was read the first time or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lk_audit.files import sources as on_disk
from lk_audit.files.columns import Columns
from lk_audit.files.discovery import discovered
from lk_audit.files.listing import roots_of
from lk_audit.files.regular_files import read_regular
from lk_audit.files.sources import MARKS, Sources, holding, marks_of, sizes
from lk_audit.findings import Report
from lk_audit.project.files import Files
from lk_audit.rule_loader import load_rules
from lk_audit.scanning import pipeline, reading
from lk_audit.scanning.extracted import Extract, Extracted
from lk_audit.scanning.extraction import extract
from lk_audit.scanning.pipeline import scan_paths
from lk_audit.scanning.reading import contents
from lk_audit.source import Source
from tests.samples import SECRET

RULES = load_rules(packs=False).rules
LEAK = f"LIVEKIT_API_KEY=APIexample23456\nLIVEKIT_API_SECRET={SECRET}\n"
CHANGED = "it changed while it was scanned; scan again"


def of(folder: Path, *held: Source) -> Sources:
    found, columns = looked(folder)
    return Sources(f"{folder}/", found, columns, held)


def looked(folder: Path) -> tuple[Sequence[str], Columns]:
    def look(paths: Iterable[str]) -> Columns:
        return contents(paths, base=folder, limit=1_000_000)

    found, columns = discovered(roots_of([folder], folder), look)
    return found.paths, columns


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("c.env", "a.env", "sub/b.env"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n{LEAK}")
    (tmp_path / "other.txt").write_text("nothing\n")
    return tmp_path


def test_sources_are_those_that_matter_in_the_order_of_their_paths(folder: Path) -> None:
    assert [source.path for source in of(folder)] == ["a.env", "c.env", "sub/b.env"]
    assert [source.text for source in of(folder)[1:]] == [f"# c.env\n{LEAK}", f"# sub/b.env\n{LEAK}"]


def test_what_is_in_memory_goes_before_what_is_on_disk(folder: Path) -> None:
    sources = of(folder, Source("c.env", b"A=1\n"), Source("new.env", b"B=2\n"))

    assert [source.path for source in sources] == ["a.env", "c.env", "new.env", "sub/b.env"]
    assert sources.of("c.env").data == b"A=1\n"
    assert sizes(sources)[1:3] == [4, 4]


@pytest.mark.parametrize(
    "change", [Path.unlink, lambda file: file.write_text("A=1\n"), lambda file: file.write_bytes(b"\0")]
)
def test_a_file_that_has_changed_counts_as_empty_and_is_said_to_be_lost(
    folder: Path, change: Callable[[Path], object]
) -> None:
    sources = of(folder)
    change(folder / "a.env")
    files = Files(sources)

    assert sources[0].data == b""
    assert sources.lost == {"a.env"}
    assert files.source("a.env") is None
    assert files.get("a.env") is None
    assert "a.env" in files
    assert sources[1].data != b""


def test_a_change_that_leaves_no_trace_in_size_and_times_is_seen(folder: Path) -> None:
    sources = of(folder)
    (folder / "a.env").write_text(f"# a.env\n{LEAK}".replace("KEY", "KEI"))

    assert sources[0].data == b""


def test_what_sources_hold_is_known_without_reading_them(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "d.env").write_text("LIVEKIT_URL=wss://demo.livekit.cloud # lk-audit: ignore[x] y\n")
    sources = of(folder)
    expected = {mark: [source.path for source in sources if mark in source.data] for mark in MARKS}
    lengths = [len(source.data) for source in sources]
    sources = of(folder)

    def never(*_: object) -> NoReturn:
        raise AssertionError

    monkeypatch.setattr(on_disk, "read_regular", never)
    paths = sources.paths

    assert sizes(sources) == lengths
    for mark in MARKS:
        assert len(holding(sources, mark)) == len(expected[mark])
    assert [path for path in paths if sources.size(path)] == list(paths)


@given(
    st.lists(st.sampled_from([*MARKS, *(mark[:-1] for mark in MARKS), b"x", b"\n" * 20_000]), max_size=8).map(b"".join)
)
@example(b"x" * 70_000 + b"eyJ")
def test_marks_are_those_that_a_search_for_each_finds(data: bytes) -> None:
    assert marks_of(data) == sum(1 << bit for bit, mark in enumerate(MARKS) if mark in data)


def test_few_sources_stay_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_disk, "_KEPT", 2 * len(LEAK) + 30)
    sources = of(folder)
    read = 0

    def counted(file: str) -> bytes:
        nonlocal read
        read += 1
        return read_regular(file)

    monkeypatch.setattr(on_disk, "read_regular", counted)
    for path in ("a.env", "a.env", "c.env", "a.env", "sub/b.env", "a.env", "c.env"):
        assert sources.of(path).path == path

    assert read == 4


@pytest.fixture
def no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a large tree."""
    monkeypatch.setattr(reading, "_ROOM", 0)


def scan(folder: Path, after: Callable[[], object], jobs: int = 1) -> Report:
    """A scan in which something happens between the analysis and the report."""

    def late(sources: Sequence[Source]) -> Extracted:
        found = extract(sources, jobs=jobs)
        if isinstance(sources, Sources):
            sources._recent.clear()  # noqa: SLF001 - as if many others had been read since
        after()
        return found

    extracting: Extract = late
    return scan_paths(["."], rules=RULES, folder=folder, extract=extracting)


@pytest.mark.usefixtures("no_room")
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_file_that_changes_after_its_analysis_shows_nothing_of_what_it_holds_now(folder: Path, jobs: int) -> None:
    other = SECRET[::-1]
    report = scan(folder, lambda: (folder / "a.env").write_text(f"\n\nOTHER={other}\n"), jobs)
    findings = {finding.place.path: finding for finding in report.findings}

    assert findings.keys() == {"a.env", "c.env", "sub/b.env"}
    assert findings["a.env"].place.line == 3
    assert findings["a.env"].frame == ()
    assert findings["c.env"].frame
    assert other not in repr(report)
    assert [(item.path, item.reason, item.expected) for item in report.skipped] == [("a.env", CHANGED, False)]


@pytest.mark.usefixtures("no_room")
def test_a_file_that_vanishes_before_its_analysis_is_listed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    analyse = pipeline.analysis

    def late(*arguments: object) -> Extract:
        (folder / "c.env").unlink()
        return analyse(*arguments)  # type: ignore[arg-type]  # handed on as they are

    monkeypatch.setattr(pipeline, "analysis", late)
    report = scan_paths(["."], rules=RULES, folder=folder)

    assert {finding.place.path for finding in report.findings} == {"a.env", "sub/b.env"}
    assert [(item.path, item.reason) for item in report.skipped] == [("c.env", CHANGED)]


def test_the_files_of_a_small_scan_are_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> NoReturn:
        raise AssertionError

    monkeypatch.setattr(on_disk, "read_regular", never)
    report = scan(folder, (folder / "a.env").unlink)

    assert len(report.findings) == 3
    assert all(finding.frame for finding in report.findings)
    assert report.skipped == ()
