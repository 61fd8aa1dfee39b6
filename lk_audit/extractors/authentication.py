"""Where a handler authenticates its caller, as far as its own file shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers import Handler
from lk_audit.facts import Lead
from lk_audit.livekit.requests import (
    AUTHENTICATING_CALLS,
    AUTHENTICATING_NAME,
    GUARD_SETTINGS,
    MOUNTING_METHODS,
    REFUSAL_NAMES,
    REFUSAL_STATUS,
    ROUTER_CLASSES,
)
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Call,
    Class,
    Expr,
    Function,
    If,
    Literal,
    Member,
    Name,
    Node,
    Raise,
    Return,
    Unary,
    walk,
)
from lk_audit.values.model import Environment, Value, symbolic_sources

IsRequest = Callable[[Value], bool]


def authentication(context: FileContext, handler: Handler, call: Node, is_request: IsRequest) -> Lead | None:
    """What authenticates the caller of `handler` before it comes to `call`, or None."""
    guard = next(_guards(context, handler), None)
    if guard is not None:
        return context.lead(guard, "authenticates the caller")
    return _check_before(context, handler.function, call, is_request)


def _guards(context: FileContext, handler: Handler) -> Iterator[Expr]:
    """Decorators, dependencies and middleware with a name that says authentication."""
    function = handler.function
    candidates: list[Expr] = list(function.decorators)
    owner = context.names.enclosing(function, Class)
    if owner is not None:
        candidates.extend(owner.decorators)
        candidates.extend(_class_settings(owner))
    for parameter in function.parameters:
        candidates.extend(expr for expr in (parameter.default, parameter.annotation) if expr is not None)
    if handler.registration is not None:
        candidates.extend(item.value for item in handler.registration.arguments if item.value is not function)
    candidates.extend(_mounted(context, handler))
    for expr in candidates:
        yield from _authenticating_names(expr)


def _class_settings(owner: Class) -> Iterator[Expr]:
    """`permission_classes = [IsAuthenticated]` and the like, in the body of a view class."""
    for statement in owner.body.statements:
        if isinstance(statement, Assign) and last_name(statement.target) in GUARD_SETTINGS:
            yield statement.value


def _mounted(context: FileContext, handler: Handler) -> Iterator[Expr]:
    """Arguments of `app.use(...)` before the registration, and of `APIRouter(dependencies=...)`."""
    position = (handler.registration or handler.function).start
    for call in context.names.calls:
        name = last_name(call.callee)
        mounts = isinstance(call.callee, Member) and name in MOUNTING_METHODS and call.start < position
        if mounts or name in ROUTER_CLASSES:
            yield from (item.value for item in call.arguments)


def _authenticating_names(expr: Expr) -> Iterator[Expr]:
    """The part of a guard expression whose name says authentication; what a function does inside counts elsewhere."""
    for node in walk(expr):
        if isinstance(node, Function):
            return
        if isinstance(node, Name | Member) and AUTHENTICATING_NAME.match(last_name(node) or ""):
            yield node
            return


def _check_before(context: FileContext, function: Function, call: Node, is_request: IsRequest) -> Lead | None:
    for node in walk(function.body):
        if node.start >= call.start or not _is_on_the_way(context, node, call):
            continue
        if isinstance(node, Call) and _is_authenticating_call(context, node):
            return context.lead(node, "authenticates the caller")
        if isinstance(node, If) and (_refuses(node) or _compares_with_secret(context, node, is_request)):
            return context.lead(node.test, "refuses strangers")
    return None


def _is_on_the_way(context: FileContext, node: Node, target: Node) -> bool:
    """Whether every run that reaches `target` has passed `node`: it stands in no branch beside it."""
    child: Node = node
    for parent in context.names.ancestors(node):
        if parent.start <= target.start and target.end <= parent.end:
            return True
        if isinstance(parent, If) and child is not parent.test:
            return False
        child = parent
    return False


def _is_authenticating_call(context: FileContext, call: Call) -> bool:
    name = context.names.qualified(call.callee) or ""
    return name in AUTHENTICATING_CALLS or bool(AUTHENTICATING_NAME.match(last_name(call.callee) or ""))


def _compares_with_secret(context: FileContext, node: If, is_request: IsRequest) -> bool:
    """`if (password !== process.env.ADMIN_PASSWORD) return`: a shared password that the caller must know."""
    test = node.test
    if not _leaves(node) or not isinstance(test, Binary) or test.operator not in {"==", "!="}:
        return False
    sides = [context.values(side) for side in (test.left, test.right)]
    known = [any(isinstance(value, Environment) for value in values) for values in sides]
    asked = [any(is_request(item) for item in symbolic_sources(values)) for values in sides]
    return (known[0] and asked[1]) or (known[1] and asked[0])


def _refuses(node: If) -> bool:
    """A branch that leaves with 401 or 403 and tests who the caller is."""
    return _leaves(node) and _says_refusal(node.then) and _tests_identity(node.test)


def _leaves(node: If) -> bool:
    return any(isinstance(item, Return | Raise) for item in walk(node.then))


def _says_refusal(block: Block) -> bool:
    for item in walk(block):
        if isinstance(item, Literal) and item.value in REFUSAL_STATUS:
            return True
        text = item.value if isinstance(item, Literal) else last_name(item) if isinstance(item, Name | Member) else None
        if isinstance(text, str) and REFUSAL_NAMES.search(text):
            return True
    return False


_SHAPE_TESTS = frozenset({"includes", "match", "test"})


def _tests_identity(test: Expr) -> bool:
    """A refusal that only looks at the shape of the input (`typeof`, a list, a pattern) authenticates nobody."""
    nodes = list(walk(test))
    if any(isinstance(node, Call) and last_name(node.callee) in _SHAPE_TESTS for node in nodes):
        return False
    return not any(isinstance(node, Unary) and node.operator == "typeof" for node in nodes)
