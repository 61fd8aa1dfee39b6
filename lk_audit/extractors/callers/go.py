"""How Go code finds out who is calling: by what calls return, since none of them raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from lk_audit.extractors.callers.caller_data import has_credential, has_raw
from lk_audit.extractors.callers.guard_parts import nodes_of
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers.go import is_whole_request, type_name
from lk_audit.extractors.refusals import leaves, parts_of_test, says_refusal
from lk_audit.livekit.authentication import AUTHENTICATING_NAME, GO_ASKING_NAME, GO_CHECK_NAME, GO_TEXT_PACKAGES
from lk_audit.syntax import (
    Call,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Opaque,
    Parameter,
    Raise,
    walk,
)
from lk_audit.values.model import Defined, symbolic_sources

TestsCaller: TypeAlias = Callable[[FileContext, Expr], bool]
"""Tells whether a test looks at who the caller is."""


def fails_for_strangers(context: FileContext, leaf: Expr) -> bool:
    """`user, err := store.Find(token)`, `session, ok := sessions[cookie.Value]`: strangers have no such thing."""
    for node in given_with(context, leaf):
        if isinstance(node, Index) and has_raw(context, node.key) and has_credential(node.key):
            return True
        if isinstance(node, Call) and not (context.qualified(node.callee) or "").startswith(GO_TEXT_PACKAGES):
            given = [item.value for item in node.arguments if not isinstance(item.value, Literal)]
            if any(has_credential(expr) and has_raw(context, expr) for expr in given):
                return True
    return False


def given_with(context: FileContext, leaf: Expr) -> Iterator[Expr]:
    """What a name was given, together with others: the call in `user, err := find(token)`, for both of them."""
    if not isinstance(leaf, Name):
        return
    for definition in context.names.definitions(leaf):
        value = definition.value
        if isinstance(value, Opaque) and len(value.children) == 1 and isinstance(value.children[0], Name):
            others = context.names.definitions(value.children[0])
            yield from (item.value for item in others if item.value is not None and item.effect == definition.effect)
        elif value is not None:
            yield value


def is_called_check(name: str) -> bool:
    return AUTHENTICATING_NAME.match(name) is not None and GO_CHECK_NAME.match(name) is not None


def asks_who_has_credential(context: FileContext, function: Function) -> bool:
    """Whether a function gives up where somebody else does not know a credential: `client.UserInfo(ctx, token)`."""
    return any(
        isinstance(call, Call) and _asks(context, call)
        for node in walk(function.body)
        if isinstance(node, If) and leaves(node.then)
        for leaf in parts_of_test(node.test)
        for call in given_with(context, leaf)
    )


def _asks(context: FileContext, call: Call) -> bool:
    if GO_ASKING_NAME.search(last_name(call.callee) or "") is None:
        return False
    is_ours = any(isinstance(value, Defined) for value in context.values(call.callee))
    return not is_ours and any(has_credential(item.value) for item in call.arguments)


def calls_parameter(context: FileContext, call: Call) -> bool:
    """`next(w, r)`, `next.ServeHTTP(w, r)`: what middleware goes on with says nothing about the middleware."""
    root = call.callee.object if isinstance(call.callee, Member) else call.callee
    if not isinstance(root, Name):
        return False
    definitions = context.home(call).names.definitions(root)
    return any(
        isinstance(item.node, Parameter)
        and item.node.kind != "receiver"
        and type_name(context.home(call), item.node.annotation).rpartition(".")[2] in {"", "Handler", "HandlerFunc"}
        for item in definitions
    )


def is_request_itself(context: FileContext, expr: Expr) -> bool:
    """`sessions.Get(r, "user")`: a library is given the request, and takes what it needs."""
    return context.is_go and is_whole_request(context, symbolic_sources(context.values(expr)))


def is_only_asked_for(context: FileContext, read: Call, target: Node) -> bool:
    """`if id, ok := ctx.Value("user").(string); ok { ... }`: whoever is nobody goes on to `target` all the same."""
    function = context.names.enclosing_function(read)
    for node in walk(function.body) if function is not None else ():
        if isinstance(node, If) and node.start < read.start and read.end <= node.test.start:
            is_inside = node.start <= target.start and target.end <= node.end
            return not (is_inside or any(leaves(part) for part in (node.then, node.otherwise) if part is not None))
    return False


def refuses(context: FileContext, function: Function, tests_caller: TestsCaller) -> bool:
    """Whether a function refuses strangers itself, so that nothing is left to ask."""
    return any(
        isinstance(node, If)
        and (leaves(node.then) or node.otherwise is not None)
        and (says_refusal(node.then) or (node.otherwise is not None and says_refusal(node.otherwise)))
        and tests_caller(context, node.test)
        for node in nodes_of(function)
    )


def returns_refusal(context: FileContext, function: Function, tests_caller: TestsCaller) -> bool:
    """Whether a function returns an error that something outside has decided."""
    return any(
        isinstance(node, If)
        and any(isinstance(item, Raise) for item in node.then.statements)
        and tests_caller(context, node.test)
        for node in nodes_of(function)
    )
