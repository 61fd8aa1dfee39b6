"""The first pass over a history: which secrets and tokens its contents hold, and which contents hold each."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from msgspec import Struct, field

from lk_audit import frontends
from lk_audit.config import Config
from lk_audit.extractors.tokens.signers import Signers
from lk_audit.facts import CredentialLiteral, EnvExposure, Fact, JwtLiteral, Strength
from lk_audit.files.discovery import too_large
from lk_audit.files.prefilter import gates
from lk_audit.findings import HISTORY, AnyRule, Crash, Fingerprints, Note, Skipped
from lk_audit.git.history import Blobs, Revisions
from lk_audit.git.objects import Content, Entry, Stream
from lk_audit.git.repository import Repository
from lk_audit.machine.budget import MOST_FACTS, MOST_FINDINGS_OF_A_SCAN, OutOfTime, seconds_of, time_limit
from lk_audit.scanning.candidates import holds_token, may_hold_secret, may_publish, surroundings
from lk_audit.scanning.extracted import Extracted
from lk_audit.scanning.extraction import extract_credentials
from lk_audit.scanning.pipeline import extract_all
from lk_audit.scanning.reading import A_REPORT, is_report
from lk_audit.scanning.rule_runs import run_rules
from lk_audit.secret import Secret
from lk_audit.source import NotText, Place, Source


class Seen(Struct):
    """What became of the blobs."""

    texts: int = 0
    binary: int = 0
    analysed: int = 0
    unreadable: int = 0
    is_cut: bool = False
    skipped: dict[str, Skipped] = field(default_factory=dict)
    crashes: dict[str, Crash] = field(default_factory=dict)


class Sighting(Struct):
    """One secret, and the blobs that it is in, each with one of its names. `text` is what to look for in HEAD."""

    text: Secret
    paths: dict[bytes, str] = field(default_factory=dict)


class Sightings:
    """The secrets and tokens of a history.

    `by_secret` has them by what fingerprints of their problem go by, in whichever content they are; `credentials` are
    those that may have signed the tokens.
    """

    def __init__(self, repository: Repository, which: Revisions, rules: Sequence[AnyRule], config: Config) -> None:
        self.seen = Seen()
        self.by_secret: dict[str, Sighting] = {}
        self.credentials: dict[str, CredentialLiteral] = {}
        self._repository = repository
        self.rules = rules
        self.config = config
        self._blobs = Blobs(repository.git, which)
        self._hashes = Fingerprints({})
        self._known: dict[tuple[str, bytes], tuple[str, ...]] = {}

    def look_through(self) -> None:
        """Find the secrets of all blobs, and in which blobs each is."""
        for entry, content in Stream(self._repository.git, self._readable(), self.config.size_limit):
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
            self.seen.skipped[path] = too_large(path, content.size, self.config.size_limit)
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
        stated = self.config.hints.secret_words
        may_matter = "livekit" in opened or any(word in data for word in stated)
        words = may_hold_secret(path, data, stated) if may_matter else frozenset()
        has_more = ("jwt" in opened and holds_token(data)) or (may_matter and may_publish(path, data, stated))
        if not words and not has_more:
            return
        self.seen.analysed += 1
        known = (path, surroundings(path, data, words, stated)) if words and not has_more else None
        keys = self._known.get(known) if known else None
        if keys is None:
            keys = self._held(path, data)
        if known:
            self._known[known] = keys
        for key in keys:
            self.by_secret[key].paths.setdefault(entry.id, path)

    def _held(self, path: str, data: bytes) -> tuple[str, ...]:
        """What a content holds; every new secret and token is noted."""
        sources = [frontends.view(Source.from_bytes(path, data))]
        extracted = extract_all(sources, self.extract)
        facts = extracted.facts
        self._note_crashes(extracted.crashes)
        for fact in facts:
            if isinstance(fact, CredentialLiteral) and len(self.credentials) < MOST_FINDINGS_OF_A_SCAN:
                self.credentials.setdefault(fact.secret.digest, fact)
        keys: dict[str, None] = {}
        for fact in facts:
            problems, crashes = run_rules([fact] if _lasts(fact) else [], self.rules, self.config.options)
            self._note_crashes(crashes)
            for rule, problem in problems:
                key = self._hashes.of_problem(rule.id, problem) or nameless(rule.id, problem.place)
                if key in self.by_secret or self._has_room():
                    self.by_secret.setdefault(key, Sighting(_text_of(fact)))
                    keys[key] = None
        return tuple(keys)

    def _has_room(self) -> bool:
        """Whether one more secret can be reported."""
        self.seen.is_cut = self.seen.is_cut or len(self.by_secret) >= MOST_FINDINGS_OF_A_SCAN
        return not self.seen.is_cut

    def extract(self, sources: Sequence[Source], signers: Signers | None = None) -> Extracted:
        """The facts of single files that the history is searched for; what else is wrong in old contents is no news."""
        found = Extracted()
        for source in sources:
            found.add(self._within_bounds(source, signers))
        found.facts = [fact for fact in found.facts if not isinstance(fact, EnvExposure) or _is_definition(fact)]
        return found

    def _within_bounds(self, source: Source, signers: Signers | None) -> Extracted:
        """What one content holds; a file is named where that is too much for its analysis."""
        seconds = seconds_of(len(source.data))
        try:
            with time_limit(seconds):
                found = extract_credentials(source, signers, self.config.hints)
        except OutOfTime:
            found = Extracted()
            self.note_gap(source.path, f"a version takes longer than {seconds:.0f} s to analyse")
        for path in found.crowded:
            self.note_gap(path, f"of a version only the first {MOST_FACTS:,} things worth a look were analysed")
        return found

    def note_gap(self, path: str, reason: str) -> None:
        """Name a file of which not everything was looked at."""
        self.seen.skipped[path] = Skipped(path, reason)

    def _note_crashes(self, crashes: Sequence[Crash]) -> None:
        self.seen.crashes.update((repr(crash), crash) for crash in crashes)

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


def _name(entry: Entry) -> str:
    return entry.path.decode("utf-8", "surrogateescape")


def nameless(rule_id: str, place: Place) -> str:
    """The key of what a rule does not name: its place."""
    return f"{rule_id}\0{place.path}\0{place.start}"
