"""What the class tells of a parameter that its type names: methods, properties, settings, the constants of an enum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.syntax import Assign, Call, Class, Function, Member, Name, walk
from lk_audit.values.callgraph import is_property, last_name
from lk_audit.values.construction import Construction
from lk_audit.values.frames import Frame
from lk_audit.values.model import Defined, Given, Possible, Unknown, Value, defined_classes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.values.evaluator import Evaluator

_SETTINGS_MARKS = frozenset({"ConfigurationProperties", "ConfigMapping"})
"""Annotations of classes that are filled with settings (docs.spring.io, quarkus.io: type-safe configuration)."""
_WRAPPED = frozenset({("Value",), ("CurrentValue",)})
"""Under which .NET hands out the settings of an `IOptions<T>` (learn.microsoft.com: options pattern)."""


class Declared:
    """Looks up, for one evaluator, what parameters have by their types."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def part(self, value: Given, name: str) -> Possible:
        """What a part of a parameter is as its class tells: a property that computes it, the constants of an enum."""
        if value.members:
            return self._default_of_setting(value, name) if value.members in _WRAPPED else ()
        found = self._property(value, name) or self._default_of_setting(value, name)
        if not found and self._evaluator.names.traits.has_rich_enums:
            return self._of_constants(value, name)
        return found

    def methods(self, value: Given, name: str) -> Iterator[Function]:
        """The methods of that name of the class that a parameter is declared to be of."""
        for owner in self._classes(value):
            members = self._evaluator.attributes.of_class(owner, name) or ()
            found = (item.definition for item in members if isinstance(item, Defined))
            yield from (item for item in found if isinstance(item, Function))

    def setting(self, value: Given, name: str) -> Possible | None:
        """What a field is of the settings that a function of Python is given; None for any other parameter."""
        owner = next((item for item in self._classes(value) if self._is_settings_class(item)), None)
        return None if owner is None else self._evaluator.attributes.of_class(owner, name)

    def _default_of_setting(self, value: Given, name: str) -> Possible:
        """A field of a class that a framework fills with settings: what they say, or its initial value."""
        for owner in self._classes(replace(value, members=())):
            if value.members or any(last_name(mark) in _SETTINGS_MARKS for mark in owner.decorators):
                found = self._evaluator.attributes.of_class(owner, name) or ()
                defaults = tuple(item for item in found if not isinstance(item, Unknown | Given))
                return (replace(value, members=(*value.members, name)), *defaults) if defaults else ()
        return ()

    def _property(self, value: Given, name: str) -> Possible:
        """What a property gives that the class of a parameter computes: `get ttl() { ... }`, `@property`."""
        found: list[Value] = []
        for owner in self._classes(value):
            home = self._evaluator.home(owner)
            if home is None:
                continue
            known = (item.node for item in home.names.attributes(owner, name))
            for function in (item for item in known if isinstance(item, Function) and is_property(item)):
                receiver = function.parameters[0].name if function.parameters else "this"
                values = home.calls.returned_by(function, Frame(function, {receiver: (value,)}), value.origin)
                found += self._evaluator.from_home(home, values)
        return tuple(found)

    def _of_constants(self, value: Given, name: str) -> Possible:
        """What a field can be of one of the constants that a class has of itself: an enum of Java, Kotlin or Dart."""
        found: list[Value] = []
        for owner in self._classes(value):
            home = self._evaluator.home(owner)
            if home is None:
                continue
            for made in _constants(owner):
                values = home.attributes.find(owner, name, Construction(home, made), 0) or ()
                found += self._evaluator.from_home(home, values)
        return tuple(found)

    def _classes(self, value: Given) -> Iterator[Class]:
        """The classes of the project that the type of a parameter names."""
        written = next((item.annotation for item in value.function.parameters if item.name == value.parameter), None)
        home = self._evaluator.home(value.function) if not value.members else None
        if written is None or home is None:
            return
        for node in walk(written):
            if isinstance(node, Name | Member):
                yield from defined_classes(home.evaluate_here(node))

    def _is_settings_class(self, owner: Class) -> bool:
        home = self._evaluator.home(owner)
        return home is not None and home.attributes.settings_prefix(owner) is not None


def _constants(owner: Class) -> Iterator[Call]:
    """The instances of a class that its body makes."""
    for statement in owner.body.statements:
        match statement:
            case Assign(target=Name(), value=Call(callee=Name(id=made)) as call) if made == owner.name:
                yield call
            case _:
                continue
