"""Expressions that stand for who the caller is, once somebody has found out."""

from __future__ import annotations

from lk_audit.extractors.callers.caller_data import is_left_by_middleware, is_server_set
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.refusals import lets_pass, parts_of_test
from lk_audit.livekit.authentication import LANGUAGE_IDENTITIES
from lk_audit.syntax import (
    Binary,
    Block,
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
    Unary,
)
from lk_audit.values.model import Given, Reference, Returned, Value, symbolic_sources

_DEREFERENCED = frozenset({"user", "auth", "authorizer", "currentUser", "current_user", "current_account"})
_DEREFERENCED_BY_LANGUAGE = frozenset({"user", "current_user", "current_account", "current_member", "current_admin"})


def is_identity(context: FileContext, expr: Expr) -> bool:
    """Whether an expression is what a framework of the language knows of the caller: a session, the current user."""
    known = LANGUAGE_IDENTITIES.get(context.module.language, ())
    values = symbolic_sources(context.values(expr))
    names = (item.name if isinstance(item, Reference) else getattr(item, "callee", None) or "" for item in values)
    return bool(known) and any(name.startswith(known) for name in names)


def lacks_identity(context: FileContext, test: Expr) -> bool:
    """`if (!request.auth?.uid)`: whether a branch is taken by callers that nobody has authenticated, if by others too.

    Django's `request.user` is there for everybody, and says so by `is_authenticated`.
    """
    if isinstance(test, Binary) and test.operator == "or":
        return lacks_identity(context, test.left) or lacks_identity(context, test.right)
    missing = _missing(test)
    is_absent = isinstance(test, Binary) and test.operator == "not in"
    if _is_user_of_method(missing) or (context.is_python and _is_of_session(context, test if is_absent else missing)):
        return True
    values = symbolic_sources(context.values(missing)) if missing is not None else ()
    telling = {"is_authenticated"} if context.is_python else _DEREFERENCED
    return bool(values) and all(
        isinstance(value, Given) and is_server_set(value) and not telling.isdisjoint(value.members) for value in values
    )


def lacks_what_middleware_leaves(context: FileContext, test: Expr) -> bool:
    """`if (!request.player)`: whether a branch is for requests in which middleware of JavaScript has kept nobody."""
    if not context.names.is_javascript:
        return False
    if isinstance(test, Binary) and test.operator == "or":
        return lacks_what_middleware_leaves(context, test.left) or lacks_what_middleware_leaves(context, test.right)
    missing = _missing(test)
    values = symbolic_sources(context.values(missing)) if missing is not None else ()
    return bool(values) and all(isinstance(value, Given) and is_left_by_middleware(value) for value in values)


def _is_of_session(context: FileContext, expr: Expr | None) -> bool:
    """What a stranger's session in Python does not hold: `session.get("user")`, `"user" in request.session`."""
    holder: Expr
    match expr:
        case Name():
            made = [item.value for item in context.names.definitions(expr)]
            return bool(made) and all(isinstance(item, Call) and _is_of_session(context, item) for item in made)
        case Call(callee=Member(name="get", object=holder)) | Index(object=holder):
            pass
        case Binary(operator="in" | "not in", right=holder):
            pass
        case _:
            return False
    values = symbolic_sources(context.values(holder))
    return bool(values) and all(
        (isinstance(value, Reference) and value.name in _SESSIONS)
        or (isinstance(value, Given) and is_server_set(value) and value.members == ("session",))
        for value in values
    )


_SESSIONS = frozenset({"flask.session", "quart.session"})
"""Sessions that the framework signs, or keeps (flask.palletsprojects.com/quickstart, Sessions)."""


def _is_user_of_method(expr: Expr | None) -> bool:
    """`this.userId`, as the methods and publications of Meteor are called."""
    is_named = isinstance(expr, Member) and expr.name == "userId"
    return is_named and isinstance(expr, Member) and isinstance(expr.object, Name) and expr.object.id == "this"


def _missing(test: Expr) -> Expr | None:
    """What a test finds to be missing: `x` of `!x` and of `x == null`."""
    if isinstance(test, Unary) and test.operator == "not":
        return test.operand
    if not isinstance(test, Binary) or test.operator not in {"==", "is"}:
        return None
    is_null = isinstance(test.right, Literal) and test.right.value is None
    return test.left if is_null or (isinstance(test.right, Name) and test.right.id == "undefined") else None


def takes_identity_apart(context: FileContext, node: Member | Index) -> bool:
    """`req.user.id`, `event.requestContext.authorizer.claims`: fails for callers that nobody has authenticated.

    Where a test asks first it fails for nobody: `if (req.user) log(req.user.id)`. Nor does what is taken out of
    something else that it was put into before: `const { name } = options`, of `{ name: req.user.name }`.
    """
    for value in context.values(node):
        if not isinstance(value, Given) or not is_server_set(value):
            continue
        inner = value.members[:-1]
        if not any(_is_part(holder, value, inner) for holder in context.values(node.object)):
            continue
        if "authorizer" in inner:
            return True
        if context.names.is_javascript and inner[-1:] == ("auth",) and _is_called(context, node):
            # Convex's `ctx.auth.getUserIdentity()` is null for strangers; Vapor's `req.auth.require()` raises.
            continue
        written = context.source.data[node.start : node.end]
        if not context.is_python and inner[-1:] and inner[-1] in _DEREFERENCED and b"?" not in written:
            return not _is_asked_for(context, node)
    return False


