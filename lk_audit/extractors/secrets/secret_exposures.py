"""API secrets and tokens that code prints, logs, or answers requests with."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator
from typing import cast

from lk_audit.extractors import gates
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.mints.mints import mints_of
from lk_audit.extractors.requests.endpoints import Endpoints, Route
from lk_audit.extractors.requests.handing_out import handed_over
from lk_audit.extractors.secrets.empty_branches import holds_no_text
from lk_audit.extractors.secrets.named_secrets import is_named_secret
from lk_audit.extractors.secrets.shown_objects import secrets_within, showing
from lk_audit.extractors.shown import argument_parts, is_overwritten, is_receiver, shown, with_contents
from lk_audit.extractors.sides.sides import side_of
from lk_audit.facts import Exposure, FileRole, Lead, SecretExposure, Side, Signer
from lk_audit.livekit.setting_names import name_words
from lk_audit.livekit.sinks import (
    ANSWERING,
    LOG_FUNCTIONS,
    LOG_FUNCTIONS_OF,
    LOG_METHODS,
    LOGGERS,
    PAGE_FUNCTIONS,
    RESPONSE_METHODS,
    RESPONSES,
    RESPONSES_OF,
    TEMPLATE_CALLS,
    TOKEN_METHODS,
)
from lk_audit.patterns import regex
from lk_audit.source import Place
from lk_audit.syntax import (
    Argument,
    Assign,
    Call,
    Element,
    Expr,
    Function,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Raise,
    Record,
    Return,
    walk,
)
from lk_audit.values.model import Defined, Environment, Given, Reference, Returned, Value

_TELLING = regex(r"(?i)secret|cred|env|config|conf|setting|key|sign|passw|var|livekit|props|data|options|params")
"""Names under which a secret may be shown; others are not looked up."""
_TELLING_OF_TOKENS = regex(r"(?i)token|jwt")
_WHERE_IT_IS = frozenset({"file", "path", "name", "id", "url", "length", "size", "count"})
"""How names end of what a secret, or settings with one in them, are found by."""


_SECRET = regex(rb"(?i)secret")
"""What stands in every helper that reads the secret itself."""


def secret_exposures(context: FileContext) -> Iterator[SecretExposure]:
    """Every place where a secret or token is let out, once."""
    if context.role is FileRole.TEST:
        return
    seen: set[tuple[Place, str]] = set()
    for fact in (
        *_logged(context),
        *_logged_by_helpers(context),
        *_shown_elsewhere(context),
        *_logged_where_asked_for(context),
        *_raised(context),
        *_answered(context),
        *_given_to_handlers(context),
        *_given_to_pages(context),
    ):
        if (fact.place, fact.name) not in seen:
            seen.add((fact.place, fact.name))
            yield fact


def _logged(context: FileContext) -> Iterator[SecretExposure]:
    family = context.names.traits.family
    functions = LOG_FUNCTIONS | LOG_FUNCTIONS_OF.get(family, frozenset())
    for call in context.names.calls:
        name = last_name(call.callee) or ""
        is_log = name in LOG_METHODS and is_receiver(call, LOGGERS)
        if is_log or (context.qualified(call.callee) or "") in functions:
            with_tokens = is_log or family != "php" or name not in ANSWERING
            for expr in argument_parts(call):
                sink = _as_written(call.callee)
                facts = tuple(_facts(context, iter((expr,)), Exposure.LOG, sink, with_tokens=with_tokens))
                if not (facts and is_log and _leaves_out_secrets(context, call)):
                    yield from facts or _by_name(context, expr, sink)


def _shown_elsewhere(context: FileContext) -> Iterator[SecretExposure]:
    """What other files show of this one's settings."""
    for other in showing(context):
        if other.role is not FileRole.TEST:
            yield from _logged(other)
            yield from _answered(other)


