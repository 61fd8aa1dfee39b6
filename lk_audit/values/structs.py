"""Structs as Go, Swift and Rust have them: literals, methods by the type of a value, fields by what they are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from lk_audit.patterns import regex
from lk_audit.standing import Form
from lk_audit.syntax import (
    Argument,
    Assign,
    Call,
    Class,
    Define,
    DefineClass,
    Expr,
    Function,
    Literal,
    Member,
    Name,
    Opaque,
)
from lk_audit.values.model import Defined, Given, Mapped, Nothing, Possible, Step, Text, Value, defined_classes
from lk_audit.values.possible import bounded, shown, traced, unknown
from lk_audit.values.records import RecordBuilder

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator
    from lk_audit.values.flow import Definition
    from lk_audit.values.frames import Frame

_DEEPEST = 4
_ENCODED = frozenset({"Codable", "Encodable", "JWTPayload", "Claims", "Content", "ResponseEncodable"})
"""Protocols of Swift types that become JSON field by field."""
_MOST_LITERALS = 16
_MOST_OPTIONS = 24
_UNNAMED = regex(rb"\bfunc\s{0,9}\(\s{0,9}\w{1,60}\s{1,9}\*?\s{0,9}(?:\w{1,60}\.)?\Z")
_OPTION = (Form(_UNNAMED, regex(rb"\s{0,9}[,)]"), 160),)
"""How a struct of Go looks where a function takes it that has no name: `func(s *settings)`."""


class Structs:
    """Evaluates structs for one evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    @property
    def are_built(self) -> bool:
        """Whether the language writes objects out with their fields."""
        names = self._evaluator.names
        return names.traits.has_structs or names.module.language == "csharp"

    @cached_property
    def _takes_options(self) -> bool:
        """Whether a function of the file takes any number of something, as those do that take options."""
        return any(item.kind == "rest" for function in self._evaluator.names.functions for item in function.parameters)

    def built(self, call: Call, frame: Frame | None) -> Mapped | None:
        """The value of a struct literal of a type of the project; None for other types."""
        evaluator = self._evaluator
        owner = next(defined_classes(evaluator.evaluate(call.callee)), None)
        if owner is None or (not evaluator.names.traits.has_structs and not _is_plain(owner, call)):
            return None
        if evaluator.names.module.language == "swift":
            return self._encoded(owner, call, frame)
        builder = RecordBuilder(call, evaluator.part, python=False)
        names = iter(_field_names(owner))
        found = evaluator.evaluate_each((item.value for item in call.arguments), frame)
        for item, values in zip(call.arguments, found, strict=True):
            name = item.name or next(names, None)
            if item.spread or name is None:
                builder.spread((unknown(item.value),))
            else:
                key = self._label(item)
                builder.put((Text(origin=key, text=name),), values, key)
        return builder.build()

    def _encoded(self, owner: Class, call: Call, frame: Frame | None) -> Mapped | None:
        """An instance of a Swift type that is encoded field by field: what they hold, by their names in the JSON."""
        evaluator = self._evaluator
        home = evaluator.home(owner)
        if home is None or not any(isinstance(base, Name) and base.id in _ENCODED for base in owner.bases):
            return None
        names = _coding_keys(owner)
        has_constructor = bool(home.names.attributes(owner, "constructor"))
        given = {item.name: item for item in call.arguments if item.name is not None}
        builder = RecordBuilder(call, evaluator.part, python=False)
        for field in _field_names(owner):
            if names and field not in names:
                continue
            label: Expr = call.callee
            if has_constructor:
                values = self._constructed(home, owner, field, call, frame)
            elif field in given:
                values, label = evaluator.evaluate_at(given[field].value, frame), self._label(given[field])
            else:
                values = evaluator.from_home(home, _default(home, owner, field))
            if not all(isinstance(value, Nothing) for value in values):  # what is nil is left out of the JSON
                builder.put((Text(origin=label, text=names.get(field, field)),), values, label)
        return builder.build()

    def _constructed(self, home: Evaluator, owner: Class, field: str, call: Call, frame: Frame | None) -> Possible:
        """What the constructor that a call runs gives a field; where it gives none, what it is otherwise."""
        found: list[Value] = []
        for item in home.names.attributes(owner, field):
            function = home.names.enclosing_function(item.node)
            if item.value is None or function is None or function.name != "constructor":
                continue
            if home.names.graph.accepts(function, call):
                inner = self._evaluator.parameters.frame(home, function, call, frame)
                found += home.evaluate_at(item.value, inner)
        return self._evaluator.from_home(home, tuple(found) or home.attributes.find(owner, field, None, 0) or ())

    def _label(self, item: Argument) -> Expr:
        """The name of a field where a literal spells it."""
        if not item.name:
            return item.value
        label = Name(item.start, item.start + len(item.name.encode()), item.name)
        self._evaluator.names.adopt(label, item)
        return label

    def methods(self, value: Value, name: str) -> Possible:
        """The method that a value has under a name by its type; nothing when it has none."""
        for home, owner in self.types_of(value):
            found = home.structs.method(owner, name, 0)
            if found is None and isinstance(value, Given) and is_interface(owner):
                from lk_audit.values import overriding  # noqa: PLC0415 - few types leave anything open

                found = tuple(filter(_is_reader, overriding.implementations(home, owner, name)))
            if found:
                return self._evaluator.from_home(home, found)
        return ()

    def filled(self, value: Mapped, name: str, known: Possible) -> Possible:
        """What a field of a struct of Go can be: `known`, what a library fills it with, and what options set."""
        for home, owner in self.types_of(value):
            told = () if name in value.members else self._evaluator.declared.told(owner, name)
            maker = self._evaluator.names.enclosing_function(value.origin)
            takes_options = maker is not None and any(item.kind == "rest" for item in maker.parameters)
            set_by_options = home.structs.set_by_options(owner, name) if takes_options else ()
            return (*(told or known), *self._evaluator.from_home(home, set_by_options))
        return known

    def set_by_options(self, owner: Class, name: str) -> Possible:
        """What functions set a field to that others give: `func(s *settings) { s.ttl = ttl }`, a functional option."""
        return tuple(islice(self._set_by_options(owner, name), _MOST_OPTIONS))

    def _set_by_options(self, owner: Class, name: str) -> Iterator[Value]:
        linker = self._evaluator.linker
        asks = linker is not None and self._evaluator.effort.asks_callers
        others = linker.mentioning(owner.name, _OPTION) if asks and linker is not None else ()
        for home in (self._evaluator, *others):
            for target in home.names.members_named(name):
                assign = home.names.parent(target)
                if isinstance(assign, Assign) and assign.target is target and home.structs.is_option(target, owner):
                    values = home.evaluate(assign.value)
                    step = Step(assign.start, assign.end, shown(values, name))
                    yield from self._evaluator.from_home(home, traced(values, step))

    def is_option(self, target: Member, owner: Class) -> bool:
        """Whether a field is set of what a function is given that another one makes."""
        names = self._evaluator.names
        function = names.enclosing_function(target)
        if function is None or function.name or names.enclosing_function(function) is None:
            return False
        given = target.object.id if isinstance(target.object, Name) else ""
        types = (item.annotation for item in function.parameters if item.name == given and item.annotation is not None)
        return any(
            kind is owner for written in types for kind in defined_classes(self._evaluator.evaluate_here(written))
        )

    def types_of(self, value: Value) -> Iterator[tuple[Evaluator, Class]]:
        """The types of the project that a value is of: by its literal, or as a parameter is declared."""
        node: Call | Function
        written: Expr | None
        match value:
            case Mapped(origin=Call(is_new=True, callee=callee) as literal):
                node, written = literal, callee
            case Given(function=function, parameter=parameter, members=()):
                declared = (item.annotation for item in function.parameters if item.name == parameter)
                node, written = function, next(declared, None)
            case _:
                return
        home = self._evaluator.home(node)
        if home is None or written is None:
            return
        for owner in defined_classes(home.evaluate(written)):
            there = home.home(owner)
            if there is not None:
                yield there, owner

    def method(self, owner: Class, name: str, depth: int) -> Possible | None:
        """A method of a type of this file, wherever in the package it is declared, or of what the type embeds."""
        for home, part in self._parts(owner):
            for item in home.names.attributes(part, name):
                if isinstance(item.node, Function):
                    return self._evaluator.from_home(home, (Defined(origin=item.node, definition=item.node),))
        return self._promoted(owner, name, depth, methods_only=True)

    def satisfies(self, owner: Class, interface: Class) -> bool:
        """Whether a type of this file has every method that an interface asks for."""
        wanted = _field_names(interface) if is_interface(interface) else []
        return bool(wanted) and all(self.method(owner, name, 0) is not None for name in wanted)

    def field(self, owner: Class, name: str, definitions: Sequence[Definition], depth: int) -> Possible | None:
        """What a field can be: what methods and literals give it, else a value of its type. A type inside: itself."""
        nested = next((item.node for item in definitions if isinstance(item.node, Class)), None)
        if nested is not None:
            return (Defined(origin=nested, definition=nested),)
        given = [*self._assigned(owner, definitions), *self._written(owner, name)]
        if given and self._evaluator.names.is_go and self._takes_options:
            given += self.set_by_options(owner, name)
        if given:
            return bounded(given, owner)
        if definitions:
            value = definitions[0].value
            return self._evaluator.evaluate(value) if value is not None else None
        for home, part in self._parts(owner)[1:] if depth == 0 else ():
            found = home.attributes.find(part, name, None, depth + 1)
            if found is not None:
                return self._evaluator.from_home(home, found)
        return self._promoted(owner, name, depth, methods_only=False)

    def _assigned(self, owner: Class, definitions: Sequence[Definition]) -> Iterator[Value]:
        """`s.field = value` in a method."""
        for item in definitions:
            node = item.node
            if isinstance(node, Assign) and self._evaluator.names.class_of_field(node) is not owner:
                values = self._evaluator.evaluate(node.value)
                yield from traced(values, Step(node.start, node.end, shown(values, item.name)))

    def _written(self, owner: Class, name: str) -> Iterator[Value]:
        """What literals of the type in its file write for the field."""
        literals = [call for call in self._evaluator.names.calls_of(owner.name) if call.is_new]
        for call in literals[:_MOST_LITERALS]:
            item = next((item for item in call.arguments if item.name == name), None)
            if item is not None and isinstance(call.callee, Name):
                values = self._evaluator.evaluate(item.value)
                yield from traced(values, Step(item.start, item.end, shown(values, name)))

    def _promoted(self, owner: Class, name: str, depth: int, *, methods_only: bool) -> Possible | None:
        """A method or field of a type that this one embeds."""
        for base in owner.bases[:_DEEPEST] if depth < _DEEPEST else ():
            for kind in defined_classes(self._evaluator.evaluate(base)):
                home = self._evaluator.home(kind)
                if home is None:
                    continue
                found = (
                    home.structs.method(kind, name, depth + 1)
                    if methods_only
                    else home.attributes.find(kind, name, None, depth + 1)
                )
                if found is not None:
                    return self._evaluator.from_home(home, found)
        return None

    def _parts(self, owner: Class) -> list[tuple[Evaluator, Class]]:
        """The type itself, then what other files of the package declare of it."""
        linker = self._evaluator.linker
        return [(self._evaluator, owner), *(linker.other_parts(owner) if linker is not None else ())]


