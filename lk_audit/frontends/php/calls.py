"""Functions of PHP that stand for syntax: `define`, `isset`, `empty`, `array_merge`, `sprintf`, `exit`, `config` ..."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.lowering.formats import format_pieces
from lk_audit.syntax import (
    Argument,
    Assign,
    Binary,
    Call,
    Entry,
    Literal,
    Member,
    Name,
    Opaque,
    Raise,
    Record,
    Template,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lk_audit.syntax import Expr, Node

_Given = tuple[Argument, ...]


def call_of(start: int, end: int, callee: Expr, given: _Given) -> Node:
    """What a call of a function is."""
    known = _KNOWN.get(callee.id.lower()) if isinstance(callee, Name) else None
    found = known(start, end, given) if known is not None and all(not item.spread for item in given) else None
    return found if found is not None else Call(start, end, callee, given)


def _define(start: int, end: int, given: _Given) -> Node | None:
    """`define('NAME', value)`."""
    match given:
        case (Argument(value=Literal(value=str(name)) as written), Argument(value=value), *_):
            return Assign(start, end, Name(written.start, written.end, name), value)
        case _:
            return None


def _putenv(start: int, end: int, given: _Given) -> Node | None:
    """`putenv("NAME=value")` sets a variable of the environment."""
    match given:
        case (Argument(value=Literal(start=at, end=to, value=str(text))),) if "=" in text:
            name, _, value = text.partition("=")
            is_plain = to - at == len(text.encode()) + 2  # nothing escaped between two quotes
            first = at + 1 + len(name.encode()) + 1 if is_plain else at
            target = Name(at + 1, first - 1, name) if is_plain else Name(at, to, name)
            return Assign(start, end, target, Literal(first, to - 1 if is_plain else to, value))
        case _:
            return None


def _isset(start: int, end: int, given: _Given) -> Node | None:
    found: Expr | None = None
    for item in given:
        nothing = Literal(item.end, item.end, None)
        one = Binary(item.start, item.end, "!=", item.value, nothing)
        found = one if found is None else Binary(start, end, "and", found, one)
    return found


def _empty(start: int, end: int, given: _Given) -> Node | None:
    return Unary(start, end, "not", given[0].value) if len(given) == 1 else None


def _merged(start: int, end: int, given: _Given) -> Node | None:
    """`array_merge($a, $b)`: the entries of all, later ones first."""
    return Record(start, end, tuple(Entry(item.start, item.end, None, item.value) for item in given))


def _formatted(start: int, end: int, given: _Given) -> Node | None:
    """`sprintf('room-%s', $id)` is text with values in it."""
    match given:
        case (Argument(value=Literal(start=at, end=to, value=str(text))), *rest) if rest:
            pieces = format_pieces(text)
            if len(pieces) != len(rest) + 1:
                return None
            fixed = [Literal(at, to, piece) for piece in pieces]
            parts = [part for piece, item in zip(fixed, rest, strict=False) for part in (piece, item.value)]
            kept = [part for part in (*parts, fixed[-1]) if not (isinstance(part, Literal) and part.value == "")]
            return Template(start, end, tuple(kept))
        case _:
            return None


def _left(start: int, end: int, given: _Given) -> Node | None:
    return Raise(start, end, given[0].value if given else None)


def _dumped(start: int, end: int, given: _Given) -> Node | None:
    """Laravel's `dd($value, ...)` shows what it is given, and goes no further."""
    return Raise(start, end, Call(start, end, Name(start, start, "dd"), given))


def _aborted(start: int, end: int, given: _Given) -> Node | None:
    """Laravel's `abort(403)` throws."""
    callee = Name(start, start, "HttpException")
    return Raise(start, end, Call(start, end, callee, given, is_new=True))


def _aborted_if(start: int, end: int, given: _Given, *, wanted: bool) -> Node | None:
    """`abort_if($condition, 403)`, `abort_unless`, `throw_if`."""
    if not given:
        return None
    from lk_audit.syntax import Block, If  # noqa: PLC0415 - only these need statements

    test = given[0].value if wanted else Unary(given[0].start, given[0].end, "not", given[0].value)
    leaving = _aborted(start, end, given[1:])
    return If(start, end, test, Block(given[0].end, end, (leaving,)), None) if isinstance(leaving, Raise) else None


def _compact(start: int, end: int, given: _Given) -> Node | None:
    """`compact('room', 'token')`: variables under their names."""
    keys = [item.value for item in given]
    if not all(isinstance(key, Literal) and isinstance(key.value, str) for key in keys):
        return None
    return Record(
        start, end, tuple(Entry(key.start, key.end, key, Name(key.start, key.end, _text(key))) for key in keys)
    )


def _text(key: Expr) -> str:
    return key.value if isinstance(key, Literal) and isinstance(key.value, str) else ""


def _config(start: int, end: int, given: _Given) -> Node | None:
    """Laravel's `config('services.livekit.secret', 'x')`: what `config/services.php` returns, under these keys."""
    match given:
        case (Argument(value=Literal(start=at, end=to, value=str(path))), *rest) if "." in path:
            file, *keys = path.split(".")
            wanted = Literal(at, to, f"config/{file}.php")
            found: Expr = Call(start, end, Name(start, start, "require"), (Argument(at, to, None, wanted),))
            for key in keys:
                found = Member(start, end, found, key)
            return Binary(start, end, "??", found, rest[0].value) if rest else found
        case _:
            return None


def _array(start: int, end: int, given: _Given) -> Node | None:
    """`array_filter($values)` leaves out what is empty; what is left stays."""
    return given[0].value if len(given) == 1 else Opaque(start, end, tuple(item.value for item in given))


def _helper(facade: str, method: str) -> Callable[[int, int, _Given], Node | None]:
    """Laravel's `request()` and `request('room')` are its facade, `Request` and `Request::input('room')`."""

    def call(start: int, end: int, given: _Given) -> Node | None:
        owner = Name(start, start, facade)
        return Call(start, end, Member(start, start, owner, method), given) if given else owner

    return call


HELPERS = frozenset({"request", "session", "auth"})
"""Functions that are read as something else, so that variables of the same name keep it."""
_KNOWN: Mapping[str, Callable[[int, int, _Given], Node | None]] = {
    "define": _define,
    "putenv": _putenv,
    "isset": _isset,
    "empty": _empty,
    "array_merge": _merged,
    "array_replace": _merged,
    "array_filter": _array,
    "sprintf": _formatted,
    "exit": _left,
    "die": _left,
    "abort": _aborted,
    "dd": _dumped,
    "abort_if": lambda start, end, given: _aborted_if(start, end, given, wanted=True),
    "throw_if": lambda start, end, given: _aborted_if(start, end, given, wanted=True),
    "abort_unless": lambda start, end, given: _aborted_if(start, end, given, wanted=False),
    "throw_unless": lambda start, end, given: _aborted_if(start, end, given, wanted=False),
    "compact": _compact,
    "config": _config,
    "request": _helper("Request", "input"),
    "session": _helper("Session", "get"),
    "auth": _helper("Auth", "guard"),
}
