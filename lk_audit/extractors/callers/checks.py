"""What inside a function makes sure who its caller is: calls that raise for strangers, tests that refuse them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lk_audit.extractors.callers.answers import only_answers
from lk_audit.extractors.callers.caller_data import has_raw, is_credential
from lk_audit.extractors.callers.caller_tests import CallerTests
from lk_audit.extractors.callers.check_calls import (
    asks_of_claimed,
    assigned_calls,
    is_check_of_livekit,
    is_customary_check,
    is_foreign_check,
    is_known_check,
    is_lookup,
    is_swallowed,
    looks_up_caller,
    name_called,
    result_matters,
    uses_result,
)
from lk_audit.extractors.callers.guard_parts import constructors, nodes_of
from lk_audit.extractors.callers.identities import (
    dereferences_identity,
    is_identity,
    lacks_identity,
    lacks_what_middleware_leaves,
    takes_identity_apart,
)
from lk_audit.extractors.callers.lax_checks import (
    is_hollow,
    is_optional,
    is_switched_off,
    spares_strangers,
    spares_the_silent,
)
from lk_audit.extractors.callers.secret_lookups import finds_nothing_by_secret, gives_who_holds, raises_without_secret
from lk_audit.extractors.callers.services import functions_called
from lk_audit.extractors.callers.whole_requests import finds_nobody_behind_request, judges_request
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.refusals import (
    asks_who_it_is,
    chosen_refusal,
    held_by,
    is_end,
    leaves,
    matched,
    parts_of_test,
    refused_without,
    says_refusal,
)
from lk_audit.livekit.authentication import (
    AUTHENTICATING_CALLS,
    AUTHENTICATING_NAME,
)
from lk_audit.syntax import (
    Call,
    Conditional,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Try,
    walk,
)
from lk_audit.values.model import Defined, Environment, symbolic_sources

if TYPE_CHECKING:
    from lk_audit.extractors.callers.guards import Guards
    from lk_audit.values.names import Names

CHECKING = (If, Conditional, Try, Call, Member, Index)
"""The syntax that can make sure who the caller is: `Checks.makes_sure` says of a node whether it does."""
_DEEPEST = 4
_READERS = frozenset({"json", "json.loads", "JSON.parse", "get", "split", "decode_header", "print", "log", "b64decode"})
"""Calls that fail on bad input without telling anything about the caller."""


class Checks:
    """Judges the code inside functions; `guards` judges the functions that it calls."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards
        self.tests = CallerTests(guards)

    def makes_sure(self, context: FileContext, node: Node, function: Function, depth: int = 0) -> bool:
        """Whether a piece of code inside `function` makes sure who the caller is."""
        match node:
            case If() | Conditional():
                return self._decides(context, node, depth)
            case Try():
                ends = is_end(node, function)
                refuses = any((ends or leaves(handler)) and says_refusal(handler) for handler in node.handlers)
                return refuses and any(self._verifies_something(context, item) for item in walk(node.body))
            case Call() | Member() if dereferences_identity(context, node):
                return True
            case Call():
                is_check = self.verifies(context, node, depth) and not is_swallowed(context, node, function)
                return is_check or self._refuses_without(context, node, depth) or raises_without_secret(context, node)
            case Member() | Index():
                return takes_identity_apart(context, node) or self.tests.is_nobody_or_known(context, node.object)
            case _:
                return False

    def concerns(self, context: FileContext, check: Node, target: Node) -> bool:
        """Whether something that checks callers does so for `target`, and not only for what stands beside it."""
        if not (context.names.is_javascript or context.is_python):
            return True
        if isinstance(check, Try) and check.start <= target.start and target.end <= check.end:
            before = (item for item in walk(check.body) if item.start < target.start)
            return any(self._verifies_something(context, item) for item in before)
        if not isinstance(check, Call):
            return True
        if any(isinstance(value, Defined) for value in context.values(check.callee)):
            return not only_answers(self._guards, context, check) or uses_result(context, check, target)
        return result_matters(context, check, target)

    def lets_in(self, context: FileContext, test: Expr) -> bool:
        """`if (session) { ... mint() ... }`: whether a branch is for callers of whom it is known who they are."""
        if not (context.names.is_javascript or context.is_python):
            return False
        return any(
            self._tells_of(context, leaf, 0)
            or any(
                is_known_check(context, context.qualified(call.callee) or "") or looks_up_caller(context, call)
                for call in assigned_calls(context, leaf)
            )
            for leaf in held_by(test)
        )

    def _decides(self, context: FileContext, node: If | Conditional, depth: int) -> bool:
        """Whether a branch, or a choice between handing on and an answer, turns strangers away."""
        branch = node if isinstance(node, If) else chosen_refusal(node)
        if branch is None:
            return False
        spares = spares_the_silent(context, branch.test) or spares_strangers(context, branch.test)
        refuses = leaves(branch.then) and not spares
        return (refuses and self._refuses(context, branch, depth)) or self._lets_pass(context, branch, depth)

    def _refuses(self, context: FileContext, node: If, depth: int) -> bool:
        """Whether a branch that goes no further is for callers of whom it is not known who they are."""
        if lacks_identity(context, node.test) or (
            says_refusal(node.then) and self.tests.look_at_caller(context, node.test, depth, tuple(matched(node.test)))
        ):
            return True
        if asks_who_it_is(node.then) and (
            lacks_what_middleware_leaves(context, node.test) or finds_nobody_behind_request(context, node.test)
        ):
            return True
        if _finds_forgery(context, node.test):
            return True
        if finds_nothing_by_secret(context, node.test):
            return True
        parts = list(parts_of_test(node.test))
        return any(self._tells_of(context, part, depth) or is_identity(context, part) for part in parts)

    def _refuses_without(self, context: FileContext, call: Call, depth: int) -> bool:
        wanted = refused_without(call) if context.module.language == "rust" else None
        return wanted is not None and self.tests.look_at_caller(context, wanted, depth)

    def _lets_pass(self, context: FileContext, node: If, depth: int) -> bool:
        """`if token.Valid { next.ServeHTTP(w, r) } else { ... 401 }`."""
        if not context.is_go or node.otherwise is None or not says_refusal(node.otherwise):
            return False
        return not says_refusal(node.then) and self.tests.look_at_caller(context, node.test, depth)

    def _tells_of(self, context: FileContext, leaf: Expr, depth: int) -> bool:
        """Whether a test asks what a function found out about the caller: `if user_of(cookie) is None`."""
        calls = list(assigned_calls(context, leaf))
        if any(
            gives_who_holds(context.home(item), item) for call in calls for item in context.functions_meant(call.callee)
        ):
            return True
        if context.names.is_javascript and has_raw(context, leaf):
            # `let identity = body.identity; if (token) identity = verify(token).uid;`
            return False
        if context.is_go:
            from lk_audit.extractors.callers.go import given_with  # noqa: PLC0415 - most scans meet other languages

            calls += [item for item in given_with(context, leaf) if isinstance(item, Call)]
            if any(is_foreign_check(context, call) for call in calls):
                return True
        functions = (function for call in calls for function in functions_called(context, call))
        return any(self.tells(context.home(function), function, depth + 1) for function in functions)

    def tells(self, context: FileContext, function: Function, depth: int = 0) -> bool:
        """Whether a function finds out who the caller is, and leaves it to others to refuse strangers."""
        if depth > _DEEPEST or is_hollow(function):
            return False
        for node in nodes_of(function):
            if isinstance(node, Try) and any(self._verifies_something(context, item) for item in walk(node.body)):
                return True
            if isinstance(node, Call) and (context.qualified(node.callee) or "") in AUTHENTICATING_CALLS:
                return not is_switched_off(context, node)
        if context.is_go and self._is_check_in_go(context, function, depth):
            return True
        return self._guards.function(context, function, depth)

    def _is_check_in_go(self, context: FileContext, function: Function, depth: int) -> bool:
        from lk_audit.extractors.callers import go as go_guards  # noqa: PLC0415 - one language's

        home = context.home(function)
        if go_guards.asks_who_has_credential(home, function):
            return True
        is_called_check = go_guards.is_called_check(function.name) and depth <= _DEEPEST
        return is_called_check and go_guards.returns_refusal(
            home, function, partial(self.tests.look_at_caller, depth=depth)
        )

    def verifies(self, context: FileContext, call: Call, depth: int = 0) -> bool:
        """Whether a call tells who the caller is, so that strangers get no further."""
        if context.is_go:
            return self._stops_strangers(context, call, depth)
        name = context.qualified(call.callee) or ""
        if is_known_check(context, name):
            return not is_switched_off(context, call) and (
                not context.names.is_javascript or result_matters(context, call)
            )
        if is_optional(context, call) or _runs_what_it_wraps(context, call):
            return False
        made = context.classes_meant(call.callee) if _makes_object(context, call) else ()
        defined = [*context.functions_meant(call.callee), *(item for owner in made for item in constructors(owner))]
        if defined:
            is_check = any(self._guards.function(context, item, depth + 1) for item in defined)
            return is_check and (not only_answers(self._guards, context, call) or uses_result(context, call))
        if is_check_of_livekit(context, call):
            return True
        is_named = AUTHENTICATING_NAME.match(name_called(call)) is not None and not (
            is_lookup(context, call) or asks_of_claimed(context, call) or _makes_object(context, call)
        )
        return (is_named or is_customary_check(context, call)) and result_matters(context, call)

    def _stops_strangers(self, context: FileContext, call: Call, depth: int) -> bool:
        """Whether a call in Go does; most say by their results what they found, which must be asked (`_refuses`)."""
        from lk_audit.extractors.callers import go as go_guards  # noqa: PLC0415 - most scans meet other languages

        if depth >= _DEEPEST or go_guards.calls_parameter(context, call):
            return False
        tests_caller = partial(self.tests.look_at_caller, depth=depth + 1)
        functions = context.functions_meant(call.callee)
        return any(go_guards.refuses(context.home(item), item, tests_caller) for item in functions)

    def _verifies_something(self, context: FileContext, node: Node) -> bool:
        """A call whose failure means that the caller is not who he says: anything but reading the request."""
        if not isinstance(node, Call) or not (
            node.arguments or AUTHENTICATING_NAME.match(last_name(node.callee) or "")
        ):
            return False
        name = context.qualified(node.callee) or ""
        if name in _READERS or (last_name(node.callee) or "") in _READERS or name in context.sdks.sinks:
            # LiveKit's clients are given the application's own key.
            return False
        given = [item.value for item in node.arguments]
        if any(_is_sent_credential(context, expr) or judges_request(node, expr) for expr in given):
            return True
        return self.verifies(context, node)


