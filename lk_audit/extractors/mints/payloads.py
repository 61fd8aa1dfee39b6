"""LiveKit's claims as an object that code writes: whether they are LiveKit's, and what a token with them carries."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.mints.lifetimes import lifetimes
from lk_audit.extractors.mints.model import MintParts, Part
from lk_audit.extractors.rights.grant_objects import grant_class
from lk_audit.extractors.rights.grants import GrantCollector
from lk_audit.extractors.secret_names import USUAL, SecretNames
from lk_audit.facts import Expiry, Grants, Lifetime, Signer, UnknownGrant
from lk_audit.livekit.credentials import is_generated_key_id
from lk_audit.livekit.grants import (
    BY_PYTHON_NAME,
    CLAIMS_TOO_DEEP,
    OTHER_GRANTS,
    OUTSIDE_VIDEO,
    VIDEO_GRANTS,
    keeps_right,
)
from lk_audit.livekit.sdks import TtlUnit
from lk_audit.livekit.setting_names import is_key_name, says_livekit
from lk_audit.source import Place
from lk_audit.syntax import Call
from lk_audit.values.model import Environment, Flag, Mapped, Member, Possible, Text

_WRAPPERS = ("grants", "grant", "payload", "claims")


def livekit_payload(values: Possible, secret: Possible, names: SecretNames = USUAL) -> Mapped | None:
    """The claims among `values` that are LiveKit's: a `video` object with a grant, or a LiveKit pair signs them."""
    for value in values:
        if not isinstance(value, Mapped):
            continue
        if _has_grants(value):
            return value
        for wrapper in _WRAPPERS:
            inner = first_mapped(value.members[wrapper].values) if wrapper in value.members else None
            if inner is not None and _has_grants(inner):
                return value
        is_signed = _is_livekit_secret(secret, names) or _is_issued_by_livekit_key(value)
        if is_signed and (_grant_names(value) or set(value.members) & {"video", *_WRAPPERS}):
            return value
    return None


def _has_grants(value: Mapped) -> bool:
    video = value.members.get("video")
    if video is None:
        return False
    return any(
        (isinstance(inner, Mapped) and bool(_grant_names(inner))) or grant_class(inner) for inner in video.values
    )


def _grant_names(value: Mapped) -> set[str]:
    return {name for name in value.members if name in VIDEO_GRANTS or name in BY_PYTHON_NAME} - {"room", "agent"}


def _is_livekit_secret(secret: Possible, names: SecretNames) -> bool:
    return any(isinstance(value, Environment) and names.means(value.name) for value in secret)


def _is_issued_by_livekit_key(payload: Mapped) -> bool:
    """Whether the claims name a LiveKit API key as their issuer: by its form, or by the variable that holds it."""
    issuer = payload.members.get("iss")
    return issuer is not None and any(
        (isinstance(value, Text) and is_generated_key_id(value.text))
        or (isinstance(value, Environment) and says_livekit(value.name) and is_key_name(value.name))
        for value in issuer.values
    )


def payload_parts(
    context: FileContext, call: Call, payload: Mapped, *, label: str, exp_unit: TtlUnit | None
) -> MintParts:
    """The parts of a token that `call` signs, or begins to make, with these claims."""
    place = context.place(call.callee)
    grants = _payload_grants(context, call, payload)
    claims = {**_wrapped(payload), **payload.members}
    settings = {
        target: [Part(claims[claim].values, context.member_place(claims[claim]))]
        for claim, target in _CLAIMS.items()
        if claim in claims
    }
    return MintParts(
        call=call,
        place=place,
        signer=Signer.RAW,
        sdk=label,
        lifetimes=tuple(_payload_lifetimes(context, payload, exp_unit, place)),
        grants=grants,
        settings=settings,
    )


def _wrapped(payload: Mapped) -> dict[str, Member]:
    """The claims that are one level too deep: `{ grants: { sub, video } }`."""
    found: dict[str, Member] = {}
    for wrapper in _WRAPPERS:
        inner = first_mapped(payload.members[wrapper].values) if wrapper in payload.members else None
        found.update(inner.members if inner is not None else {})
    return found


_CLAIMS = {
    "sub": "identity",
    "name": "name",
    "kind": "kind",
    "metadata": "metadata",
    "exp": "ttl",
    "attributes": "attributes",
    "roomConfig": "roomConfig",
}


def _payload_lifetimes(context: FileContext, payload: Mapped, unit: TtlUnit | None, place: Place) -> Iterator[Lifetime]:
    member = payload.members.get("exp")
    if member is None:
        yield Lifetime(Expiry.UNKNOWN if payload.open else Expiry.NEVER, place)
    elif unit is None:
        yield Lifetime(Expiry.UNKNOWN, place)
    else:
        if not member.certain:
            yield Lifetime(Expiry.NEVER, place)
        yield from lifetimes(context, member.values, unit, default=None, place=context.member_place(member))


def _payload_grants(context: FileContext, call: Call, payload: Mapped) -> Grants:
    place = context.place(call.callee)
    collector = GrantCollector(context, place, context.function_of(call))
    video = payload.members.get("video") or _wrapped(payload).get("video")
    if video is not None:
        collector.add("grants", video.values, context.member_place(video), certain=video.certain)
    for target in OTHER_GRANTS:
        member = payload.members.get(target)
        if member is not None and any(isinstance(value, Mapped) for value in member.values):
            collector.add(target, member.values, context.member_place(member), certain=member.certain)
    if "video" in payload.members:
        collector.unknown.extend(_outside_video(context, payload))
    else:
        collector.unknown.extend(_misplaced(context, payload))
        collector.complete = collector.complete and not payload.open
    return collector.grants()


def _misplaced(context: FileContext, payload: Mapped) -> Iterator[UnknownGrant]:
    """Grants outside `video`: the server answers 401."""
    for wrapper in _WRAPPERS:
        if wrapper in payload.members:
            member = payload.members[wrapper]
            if any(isinstance(value, Mapped) and "video" in value.members for value in member.values):
                yield UnknownGrant(wrapper, context.member_place(member), CLAIMS_TOO_DEEP)
            else:
                yield UnknownGrant(wrapper, context.member_place(member), OUTSIDE_VIDEO, "video")
    yield from _outside_video(context, payload)


def _outside_video(context: FileContext, payload: Mapped) -> Iterator[UnknownGrant]:
    """Grants among the claims, of which LiveKit reads none: what one denies there stays allowed."""
    for name in sorted(_grant_names(payload)):
        member = payload.members[name]
        denies = any(isinstance(value, Flag) and not value.flag for value in member.values)
        is_open = "video" in payload.members and denies and keeps_right(name)
        yield UnknownGrant(name, context.member_place(member), OUTSIDE_VIDEO, fails_open=is_open)


def first_mapped(values: Possible) -> Mapped | None:
    return next((value for value in values if isinstance(value, Mapped)), None)
