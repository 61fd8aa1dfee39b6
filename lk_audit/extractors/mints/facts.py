"""How a mint becomes a fact: with who it is for, what requests decide, and who answers with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lk_audit.extractors.context import FileContext, handed_over_at, last_name
from lk_audit.extractors.freshness import choosable
from lk_audit.extractors.mints import intent, token_contents
from lk_audit.extractors.mints.model import MintParts, Part, leaves_data
from lk_audit.extractors.requests.endpoints import Endpoints
from lk_audit.extractors.requests.request_values import RequestValues
from lk_audit.extractors.rights import kept_tokens
from lk_audit.extractors.rights.kept_rights import begins_as_bearer
from lk_audit.extractors.sides.sides import SideEvidence
from lk_audit.facts import Audience, Expiry, FileRole, Input, Lifetime, TokenMint
from lk_audit.livekit.grants import SERVICE_KINDS
from lk_audit.patterns import regex
from lk_audit.source import Place
from lk_audit.syntax import Assign, Binary, Call, Entry, Expr, Index, Literal, Member, Sequence, Template
from lk_audit.values.model import Given, Nothing, Reference, Returned, Text, Value, symbolic_sources


def assemble(context: FileContext, parts: MintParts, side: SideEvidence) -> TokenMint:
    """The fact that a mint amounts to, in its project."""
    requests = context.built(RequestValues)
    is_kept = kept_tokens.is_kept(context, parts.call)
    served_by = () if is_kept else context.built(Endpoints).endpoints(parts.call)
    kinds = tuple(_kinds(parts.settings.get("kind", ())))
    kind_parts = parts.settings.get("kind", [])
    return TokenMint(
        place=parts.place,
        role=context.role,
        signer=parts.signer,
        sdk=parts.sdk,
        language=context.language,
        lifetimes=tuple(_with_caller(parts, requests)),
        grants=parts.grants,
        side=side.side,
        side_leads=side.leads,
        audience=Audience.SERVICE if is_kept else _audience(context, parts, kinds, is_served=bool(served_by)),
        can_publish_data_stays=parts.writes_data_rights and leaves_data(parts.grants),
        identity=tuple(_texts(parts.settings.get("identity", ()))),
        kinds=kinds,
        kind_place=kind_parts[0].place if kind_parts else None,
        listener_lead=intent.of_mint(context, parts),
        variants=intent.variants(context, parts),
        is_for_bot=intent.is_for_bot(parts),
        readable_credentials=tuple(token_contents.readable_credentials(context, _signed_settings(parts))),
        role_lead=token_contents.role_lead(context, parts.settings),
        endpoints=() if _is_signed_by_caller(parts, requests) else served_by,
        inputs=tuple(_inputs(context, parts, requests)),
    )


def _is_signed_by_caller(parts: MintParts, requests: RequestValues) -> bool:
    """Whether requests bring the secret that signs: who has that makes any token himself."""
    told = (part for name in ("apiSecret", "api_secret", "secret") for part in parts.settings.get(name, ()))
    secrets = [value for part in told for value in part.values if not isinstance(value, Nothing)]
    return bool(secrets) and all(_is_sent_secret(value, requests) for value in secrets)


def _is_sent_secret(value: Value, requests: RequestValues) -> bool:
    """`body["apiSecret"]`; what a function looks up for a request is not sent: `credentialsOf(request).secret`.

    Nor is what a platform hands over with it: `c.env.LIVEKIT_API_SECRET` of Hono, `event.platform.env` of SvelteKit.
    """
    if not isinstance(value, Given | Returned) or not value.members or "env" in value.members:
        return False
    is_read = isinstance(value, Given) or isinstance(value.call.callee, Member)
    return is_read and "secret" in value.members[-1].lower() and requests.is_request(value)


def _signed_settings(parts: MintParts) -> dict[str, list[Part]]:
    """The settings that end up in the token."""
    return {
        name: values for name, values in parts.settings.items() if name != "roomConfig" or not parts.refuses_credentials
    }


def _kinds(parts: Iterable[Part]) -> Iterator[str]:
    """Kinds of participants: texts, or constants such as Go's `livekit.ParticipantInfo_AGENT`."""
    for part in parts:
        for value in part.values:
            if isinstance(value, Text):
                yield value.text
            elif isinstance(value, Reference) and "ParticipantInfo" in value.name:
                yield re.split(r"[._]", value.name)[-1].lower()


def _texts(parts: Iterable[Part]) -> Iterator[str]:
    for part in parts:
        yield from (value.text for value in part.values if isinstance(value, Text))


def _audience(context: FileContext, parts: MintParts, kinds: tuple[str, ...], *, is_served: bool) -> Audience:
    """Who a token is for, as far as its own file shows.

    One that joins a room is for a participant, unless a test mints it or the process itself connects with it. One that
    does not join is for a service, unless a request is answered with it.
    """
    if context.role is FileRole.TEST:
        return Audience.SERVICE
    connects_itself = context.built(_connects_itself)
    if set(kinds) & SERVICE_KINDS or connects_itself:
        return Audience.UNKNOWN if is_served else Audience.SERVICE
    join = parts.grants.get("roomJoin")
    if join is not None and not join.is_withheld:
        return Audience.PARTICIPANT
    if context.built(_calls_with_bearer) or _is_for_header(context, parts.call):
        return Audience.SERVICE
    if is_served:
        return Audience.PARTICIPANT if parts.grants.complete else Audience.UNKNOWN
    return Audience.SERVICE if parts.grants.complete else Audience.UNKNOWN


