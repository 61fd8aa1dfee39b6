"""What objects are called where they are written as JSON: fields that serde, System.Text.Json and others rename."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from lk_audit.extractors.context import FileContext
from lk_audit.syntax import Call, Class, Literal, Name, Node
from lk_audit.values.model import Mapped, Member, Value

_RENAMED = "#fields"
_FLATTENED = "*"
_DEEPEST = 4


def serialised(context: FileContext, value: Value, depth: int = 0) -> Value:
    """A record of a struct or class with the names that its fields have in JSON, and so what it holds."""
    if not isinstance(value, Mapped) or depth > _DEEPEST:
        return value
    names = dict(_names(context, value))
    members: dict[str, Member] = {}
    for name, member in value.members.items():
        inner = tuple(serialised(context, item, depth + 1) for item in member.values)
        spelled = names.get(name, name)
        if spelled == _FLATTENED:
            members.update(
                {key: found for item in inner if isinstance(item, Mapped) for key, found in item.members.items()}
            )
        else:
            members[spelled] = replace(member, values=inner)
    return replace(value, members=members)


def _names(context: FileContext, value: Mapped) -> Iterator[tuple[str, str]]:
    if not isinstance(value.origin, Call):
        return
    for _, owner in context.home(value.origin).evaluator.structs.types_of(value):
        yield from renamed(owner)


def renames(node: Node | None) -> bool:
    """Whether something says what the fields of a class are called outside: `#[serde(rename_all = "camelCase")]`."""
    return isinstance(node, Call) and isinstance(node.callee, Name) and node.callee.id == _RENAMED


def renamed(owner: Class) -> Iterator[tuple[str, str]]:
    """The fields of a class that are called otherwise where they are written out."""
    for mark in owner.decorators:
        if isinstance(mark, Call) and renames(mark):
            for item in mark.arguments:
                if item.name and isinstance(item.value, Literal):
                    yield item.name, str(item.value.value)
