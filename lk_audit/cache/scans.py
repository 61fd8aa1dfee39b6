"""A scan with a cache: what it need not do again, and what it leaves for the next one."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit import processes
from lk_audit.cache import identity, table, wire
from lk_audit.cache.clock import Span, Watched
from lk_audit.cache.store import Store, entry_name
from lk_audit.cache.table import MATTERS, Rows
from lk_audit.config import Config
from lk_audit.discovery import Discovery, Found, discover
from lk_audit.findings import AnyRule, Report
from lk_audit.overrides import apply_overrides
from lk_audit.progress import Progress, watched
from lk_audit.reading import MANY, READING, Content, is_report, misnamed, read, unread_files

if TYPE_CHECKING:
    from lk_audit.environment_files import EnvironmentFiles
    from lk_audit.rule_api import Options
    from lk_audit.source import Source

_MOST_CUSTODIES = 50
"""Environment files that git is asked about again, one by one; with more a report is not kept."""


class Cache:
    """A cache folder, for the scans of one process."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)

    def scan(
        self, found: Discovery, rules: Sequence[AnyRule], known_rules: Sequence[AnyRule], config: Config
    ) -> Scan | None:
        """A scan of what was found, with this cache; None where it would be of no use or no good."""
        if self._is_among(found):
            return None
        foreign = identity.identity_of_rules([*rules, *known_rules])
        return None if foreign is None else Scan(self.store, found, rules, config, foreign)

    def _is_among(self, found: Discovery) -> bool:
        """Whether files of the cache folder are scanned: then whoever made those could have made its entries."""
        folder = self.store.folder.resolve()
        if not folder.is_relative_to(found.base):
            return False
        inside = f"{folder.relative_to(found.base).as_posix()}/"
        return any(item.path.startswith(inside) for item in found.files)


class Scan:
    """One scan of files and folders. `options` are what the rules are to be given."""

    def __init__(
        self, store: Store, found: Discovery, rules: Sequence[AnyRule], config: Config, foreign: bytes
    ) -> None:
        self._store = store
        self._found = found
        self._config = config
        self._rules = rules
        self._span = Span()
        self._around: set[str] | None = None
        self._contents: dict[int, Content] = {}
        self._tool = identity.identity_of_tool()
        self._key = (self._tool, foreign, identity.identity_of_settings(config, found.base), _outline(found))
        self._table = self._table_name("", found.files)
        self._started = time.time_ns()
        self._hidden: str | None = None
        now = config.options.now
        self.options: Options = replace(config.options, now=Watched(now, now, self._span))

    def _table_name(self, kind: str, files: Sequence[Found]) -> str:
        """A table for every folder that is scanned: the one around all files."""
        around = _folder_around(files[0].path, files[-1].path) if files else ""
        return entry_name("files", kind.encode(), os.fsencode(self._found.base), os.fsencode(around))

    @cached_property
    def _gate(self) -> bytes:
        words = b"\0".join(self._config.hints.secret_words)
        return hashlib.sha256(self._tool + words).digest()[: table.DIGEST]

    # --- before the scan ----------------------------------------------------------------------------------------------

    def _look(self, progress: Progress | None) -> None:
        """Find out what each file is, from the table or from its bytes."""
        known = table.decoded(self._store.read(self._table))
        self._rows = Rows(self._found.files, self._gate, known, time.time_ns())
        self._read(self._rows, self._contents, progress)
        if not self._rows.is_unchanged:
            self._store.write(self._table, self._rows.encoded())

    def report(self, environment: EnvironmentFiles, progress: Progress | None = None) -> Report | None:
        """The report of a former scan, where it holds for this one."""
        self._look(progress)
        if not self._rows.is_complete:
            return None
        kept = wire.decoded(self._store.read(self._name(self._rows)))
        if kept is not None and kept.around:
            around = self._rows_around()
            kept = wire.decoded(self._store.read(self._name(self._rows, around))) if around else None
        if kept is None or kept.report is None or not self._holds(kept, environment):
            return None
        rules = Report(rules=tuple(sorted(self._rules, key=lambda rule: rule.id)))
        return replace(wire.unpacked(kept.report), rules=apply_overrides(rules, self._config.overrides).rules)

    def _holds(self, kept: wire.Kept, environment: EnvironmentFiles) -> bool:
        if not kept.span.holds(self._config.options.now) or len(kept.custody) > _MOST_CUSTODIES:
            return False
        if kept.hidden != self._hidden_now(environment):
            return False
        return all(environment.custody(path) is custody for path, custody in kept.custody.items())

    def _hidden_now(self, environment: EnvironmentFiles) -> str:
        self._hidden = _hidden(environment, self._config.size_limit)
        return self._hidden

    def _name(self, *rows: Rows) -> str:
        return entry_name("report", *self._key, *(item.content for item in rows))

    def contents(self, environment: EnvironmentFiles) -> list[Content]:
        """What came of reading each file, in their order; what cannot matter is not read."""
        self._hidden = self._hidden_now(environment) if self._hidden is None else self._hidden
        words = self._config.hints.secret_words
        return [
            self._contents.get(number) or worth(item.path, verdict) or read(item, words)
            for number, (item, verdict) in enumerate(zip(self._found.files, self._rows.verdicts, strict=True))
        ]

    def around(self) -> Mapping[str, Callable[[], bytes | None]]:
        """The files of the project around the scan, as `unread_files` gives them, for a question that leads there."""
        files = unread_files(self._found, self._config.size_limit)
        if self._found.projects:
            self._around = set(files)
        return files

    # --- after the scan -----------------------------------------------------------------------------------------------

    def keep(self, report: Report, environment: EnvironmentFiles, sources: Sequence[Source]) -> None:
        """Leave the report for the next scan, if it is one of the files as they were looked at."""
        if (
            report.crashes
            or _is_passing(report)
            or not self._is_still_true()
            or len(environment.custodies) > _MOST_CUSTODIES
        ):
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
            self._store.write(self._name(self._rows), wire.encoded(kept))
            return
        around = self._rows_around(self._around)
        if around is not None and around.newest < self._started - table.TICK:
            self._store.write(self._name(self._rows), wire.encoded(wire.Kept(span=Span(), around=True)))
            self._store.write(self._name(self._rows, around), wire.encoded(kept))

    def _is_still_true(self) -> bool:
        """Whether the files are those that were looked at; what has just changed is read again to be sure."""
        rows = self._rows
        if not rows.is_complete or table.states_of(rows.files) != [item.state for item in rows.files]:
            return False
        words = self._config.hints.secret_words
        racy = rows.may_be_racy
        return all(glance(rows.files[number], words)[0] == rows.digest(number) for number in racy)

    def _lists_what_settings_name(self) -> bool:
        """Whether all files that suppressions name are listed: whether another one is there goes unnoticed."""
        named = {item.path for item in self._config.suppressions}
        return not named or named <= {item.path for item in self._found.files}

    def _mind_dates(self, sources: Sequence[Source]) -> None:
        """What goes by the date: suppressions that end, and whatever other people's rules do with the time."""
        ends = any(b"lk-audit:" in source.data and b"until=" in source.data for source in sources)
        ends = ends or any(item.until is not None for item in self._config.suppressions)
        if ends or not all(map(identity.is_builtin, self._rules)):
            self._span.ends_with_day(self._config.options.now)

    # --- files --------------------------------------------------------------------------------------------------------

    def _rows_around(self, expected: set[str] | None = None) -> Rows | None:
        """The files of the project around; None when one cannot be read, or they are not those expected."""
        limit = self._config.size_limit
        listed = {
            item.path: item
            for root in self._found.projects
            for item in discover([root], limit=limit, folder=self._found.base).files
        }
        inside = {item.path for item in self._found.files}
        if expected is not None and set(listed) | inside != expected:
            return None
        files = [listed[path] for path in sorted(listed)]
        name = self._table_name("around", files)
        known = table.decoded(self._store.read(name))
        rows = Rows(files, self._gate, known, time.time_ns())
        self._read(rows, {}, None)
        if not rows.is_unchanged:
            self._store.write(name, rows.encoded())
        return rows if rows.is_complete else None

    def _read(self, rows: Rows, contents: dict[int, Content], progress: Progress | None) -> None:
        """Read the files that are not known; `contents` takes what came of it where there are few."""
        words = self._config.hints.secret_words
        numbers = rows.unread
        files = [rows.files[number] for number in numbers]
        jobs = self._config.jobs or processes.cores()
        if jobs == 1 or len(files) < MANY or not processes.can_spread():
            for number, file in zip(numbers, watched(files, READING, progress), strict=True):
                digest, verdict, contents[number] = looked_at(file, words)
                rows.learn(number, digest, verdict)
            return
        done = 0
        for batch, found in processes.spread(partial(_glances, words=words), files, [1] * len(files), jobs):
            seen = found if found is not None else [glance(file, words) for file in batch]
            for number, (digest, verdict) in zip(numbers[done:], seen, strict=False):
                rows.learn(number, digest, verdict)
            done += len(batch)
            if progress is not None:
                progress(READING, done, len(files))


