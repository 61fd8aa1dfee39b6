"""Known functions, methods and properties of .NET, as tables.

Names are those of classes without their namespace (see `simple_name`). Sources: the documentation of `System.TimeSpan`,
`DateTime`, `DateTimeOffset`, `Environment`, `Convert`, `Math`, Microsoft.Extensions.Configuration, System.Text.Json,
Newtonsoft.Json, Microsoft.IdentityModel.Tokens.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.syntax import Call, Expr, Index, Literal, Member, Name
from lk_audit.values import csharp_tokens
from lk_audit.values.arithmetic import to_float
from lk_audit.values.conversions import GREATEST, LEAST, derived, each, identity
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import (
    Clock,
    Duration,
    Environment,
    Given,
    Listed,
    Moment,
    Number,
    Possible,
    Reference,
    Returned,
    Text,
    Unknown,
    Value,
)
from lk_audit.values.moments import DAY, HOUR, MINUTE, MONTH, YEAR, now
from lk_audit.values.possible import as_fallback, joined_trace, unknown
from lk_audit.values.spans import counted, from_clock, moving, number, on_clock, span
from lk_audit.values.texts import as_text, itself

LANGUAGES = frozenset({"csharp"})
_UNITS: dict[str, float] = {
    "Ticks": 1e-7,
    "Microseconds": 1e-6,
    "Milliseconds": 1e-3,
    "Seconds": 1.0,
    "Minutes": MINUTE,
    "Hours": HOUR,
    "Days": DAY,
    "Months": MONTH,
    "Years": YEAR,
}
_NAMESPACES = tuple(
    sorted(
        (
            *("System.IdentityModel.Tokens.Jwt.", "System.Text.Json.", "System.Text.Json.Nodes.", "System.Text."),
            *("System.Security.Claims.", "System.Security.Cryptography.", "System.Collections.Generic.", "System."),
            *("Microsoft.IdentityModel.Tokens.", "Microsoft.IdentityModel.JsonWebTokens.", "Newtonsoft.Json.Linq."),
            *("Newtonsoft.Json.", "Microsoft.Extensions.Options.", "JWT.Builder.", "JWT.", "Jose."),
        ),
        key=len,
        reverse=True,
    )
)
_CLOCK_SPAN = regex(r"(?:([0-9]{1,6})\.)?([0-9]{1,2}):([0-9]{1,2})(?::([0-9]{1,2})(?:\.[0-9]{1,7})?)?")
_EPOCHS = frozenset({"DateTime.UnixEpoch", "DateTimeOffset.UnixEpoch"})
_FIRST_YEAR = 1970
_CONFIGURATION = regex(r"(?i)(?:^|_)\w{0,40}config(?:uration)?$|^_?cfg$|^_?section$|^_?\w{0,40}section$")
"""How a variable that holds the configuration of an application is called."""
_WORDS = regex(r"(?<=[a-z0-9])(?=[A-Z])|[:.\-]|__")
_READING = frozenset({"GetValue", "GetSection", "GetRequiredSection", "GetString", "GetRequiredValue"})
_VARIABLES = frozenset({"Environment.GetEnvironmentVariable", "Env.GetString", "DotNetEnv.Env.GetString"})
CONFIGURATION = "configuration"
"""The accessor of what an application's configuration holds."""


def simple_name(name: str) -> str:
    """A full name without the namespace, where that is one of .NET or of a JWT library."""
    if name.startswith(("System.", "Microsoft.", "Newtonsoft.", "JWT.", "Jose.")):
        start = next((len(item) for item in _NAMESPACES if name.startswith(item)), 0)
        return name[start:]
    return name


# --- functions --------------------------------------------------------------------------------------------------------


def _time_span(invocation: Invocation) -> Possible | None:
    """`TimeSpan(hours, minutes, seconds)`, with days before them, and ticks alone."""
    units = {1: (1e-7,), 3: (HOUR, MINUTE, 1.0), 4: (DAY, HOUR, MINUTE, 1.0), 5: (DAY, HOUR, MINUTE, 1.0, 1e-3)}
    amounts = [invocation.values(place) for place in range(invocation.positional)]
    known = units.get(len(amounts))
    numbers = [item[0].number for item in amounts if len(item) == 1 and isinstance(item[0], Number)]
    if known is None or len(numbers) < len(amounts):
        return None
    seconds = sum(amount * unit for amount, unit in zip(numbers, known, strict=True))
    trace = joined_trace(*(value for item in amounts for value in item))
    return (Duration(origin=invocation.call, seconds=seconds, trace=trace),)


