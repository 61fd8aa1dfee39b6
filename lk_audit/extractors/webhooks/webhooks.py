"""LiveKit's webhook events that code acts on without knowing who sent them."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.authentication import Authentication
from lk_audit.extractors.callers.check_calls import is_known_check, is_swallowed
from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.extractors.handlers.model import MAY_AUTHENTICATE
from lk_audit.extractors.refusals import leaves
from lk_audit.extractors.requests.endpoints import Endpoints, Route
from lk_audit.extractors.requests.request_values import RequestValues
from lk_audit.extractors.tokens.development_tokens import is_for_development
from lk_audit.extractors.webhooks.events import event_tests
from lk_audit.facts import FileRole, Lead, WebhookUse
from lk_audit.livekit.webhooks import CHECKING_NAME, CHECKS, RECEIVERS, VERIFIERS
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Call,
    Evaluate,
    Expr,
    Function,
    If,
    Index,
    Member,
    Name,
    Node,
    Return,
    Try,
    walk,
)
from lk_audit.values.model import Defined, Environment, Flag, Returned, symbolic_sources

_LONGEST_WAY = 2
"""How many calls deep a signature is computed: `check()` calls `sign()`."""
_SKIP = "skipAuth is set, so the signature is not checked"
_UNAWAITED = "receive() is not awaited, so a wrong signature goes unnoticed"
_UNVERIFIED = "the event is used as it came, without WebhookReceiver.receive()"
_PASSED_BY = "the event is used also where WebhookReceiver.receive() was not asked, or has failed"
_NO_HASH = "its token is verified and the sha256 of the body in it is not, so that any token of yours vouches for it"
_UNVERIFIED_IN_GO = "the event is used as it came, without webhook.ReceiveWebhookEvent()"


def webhook_uses(context: FileContext) -> Iterator[WebhookUse]:
    """Every use of an event whose sender is not known, one for each handler."""
    if context.role is FileRole.TEST:
        return
    language = context.language
    for call in (*context.names.calls_of("receive"), *context.names.calls_of("Receive")):
        if _is_receiver(context, call):
            how = _SKIP if _skips(context, call) else _UNAWAITED if _is_unawaited(context, call) else None
            if how is not None:
                yield WebhookUse(place=context.place(call), role=context.role, how=how, language=language)
            elif (instead := _taken_instead(context, call)) is not None:
                yield WebhookUse(place=context.place(instead), role=context.role, how=_PASSED_BY, language=language)
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
    holders = [context.names.parent(use) for use in later]
    is_awaited = any(isinstance(item, Await) or (isinstance(item, Member) and item.name == "then") for item in holders)
    is_handed_on = all(isinstance(item, Return) for item in holders)
    return bool(later) and not is_awaited and not is_handed_on


def _taken_instead(context: FileContext, call: Call) -> Assign | None:
    """What a handler of errors gives the event out of the request, when its sender is not LiveKit.

    `try { event = await receiver.receive(body, header) } catch { event = JSON.parse(body) }`, and the event is acted on
    elsewhere: where that is told here, `_unverified` sees it.
    """
    holder = context.names.parent(call)
    while isinstance(holder, Await):
        holder = context.names.parent(holder)
    attempt = context.names.enclosing(call, Try)
    if not isinstance(holder, Assign) or not isinstance(holder.target, Name) or not isinstance(attempt, Try):
        return None
    requests, event = context.built(RequestValues), holder.target.id
    answers = [node for handler in attempt.handlers for node in walk(handler)]
    if any(isinstance(node, If) and leaves(node.then) for node in answers):
        return None  # some are turned away after all
    for given in (node for node in answers if isinstance(node, Assign)):
        parts = [node for node in walk(given.value) if isinstance(node, Name | Member | Call)]
        if not isinstance(given.target, Name) or given.target.id != event or is_for_development(context, given):
            continue
        if any(requests.is_request(value) for part in parts for value in symbolic_sources(context.values(part))):
            return None if _tells_events(context, given) else given
    return None


def _tells_events(context: FileContext, given: Assign) -> bool:
    """Whether the function itself compares an event with the names of LiveKit's."""
    function = context.names.enclosing_function(given)
    return any(context.names.enclosing_function(test) is function for test, _ in event_tests(context))


def _unverified(context: FileContext) -> Iterator[WebhookUse]:
    """A handler that compares the `event` of its request with the names of LiveKit's events."""
    if b"livekit" not in context.source.data.lower():
        return
    how = _UNVERIFIED_IN_GO if context.is_go else _UNVERIFIED
    endpoints, requests = context.built(Endpoints), context.built(RequestValues)
    seen: set[Function] = set()
    for test, subject in event_tests(context):
        if not any(requests.is_request(value) for value in symbolic_sources(context.values(subject))):
            continue
        for route in endpoints.routes_to(test):
            passed = _PASSED_BY if _is_passed_by(context, route, test, subject) else None
            told = passed or (None if _is_made_by_check(context, subject) else _missing_check(context, route, how))
            if route.handler.function not in seen and told is not None:
                seen.add(route.handler.function)
                place, language = context.place(subject), context.language
                yield WebhookUse(place=place, role=context.role, how=told, language=language, certain=False)


