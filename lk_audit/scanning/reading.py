"""Files as sources: read, told from binary content, prefiltered."""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit import frontends
from lk_audit.files.columns import (
    BINARY,
    MATTERS,
    MISNAMED,
    NO_DIGEST,
    NO_WORTH,
    OTHER,
    POINTER,
    REPORT,
    UNREADABLE,
    WORTH,
    Columns,
)
from lk_audit.files.discovery import Discovery, Found, add_unread, classified, discover, state_of, unreadable
from lk_audit.files.listing import with_separator
from lk_audit.files.prefilter import is_lfs_pointer, opens_any
from lk_audit.files.regular_files import read_itself, read_regular
from lk_audit.files.sources import TELLS, digest_of, marks_of
from lk_audit.findings import CONFIGURATION, Note, Skipped
from lk_audit.frontends import frontend_for
from lk_audit.hints import NOTHING, Hints
from lk_audit.source import NotText, Source, is_binary

if TYPE_CHECKING:
    from lk_audit.extractors.secret_names import SecretNames


class Content(Struct, frozen=True):
    """What came of reading one file; `source` only when something in it can matter."""

    source: Source | None = None
    skipped: Skipped | None = None
    is_text: bool = False
    is_binary: bool = False


_TEXT = Content(is_text=True)
"""What comes of a text in which nothing can matter, as nearly all are."""


class Kept:
    """Sources that stay in memory from their first reading on, as many as there is room for.

    What another process reads is of no use in this one.
    """

    def __init__(self) -> None:
        self.sources: dict[str, Source] = {}
        self._room = _ROOM
        self._process = os.getpid()

    def takes(self, source: Source) -> bool:
        """Keep a source, if that can be."""
        if len(source.data) > self._room or os.getpid() != self._process:
            return False
        self._room -= len(source.data)
        self.sources[source.path] = source
        return True


_ROOM = 4_000_000
"""Bytes; all that matters of a project of usual size."""


def contents(  # noqa: PLR0913 - keywords, all but one
    paths: Iterable[str],
    *,
    base: Path,
    limit: int,
    hints: Hints = NOTHING,
    digests: bool = False,
    kept: Kept | None = None,
) -> Columns:
    """What files are: opened, read and prefiltered, each once.

    Args:
        paths: relative to `base`.
        base: the base of the scan.
        limit: the size in bytes over which a file is skipped.
        hints: what the project says about itself.
        digests: whether those of all files are wanted; without it only those are told by which sources are known again.
        kept: takes the sources that are read here.
    """
    columns = Columns()
    around = with_separator(base)
    words = hints.secret_words
    for path in paths:
        file = around + path
        try:
            raw, status = read_itself(file, limit, is_binary)
        except OSError as error:
            _add_unread(columns, path, classified(path, file, base, limit), error)
            continue
        verdict, source = (REPORT, None) if is_report(path) else _judged(path, raw, words)
        worth, is_digested = NO_WORTH, digests
        if source is not None:
            source = frontends.view(source)
            worth = _worth(source, hints)
            is_digested |= kept is None or not kept.takes(source)
        columns.add(verdict, state_of(status), digest_of(raw) if is_digested else NO_DIGEST, worth)
    return columns


def _add_unread(columns: Columns, path: str, found: bytes | Skipped | None, error: OSError) -> None:
    """Add the row of what could not be read: a link, a folder, a file that is gone, too large or closed to us."""
    if isinstance(found, bytes) and not is_report(path):
        columns.add_skipped(UNREADABLE, unreadable(path, error), found)
    else:
        add_unread(columns, REPORT, found)


def _worth(source: Source, hints: Hints) -> bytes:
    from lk_audit.scanning.worth import may_tell  # noqa: PLC0415 - few files are sources

    tells = TELLS if may_tell(source, _names(hints)) else 0
    return WORTH.pack(len(source.data), marks_of(source.data) | tells)


@lru_cache(maxsize=1)
def _names(hints: Hints) -> SecretNames:
    from lk_audit.extractors.secret_names import SecretNames  # noqa: PLC0415 - as above

    return SecretNames(hints)


def unread(found: Discovery, columns: Columns) -> Iterator[Skipped]:
    """The files in which nothing is looked for: scanners' reports, what cannot be read or is no text."""
    yield from (columns.skipped[row] for row in columns.rows_of(UNREADABLE))
    yield from (Skipped(found.paths[row], A_REPORT, expected=True) for row in columns.rows_of(REPORT))
    yield from (_misnamed(found.paths[row]) for row in columns.rows_of(MISNAMED))
    yield from (Skipped(found.paths[row], _A_POINTER) for row in columns.rows_of(POINTER))


def read(file: Found, words: Sequence[bytes] = ()) -> Content:
    """One file, read and prefiltered. `words` are further ones that make a file matter."""
    if is_report(file.path):
        return Content(skipped=Skipped(file.path, A_REPORT, expected=True))
    try:
        raw = read_regular(file.file, is_binary)
    except OSError as error:
        return Content(skipped=unreadable(file.path, error))
    return content_of(file.path, raw, words)


