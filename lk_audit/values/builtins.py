"""Known functions and methods of the languages, as tables; those of time are in `moments`."""

from __future__ import annotations

import itertools
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.syntax import Expr, Literal
from lk_audit.unicode import writable
from lk_audit.values import csharp, dart, dialects, elixir, go, jvm, moments, php, ruby, rust, swift, texts
from lk_audit.values.arithmetic import to_float
from lk_audit.values.invocation import Function, Invocation, Method
from lk_audit.values.model import (
    Clock,
    Duration,
    Environment,
    Flag,
    Given,
    Listed,
    Mapped,
    Member,
    Moment,
    Nothing,
    Number,
    Possible,
    Returned,
    Text,
    Value,
)
from lk_audit.values.possible import bounded, joined_trace, truth, unknown

_LEADING_NUMBER = regex(r"\s*([-+]?\d{1,30}(?:\.\d{1,30})?)")
_LONGEST_TIMEDELTA = 86399999999999.0
_NUMBERS = {
    **dict.fromkeys(("NaN", "Number.NaN", "math.nan"), math.nan),
    **dict.fromkeys(("Infinity", "Number.POSITIVE_INFINITY", "math.inf"), math.inf),
    "Number.MAX_SAFE_INTEGER": 2.0**53 - 1,
    "Number.MAX_VALUE": sys.float_info.max,
    "sys.maxsize": 2.0**63 - 1,
    **php.NUMBERS,
}
_MOST_COMBINATIONS = 256
_MOST_JSON = 100_000
_DEEPEST_JSON = 20


def _first(change: Callable[[Value, Expr], Value | None]) -> Function:
    """A function of one argument, value by value."""

    def call(invocation: Invocation) -> Possible | None:
        values = invocation.values(0)
        if not invocation.is_plain or not values:
            return None
        return invocation.each(values, lambda value: change(value, invocation.call))

    return call


def _identity(invocation: Invocation) -> Possible | None:
    return invocation.values(0) or None


def _number(whole: bool) -> Callable[[Value, Expr], Value | None]:
    """A conversion to a number; what stands for something outside the code goes on standing for it."""

    def convert(value: Value, origin: Expr) -> Value | None:
        match value:
            case Number(number=number):
                return replace(value, number=float(math.trunc(number))) if whole and math.isfinite(number) else value
            case Text(text=text) if (read := to_float(text)) is not None:
                number = float(math.trunc(read)) if whole else read
                return Number(origin=origin, number=number, environment=value.environment, trace=value.trace)
            case Moment(clock=Clock.OBJECT):
                return replace(value, clock=Clock.MILLISECONDS)
            case Moment() | Environment() | Given() | Returned():
                return value
            case _:
                return None

    return convert


def _parse_number(whole: bool) -> Function:
    """`parseInt("3600", 10)` and `parseFloat`: the number that text begins with."""

    def convert(value: Value, origin: Expr) -> Value | None:
        if isinstance(value, Text):
            match = _LEADING_NUMBER.match(value.text)
            return None if match is None else _number(whole)(replace(value, text=match[1]), origin)
        return _number(whole)(value, origin)

    def call(invocation: Invocation) -> Possible | None:
        base = invocation.values(1)
        if any(not isinstance(item, Number) or item.number not in {0, 10} for item in base):
            return None
        return _first(convert)(invocation)

    return call


def _rounding(round_off: Callable[[float], float]) -> Function:
    def convert(value: Value, origin: Expr) -> Value | None:
        known = _number(whole=False)(value, origin)
        if not isinstance(known, Number) or not math.isfinite(known.number):
            return known
        return replace(known, number=float(round_off(known.number)))

    return _first(convert)


def _half_up(number: float) -> float:
    return math.floor(number + 0.5)


def _python_round(invocation: Invocation) -> Possible | None:
    return _rounding(round)(invocation) if invocation.positional == 1 else invocation.unknown(*invocation.everything())


def _absolute(value: Value, origin: Expr) -> Value | None:
    match value:
        case Number():
            return replace(value, number=abs(value.number), origin=origin)
        case Duration():
            return replace(value, seconds=abs(value.seconds), origin=origin)
        case _:
            return None


def _magnitude(value: Value) -> tuple[str, float] | None:
    match value:
        case Number(number=number):
            return "number", number
        case Duration(seconds=seconds):
            return "duration", seconds
        case Moment(clock=clock, offset=offset):
            return clock.value, offset
        case _:
            return None


