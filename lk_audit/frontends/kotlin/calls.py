"""Kotlin's calls: trailing lambdas, scope functions, and calls that make collections.

`E.apply { name = "x" }` becomes `(#this => { #this.name = "x"; return #this })(E)`: a function that is called where it
stands, with what it is called on as its parameter. Which bare names inside it are the receiver's members is settled
when the whole file is known (`_kotlin_receivers`).

Source: Kotlin's documentation of scope functions, collections and kotlinx.serialization's `buildJsonObject`.
"""

from __future__ import annotations

from collections.abc import Iterable

from lk_audit.frontends.jvm.nodes import put_entries, returning, sequence_of
from lk_audit.frontends.lowering.tree import Either, Part
from lk_audit.syntax import (
    Argument,
    Block,
    Call,
    Entry,
    Expr,
    Function,
    Literal,
    Member,
    Name,
    Node,
    Opaque,
    Parameter,
    Raise,
    Record,
    Return,
    Statement,
)
from lk_audit.syntax import Sequence as Items

RECEIVER = "#this"
_MAPS = frozenset({"mapOf", "mutableMapOf", "hashMapOf", "linkedMapOf", "sortedMapOf", "bundleOf", "contentValuesOf"})
_LISTS = frozenset(
    {"listOf", "mutableListOf", "arrayListOf", "setOf", "mutableSetOf", "hashSetOf", "linkedSetOf", "arrayOf"}
    | {"listOfNotNull", "sequenceOf", "byteArrayOf", "intArrayOf", "longArrayOf"}
)
_EMPTY = {
    **dict.fromkeys(("HashMap", "LinkedHashMap", "JSONObject", "JsonObject", "TreeMap", "emptyMap"), True),
    **dict.fromkeys(("ArrayList", "LinkedList", "HashSet", "JSONArray", "JsonArray", "emptyList", "emptySet"), False),
}
"""What makes an empty map (True) or list."""
_BUILDERS = frozenset({"buildMap", "buildJsonObject"})
_FAILURES = frozenset({"error", "TODO"})
"""Functions that never return."""
_JAVA_MAPS = frozenset({"Map", "ImmutableMap"})
_JAVA_LISTS = {"List": "of", "Set": "of", "ImmutableList": "of", "Arrays": "asList"}
_FRESH = frozenset({"toMap", "toMutableMap", "toList", "toMutableList", "toSet", "asList", "trimIndent", "trim"})


class Arguments(Part):
    """The arguments of a call."""

    items: tuple[Argument, ...]


class Lambda(Either):
    """A lambda, whose last statement is what it returns; `written` are its statements as they stand."""

    parameters: tuple[Parameter, ...]
    written: tuple[Statement, ...]


def arguments_of(values: Iterable[Node]) -> tuple[Argument, ...]:
    return next((value.items for value in values if isinstance(value, Arguments)), ())


def lambda_function(item: Lambda) -> Function:
    """A lambda as a function; without parameters of its own it has `it`."""
    parameters = item.parameters or (Parameter(item.start, item.start, "it"),)
    return Function(item.start, item.end, "", parameters, Block(item.start, item.end, returning(item.written)))


def called(start: int, end: int, callee: Expr, arguments: tuple[Argument, ...], trailing: Lambda | None = None) -> Node:
    """A call, or what it is equivalent to."""
    name = _last(callee)
    if trailing is not None:
        scoped = _scoped(start, end, callee, arguments, trailing)
        if scoped is not None:
            return scoped
        function = lambda_function(trailing)
        arguments = (*arguments, Argument(function.start, function.end, None, function))
    else:
        if isinstance(callee, Name) and name in _FAILURES and arguments:
            return Raise(start, end, arguments[0].value)
        made = _collection(start, end, callee, name, arguments)
        if made is not None:
            return made
    is_new = isinstance(callee, Name | Member) and name[:1].isupper()
    return Call(start, end, callee, arguments, is_new=is_new)


def _scoped(start: int, end: int, callee: Expr, arguments: tuple[Argument, ...], body: Lambda) -> Node | None:
    """What a scope function is equivalent to; None for any other call."""
    return _on_object(start, end, callee, arguments, body) or _in_place(start, end, callee, arguments, body)


def _on_object(start: int, end: int, callee: Expr, arguments: tuple[Argument, ...], body: Lambda) -> Node | None:
    name = _last(callee)
    match callee, name:
        case Member(object=receiver), "apply" if not arguments:
            return _on_receiver(start, end, receiver, body, gives_receiver=True)
        case Member(object=receiver), "run" if not arguments:
            return _on_receiver(start, end, receiver, body, gives_receiver=False)
        case Member(object=receiver), "also" | "onSuccess" if not arguments:
            return _on_parameter(start, end, receiver, body, gives_receiver=True)
        case Member(object=receiver), "let" if not arguments:
            return _on_parameter(start, end, receiver, body, gives_receiver=False)
        case Name(), "with" if len(arguments) == 1:
            return _on_receiver(start, end, arguments[0].value, body, gives_receiver=False)
        case _:
            return None


