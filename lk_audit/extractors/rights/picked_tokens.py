"""Rights of one of several tokens among which the request chooses: `isHost ? hostToken(room) : viewerToken(room)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lk_audit.extractors.context import FileContext, IsRequest
from lk_audit.extractors.refusals import leaves, says_refusal
from lk_audit.extractors.rights.role_conditions import is_claimed
from lk_audit.source import Place
from lk_audit.syntax import Block, Call, Conditional, Expr, Function, If, Node, Raise, Return, walk

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
            other = _other_way(site, parent, child)
            is_call = any(isinstance(node, Call) for part in other for node in walk(part))
            return parent.test if is_call and not any(map(says_refusal, other)) else None
        child = parent
    return None


def _other_way(site: FileContext, branch: If | Conditional, taken: Node) -> Sequence[Node]:
    """What runs where a branch is not taken; what follows it, up to the end of that, where it goes no further."""
    if taken is not branch.then:
        return (branch.then,)
    if branch.otherwise is not None:
        return (branch.otherwise,)
    block = site.names.parent(branch)
    if not isinstance(block, Block) or not leaves(branch.then):
        return ()
    following = [item for item in block.statements if item.start >= branch.end]
    last = next((place for place, item in enumerate(following) if isinstance(item, Return | Raise)), len(following))
    return following[: last + 1]
