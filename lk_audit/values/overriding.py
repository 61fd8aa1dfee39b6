"""What a class leaves to others: methods and fields that the classes which inherit from it, or satisfy it, have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.syntax import Class
from lk_audit.values.callgraph import leaves_open
from lk_audit.values.model import Possible, Value, defined_classes
from lk_audit.values.possible import bounded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.values.evaluator import Evaluator

_MOST_HEIRS = 8


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
