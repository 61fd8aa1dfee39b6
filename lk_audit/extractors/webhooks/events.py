"""Where code asks which of LiveKit's webhook events it was sent."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.livekit.webhooks import EVENTS, GO_EVENTS
from lk_audit.syntax import Binary, Call, Expr, Index, Literal, Member, Name, Record, walk
from lk_audit.values.records import entries_of

_EQUALS = ("equals", "equalsIgnoreCase", "contentEquals", "Equals", "EqualFold")
_EVENT_NAMES = frozenset({"event", "event_type", "eventType", "event_name", "eventName"})
_OR_ELSE = frozenset({"??", "or"})
_LONGEST_WAY = 4
"""How many steps back the event is looked for: `kind` of `kind = root.path("event").asText()`."""


def event_tests(context: FileContext) -> Iterator[tuple[Expr, Expr]]:
    """Comparisons with the name of an event, and choices by it, each with what is compared: `body.event`."""
    for binary in context.names.nodes(Binary):
        if binary.operator in {"==", "in"}:
            yield from _tested(context, binary, (binary.left, binary.right))
    for call in (call for name in _EQUALS for call in context.names.calls_of(name)):
        holder = (call.callee.object,) if isinstance(call.callee, Member) else ()
        yield from _tested(context, call, (*holder, *(item.value for item in call.arguments)))

    for chosen, table, key in _choices(context):
        if _is_table_of_events(context, table) and _reads_event(context, key):
            yield chosen, key


def _choices(context: FileContext) -> Iterator[tuple[Expr, Expr, Expr]]:
    """`HANDLERS[body.event]`, `HANDLERS.get(event)`: what is chosen, from what, by what."""
    yield from ((index, index.object, index.key) for index in context.names.nodes(Index))
    for call in context.names.calls_of("get"):
        if isinstance(call.callee, Member) and call.arguments:
            yield call, call.callee.object, call.arguments[0].value


def _is_table_of_events(context: FileContext, expr: Expr) -> bool:
    defined = context.names.definitions(expr) if isinstance(expr, Name) else ()
    return any(isinstance(item.value, Record) and not EVENTS.isdisjoint(entries_of(item.value)) for item in defined)


def _tested(context: FileContext, test: Expr, sides: tuple[Expr, ...]) -> Iterator[tuple[Expr, Expr]]:
    if any(_names_event(side) for side in sides):
        subject = next((side for side in sides if _reads_event(context, side)), None)
        if subject is not None:
            yield test, subject


def _names_event(side: Expr) -> bool:
    return any(
        (isinstance(node, Literal) and node.value in EVENTS) or (isinstance(node, Member) and node.name in GO_EVENTS)
        for node in walk(side)
    )


def _reads_event(context: FileContext, expr: Expr, steps: int = _LONGEST_WAY) -> bool:
    """Whether an expression, or what a variable was given, is the part `event` of something."""
    if _is_event(expr):
        return True
    return steps > 0 and any(_reads_event(context, part, steps - 1) for part in _made_of(context, expr))


def _is_event(expr: Expr) -> bool:
    match expr:
        case Member(name="event" | "Event") | Call(callee=Member(name="GetEvent")) | Index(key=Literal(value="event")):
            return True
        case Call(callee=Member()) if expr.arguments:
            first = expr.arguments[0].value
            return isinstance(first, Literal) and first.value == "event"
        case Name(id=name):
            return name in _EVENT_NAMES
        case _:
            return False


def _made_of(context: FileContext, expr: Expr) -> Iterator[Expr]:
    """What an expression takes its value from: `payload["event"]` of `payload["event"].jsonPrimitive.content`."""
    match expr:
        case Name():
            yield from (item.value for item in context.names.definitions(expr) if item.value is not None)
        case Call(callee=Member(object=holder)) | Member(object=holder):
            yield holder
        case Binary(operator=operator, left=left) if operator in _OR_ELSE:
            yield left
        case _:
            return