def _logged_where_asked_for(context: FileContext) -> Iterator[SecretExposure]:
    """What handlers in other files log of the tokens that this one makes for them; files with secrets are looked at."""
    endpoints = context.built(Endpoints)
    routes = (route for parts in context.built(mints_of) for route in endpoints.routes_to(parts.call))
    for other in dict.fromkeys(context.home(route.handler.function) for route in routes):
        data = other.source.data
        may_log = other is not context and other.role is not FileRole.TEST and _LOGGED_TOKEN.search(data)
        if may_log and "secret_exposures" not in gates.opened(data, context.secret_names):
            yield from (fact for fact in _logged(other) if fact.is_token)


_LOGGED_TOKEN = regex(rb"(?i)(?:print|log|info|debug|warn|error|trace|puts)[^\n]{0,160}(?:token|jwt)")
"""A line that may log a token."""


def _logged_by_helpers(context: FileContext) -> Iterator[SecretExposure]:
    """`dump("secret", process.env.LIVEKIT_API_SECRET)`: what a function of the project logs that it is given."""
    if not (context.names.is_javascript or context.is_python):
        return
    for call in context.names.calls:
        for position, item in enumerate(call.arguments):
            named = (name for part in shown(item.value) for name in _names_in(part))
            if not any("secret" in name.lower() for name in named):
                continue
            takers = context.functions_meant(call.callee)
            if any(_logs(context.home(taker), taker, item.name or position) for taker in takers):
                yield from _facts(context, shown(item.value), Exposure.LOG, _as_written(call.callee))


def _logs(home: FileContext, function: Function, given: str | int) -> bool:
    """Whether a function writes what it is given, under a name or at a position, to a log."""
    taken = [item.name for item in function.parameters if item.name not in _ITSELF]
    name = given if isinstance(given, str) else next(iter(taken[given : given + 1]), "")
    if home.secret_names.means(name):
        return False  # It is told where it is logged.
    functions = LOG_FUNCTIONS | LOG_FUNCTIONS_OF.get(home.names.traits.family, frozenset())
    logs = (
        node
        for node in walk(function.body)
        if isinstance(node, Call)
        and (
            ((last_name(node.callee) or "") in LOG_METHODS and is_receiver(node, LOGGERS))
            or (home.qualified(node.callee) or "") in functions
        )
    )
    return any(isinstance(part, Name) and part.id == name for call in logs for part in argument_parts(call))


def _leaves_out_secrets(context: FileContext, call: Call) -> bool:
    """Whether a logger was told to hide secrets: pino's `{ redact: ["livekit.apiSecret"] }`.

    Source: github.com/pinojs/pino (docs/redaction.md).
    """
    logger = call.callee.object if isinstance(call.callee, Member) and context.names.is_javascript else None
    made = (item.call for item in context.values_here(logger) if isinstance(item, Returned)) if logger else ()
    told = (
        entry.value
        for call in made
        for item in call.arguments
        if isinstance(item.value, Record)
        for entry in item.value.entries
        if isinstance(entry.key, Literal) and entry.key.value == "redact"
    )
    words = (node.value for expr in told for node in walk(expr) if isinstance(node, Literal))
    return any(isinstance(word, str) and "secret" in word.lower() for word in words)


def _as_written(callee: Expr) -> str:
    """What is called, as far as it is made of names: `console.log`, `logger.info` of `this.logger.info`."""
    parts: list[str] = []
    while isinstance(callee, Member):
        parts.append(callee.name)
        callee = callee.object
        if isinstance(callee, Call) and not callee.arguments:  # Ruby's `Rails.logger.info`
            callee = callee.callee
    if isinstance(callee, Name) and callee.id not in _ITSELF:
        parts.append(callee.id)
    return ".".join(reversed(parts))


_ITSELF = frozenset({"this", "self"})


def _raised(context: FileContext) -> Iterator[SecretExposure]:
    """`throw new Error(`bad secret ${secret}`)`: what is raised ends up in logs and in reports of errors."""
    for item in context.names.nodes(Raise):
        if isinstance(item.value, Call):
            yield from _facts(
                context, argument_parts(item.value), Exposure.ERROR, last_name(item.value.callee) or "raise"
            )


