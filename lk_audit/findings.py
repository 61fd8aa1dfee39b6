"""What a scan reports: findings with all that a reader needs to see, and everything that went unseen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.digests import sha256
from lk_audit.edits import Fix
from lk_audit.facts import Lead
from lk_audit.patterns import regex
from lk_audit.rule_api import Confidence, Problem, Rule, Severity
from lk_audit.source import Place, Source

AnyRule: TypeAlias = Rule[Any]
"""A rule over some kind of fact."""


class Line(Struct, frozen=True):
    """A line of a code frame, secrets masked. Of a very long line only a part is kept, from `column` (from 1) on."""

    number: int
    text: str
    column: int = 1
    is_cut: bool = False


class Suppression(Struct, frozen=True):
    """A comment that accepts findings: its place, what it gives as reason, and when it ends.

    `in_configuration` tells that it is no comment but a part of the configuration; `key` is the key path that it is
    for, where it is for one.
    """

    path: str
    line: int
    names: tuple[str, ...]
    reason: str = ""
    until: date | None = None
    in_configuration: bool = False
    key: str = ""


class CommitOrigin(Struct, frozen=True, kw_only=True):
    """Where the history begins to hold what was found.

    `commit` is the id of the first commit with it, None when no commit of the range brings it in; `date` is its author
    date in ISO 8601. `is_in_head` tells that HEAD still holds it. `further_versions` are the other contents of files
    that hold it, `further_paths` the other names of such files.
    """

    commit: str | None
    date: str | None
    is_in_head: bool
    further_versions: int = 0
    further_paths: int = 0

    @property
    def story(self) -> str:
        """One phrase: which commit, and whether it is still there."""
        day = f" of {self.date[:10]}" if self.date else ""
        where = f"in commit {self.commit[:10]}{day}" if self.commit else "in an object of the history"
        return f"{where}, {'still' if self.is_in_head else 'no longer'} in HEAD"

    @property
    def copies(self) -> str:
        """The further versions and paths in words; empty when there are none."""
        counts = ((self.further_versions, "version"), (self.further_paths, "path"))
        parts = [f"{count} further {word}{'' if count == 1 else 's'}" for count, word in counts if count]
        return f"also in {' and '.join(parts)}" if parts else ""


class Finding(Struct, frozen=True, kw_only=True):
    """One problem, complete: a reporter needs nothing else.

    `why` is the rule's summary. `fingerprint` stays the same when lines move, `content_id` also when the file moves,
    but several findings can share it; `line_hash` is GitHub's. `problem` is the same for all places of one problem (a
    secret that is written down five times). `origin` is set where the finding comes from the history. `suppressed` and
    `baselined` tell that it is known and accepted; `baselined` is None where there is no baseline. `automatic` is the
    fix that --fix can make.
    """

    rule_id: str
    rule_name: str
    severity: Severity
    confidence: Confidence
    message: str
    place: Place
    frame: tuple[Line, ...] = ()
    trace: tuple[Lead, ...] = ()
    related: tuple[Lead, ...] = ()
    why: str = ""
    fix: str = ""
    fingerprint: str = ""
    content_id: str = ""
    line_hash: str = ""
    problem: str = ""
    automatic: Fix | None = None
    suppressed: Suppression | None = None
    baselined: bool | None = None
    origin: CommitOrigin | None = None

    @property
    def history(self) -> str:
        """Which commit brought it in, and what that means; empty for a finding in files as they are."""
        if self.origin is None:
            return ""
        is_harmful = self.severity >= Severity.MEDIUM and not self.origin.is_in_head
        advice = ": the secret is still in the history and must be rotated" if is_harmful else ""
        copies = f"; {self.origin.copies}" if self.origin.copies else ""
        return f"{self.origin.story}{advice}{copies}"

    @property
    def is_open(self) -> bool:
        return self.suppressed is None and not self.baselined


class Skipped(Struct, frozen=True):
    """A file that was not analysed. `expected`: it lies outside the scan by design, so nothing is missing."""

    path: str
    reason: str
    expected: bool = False


class Note(Struct, frozen=True):
    """Something worth knowing about a scan that is no finding: a syntax error, a suppression that does nothing.

    `path` is empty and `line` 0 where it is about no file.
    """

    kind: str
    path: str
    line: int
    message: str


class Crash(Struct, frozen=True):
    """A defect met on the way: in which rule (None for the analysis itself), at which file, of which type.

    The text of the exception is left out: it may quote the file.
    """

    rule_id: str | None
    path: str | None
    error: str
    raised_at: str

    @classmethod
    def of(cls, error: BaseException, path: str | None, rule_id: str | None = None) -> Crash:
        """The record of an exception."""
        import traceback  # noqa: PLC0415 - a defect is rare, and this brings the tokenizer along

        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
        raised_at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        return cls(rule_id, path, type(error).__name__, raised_at)


class Medium(Enum):
    """Where the scanned files are: on disk, where they can be fixed, in git's index or history, in an editor."""

    DISK = "disk"
    GIT = "git"
    EDITOR = "editor"


