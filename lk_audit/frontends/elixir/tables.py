"""Elixir's functions on maps, keyword lists and time spans, as the syntax that they stand for.

Source: the documentation of Map, Keyword, Access and Kernel, and of Erlang's timer.
"""

from __future__ import annotations

from lk_audit.syntax import Argument, Binary, Call, Entry, Expr, Function, Index, Literal, Member, Name, Record

_HOLDERS = frozenset({"Map", "Keyword", "Access"})
_READING = frozenset({"get", "fetch!", "get_lazy"})
_SETTING = frozenset({"put", "replace!", "replace"})
_TIMER = {"seconds": 1, "minutes": 60, "hours": 3600}


def desugared(call: Call) -> Call | Index | Binary | Record | Function:
    """`Map.get(map, key, default)`, `Map.put(map, key, value)`, `Map.merge(a, b)` as syntax; other calls stay."""
    match call.callee:
        case Member(object=Name(id=holder), name=name) if holder in _HOLDERS:
            values = [item.value for item in call.arguments if not item.spread]
            return _of_map(call, name, values) or call
        case Member(object=Name(id=":timer"), name=unit) if unit in _TIMER and len(call.arguments) == 1:
            return _milliseconds(call, _TIMER[unit])
        case Name(id="struct" | "struct!") if call.arguments:
            return _struct(call)
        case _:
            return call


def _of_map(call: Call, name: str, values: list[Expr]) -> Index | Binary | Record | None:
    start, end = call.start, call.end
    match values:
        case [base, key] if name in _READING:
            return Index(start, end, base, key)
        case [base, key, default] if name in _READING:
            return Binary(start, end, "??", Index(start, key.end, base, key), _called(default))
        case [base, key, given] if name in _SETTING:
            return Record(
                start, end, (Entry(base.start, base.end, None, base), Entry(key.start, given.end, key, given))
            )
        case [base, more] if name == "merge":
            return Record(start, end, tuple(Entry(item.start, item.end, None, item) for item in (base, more)))
        case [base] if name in {"new", "from_struct"}:
            return Record(start, end, (Entry(base.start, base.end, None, base),))
        case _:
            return None


def _milliseconds(call: Call, seconds: int) -> Binary:
    """`:timer.hours(6)`."""
    start, end = call.start, call.end
    whole = Binary(start, end, "*", call.arguments[0].value, Literal(end, end, seconds))
    return Binary(start, end, "*", whole, Literal(end, end, 1000))


def _called(default: Expr) -> Expr:
    """`Keyword.get_lazy(opts, :ttl, fn -> 3600 end)` gives what the function does."""
    if not isinstance(default, Function):
        return default
    return Call(default.start, default.end, default, ())


def _struct(call: Call) -> Call:
    """`struct(VideoGrant, room: room)`."""
    kind, *rest = call.arguments
    given: list[Argument] = []
    for item in rest:
        if isinstance(item.value, Record):
            for entry in item.value.entries:
                name = entry.key.value if isinstance(entry.key, Literal) and isinstance(entry.key.value, str) else None
                given.append(Argument(entry.start, entry.end, name, entry.value, spread=entry.key is None))
        else:
            given.append(Argument(item.start, item.end, None, item.value, spread=True))
    return Call(call.start, call.end, kind.value, tuple(given), is_new=True)
