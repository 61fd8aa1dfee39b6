"""What a class leaves to others: methods and fields that the classes which inherit from it, or satisfy it, have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.syntax import Class, Evaluate, Function, Literal, Opaque, Raise, Return, Statement
from lk_audit.values.model import Defined, Possible, Unknown, Value, defined_classes
from lk_audit.values.possible import bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.values.evaluator import Evaluator

_MOST_HEIRS = 8


def is_left_to_others(function: Function) -> bool:
    """Whether a function is there to be overridden: it does nothing, or raises in the end."""
    statements = function.body.statements
    return all(map(_does_nothing, statements)) or isinstance(statements[-1], Raise)


def _does_nothing(statement: Statement) -> bool:
    """A docstring, or Python's `...`."""
    value = statement.value if isinstance(statement, Evaluate) else None
    return isinstance(value, Literal) or (isinstance(value, Opaque) and not value.children)


def leaves_open(values: Possible | None) -> bool:
    """Whether a class says nothing of an attribute but that there is one, if that."""
    return all(map(_says_nothing, values or ()))


def _says_nothing(value: Value) -> bool:
    match value:
        case Unknown(sources=()):
            return True
        case Defined(definition=Function(body=body) as function):
            match body.statements:
                case (Return(value=Opaque(children=())),):
                    return True
                case _:
                    return is_left_to_others(function)
        case _:
            return False


def implementations(evaluator: Evaluator, owner: Class, name: str) -> Possible:
    """What those make of an attribute to whom a class of this file leaves it: methods, or the values of fields."""
    found: list[Value] = []
    for home, heir in _heirs(evaluator, owner, name):
        values = home.attributes.find(heir, name, None, 1) if home.names.attributes(heir, name) else None
        if not leaves_open(values):
            found += evaluator.from_home(home, values or ())
    return bounded(found, owner)


def _heirs(evaluator: Evaluator, owner: Class, name: str) -> Iterator[tuple[Evaluator, Class]]:
    """The classes that inherit from one of this file, or have what it asks for; not those of tests."""
    linker, left = evaluator.linker, _MOST_HEIRS
    asks = linker is not None and evaluator.effort.asks_callers
    others = linker.mentioning(name if evaluator.names.is_go else owner.name) if asks and linker is not None else ()
    for home in (evaluator, *others):
        for heir in home.names.classes if evaluator.names.is_go else home.names.subclasses(owner):
            if left and heir is not owner and _inherits(home, heir, evaluator, owner):
                left -= 1
                yield home, heir


def _inherits(home: Evaluator, heir: Class, evaluator: Evaluator, owner: Class) -> bool:
    if home.names.is_go:
        return home.structs.satisfies(heir, owner)
    return home is evaluator or any(
        kind is owner for base in heir.bases for kind in defined_classes(home.evaluate_here(base))
    )
