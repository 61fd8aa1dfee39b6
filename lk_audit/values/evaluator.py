"""What an expression can be at run time: the possible values of every expression of one module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

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
from lk_audit.values import arithmetic, builtins
from lk_audit.values.attributes import Attributes
from lk_audit.values.callgraph import is_property
from lk_audit.values.calls import Calls
from lk_audit.values.declared import Declared
from lk_audit.values.frames import Effort, Frame
from lk_audit.values.model import (
    Defined,
    Possible,
    Text,
    Unknown,
    Value,
)
from lk_audit.values.names import Names
from lk_audit.values.operators import Operators
from lk_audit.values.parameters import Parameters
from lk_audit.values.parts import Parts
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
)
from lk_audit.values.references import References
from lk_audit.values.structs import Structs
from lk_audit.values.variables import Variables

if TYPE_CHECKING:
    from lk_audit.values.linker import Linker

_MOST_OPERANDS = 500


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
        self.references = References(self)
        self.part = Parts(self).of
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
            return self.references.of_origin(origin, expr)
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


def _appended(text: Value, value: Value, origin: Expr) -> Value:
    joined = arithmetic.concatenated([text, value], origin) if isinstance(text, Text) else None
    if joined is None:
        return unknown(origin, (text, value))
    return replace(joined, trace=joined_trace(text, value))


def _fields(members: list[Value]) -> list[Value]:
    """What a member holds, without the method of the same name that reads it."""
    return [item for item in members if not isinstance(item, Defined)] or members
