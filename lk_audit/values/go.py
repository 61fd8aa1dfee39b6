"""Known functions and methods of Go's standard library and of libraries that many programs use, as tables.

Sources: the documentation of Go's `time`, `strconv`, `strings`, `flag`, `cmp`; spf13/pflag, golang-jwt.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.syntax import Expr
from lk_audit.values.arithmetic import to_float
from lk_audit.values.conversions import GREATEST, LEAST, derived, each, identity
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import Clock, Duration, Flag, Listed, Moment, Number, Possible, Returned, Text, Value
from lk_audit.values.moments import DAY, HOUR, MINUTE, MONTH, YEAR, now
from lk_audit.values.possible import bounded, either, joined_trace, unknown
from lk_audit.values.spans import in_units, on_clock
from lk_audit.values.texts import as_text, itself

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": MINUTE, "h": HOUR}
_SPAN_PART = regex(r"([0-9]{1,15}(?:\.[0-9]{0,9})?)(ns|us|µs|ms|s|m|h)")
_MOST_SPAN = 100
DURATIONS = {
    "time.Nanosecond": 1e-9,
    "time.Microsecond": 1e-6,
    "time.Millisecond": 1e-3,
    "time.Second": 1.0,
    "time.Minute": MINUTE,
    "time.Hour": HOUR,
}
"""The constants of `time`, in seconds."""
_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})


def _default_of_flag(invocation: Invocation) -> Possible:
    """`flag.String("secret", "fallback", "usage")`: the default, or what the command line says."""
    return (*invocation.values(1), Returned(origin=invocation.call, call=invocation.call, callee="flag"))


def _number(value: Value, origin: Expr) -> Value | None:
    if isinstance(value, Text) and (number := to_float(value.text)) is not None:
        return Number(origin=origin, number=number, environment=value.environment, trace=value.trace)
    return as_text(value, origin) if not isinstance(value, Text) else None


def _flag(value: Value, origin: Expr) -> Value | None:
    if isinstance(value, Text) and value.text in _TRUE | _FALSE:
        return Flag(origin=origin, flag=value.text in _TRUE, trace=value.trace)
    return None


def _span(value: Value, origin: Expr) -> Value | None:
    """`time.ParseDuration("1h30m")`."""
    if not isinstance(value, Text) or len(value.text) > _MOST_SPAN:
        return None
    text = value.text.removeprefix("+").removeprefix("-")
    parts = _SPAN_PART.findall(text)
    if not parts or "".join(amount + unit for amount, unit in parts) != text:
        return None
    seconds = sum(float(amount) * _UNITS[unit] for amount, unit in parts)
    return Duration(origin=origin, seconds=-seconds if value.text.startswith("-") else seconds, trace=value.trace)


def _trimmed(value: Value, origin: Expr) -> Value | None:
    return replace(value, text=value.text.strip()) if isinstance(value, Text) else as_text(value, origin)


def _until(value: Value, origin: Expr) -> Value | None:
    """`time.Until(moment)`."""
    return Duration(origin=origin, seconds=value.offset, trace=value.trace) if isinstance(value, Moment) else None


def _appended(invocation: Invocation) -> Possible | None:
    """`append(list, a, b)`."""
    values = invocation.values(0)
    if len(values) != 1 or not isinstance(values[0], Listed):
        return None
    rest = invocation.call.arguments[1:]
    items = tuple(invocation.evaluate(item.value) for item in rest if not item.spread)
    is_open = values[0].open or any(item.spread for item in rest)
    return (replace(values[0], origin=invocation.call, items=(*values[0].items, *items), open=is_open),)


def _first_set(invocation: Invocation) -> Possible:
    """`cmp.Or(os.Getenv("A"), "b")`: the first that is not empty."""
    found: Possible = ()
    for values in invocation.everything():
        found = either(found, values)
    return found


_CONVERSIONS = (
    *(f"{sign}int{size}" for sign in ("", "u") for size in ("", "8", "16", "32", "64")),
    *("float32", "float64", "string", "time.Duration"),
)
_POINTERS = (
    *(f"google.golang.org/protobuf/proto.{kind}" for kind in ("Bool", "String", "Int32", "Int64", "Uint32")),
    *(f"github.com/aws/aws-sdk-go/aws.{kind}" for kind in ("Bool", "String")),
    *(f"github.com/aws/aws-sdk-go-v2/aws.{kind}" for kind in ("Bool", "String")),
    *(
        "k8s.io/utils/pointer.Bool",
        "k8s.io/utils/ptr.To",
        "github.com/samber/lo.ToPtr",
        "github.com/AlekSi/pointer.ToBool",
    ),
)
_FLAGS = ("String", "Bool", "Int", "Int64", "Uint", "Float64", "Duration")

FUNCTIONS: dict[str, Function] = {
    **dict.fromkeys((*_CONVERSIONS, *_POINTERS), identity),
    **{f"{package}.{kind}": _default_of_flag for package in ("flag", "github.com/spf13/pflag") for kind in _FLAGS},
    **{
        f"github.com/{package}.NewNumericDate": identity
        for package in ("golang-jwt/jwt", "dgrijalva/jwt-go", "form3tech-oss/jwt-go")
    },
    **{
        f"github.com/{package}.MapClaims": identity
        for package in ("golang-jwt/jwt", "dgrijalva/jwt-go", "form3tech-oss/jwt-go")
    },
    "time.Now": now(Clock.OBJECT),
    "time.Until": each(_until),
    "time.ParseDuration": each(_span),
    **dict.fromkeys(("strconv.Atoi", "strconv.ParseInt", "strconv.ParseUint", "strconv.ParseFloat"), each(_number)),
    "strconv.Itoa": each(as_text),
    "strconv.ParseBool": each(_flag),
    "strings.TrimSpace": each(_trimmed),
    "append": _appended,
    "cmp.Or": _first_set,
    **dict.fromkeys(
        (
            *("len", "fmt.Sprint", "fmt.Sprintf", "fmt.Sprintln", "strings.ToLower", "strings.ToUpper"),
            *("strings.ReplaceAll", "strings.TrimPrefix", "strings.TrimSuffix", "strings.Join", "strings.Split"),
            *("strings.Fields", "strings.SplitN", "strings.Cut", "strings.CutPrefix", "strings.Trim", "strings.Title"),
            *("net/url.QueryEscape", "net/url.PathEscape", "net/url.QueryUnescape", "html.EscapeString"),
        ),
        derived,
    ),
    **dict.fromkeys(("min", "math.Min"), LEAST),
    **dict.fromkeys(("max", "math.Max"), GREATEST),
}


def _added(invocation: Invocation, receiver: Value) -> Possible | None:
    """`time.Now().Add(24 * time.Hour)`; a bare number counts nanoseconds."""
    if not isinstance(receiver, Moment):
        return None
    return bounded((_moved(receiver, value, invocation.call) for value in invocation.values(0)), invocation.call)


def _moved(moment: Moment, value: Value, origin: Expr) -> Value:
    match value:
        case Duration(seconds=seconds):
            pass
        case Number(number=number):
            seconds = number * _UNITS["ns"]
        case _:
            return unknown(origin, (moment, value))
    return replace(moment, offset=moment.offset + seconds, origin=origin, trace=joined_trace(moment, value))


def _added_date(invocation: Invocation, receiver: Value) -> Possible | None:
    """`AddDate(years, months, days)`."""
    values = [invocation.values(position) for position in range(3)]
    if not isinstance(receiver, Moment) or any(len(item) != 1 or not isinstance(item[0], Number) for item in values):
        return None
    numbers = [item[0].number for item in values if isinstance(item[0], Number)]
    seconds = sum(number * unit for number, unit in zip(numbers, (YEAR, MONTH, DAY), strict=True))
    return (replace(receiver, offset=receiver.offset + seconds, origin=invocation.call),)


MOMENT: Mapping[str, Method] = {
    "Add": _added,
    "AddDate": _added_date,
    "Unix": on_clock(Clock.SECONDS),
    "UnixMilli": on_clock(Clock.MILLISECONDS),
    **dict.fromkeys(("UTC", "Local", "In", "Truncate", "Round"), itself),
}
DURATION: Mapping[str, Method] = {
    "Seconds": in_units(1.0),
    "Minutes": in_units(MINUTE),
    "Hours": in_units(HOUR),
    "Milliseconds": in_units(1e-3),
    "Nanoseconds": in_units(1e-9),
    **dict.fromkeys(("Truncate", "Round"), itself),
}
METHODS: Mapping[type, Mapping[str, Method]] = {Moment: MOMENT, Duration: DURATION}
