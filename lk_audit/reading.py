"""Files as sources: read, told from binary content, prefiltered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from msgspec import Struct

from lk_audit import processes
from lk_audit.discovery import Discovery, Found, discover
from lk_audit.findings import CONFIGURATION, Note, Skipped
from lk_audit.frontends import frontend_for
from lk_audit.prefilter import opens_any
from lk_audit.progress import Progress, watched
from lk_audit.regular_files import read_regular
from lk_audit.source import NotText, Source, is_binary


class Content(Struct, frozen=True):
    """What came of reading one file; `source` only when something in it can matter."""

    source: Source | None = None
    skipped: Skipped | None = None
    is_text: bool = False
    is_binary: bool = False


_TEXT = Content(is_text=True)
"""Of a text in which nothing can matter, as nearly all are."""
MANY = 5_000
"""Files; fewer are read before other processes have started."""


def read_all(
    files: Sequence[Found], words: Sequence[bytes] = (), progress: Progress | None = None, jobs: int | None = None
) -> list[Content]:
    """All files, in their order; by several processes where there are very many.

    Those look at what each file is. What matters is then read again, which is cheaper than sending it.
    """
    wanted = jobs or processes.cores()
    if wanted == 1 or len(files) < MANY or not processes.can_spread():
        return [read(file, words) for file in watched(files, READING, progress)]
    contents: list[Content] = []
    glance = partial(_glances, words=words)
    for batch, found in processes.spread(glance, files, [1] * len(files), wanted):
        seen = found if found is not None else [None] * len(batch)
        contents += [known or read(file, words) for file, known in zip(batch, seen, strict=True)]
        if progress is not None:
            progress(READING, len(contents), len(files))
    return contents


READING = "reading"
"""The step that progress is told of."""


def _glances(files: Sequence[Found], words: Sequence[bytes]) -> list[Content | None]:
    """What each file is; None for those that matter."""
    contents = (read(file, words) for file in files)
    return [None if content.source else content for content in contents]


def read(file: Found, words: Sequence[bytes] = (), seen: Callable[[bytes], object] | None = None) -> Content:
    """One file, read and prefiltered. Depends on nothing but the file, so that files can be read in any process.

    `words` are further ones that make a file matter; `seen` is given the bytes.
    """
    if is_report(file.path):
        return Content(skipped=Skipped(file.path, REPORT, expected=True))
    try:
        raw = read_regular(file.file, is_binary)
    except OSError as error:
        return Content(skipped=Skipped(file.path, f"cannot be read ({error.strerror or type(error).__name__})"))
    if seen is not None:
        seen(raw)
    return content_of(file.path, raw, words)


REPORT = "a scanner's report"


def is_report(path: str) -> bool:
    """Whether a file is what a scanner has written; it quotes what it found."""
    return path.endswith(".sarif")


def content_of(path: str, raw: bytes, words: Sequence[bytes] = ()) -> Content:
    """What the bytes of a file are worth, wherever they come from; `words` are further ones that make it matter."""
    if b"\0" in raw:
        return _read_wide(path, raw, words)
    if not _matters(path, raw, words):
        return _TEXT
    return Content(source=Source.from_bytes(path, raw), is_text=True)


def _matters(path: str, data: bytes, words: Sequence[bytes]) -> bool:
    """Whether something in a file can; lock files are made by programs, and no frontend reads them."""
    is_opened = opens_any(path, data) or any(word in data for word in words)
    return is_opened and frontend_for(path) is not None


def _read_wide(path: str, raw: bytes, words: Sequence[bytes]) -> Content:
    """A file with NUL bytes: UTF-16 and UTF-32 text, or binary."""
    try:
        source = Source.from_bytes(path, raw)
    except NotText:
        return misnamed(path) if _is_text_name(path) else Content(is_binary=True)
    return Content(source=source if _matters(path, source.data, words) else None, is_text=True)


def misnamed(path: str) -> Content:
    """Of a file that is binary although its name is that of a text."""
    return Content(skipped=Skipped(path, "binary content under the name of a text file"), is_binary=True)


def unread_files(found: Discovery, limit: int) -> dict[str, Callable[[], bytes | None]]:
    """The files of the project around a scan, by path, with what reads them."""
    listed = {item.path: item for item in found.files}
    for root in found.projects:
        listed.update((item.path, item) for item in discover([root], limit=limit, folder=found.base).files)
    return {path: partial(_bytes, item.file) for path, item in listed.items()}


def unused_configurations(found: Discovery, used: Sequence[Path] | None) -> Iterator[Note]:
    """Notes on configurations of lk-audit further down that do not count; none where none were looked for."""
    known = None if used is None else {os.path.realpath(path) for path in used}
    for item in found.files if known is not None else ():
        if _configures(item) and known is not None and os.path.realpath(item.file) not in known:
            message = (
                "this configuration is not used, one counts for a whole scan; to use it run lk-audit in its folder"
            )
            yield Note(CONFIGURATION, item.path, 1, message)


def _configures(item: Found) -> bool:
    name = item.path.rpartition("/")[2]
    if name in {"lk-audit.toml", ".lk-audit.toml"}:
        return True
    return name == "pyproject.toml" and b"[tool.lk-audit" in (_bytes(item.file) or b"")


def _bytes(file: str) -> bytes | None:
    try:
        return read_regular(file, is_binary)
    except OSError:
        return None


_TEXT_SUFFIXES = frozenset(
    {".py", ".pyi", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".astro"}
    | {".json", ".jsonc", ".yaml", ".yml", ".toml", ".env", ".ini", ".cfg", ".conf", ".properties", ".tf", ".tfvars"}
    | {".sh", ".bash", ".md", ".mdx", ".txt", ".html", ".ipynb", ".go", ".rb", ".php", ".java", ".kt", ".swift", ".cs"}
)


def _is_text_name(path: str) -> bool:
    name = PurePosixPath(path)
    return name.suffix.lower() in _TEXT_SUFFIXES or name.name.startswith((".env", "Dockerfile"))
