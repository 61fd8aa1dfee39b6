"""Dicts and objects in the making: entries, spreads, and what later statements change."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field
from msgspec.structs import replace

from lk_audit.syntax import Binary, Expr, Literal, Record, Sequence, Spread, Unary
from lk_audit.values.model import (
    Flag,
    Listed,
    Mapped,
    Member,
    Nothing,
    Number,
    Possible,
    Text,
    Value,
)
from lk_audit.values.possible import MOST_VALUES, bounded, truth, unknown

Part = Callable[[Value, str, Expr], Possible]
"""What a member of a value can be: the value, the member's name, the expression that asks."""

_MOST_MEMBERS = 2000
_MOST_ITEMS = 2000


class RecordBuilder(Struct, eq=False):
    """Puts a `Mapped` value together in the order of the source."""

    origin: Expr
    part: Part
    python: bool
    members: dict[str, Member] = field(default_factory=dict)
    open: bool = False
    spreads: list[Value] = field(default_factory=list)

    @classmethod
    def of(cls, value: Mapped, part: Part, *, python: bool) -> RecordBuilder:
        """A builder that goes on from `value`."""
        return cls(value.origin, part, python, dict(value.members), value.open, list(value.spreads))

    def put(self, keys: Possible, values: Possible, key: Expr, *, certain: bool = True) -> None:
        """Set one entry, whose name is one of `keys`."""
        names = [name for name in map(key_name, keys) if name is not None]
        if len(names) < len(keys) or len(self.members) > _MOST_MEMBERS:
            self.open = True
        for name in names:
            self.put_name(name, Member(values=values, key=key, certain=certain and len(keys) == 1))

    def put_name(self, name: str, member: Member) -> None:
        earlier = self.members.get(name)
        if earlier is not None and not member.certain:
            values = bounded((*earlier.values, *member.values), member.key)
            denied = (earlier.denied or _agreed(earlier)) if _agreed(member) is None else None
            member = Member(values=values, key=member.key, certain=earlier.certain, denied=denied)
        self.members[name] = member

    def spread(self, values: Possible, *, certain: bool = True) -> None:
        """Take over the entries of one of `values`."""
        known = [value for value in values if isinstance(value, Mapped)]
        strange = [value for value in values if not isinstance(value, Mapped) and not self._is_empty(value)]
        always = certain and len(known) == len(values)
        for name in dict.fromkeys(name for value in known for name in value.members):
            found = [value.members[name] for value in known if name in value.members]
            in_all = always and len(found) == len(known) and all(item.certain for item in found)
            merged = bounded((value for item in found for value in item.values), found[-1].key)
            self.put_name(name, Member(values=merged, key=found[-1].key, certain=in_all))
        for value in (*strange, *(item for other in known for item in other.spreads)):
            self._override(value)
        self.open = self.open or bool(strange) or any(value.open for value in known)

    def _is_empty(self, value: Value) -> bool:
        return isinstance(value, Nothing | Flag | Text | Number) and truth(value, python=self.python) is False

    def _override(self, value: Value) -> None:
        """An unknown spread may replace every entry before it."""
        if len(self.spreads) < MOST_VALUES:
            self.spreads.append(value)
        for name, member in self.members.items():
            values = bounded((*member.values, *self.part(value, name, member.key)), member.key)
            self.members[name] = replace(member, values=values)

    def remove(self, keys: Possible, *, certain: bool) -> None:
        names = [name for name in map(key_name, keys) if name is not None]
        for name in names:
            if name in self.members and (not certain or len(keys) > 1):
                self.members[name] = replace(self.members[name], certain=False)
            else:
                self.members.pop(name, None)

    def build(self) -> Mapped:
        return Mapped(origin=self.origin, members=dict(self.members), open=self.open, spreads=tuple(self.spreads))


def _agreed(member: Member) -> Expr | None:
    """The key of an entry that may say yes."""
    says_no = all(isinstance(value, Nothing) or (isinstance(value, Flag) and not value.flag) for value in member.values)
    return None if says_no else member.key


def key_name(value: Value) -> str | None:
    """A key as text."""
    if isinstance(value, Text):
        return value.text
    if isinstance(value, Number) and value.number.is_integer():
        return f"{value.number:.0f}"
    return None