A_REPORT = "a scanner's report"
_A_POINTER = "a Git LFS pointer, whose content `git lfs pull` brings"


def is_report(path: str) -> bool:
    """Whether a file is what a scanner has written; it quotes what it found."""
    return path.endswith(".sarif")


def content_of(path: str, raw: bytes, words: Sequence[bytes] = ()) -> Content:
    """What the bytes of a file are worth, wherever they come from; `words` are further ones that make it matter."""
    verdict, source = _judged(path, raw, words)
    if verdict in {BINARY, MISNAMED}:
        return Content(skipped=_misnamed(path) if verdict == MISNAMED else None, is_binary=True)
    if verdict == POINTER:
        return Content(skipped=Skipped(path, _A_POINTER))
    return Content(source, is_text=True) if source is not None else _TEXT


def _judged(path: str, raw: bytes, words: Sequence[bytes]) -> tuple[int, Source | None]:
    """What a file of these bytes is, and the source of one that matters."""
    if b"\0" in raw:
        return _judged_wide(path, raw, words)
    if is_lfs_pointer(raw):
        return POINTER if _is_text_name(path) else OTHER, None
    if not _matters(path, raw, words):
        return OTHER, None
    return MATTERS, Source.from_bytes(path, raw)


def _matters(path: str, data: bytes, words: Sequence[bytes]) -> bool:
    """Whether something in a file can; lock files are made by programs, and no frontend reads them."""
    is_opened = opens_any(path, data) or (bool(words) and any(word in data for word in words))
    return is_opened and frontend_for(path) is not None


def _judged_wide(path: str, raw: bytes, words: Sequence[bytes]) -> tuple[int, Source | None]:
    """A file with NUL bytes: text all the same, or binary."""
    try:
        source = Source.from_bytes(path, raw)
    except NotText:
        return MISNAMED if _is_text_name(path) else BINARY, None
    return (MATTERS, source) if _matters(path, source.data, words) else (OTHER, None)


def _misnamed(path: str) -> Skipped:
    """What is said of a file that is binary although its name is that of a text."""
    return Skipped(path, "binary content under the name of a text file")


class Elsewhere(Mapping[str, Callable[[], bytes | None]]):
    """What reads each file of the project around a scan, by path; these are sorted, each once."""

    def __init__(self, around: str, paths: Sequence[str]) -> None:
        self._around = around
        self._paths = paths

    def __getitem__(self, path: str) -> Callable[[], bytes | None]:
        if path not in self:
            raise KeyError(path)
        return partial(_bytes, self._around + path)

    def __contains__(self, path: object) -> bool:
        # A table would take 28 bytes a path.
        if not isinstance(path, str):
            return False
        at = bisect_left(self._paths, path)
        return at < len(self._paths) and self._paths[at] == path

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def unread_files(found: Discovery, limit: int) -> Elsewhere:
    """The files of the project around a scan, by path, with what reads them."""
    further = [discover([root], limit=limit, folder=found.base).paths for root in found.projects]
    paths = sorted({*found.paths, *chain.from_iterable(further)}) if further else found.paths
    return Elsewhere(found.files.around, paths)


def unused_configurations(found: Discovery, used: Sequence[Path] | None) -> Iterator[Note]:
    """Notes on configurations of lk-audit further down that do not count; none where none were looked for."""
    known = None if used is None else {os.path.realpath(path) for path in used}
    named = [path for path in found.paths if path.endswith(_CONFIGURATIONS)] if known is not None else []
    for path in named:
        file = found.files.around + path
        if _configures(path, file) and known is not None and os.path.realpath(file) not in known:
            message = (
                "this configuration is not used, one counts for a whole scan; to use it run lk-audit in its folder"
            )
            yield Note(CONFIGURATION, path, 1, message)


_CONFIGURATIONS = ("lk-audit.toml", "pyproject.toml")


def _configures(path: str, file: str) -> bool:
    name = path.rpartition("/")[2]
    if name in {"lk-audit.toml", ".lk-audit.toml"}:
        return True
    return name == "pyproject.toml" and b"[tool.lk-audit" in (_bytes(file) or b"")


def _bytes(file: str) -> bytes | None:
    try:
        return read_regular(file, is_binary)
    except OSError:
        return None


_TEXT_SUFFIXES = frozenset(
    {".toml", ".ini", ".cfg", ".conf", ".properties", ".tf", ".tfvars", ".sh", ".bash", ".ps1", ".md", ".mdx", ".txt"}
    | {".gradle", ".xcconfig"}
)
"""Of texts that the frontend of text reads."""


def _is_text_name(path: str) -> bool:
    name = PurePosixPath(path)
    is_text = name.suffix.lower() in _TEXT_SUFFIXES or name.name.startswith("Dockerfile")
    return is_text or frontend_for(path) not in {"text", None}