def _extreme(choose: Callable[[Iterable[float]], float], *, is_bound: bool) -> Function:
    """`min` and `max`. `min(x, 3600)` is at most 3600, so 3600 stands for it; `max(x, 3600)` may be anything more."""

    def call(invocation: Invocation) -> Possible | None:
        arguments = list(invocation.everything())
        if not invocation.is_plain or len(arguments) < 2 or any(item.name for item in invocation.call.arguments):  # noqa: PLR2004 - a pair
            return None
        known = [[value for value in values if _magnitude(value)] for values in arguments]
        results = [_chosen(choose, items, invocation.call) for items in _combinations(known)]
        open_ended = any(len(items) < len(values) for items, values in zip(known, arguments, strict=True))
        if not results or None in results or (open_ended and not is_bound):
            results.append(unknown(invocation.call, *arguments))
        return bounded((item for item in results if item is not None), invocation.call)

    return call


def _combinations(known: list[list[Value]]) -> Iterator[tuple[Value, ...]]:
    choices = [items for items in known if items]
    return itertools.islice(itertools.product(*choices), _MOST_COMBINATIONS) if choices else iter(())


def _chosen(choose: Callable[[Iterable[float]], float], items: tuple[Value, ...], origin: Expr) -> Value | None:
    sizes = [(size, item) for item in items if (size := _magnitude(item)) is not None]
    if len({size[0] for size, _ in sizes}) != 1:
        return None
    extreme = choose(size[1] for size, _ in sizes)
    chosen = next(item for size, item in sizes if size[1] == extreme)
    return replace(chosen, origin=origin, trace=joined_trace(*items))


def _encoded(invocation: Invocation) -> Possible | None:
    """`bytes(x, "utf-8")`, `Buffer.from(x)`: the same text, unless another encoding is asked for."""
    if not all(isinstance(item, Text) and item.text.lower() in texts.UTF8 for item in invocation.values(1, "encoding")):
        return invocation.unknown(*invocation.everything())
    return _first(texts.as_text)(invocation)


def _boolean(python: bool) -> Function:
    def convert(value: Value, origin: Expr) -> Value | None:
        known = truth(value, python=python)
        return None if known is None else Flag(origin=origin, flag=known, trace=value.trace)

    return _first(convert)


def _derived(invocation: Invocation) -> Possible:
    """A result that is computed from the arguments in a way not followed here."""
    return invocation.unknown(*invocation.everything())


def _default_of_field(invocation: Invocation) -> Possible | None:
    """Pydantic's `Field`, `dataclasses.field` and attrs: the default, and the variable that `env=` names."""
    values = invocation.values(0, "default")
    names = [item for item in invocation.values(None, "env", "validation_alias", "alias") if isinstance(item, Text)]
    if names and invocation.expr(None, "env", "validation_alias") is not None:
        origin = invocation.call
        variables = tuple(Environment(origin=origin, name=item.text, accessor="pydantic") for item in names)
        fallback = (
            replace(item, environment=names[0].text) if isinstance(item, Text | Number) else item for item in values
        )
        return (*variables, *fallback)
    return values or None


def _json(invocation: Invocation) -> Possible:
    return invocation.each(invocation.values(0), lambda value: _parsed(value, invocation.call))


def _parsed(value: Value, origin: Expr) -> Value | None:
    if not isinstance(value, Text) or len(value.text) > _MOST_JSON:
        return None
    import json  # noqa: PLC0415 - few programs read settings out of literals

    try:
        return _from_json(json.loads(value.text), origin, 0)
    except (ValueError, RecursionError):
        return None


def _from_json(data: object, origin: Expr, depth: int) -> Value:  # noqa: PLR0911 - one per kind of data
    match data:
        case bool():
            return Flag(origin=origin, flag=data)
        case int() | float() if abs(data) < 2.0**1000:
            return Number(origin=origin, number=float(data))
        case str():
            return Text(origin=origin, text=writable(data), pieces=(origin,))
        case None:
            return Nothing(origin=origin)
        case list() if depth < _DEEPEST_JSON:
            return Listed(origin=origin, items=tuple((_from_json(item, origin, depth + 1),) for item in data))
        case dict() if depth < _DEEPEST_JSON:
            members = {
                writable(str(key)): Member(values=(_from_json(item, origin, depth + 1),), key=origin)
                for key, item in data.items()
            }
            return Mapped(origin=origin, members=members)
        case _:
            return unknown(origin)


