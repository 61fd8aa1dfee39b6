"""What guards consist of, as far as syntax tells."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.livekit.middleware import GUARD_METHODS
from lk_audit.livekit.requests import ROUTE_METHODS
from lk_audit.syntax import (
    Call,
    Class,
    Define,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Parameter,
    Sequence,
    walk,
)
from lk_audit.values.callgraph import CONSTRUCTORS
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


def constructors(owner: Class) -> Iterator[Function]:
    """What runs when an object of a class is made."""
    methods = (item.function for item in owner.body.statements if isinstance(item, Define))
    return (item for item in methods if item.name in CONSTRUCTORS)


def of_parameter(context: FileContext, parameter: Parameter) -> Iterator[Expr]:
    """What a framework may run to find out what it passes for a parameter: `Depends(current_user)`, `Annotated[...]`.

    In Python a class of the project says what is passed, not who has looked at it: `users: AuthService = Depends(get)`.
    """
    written = parameter.annotation
    if parameter.default is not None and not _is_of_database(context, written):
        yield parameter.default
    if written is not None and (_is_made(parameter.default) or not _is_class(context, written)):
        yield written


def said_type(node: Node) -> Expr | None:
    """The type in `Annotated[Users, Depends(get)]`; not that which FastAPI makes: `Annotated[Guard, Depends()]`."""
    if not isinstance(node, Index) or last_name(node.object) != _ANNOTATED or not isinstance(node.key, Sequence):
        return None
    return None if any(map(_is_made, node.key.items)) else next(iter(node.key.items), None)


_ANNOTATED = "Annotated"


def _is_made(default: Expr | None) -> bool:
    """FastAPI's `Depends()`, which makes what the parameter is said to be.

    Source: fastapi.tiangolo.com/tutorial/dependencies/classes-as-dependencies (Shortcut).
    """
    return isinstance(default, Call) and not default.arguments


def _is_of_database(context: FileContext, written: Expr | None) -> bool:
    """`session: AsyncSession = Depends(get_session)` of SQLAlchemy, where that name is out of sight."""
    name = context.qualified(written) if written is not None and context.is_python else None
    return (name or "").startswith(("sqlalchemy.", "sqlmodel."))


def _is_class(context: FileContext, written: Expr) -> bool:
    if not context.is_python or (isinstance(written, Index) and last_name(written.object) == _ANNOTATED):
        return False
    names = (node for node in walk(written) if isinstance(node, Name | Member))
    return any(next(context.classes_meant(name), None) is not None for name in names)


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
