"""Where a handler's caller is authenticated: in front of the handler, around the application, or in the handler."""

from __future__ import annotations

from lk_audit.extractors.context import FileContext, Workspace
from lk_audit.extractors.guards import Guards
from lk_audit.extractors.handlers import Handler
from lk_audit.extractors.mounts import Mounts
from lk_audit.extractors.perimeter import Perimeter
from lk_audit.facts import Lead
from lk_audit.syntax import If, Node, walk


class Authentication:
    """Looks for what authenticates callers; one for all files."""

    def __init__(self, workspace: Workspace) -> None:
        self._guards = Guards(workspace)
        self._mounts = Mounts(workspace)
        self._perimeter = Perimeter(workspace, self._guards)

    def of(self, handler: Handler, call: Node) -> Lead | None:
        """What authenticates the caller of `handler` before it comes to `call`, or None."""
        for context, expr in self._mounts.in_front_of(handler):
            guard = self._guards.authenticating(context, expr)
            if guard is not None:
                return Lead(context.place(guard), "authenticates the caller")
        return self._check_before(handler, call) or self._perimeter.around(handler)

    def _check_before(self, handler: Handler, call: Node) -> Lead | None:
        context = handler.site.home(handler.function)
        for node in walk(handler.function.body):
            if node.start >= call.start or not _is_on_the_way(context, node, call):
                continue
            if self._guards.checks(context, node, handler.function):
                shown = node.test if isinstance(node, If) else node
                note = "refuses strangers" if isinstance(node, If) else "authenticates the caller"
                return Lead(context.place(shown), note)
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