def _parsed_span(value: Value, origin: Expr) -> Value | None:
    """`TimeSpan.Parse("1.06:00:00")`: days, hours, minutes, seconds; a number alone counts days."""
    if not isinstance(value, Text):
        return None
    match = _CLOCK_SPAN.fullmatch(value.text.strip())
    if match is None:
        days = to_float(value.text)
        return None if days is None else Duration(origin=origin, seconds=days * DAY, trace=value.trace)
    amounts = zip(match.groups(), (DAY, HOUR, MINUTE, 1.0), strict=True)
    seconds = sum(float(amount) * unit for amount, unit in amounts if amount)
    return Duration(origin=origin, seconds=seconds, trace=value.trace)


def _date(invocation: Invocation) -> Possible | None:
    """`new DateTime(1970, 1, 1, ...)` is where the count of seconds begins; `new DateTimeOffset(date)` is that date."""
    values = invocation.values(0)
    if any(isinstance(value, Number) and value.number == _FIRST_YEAR for value in values):
        return (Reference(origin=invocation.call, name="DateTime.UnixEpoch"),)
    dates = tuple(value for value in values if isinstance(value, Moment | Reference))
    return dates or None


def _argument_on_clock(clock: Clock) -> Function:
    """`EpochTime.GetIntDate(date)`."""

    def convert(value: Value, _: Expr) -> Value | None:
        return replace(value, clock=clock) if isinstance(value, Moment) and value.clock is Clock.OBJECT else None

    return each(convert)


FUNCTIONS: dict[str, Function] = {
    **{f"TimeSpan.From{unit}": span(seconds) for unit, seconds in _UNITS.items() if seconds < MONTH},
    "TimeSpan": _time_span,
    **dict.fromkeys(("TimeSpan.Parse", "TimeSpan.ParseExact"), each(_parsed_span)),
    **dict.fromkeys(("DateTime", "DateTimeOffset"), _date),
    "DateTime.SpecifyKind": identity,
    "DateTimeOffset.FromUnixTimeSeconds": from_clock(Clock.SECONDS),
    "DateTimeOffset.FromUnixTimeMilliseconds": from_clock(Clock.MILLISECONDS),
    "EpochTime.GetIntDate": _argument_on_clock(Clock.SECONDS),
    **dict.fromkeys(
        (
            *(f"{kind}.Parse" for kind in ("int", "long", "double", "float", "decimal", "Int32", "Int64", "Double")),
            *(f"Convert.{name}" for name in ("ToInt32", "ToInt64", "ToDouble", "ToUInt32", "ToUInt64", "ToDecimal")),
            *("Math.Floor", "Math.Ceiling", "Math.Round", "Math.Truncate", "Math.Abs"),
        ),
        each(number),
    ),
    **dict.fromkeys(("TimeProvider.System.GetUtcNow", "TimeProvider.System.GetLocalNow"), now(Clock.OBJECT)),
    "Convert.ToString": each(as_text),
    **dict.fromkeys(
        (
            *(f"Encoding.{name}.GetBytes" for name in ("UTF8", "ASCII", "Default", "Latin1")),
            *("SymmetricSecurityKey", "SigningCredentials", "JwtHeader", "Options.Create", "Task.FromResult"),
            *(
                f"JsonSerializer.Serialize{suffix}"
                for suffix in ("", "ToElement", "ToNode", "ToUtf8Bytes", "ToDocument")
            ),
            *("JsonConvert.SerializeObject", "JObject.FromObject", "JToken.FromObject", "JObject.Parse"),
            *("JsonExtensions.SerializeToJson", "ReadOnlyMemory", "ValueTask.FromResult"),
        ),
        identity,
    ),
    **dict.fromkeys(
        (
            *("string.Format", "string.Join", "string.Concat", "Convert.ToBase64String", "Convert.FromBase64String"),
            *("Convert.FromHexString", "Uri.EscapeDataString", "WebUtility.UrlEncode"),
        ),
        derived,
    ),
    **csharp_tokens.FUNCTIONS,
    "Math.Min": LEAST,
    "Math.Max": GREATEST,
    "Math.Clamp": lambda invocation: invocation.values(2) or None,
}


# --- constants --------------------------------------------------------------------------------------------------------

_NOW = frozenset(f"{kind}.{name}" for kind in ("DateTime", "DateTimeOffset") for name in ("UtcNow", "Now", "Today"))


