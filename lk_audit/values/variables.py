"""Variables: what a name is where it is used, through its definitions and the changes since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.syntax import (
    Assign,
    Binary,
    Call,
    Class,
    Expr,
    Function,
    If,
    Literal,
    Member,
    Name,
    Node,
    Try,
    Unary,
    walk,
)
from lk_audit.values.model import (
    Defined,
    Duration,
    Listed,
    Mapped,
    Moment,
    Number,
    Possible,
    Returned,
    Step,
    Unknown,
    Value,
    defined_classes,
)
from lk_audit.values.mutations import Mutations, Mutator
from lk_audit.values.operators import LOGICAL
from lk_audit.values.possible import as_fallback, bounded, environment_of, shown, traced
from lk_audit.values.scopes import GO_FILLERS

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator
    from lk_audit.values.flow import Definition
    from lk_audit.values.frames import Frame

_COST_OF_A_CHANGE = 8


class Variables:
    """Evaluates names for one evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._mutations = Mutations(evaluator.names)

    def name(self, name: Name, frame: Frame | None) -> Possible:
        """What a name can be where it stands."""
        evaluator = self._evaluator
        if name.id == "this" and (receiver := _receiver(frame)) is not None:
            return receiver
        definitions = evaluator.names.definitions(name)
        if not definitions:
            if name.id == "super" and evaluator.names.module.language == "ruby":
                return evaluator.attributes.of_super(name)
            origin = evaluator.names.origin(name)
            return (Unknown(origin=name),) if origin is None else evaluator.references.of_origin(origin, name)
        found = [(item, self._definition(item, name, frame)) for item in definitions]
        replacing = [item for item in definitions if self._replaces_zero(item, name.id)] if len(found) > 1 else []
        if replacing:
            found = [
                (item, values if item in replacing else tuple(value for value in values if not _is_zero(value)))
                for item, values in found
            ]
        missing = environment_of(value for _, values in found for value in values)
        return tuple(
            value
            for item, values in found
            for value in (as_fallback(values, missing) if missing and self._is_substitute(item, name.id) else values)
        )

    def _is_substitute(self, definition: Definition, name: str) -> bool:
        """Whether a definition is made where `name` turned out to be missing (`if not name:`, `except KeyError:`)."""
        for control, part in self._evaluator.names.flow.path(definition.node):
            if isinstance(control, Try) and part != "attempt":
                return True
            if isinstance(control, If) and any(
                isinstance(node, Name) and node.id == name for node in walk(control.test)
            ):
                return True
        return False

    def _replaces_zero(self, definition: Definition, name: str) -> bool:
        """Whether a definition is made where `name` was found to be zero: `if ttl == 0 { ttl = fallback }`."""
        return any(
            isinstance(control, If) and part == "then" and _asks_for_zero(control.test, name)
            for control, part in self._evaluator.names.flow.path(definition.node)
        )

    def frame_of(self, scope: Node, frame: Frame | None) -> Frame | None:
        """The frame in which the variables of `scope` live."""
        while frame is not None and not (
            frame.function is scope or frame.function in self._evaluator.names.ancestors(scope)
        ):
            frame = frame.outer
        return frame

    def _definition(self, definition: Definition, use: Name, frame: Frame | None) -> Possible:
        node = definition.node
        if not self._evaluator.effort.spend(0):
            return (Unknown(origin=use),)
        match definition.kind:
            case "parameter":
                return self._mutated(self._evaluator.parameters.value(definition, frame), definition, use, frame)
            case "import":
                origin = self._evaluator.names.origin_of(definition)
                step = Step(node.start, node.end, f"{definition.name} is imported here")
                return () if origin is None else traced(self._evaluator.references.of_origin(origin, use), step)
            case "filled" if isinstance(node, Call):
                filled = Returned(origin=node, call=node, callee=self._evaluator.names.qualified(node.callee))
                return () if self._keeps_foreign(definition, node, use) else (filled,)
            case "function" | "class" if isinstance(node, Function | Class):
                return (Defined(origin=node, definition=node),)
            case _:
                return self._assigned(definition, use, frame)

    def _keeps_foreign(self, definition: Definition, call: Call, use: Name) -> bool:
        """Whether a call is just handed an empty struct of a type of somebody else: what it does to that is his."""
        given = any(isinstance(item.value, Name) and item.value.id == definition.name for item in call.arguments)
        if not given or (isinstance(call.callee, Member) and call.callee.name in GO_FILLERS):
            return False
        names, evaluate = self._evaluator.names, self._evaluator.evaluate
        made = (item.value for item in names.definitions(use) if item.kind == "assign")
        empty = (value.callee for value in made if isinstance(value, Call) and value.is_new and not value.arguments)
        return not any(True for kind in empty for _ in defined_classes(evaluate(kind)))

    def _assigned(self, definition: Definition, use: Name, frame: Frame | None) -> Possible:
        node, value = definition.node, definition.value
        if value is None or not isinstance(node, Assign):
            return (Unknown(origin=use),)
        inner = self.frame_of(definition.scope, frame)
        values = self._evaluator.evaluate_at(value, inner)
        if definition.operator:
            values = self._combined_with(definition, node, values, inner)
        values = self._mutated(values, definition, use, inner)
        return traced(values, Step(node.start, node.end, shown(values, definition.name)))

    def _combined_with(self, definition: Definition, node: Assign, values: Possible, frame: Frame | None) -> Possible:
        """An augmented assignment, on top of what the name was before."""
        left = node.target
        whole = Binary(node.start, node.end, definition.operator, left, node.value)
        if definition.operator == "+" and self._evaluator.names.module.language == "kotlin":
            earlier = self._evaluator.evaluate_at(left, frame)
            if earlier and all(isinstance(item, Listed) for item in earlier):
                return tuple(replace(item, items=(*item.items, values)) for item in earlier if isinstance(item, Listed))
        operators = self._evaluator.operators
        if definition.operator in LOGICAL:
            return operators.logical(whole, frame)
        return operators.combined(whole, self._evaluator.evaluate_at(left, frame), values)

    def _mutated(self, values: Possible, definition: Definition, use: Name, frame: Frame | None) -> Possible:
        """`values` after the statements that changed them since `definition`."""
        if not any(isinstance(value, Mapped | Listed | Moment) for value in values):
            return values
        evaluator = self._evaluator
        mutator = Mutator(
            lambda expr: evaluator.evaluate_at(expr, frame),
            evaluator.part,
            evaluator.python,
            evaluator.names.traits.has_structs,
        )
        if not evaluator.effort.spend(len(self._mutations.of(definition))):
            return (*values, Unknown(origin=use))
        for mutation, certain in self._mutations.before(definition, use):
            if not evaluator.effort.spend(_COST_OF_A_CHANGE * len(values)):
                return (*values, Unknown(origin=use))
            values = bounded((new for old in values for new in mutator.apply(old, mutation, certain=certain)), use)
        return values


def _asks_for_zero(test: Expr, name: str) -> bool:
    match test:
        case Unary(operator="not" | "!", operand=Name(id=asked)):
            return asked == name
        case Binary(operator="==" | "<=", left=Name(id=asked), right=Literal(value=number)):
            return asked == name and number == 0 and not isinstance(number, bool)
        case _:
            return False


def _is_zero(value: Value) -> bool:
    return (isinstance(value, Number) and value.number == 0) or (isinstance(value, Duration) and value.seconds == 0)


def _receiver(frame: Frame | None) -> Possible | None:
    """What `this` is in the call that is being followed."""
    while frame is not None:
        if "this" in frame.bindings:
            return frame.bindings["this"]
        frame = frame.outer
    return None
