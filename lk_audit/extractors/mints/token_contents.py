"""What a token tells its holder: storage credentials in its room configuration, roles in its metadata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.extractors.mints.model import Part
from lk_audit.extractors.shown import shown
from lk_audit.facts import Lead, ReadableCredential, SpelledSecret
from lk_audit.livekit.contents import (
    CREDENTIAL_FIELDS,
    FILLERS,
    MESSAGE_MAKERS,
    ROLE_FIELDS,
    ROLE_TEXT,
    STREAM_ADDRESS,
    STREAM_FIELDS,
    TEXT_FIELDS,
    is_secret_member,
    is_secret_variable,
)
from lk_audit.secret import Secret
from lk_audit.source import Place
from lk_audit.syntax import Call, Expr, Literal, Node, Template
from lk_audit.values.model import (
    Environment,
    Listed,
    Mapped,
    Nothing,
    Possible,
    Returned,
    Text,
    Unknown,
    Value,
    symbolic_sources,
)
from lk_audit.values.objects import history
from lk_audit.values.possible import with_items

_DEEPEST = 16
"""Message, arguments and lists each count: a file output in a room's egress is about twelve levels down."""
_MOST_LOOKED_AT = 500
_DEEPEST_TEXT = 5
_STRINGIFIERS = frozenset({"stringify", "dumps"})


class _Field(Struct, frozen=True):
    """One thing inside a message: its name (None for an item or a nested message), where it is, and its values."""

    name: str | None
    place: Place
    values: Possible


def readable_credentials(context: FileContext, settings: Mapping[str, Sequence[Part]]) -> Iterator[ReadableCredential]:
    """The secrets inside a token: it is signed, not encrypted."""
    found: dict[Place, ReadableCredential] = {}
    reader = _MessageReader(context)
    for part in settings.get("roomConfig", ()):
        for credential in reader.credentials(part.values, 0):
            found.setdefault(credential.place, credential)
    for target in sorted(TEXT_FIELDS):
        for part in settings.get(target, ()):
            for credential in _in_text(context, target, part.place, part.values):
                found.setdefault(credential.place, credential)
    yield from found.values()


def _in_text(context: FileContext, target: str, place: Place, values: Possible) -> Iterator[ReadableCredential]:
    names = sorted(set(_variables(context, values, _DEEPEST_TEXT)))
    if names:
        yield ReadableCredential(place, f"{', '.join(names)} in the {target}")


def _variables(context: FileContext, values: Possible, depth: int, member: str = "") -> Iterator[str]:
    """The environment variables with secrets that values show, by their own names or as a `member` with such a name.

    Not those that are only asked, hashed or cut: what is turned into text is looked through, other calls are not.
    """
    for value in values if depth else ():
        match value:
            case Environment(name=name):
                yield from (name,) if is_secret_variable(name) or is_secret_member(member, name) else ()
            case Mapped(members=members):
                for key, item in members.items():
                    yield from _variables(context, item.values, depth - 1, key)
            case Listed(items=items):
                for values_of_item in items:
                    yield from _variables(context, values_of_item, depth - 1, member)
            case _:
                for expr in _turned_into_text(value.origin):
                    yield from _variables(context, context.values(expr), depth - 1, member)


def _turned_into_text(origin: Expr) -> Iterator[Expr]:
    if isinstance(origin, Call) and last_name(origin) in _STRINGIFIERS:
        expr = argument(origin, 0)
        yield from (expr,) if expr is not None else ()
    else:
        yield from (expr for expr in shown(origin) if expr is not origin)


