"""What a view set of Django REST framework asks of the callers of one of its actions.

Source: django-rest-framework.org/api-guide/viewsets, "Introspecting ViewSet actions".
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import last_name
from lk_audit.syntax import (
    Assign,
    Binary,
    Block,
    Class,
    Define,
    Expr,
    If,
    Literal,
    Member,
    Name,
    Return,
    Sequence,
    Statement,
    walk,
)


def permissions_of(owner: Class, action: str) -> Expr | None:
    """What `get_permissions` gives for an action, as far as it asks for nothing but `self.action`."""
    methods = (item.function for item in owner.body.statements if isinstance(item, Define))
    method = next((item for item in methods if item.name == "get_permissions"), None)
    chosen: dict[str, Expr] = {}
    for statement in _run(method.body, action) if method is not None else ():
        match statement:
            case If():
                return None
            case Assign(target=Name(id=name), value=value) if value is not None:
                chosen[name] = value
            case Return(value=value):
                return _given(value, chosen)
    return None


def _given(value: Expr | None, chosen: dict[str, Expr]) -> Expr | None:
    """What is returned: a list, or `[permission() for permission in chosen]`."""
    if isinstance(value, Sequence):
        return value
    names = (node.id for node in walk(value) if isinstance(node, Name)) if value is not None else ()
    return next((chosen[name] for name in names if name in chosen), None)


def _run(block: Block, action: str) -> Iterator[Statement]:
    """The statements that run for an action; a branch that asks for anything else stands for itself."""
    for statement in block.statements:
        is_meant = _is_for(statement.test, action) if isinstance(statement, If) else None
        if not isinstance(statement, If) or is_meant is None:
            yield statement
            continue
        branch = statement.then if is_meant else statement.otherwise
        yield from _run(branch, action) if branch is not None else ()


def _is_for(test: Expr, action: str) -> bool | None:
    """Whether a test holds for an action: `self.action == "join"`, `self.action in ("list", "retrieve")`."""
    match test:
        case Binary(operator="==" | "in" as operator, left=Member(name="action") as asked, right=right):
            items = right.items if isinstance(right, Sequence) and operator == "in" else (right,)
            words = [item.value for item in items if isinstance(item, Literal)]
            is_known = last_name(asked.object) == "self" and len(words) == len(items)
            return action in words if is_known else None
        case _:
            return None