def may_be_skipped(expr: Expr, left_truth: Callable[[Expr], bool]) -> bool:
    """Whether a spread such as `...(condition && {...})` can spread nothing."""
    return isinstance(expr, Binary) and expr.operator == "and" and not left_truth(expr.left)


def entries_of(expr: Expr) -> dict[str, Expr]:
    """The entries of a record by those of its keys that are written out; nothing for any other expression."""
    entries = expr.entries if isinstance(expr, Record) else ()
    keyed = ((item.key.value, item.value) for item in entries if isinstance(item.key, Literal))
    return {key: value for key, value in keyed if isinstance(key, str)}


def listed(sequence: Sequence, evaluate: Callable[[Expr], Possible]) -> Listed:
    """The value of a list display."""
    items: list[Possible] = []
    is_open = len(sequence.items) > _MOST_ITEMS
    for item in sequence.items[:_MOST_ITEMS]:
        if not isinstance(item, Spread):
            items.append(evaluate(item))
            continue
        values = evaluate(item.value)
        if len(values) == 1 and isinstance(values[0], Listed):
            items += values[0].items
            is_open = is_open or values[0].open
        else:
            items += [item for value in values if isinstance(value, Listed) for item in value.items]
            is_open = True
    return Listed(origin=sequence, items=tuple(items), open=is_open)


def is_deletion(expr: Expr) -> bool:
    return isinstance(expr, Unary) and expr.operator in {"delete", "del"}


def appended(value: Listed, items: list[Possible], *, certain: bool) -> Listed:
    """A list after `append` or `push`."""
    return replace(value, items=(*value.items, *items), open=value.open or not certain)


def member_of(value: Mapped, name: str, origin: Expr, part: Part) -> Possible:
    """What `value` has under `name`."""
    member = value.members.get(name)
    if member is not None:
        return member.values if member.certain else bounded((*member.values, Nothing(origin=origin)), origin)
    if not value.open:
        return (Nothing(origin=origin),)
    found = [item for spread in value.spreads for item in part(spread, name, origin)]
    return bounded(found, origin) if found else (unknown(origin, value.spreads),)


def items_of(values: Possible, origin: Expr) -> Possible:
    """One of the items of the lists that `values` are, where all of them are known."""
    lists = [value for value in values if isinstance(value, Listed) and not value.open]
    if not values or len(lists) < len(values):
        return (unknown(origin, values),)
    return bounded((item for found in lists for items in found.items for item in items), origin)


def pairs_of(value: Value, origin: Expr) -> Value | None:
    """The entries of a record that is known, each as a list of its key and its value."""
    if not isinstance(value, Mapped) or value.open:
        return None
    pairs = (((Text(origin=origin, text=name),), member.values) for name, member in value.members.items())
    return Listed(origin=origin, items=tuple((Listed(origin=origin, items=pair),) for pair in pairs))


def of_keys(keys: Possible, values: Possible, key: Expr, origin: Expr, *, certain: bool = True) -> Mapped | None:
    """A record with an entry under each of some keys, where all are known and have the same value; else None."""
    names = [name for name in map(key_name, keys) if name is not None]
    if len(names) < len(keys) or (len(names) > 1 and len(values) > 1):
        return None
    return Mapped(origin=origin, members=dict.fromkeys(names, Member(values=values, key=key, certain=certain)))


def values_of(value: Value, origin: Expr) -> Value | None:
    """The values of a record that is known."""
    if not isinstance(value, Mapped) or value.open:
        return None
    return Listed(origin=origin, items=tuple(member.values for member in value.members.values()))


def looked_up(whole: Possible, keys: Possible, origin: Expr) -> Possible:
    """What is found under one of `keys`, which are not known: of a table that is written out, one of its entries.

    Whoever says the key chooses among those, and nothing else.
    """
    is_written_out = bool(whole) and all(isinstance(item, Mapped) and item.members and not item.open for item in whole)
    return (*any_member(whole), unknown(origin, whole, () if is_written_out else keys))


def any_member(values: Possible) -> Possible:
    """What the members of the records among `values` are: one of them is meant, the run decides which."""
    return tuple(
        found
        for value in values
        if isinstance(value, Mapped)
        for member in value.members.values()
        for found in member.values
    )
