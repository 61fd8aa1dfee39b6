"""What an expression can be at run time: the possible values of every expression of one module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from msgspec.structs import replace

from lk_audit.patterns import regex
from lk_audit.syntax import (
    Assign,
    Await,
    Binary,
    Call,
    Class,
    Comprehension,
    Conditional,
    Each,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Opaque,
    Record,
    Sequence,
    Spread,
    Template,
    Unary,
)
from lk_audit.values import arithmetic, builtins, dialects, environment
from lk_audit.values.attributes import Attributes
from lk_audit.values.callgraph import is_property
from lk_audit.values.calls import Calls
from lk_audit.values.declared import Declared
from lk_audit.values.frames import Effort, Frame
from lk_audit.values.model import (
    Defined,
    Duration,
    Environment,
    Flag,
    Given,
    Listed,
    Mapped,
    Moment,
    Nothing,
    Number,
    Possible,
    Reference,
    Returned,
    Step,
    Text,
    Unknown,
    Value,
)
from lk_audit.values.moments import DURATION_MEMBERS, MOMENT_MEMBERS
from lk_audit.values.names import Names, Origin
from lk_audit.values.operators import Operators
from lk_audit.values.parameters import Parameters
from lk_audit.values.possible import (
    bounded,
    joined_trace,
    located,
    unknown,
)
from lk_audit.values.records import (
    RecordBuilder,
    items_of,
    key_name,
    listed,
    looked_up,
    may_be_skipped,
    member_of,
)
from lk_audit.values.structs import Structs
from lk_audit.values.variables import Variables

_MOST_OPERANDS = 500
_INDEX = regex(r"-?[0-9]{1,9}")
_DEEPEST_MODULE = 6
_COMMAND_LINE = "argparse.ArgumentParser.parse_args"
"""What a command line of Python is read by; the options are attributes of what it returns."""


class Linker(Protocol):
    """What other files of the project hold."""

    def imported(self, module: str, member: str | None) -> Possible | None:
        """What `member` of `module` (as this file writes the specifier) can be; None when it is not in the project.

        Steps of these values carry the path of their file (see `possible.located`).
        """

    def evaluator_of(self, node: Node) -> Evaluator | None:
        """The evaluator of the file that `node` belongs to."""

    def mentioning(self, word: str) -> Iterator[Evaluator]:
        """The evaluators of the other files that mention a word."""

    def setting(self, name: str) -> tuple[float, Step] | None:
        """The number that a settings file has for a setting, by the name of its variable, and where it stands."""

    def data_file(self, name: str, origin: Expr, *, is_import: bool = False) -> Possible:
        """What a data file holds that this file opens or imports by a name, as the value of `origin`."""

    def callers(self, function: Function) -> tuple[tuple[Evaluator, Call], ...]:
        """The calls of a function of this file in other files, each with the evaluator of its file."""

    def is_passed_on(self, function: Function) -> bool:
        """Whether another file hands a function of this file to somebody who may call it."""

    def other_parts(self, owner: Class) -> tuple[tuple[Evaluator, Class], ...]:
        """Where the rest of a class of this file stands: Go declares methods anywhere in a package."""


class Evaluator:
    """Evaluates the expressions of one module.

    Args:
        names: the names of the module.
        linker: gives what is imported from other files; without it, imports are references.
        effort: the bounds to share with the evaluators of other files.
        path: the path of the file, for steps that are seen from other files.
    """

    def __init__(
        self, names: Names, linker: Linker | None = None, effort: Effort | None = None, path: str | None = None
    ) -> None:
        self.names = names
        self.linker = linker
        self.path = path
        self.python = names.is_python
        self.effort = effort or Effort()
        self._spent = 0
        self._memo: dict[tuple[Node, Frame | None], Possible] = {}
        self._memo_here: dict[tuple[Node, Frame | None], Possible] = {}
        self.calls = Calls(self)
        self.parameters = Parameters(self)
        self.attributes = Attributes(self)
        self.declared = Declared(self)
        self.structs = Structs(self)
        self.operators = Operators(self)
        self.variables = Variables(self)
        self._handlers: Mapping[type, Callable[[Any, Frame | None], Possible]] = {
            Literal: self._literal,
            Template: self._template,
            Sequence: self._sequence,
            Record: self._record,
            Await: lambda expr, frame: self.evaluate_at(expr.operand, frame),
            Assign: lambda expr, frame: self.evaluate_at(expr.value, frame),
            Spread: lambda expr, frame: self.evaluate_at(expr.value, frame),
            Function: self._defined,
            Class: self._defined,
            Unary: self.operators.unary,
            Conditional: self.operators.conditional,
            Binary: self.operators.binary,
            Name: self.variables.name,
            Member: self._member,
            Index: self._index,
            Call: self.calls.call,
            Each: self._each,
            Opaque: self._opaque,
            Comprehension: self._comprehension,
        }

    def evaluate(self, expr: Expr) -> Possible:
        """All values that `expr` can have, as far as known: at most 24, each with the steps that led to it.

        Never raises; what is not understood, too deep or circular is `Unknown`.
        """
        return self.evaluate_at(expr, None)

    def evaluate_here(self, expr: Expr) -> Possible:
        """The values that `expr` can have as far as its file tells: nobody looks for callers elsewhere.

        Much cheaper, and enough where the question is what something is made of, or which function a name means.
        """
        before, self.effort.asks_callers = self.effort.asks_callers, False
        try:
            return self.evaluate_at(expr, None)
        finally:
            self.effort.asks_callers = before

    def evaluate_at(self, expr: Expr, frame: Frame | None) -> Possible:
        """All values that `expr` can have where the parameters of functions are those that `frame` binds."""
        key = (expr, frame)
        effort = self.effort
        memo = self._memo if effort.asks_callers else self._memo_here
        known = memo.get(key)
        if known is not None:
            return known
        if effort.depth == 0:
            effort.begin(self._spent)
        if not effort.enter(key):
            return (Unknown(origin=expr),)
        before = effort.truncations
        try:
            handler = self._handlers.get(type(expr))
            values = bounded(handler(expr, frame), expr) if handler is not None else (Unknown(origin=expr),)
        finally:
            effort.leave(key)
        if effort.truncations == before or effort.depth == 0:
            memo[key] = values
        if effort.depth == 0:
            self._spent += effort.work
        return values

    def evaluate_each(self, parts: Iterable[Expr], frame: Frame | None) -> Iterator[Possible]:
        """What each part of something can be. None of them uses up the work that those after it need."""
        parts, effort, limit = tuple(parts), self.effort, self.effort.limit
        for number, part in enumerate(parts, 1):
            effort.limit = effort.sparing(limit, len(parts) - number)
            values = self.evaluate_at(part, frame)
            effort.limit = limit
            yield values

    def part(self, value: Value, key: str, origin: Expr) -> Possible:  # noqa: PLR0911 - one per kind of value
        """What `value.key` or `value["key"]` can be."""
        found = self._known_part(value, key, origin)
        if found is not None:
            return found
        match value:
            case Mapped():
                method = self.structs.methods(value, key) if self.structs.are_built and key not in value.members else ()
                known = method or member_of(value, key, origin, self.part)
                return self.structs.filled(value, key, known) if self.names.is_go and not method else known
            case Listed():
                return _item(value, key, origin)
            case Reference(name=name):
                return self._reference(self.names.join(name, key), origin, value.trace)
            case Given():
                method = self.structs.methods(value, key) if self.names.traits.has_structs else ()
                if not method:
                    method = self.declared.part(value, key)
                return method or (replace(value, members=(*value.members, key)),)
            case Returned():
                inner = self.attributes.of_instance(value, key)
                return inner if inner is not None else (replace(value, members=(*value.members, key)),)
            case Defined(definition=Class() as owner):
                inner = self.attributes.of_class(owner, key)
                return inner if inner is not None else (unknown(origin),)
            case _:
                return self._part_of_constant(value, key, origin)

    def _known_part(self, value: Value, key: str, origin: Expr) -> Possible | None:
        """What a part of a symbolic value is that a library or a language tells; None for anything else."""
        if isinstance(value, Returned | Given) and self.names.is_javascript:
            declared = self._declared_part(value, key, origin)
            if declared is not None:
                return declared
        if isinstance(value, Returned) and value.callee == _COMMAND_LINE and not value.members:
            from lk_audit.values import options  # noqa: PLC0415 - few files read a command line

            return options.of_parser(self, value, key)
        settings = self.declared.setting(value, key) if isinstance(value, Given) and self.python else None
        if settings is not None:
            return settings
        found: Value | None = environment.member(value, key, origin)
        if found is None and isinstance(value, Given | Returned | Reference | Unknown | Environment):
            found = dialects.part(value, key, origin, self.names.module.language)
        return None if found is None else self.calls.as_set((found,)) if self.python else (found,)

    def _declared_part(self, value: Returned | Given, key: str, origin: Expr) -> Possible | None:
        """What a part of settings is that code of JavaScript declares, and somebody else reads."""
        if isinstance(value, Given) and (value.function.name != "constructor" or value.members):
            return None
        from lk_audit.values import schemas  # noqa: PLC0415 - most scans meet other languages

        found = schemas.setting(self, value, key, origin) if isinstance(value, Returned) else None
        return schemas.injected(self, value, key) if isinstance(value, Given) else found

    def from_origin(self, origin: Origin, expr: Expr) -> Possible:
        """What an import, a part of it, or a global can be."""
        linked = self._linked(origin, expr) if origin.module is not None else None
        if linked is not None:
            return linked
        if origin.module is None and (len(origin.members) == 1 or self.names.traits.opens_namespaces):
            linked = self._from_star(origin.members[0])
            if linked is not None:
                return self._parts(linked, origin.members[1:], expr)
        return self._reference(self.names.full_name(origin), expr)

    def home(self, node: Node) -> Evaluator | None:
        """The evaluator of the file that `node` belongs to."""
        if self.names.parent(node) is not None:
            return self
        return self.linker.evaluator_of(node) if self.linker is not None else None

    def from_home(self, other: Evaluator, values: Possible) -> Possible:
        """Values that another file's evaluator found, for use in this file."""
        return values if other is self else located(values, other.path)

    def _literal(self, expr: Literal, _: Frame | None) -> Possible:
        return (builtins.literal(expr),)

    def _template(self, expr: Template, frame: Frame | None) -> Possible:
        texts: Possible = (Text(origin=expr, text=""),)
        for part in expr.parts[:_MOST_OPERANDS]:
            values = self.evaluate_at(part, frame)
            texts = bounded((_appended(text, value, expr) for text in texts for value in values), expr)
        return texts if len(expr.parts) <= _MOST_OPERANDS else (unknown(expr, texts),)

    def _sequence(self, expr: Sequence, frame: Frame | None) -> Possible:
        return (listed(expr, lambda item: self.evaluate_at(item, frame)),)

    def _record(self, expr: Record, frame: Frame | None) -> Possible:
        builder = RecordBuilder(expr, self.part, self.python)
        found = self.evaluate_each((item.value for item in expr.entries), frame)
        for entry, values in zip(expr.entries, found, strict=True):
            if isinstance(entry.value, Function) and entry.value.decorators and is_property(entry.value):
                # `get ttl() { ... }`
                values = self.calls.returned_by(entry.value, frame, entry.value)  # noqa: PLW2901 - what reading it gives
            if entry.key is not None:
                builder.put(self.evaluate_at(entry.key, frame), values, entry.key)
            else:
                skipped = may_be_skipped(entry.value, lambda left: self.operators.is_true(left, frame))
                builder.spread(values, certain=not skipped)
        return (builder.build(),)

    def _defined(self, expr: Function | Class, _: Frame | None) -> Possible:
        return (Defined(origin=expr, definition=expr),)

    def _each(self, expr: Each, frame: Frame | None) -> Possible:
        """What a loop's variable can be: the items of a list that is known, or what a generator yields."""
        values = self.evaluate_at(expr.iterable, frame)
        if isinstance(expr.iterable, Call):
            from lk_audit.values import iteration  # noqa: PLC0415 - few loops go through what a call gives

            if iteration.is_generated(self, self.evaluate_at(expr.iterable.callee, frame)):
                return values
        return items_of(values, expr)

    def _comprehension(self, expr: Comprehension, frame: Frame | None) -> Possible:
        """A dict of Python whose entries are alike, or have keys that are known; of anything else its parts."""
        if not expr.makes_record:
            return self._opaque(expr, frame)
        from lk_audit.values import iteration  # noqa: PLC0415 - few dicts are made so

        made = iteration.record_of_each(expr, lambda part: self.evaluate_at(part, frame))
        return self._opaque(expr, frame) if made is None else (made,)

    def _opaque(self, expr: Opaque, frame: Frame | None) -> Possible:
        """Syntax without a meaning here: not known, but computed from its parts."""
        sources = [self.evaluate_at(item, frame) for item in expr.children[:_MOST_OPERANDS] if isinstance(item, Expr)]
        return (unknown(expr, *sources),)

    def _member(self, expr: Member, frame: Frame | None) -> Possible:
        return self._access(expr, expr.object, (Text(origin=expr, text=expr.name),), frame)

    def _index(self, expr: Index, frame: Frame | None) -> Possible:
        return self._access(expr, expr.object, self.evaluate_at(expr.key, frame), frame)

    def _access(self, expr: Member | Index, base: Expr, keys: Possible, frame: Frame | None) -> Possible:
        origin = self.names.direct_origin(expr)
        if origin is not None:
            return self.from_origin(origin, expr)
        names = [key_name(key) for key in keys]
        found: list[Value] = []
        for name in names:
            if name is None:
                whole = self.evaluate_at(base, frame)
                found += looked_up(whole, keys, expr)
                continue
            own = self.attributes.of_self(base, name, frame)
            values = (item for value in self.evaluate_at(base, frame) for item in self.part(value, name, expr))
            found += own if own is not None else values
        return tuple(_fields(found) if self.names.traits.reads_by_calls else found)

    def _part_of_constant(self, value: Value, key: str, origin: Expr) -> Possible:
        if (found := dialects.part(value, key, origin, self.names.module.language)) is not None:
            return (found,)
        match value, key:
            case Text() | Number() | Flag() | Duration(), "value":
                return (value,)
            case Moment(), _ if key in MOMENT_MEMBERS:
                return (replace(value, clock=MOMENT_MEMBERS[key]),)
            case Duration(seconds=seconds), _ if key in DURATION_MEMBERS:
                return (Number(origin=origin, number=DURATION_MEMBERS[key](seconds), trace=value.trace),)
            case Nothing(), _:
                return () if self.python else (value,)
            case _:
                return (unknown(origin, (value,)),)

    def _reference(self, name: str, origin: Expr, trace: tuple[Step, ...] = ()) -> Possible:
        language = self.names.module.language
        read = dialects.simple_name(name, language)
        value = (
            dialects.implied(name, origin, language)
            or environment.variable(read, origin)
            or self._library_constant(read, origin, language)
            or builtins.constant(name, origin, language)
            or Reference(origin=origin, name=name)
        )
        found = (replace(value, trace=trace) if trace else value,)
        return self.calls.as_set(found) if isinstance(value, Environment) else found

    def _library_constant(self, name: str, origin: Expr, language: str) -> Value | None:
        """A constant of the language's library, or a property of one: `DateTime.UtcNow.Date`."""
        found = dialects.constant(name, origin, language)
        holder, _, key = name.rpartition(".")
        if found is not None or not holder:
            return found
        value = dialects.constant(holder, origin, language)
        return None if value is None else next(iter(self.part(value, key, origin)), None)

    def _linked(self, origin: Origin, expr: Expr) -> Possible | None:
        """What the project holds under an import: a member of the module, or of a module inside it."""
        if self.linker is None or origin.module is None:
            return None
        module = origin.module
        if module.endswith(".json"):
            members = origin.members[1:] if origin.members[:1] == ("default",) else origin.members
            return self._parts(self.linker.data_file(module, expr, is_import=True), members, expr) or None
        for index, member in enumerate(origin.members[:_DEEPEST_MODULE]):
            found = self.linker.imported(module, member)
            if found is not None:
                return self._parts(found, origin.members[index + 1 :], expr)
            module = self.names.join(module, member)
        return None if origin.members else self.linker.imported(module, None)

    def _parts(self, values: Possible, members: Iterable[str], expr: Expr) -> Possible:
        for member in members:
            values = bounded((item for value in values for item in self.part(value, member, expr)), expr)
        return values

    def _from_star(self, name: str) -> Possible | None:
        if self.linker is None:
            return None
        found = (self.linker.imported(module, name) for module in self.names.star_imports())
        return next((values for values in found if values is not None), None)


def _appended(text: Value, value: Value, origin: Expr) -> Value:
    joined = arithmetic.concatenated([text, value], origin) if isinstance(text, Text) else None
    if joined is None:
        return unknown(origin, (text, value))
    return replace(joined, trace=joined_trace(text, value))


def _fields(members: list[Value]) -> list[Value]:
    """What a member holds, without the method of the same name that reads it."""
    return [item for item in members if not isinstance(item, Defined)] or members


def _item(value: Listed, key: str, origin: Expr) -> Possible:
    if key == "length" and not value.open:
        return (Number(origin=origin, number=float(len(value.items))),)
    index = int(key) if _INDEX.fullmatch(key) else None
    if index is not None and -len(value.items) <= index < len(value.items) and not (value.open and index < 0):
        return value.items[index]
    return (unknown(origin, tuple(item for items in value.items for item in items)),)
