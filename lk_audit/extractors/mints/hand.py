"""LiveKit tokens that code puts together by hand: a payload with LiveKit's claims beside a bare HMAC."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.mints.model import MintParts
from lk_audit.extractors.mints.payloads import livekit_payload, payload_parts
from lk_audit.extractors.mints.text_payloads import text_payloads
from lk_audit.extractors.serialised import serialised
from lk_audit.livekit.sdks import TtlUnit
from lk_audit.syntax import Argument, Assign, Call, Expr, Function, Literal, Name, Record
from lk_audit.values.model import Mapped, Possible


def hand_mints(context: FileContext) -> Iterator[MintParts]:
    """A LiveKit payload in a file that computes an HMAC: the token is put together by hand."""
    signing = context.built(_signing)
    if not signing:
        yield from _signed_elsewhere(context)
        return
    seen: set[Expr] = set()
    for payload in _completed(context, list(_payloads(context))):
        record = payload.origin
        if record not in seen and not _is_inside_payload(context, record):
            seen.add(record)
            call = _nearest(context, signing, record)
            yield payload_parts(context, call, payload, label=_BY_HAND, exp_unit=TtlUnit.EPOCH)


def _signing(context: FileContext) -> tuple[Call, ...]:
    """The calls of the file that compute an HMAC."""
    return tuple(call for call in context.names.calls if context.qualified(call.callee) in context.sdks.hmacs)


def _signed_elsewhere(context: FileContext) -> Iterator[MintParts]:
    """The payloads that a file hands over to another file, which signs whatever it is given."""
    for record in context.names.nodes(Record):
        if not any(isinstance(entry.key, Literal) and entry.key.value == "video" for entry in record.entries):
            continue
        payload = livekit_payload(_as_json(context, context.values(record)), ())
        call = _signed_by(context, record) if payload is not None and payload.origin is record else None
        if call is not None and payload is not None:
            used = _as_last_used(context, record, payload)
            yield payload_parts(context, call, used, label=_BY_HAND, exp_unit=TtlUnit.EPOCH)


def _signed_by(context: FileContext, record: Expr) -> Call | None:
    """The call that gives a record to a function of another file that makes a token of it."""
    given = [record]
    assign = context.names.parent(record)
    if isinstance(assign, Assign) and isinstance(assign.target, Name):
        scope = context.names.binding_scope(assign.target)
        given += context.names.uses(scope, assign.target.id) if scope is not None else ()
    for item in given:
        argument = context.names.parent(item)
        call = context.names.parent(argument) if isinstance(argument, Argument) else None
        meant = context.functions_meant(call.callee) if isinstance(call, Call) else ()
        if isinstance(call, Call) and any(_signs(context, function) for function in meant):
            return call
    return None


def _signs(context: FileContext, function: Function) -> bool:
    """Whether a function of another file computes an HMAC, itself or in another one, and adds no claims of its own."""
    home = context.home(function)
    if home is context or not home.built(_signing) or next(hand_mints(home), None) is not None:
        return False
    reached = {home.names.enclosing(call, Function) for call in home.built(_signing)}
    return function in reached or any(
        home.names.enclosing(call, Function) is function
        for helper in reached
        if isinstance(helper, Function)
        for call in home.names.callers(helper)
    )


_BY_HAND = "HMAC by hand"


def _completed(context: FileContext, payloads: list[Mapped]) -> Iterator[Mapped]:
    """The payloads without those that another takes in, embedded, spread or in a helper, and adds `exp` to.

    Nor those that only take in others, whole: what a helper signs for all of its callers is each caller's token.
    """
    full = [item for item in payloads if {"video", "exp"} <= item.members.keys()]
    embedded = {item.members["video"].key for item in full}
    written = {item.members[name].key for item in payloads for name in _OF_TOKEN if _writes(item, name)}
    for payload in payloads:
        video = None if "exp" in payload.members else payload.members.get("video")
        taken_in = video is not None and any(_is_taken_in(context, payload, item) for item in full)
        is_whole = not taken_in and (video is None or video.key not in embedded)
        if is_whole and not all(_takes_in(payload, name, written) for name in _OF_TOKEN):
            yield payload


def _is_taken_in(context: FileContext, payload: Mapped, full: Mapped) -> bool:
    """Whether `full` carries the very grants of `payload`, and is written in a function that those were given to."""
    own, taken = ({value.origin for value in item.members["video"].values} for item in (payload, full))
    homes = [context.names.enclosing(item.origin, Function) for item in (payload, full)]
    return not own.isdisjoint(taken) and homes[0] is not homes[1]


_OF_TOKEN = ("video", "exp")


def _takes_in(payload: Mapped, name: str, written: set[Expr]) -> bool:
    member = payload.members.get(name)
    return member is not None and not _writes(payload, name) and member.key in written


def _writes(payload: Mapped, name: str) -> bool:
    """Whether a payload has a claim that stands in the very record, and is not spread into it."""
    key = payload.members[name].key if name in payload.members else None
    return key is not None and payload.origin.start <= key.start < payload.origin.end


def _payloads(context: FileContext) -> Iterator[Mapped]:
    """The payloads that the file writes out, or fills entry by entry: then as they are where they are last used."""
    written: tuple[Expr, ...] = context.names.nodes(Record)
    if context.evaluator.structs.are_built:
        written += tuple(call for call in context.names.calls if call.is_new)
    for record in written:
        payload = livekit_payload(_as_json(context, context.values(record)), ())
        if payload is None and isinstance(record, Record) and _is_begun(record):
            payload = _last_used(context, record)
            if payload is not None:
                yield payload
        elif payload is not None and payload.origin is record:
            yield _as_last_used(context, record, payload)
    yield from text_payloads(context)
    if not (context.is_jvm or context.module.language == "csharp"):
        return
    for assign in context.names.nodes(Assign):
        target = assign.target
        scope = context.names.binding_scope(target) if isinstance(target, Name) else None
        uses = context.names.uses(scope, target.id) if scope is not None and isinstance(target, Name) else ()
        payload = livekit_payload(context.values(uses[-1]), ()) if uses else None
        if payload is not None and context.code.holds(payload.origin):
            yield payload


def _is_begun(record: Record) -> bool:
    """Whether a record has a token's claims but the grants, which the function may add later."""
    names = {entry.key.value for entry in record.entries if isinstance(entry.key, Literal)}
    return "video" not in names and not names.isdisjoint(("iss", "sub", "exp"))


