"""What a token is, may do and does wrong: a decoded token judged by the rules for code that makes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from lk_audit.facts import Audience, Expiry, Grant, Grants, GrantScalar, Lifetime, Signer, TokenMint, UnknownGrant
from lk_audit.findings import AnyRule
from lk_audit.livekit.durations import spoken
from lk_audit.livekit.grants import (
    OTHER_GRANTS,
    PROJECT_GRANTS,
    SERVICE_KINDS,
    VIDEO_GRANTS,
    allows,
    how_ignored,
    meant_grant,
    restricts_by_default,
)
from lk_audit.livekit.tokens import DecodedToken
from lk_audit.rule_api import Options, Problem
from lk_audit.scanning.rule_runs import run_rules
from lk_audit.source import Place

_PLACE = Place("token", 0, 0, 1, 1, 1, 1)
_DEFAULTS = (
    ("canPublish", "publish audio and video"),
    ("canSubscribe", "hear and see the others"),
)
"""Rights that a joining token has unless it denies them (livekit/protocol:auth/grants.go)."""


def judge(token: DecodedToken, rules: Sequence[AnyRule], options: Options) -> list[tuple[AnyRule, Problem]]:
    """What the rules for minted tokens find in a token, most severe first."""
    minting = [rule for rule in rules if rule.fact is TokenMint]
    problems, _ = run_rules([as_mint(token, options.now)], minting, options)
    return sorted(problems, key=lambda pair: (-(pair[1].severity or pair[0].severity).score, pair[0].id))


def as_mint(token: DecodedToken, now: float) -> TokenMint:
    """A token as the fact that code making it at `now` (seconds since 1970) would give."""
    return TokenMint(
        place=_PLACE,
        signer=Signer.RAW,
        sdk="the token",
        language="jwt",
        lifetimes=(_lifetime(token, now),),
        grants=Grants(_PLACE, dict(_grants(token)), tuple(_unknown(token.grants))),
        audience=_audience(token),
        kinds=(token.kind,) if token.kind else (),
        kind_place=_PLACE,
    )


def _lifetime(token: DecodedToken, now: float) -> Lifetime:
    """From its beginning to its end; for a token without a beginning, what is left of it."""
    if token.expires is None:
        return Lifetime(Expiry.NEVER, _PLACE)
    if token.expires_in_milliseconds:
        return Lifetime(Expiry.MILLISECONDS, _PLACE)
    seconds = float(token.lifetime) if token.lifetime is not None else token.expires - now
    return Lifetime(Expiry.EXPLICIT if seconds > 0 else Expiry.BORN_EXPIRED, _PLACE, seconds=seconds)


def _audience(token: DecodedToken) -> Audience:
    if token.kind in SERVICE_KINDS:
        return Audience.SERVICE
    return Audience.PARTICIPANT if token.grants.get("roomJoin") is True else Audience.UNKNOWN


def _grants(token: DecodedToken) -> Iterator[tuple[str, Grant]]:
    for name, value in token.grants.items():
        if name in VIDEO_GRANTS:
            yield name, Grant(name, _PLACE, (_scalar(value),))
    for claim, members in token.other_grants.items():
        for name, value in members.items():
            if name in OTHER_GRANTS[claim]:
                yield f"{claim}.{name}", Grant(f"{claim}.{name}", _PLACE, (_scalar(value),))


def _scalar(value: object) -> GrantScalar:
    if isinstance(value, bool | str):
        return value
    return tuple(str(item) for item in value) if isinstance(value, list) else None


def _unknown(grants: Mapping[str, object]) -> Iterator[UnknownGrant]:
    for name, value in grants.items():
        if name not in VIDEO_GRANTS:
            meant = meant_grant(name)
            opens = value is False and restricts_by_default(meant or "")
            yield UnknownGrant(name, _PLACE, how_ignored(name), meant, opens)


# --- words ------------------------------------------------------------------------------------------------------------


def properties(token: DecodedToken, now: float) -> list[tuple[str, str]]:
    """What the token says of itself, as labels and values."""
    room = token.grants.get("room")
    rows = [
        ("key id", token.key_id),
        ("identity", token.identity),
        ("kind", token.kind),
        ("room", room if isinstance(room, str) and room else None),
        ("valid from", _time(token.not_before or token.issued)),
        ("expires", _expiry(token, now)),
        ("lifetime", spoken(token.lifetime) if token.lifetime is not None else None),
        ("algorithm", token.algorithm),
    ]
    return [(label, value) for label, value in rows if value]


def rights(token: DecodedToken) -> list[tuple[str, str]]:
    """What the holder may do, and why: the grant's name, or that LiveKit allows it by default."""
    granted = [
        (allows(name), name)
        for name, value in token.grants.items()
        if value is True and name in VIDEO_GRANTS and name not in _JOINED
    ]
    beyond = [(allows(name), name) for name in token.powers if name in PROJECT_GRANTS and "." in name]
    return [*granted, *_joined(token.grants), *beyond]


_JOINED = frozenset({"canPublish", "canSubscribe", "canPublishData", "canPublishSources"})


def _joined(grants: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """What a token that joins may do in the room; absent rights are granted."""
    if grants.get("roomJoin") is not True:
        return
    for name, right in _DEFAULTS:
        if grants.get(name) is not False:
            yield right, name if name in grants else f"{name} is absent, which allows it"
    data = grants.get("canPublishData")
    if data is True:
        yield allows("canPublishData"), "canPublishData"
    elif data is None and grants.get("canPublish") is not False:
        yield allows("canPublishData"), "canPublishData is absent and follows canPublish"


def denied(token: DecodedToken) -> list[str]:
    """The rights that a joining token takes away."""
    grants = token.grants
    return [name for name in ("canPublish", "canSubscribe", "canPublishData") if grants.get(name) is False]


def _expiry(token: DecodedToken, now: float) -> str:
    if token.expires is None or token.expires_in_milliseconds:
        return token.validity(now)
    distance = token.expires - now
    relation = f"in {spoken(distance)}" if distance > 0 else f"{spoken(-distance)} ago"
    return f"{_time(token.expires)} ({relation})"


def _time(seconds: int | None) -> str | None:
    if not seconds:
        return None
    try:
        return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return f"{seconds} (seconds since 1970)"
