"""What the class tells of a parameter that its type names: methods, properties, settings, the constants of an enum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.syntax import Assign, Call, Class, Function, Member, Name, Opaque, walk
from lk_audit.values.callgraph import is_property, last_name, leaves_open
from lk_audit.values.construction import Construction
from lk_audit.values.frames import Frame
from lk_audit.values.model import Defined, Given, Possible, Unknown, Value, defined_classes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.values.evaluator import Evaluator

_SETTINGS_MARKS = frozenset({"ConfigurationProperties", "ConfigMapping"})
"""Annotations of classes that are filled with settings (docs.spring.io, quarkus.io: type-safe configuration)."""
_TELLING = frozenset({"go", "jvm", "rust"})
"""Families of languages whose declarations tell libraries the defaults of fields."""
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
            found = self._of_constants(value, name)
        return found or self._left_open(value, name)

    def _left_open(self, value: Given, name: str) -> Possible:
        """A part of something whose type leaves it to those who implement it: what they have, or others."""
        for owner in self._classes(value) if self._evaluator.names.traits.implements_by_name else ():
            if not self._is_written(owner, name) and leaves_open(self._evaluator.attributes.of_class(owner, name)):
                found = tuple(item for item in self._of_heirs(owner, name) if not isinstance(item, Defined))
                return (replace(value, members=(*value.members, name)), *found) if found else ()
        return ()

    def _is_written(self, owner: Class, name: str) -> bool:
        """Whether a class writes out what an attribute is, so that it need not be asked whether it leaves it open."""
        home = self._evaluator.home(owner)
        found = home.names.attributes(owner, name) if home is not None else ()
        return any(item.value is not None and not isinstance(item.value, Opaque) for item in found)

    def _of_heirs(self, owner: Class, name: str) -> Possible:
        """What those make of an attribute who say that they implement a type."""
        home = self._evaluator.home(owner)
        if home is None:
            return ()
        from lk_audit.values import overriding  # noqa: PLC0415 - few types leave anything open

        return self._evaluator.from_home(home, overriding.implementations(home, owner, name))

    def methods(self, value: Given, name: str) -> Iterator[Function]:
        """The methods of that name of the class that a parameter is declared to be of."""
        for owner in self._classes(value):
            members = self._evaluator.attributes.of_class(owner, name) or ()
            if self._evaluator.names.traits.implements_by_name and leaves_open(members):
                members = self._of_heirs(owner, name) or members
            found = (item.definition for item in members if isinstance(item, Defined))
            yield from (item for item in found if isinstance(item, Function))

    def setting(self, value: Given, name: str) -> Possible | None:
        """What a field is of the settings that a function of Python is given; None for any other parameter."""
        owner = next((item for item in self._classes(value) if self._is_settings_class(item)), None)
        return None if owner is None else self._evaluator.attributes.of_class(owner, name)

    def _default_of_setting(self, value: Given, name: str) -> Possible:
        """A field of a class that a framework fills with settings: what they say, or its initial value."""
        for owner in self._classes(replace(value, members=())):
            told = self.told(owner, name)
            if told or value.members or any(last_name(mark) in _SETTINGS_MARKS for mark in owner.decorators):
                found = told or self._evaluator.attributes.of_class(owner, name) or ()
                defaults = tuple(item for item in found if not isinstance(item, Unknown | Given))
                return (replace(value, members=(*value.members, name)), *defaults) if defaults else ()
        return ()

    def told(self, owner: Class, name: str) -> Possible:
        """What a library that fills a field of a class is told to put there where settings say nothing."""
        is_told = self._evaluator.names.traits.family in _TELLING
        home = self._evaluator.home(owner) if is_told else None
        if home is None:
            return ()
        from lk_audit.values import told_defaults  # noqa: PLC0415 - few languages have any

        return self._evaluator.from_home(home, told_defaults.of_field(home, owner, name))

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
