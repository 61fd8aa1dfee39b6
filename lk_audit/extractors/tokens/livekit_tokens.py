"""Which expressions of a file are LiveKit tokens, and what shows it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.shown import shown
from lk_audit.livekit.setting_names import is_token_name, name_words, says_livekit
from lk_audit.livekit.sinks import TOKEN_METHODS
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Argument,
    Await,
    Binary,
    Call,
    Element,
    Entry,
    Expr,
    Literal,
    Member,
    Name,
    Node,
    Template,
    walk,
)
from lk_audit.values.model import Returned, Text, Value


class Proof(Enum):
    """What shows that an expression is a LiveKit token."""

    WAY = "where it comes from or goes to"
    NAME = "its name"


_SPEAKING_WORDS = frozenset({"participant", "room"})
_RESPONSE_MEMBERS = frozenset({"participantToken", "participant_token"})
"""What the response of a LiveKit token endpoint calls the token (docs: endpoint token generation)."""
_TAKERS = frozenset({"LiveKitRoom", "SessionProvider", "useLiveKitRoom", "literal", "AudioConference"})
"""Components and calls that are given a LiveKit token as `token` or `participantToken`."""
_TAKEN = frozenset({"token", *_RESPONSE_MEMBERS})
_ADDRESSES = frozenset({"serverUrl"})
"""What the same are given the server's address as."""
_ROOM = regex(r"(?i)^_*(?:livekit_?|lk_?)?room(?:_?ref|_?instance|_?client)?$")
_TEXT_MAKERS = frozenset({"encodeURIComponent", "encodeURI", "quote", "quote_plus", "btoa", "trim", "toString"})
_DEEPEST = 6


def carried(expr: Expr, depth: int = _DEEPEST) -> Iterator[Expr]:
    """What `expr` holds as it is, also encoded for an address."""
    for part in shown(expr):
        if isinstance(part, Call) and (last_name(part.callee) or "") in _TEXT_MAKERS and depth:
            inner = [item.value for item in part.arguments]
            inner += [part.callee.object] if isinstance(part.callee, Member) else []
            for item in inner:
                yield from carried(item, depth - 1)
        else:
            yield part


