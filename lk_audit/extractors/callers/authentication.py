"""Where a handler's caller is authenticated: in front of the handler, around the application, or in the handler."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from lk_audit.extractors.callers.check_calls import given_or_nothing, uses_result
from lk_audit.extractors.callers.checks import CHECKING
from lk_audit.extractors.callers.exempt_paths import is_exempt
from lk_audit.extractors.callers.guard_parts import registers
from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.callers.identities import admits, is_only_asked_for_in_go, takes_identity_in_go
from lk_audit.extractors.callers.mounts import Mounts
from lk_audit.extractors.callers.web import web
from lk_audit.extractors.context import FileContext, Workspace
from lk_audit.extractors.handlers.model import MAY_AUTHENTICATE, Handler
from lk_audit.extractors.refusals import leaves, never_ends
from lk_audit.facts import Lead
from lk_audit.syntax import Argument, Binary, Block, Call, Conditional, Function, If, Member, Node, walk

_DEEPEST = 4
"""How many tests in each other are followed whose every way may have a check of its own."""


class Authentication:
    """Looks for what authenticates callers; one for all files."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._guards = Guards()
        self._mounts = Mounts(workspace)

    def of(self, handler: Handler, way: Sequence[Node]) -> Lead | None:
        """What authenticates the caller of `handler`, or None.

        `way` leads from it to what is protected: a call in the handler, one in the function called, and so on.
        """
        # Where checks of a handler are told by the way to the mint, what wraps it is judged without it.
        tells_ways = handler.site.names.is_javascript or handler.site.is_python
        is_guarded = partial(self._mounts.is_handler, handler) if tells_ways else None
        for context, expr in self._mounts.in_front_of(handler):
            guard = self._guards.authenticating(context, expr, is_guarded=is_guarded)
            if guard is not None and not is_exempt(context, guard, handler.path):
                return Lead(context.place(guard), "authenticates the caller")
        frameworks = web(handler.site.home(handler.function))
        in_front = frameworks.in_front_of(self._workspace, self._guards, handler)
        if in_front is not None and in_front.note != MAY_AUTHENTICATE:
            return in_front
        checks = (self._check_before(handler.site, call) for call in way)
        return (
            next((check for check in checks if check is not None), None)
            or self._check_at_connection(handler)
            or frameworks.around(self._workspace, self._guards, handler)
            or in_front
        )

    def _check_at_connection(self, handler: Handler) -> Lead | None:
        """A check before the function is called that listens to a socket: strangers are never listened to."""
        if not handler.is_message or handler.registration is None:
            return None
        context = handler.site
        around = context.names.enclosing_function(handler.registration)
        if around is None:
            return None
        listening = _outermost(context, around)
        calls = [*context.names.callers(listening)]
        calls += [use.call for use in context.project.usage.callers(context.code, listening)]
        checks = [self._check_before(context, call) for call in calls]
        return checks[0] if checks and all(checks) else None

    def _check_before(self, site: FileContext, call: Node) -> Lead | None:
        """A check in the function around a call, before it."""
        context = site.home(call)
        function = context.names.enclosing_function(call)
        if function is None:
            return None
        for node in walk(_outermost(context, function).body):
            if not isinstance(node, CHECKING):
                continue
            if context.is_go and isinstance(node, Call) and _takes_identity(context, node, function):
                if is_only_asked_for_in_go(context, node, call):
                    continue
                # What middleware has left in the request counts wherever it is taken from there.
                return Lead(context.place(node), "takes the caller's identity from the request's context")
            if isinstance(node, If) and _is_then(node, call) and self._lets_in(context, node):
                return Lead(context.place(node.test), "lets known callers pass")
            if not (node.start < call.start or _is_given(context, node, call)) or not _is_on_the_way(
                context, node, call
            ):
                continue
            if self._is_check(context, node, function, call):
                return _told(context, node)
            other = self._check_either_way(context, node, function) if node.end <= call.start else None
            if other is not None:
                return _told(context, other)
        return None

    def _is_check(self, context: FileContext, node: Node, function: Function, target: Node) -> bool:
        checks = self._guards.checks
        return checks.makes_sure(context, node, function) and checks.concerns(context, node, target)

    def _check_either_way(self, context: FileContext, node: Node, function: Function, depth: int = 0) -> Node | None:
        """The first of the checks of which one is passed whichever way a test goes."""
        if not isinstance(node, If) or node.otherwise is None or depth > _DEEPEST:
            return None
        ways = [way for way in (node.then, node.otherwise) if not never_ends(way)]
        found = [(way, self._check_in(context, way, function, depth)) for way in ways]
        first = next((check for _, check in found if check is not None), None)
        return first if all(check is not None or leaves(way) for way, check in found) else None

    def _check_in(self, context: FileContext, block: Block, function: Function, depth: int) -> Node | None:
        """A check that nobody comes out of a block without."""
        for node in walk(block):
            if not isinstance(node, CHECKING) or not _is_on_the_way(context, node, block):
                continue
            if self._is_check(context, node, function, block):
                return node
            further = self._check_either_way(context, node, function, depth + 1)
            if further is not None:
                return further
        return None

    def _lets_in(self, context: FileContext, branch: If) -> bool:
        return admits(context, branch) or self._guards.checks.lets_in(context, branch.test)


def _told(context: FileContext, check: Node) -> Lead:
    shown = check.test if isinstance(check, If) else check
    return Lead(context.place(shown), "refuses strangers" if isinstance(check, If) else "authenticates the caller")


def _takes_identity(context: FileContext, call: Call, function: Function) -> bool:
    return context.names.enclosing_function(call) is function and takes_identity_in_go(context, call)


def _is_given(context: FileContext, node: Node, call: Node) -> bool:
    """Whether a call is given a part of something: `mint(req.user.id)` fails for strangers before it is called."""
    is_inside = isinstance(node, Member) and call.start <= node.start and node.end <= call.end
    return is_inside and context.names.enclosing_function(node) is context.names.enclosing_function(call)


def _is_then(branch: If, call: Node) -> bool:
    return branch.then.start <= call.start and call.end <= branch.then.end


def _outermost(context: FileContext, function: Function) -> Function:
    """The function that another is nested in, as callbacks are."""
    outer = context.names.enclosing_function(function)
    while outer is not None:
        function, outer = outer, context.names.enclosing_function(outer)
    return function


def _is_on_the_way(context: FileContext, node: Node, target: Node) -> bool:
    """Whether every run that reaches `target` has passed `node`: it stands in no branch beside it."""
    child = given_or_nothing(context, node) if isinstance(node, Call) else node
    if isinstance(node, Call) and child is not node and not uses_result(context, node, target):
        return False
    for parent in context.names.ancestors(child):
        if isinstance(parent, If | Conditional) and child is not parent.test:
            return False
        if parent.start <= target.start and target.end <= parent.end:
            return True
        if (isinstance(parent, Call) and registers(parent)) or _is_put_aside(context, parent):
            return False
        if isinstance(parent, Binary) and child is parent.right and _may_stop_before(context, parent):
            return False
        child = parent
    return False


def _may_stop_before(context: FileContext, pair: Binary) -> bool:
    """Whether the second of two is left out by what the first is; in other languages such pairs stand for branches."""
    return pair.operator in {"and", "or", "??"} and (context.names.is_javascript or context.is_python)


def _is_put_aside(context: FileContext, node: Node) -> bool:
    """Whether a function is defined here, and run when somebody calls it: no callback of the call it stands in."""
    if not isinstance(node, Function) or not (context.names.is_javascript or context.is_python):
        return False
    return not isinstance(context.names.parent(node), Argument | Call)
