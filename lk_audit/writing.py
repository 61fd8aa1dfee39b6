"""Writing changed files back: at once, in their encoding, and only where nothing has happened to them in between."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from lk_audit.files.replacing import in_place_of
from lk_audit.source import NotText, Source

_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def write(files: Mapping[str, str], before: Mapping[str, Source], after: Mapping[str, Source]) -> dict[str, str]:
    """Write files, and say which could not be: the reasons by path.

    Args:
        files: where the scanned files are, by path.
        before: the texts as they were read.
        after: the texts to write.
    """
    reasons = {path: _write(files.get(path), before[path], new) for path, new in sorted(after.items())}
    return {path: reason for path, reason in reasons.items() if reason is not None}


def _write(file: str | None, before: Source, after: Source) -> str | None:
    """Why a file was not written; None when it was."""
    if file is None or os.path.realpath(file) != os.path.abspath(file):  # noqa: PTH100 - nothing is resolved here
        return "it lies behind a symbolic link"
    try:
        raw = Path(file).read_bytes()
        reason = _objection(file, raw, before)
        encoded = _encoded(raw, after)
        if reason is None and encoded is not None:
            _replace(Path(file), encoded)
    except OSError as error:
        return error.strerror or type(error).__name__
    return reason or (_UNWRITABLE if encoded is None else None)


_UNWRITABLE = "its text cannot be written back in its encoding"


def _objection(file: str, raw: bytes, before: Source) -> str | None:
    try:
        is_same = Source.from_bytes(before.path, raw).data == before.data
    except NotText:
        is_same = False
    if not is_same:
        return "it has changed since it was read"
    if _encoded(raw, before) != raw:
        return _UNWRITABLE
    return None if os.access(file, os.W_OK) else "it is write-protected"


def _encoded(raw: bytes, text: Source) -> bytes | None:
    """A text with the byte order mark and in the encoding of `raw`; None when that cannot hold it."""
    mark, encoding = next(((mark, name) for mark, name in _ENCODINGS if raw.startswith(mark)), (b"", "utf-8"))
    if not mark and not _is_utf8(raw):
        encoding = "latin-1"
    try:
        return mark + text.data.decode("utf-8").encode(encoding)
    except UnicodeError:
        return None


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _replace(file: Path, data: bytes) -> None:
    """Put new content in the place of a file, with its permissions; it is on the disk before the old one goes."""
    with in_place_of(file, stat.S_IMODE(file.stat().st_mode)) as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
