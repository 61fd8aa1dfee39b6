"""Entries of a cache: whole or not at all, whatever is done to their folder."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lk_audit.cache import store, table, wire
from lk_audit.cache.clock import Span
from lk_audit.cache.store import Store, entry_name
from lk_audit.findings import Finding, Report
from tests.cache.trees import FILES, git, planted, put, scanned, shown

ROOT = Path(__file__).parent.parent.parent
HEAD = b"lk-audit cache 1\n"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    return planted(root)


def entries(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.startswith(("report-", "files-")))


def signed(body: bytes) -> bytes:
    return HEAD + hashlib.sha256(body).digest() + body


def test_what_was_written_is_read(tmp_path: Path) -> None:
    kept = Store(tmp_path / "a" / "b")

    kept.write(entry_name("report", b"x"), b"body")

    assert kept.read(entry_name("report", b"x")) == b"body"
    assert kept.read(entry_name("report", b"y")) is None


def test_names_depend_on_every_part_and_on_where_parts_end() -> None:
    parts = [(b"ab", b"c"), (b"a", b"bc"), (b"abc",), (b"ab", b"c", b""), (b"c", b"ab")]

    assert len({entry_name("report", *item) for item in parts}) == len(parts)


@POSIX
def test_the_folder_is_its_owners_alone_and_marked_as_a_cache(tmp_path: Path) -> None:
    kept = Store(tmp_path / "cache")

    kept.write(entry_name("report", b"x"), b"body")

    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700
    assert (kept.folder / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (kept.folder / ".gitignore").read_text() == "*\n"


@POSIX
def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Store(tmp_path)
    kept.write(entry_name("report", b"x"), b"body")
    monkeypatch.setattr(os, "geteuid", lambda: 12_345)

    assert kept.read(entry_name("report", b"x")) is None
    kept.write(entry_name("report", b"y"), b"body")
    assert len(entries(tmp_path)) == 1


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = Store(tmp_path / "file" / "cache")

    kept.write(entry_name("report", b"x"), b"body")

    assert kept.read(entry_name("report", b"x")) is None
    assert (kept.size(), kept.clean()) == (0, (0, 0))


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs to become another user")
def test_a_scan_of_a_user_who_may_not_write_is_as_good(tree: Path) -> None:
    readable = tree.parent.parent.parent
    code = (
        f"import os, sys; os.chmod({str(tree.parent)!r}, 0o755); sys.path.insert(0, {str(ROOT)!r})\n"
        "from lk_audit.api import scan\n"
        f"report = scan({str(tree)!r}, cache='/proc/lk-audit')\n"
        "print(len(report.findings) > 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=readable)

    assert done.stdout == "True\n", done.stderr


def test_the_entries_that_were_used_last_stay(tmp_path: Path) -> None:
    kept = Store(tmp_path, limit=10_000)
    names = [entry_name("report", bytes([number])) for number in range(9)]
    for age, name in enumerate(names):
        kept.write(name, bytes(1000))
        os.utime(tmp_path / name, (time.time() - 1000 + age * 10,) * 2)
    kept.read(names[0])

    kept.write(entry_name("report", b"new"), bytes(1000))

    left = {path.name for path in entries(tmp_path)}
    assert kept.size() <= 10_000
    assert entry_name("report", b"new") in left
    assert set(names) - left == {names[1]}


def test_an_entry_that_is_too_large_for_the_cache_is_not_written(tmp_path: Path) -> None:
    Store(tmp_path, limit=1000).write(entry_name("report", b"x"), bytes(900))

    assert entries(tmp_path) == []


def test_files_that_a_process_left_unfinished_go_when_they_are_old(tmp_path: Path) -> None:
    old, new = tmp_path / ".unfinished-abc", tmp_path / ".unfinished-xyz"
    for file in (old, new):
        file.write_bytes(b"...")
    os.utime(old, (time.time() - 7200,) * 2)

    Store(tmp_path).write(entry_name("report", b"x"), b"body")

    assert (old.exists(), new.exists()) == (False, True)


def test_cleaning_removes_what_is_the_caches_and_nothing_else(tmp_path: Path) -> None:
    for name in ("report.txt", "files-of-mine", "report-" + "0" * 39, "notes"):
        (tmp_path / name).write_text("mine")
    kept = Store(tmp_path)
    kept.write(entry_name("report", b"x"), b"body")

    assert kept.clean() == (1, 0)
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.txt",
        "files-of-mine",
        "report-" + "0" * 39,
        "notes",
    }


# --- damage -----------------------------------------------------------------------------------------------------------

DAMAGES = {
    "empty": lambda _: b"",
    "cut short": lambda raw: raw[: len(raw) // 2],
    "longer": lambda raw: raw + b"\0",
    "a bit wrong": lambda raw: raw[:-9] + bytes([raw[-9] ^ 1]) + raw[-8:],
    "of a later version": lambda raw: raw.replace(b"cache 1", b"cache 2", 1),
    "no entry": lambda _: b"PK\3\4" * 100,
    "of no form": lambda _: signed(b"[]"),
    "of another form": lambda _: signed(json.dumps({"span": {}, "report": {"findings": [1]}}).encode()),
    "deeper than anything": lambda _: signed(b"[" * 200_000),
    "a number without end": lambda _: signed(b"1" * 100_000),
    "a table of nothing": lambda _: signed(msgspec.msgpack.encode([b"", b"a", b"", b"", b"", 0, 0])),
    "a table of uneven columns": lambda _: signed(msgspec.msgpack.encode([b"", b"a\0b", b"12", b"1", b"", 0, 0])),
    "an array that says it is huge": lambda _: signed(b"\xdd\xff\xff\xff\xff"),
    "code": lambda _: signed(pickle.dumps(_Bomb())),
}


class _Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return (os.abort, ())


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_entry_is_made_afresh(damage: Any, tree: Path, tmp_path: Path) -> None:  # noqa: ANN401 - a table of functions
    cache = tmp_path / "cache"
    expected = shown(scanned(tree, cache))
    whole = [path.read_bytes() for path in entries(cache)]
    for path in entries(cache):
        path.write_bytes(damage(path.read_bytes()))

    assert shown(scanned(tree, cache)) == expected
    for path, raw in zip(entries(cache), whole, strict=True):
        assert path.stat().st_size == len(raw)
    assert shown(scanned(tree, cache)) == expected


def test_an_entry_that_is_a_folder_or_a_link_to_nowhere_does_no_harm(tree: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    expected = shown(scanned(tree, cache))
    first, *others = entries(cache)
    for path in (first, *others):
        path.unlink()
    first.mkdir()
    others[0].symlink_to("nowhere")

    assert shown(scanned(tree, cache)) == expected


@POSIX
def test_an_entry_that_is_a_pipe_or_a_device_is_not_read(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    pipe, device = entry_name("report", b"x"), entry_name("report", b"y")
    os.mkfifo(tmp_path / pipe)
    (tmp_path / device).symlink_to("/dev/zero")

    assert (kept.read(pipe), kept.read(device)) == (None, None)
    kept.write(pipe, b"body")
    assert kept.read(pipe) == b"body"


def test_a_report_comes_back_as_it_was(tree: Path) -> None:
    report = scanned(tree)
    kept = wire.Kept(span=Span(), report=wire.packed(report))

    back = wire.decoded(wire.encoded(kept))

    assert back is not None
    assert back.report is not None
    unpacked = wire.unpacked(back.report)
    assert (unpacked.findings, unpacked.notes, unpacked.skipped) == (report.findings, report.notes, report.skipped)
    assert unpacked.findings


def test_everything_that_a_report_holds_is_kept_or_known_to_come_from_elsewhere() -> None:
    elsewhere = {"rules", "crashes", "rule_errors", "elapsed", "hidden", "configuration", "commits", "medium"}

    assert set(Report.__struct_fields__) - elsewhere == set(wire._Report.__struct_fields__)  # noqa: SLF001 - its fields are the point
    assert Finding.__struct_fields__ == wire._Finding.__struct_fields__  # noqa: SLF001


def test_a_table_finds_rows_again_wherever_they_are() -> None:
    assert table.joined(["a", "b"]) == b"a\0b"
    assert table.decoded(b"nonsense") is None
    assert store.SIZE_LIMIT >= 100_000_000


# --- at the same time -------------------------------------------------------------------------------------------------


def test_many_processes_share_a_cache_while_the_tree_changes_and_the_cache_is_emptied(
    tree: Path, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LK_AUDIT_CACHE_DIR": str(cache)}
    del environment["LK_AUDIT_NO_CACHE"]
    trees = [tree, planted(tmp_path / "other"), tree]
    command = [sys.executable, "-m", "lk_audit"]
    running = []
    for number in range(12):
        where = trees[number % 3]
        put(trees[1], "src/more.py", FILES[".env"] * (number % 2))
        scan = [*command, "scan", "--format", "json", "--fail-on", "never", "."]
        running.append(subprocess.Popen(scan, cwd=where, env=environment, stdout=subprocess.PIPE))
        if number % 4 == 3:
            running.append(subprocess.Popen([*command, "cache", "clean"], env=environment, stdout=subprocess.PIPE))
    outcomes = [process.communicate(timeout=300) for process in running]

    assert [process.returncode for process in running] == [0] * 15, outcomes
    reports = [json.loads(out)["findings"] for number, (out, _) in enumerate(outcomes) if number % 5 in {0, 2}]
    assert all(reports)
    assert shown(scanned(tree, cache)) == shown(scanned(tree))
    assert shown(scanned(trees[1], cache)) == shown(scanned(trees[1]))
    assert [path for path in cache.iterdir() if path.name.startswith(".unfinished")] == []


def test_a_cache_that_is_written_to_by_many_at_once_only_ever_holds_whole_entries(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lk_audit.cache.store import Store\n"
        "kept = Store(Path(sys.argv[1]), limit=3_000_000)\n"
        "name = 'report-' + '0' * 40\n"
        "for number in range(40):\n"
        "    kept.write(name, sys.argv[2].encode() * 1_000_000)\n"
        "    body = kept.read(name)\n"
        "    assert body is not None and len(body) == 1_000_000 and len(set(body)) == 1\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "cache")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [subprocess.Popen([*command, letter], env=environment, stderr=subprocess.PIPE) for letter in "abcdefgh"]

    assert [process.communicate(timeout=300)[1] for process in running] == [b""] * 8


def test_git_sees_no_change_in_a_repository_that_holds_its_cache(tree: Path) -> None:
    scanned(tree, tree / ".cache")

    done = subprocess.run(["git", "status", "--porcelain"], cwd=tree, capture_output=True, check=True)

    assert done.stdout == b""
    git(tree, "add", "-A")
