"""Which parts of an expression are shown in full when it is printed, logged or sent."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.livekit.sinks import OBJECT_DUMPS
from lk_audit.syntax import (
    Await,
    Binary,
    Call,
    Conditional,
    Entry,
    Expr,
    Index,
    Literal,
    Member,
    Name,
    Opaque,
    Record,
    Sequence,
    Template,
)

_RENDERING = frozenset(
    {"stringify", "dumps", "str", "String", "format", "repr", "pformat", "inspect", "dict", "jsonify"}
    | {"asdict", "vars"}
    | {
        "Serialize",
        "SerializeObject",
        "ToString",
        "json_encode",
        "jsonEncode",
        "writeValueAsString",
        "mapOf",
        "Sprintf",
    }
)
"""Calls that show their arguments as they are."""
_DEEPEST = 12


def shown(expr: Expr, depth: int = 0) -> Iterator[Expr]:
    """The names, accesses and calls whose whole value is in what `expr` shows.

    Not what is only asked (`secret ? "set" : "missing"`), counted, cut or negated.
    """
    if depth > _DEEPEST:
        return
    for part in _parts(expr):
        yield from shown(part, depth + 1)
    if isinstance(expr, Name | Member | Call) or (isinstance(expr, Index) and isinstance(expr.key, Literal)):
        yield expr


def _parts(expr: Expr) -> tuple[Expr, ...]:  # noqa: PLR0911 - one per kind of syntax
    match expr:
        case Template(parts=parts):
            return tuple(_converted(part) for part in parts)
        case Binary(operator="+" | "%" | "or" | "??", left=left, right=right):
            return left, right
        case Conditional(then=then, otherwise=otherwise):
            return then, otherwise
        case Record(entries=entries):
            return tuple(entry.value for entry in entries)
        case Sequence(items=items):
            return items
        case Await(operand=operand):
            return (operand,)
        case Call(callee=Member(object=holder, name=name), arguments=()) if name in OBJECT_DUMPS:
            return (holder,)
        case Call() if (last_name(expr.callee) or "") in _RENDERING:
            return tuple(item.value for item in expr.arguments)
        case Member(object=holder, name="__dict__"):
            return (holder,)
        case _:
            return ()


def _converted(part: Expr) -> Expr:
    """What a field of a text shows: `secret` of Python's `{secret!r}` and `{secret=}`."""
    children = part.children if isinstance(part, Opaque) else ()
    return children[0] if len(children) == 1 and isinstance(children[0], Name | Member | Call | Index) else part


def with_contents(context: FileContext, part: Expr, depth: int = 0) -> Iterator[Expr]:
    """What is shown, and what is in the record or text of that name: `answer = {...}; return answer`."""
    yield part
    if not isinstance(part, Name) or depth >= _FURTHEST or is_overwritten(context, part):
        return
    for made in context.home(part).names.definitions(part):
        value = made.value.operand if isinstance(made.value, Await) else made.value
        if isinstance(value, Record | Template | Sequence | Binary | Call):
            for inner in shown(value):
                yield from with_contents(context, inner, depth + 1)


def is_overwritten(context: FileContext, part: Expr) -> bool:
    """`{...config, apiSecret: "***"}`: whether entries after it may stand for those of a record that is taken in."""
    names = context.home(part).names
    entry = names.parent(part)
    record = names.parent(entry) if isinstance(entry, Entry) and entry.key is None else None
    return isinstance(record, Record) and record.entries[-1] is not entry


_FURTHEST = 3
"""Through how many names what is shown is looked up."""


def argument_parts(call: Call) -> Iterator[Expr]:
    """What the arguments of a call show."""
    for item in call.arguments:
        yield from shown(item.value)


def is_receiver(call: Call, names: frozenset[str]) -> bool:
    """Whether a method is called on something of one of these names: `logger.info(...)`, `self.log.warn(...)`."""
    callee = call.callee
    return isinstance(callee, Member) and (last_name(callee.object) or "").lstrip("_").lower() in names
