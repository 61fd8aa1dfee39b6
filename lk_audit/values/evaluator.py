"""What an expression can be at run time: the possible values of every expression of one module."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from lk_audit.syntax import (
    Assign,
    Await,
    Binary,
    Call,
    Class,
    Conditional,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Loop,
    Member,
    Name,
    Node,
    Opaque,
    Record,
    Sequence,
    Spread,
    Template,
    Try,
    Unary,
    walk,
)
from lk_audit.values import arithmetic, builtins, environment
from lk_audit.values.attributes import Attributes
from lk_audit.values.calls import Calls
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
from lk_audit.values.moments import MOMENT_MEMBERS
from lk_audit.values.mutations import Mutations, Mutator
from lk_audit.values.names import Definition, Names, Origin
from lk_audit.values.possible import (
    as_fallback,
    bounded,
    either,
    environment_of,
    located,
    shown,
    traced,
    truth,
    unknown,
)
from lk_audit.values.records import RecordBuilder, key_name, listed, may_be_skipped, member_of

_MOST_OPERANDS = 500
_DEEPEST_MODULE = 6


class Linker(Protocol):
    """What other files of the project hold."""

    def imported(self, module: str, member: str | None) -> Possible | None:
        """What `member` of `module` (as this file writes the specifier) can be; None when it is not in the project.

        Steps of these values carry the path of their file (see `possible.located`).
        """

    def evaluator_of(self, node: Node) -> Evaluator | None:
        """The evaluator of the file that `node` belongs to."""


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
        self._effort = effort or Effort()
        self._memo: dict[tuple[Node, Frame | None], Possible] = {}
        self._mutations = Mutations(names)
        self.calls = Calls(self)
        self.attributes = Attributes(self)

    def evaluate(self, expr: Expr) -> Possible:
        """All values that `expr` can have, as far as known: at most 24, each with the steps that led to it.

        Never raises; what is not understood, too deep or circular is `Unknown`.
        """
        return self.evaluate_at(expr, None)

    def evaluate_at(self, expr: Expr, frame: Frame | None) -> Possible:
        """The same with the parameters of the functions in `frame` bound."""
        key = (expr, frame)
        known = self._memo.get(key)
        if known is not None:
            return known
        effort = self._effort
        if not effort.enter(key):
            return (Unknown(origin=expr),)
        before = effort.truncations
        try:
            handler = _HANDLERS.get(type(expr))
            values = bounded(handler(self, expr, frame), expr) if handler else self._parts_unknown(expr, frame)
        finally:
            effort.leave(key)
        if effort.truncations == before or effort.depth == 0:
            self._memo[key] = values
        return values

    def part(self, value: Value, key: str, origin: Expr) -> Possible:
        """What `value.key` or `value["key"]` can be."""
        found = environment.member(value, key, origin)
        if found is not None:
            return (found,)
        match value:
            case Mapped():
                return member_of(value, key, origin, self.part)
            case Listed():
                return _item(value, key, origin)
            case Reference(name=name):
                return self._reference(self.names.join(name, key), origin, value.trace)
            case Given():
                return (replace(value, members=(*value.members, key)),)
            case Returned():
                inner = self.attributes.of_instance(value, key)
                return inner if inner is not None else (replace(value, members=(*value.members, key)),)
            case Defined(definition=Class() as owner):
                inner = self.attributes.of_class(owner, key)
                return inner if inner is not None else (unknown(origin),)
            case _:
                return self._part_of_constant(value, key, origin)

    def from_origin(self, origin: Origin, expr: Expr) -> Possible:
        """What an import, a part of it, or a global can be."""
        linked = self._linked(origin, expr) if origin.module is not None else None
        if linked is not None:
            return linked
        if origin.module is None and len(origin.members) == 1:
            linked = self._from_star(origin.members[0])
            if linked is not None:
                return linked
        return self._reference(self.names.full_name(origin), expr)

    def home(self, node: Node) -> Evaluator | None:
        """The evaluator of the file that `node` belongs to."""
        if self.names.parent(node) is not None:
            return self
        return self.linker.evaluator_of(node) if self.linker is not None else None

    def from_home(self, other: Evaluator, values: Possible) -> Possible:
        """Values that another file's evaluator found, for use in this file."""
        return values if other is self else located(values, other.path)

    def substitute(self, definition: Definition, name: str) -> bool:
        """Whether a definition is made where `name` turned out to be missing (`if not name:`, `except KeyError:`)."""
        for control, part in self.names.flow.path(definition.node):
            if isinstance(control, Try) and part != "attempt":
                return True
            if isinstance(control, If) and any(
                isinstance(node, Name) and node.id == name for node in walk(control.test)
            ):
                return True
        return False

    def frame_of(self, scope: Node, frame: Frame | None) -> Frame | None:
        """The frame in which the variables of `scope` live."""
        while frame is not None and not (frame.function is scope or frame.function in self.names.ancestors(scope)):
            frame = frame.outer
        return frame

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
        for entry in expr.entries:
            values = self.evaluate_at(entry.value, frame)
            if entry.key is not None:
                builder.put(self.evaluate_at(entry.key, frame), values, entry.key)
            else:
                skipped = may_be_skipped(entry.value, lambda left: self._is_true(left, frame))
                builder.spread(values, certain=not skipped)
        return (builder.build(),)

    def _is_true(self, expr: Expr, frame: Frame | None) -> bool:
        return all(truth(value, python=self.python) is True for value in self.evaluate_at(expr, frame))

    def _await(self, expr: Await, frame: Frame | None) -> Possible:
        return self.evaluate_at(expr.operand, frame)

    def _assign(self, expr: Assign, frame: Frame | None) -> Possible:
        return self.evaluate_at(expr.value, frame)

    def _defined(self, expr: Function | Class, _: Frame | None) -> Possible:
        return (Defined(origin=expr, definition=expr),)

    def _spread(self, expr: Spread, frame: Frame | None) -> Possible:
        return self.evaluate_at(expr.value, frame)

    def _parts_unknown(self, expr: Expr, frame: Frame | None) -> Possible:
        """Syntax without a meaning here: not known, but computed from its parts."""
        if not isinstance(expr, Opaque):
            return (Unknown(origin=expr),)
        sources = [self.evaluate_at(item, frame) for item in expr.children[:_MOST_OPERANDS] if isinstance(item, Expr)]
        return (unknown(expr, *sources),)

    def _unary(self, expr: Unary, frame: Frame | None) -> Possible:
        inner = expr.operand
        if expr.operator == "~" and isinstance(inner, Unary) and inner.operator == "~":
            return self.evaluate_at(inner.operand, frame)
        return arithmetic.unary(expr.operator, self.evaluate_at(inner, frame), expr, python=self.python)

    def _conditional(self, expr: Conditional, frame: Frame | None) -> Possible:
        if isinstance(expr.test, Literal):
            chosen = expr.then if expr.test.value else expr.otherwise
            return self.evaluate_at(chosen, frame)
        return either(self.evaluate_at(expr.then, frame), self.evaluate_at(expr.otherwise, frame))

    def _binary(self, expr: Binary, frame: Frame | None) -> Possible:
        special = _SPECIAL.get(expr.operator)
        if special is not None:
            return special(self, expr, frame)
        spine = [expr]
        while (
            isinstance(left := spine[-1].left, Binary)
            and left.operator == expr.operator
            and len(spine) < _MOST_OPERANDS
        ):
            spine.append(left)
        values = self.evaluate_at(spine[-1].left, frame)
        for node in reversed(spine):
            rights = self.evaluate_at(node.right, frame)
            values = self._combined(node, values, rights)
        return values

    def _combined(self, node: Binary, lefts: Possible, rights: Possible) -> Possible:
        records = [value for value in (*lefts, *rights) if isinstance(value, Mapped)]
        if node.operator == "|" and records:
            builder = RecordBuilder(node, self.part, self.python)
            builder.spread(lefts)
            builder.spread(rights)
            return (builder.build(),)
        return arithmetic.binary(node.operator, lefts, rights, node, python=self.python)

    def _or(self, expr: Binary, frame: Frame | None) -> Possible:
        """`a or b`, `a ?? b`: the lefts that may be taken, then the right unless a left is sure."""
        lefts = self.evaluate_at(expr.left, frame)
        nullish = expr.operator == "??"
        taken = [value for value in lefts if _is_taken(value, nullish, self.python) is not False]
        if taken and len(taken) == len(lefts) and all(_is_taken(value, nullish, self.python) for value in taken):
            if not any(isinstance(value, Text | Number) and value.environment for value in taken):
                return tuple(taken)
        rights = self.evaluate_at(expr.right, frame)
        return (*taken, *as_fallback(rights, environment_of(lefts)))

    def _and(self, expr: Binary, frame: Frame | None) -> Possible:
        """`a and b`: the right, and the lefts that are known to be false."""
        lefts = self.evaluate_at(expr.left, frame)
        false = tuple(value for value in lefts if truth(value, python=self.python) is False)
        if false and len(false) == len(lefts):
            return false
        return (*false, *self.evaluate_at(expr.right, frame))

    def _last(self, expr: Binary, frame: Frame | None) -> Possible:
        return self.evaluate_at(expr.right, frame)

    def _name(self, name: Name, frame: Frame | None) -> Possible:
        definitions = self.names.definitions(name)
        if not definitions:
            origin = self.names.origin(name)
            return (Unknown(origin=name),) if origin is None else self.from_origin(origin, name)
        found = [(item, self._definition(item, name, frame)) for item in definitions]
        missing = environment_of(value for _, values in found for value in values if isinstance(value, Environment))
        return tuple(
            value
            for item, values in found
            for value in (as_fallback(values, missing) if missing and self.substitute(item, name.id) else values)
        )

    def _definition(self, definition: Definition, use: Name, frame: Frame | None) -> Possible:
        node = definition.node
        match definition.kind:
            case "parameter":
                return self._mutated(self.calls.parameter(definition, frame), definition, use, frame)
            case "import":
                origin = self.names.origin_of(definition)
                step = Step(node.start, node.end, f"{definition.name} is imported here", self.path)
                return () if origin is None else traced(self.from_origin(origin, use), step)
            case "function" | "class" if isinstance(node, Function | Class):
                return (Defined(origin=node, definition=node),)
            case _:
                return self._assigned(definition, use, frame)

    def _assigned(self, definition: Definition, use: Name, frame: Frame | None) -> Possible:
        node, value = definition.node, definition.value
        if value is None or not isinstance(node, Assign):
            return (Unknown(origin=use),)
        inner = self.frame_of(definition.scope, frame)
        values = self._iterated(value, inner) if definition.kind == "loop" else self.evaluate_at(value, inner)
        if definition.operator:
            values = self._combined_with(definition, node, values, inner)
        values = self._mutated(values, definition, use, inner)
        return traced(values, Step(node.start, node.end, shown(values, definition.name)))

    def _combined_with(self, definition: Definition, node: Assign, values: Possible, frame: Frame | None) -> Possible:
        """An augmented assignment, on top of what the name was before."""
        left = node.target
        whole = Binary(node.start, node.end, definition.operator, left, node.value)
        if definition.operator in {"or", "and", "??", "||", "&&"}:
            return _SPECIAL[definition.operator](self, whole, frame)
        return self._combined(whole, self.evaluate_at(left, frame), values)

    def _iterated(self, value: Expr, frame: Frame | None) -> Possible:
        """What a loop's variable can be: the items of a list that is known."""
        iterable = value.children[0] if isinstance(value, Opaque) and len(value.children) == 1 else None
        if not isinstance(iterable, Expr):
            return self.evaluate_at(value, frame)
        values = self.evaluate_at(iterable, frame)
        if any(not isinstance(item, Listed) or item.open for item in values):
            return (unknown(value, values),)
        return bounded(
            (item for found in values if isinstance(found, Listed) for items in found.items for item in items), value
        )

    def _mutated(self, values: Possible, definition: Definition, use: Name, frame: Frame | None) -> Possible:
        """`values` after the statements that changed them since `definition`."""
        if not any(isinstance(value, Mapped | Listed | Moment) for value in values):
            return values
        mutator = Mutator(lambda expr: self.evaluate_at(expr, frame), self.part, self.python)
        for mutation, certain in self._mutations.before(definition, use):
            values = bounded((new for old in values for new in mutator.apply(old, mutation, certain=certain)), use)
        return values

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
                found.append(unknown(expr, self.evaluate_at(base, frame), keys))
                continue
            own = self.attributes.of_self(base, name, frame)
            values = (item for value in self.evaluate_at(base, frame) for item in self.part(value, name, expr))
            found += own if own is not None else values
        return tuple(found)

    def _part_of_constant(self, value: Value, key: str, origin: Expr) -> Possible:
        match value, key:
            case Text() | Number() | Flag(), "value":
                return (value,)
            case Moment(), _ if key in MOMENT_MEMBERS:
                return (replace(value, clock=MOMENT_MEMBERS[key]),)
            case Duration(), "seconds":
                return (Number(origin=origin, number=value.seconds % 86400, trace=value.trace),)
            case Duration(), "days":
                return (Number(origin=origin, number=value.seconds // 86400, trace=value.trace),)
            case Nothing(), _:
                return () if self.python else (value,)
            case _:
                return (unknown(origin, (value,)),)

    def _reference(self, name: str, origin: Expr, trace: tuple[Step, ...] = ()) -> Possible:
        value = (
            environment.variable(name, origin) or builtins.constant(name, origin) or Reference(origin=origin, name=name)
        )
        return (replace(value, trace=trace),) if trace else (value,)

    def _linked(self, origin: Origin, expr: Expr) -> Possible | None:
        """What the project holds under an import: a member of the module, or of a module inside it."""
        if self.linker is None or origin.module is None:
            return None
        module = origin.module
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
    return replace(joined, trace=(*text.trace, *value.trace))


def _item(value: Listed, key: str, origin: Expr) -> Possible:
    if key == "length" and not value.open:
        return (Number(origin=origin, number=float(len(value.items))),)
    index = int(key) if key.lstrip("-").isdecimal() else None
    if index is not None and -len(value.items) <= index < len(value.items) and not (value.open and index < 0):
        return value.items[index]
    return (unknown(origin, tuple(item for items in value.items for item in items)),)


def _is_taken(value: Value, nullish: bool, python: bool) -> bool | None:
    """Whether `value or ...` (`value ?? ...`) stops at the value; None when the run decides."""
    if not nullish:
        return truth(value, python=python)
    if isinstance(value, Nothing):
        return False
    return None if isinstance(value, Environment | Given | Returned | Unknown | Reference) else True


Handler = Callable[[Evaluator, Any, Frame | None], Possible]
_HANDLERS: Mapping[type, Handler] = {
    Literal: Evaluator._literal,
    Template: Evaluator._template,
    Sequence: Evaluator._sequence,
    Record: Evaluator._record,
    Await: Evaluator._await,
    Assign: Evaluator._assign,
    Function: Evaluator._defined,
    Class: Evaluator._defined,
    Spread: Evaluator._spread,
    Unary: Evaluator._unary,
    Conditional: Evaluator._conditional,
    Binary: Evaluator._binary,
    Name: Evaluator._name,
    Member: Evaluator._member,
    Index: Evaluator._index,
    Call: lambda evaluator, expr, frame: evaluator.calls.call(expr, frame),
}
_SPECIAL: Mapping[str, Handler] = {
    "or": Evaluator._or,
    "||": Evaluator._or,
    "??": Evaluator._or,
    "and": Evaluator._and,
    "&&": Evaluator._and,
    ",": Evaluator._last,
}
