"""Changed files on disk."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

import pytest

from lk_audit.source import Source
from lk_audit.writing import write
from tests.rights import cannot_be_ordinary, ordinarily


def rewritten(file: Path, new: str, read: bytes | None = None) -> dict[str, str]:
    """What writing says when a file that was `read` gets the text `new`."""
    before = Source.from_bytes("a.txt", file.read_bytes() if read is None else read)
    return write({"a.txt": str(file)}, {"a.txt": before}, {"a.txt": Source.from_text("a.txt", new)})


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"old\r\n", b"new\r\n"),
        (codecs.BOM_UTF8 + b"old\r\n", codecs.BOM_UTF8 + b"new\r\n"),
        (codecs.BOM_UTF16_LE + "old\r\n".encode("utf-16-le"), codecs.BOM_UTF16_LE + "new\r\n".encode("utf-16-le")),
        (codecs.BOM_UTF32_BE + "old\r\n".encode("utf-32-be"), codecs.BOM_UTF32_BE + "new\r\n".encode("utf-32-be")),
    ],
)
def test_encoding_and_byte_order_mark_stay(tmp_path: Path, raw: bytes, expected: bytes) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(raw)

    assert rewritten(file, "new\r\n") == {}
    assert file.read_bytes() == expected


def test_latin_1_stays_latin_1(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes("größe = 1".encode("latin-1"))

    assert rewritten(file, "größe = 2") == {}
    assert file.read_bytes() == "größe = 2".encode("latin-1")


def test_the_permissions_stay(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    file.chmod(0o750)

    assert rewritten(file, "new") == {}
    assert stat.S_IMODE(file.stat().st_mode) == 0o750
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_that_has_changed_since_it_was_read_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("somebody was faster")

    assert rewritten(file, "new", b"old") == {"a.txt": "it has changed since it was read"}
    assert file.read_text() == "somebody was faster"


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    assert rewritten(tmp_path / "a.txt", "new", b"old") == {"a.txt": "No such file or directory"}


def test_nothing_is_written_through_a_symbolic_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    link.symlink_to(target)

    assert rewritten(link, "new") == {"a.txt": "it lies behind a symbolic link"}
    assert target.read_text() == "old"


def test_nothing_is_written_in_a_folder_behind_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert rewritten(tmp_path / "link" / "a.txt", "new") == {"a.txt": "it lies behind a symbolic link"}


@cannot_be_ordinary
def test_a_write_protected_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("old")
    file.chmod(0o440)

    assert ordinarily(lambda: rewritten(file, "new")) == {"a.txt": "it is write-protected"}


def test_text_that_would_not_come_back_the_same_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(codecs.BOM_UTF16_LE + b"o\0l\0d\0\n")

    assert rewritten(file, "new") == {"a.txt": "its text cannot be written back in its encoding"}