def _is_passed_by(context: FileContext, route: Route, test: Expr, subject: Expr) -> bool:
    """Whether events get to a test without the check beside it: its failure is only noted, or senders may leave it out.

    What a setting leaves out, and what is for development, is left out on purpose.
    """
    if not (context.names.is_javascript or context.is_python):
        return False
    function = context.names.enclosing_function(test)
    checks = [call for call in _calls_in(context, route) if _is_check(context, call)]
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


def _is_optional(context: FileContext, call: Call, test: Expr) -> bool:
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


def _is_made_by_check(context: FileContext, subject: Expr) -> bool:
    """Whether an event comes from a method that checks it: `event, err := s.livekit.ParseWebhook(header, body)`.

    What is called through an interface is looked for by its name.
    """
    calls = (item for given in _given_to(context, subject) for item in walk(given) if isinstance(item, Call))
    return any(
        _is_check(context.home(function), inner)
        for call in calls
        for function in _functions_called(context, call)
        for inner in walk(function.body)
        if isinstance(inner, Call)
    )


def _functions_called(context: FileContext, call: Call) -> Iterator[Function]:
    known = list(context.functions_meant(call.callee))
    if known or not isinstance(call.callee, Member):
        yield from known
        return
    name = call.callee.name
    for module in context.project.usage.mentions(context.source.path, name):
        yield from (item for item in module.names.functions if item.name == name)


def _missing_check(context: FileContext, route: Route, unverified: str) -> str | None:
    """What is missing where the handler checks neither the signature in some way, nor its caller in another."""
    home = context.home(route.handler.function)
    checks = [call for call in _calls_in(home, route) if _is_check(home, call)]
    tokens = [call for call in _calls_in(home, route) if _checks_token_only(home, call)]
    if any(call not in tokens for call in checks):
        return None
    found = context.workspace.shared(Authentication).of(route.handler, (route.call, *route.helpers))
    if tokens and (found is None or _is_inside(home, route, found)):
        return _NO_HASH
    # What is out of sight knows people by their login, as a rule: LiveKit's server has none.
    return unverified if found is None or found.note == MAY_AUTHENTICATE else None


def _checks_token_only(home: FileContext, call: Call) -> bool:
    """Whether a call verifies the token of a webhook, and nobody compares the hash of the body with the one in it.

    A file that hashes nothing, and gives what the token holds to nobody, does not.
    """
    if not (home.names.is_javascript or home.is_python) or b"sha256" in home.source.data.lower().replace(b"-", b""):
        return False
    if not _verifies_livekit_token(home, call):
        return False
    holder = home.names.parent(call)
    while isinstance(holder, Await):
        holder = home.names.parent(holder)
    if not isinstance(holder, Assign):
        return isinstance(holder, Evaluate)
    targets = (node for node in walk(holder.target) if isinstance(node, Name))
    uses = (use for name in targets for use in home.names.uses(home.names.binding_scope(name) or home.module, name.id))
    return not any(isinstance(home.names.parent(use), Argument) for use in uses)


def _verifies_livekit_token(home: FileContext, call: Call) -> bool:
    """`verifier.verify(header)` of the SDK's TokenVerifier, `jwt.decode(header, LIVEKIT_API_SECRET)`."""
    if isinstance(call.callee, Member) and call.callee.name == "verify":
        made = (item for item in home.values(call.callee.object) if isinstance(item, Returned))
        if any((item.callee or "").endswith(VERIFIERS) for item in made):
            return True
    if not is_known_check(home, home.qualified(call.callee) or ""):
        return False
    keys = (value for item in call.arguments[1:2] for value in home.values(item.value))
    return any(isinstance(value, Environment) and home.secret_names.means(value.name) for value in keys)


def _is_inside(home: FileContext, route: Route, found: Lead) -> bool:
    """Whether a check stands in the handler itself."""
    around = home.place(route.handler.function)
    return found.place.path == around.path and around.start <= found.place.start < around.end


def _is_check(context: FileContext, call: Call) -> bool:
    """Whether a call checks a signature by its name; a definition that is in sight computes one, or is no guard."""
    name = last_name(call.callee) or ""
    if name in CHECKS:
        # Ktor's `call.receive<Event>()` only reads; what checks is given the body and the header.
        return name.lower() != "receive" or len(call.arguments) > 1
    if CHECKING_NAME.match(name) is None:
        return False
    if not any(isinstance(value, Defined) for value in context.home(call).values(call.callee)):
        return True
    return any(_computes_hmac(context, item) for item in context.functions_meant(call.callee))


def _computes_hmac(context: FileContext, function: Function, depth: int = _LONGEST_WAY) -> bool:
    """Whether a function, or one that it calls, computes what a signature is compared with."""
    home = context.home(function)
    calls = [node for node in walk(function.body) if isinstance(node, Call)]
    if any((home.qualified(call.callee) or "") in home.sdks.hmacs for call in calls):
        return True
    called = (item for call in calls for item in home.functions_meant(call.callee)) if depth else ()
    return any(_computes_hmac(home, item, depth - 1) for item in called if item is not function)


def _calls_in(home: FileContext, route: Route) -> Iterator[Call]:
    yield from (node for node in walk(route.handler.function) if isinstance(node, Call))
    for helper in route.helpers:
        function = home.home(helper).names.enclosing_function(helper)
        if function is not None:
            yield from (node for node in walk(function) if isinstance(node, Call))
