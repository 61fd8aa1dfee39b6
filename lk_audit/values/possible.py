"""Small operations on sets of possible values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import repeat
from operator import is_

from msgspec.structs import replace

from lk_audit.syntax import Expr
from lk_audit.values.model import (
    Clock,
    Defined,
    Duration,
    Environment,
    Flag,
    Listed,
    Mapped,
    Moment,
    Nothing,
    Number,
    Possible,
    Reference,
    Step,
    Text,
    Unknown,
    Value,
    symbolic_sources,
)

MOST_VALUES = 24
"""More alternatives than this are cut off, and `Unknown` says so."""
MOST_STEPS = 24
_MOST_LOOKED_AT = 100
_DEEPEST_COMPARED = 3


def with_items(values: Possible) -> Iterator[Value]:
    """The values, with what a list may hold in the place of the list."""
    for value in values:
        if isinstance(value, Listed):
            yield from (item for items in value.items for item in items)
        else:
            yield value


def texts(values: Possible) -> Iterator[Text]:
    """The texts among the values, and among the items of lists."""
    return (value for value in with_items(values) if isinstance(value, Text))


def unknown(origin: Expr, *sources: Possible) -> Unknown:
    """A value that is not known, computed from `sources`."""
    found = tuple(value for values in sources for value in values)[:_MOST_LOOKED_AT]
    return Unknown(origin=origin, sources=symbolic_sources(found)[:MOST_VALUES])


def bounded(values: Iterable[Value], origin: Expr) -> Possible:
    """`values` without repetition, with at most one `Unknown`, and no more of them than `MOST_VALUES`."""
    found: list[Value] = []
    unknowns: list[Unknown] = []
    by_origin: dict[Expr, list[Value]] = {}
    for value in values:
        alike = by_origin.setdefault(value.origin, [])
        if isinstance(value, Unknown):
            unknowns.append(value)
        elif len(found) >= MOST_VALUES:
            unknowns.append(Unknown(origin=origin))
            break
        elif not any(_same(value, other) for other in alike):
            found.append(value)
            alike.append(value)
    if not unknowns:
        return tuple(found)
    sources = symbolic_sources(tuple(unknowns))
    merged = unknowns[0] if len(unknowns) == 1 else replace(unknowns[0], sources=sources[:MOST_VALUES])
    return (*found[: MOST_VALUES - 1], merged)


def _same(left: Value, right: Value, depth: int = _DEEPEST_COMPARED) -> bool:
    """Equal but for the way there, as far as a look of bounded depth tells."""
    if left.origin is not right.origin or depth == 0:
        return left is right
    match left, right:
        case Mapped(), Mapped():
            return (
                left.open == right.open
                and left.members.keys() == right.members.keys()
                and all(
                    item.certain == right.members[name].certain
                    and _all_same(item.values, right.members[name].values, depth - 1)
                    for name, item in left.members.items()
                )
            )
        case Listed(), Listed():
            return len(left.items) == len(right.items) and all(
                map(_all_same, left.items, right.items, repeat(depth - 1))
            )
        case _:
            return replace(left, trace=()) == replace(right, trace=())


def _all_same(left: Possible, right: Possible, depth: int) -> bool:
    return left is right or (len(left) == len(right) and all(map(_same, left, right, repeat(depth))))


def traced(values: Possible, step: Step) -> Possible:
    """`values` as seen one step further from where they were written; the trace keeps a bounded length."""
    return tuple(replace(value, trace=(step, *value.trace)[:MOST_STEPS]) for value in values)


def joined_trace(*values: Value) -> tuple[Step, ...]:
    """The steps to several values that one was computed from."""
    steps = [step for value in values for step in value.trace]
    return tuple(dict.fromkeys(steps))[:MOST_STEPS]


def truth(value: Value, *, python: bool) -> bool | None:  # noqa: PLR0911 - one per kind of value
    """Whether a value counts as true; None when the run decides."""
    match value:
        case Flag(flag=flag):
            return flag
        case Text(text=text):
            return bool(text)
        case Number(number=number):
            return bool(number)
        case Nothing():
            return False
        case Duration(seconds=seconds):
            return bool(seconds)
        case Listed(items=items, open=False):
            return bool(items) or not python
        case Mapped(members=members, open=False) if python and not any(not item.certain for item in members.values()):
            return bool(members)
        case Mapped() | Listed():
            return None if python else True
        case Moment() | Defined():
            return True
        case _:
            return None


def environment_of(values: Iterable[Value]) -> str | None:
    """The first environment variable among `values`."""
    return next((value.name for value in values if isinstance(value, Environment)), None)


def as_fallback(values: Possible, name: str | None) -> Possible:
    """`values` marked as what is used when environment variable `name` is not set."""
    if name is None:
        return values
    return tuple(
        replace(value, environment=name) if isinstance(value, Text | Number) and not value.environment else value
        for value in values
    )


def either(first: Possible, second: Possible) -> Possible:
    """Two alternatives; where one is an environment variable, constants of the other are its fallback."""
    first_name, second_name = _read(first), _read(second)
    if first_name and not second_name:
        second = as_fallback(second, first_name)
    elif second_name and not first_name:
        first = as_fallback(first, second_name)
    return first + second


def _read(values: Possible) -> str | None:
    return next((value.name for value in values if isinstance(value, Environment)), None)


def shown(values: Possible, name: str) -> str:
    """What a trace says of a name that has one of `values`; text is never quoted, it may be a secret."""
    if len(values) == 1:
        value = values[0]
        if isinstance(value, Number):
            return f"{name} is {value.number:.15g}"
        if isinstance(value, Duration):
            return f"{name} is {value.seconds:.15g} seconds"
        if isinstance(value, Moment) and value.clock is not Clock.OBJECT and value.offset:
            return f"{name} is {value.offset:.15g} seconds from now"
    return f"{name} is set here"


def full_name(value: Value) -> str | None:
    """The dotted name of a symbolic value, where it has one."""
    if isinstance(value, Reference):
        return value.name
    callee: str | None = getattr(value, "callee", None)
    members: tuple[str, ...] = getattr(value, "members", ())
    return None if callee is None else ".".join((callee, *members))


def located(values: Possible, path: str | None, depth: int = 3) -> Possible:
    """`values` found in the file at `path`, for use in another file: steps that name no file get that path.

    Those that have no such steps are the same objects: of very many calls only few pass anything else.
    """
    if path is None:
        return values
    found = tuple(_located(value, path, depth) for value in values)
    return values if all(map(is_, found, values)) else found


def _located(value: Value, path: str, depth: int) -> Value:
    trace = value.trace
    if not all(step.path for step in trace):
        trace = tuple(step if step.path else replace(step, path=path) for step in trace)
    if isinstance(value, Mapped) and depth:
        parts = {name: located(item.values, path, depth - 1) for name, item in value.members.items()}
        if any(parts[name] is not item.values for name, item in value.members.items()):
            members = {name: replace(item, values=parts[name]) for name, item in value.members.items()}
            return replace(value, trace=trace, members=members)
    elif isinstance(value, Listed) and depth:
        items = tuple(located(item, path, depth - 1) for item in value.items)
        if not all(map(is_, items, value.items)):
            return replace(value, trace=trace, items=items)
    elif isinstance(value, Unknown) and value.sources and depth:
        sources = located(value.sources, path, depth - 1)
        if sources is not value.sources:
            return replace(value, trace=trace, sources=sources)
    return value if trace is value.trace else replace(value, trace=trace)
