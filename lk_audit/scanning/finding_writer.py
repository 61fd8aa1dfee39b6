"""Findings of problems: with the rule's words, a masked code frame and fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from io import StringIO
from typing import NamedTuple, TypeAlias

from lk_audit.edits import Fix
from lk_audit.facts import CredentialLiteral, E2eeKeyLiteral, Fact, Lead, Strength, TokenMint
from lk_audit.findings import AnyRule, Finding, Fingerprints, Line, distinct, frame_of, sort_key
from lk_audit.machine.budget import (
    FEW_FACTS,
    MOST_FACTS,
    MOST_FACTS_OF_A_SCAN,
    MOST_FINDINGS,
    MOST_FINDINGS_OF_A_SCAN,
    MOST_LINES,
)
from lk_audit.repairs import Repair
from lk_audit.rule_api import Problem
from lk_audit.scanning.linehash import LineHashes
from lk_audit.scanning.redaction import Redactor, mask_all, secrets_in
from lk_audit.secret import Secret
from lk_audit.source import Place, Source

MakeFix = Callable[[Repair], Fix | None]
"""Turns what a rule says should change into edits, where it can."""


Found: TypeAlias = tuple[AnyRule, Problem]


class Kept(NamedTuple):
    """The problems that are reported, how many of each file are not, and the most that there are of one."""

    problems: list[Found]
    left_out: Mapping[str, int]
    most: int


def kept(problems: Iterable[Found]) -> Kept:
    """As many problems of each file as a report has room for: the most severe, the first of those."""
    by_path: dict[str, list[Found]] = {}
    for rule, problem in distinct(problems):
        by_path.setdefault(problem.place.path, []).append((rule, problem))
    most = room_for_each(map(len, by_path.values()))
    left_out = {path: len(found) - most for path, found in by_path.items() if len(found) > most}
    for path in left_out:
        by_path[path] = sorted(by_path[path], key=_severity, reverse=True)[:most]
    return Kept([item for found in by_path.values() for item in found], left_out, most)


def room_for_each(counts: Iterable[int]) -> int:
    """How many findings a file may have, given how many each has, so that a report takes them all.

    Files with few leave their room to those with many; one finding each has room always.
    """
    room, ascending = MOST_FINDINGS_OF_A_SCAN, sorted(counts)
    for number, count in enumerate(ascending):
        share = room // (len(ascending) - number)
        if count > share:
            return max(1, min(share, MOST_FINDINGS))
        room -= count
    return MOST_FINDINGS


def crowds(left_out: int | None, most: int, *, is_cut: bool) -> str:
    """What a report says of a file with more than there is room for; `is_cut` tells that some of it went unseen."""
    if left_out is None:
        many = (
            f"{MOST_FACTS:,} of a file, {FEW_FACTS} of each once there are {MOST_FACTS_OF_A_SCAN:,}; "
            f"{MOST_LINES:,} lines or values of a text"
        )
        return f"only the first things worth a look were analysed ({many}); the rest of the file was not"
    at_least = "at least " if is_cut else ""
    return f"{at_least}{left_out:,} more findings of this file are not listed, only the {most:,} most severe"


def _severity(found: Found) -> float:
    rule, problem = found
    return (problem.severity or rule.severity).score


def write_findings(  # noqa: PLR0913 - keywords, all but three
    problems: Iterable[Found],
    facts: Sequence[Fact],
    sources: Mapping[str, Source],
    *,
    prefix: str,
    make_fix: MakeFix,
    crowded: Container[str],
) -> list[Finding]:
    """The findings, in the order of a report.

    Args:
        problems: what the rules found.
        facts: all facts of the scan, for the secrets that must not be shown.
        sources: the files by path.
        prefix: where paths start in the repository.
        make_fix: gives the automatic fix of a problem.
        crowded: files whose code is not shown, because secrets may stand in it that nothing tells of.
    """
    writer = _Writer(sources, facts, prefix, make_fix, crowded)
    return sorted((writer.finding(rule, problem) for rule, problem in distinct(problems)), key=sort_key)


class Masker:
    """The lines of a scan's files with the secrets masked that its facts know of; columns stay true."""

    def __init__(self, sources: Mapping[str, Source], facts: Sequence[Fact]) -> None:
        self._sources = sources
        self._secret_spans = _secret_spans(facts, sources)
        self.redactor = Redactor(secrets_in(facts))
        self.line = cache(self._mask_line)

    def _mask_line(self, path: str, number: int) -> str:
        # A line may be as long as a file and hold thousands of secrets: it is not copied for each.
        text = StringIO(self._sources[path].file.line_text(number), newline="")
        for begin, end in self._secret_spans.get((path, number), ()):
            text.seek(begin)
            secret = text.read(max(0, end - begin))
            text.seek(begin)
            text.write(mask_all(secret))
        return self.redactor.code(text.getvalue())


