"""Calls: known functions, methods of known values, and functions of the project that are followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.syntax import Call, Class, Expr, Function, Member, Name
from lk_audit.values import builtins, dialects, environment
from lk_audit.values.callgraph import is_left_to_others
from lk_audit.values.frames import Frame
from lk_audit.values.invocation import Invocation
from lk_audit.values.model import (
    Defined,
    Environment,
    Given,
    Mapped,
    Nothing,
    Possible,
    Reference,
    Returned,
    Step,
    Text,
    Unknown,
    Value,
)
from lk_audit.values.possible import bounded, full_name, traced, unknown
from lk_audit.values.records import RecordBuilder, looked_up, member_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lk_audit.values.evaluator import Evaluator

_DEEPEST_CALL = 3
_CALLING = frozenset({"call", "get", "invoke", "apply", "Invoke", "run", "()"})
"""Methods by which a function that is a value is called: Ruby, Kotlin, .NET, and what Java's interfaces have."""
_DICT = frozenset({"dict"})
_FIRST_COUNTS = frozenset({"lodash.defaults", "lodash/defaults", "lodash.defaultsDeep", "lodash/defaultsDeep"})
"""What gathers the entries of objects so that the first that has one says what it is."""
_GATHERING = frozenset(
    {
        "Object.assign",
        *_FIRST_COUNTS,
        *(f"lodash{sign}{name}" for sign in "./" for name in ("assign", "merge", "extend")),
    }
)
_LOOKUPS = frozenset({"get", "pop", "setdefault", "fetch", "getOrDefault", "GetValueOrDefault"})


