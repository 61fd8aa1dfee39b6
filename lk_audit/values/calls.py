"""Calls: known functions, functions of the project that are followed, and what parameters are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.syntax import Argument, Call, Class, Expr, Function, Literal, Member, Name, Parameter
from lk_audit.values import builtins, dialects, environment
from lk_audit.values.callgraph import is_decorated
from lk_audit.values.frames import Frame
from lk_audit.values.invocation import Invocation
from lk_audit.values.model import (
    Defined,
    Environment,
    Given,
    Listed,
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
from lk_audit.values.model import Member as Entry
from lk_audit.values.possible import bounded, full_name, traced, unknown
from lk_audit.values.records import RecordBuilder, looked_up

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator
    from lk_audit.values.names import Definition

_DEEPEST_CALL = 3
_MOST_CALLERS = 8
_LOOKUPS = frozenset({"get", "pop", "setdefault"})


class Calls:
    """Evaluates calls for one evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def call(self, call: Call, frame: Frame | None) -> Possible:
        """What `call` returns."""
        evaluator = self._evaluator
        origin = evaluator.names.origin(call)
        if origin is not None:
            return evaluator.from_origin(origin, call)
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

    def parameter(self, definition: Definition, frame: Frame | None) -> Possible:
        """What a parameter is: as the followed call binds it, else its default, what callers pass, and `Given`."""
        evaluator, function, parameter = self._evaluator, definition.scope, definition.node
        if not isinstance(function, Function) or not isinstance(parameter, Parameter):
            return ()
        inner = evaluator.variables.frame_of(function, frame)
        if inner is not None and inner.function is function and parameter.name in inner.bindings:
            return inner.bindings[parameter.name]
        values = [*(self.default(parameter) or self._option(function, parameter))]
        callers = self._callers(function, parameter)
        for home, call in callers[:_MOST_CALLERS]:
            values += evaluator.from_home(home, home.calls.passed(evaluator, function, parameter, call))
        is_seen_whole = any(home is not evaluator for home, _ in callers)
        if (
            not callers
            or len(callers) > _MOST_CALLERS
            or evaluator.names.graph.escapes(function, when_exported=not is_seen_whole)
            or (is_seen_whole and evaluator.linker is not None and evaluator.linker.is_passed_on(function))
        ):
            values.append(
                Given(
                    origin=Name(parameter.start, parameter.end, parameter.name),
                    function=function,
                    parameter=parameter.name,
                )
            )
        return bounded(values, Name(parameter.start, parameter.end, parameter.name))

    def frame(self, function: Function, call: Call, outer: Frame | None, receiver: Value | None = None) -> Frame:
        """The parameters of `function` (of this file) as `call` (of this file) binds them."""
        return Frame(function, self._bindings(function, call, outer, self._evaluator, receiver), outer)

    def frame_in(self, home: Evaluator, function: Function, call: Call, outer: Frame | None) -> Frame:
        """The same of a function of the file that `home` is for."""
        bindings = self._bindings(function, call, outer, home, None)
        return Frame(function, bindings, outer if home is self._evaluator else None)

    def returned_by(self, function: Function, frame: Frame | None, origin: Expr) -> Possible:
        """What the `return` statements of a function of this file give."""
        evaluator = self._evaluator
        returns = evaluator.names.returns(function)
        if not returns:
            return (Nothing(origin=origin),)
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
            return self._as_set(read)
        known = self._record(name, call, frame) or self._attribute(name, invocation)
        if known is None:
            function = builtins.function(name, self._evaluator.names.module.language)
            known = function(invocation) if function is not None and not on_instance else None
            known = self._as_set(known) if known is not None else None
        return known if known is not None else _returned(name, invocation)

    def _as_set(self, values: Possible) -> Possible:
        """What is read from settings, as far as something else in the project tells it."""
        read = values[0] if values else None
        if not isinstance(read, Environment) or read.accessor not in environment.TOLD_ELSEWHERE:
            return values
        from lk_audit.values.told_settings import as_told  # noqa: PLC0415 - few files read such settings

        return as_told(self._evaluator, read, values)

    def _invocation(self, call: Call, frame: Frame | None) -> Invocation:
        return Invocation(call, lambda expr: self._evaluator.evaluate_at(expr, frame), self._evaluator.python)

    def _record(self, name: str, call: Call, frame: Frame | None) -> Possible | None:
        """`dict(other, a=1)` and `Object.assign({}, other)`."""
        if name != ("dict" if self._evaluator.python else "Object.assign"):
            return None
        evaluator = self._evaluator
        builder = RecordBuilder(call, evaluator.part, evaluator.python)
        for item in call.arguments:
            values = evaluator.evaluate_at(item.value, frame)
            if item.name is None:
                builder.spread(values)
            else:
                builder.put((Text(origin=item.value, text=item.name),), values, Name(item.start, item.end, item.name))
        first = evaluator.evaluate_at(call.arguments[0].value, frame) if call.arguments else ()
        is_other = not evaluator.python and not any(isinstance(value, Mapped) for value in first)
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
            return bounded((value for item in own for value in self._called(item, call, frame)), call)
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
            case Unknown(sources=()) | Defined():
                return (Returned(origin=call, call=call, callee=None),)
            case _:
                return (unknown(call, (receiver,)),)

    def _on_record(self, receiver: Mapped, callee: Member, call: Call, frame: Frame | None) -> Possible:
        member = receiver.members.get(callee.name)
        if member is not None:
            return tuple(value for item in member.values for value in self._called(item, call, frame))
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
                return tuple(value for item in members for value in self._called_on(receiver, item, call, frame))
        holder = self._service(receiver) if isinstance(receiver, Given) else full_name(receiver)
        name = f"{holder}.{callee.name}" if holder is not None else None
        invocation = self._invocation(call, frame)
        if name is not None:
            function = builtins.function(name, self._evaluator.names.module.language)
            found = environment.read(name, invocation) or (function(invocation) if function is not None else None)
            if found is not None:
                return found
        read = dialects.read(name or callee.name, invocation, self._evaluator.names.module.language)
        return self._as_set(read) if read is not None else _returned(name, invocation)

    def _service(self, given: Given) -> str | None:
        """The class that a parameter is declared to be, where a framework passes its object: Nest's `ConfigService`."""
        types = (item.annotation for item in given.function.parameters if item.name == given.parameter)
        written = next(types, None)
        home = self._evaluator.home(given.function) if isinstance(written, Name) and not given.members else None
        name = home.names.qualified(written) if home is not None and written is not None else None
        return name if name in environment.SERVICES else None

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
        bindings = self._bindings(function, call, frame, home, receiver)
        inner = Frame(function, bindings, frame if home is self._evaluator else None, (frame.depth if frame else 0) + 1)
        values = self._evaluator.from_home(home, home.calls.returned_by(function, inner, call))
        return opaque if all(isinstance(value, Unknown) and not value.sources for value in values) else values

    def _bindings(
        self, function: Function, call: Call, frame: Frame | None, home: Evaluator, receiver: Value | None
    ) -> dict[str, Possible]:
        evaluator = self._evaluator
        skipped = home.names.graph.skipped(function, call)
        bindings: dict[str, Possible] = {}
        if skipped and receiver is not None:
            bindings[function.parameters[0].name] = (receiver,)
        elif receiver is not None and not evaluator.python:
            bindings["this"] = (receiver,)
        for position, parameter in enumerate(function.parameters[skipped:]):
            if parameter.kind != "plain":
                bindings[parameter.name] = self._rest(parameter, position, function, call, frame)
                continue
            argument = _argument(call, position, parameter.name)
            if argument is not None:
                given = evaluator.evaluate_at(argument.value, frame)
                bindings[parameter.name] = self._or_default(given, parameter, home)
            else:
                bindings[parameter.name] = self._absent(parameter, call, home)
        return {name: home.from_home(evaluator, values) for name, values in bindings.items()}

    def _or_default(self, given: Possible, parameter: Parameter, home: Evaluator) -> Possible:
        """What a parameter is that a call passes: in JavaScript its default, where that is `undefined`."""
        if parameter.default is None or not home.names.is_javascript:
            return given
        if not any(map(_is_undefined, given)):
            return given
        told = (value for value in given if not _is_undefined(value))
        return (*told, *self._evaluator.from_home(home, home.calls.default(parameter)))

    def _absent(self, parameter: Parameter, call: Call, home: Evaluator) -> Possible:
        """What a parameter is that the call does not write out."""
        default = home.calls.default(parameter)
        default = self._evaluator.from_home(home, default)
        if any(item.spread for item in call.arguments):
            spread = [self._evaluator.evaluate(item.value) for item in call.arguments if item.spread]
            return (*default, unknown(call, *spread))
        return default or (Nothing(origin=call),)

    def _rest(
        self, parameter: Parameter, position: int, function: Function, call: Call, frame: Frame | None
    ) -> Possible:
        """`*args`, `...rest` and `**options`."""
        evaluator = self._evaluator
        is_open = any(item.spread for item in call.arguments)
        if parameter.kind == "rest":
            rest = [item for item in call.arguments if item.name is None and not item.spread][position:]
            items = tuple(evaluator.evaluate_at(item.value, frame) for item in rest)
            return (Listed(origin=call, items=items, open=is_open),)
        named = {item.name for item in function.parameters}
        members = {
            item.name: Entry(values=evaluator.evaluate_at(item.value, frame), key=item.value)
            for item in call.arguments
            if item.name is not None and item.name not in named
        }
        spreads = tuple(
            value for item in call.arguments if item.spread for value in evaluator.evaluate_at(item.value, frame)
        )
        return (Mapped(origin=call, members=members, open=is_open, spreads=spreads),)

    def default(self, parameter: Parameter) -> Possible:
        """What a parameter of a function of this file is when it is not passed."""
        if parameter.default is None:
            return ()
        step = Step(parameter.start, parameter.end, f"default of {parameter.name}")
        return traced(self._evaluator.evaluate(parameter.default), step)

    def _option(self, function: Function, parameter: Parameter) -> Possible:
        """What a parameter of a command is that nobody gives on the command line."""
        if not (self._evaluator.python and any(map(_is_command, function.decorators))):
            return ()
        from lk_audit.values import options  # noqa: PLC0415 - few files hold commands

        return options.of_command(self._evaluator, function, parameter.name)

    def _callers(self, function: Function, parameter: Parameter) -> list[tuple[Evaluator, Call]]:
        """The calls that say what the parameter is, each with the evaluator of its file."""
        if parameter.kind != "plain" or self._takes_self(function, parameter):
            return []
        evaluator = self._evaluator
        found = [(evaluator, call) for call in evaluator.names.callers(function)]
        if evaluator.linker is None or not evaluator.effort.asks_callers:
            return found
        return [*found, *evaluator.linker.callers(function)]

    def _takes_self(self, function: Function, parameter: Parameter) -> bool:
        names = self._evaluator.names
        is_first = function.parameters[0] is parameter
        return (
            names.is_python
            and is_first
            and names.owner(function) is not None
            and not is_decorated(function, "staticmethod")
        )

    def passed(self, home: Evaluator, function: Function, parameter: Parameter, call: Call) -> Possible:
        """What `call`, a call in this file, passes for a parameter of a function of the file that `home` is for."""
        evaluator = self._evaluator
        position = function.parameters.index(parameter) - home.names.graph.skipped(function, call)
        argument = _argument(call, position, parameter.name)
        if argument is None:
            is_open = any(item.spread for item in call.arguments)
            return () if parameter.default is not None and not is_open else self._absent(parameter, call, home)
        caller = evaluator.names.enclosing_function(call)
        name = evaluator.names.name_of(caller) if caller is not None else ""
        step = Step(call.start, call.end, f"passed by {name}()" if name else "passed here")
        return traced(self._or_default(evaluator.evaluate(argument.value), parameter, home), step)


