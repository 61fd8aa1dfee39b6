"""Which secret of a tree signed a token.

Every secret could be tried on every token; a tree that holds thousands of both would take hours of that. So a token is
tried with the secrets that are likeliest, whatever else there is.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from lk_audit.facts import CredentialLiteral, Fact, Lead
from lk_audit.livekit.tokens import DecodedToken, signing_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_MOST_TRIED = 200
"""Secrets of its key id, and as many others, that are tried on a token: half a millisecond."""


class Signers:
    """The secrets of some files, each where it stands first."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        credentials = (fact for fact in facts if isinstance(fact, CredentialLiteral))
        distinct: dict[str, CredentialLiteral] = {}
        for credential in credentials:
            distinct.setdefault(credential.secret.digest, credential)
        self._by_path = sorted(distinct.values(), key=_path)
        self._by_key_id: dict[str, list[CredentialLiteral]] = {}
        for credential in distinct.values():
            if credential.key_id is not None:
                self._by_key_id.setdefault(credential.key_id, []).append(credential)

    def lead(self, token: DecodedToken, path: str) -> Lead | None:
        """The secret that signed a token of the file at `path`, if it is one of these."""
        likeliest = tuple(self._likeliest(token, path))
        signed_by = signing_secret(token, (credential.secret for credential in likeliest))
        place = next((credential.place for credential in likeliest if credential.secret is signed_by), None)
        return Lead(place, f"this secret, {signed_by.masked}, signed the token") if signed_by and place else None

    def _likeliest(self, token: DecodedToken, path: str) -> Iterator[CredentialLiteral]:
        """Those of the token's key id, then those that stand nearest to it in the order of paths."""
        if token.key_id is not None:
            yield from self._by_key_id.get(token.key_id, ())[:_MOST_TRIED]
        yield from _around(self._by_path, bisect_left(self._by_path, path, key=_path))


def _path(credential: CredentialLiteral) -> str:
    return credential.place.path


def _around(items: Sequence[CredentialLiteral], at: int) -> Sequence[CredentialLiteral]:
    first = max(0, min(at - _MOST_TRIED // 2, len(items) - _MOST_TRIED))
    return items[first : first + _MOST_TRIED]
