"""Methods that keep a value within limits: `ttl.min(3600)`, `ttl.clamp(60, 3600)`, `[ttl, 3600].min`.

A limit stands for what is kept below it, as with the function `min`; what is only kept above one may be anything more.
"""

from __future__ import annotations

from msgspec.structs import replace

from lk_audit.values.conversions import magnitude
from lk_audit.values.invocation import Invocation, Method
from lk_audit.values.model import Environment, Given, Listed, Moment, Possible, Returned, Unknown, Value
from lk_audit.values.possible import bounded, joined_trace

_EPOCH_IS_PAST = 1_000_000_000
"""A number of seconds that no clock will show again: September 2001."""


def at_most(invocation: Invocation, receiver: Value) -> Possible | None:
    """`ttl.min(3600)`."""
    return _below(invocation, receiver, invocation.values(0))


def at_least(invocation: Invocation, receiver: Value) -> Possible | None:
    """`ttl.max(60)`, `now.timestamp().max(0)`."""
    return _above(invocation, receiver, invocation.values(0))


def within(invocation: Invocation, receiver: Value) -> Possible | None:
    """`ttl.clamp(60, 3600)`."""
    lowest, highest = invocation.values(0), invocation.values(1)
    least = _above(invocation, receiver, lowest) if highest else None
    if least is None:
        return None
    limited = [_below(invocation, value, highest) for value in least]
    return None if None in limited else bounded((item for values in limited for item in values or ()), invocation.call)


def least_of(invocation: Invocation, receiver: Value) -> Possible | None:
    """`[ttl, 3600].min`."""
    if not isinstance(receiver, Listed) or receiver.open or not receiver.items or invocation.call.arguments:
        return None
    least = receiver.items[0]
    for limits in receiver.items[1:]:
        found = [_below(invocation, value, limits) for value in least]
        if None in found:
            return None
        least = bounded((item for values in found for item in values or ()), invocation.call)
    return least


def _below(invocation: Invocation, receiver: Value, limits: Possible) -> Possible | None:
    own = magnitude(receiver)
    found: list[Value] = []
    for limit in limits:
        size = magnitude(limit)
        if size is None:
            chosen = receiver if own is not None else None
        elif own is None:
            chosen = limit if isinstance(receiver, _SYMBOLIC) else None
        else:
            chosen = None if own[0] != size[0] else receiver if own[1] <= size[1] else limit
        if chosen is None:
            return None
        found.append(replace(chosen, origin=invocation.call, trace=joined_trace(receiver, limit)))
    return bounded(found, invocation.call) if found else None


def _above(invocation: Invocation, receiver: Value, limits: Possible) -> Possible | None:
    own = magnitude(receiver)
    found: list[Value] = []
    for limit in limits:
        size = magnitude(limit)
        if size is None:
            return None
        is_past = isinstance(receiver, Moment) and size[0] == "number" and size[1] < _EPOCH_IS_PAST
        if own is None or is_past:
            chosen = receiver
        elif own[0] != size[0]:
            return None
        else:
            chosen = receiver if own[1] >= size[1] else limit
        found.append(chosen)
    return bounded(found, invocation.call) if found else None


_SYMBOLIC = (Environment, Given, Returned, Unknown)
RUST: dict[str, Method] = {"min": at_most, "max": at_least, "clamp": within}
KOTLIN: dict[str, Method] = {"coerceAtMost": at_most, "coerceAtLeast": at_least, "coerceIn": within}
CLAMP: dict[str, Method] = {"clamp": within}
