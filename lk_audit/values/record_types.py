"""Types that a call makes of the names of their fields: Python's `namedtuple`, Ruby's `Struct.new` and `Data.define`.

Sources: docs.python.org (collections.namedtuple, typing.NamedTuple), docs.ruby-lang.org (Struct, Data).
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.syntax import Argument, Call, Expr, Literal, Sequence
from lk_audit.values.parameters import argument_for

_AFTER_THE_NAME = frozenset({"collections.namedtuple", "typing.NamedTuple"})


def given(maker: Call, name: str, construction: Call, field: str) -> Argument | None:
    """What an instance was made with for a field, where its type is what `maker`, a call of `name`, makes."""
    fields = list(_fields(maker.arguments[1:] if name in _AFTER_THE_NAME else maker.arguments))
    return argument_for(construction, fields.index(field), field) if field in fields else None


def _fields(arguments: tuple[Argument, ...]) -> Iterator[str]:
    """`["room", "ttl"]`, `"room ttl"`, `[("room", str), ("ttl", int)]`, `:room, :ttl`."""
    for item in arguments:
        if item.name is None:
            yield from _words(item.value)


def _words(written: Expr) -> Iterator[str]:
    match written:
        case Literal(value=str() as text):
            yield from text.replace(",", " ").split()
        case Sequence(items=items):
            for item in items:
                yield from _words(item.items[0] if isinstance(item, Sequence) and item.items else item)
        case _:
            return
