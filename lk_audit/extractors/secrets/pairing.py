"""API secrets and their key ids, brought together across lines and files, and where the keys are kept."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.facts import CredentialLiteral, Fact, FileRole, Hosting, JwtLiteral, Lead
from lk_audit.files.sources import holding
from lk_audit.livekit.credentials import KEY_LOOSE, is_generated_key_id
from lk_audit.patterns import regex
from lk_audit.roles import file_role

if TYPE_CHECKING:
    from lk_audit.source import Place, Source

_KEY = regex(KEY_LOOSE.pattern.encode())
_KEYS_SETTING = regex(r"(?:--|.*_)?keys", re.IGNORECASE)
_MAX_SIGHTINGS = 10_000


def paired(facts: Sequence[Fact], sources: Sequence[Source]) -> list[Fact]:
    """The facts, with credentials and tokens knowing their key id, where it stands, and who hosts the server."""
    credentials = [fact for fact in facts if isinstance(fact, CredentialLiteral)]
    tokens = [fact for fact in facts if isinstance(fact, JwtLiteral)]
    if not credentials and not tokens:
        return list(facts)
    hosting = _hosting(credentials, sources)
    key_ids = _key_ids(credentials, tokens)
    sightings = _Sightings(sources) if credentials else None
    return [_completed(fact, hosting, key_ids, sightings) for fact in facts]


def _completed(fact: Fact, hosting: Hosting, key_ids: dict[str, str], sightings: _Sightings | None) -> Fact:
    if isinstance(fact, JwtLiteral):
        return replace(fact, hosting=hosting)
    if not isinstance(fact, CredentialLiteral) or sightings is None:
        return fact
    key_id = fact.key_id or key_ids.get(fact.secret.digest)
    return replace(fact, key_id=key_id, key_at=sightings.beside(fact.place, key_id), hosting=hosting)


def _key_ids(credentials: Iterable[CredentialLiteral], tokens: Iterable[JwtLiteral]) -> dict[str, str]:
    """The key id of each secret, by its digest: as written beside one of its copies, or proved by a token it signed."""
    known = {fact.secret.digest: fact.key_id for fact in credentials if fact.key_id}
    places = {fact.place: fact.secret.digest for fact in credentials}
    for token in tokens:
        digest = places.get(token.signed_by.place) if token.signed_by else None
        if digest is not None and token.token.key_id:
            known.setdefault(digest, token.token.key_id)
    return known


def _hosting(credentials: Iterable[CredentialLiteral], sources: Sequence[Source]) -> Hosting:
    """Where the keys are kept, as far as the files agree: documents name addresses of all kinds and do not count."""
    own = any(_KEYS_SETTING.fullmatch(fact.name or "") for fact in credentials)
    cloud = any(file_role(source.path) is not FileRole.DOCUMENTATION for source in holding(sources, b".livekit.cloud"))
    if own == cloud:
        return Hosting.UNKNOWN
    return Hosting.OWN if own else Hosting.CLOUD


class _Sightings:
    """The places where key ids are written."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._by_id: dict[str, _Occurrences] = {}
        for key_id, place in _sightings(sources):
            self._by_id.setdefault(key_id, _Occurrences()).add(place)

    def beside(self, place: Place, key_id: str | None) -> Lead | None:
        """Where the key id of the secret at `place` stands: in its file if it does there, else anywhere.

        Of a secret whose key id nothing tells, it is the only one that the files hold, if there is just one.
        """
        if key_id is not None:
            return self._nearest(place, key_id, f"its key id, {key_id}")
        if self._only is None:
            return None
        return self._nearest(place, self._only, f"{self._only}, the only API key id in these files")

    @cached_property
    def _only(self) -> str | None:
        generated = [key_id for key_id in self._by_id if is_generated_key_id(key_id)]
        return generated[0] if len(generated) == 1 else None

    def _nearest(self, place: Place, key_id: str, note: str) -> Lead | None:
        occurrences = self._by_id.get(key_id)
        return Lead(occurrences.nearest(place), note) if occurrences is not None else None


class _Occurrences:
    """Where one key id is written; there is at least one place."""

    def __init__(self) -> None:
        self._by_path: dict[str, list[Place]] = {}

    def add(self, place: Place) -> None:
        """Take a place up; those of a file are given in its order."""
        self._by_path.setdefault(place.path, []).append(place)

    def nearest(self, place: Place) -> Place:
        """The place in the same file that is nearest; of other files the one nearest to a beginning."""
        near = self._by_path.get(place.path)
        if near is None:
            return self._first
        at = bisect_left(near, place.start, key=_start)
        return min(near[max(0, at - 1) : at + 1], key=lambda other: abs(other.start - place.start))

    @cached_property
    def _first(self) -> Place:
        return min((places[0] for places in self._by_path.values()), key=lambda other: (other.start, other.path))


def _start(place: Place) -> int:
    return place.start


def _sightings(sources: Sequence[Source]) -> Iterator[tuple[str, Place]]:
    count = 0
    for source in holding(sources, b"API"):
        for found in _KEY.finditer(source.data):
            if count < _MAX_SIGHTINGS:
                count += 1
                yield found[0].decode("ascii"), source.place(*found.span())
