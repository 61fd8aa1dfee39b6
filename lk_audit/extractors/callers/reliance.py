"""Whether code relies on who was found out, or goes on as well without him."""

from __future__ import annotations

from lk_audit.extractors.callers.lax_checks import spares_strangers, spares_the_silent
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.refusals import leaves
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Conditional,
    Entry,
    Expr,
    Function,
    If,
    Literal,
    Member,
    Name,
    Node,
    Raise,
    Record,
    Return,
    Template,
    Unary,
    walk,
)

_DEEPEST = 3


def is_relied_on(context: FileContext, found: Assign, way_to: Node | None, depth: int = _DEEPEST) -> bool:
    """Whether code after a look who is there does not go on as well without anybody: `if (user) note(user.id)`.

    What only branches beside `way_to` do with what was found says nothing of what happens there.
    """
    for target in (node for node in walk(found.target) if isinstance(node, Name)):
        for use in context.names.uses(context.names.binding_scope(target) or context.module, target.id):
            if use.start < found.end or use is target or (way_to is not None and _is_beside(context, use, way_to)):
                continue
            part = _taken_apart(context, use)
            if part is not None and depth:
                if is_relied_on(context, part, way_to, depth - 1):
                    return True
            elif not _is_optional_use(context, use) and not is_noted(context, use):
                return True
    return False


def _is_beside(context: FileContext, use: Name, target: Node) -> bool:
    """Whether code stands in a branch that is not taken on the way to `target`, or after one that `target` ends."""
    if use.start > target.end and _has_answered(context, target, use):
        return True
    child: Node = use
    for parent in context.names.ancestors(use):
        if isinstance(parent, Function) or (parent.start <= target.start and target.end <= parent.end):
            return isinstance(parent, If | Conditional) and child is not parent.test and not _holds(child, target)
        if isinstance(parent, If | Conditional) and child is not parent.test:
            return True
        child = parent
    return False


def _has_answered(context: FileContext, target: Node, later: Node) -> bool:
    """Whether runs that come past `target` have returned before `later`: `if (kind === "guest") { return mint(); }`."""
    for parent in context.names.ancestors(target):
        if isinstance(parent, Function):
            return False
        if isinstance(parent, Block) and isinstance(context.names.parent(parent), If) and not _holds(parent, later):
            last = parent.statements[-1] if parent.statements else None
            if isinstance(last, Return | Raise):
                return True
    return False


def _holds(node: Node, target: Node) -> bool:
    return node.start <= target.start and target.end <= node.end


def is_noted(context: FileContext, use: Name | Call) -> bool:
    """`console.log("session", session)`: what is only written to a log need not be there."""
    for parent in context.names.ancestors(use):
        if isinstance(parent, Function):
            return False
        if isinstance(parent, Call):
            holder = parent.callee.object if isinstance(parent.callee, Member) else None
            return (last_name(holder) if holder is not None else "") in _LOGS
        if not isinstance(parent, Argument | Await | Entry | Record | Template):
            return False
    return False


_LOGS = frozenset({"console", "logger", "log", "logging"})


def _taken_apart(context: FileContext, use: Name) -> Assign | None:
    """`const { data: { user } } = found`: where something that was found is given further names."""
    holder = context.names.parent(use)
    while isinstance(holder, Member):
        holder = context.names.parent(holder)
    is_pattern = context.names.is_javascript and isinstance(holder, Assign) and use.id.startswith("#")
    return holder if is_pattern and isinstance(holder, Assign) else None


def _is_optional_use(context: FileContext, use: Name) -> bool:
    """`if (user) ...`, `user?.id`, `user ? user.name : "guest"`: what goes on without a caller that anybody knows."""
    if not (context.names.is_javascript or context.is_python) or _is_wanted(context, use):
        return False
    if context.source.data[use.end : use.end + 2] == b"?.":
        return True
    child: Node = use
    for parent in context.names.ancestors(use):
        if isinstance(parent, Function):
            return False
        verdict = _is_left_out(context, parent, child, use.id)
        if verdict is not None:
            return verdict
        child = parent
    return False


def _is_wanted(context: FileContext, use: Name) -> bool:
    """`if (error || !data?.user) return refuse();`: whether code goes no further without what was looked for."""
    holds_without = use.id in _ERRORS
    child: Node = use
    for parent in context.names.ancestors(use):
        match parent:
            case Unary(operator="not"):
                holds_without = not holds_without
            case Binary(operator="==", right=right) if _is_nothing(right):
                holds_without = not holds_without
            case Member() | Binary(operator="or"):
                pass
            case If(test=test) if child is test:
                return holds_without and leaves(parent.then)
            case _:
                return False
        child = parent
    return False


_ERRORS = frozenset({"error", "err"})


def _is_nothing(expr: Expr) -> bool:
    return (isinstance(expr, Literal) and expr.value is None) or (isinstance(expr, Name) and expr.id == "undefined")


def _is_left_out(  # noqa: PLR0911 - one per kind of node
    context: FileContext, parent: Node, child: Node, name: str
) -> bool | None:
    """Whether code goes on without `child` where there is nobody; None where `parent` does not tell."""
    match parent:
        case If(test=test) if child is test and (spares_the_silent(context, test) or spares_strangers(context, test)):
            return True
        case If(test=test) if child is test:
            return not (leaves(parent.then) or (parent.otherwise is not None and leaves(parent.otherwise)))
        case Conditional(test=test) if child is test:
            return True
        case If(test=test, then=then) | Conditional(test=test, then=then) if child is then and _asks_for(test, name):
            return True
        case Entry(value=Unary(operator="not", operand=Unary(operator="not"))):
            # `{ authenticated: !!user }`
            return True
        case Binary(operator="or" | "??", left=left) if child is left:
            return True
        case Binary(operator="and", left=left, right=right) if child is right and _asks_for(left, name):
            return True
        case _:
            return None


def _asks_for(test: Expr, name: str) -> bool:
    """Whether a test holds where there is something by that name only: `user`, `user && user.id`."""
    return not isinstance(test, Unary) and any(isinstance(node, Name) and node.id == name for node in walk(test))
