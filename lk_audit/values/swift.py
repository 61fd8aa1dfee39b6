"""Known functions and methods of Foundation and of server-side Swift, as tables.

Sources: Apple's documentation of `Date`, `TimeInterval`, `Data`, `ProcessInfo`, `Bundle`; Swift's `Duration`; Vapor's
`Environment`; vapor/jwt-kit.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from lk_audit.syntax import Expr
from lk_audit.values.conversions import derived, each, identity
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import Clock, Duration, Environment, Given, Moment, Number, Possible, Returned, Text, Value
from lk_audit.values.moments import DAY, HOUR, MINUTE, MONTH, YEAR, now
from lk_audit.values.possible import bounded, joined_trace, unknown
from lk_audit.values.spans import number, span
from lk_audit.values.texts import itself

_UNITS = {
    "nanosecond": 1e-9,
    "second": 1.0,
    "minute": MINUTE,
    "hour": HOUR,
    "day": DAY,
    "weekOfYear": 7 * DAY,
    "weekOfMonth": 7 * DAY,
    "month": MONTH,
    "year": YEAR,
}


_now = now(Clock.OBJECT)


def _shifted(moment: Value, amount: Value, origin: Expr) -> Value:
    """A date some seconds later."""
    seconds = amount.number if isinstance(amount, Number) else amount.seconds if isinstance(amount, Duration) else None
    if not isinstance(moment, Moment) or seconds is None:
        return unknown(origin, (moment, amount))
    return replace(
        moment, offset=moment.offset + seconds, clock=Clock.OBJECT, origin=origin, trace=joined_trace(moment, amount)
    )


def _date(invocation: Invocation) -> Possible | None:
    """`Date()`, `Date(timeIntervalSinceNow:)`, `Date(timeInterval:since:)`, `Date(timeIntervalSince1970:)`."""
    origin = invocation.call
    if not origin.arguments:
        return _now(invocation)
    epoch = invocation.values(None, "timeIntervalSince1970")
    if epoch:
        return invocation.each(epoch, _from_seconds)
    amounts = invocation.values(None, "timeIntervalSinceNow", "timeInterval")
    starts = invocation.values(None, "since") or _now(invocation)
    if not amounts:
        return None
    return bounded((_shifted(start, amount, origin) for start in starts for amount in amounts), origin)


def _from_seconds(value: Value) -> Value | None:
    if isinstance(value, Moment) and value.clock is Clock.SECONDS:
        return replace(value, clock=Clock.OBJECT)
    return None


def _added(invocation: Invocation, receiver: Value) -> Possible | None:
    """`date.addingTimeInterval(3600)`, `date.advanced(by: 3600)`."""
    amounts = invocation.values(0, "by")
    if not amounts or not isinstance(receiver, Moment):
        return None
    return bounded((_shifted(receiver, amount, invocation.call) for amount in amounts), invocation.call)


def _calendar(invocation: Invocation) -> Possible | None:
    """`Calendar.current.date(byAdding: .day, value: 7, to: Date())`."""
    origin = invocation.call
    unit = invocation.expr(None, "byAdding")
    seconds = _UNITS.get(getattr(unit, "name", ""))
    if seconds is None:
        return None
    amounts = [
        Duration(origin=origin, seconds=item.number * seconds, trace=item.trace)
        for item in invocation.values(None, "value")
        if isinstance(item, Number)
    ]
    starts = invocation.values(None, "to")
    if not amounts:
        return invocation.unknown(*invocation.everything())
    return bounded((_shifted(start, amount, origin) for start in starts for amount in amounts), origin)


def _claim(invocation: Invocation) -> Possible | None:
    """What jwt-kit's claims are made of: `.init(value: x)`, `ExpirationClaim(value: date)`, `SubjectClaim("u")`."""
    return invocation.values(0, "value") or None


_FAR = 2000 * YEAR
"""About as far as Foundation's distant future is: the year 4001."""


def constant(name: str, origin: Expr) -> Value | None:
    """The value of a static property of the type that is due: `.distantFuture`."""
    return Moment(origin=origin, offset=_FAR, clock=Clock.OBJECT) if name == "_.distantFuture" else None


def _distant_future(invocation: Invocation) -> Possible:
    return (Moment(origin=invocation.call, offset=_FAR, clock=Clock.OBJECT),)


CLAIMS = tuple(
    f"{kind}Claim" for kind in ("Expiration", "Issuer", "Subject", "NotBefore", "IssuedAt", "ID", "Audience", "Locale")
)
_TYPES = ("Int", "Int64", "Int32", "UInt", "UInt64", "Double", "Float", "TimeInterval", "NSNumber")

FUNCTIONS: dict[str, Function] = {
    **dict.fromkeys(("Date", "Foundation.Date"), _date),
    "Date.now": _now,
    "Date.distantFuture": _distant_future,
    **dict.fromkeys(("Calendar.current.date", "Calendar.date", "Calendar.autoupdatingCurrent.date"), _calendar),
    **dict.fromkeys(_TYPES, each(number)),
    **dict.fromkeys(("String", "Data", "Array", "NSString", "NSDictionary", "Substring"), identity),
    **dict.fromkeys((*CLAIMS, *(f"JWTKit.{name}" for name in CLAIMS), *(f"JWT.{name}" for name in CLAIMS)), _claim),
    "_.init": _claim,
    **{
        f"{kind}.{unit}s": span(seconds) for kind in ("_", "Duration", "TimeAmount") for unit, seconds in _UNITS.items()
    },
    **dict.fromkeys(("JSONSerialization.data", "JSONEncoder.encode"), derived),
}
MOMENT: Mapping[str, Method] = {"addingTimeInterval": _added, "advanced": _added, "rounded": itself}
TEXT: Mapping[str, Method] = {**dict.fromkeys(("data", "trimmingCharacters", "description"), itself)}
"""Methods that give the same text again, in another form."""
NUMBER: Mapping[str, Method] = {"rounded": itself}
METHODS: Mapping[type, Mapping[str, Method]] = {
    **dict.fromkeys((Text, Environment, Given, Returned), TEXT),
    Number: NUMBER,
    Moment: MOMENT,
}