_PYTHON: dict[str, Function] = {
    "int": _parse_number(whole=True),
    "float": _first(_number(whole=False)),
    "round": _python_round,
    "math.floor": _rounding(math.floor),
    "math.ceil": _rounding(math.ceil),
    "math.trunc": _rounding(math.trunc),
    "abs": _first(_absolute),
    "min": _extreme(min, is_bound=True),
    "max": _extreme(max, is_bound=False),
    "str": _encoded,
    "bytes": _encoded,
    "bool": _boolean(python=True),
    "json.loads": _json,
    "typing.cast": lambda invocation: invocation.values(1) or None,
    **dict.fromkeys(
        (
            "list",
            "tuple",
            "set",
            "frozenset",
            "sorted",
            "copy.copy",
            "copy.deepcopy",
            "pydantic.SecretStr",
            "starlette.datastructures.Secret",
            "textwrap.dedent",
            "types.MappingProxyType",
        ),
        _identity,
    ),
    **dict.fromkeys(("json.dumps", "repr", "format", "base64.b64encode", "base64.b64decode", "len", "sum"), _derived),
    **dict.fromkeys(
        ("pydantic.Field", "pydantic.fields.Field", "dataclasses.field", "attrs.field", "attr.ib", "attr.field"),
        _default_of_field,
    ),
    **moments.PYTHON,
}

_JAVASCRIPT: dict[str, Function] = {
    "Number": _first(_number(whole=False)),
    "parseInt": _parse_number(whole=True),
    "parseFloat": _parse_number(whole=False),
    "Number.parseInt": _parse_number(whole=True),
    "Number.parseFloat": _parse_number(whole=False),
    "Math.floor": _rounding(math.floor),
    "Math.ceil": _rounding(math.ceil),
    "Math.trunc": _rounding(math.trunc),
    "Math.round": _rounding(_half_up),
    "Math.abs": _first(_absolute),
    "Math.min": _extreme(min, is_bound=True),
    "Math.max": _extreme(max, is_bound=False),
    "String": _encoded,
    "Buffer.from": _encoded,
    "buffer.Buffer.from": _encoded,
    "crypto.createSecretKey": _encoded,
    "TextEncoder.encode": _encoded,
    "util.TextEncoder.encode": _encoded,
    "Boolean": _boolean(python=False),
    "JSON.parse": _json,
    **dict.fromkeys(
        ("Object.freeze", "Object.seal", "structuredClone", "Uint8Array.from", "Promise.resolve", "BigInt"), _identity
    ),
    **dict.fromkeys(
        (
            "JSON.stringify",
            "encodeURIComponent",
            "encodeURI",
            "btoa",
            "atob",
            "Object.fromEntries",
            "Object.keys",
            "Object.values",
            "Object.entries",
        ),
        _derived,
    ),
    **moments.JAVASCRIPT,
}


_GO: dict[str, Function] = {
    **go.FUNCTIONS,
    "min": _extreme(min, is_bound=True),
    "max": _extreme(max, is_bound=False),
}


_JVM: dict[str, Function] = {
    **jvm.FUNCTIONS,
    **dict.fromkeys(("Math.min", "minOf", "min"), _extreme(min, is_bound=True)),
    **dict.fromkeys(("Math.max", "maxOf", "max"), _extreme(max, is_bound=False)),
}
_PHP: dict[str, Function] = {
    **php.FUNCTIONS,
    "intval": _parse_number(whole=True),
    "floatval": _parse_number(whole=False),
    "boolval": _boolean(python=False),
    "floor": _rounding(math.floor),
    "ceil": _rounding(math.ceil),
    "round": _rounding(_half_up),
    "abs": _first(_absolute),
    "min": _extreme(min, is_bound=True),
    "max": _extreme(max, is_bound=False),
    "json_decode": _json,
}
_CSHARP: dict[str, Function] = {
    **csharp.FUNCTIONS,
    "Math.Min": _extreme(min, is_bound=True),
    "Math.Max": _extreme(max, is_bound=False),
    "Math.Clamp": lambda invocation: invocation.values(2) or None,
}
_RUST: dict[str, Function] = {
    **rust.FUNCTIONS,
    **dict.fromkeys(("cmp.min", "std.cmp.min"), _extreme(min, is_bound=True)),
    **dict.fromkeys(("cmp.max", "std.cmp.max"), _extreme(max, is_bound=False)),
}


