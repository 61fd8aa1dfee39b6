"""Turning one file after the other into facts, within the bounds of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from lk_audit import frontends
from lk_audit.extractors.context import Workspace
from lk_audit.facts import Fact
from lk_audit.files.sources import paths_of
from lk_audit.findings import Crash
from lk_audit.frontends.parsing import TooHardError
from lk_audit.hints import Hints
from lk_audit.machine import memory
from lk_audit.machine.budget import MOST_FACTS, OutOfTime, seconds_of, time_limit
from lk_audit.machine.stack import spacious
from lk_audit.project.files import Files, family_of
from lk_audit.project.modules import TOO_DEEP, Project
from lk_audit.scanning import worth
from lk_audit.scanning.extracted import Extracted, ParseNote
from lk_audit.scanning.finders import code_facts, command_facts, document_facts
from lk_audit.source import Source
from lk_audit.syntax import Document, Module

_MOST_KEPT = 1_500_000
"""Bytes of code whose parsed form is kept for questions from other files."""
_KEPT_LONGER = 1_000_000
"""Bytes of it that stay when the rest is dropped: questions from the next files of a project lead to the same."""


class _UnusableError(Exception):
    """Code that cannot be analysed; the message says why."""


_AS_TEXT = "read as text, for credentials and tokens only"


class FileAnalysis:
    """Turns files into facts, one after the other, and keeps what it parsed for questions from the next."""

    def __init__(self, files: Files, hints: Hints) -> None:
        self._files = files
        self._hints = hints
        self._workspace = Workspace(files.shared(Project), hints)

    def prepare(self, sources: Sequence[Source]) -> None:
        """Find out what all processes need that go on from here."""
        families = {family for path in paths_of(sources) if (family := family_of(path)) is not None}
        self._workspace.project.prepare(families)

    def of_all(self, sources: Iterable[Source]) -> Extracted:
        """What files give, up to the first that this process has no room for."""
        found = Extracted()
        for source in sources:
            try:
                with memory.bounded():
                    found.add(self.of(source))
            except memory.NoRoom:
                break  # It is done by another process.
        found.lost |= self._files.lost
        found.given_up |= self.given_up
        return found

    @property
    def given_up(self) -> dict[str, str]:
        """Why files were not parsed that others use, by path."""
        return self._workspace.project.unusable

    @spacious
    def of(self, source: Source) -> Extracted:
        """What one file gives. A defect is part of it, so that no file can hide the others."""
        found = self._within_bounds(source, self._read)
        if isinstance(found, str):
            # Whatever was broken off may be half done.
            self._workspace.forget()
            self._workspace = Workspace(Project(self._files, self._workspace.project.unusable), self._hints)
            gap = f"{found}; {_AS_TEXT}"
            credentials = self._within_bounds(source, self._read_as_text)
            if isinstance(credentials, str):
                gap, credentials = f"{found}; the file was not analysed", Extracted()
            credentials.notes = [ParseNote(source.path, 1, gap)]
            found = credentials
        if self._workspace.project.bytes_parsed > _MOST_KEPT:
            self._workspace.forget(_KEPT_LONGER)
        found.shares = [(source.path, len(found.facts))] if found.facts else []
        return found

    def _within_bounds(self, source: Source, reading: Callable[[Source, Extracted], None]) -> Extracted | str:
        """What `reading` finds in a file; why it was given up, where the file takes more than there is."""
        found = Extracted()
        try:
            with time_limit(seconds_of(len(source.data))):
                reading(source, found)
        except OutOfTime:
            return f"takes longer than {seconds_of(len(source.data)):.0f} s to analyse"
        except RecursionError:
            return TOO_DEEP
        except (_UnusableError, TooHardError) as error:
            return str(error)
        except MemoryError:
            return "takes more memory to analyse than there is"
        except Exception as error:  # noqa: BLE001 - reported with the file, and the others go on
            return Extracted(crashes=[Crash.of(error, source.path)])
        if len(found.facts) > MOST_FACTS:
            del found.facts[MOST_FACTS:]
            found.crowded.add(source.path)
        return found

    def _read_as_text(self, source: Source, found: Extracted) -> None:
        self._take(found, source, as_text(source, self._hints))
        add_facts(found, command_facts(source))

    def _read(self, source: Source, found: Extracted) -> None:
        workspace = self._workspace
        is_code = frontends.frontend_for(source.path) in frontends.CODE
        opened = worth.opened(source, workspace.secret_names)
        contexts = workspace.contexts(source.path) if opened else ()
        if source.path in workspace.project.unusable:
            raise _UnusableError(workspace.project.unusable[source.path])
        for context in contexts:
            found.notes.extend(_notes(source, context.module))
            add_facts(found, code_facts(context, opened))
        is_document = not is_code or (opened and not contexts)
        if is_document and worth.may_be_document(source, workspace.secret_names):
            for parsed in frontends.parse(source, self._hints.secret_words):
                if isinstance(parsed, Document):
                    found.notes.extend(_notes(source, parsed))
                    self._take(found, source, parsed)
        add_facts(found, command_facts(source))

    def _take(self, found: Extracted, source: Source, document: Document) -> None:
        add_facts(found, document_facts(source, document, self._workspace.secret_names))
        if document.is_cut:
            found.crowded.add(source.path)


def as_text(source: Source, hints: Hints) -> Document:
    """What is read of a file of code where it cannot be parsed."""
    from lk_audit.frontends import text  # noqa: PLC0415 - few scans meet a file that must be read as text

    return text.parse(source, hints.secret_words)


def add_facts(found: Extracted, facts: Iterable[Fact]) -> None:
    """Take as many facts as a file may have, and one more that tells of the others."""
    found.facts.extend(islice(facts, max(0, MOST_FACTS + 1 - len(found.facts))))


def _is_too_hard(source: Source, parsed: Module | Document) -> bool:
    """Whether a file was read as text because parsing it would have taken far too long."""
    is_all = parsed.errors == ((0, len(source.data)),)
    return is_all and isinstance(parsed, Document) and parsed.format == "text"


def _notes(source: Source, parsed: Module | Document) -> Iterator[ParseNote]:
    reason = frontends.read_as_text(source) if isinstance(parsed, Document) else None
    if reason is not None:
        yield ParseNote(source.path, 1, reason)
    if _is_too_hard(source, parsed):
        yield ParseNote(source.path, 1, f"{TooHardError()}; {_AS_TEXT}")
        return
    for start, _ in parsed.errors[:1]:
        place = source.place(start, start)
        if isinstance(parsed, Document) and frontends.frontend_for(source.path) == "notebook":
            yield ParseNote(source.path, place.line, "broken JSON; the notebook was read as text")
            return
        count = len(parsed.errors)
        what = "syntax error" if count == 1 else f"{count} syntax errors, the first here"
        part = f" ({place.part})" if place.part else ""
        yield ParseNote(source.path, place.line, f"{what}{part}; the rest of the file was analysed")
