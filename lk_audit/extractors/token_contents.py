"""What a token tells its holder: storage credentials in its room configuration, roles in its metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.mint_parts import Part
from lk_audit.extractors.shown import shown
from lk_audit.facts import Lead
from lk_audit.livekit.contents import CREDENTIAL_FIELDS, ROLE_FIELDS, SECRET_VARIABLE
from lk_audit.syntax import Literal, Node, Record, walk
from lk_audit.values.model import (
    Environment,
    Listed,
    Mapped,
    Nothing,
    Possible,
    Returned,
    Text,
    Value,
)

_DEEPEST = 7


def readable_credentials(context: FileContext, settings: Mapping[str, Sequence[Part]]) -> Iterator[Lead]:
    """The secrets inside a token: it is signed, not encrypted."""
    seen: set[object] = set()
    for part in settings.get("roomConfig", ()):
        for lead in _in_values(context, part.values, 0):
            if lead.place not in seen:
                seen.add(lead.place)
                yield lead
    for target in ("metadata", "attributes"):
        for part in settings.get(target, ()):
            for name in sorted({name for value in part.values for name in _variables_in(context, value)}):
                yield Lead(part.place, f"{name} in the {target}")


def _variables_in(context: FileContext, value: Value) -> Iterator[str]:
    """The environment variables with secrets that a value shows, also inside what is turned into text."""
    exprs = shown(value.origin) if not isinstance(value, Environment) else ()
    values = (value, *(found for expr in exprs for found in context.values(expr)))
    for found in values:
        if isinstance(found, Environment) and SECRET_VARIABLE.search(found.name):
            yield found.name


def _in_values(context: FileContext, values: Possible, depth: int) -> Iterator[Lead]:
    """Credentials in the arguments and members of nested protocol objects."""
    for value in values if depth <= _DEEPEST else ():
        for name, node, inner in _members_and_arguments(context, value):
            if name in CREDENTIAL_FIELDS and _is_given(inner):
                yield Lead(context.place(node), f"{name} of the storage")
            yield from _in_values(context, inner, depth + 1)


def _members_and_arguments(context: FileContext, value: Value) -> Iterator[tuple[str | None, Node, Possible]]:
    match value:
        case Mapped(members=members):
            yield from ((name, member.key, member.values) for name, member in members.items())
        case Returned(call=call, members=()):
            yield from ((item.name, item.value, context.values(item.value)) for item in call.arguments)
        case Listed(items=items, origin=origin):
            yield from ((None, origin, item) for item in items)
        case _:
            return


def _is_given(values: Possible) -> bool:
    empty = all(isinstance(value, Nothing) or (isinstance(value, Text) and not value.text) for value in values)
    return bool(values) and not empty


def role_lead(context: FileContext, settings: Mapping[str, Sequence[Part]]) -> Lead | None:
    """Where the metadata or attributes of a token say what its holder is."""
    for target in ("metadata", "attributes"):
        for part in settings.get(target, ()):
            for value in part.values:
                key = next(_role_keys(value.origin), None)
                if key is not None:
                    return Lead(context.place(key), f"the {target} says what its holder is")
    return None


def _role_keys(origin: Node) -> Iterator[Node]:
    """The keys of a record, or of one that is turned into text, that name a role."""
    records = (node for node in walk(origin) if isinstance(node, Record))
    for entry in (entry for record in records for entry in record.entries):
        if isinstance(entry.key, Literal) and entry.key.value in ROLE_FIELDS:
            yield entry.key