_ELIXIR: dict[str, Function] = {
    **elixir.FUNCTIONS,
    "min": _extreme(min, is_bound=True),
    "max": _extreme(max, is_bound=False),
    **dict.fromkeys(("round", "Float.round"), _rounding(_half_up)),
    **dict.fromkeys(("floor", "Float.floor"), _rounding(math.floor)),
    **dict.fromkeys(("ceil", "Float.ceil"), _rounding(math.ceil)),
    "trunc": _rounding(math.trunc),
    "abs": _first(_absolute),
    **dict.fromkeys(("String.to_integer", "String.to_float"), _parse_number(whole=False)),
    **dict.fromkeys(("Jason.decode!", "Poison.decode!", "JSON.decode!"), _json),
}
_FUNCTIONS: Mapping[str, Mapping[str, Function]] = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "go": _GO,
    "java": _JVM,
    "kotlin": _JVM,
    "php": _PHP,
    "ruby": ruby.FUNCTIONS,
    "dart": dart.FUNCTIONS,
    "swift": swift.FUNCTIONS,
    "csharp": _CSHARP,
    "rust": _RUST,
    "elixir": _ELIXIR,
}


def function(name: str, language: str) -> Function | None:
    """The function of that full name that is known in a language."""
    return _FUNCTIONS.get(language, {}).get(dialects.simple_name(name, language))


_METHODS: Mapping[type, Mapping[str, Method]] = {
    Text: {**ruby.TEXT, **texts.TEXT},
    Number: {**ruby.NUMBER, **texts.NUMBER},
    Listed: texts.LISTED,
    Moment: {**moments.MOMENT_METHODS, **go.MOMENT, **php.MOMENT, **ruby.MOMENT},
    Duration: {"total_seconds": moments.total_seconds, **go.DURATION, **ruby.DURATION},
    Mapped: {"copy": texts.itself},
    Environment: {**ruby.SYMBOLIC, **texts.SYMBOLIC},
    Given: {**ruby.SYMBOLIC, **texts.SYMBOLIC},
    Returned: {**ruby.SYMBOLIC, **texts.SYMBOLIC},
}


_OWN_METHODS: Mapping[str, Mapping[type, Mapping[str, Method]]] = {
    "dart": {Number: dart.NUMBER, Moment: dart.MOMENT},
    "ruby": {Mapped: ruby.MAPPED},
    "swift": {
        **dict.fromkeys((Text, Environment, Given, Returned), swift.TEXT),
        Number: swift.NUMBER,
        Moment: swift.MOMENT,
    },
}
"""Methods of one language, which come before those of all."""


def method(receiver: Value, name: str, language: str = "") -> Method | None:
    """The known method of that name on such a value."""
    known = dialects.methods(language)
    if known is not None:
        return known.get(type(receiver), {}).get(name)
    own = _OWN_METHODS.get(language, {}).get(type(receiver), {}).get(name)
    return own or _METHODS.get(type(receiver), {}).get(name)


def constant(name: str, origin: Expr) -> Value | None:
    """The value of a global such as `undefined` or `datetime.timedelta.max`."""
    if name == "undefined":
        return Nothing(origin=origin)
    if name == "datetime.timedelta.max":
        return Duration(origin=origin, seconds=_LONGEST_TIMEDELTA)
    if name in go.DURATIONS:
        return Duration(origin=origin, seconds=go.DURATIONS[name])
    return Number(origin=origin, number=_NUMBERS[name]) if name in _NUMBERS else None


def literal(expr: Literal) -> Value:
    """The value of a constant."""
    match expr.value:
        case bool(flag):
            return Flag(origin=expr, flag=flag)
        case int() | float() as number:
            return Number(origin=expr, number=float(number)) if abs(number) < 2**1000 else unknown(expr)
        case str(text):
            return Text(origin=expr, text=text, pieces=(expr,))
        case bytes(raw):
            return Text(origin=expr, text=raw.decode("utf-8", "replace"), pieces=(expr,))
        case _:
            return Nothing(origin=expr)