def _answered(context: FileContext) -> Iterator[SecretExposure]:
    handlers = context.built(Endpoints).handlers
    if not handlers:
        return
    others = RESPONSES_OF.get(context.names.traits.family, frozenset())
    for call in context.names.calls:
        name = last_name(call.callee) or ""
        if name in TEMPLATE_CALLS:
            yield from _facts(context, argument_parts(call), Exposure.TEMPLATE, name)
        elif _answers(call, name) or (name in others and _writes_to_caller(context, call)):
            yield from _in_handler(context, call, _facts(context, argument_parts(call), Exposure.RESPONSE, name))
    for item in context.names.nodes(Return):
        function = context.names.enclosing_function(item)
        if item.value is not None and function in handlers:
            yield from _facts(context, shown(item.value), Exposure.RESPONSE, "return")
    for assign in context.names.nodes(Assign):
        if isinstance(assign.target, Member) and assign.target.name == "body":
            yield from _in_handler(context, assign, _facts(context, shown(assign.value), Exposure.RESPONSE, "body"))


def _given_to_handlers(context: FileContext) -> Iterator[SecretExposure]:
    """What helpers return, where handlers answer with it."""
    spelling = [found.start() for found in _SECRET.finditer(context.source.data)]
    for item in context.names.nodes(Return) if spelling else ():
        function = context.names.enclosing_function(item)
        if item.value is None or function is None or bisect(spelling, function.start) == bisect(spelling, function.end):
            continue
        if not _names_secret(context, item.value) or function in context.built(Endpoints).handlers:
            continue
        facts = tuple(_facts(context, shown(item.value), Exposure.RESPONSE, "return"))
        if facts and any(_is_passed_on(context, route) for route in context.built(Endpoints).routes_to(item.value)):
            yield from facts


def _names_secret(context: FileContext, answer: Expr) -> bool:
    parts = (part for expr in shown(answer) for part in with_contents(context, expr))
    return any("secret" in name.lower() for part in parts for name in _names_in(part))


def _is_passed_on(context: FileContext, route: Route) -> bool:
    """Whether each function on the way from a handler to a helper gives on what it gets, and the handler answers so."""
    calls = [route.call, *route.helpers[:-1]] if route.helpers else []
    return bool(calls) and all(_is_shown(context, call) for call in calls)


def _is_shown(context: FileContext, call: Node) -> bool:
    names = context.home(call).names
    function = names.enclosing_function(call)
    if function is None:
        return False
    given = (item for node in walk(function.body) for item in handed_over(node))
    exprs = (cast("Expr", item.value if isinstance(item, Argument) else item) for item in given)
    return any(inner is call for expr in exprs for part in shown(expr) for inner in with_contents(context, part))


def _in_handler(context: FileContext, node: Node, facts: Iterable[SecretExposure]) -> Iterator[SecretExposure]:
    """The facts, if `node` answers a request. That is asked last: the answer may be far away, and few facts need it."""
    yield from (fact for fact in facts if _is_in_handler(context, node))


def _answers(call: Call, name: str) -> bool:
    return name in RESPONSES or (name in RESPONSE_METHODS and isinstance(call.callee, Member))


def _writes_to_caller(context: FileContext, call: Call) -> bool:
    """Go's `json.NewEncoder(w).Encode(...)` answers if `w` is what the handler was given."""
    encoder = call.callee.object if isinstance(call.callee, Member) else None
    if last_name(call.callee) != "Encode" or not isinstance(encoder, Call):
        return last_name(call.callee) != "Encode"
    given = (value for item in encoder.arguments for value in context.values(item.value))
    return any(isinstance(value, Given) for value in given)


def _is_in_handler(context: FileContext, node: Node) -> bool:
    return bool(context.built(Endpoints).routes_to(node))


def _given_to_pages(context: FileContext) -> Iterator[SecretExposure]:
    """Props of a page, and of a component that runs at the client."""
    for item in context.names.nodes(Return):
        function = context.names.enclosing_function(item)
        if item.value is not None and function is not None and context.names.name_of(function) in PAGE_FUNCTIONS:
            yield from _facts(context, shown(item.value), Exposure.TEMPLATE, context.names.name_of(function))
    for element in context.names.elements:
        if element.tag[:1].isupper() and _runs_at_client(context, element):
            for attribute in element.attributes:
                yield from _facts(context, shown(attribute.value), Exposure.TEMPLATE, f"<{element.tag}>")