class Report(Struct, frozen=True, kw_only=True):
    """The outcome of a scan. `prefix` leads from the repository's root to the base of all paths.

    `analysed` of the `scanned` files held something that could matter; `elapsed` is in seconds; `hidden` findings are
    below the severity asked for; `rule_errors` are rules that could not be loaded; `configuration` are the files that
    configured the scan. `commits` is how many the history has, 0 where none was looked at; all counts of files are then
    counts of their versions. `medium` is where the files are.
    """

    findings: tuple[Finding, ...] = ()
    rules: tuple[AnyRule, ...] = ()
    scanned: int = 0
    analysed: int = 0
    binary: int = 0
    skipped: tuple[Skipped, ...] = ()
    excluded: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    crashes: tuple[Crash, ...] = ()
    rule_errors: tuple[str, ...] = ()
    prefix: str = ""
    version: str = ""
    elapsed: float = 0.0
    hidden: int = 0
    configuration: tuple[str, ...] = ()
    commits: int = 0
    medium: Medium = Medium.DISK

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """The findings that nobody has accepted."""
        return tuple(finding for finding in self.findings if finding.is_open)

    @property
    def open_problems(self) -> tuple[tuple[Finding, ...], ...]:
        """The open findings, those of one problem together, the most telling first; in the order of their first."""
        groups: dict[str, list[Finding]] = {}
        for finding in self.open_findings:
            groups.setdefault(finding.problem or finding.fingerprint, []).append(finding)
        return tuple(tuple(sorted(group, key=_telling)) for group in groups.values())

    @property
    def suppressed(self) -> int:
        return sum(finding.suppressed is not None for finding in self.findings)

    @property
    def baselined(self) -> int:
        """The findings that are in the baseline, without those that a comment accepts too."""
        return sum(bool(finding.baselined) and finding.suppressed is None for finding in self.findings)

    @property
    def is_complete(self) -> bool:
        """Whether everything that should be analysed was."""
        return all(item.expected for item in self.skipped) and not self.gaps

    @property
    def gaps(self) -> tuple[Note, ...]:
        """The notes on what went unseen."""
        return tuple(note for note in self.notes if note.kind in _GAPS)

    @property
    def counts(self) -> dict[Severity, int]:
        """Open problems by severity, most severe first; severities without any are left out."""
        counts = Counter(group[0].severity for group in self.open_problems)
        return {severity: counts[severity] for severity in Severity if counts[severity]}

    def at_least(self, severity: Severity) -> Report:
        """The report without the findings below a severity; they are counted as hidden."""
        kept = tuple(finding for finding in self.findings if finding.severity >= severity)
        return replace(self, findings=kept, hidden=self.hidden + len(self.findings) - len(kept))


def _telling(finding: Finding) -> tuple[float, int]:
    return (-finding.severity.score, list(Confidence).index(finding.confidence))


SYNTAX = "syntax"
SUPPRESSION = "suppression"
BASELINE = "baseline"
CONFIGURATION = "configuration"
HISTORY = "history"
_GAPS = frozenset({SYNTAX, HISTORY})
"""Kinds of notes on something that went unseen."""


