"""Parameters: what callers pass for them, what a followed call binds them to, and what they are otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.syntax import Argument, Call, Expr, Function, Literal, Name, Parameter
from lk_audit.values.callgraph import is_decorated
from lk_audit.values.frames import Frame
from lk_audit.values.model import Given, Listed, Mapped, Nothing, Possible, Step, Value
from lk_audit.values.model import Member as Entry
from lk_audit.values.possible import bounded, traced, unknown

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator
    from lk_audit.values.names import Definition

_MOST_CALLERS = 8
_ENTRIES = frozenset({"req", "request", "event", "ctx", "context"})
"""What functions call that which a platform passes them, whoever else makes one up: a script that tries them out."""


class Parameters:
    """Evaluates the parameters of the functions of one file."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def value(self, definition: Definition, frame: Frame | None) -> Possible:
        """What a parameter is: as the followed call binds it, else its default, what callers pass, and `Given`."""
        evaluator, function, parameter = self._evaluator, definition.scope, definition.node
        if not isinstance(function, Function) or not isinstance(parameter, Parameter):
            return ()
        inner = evaluator.variables.frame_of(function, frame)
        if inner is not None and inner.function is function and parameter.name in inner.bindings:
            return inner.bindings[parameter.name]
        handed = self._handed(function, parameter)
        if handed is not None:
            return handed
        values = [*(self.default(parameter) or self._option(function, parameter))]
        callers = self._callers(function, parameter)
        for home, call in callers[:_MOST_CALLERS]:
            values += evaluator.from_home(home, home.parameters.passed(evaluator, function, parameter, call))
        is_seen_whole = any(home is not evaluator for home, _ in callers)
        if (
            not callers
            or len(callers) > _MOST_CALLERS
            or evaluator.names.graph.escapes(function, when_exported=not is_seen_whole)
            or (is_seen_whole and evaluator.linker is not None and evaluator.linker.is_passed_on(function))
            or self._is_entry(function, parameter)
        ):
            values.append(
                Given(
                    origin=Name(parameter.start, parameter.end, parameter.name),
                    function=function,
                    parameter=parameter.name,
                )
            )
        return bounded(values, Name(parameter.start, parameter.end, parameter.name))

    def _handed(self, function: Function, parameter: Parameter) -> Possible | None:
        """What something that goes through a collection passes to a function that it is given."""
        if parameter.kind != "plain" or not isinstance(self._evaluator.names.parent(function), Argument):
            return None
        from lk_audit.values import iteration  # noqa: PLC0415 - few functions are arguments

        return iteration.handed(self._evaluator, function, parameter)

    def _is_entry(self, function: Function, parameter: Parameter) -> bool:
        """Whether a function may be run by a platform, which passes it a request."""
        names = self._evaluator.names
        is_named = parameter.name.lstrip("_") in _ENTRIES and (names.is_javascript or names.is_python)
        return is_named and names.enclosing_function(function) is None

    def frame(self, home: Evaluator, function: Function, call: Call, outer: Frame | None) -> Frame:
        """A function of the file that `home` is for, with its parameters as `call` (of this file) binds them."""
        bindings = self.bindings(function, call, outer, home, None)
        return Frame(function, bindings, outer if home is self._evaluator else None)

    def bindings(
        self, function: Function, call: Call, frame: Frame | None, home: Evaluator, receiver: Value | None
    ) -> dict[str, Possible]:
        """What each parameter is in a call in this file of a function of the file that `home` is for."""
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
            argument = argument_for(call, position, parameter.name)
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
        return (*told, *self._evaluator.from_home(home, home.parameters.default(parameter)))

    def _absent(self, parameter: Parameter, call: Call, home: Evaluator) -> Possible:
        """What a parameter is that the call does not write out."""
        default = home.parameters.default(parameter)
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
        if parameter.kind == "receiver" or self._takes_self(function, parameter):
            return []
        evaluator = self._evaluator
        found = [(evaluator, call) for call in evaluator.names.callers(function)]
        if evaluator.linker is None or not evaluator.effort.asks_callers or evaluator.effort.gives_up():
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
        if parameter.kind != "plain":
            return self._rest(parameter, position, function, call, None)
        argument = argument_for(call, position, parameter.name)
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


def argument_for(call: Call, position: int | None, *names: str) -> Argument | None:
    """What a call passes by keyword, else by position; None when it passes nothing or hides it in a spread."""
    for item in call.arguments:
        if item.name in names and not item.spread:
            return item
    if position is None:
        return None
    plain = [item for item in call.arguments if item.name is None][: position + 1]
    if position >= len(plain) or any(item.spread for item in plain):
        return None
    return plain[position]


def _is_command(mark: Expr) -> bool:
    """`@click.command()`, `@cli.command`."""
    return getattr(mark.callee if isinstance(mark, Call) else mark, "name", "") == "command"
