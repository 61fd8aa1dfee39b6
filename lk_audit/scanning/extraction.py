"""From sources to facts: parse every file, then read what the facts need from the parsed forms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import islice, pairwise, takewhile
from typing import TYPE_CHECKING, TypeAlias

from lk_audit import frontends
from lk_audit.extractors.context import FileContext, Workspace
from lk_audit.extractors.secret_names import SecretNames
from lk_audit.extractors.secrets import pairing
from lk_audit.facts import CredentialLiteral, EnvExposure, Fact, JwtLiteral
from lk_audit.files.sources import Sources, holding, paths_of, sizes, telling
from lk_audit.findings import Crash
from lk_audit.frontends.parsing import TooHardError
from lk_audit.hints import NOTHING, Hints
from lk_audit.machine import memory, processes
from lk_audit.machine.budget import FEW_FACTS, MOST_FACTS, MOST_FACTS_OF_A_SCAN, OutOfTime, seconds_of, time_limit
from lk_audit.machine.collector import patient
from lk_audit.patterns import compile_all
from lk_audit.progress import Progress, watched
from lk_audit.project.files import Files, family_of
from lk_audit.project.modules import TOO_DEEP, Project
from lk_audit.roles import file_role
from lk_audit.scanning import worth
from lk_audit.scanning.extracted import Extracted, ParseNote
from lk_audit.source import Source
from lk_audit.syntax import Document, Module

if TYPE_CHECKING:
    from lk_audit.extractors.tokens.signers import Signers

Finder: TypeAlias = Callable[[FileContext], Iterable[Fact]]


def extract(
    sources: Sequence[Source],
    files: Files | None = None,
    progress: Progress | None = None,
    hints: Hints = NOTHING,
    jobs: int | None = None,
) -> Extracted:
    """All facts of a set of files, what of them could not be parsed, and the defects met on the way.

    `files` are all files of the project, where values, callers and guards are looked up; by default just `sources`.
    `progress` hears of the sources, `hints` are what the project says about itself. `jobs` is the number of processes;
    by default as many as there are processors, where the work is worth it.
    """
    sources = sources if isinstance(sources, Sources) else [frontends.view(source) for source in sources]
    analysis = _Analysis(Files(sources) if files is None else files, hints)
    analysed = telling(sources)
    weights = [size + _WEIGHT_OF_A_FILE for size in sizes(analysed)]
    found = Extracted()
    with patient():
        for batch in _batches(analysis, analysed, weights, progress, _jobs(jobs, sum(weights))):
            _take(found, batch)
    found.notes += _gaps(found.given_up | analysis.given_up, found.notes)
    _take(found, _tokens(sources, found.facts))
    found.facts = pairing.paired(_without_repetition(found.facts), sources)
    return found


def _take(found: Extracted, more: Extracted) -> None:
    """Add what came of further files: once there is very much, a few facts of each."""
    if len(found.facts) + len(more.facts) > MOST_FACTS_OF_A_SCAN:
        more.facts, cut = _thinned(more.facts, MOST_FACTS_OF_A_SCAN - len(found.facts))
        more.crowded |= cut
    found.add(more)


def _thinned(facts: Iterable[Fact], room: int) -> tuple[list[Fact], set[str]]:
    """As many of the facts as there is room for, and the first of each file; the files of those left out."""
    kept: list[Fact] = []
    cut: set[str] = set()
    counts: Counter[str] = Counter()
    for fact in facts:
        path = fact.place.path
        counts[path] += 1
        if len(kept) < room or counts[path] <= FEW_FACTS:
            kept.append(fact)
        else:
            cut.add(path)
    return kept, cut


_WEIGHT_OF_A_FILE = 500
"""Bytes; what looking at a file costs however small it is."""
_WORTH_A_PROCESS = 300_000
"""Bytes; less is done before another process has started."""
_WORTH_ANOTHER = 3_000_000
"""Bytes; where one process does more, it is another than the first, which is replaced when it has grown."""
_ENDED = "ProcessEnded"


def _jobs(wanted: int | None, weight: int) -> int:
    if not processes.can_spread():
        return 1
    return max(1, min(wanted or processes.cores(), weight // _WORTH_A_PROCESS if wanted is None else weight))


def _batches(
    analysis: _Analysis, sources: Sequence[Source], weights: Sequence[int], progress: Progress | None, jobs: int
) -> Iterator[Extracted]:
    """What comes of the sources, in their order."""
    if jobs == 1 and not (processes.is_replaceable() and sum(weights) >= _WORTH_ANOTHER):
        yield from (analysis.of(source) for source in watched(sources, _STEP, progress))
        return
    _load(sources)
    analysis.prepare(sources)
    done = 0
    ties = _ties(paths_of(sources))
    for batch, found in processes.spread(
        analysis.of_all, sources, weights, jobs, ties=ties, before_another=compile_all
    ):
        done += len(batch)
        if progress is not None:
            progress(_STEP, done, len(sources))
        yield found or Extracted(crashes=[Crash(None, source.path, _ENDED, "by the system") for source in batch])


def _gaps(given_up: Mapping[str, str], notes: Sequence[ParseNote]) -> list[ParseNote]:
    """Notes on files that were not parsed for others, if they have none of their own."""
    noted = {note.path for note in notes}
    return [
        ParseNote(path, 1, f"{reason}; what other files use of it is not known")
        for path, reason in sorted(given_up.items())
        if path not in noted
    ]


def _ties(paths: Sequence[str]) -> list[int]:
    """How many folders each file shares with the next: of one project as much as can be is done by one process.

    Each process parses for itself what it is asked about.
    """
    folders = [path.split("/")[:-1] for path in paths]
    shared = (takewhile(lambda pair: pair[0] == pair[1], zip(*both, strict=False)) for both in pairwise(folders))
    return [*(sum(1 for _ in pairs) for pairs in shared), 0][: len(paths)]


_STEP = "analysing"


def _load(sources: Sequence[Source]) -> None:
    """Import what the analysis may need, with the parsers of these languages: processes that part then share it."""
    others = ("secrets.documents", "secrets.device_settings", "mints.command", "tokens.jwts")
    for place in (*others, *_FINDERS.values()):
        import_module(f"lk_audit.extractors.{place.partition(':')[0]}")
    languages = {frontends.frontend_for(path): path for path in paths_of(sources)}
    for path in languages.values():
        frontends.parse(frontends.view(Source(path, b"")))


class _UnusableError(Exception):
    """Code that cannot be analysed; the message says why."""


_AS_TEXT = "read as text, for credentials and tokens only"


class _Analysis:
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

    def of(self, source: Source) -> Extracted:
        """What one file gives. A defect is part of it, so that no file can hide the others."""
        found = self._within_bounds(source, self._read)
        if isinstance(found, str):
            # Whatever was broken off may be half done.
            self._workspace.forget()
            self._workspace = Workspace(Project(self._files, self._workspace.project.unusable), self._hints)
            gap = f"{found}; {_AS_TEXT}"
            as_text = self._within_bounds(source, self._read_as_text)
            if isinstance(as_text, str):
                gap, as_text = f"{found}; the file was not analysed", Extracted()
            as_text.notes = [ParseNote(source.path, 1, gap)]
            found = as_text
        if self._workspace.project.bytes_parsed > _MOST_KEPT:
            self._workspace.forget(_KEPT_LONGER)
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
        self._take(found, source, _text(source, self._hints))
        _add(found, _command_facts(source))

    def _read(self, source: Source, found: Extracted) -> None:
        workspace = self._workspace
        is_code = frontends.frontend_for(source.path) in frontends.CODE
        opened = worth.opened(source, workspace.secret_names)
        contexts = workspace.contexts(source.path) if opened else ()
        if source.path in workspace.project.unusable:
            raise _UnusableError(workspace.project.unusable[source.path])
        for context in contexts:
            found.notes.extend(_notes(source, context.module))
            _add(found, _code_facts(context, opened))
        is_document = not is_code or (opened and not contexts)
        if is_document and worth.may_be_document(source, workspace.secret_names):
            for parsed in frontends.parse(source, self._hints.secret_words):
                if isinstance(parsed, Document):
                    found.notes.extend(_notes(source, parsed))
                    self._take(found, source, parsed)
        _add(found, _command_facts(source))

    def _take(self, found: Extracted, source: Source, document: Document) -> None:
        _add(found, _document_facts(source, document, self._workspace.secret_names))
        if document.is_cut:
            found.crowded.add(source.path)


def _text(source: Source, hints: Hints) -> Document:
    from lk_audit.frontends import text  # noqa: PLC0415 - few scans meet a file that must be read as text

    return text.parse(source, hints.secret_words)


def _add(found: Extracted, facts: Iterable[Fact]) -> None:
    """Take as many facts as a file may have, and one more that tells of the others."""
    found.facts.extend(islice(facts, max(0, MOST_FACTS + 1 - len(found.facts))))


def extract_credentials(source: Source, signers: Signers | None = None, hints: Hints = NOTHING) -> Extracted:
    """The credentials, tokens and published secret names that one file holds, without a look at any other file.

    `signers` are secrets from elsewhere, which may have signed its tokens.
    """
    source = frontends.view(source)
    workspace = Workspace(Project(Files([source])), hints)
    contexts = workspace.contexts(source.path)
    found = Extracted()
    try:
        for context in contexts:
            _add(found, _code_credentials(context))
    except TooHardError:
        found.facts.clear()
        _add(found, _document_facts(source, _text(source, hints), workspace.secret_names))
    if not (contexts and frontends.frontend_for(source.path) in frontends.CODE):
        for parsed in frontends.parse(source, hints.secret_words):
            if isinstance(parsed, Document):
                _add(found, _document_facts(source, parsed, workspace.secret_names))
    _add(found, _command_facts(source))
    if len(found.facts) > MOST_FACTS:
        found.crowded.add(source.path)
    found.add(_tokens([source], found.facts, signers))
    kept = [fact for fact in found.facts if isinstance(fact, CredentialLiteral | JwtLiteral | EnvExposure)]
    found.facts = pairing.paired(_without_repetition(kept), [source])
    return found


def _code_credentials(context: FileContext) -> Iterator[Fact]:
    from lk_audit.extractors.secrets import comments, credentials  # noqa: PLC0415 - as in `_code_facts`

    yield from _outside_tests(context, credentials.code_credentials(context))
    yield from comments.comment_credentials(context)


_MOST_KEPT = 1_500_000
"""Bytes of code whose parsed form is kept for questions from other files."""
_KEPT_LONGER = 1_000_000
"""Bytes of it that stay when the rest is dropped: questions from the next files of a project lead to the same."""


def _without_repetition(facts: Sequence[Fact]) -> list[Fact]:
    """The facts, with each literal once that several files use."""
    seen: set[object] = set()
    found: list[Fact] = []
    for fact in facts:
        key = fact.place if isinstance(fact, CredentialLiteral) else id(fact)
        if key not in seen:
            seen.add(key)
            found.append(fact)
    return found


def _document_facts(source: Source, parsed: Document, names: SecretNames) -> Iterator[Fact]:
    from lk_audit.extractors.secrets import device_settings, documents  # noqa: PLC0415 - most scans meet one kind of file only

    role = file_role(source.path)
    yield from documents.credentials(source, parsed, role, names)
    yield from documents.exposures(source, parsed, role, names)
    yield from documents.insecure_urls(source, parsed, role)
    yield from device_settings.exposures(source, role, names)
    yield from device_settings.credentials(source, role, names)


def _command_facts(source: Source) -> Iterator[Fact]:
    if worth.may_run_command(source):
        from lk_audit.extractors.mints import command as command_mints  # noqa: PLC0415 - most files hold no commands

        yield from command_mints.command_facts(source)
    if worth.may_sign(source):
        from lk_audit.extractors.mints import shell as shell_mints  # noqa: PLC0415 - few files sign by hand

        yield from shell_mints.shell_facts(source)


_FINDERS: dict[str, str] = {
    "mints": "mints.mints:token_mints",
    "credentials": "secrets.credentials:code_credentials",
    "comments": "secrets.comments:comment_credentials",
    "exposures": "secrets.exposures:code_exposures",
    "public_settings": "secrets.public_settings:public_settings",
    "token_checks": "tokens.token_checks:token_checks",
    "urls": "urls:code_urls",
    "secret_exposures": "secrets.secret_exposures:secret_exposures",
    "webhooks": "webhooks.webhooks:webhook_uses",
    "e2ee_keys": "secrets.e2ee_keys:e2ee_keys",
    "development_tokens": "tokens.development_tokens:development_sources",
    "client_tokens": "tokens.client_tokens:tokens_left_behind",
}
"""The extractors of code, in the order of their facts: what gates call each, its module, and its function."""


def _code_facts(context: FileContext, opened: Container[str]) -> Iterator[Fact]:
    for name, place in _FINDERS.items():
        if name in opened:
            # An extractor is imported when a file may hold what it looks for: most scans need few of them.
            module, _, function = place.partition(":")
            find: Finder = getattr(import_module(f"lk_audit.extractors.{module}"), function)
            yield from _outside_tests(context, find(context))


def _outside_tests(context: FileContext, facts: Iterable[Fact]) -> Iterable[Fact]:
    """The facts of a file, with those of unit tests told apart where a language has them beside the code."""
    if context.module.language != "rust":
        return facts
    from lk_audit.extractors.inline_tests import without_tests  # noqa: PLC0415 - most scans meet other languages

    return without_tests(context.source, facts)


def _tokens(sources: Sequence[Source], facts: Sequence[Fact], others: Signers | None = None) -> Extracted:
    """The tokens that are written down, with the secret that signed each: one of the facts, or of others."""
    from lk_audit.extractors.tokens.jwts import jwt_literals  # noqa: PLC0415 - needed only when a file holds a token
    from lk_audit.extractors.tokens.signers import Signers  # noqa: PLC0415 - as above

    found = Extracted()
    signers = [Signers(facts), *([others] if others else [])]
    for source in holding(sources, b"eyJ"):
        if frontends.frontend_for(source.path) is not None:
            tokens = jwt_literals(source, file_role(source.path), signers)
            found.facts.extend(tokens.literals)
            found.crowded.update([source.path] if tokens.is_cut else [])
    return found


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
