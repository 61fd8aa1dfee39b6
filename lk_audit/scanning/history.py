"""The scan of the history: secrets and tokens in every content that a file ever had.

Two passes. The first streams all blobs and keeps, of those that hold something, which secret it is and in which blobs.
The second asks git which commit brought each secret in, reads that one blob again, and writes the finding.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from functools import cached_property, lru_cache, partial
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from lk_audit import __version__, frontends
from lk_audit.config import Config
from lk_audit.errors import UsageError
from lk_audit.extractors.signers import Signers
from lk_audit.facts import CredentialLiteral, EnvExposure, Fact, JwtLiteral, Strength
from lk_audit.files.discovery import too_large
from lk_audit.files.prefilter import gates
from lk_audit.findings import (
    HISTORY,
    AnyRule,
    CommitOrigin,
    Crash,
    Finding,
    Fingerprints,
    Note,
    Report,
    Skipped,
    sort_key,
)
from lk_audit.git.head import Head
from lk_audit.git.history import (
    Arrival,
    Blobs,
    Revisions,
    arrivals,
    author_date,
    count_commits,
    must_have_existed,
    revisions,
)
from lk_audit.git.objects import Content, Entry, Objects, Stream
from lk_audit.git.repository import Repository, open_repository
from lk_audit.machine.budget import MOST_FINDINGS_OF_A_SCAN
from lk_audit.scanning.candidates import holds_token, may_hold_secret, may_publish, surroundings
from lk_audit.scanning.extracted import Extracted
from lk_audit.scanning.extraction import extract_credentials
from lk_audit.scanning.pipeline import extract_all, run_rules, scan_sources
from lk_audit.scanning.reading import A_REPORT, is_report
from lk_audit.scanning.selection import Selection
from lk_audit.secret import Secret
from lk_audit.source import NotText, Place, Source
from lk_audit.suppression.overrides import apply_overrides

_FACTS = (CredentialLiteral, EnvExposure, JwtLiteral)
_GUESSABLE = frozenset({"LK102"})
"""Rules on secrets that are guessed: deleting them is no leak that the history could keep."""


def history_rules(rules: Sequence[AnyRule]) -> tuple[AnyRule, ...]:
    """The rules on what stays dangerous after it was deleted: secrets and tokens that somebody may have read.

    Raises:
        UsageError: none of `rules` is of that kind.
    """
    kept = tuple(rule for rule in rules if issubclass(rule.fact, _FACTS) and rule.id not in _GUESSABLE)
    if not kept:
        raise UsageError("none of the selected rules looks at the history; LK101, LK202, LK501 and LK502 do")
    return kept


def scan_history(  # noqa: PLR0913 - keywords, all but two optional
    paths: Sequence[str | Path],
    revision_range: str = "",
    *,
    rules: Sequence[AnyRule],
    config: Config | None = None,
    known_rules: Sequence[AnyRule] = (),
    folder: Path | None = None,
) -> Report:
    """The report on the secrets and tokens of a history; paths are relative to the repository's root.

    Args:
        paths: files and folders to limit the report to, relative to `folder`; none for everything.
        revision_range: such as `v1..main`; empty for all that a reference or HEAD reaches.
        rules: the rules to run; those on other facts are left out.
        config: limits and options.
        known_rules: rules that exist without being run.
        folder: the working folder; the process's own by default.

    Raises:
        UsageError: git is missing, this is no repository, it does not know the range, or a path never existed.
    """
    started = time.perf_counter()
    config = config or Config()
    repository = open_repository(paths, folder)
    which = revisions(repository.git, revision_range)
    must_have_existed(repository, which)
    scan = _Scan(repository, which, history_rules(rules), config, known_rules)
    scan.look_through()
    findings = scan.findings()
    seen = scan.seen
    report = Report(
        findings=tuple(sorted(findings, key=_order)),
        rules=tuple(sorted(scan.rules, key=lambda rule: rule.id)),
        scanned=seen.texts,
        analysed=seen.analysed,
        binary=seen.binary,
        skipped=tuple(item for _, item in sorted({**seen.skipped, **scan.selection.left_out}.items())),
        excluded=tuple(sorted(scan.selection.excluded)),
        notes=tuple(scan.notes()),
        crashes=tuple(sorted(seen.crashes.values(), key=repr)),
        version=__version__,
        elapsed=time.perf_counter() - started,
        commits=count_commits(repository.git, scan.which),
    )
    return apply_overrides(report, config.overrides)


class _Seen(Struct):
    """What became of the blobs."""

    texts: int = 0
    binary: int = 0
    analysed: int = 0
    unreadable: int = 0
    is_cut: bool = False
    skipped: dict[str, Skipped] = field(default_factory=dict)
    crashes: dict[str, Crash] = field(default_factory=dict)


class _Sighting(Struct):
    """One secret, and the blobs that it is in, each with one of its names. `text` is what to look for in HEAD."""

    text: Secret
    paths: dict[bytes, str] = field(default_factory=dict)


class _Scan:
    def __init__(
        self,
        repository: Repository,
        which: Revisions,
        rules: Sequence[AnyRule],
        config: Config,
        known_rules: Sequence[AnyRule],
    ) -> None:
        self.which = which
        self.rules = rules
        self.seen = _Seen()
        self.selection = Selection(repository, config.exclusion)
        self._repository = repository
        self._config = config
        self._known_rules = known_rules
        self._blobs = Blobs(repository.git, which)
        self._sightings: dict[str, _Sighting] = {}
        self._credentials: dict[str, CredentialLiteral] = {}
        self._hashes = Fingerprints({})
        self._known: dict[tuple[str, bytes], tuple[str, ...]] = {}

    # --- the first pass -----------------------------------------------------------------------------------------------

    def look_through(self) -> None:
        """Find the secrets of all blobs, and in which blobs each is."""
        for entry, content in Stream(self._repository.git, self._readable(), self._config.size_limit):
            path = _name(entry)
            data = self._text(path, content)
            if data is not None:
                self._look_at(entry, path, data)

    def _readable(self) -> Generator[Entry, None, None]:
        """The blobs but for lock files, which nobody writes, and reports of scanners, which quote what they found."""
        for entry in self._blobs.entries():
            path = _name(entry)
            if is_report(path):
                self.seen.skipped[path] = Skipped(path, A_REPORT, expected=True)
            elif frontends.frontend_for(path) is not None:
                yield entry

    def _text(self, path: str, content: Content) -> bytes | None:
        """The text of a blob as UTF-8; None, counted or listed, for anything else."""
        if content.is_missing:
            self.seen.unreadable += 1
        elif content.data is None:
            self.seen.skipped[path] = too_large(path, content.size, self._config.size_limit)
        elif b"\0" not in content.data:
            self.seen.texts += 1
            return content.data
        else:
            return self._wide_text(path, content.data)
        return None

    def _wide_text(self, path: str, data: bytes) -> bytes | None:
        try:
            text = Source.from_bytes(path, data).data
        except NotText:
            self.seen.binary += 1
            return None
        self.seen.texts += 1
        return text

    def _look_at(self, entry: Entry, path: str, data: bytes) -> None:
        opened = gates(path, data)
        stated = self._config.hints.secret_words
        may_matter = "livekit" in opened or any(word in data for word in stated)
        words = may_hold_secret(path, data, stated) if may_matter else frozenset()
        has_more = ("jwt" in opened and holds_token(data)) or (may_matter and may_publish(path, data, stated))
        if not words and not has_more:
            return
        self.seen.analysed += 1
        known = (path, surroundings(path, data, words, stated)) if words and not has_more else None
        keys = self._known.get(known) if known else None
        if keys is None:
            keys = self._judged(path, data)
        if known:
            self._known[known] = keys
        for key in keys:
            self._sightings[key].paths.setdefault(entry.id, path)

    def _judged(self, path: str, data: bytes) -> tuple[str, ...]:
        """What a content holds; every new secret and token is noted."""
        extracted = extract_all([frontends.view(Source.from_bytes(path, data))], self._extract)
        facts = extracted.facts
        self._note_crashes(extracted.crashes)
        for fact in facts:
            if isinstance(fact, CredentialLiteral) and len(self._credentials) < MOST_FINDINGS_OF_A_SCAN:
                self._credentials.setdefault(fact.secret.digest, fact)
        keys: dict[str, None] = {}
        for fact in facts:
            problems, crashes = run_rules([fact] if _lasts(fact) else [], self.rules, self._config.options)
            self._note_crashes(crashes)
            for rule, problem in problems:
                key = self._hashes.of_problem(rule.id, problem) or _nameless(rule.id, problem.place)
                if key in self._sightings or self._has_room():
                    self._sightings.setdefault(key, _Sighting(_text_of(fact)))
                    keys[key] = None
        return tuple(keys)

    def _has_room(self) -> bool:
        """Whether one more secret can be reported."""
        self.seen.is_cut = self.seen.is_cut or len(self._sightings) >= MOST_FINDINGS_OF_A_SCAN
        return not self.seen.is_cut

    def _extract(self, sources: Sequence[Source], signers: Signers | None = None) -> Extracted:
        """The facts of single files that the history is searched for; what else is wrong in old contents is no news."""
        hints = self._config.hints
        facts = [fact for source in sources for fact in extract_credentials(source, signers, hints)]
        return Extracted([fact for fact in facts if not isinstance(fact, EnvExposure) or _is_definition(fact)])

    def _note_crashes(self, crashes: Sequence[Crash]) -> None:
        self.seen.crashes.update((repr(crash), crash) for crash in crashes)

    # --- the second pass ----------------------------------------------------------------------------------------------

    def findings(self) -> list[Finding]:
        """One finding for each secret, at the commit that brought it in."""
        if not self._sightings:
            return []
        head = Head(self._repository, self._config.size_limit)
        still_there = head.holding(
            {key: item.paths.keys() for key, item in self._sightings.items()},
            {key: item.text.reveal().encode("utf-8", "surrogatepass") for key, item in self._sightings.items()},
        )
        with Objects(self._repository.git, self._config.size_limit) as objects:
            judge = _Judge(self, objects)
            firsts = self._firsts(judge)
            found = []
            for key, first in firsts.items():
                finding = self._accepted_in_head(key, first.finding, head, judge)
                origin = CommitOrigin(
                    commit=first.commit.decode("ascii") if first.commit else None,
                    date=author_date(objects, first.commit) if first.commit else None,
                    is_in_head=key in still_there,
                    further_versions=len(self._sightings[key].paths) - 1,
                    further_paths=len(first.paths) - 1,
                )
                # What a commit holds cannot be edited.
                found.append(replace(finding, origin=origin, automatic=None))
        return found

    def _firsts(self, judge: _Judge) -> dict[str, _First]:
        """Where each secret came in: by a commit, or by a blob that no commit brings in (a tag may name one)."""
        keys_of: dict[bytes, list[str]] = {}
        for key, sighting in self._sightings.items():
            for blob in sighting.paths:
                keys_of.setdefault(blob, []).append(key)
        firsts: dict[str, _First] = {}
        for arrival in arrivals(self._repository.git, self.which, keys_of):
            for key in keys_of[arrival.blob]:
                self._arrived(key, arrival, firsts, judge)
        for key, sighting in self._sightings.items():
            for blob, path in sighting.paths.items() if key not in firsts else ():
                self._arrived(key, Arrival(b"", blob, path), firsts, judge)
        return firsts

    def _arrived(self, key: str, arrival: Arrival, firsts: dict[str, _First], judge: _Judge) -> None:
        if key in firsts:
            firsts[key].paths.add(arrival.path)
            return
        if not self._repository.is_wanted(arrival.path):
            return
        if not self.selection.takes(arrival.path):
            return
        finding = judge.finding(key, arrival.blob, arrival.path)
        if finding is not None:
            firsts[key] = _First(finding, arrival.commit, {arrival.path})

    def _accepted_in_head(self, key: str, finding: Finding, head: Head, judge: _Judge) -> Finding:
        """The finding, suppressed when every place where HEAD holds it is: a comment can only be added there."""
        if finding.suppressed:
            return finding
        places = [(blob, path) for blob in self._sightings[key].paths for path in head.paths.get(blob, ())]
        now = [found for blob, path in places if (found := judge.finding(key, blob, path)) is not None]
        accepted = now and all(item.suppressed for item in now)
        return replace(finding, suppressed=now[0].suppressed) if accepted else finding

    # --- the rest -----------------------------------------------------------------------------------------------------

    @cached_property
    def _signers(self) -> Signers:
        """All secrets of the history, once they are known."""
        return Signers(self._credentials.values())

    def judged(self, source: Source) -> dict[str, Finding]:
        """The findings of one content by their keys."""
        report = scan_sources(
            [source],
            self.rules,
            self._config.options,
            known_rules=self._known_rules,
            suppressions=self._config.suppressions,
            extract=partial(self._extract, signers=self._signers),
        )
        found: dict[str, Finding] = {}
        for finding in report.findings:
            found.setdefault(finding.problem or _nameless(finding.rule_id, finding.place), finding)
        return found

    def notes(self) -> Iterator[Note]:
        """What of the history went unseen."""
        gone = self._blobs.missing + self.seen.unreadable
        if gone:
            what = "1 object of the history is" if gone == 1 else f"{gone} objects of the history are"
            yield Note(HISTORY, "", 0, f"{what} missing or damaged here and went unseen; a complete clone has them")
        if self.seen.is_cut:
            what = f"only the first {MOST_FINDINGS_OF_A_SCAN:,} secrets and tokens of the history are listed"
            yield Note(HISTORY, "", 0, f"{what}; name a range of commits, or folders, to see others")
        if self._repository.is_shallow:
            advice = "`git fetch --unshallow` brings it"
            yield Note(HISTORY, "", 0, f"a shallow clone: the history before its oldest commits went unseen; {advice}")


class _First(Struct):
    """The first place of a secret, and all paths that ever held it."""

    finding: Finding
    commit: bytes
    paths: set[str]


class _Judge:
    """The findings of single contents, which lie in memory for a while: questions about one follow each other."""

    def __init__(self, scan: _Scan, objects: Objects) -> None:
        self._scan = scan
        self._objects = objects
        self._judged = lru_cache(maxsize=_MOST_JUDGED)(self._judge)

    def finding(self, key: str, blob: bytes, path: str) -> Finding | None:
        """The finding of one secret in a blob under a name; the name decides how it is read."""
        return self._judged(blob, path).get(key)

    def _judge(self, blob: bytes, path: str) -> dict[str, Finding]:
        data = self._objects.read(blob).data
        if data is None or frontends.frontend_for(path) is None:
            return {}
        return self._scan.judged(Source.from_bytes(path, data))


_MOST_JUDGED = 16
"""Contents, of up to 1,000 findings each."""


def _is_definition(exposure: EnvExposure) -> bool:
    return not exposure.is_read and exposure.effect is None


def _lasts(fact: Fact) -> bool:
    return not isinstance(fact, CredentialLiteral) or fact.strength is Strength.STRONG


def _text_of(fact: Fact) -> Secret:
    match fact:
        case CredentialLiteral(secret=secret):
            return secret
        case JwtLiteral(token=token):
            return token.secret
        case EnvExposure(name=name):
            return Secret(name)
        case _:
            raise TypeError(type(fact).__name__)


def _order(finding: Finding) -> tuple[object, ...]:
    return (*sort_key(finding), (finding.origin.commit if finding.origin else None) or "")


def _name(entry: Entry) -> str:
    return entry.path.decode("utf-8", "surrogateescape")


def _nameless(rule_id: str, place: Place) -> str:
    """The key of what a rule does not name: its place."""
    return f"{rule_id}\0{place.path}\0{place.start}"
