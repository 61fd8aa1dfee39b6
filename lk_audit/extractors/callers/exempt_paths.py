"""Paths on which middleware lets everybody pass: `if (PUBLIC.includes(req.path)) return next();`."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.refusals import lets_pass
from lk_audit.syntax import Binary, Call, Class, Define, Expr, Function, If, Member, Name, Node, walk
from lk_audit.values.model import Returned
from lk_audit.values.possible import texts

_BEGINNING = frozenset({"startsWith", "startswith"})
_LISTING = frozenset({"includes", "has", "some"})
_DEEPEST = 3
"""How many helpers are followed that ask each other about a path."""


def is_exempt(context: FileContext, guard: Node, path: str | None) -> bool:
    """Whether the definition of a guard names `path` among those that it does not look at."""
    if path is None or not (context.names.is_javascript or context.is_python):
        return False
    for function in _functions(context, guard):
        home = context.home(function)
        tests = (node.test for node in walk(function.body) if isinstance(node, If) and lets_pass(node.then))
        if any(_holds_for(home, test, path) for test in tests):
            return True
    return False


def _functions(context: FileContext, guard: Node) -> Iterator[Function]:
    named = guard.callee if isinstance(guard, Call) else guard
    if isinstance(named, Function):
        yield named
    elif isinstance(named, Name | Member):
        yield from context.functions_meant(named)
        for owner in context.classes_meant(named):
            yield from _methods(owner)


def _methods(owner: Class) -> Iterator[Function]:
    return (item.function for item in owner.body.statements if isinstance(item, Define))


def _holds_for(context: FileContext, test: Expr, path: str, depth: int = _DEEPEST) -> bool:
    """Whether a test is met by requests for `path`: by one of its alternatives, whatever else it asks there."""
    if isinstance(test, Binary) and test.operator == "or":
        return _holds_for(context, test.left, path, depth) or _holds_for(context, test.right, path, depth)
    match test:
        case Binary(operator="==" | "in", left=left, right=right):
            return path in {*_paths(context, left), *_paths(context, right)}
        case Call(callee=Member(name=name, object=holder)) if name in _BEGINNING:
            return not _paths(context, holder) and _begins(path, _given(context, test))
        case Call() if (listed := _listed(context, test)) is not None:
            begins = any(isinstance(node, Call) and last_name(node.callee) in _BEGINNING for node in walk(test))
            return _begins(path, listed) if begins else path in listed
        case Call() if depth:
            return any(_holds_for(home, answer, path, depth - 1) for home, answer in answers(context, test))
        case _:
            return False


def answers(context: FileContext, call: Call) -> Iterator[tuple[FileContext, Expr]]:
    """What the helper answers, and in which file, that a test asks: `isPublic(request.path)`."""
    for function in context.functions_meant(call.callee):
        home = context.home(function)
        given = [item.value for item in home.names.returns(function) if item.value is not None]
        if len(given) == 1:
            yield home, given[0]


def _listed(context: FileContext, test: Call) -> set[str] | None:
    """The paths of a list that a test asks: `OPEN.some((start) => path.startsWith(start))`, Python's `any(...)`."""
    match test.callee:
        case Member(name=name, object=holder) if name in _LISTING:
            return _paths(context, holder)
        case Name(id="any") if context.is_python:
            return {path for node in walk(test) if isinstance(node, Name) for path in _paths(context, node)}
        case _:
            return None


def _begins(path: str, starts: set[str]) -> bool:
    return any(path.startswith(start) for start in starts)


def _given(context: FileContext, call: Call) -> set[str]:
    return {path for item in call.arguments for path in _paths(context, item.value)}


def _paths(context: FileContext, expr: Expr) -> set[str]:
    """The paths that an expression holds: one, a list, a JavaScript set of them."""
    values = list(context.values(expr))
    for value in list(values):
        if isinstance(value, Returned) and value.callee == "Set" and value.call.arguments:
            values += context.home(value.call).values(value.call.arguments[0].value)
    return {value.text for value in texts(tuple(values)) if value.text.startswith("/")}
