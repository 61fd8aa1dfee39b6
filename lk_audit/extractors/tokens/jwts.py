"""LiveKit access tokens written down, in any file, and which secret of the tree signed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.facts import FileRole, JwtLiteral, Lead
from lk_audit.livekit.tokens import DecodedToken, decode_token, find_tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lk_audit.extractors.tokens.signers import Signers
    from lk_audit.source import Source

_MOST_TOKENS = 5_000
"""Different ones that are looked at in a file; one with more is a log or a fixture."""


class Tokens(Struct, frozen=True):
    """The LiveKit tokens of a file; `is_cut` when it holds more than were looked at."""

    literals: tuple[JwtLiteral, ...]
    is_cut: bool = False


def jwt_literals(source: Source, role: FileRole, signers: Sequence[Signers]) -> Tokens:
    """The LiveKit tokens in a file, and which of the signers made each; those given first are asked first."""
    by_text: dict[str, tuple[DecodedToken, Lead | None] | None] = {}
    found: list[JwtLiteral] = []
    for start, end, text in find_tokens(source.data):
        if text not in by_text:
            if len(by_text) >= _MOST_TOKENS:
                return Tokens(tuple(found), is_cut=True)
            token = decode_token(text)
            leads = (of.lead(token, source.path) for of in signers) if token else ()
            by_text[text] = (token, next(filter(None, leads), None)) if token else None
        known = by_text[text]
        if known is not None:
            found.append(JwtLiteral(place=source.place(start, end), role=role, token=known[0], signed_by=known[1]))
    return Tokens(tuple(found))
