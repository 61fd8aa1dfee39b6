"""Applying fixes: round by round, each checked by a scan of what comes out, until there is nothing left to fix.

A round analyses again what its fixes can have changed. Whether that was all is found out by a scan of everything at
the end; where it says anything else, every round is such a scan. So is a first round that leaves nothing to fix.

Nothing is written here; a plan holds the files as they are and as they would be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from difflib import unified_diff
from typing import Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from lk_audit.edits import Fix, chosen, edited, edits_by_path
from lk_audit.facts import Fact
from lk_audit.findings import SYNTAX, Finding, Report
from lk_audit.fixes.referee import breaks
from lk_audit.project.files import Files, Held
from lk_audit.scanning.finding_writer import Masker
from lk_audit.source import Source

ROUNDS = 5
Observe = Callable[[Sequence[Source], Sequence[Fact]], None]


class Scan(Protocol):
    """Scans with some files edited.

    With `again` the files of these paths are analysed again, and those that refer to them; without it all are.
    """

    def __call__(
        self, edited: Mapping[str, Source], observe: Observe, again: Collection[str] | None = None, /
    ) -> Report: ...


class _Seen(Struct, frozen=True):
    """One scan: its report, its files, those of them that were edited, and how their lines are shown."""

    report: Report
    texts: Mapping[str, Source]
    sources: Mapping[str, Source]
    masker: Masker

    def lines(self, path: str) -> list[str]:
        """The lines of a file with secrets masked."""
        return [self.masker.line(path, number) for number in range(1, len(self.sources[path].line_starts) + 1)]


class Plan(Struct):
    """What fixing comes to: `report` on the outcome, the number of findings `fixed`, the files before and after.

    `undone` is how many findings are left whose fix was tried and did not hold.
    """

    report: Report
    fixed: int = 0
    before: dict[str, Source] = field(default_factory=dict)
    after: dict[str, Source] = field(default_factory=dict)
    diff: str = ""
    undone: int = 0

    @property
    def unsafe_left(self) -> int:
        """How many of the findings that are left have an unsafe fix."""
        return sum(item.automatic is not None and not item.automatic.is_safe for item in self.report.open_findings)


def plan(scan: Scan, *, unsafe: bool) -> Plan:
    """Fix what can be fixed, in memory.

    A round makes all fixes that do not touch each other and scans the outcome. Where a fix does not take its finding
    away, or brings another that cannot be fixed with it, its files go back to what they were. From then on they are
    fixed rule by rule, so that the fixes of one rule do not stand in the way of the others; those that go wrong by
    themselves are not tried again.
    """
    first = _scanned(scan, {})
    made = _Rounds(scan, first, unsafe=unsafe, quick=True).made()
    if made.texts and not made.is_whole:
        whole = _scanned(scan, made.texts)
        if _says_the_same(whole, made.seen):
            made = replace(made, seen=whole, is_whole=True)
        else:
            made = _Rounds(scan, first, unsafe=unsafe, quick=False).made()
    before = {path: first.sources[path] for path in sorted(made.texts)}
    diff = "".join(_diff(first, made.seen, path) for path in before)
    report = made.seen.report
    return Plan(report, made.fixed, before, dict(made.texts), diff, undone=len(_wanted(report, unsafe=unsafe)))


class _Made(Struct, frozen=True):
    """What the rounds came to: the last scan, the files that they changed, and the number of findings fixed.

    `is_whole` tells that all scans up to then were of everything.
    """

    seen: _Seen
    texts: Mapping[str, Source]
    fixed: int
    is_whole: bool = True


class _Rounds:
    """Rounds of fixes from a first scan on; where these are `quick`, the scans after it are not of everything."""

    def __init__(self, scan: Scan, first: _Seen, *, unsafe: bool, quick: bool) -> None:
        self._scan = scan
        self._unsafe = unsafe
        self._quick = quick
        self._latest = first
        self._is_whole = True
        self._refused: set[Fix] = set()
        self._careful: set[str] = set()
        self._now = _Made(first, {}, 0)

    def made(self) -> _Made:
        """What comes of fixing until there is nothing left to fix."""
        rounds = ROUNDS
        while rounds and (chosen_ones := self._next()):
            is_all = rounds == ROUNDS and len(chosen_ones) == len(_wanted(self._now.seen.report, unsafe=self._unsafe))
            rounds -= 1
            then, spoiled = self._tried(chosen_ones, whole=is_all)
            if spoiled:
                suspects = [item for item in chosen_ones if item.automatic and _paths(item.automatic) & spoiled]
                if self._suspect(suspects):
                    rounds = max(rounds, min(len({item.rule_id for item in suspects}), ROUNDS))
                chosen_ones = [item for item in chosen_ones if item not in suspects]
                if not chosen_ones:
                    continue
                then, spoiled = self._tried(chosen_ones)
                if spoiled:
                    break
            self._now = _Made(then, then.texts, self._now.fixed + len(chosen_ones), self._is_whole)
        return self._now

    def _next(self) -> list[Finding]:
        """The findings to fix at once."""
        return _one_rule_each(_fixable(self._now.seen.report, self._refused, unsafe=self._unsafe), self._careful)

    def _tried(self, made: Sequence[Finding], *, whole: bool = False) -> tuple[_Seen, set[str]]:
        """What comes of some fixes, and the files in which they went wrong, as a scan of everything tells if `whole`.

        A fix may bring a finding to light, as when only with its right name a grant counts: that is fixed as well.
        """
        now = self._now.seen
        then = self._look({**self._now.texts, **_edited(now, made)}, whole=whole)
        spoiled = _spoiled(now, then, made)
        known = {item.fingerprint for item in now.report.findings} if spoiled else set()
        found = _fixable(then.report, self._refused, unsafe=self._unsafe) if spoiled else []
        new = [item for item in found if item.fingerprint not in known]
        if new:
            later = self._look({**then.texts, **_edited(then, new)})
            left = _spoiled(now, later, made)
            if left < spoiled:
                return later, left
        return then, spoiled

    def _look(self, texts: Mapping[str, Source], *, whole: bool = False) -> _Seen:
        again = _affected(self._latest, texts) if self._quick and not whole else None
        self._is_whole = self._is_whole and again is None
        self._latest = _scanned(self._scan, texts, again)
        return self._latest

    def _suspect(self, findings: Sequence[Finding]) -> bool:
        """Whether some fixes that may have gone wrong are to be tried again, rule by rule; the others are not."""
        mixed = _of_several_rules(findings)
        self._careful |= mixed
        self._refused |= {fix for fix in _fixes(findings) if not _paths(fix) & mixed}
        return bool(mixed)


def _says_the_same(one: _Seen, other: _Seen) -> bool:
    return (one.report.findings, one.report.notes) == (other.report.findings, other.report.notes)


def _affected(latest: _Seen, new: Mapping[str, Source]) -> set[str]:
    """The files that are others than in the latest scan, and those with findings whose fixes would change them."""
    old = latest.texts
    changed = {path for path in old.keys() | new.keys() if old.get(path) is not new.get(path)}
    findings = latest.report.findings
    return changed | {item.place.path for item in findings if item.automatic and _paths(item.automatic) & changed}


def _scanned(scan: Scan, texts: Mapping[str, Source], again: Collection[str] | None = None) -> _Seen:
    seen: list[tuple[Sequence[Source], Sequence[Fact]]] = []
    report = scan(texts, lambda sources, facts: seen.append((sources, facts)), again)
    sources, facts = seen[0]
    fixable = {path for item in report.open_findings if item.automatic for path in _paths(item.automatic)}
    held = Held(Files(sources), fixable | texts.keys())
    return _Seen(report, texts, held, Masker(held, facts))


def _fixable(report: Report, refused: Collection[Fix], *, unsafe: bool) -> list[Finding]:
    """The findings with a fix that may be made now: none touches another, and none has been refused."""
    wanted = _wanted(report, unsafe=unsafe)
    fixes = chosen(fix for fix in _fixes(wanted) if fix not in refused)
    return [item for item in wanted if item.automatic in fixes]


def _wanted(report: Report, *, unsafe: bool) -> list[Finding]:
    return [item for item in report.open_findings if item.automatic and (item.automatic.is_safe or unsafe)]


def _of_several_rules(findings: Sequence[Finding]) -> set[str]:
    """The files that the fixes of more than one rule change."""
    rules: dict[str, set[str]] = {}
    for item in findings:
        for path in _paths(item.automatic) if item.automatic is not None else ():
            rules.setdefault(path, set()).add(item.rule_id)
    return {path for path, found in rules.items() if len(found) > 1}


def _one_rule_each(findings: Iterable[Finding], careful: Collection[str]) -> list[Finding]:
    """The findings without those that share a file that needs care with an earlier one of another rule."""
    rules: dict[str, str] = {}
    chosen_ones: list[Finding] = []
    for item in findings:
        paths = _paths(item.automatic) & set(careful) if item.automatic is not None else set()
        if all(rules.get(path, item.rule_id) == item.rule_id for path in paths):
            rules |= dict.fromkeys(paths, item.rule_id)
            chosen_ones.append(item)
    return chosen_ones


def _fixes(findings: Iterable[Finding]) -> list[Fix]:
    return [item.automatic for item in findings if item.automatic is not None]


def _paths(fix: Fix) -> set[str]:
    return {edit.place.path for edit in fix.edits}


def _edited(seen: _Seen, findings: Iterable[Finding]) -> dict[str, Source]:
    """The files that the fixes of some findings change, as they are then."""
    by_path = edits_by_path(_fixes(findings))
    return {path: Source(path, edited(seen.sources[path].data, edits)) for path, edits in by_path.items()}


def _spoiled(before: _Seen, after: _Seen, made: Sequence[Finding]) -> set[str]:
    """The files in which a fix did not do what it was made for: a finding stayed or came, or the syntax broke."""
    gone = Counter((item.place.path, item.rule_id) for item in made)
    old, new = _counts(before.report), _counts(after.report)
    stayed = {item.fingerprint for item in made} & {item.fingerprint for item in after.report.open_findings}
    spoiled = {path for (path, rule), count in new.items() if count > old[path, rule]}
    for item in made:
        key = (item.place.path, item.rule_id)
        if item.fingerprint in stayed and new[key] > old[key] - gone[key]:
            spoiled |= _paths(item.automatic) if item.automatic else set()
    touched = {path for fix in _fixes(made) for path in _paths(fix)}
    spoiled |= {path for path in touched if breaks(before.sources[path], after.sources[path])}
    errors, known = _syntax_errors(after.report), _syntax_errors(before.report)
    return spoiled | {path for path, count in errors.items() if count != known.get(path)}


def _counts(report: Report) -> Counter[tuple[str, str]]:
    return Counter((item.place.path, item.rule_id) for item in report.open_findings)


def _syntax_errors(report: Report) -> dict[str, str]:
    return {note.path: note.message for note in report.notes if note.kind == SYNTAX}


# --- showing ----------------------------------------------------------------------------------------------------------


def _diff(before: _Seen, after: _Seen, path: str) -> str:
    """A unified diff of one file. Lines are compared as they are and shown with their secrets masked."""
    return "".join(_hunks(path, _numbered(before, path), _numbered(after, path)))


def _numbered(seen: _Seen, path: str) -> list[tuple[str, str]]:
    """The lines of a file, each as it is and as it is shown."""
    source = seen.sources[path]
    actual = [source.line_text(number) for number in range(1, len(source.line_starts) + 1)]
    pairs = list(zip(actual, seen.lines(path), strict=True))
    return pairs[:-1] if pairs and not pairs[-1][0] else pairs


def _hunks(path: str, old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[str]:
    """The lines of a diff. Each line is compared under a number, the same for equal lines, and shown by its place."""
    numbers: dict[str, int] = {}
    coded_old = [str(numbers.setdefault(actual, len(numbers))) for actual, _ in old]
    coded_new = [str(numbers.setdefault(actual, len(numbers))) for actual, _ in new]
    at_old, at_new = 0, 0
    for line in unified_diff(coded_old, coded_new, f"a/{path}", f"b/{path}", lineterm=""):
        if line.startswith(("---", "+++")):
            yield f"{line}\n"
        elif line.startswith("@@"):
            at_old, at_new = _starts_of_hunk(line)
            yield f"{line}\n"
        else:
            text = new[at_new][1] if line[0] == "+" else old[at_old][1]
            at_old += line[0] != "+"
            at_new += line[0] != "-"
            yield f"{line[0]}{text}\n"


def _starts_of_hunk(header: str) -> tuple[int, int]:
    """The line numbers, from 0, at which a hunk begins in the old and the new file."""
    _, old, new, _ = header.split(" ", 3)
    return _start_of_span(old), _start_of_span(new)


def _start_of_span(span: str) -> int:
    start, _, count = span[1:].partition(",")
    return int(start) - (count != "0")
