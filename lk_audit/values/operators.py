"""Operators in expressions: what their operands can be, and which of them count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.syntax import Binary, Conditional, Expr, Literal, Unary
from lk_audit.values import arithmetic
from lk_audit.values.model import (
    Environment,
    Flag,
    Given,
    Mapped,
    Nothing,
    Number,
    Possible,
    Reference,
    Returned,
    Text,
    Unknown,
    Value,
)
from lk_audit.values.possible import as_fallback, either, environment_of, truth
from lk_audit.values.records import RecordBuilder

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator
    from lk_audit.values.frames import Frame

LOGICAL = frozenset({"or", "and", "??", ","})
_MOST_OPERANDS = 500


class Operators:
    """Evaluates operators for one evaluator."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def unary(self, expr: Unary, frame: Frame | None) -> Possible:
        inner = expr.operand
        if expr.operator == "&":
            return self._evaluator.evaluate_at(inner, frame)
        if expr.operator == "~" and isinstance(inner, Unary) and inner.operator == "~":
            return self._evaluator.evaluate_at(inner.operand, frame)
        if expr.operator == "not" and isinstance(inner, Unary) and inner.operator == "not":
            return self._as_flags(expr, self._evaluator.evaluate_at(inner.operand, frame))
        return arithmetic.unary(
            expr.operator, self._evaluator.evaluate_at(inner, frame), expr, python=self._evaluator.python
        )

    def _as_flags(self, expr: Unary, values: Possible) -> Possible:
        """`!!value`: a flag stays the one that was written, so that it can still be seen where."""
        python = self._evaluator.python
        others = tuple(value for value in values if not isinstance(value, Flag))
        once = arithmetic.unary("not", others, expr.operand, python=python) if others else ()
        twice = arithmetic.unary("not", once, expr, python=python) if once else ()
        return (*(value for value in values if isinstance(value, Flag)), *twice)

    def conditional(self, expr: Conditional, frame: Frame | None) -> Possible:
        if isinstance(expr.test, Literal):
            chosen = expr.then if expr.test.value else expr.otherwise
            return self._evaluator.evaluate_at(chosen, frame)
        return either(self._evaluator.evaluate_at(expr.then, frame), self._evaluator.evaluate_at(expr.otherwise, frame))

    def binary(self, expr: Binary, frame: Frame | None) -> Possible:
        if expr.operator in LOGICAL:
            return self.logical(expr, frame)
        spine = [expr]
        while (
            isinstance(left := spine[-1].left, Binary)
            and left.operator == expr.operator
            and len(spine) < _MOST_OPERANDS
        ):
            spine.append(left)
        values = self._evaluator.evaluate_at(spine[-1].left, frame)
        for node in reversed(spine):
            rights = self._evaluator.evaluate_at(node.right, frame)
            values = self.combined(node, values, rights)
        return values

    def combined(self, node: Binary, lefts: Possible, rights: Possible) -> Possible:
        records = [value for value in (*lefts, *rights) if isinstance(value, Mapped)]
        if node.operator == "|" and records:
            builder = RecordBuilder(node, self._evaluator.part, self._evaluator.python)
            builder.spread(lefts)
            builder.spread(rights)
            return (builder.build(),)
        return arithmetic.binary(node.operator, lefts, rights, node, python=self._evaluator.python)

    def _or(self, expr: Binary, frame: Frame | None) -> Possible:
        """`a or b`, `a ?? b`: the lefts that may be taken, then the right unless a left is sure."""
        lefts = self._evaluator.evaluate_at(expr.left, frame)
        nullish = expr.operator == "??"
        taken = [value for value in lefts if _is_taken(value, nullish, self._evaluator.python) is not False]
        if taken and len(taken) == len(lefts) and all(self._is_sure(value, nullish) for value in taken):
            return tuple(taken)
        rights = self._evaluator.evaluate_at(expr.right, frame)
        return (*taken, *as_fallback(rights, environment_of(lefts)))

    def _is_sure(self, value: Value, nullish: bool) -> bool:
        """Whether the right side is never looked at; the fallback of a variable is not the only value there."""
        is_fallback = isinstance(value, Text | Number) and value.environment is not None
        return not is_fallback and _is_taken(value, nullish, self._evaluator.python) is True

    def _and(self, expr: Binary, frame: Frame | None) -> Possible:
        """`a and b`: the right, and the lefts that are known to be false."""
        lefts = self._evaluator.evaluate_at(expr.left, frame)
        false = tuple(value for value in lefts if truth(value, python=self._evaluator.python) is False)
        if false and len(false) == len(lefts):
            return false
        return (*false, *self._evaluator.evaluate_at(expr.right, frame))

    def logical(self, expr: Binary, frame: Frame | None) -> Possible:
        """An operator that may leave its right side out."""
        if expr.operator == ",":
            return self._evaluator.evaluate_at(expr.right, frame)
        return self._and(expr, frame) if expr.operator == "and" else self._or(expr, frame)

    def is_true(self, expr: Expr, frame: Frame | None) -> bool:
        return all(
            truth(value, python=self._evaluator.python) is True for value in self._evaluator.evaluate_at(expr, frame)
        )


def _is_taken(value: Value, nullish: bool, python: bool) -> bool | None:
    """Whether `value or ...` (`value ?? ...`) stops at the value; None when the run decides."""
    if not nullish:
        return truth(value, python=python)
    if isinstance(value, Nothing):
        return False
    return None if isinstance(value, Environment | Given | Returned | Unknown | Reference) else True
