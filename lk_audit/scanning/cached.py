"""A scan with a cache: what it need not do again, and what it leaves for the next one."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.cache import identity, table, wire
from lk_audit.cache.ahead import Ahead
from lk_audit.cache.clock import Span, Watched
from lk_audit.cache.store import Store, entry_name
from lk_audit.cache.table import Mark, Rows, Table, split
from lk_audit.config import Config
from lk_audit.files.columns import DIGEST, Columns
from lk_audit.files.discovery import Discovery, LookAtEach, discovered, looked, states
from lk_audit.files.listing import Roots
from lk_audit.files.path_patterns import Exclusion
from lk_audit.files.regular_files import read_regular
from lk_audit.files.sources import Sources, holding
from lk_audit.findings import AnyRule, Report
from lk_audit.progress import Progress
from lk_audit.scanning.reading import Kept, contents, unread_files
from lk_audit.suppression.overrides import apply_overrides

if TYPE_CHECKING:
    from lk_audit.rule_api import Options
    from lk_audit.scanning.environment_files import EnvironmentFiles

_MOST_CUSTODIES = 50
"""Environment files that git is asked about again, one by one; with more a report is not kept."""


class Cache:
    """A cache folder, for the scans of one process."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)

    def scan(
        self, roots: Roots, rules: Sequence[AnyRule], known_rules: Sequence[AnyRule], config: Config
    ) -> Scan | None:
        """A scan of these roots, with this cache; None where it would be of no use."""
        foreign = identity.identity_of_rules([*rules, *known_rules])
        return None if foreign is None else Scan(self.store, roots, rules, config, foreign)


