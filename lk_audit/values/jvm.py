"""Known functions and methods of Java's and Kotlin's standard libraries, and of what many programs use, as tables.

Names are those of classes without their package (see `simple_name`). Sources: the documentation of `java.time`,
`java.util.concurrent.TimeUnit`, `java.util.Date` and `Calendar`, `kotlin.time`, kotlinx-datetime, Spring's `@Value`,
MicroProfile Config, Micronaut, java-jwt, jjwt.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.syntax import Expr
from lk_audit.values.arithmetic import to_float
from lk_audit.values.conversions import GREATEST, LEAST, derived, each, identity
from lk_audit.values.invocation import Function, Invocation
from lk_audit.values.model import (
    Clock,
    Duration,
    Environment,
    Flag,
    Listed,
    Moment,
    Nothing,
    Number,
    Possible,
    Reference,
    Returned,
    Text,
    Value,
)
from lk_audit.values.moments import DAY, HOUR, MINUTE, MONTH, WEEK, YEAR, now
from lk_audit.values.possible import as_fallback, either, joined_trace
from lk_audit.values.spans import counted, from_clock, span

LANGUAGES = frozenset({"java", "kotlin"})
UNITS: dict[str, float] = {
    "Nanos": 1e-9,
    "Micros": 1e-6,
    "Millis": 1e-3,
    "Seconds": 1.0,
    "Minutes": MINUTE,
    "Hours": HOUR,
    "Days": DAY,
    "Weeks": WEEK,
    "Months": MONTH,
    "Years": YEAR,
}
_CONSTANTS: dict[str, float] = {
    "NANOSECONDS": 1e-9,
    "MICROSECONDS": 1e-6,
    "MILLISECONDS": 1e-3,
    "NANOS": 1e-9,
    "MILLIS": 1e-3,
    "SECONDS": 1.0,
    "MINUTES": MINUTE,
    "HOURS": HOUR,
    "DAYS": DAY,
    "WEEKS": WEEK,
    "MONTHS": MONTH,
    "YEARS": YEAR,
}
"""The constants of `TimeUnit`, `ChronoUnit` and `DurationUnit`, in seconds."""
_CALENDAR: dict[str, float] = {
    "MILLISECOND": 1e-3,
    "SECOND": 1.0,
    "MINUTE": MINUTE,
    "HOUR": HOUR,
    "HOUR_OF_DAY": HOUR,
    "DATE": DAY,
    "DAY_OF_MONTH": DAY,
    "DAY_OF_YEAR": DAY,
    "DAY_OF_WEEK": DAY,
    "WEEK_OF_YEAR": WEEK,
    "MONTH": MONTH,
    "YEAR": YEAR,
}
_ISO_SPAN = regex(r"P(?:([0-9]{1,6})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,9})(?:\.[0-9]{1,9})?S)?)?")
_PLACEHOLDER = regex(r"[$#]\{\s{0,4}([A-Za-z][A-Za-z0-9_.\-\[\]]{0,120})\s{0,4}\}")
_COMPUTED = regex(r"[$#]\{")
_SEPARATORS = regex(r"[.\-]")
_DIGITS = regex(r"\d{1,18}")


def simple_name(name: str) -> str:
    """A full name without its package: `java.util.concurrent.TimeUnit.DAYS` is `TimeUnit.DAYS`.

    A function or value of a package itself keeps its own name: `kotlin.math.max` is `max`.
    """
    parts = name.split(".")
    first = next((place for place, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
    kept = [part for part in parts[first:] if part != "Companion"]
    return ".".join(kept) if first < len(parts) - 1 or parts[-1][:1].isupper() else name if first == 0 else parts[-1]


# --- functions --------------------------------------------------------------------------------------------------------


def as_number(value: Value, origin: Expr) -> Value | None:
    """A value as a number: parsed text, or what stands for one already; None for anything else."""
    match value:
        case Number() | Environment() | Returned() | Moment():
            return value
        case Text(text=text) if (number := to_float(text.rstrip("lL"))) is not None:
            return Number(origin=origin, number=number, environment=value.environment, trace=value.trace)
        case _:
            return None


def _converted(source: float, target: float) -> Function:
    """`TimeUnit.HOURS.toMillis(6)`."""

    def convert(value: Value, origin: Expr) -> Value | None:
        if not isinstance(value, Number):
            return None
        number = value.number * source / target
        return Number(origin=origin, number=float(round(number, 6)), trace=value.trace)

    return each(convert)


def _converting(target: float) -> Function:
    """`TimeUnit.MILLISECONDS.convert(6, TimeUnit.HOURS)` and `convert(duration)`."""

    def call(invocation: Invocation) -> Possible | None:
        unit = invocation.expr(1)
        if unit is None:
            return invocation.each(invocation.values(0), lambda value: counted(value, target, invocation.call))
        found: list[Value] = []
        for value in invocation.evaluate(unit):
            source = unit_of(value)
            found += invocation.unknown((value,)) if source is None else _converted(source, target)(invocation) or ()
        return tuple(found)

    return call


def unit_of(value: Value) -> float | None:
    """The seconds that a constant such as `ChronoUnit.HOURS` stands for."""
    name = value.name.rpartition(".")[2] if isinstance(value, Reference) else ""
    return _CONSTANTS.get(name)


def _span_of(invocation: Invocation) -> Possible | None:
    """`Duration.of(6, ChronoUnit.HOURS)`."""
    return amount(invocation, invocation.values(0), invocation.values(1))


def amount(invocation: Invocation, numbers: Possible, units: Possible) -> Possible | None:
    """The time spans that numbers of units make; None where one of them is not known."""
    found: list[Value] = []
    for number in numbers:
        for unit in units:
            seconds = unit_of(unit)
            if not isinstance(number, Number) or seconds is None:
                return None
            found.append(
                Duration(origin=invocation.call, seconds=number.number * seconds, trace=joined_trace(number, unit))
            )
    return tuple(found) or None


def _parsed_span(value: Value, origin: Expr) -> Value | None:
    """`Duration.parse("PT1H30M")`."""
    match = _ISO_SPAN.fullmatch(value.text) if isinstance(value, Text) else None
    if match is None:
        return None
    amounts = zip(match.groups(), (DAY, HOUR, MINUTE, 1.0), strict=True)
    seconds = sum(float(amount) * unit for amount, unit in amounts if amount)
    return Duration(origin=origin, seconds=seconds, trace=value.trace)


def _date(invocation: Invocation) -> Possible | None:
    """`Date()` is now, `Date(milliseconds)` a point in time."""
    if not invocation.call.arguments:
        return (Moment(origin=invocation.call, offset=0.0, clock=Clock.OBJECT),)
    if invocation.positional > 1:
        return None
    return invocation.each(invocation.values(0), _as_date)


def _as_date(value: Value) -> Value | None:
    """A point in time; a fixed one as the seconds since 1970 that a token holds."""
    if isinstance(value, Moment) and value.clock is not Clock.SECONDS:
        return replace(value, clock=Clock.OBJECT)
    return replace(value, number=value.number / _IN_A_SECOND) if isinstance(value, Number) else None


_IN_A_SECOND = 1000.0


def _pair(invocation: Invocation) -> Possible | None:
    """Kotlin's `Pair(a, b)`, which is taken apart like a list."""
    return (Listed(origin=invocation.call, items=tuple(invocation.everything())),)