def sort_key(finding: Finding) -> tuple[object, ...]:
    """Findings in the order of a report: by file, place, severity, rule."""
    place = finding.place
    return (place.path, place.start, place.end, -finding.severity.score, finding.rule_id, finding.message)


def distinct(found: Iterable[tuple[AnyRule, Problem]]) -> list[tuple[AnyRule, Problem]]:
    """Each rule at most once for a place: the most severe problem, in an order that no input order changes."""
    ordered = sorted(found, key=_precedence)
    first: dict[tuple[str, Place], tuple[AnyRule, Problem]] = {}
    for rule, problem in ordered:
        first.setdefault((rule.id, problem.place), (rule, problem))
    return list(first.values())


def _precedence(pair: tuple[AnyRule, Problem]) -> tuple[object, ...]:
    rule, problem = pair
    place = problem.place
    severity = problem.severity or rule.severity
    certainty = list(Confidence).index(problem.confidence)
    return (place.path, place.start, place.end, rule.id, -severity.score, certainty, problem.message)


class Fingerprints:
    """Gives findings an identity that survives moved lines and changes elsewhere in the file.

    It is a hash of the rule, the file, and the offending thing: what the rule says it is, else the text of its place
    without what a formatter changes. Equal ones in one file are counted, in the order they are asked for.
    """

    def __init__(self, sources: Mapping[str, Source], prefix: str = "") -> None:
        self._sources = sources
        self._prefix = prefix
        self._seen: Counter[tuple[str, ...]] = Counter()

    def of(self, rule_id: str, problem: Problem) -> str:
        path = problem.place.path
        key = (rule_id, self._prefix + path, self._subject(problem))
        self._seen[key] += 1
        return _digest(*key, str(self._seen[key]))

    def content_of(self, rule_id: str, problem: Problem) -> str:
        """The identity without the file: equal for equal things in different files."""
        return _digest(rule_id, self._subject(problem))

    def of_problem(self, rule_id: str, problem: Problem) -> str:
        """What places share at which a rule finds the same thing; empty for a thing without a name."""
        if problem.subject is None:
            return ""
        return _digest(rule_id, problem.subject)

    def _subject(self, problem: Problem) -> str:
        if problem.subject is not None:
            return problem.subject
        place, source = problem.place, self._sources.get(problem.place.path)
        text = source.file.data[place.start : place.end].decode("utf-8", "replace") if source else ""
        return _unformatted(text)


_QUOTES = str.maketrans("'`", '""')
_TRAILING_COMMA = regex(r",(?=[)\]}])")
_MAX_THING = 400


def _unformatted(text: str) -> str:
    """Code without what formatters change: white space, the kind of quotes, trailing commas, our own comments."""
    lines = (
        line.partition("lk-audit:")[0].rstrip(" \t#/*<!-{") if "lk-audit:" in line else line
        for line in text.splitlines()
    )
    compact = "".join("".join(lines).split()).translate(_QUOTES)
    return _TRAILING_COMMA.sub("", compact)[:_MAX_THING]


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hex()[:32]


_AROUND = 1
_MAX_SPAN = 5
_MAX_WIDTH = 240
_LEAD_IN = 60


def frame_of(source: Source, place: Place, masked: Callable[[int], str]) -> tuple[Line, ...]:
    """The lines of a code frame: the beginning of the span and one line around it.

    `masked` gives the text of a line, by its number, with secrets masked.
    """
    end = min(place.end_line, place.line + _MAX_SPAN - 1)
    first = max(1, place.line - _AROUND)
    # What follows the last line break is no line.
    count = len(source.line_starts) - (not source.line_text(len(source.line_starts)))
    last = max(end, min(count, end + _AROUND))
    return tuple(_cut(number, masked(number), place) for number in range(first, last + 1))


def _cut(number: int, text: str, place: Place) -> Line:
    """A line of bounded width, around the span where it is the span's line."""
    if len(text) <= _MAX_WIDTH:
        return Line(number, text)
    begin = max(0, place.column - 1 - _LEAD_IN) if number == place.line else 0
    return Line(number, text[begin : begin + _MAX_WIDTH], begin + 1, is_cut=True)
