"""Secrets in what is shown as a whole: settings and data classes, records of other files, the environment.

A file may show them that says no word of a secret: it is found from that which keeps the settings.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from lk_audit.extractors import gates
from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.livekit.sinks import FIELD_SHOWING_BASES, FIELD_SHOWING_MARKS, MASKING_TYPES
from lk_audit.patterns import regex
from lk_audit.standing import Form
from lk_audit.syntax import (
    Assign,
    Call,
    Class,
    Declare,
    Define,
    Expr,
    Literal,
    Member,
    Name,
    Record,
    walk,
)
from lk_audit.values.environment import MAPPINGS
from lk_audit.values.model import Environment, Mapped, Reference, Returned, Value

_DEEPEST = 3
_VARIABLE = regex(rb"\b[A-Z][A-Z0-9_]{0,60}SECRET[A-Z0-9_]{0,60}\b")
_SHOWN_BY = frozenset({"__repr__", "__str__"})
_UNSHOWN = frozenset({"repr", "exclude"})

_WHOLE = (Form(regex(rb"[(,{:$][ \t\n]{0,40}\Z"), regex(rb"[ \t\n]{0,40}[,)}]|\.[A-Za-z]\w{0,40}[ \t\n]{0,40}[,)}]")),)
"""How settings stand that are given to somebody, or a part of them."""
_SHOWS = regex(
    rb"(?i)\b_?(?:console|log|logger|logging|winston|pino|loguru|structlog)\.|\bprint\(|\bstdout\b|\becho\("
    rb"|\.(?:json|send)\(|\b(?:jsonify|JSONResponse|JsonResponse)\("
)
_MOST = 12
"""Files that are looked at for the settings of one name."""


class Field(Struct, frozen=True):
    """A field of a class of Python, as its body declares it."""

    name: str
    annotation: Expr
    default: Expr | None


def secrets_within(context: FileContext, value: Value, depth: int = 0) -> Iterator[str]:
    """The names of the API secrets that are shown with a value that is no secret itself."""
    match value:
        case Mapped(members=members) if depth < _DEEPEST:
            for inner in (inner for member in members.values() for inner in member.values):
                if isinstance(inner, Environment):
                    yield from (inner.name for _ in range(context.secret_names.means(inner.name)))
                else:
                    yield from secrets_within(context, inner, depth + 1)
        case Reference(name=name) if name in MAPPINGS:
            words = (found.group().decode() for found in _VARIABLE.finditer(context.source.data))
            yield from (word for word in dict.fromkeys(words) if context.secret_names.means(word))
        case Returned(call=call, members=()) if context.is_python:
            for owner in _classes_of(context, call):
                yield from _secrets_of(context, value, owner)
        case _:
            return


def _classes_of(context: FileContext, call: Call) -> Iterator[Class]:
    """The classes that a call may make an instance of, also by `cls(...)` in one of their methods."""
    home = context.home(call)
    owner = home.names.enclosing(call, Class) if isinstance(call.callee, Name) and call.callee.id == "cls" else None
    yield from (owner,) if owner is not None else context.classes_meant(call.callee)


def _secrets_of(context: FileContext, value: Returned, owner: Class) -> Iterator[str]:
    if not _shows_fields(owner):
        return
    fields = list(_fields(owner))
    for position, field in enumerate(fields):
        if _is_masked(field):
            continue
        given = context.evaluator.attributes.of_instance(value, field.name) or ()
        for held in (*given, *context.values(argument(value.call, position, field.name))):
            if isinstance(held, Environment) and context.secret_names.means(held.name):
                yield held.name


def _shows_fields(owner: Class) -> bool:
    """Whether what an instance is printed as holds its fields."""
    marks = {last_name(mark) for mark in owner.decorators}
    bases = {last_name(base) for base in owner.bases}
    methods = {item.function.name for item in owner.body.statements if isinstance(item, Define)}
    return bool(marks & FIELD_SHOWING_MARKS or bases & FIELD_SHOWING_BASES) and not methods & _SHOWN_BY


def _fields(owner: Class) -> Iterator[Field]:
    for statement in owner.body.statements:
        match statement:
            case Assign(target=Name(id=name), annotation=annotation, value=value) if annotation is not None:
                yield Field(name, annotation, value)
            case Declare(name=name, annotation=annotation):
                yield Field(name, annotation, None)
            case _:
                continue


def _is_masked(field: Field) -> bool:
    """`secret: SecretStr`, `secret: str = field(repr=False)`."""
    named = (node for node in walk(field.annotation) if isinstance(node, Name | Member))
    if any(last_name(node) in MASKING_TYPES for node in named):
        return True
    made = field.default.arguments if isinstance(field.default, Call) else ()
    hidden = {item.name: item.value for item in made if item.name in _UNSHOWN}
    shows = {name: value.value for name, value in hidden.items() if isinstance(value, Literal)}
    return shows.get("repr") is False or shows.get("exclude") is True


def showing(context: FileContext) -> Iterator[FileContext]:
    """The files that may show what this one keeps the secret in; those that name a secret are looked at anyhow."""
    if not (context.names.is_javascript or context.is_python):
        return
    seen = {context.source.path}
    for name in _holders(context):
        found = context.project.usage.mentions(context.source.path, name, forms=_WHOLE)
        for module in (item for item in islice(found, _MOST) if item.path not in seen):
            seen.add(module.path)
            data = module.source.data
            if _SHOWS.search(data) and "secret_exposures" not in gates.opened(data, context.secret_names):
                yield context.workspace.context(module)


def _holders(context: FileContext) -> Iterator[str]:
    """What the settings of a file are called that hold the secret."""
    for statement in context.module.body.statements:
        if isinstance(statement, Assign) and isinstance(statement.target, Name):
            made = statement.value
            values = context.values_here(made) if isinstance(made, Record | Call) else ()
            if any(next(secrets_within(context, value), None) is not None for value in values):
                yield statement.target.id
