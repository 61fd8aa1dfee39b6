"""Attributes of the classes of a project: class bodies, `self.x` and `this.x`, settings classes, properties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.syntax import (
    Argument,
    Assign,
    Call,
    Class,
    Define,
    Expr,
    Function,
    Index,
    Member,
    Name,
    Node,
)
from lk_audit.values.callgraph import CONSTRUCTORS, is_property, leaves_open
from lk_audit.values.construction import Construction, component, declared_fields, hidden_for, passed_for
from lk_audit.values.environment import SETTINGS_CLASSES
from lk_audit.values.flow import Definition
from lk_audit.values.frames import Frame
from lk_audit.values.invocation import Invocation
from lk_audit.values.model import (
    Defined,
    Environment,
    Mapped,
    Possible,
    Returned,
    Step,
    Text,
    Value,
)
from lk_audit.values.parameters import argument_for
from lk_audit.values.possible import as_fallback, bounded, shown, traced, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.values.evaluator import Evaluator
    from lk_audit.values.names import Names

_DEEPEST_BASE = 4
_FILLED_BY_CLIENTS = frozenset({"Livewire.Component", "Livewire.Volt.Component"})
"""Classes whose properties clients fill in (livewire.laravel.com/docs/properties)."""
_PARSING = frozenset({"parse", "parse_from", "try_parse", "try_parse_from"})
"""What makes an instance of a type of a command line (docs.rs/clap: `Parser`)."""
_RECORD_MAKERS = frozenset({"collections.namedtuple", "typing.NamedTuple", "Struct", "Data.define"})
"""What makes a type of the names of its fields; `Struct.new` of Ruby is a construction of `Struct`."""
_RECORDS = frozenset({"types.SimpleNamespace", "argparse.Namespace", "OpenStruct"})
"""Types of libraries whose instances have the fields that they are made with."""


class Attributes:
    """Looks attributes up for one evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def of_self(self, base: Expr, name: str, frame: Frame | None) -> Possible | None:
        """What `self.name` or `this.name` can be inside a class; None when `base` is no such receiver."""
        if _is_base(base):
            own = self._evaluator.names.enclosing(base, Class)
            return self._inherited(own, name, None, 0) if own is not None else None
        base = _instance_of_own_class(base) or base
        owner = self._evaluator.names.self_class(base) if isinstance(base, Name) else None
        if owner is None or self._is_bound(base, frame):
            return None
        found = self.find(owner, name, None, 0)
        overriding = tuple(
            value for item in self._overriding(owner, name) for value in self.find(item, name, None, 1) or ()
        )
        if not overriding and leaves_open(found):
            from lk_audit.values import overriding as heirs  # noqa: PLC0415 - few classes leave anything open

            overriding = heirs.implementations(self._evaluator, owner, name)
        return found if not overriding else (*(found or ()), *overriding)

    def of_super(self, word: Name) -> Possible:
        """What Ruby's `super` gives where it stands alone: what the method of the same name does in a base class."""
        evaluator = self._evaluator
        function, owner = evaluator.names.enclosing_function(word), evaluator.names.enclosing(word, Class)
        methods = self._inherited(owner, function.name, None, 0) if function is not None and owner is not None else None
        found: list[Value] = []
        for item in methods or ():
            method = item.definition if isinstance(item, Defined) else None
            home = evaluator.home(method) if isinstance(method, Function) else None
            if home is not None and isinstance(method, Function):
                found += evaluator.from_home(home, home.calls.returned_by(method, None, word))
        return bounded(found, word) or (unknown(word),)

    def _overriding(self, owner: Class, name: str) -> Iterator[Class]:
        """The classes of this file that inherit from one, and give an attribute another value."""
        names = self._evaluator.names
        return (item for item in names.subclasses(owner) if names.attributes(item, name))

    def of_class(self, owner: Class, name: str) -> Possible | None:
        """What an attribute of a class can be; None when the class does not tell."""
        home = self._evaluator.home(owner)
        if home is None:
            return None
        found = home.attributes.find(owner, name, None, 0)
        return None if found is None else self._evaluator.from_home(home, found)

    def of_instance(self, value: Returned, name: str) -> Possible | None:
        """What an attribute can be of what `Class(...)` returned; None when that is no class of the project."""
        home = self._evaluator.home(value.call)
        if home is None or value.members:
            return None
        construction = Construction(home, value.call)
        if value.callee is not None:
            return self._of_record(value, name, construction)
        for callee in home.attributes.constructed(value.call):
            if isinstance(callee, Defined) and isinstance(callee.definition, Class):
                owner_home = home.home(callee.definition)
                if owner_home is None:
                    return None
                is_component = name.isdecimal() and owner_home.names.module.language == "kotlin"
                field = component(callee.definition, int(name)) if is_component else name
                found = owner_home.attributes.find(callee.definition, field, construction, 0)
                return None if found is None else self._evaluator.from_home(owner_home, found)
        return None

    def constructed(self, call: Call) -> Possible:
        """What a call of this file makes an instance of: `new self()` one of the class around it."""
        names = self._evaluator.names
        owner = names.enclosing(call, Class) if call.is_new and isinstance(call.callee, Name) else None
        if owner is not None and isinstance(call.callee, Name) and call.callee.id == "this":
            return (Defined(origin=call.callee, definition=owner),)
        if names.traits.family == "rust" and isinstance(call.callee, Member) and call.callee.name in _PARSING:
            return self._evaluator.evaluate(call.callee.object)
        return self._evaluator.evaluate(call.callee)

    def _of_record(self, value: Returned, name: str, construction: Construction) -> Possible | None:
        """What an instance has for a field, where its type is a library's, a call made it, or it is Elixir's struct."""
        is_struct = value.call.is_new and construction.home.names.traits.passes_objects
        if value.callee in _RECORDS or is_struct:
            return self._passed(construction, argument_for(value.call, None, name))
        if value.callee not in _RECORD_MAKERS:
            return None
        return self._made(construction.home.evaluate(value.call.callee), name, construction)

    def _made(self, types: Possible, name: str, construction: Construction | None) -> Possible | None:
        """What an instance was made with for a field, where one of `types` is what a call made of names."""
        for made in types:
            if construction is not None and isinstance(made, Returned) and made.callee in _RECORD_MAKERS:
                from lk_audit.values import record_types  # noqa: PLC0415 - few files make types by calls

                return self._passed(construction, record_types.given(made.call, made.callee, construction.call, name))
        return None

    def _passed(self, construction: Construction, given: Argument | None) -> Possible | None:
        """What a construction passes as an argument, for use in this file."""
        if given is None:
            return None
        return self._evaluator.from_home(construction.home, construction.home.evaluate(given.value))

    def _is_bound(self, base: Expr, frame: Frame | None) -> bool:
        """Whether the call that is being followed tells which instance `self` is."""
        name = base.id if isinstance(base, Name) else ""
        while frame is not None:
            if name in frame.bindings:
                return True
            frame = frame.outer
        return False

    def find(self, owner: Class, name: str, construction: Construction | None, depth: int) -> Possible | None:
        """What an attribute of a class of this file can be, for the instance that `construction` made if known."""
        definitions = self._in_force(owner, name)
        if self._evaluator.names.traits.has_structs and not any(
            isinstance(item.node, Function) for item in definitions
        ):
            return self._evaluator.structs.field(owner, name, definitions, depth)
        given = self._given(owner, name, construction)
        if given is not None:
            return given
        if not definitions:
            inherited = self._inherited(owner, name, construction, depth) if depth < _DEEPEST_BASE else None
            return inherited if inherited is not None else self._undefaulted(owner, name)
        is_field = not any(isinstance(item.node, Function) for item in definitions)
        if is_field and any(self._evaluator.names.qualified(base) in _FILLED_BY_CLIENTS for base in owner.bases):
            # What a property begins with is not what it holds once a form has been filled in.
            return (unknown(Name(owner.start, owner.end, name)),)
        values = bounded((value for item in definitions for value in self._values(item, construction)), owner)
        values += self._hidden(owner, name, construction)
        if any(isinstance(value, Mapped) for value in values) and self._is_filled_later(owner, name):
            values = tuple(replace(value, open=True) if isinstance(value, Mapped) else value for value in values)
        prefix = self.settings_prefix(owner)
        if prefix is None or any(isinstance(item.node, Function) for item in definitions):
            return values
        return self._setting(f"{prefix}{name}".upper(), values, definitions[0].node)

    def _is_filled_later(self, owner: Class, name: str) -> bool:
        """Whether methods put entries into the record that an attribute holds: `this.grant.room = room`."""
        names = self._evaluator.names
        return any(
            names.self_class(holder.object) is owner
            for holder in names.members_named(name)
            if isinstance(holder.object, Name) and _is_entry_set(names.parent(holder), holder, names)
        )

    def _in_force(self, owner: Class, name: str) -> tuple[Definition, ...]:
        """The definitions of an attribute; one that the constructor always makes replaces that of the class body."""
        names = self._evaluator.names
        definitions = names.attributes(owner, name)
        for item in definitions:
            function = names.enclosing_function(item.node)
            if function is None or not self._is_constructing(function, owner):
                continue
            if names.flow.implied(names.flow.path(item.node), names.flow.path(function.body)):
                outside, has_readers = names.enclosing_function(owner), names.traits.reads_by_calls
                return tuple(
                    other
                    for other in definitions
                    if names.enclosing_function(other.node) is not outside
                    or (has_readers and isinstance(other.node, Function))
                )
        return definitions

    def _is_constructing(self, function: Function | None, owner: Class) -> bool:
        """Whether a function runs whenever an instance of a class is made: `__init__`, `__post_init__`."""
        if function is None or function.name not in CONSTRUCTORS:
            return False
        return self._evaluator.names.owner(function) is owner

    def _values(self, definition: Definition, construction: Construction | None) -> Iterator[Value]:
        evaluator, node = self._evaluator, definition.node
        if isinstance(node, Function):
            yield from self._method(node)
        elif isinstance(node, Class):
            yield Defined(origin=node, definition=node)
        elif isinstance(node, Assign) and definition.value is not None:
            function = evaluator.names.enclosing_function(node)
            frame = None
            if construction is not None and function is not None and function.name in CONSTRUCTORS:
                frame = construction.home.parameters.frame(evaluator, function, construction.call, None)
            values = evaluator.evaluate_at(definition.value, frame)
            yield from traced(values, Step(node.start, node.end, shown(values, definition.name)))

    def _method(self, function: Function) -> Possible:
        if is_property(function):
            return self._evaluator.calls.returned_by(function, None, function)
        return (Defined(origin=function, definition=function),)

    def _inherited(self, owner: Class, name: str, construction: Construction | None, depth: int) -> Possible | None:
        for base in owner.bases[:_DEEPEST_BASE]:
            values = self._evaluator.evaluate(base)
            made = self._made(values, name, construction)
            if made is not None:
                return made
            for value in values:
                if not isinstance(value, Defined) or not isinstance(value.definition, Class):
                    continue
                home = self._evaluator.home(value.definition)
                if home is None:
                    continue
                # What a constructor of its own is given says nothing of what it passes on.
                given = None if _has_constructor(owner) else construction
                found = home.attributes.find(value.definition, name, given, depth + 1)
                if found is not None:
                    return self._evaluator.from_home(home, found)
        return None

    def _given(self, owner: Class, name: str, construction: Construction | None) -> Possible | None:
        """The argument that a dataclass-like class without a constructor of its own takes for the attribute."""
        names = self._evaluator.names
        if construction is None or not names.is_python or names.attributes(owner, "__init__"):
            return None
        definitions = names.attributes(owner, name)
        if any(self._is_constructing(names.enclosing_function(item.node), owner) for item in definitions):
            return None
        if not definitions and name not in declared_fields(owner):
            return None
        return self._passed(construction, passed_for(construction, owner, name))

    def _hidden(self, owner: Class, name: str, construction: Construction | None) -> Possible:
        """What else a field may have been given, by arguments that do not name it."""
        names = self._evaluator.names
        if construction is None or not names.is_python or names.attributes(owner, "__init__"):
            return ()
        hidden = [self._passed(construction, item) or () for item in hidden_for(construction, owner, name)]
        return (unknown(Name(owner.start, owner.end, name), *hidden),) if hidden else ()

    def settings_prefix(self, owner: Class) -> str | None:
        """What the variables of a pydantic settings class begin with; None for other classes."""
        evaluator = self._evaluator
        if not evaluator.python or not any(evaluator.names.qualified(base) in SETTINGS_CLASSES for base in owner.bases):
            return None
        for item in evaluator.names.attributes(owner, "model_config"):
            if isinstance(item.value, Call):
                call = Invocation(item.value, evaluator.evaluate, python=True)
                return next((value.text for value in call.values(None, "env_prefix") if isinstance(value, Text)), "")
        return ""

    def _undefaulted(self, owner: Class, name: str) -> Possible | None:
        """A field of a settings class that has a type only: its variable must be set."""
        prefix = self.settings_prefix(owner)
        if prefix is None or name.startswith(("_", "model_")):
            return None
        return self._setting(f"{prefix}{name}".upper(), (), owner)

    def _setting(self, variable: str, values: Possible, node: Node) -> Possible:
        """A field of a settings class: an environment variable, or its default."""
        if any(isinstance(value, Environment) for value in values):
            return values
        origin = Name(node.start, node.end, variable)
        step = Step(node.start, node.end, f"{variable} sets it")
        read = Environment(origin=origin, name=variable, accessor="pydantic", trace=(step,))
        return (read, *as_fallback(values, variable))


def _is_base(expr: Expr) -> bool:
    """`super` of `super.options()`, `super()` of `super().options()`."""
    match expr:
        case Name(id="super") | Call(callee=Name(id="super")):
            return True
        case _:
            return False


def _instance_of_own_class(expr: Expr) -> Name | None:
    """`self` of `self.__class__` and `type(self)`, `this` of `this.constructor`."""
    match expr:
        case Member(object=Name() as receiver, name="__class__" | "constructor"):
            return receiver
        case Call(callee=Name(id="type"), arguments=(Argument(value=Name() as receiver),)):
            return receiver
        case _:
            return None


def _has_constructor(owner: Class) -> bool:
    methods = (item.function.name for item in owner.body.statements if isinstance(item, Define))
    return any(name in {"__init__", "constructor"} for name in methods)


def _is_entry_set(entry: Node | None, record: Member, names: Names) -> bool:
    """Whether an entry of a record is assigned: `record.room = ...`, `record["room"] = ...`."""
    assign = names.parent(entry) if isinstance(entry, Member | Index) and entry.object is record else None
    return isinstance(assign, Assign) and assign.target is entry