def _runs_at_client(context: FileContext, element: Element) -> bool:
    name = context.names.at_end(element.tag.partition(".")[0])
    defined = [value.definition for value in context.values(name) if isinstance(value, Defined)]
    return any(
        context.home(item).built(side_of).side is Side.CLIENT for item in defined if not context.code.holds(item)
    )


def _facts(
    context: FileContext, exprs: Iterator[Expr], exposure: Exposure, sink: str, *, with_tokens: bool = False
) -> Iterator[SecretExposure]:
    texts = (expr for expr in exprs if not holds_no_text(context, expr))
    parts = ((expr, part) for expr in texts for part in with_contents(context, expr))
    for expr, part in ((expr, part) for expr, part in parts if _may_show(part, with_tokens=with_tokens)):
        for value in context.values_here(part):
            is_token = with_tokens and part is expr and _is_token(context, value) and _is_in_handler(context, expr)
            setting = _setting_of(value)
            if setting is None and not is_token and not is_overwritten(context, part):
                setting = next(secrets_within(context, value), None)
            if is_token or (setting is not None and context.secret_names.means(setting)):
                yield SecretExposure(
                    place=context.place(expr),
                    role=context.role,
                    name=setting if setting is not None else "the token",
                    exposure=exposure,
                    sink=sink,
                    is_token=is_token,
                    leads=(
                        *(() if part is expr else (Lead(context.place(part), "the secret is in it"),)),
                        *context.leads(value.trace),
                    ),
                )


def _may_show(part: Expr, *, with_tokens: bool) -> bool:
    """Whether something has a name, or is looked up by one, that a secret or a token may have."""
    names = [name for name in _names_in(part) if " " not in name]
    telling = any(map(_TELLING.search, names)) or (with_tokens and any(map(_TELLING_OF_TOKENS.search, names)))
    return telling and not (isinstance(part, Name | Member) and _WHERE_IT_IS.intersection(name_words(names[0])[-1:]))


def _setting_of(value: Value) -> str | None:
    """The environment variable, or the key of Laravel's configuration, that a value is read from."""
    match value:
        case Environment(name=name):
            return name
        case Reference(name=name) if name.startswith("config/") and ".php." in name:
            return name.removeprefix("config/").replace(".php.", ".")
        case _:
            return None


def _by_name(context: FileContext, expr: Expr, sink: str) -> Iterator[SecretExposure]:
    """The fact for what a function is given, or has in what it is given, under the name of LiveKit's secret."""
    if not is_named_secret(context, expr):
        return
    name = last_name(expr) or ""
    if all(isinstance(value, Given) for value in context.values_here(expr)):
        place = context.place(expr)
        yield SecretExposure(place=place, role=context.role, name=name, exposure=Exposure.LOG, sink=sink)


def _names_in(expr: Expr) -> Iterator[str]:
    """What `expr` is called, and the text that it is looked up by: `os.environ["NAME"]`, `ENV.fetch("NAME")`."""
    yield last_name(expr) or ""
    keys = [expr.key] if isinstance(expr, Index) else ()
    given = [item.value for item in expr.arguments] if isinstance(expr, Call) else keys
    yield from (key.value for key in given if isinstance(key, Literal) and isinstance(key.value, str))


def _is_token(context: FileContext, value: Value) -> bool:
    """What `toJwt()` of an AccessToken gives, or a JWT library that signs LiveKit's claims."""
    if not isinstance(value, Returned) or value.members:
        return False
    callee = value.call.callee
    if isinstance(callee, Member) and callee.name in TOKEN_METHODS:
        return True
    home = context.home(value.call)
    return _CLAIM in home.source.data and value.call in home.built(_signed)


_CLAIM = b"video"
"""Without this word no file signs LiveKit's claims."""


def _signed(context: FileContext) -> frozenset[Call]:
    return frozenset(parts.call for parts in context.built(mints_of) if parts.signer is Signer.RAW)
