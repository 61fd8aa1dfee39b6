"""The scan of what the next commit will hold: files from git's index, whatever the working tree says."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeAlias

from msgspec.structs import replace

from lk_audit import frontends
from lk_audit.config import Config
from lk_audit.errors import UsageError
from lk_audit.facts import Custody
from lk_audit.files.discovery import too_large
from lk_audit.files.listing import EXCLUDED_FOLDERS
from lk_audit.files.prefilter import is_lfs_pointer
from lk_audit.findings import AnyRule, Medium, Report, Skipped
from lk_audit.git.index import LINK, SUBMODULE, Index, IndexEntry, read_index
from lk_audit.git.objects import Objects
from lk_audit.git.repository import Repository, open_repository, with_index_of_environment
from lk_audit.project.files import Files
from lk_audit.scanning.environment_files import in_custody
from lk_audit.scanning.extracted import Extract, Extracted
from lk_audit.scanning.pipeline import analysis, scan_sources
from lk_audit.scanning.reading import A_REPORT, Content, content_of, is_report
from lk_audit.scanning.selection import Selection
from lk_audit.source import Source
from lk_audit.suppression.overrides import apply_overrides

Read: TypeAlias = Callable[[], bytes | None]

_ODD = {
    LINK: "a symbolic link; what it points to is scanned under its own name",
    SUBMODULE: "a git submodule; scan it on its own",
}
_ANNOUNCED = "announced by `git add --intent-to-add` only; its content will not be committed"
_CONFLICT = "in conflict; resolve it and stage it"
_LFS = "a Git LFS pointer; its content is not part of the commit"
_MISSING = "this copy of the repository lacks its content"


def scan_staged(
    paths: Sequence[str | Path],
    *,
    rules: Sequence[AnyRule],
    config: Config | None = None,
    known_rules: Sequence[AnyRule] = (),
    folder: Path | None = None,
) -> Report:
    """The report on the files that the next commit adds or changes; paths are relative to the repository's root.

    Questions that lead to other files are answered from the index too, so that the report is what a scan of the commit
    would say of these files.

    Args:
        paths: files and folders to limit the scan to, relative to `folder`; none for the whole commit.
        rules: the rules to run.
        config: limits and options.
        known_rules: rules that exist without being run.
        folder: the working folder; the process's own by default.

    Raises:
        UsageError: git is missing, this is no repository, or a path does not exist.
    """
    started = time.perf_counter()
    config = config or Config()
    repository = with_index_of_environment(open_repository(paths, folder), folder)
    if repository.top is None:
        raise UsageError("a bare repository has no index: nothing can be staged in it")
    index = read_index(repository)
    _must_exist(repository, index)
    selection = Selection(repository, config.exclusion)
    with Objects(repository.git, config.size_limit) as objects:
        contents = [_content(entry, objects, config) for entry in _chosen(repository, index, selection)]
        sources = [frontends.view(item.source) for item in contents if item.source]
        files = Files(sources, lambda: _elsewhere(index, objects))
        extract = _explaining(analysis(files, hints=config.hints), index)
        report = scan_sources(
            sources,
            rules,
            config.options,
            known_rules=known_rules,
            extract=extract,
            files=files,
            suppressions=config.suppressions,
        )
    unread = [item.skipped for item in contents if item.skipped]
    skipped = [*_unstaged(repository, index), *selection.left_out.values(), *unread]
    return replace(
        apply_overrides(report, config.overrides),
        scanned=sum(item.is_text for item in contents),
        binary=sum(item.is_binary for item in contents),
        skipped=tuple(sorted(skipped, key=lambda item: item.path)),
        excluded=tuple(sorted(selection.excluded)),
        elapsed=time.perf_counter() - started,
        medium=Medium.GIT,
    )


def _explaining(extract: Extract, index: Index) -> Extract:
    """What extracts facts, so that secrets in environment files know that git takes the file along."""

    def custody_of(path: str) -> Custody:
        return Custody.STAGED if path in index.added else Custody.TRACKED

    def explained(sources: Sequence[Source]) -> Extracted:
        found = extract(sources)
        return replace(found, facts=list(in_custody(found.facts, custody_of)))

    return explained


def _must_exist(repository: Repository, index: Index) -> None:
    for wanted in repository.wanted:
        known = any(entry.path == wanted or entry.path.startswith(f"{wanted}/") for entry in index.entries)
        if not known and not repository.exists(wanted):
            raise UsageError(f"no such file or folder, on disk or staged: {wanted}")


def _chosen(repository: Repository, index: Index, selection: Selection) -> Iterator[IndexEntry]:
    """The staged files of the scan."""
    for entry in sorted(index.entries, key=lambda entry: entry.path):
        is_meant = not entry.stage and entry.path in index.staged and repository.is_wanted(entry.path)
        if is_meant and selection.takes(entry.path):
            yield entry


def _content(entry: IndexEntry, objects: Objects, config: Config) -> Content:
    if entry.mode in _ODD:
        return Content(skipped=Skipped(entry.path, _ODD[entry.mode], expected=True))
    if is_report(entry.path):
        return Content(skipped=Skipped(entry.path, A_REPORT, expected=True))
    found = objects.read(entry.id)
    if found.is_missing:
        return Content(skipped=Skipped(entry.path, _MISSING))
    if found.data is None:
        return Content(skipped=too_large(entry.path, found.size, config.size_limit))
    if is_lfs_pointer(found.data):
        return Content(skipped=Skipped(entry.path, _LFS, expected=True))
    return content_of(entry.path, found.data, config.hints.secret_words)


def _unstaged(repository: Repository, index: Index) -> Iterator[Skipped]:
    """What looks staged and is not."""
    yield from (Skipped(path, _CONFLICT) for path in index.conflicts if repository.is_wanted(path))
    yield from (Skipped(path, _ANNOUNCED, expected=True) for path in index.announced if repository.is_wanted(path))


def _elsewhere(index: Index, objects: Objects) -> Mapping[str, Read]:
    """All files of the index, read when a question leads to them."""
    return {
        entry.path: partial(_bytes, objects, entry.id)
        for entry in index.entries
        if not entry.stage
        and entry.mode not in _ODD
        and entry.path not in index.announced
        and EXCLUDED_FOLDERS.isdisjoint(entry.path.split("/")[:-1])
    }


def _bytes(objects: Objects, object_id: bytes) -> bytes | None:
    return objects.read(object_id).data
