"""What is done for each item of a collection: functions that are given them, comprehensions, loops over generators.

Sources: the documentation of the languages' collections: MDN's Array, Ruby's Enumerable, Kotlin's collections, Java's
streams, .NET's LINQ, Rust's Iterator, Swift's and Dart's sequences, Elixir's Enum, PHP's arrays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.syntax import Argument, Assign, Call, Comprehension, Expr, Function, Member, Opaque, Parameter
from lk_audit.values.callgraph import last_name
from lk_audit.values.model import Defined, Listed, Mapped, Number, Possible, Text, Value
from lk_audit.values.records import any_member, items_of, of_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from lk_audit.values.evaluator import Evaluator

_METHODS = frozenset(
    {
        *("map", "forEach", "flatMap", "filter", "find", "findLast", "some", "every", "each", "collect", "select"),
        *("compactMap", "associate", "associateWith", "mapNotNull", "onEach", "filter_map", "flat_map", "for_each"),
        *("Select", "SelectMany", "Where", "ForEach", "reject", "detect", "expand", "each_with_index"),
    }
)
"""Methods that hand each item to the function that they are given."""
_FUNCTIONS = frozenset({"map", "filter", "each", "array_map", "array_walk", "flat_map", "reject"})
"""Functions that take the collection beside it: Python's `map`, PHP's `array_map`, Elixir's `Enum.each`."""
_PROMISED = "then"
"""The method that hands on what a promise comes to; what is not written out stays what the function is given."""
_WRITTEN_OUT = (Mapped, Listed, Text, Number)
_PAIR = 2


def handed(evaluator: Evaluator, function: Function, parameter: Parameter) -> Possible | None:
    """What a parameter is where a collection that is known hands its items to the function; None anywhere else."""
    collection = _collection(evaluator, function)
    if collection is None:
        return None
    values = evaluator.evaluate(collection)
    is_first = function.parameters[0] is parameter
    if isinstance(holder := evaluator.names.parent(collection), Member) and holder.name == _PROMISED:
        return values if values and is_first and all(isinstance(value, _WRITTEN_OUT) for value in values) else None
    if values and all(isinstance(value, Listed) and not value.open for value in values):
        return items_of(values, collection) if is_first else None
    if values and len(function.parameters) == _PAIR and all(isinstance(value, Mapped) for value in values):
        # `roles.each do |name, rights|`
        return None if is_first else any_member(values)
    return None


def _collection(evaluator: Evaluator, function: Function) -> Expr | None:
    """What hands its items to a function that stands in a call."""
    argument = evaluator.names.parent(function)
    call = evaluator.names.parent(argument) if isinstance(argument, Argument) else None
    if not isinstance(call, Call):
        return None
    others = [item.value for item in call.arguments if item is not argument and item.name is None]
    if others:
        return others[0] if last_name(call.callee) in _FUNCTIONS else None
    method = call.callee if isinstance(call.callee, Member) else None
    return method.object if method is not None and method.name in {*_METHODS, _PROMISED} else None


def record_of_each(made: Comprehension, evaluate: Callable[[Expr], Possible]) -> Mapped | None:
    """Python's `{kind: lifetime for kind in kinds}`, where all keys are known and have the same value; else None."""
    *clauses, key, value = made.children
    if not isinstance(key, Expr) or not isinstance(value, Expr):
        return None
    certain = all(isinstance(item, Assign) for item in clauses)
    return of_keys(evaluate(key), evaluate(value), key, made, certain=certain)


def is_generated(evaluator: Evaluator, called: Possible) -> bool:
    """Whether what a call gives is, one by one, what a function of the project yields."""
    return bool(called) and all(_yields(evaluator, value) for value in called)


def _yields(evaluator: Evaluator, value: Value) -> bool:
    function = value.definition if isinstance(value, Defined) else None
    home = evaluator.home(function) if isinstance(function, Function) else None
    if home is None or not isinstance(function, Function):
        return False
    # A `yield` stands in an expression.
    returns = home.names.returns(function)
    return bool(returns) and all(isinstance(home.names.parent(item), Opaque) for item in returns)
