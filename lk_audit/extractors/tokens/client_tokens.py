"""LiveKit tokens left where others find them: in the browser's storage, and in page addresses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.tokens.livekit_tokens import LivekitTokens, Proof
from lk_audit.facts import TokenLeftBehind
from lk_audit.livekit.sinks import (
    ADDRESS_ATTRIBUTES,
    LOCATIONS,
    NAVIGATION_FUNCTIONS,
    NAVIGATIONS,
    NAVIGATORS,
    QUERY_FIELDS,
    STORAGES,
)
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Assign,
    Binary,
    Call,
    Entry,
    Expr,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Record,
    Template,
    walk,
)
from lk_audit.values.model import Returned
from lk_audit.values.objects import history

_QUERY = regex(r"[?&][\w.-]{1,40}=$")
_MOST_NODES = 400
_KEY_AND_VALUE = 2
_PARAMETERS = frozenset({"URLSearchParams", "URL"})
_SETTERS = frozenset({"set", "append"})


def tokens_left_behind(context: FileContext) -> Iterator[TokenLeftBehind]:
    """Every such token, once for each place."""
    if b"livekit" not in context.source.data.lower():
        return
    tokens = LivekitTokens(context)
    for node, where, proof in (*_stored(context, tokens), *_in_addresses(context, tokens)):
        place = context.place(node)
        yield TokenLeftBehind(place=place, role=context.role, where=where, certain=proof is Proof.WAY)


_Left = tuple[Node, str, Proof]


def _stored(context: FileContext, tokens: LivekitTokens) -> Iterator[_Left]:
    for call in context.names.calls_of("setItem"):
        storage = _storage(call.callee.object) if isinstance(call.callee, Member) else None
        if storage is not None and len(call.arguments) >= _KEY_AND_VALUE:
            key, value = (item.value for item in call.arguments[:_KEY_AND_VALUE])
            proof = tokens.proof(value) or tokens.proof_of_key(key, value)
            if proof is not None:
                yield call, storage, proof
    for assign in context.names.nodes(Assign):
        target = assign.target
        storage = _storage(target.object) if isinstance(target, Member | Index) else None
        proof = tokens.proof(assign.value) if storage is not None else None
        if storage is not None and proof is not None:
            yield assign, storage, proof


def _storage(expr: Expr) -> str | None:
    name = last_name(expr) if isinstance(expr, Name | Member) else None
    return name if name in STORAGES else None


def _in_addresses(context: FileContext, tokens: LivekitTokens) -> Iterator[_Left]:
    for expr in _addresses(context):
        for node, value in _in_query(context, expr):
            proof = tokens.proof(value) or (tokens.proof_of_address(node, value) if isinstance(node, Expr) else None)
            if proof is not None:
                yield node, "the address of a page", proof
                break


def _addresses(context: FileContext) -> Iterator[Expr]:
    """The page addresses that the file goes to, or links to."""
    for call in context.names.calls:
        if _goes_to_page(context, call):
            yield from (item.value for item in call.arguments)
    for assign in context.names.nodes(Assign):
        if isinstance(assign.target, Member) and assign.target.name in LOCATIONS:
            yield assign.value
    for element in context.names.elements:
        yield from (item.value for item in element.attributes if item.name in ADDRESS_ATTRIBUTES)


def _goes_to_page(context: FileContext, call: Call) -> bool:
    callee = call.callee
    if isinstance(callee, Member) and callee.name in NAVIGATIONS:
        receiver = (last_name(callee.object) or "").lower().lstrip("_")
        return receiver in NAVIGATORS or receiver.endswith(("router", "navigation", "history"))
    return isinstance(callee, Name) and context.name_elsewhere(callee) in NAVIGATION_FUNCTIONS


def _in_query(context: FileContext, expr: Expr) -> Iterator[tuple[Node, Expr]]:
    """What an address carries in its query: the node that does, and each value."""
    written = [expr, *(value.origin for value in context.values(expr) if value.origin is not expr)]
    for root in written:
        for count, node in enumerate(walk(root)):
            if count > _MOST_NODES:
                break
            match node:
                case Template(parts=parts):
                    yield from ((node, value) for value in _after_query(parts))
                case Binary(operator="+"):
                    yield from ((node, value) for value in _after_query(_operands(node)))
                case Entry(key=Literal(value=str(name)), value=Record() as record) if name in QUERY_FIELDS:
                    yield from ((record, entry.value) for entry in record.entries)
                case Name() | Call():
                    yield from ((node, value) for value in _parameters(context, node))
                case _:
                    continue


def _after_query(parts: tuple[Expr, ...]) -> Iterator[Expr]:
    """The values that come after a `?name=` or `&name=`."""
    for text, value in pairwise(parts):
        if isinstance(text, Literal) and isinstance(text.value, str) and _QUERY.search(text.value[-80:]):
            yield value


def _operands(node: Binary) -> tuple[Expr, ...]:
    """What a chain of `+` joins, in order."""
    found: list[Expr] = []
    current: Expr = node
    while isinstance(current, Binary) and current.operator == "+" and len(found) < _MOST_NODES:
        found.append(current.right)
        current = current.left
    return (current, *reversed(found))


def _parameters(context: FileContext, expr: Expr) -> Iterator[Expr]:
    """The values in `new URLSearchParams({...})` and in what is set on it, or on a URL's, later."""
    for value in context.values(expr) if context.names.is_javascript else ():
        if isinstance(value, Returned) and value.callee in _PARAMETERS:
            for item in value.call.arguments:
                record = item.value if isinstance(item.value, Record) else None
                yield from (entry.value for entry in record.entries) if record is not None else ()
            for event in history(context.home(value.call).names, value.call):
                if event.path[-1] in _SETTERS and len(event.arguments or ()) == _KEY_AND_VALUE:
                    yield (event.arguments or ())[1].value
