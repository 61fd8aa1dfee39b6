"""What guards consist of, as far as syntax tells."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.livekit.middleware import GUARD_METHODS
from lk_audit.livekit.requests import ROUTE_METHODS
from lk_audit.syntax import Call, Class, Expr, Function, Literal, Member, Node, walk
from lk_audit.values.model import Defined, Flag

_MOST_NODES = 4_000
_LONGEST_CHAIN = 12
_DEEPEST_WRAPPER = 4


def may_guard(made: Defined) -> bool:
    """Whether an object can stand in front of a handler; a service that somebody passes along cannot."""
    owner = made.definition
    if not isinstance(owner, Class):
        return True
    methods = [getattr(item, "function", None) for item in owner.body.statements]
    return any(isinstance(item, Function) and GUARD_METHODS.match(item.name) for item in methods)


def nodes_of(function: Function) -> Iterator[Node]:
    """What a function consists of, without the handlers that it registers: those answer for themselves."""
    left_out: set[Node] = set()
    for count, node in enumerate(walk(function.body)):
        if count >= _MOST_NODES:
            return
        if node in left_out:
            continue
        if isinstance(node, Call) and registers(node):
            left_out.update(inner for item in node.arguments for inner in walk(item))
        yield node


def registers(call: Call) -> bool:
    """`router.post("/token", async (req, res) => ...)`."""
    first = call.arguments[0].value if len(call.arguments) > 1 else None
    path = first.value if isinstance(first, Literal) else None
    is_route = isinstance(call.callee, Member) and call.callee.name in ROUTE_METHODS
    return is_route and isinstance(path, str) and path.startswith(("/", "*"))


def told_before(call: Call) -> Iterator[Expr]:
    """TanStack's `createServerFn().middleware([signedIn]).handler(...)`: what runs before what a call is given."""
    expr: Expr = call.callee
    for _ in range(_LONGEST_CHAIN):
        if isinstance(expr, Call):
            yield from (item.value for item in expr.arguments if last_name(expr.callee) == "middleware")
            expr = expr.callee
        elif isinstance(expr, Member):
            expr = expr.object
        else:
            return


def decides(context: FileContext, function: Function) -> bool:
    """`canActivate` and `has_permission` answer yes or no; they guard unless the answer is always yes."""
    if function.name not in {"canActivate", "has_permission", "hasPermission"}:
        return False
    returned = [item.value for item in context.names.returns(function) if item.value is not None]
    return any(not all(isinstance(v, Flag) and v.flag for v in context.values(item)) for item in returned)


def callees(call: Call) -> Iterator[Expr]:
    """What a call calls, without what it passes: `alice.New(log, auth).Then`, `keyauth.New(options)`."""
    expr: Expr = call.callee
    for _ in range(_DEEPEST_WRAPPER):
        inner = expr.object if isinstance(expr, Member) else expr
        if not isinstance(inner, Call):
            break
        yield from (item.value for item in inner.arguments)
        expr = inner.callee
        yield expr
    yield call.callee
