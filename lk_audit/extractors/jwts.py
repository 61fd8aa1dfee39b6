"""LiveKit access tokens written down, in any file, and which secret of the tree signed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.facts import FileRole, JwtLiteral, Lead
from lk_audit.livekit.tokens import DecodedToken, decode_token, find_tokens, is_signed_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lk_audit.secret import Secret
    from lk_audit.source import Place, Source

_MOST_TOKENS = 5_000
"""Different ones that are looked at in a file; one with more is a log or a fixture."""


class Tokens(Struct, frozen=True):
    """The LiveKit tokens of a file; `is_cut` when it holds more than were looked at."""

    literals: tuple[JwtLiteral, ...]
    is_cut: bool = False


def jwt_literals(source: Source, role: FileRole, secrets: Sequence[tuple[Secret, Place]]) -> Tokens:
    """The LiveKit tokens in a file. `secrets` are those of the tree with their places, tried on each signature."""
    by_text: dict[str, tuple[DecodedToken, Lead | None] | None] = {}
    found: list[JwtLiteral] = []
    for start, end, text in find_tokens(source.data):
        if text not in by_text:
            if len(by_text) >= _MOST_TOKENS:
                return Tokens(tuple(found), is_cut=True)
            token = decode_token(text)
            by_text[text] = (token, _signer(token, secrets)) if token else None
        known = by_text[text]
        if known is not None:
            found.append(JwtLiteral(place=source.place(start, end), role=role, token=known[0], signed_by=known[1]))
    return Tokens(tuple(found))


def _signer(token: DecodedToken, secrets: Sequence[tuple[Secret, Place]]) -> Lead | None:
    tried: set[str] = set()
    for secret, place in secrets:
        if secret.digest in tried:
            continue
        tried.add(secret.digest)
        if is_signed_by(token, secret):
            return Lead(place, f"this secret, {secret.masked}, signed the token")
    return None
