"""Constructions: the call that made an instance, what it passes for the fields of its class, and changed copies.

Sources of what makes copies: docs.python.org (dataclasses.replace, `_replace` of named tuples), the documentation of
attrs, msgspec and pydantic; kotlinlang.org (data classes); docs.ruby-lang.org (Data).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from lk_audit.syntax import Argument, Assign, Call, Class, Declare, Define, Expr, Member, Name, walk
from lk_audit.values.callgraph import last_name
from lk_audit.values.model import Mapped, Possible, Returned, Value
from lk_audit.values.model import Member as Entry
from lk_audit.values.parameters import argument_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lk_audit.values.evaluator import Evaluator
    from lk_audit.values.invocation import Invocation

_POSITIONAL_MARKS = frozenset({"dataclass", "define", "mutable", "frozen", "attrs", "s"})
_POSITIONAL_BASES = frozenset({"NamedTuple", "Struct"})
"""Decorators and base classes of Python that make a constructor of the fields, in their order: dataclasses, attrs,
typing, msgspec. That of pydantic takes keywords only."""


class Construction(Struct, frozen=True, eq=False):
    """The call that made an instance, and the evaluator of the file it stands in."""

    home: Evaluator
    call: Call


def passed_for(construction: Construction, owner: Class, name: str) -> Argument | None:
    """What a construction passes for a field, to the constructor that a class of Python is given."""
    fields = list(declared_fields(owner))
    position = fields.index(name) if name in fields and _takes_positions(owner) else None
    return argument_for(construction.call, position, name)


def hidden_for(construction: Construction, owner: Class, name: str) -> Iterator[Argument]:
    """What a construction passes that may be meant for a field: `Spec(**asked)`, or an order that bases decide."""
    if name in declared_fields(owner):
        is_ordered = _takes_positions(owner) or not _is_marked(owner)
        yield from (item for item in construction.call.arguments if item.spread or not (item.name or is_ordered))


def declared_fields(owner: Class) -> Iterator[str]:
    """The fields that a class of Python declares with a type."""
    for statement in owner.body.statements:
        match statement:
            case Declare(name=name, annotation=annotation):
                if not _is_of_class(annotation):
                    yield name
            case Assign(target=Name(id=name), annotation=annotation):
                if annotation is not None and not _is_of_class(annotation):
                    yield name
            case _:
                continue


def component(owner: Class, place: int) -> str:
    """What the parameter of a class's constructor is called that `val (room, ttl) = spec` takes at a place."""
    constructors = (item.function for item in owner.body.statements if isinstance(item, Define))
    parameters = next((item.parameters for item in constructors if item.name == "constructor"), ())
    return parameters[place].name if place < len(parameters) else ""


def _is_of_class(annotation: Expr) -> bool:
    """`ClassVar[int]` is no field."""
    return any(isinstance(node, Name | Member) and last_name(node) == "ClassVar" for node in walk(annotation))


def _takes_positions(owner: Class) -> bool:
    """Whether the constructor that a class is given takes its fields in the order in which they stand there."""
    bases = {last_name(base) for base in owner.bases}
    return bases <= _POSITIONAL_BASES and (bool(bases) or _is_marked(owner))


def _is_marked(owner: Class) -> bool:
    return any(last_name(mark) in _POSITIONAL_MARKS for mark in owner.decorators)


def copy_of_first(invocation: Invocation) -> Possible | None:
    """`replace(spec, ttl=60)`; what a library has made stays a thing of the library."""
    if any(isinstance(value, Returned) and value.callee is not None for value in invocation.values(0)):
        return None
    return tuple(_changed(invocation, value) for value in invocation.values(0)) or None


def copy_of_receiver(invocation: Invocation, receiver: Value) -> Possible | None:
    """`spec.copy(ttl = 60)`; a method that is given anything but fields by their names is another one."""
    given = invocation.call.arguments
    return (_changed(invocation, receiver),) if given and all(item.name for item in given) else None


def updated_copy(invocation: Invocation, receiver: Value) -> Possible | None:
    """Pydantic's `spec.model_copy(update={"ttl": 60})`."""
    changes = [value for value in invocation.values(None, "update") if isinstance(value, Mapped)]
    return tuple(_with(receiver, invocation, value.members) for value in changes) or None


def _changed(invocation: Invocation, original: Value) -> Value:
    return _with(original, invocation, dict(_named(invocation)))


def _named(invocation: Invocation) -> Iterator[tuple[str, Entry]]:
    for item in invocation.call.arguments:
        if item.name is not None:
            yield item.name, Entry(values=invocation.evaluate(item.value), key=item.value)


def _with(original: Value, invocation: Invocation, changes: Mapping[str, Entry]) -> Value:
    """A record of the changes that takes everything else over from the original."""
    if isinstance(original, Mapped):
        return replace(original, members={**original.members, **changes})
    return Mapped(origin=invocation.call, members=changes, open=True, spreads=(original,))