class Scan:
    """One scan of files and folders. `options` are what the rules are to be given, `kept` the sources in memory."""

    def __init__(self, store: Store, roots: Roots, rules: Sequence[AnyRule], config: Config, foreign: bytes) -> None:
        self._store = store
        self._roots = roots
        self._config = config
        self._rules = rules
        self._span = Span()
        self._around: set[str] | None = None
        self._tool = identity.identity_of_tool()
        self._key = (self._tool, foreign, identity.identity_of_settings(config, roots.base))
        self._started = time.time_ns()
        self._hidden: str | None = None
        self._found: Discovery
        self._rows: Rows
        self._mark: Mark
        self._is_trusted = True
        self.kept = Kept()
        now = config.options.now
        self.options: Options = replace(config.options, now=Watched(now, now, self._span))

    def _table_name(self, kind: str, places: Sequence[Path]) -> str:
        """A table for everything that is scanned at once."""
        named = b"\0".join(map(os.fsencode, places))
        return entry_name("files", kind.encode(), os.fsencode(self._roots.base), named)

    @cached_property
    def _gate(self) -> bytes:
        names = "\0".join(self._config.hints.secret_names)
        return hashlib.sha256(self._tool + names.encode()).digest()[:DIGEST]

    # --- before the scan ----------------------------------------------------------------------------------------------

    def look(
        self, progress: Progress | None = None, listed: Callable[[Sequence[str]], object] = len
    ) -> tuple[Discovery, Columns]:
        """The files of the scan and what is known of them; those that have changed are read.

        `listed` hears of the paths before.
        """
        self._found, self._rows = self._looked("", self._roots, self._config.exclusion, progress, listed)
        return self._found, self._rows.columns

    def _is_among(self, found: Discovery) -> bool:
        """Whether files of the cache folder are scanned: then whoever made those could have made its entries."""
        if not self._may_be_among:
            return False
        inside = f"{self._place.relative_to(found.base).as_posix()}/"
        return any(path.startswith(inside) for path in found.paths)

    @cached_property
    def _may_be_among(self) -> bool:
        """Whether that is told only when all files are listed; until then the names of an entry are not believed."""
        return self._place.is_relative_to(self._roots.base)

    @cached_property
    def _place(self) -> Path:
        """Where the cache folder is, whatever links lead to it."""
        return Path(os.path.realpath(self._store.folder))

    def _looked(
        self,
        kind: str,
        roots: Roots,
        exclusion: Exclusion | None = None,
        progress: Progress | None = None,
        listed: Callable[[Sequence[str]], object] = len,
    ) -> tuple[Discovery, Rows]:
        """Files with what is known of them, which is kept.

        Where nothing is known of a tree, its files are not looked at before they are read.
        """
        name = self._table_name(kind, roots.places)
        known = table.decoded(self._store.read(name))
        looked_at = time.time_ns()
        if known is None:
            found, columns = discovered(roots, partial(self._read, progress), exclusion, listed=listed)
        else:
            found, columns = self._looked_again(known, roots, exclusion, listed)
        self._is_trusted = self._is_trusted and not self._is_among(found)
        rows = Rows(found.paths, columns, self._gate, known if self._is_trusted else None, looked_at)
        unread = rows.unread
        if unread:
            paths = [found.paths[row] for row in unread]
            rows.columns.put(unread, self._read(progress, paths))
        is_kept = rows.is_unchanged and known is not None and known.outcome == found.outcome
        if self._is_trusted and not is_kept:
            self._store.write(name, rows.encoded(found.outcome))
        return found, rows

    def _looked_again(
        self,
        known: Table,
        roots: Roots,
        exclusion: Exclusion | None,
        listed: Callable[[Sequence[str]], object],
    ) -> tuple[Discovery, Columns]:
        """Files and what the file system says of them; it is asked about those of a table before all are listed."""
        listed(_telling(known.paths))
        ahead = Ahead(known, self._state, self._config.jobs)
        try:
            is_sound = known.gate == self._gate and not self._may_be_among
            outcome = known.outcome if is_sound else None
            before = (known.names, outcome) if outcome else None
            return discovered(roots, ahead.look, exclusion, listed=listed, before=before)
        finally:
            ahead.drop()

    def _read(self, progress: Progress | None, paths: Sequence[str]) -> Columns:
        return looked(paths, self._content, self._config.jobs, progress)

    @cached_property
    def _state(self) -> LookAtEach:
        return partial(states, base=self._roots.base, limit=self._config.size_limit)

    @cached_property
    def _content(self) -> LookAtEach:
        config = self._config
        return partial(
            contents,
            base=self._roots.base,
            limit=config.size_limit,
            hints=config.hints,
            digests=True,
            kept=self.kept,
        )

    def report(self, environment: EnvironmentFiles) -> Report | None:
        """The report of a former scan, where it holds for this one.

        Where there is none, what is known of the files is forgotten but for a mark: the scan needs the room.
        """
        kept = self._report(environment) if self._is_trusted and self._rows.is_complete else None
        if kept is None:
            self._mark = self._rows.mark
            del self._rows
            if self._hidden is None:
                self._hidden_now(environment)
        return kept

    def _report(self, environment: EnvironmentFiles) -> Report | None:
        content = self._rows.content
        kept = wire.decoded(self._store.read(self._name(content)))
        if kept is not None and kept.around:
            around = self._rows_around()
            kept = wire.decoded(self._store.read(self._name(content, around.content))) if around else None
        if kept is None or kept.report is None or not self._holds(kept, environment):
            return None
        rules = Report(rules=tuple(sorted(self._rules, key=lambda rule: rule.id)))
        return replace(wire.unpacked(kept.report), rules=apply_overrides(rules, self._config.overrides).rules)

    def _holds(self, kept: wire.Kept, environment: EnvironmentFiles) -> bool:
        if not kept.span.holds(self._config.options.now) or len(kept.custody) > _MOST_CUSTODIES:
            return False
        if kept.hidden != self._hidden_now(environment):
            return False
        return environment.custodies_of(kept.custody) == kept.custody

    def _hidden_now(self, environment: EnvironmentFiles) -> str:
        self._hidden = _hidden(environment, self._config.size_limit)
        return self._hidden

    def _name(self, *contents: bytes) -> str:
        return entry_name("report", *self._key, _outline(self._found), *contents)

    def around(self) -> Mapping[str, Callable[[], bytes | None]]:
        """The files of the project around the scan, as `unread_files` gives them, for a question that leads there."""
        files = unread_files(self._found, self._config.size_limit)
        if self._found.projects:
            self._around = set(files)
        return files

    # --- after the scan -----------------------------------------------------------------------------------------------

    def keep(self, report: Report, environment: EnvironmentFiles, sources: Sources) -> None:
        """Leave the report for the next scan, if it is one of the files as they were looked at."""
        if (
            not self._is_trusted
            or report.crashes
            or sources.lost
            or _is_passing(report)
            or len(environment.custodies) > _MOST_CUSTODIES
        ):
            return
        environment.ask_again()
        if not self._is_still_true():
            return
        if not self._lists_what_settings_name():
            return
        hidden = self._hidden or ""
        if hidden != _hidden(environment, self._config.size_limit):
            return
        self._mind_dates(sources)
        if not self._span.holds(self._config.options.now):
            return
        kept = wire.Kept(span=self._span, custody=dict(environment.custodies), hidden=hidden)
        kept = replace(kept, report=wire.packed(report))
        if self._around is None:
            self._store.write(self._name(self._mark.content), wire.encoded(kept))
            return
        around = self._rows_around(self._around)
        if around is not None and around.newest < self._started - table.TICK:
            self._store.write(self._name(self._mark.content), wire.encoded(wire.Kept(span=Span(), around=True)))
            self._store.write(self._name(self._mark.content, around.content), wire.encoded(kept))

    def _is_still_true(self) -> bool:
        """Whether the files are those that were looked at; what has just changed is read again to be sure."""
        mark, paths = self._mark, self._found.paths
        if not mark.holds(looked(paths, self._state, self._config.jobs)):
            return False
        again = self._content([paths[row] for row in mark.racy])
        return again.digests == mark.racy_digests

    def _lists_what_settings_name(self) -> bool:
        """Whether all files that suppressions name are listed: whether another one is there goes unnoticed."""
        named = {item.path for item in self._config.suppressions}
        return not named or named <= set(self._found.paths)

    def _mind_dates(self, sources: Sources) -> None:
        """What goes by the date: suppressions that end, and whatever other people's rules do with the time."""
        ends = any(b"until=" in source.data for source in holding(sources, b"lk-audit:"))
        ends = ends or any(item.until is not None for item in self._config.suppressions)
        if ends or not all(map(identity.is_builtin, self._rules)):
            self._span.ends_with_day(self._config.options.now)

    # --- files --------------------------------------------------------------------------------------------------------

    def _rows_around(self, expected: set[str] | None = None) -> Rows | None:
        """The files of the project around; None when one cannot be read, or they are not those expected."""
        roots = Roots(self._roots.projects, self._roots.base, self._roots.prefix)
        found, rows = self._looked("around", roots)
        if expected is not None and {*found.paths, *self._found.paths} != expected:
            return None
        return rows if rows.is_complete else None