def _runs_what_it_wraps(context: FileContext, call: Call) -> bool:
    """`handle(req, res, next)` in `asyncHandler(handle)`: what a wrapper is given, and runs, is no check of its own."""
    names = context.home(call).names
    if not names.is_javascript or not isinstance(call.callee, Name) or len(call.arguments) <= 1:
        return False
    named = [call.callee, *(item.value for item in call.arguments)]
    return all(isinstance(item, Name) and _is_parameter(names, item) for item in named)


def _is_parameter(names: Names, name: Name) -> bool:
    definitions = names.definitions(name)
    return bool(definitions) and all(item.kind == "parameter" for item in definitions)


def _makes_object(context: FileContext, call: Call) -> bool:
    """Whether a call makes an object of a class of the project, which nobody has asked yet: `ApiKeySettings(...)`."""
    is_known = context.names.is_javascript or context.is_python
    return is_known and next(context.classes_meant(call.callee), None) is not None


def _is_sent_credential(context: FileContext, expr: Expr) -> bool:
    """Whether an expression is called like a credential, and is none of the application's own."""
    if isinstance(expr, Literal) or not is_credential(expr):
        return False
    values = symbolic_sources(context.values(expr))
    return not values or not all(isinstance(value, Environment) for value in values)


def _finds_forgery(context: FileContext, test: Expr) -> bool:
    """Whether a test compares an HMAC that the code makes with what was sent."""
    if not any(word in context.source.data for word in _OF_SIGNATURES):
        return False
    from lk_audit.extractors.callers.signatures import finds_forgery  # noqa: PLC0415 - few files check signatures

    return finds_forgery(context, test)


_OF_SIGNATURES = (b"mac", b"Mac", b"MAC", b"sign", b"Sign")
"""One of these is in code that makes an HMAC, or calls somebody who does."""