def _first_set(invocation: Invocation) -> Possible:
    """`Objects.requireNonNullElse(a, b)`: the first that is there."""
    found: Possible = ()
    for values in invocation.everything():
        kept = tuple(value for value in values if not isinstance(value, Nothing))
        found = either(found, kept)
    return found


def _injected(invocation: Invocation) -> Possible | None:
    """`@Value("${livekit.api-secret}")`: a property, and its default; text without an expression is itself."""
    found: list[Value] = []
    for value in invocation.values(0, "value"):
        match = _PLACEHOLDER.fullmatch(value.text.strip()) if isinstance(value, Text) else None
        if match is not None:
            found += _setting(invocation, match[1], value)
        elif isinstance(value, Text) and not _COMPUTED.search(value.text):
            found += (value, *_as_numbers((value,)))
        else:
            return None
    return tuple(found) or None


def _property(invocation: Invocation) -> Possible | None:
    """`@ConfigProperty(name = "livekit.secret")`: a property, and its default."""
    found: list[Value] = []
    for value in invocation.values(0, "name"):
        if not isinstance(value, Text):
            return None
        found += _setting(invocation, value.text, value)
    return tuple(found) or None


def _setting(invocation: Invocation, key: str, said: Value) -> Iterator[Value]:
    name = variable_name(key)
    yield Environment(origin=invocation.call, name=name, accessor="a property", trace=said.trace)
    defaults = invocation.values(None, "defaultValue")
    yield from as_fallback((*defaults, *_as_numbers(defaults)), name)


