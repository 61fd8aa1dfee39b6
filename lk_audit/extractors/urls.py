"""Unencrypted LiveKit addresses in code."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.secrets.belonging import owners_of
from lk_audit.extractors.secrets.literal_names import target_name
from lk_audit.extractors.tokens.livekit_tokens import LivekitTokens
from lk_audit.facts import InsecureUrl
from lk_audit.livekit.setting_names import says_livekit
from lk_audit.livekit.urls import insecure_public_host, is_livekit_url_name
from lk_audit.patterns import regex
from lk_audit.syntax import Argument, Assign, Binary, Call, Entry, Expr, Literal, Node, Template
from lk_audit.values.model import Environment, Text

_STEPS_UP = 4
_MENTIONED = regex(rb"[Ll]ive[Kk]it")


def code_urls(context: FileContext) -> Iterator[InsecureUrl]:
    """Every `ws://` or `http://` address of a public host that LiveKit is reached at."""
    for literal in context.names.nodes(Literal):
        if not isinstance(literal.value, str) or not literal.value.startswith(("ws://", "http://")):
            continue
        for url in _whole(context, literal):
            insecure = insecure_public_host(url)
            if insecure is not None and _names_livekit(context, literal):
                scheme, host = insecure
                place = context.place(literal)
                yield InsecureUrl(place=place, role=context.role, url=url, scheme=scheme, host=host)
                break


def _whole(context: FileContext, literal: Literal) -> Iterator[str]:
    """What a text is together with what it begins: `ws://${HOST}:7880`, `"ws://" + HOST`."""
    outermost: Expr = literal
    holder = context.names.parent(literal)
    while (isinstance(holder, Template) and holder.parts[0] is outermost) or (
        isinstance(holder, Binary) and holder.operator == "+" and holder.left is outermost
    ):
        outermost, holder = holder, context.names.parent(holder)
    if outermost is literal:
        yield str(literal.value)
    else:
        yield from (value.text for value in context.values(outermost) if isinstance(value, Text))


def _names_livekit(context: FileContext, literal: Literal) -> bool:
    """Whether the address goes under a LiveKit name, to a LiveKit client, or stands in for such a variable."""
    node: Node | None = literal
    for _ in range(_STEPS_UP):
        node = context.names.parent(node) if node is not None else None
        match node:
            case Assign(target=target):
                if is_livekit_url_name(target_name(target) or "") or _is_of_livekit(context, literal):
                    return True
                break
            case Entry(key=Literal(value=str(key))):
                if is_livekit_url_name(key) or _is_of_livekit(context, literal):
                    return True
                break
            case Argument(name=str(name)) if is_livekit_url_name(name):
                return True
            case Call() | Binary() if _takes_livekit_url(context, node):
                return True
            case _:
                continue
    return literal in context.built(_given_to_livekit)


def _given_to_livekit(context: FileContext) -> frozenset[Node]:
    """The texts that LiveKit is given as addresses: `room.connect(URL, token)`, `<LiveKitRoom serverUrl="ws://...">`."""
    given = [*LivekitTokens(context).addresses(), *_dialled(context)] if _MENTIONED.search(context.source.data) else []
    values = (value for expr in given for value in context.values(expr) if isinstance(value, Text))
    return frozenset(piece for value in values for piece in value.pieces)


def _dialled(context: FileContext) -> Iterator[Expr]:
    """`lksdk.ConnectToRoomWithToken(url, token, callback)`, `Room::connect(url, token, options)`."""
    for call in context.names.calls:
        if call.arguments and (context.qualified(call.callee) or "") in context.sdks.rooms:
            yield call.arguments[0].value


def _is_of_livekit(context: FileContext, literal: Literal) -> bool:
    """Whether a WebSocket belongs to what is called LiveKit's: `class LiveKitConfig { serverUrl = "ws://..." }`."""
    return str(literal.value).startswith("ws://") and any(map(says_livekit, owners_of(context, literal)))


def _takes_livekit_url(context: FileContext, node: Call | Binary) -> bool:
    """Whether a call goes to a LiveKit client, or an expression stands in for a LiveKit variable."""
    if isinstance(node, Call) and (context.qualified(node.callee) or "") in context.sdks.sinks:
        return True
    return any(isinstance(value, Environment) and is_livekit_url_name(value.name) for value in context.values(node))