class Calls:
    """Evaluates calls for one evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def call(self, call: Call, frame: Frame | None) -> Possible:
        """What `call` returns."""
        evaluator = self._evaluator
        origin = evaluator.names.origin(call)
        if origin is not None:
            return evaluator.references.of_origin(origin, call)
        if call.is_new and evaluator.structs.are_built and (built := evaluator.structs.built(call, frame)) is not None:
            return (built,)
        callee = call.callee
        is_named = evaluator.names.direct_origin(callee) is not None
        found = evaluator.evaluate_at(callee, frame) if is_named or not isinstance(callee, Member) else ()
        if isinstance(callee, Member) and (
            not is_named or any(isinstance(value, Unknown | Environment) for value in found)
        ):
            return self._method(call, callee, frame)
        return bounded((value for item in found for value in self._called(item, call, frame)), call)

    def returned_by(self, function: Function, frame: Frame | None, origin: Expr) -> Possible:
        """What the `return` statements of a function of this file give."""
        evaluator = self._evaluator
        returns = evaluator.names.returns(function)
        if not returns:
            return () if is_left_to_others(function) else (Nothing(origin=origin),)
        name = evaluator.names.name_of(function) or "the function"
        found: list[Value] = []
        for item in returns:
            values = evaluator.evaluate_at(item.value, frame) if item.value is not None else (Nothing(origin=origin),)
            found += traced(values, Step(item.start, item.end, f"returned by {name}"))
        return bounded(found, origin)

    def _called(self, callee: Value, call: Call, frame: Frame | None) -> Possible:
        match callee:
            case Reference(name=name):
                return self._known(name, call, frame)
            case Defined(definition=Class()) if self._evaluator.names.traits.has_structs and not call.is_new:
                # The conversion of a value to a type of its own.
                return tuple(
                    value for item in call.arguments[:1] for value in self._evaluator.evaluate_at(item.value, frame)
                )
            case Defined(definition=Function() as function):
                return self._entered(function, call, frame)
            case Returned() if (called := full_name(callee)) is not None:
                return self._known(called, call, frame, on_instance=True)
            case _:
                return (Returned(origin=call, call=call, callee=None),)

    def _known(self, name: str, call: Call, frame: Frame | None, *, on_instance: bool = False) -> Possible:
        """A call of the function with that full name."""
        invocation = self._invocation(call, frame)
        read = environment.read(name, invocation, on_instance=on_instance)
        if read is None:
            read = dialects.read(name, invocation, self._evaluator.names.module.language)
        if read is not None:
            return self.as_set(read)
        known = self._record(name, call, frame) or self._attribute(name, invocation) or self._loaded(name, call)
        if known is None:
            function = builtins.function(name, self._evaluator.names.module.language)
            known = function(invocation) if function is not None and not on_instance else None
            known = self.as_set(known) if known is not None else None
        return known if known is not None else _returned(name, invocation)

    def as_set(self, values: Possible) -> Possible:
        """What is read from settings, as far as something else in the project tells it."""
        read = values[0] if values else None
        if not isinstance(read, Environment) or read.accessor not in environment.TOLD_ELSEWHERE:
            return values
        from lk_audit.values.told_settings import as_told  # noqa: PLC0415 - few files read such settings

        return as_told(self._evaluator, read, values)

    def _loaded(self, name: str, call: Call) -> Possible | None:
        """`json.load(open("config.json"))`: what the file holds."""
        if name not in environment.LOADERS:
            return None
        from lk_audit.values import loaded  # noqa: PLC0415 - few files load any

        return loaded.by(self._evaluator, name, call) or None

    def _invocation(self, call: Call, frame: Frame | None) -> Invocation:
        return Invocation(call, lambda expr: self._evaluator.evaluate_at(expr, frame), self._evaluator.python)

    def _record(self, name: str, call: Call, frame: Frame | None) -> Possible | None:
        """`dict(other, a=1)`, `Object.assign({}, other)`, and lodash's `defaults(options, { ttl: "2d" })`."""
        if name not in (_GATHERING if not self._evaluator.python else _DICT):
            return None
        evaluator = self._evaluator
        builder = RecordBuilder(call, evaluator.part, evaluator.python)
        for item in call.arguments if name not in _FIRST_COUNTS else reversed(call.arguments):
            values = evaluator.evaluate_at(item.value, frame)
            if item.name is None:
                builder.spread(values)
            else:
                builder.put((Text(origin=item.value, text=item.name),), values, Name(item.start, item.end, item.name))
        first = evaluator.evaluate_at(call.arguments[0].value, frame) if call.arguments else ()
        is_other = name == "Object.assign" and not any(isinstance(value, Mapped) for value in first)
        return None if is_other else (builder.build(),)

    def _attribute(self, name: str, invocation: Invocation) -> Possible | None:
        """`getattr(settings, "ttl", 60)`."""
        if name != "getattr" or not self._evaluator.python or not invocation.is_plain:
            return None
        keys = [key.text for key in invocation.values(1) if isinstance(key, Text)]
        found = [
            value
            for key in keys
            for holder in invocation.values(0)
            for value in self._evaluator.part(holder, key, invocation.call)
        ]
        is_known = any(not isinstance(value, Unknown | Given | Returned | Reference) for value in found)
        return tuple(found) if is_known or not keys else (*found, *invocation.values(2))

    def _method(self, call: Call, callee: Member, frame: Frame | None) -> Possible:
        evaluator = self._evaluator
        own = evaluator.attributes.of_self(callee.object, callee.name, frame)
        if own is not None:
            return bounded(self._of_members(own, call, lambda item: self._called(item, call, frame)), call)
        receivers = evaluator.evaluate_at(callee.object, frame)
        return bounded((value for item in receivers for value in self._method_call(item, callee, call, frame)), call)

    def _method_call(  # noqa: PLR0911 - one per kind of value
        self, receiver: Value, callee: Member, call: Call, frame: Frame | None
    ) -> Possible:
        """A method call on one value."""
        method = builtins.method(receiver, callee.name, self._evaluator.names.module.language)
        found = method(self._invocation(call, frame), receiver) if method is not None else None
        if found is not None:
            return found
        own = self._evaluator.structs.methods(receiver, callee.name) if self._evaluator.structs.are_built else ()
        if own:
            return tuple(value for item in own for value in self._called_on(receiver, item, call, frame))
        match receiver:
            case Reference(name=name):
                return self._known(self._evaluator.names.join(name, callee.name), call, frame)
            case Mapped():
                return self._on_record(receiver, callee, call, frame)
            case Given() | Returned():
                return self._on_symbolic(receiver, callee, call, frame)
            case Defined(definition=Class() as owner):
                members = self._evaluator.attributes.of_class(owner, callee.name) or ()
                found = tuple(value for item in members for value in self._called(item, call, frame))
                return found or (Returned(origin=call, call=call, callee=None),)
            case Defined(definition=Function() as function) if callee.name in _CALLING:
                return self._entered(function, call, frame)
            case Unknown(sources=()) | Defined():
                return (Returned(origin=call, call=call, callee=None),)
            case _:
                return (unknown(call, (receiver,)),)

    def _on_record(self, receiver: Mapped, callee: Member, call: Call, frame: Frame | None) -> Possible:
        member = receiver.members.get(callee.name)
        if member is not None:
            return tuple(self._of_members(member.values, call, lambda item: self._called(item, call, frame)))
        if receiver.spreads and not call.arguments and self._evaluator.names.traits.reads_by_calls:
            return member_of(receiver, callee.name, call, self._evaluator.part)
        if callee.name not in _LOOKUPS or not call.arguments:
            return (unknown(call, receiver.spreads),)
        invocation = self._invocation(call, frame)
        found: list[Value] = []
        for key in invocation.values(0):
            values = (
                self._evaluator.part(receiver, key.text, call)
                if isinstance(key, Text)
                else looked_up((receiver,), (key,), call)
            )
            default = invocation.values(1, "default")
            is_missing = any(isinstance(value, Nothing) and value.origin is call for value in values)
            absent = is_missing or not isinstance(key, Text)
            found += [
                value for value in values if not (default and isinstance(value, Nothing) and value.origin is call)
            ]
            found += default if absent else ()
        return tuple(found)

    def _on_symbolic(self, receiver: Given | Returned, callee: Member, call: Call, frame: Frame | None) -> Possible:
        """A method of something from outside the code, or of an instance of a class of the project."""
        if isinstance(receiver, Returned):
            members = self._evaluator.attributes.of_instance(receiver, callee.name)
            if members is not None:
                return tuple(self._of_members(members, call, lambda item: self._called_on(receiver, item, call, frame)))
        followed = self._of_declared(receiver, callee, call, frame) if isinstance(receiver, Given) else ()
        if followed:
            return followed
        holder = self._service(receiver) if isinstance(receiver, Given) else full_name(receiver)
        name = f"{holder}.{callee.name}" if holder is not None else None
        invocation = self._invocation(call, frame)
        if name is not None:
            function = builtins.function(name, self._evaluator.names.module.language)
            found = environment.read(name, invocation) or (function(invocation) if function is not None else None)
            found = found or self._loaded(name, call)
            if found is not None:
                return self.as_set(found)
        read = dialects.read(name or callee.name, invocation, self._evaluator.names.module.language)
        if read is not None:
            return self.as_set(read)
        found = _returned(name, invocation)
        if name is not None and name.startswith(environment.RAILS):
            from lk_audit.values import told_settings  # noqa: PLC0415 - Rails only

            return (*found, *told_settings.of_rails(self._evaluator, name))
        return found

    def _of_declared(self, receiver: Given, callee: Member, call: Call, frame: Frame | None) -> Possible:
        """What a method gives of something whose class is known by the type that its parameter has."""
        methods = self._evaluator.declared.methods(receiver, callee.name)
        found = [value for item in methods for value in self._entered(item, call, frame, receiver)]
        is_opaque = all(isinstance(value, Returned) and value.call is call for value in found)
        if is_opaque and self._evaluator.names.is_jvm and not call.arguments:
            # The fields of a record are read by calls of their names.
            return self._evaluator.declared.part(receiver, callee.name)
        return () if is_opaque else tuple(found)

    def _service(self, given: Given) -> str | None:
        """The class that a parameter is declared to be, where a framework passes its object: Nest's `ConfigService`."""
        types = (item.annotation for item in given.function.parameters if item.name == given.parameter)
        written = next(types, None)
        home = self._evaluator.home(given.function) if isinstance(written, Name) and not given.members else None
        name = home.names.qualified(written) if home is not None and written is not None else None
        return name if name in environment.SERVICES else None

    def _of_members(self, members: Possible, call: Call, called: Callable[[Value], Possible]) -> Iterator[Value]:
        """What a call of a member gives: where calls read fields, the field unless there is a method of its name."""
        if self._evaluator.names.traits.reads_by_calls:
            methods = tuple(item for item in members if isinstance(item, Defined))
            if not methods and not call.arguments:
                yield from members
                return
            members = methods or members
        for item in members:
            yield from called(item)

    def _called_on(self, receiver: Value, callee: Value, call: Call, frame: Frame | None) -> Possible:
        if isinstance(callee, Defined) and isinstance(callee.definition, Function):
            return self._entered(callee.definition, call, frame, receiver)
        return self._called(callee, call, frame)

    def _entered(self, function: Function, call: Call, frame: Frame | None, receiver: Value | None = None) -> Possible:
        """What a function of the project returns to this call."""
        opaque = (Returned(origin=call, call=call, callee=None),)
        home = self._evaluator.home(function)
        if home is not None and not home.names.graph.accepts(function, call):
            return ()
        if home is None or (frame.depth if frame is not None else 0) >= _DEEPEST_CALL:
            return opaque
        bindings = self._evaluator.parameters.bindings(function, call, frame, home, receiver)
        inner = Frame(function, bindings, frame if home is self._evaluator else None, (frame.depth if frame else 0) + 1)
        values = self._evaluator.from_home(home, home.calls.returned_by(function, inner, call))
        return opaque if all(isinstance(value, Unknown) and not value.sources for value in values) else values


def _returned(name: str | None, invocation: Invocation) -> Possible:
    """What a call that is not followed returns; `x.get("key", default)` also gives its default."""
    call = invocation.call
    result = Returned(origin=call, call=call, callee=name)
    if invocation.python and isinstance(call.callee, Member) and call.callee.name.startswith("get"):
        # Python's `configparser` is asked for a section and an option.
        fallback = invocation.values(None, "fallback")
        if fallback:
            return (result, *fallback)
    is_lookup = isinstance(call.callee, Member) and call.callee.name in {"get", "pop"} and invocation.positional > 1
    keys = invocation.values(0) if is_lookup else ()
    is_key = bool(keys) and all(isinstance(key, Text) and "/" not in key.text for key in keys)
    return (result, *invocation.values(1, "default")) if is_key else (result,)