def _in_place(start: int, end: int, callee: Expr, arguments: tuple[Argument, ...], body: Lambda) -> Node | None:
    name = _last(callee)
    match callee, name:
        case Name(), "run" | "runBlocking" | "runCatching" if not arguments:
            return _at_once(start, end, body)
        case Name() | Member(), "withContext":
            return _at_once(start, end, body, *arguments)
        case Name(), "lazy" if len(arguments) <= 1:
            return _at_once(start, end, body)
        case Name(), _ if name in _BUILDERS and not arguments:
            return Record(start, end, tuple(put_entries(body.written)))
        case _:
            return None


def _last(callee: Expr) -> str:
    return callee.name if isinstance(callee, Member) else callee.id if isinstance(callee, Name) else ""


def _on_receiver(start: int, end: int, receiver: Expr, body: Lambda, *, gives_receiver: bool) -> Call:
    parameter = Parameter(body.start, body.start, f"{RECEIVER}{body.start}")
    return _applied(start, end, receiver, body, parameter, gives_receiver=gives_receiver)


def _on_parameter(start: int, end: int, receiver: Expr, body: Lambda, *, gives_receiver: bool) -> Call:
    parameter = body.parameters[0] if body.parameters else Parameter(body.start, body.start, "it")
    return _applied(start, end, receiver, body, parameter, gives_receiver=gives_receiver)


def _applied(  # noqa: PLR0913 - the parts of a call
    start: int, end: int, receiver: Expr, body: Lambda, parameter: Parameter, *, gives_receiver: bool
) -> Call:
    statements = body.written if gives_receiver else returning(body.written)
    if gives_receiver:
        itself = Name(body.end, body.end, parameter.name)
        statements = (*statements, Return(body.end, body.end, itself))
    function = Function(body.start, body.end, "", (parameter,), Block(body.start, body.end, statements))
    given = Argument(receiver.start, receiver.end, None, receiver)
    return Call(start, end, function, (given,))


def _at_once(start: int, end: int, body: Lambda, *others: Argument) -> Node:
    """`run {...}` and `withContext(context) {...}`: the lambda is run where it stands."""
    function = Function(body.start, body.end, "", (), Block(body.start, body.end, returning(body.written)))
    value = Call(start, end, function, ())
    before = tuple(Argument(item.start, item.end, "#context", item.value) for item in others)
    value.arguments = before
    return Either(start, end, value, body.written) if not others else value


def _collection(start: int, end: int, callee: Expr, name: str, arguments: tuple[Argument, ...]) -> Expr | None:
    """The record or sequence that a call makes."""
    if not isinstance(callee, Name):
        return _java_collection(start, end, callee, name, arguments)
    if name in _MAPS and all(item.name is None for item in arguments):
        return Record(start, end, tuple(_pair(item) for item in arguments))
    if name in _LISTS:
        return sequence_of(start, end, arguments)
    if name in _EMPTY and all(isinstance(item.value, Literal) for item in arguments):
        return Record(start, end, ()) if _EMPTY[name] else Items(start, end, ())
    return None


def _java_collection(start: int, end: int, callee: Expr, name: str, arguments: tuple[Argument, ...]) -> Expr | None:
    owner = callee.object.id if isinstance(callee, Member) and isinstance(callee.object, Name) else ""
    values = [item.value for item in arguments]
    if owner in _JAVA_MAPS and name == "of" and len(values) % 2 == 0:
        pairs = zip(values[::2], values[1::2], strict=True)
        return Record(start, end, tuple(Entry(key.start, value.end, key, value) for key, value in pairs))
    if _JAVA_LISTS.get(owner) == name:
        return sequence_of(start, end, arguments)
    is_copy = isinstance(callee, Member) and isinstance(callee.object, Record | Items | Literal) and not arguments
    return callee.object if is_copy and isinstance(callee, Member) and name in _FRESH else None


def _pair(item: Argument) -> Entry:
    """`key to value`, `Pair(key, value)`; anything else may be several entries."""
    match item.value:
        case Items(items=(key, value)) if not item.spread:
            return Entry(item.start, item.end, key, value)
        case Call(callee=Name(id="Pair"), arguments=(key, value)):
            return Entry(item.start, item.end, key.value, value.value)
        case other:
            return Entry(item.start, item.end, None, Opaque(item.start, item.end, (other,)))