def constant(name: str, origin: Expr) -> Value | None:
    """The value of a static property or field, by its simple name."""
    if name in _NOW:
        return Moment(origin=origin, offset=0.0, clock=Clock.OBJECT)
    if name == "TimeSpan.Zero":
        return Duration(origin=origin, seconds=0.0)
    if name in {"string.Empty", "String.Empty"}:
        return Text(origin=origin, text="", pieces=(origin,))
    if isinstance(origin, Index) and isinstance(origin.key, Literal) and isinstance(origin.key.value, str):
        key = origin.key.value
        return _setting(key, origin) if _is_configuration(key, origin) else None
    claim = csharp_tokens.claim_name(name)
    return Text(origin=origin, text=claim, pieces=(origin,)) if claim is not None else None


# --- methods ----------------------------------------------------------------------------------------------------------


def _clock(invocation: Invocation, _: Value) -> Possible:
    """`timeProvider.GetUtcNow()`."""
    return (Moment(origin=invocation.call, offset=0.0, clock=Clock.OBJECT),)


def _without(invocation: Invocation, receiver: Value) -> Possible | None:
    """`date.Subtract(epoch)` and `date.Subtract(span)`."""
    if not isinstance(receiver, Moment):
        return None
    origin = invocation.call
    return invocation.each(invocation.values(0), lambda value: since(receiver, value, origin))


def since(moment: Moment, value: Value, origin: Expr) -> Value | None:
    """What is left of a point in time when another, or a span, is taken away; None when that says nothing."""
    match value:
        case Reference(name=name) if simple_name(name) in _EPOCHS:
            return replace(moment, origin=origin)
        case Duration(seconds=seconds):
            return replace(moment, offset=moment.offset - seconds, origin=origin, trace=joined_trace(moment, value))
        case Moment(clock=Clock.OBJECT) if moment.clock is Clock.OBJECT:
            return Duration(origin=origin, seconds=moment.offset - value.offset, trace=joined_trace(moment, value))
        case _:
            return None


def _scaled(invocation: Invocation, receiver: Value) -> Possible | None:
    """`span.Multiply(2)`."""
    if not isinstance(receiver, Duration):
        return None
    return invocation.each(
        invocation.values(0),
        lambda value: (
            replace(receiver, seconds=receiver.seconds * value.number, origin=invocation.call)
            if isinstance(value, Number)
            else None
        ),
    )


def _longer(sign: float) -> Method:
    def add(invocation: Invocation, receiver: Value) -> Possible | None:
        if not isinstance(receiver, Duration):
            return None
        return invocation.each(
            invocation.values(0),
            lambda value: (
                replace(receiver, seconds=receiver.seconds + sign * value.seconds, origin=invocation.call)
                if isinstance(value, Duration)
                else None
            ),
        )

    return add


_TEXT: dict[str, Method] = dict.fromkeys(("Trim", "ToString", "TrimStart", "TrimEnd", "AsSpan", "Normalize"), itself)
_TASKS: dict[str, Method] = dict.fromkeys(("ConfigureAwait", "GetAwaiter", "GetResult"), itself)


def _of_section(invocation: Invocation, receiver: Value) -> Possible | None:
    """`configuration.GetSection("LiveKit").GetValue<string>("ApiSecret", default)`."""
    if not isinstance(receiver, Environment) or receiver.accessor != CONFIGURATION:
        return None
    found: list[Value] = []
    for key in invocation.values(0):
        if not isinstance(key, Text):
            return None
        setting = _setting(f"{receiver.name}:{key.text}", invocation.call)
        found += (setting, *as_fallback(invocation.values(1), setting.name))
    return tuple(found) or None


METHODS: Mapping[type, Mapping[str, Method]] = {
    Text: {**_TEXT, **_TASKS},
    Number: {"ToString": itself, **_TASKS},
    Moment: {
        **{f"Add{unit}": moving(seconds) for unit, seconds in _UNITS.items()},
        "Add": moving(1.0),
        "Subtract": _without,
        "ToUnixTimeSeconds": on_clock(Clock.SECONDS),
        "ToUnixTimeMilliseconds": on_clock(Clock.MILLISECONDS),
        **dict.fromkeys(("ToUniversalTime", "ToLocalTime", "ToString", "ToOffset"), itself),
    },
    Duration: {"Add": _longer(1.0), "Subtract": _longer(-1.0), "Multiply": _scaled, "Duration": itself},
    Listed: dict.fromkeys(("ToList", "ToArray", "AsEnumerable"), itself),
    Environment: {**_TEXT, **_TASKS, **dict.fromkeys(_READING, _of_section)},
    Given: {"GetUtcNow": _clock, "GetLocalNow": _clock, **_TEXT, **_TASKS},
    Returned: {"GetUtcNow": _clock, "GetLocalNow": _clock, **_TEXT, **_TASKS},
    Unknown: {"GetUtcNow": _clock, "GetLocalNow": _clock, **_TASKS},
}


