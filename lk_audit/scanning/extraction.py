"""From sources to facts: every file is analysed, by several processes where that pays."""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING

from lk_audit import frontends
from lk_audit.extractors.context import Workspace
from lk_audit.extractors.secrets import pairing
from lk_audit.facts import CredentialLiteral, EnvExposure, Fact, JwtLiteral
from lk_audit.files.sources import Sources, holding, paths_of, sizes, some, telling
from lk_audit.findings import Crash
from lk_audit.frontends.parsing import TooHardError
from lk_audit.hints import NOTHING, Hints
from lk_audit.machine import processes
from lk_audit.machine.budget import FEW_FACTS, MOST_FACTS, MOST_FACTS_OF_A_SCAN
from lk_audit.machine.collector import patient
from lk_audit.patterns import compile_all
from lk_audit.progress import Progress, watched
from lk_audit.project.files import Files
from lk_audit.project.modules import Project
from lk_audit.roles import file_role
from lk_audit.scanning.extracted import Extracted, Former, ParseNote
from lk_audit.scanning.file_analysis import FileAnalysis, add_facts, as_text
from lk_audit.scanning.finders import code_credentials, command_facts, document_facts, load_all
from lk_audit.source import Source
from lk_audit.syntax import Document

if TYPE_CHECKING:
    from lk_audit.extractors.tokens.signers import Signers


def extract(  # noqa: PLR0913, PLR0917 - all but one optional
    sources: Sequence[Source],
    files: Files | None = None,
    progress: Progress | None = None,
    hints: Hints = NOTHING,
    jobs: int | None = None,
    former: Former | None = None,
) -> Extracted:
    """All facts of a set of files, what of them could not be parsed, and the defects met on the way.

    `files` are all files of the project, where values, callers and guards are looked up; by default just `sources`.
    `progress` hears of the sources, `hints` are what the project says about itself. `jobs` is the number of processes;
    by default as many as there are processors, where the work is worth it. `former` is what the extraction before this
    one left, and takes what this one leaves.
    """
    sources = sources if isinstance(sources, Sources) else [frontends.view(source) for source in sources]
    analysis = FileAnalysis(Files(sources) if files is None else files, hints)
    before, again = (former.found, former.affected) if former is not None else (None, frozenset())
    if former is not None:
        former.found = None  # where this one fails, the next analyses all
    analysed = telling(sources) if before is None else some(sources, again)
    weights = [size + _WEIGHT_OF_A_FILE for size in sizes(analysed)]
    found = Extracted()
    with patient():
        for batch in _batches(analysis, analysed, weights, progress, _jobs(jobs, sum(weights))):
            _take(found, batch)
    if former is not None:
        found = before.with_again(found, again) if before is not None else found
        former.found = _remembered(found)
    found.notes += _gaps(found.given_up | analysis.given_up, found.notes)
    _take(found, _tokens(sources, found.facts))
    found.facts = pairing.paired(_without_repetition(found.facts), sources)
    return found


def _remembered(found: Extracted) -> Extracted | None:
    """What each file gave, for the next extraction; None where not all of it was kept."""
    is_whole = sum(count for _, count in found.shares) == len(found.facts)
    return found.with_again(Extracted(), ()) if is_whole else None


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
    analysis: FileAnalysis, sources: Sequence[Source], weights: Sequence[int], progress: Progress | None, jobs: int
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
    load_all()
    languages = {frontends.frontend_for(path): path for path in paths_of(sources)}
    for path in languages.values():
        frontends.parse(frontends.view(Source(path, b"")))


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
            add_facts(found, code_credentials(context))
    except TooHardError:
        found.facts.clear()
        add_facts(found, document_facts(source, as_text(source, hints), workspace.secret_names))
    if not (contexts and frontends.frontend_for(source.path) in frontends.CODE):
        for parsed in frontends.parse(source, hints.secret_words):
            if isinstance(parsed, Document):
                add_facts(found, document_facts(source, parsed, workspace.secret_names))
    add_facts(found, command_facts(source))
    if len(found.facts) > MOST_FACTS:
        found.crowded.add(source.path)
    found.add(_tokens([source], found.facts, signers))
    kept = [fact for fact in found.facts if isinstance(fact, CredentialLiteral | JwtLiteral | EnvExposure)]
    found.facts = pairing.paired(_without_repetition(kept), [source])
    return found


def _without_repetition(facts: Sequence[Fact]) -> list[Fact]:
    """The facts, with each literal once that several files use, or that is seen with its quotes and without them."""
    seen: dict[tuple[str, str], list[tuple[int, int]]] = {}
    found: list[Fact] = []
    for fact in facts:
        if isinstance(fact, CredentialLiteral):
            spans = seen.setdefault((fact.place.path, fact.secret.reveal()), [])
            span = fact.place.start, fact.place.end
            at = bisect(spans, span)
            if any(_overlap(span, other) for other in spans[max(0, at - 1) : at + 1]):
                continue
            spans.insert(at, span)
        found.append(fact)
    return found


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


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