def _as_numbers(values: Possible) -> Iterator[Value]:
    """What texts become where the field that they are for is a number: `@Value("${livekit.ttl:3600}") long ttl`."""
    for value in values:
        if isinstance(value, Text) and _DIGITS.fullmatch(value.text):
            yield Number(origin=value.origin, number=float(value.text), trace=value.trace)


def variable_name(name: str) -> str:
    """A property as the environment variable that sets it: `livekit.api-secret` is LIVEKIT_API_SECRET."""
    return _SEPARATORS.sub("_", name).upper()


def _read_property(invocation: Invocation) -> Possible | None:
    """`environment.getProperty("livekit.api.secret", "fallback")`."""
    found: list[Value] = []
    for key in invocation.values(0):
        if not isinstance(key, Text):
            return None
        name = variable_name(key.text)
        found.append(Environment(origin=invocation.call, name=name, accessor="a property", trace=key.trace))
        found += as_fallback(invocation.values(1), name)
    return tuple(found) or None


FUNCTIONS: dict[str, Function] = {
    **{
        f"TimeUnit.{source}.to{target}": _converted(_CONSTANTS[source], UNITS[target])
        for source in ("NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS")
        for target in ("Nanos", "Micros", "Millis", "Seconds", "Minutes", "Hours", "Days")
    },
    **{
        f"TimeUnit.{target}.convert": _converting(_CONSTANTS[target])
        for target in ("NANOSECONDS", "MICROSECONDS", "MILLISECONDS", "SECONDS", "MINUTES", "HOURS", "DAYS")
    },
    **{f"Duration.of{unit}": span(seconds) for unit, seconds in UNITS.items()},
    **dict.fromkeys(("Pair", "Triple"), _pair),
    "Duration.of": _span_of,
    **dict.fromkeys(("Duration.parse", "Duration.parseIsoString"), each(_parsed_span)),
    "Duration.between": derived,
    "System.currentTimeMillis": now(Clock.MILLISECONDS),
    **dict.fromkeys(
        (
            *("Instant.now", "LocalDateTime.now", "ZonedDateTime.now", "OffsetDateTime.now", "Calendar.getInstance"),
            *("Clock.System.now", "GregorianCalendar", "DateTime.now"),
        ),
        now(Clock.OBJECT),
    ),
    "Date": _date,
    "NumericDate.now": now(Clock.OBJECT),
    "Instant.ofEpochSecond": from_clock(Clock.SECONDS),
    **dict.fromkeys(("Instant.ofEpochMilli", "Instant.fromEpochMilliseconds"), from_clock(Clock.MILLISECONDS)),
    **dict.fromkeys(
        (
            *("Date.from", "Algorithm.HMAC256", "Keys.hmacShaKeyFor", "SecretKeySpec", "String", "String.valueOf"),
            *("Objects.requireNonNull", "requireNotNull", "checkNotNull", "Optional.of", "Optional.ofNullable"),
            *("Decoders.BASE64.decode", "JsonPrimitive", "Mono.just", "ResponseEntity.ok", "Boolean.valueOf"),
            *("Timestamp.from", "HmacKey"),
        ),
        identity,
    ),
    **dict.fromkeys(
        (
            *("Long.parseLong", "Integer.parseInt", "Long.valueOf", "Integer.valueOf", "Double.parseDouble"),
            "Math.toIntExact",
        ),
        each(as_number),
    ),
    **dict.fromkeys(("Objects.requireNonNullElse", "StringUtils.defaultIfBlank"), _first_set),
    "Value": _injected,
    **dict.fromkeys(("ConfigProperty", "Property"), _property),
    "System.getProperty": _read_property,
    **dict.fromkeys(
        ("UUID.randomUUID", "String.format", "URLEncoder.encode", "Base64.getEncoder", "Boolean.parseBoolean"), derived
    ),
    **dict.fromkeys(("Math.min", "minOf", "min"), LEAST),
    **dict.fromkeys(("Math.max", "maxOf", "max"), GREATEST),
}


