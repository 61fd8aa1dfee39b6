"""Whether the caller's request decides a grant, and where the code lets it."""

from __future__ import annotations

from msgspec import Struct

from lk_audit.extractors.callers.check_calls import shows_secret
from lk_audit.extractors.context import FileContext, IsRequest, handed_over_at, last_name
from lk_audit.extractors.requests.request_values import RequestValues
from lk_audit.extractors.rights.role_claims import is_examined, is_vouched_for, needs_more
from lk_audit.extractors.rights.role_conditions import is_claimed, is_set_by_request, looked_up_at
from lk_audit.patterns import regex
from lk_audit.source import Place
from lk_audit.syntax import Argument, Binary, Call, Expr, Literal, Member, Name, Node, Record, Unary, walk
from lk_audit.values.model import Flag, Given, Mapped, Possible, Reference, Returned, Unknown, Value, symbolic_sources

_DEEPEST = 8
_COMPARING = frozenset({"==", "!=", "in", "not in"})
_HOLDER = regex(
    r"(?i)^(?:is|has)_?\w{1,40}$|^(?:super_?)?(?:admin|host|owner|moderator|teacher|instructor|organi[sz]er|presenter)$"
)
"""How code calls what tells some holders of tokens from others; not after a right: `options.roomAdmin`."""


_MEMBERSHIP = frozenset(
    {"includes", "include", "has", "some", "contains", "Contains", "Any", "any", "any?", "in_array"}
    | {"member", "member?"}
)
"""Calls that tell whether something is among others."""


def picks_holders(value: Value) -> bool:
    """Whether a flag says who a holder is: `role == "host"`, `isHost`, `["host", "owner"].includes(role)`."""
    match value:
        case Unknown(origin=Binary(operator=operator)):
            return operator in _COMPARING
        case Unknown(origin=Unary(operator="not", operand=Unary(operator="not"))):
            return _is_found_out(value)
        case Given(parameter=parameter, members=members):
            word = (parameter, *members)[-1]
        case Returned(call=call, members=members):
            word = (last_name(call) or "", *members)[-1]
        case Unknown(origin=Call() as call):
            word = last_name(call) or ""
        case Reference(name=name):
            word = name.rpartition(".")[2]
        case _:
            return False
    return word in _MEMBERSHIP or _HOLDER.search(word) is not None


def _is_found_out(value: Unknown) -> bool:
    """`!!membership`, of what was looked up for somebody, not `!!options.verbose`."""
    sources = symbolic_sources((value,))
    return bool(sources) and all(isinstance(item, Returned) and _is_told_whom(item.call) for item in sources)


def _is_told_whom(call: Call) -> bool:
    """Whether a call is given more than constants, itself or in the calls that it goes on from."""
    return any(isinstance(node, Argument) and not isinstance(node.value, Literal) for node in walk(call))


def names_holder(expr: Expr) -> bool:
    """Whether what a right is given says by its name that some holders get it: `isHost`, `!!user.isModerator`."""
    match expr:
        case Unary(operator="not", operand=Unary(operator="not", operand=inner)):
            return names_holder(inner)
        case Call(callee=Name(id="Boolean" | "bool"), arguments=(given,)):
            return names_holder(given.value)
        case Name() | Member():
            return _HOLDER.search(last_name(expr) or "") is not None
        case _:
            return False


def is_on_anyway(written: Expr) -> bool:
    """`options.canPublish || true`, `options.get("publish") or True`: whether a flag is on, whoever is to decide."""
    right = written.right if isinstance(written, Binary) and written.operator == "or" else None
    return isinstance(right, Literal) and right.value is True


class RequestedGrants(Struct, frozen=True, eq=False):
    """What requests have to do with the grants of a token that is made at `place`, in `function`."""

    context: FileContext
    place: Place
    function: Node

    @property
    def is_request(self) -> IsRequest:
        return self.context.built(RequestValues).is_request

    def decides(self, values: Possible) -> bool:
        """Whether a request chooses among the values of a grant, and nobody else has a say in it."""
        return any(self._is_claimed(value) for value in values)

    def _is_claimed(self, value: Value, depth: int = 0) -> bool:
        if not any(self.is_request(source) for source in symbolic_sources((value,))):
            return False
        home = self.context.home(value.origin)
        if is_vouched_for(self.context, value, self.is_request) or needs_more(home, value.origin, self.is_request):
            return False
        if isinstance(value, Unknown | Returned) and shows_secret(home, value.origin):
            return False
        if not isinstance(value, Unknown) or depth >= _DEEPEST:
            return True
        return any(self._is_claimed(source, depth + 1) for source in value.sources)

    def is_examined(self, values: Possible, written: Expr) -> bool:
        """Whether a choice of the request, as it is `written`, stands only for callers whose it is to make."""
        if needs_more(self.context.home(written), written, self.is_request):
            return True
        choices = [value.origin for value in values if isinstance(value, Unknown)]
        told = [choice for choice in choices if isinstance(choice, Binary) and choice.operator == "=="]
        is_told = 0 < len(told) == len(choices)
        return is_told and all(is_examined(self.context, choice, self.is_request) for choice in told)

    def decided_at(self, values: Possible) -> Place | None:
        """Where the request decides the grant, when that is not where the grant object is written."""
        asked = next((source for source in symbolic_sources(values) if self.is_request(source)), None)
        return handed_over_at(self.context, asked, self.function.start, self.function.end) if asked else None

    def asked_by(self, values: Possible) -> tuple[Place, ...]:
        """The handlers whose requests decide the grant."""
        requests = self.context.built(RequestValues)
        sources = (source for source in symbolic_sources(values) if self.is_request(source))
        found = (place for source in sources for place in requests.handler_places(source))
        return tuple(dict.fromkeys(place for place in found if place is not None))

    def spread_at(self, value: Mapped) -> Place | None:
        """Where an object spreads a part of the request into itself."""
        entries = value.origin.entries if isinstance(value.origin, Record) else ()
        spreads = (entry for entry in entries if entry.key is None and self.decides(self.context.values(entry.value)))
        first = next(spreads, None)
        return self.context.place(first) if first is not None else None

    def granted_at(self, values: Possible) -> Place | None:
        """Where a condition on the request sets the grant, or the request picks it from a table."""
        given = next((value for value in values if isinstance(value, Flag) and value.flag), None)
        if given is None:
            return None
        if is_set_by_request(self.context, given, self.place, self.is_request) or self._is_chosen_word(values, given):
            return self.context.place(given.origin)
        read = looked_up_at(self.context, given, self.function, self.is_request)
        return self.context.place(read) if read is not None else None

    def _is_chosen_word(self, values: Possible, given: Flag) -> bool:
        """`role === "host"`, where the request chose one of the words that `role` may be: it holds for one of them."""
        asked = given.origin
        if not isinstance(asked, Binary) or asked.operator != "==" or self.decides(values):
            return False
        is_open = any(isinstance(value, Flag) and not value.flag for value in values)
        return is_open and is_claimed(self.context.home(asked), asked, self.is_request)

    def picked_at(self, right: Node) -> Place | None:
        """Where the request picks the token that has a right."""
        from lk_audit.extractors.rights.picked_tokens import picked_at  # noqa: PLC0415 - few tokens have such a right

        return picked_at(self.context, right, self.is_request)
