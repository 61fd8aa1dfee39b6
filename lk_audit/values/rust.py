"""Known functions, methods and macros of Rust's standard library and of crates that many programs use, as tables.

Names are those of types without their path (see `simple_name`). Sources: the documentation of `std::time`, `std::env`,
`std::sync`, once_cell, chrono, time, dotenvy, jsonwebtoken, jwt-simple.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from lk_audit.syntax import Block, Expr, Return
from lk_audit.syntax import Function as Closure
from lk_audit.values import limits, texts
from lk_audit.values.conversions import GREATEST, LEAST, derived, identity
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import (
    Clock,
    Duration,
    Environment,
    Given,
    Listed,
    Mapped,
    Member,
    Moment,
    Number,
    Possible,
    Reference,
    Returned,
    Text,
    Unknown,
    Value,
)
from lk_audit.values.moments import DAY, HOUR, MINUTE, WEEK, now
from lk_audit.values.possible import joined_trace, unknown
from lk_audit.values.spans import from_clock, in_units, moving, number, on_clock, span
from lk_audit.values.texts import itself

LANGUAGES = frozenset({"rust"})
_UNITS: dict[str, float] = {
    "nanoseconds": 1e-9,
    "microseconds": 1e-6,
    "milliseconds": 1e-3,
    "seconds": 1.0,
    "minutes": MINUTE,
    "hours": HOUR,
    "days": DAY,
    "weeks": WEEK,
}
_SHORT: dict[str, float] = {
    "nanos": 1e-9,
    "micros": 1e-6,
    "millis": 1e-3,
    "secs": 1.0,
    "mins": MINUTE,
    "hours": HOUR,
    "days": DAY,
    "weeks": WEEK,
}
_SPANS = ("Duration", "TimeDelta")
_READERS = frozenset({"env.var", "env.var_os", "dotenvy.var", "dotenv.var", "dotenv_codegen.dotenv", "dotenv"})
_BAKED = frozenset({"env", "option_env", "std.env", "std.option_env"})
"""Macros that read a variable when the program is built, and leave its value in it."""
_CLOCKS = ("Utc.now", "Local.now", "SystemTime.now", "OffsetDateTime.now_utc", "OffsetDateTime.now_local", "Clock.now")
_MORE = ("Timestamp.now", "UtcDateTime.now", "Clock.now_since_epoch", "Zoned.now", "Utc.now_utc")
_EPOCHS = frozenset({"UNIX_EPOCH", "SystemTime.UNIX_EPOCH", "time.UNIX_EPOCH", "OffsetDateTime.UNIX_EPOCH"})
NUMBERS = dict.fromkeys(("u64.MAX", "i64.MAX", "usize.MAX", "std.u64.MAX", "std.i64.MAX"), 2.0**63 - 1)
"""Constants by their full names: nothing in them looks like a type."""
BAKED = "env!"
"""The accessor of a variable that the compiler writes into the program."""


def simple_name(name: str) -> str:
    """A full name from its type on: `std::time::Duration::from_secs` is `Duration.from_secs`.

    What belongs to no type keeps the module around it: `std::env::var` is `env.var`.
    """
    parts = name.split(".")
    first = next((place for place, part in enumerate(parts) if part[:1].isupper()), max(0, len(parts) - 2))
    return ".".join(parts[first:])


# --- functions --------------------------------------------------------------------------------------------------------


def _seconds_and_nanos(invocation: Invocation) -> Possible | None:
    """`Duration::new(seconds, nanoseconds)`."""
    return span(1.0)(invocation)


def _timestamp(invocation: Invocation) -> Possible:
    """`jsonwebtoken::get_current_timestamp()`."""
    return (Moment(origin=invocation.call, offset=0.0, clock=Clock.SECONDS),)


def _custom_claims(invocation: Invocation) -> Possible | None:
    """The `Claims::with_custom_claims(custom, valid_for)` of jwt-simple: the payload with its expiry."""
    found: list[Value] = []
    expr = invocation.expr(1)
    for value in invocation.values(0):
        if not isinstance(value, Mapped) or expr is None:
            return None
        spans = tuple(
            Moment(origin=item.origin, offset=item.seconds, clock=Clock.OBJECT, trace=item.trace)
            if isinstance(item, Duration)
            else unknown(item.origin, (item,))
            for item in invocation.evaluate(expr)
        )
        members = {**value.members, "exp": Member(values=spans, key=expr)}
        found.append(replace(value, members=members, origin=invocation.call))
    return tuple(found)


def _made_later(invocation: Invocation) -> Possible | None:
    """`LazyLock::new(|| Config { ttl: 600 })`: what the function gives, whenever it is called."""
    match invocation.expr(0):
        case Closure(body=Block(statements=(*_, Return(value=made)))) if made is not None:
            return invocation.evaluate(made)
        case _:
            return None


def _filled(invocation: Invocation, _: Value) -> Possible | None:
    """`CELL.get_or_init(|| 600)`, where nothing but this fills the cell."""
    return _made_later(invocation)


FUNCTIONS: dict[str, Function] = {
    **{
        f"Duration.{name}": span(seconds)
        for unit, seconds in _SHORT.items()
        for name in (f"from_{unit}", f"from_{unit}_f64", f"from_{unit}_f32")
    },
    **{
        f"{kind}.{prefix}{unit}": span(seconds)
        for kind in _SPANS
        for unit, seconds in _UNITS.items()
        for prefix in ("", "try_")
    },
    "Duration.new": _seconds_and_nanos,
    "Duration.zero": lambda invocation: (Duration(origin=invocation.call, seconds=0.0),),
    **dict.fromkeys((*_CLOCKS, *_MORE), now(Clock.OBJECT)),
    **dict.fromkeys(("jsonwebtoken.get_current_timestamp", "get_current_timestamp"), _timestamp),
    **dict.fromkeys(("DateTime.from_timestamp", "OffsetDateTime.from_unix_timestamp"), from_clock(Clock.SECONDS)),
    **dict.fromkeys(
        (
            *("EncodingKey.from_secret", "DecodingKey.from_secret", "HS256Key.from_bytes"),
            *(
                "SecretString.new",
                "SecretString.from",
                "Secret.new",
                "u64.from",
                "i64.from",
                "usize.from",
            ),
            *("u64.try_from", "i64.try_from", "usize.try_from", "String.from_utf8", "Value.from", "Value.String"),
            *("Value.Bool", "serde_json.to_value", "serde_json.to_string", "serde_json.to_vec", "str.from_utf8"),
            *("Map.from_iter", "HashMap.from_iter", "BTreeMap.from_iter", "u64.from_str", "Cow.Owned"),
        ),
        identity,
    ),
    "Claims.with_custom_claims": _custom_claims,
    **dict.fromkeys(("LazyLock.new", "Lazy.new", "LazyCell.new"), _made_later),
    **dict.fromkeys(("EncodingKey.from_base64_secret", "concat", "String.from_utf8_lossy"), derived),
    "cmp.min": LEAST,
    "cmp.max": GREATEST,
}


def constant(name: str, origin: Expr) -> Value | None:
    """The value of a constant, by its simple name."""
    return Duration(origin=origin, seconds=0.0) if name == "Duration.ZERO" else None


# --- methods ----------------------------------------------------------------------------------------------------------


def _since(invocation: Invocation, receiver: Value) -> Possible | None:
    """`now.duration_since(UNIX_EPOCH)` is what the clock says; since another time it is a span."""
    if not isinstance(receiver, Moment):
        return None
    return invocation.each(invocation.values(0), lambda value: since(receiver, value, invocation.call))


def since(moment: Moment, value: Value, origin: Expr) -> Value | None:
    """What is left of a point in time when another is taken away; None when that says nothing."""
    match value:
        case Reference(name=name) if simple_name(name) in _EPOCHS or name.endswith("UNIX_EPOCH"):
            return replace(moment, origin=origin)
        case Moment(clock=Clock.OBJECT) if moment.clock is Clock.OBJECT:
            return Duration(origin=origin, seconds=moment.offset - value.offset, trace=joined_trace(moment, value))
        case _:
            return None


def _parsed(invocation: Invocation, receiver: Value) -> Possible | None:
    """`text.parse::<u64>()`."""
    found = number(receiver, invocation.call)
    return (found,) if found is not None else None


def _mapped(_: Invocation, receiver: Value) -> Possible | None:
    """`x.map_err(f)` is x, as long as nothing went wrong."""
    return (receiver,)


def _registered(claim: str) -> Method:
    """`claims.with_issuer(key)` of jwt-simple."""

    def put(invocation: Invocation, receiver: Value) -> Possible | None:
        expr = invocation.expr(0)
        if not isinstance(receiver, Mapped) or expr is None:
            return None
        member = Member(values=invocation.evaluate(expr), key=expr)
        return (replace(receiver, members={**receiver.members, claim: member}),)

    return put


_KEEPING: dict[str, Method] = dict.fromkeys(
    ("map_err", "context", "with_context", "unwrap_or_log", "trim", "filter", "inspect_err", "ok_or", "ok_or_else"),
    _mapped,
)
_TEXT: dict[str, Method] = {
    **_KEEPING,
    **dict.fromkeys(("parse", "parse_ok"), _parsed),
    **dict.fromkeys(("to_lowercase", "to_uppercase"), lambda *_: None),
}
METHODS: Mapping[type, Mapping[str, Method]] = {
    Text: {**_TEXT, "trim": texts.TEXT["trim"]},
    Number: {
        **_KEEPING,
        **limits.RUST,
        **dict.fromkeys(("try_into", "round", "floor", "ceil", "abs"), itself),
    },
    Moment: {
        **_KEEPING,
        **limits.RUST,
        **dict.fromkeys(("checked_add_signed", "checked_add", "add", "saturating_add"), moving(1.0)),
        **dict.fromkeys(("checked_sub_signed", "checked_sub", "sub"), moving(-1.0)),
        **dict.fromkeys(
            ("timestamp", "unix_timestamp", "as_secs", "as_secs_f64", "num_seconds", "as_second"),
            on_clock(Clock.SECONDS),
        ),
        **dict.fromkeys(
            ("timestamp_millis", "as_millis", "num_milliseconds", "as_millisecond"), on_clock(Clock.MILLISECONDS)
        ),
        **dict.fromkeys(("duration_since", "signed_duration_since"), _since),
        **dict.fromkeys(("naive_utc", "and_utc", "to_utc", "try_into", "with_timezone", "whole_seconds"), itself),
    },
    Duration: {
        **_KEEPING,
        **limits.RUST,
        **dict.fromkeys(("as_secs", "num_seconds", "whole_seconds", "as_secs_f64"), in_units(1.0)),
        **dict.fromkeys(("as_millis", "num_milliseconds", "whole_milliseconds"), in_units(1e-3)),
        **dict.fromkeys(("num_minutes", "whole_minutes"), in_units(MINUTE)),
        **dict.fromkeys(("num_hours", "whole_hours"), in_units(HOUR)),
        **dict.fromkeys(("num_days", "whole_days"), in_units(DAY)),
        **dict.fromkeys(("to_std", "abs", "unsigned_abs"), itself),
    },
    Mapped: {
        "with_issuer": _registered("iss"),
        "with_subject": _registered("sub"),
        "with_jwt_id": _registered("jti"),
        **_KEEPING,
    },
    Listed: dict.fromkeys(("iter", "into_iter", "iter_mut"), itself),
    Environment: {**_KEEPING, **limits.RUST, **dict.fromkeys(("parse", "to_string_lossy"), itself)},
    Given: {**dict.fromkeys(("trim", "parse"), itself), **limits.RUST},
    Returned: {
        **dict.fromkeys(("map_err", "context", "with_context"), itself),
        **dict.fromkeys(("get_or_init", "get_or_try_init"), _filled),
        **limits.RUST,
    },
    Unknown: limits.RUST,
}


def part(_: Value, __: str, ___: Expr) -> Value | None:
    """Rust has no properties but fields."""
    return None


def read(name: str, invocation: Invocation) -> Possible | None:
    """What `env::var("K")` and `env!("K")` read; None for any other call."""
    simple = simple_name(name)
    if simple in _READERS or name in _READERS:
        accessor = "std::env"
    elif name in _BAKED:
        accessor = BAKED
    else:
        return None
    found: list[Value] = []
    for key in invocation.values(0):
        if isinstance(key, Text):
            found.append(Environment(origin=invocation.call, name=key.text, accessor=accessor, trace=key.trace))
        else:
            found.append(unknown(invocation.call, (key,)))
    return tuple(found) or None
