"""Tables that note which of their rows are asked for, so that a test can tell which ones no example is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from lk_audit.livekit.sdks import JwtClass


class Noting(dict[str, Any]):
    """A table that notes which of its rows are asked for."""

    def __init__(self, rows: dict[str, Any], name: str, asked: set[str]) -> None:
        super().__init__({key: watched(value, _inner(name, key, value), asked) for key, value in rows.items()})
        self._name, self._asked = name, asked

    def _note(self, key: object) -> None:
        if super().__contains__(key):
            self._asked.add(f"{self._name} {key}")

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def __getitem__(self, key: str) -> object:
        self._note(key)
        return super().__getitem__(key)

    def get(self, key: str, default: object = None) -> object:
        self._note(key)
        return super().get(key, default)


class Names(frozenset[str]):
    """Names that note which of them are asked for."""

    note: Callable[[object], None]

    def __contains__(self, key: object) -> bool:
        self.note(key)
        return super().__contains__(key)


def _inner(table: str, key: str, value: object) -> str:
    """What the tables inside a row are called: those of an SDK by its label, as several names may mean it."""
    return str(getattr(value, "label", f"{table} {key.rpartition('.')[2]}"))


_UNWATCHED = frozenset({"signs_of", "gives", "older", "keys"})
"""Tables of which no single row is asked for."""


def watched(value: object, name: str, asked: set[str]) -> object:
    """The same record, table or set, of which `asked` tells the rows that were asked for."""
    if isinstance(value, msgspec.Struct):
        inner = {field: watched(getattr(value, field), f"{name}.{field}", asked) for field in _tables(value)}
        return msgspec.structs.replace(value, **inner)
    if isinstance(value, dict):
        return Noting(value, name, asked)
    if isinstance(value, frozenset):
        names = Names(value)
        names.note = lambda key: asked.add(f"{name} {key}") if frozenset.__contains__(names, key) else None
        return names
    return value


def _tables(value: msgspec.Struct) -> list[str]:
    unwatched = {"options"} if isinstance(value, JwtClass) else _UNWATCHED
    return [field for field in value.__struct_fields__ if field not in unwatched]


def rows(value: object, name: str) -> Iterator[str]:
    """The rows of a record's tables, by the names under which they are noted."""
    if isinstance(value, msgspec.Struct):
        for field in _tables(value):
            yield from rows(getattr(value, field), f"{name}.{field}")
    elif isinstance(value, dict | frozenset):
        for key in value:
            yield f"{name} {key}"
            yield from rows(value[key], _inner(name, key, value[key])) if isinstance(value, dict) else ()