def _connects_itself(context: FileContext) -> bool:
    """Whether the file connects to a room as a program: with LiveKit's realtime SDKs for servers."""
    return any((context.qualified(call.callee) or "") in context.sdks.rooms for call in context.names.calls)


def _calls_with_bearer(context: FileContext) -> bool:
    """Whether the file makes requests with an Authorization header, and so uses the token itself."""
    written = [entry.key for entry in context.names.nodes(Entry)]
    # `[{"Authorization", "Bearer ..."}]`, where headers are pairs.
    written += [item.items[0] for item in context.names.nodes(Sequence) if len(item.items) == _PAIR]
    set_by = (call for call in context.names.calls if len(call.arguments) > 1 and last_name(call) in _HEADER_SETTERS)
    written += [call.arguments[0].value for call in set_by]
    # `$headers['Authorization'] = 'Bearer ' . $token`
    written += [item.target.key for item in context.names.nodes(Assign) if isinstance(item.target, Index)]
    return any(isinstance(key, Literal) and key.value in _AUTHORIZATION for key in written)


def _is_for_header(context: FileContext, mint: Call) -> bool:
    """Whether the function that makes a token makes a header of it.

    It says so by its name, or puts something after "Bearer"; who reads such a text compares with it.
    """
    names = context.names
    around = names.enclosing_function(mint)
    if around is None:
        return False
    joined: tuple[Expr, ...] = (*names.nodes(Template), *names.nodes(Binary))
    return _HEADER_MAKER.search(names.name_of(around)) is not None or any(
        begins_as_bearer(item) and names.enclosing_function(item) is around for item in joined
    )


_PAIR = 2
_HEADER_SETTERS = frozenset({"Set", "Add", "set", "append", "header", "addHeader", "setRequestHeader", "setValue"})
"""Methods that put a header into a request that is made: Go, JavaScript, OkHttp, Dart, Swift."""
_HEADER_MAKER = regex(r"(?i)auth(?:orization)?_?headers?$")
_AUTHORIZATION = frozenset({"Authorization", "authorization"})


def _with_caller(parts: MintParts, requests: RequestValues) -> Iterator[Lifetime]:
    """The lifetimes, with those that request data decides marked as such."""
    sources = (source for part in parts.settings.get("ttl", ()) for source in symbolic_sources(part.values))
    asked = any(map(requests.is_request, sources))
    for item in parts.lifetimes:
        if asked and item.expiry is Expiry.UNKNOWN:
            yield Lifetime(Expiry.CALLER, item.place, leads=item.leads)
        else:
            yield item


_INPUT_TARGETS = ("identity", "name", "ttl", "kind", "metadata", "attributes", "roomConfig")


def _inputs(context: FileContext, parts: MintParts, requests: RequestValues) -> Iterator[Input]:
    for target in _INPUT_TARGETS:
        yield from _settings_asked(context, parts, requests, target)
    whole = parts.grants.from_caller
    if whole is not None:
        yield Input("grants", whole.place, "the request")
    for grant in parts.grants.by_name.values():
        # A spread of request data may replace every grant before it: said once, for all of them.
        if grant.from_caller and (whole is None or grant.name == "room"):
            for handler in grant.asked_by or (None,):
                yield Input(grant.name, grant.decided_at or grant.place, "the request", handler)
        if grant.granted_at is not None:
            yield Input(grant.name, grant.granted_at, "a condition on the request", by_condition=True)


def _settings_asked(context: FileContext, parts: MintParts, requests: RequestValues, target: str) -> Iterator[Input]:
    """What requests decide of one setting, once for each handler that takes it from them."""
    seen: set[Place | None] = set()
    for part in parts.settings.get(target, ()):
        for source in symbolic_sources(choosable(context, part.values) if target == "identity" else part.values):
            asked = requests.handler_places(source) if requests.is_request(source) else ()
            for handler in (place for place in asked if place not in seen):
                seen.add(handler)
                place = _taken_at(context, parts.call, source) or part.place
                is_bounded = target == "ttl" and _is_bounded(context, source)
                yield Input(target, place, _spelled(source), handler, is_bounded=is_bounded)


def _is_bounded(context: FileContext, source: Value) -> bool:
    from lk_audit.extractors.requests.bounds import is_bounded  # noqa: PLC0415 - few requests decide a lifetime

    return is_bounded(context, source)


def _taken_at(context: FileContext, mint: Call, source: Value) -> Place | None:
    """Where a handler takes a value from its request, when the mint is in a helper that it calls."""
    function = context.function_of(mint)
    return handed_over_at(context, source, function.start, function.end)


def _spelled(value: Value) -> str:
    match value:
        case Given(parameter=parameter, members=()) if not parameter.startswith("#"):
            return f"the parameter {parameter}"
        case Given(parameter=parameter, members=members):
            return ".".join((parameter, *members)) if not parameter.startswith("#") else ".".join(members) or "request"
        case Returned(call=call, members=members):
            return ".".join((f"{last_name(call)}({_field(call)})", *members))
        case Reference(name=name):
            return name
        case _:
            return "the request"


def _field(call: Call) -> str:
    """What a call asks the request for, where that is a plain name: `"room"` of `params.get("room")`."""
    asked = call.arguments[0].value if len(call.arguments) == 1 else None
    text = asked.value if isinstance(asked, Literal) else None
    return f'"{text}"' if isinstance(text, str) and _FIELD.fullmatch(text) else ""


_FIELD = regex(r"[A-Za-z][A-Za-z_]{0,29}")
"""Short, and without digits: what a message quotes is never a secret."""
