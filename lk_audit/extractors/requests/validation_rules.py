"""Rules that Laravel is told for the fields of a request: `$request->validate(['ttl' => 'integer|max:3600'])`.

Source: Laravel's documentation (Validation; Form Request Validation).
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.patterns import regex
from lk_audit.syntax import Call, Class, Define, Expr, Function, Literal, Member, Record, Return, walk
from lk_audit.values.model import Returned

_LIMITING = regex(r"(?:^|\|)(?:max|between|lte|lt|in|max_digits|digits):")
_VALIDATING = frozenset({"validate", "make", "validateWithBag"})


def is_ruled(home: FileContext, source: Returned) -> bool:
    """Whether a rule limits the field of a request that a value was read from."""
    if home.module.language != "php":
        return False
    fields = {*source.members, *(item.value.value for item in source.call.arguments if isinstance(item.value, Literal))}
    function = home.names.enclosing_function(source.call)
    return function is not None and any(
        isinstance(entry.key, Literal) and entry.key.value in fields and _is_limit(entry.value)
        for record in _rules(home, function)
        for entry in record.entries
    )


def _rules(home: FileContext, function: Function) -> Iterator[Record]:
    """The rules that a function checks its request by, or that the class of the request brings along."""
    for node in walk(function.body):
        if isinstance(node, Call) and isinstance(node.callee, Member) and last_name(node.callee) in _VALIDATING:
            yield from (item.value for item in node.arguments if isinstance(item.value, Record))
    for parameter in function.parameters:
        for owner in home.classes_meant(parameter.annotation) if parameter.annotation is not None else ():
            yield from _returned(owner)


def _returned(owner: Class) -> Iterator[Record]:
    """What `rules()` of a form request returns."""
    for item in owner.body.statements:
        if isinstance(item, Define) and item.function.name == "rules":
            returns = (node.value for node in walk(item.function.body) if isinstance(node, Return))
            yield from (value for value in returns if isinstance(value, Record))


def _is_limit(rule: Expr) -> bool:
    return any(
        isinstance(node, Literal) and isinstance(node.value, str) and _LIMITING.search(node.value) is not None
        for node in walk(rule)
    )
