"""LiveKit tokens that code puts together claim by claim with a JWT library's builder."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.mints.model import MintParts, Part
from lk_audit.extractors.mints.payloads import livekit_payload, payload_parts
from lk_audit.livekit.durations import MINUTE
from lk_audit.livekit.sdks import JwtBuilder, TtlUnit
from lk_audit.syntax import Argument, Call, Expr
from lk_audit.values.model import (
    Clock,
    Environment,
    Given,
    Mapped,
    Member,
    Moment,
    Number,
    Possible,
    Returned,
    Text,
    Value,
)
from lk_audit.values.objects import Event, history

_PAIR = 2


def built_mints(context: FileContext) -> Iterator[MintParts]:
    """Every token with LiveKit's claims that the file builds."""
    for call in context.names.calls:
        builder = context.sdks.builders.get(context.qualified(call.callee) or "")
        parts = _mint(context, call, builder) if builder is not None else None
        if parts is not None:
            yield parts


def _mint(context: FileContext, call: Call, builder: JwtBuilder) -> MintParts | None:
    members: dict[str, Member] = {}
    secret: Possible = ()
    is_open = False
    for event in history(context.names, call):
        if event.arguments is None:
            continue
        found = _claims(context, event, builder)
        if found is None:
            is_open = is_open or event.path[-1] in builder.records
            continue
        for name, member in found.items():
            members[name] = _after(members.get(name), member)
        secret += _secret(context, event, builder)
    secret += _beside(context, builder)
    payload = livekit_payload((Mapped(origin=call, members=members, open=is_open),), secret, context.secret_names)
    if payload is None:
        return None
    unit = TtlUnit.EPOCH_OR_DATETIME
    parts = payload_parts(context, call, payload, label=builder.label, exp_unit=unit)
    return replace(parts, settings={**parts.settings, "api_secret": [Part(secret, context.place(call))]})


def _after(earlier: Member | None, member: Member) -> Member:
    """A claim that may be set on top of what was set before."""
    if earlier is None or member.certain:
        return member
    return replace(member, values=(*earlier.values, *member.values), certain=earlier.certain)


def _claims(context: FileContext, event: Event, builder: JwtBuilder) -> dict[str, Member] | None:
    """The claims that one call sets; None for a call that may set any."""
    name = event.path[-1]
    arguments = event.arguments or ()
    first = arguments[0] if arguments else None
    if first is None:
        return {}
    if name in builder.minutes:
        return {"exp": _in_minutes(context, first, certain=event.certain)}
    if name in builder.claims:
        member = _member(context, first.value, first.value, certain=event.certain)
        return {builder.claims[name]: replace(member, values=tuple(map(_typed, member.values)))}
    if name in builder.entries and len(arguments) == _PAIR:
        return _entry(context, arguments, certain=event.certain)
    if name in builder.records and len(arguments) == 1:
        return _record(context, first.value, certain=event.certain)
    return {}


def _typed(value: Value) -> Value:
    """A date where the compiler asks for one: `getTime()` of a calendar is a date, that of a date a number."""
    if isinstance(value, Moment) and value.clock is Clock.MILLISECONDS:
        return replace(value, clock=Clock.OBJECT)
    return value


def _member(context: FileContext, key: Expr, value: Expr, *, certain: bool) -> Member:
    return Member(values=context.values(value), key=key, certain=certain)


def _in_minutes(context: FileContext, given: Argument, *, certain: bool) -> Member:
    values = tuple(
        Moment(origin=given.value, offset=value.number * MINUTE, clock=Clock.OBJECT, trace=value.trace)
        for value in context.values(given.value)
        if isinstance(value, Number)
    )
    return Member(values=values or context.values(given.value), key=given.value, certain=certain)


def _entry(context: FileContext, arguments: tuple[Argument, ...], *, certain: bool) -> dict[str, Member] | None:
    key, value = arguments[0].value, arguments[1].value
    names = [item.text for item in context.values(key) if isinstance(item, Text)]
    if len(names) != 1:
        return None
    return {names[0]: _member(context, key, value, certain=certain)}


def _record(context: FileContext, given: Expr, *, certain: bool) -> dict[str, Member] | None:
    values = context.values(given)
    if len(values) != 1 or not isinstance(values[0], Mapped) or values[0].open:
        return None
    return {name: replace(item, certain=item.certain and certain) for name, item in values[0].members.items()}


def _secret(context: FileContext, event: Event, builder: JwtBuilder) -> Possible:
    name = event.path[-1]
    if name not in builder.signs:
        return ()
    position = builder.signs[name]
    arguments = (event.arguments or ()) if position is None else (event.arguments or ())[position : position + 1]
    return tuple(value for item in arguments for value in context.values(item.value) if _may_be_secret(value))


def _beside(context: FileContext, builder: JwtBuilder) -> Possible:
    """What the calls of the file that take the secret are given."""
    taking = (call for call in context.names.calls if context.qualified(call.callee) in builder.secrets)
    given = (value for call in taking for item in call.arguments[:1] for value in context.values(item.value))
    return tuple(value for value in given if _may_be_secret(value))


def _may_be_secret(value: Value) -> bool:
    return isinstance(value, Text | Environment | Given | Returned)
