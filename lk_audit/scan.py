"""The pipeline: find files, read those that matter, extract facts, ask the rules, report."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from lk_audit import __version__
from lk_audit.config import Config
from lk_audit.discovery import Found, discover
from lk_audit.facts import CredentialLiteral, Fact, Lead
from lk_audit.findings import (
    SYNTAX,
    AnyRule,
    Crash,
    Finding,
    Fingerprints,
    Note,
    Report,
    Skipped,
    distinct,
    frame_of,
    sort_key,
)
from lk_audit.linehash import LineHashes
from lk_audit.prefilter import gates
from lk_audit.redaction import Redactor, mask_all, secrets_in
from lk_audit.rule_api import Options, Problem
from lk_audit.source import NotText, Source
from lk_audit.suppression import apply_suppressions, rule_names

if TYPE_CHECKING:
    from lk_audit.extraction import ParseNote

Extract: TypeAlias = "Callable[[Sequence[Source]], tuple[list[Fact], list[ParseNote]]]"


def scan_paths(  # noqa: PLR0913 - keywords, all but one optional
    paths: Sequence[str | Path],
    *,
    rules: Sequence[AnyRule],
    config: Config | None = None,
    known_rules: Sequence[AnyRule] = (),
    folder: Path | None = None,
    extract: Extract | None = None,
) -> Report:
    """The report on files and folders.

    Args:
        paths: what to scan, relative to `folder` (the working folder by default).
        rules: the rules to run.
        config: limits and options.
        known_rules: rules that exist without being run, for telling suppressions of them from mistakes.
        folder: the folder that `paths` are relative to.
        extract: what turns sources into facts; `extraction.extract_facts` by default.

    Raises:
        UsageError: a path does not exist.
    """
    started = time.perf_counter()
    config = config or Config()
    found = discover(paths, limit=config.size_limit, folder=folder)
    contents = [read(file) for file in found.files]
    sources = [item.source for item in contents if item.source]
    unread = [item.skipped for item in contents if item.skipped]
    report = scan_sources(sources, rules, config.options, known_rules=known_rules, prefix=found.prefix, extract=extract)
    return replace(
        report,
        scanned=sum(item.is_text for item in contents),
        binary=sum(item.is_binary for item in contents),
        skipped=tuple(sorted((*found.skipped, *unread), key=lambda item: item.path)),
        excluded=found.excluded,
        elapsed=time.perf_counter() - started,
    )


def scan_sources(  # noqa: PLR0913 - keywords, all optional
    sources: Sequence[Source],
    rules: Sequence[AnyRule],
    options: Options | None = None,
    *,
    known_rules: Sequence[AnyRule] = (),
    prefix: str = "",
    extract: Extract | None = None,
) -> Report:
    """The report on sources in memory; `prefix` is where their paths start in the repository."""
    ordered = sorted(sources, key=lambda source: source.path)
    options = options or Options()
    facts, notes, crashes = extract_all(ordered, extract or _default_extract())
    problems, rule_crashes = run_rules(facts, rules, options)
    writer = _Writer({source.path: source for source in ordered}, facts, prefix)
    findings = sorted((writer.finding(rule, problem) for rule, problem in distinct(problems)), key=sort_key)
    marked, suppression_notes = apply_suppressions(
        findings,
        ordered,
        known=rule_names((*known_rules, *rules)),
        active=rules,
        today=datetime.fromtimestamp(options.now, tz=UTC).date(),
    )
    return Report(
        findings=tuple(marked),
        rules=tuple(sorted(rules, key=lambda rule: rule.id)),
        scanned=len(ordered),
        analysed=len(ordered),
        notes=tuple(sorted([*notes, *suppression_notes], key=lambda note: (note.path, note.line, note.message))),
        crashes=tuple(sorted(crashes + rule_crashes, key=repr)),
        prefix=prefix,
        version=__version__,
    )


# --- reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Content:
    """What came of reading one file; `source` only when something in it can matter."""

    source: Source | None = None
    skipped: Skipped | None = None
    is_text: bool = False
    is_binary: bool = False


def read(file: Found) -> Content:
    """One file, read and prefiltered. Depends on nothing but the file, so that files can be read in any process."""
    if file.path.endswith(".sarif"):
        return Content(skipped=Skipped(file.path, "a scanner's report", expected=True))
    try:
        raw = Path(file.file).read_bytes()
    except OSError as error:
        return Content(skipped=Skipped(file.path, f"cannot be read ({error.strerror or type(error).__name__})"))
    if b"\0" in raw:
        return _read_wide(file.path, raw)
    if not gates(file.path, raw):
        return Content(is_text=True)
    return Content(source=Source.from_bytes(file.path, raw), is_text=True)


def _read_wide(path: str, raw: bytes) -> Content:
    """A file with NUL bytes: UTF-16 and UTF-32 text, or binary."""
    try:
        source = Source.from_bytes(path, raw)
    except NotText:
        skipped = Skipped(path, "binary content under the name of a text file") if _is_text_name(path) else None
        return Content(skipped=skipped, is_binary=True)
    return Content(source=source if gates(path, source.data) else None, is_text=True)


_TEXT_SUFFIXES = frozenset(
    {".py", ".pyi", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte", ".astro"}
    | {".json", ".jsonc", ".yaml", ".yml", ".toml", ".env", ".ini", ".cfg", ".conf", ".properties", ".tf", ".tfvars"}
    | {".sh", ".bash", ".md", ".mdx", ".txt", ".html", ".ipynb", ".go", ".rb", ".php", ".java", ".kt", ".swift", ".cs"}
)


def _is_text_name(path: str) -> bool:
    name = PurePosixPath(path)
    return name.suffix.lower() in _TEXT_SUFFIXES or name.name.startswith((".env", "Dockerfile"))


# --- facts ------------------------------------------------------------------------------------------------------------


def _default_extract() -> Extract:
    from lk_audit.extraction import extract_facts  # noqa: PLC0415 - brings the parsers along

    return extract_facts


def extract_all(sources: Sequence[Source], extract: Extract) -> tuple[list[Fact], list[Note], list[Crash]]:
    """The facts of all sources. When that fails, each file is tried alone so that one cannot hide the others."""
    if not sources:
        return [], [], []
    try:
        facts, parse_notes = extract(sources)
    except Exception as error:  # noqa: BLE001 - a defect must not end the scan, and is reported
        if len(sources) == 1:
            return [], [], [_crash(None, sources[0].path, error)]
        return _extract_singly(sources, extract, _crash(None, None, error))
    return facts, [Note(SYNTAX, note.path, note.line, note.reason) for note in parse_notes], []


def _extract_singly(
    sources: Sequence[Source], extract: Extract, together: Crash
) -> tuple[list[Fact], list[Note], list[Crash]]:
    outcomes = [extract_all([source], extract) for source in sources]
    crashes = [crash for _, _, found in outcomes for crash in found]
    return (
        [fact for found, _, _ in outcomes for fact in found],
        [note for _, found, _ in outcomes for note in found],
        crashes or [together],
    )


# --- rules ------------------------------------------------------------------------------------------------------------


def run_rules(
    facts: Iterable[Fact], rules: Sequence[AnyRule], options: Options
) -> tuple[list[tuple[AnyRule, Problem]], list[Crash]]:
    """What the rules find in the facts. A rule that raises is reported and the others go on."""
    problems: list[tuple[AnyRule, Problem]] = []
    crashes: dict[tuple[str, str], Crash] = {}
    for fact in facts:
        for rule in rules:
            if isinstance(fact, rule.fact):
                try:
                    problems += [(rule, problem) for problem in rule.check(fact, options)]
                except Exception as error:  # noqa: BLE001 - a defect must not end the scan, and is reported
                    crashes[rule.id, fact.place.path] = _crash(rule.id, fact.place.path, error)
    return problems, list(crashes.values())


def _crash(rule_id: str | None, path: str | None, error: Exception) -> Crash:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    raised_at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return Crash(rule_id, path, type(error).__name__, raised_at)


# --- findings ---------------------------------------------------------------------------------------------------------


class _Writer:
    """Makes findings of problems: adds the rule, the masked code frame and the fingerprints."""

    def __init__(self, sources: Mapping[str, Source], facts: Sequence[Fact], prefix: str) -> None:
        self._sources = sources
        self._redactor = Redactor(secrets_in(facts))
        self._fingerprints = Fingerprints(sources, prefix)
        self._hidden_spans = self._spans_to_mask(facts)
        self._line_hashes = cache(lambda path: LineHashes(sources[path].text))
        self._masked_line = cache(self._mask_line)

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
            frame=frame_of(source, place, lambda number: self._masked_line(place.path, number)) if source else (),
            trace=self._leads(problem.trace),
            related=self._leads(problem.related),
            why=rule.summary,
            fix=self._redactor.message(problem.fix or rule.fix),
            fingerprint=self._fingerprints.of(rule.id, problem),
            line_hash=self._line_hashes(place.path).of_line(place.line) if source else "",
        )

    def _leads(self, leads: Iterable[Lead]) -> tuple[Lead, ...]:
        return tuple(Lead(lead.place, self._redactor.message(lead.note)) for lead in leads)

    def _spans_to_mask(self, facts: Iterable[Fact]) -> dict[tuple[str, int], list[tuple[int, int]]]:
        """Column spans, by path and line, of credentials that are not spelled out: in pieces, escaped, encoded."""
        spans: dict[tuple[str, int], list[tuple[int, int]]] = {}
        for fact in facts:
            source = self._sources.get(fact.place.path)
            if isinstance(fact, CredentialLiteral) and source and not self._is_spelled_out(fact, source):
                for number, begin, end in _line_spans(fact, source):
                    spans.setdefault((source.path, number), []).append((begin, end))
        return spans

    def _is_spelled_out(self, fact: CredentialLiteral, source: Source) -> bool:
        written = source.data[fact.place.start : fact.place.end]
        return fact.secret.reveal().encode("utf-8", "surrogatepass") in written

    def _mask_line(self, path: str, number: int) -> str:
        text = self._sources[path].line_text(number)
        for begin, end in self._hidden_spans.get((path, number), ()):
            text = text[:begin] + mask_all(text[begin:end]) + text[end:]
        return self._redactor.code(text)


def _line_spans(fact: Fact, source: Source) -> Iterator[tuple[int, int, int]]:
    """The lines of a fact's place, each with the columns it takes (from 0, end excluded)."""
    place = fact.place
    for number in range(place.line, place.end_line + 1):
        begin = place.column - 1 if number == place.line else 0
        end = place.end_column - 1 if number == place.end_line else len(source.line_text(number))
        yield number, begin, end
