"""What a class leaves to others: methods and fields that the classes which inherit from it, or satisfy it, have."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from lk_audit.patterns import regex
from lk_audit.standing import Form
from lk_audit.syntax import Class
from lk_audit.values.callgraph import leaves_open
from lk_audit.values.model import Possible, Value, defined_classes
from lk_audit.values.possible import bounded
from lk_audit.values.structs import is_interface

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lk_audit.values.evaluator import Evaluator

_MOST_HEIRS = 8
_READER = (Form(regex(rb"\bfunc\s{0,9}\([^()\n]{0,200}\)\s{0,9}\Z"), regex(rb"\(\s{0,9}\)\s{0,9}[\w*(\[]"), 240),)
"""How a method of Go looks that takes nothing and returns something."""
_WORD_END = regex(rb"\b")
_BASES = (Form(regex(rb"\b(?:extends|implements|with|impl)\b[^{};]{0,300}\Z|[:,<]\s{0,9}\Z"), _WORD_END, 320),)
_BASE: Mapping[str, tuple[Form, ...]] = {
    "javascript": (Form(regex(rb"\b(?:extends|implements)\b[^{};]{0,300}\Z"), _WORD_END, 320),),
    "python": (Form(regex(rb"\bclass\s[^:()]{1,120}\([^:]{0,300}\Z"), _WORD_END, 440),),
}
"""How the name of a class looks where others inherit from it, by language family."""


def implementations(evaluator: Evaluator, owner: Class, name: str) -> Possible:
    """What those make of an attribute to whom a class of this file leaves it: methods, or the values of fields."""
    found: list[Value] = []
    for home, heir in islice(_heirs(evaluator, owner, name), _MOST_HEIRS):
        values = home.attributes.find(heir, name, None, 1)
        if not leaves_open(values):
            found += evaluator.from_home(home, values or ())
    return bounded(found, owner)


def _heirs(evaluator: Evaluator, owner: Class, name: str) -> Iterator[tuple[Evaluator, Class]]:
    """The classes with that attribute that inherit from one of this file, or have what it asks for; not of tests."""
    is_go = evaluator.names.is_go
    if is_go and not is_interface(owner):
        return
    for home in chain((evaluator,), _homes_of_heirs(evaluator, owner, name)):
        for heir in home.names.classes if is_go else home.names.subclasses(owner):
            has_it = heir is not owner and home.names.attributes(heir, name)
            if has_it and _inherits(home, heir, evaluator, owner):
                yield home, heir


def _homes_of_heirs(evaluator: Evaluator, owner: Class, name: str) -> Iterator[Evaluator]:
    """The other files in whose bytes it looks as if something inherits from a class, or has what it asks for."""
    linker = evaluator.linker
    if linker is None or not evaluator.effort.asks_callers:
        return iter(())
    if evaluator.names.is_go:
        return linker.mentioning(name, _READER)
    return linker.mentioning(owner.name, _BASE.get(evaluator.names.traits.family, _BASES))


def _inherits(home: Evaluator, heir: Class, evaluator: Evaluator, owner: Class) -> bool:
    if home.names.is_go:
        return home.structs.satisfies(heir, owner)
    return home is evaluator or any(
        kind is owner for base in heir.bases for kind in defined_classes(home.evaluate_here(base))
    )