# --- properties -------------------------------------------------------------------------------------------------------

_SAME_MOMENT = frozenset({"UtcDateTime", "DateTime", "LocalDateTime", "Date", "Value"})
_CLOCKS = {"TotalSeconds": Clock.SECONDS, "TotalMilliseconds": Clock.MILLISECONDS}


def part(value: Value, key: str, origin: Expr) -> Value | None:  # noqa: PLR0911 - one per kind of value
    """A property of a value: `span.TotalSeconds`, `now.UtcDateTime`, `configuration["LiveKit:ApiSecret"]`."""
    match value:
        case Moment(clock=Clock.OBJECT) if key in _CLOCKS:
            return replace(value, clock=_CLOCKS[key], origin=origin)
        case Moment() if key in _SAME_MOMENT:
            return value
        case Duration() if key.removeprefix("Total") in _UNITS:
            return counted(value, _UNITS[key.removeprefix("Total")], origin)
        case Environment(accessor=accessor) if accessor == CONFIGURATION:
            return value if key == "Value" else _setting(f"{value.name}:{key}", origin)
        case Given() | Returned() | Reference() | Unknown() if _is_configuration(key, origin):
            return _setting(key, origin)
        case Given() | Returned() | Reference() | Unknown() if key == "UtcNow":
            return Moment(origin=origin, offset=0.0, clock=Clock.OBJECT)
        case _:
            return None


def _is_configuration(key: str, origin: Expr) -> bool:
    """Whether an access reads the configuration: by a key with sections, or from something that is called so."""
    if not isinstance(origin, Index):
        return False
    return ":" in key or _CONFIGURATION.search(_last_name(origin.object)) is not None


def _last_name(expr: Expr) -> str:
    match expr:
        case Member(name=name):
            return name
        case Name(id=name):
            return name
        case Call(callee=Member(name=name)):
            return name.removeprefix("GetRequired").removeprefix("Get")
        case _:
            return ""


def variable_name(key: str) -> str:
    """A setting as a name of the kind of environment variables: `LiveKit:ApiSecret` is LIVEKIT_API_SECRET."""
    return "_".join(part for part in _WORDS.split(key.replace("LiveKit", "Livekit")) if part).upper()


def _setting(key: str, origin: Expr) -> Environment:
    return Environment(origin=origin, name=variable_name(key), accessor=CONFIGURATION)


def read(name: str, invocation: Invocation) -> Possible | None:
    """What `configuration.GetValue<T>("Section:Key", default)` and the like read; None for any other call."""
    callee = invocation.call.callee
    method = name.rpartition(".")[2]
    if simple_name(name) in _VARIABLES:
        return _variables(invocation)
    if method not in _READING or not isinstance(callee, Member):
        return None
    found: list[Value] = []
    for key in invocation.values(0):
        if not isinstance(key, Text):
            found.append(unknown(invocation.call, (key,)))
        elif ":" in key.text or method.endswith("Section") or _CONFIGURATION.search(_last_name(callee.object)):
            inner = _section_of(invocation, callee.object)
            setting = _setting(f"{inner}:{key.text}" if inner else key.text, invocation.call)
            found += (setting, *as_fallback(invocation.values(1), setting.name))
        else:
            return None
    return tuple(found) or None


def _variables(invocation: Invocation) -> Possible | None:
    """`Environment.GetEnvironmentVariable("K")`."""
    found: list[Value] = []
    for key in invocation.values(0, "variable"):
        if isinstance(key, Text):
            read_by = "Environment.GetEnvironmentVariable"
            found.append(Environment(origin=invocation.call, name=key.text, accessor=read_by, trace=key.trace))
        else:
            found.append(unknown(invocation.call, (key,)))
    return tuple(found) or None


def _section_of(invocation: Invocation, receiver: Expr) -> str:
    """The section that something read from a section is in."""
    values = (value for value in invocation.evaluate(receiver) if isinstance(value, Environment))
    return next((value.name for value in values if value.accessor == CONFIGURATION), "")