def _telling(paths: bytes) -> list[str]:
    """Of the paths of a table one that makes git look for more files (`Ignored.hear`), if there is any."""
    found = paths.find(b"ockerfile")
    return split(paths[paths.rfind(b"\0", 0, found) + 1 :].partition(b"\0")[0]) if found >= 0 else []


def _is_passing(report: Report) -> bool:
    """Whether another run may get further with a file: it took longer, or more memory, than there was."""
    return any(reason in note.message for note in report.notes for reason in _SHORT_OF)


_SHORT_OF = ("takes longer than ", "takes more memory ")


def _outline(found: Discovery) -> bytes:
    """What was found besides files that are read."""
    skipped = [(item.path, item.reason, item.expected) for item in found.skipped]
    projects = [str(project.relative_to(found.base)) for project in found.projects]
    text = repr((skipped, found.excluded, found.prefix, projects))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _hidden(environment: EnvironmentFiles, limit: int) -> str:
    """A digest of the environment files that git ignores and an image may take along; empty where none is built."""
    files = environment.ignored(limit)
    if files is None:
        return ""
    digest = hashlib.sha256()
    for file in files:
        try:
            raw = read_regular(file.file)
        except OSError:
            raw = b"\0"
        digest.update(f"{file.path}\0{hashlib.sha256(raw).hexdigest()}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
