"""Whether a guard authenticates the caller: by what its definition does, else by its name.

A guard is anything that runs before a handler or at its beginning: a dependency, a decorator, middleware, a helper.
Where the project holds its definition, that alone counts: `get_current_user` that only reads a header authenticates
nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lk_audit.extractors.callers.check_calls import (
    is_known_check,
)
from lk_audit.extractors.callers.checks import Checks
from lk_audit.extractors.callers.guard_aliases import alias
from lk_audit.extractors.callers.guard_parts import (
    constructors,
    decides,
    may_guard,
    nodes_of,
    of_parameter,
    said_type,
    told_before,
)
from lk_audit.extractors.callers.lax_checks import (
    is_lenient,
    is_optional,
    is_optional_in_rust,
    is_passed_by,
)
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.refusals import (
    leaves,
    says_refusal,
)
from lk_audit.livekit.authentication import (
    AUTHENTICATING_NAME,
    PERMISSIVE,
    PRESENCE_SCHEMES,
    TRUSTED_BASES,
)
from lk_audit.livekit.middleware import GIVEN_GUARDS, OTHER_GUARDS, SCHEMA_PARTS
from lk_audit.syntax import (
    Block,
    Call,
    Class,
    Define,
    Expr,
    Function,
    If,
    Member,
    Name,
    Node,
    Raise,
    Sequence,
    walk,
)
from lk_audit.values.model import Defined, Mapped, Returned, Value

_DEEPEST = 4


class Guards:
    """Judges guards; one for all files, since one guard serves many handlers."""

    def __init__(self) -> None:
        self._functions: dict[Function, bool] = {}
        self._classes: dict[Class, bool] = {}
        self._others: dict[object, bool] = {}
        self.checks = Checks(self)

    # --- guards as they are named in front of handlers ----------------------------------------------------------------

    def authenticating(
        self, context: FileContext, expr: Expr, depth: int = 0, is_guarded: Callable[[Node], bool] | None = None
    ) -> Node | None:
        """The part of a guard expression that authenticates: `Depends(current_user)`, `[requireAuth, upload]`.

        `is_guarded` tells what the expression wraps, which says nothing of the guard: `asyncHandler(createToken)`.
        """
        if depth > _DEEPEST:
            return None
        skipped: set[Node] = set()
        for node in walk(expr):
            if node in skipped:
                continue
            if is_guarded is not None and is_guarded(node):
                skipped.update(walk(node))
                continue
            said = said_type(node)
            if said is not None:
                skipped.update(walk(said))
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
            case Call() if is_optional(context, node) or context.qualified(node.callee) in PRESENCE_SCHEMES:
                return False
            case Call() if last_name(node.callee) in GIVEN_GUARDS:
                return any(self._is_guard(context, item, depth) for item in _listed(node))
            case Call() if any(self.authenticating(context, expr, depth + 1) for expr in told_before(node)):
                return True
            case Name() | Member():
                return self._named(context, node, depth)
            case _:
                return None

    def _is_guard(self, context: FileContext, expr: Expr, depth: int) -> bool:
        """Whether a guard authenticates: by its definition, else unless it is called otherwise."""
        if self.authenticating(context, expr, depth) is not None:
            return True
        name = last_name(expr) or ""
        is_known = any(isinstance(value, Defined) for value in context.values(expr))
        return not is_known and name not in PERMISSIVE and OTHER_GUARDS.search(name) is None

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
                if context.is_python and any(self.function(context, item, depth + 1) for item in constructors(owner)):
                    return True
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
            for expr in of_parameter(context, parameter):
                tells = is_telling or expr is not parameter.annotation
                if tells and self.authenticating(context, expr, depth + 1) is not None:
                    return True
        return self.checks_inside(context, function, depth)

    def checks_inside(self, context: FileContext, function: Function, depth: int = 0) -> bool:
        """Whether the body of a function makes sure who the caller is, whatever is passed to it."""
        checks = (node for node in nodes_of(function) if self.checks.makes_sure(context, node, function, depth))
        if any(not is_passed_by(context, node, function) for node in checks):
            return True
        return self._ends_in_refusal(context, function, depth)

    def _ends_in_refusal(self, context: FileContext, function: Function, depth: int) -> bool:
        """Whether only those get out of a function of whom a test finds out who they are; the others are refused."""
        last = function.body.statements[-1] if function.body.statements else None
        if not isinstance(last, Raise) or not says_refusal(Block(last.start, last.end, (last,))):
            return False
        tests = (node.test for node in nodes_of(function) if isinstance(node, If) and leaves(node.then))
        return any(self.checks.tests.look_at_caller(context, test, depth) for test in tests)


def _listed(call: Call) -> Iterator[Expr]:
    """What a call is given, also in a list: `@UseGuards(a, b)`, `@permission_classes([a, b])`."""
    for item in call.arguments:
        yield from item.value.items if isinstance(item.value, Sequence) else (item.value,)


def _is_refusing_middleware(context: FileContext, owner: Class) -> bool:
    from lk_audit.extractors.handlers.rust import is_refusing_middleware  # noqa: PLC0415 - one language's

    return is_refusing_middleware(context, owner)
