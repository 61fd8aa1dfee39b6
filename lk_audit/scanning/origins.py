"""The second pass over a history: the commit that brought each secret in, and the finding there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial

from msgspec import Struct
from msgspec.structs import replace

from lk_audit import frontends
from lk_audit.extractors.tokens.signers import Signers
from lk_audit.findings import SYNTAX, AnyRule, CommitOrigin, Finding
from lk_audit.git.head import Head
from lk_audit.git.history import Arrival, Revisions, arrivals, author_date
from lk_audit.git.objects import Objects
from lk_audit.git.repository import Repository
from lk_audit.scanning.pipeline import scan_sources
from lk_audit.scanning.selection import Selection
from lk_audit.scanning.sightings import Sightings, nameless
from lk_audit.source import Source


class _First(Struct):
    """The first place of a secret, and all paths that ever held it."""

    finding: Finding
    commit: bytes
    paths: set[str]


class Origins:
    """Finds where each of the secrets that were sighted comes from."""

    def __init__(
        self,
        repository: Repository,
        which: Revisions,
        sightings: Sightings,
        selection: Selection,
        known_rules: Sequence[AnyRule],
    ) -> None:
        self._repository = repository
        self._which = which
        self._sightings = sightings
        self._selection = selection
        self._known_rules = known_rules

    def findings(self) -> list[Finding]:
        """One finding for each secret, at the commit that brought it in."""
        sighted = self._sightings.by_secret
        if not sighted:
            return []
        limit = self._sightings.config.size_limit
        head = Head(self._repository, limit)
        still_there = head.holding(
            {key: item.paths.keys() for key, item in sighted.items()},
            {key: item.text.reveal().encode("utf-8", "surrogatepass") for key, item in sighted.items()},
        )
        with Objects(self._repository.git, limit) as objects:
            judge = _Judge(self._sightings, objects, self._known_rules)
            firsts = self._firsts(judge)
            found = []
            for key, first in firsts.items():
                finding = self._accepted_in_head(key, first.finding, head, judge)
                origin = CommitOrigin(
                    commit=first.commit.decode("ascii") if first.commit else None,
                    date=author_date(objects, first.commit) if first.commit else None,
                    is_in_head=key in still_there,
                    further_versions=len(sighted[key].paths) - 1,
                    further_paths=len(first.paths) - 1,
                )
                # What a commit holds cannot be edited.
                found.append(replace(finding, origin=origin, automatic=None))
        return found

    def _firsts(self, judge: _Judge) -> dict[str, _First]:
        """Where each secret came in: by a commit, or by a blob that no commit brings in (a tag may name one)."""
        keys_of: dict[bytes, list[str]] = {}
        for key, sighting in self._sightings.by_secret.items():
            for blob in sighting.paths:
                keys_of.setdefault(blob, []).append(key)
        firsts: dict[str, _First] = {}
        for arrival in arrivals(self._repository.git, self._which, keys_of):
            for key in keys_of[arrival.blob]:
                self._arrived(key, arrival, firsts, judge)
        for key, sighting in self._sightings.by_secret.items():
            for blob, path in sighting.paths.items() if key not in firsts else ():
                self._arrived(key, Arrival(b"", blob, path), firsts, judge)
        return firsts

    def _arrived(self, key: str, arrival: Arrival, firsts: dict[str, _First], judge: _Judge) -> None:
        if key in firsts:
            firsts[key].paths.add(arrival.path)
            return
        if not self._repository.is_wanted(arrival.path) or not self._selection.takes(arrival.path):
            return
        finding = judge.finding(key, arrival.blob, arrival.path)
        if finding is not None:
            firsts[key] = _First(finding, arrival.commit, {arrival.path})

    def _accepted_in_head(self, key: str, finding: Finding, head: Head, judge: _Judge) -> Finding:
        """The finding, suppressed when every place where HEAD holds it is: a comment can only be added there."""
        if finding.suppressed:
            return finding
        places = [(blob, path) for blob in self._sightings.by_secret[key].paths for path in head.paths.get(blob, ())]
        now = [found for blob, path in places if (found := judge.finding(key, blob, path)) is not None]
        accepted = now and all(item.suppressed for item in now)
        return replace(finding, suppressed=now[0].suppressed) if accepted else finding


class _Judge:
    """The findings of single contents, which lie in memory for a while: questions about one follow each other."""

    def __init__(self, sightings: Sightings, objects: Objects, known_rules: Sequence[AnyRule]) -> None:
        self._sightings = sightings
        self._rules = sightings.rules
        self._config = sightings.config
        self._known_rules = known_rules
        self._objects = objects
        self._signers = Signers(sightings.credentials.values())
        self._findings = lru_cache(maxsize=_MOST_JUDGED)(self._judge)

    def finding(self, key: str, blob: bytes, path: str) -> Finding | None:
        """The finding of one secret in a blob under a name; the name decides how it is read."""
        return self._findings(blob, path).get(key)

    def _judge(self, blob: bytes, path: str) -> dict[str, Finding]:
        """The findings of one content by their keys."""
        data = self._objects.read(blob).data
        if data is None or frontends.frontend_for(path) is None:
            return {}
        report = scan_sources(
            [Source.from_bytes(path, data)],
            self._rules,
            self._config.options,
            known_rules=self._known_rules,
            suppressions=self._config.suppressions,
            extract=partial(self._sightings.extract, signers=self._signers),
        )
        for note in report.notes:
            if note.kind == SYNTAX:
                self._sightings.note_gap(note.path, note.message)
        found: dict[str, Finding] = {}
        for finding in report.findings:
            found.setdefault(finding.problem or nameless(finding.rule_id, finding.place), finding)
        return found


_MOST_JUDGED = 16
"""Contents, of up to 1,000 findings each."""