def _is_called(context: FileContext, node: Node) -> bool:
    holder = context.names.parent(node)
    return isinstance(holder, Call) and holder.callee is node


def _is_part(value: Value, whole: Given, members: tuple[str, ...]) -> bool:
    return isinstance(value, Given) and value.function is whole.function and value.members == members


def _is_asked_for(context: FileContext, node: Node) -> bool:
    """Whether code runs only where a test has found somebody, or nobody: strangers pass by another way."""
    child = node
    for parent in context.names.ancestors(node):
        match parent:
            case Function():
                return False
            case Block(statements=statements) if any(
                isinstance(item, If) and lets_pass(item.then) and lacks_identity(context, item.test)
                for item in statements
                if item.end <= child.start
            ):
                return True
            case If(test=test) | Conditional(test=test) if child is not test and _looks_for_caller(context, test):
                return True
            case Binary(operator="and", left=left) if child is not left and _looks_for_caller(context, left):
                return True
            case _:
                pass
        child = parent
    return False


def _looks_for_caller(context: FileContext, test: Expr) -> bool:
    parts = (value for part in parts_of_test(test) for value in context.values(part))
    return any(
        isinstance(value, Given) and is_server_set(value) and not _DEREFERENCED.isdisjoint(value.members)
        for value in parts
    )


def dereferences_identity(context: FileContext, node: Call | Member) -> bool:
    """`current_user.id`, `Auth::user()->id`: fails for callers that nobody has authenticated."""
    holder = node.callee.object if isinstance(node, Call) and isinstance(node.callee, Member) else None
    holder = node.object if isinstance(node, Member) else holder
    if holder is None or last_name(holder) not in _DEREFERENCED_BY_LANGUAGE:
        return False
    if not is_identity(context, holder) and not _is_user_of_request(context, holder):
        return False
    if _may_be_missing(context, node):
        return False
    end = node.callee.end if isinstance(node, Call) else node.end
    return context.source.data[holder.end : end].lstrip()[:1] not in {b"&", b"?"}


def _may_be_missing(context: FileContext, node: Call | Member) -> bool:
    """PHP's `$request->user()->name ?? 'Guest'`, which fails for nobody."""
    if context.module.language != "php":
        return False
    around = next((item for item in context.names.ancestors(node) if not isinstance(item, Member)), None)
    return isinstance(around, Binary) and around.operator == "??" and around.left.end == node.end


def _is_user_of_request(context: FileContext, expr: Expr) -> bool:
    """PHP's `$request->user()`, null for strangers: Laravel makes an error of the warning when something reads it."""
    if context.module.language != "php":
        return False
    values = symbolic_sources(context.values(expr))
    return bool(values) and all(isinstance(item, Returned) and _asks_for_user(context, item.call) for item in values)


def _asks_for_user(context: FileContext, call: Call) -> bool:
    if not isinstance(call.callee, Member) or call.callee.name != "user" or call.arguments:
        return False
    holders = symbolic_sources(context.values(call.callee.object))
    return bool(holders) and all(
        item.callee == "request" if isinstance(item, Returned) else getattr(item, "parameter", "") == "request"
        for item in holders
    )


def takes_identity_in_go(context: FileContext, call: Call) -> bool:
    """Whether a call takes who the caller is out of a request, where middleware has put it."""
    from lk_audit.extractors.handlers.go import takes_identity  # noqa: PLC0415 - most scans meet other languages

    return takes_identity(context, call)


def is_only_asked_for_in_go(context: FileContext, call: Call, target: Node) -> bool:
    """Whether what such a call gives is only asked for, on the way to `target`."""
    from lk_audit.extractors.callers.go import is_only_asked_for  # noqa: PLC0415 - most scans meet other languages

    return is_only_asked_for(context, call, target)


def is_request_in_go(context: FileContext, expr: Expr) -> bool:
    """Whether an expression is the request as a whole, and no part of it that the caller fills."""
    from lk_audit.extractors.callers.go import is_request_itself  # noqa: PLC0415 - most scans meet other languages

    return is_request_itself(context, expr)


def admits(context: FileContext, branch: If) -> bool:
    """Whether a branch is taken for known callers only: `if (isset($_SESSION['user'])) { ... }`."""
    test = branch.test
    while isinstance(test, Unary) and test.operator == "not":
        inner = test.operand
        if not (isinstance(inner, Unary) and inner.operator == "not"):
            return False
        test = inner.operand
    return any(is_identity(context, leaf) for leaf in parts_of_test(test))
