"""Values as TOML and the command line have them, checked for their type.

All functions raise `BadValue`; `wanted` completes "must be ...".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeAlias, cast

from msgspec import Struct, field

from lk_audit.errors import UsageError

Json: TypeAlias = dict[str, Any]


class BadValue(UsageError):  # noqa: N818 - it names what the value is
    """A value that a setting cannot have; `where` leads to it inside the setting."""

    def __init__(self, message: str, *where: str) -> None:
        super().__init__(message)
        self.where = where


class Scope(Struct, frozen=True):
    """What values are read against.

    Args:
        rules: rule ids by id and by name.
        folder: the folder of the file that states the value, or the working folder for the command line.
        is_trusted: whether a person named it on the command line, who may name any file.
    """

    rules: Mapping[str, str]
    folder: Path = field(default_factory=Path)
    is_trusted: bool = False


class Kind(Struct, frozen=True):
    """One kind of value: `name` as documentation calls it, `read` from TOML or the command line, `schema` for editors.

    `read` raises `BadValue`.
    """

    name: str
    read: Callable[[Any, Scope], Any]
    schema: Json


_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "a boolean"),
    (str, "a string"),
    (int, "an integer"),
    (float, "a float"),
    (list, "an array"),
    (dict, "a table"),
    (datetime, "a date with time"),
    (date, "a date"),
    (time, "a time"),
)


def type_name(value: object) -> str:
    """What TOML calls the type of a value."""
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "something else")


def require(value: object, kind: type, wanted: str) -> None:
    """Raise `BadValue` unless a value has a type; a boolean is no integer."""
    if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
        raise BadValue(f"must be {wanted}, not {type_name(value)}")


def text_of(value: object, wanted: str) -> str:
    """A value that must be a text."""
    require(value, str, wanted)
    return cast("str", value)


def texts_of(value: object, wanted: str) -> tuple[str, ...]:
    """A value that must be an array of texts; `wanted` says of what."""
    wanted = f"an array of {wanted}"
    require(value, list, wanted)
    for item in cast("list[object]", value):
        require(item, str, wanted)
    return tuple(cast("list[str]", value))


def table_of(value: object, wanted: str) -> dict[str, Any]:
    """A value that must be a table."""
    require(value, dict, wanted)
    return cast("dict[str, Any]", value)


def reworded(read: Callable[[str], Any], value: str) -> Any:  # noqa: ANN401 - whatever `read` gives
    """What `read` makes of a text, its complaint as one about the value."""
    try:
        return read(value)
    except UsageError as error:
        raise BadValue(str(error)) from None


def several(read: Callable[[object, Scope], str], value: object, scope: Scope) -> tuple[str, ...]:
    """One value, or an array of them."""
    items = cast("list[object]", value) if isinstance(value, list) else [value]
    if not items:
        raise BadValue("must not be empty")
    return tuple(read(item, scope) for item in items)


def one_or_more(item: Json) -> Json:
    """The schema of what `several` reads."""
    return {"oneOf": [item, {"type": "array", "items": item, "minItems": 1}]}


def within(read: Callable[[], Any], *where: str) -> Any:  # noqa: ANN401 - whatever `read` gives
    """What `read` gives, its complaint as one about a value inside the setting, which `where` leads to."""
    try:
        return read()
    except BadValue as error:
        raise BadValue(str(error), *where, *error.where) from None