def _is_passing(report: Report) -> bool:
    """Whether another run may get further with a file: it took longer, or more memory, than there was."""
    return any(reason in note.message for note in report.notes for reason in _SHORT_OF)


_SHORT_OF = ("takes longer than ", "takes more memory ")


def worth(path: str, verdict: int) -> Content | None:
    """What reading a file of that verdict gives; None when it must be read for that."""
    if verdict == table.OTHER:
        return _OTHER
    if verdict == table.BINARY:
        return _BINARY
    return misnamed(path) if verdict == table.MISNAMED else None


_OTHER = Content(is_text=True)
_BINARY = Content(is_binary=True)


def looked_at(file: Found, words: Sequence[bytes]) -> tuple[bytes, int, Content]:
    """One file read: the digest of its bytes, what it is worth, and what came of reading it."""
    digests: list[bytes] = []
    if is_report(file.path):
        content = read(file)
        digests += _digest_of(file)
    else:
        content = read(file, words, lambda raw: digests.append(_digest(raw)))
    if not digests:
        return table.NO_DIGEST, table.UNKNOWN, content
    if content.source is not None or is_report(file.path):
        return digests[0], MATTERS, content
    if content.is_binary:
        return digests[0], table.MISNAMED if content.skipped else table.BINARY, content
    return digests[0], table.OTHER, content


def _digest(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()[: table.DIGEST]


def _digest_of(file: Found) -> Iterator[bytes]:
    with contextlib.suppress(OSError):
        yield _digest(Path(file.file).read_bytes())


def glance(file: Found, words: Sequence[bytes]) -> tuple[bytes, int]:
    """The digest of a file and what it is worth."""
    digest, verdict, _ = looked_at(file, words)
    return digest, verdict


def _glances(files: Sequence[Found], words: Sequence[bytes]) -> list[tuple[bytes, int]]:
    return [glance(file, words) for file in files]


def _folder_around(first: str, last: str) -> str:
    """The folder that two paths have in common."""
    count = next((at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    return first[:count].rpartition("/")[0]


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
            raw = Path(file.file).read_bytes()
        except OSError:
            raw = b"\0"
        digest.update(f"{file.path}\0{hashlib.sha256(raw).hexdigest()}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
