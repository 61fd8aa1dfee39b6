"""Which grants a token carries, from the objects that the code gives it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct, field
from msgspec.structs import replace

from lk_audit.extractors.context import FileContext, argument
from lk_audit.extractors.freshness import choosable
from lk_audit.extractors.rights.gathered import Gathered
from lk_audit.extractors.rights.grant_objects import (
    built_grants,
    constructor_members,
    given_records,
    grant_class,
    scalars,
    set_grant,
    whole_argument,
)
from lk_audit.extractors.rights.kept_rights import is_never_taken, stays
from lk_audit.extractors.rights.requested_grants import RequestedGrants, is_on_anyway, names_holder, picks_holders
from lk_audit.facts import Grant, Grants, GrantScalar, Lead, UnknownGrant
from lk_audit.livekit.grants import (
    BY_FIELD_NAME,
    BY_PYTHON_NAME,
    FIELD_NAMES,
    OTHER_GRANTS,
    PROJECT_GRANTS,
    VIDEO_GRANTS,
    how_ignored,
    keeps_right,
    meant_grant,
    set_by,
    to_camel_case,
    to_snake_case,
)
from lk_audit.livekit.sdks.model import Claim
from lk_audit.source import Place
from lk_audit.syntax import Call, Entry, Expr, Literal, Node, Opaque, Raise, Return, Try, walk
from lk_audit.values.model import (
    Flag,
    Listed,
    Mapped,
    Member,
    Nothing,
    Possible,
    Returned,
    Value,
)
from lk_audit.values.objects import history


class GrantCollector(Struct):
    """Gathers the grants of one token, call by call.

    `function` is the one that makes the token; `of_sdk` tells that an SDK writes it, and takes objects of its classes.
    `_under_way` are the calls whose objects are being read, `_left` is how many more objects are read at all.
    `merges` tells whether a further grant call adds to the earlier ones or replaces them, `reads_maps` that plain maps
    have the names of the grant classes. `has_bare_rights` tells that Rust code gives `can_publish` a flag and no
    option, as only releases before 0.8 take it.
    """

    context: FileContext
    place: Place
    function: Node
    merges: bool = False
    of_sdk: bool = False
    reads_maps: bool = False
    gathered: Gathered = field(default_factory=Gathered)
    unknown: list[UnknownGrant] = field(default_factory=list)
    complete: bool = True
    from_caller: Lead | None = None
    has_bare_rights: bool = False
    _under_way: set[Call] = field(default_factory=set)
    _left: int = 500

    def add(self, target: str, values: Possible, place: Place, *, certain: bool = True) -> None:
        """Take one of `values`, written at `place`, as grant object `target` ("grants" is the `video` claim)."""
        if not self.merges:
            self._forget(target, certain=certain)
        for value in values:
            self._add_object(target, value, place, certain=certain and len(values) == 1)

    def _forget(self, target: str, *, certain: bool) -> None:
        """What a further grant object of the same kind replaces, or may replace."""
        self.gathered.forget(target, certain=certain)
        if certain:
            self.unknown.clear()

    def clear(self, target: str) -> None:
        """Take back every grant of an object, as `clearGrants()` does."""
        self._forget(target, certain=True)

    def change(self, target: str, name: str, expr: Expr, *, certain: bool, is_class: bool) -> None:
        """Take a change of one grant in place: `token.claims.video.can_publish = False`."""
        member = Member(values=self.context.values(expr), key=expr, certain=certain)
        self._add_members(target, [(name, member)], certain=certain, is_class=is_class)

    def _add_object(self, target: str, value: Value, place: Place, *, certain: bool) -> None:
        """Take a grant object; what is made of itself, in a loop, adds nothing to what it was before."""
        call = value.call if isinstance(value, Returned) else None
        self._left -= 1
        if self._left < 0:
            self.complete = False
        elif call is None:
            self._take(target, value, place, certain=certain)
        elif call not in self._under_way:
            self._under_way.add(call)
            self._take(target, value, place, certain=certain)
            self._under_way.discard(call)

    def _take(self, target: str, value: Value, place: Place, *, certain: bool) -> None:
        if isinstance(value, Listed) and self.merges:
            self._add_list(target, value, place, certain=certain)
        elif isinstance(value, Returned) and self._add_returned(target, value, place, certain=certain):
            pass
        elif isinstance(value, Mapped):
            self._add_mapped(target, value, place, certain=certain)
        elif isinstance(value, Returned) and self._full_name(value) in self.context.sdks.grant_helpers:
            self._add_helped(target, value, place, certain=certain)
        elif isinstance(value, Returned) and (grant_class(value) or self._is_untyped(value)):
            self._add_constructed(target, value, certain=certain)
        elif (made := built_grants(self.context, value)) is not None:
            self._add_constructed(target, made, certain=certain)
        elif isinstance(value, Returned) and value.callee == "dataclasses.replace" and value.call.arguments:
            self._add_replaced(target, value, place, certain=certain)
        elif not isinstance(value, Nothing):
            self._open((value,), place)

    def _add_mapped(self, target: str, value: Mapped, place: Place, *, certain: bool) -> None:
        """A record of grants, after the grant objects that it takes in (`%{grant | room_admin: true}`)."""
        is_class = self.reads_maps or (self.of_sdk and isinstance(value.origin, Call) and value.origin.is_new)
        bases = [item for item in value.spreads if isinstance(item, Returned) and grant_class(item)]
        for base in bases:
            self._add_constructed(target, base, certain=certain)
        self._add_members(target, value.members.items(), certain=certain, is_class=is_class)
        if value.open and len(bases) < max(len(value.spreads), 1):
            self._open(value.spreads, self._requested.spread_at(value) or place)

    def _add_returned(self, target: str, value: Returned, place: Place, *, certain: bool) -> bool:
        """What a call makes that is known by its name alone; whether it is."""
        if (claim := self._single(value)) is not None:
            self._add_single(value, claim, certain=certain)
        elif (value.callee or "").endswith("Grant.from_hash"):
            given = argument(value.call, 0)
            for inner in self.context.values(given) if given is not None else ():
                self._add_object(target, inner, place, certain=certain)
        elif flag := set_grant(target, value):
            self._put(flag, Member(values=(Flag(origin=value.call, flag=True),), key=value.call), certain=certain)
        else:
            return False
        return True

    def _add_list(self, target: str, value: Listed, place: Place, *, certain: bool) -> None:
        """`addGrants(listOf(RoomJoin(true), RoomName(room)))`."""
        for items in value.items:
            for item in items:
                self._add_object(target, item, place, certain=certain and len(items) == 1 and not value.open)
        self.complete = self.complete and not value.open

    def _single(self, value: Returned) -> Claim | None:
        """The grant that a class holds; by its bare name where the import is lost, or the package is the SDK's own."""
        known, name = self.context.sdks.single_grants, self._full_name(value)
        if value.members or name in known or "." in name or not name:
            return None if value.members else known.get(name)
        return next((claim for full, claim in known.items() if full.endswith(f".{name}")), None)

    def _is_untyped(self, value: Returned) -> bool:
        """C#'s `new() { RoomJoin = true }` is of the class that the SDK asks for."""
        return self.of_sdk and value.call.is_new and isinstance(value.call.callee, Opaque)

    def _full_name(self, value: Returned) -> str:
        home = self.context.home(value.call)
        return home.qualified(value.call.callee) or value.callee or ""

    def _add_single(self, value: Returned, claim: Claim, *, certain: bool) -> None:
        """A class that holds one grant: `RoomJoin(true)`."""
        given = argument(value.call, 0, "value")
        default = Flag(origin=value.call, flag=bool(claim.default))
        values = self.context.values(given) if given is not None else (default,)
        name = claim.name if claim.target == "grants" else f"{claim.target}.{claim.name}"
        self._put(name, Member(values=values, key=value.call, certain=certain), certain=certain)

    def _add_helped(self, target: str, value: Returned, place: Place, *, certain: bool) -> None:
        """`Grants.join_room(room)`, `VideoGrant.new(room_join: true)`."""
        helper, call = self.context.sdks.grant_helpers[self._full_name(value)], value.call
        if helper.takes_map and call.arguments:
            for given in self.context.values(call.arguments[0].value):
                if isinstance(given, Mapped):
                    self._add_members(target, given.members.items(), certain=certain, is_class=True)
                if not isinstance(given, Mapped) or given.open:
                    self._open((given,), place)
        members = [
            (name, Member(values=(Flag(origin=call, flag=flag),), key=call)) for name, flag in helper.gives.items()
        ]
        for name, item in zip(helper.positions, call.arguments, strict=False):
            members.append((name, Member(values=self.context.values(item.value), key=item.value)))
        self._add_members(target, members, certain=certain, is_class=True)

    @property
    def _requested(self) -> RequestedGrants:
        return RequestedGrants(self.context, self.place, self.function)

    def _open(self, values: Possible, place: Place) -> None:
        self.complete = False
        if self.from_caller is None and self._requested.decides(values):
            self.from_caller = Lead(place, "the caller decides the grants")

    def _add_constructed(self, target: str, value: Returned, *, certain: bool) -> None:
        """A grant class of the Python SDK, a struct of Go's: its arguments, then what is set on it later.

        In JavaScript the SDK has none: whatever is called so holds the fields that a grant object has there.
        """
        target = grant_class(value) or target
        known, is_class = len(self.unknown), not self.context.names.is_javascript
        self._add_members(target, constructor_members(self.context, value, target), certain=certain, is_class=is_class)
        if self._is_tried(value.call):
            del self.unknown[known:]
        records = [*given_records(self.context, value)]
        for record in records:
            self._add_members(target, record.members.items(), certain=certain)
            if record.open:
                self._open(record.spreads, self.context.place(value.call))
        if value.call.is_new and not records and any(item.name is None for item in value.call.arguments):
            self.complete = False
        self._open_to_spreads(value.call)
        for event in history(self.context.home(value.call).names, value.call):
            name, new = event.path[0], event.value
            if name.startswith(("Set", "set")) and event.arguments:
                name, new = set_by(self.context.module.language, name), event.arguments[0].value
            elif name.startswith("set") and event.arguments == () and isinstance(event.node, Call):
                # PHP's setters grant what they name when they are told nothing.
                given = Member(values=(Flag(origin=event.node, flag=True),), key=event.node, certain=event.certain)
                field_set = set_by(self.context.module.language, name)
                self._add_members(target, [(field_set, given)], certain=certain, is_class=is_class)
            if new is not None and len(event.path) == 1:
                member = Member(values=self.context.values(new), key=new, certain=event.certain)
                self._add_members(target, [(name, member)], certain=certain, is_class=is_class)

    def _open_to_spreads(self, call: Call) -> None:
        """`VideoGrants(**flags)`: what nobody knows of the flags, and who decides it."""
        for item in call.arguments:
            for inner in self.context.values(item.value) if item.spread else ():
                if not isinstance(inner, Mapped) or inner.open:
                    self._open(inner.spreads if isinstance(inner, Mapped) else (inner,), self.context.place(item.value))

    def _add_replaced(self, target: str, value: Returned, place: Place, *, certain: bool) -> None:
        """`dataclasses.replace(grants, hidden=True)`."""
        original, *changes = value.call.arguments
        for item in self.context.values(original.value):
            self._add_object(target, item, place, certain=certain)
        members = [
            (
                change.name,
                Member(
                    values=self.context.values(change.value), key=whole_argument(self.context, change, change.value)
                ),
            )
            for change in changes
            if change.name is not None
        ]
        self._add_members(target, members, certain=certain, is_class=True)

    def _add_members(
        self, target: str, members: Iterable[tuple[str, Member]], *, certain: bool, is_class: bool = False
    ) -> None:
        for spelled, member in members:
            if target == "grants":
                self._add_video(spelled, member, certain=certain, is_class=is_class)
            else:
                self._add_other(target, spelled, member, certain=certain, is_class=is_class)

    def _add_video(self, spelled: str, member: Member, *, certain: bool, is_class: bool) -> None:
        fields = FIELD_NAMES.get(self.context.module.language, BY_FIELD_NAME)
        spec = fields.get(spelled) if is_class else VIDEO_GRANTS.get(spelled)
        if spec is None:
            self.unknown.append(self._unknown(spelled, member, is_class=is_class))
        else:
            self._put(spec.name, member, certain=certain)
            if spec.name == "canPublish" and self.context.module.language == "rust":
                self.has_bare_rights |= self._is_bare(member.key)

    def _is_bare(self, written: Expr) -> bool:
        """Whether a flag is written without Rust's `Some`, of which the syntax keeps only what is in it."""
        around = self.context.home(written).source.data[max(0, written.start - len("Some(")) : written.end]
        return isinstance(written, Literal) and isinstance(written.value, bool) and b"Some(" not in around

    def _is_tried(self, node: Node) -> bool:
        """Whether what raises is caught, as where code tries the spellings of several versions."""
        names = self.context.home(node).names
        attempt = names.enclosing(node, Try)
        if attempt is None or not attempt.handlers:
            return False
        leaving = (item for handler in attempt.handlers for item in walk(handler) if isinstance(item, Raise | Return))
        return next(leaving, None) is None

    def _add_other(self, target: str, spelled: str, member: Member, *, certain: bool, is_class: bool) -> None:
        name = to_camel_case(spelled) if is_class else spelled
        if name in OTHER_GRANTS.get(target, ()):
            self._put(f"{target}.{name}", member, certain=certain)
        else:
            self.unknown.append(self._unknown(spelled, member, is_class=is_class))

    def _put(self, name: str, member: Member, *, certain: bool) -> None:
        written = self._written(member)
        if is_on_anyway(written):
            member = replace(member, values=(Flag(origin=written, flag=True),))
        chosen = choosable(self.context, member.values) if name == "room" else member.values
        values = scalars(member.values)
        if values == (True,) and is_never_taken(self.context, member.key):
            return
        requested = self._requested
        is_requested = requested.decides(chosen) and not requested.is_examined(chosen, written)
        is_for_some = name in _FOR_SOME and not is_requested and self._is_for_some(member)
        grant = Grant(
            name=name,
            place=self._given_at(name, member),
            values=tuple(dict.fromkeys((*values, True))) if is_for_some else values,
            certain=certain and member.certain and not is_for_some,
            from_caller=is_requested,
            leads=_leads(self.context, member.values, is_given=name not in _HAD_ANYWAY),
            decided_at=self._requested.decided_at(chosen),
            granted_at=self._requested.granted_at(member.values) or self._picked_at(name, member, values),
            asked_by=self._requested.asked_by(chosen),
            stays=name in _FOR_SOME and True in values and stays(self.context, member.key, self.function),
        )
        self.gathered.put(grant)

    def _given_at(self, name: str, member: Member) -> Place:
        """Where a grant stands: where a branch gives a right, also when a later one denies it."""
        is_denied_later = name not in _HAD_ANYWAY and member.denied is not None
        return self.context.member_place(replace(member, key=member.denied) if is_denied_later else member)

    def _picked_at(self, name: str, member: Member, values: tuple[GrantScalar, ...]) -> Place | None:
        """Where the request picks this token rather than one that may do less."""
        right = next((value.origin for value in member.values if isinstance(value, Flag) and value.flag), None)
        is_more = name in _FOR_SOME or (name == "canPublish" and False in values)
        return self._requested.picked_at(right) if right is not None and is_more else None

    def _is_for_some(self, member: Member) -> bool:
        """Whether a flag says who a holder is, by what it is or by what the code calls it."""
        if any(map(picks_holders, member.values)):
            return True
        is_open = any(not isinstance(value, Flag | Nothing) for value in member.values)
        return is_open and names_holder(self._written(member))

    def _written(self, member: Member) -> Expr:
        """What code gives a grant, where that stands beside its name."""
        holder = self.context.home(member.key).names.parent(member.key)
        return holder.value if isinstance(holder, Entry) else member.key

    def _unknown(self, spelled: str, member: Member, *, is_class: bool) -> UnknownGrant:
        known = BY_PYTHON_NAME.get(to_snake_case(spelled)) if is_class else None
        meant = known.python if known is not None else meant_grant(spelled)
        denies = any(isinstance(value, Flag) and not value.flag for value in member.values)
        if is_class and not self.reads_maps:
            problem = "the SDK raises TypeError for it"
        elif spelled in OTHER_GRANTS:
            problem = f"a {spelled} grant does not belong inside the video grant"
        else:
            problem = how_ignored(spelled)
        opens = denies and not is_class and keeps_right(spelled)
        return UnknownGrant(spelled, self.context.member_place(member), problem, meant, opens)

    def grants(self) -> Grants:
        """What was gathered."""
        return Grants(self.place, dict(self.gathered.by_name), tuple(self.unknown), self.complete, self.from_caller)


_FOR_SOME = frozenset({"roomAdmin", "recorder", *PROJECT_GRANTS})
"""Rights that code gives to some holders of tokens."""


_HAD_ANYWAY = frozenset({"canPublish", "canSubscribe", "canPublishData"})
"""Rights that count where they are denied; the others count where they are given."""


def _leads(context: FileContext, values: Possible, *, is_given: bool) -> tuple[Lead, ...]:
    """Where the value comes from that counts, as far as values are flags."""
    counting = [value for value in values if isinstance(value, Flag) and value.flag is is_given]
    return context.leads(max((value.trace for value in counting or values), key=len, default=()))
