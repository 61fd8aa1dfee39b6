"""Whether a test that leads to a refusal looks at who the caller is, and not just at what he sends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeGuard

from lk_audit.extractors.callers.caller_data import has_credential, is_injected, is_known_caller, is_raw
from lk_audit.extractors.callers.check_calls import (
    asks_of_claimed,
    assigned_calls,
    compares_secret,
    is_found_by_credential,
    is_lookup,
    looks_up_caller,
    reads_what_was_found,
    shows_secret,
)
from lk_audit.extractors.callers.identities import takes_identity_in_go
from lk_audit.extractors.callers.lax_checks import is_hollow, is_switched_off
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.refusals import compares_times, parts_of_test
from lk_audit.livekit.authentication import BLOCKED_NAME, BLOCKING_NAME, CALLER_WORD, LOOKING_NAME, SHAPE_TESTS
from lk_audit.syntax import Await, Binary, Call, Expr, Function, Literal, Member, Name, Node, Return, Unary, walk
from lk_audit.values.model import Defined, Environment, Flag, Given, Returned, symbolic_sources

if TYPE_CHECKING:
    from lk_audit.extractors.callers.guards import Guards


class CallerTests:
    """Judges tests; `guards` judges what they ask."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards

    def look_at_caller(self, context: FileContext, test: Expr, depth: int, matched: tuple[Node, ...] = ()) -> bool:
        """Whether a test that leads to a refusal looks at who the caller is, not just at what he sends.

        `matched` are the comparisons that only callers who match are refused for: reserved names, blocked ones.
        """
        if any(isinstance(node, Unary) and node.operator == "typeof" for node in walk(test)):
            return False
        compared = [node for node in walk(test) if isinstance(node, Binary) and node.operator in {"==", "!="}]
        if any(compares_secret(context, node) for node in compared if node not in matched):
            return True
        denied = (node.operand for node in walk(test) if isinstance(node, Unary) and node.operator == "not")
        if any(isinstance(item, Name) and shows_secret(context, item) for item in denied):
            return True
        timed = [node for node in walk(test) if isinstance(node, Binary) and compares_times(node)]
        untold = {leaf for node in timed for leaf in parts_of_test(node) if not is_found_by_credential(context, leaf)}
        untold |= {leaf for leaf in parts_of_test(test) if _looks_for_claimed(leaf, matched)}
        return any(self._tells_caller(context, leaf, depth) for leaf in parts_of_test(test) if leaf not in untold)

    def _tells_caller(self, context: FileContext, leaf: Expr, depth: int) -> bool:
        """Whether a part of a test says something about who the caller is."""
        if isinstance(leaf, Call):
            return self._call_tells(context, leaf, depth)
        if any(looks_up_caller(context, call) for call in assigned_calls(context, leaf)):
            return True
        if context.is_go:
            from lk_audit.extractors.callers.go import fails_for_strangers  # noqa: PLC0415 - most scans meet other languages

            if fails_for_strangers(context, leaf):
                return True
        possible = context.values(leaf)
        values = symbolic_sources(possible)
        injected = [value for value in values if isinstance(value, Given) and is_injected(value)]
        if injected:
            return any(self._is_told_by_dependency(context, value, depth) for value in injected)
        is_decided_before = {value.flag for value in possible if isinstance(value, Flag)} == {True, False}
        if is_decided_before or any(is_known_caller(context, value) for value in values):
            return True
        results = [value for value in values if isinstance(value, Returned)]
        is_found_out = any(_finds_out(context, value.call) for value in results)
        is_told = bool(values) and not results and not any(isinstance(value, Environment) for value in values)
        return (is_found_out or is_told) and not is_raw(context, leaf)

    def _call_tells(self, context: FileContext, call: Call, depth: int) -> bool:
        name = last_name(call.callee) or ""
        if context.module.language == "rust" and _asks_for_caller_in_rust(context, call):
            return True
        if name in SHAPE_TESTS or BLOCKING_NAME.match(name) or is_raw(context, call) or is_lookup(context, call):
            return False
        holder = call.callee.object if isinstance(call.callee, Member) else None
        is_of_blocked = holder is not None and BLOCKED_NAME.match(last_name(holder) or "") is not None
        if is_of_blocked or reads_what_was_found(context, call):
            return False
        defined = [value for value in context.values(call.callee) if isinstance(value, Defined)]
        functions = [value.definition for value in defined if isinstance(value.definition, Function)]
        if functions and all(map(is_hollow, functions)):
            return False
        says_so = (
            not defined
            or (context.is_go and takes_identity_in_go(context, call))
            or LOOKING_NAME.match(name)
            or any(has_credential(item.value) for item in call.arguments)
        )
        if says_so and not asks_of_claimed(context, call):
            return True
        return any(self._guards.value(context, value, depth) for value in defined)

    def is_nobody_or_known(self, context: FileContext, expr: Expr) -> bool:
        """Whether a name is None in Python unless what gives it knows the caller: `if not token: return None`."""
        if not context.is_python or not isinstance(expr, Name):
            return False
        functions = (*_depended_on(context, expr), *_given_by(context, expr))
        return any(_may_give_none(item) and self._guards.checks.tells(context.home(item), item) for item in functions)

    def _is_told_by_dependency(self, context: FileContext, value: Given, depth: int) -> bool:
        """Whether what a parameter depends on finds out who the caller is: `user = Depends(optional_user)`."""
        home = context.home(value.function)
        exprs = _written(value)
        if any(self._guards.authenticating(home, expr, depth + 1) is not None for expr in exprs):
            return True
        for named in (node for expr in exprs for node in walk(expr) if isinstance(node, Name | Member)):
            known = list(home.functions_meant(named))
            if any(self._guards.checks.tells(home.home(function), function, depth + 1) for function in known):
                return True
        given = (item.value for expr in exprs for call in walk(expr) if _depends(call) for item in call.arguments)
        unseen = (last_name(item) or "" for item in given if next(home.functions_meant(item), None) is None)
        return any(map(CALLER_WORD.search, unseen))