def _as_last_used(context: FileContext, record: Expr, written: Mapped) -> Mapped:
    """The payload with what the function adds to it after it has written it: `payload['video']['roomAdmin'] = True`."""
    return _last_used(context, record) or written


def _last_used(context: FileContext, record: Expr) -> Mapped | None:
    """The payload that a record is where the name that it is assigned to is last used."""
    assign = context.names.parent(record)
    if not (isinstance(assign, Assign) and isinstance(assign.target, Name)):
        return None
    target = assign.target
    scope = context.names.binding_scope(target)
    uses = context.names.uses(scope, target.id) if scope is not None else ()
    used = livekit_payload(_as_json(context, context.values(uses[-1])), ()) if uses else None
    return used if used is not None and used.origin is record else None


def _as_json(context: FileContext, values: Possible) -> Possible:
    """`values` with the names that their fields have in the token."""
    if context.is_go:
        from lk_audit.extractors.mints.go_claims import as_claims  # noqa: PLC0415 - most scans meet other languages

        return as_claims(context, values)
    return tuple(serialised(context, value) for value in values)


def _is_inside_payload(context: FileContext, record: Expr) -> bool:
    outer = context.names.enclosing(record, Record)
    return isinstance(outer, Record) and livekit_payload(context.values(outer), ()) is not None


def _nearest(context: FileContext, calls: tuple[Call, ...], record: Expr) -> Call:
    """The signing call of the same function, else the next one after the payload, else the last."""
    function = context.names.enclosing(record, Function)
    same = [call for call in calls if context.names.enclosing(call, Function) is function]
    if not same and isinstance(function, Function):
        same = list(_leading_to(context, calls, function))
    given = _given_to(context, record) if not same else None
    later = [call for call in calls if call.start > record.start]
    return given or (same or later or calls[-1:])[0]


def _given_to(context: FileContext, record: Expr) -> Call | None:
    """The call of another file's function that claims are written for: `sign(claims{...}, secret)`."""
    holder = context.names.parent(record)
    call = context.names.parent(holder) if isinstance(holder, Argument) else None
    if not isinstance(call, Call):
        return None
    is_elsewhere = any(not context.code.holds(item) for item in context.functions_meant(call.callee))
    return call if is_elsewhere else None


def _leading_to(context: FileContext, signing: tuple[Call, ...], function: Function) -> Iterator[Call]:
    """The calls in a function of the helper that signs: the token is made there, whoever else the helper signs for."""
    helpers = {context.names.enclosing(call, Function) for call in signing} - {None}
    for helper in helpers:
        for call in context.names.callers(helper) if helper is not None else ():
            if context.names.enclosing(call, Function) is function:
                yield call
