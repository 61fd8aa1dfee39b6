"""Rights of one of several tokens among which the request chooses: `isHost ? hostToken(room) : viewerToken(room)`."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, IsRequest
from lk_audit.extractors.refusals import says_refusal
from lk_audit.extractors.rights.role_conditions import is_claimed
from lk_audit.source import Place
from lk_audit.syntax import Call, Conditional, Expr, Function, If, Node, walk

_MOST_CALLS = 20


def picked_at(context: FileContext, right: Node, is_request: IsRequest) -> Place | None:
    """Where a request picks the function that a right is written in, and could have picked another."""
    home = context.home(right)
    function = home.names.enclosing_function(right)
    if function is None:
        return None
    for site, call in _calls_of(home, function):
        test = _test_around(site, call)
        if test is not None and is_claimed(site, test, is_request):
            return site.place(call)
    return None


def _calls_of(home: FileContext, function: Function) -> Iterator[tuple[FileContext, Call]]:
    calls = [(home, call) for call in home.names.callers(function)]
    calls += [(home.workspace.context(use.module), use.call) for use in home.project.usage.callers(home.code, function)]
    yield from calls[:_MOST_CALLS]


def _test_around(site: FileContext, call: Call) -> Expr | None:
    """The test that decides whether this call is made, or something else is called instead."""
    child: Node = call
    for parent in site.names.ancestors(call):
        if isinstance(parent, Function):
            return None
        if isinstance(parent, If | Conditional) and child is not parent.test:
            other = parent.otherwise if child is parent.then else parent.then
            is_choice = other is not None and not says_refusal(other)
            is_call = other is not None and any(isinstance(node, Call) for node in walk(other))
            return parent.test if is_choice and is_call else None
        child = parent
    return None