def _depended_on(context: FileContext, name: Name) -> Iterator[Function]:
    """The functions that a parameter depends on."""
    for value in context.values(name):
        if isinstance(value, Given) and not value.members and is_injected(value):
            home = context.home(value.function)
            named = (node for expr in _written(value) for node in walk(expr) if isinstance(node, Name | Member))
            yield from (item for node in named for item in home.functions_meant(node))


def _given_by(context: FileContext, name: Name) -> Iterator[Function]:
    """The functions whose result a variable is, as they give it: `user = current_user(request)`."""
    for definition in context.names.definitions(name):
        made = definition.value.operand if isinstance(definition.value, Await) else definition.value
        yield from context.functions_meant(made.callee) if isinstance(made, Call) else ()


def _written(value: Given) -> list[Expr]:
    """What a parameter depends on, as its declaration says."""
    parameter = next(item for item in value.function.parameters if item.name == value.parameter)
    return [expr for expr in (parameter.default, parameter.annotation) if expr is not None]


def _may_give_none(function: Function) -> bool:
    returns = [item.value for item in walk(function.body) if isinstance(item, Return)]
    return any(item is None or (isinstance(item, Literal) and item.value is None) for item in returns)


def _finds_out(context: FileContext, call: Call) -> bool:
    """Whether what a call gives was not looked up, nor read from a token that nobody verifies."""
    if is_lookup(context, call) or reads_what_was_found(context, call):
        return False
    return not is_switched_off(context.home(call), call)


def _asks_for_caller_in_rust(context: FileContext, call: Call) -> bool:
    """`user.is_none()`, of a parameter that stands for who the caller is, if anybody."""
    from lk_audit.extractors.callers.rust import may_be_caller  # noqa: PLC0415 - most scans meet other languages

    return may_be_caller(context, call)


def _looks_for_claimed(leaf: Expr, matched: tuple[Node, ...]) -> bool:
    """`participants.some((one) => one.identity === identity)`: refuses a name that is taken, whoever says it."""
    is_search = isinstance(leaf, Call) and last_name(leaf.callee) in {"some", "any"}
    return is_search and any(node in matched for node in walk(leaf))


def _depends(node: Node) -> TypeGuard[Call]:
    """`Depends(get_user_optional)`, as a default or in `Annotated[...]`."""
    return isinstance(node, Call) and last_name(node.callee) in {"Depends", "Security"}