class _Writer:
    def __init__(
        self,
        sources: Mapping[str, Source],
        facts: Sequence[Fact],
        prefix: str,
        make_fix: MakeFix,
        crowded: Container[str],
    ) -> None:
        self._sources = sources
        self._masker = Masker(sources, facts)
        self._redactor = self._masker.redactor
        self._fingerprints = Fingerprints(sources, prefix)
        self._line_hashes = cache(lambda path: LineHashes(sources[path].file.text))
        self._make_fix = make_fix
        self._crowded = crowded

    def finding(self, rule: AnyRule, problem: Problem) -> Finding:
        place = problem.place
        source = self._sources.get(place.path)
        return Finding(
            rule_id=rule.id,
            rule_name=rule.name,
            severity=problem.severity or rule.severity,
            confidence=problem.confidence,
            message=self._redactor.message(problem.message),
            place=place,
            frame=self._frame(source, place) if source and place.path not in self._crowded else (),
            trace=self._leads(problem.trace),
            related=self._leads(problem.related),
            why=rule.summary,
            fix=self._redactor.message(problem.fix) if problem.fix else rule.fix,
            fingerprint=self._fingerprints.of(rule.id, problem),
            problem=self._fingerprints.of_problem(rule.id, problem),
            content_id=self._fingerprints.content_of(rule.id, problem),
            line_hash=self._line_hashes(place.path).of_line(place.line) if source else "",
            automatic=self._make_fix(problem.repair) if problem.repair is not None else None,
        )

    def _frame(self, source: Source, place: Place) -> tuple[Line, ...]:
        return frame_of(source.file, place, lambda number: self._masker.line(place.path, number))

    def _leads(self, leads: Iterable[Lead]) -> tuple[Lead, ...]:
        return tuple(Lead(lead.place, self._redactor.message(lead.note)) for lead in leads)


def _secret_spans(facts: Iterable[Fact], sources: Mapping[str, Source]) -> dict[tuple[str, int], list[tuple[int, int]]]:
    """The columns that credentials take, by path and line."""
    spans: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for place, secret in (item for fact in facts for item in _spelled(fact)):
        source = sources.get(place.path)
        if source is not None:
            file = source.file
            for number, begin, end in _line_spans(_written(place, secret, file), file):
                spans.setdefault((file.path, number), []).append((begin, end))
    return spans


def _spelled(fact: Fact) -> Iterator[tuple[Place, Secret]]:
    """The secrets that a fact has found in the code, and where."""
    match fact:
        case CredentialLiteral(strength=strength) if strength is not Strength.WELL_KNOWN:
            yield fact.place, fact.secret
        case E2eeKeyLiteral(secret=Secret() as secret):
            yield fact.place, secret
        case TokenMint(readable_credentials=credentials):
            yield from ((item.literal.place, item.literal.secret) for item in credentials if item.literal is not None)
        case _:
            return


def _written(place: Place, secret: Secret, source: Source) -> Place:
    """Where the secret itself stands; the whole place when it is in pieces, escaped or encoded."""
    value = secret.reveal().encode("utf-8", "surrogatepass")
    start = source.data.find(value, place.start, place.end)
    return source.place(start, start + len(value)) if start >= 0 else place


def _line_spans(place: Place, source: Source) -> Iterator[tuple[int, int, int]]:
    """The lines of a place, each with the columns it takes (from 0, end excluded)."""
    for number in range(place.line, place.end_line + 1):
        begin = place.column - 1 if number == place.line else 0
        end = place.end_column - 1 if number == place.end_line else len(source.line_text(number))
        yield number, begin, end