def constant(name: str, origin: Expr) -> Value | None:
    """The value of a constant of Java's library, by its simple name."""
    if name in {"Boolean.TRUE", "Boolean.FALSE"}:
        return Flag(origin=origin, flag=name == "Boolean.TRUE")
    return Duration(origin=origin, seconds=0.0) if name == "Duration.ZERO" else None


# --- properties -------------------------------------------------------------------------------------------------------

_SPANS = {f"{unit.lower()}": seconds for unit, seconds in UNITS.items() if unit not in {"Months", "Years", "Weeks"}}
_SPANS |= {"milliseconds": 1e-3, "nanoseconds": 1e-9, "microseconds": 1e-6}
_WHOLE = {
    "inWholeMilliseconds": 1e-3,
    "inWholeSeconds": 1.0,
    "inWholeMinutes": MINUTE,
    "inWholeHours": HOUR,
    "inWholeDays": DAY,
    "inWholeNanoseconds": 1e-9,
    "inWholeMicroseconds": 1e-6,
    "seconds": 1.0,
}
_CLOCKS = {
    "time": Clock.MILLISECONDS,
    "timeInMillis": Clock.MILLISECONDS,
    "epochSecond": Clock.SECONDS,
    "epochSeconds": Clock.SECONDS,
}


def part(value: Value, key: str, origin: Expr) -> Value | None:
    """A property of a constant: `24.hours`, `duration.inWholeMilliseconds`, `date.time`."""
    match value:
        case Number(number=number) if key in _SPANS:
            return Duration(origin=origin, seconds=number * _SPANS[key], trace=value.trace)
        case Duration() if key in _WHOLE:
            return counted(value, _WHOLE[key], origin)
        case Moment(clock=Clock.OBJECT) if key in _CLOCKS:
            return replace(value, clock=_CLOCKS[key])
        case _:
            return None


# --- what is read from outside ----------------------------------------------------------------------------------------

_READING = regex(
    r"(?:^|\.)(?:env|environment|config|dotenv|properties|props|conf|applicationConfig)\."
    r"(?:getProperty|getRequiredProperty|get|getString|property|propertyOrNull|getValue|getOptionalValue|tryGetString)$"
)


def read(name: str, invocation: Invocation) -> Possible | None:
    """What a call on something that is called like a configuration reads; None for any other call."""
    key = invocation.expr(0)
    if key is None or not _READING.search(name):
        return None
    return _read_property(invocation)


def calendar_moved(moment: Moment, invocation: Invocation) -> Moment | None:
    """`calendar.add(Calendar.HOUR, 6)`."""
    units, amounts = invocation.values(0), invocation.values(1)
    if len(units) != 1 or len(amounts) != 1 or not isinstance(units[0], Reference):
        return None
    seconds = _CALENDAR.get(units[0].name.rpartition(".")[2])
    if seconds is None or not isinstance(amounts[0], Number):
        return None
    return replace(moment, offset=moment.offset + seconds * amounts[0].number)
