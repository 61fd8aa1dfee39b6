"""Whether a guard authenticates the caller: by what its definition does, else by its name.

A guard is anything that runs before a handler or at its beginning: a dependency, a decorator, middleware, a helper.
Where the project holds its definition, that alone counts: `get_current_user` that only reads a header authenticates
nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lk_audit.extractors.callers.answers import only_answers
from lk_audit.extractors.callers.caller_data import has_raw, is_credential
from lk_audit.extractors.callers.caller_tests import CallerTests
from lk_audit.extractors.callers.check_calls import (
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
from lk_audit.extractors.callers.guard_aliases import alias
from lk_audit.extractors.callers.guard_parts import decides, may_guard, nodes_of, told_before
from lk_audit.extractors.callers.identities import (
    dereferences_identity,
    is_identity,
    lacks_identity,
    takes_identity_apart,
)
from lk_audit.extractors.callers.lax_checks import (
    is_hollow,
    is_lenient,
    is_optional,
    is_optional_in_rust,
    is_passed_by,
    is_switched_off,
    spares_the_silent,
)
from lk_audit.extractors.callers.secret_lookups import finds_nothing_by_secret, gives_who_holds
from lk_audit.extractors.callers.signatures import finds_forgery
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.refusals import (
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
    PERMISSIVE,
    PRESENCE_SCHEMES,
    TRUSTED_BASES,
)
from lk_audit.livekit.middleware import OTHER_GUARDS, SCHEMA_PARTS
from lk_audit.syntax import (
    Block,
    Call,
    Class,
    Conditional,
    Define,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Raise,
    Try,
    walk,
)
from lk_audit.values.model import Defined, Environment, Mapped, Returned, Value, symbolic_sources

CHECKING = (If, Conditional, Try, Call, Member, Index)
"""The syntax that can make sure who the caller is: `Guards.checks` says of a node whether it does."""
_DEEPEST = 4
_READERS = frozenset({"json", "json.loads", "JSON.parse", "get", "split", "decode_header", "print", "log", "b64decode"})
"""Calls that fail on bad input without telling anything about the caller."""


class Guards:
    """Judges guards; one for all files, since one guard serves many handlers."""

    def __init__(self) -> None:
        self._functions: dict[Function, bool] = {}
        self._classes: dict[Class, bool] = {}
        self._others: dict[object, bool] = {}
        self._tests = CallerTests(self)

    # --- guards as they are named in front of handlers ----------------------------------------------------------------

    def authenticating(self, context: FileContext, expr: Expr, depth: int = 0) -> Node | None:
        """The part of a guard expression that authenticates: `Depends(current_user)`, `[requireAuth, upload]`."""
        if depth > _DEEPEST:
            return None
        skipped: set[Node] = set()
        for node in walk(expr):
            if node in skipped:
                continue
            verdict = self._part(context, node, depth)
            if verdict:
                return node
            if verdict is not None or isinstance(node, Member):
                skipped.update(walk(node))
        return None

    def _part(self, context: FileContext, node: Node, depth: int) -> bool | None:
        """Whether a part of a guard expression authenticates; None where its own parts may."""
        match node:
            case Function():
                return self.function(context, node, depth + 1)
            case Call() if is_optional(context, node):
                return False
            case Call() if last_name(node.callee) == "UseGuards":
                return any(self._is_guard(context, item.value, depth + 1) for item in node.arguments)
            case Call() if any(self.authenticating(context, expr, depth + 1) for expr in told_before(node)):
                return True
            case Name() | Member():
                return self._named(context, node, depth)
            case _:
                return None

    def _is_guard(self, context: FileContext, expr: Expr, depth: int) -> bool:
        """Whether one of Nest's guards authenticates: by its definition, else unless it is called otherwise."""
        if self.authenticating(context, expr, depth) is not None:
            return True
        is_known = any(isinstance(value, Defined) for value in context.values(expr))
        return not is_known and OTHER_GUARDS.search(last_name(expr) or "") is None

    def _named(self, context: FileContext, expr: Name | Member, depth: int) -> bool | None:
        """Whether a name authenticates; None when neither a definition nor the name itself says so."""
        values = context.values(expr)
        if any(isinstance(value, Mapped) and value.members.keys() <= SCHEMA_PARTS for value in values):
            return False
        verdicts = [self.value(context, value, depth) for value in values]
        known = [verdict for verdict in verdicts if verdict is not None]
        if known:
            return any(known)
        if is_known_check(context, context.qualified(expr) or ""):
            return True
        meant = alias(context, expr)
        if meant is not None:
            return self.authenticating(*meant, depth + 1) is not None
        name = context.name_elsewhere(expr)
        if name in PERMISSIVE:
            return False
        return True if AUTHENTICATING_NAME.match(name) else None

    def value(self, context: FileContext, value: Value, depth: int) -> bool | None:
        """Whether a value authenticates as a guard; None where it is nothing that could."""
        match value:
            case Defined(definition=Function() as function):
                return self.function(context, function, depth + 1)
            case Defined(definition=Class() as owner):
                return self.owner(context, owner, depth + 1) and (bool(owner.bases) or may_guard(value))
            case Returned(callee=str(callee)) if callee in PRESENCE_SCHEMES:
                return False
            case Returned(call=call, callee=None, members=()):
                made = [item for item in context.values(call.callee) if isinstance(item, Defined) and may_guard(item)]
                return any(self.value(context, item, depth) for item in made) if made else None
            case _:
                return None

    def once(self, key: object, judge: Callable[[], bool]) -> bool:
        """What `judge` says of a guard of one framework; until it has, it guards nobody, for it may name itself."""
        if key not in self._others:
            self._others[key] = False
            self._others[key] = judge()
        return self._others[key]

    # --- guards by their definition -----------------------------------------------------------------------------------

    def function(self, context: FileContext, function: Function, depth: int = 0) -> bool:
        """Whether a function refuses callers that it cannot tell who they are."""
        known = self._functions.get(function)
        if known is None:
            if depth > _DEEPEST:
                return False
            self._functions[function] = False
            known = self._functions[function] = self._judge(context.home(function), function, depth)
        return known

    def owner(self, context: FileContext, owner: Class, depth: int = 0) -> bool:
        """Whether a guard, permission or middleware class does, by one of its methods or by its base."""
        known = self._classes.get(owner)
        if known is None:
            self._classes[owner] = False
            home = context.home(owner)
            trusted = any((last_name(base) or "") in TRUSTED_BASES for base in owner.bases) and not is_lenient(owner)
            methods = [item.function for item in owner.body.statements if isinstance(item, Define)]
            known = self._classes[owner] = (
                trusted
                or any(self.authenticating(home, mark, depth + 1) is not None for mark in owner.decorators)
                or any(decides(home, item) for item in methods)
                or any(self.function(home, item, depth + 1) for item in methods)
                or (home.module.language == "rust" and _is_refusing_middleware(home, owner))
            )
        return known

    def _judge(self, context: FileContext, function: Function, depth: int) -> bool:
        for parameter in () if context.is_go else function.parameters:
            # In TypeScript a type says what is passed, and nothing of who has looked at it.
            is_telling = not (context.names.is_javascript or is_optional_in_rust(context, parameter))
            written = parameter.annotation if is_telling else None
            for expr in (parameter.default, written):
                if expr is not None and self.authenticating(context, expr, depth + 1) is not None:
                    return True
        return self.checks_inside(context, function, depth)

    def checks_inside(self, context: FileContext, function: Function, depth: int = 0) -> bool:
        """Whether the body of a function makes sure who the caller is, whatever is passed to it."""
        checks = (node for node in nodes_of(function) if self.checks(context, node, function, depth))
        if any(not is_passed_by(context, node, function) for node in checks):
            return True
        return self._ends_in_refusal(context, function, depth)

    def _ends_in_refusal(self, context: FileContext, function: Function, depth: int) -> bool:
        """Whether only those get out of a function of whom a test finds out who they are; the others are refused."""
        last = function.body.statements[-1] if function.body.statements else None
        if not isinstance(last, Raise) or not says_refusal(Block(last.start, last.end, (last,))):
            return False
        tests = (node.test for node in nodes_of(function) if isinstance(node, If) and leaves(node.then))
        return any(self._tests.look_at_caller(context, test, depth) for test in tests)

    # --- checks inside functions --------------------------------------------------------------------------------------

    def checks(self, context: FileContext, node: Node, function: Function, depth: int = 0) -> bool:
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
                return is_check or self._refuses_without(context, node, depth)
            case Member() | Index():
                return takes_identity_apart(context, node)
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
            return not only_answers(self, context, check) or uses_result(context, check, target)
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
        refuses = leaves(branch.then) and not spares_the_silent(context, branch.test)
        return (refuses and self._refuses(context, branch, depth)) or self._lets_pass(context, branch, depth)

    def _refuses(self, context: FileContext, node: If, depth: int) -> bool:
        """Whether a branch that goes no further is for callers of whom it is not known who they are."""
        if (
            finds_forgery(context, node.test)
            or lacks_identity(context, node.test)
            or (
                says_refusal(node.then)
                and self._tests.look_at_caller(context, node.test, depth, tuple(matched(node.test)))
            )
        ):
            return True
        if finds_nothing_by_secret(context, node.test):
            return True
        parts = list(parts_of_test(node.test))
        return any(self._tells_of(context, part, depth) or is_identity(context, part) for part in parts)

    def _refuses_without(self, context: FileContext, call: Call, depth: int) -> bool:
        wanted = refused_without(call) if context.module.language == "rust" else None
        return wanted is not None and self._tests.look_at_caller(context, wanted, depth)

    def _lets_pass(self, context: FileContext, node: If, depth: int) -> bool:
        """`if token.Valid { next.ServeHTTP(w, r) } else { ... 401 }`."""
        if not context.is_go or node.otherwise is None or not says_refusal(node.otherwise):
            return False
        return not says_refusal(node.then) and self._tests.look_at_caller(context, node.test, depth)

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
        functions = (function for call in calls for function in context.functions_meant(call.callee))
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
        return self.function(context, function, depth)

    def _is_check_in_go(self, context: FileContext, function: Function, depth: int) -> bool:
        from lk_audit.extractors.callers import go as go_guards  # noqa: PLC0415 - one language's

        home = context.home(function)
        if go_guards.asks_who_has_credential(home, function):
            return True
        is_called_check = go_guards.is_called_check(function.name) and depth <= _DEEPEST
        return is_called_check and go_guards.returns_refusal(
            home, function, partial(self._tests.look_at_caller, depth=depth)
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
        if is_optional(context, call):
            return False
        defined = list(context.functions_meant(call.callee))
        if defined:
            is_check = any(self.function(context, item, depth + 1) for item in defined)
            return is_check and (not only_answers(self, context, call) or uses_result(context, call))
        if is_check_of_livekit(context, call):
            return True
        is_named = AUTHENTICATING_NAME.match(name_called(call)) and not is_lookup(context, call)
        return (is_named or is_customary_check(context, call)) and result_matters(context, call)

    def _stops_strangers(self, context: FileContext, call: Call, depth: int) -> bool:
        """Whether a call in Go does; most say by their results what they found, which must be asked (`_refuses`)."""
        from lk_audit.extractors.callers import go as go_guards  # noqa: PLC0415 - most scans meet other languages

        if depth >= _DEEPEST or go_guards.calls_parameter(context, call):
            return False
        tests_caller = partial(self._tests.look_at_caller, depth=depth + 1)
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
        return any(_is_sent_credential(context, item.value) for item in node.arguments) or self.verifies(context, node)


def _is_sent_credential(context: FileContext, expr: Expr) -> bool:
    """Whether an expression is called like a credential, and is none of the application's own."""
    if isinstance(expr, Literal) or not is_credential(expr):
        return False
    values = symbolic_sources(context.values(expr))
    return not values or not all(isinstance(value, Environment) for value in values)


def _is_refusing_middleware(context: FileContext, owner: Class) -> bool:
    from lk_audit.extractors.handlers.rust import is_refusing_middleware  # noqa: PLC0415 - one language's

    return is_refusing_middleware(context, owner)
