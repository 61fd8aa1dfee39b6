"""Constructions: the call that made an instance, and what it passes for the fields of its class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.syntax import Argument, Assign, Call, Class, Declare, Expr, Member, Name, walk
from lk_audit.values.callgraph import last_name
from lk_audit.values.parameters import argument_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.values.evaluator import Evaluator

_POSITIONAL_MARKS = frozenset({"dataclass", "define", "mutable", "frozen", "attrs"})
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


def _is_of_class(annotation: Expr) -> bool:
    """`ClassVar[int]` is no field."""
    return any(isinstance(node, Name | Member) and last_name(node) == "ClassVar" for node in walk(annotation))


def _takes_positions(owner: Class) -> bool:
    """Whether the constructor that a class is given takes its fields in the order in which they stand there."""
    bases = {last_name(base) for base in owner.bases}
    marks = {last_name(mark) for mark in owner.decorators}
    return bases <= _POSITIONAL_BASES and bool(bases or marks & _POSITIONAL_MARKS)
