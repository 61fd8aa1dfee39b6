"""Files are read once: whole where they are text, at the beginning where that shows that they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from lk_audit.discovery import Found
from lk_audit.reading import read

CHUNK = 1 << 18


@pytest.mark.parametrize("size", [0, 1, CHUNK - 8, CHUNK - 3, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_a_word_is_found_wherever_it_stands(tmp_path: Path, size: int) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"#" * size + b"livekit\n")

    content = read(Found("a.py", str(file)))

    assert content.source is not None
    assert content.source.data == file.read_bytes()


@pytest.mark.parametrize("place", [0, CHUNK - 1, CHUNK, 2 * CHUNK + 5])
def test_a_nul_byte_anywhere_makes_a_file_binary(tmp_path: Path, place: int) -> None:
    file = tmp_path / "data.bin"
    file.write_bytes(b"livekit".ljust(place, b" ") + b"\0" + b"livekit")

    content = read(Found("data.bin", str(file)))

    assert content.is_binary
    assert content.source is None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_wide_text_of_any_length_is_text(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(("x" * CHUNK + "livekit").encode(encoding))

    content = read(Found("notes.txt", str(file)))

    assert content.is_text
    assert content.source is not None
    assert content.source.text.endswith("livekit")


def test_lock_files_are_texts_that_nobody_reads(tmp_path: Path) -> None:
    file = tmp_path / "package-lock.json"
    file.write_text('{"packages": {"node_modules/livekit-client": {}}}')

    content = read(Found("package-lock.json", str(file)))

    assert content.is_text
    assert content.source is None
