"""Which grants a token carries, from the objects that the code gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from lk_audit.extractors.context import FileContext, IsRequest, argument, handed_over_at
from lk_audit.extractors.endpoints import Endpoints
from lk_audit.extractors.freshness import choosable
from lk_audit.facts import UNKNOWN, Grant, Grants, GrantScalar, Lead, UnknownGrant
from lk_audit.livekit.grants import (
    BY_FIELD_NAME,
    BY_PYTHON_NAME,
    FIELD_NAMES,
    OTHER_GRANTS,
    PYTHON_POSITIONS,
    SOURCE_NUMBERS,
    VIDEO_GRANTS,
    how_ignored,
    meant_grant,
    restricts_by_default,
    to_camel_case,
)
from lk_audit.livekit.sdks import GRANT_CLASSES
from lk_audit.source import Place
from lk_audit.syntax import Binary, Call, Expr, If, Literal, Name, Node, Opaque, Raise, Record, Return, Try, walk
from lk_audit.syntax import Member as MemberAccess
from lk_audit.values.model import (
    Flag,
    Listed,
    Mapped,
    Member,
    Nothing,
    Number,
    Possible,
    Returned,
    Text,
    Value,
    symbolic_sources,
)
from lk_audit.values.objects import history


class GrantCollector(Struct):
    """Gathers the grants of one token, call by call.

    `function` is the one that makes the token; `of_sdk` tells that an SDK writes it, and takes objects of its classes.
    `merges` tells whether a further grant call adds to the earlier ones or replaces them, `reads_maps` that plain maps
    have the names of the grant classes. `has_bare_rights` tells that Rust code gives `can_publish` a flag and no
    option, as only releases before 0.8 take it.
    """

    context: FileContext
    place: Place
    is_request: IsRequest
    function: Node
    merges: bool = False
    of_sdk: bool = False
    reads_maps: bool = False
    by_name: dict[str, Grant] = field(default_factory=dict)
    unknown: list[UnknownGrant] = field(default_factory=list)
    complete: bool = True
    from_caller: Lead | None = None
    has_bare_rights: bool = False

    def add(self, target: str, values: Possible, place: Place, *, certain: bool = True) -> None:
        """Take one of `values`, written at `place`, as grant object `target` ("grants" is the `video` claim)."""
        if not self.merges:
            self._forget(target, certain=certain)
        for value in values:
            self._add_object(target, value, place, certain=certain and len(values) == 1)

    def _forget(self, target: str, *, certain: bool) -> None:
        """What a further grant object of the same kind replaces, or may replace."""
        prefix = "" if target == "grants" else f"{target}."
        for name in [name for name in self.by_name if _belongs(name, prefix)]:
            if certain:
                del self.by_name[name]
            else:
                self.by_name[name] = replace(self.by_name[name], certain=False)
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
        self._add_members(target, _members(value), certain=certain, is_class=is_class)
        if value.open and len(bases) < max(len(value.spreads), 1):
            self._open(value.spreads, self._spread_place(value) or place)

    def _add_returned(self, target: str, value: Returned, place: Place, *, certain: bool) -> bool:
        """What a call makes that is known by its name alone; whether it is."""
        if self._is_single(value):
            self._add_single(value, certain=certain)
        elif (value.callee or "").endswith("Grant.from_hash"):
            given = argument(value.call, 0)
            for inner in self.context.values(given) if given is not None else ():
                self._add_object(target, inner, place, certain=certain)
        elif flag := _set_flag(target, value):
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

    def _is_single(self, value: Returned) -> bool:
        return not value.members and self._full_name(value) in self.context.sdks.single_grants

    def _is_untyped(self, value: Returned) -> bool:
        """C#'s `new() { RoomJoin = true }` is of the class that the SDK asks for."""
        return self.of_sdk and value.call.is_new and isinstance(value.call.callee, Opaque)

    def _full_name(self, value: Returned) -> str:
        home = self.context.home(value.call)
        return home.qualified(value.call.callee) or value.callee or ""

    def _add_single(self, value: Returned, *, certain: bool) -> None:
        """A class that holds one grant: `RoomJoin(true)`."""
        claim = self.context.sdks.single_grants[self._full_name(value)]
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
                    self._add_members(target, _members(given), certain=certain, is_class=True)
                if not isinstance(given, Mapped) or given.open:
                    self._open((given,), place)
        members = [
            (name, Member(values=(Flag(origin=call, flag=flag),), key=call)) for name, flag in helper.gives.items()
        ]
        for name, item in zip(helper.positions, call.arguments, strict=False):
            members.append((name, Member(values=self.context.values(item.value), key=item.value)))
        self._add_members(target, members, certain=certain, is_class=True)

    def _open(self, values: Possible, place: Place) -> None:
        self.complete = False
        if self.from_caller is None and self._from_request(values):
            self.from_caller = Lead(place, "the caller decides the grants")

    def _spread_place(self, value: Mapped) -> Place | None:
        """Where an object spreads another into itself."""
        entries = value.origin.entries if isinstance(value.origin, Record) else ()
        spreads = [
            entry for entry in entries if entry.key is None and self._from_request(self.context.values(entry.value))
        ]
        return self.context.place(spreads[0]) if spreads else None

    def _from_request(self, values: Possible) -> bool:
        return any(self.is_request(source) for source in symbolic_sources(values))

    def _decided_at(self, values: Possible) -> Place | None:
        """Where the request decides the grant, when that is not where the grant object is written."""
        asked = next((source for source in symbolic_sources(values) if self.is_request(source)), None)
        return handed_over_at(self.context, asked, self.function.start, self.function.end) if asked else None

    def _asked_by(self, values: Possible) -> tuple[Place, ...]:
        """The handlers whose requests decide the grant."""
        endpoints = self.context.built(Endpoints)
        found = (endpoints.handler_place(source) for source in symbolic_sources(values) if self.is_request(source))
        return tuple(dict.fromkeys(place for place in found if place is not None))

    def _granted_at(self, values: Possible) -> Place | None:
        """Where a condition on the request sets the grant."""
        given = next((value for value in values if isinstance(value, Flag) and value.flag), None)
        return self.context.place(given.origin) if given is not None and self._is_behind_request(given) else None

    def _is_behind_request(self, value: Flag) -> bool:
        """`if (req.body.role === "admin") grant.roomAdmin = true`."""
        branch = self.context.home(value.origin).names.enclosing(value.origin, If)
        if branch is None or not branch.then.start <= value.origin.start < branch.then.end:
            return False
        chooses_token = branch.then.start <= self.place.start < branch.then.end
        if chooses_token and self.context.code.holds(branch):
            return False
        tested = [node for node in walk(branch.test) if isinstance(node, Name | MemberAccess)]
        return isinstance(branch.test, Binary) and any(self._from_request(self.context.values(node)) for node in tested)

    def _add_constructed(self, target: str, value: Returned, *, certain: bool) -> None:
        """A grant class of the Python SDK, a struct of Go's: its arguments, then what is set on it later."""
        target = grant_class(value) or target
        known = len(self.unknown)
        self._add_members(target, _constructor_members(self.context, value, target), certain=certain, is_class=True)
        if self._is_tried(value.call):
            del self.unknown[known:]
        records = [*_records(self.context, value)]
        for record in records:
            self._add_members(target, record.members.items(), certain=certain)
            if record.open:
                self._open(record.spreads, self.context.place(value.call))
        if value.call.is_new and not records and any(item.name is None for item in value.call.arguments):
            self.complete = False
        spreads = [item for item in value.call.arguments if item.spread]
        if any(
            not isinstance(inner, Mapped) or inner.open for item in spreads for inner in self.context.values(item.value)
        ):
            self.complete = False
        for event in history(self.context.home(value.call).names, value.call):
            name, new = event.path[0], event.value
            if name.startswith(("Set", "set")) and event.arguments:
                name, new = name[3:], event.arguments[0].value
            elif name.startswith("set") and event.arguments == () and isinstance(event.node, Call):
                # PHP's setters grant what they name when they are told nothing.
                given = Member(values=(Flag(origin=event.node, flag=True),), key=event.node, certain=event.certain)
                self._add_members(target, [(name[3:], given)], certain=certain, is_class=True)
            if new is not None and len(event.path) == 1:
                member = Member(values=self.context.values(new), key=new, certain=event.certain)
                self._add_members(target, [(name, member)], certain=certain, is_class=True)

    def _add_replaced(self, target: str, value: Returned, place: Place, *, certain: bool) -> None:
        """`dataclasses.replace(grants, hidden=True)`."""
        original, *changes = value.call.arguments
        for item in self.context.values(original.value):
            self._add_object(target, item, place, certain=certain)
        members = [
            (
                change.name,
                Member(values=self.context.values(change.value), key=_key_of(self.context, change, change.value)),
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
        chosen = choosable(self.context, member.values) if name == "room" else member.values
        grant = Grant(
            name=name,
            place=self.context.member_place(member),
            values=scalars(member.values),
            certain=certain and member.certain,
            from_caller=self._from_request(chosen),
            leads=_leads(self.context, member.values),
            decided_at=self._decided_at(chosen),
            granted_at=self._granted_at(member.values),
            asked_by=self._asked_by(chosen),
        )
        earlier = self.by_name.get(name)
        if earlier is not None and not grant.certain:
            values = tuple(dict.fromkeys((*earlier.values, *grant.values)))
            grant = replace(grant, values=values, certain=earlier.certain)
        self.by_name[name] = grant

    def _unknown(self, spelled: str, member: Member, *, is_class: bool) -> UnknownGrant:
        meant = BY_PYTHON_NAME[_snake(spelled)].python if is_class and _snake(spelled) in BY_PYTHON_NAME else None
        meant = meant or meant_grant(spelled)
        denies = any(isinstance(value, Flag) and not value.flag for value in member.values)
        canonical = meant_grant(spelled) or ""
        if is_class and not self.reads_maps:
            problem = "the SDK raises TypeError for it"
        elif spelled in OTHER_GRANTS:
            problem = f"a {spelled} grant does not belong inside the video grant"
        else:
            problem = how_ignored(spelled)
        opens = denies and not is_class and restricts_by_default(canonical)
        return UnknownGrant(spelled, self.context.member_place(member), problem, meant, opens)

    def grants(self) -> Grants:
        """What was gathered."""
        return Grants(self.place, dict(self.by_name), tuple(self.unknown), self.complete, self.from_caller)


def _belongs(name: str, prefix: str) -> bool:
    return name.startswith(prefix) if prefix else "." not in name


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)


def _members(value: Mapped) -> list[tuple[str, Member]]:
    return list(value.members.items())


def _set_flag(target: str, value: Returned) -> str | None:
    """The grant that Rust's `InferenceGrants::default().with_perform()` sets, or None for any other call."""
    callee = value.call.callee
    name = callee.name.removeprefix("with_") if isinstance(callee, MemberAccess) else ""
    return f"{target}.{name}" if name in OTHER_GRANTS.get(target, ()) and value.call.arguments == () else None


def grant_class(value: Value) -> str | None:
    """The grant object that a constructed grant class makes, or None for any other value."""
    if not isinstance(value, Returned) or value.members or not value.callee:
        return None
    module, _, name = value.callee.rpartition(".")
    return GRANT_CLASSES.get(name) if "livekit" in module.lower() or not module else None


_LONGEST_CHAIN = 40


def built_by(context: FileContext, value: Value, ending: str) -> Call | None:
    """The construction of a LiveKit class at the root of a chain of setters, by the end of its name."""
    made = _root(context, value)
    name = (made.callee or "") if made is not None else ""
    is_ours = "livekit" in name.lower() or "." not in name
    return made.call if made is not None and name.endswith(ending) and is_ours else None


def built_grants(context: FileContext, value: Value) -> Returned | None:
    """The construction of a grant class at the root of a chain of setters."""
    made = _root(context, value)
    return made if made is not None and grant_class(made) is not None else None


def _root(context: FileContext, value: Value) -> Returned | None:
    """What the first call of a chain returned: `new A()` of `(new A())->b()->c()`."""
    for _ in range(_LONGEST_CHAIN):
        if not isinstance(value, Returned) or value.members:
            return None
        if value.callee and value.call.is_new:
            return value
        callee = value.call.callee
        if not isinstance(callee, MemberAccess):
            return None
        inner = [item for item in context.values(callee.object) if isinstance(item, Returned)]
        if len(inner) != 1:
            return None
        value = inner[0]
    return None


def _records(context: FileContext, value: Returned) -> Iterator[Mapped]:
    """The maps that a grant class is constructed from: `new VideoGrant(['roomJoin' => true])`."""
    for item in value.call.arguments[:1]:
        if item.name is None and not item.spread:
            yield from (inner for inner in context.values(item.value) if isinstance(inner, Mapped))


def _constructor_members(context: FileContext, value: Returned, target: str) -> Iterator[tuple[str, Member]]:
    positional = iter(_POSITIONS if target == "grants" else [_snake(name) for name in OTHER_GRANTS.get(target, ())])
    for item in value.call.arguments:
        if item.spread:
            for inner in context.values(item.value):
                if isinstance(inner, Returned) and inner.call is not value.call and grant_class(inner) == target:
                    yield from _constructor_members(context, inner, target)
                yield from inner.members.items() if isinstance(inner, Mapped) else ()
            continue
        member = Member(values=context.values(item.value), key=_key_of(context, item, item.value))
        if item.name is not None:
            yield item.name, member
        elif any(isinstance(inner, Mapped) for inner in member.values):
            continue
        elif (name := next(positional, None)) is not None:
            yield name, member


_POSITIONS = tuple(VIDEO_GRANTS[name].python for name in PYTHON_POSITIONS)


def _key_of(context: FileContext, item: Node, value: Expr) -> Expr:
    """An expression that spans the argument with its name, to report it whole."""
    whole = replace(value)
    whole.start, whole.end = item.start, value.end
    context.home(value).names.adopt(whole, item)
    return whole


def scalars(values: Possible) -> tuple[GrantScalar, ...]:
    """Grant values as the server will see them; what only the run decides is `UNKNOWN`."""
    return tuple(dict.fromkeys(_scalar(value) for value in values)) or (UNKNOWN,)


def _scalar(value: Value) -> GrantScalar:
    match value:
        case Flag(flag=flag):
            return flag
        case Text(text=text):
            return text
        case Nothing():
            return None
        case Listed(items=items, open=False):
            texts = [_source_name(item) for item in items]
            return tuple(text for text in texts if text is not None) if all(texts) else UNKNOWN
        case _:
            return UNKNOWN


def _source_name(values: Possible) -> str | None:
    if len(values) != 1:
        return None
    value = values[0]
    if isinstance(value, Text):
        return value.text
    if isinstance(value, Number):
        return SOURCE_NUMBERS.get(int(value.number))
    name = getattr(value, "name", "")
    for mark in ("TrackSource.", "TrackSource_"):
        if mark in name:
            return name.rpartition(mark)[2].lower()
    return None


def _leads(context: FileContext, values: Possible) -> tuple[Lead, ...]:
    return context.leads(max((value.trace for value in values), key=len, default=()))
