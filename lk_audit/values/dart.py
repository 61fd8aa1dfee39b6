"""Known functions and methods of Dart's libraries and of packages that many programs use, as tables.

Sources: the API documentation of dart:core, dart:convert and dart:io; flutter_dotenv, dotenv.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from msgspec.structs import replace

from lk_audit.syntax import Expr
from lk_audit.values.conversions import GREATEST, LEAST, derived, each, identity
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.limits import CLAMP
from lk_audit.values.model import (
    Clock,
    Duration,
    Environment,
    Given,
    Moment,
    Number,
    Possible,
    Returned,
    Unknown,
    Value,
)
from lk_audit.values.moments import now, timedelta
from lk_audit.values.spans import number
from lk_audit.values.texts import itself


def _from_milliseconds(value: Value, _: Expr) -> Value | None:
    if isinstance(value, Moment) and value.clock is Clock.MILLISECONDS:
        return replace(value, clock=Clock.OBJECT)
    return None


def rounded(round_off: Callable[[float], float]) -> Method:
    """A method that makes a number whole; a point in time stays one."""

    def method(invocation: Invocation, receiver: Value) -> Possible | None:
        if isinstance(receiver, Number) and math.isfinite(receiver.number):
            return (replace(receiver, number=float(round_off(receiver.number)), origin=invocation.call),)
        return (receiver,) if isinstance(receiver, Moment) else None

    return method


def _difference(invocation: Invocation, receiver: Value) -> Possible | None:
    """`expiry.difference(now)`."""
    if not isinstance(receiver, Moment):
        return None
    return invocation.each(
        invocation.values(0),
        lambda value: (
            Duration(origin=invocation.call, seconds=receiver.offset - value.offset, trace=receiver.trace)
            if isinstance(value, Moment)
            else None
        ),
    )


def _everywhere(library: str, names: Mapping[str, Function]) -> dict[str, Function]:
    """Functions under their own names, and under a library that is imported with a prefix."""
    return {**names, **{f"{library}.{name}": function for name, function in names.items()}}


FUNCTIONS: dict[str, Function] = {
    "Duration": timedelta,
    **dict.fromkeys(("DateTime.now", "DateTime.timestamp", "clock.now"), now(Clock.OBJECT)),
    "DateTime.fromMillisecondsSinceEpoch": each(_from_milliseconds),
    **dict.fromkeys(
        ("int.parse", "int.tryParse", "double.parse", "double.tryParse", "num.parse", "num.tryParse"), each(number)
    ),
    **dict.fromkeys(
        (
            "SecretKey",
            "dart_jsonwebtoken.SecretKey",
            "Map.from",
            "Map.of",
            "Map.unmodifiable",
            "List.from",
            "List.of",
            "Future.value",
            "Uint8List.fromList",
        ),
        identity,
    ),
    **_everywhere(
        "dart:convert",
        {
            **dict.fromkeys(("utf8.encode", "utf8.decode", "ascii.encode", "Utf8Encoder.convert"), identity),
            **dict.fromkeys(
                (
                    *("jsonEncode", "json.encode", "base64Encode", "base64.encode", "base64Url.encode"),
                    *("base64UrlEncode", "base64Decode", "base64.decode", "base64Url.decode"),
                ),
                derived,
            ),
        },
    ),
    **_everywhere("dart:math", {"min": LEAST, "max": GREATEST}),
}
MOMENT: Mapping[str, Method] = {
    "difference": _difference,
    **dict.fromkeys(("toUtc", "toLocal"), itself),
    **dict.fromkeys(("round", "floor", "ceil", "truncate", "toInt"), rounded(math.floor)),
}
NUMBER: Mapping[str, Method] = {
    **dict.fromkeys(("floor", "truncate", "toInt"), rounded(math.floor)),
    "round": rounded(lambda value: math.floor(value + 0.5)),
    "ceil": rounded(math.ceil),
}
METHODS: Mapping[type, Mapping[str, Method]] = {
    Number: {**NUMBER, **CLAMP},
    Moment: MOMENT,
    **dict.fromkeys((Environment, Given, Returned, Unknown), CLAMP),
}