class LivekitTokens:
    """The LiveKit tokens of one file."""

    def __init__(self, context: FileContext) -> None:
        self._context = context
        self._names = context.names
        self._passed = frozenset(self._variables_passed())
        self._setters = frozenset(f"set{name[:1].upper()}{name[1:]}" for _, name in self._passed)

    def proof(self, expr: Expr) -> Proof | None:
        """What shows that `expr` is, or holds, a LiveKit token; None when nothing does."""
        found = [self._proof_of_part(part) for part in carried(expr)]
        return next((proof for proof in (Proof.WAY, Proof.NAME) if proof in found), None)

    def proof_of_key(self, key: Expr, value: Expr) -> Proof | None:
        """What shows that `value` is a LiveKit token, if not its own name: the key that it is kept under."""
        is_text = any(isinstance(item, Text) for item in self._context.values(value))
        keys = [item.text for item in self._context.values(key) if isinstance(item, Text)]
        speaks = any(says_livekit(text) and is_token_name(text) for text in keys)
        return Proof.NAME if speaks and not is_text else None

    def proof_of_address(self, address: Expr, value: Expr) -> Proof | None:
        """What shows it of a token in an address that says LiveKit itself: `/custom?liveKitUrl=...&token=${token}`."""
        named = any(is_token_name(last_name(part) or "") for part in carried(value))
        return Proof.NAME if named and _is_livekit_address(address) else None

    def _proof_of_part(self, part: Expr) -> Proof | None:
        if any(self._is_token_value(value) for value in self._context.values(part)) or self._goes_to_livekit(part):
            return Proof.WAY
        return Proof.NAME if _speaks_of_livekit(last_name(part) or "") else None

    def _is_token_value(self, value: Value) -> bool:
        if not isinstance(value, Returned):
            return False
        if not value.members and (value.callee or "").rpartition(".")[2] in TOKEN_METHODS:
            return True
        last = value.members[-1] if value.members else ""
        return last in _RESPONSE_MEMBERS or (is_token_name(last) and self._asks_livekit(value.call, _DEEPEST))

    def _asks_livekit(self, call: Call, depth: int) -> bool:
        """Whether a response is that of an address with LiveKit in it: `fetch("/api/livekit/token")`."""
        if any(_is_livekit_address(item.value) for item in call.arguments[:1]):
            return True
        callee = call.callee
        receivers = self._context.values(callee.object) if isinstance(callee, Member) and depth else ()
        return any(isinstance(value, Returned) and self._asks_livekit(value.call, depth - 1) for value in receivers)

    def _goes_to_livekit(self, expr: Expr) -> bool:
        """Whether the same variable is given to LiveKit somewhere, at once or through a state's setter."""
        if not isinstance(expr, Name):
            return False
        scope = self._names.binding_scope(expr)
        if scope is None:
            return False
        return (scope, expr.id) in self._passed or any(
            self._sets_state(use) for use in self._names.uses(scope, expr.id)
        )

    def _sets_state(self, use: Name) -> bool:
        argument = self._names.parent(use)
        call = self._names.parent(argument) if isinstance(argument, Argument) else None
        return isinstance(call, Call) and isinstance(call.callee, Name) and call.callee.id in self._setters

    def _variables_passed(self) -> Iterator[tuple[Node, str]]:
        """The variables that the file gives to LiveKit as tokens, with their scopes."""
        for expr in (*self._connected(), *self._props(_TAKEN)):
            inner = expr.operand if isinstance(expr, Await) else expr
            scope = self._names.binding_scope(inner) if isinstance(inner, Name) else None
            if scope is not None and isinstance(inner, Name):
                yield scope, inner.id

    def addresses(self) -> Iterator[Expr]:
        """What the file gives to LiveKit as the address of its server."""
        yield from (call.arguments[0].value for call in self._connections())
        yield from self._props(_ADDRESSES)

    def _connected(self) -> Iterator[Expr]:
        """`room.connect(url, token)`."""
        yield from (call.arguments[1].value for call in self._connections())

    def _connections(self) -> Iterator[Call]:
        for call in self._names.calls_of("connect"):
            receiver = call.callee.object if isinstance(call.callee, Member) else None
            if receiver is not None and len(call.arguments) > 1 and self._is_room(receiver):
                yield call

    def _is_room(self, receiver: Expr) -> bool:
        if isinstance(receiver, Member) and receiver.name in {"current", "value"}:
            receiver = receiver.object
        if _ROOM.search(last_name(receiver) or ""):
            return True
        return any(_is_made_room(value) for value in self._context.values(receiver))

    def _props(self, taken: frozenset[str]) -> Iterator[Expr]:
        """`<LiveKitRoom token={token}>`, `useLiveKitRoom({ token })`, `TokenSource.literal({ participantToken })`."""
        for element in self._names.elements:
            if element.tag in _TAKERS:
                yield from (item.value for item in element.attributes if item.name in taken)
        for entry in self._names.nodes(Entry):
            if isinstance(entry.key, Literal) and entry.key.value in taken and self._is_given_to_taker(entry):
                yield entry.value

    def _is_given_to_taker(self, entry: Entry) -> bool:
        holder = next((item for item in self._names.ancestors(entry) if isinstance(item, Call | Element)), None)
        return isinstance(holder, Call) and (last_name(holder.callee) or "") in _TAKERS


def _speaks_of_livekit(name: str) -> bool:
    return is_token_name(name) and (says_livekit(name) or not _SPEAKING_WORDS.isdisjoint(name_words(name)))


def _is_made_room(value: Value) -> bool:
    return isinstance(value, Returned) and (value.callee or "").endswith(".Room") and not value.members


def _is_livekit_address(expr: Expr) -> bool:
    is_text = isinstance(expr, Literal | Template | Binary)
    texts = (node.value for node in walk(expr) if isinstance(node, Literal)) if is_text else ()
    return any(isinstance(text, str) and "livekit" in text.lower() for text in texts)
