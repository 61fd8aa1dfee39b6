"""Files are read once: whole where they are text, at the beginning where that shows that they are not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lk_audit.files import regular_files
from lk_audit.files.columns import ABSENT, MATTERS, REPORT
from lk_audit.files.discovery import Found
from lk_audit.findings import Skipped
from lk_audit.scanning.pipeline import scan_paths
from lk_audit.scanning.reading import contents, read

CHUNK = 1 << 18


@pytest.mark.parametrize("size", [0, 1, CHUNK - 8, CHUNK - 3, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_word_is_found_wherever_it_stands(tmp_path: Path, size: int) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"#" * size + b"livekit\n")

    content = read(Found("a.py", str(file)))

    assert content.source is not None
    assert content.source.data == file.read_bytes()


@pytest.mark.parametrize("place", [100, CHUNK - 1, CHUNK, 2 * CHUNK + 5])
def test_a_nul_byte_alone_hides_no_text(tmp_path: Path, place: int) -> None:
    file = tmp_path / "data.txt"
    file.write_bytes(b"livekit\n".ljust(place, b"-") + b"\0" + b"livekit")

    content = read(Found("data.txt", str(file)))

    assert content.source is not None
    assert content.source.data == file.read_bytes().replace(b"\0", b" ")


def test_nul_bytes_that_stand_between_settings_end_lines(tmp_path: Path) -> None:
    file = tmp_path / "environ"
    file.write_bytes(b"LIVEKIT_URL=ws://live.acme.io\0HOME=/root\0LIVEKIT_API_KEY=APIexample23456\0")

    content = read(Found("environ", str(file)))

    assert content.source is not None
    assert content.source.line_text(3) == "LIVEKIT_API_KEY=APIexample23456"


BINARY = {
    "a program": b"\x7fELF\x02\x01\x01" + bytes(9) + b"livekit" * 90,
    "an image": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"livekit" * 90,
    "a record": b"livekit" + bytes(9) + b"APIexample23456",
    "numbers": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("raw", BINARY.values(), ids=BINARY)
def test_what_holds_more_that_no_text_does_is_binary(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "data.bin").write_bytes(raw)
    (tmp_path / "data.rs").write_bytes(raw)

    content, named = (read(Found(name, str(tmp_path / name))) for name in ("data.bin", "data.rs"))

    assert (content.is_binary, content.source, content.skipped) == (True, None, None)
    assert named.skipped is not None
    assert named.skipped.reason == "binary content under the name of a text file"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_wide_text_is_text_without_a_byte_order_mark_too(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / ".env"
    text = "LIVEKIT_API_KEY=APIexample23456\r\n# für später\r\n"
    file.write_bytes(text.encode(encoding))

    content = read(Found(".env", str(file)))

    assert content.source is not None
    assert content.source.text == text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_text_of_any_length_is_text(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(("x" * CHUNK + "livekit").encode(encoding))

    content = read(Found("notes.txt", str(file)))

    assert content.is_text
    assert content.source is not None
    assert content.source.text.endswith("livekit")


POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n"


@pytest.mark.parametrize(
    ("name", "is_told"),
    [(".env", True), ("livekit.json", True), ("seed.sql", False), ("clip.mp4", False), ("Dockerfile", True)],
)
def test_a_pointer_of_git_lfs_in_the_place_of_a_text_is_told(tmp_path: Path, name: str, *, is_told: bool) -> None:
    (tmp_path / name).write_text(POINTER)

    content = read(Found(name, str(tmp_path / name)))
    report = scan_paths(["."], rules=(), folder=tmp_path)

    told = (Skipped(name, "a Git LFS pointer, whose content `git lfs pull` brings"),) if is_told else ()
    assert (content.source, content.skipped) == (None, told[0] if told else None)
    assert (report.skipped, report.scanned, report.is_complete) == (told, int(not is_told), not is_told)


def test_lock_files_are_texts_that_nobody_reads(tmp_path: Path) -> None:
    file = tmp_path / "package-lock.json"
    file.write_text('{"packages": {"node_modules/livekit-client": {}}}')

    content = read(Found("package-lock.json", str(file)))

    assert content.is_text
    assert content.source is None


@pytest.mark.parametrize("flag", [None, 0])
def test_a_link_is_not_followed_whether_or_not_the_system_can_see_to_that(
    tmp_path: Path, flag: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if flag is not None:
        monkeypatch.setattr(regular_files, "_NO_LINKS", flag)
    (tmp_path / "a.py").write_text("livekit\n")
    (tmp_path / "b.py").symlink_to("a.py")

    columns = contents(["a.py", "b.py"], base=tmp_path, limit=1_000)

    assert list(columns.verdicts) == [MATTERS, ABSENT]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with a name here")
def test_what_is_no_file_of_that_size_is_told_apart_without_being_read(tmp_path: Path) -> None:
    (tmp_path / "large.py").write_text("livekit" * 100)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "r.sarif").write_text("livekit")
    paths = ["large.py", "folder", "pipe.py", "loop.py", "gone.py", "r.sarif"]

    columns = contents(paths, base=tmp_path, limit=100)

    assert list(columns.verdicts) == [ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, REPORT]
    assert {paths[row]: item.reason for row, item in columns.skipped.items()} == {
        "large.py": "too large (700 bytes; the limit is 100 bytes)",
        "folder": "a git submodule; scan it on its own",
        "pipe.py": "not a regular file",
        "loop.py": "a broken symbolic link",
    }
