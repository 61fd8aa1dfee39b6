"""A token that is written down, in words: whose it is, how long it counts, what it may do, what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lk_audit.livekit.durations import spoken
from lk_audit.livekit.grants import allows
from lk_audit.livekit.rotation import rotation

if TYPE_CHECKING:
    from lk_audit.facts import JwtLiteral
    from lk_audit.livekit.tokens import DecodedToken

_MOST_NAMES = 3


def described(literal: JwtLiteral, *, now: float, max_ttl: float) -> str:
    """One phrase for a message; `now` in seconds since 1970, `max_ttl` in seconds."""
    token = literal.token
    parts = [
        f"LiveKit token of key {token.key_id}" if token.key_id else "LiveKit token that names no key",
        token.validity(now),
        f"with {_rights(token)}",
        *_mistakes(token, now, max_ttl),
        *([f"signed with the secret in {literal.signed_by.place.path}"] if literal.signed_by else []),
    ]
    return ", ".join(parts)


def ending(literal: JwtLiteral) -> str:
    """What ends a token that is still valid, as a clause without a full stop."""
    return f"Only a new API secret ends it before it expires: {rotation(literal.token.key_id, literal.hosting)}"


def _rights(token: DecodedToken) -> str:
    names = [name for name, value in token.grants.items() if value is True and allows(name)]
    names += [name for name in token.powers if "." in name]
    return ", ".join(names) or "no grants"


def _mistakes(token: DecodedToken, now: float, max_ttl: float) -> Iterator[str]:
    """What the rules for code that makes tokens would say, shortly."""
    seconds = token.lifetime if token.lifetime is not None else (token.expires or 0) - now
    if token.expires is not None and not token.expires_in_milliseconds and seconds > max_ttl:
        yield f"made for {spoken(seconds)} where {spoken(max_ttl)} is the maximum"
    if token.joins_any_room:
        yield "for every room"
    ignored = token.ignored_names[:_MOST_NAMES]
    if ignored:
        yield f"with {', '.join(name[:40] for name in ignored)} that LiveKit ignores"
