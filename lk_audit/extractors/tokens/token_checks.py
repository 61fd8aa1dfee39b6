"""LiveKit tokens that code trusts without checking their signature."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, argument, first_text, last_name
from lk_audit.extractors.sides.sides import side_of
from lk_audit.facts import Side, TokenCheck
from lk_audit.livekit.sinks import TOKEN_METHODS
from lk_audit.livekit.unverified import unverified
from lk_audit.syntax import Binary, Call, Expr, Function, Index, Literal, Member, Node, walk
from lk_audit.values.model import Flag, Mapped, Possible, Returned, symbolic_sources
from lk_audit.values.objects import history

_VERIFIERS = ("livekit.api.TokenVerifier.verify", "livekit.api.access_token.TokenVerifier.verify")
_PARSER = "github.com/livekit/protocol/auth.ParseAPIToken"
_DECODERS_WITH_SWITCH = frozenset({"JWT.decode"})
"""Ruby's `JWT.decode(token, key, false)`: the third argument says whether to verify."""
_LIVEKIT_CLAIMS = frozenset({"video", "roomJoin", "roomAdmin"})
_CHOOSING = frozenset({"First", "FirstOrDefault", "Single", "SingleOrDefault"})
"""How C# picks one of the claims of a token."""


def token_checks(context: FileContext) -> Iterator[TokenCheck]:
    """Every read of a LiveKit token without its signature, where the code could trust it: not at clients."""
    if context.built(side_of).side is Side.CLIENT:
        return
    for call in context.names.calls:
        name = context.called(call) or _receiver_name(context, call)
        off = _verifier_off(context, call, name)
        how = off or _decoder(context, call, name) or _unasked(context, call, name)
        if how is not None:
            # The SDK's own switch says nothing of what the claims are used for: then it counts who sent the token.
            certain = off is None or _is_sent(context, call)
            language = context.language
            yield TokenCheck(place=context.place(call), role=context.role, how=how, language=language, certain=certain)


def _receiver_name(context: FileContext, call: Call) -> str:
    if not isinstance(call.callee, Member) or call.callee.name != "verify":
        return ""
    for value in context.values(call.callee.object):
        if isinstance(value, Returned) and value.callee:
            return f"{value.callee}.{call.callee.name}"
    return ""


def _verifier_off(context: FileContext, call: Call, name: str) -> str | None:
    is_off = name in _VERIFIERS and _is_off(context.values(argument(call, None, "verify_signature")))
    if is_off and not _joins_with(context, argument(call, 0, "token")):
        return "verify_signature=False accepts a token that anybody wrote"
    return None


def _is_sent(context: FileContext, call: Call) -> bool:
    """Whether a request brings the token."""
    from lk_audit.extractors.requests.request_values import RequestValues  # noqa: PLC0415 - few files read a token without checking it

    requests = context.built(RequestValues)
    return any(map(requests.is_request, symbolic_sources(context.values(argument(call, 0, "token")))))


def _joins_with(context: FileContext, token: Expr | None) -> bool:
    """Whether the file joins a room with the token, as an agent does with its own: then LiveKit checks it."""
    if token is None:
        return False
    given = (
        item.value for call in context.names.calls if last_name(call.callee) == "connect" for item in call.arguments
    )
    data = context.source.data
    return data[token.start : token.end] in {data[item.start : item.end] for item in given}


def _unasked(context: FileContext, call: Call, name: str) -> str | None:
    """`auth.ParseAPIToken(token)` in Go, whose identity is used and whose Verify() is not."""
    if name != _PARSER:
        return None
    done = {event.path[0] for event in history(context.names, call)}
    if "Verify" in done or "Identity" not in done:
        return None
    return "the identity of ParseAPIToken() is what the token claims; only Verify() checks it"


def _is_off(values: Possible) -> bool:
    return any(isinstance(value, Flag) and not value.flag for value in values)


def _decoder(context: FileContext, call: Call, name: str) -> str | None:
    how = unverified(context.module.language, name)
    if name in {"jwt.decode", "jwt.api_jwt.decode", "jose.jwt.decode"} and _skips_signature(context, call):
        how = "decoding with verify_signature switched off accepts a token that anybody wrote"
    if name in _DECODERS_WITH_SWITCH and _is_off(context.values(argument(call, 2))):
        how = "decoding with the check of the signature switched off accepts a token that anybody wrote"
    if how is None or not _is_trusted(context, call) or _is_own_token(context, call):
        return None
    return how


def _skips_signature(context: FileContext, call: Call) -> bool:
    options = context.values(argument(call, 3, "options"))
    switches = (
        value.members["verify_signature"].values
        for value in options
        if isinstance(value, Mapped) and "verify_signature" in value.members
    )
    return any(_is_off(values) for values in switches) or _is_off(context.values(argument(call, None, "verify")))


def _is_own_token(context: FileContext, call: Call) -> bool:
    """Whether the token was signed a moment ago, by the same code."""
    return any(
        isinstance(value, Returned)
        and isinstance(value.call.callee, Member)
        and value.call.callee.name in TOKEN_METHODS
        for value in context.values(argument(call, 0))
    )


def _is_trusted(context: FileContext, call: Call) -> bool:
    """Whether a LiveKit grant is read from what the call returns."""
    return any(
        isinstance(value, Returned) and value.call is call
        for node, receiver in _claim_reads(context)
        if node.end > call.end and not context.names.graph.is_in_tests(node)
        for value in context.values(receiver)
    )


def _claim_reads(context: FileContext) -> Iterator[tuple[Node, Expr]]:
    """Where a claim of LiveKit's is read: the reading expression, and what it is read from."""
    names = context.names
    reads: tuple[Expr, ...] = (*names.nodes(Member), *names.nodes(Index), *names.calls)
    for node in reads:
        match node:
            case Member(object=receiver, name=claim) if claim in _LIVEKIT_CLAIMS:
                yield node, receiver
            case Index(object=receiver, key=Literal(value=claim)) if claim in _LIVEKIT_CLAIMS:
                yield node, receiver
            case Call(callee=Member(object=receiver, name="get" | "getClaim")) if first_text(node) in _LIVEKIT_CLAIMS:
                yield node, receiver
            case Call(callee=Member(object=receiver, name=chosen)) if chosen in _CHOOSING and _chooses_claim(node):
                yield node, receiver
            case _:
                continue


def _chooses_claim(call: Call) -> bool:
    """`c => c.Type == "video"`."""
    chosen = call.arguments[0].value if len(call.arguments) == 1 else None
    return isinstance(chosen, Function) and any(
        isinstance(node, Binary)
        and last_name(node.left) == "Type"
        and isinstance(node.right, Literal)
        and node.right.value in _LIVEKIT_CLAIMS
        for node in walk(chosen)
    )