class _MessageReader:
    """Finds credentials in nested protocol messages; what it looks at is bounded."""

    def __init__(self, context: FileContext) -> None:
        self._context = context
        self._left = _MOST_LOOKED_AT

    def credentials(self, values: Possible, depth: int) -> Iterator[ReadableCredential]:
        for value in values if depth < _DEEPEST else ():
            for field in self._fields(value):
                self._left -= 1
                if self._left < 0:
                    return
                yield from self._of_field(field, depth)

    def _of_field(self, field: _Field, depth: int) -> Iterator[ReadableCredential]:
        if field.name in CREDENTIAL_FIELDS and _is_given(field.values):
            yield ReadableCredential(
                field.place, f"{field.name} of the storage", literal=self._literal(field.place, field.values)
            )
        elif field.name in STREAM_FIELDS and (key := self._stream_key(field)) is not None:
            yield key
        elif field.name in TEXT_FIELDS:
            yield from _in_text(self._context, f"{field.name} of the room configuration", field.place, field.values)
        else:
            yield from self.credentials(field.values, depth + 1)

    def _fields(self, value: Value) -> Iterator[_Field]:
        match value:
            case Mapped(members=members):
                for name, member in members.items():
                    yield _Field(name, self._context.member_place(member), member.values)
            case Listed(items=items):
                place = self._context.place(value.origin)
                yield from (_Field(None, place, item) for item in items)
            case Returned(call=call, members=()) if _makes_message(value):
                yield from self._given(call)
                yield from self._done_later(call)
            case _:
                return

    def _given(self, call: Call) -> Iterator[_Field]:
        for item in call.arguments:
            yield _Field(item.name, self._context.place(item), self._context.values(item.value))

    def _done_later(self, call: Call) -> Iterator[_Field]:
        """`message.secret = ...`, `message.outputs.append(...)`."""
        for event in history(self._context.home(call).names, call):
            place = self._context.place(event.node)
            if event.value is not None:
                yield _Field(event.path[-1], place, self._context.values(event.value))
            elif event.path[-1] in FILLERS:
                for item in event.arguments or ():
                    yield _Field(None, place, self._context.values(item.value))

    def _stream_key(self, field: _Field) -> ReadableCredential | None:
        """A stream's address: written out with its key, or put together from the environment."""
        for address in with_items(field.values):
            if isinstance(address, Text) and STREAM_ADDRESS.match(address.text):
                literal = self._literal(field.place, (address,))
                return ReadableCredential(field.place, "the key of a stream", literal=literal)
            if isinstance(address, Environment | Unknown) and _from_environment(address):
                return ReadableCredential(field.place, "the key of a stream", certain=False)
        return None

    def _literal(self, place: Place, values: Possible) -> SpelledSecret | None:
        """What of it the code spells out, so that it is never shown."""
        for value in values:
            if isinstance(value, Text) and value.text:
                spelled = value.pieces[0] if value.pieces else value.origin
                return SpelledSecret(self._context.place(spelled) if spelled.end else place, Secret(value.text))
        return None


def _makes_message(value: Returned) -> bool:
    name = (value.callee or last_name(value.call) or "").rpartition(".")[2]
    return name[:1].isupper() or name in MESSAGE_MAKERS


def _from_environment(value: Value) -> bool:
    return any(isinstance(source, Environment) for source in symbolic_sources((value,)))


def _is_given(values: Possible) -> bool:
    empty = all(isinstance(value, Nothing) or (isinstance(value, Text) and not value.text) for value in values)
    return bool(values) and not empty


def role_lead(context: FileContext, settings: Mapping[str, Sequence[Part]]) -> Lead | None:
    """Where the metadata or attributes of a token say what its holder is."""
    for target in ("metadata", "attributes"):
        for part in settings.get(target, ()):
            node = next((node for value in part.values for node in _role_nodes(context, value, _DEEPEST_TEXT)), None)
            if node is not None:
                return Lead(context.place(node), f"the {target} says what its holder is")
    return None


def _role_nodes(context: FileContext, value: Value, depth: int) -> Iterator[Node]:
    """What names a role: a key of an object, also of one that is turned into text, or a piece of JSON text."""
    origin = value.origin
    match value:
        case Mapped(members=members):
            yield from (member.key for name, member in members.items() if name in ROLE_FIELDS)
        case Text(text=text) if ROLE_TEXT.search(text):
            yield origin
        case _ if isinstance(origin, Template):
            yield from (part for part in origin.parts if _says_role(part))
        case _ if isinstance(origin, Call) and last_name(origin) in _STRINGIFIERS and depth:
            for inner in context.values(argument(origin, 0)):
                yield from _role_nodes(context, inner, depth - 1)
        case _:
            return


def _says_role(part: Node) -> bool:
    return isinstance(part, Literal) and isinstance(part.value, str) and ROLE_TEXT.search(part.value) is not None
