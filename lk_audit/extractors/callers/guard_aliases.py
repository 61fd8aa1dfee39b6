"""Names in front of handlers that stand for no value: `CurrentUser = Annotated[User, Depends(get_user)]`, lists."""

from __future__ import annotations

from lk_audit.extractors.context import FileContext, Workspace
from lk_audit.syntax import Assign, Call, Expr, Index, Member, Name, Sequence

_DEEPEST = 4


def alias(context: FileContext, expr: Name | Member, depth: int = 0) -> tuple[FileContext, Expr] | None:
    """The expression that a name stands for, through imports, and the file in which it is written; None for a value."""
    if not isinstance(expr, Name):
        return None
    for definition in context.names.definitions(expr):
        made = definition.value
        if isinstance(definition.node, Assign) and isinstance(made, Index | Call | Sequence):
            return None if isinstance(made, Call) and made.is_new else (context, made)
        if definition.statement is not None:
            target = context.code.target(definition.statement.module)
            member = getattr(definition.node, "member", None)
            return _exported(context.workspace, target, member, depth) if target is not None and member else None
    return None


def _exported(workspace: Workspace, path: str, member: str, depth: int) -> tuple[FileContext, Expr] | None:
    for context in workspace.contexts(path):
        for export in context.code.exports.of(member):
            if isinstance(export.value, Name) and depth < _DEEPEST:
                return alias(context, export.value, depth + 1)
    return None
