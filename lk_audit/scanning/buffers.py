"""A scan of text that is not on disk: what an editor holds, as if it were saved in its place."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from lk_audit.config import Config
from lk_audit.errors import UsageError
from lk_audit.files.discovery import surroundings
from lk_audit.findings import AnyRule, Medium, Report, Skipped
from lk_audit.presence import is_folder
from lk_audit.project.files import Files
from lk_audit.scanning.pipeline import analysis, scan_sources
from lk_audit.scanning.reading import Content, content_of, unread_files
from lk_audit.suppression.overrides import apply_overrides


def scan_buffer(  # noqa: PLR0913 - keywords, half of them optional
    name: str,
    raw: bytes,
    *,
    rules: Sequence[AnyRule],
    config: Config | None = None,
    known_rules: Sequence[AnyRule] = (),
    folder: Path | None = None,
) -> Report:
    """The report on `raw` as if it were the content of the file `name`; the rest of its project is read from disk.

    Paths are relative to the working folder, for a file outside of it to that file's repository.

    Args:
        name: the file's path, relative to `folder`; it need not exist.
        raw: what the file would hold.
        rules: the rules to run.
        config: limits and options.
        known_rules: rules that exist without being run.
        folder: the working folder; the process's own by default.

    Raises:
        UsageError: `name` is a folder, or lies in a folder that does not exist.
    """
    started = time.perf_counter()
    config = config or Config()
    working = (folder or Path.cwd()).resolve()
    found = surroundings(_place_of(name, working), working)
    content = _content(found.paths[0], raw, config)
    sources = [content.source] if content.source else []
    files = Files(sources, lambda: unread_files(found, config.size_limit))
    report = scan_sources(
        sources,
        rules,
        config.options,
        known_rules=known_rules,
        prefix=found.prefix,
        extract=analysis(files, hints=config.hints),
        files=files,
        honor_foreign_comments=config.honor_foreign_comments,
        suppressions=config.suppressions,
    )
    return replace(
        apply_overrides(report, config.overrides),
        scanned=int(content.is_text),
        binary=int(content.is_binary),
        skipped=(content.skipped,) if content.skipped else (),
        elapsed=time.perf_counter() - started,
        medium=Medium.EDITOR,
    )


def _place_of(name: str, working: Path) -> Path:
    """Where the file would be saved."""
    path = working / name
    if not name or is_folder(path):
        raise UsageError(f"not the name of a file: {name!r}")
    if not is_folder(path.parent):
        shown = path.parent.relative_to(working) if path.is_relative_to(working) else name
        raise UsageError(f"no such folder: {shown}")
    return path.parent.resolve() / path.name


def _content(path: str, raw: bytes, config: Config) -> Content:
    if len(raw) > config.size_limit:
        return Content(skipped=Skipped(path, "too large"))
    return content_of(path, raw, config.hints.secret_words)
