"""LiveKit's webhook events that code acts on without knowing who sent them."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.authentication import Authentication
from lk_audit.extractors.check_calls import is_swallowed
from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.extractors.development_tokens import is_for_development
from lk_audit.extractors.endpoints import Endpoints, Route
from lk_audit.extractors.request_values import RequestValues
from lk_audit.facts import FileRole, WebhookUse
from lk_audit.livekit.webhooks import CHECKS, EVENTS, GO_EVENTS, RECEIVERS
from lk_audit.syntax import (
    Assign,
    Await,
    Binary,
    Call,
    Evaluate,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Member,
    Name,
    Node,
    walk,
)
from lk_audit.values.model import Flag, Returned, symbolic_sources

_SKIP = "skipAuth is set, so the signature is not checked"
_UNAWAITED = "receive() is not awaited, so that nobody learns when the signature is wrong"
_UNVERIFIED = "the event is used as it came, without WebhookReceiver.receive()"
_PASSED_BY = "the event is used also where WebhookReceiver.receive() was not asked, or has failed"
_UNVERIFIED_IN_GO = "the event is used as it came, without webhook.ReceiveWebhookEvent()"


def webhook_uses(context: FileContext) -> Iterator[WebhookUse]:
    """Every use of an event whose sender is not known, one for each handler."""
    if context.role is FileRole.TEST:
        return
    for call in (*context.names.calls_of("receive"), *context.names.calls_of("Receive")):
        if _is_receiver(context, call):
            how = _SKIP if _skips(context, call) else _UNAWAITED if _is_unawaited(context, call) else None
            if how is not None:
                yield WebhookUse(place=context.place(call), role=context.role, how=how)
    yield from _unverified(context)


def _is_receiver(context: FileContext, call: Call) -> bool:
    if not isinstance(call.callee, Member):
        return False
    return any(
        isinstance(value, Returned) and (value.callee or "").endswith(RECEIVERS)
        for value in context.values(call.callee.object)
    )


def _skips(context: FileContext, call: Call) -> bool:
    return any(isinstance(value, Flag) and value.flag for value in context.values(argument(call, 2, "skipAuth")))


def _is_unawaited(context: FileContext, call: Call) -> bool:
    """`receiver.receive(...)` gives a promise since version 2 of the SDK."""
    if not context.names.is_javascript or context.sdk_major < 2:  # noqa: PLR2004 - the version that made it so
        return False
    holder = context.names.parent(call)
    if isinstance(holder, Evaluate):
        return True
    if not isinstance(holder, Assign) or not isinstance(holder.target, Name):
        return False
    scope = context.names.binding_scope(holder.target)
    uses = context.names.uses(scope, holder.target.id) if scope is not None else ()
    later = [use for use in uses if use.start > holder.end]
    return bool(later) and not any(isinstance(context.names.parent(use), Await) for use in later)


def _unverified(context: FileContext) -> Iterator[WebhookUse]:
    """A handler that compares the `event` of its request with the names of LiveKit's events."""
    if b"livekit" not in context.source.data.lower():
        return
    how = _UNVERIFIED_IN_GO if context.is_go else _UNVERIFIED
    endpoints, requests = context.built(Endpoints), context.built(RequestValues)
    seen: set[Function] = set()
    for test in context.names.nodes(Binary):
        subject = _event_of(test)
        if subject is None or not any(
            requests.is_request(value) for value in symbolic_sources(context.values(subject))
        ):
            continue
        for route in endpoints.routes_to(test):
            passed = _is_passed_by(context, route, test, subject)
            if route.handler.function not in seen and (passed or not _is_verified(context, route)):
                seen.add(route.handler.function)
                told = _PASSED_BY if passed else how
                yield WebhookUse(place=context.place(subject), role=context.role, how=told, certain=False)


def _event_of(test: Binary) -> Expr | None:
    """What is compared with the name of an event: `body.event`, `event["event"]`, `payload.get("event")`."""
    if test.operator not in {"==", "in"}:
        return None
    named = any(
        (isinstance(node, Literal) and node.value in EVENTS) or (isinstance(node, Member) and node.name in GO_EVENTS)
        for node in walk(test)
    )
    reads = (node for node in (test.left, test.right) if _reads_event(node))
    return next(reads, None) if named else None


def _reads_event(expr: Expr) -> bool:
    match expr:
        case Member(name="event" | "Event") | Call(callee=Member(name="GetEvent")) | Index(key=Literal(value="event")):
            return True
        case Call(callee=Member(name="get")) if expr.arguments:
            first = expr.arguments[0].value
            return isinstance(first, Literal) and first.value == "event"
        case Name(id=name):
            return name in {"event", "event_type", "eventType", "event_name"}
        case _:
            return False


def _is_passed_by(context: FileContext, route: Route, test: Binary, subject: Expr) -> bool:
    """Whether events get to a test without the check beside it: its failure is only noted, or senders may leave it out.

    What a setting leaves out, and what is for development, is left out on purpose.
    """
    if not (context.names.is_javascript or context.is_python):
        return False
    function = context.names.enclosing_function(test)
    checks = [call for call in _calls_in(context, route) if (last_name(call.callee) or "") in CHECKS]
    received = [call for call in checks if _is_receiver(context, call) and call.start < test.start]
    if function is None or not checks or len(received) < len(checks):
        return False
    if any(is_for_development(context, node) for node in _given_to(context, subject)):
        return False
    return all(
        context.names.enclosing_function(call) is function
        and (is_swallowed(context, call, function) or _is_optional(context, call, test))
        for call in received
    )


def _given_to(context: FileContext, subject: Expr, depth: int = 3) -> Iterator[Expr]:
    """What the variables were given that an event is read from: `type` of `const type = event.event`, `event`."""
    root = subject
    while isinstance(root, Member | Index | Call):
        root = root.callee if isinstance(root, Call) else root.object
    definitions = context.names.definitions(root) if isinstance(root, Name) and depth else ()
    for value in (item.value for item in definitions):
        if value is not None:
            yield value
            yield from _given_to(context, value, depth - 1)


def _is_optional(context: FileContext, call: Call, test: Binary) -> bool:
    """Whether what the sender leaves out decides that there is no check: `if (authorization) { ... receive() }`."""
    requests = context.built(RequestValues)
    child: Node = call
    for parent in context.names.ancestors(call):
        if isinstance(parent, Function) or _holds(child, test):
            return False
        if isinstance(parent, If) and child is not parent.test:
            parts = (node for node in walk(parent.test) if isinstance(node, Name | Member | Call))
            if any(requests.is_request(value) for part in parts for value in symbolic_sources(context.values(part))):
                return True
        child = parent
    return False


def _holds(node: Node, other: Node) -> bool:
    return node.start <= other.start and other.end <= node.end


def _is_verified(context: FileContext, route: Route) -> bool:
    """Whether the handler checks the signature in whatever way, or its caller in another."""
    home = context.home(route.handler.function)
    if any((last_name(call.callee) or "") in CHECKS for call in _calls_in(home, route)):
        return True
    authentication = context.workspace.shared(Authentication)
    return authentication.of(route.handler, (route.call, *route.helpers)) is not None


def _calls_in(home: FileContext, route: Route) -> Iterator[Call]:
    yield from (node for node in walk(route.handler.function) if isinstance(node, Call))
    for helper in route.helpers:
        function = home.home(helper).names.enclosing_function(helper)
        if function is not None:
            yield from (node for node in walk(function) if isinstance(node, Call))