def _is_undefined(value: Value) -> bool:
    """Whether a value is `undefined`: what nobody has passed, or set; `null` is written out."""
    return isinstance(value, Nothing) and not isinstance(value.origin, Literal)


def _returned(name: str | None, invocation: Invocation) -> Possible:
    """What a call that is not followed returns; `x.get("key", default)` also gives its default."""
    call = invocation.call
    result = Returned(origin=call, call=call, callee=name)
    is_lookup = isinstance(call.callee, Member) and call.callee.name == "get" and invocation.positional > 1
    keys = invocation.values(0) if is_lookup else ()
    is_key = bool(keys) and all(isinstance(key, Text) and "/" not in key.text for key in keys)
    return (result, *invocation.values(1, "default")) if is_key else (result,)


def _argument(call: Call, position: int, name: str) -> Argument | None:
    """What a call passes for a parameter; None when it passes nothing or hides it in a spread."""
    for item in call.arguments:
        if item.name == name and not item.spread:
            return item
    plain = [item for item in call.arguments if item.name is None][: position + 1]
    if position >= len(plain) or any(item.spread for item in plain):
        return None
    return plain[position]


def _is_command(mark: Expr) -> bool:
    """`@click.command()`, `@cli.command`."""
    return getattr(mark.callee if isinstance(mark, Call) else mark, "name", "") == "command"
