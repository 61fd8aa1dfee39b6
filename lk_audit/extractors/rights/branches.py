"""The branches that lead to where a right is given, and whether anybody takes them."""

from __future__ import annotations

from lk_audit.extractors.context import FileContext
from lk_audit.syntax import Binary, Conditional, Expr, Function, If, Node
from lk_audit.values.model import Flag, Nothing, Value


def condition_of(home: FileContext, node: Node) -> tuple[Node, Expr] | None:
    """The innermost branch around a node inside its function, with what has to hold for it."""
    child = node
    for parent in home.names.ancestors(node):
        match parent:
            case If(test=test, then=then) | Conditional(test=test, then=then) if child is then:
                return then, test
            case Binary(operator="and", left=left, right=right) if child is right:
                return right, left
            case If() | Conditional() | Function():
                return None
            case _:
                child = parent
    return None


def is_never_taken(context: FileContext, node: Node) -> bool:
    """Whether a node stands where nobody gets: `if (options.hidden) ...`, and every caller passes false or nothing."""
    home = context.home(node)
    branch = condition_of(home, node)
    values = home.values(branch[1]) if branch is not None else ()
    return bool(values) and all(map(_is_no, values))


def _is_no(value: Value) -> bool:
    return isinstance(value, Nothing) or (isinstance(value, Flag) and not value.flag)