def _is_reader(value: Value) -> bool:
    """Whether something is a method that takes nothing: it tells what its type has, and does nothing with anything."""
    function = value.definition if isinstance(value, Defined) else None
    return isinstance(function, Function) and all(item.kind == "receiver" for item in function.parameters)


def is_interface(owner: Class) -> bool:
    """Whether a type of Go only says which methods a type must have."""
    return any(isinstance(base, Name) and base.id == "interface" for base in owner.bases)


def _is_plain(owner: Class, call: Call) -> bool:
    """Whether an object with a constructor in its language is made without one: `new Options { Room = room }`."""
    has_constructor = any(
        isinstance(item, Define) and item.function.name == "constructor" for item in owner.body.statements
    )
    return not has_constructor and bool(call.arguments) and all(item.name for item in call.arguments)


def _coding_keys(owner: Class) -> dict[str, str]:
    """What the fields of a Swift type are called in JSON, where it says so; nothing where they keep their names."""
    for item in owner.body.statements:
        if isinstance(item, DefineClass) and item.definition.name == "CodingKeys":
            constants = [part for part in item.definition.body.statements if isinstance(part, Assign)]
            return {
                part.target.id: part.value.value
                if isinstance(part.value, Literal) and isinstance(part.value.value, str)
                else part.target.id
                for part in constants
                if isinstance(part.target, Name)
            }
    return {}


def _default(home: Evaluator, owner: Class, field: str) -> Possible:
    """What a field is that a construction leaves out: its initial value; nothing where it has none."""
    for item in home.names.attributes(owner, field):
        if item.value is not None and not isinstance(item.value, Opaque):
            return home.evaluate(item.value)
    return ()


def _field_names(owner: Class) -> list[str]:
    statements = owner.body.statements
    return [item.target.id for item in statements if isinstance(item, Assign) and isinstance(item.target, Name)]
