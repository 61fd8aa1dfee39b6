"""Tokens made with a LiveKit server SDK."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.extractors.mints.lifetimes import lifetimes
from lk_audit.extractors.mints.model import MintParts, Part
from lk_audit.extractors.rights.grant_objects import built_by
from lk_audit.extractors.rights.grants import GrantCollector
from lk_audit.facts import Expiry, Lifetime, Signer
from lk_audit.livekit.grants import OTHER_GRANTS
from lk_audit.livekit.sdks import Sdk, Setting, TtlUnit, family
from lk_audit.source import Place
from lk_audit.syntax import Assign, Call, Class, Expr, If, Member, Name
from lk_audit.values.callgraph import CONSTRUCTORS
from lk_audit.values.model import Duration, Flag, Listed, Mapped, Nothing, Possible, Reference, defined_classes
from lk_audit.values.model import Member as Entry
from lk_audit.values.objects import CONVERSION, Event, history, made_by_base


def sdk_mints(context: FileContext) -> Iterator[MintParts]:
    """Every construction of an AccessToken in the file, with what is done to it afterwards."""
    for call in context.names.calls:
        sdk = sdk_of(context, call)
        if sdk is not None:
            yield _Mint(context, call, sdk).parts()


def sdk_of(context: FileContext, call: Call) -> Sdk | None:
    """The SDK whose token constructor `call` is, or None."""
    constructors = context.sdks.constructors
    name = context.qualified(call.callee)
    word = last_name(call.callee) or ""
    if word == "AccessToken" and name not in constructors:
        named = (value.name for value in context.values(call.callee) if isinstance(value, Reference))
        name = next((found for found in named if found in constructors), name)
    if name is None or (name not in constructors and not name.endswith(_CONSTRUCTING)):
        if word.endswith("Token") or word in _OF_BASES:
            return _of_client(context, call) or _of_subclass(context, call, word)
        return None
    sdk = constructors.get(name) or _by_shape(context, call, name)
    return sdk.older if sdk is not None and sdk.older is not None and context.has_old_sdk else sdk


def _of_client(context: FileContext, call: Call) -> Sdk | None:
    """The SDK whose client makes a token with its own key, which is then used like one: `rooms.CreateToken()`."""
    sdk = context.sdks.token_methods.get(last_name(call.callee) or "") if not call.arguments else None
    if sdk is None:
        return None
    used = {event.path[0] for event in history(context.names, call)}
    return sdk if any(setting.target == "grants" for name, setting in sdk.members.items() if name in used) else None


def _of_subclass(context: FileContext, call: Call, word: str) -> Sdk | None:
    """The SDK whose token class of the project's own inherits from: where it is made, or its constructor calls `super`.

    One with a constructor of its own is told by that, wherever it is made.
    """
    if word == ("__init__" if context.is_python else "super"):
        owner = context.names.enclosing(call, Class)
        return _inherited(context, owner) if owner is not None and made_by_base(call) else None
    if not word[:1].isupper() or context.names.traits.has_structs:
        return None
    owners = [item for item in defined_classes(context.values(call.callee)) if not _has_constructor(context, item)]
    return next((sdk for owner in owners if (sdk := _inherited(context, owner)) is not None), None)


def _inherited(context: FileContext, owner: Class) -> Sdk | None:
    names = context.home(owner).names
    found = (context.sdks.constructors.get(names.qualified(base) or "") for base in owner.bases)
    return next((sdk for sdk in found if sdk is not None), None)


def _has_constructor(context: FileContext, owner: Class) -> bool:
    return any(context.home(owner).names.attributes(owner, name) for name in CONSTRUCTORS)


def _by_shape(context: FileContext, call: Call, name: str) -> Sdk | None:
    """A constructor from a module we do not know that is called AccessToken and used like LiveKit's.

    Where the import is lost, in a piece of a file or behind a syntax error, the file must at least speak of LiveKit.
    """
    origin = context.names.origin(call.callee)
    is_lost = origin is not None and origin.module is None and b"livekit" in context.source.data.lower()
    if not is_lost and "livekit" not in name.rpartition(".")[0].lower():
        return None
    members = {event.path[0] for event in history(context.names, call)}
    known = [sdk for sdk in context.sdks.constructors.values() if sdk.signs_of]
    if known:
        return next((sdk for sdk in known if members & sdk.signs_of), None)
    like = next((name for name, signs in _SIGNS.items() if members & signs), None)
    return family(like[0]).constructors[like[1]] if like is not None else None


_SIGNS = {
    ("javascript", "livekit-server-sdk.AccessToken"): frozenset({"addGrant", "toJwt", "addSIPGrant"}),
    ("python", "livekit.api.AccessToken"): frozenset({"with_grants", "with_identity", "to_jwt"}),
}
"""By which members the tokens of an SDK are known in any language that has no better signs."""


_CONSTRUCTING = ("AccessToken", "AccessToken.with_api_key", "AccessToken.new")
"""How the calls end that make an empty token."""
_OF_BASES = frozenset({"super", "__init__"})
"""How the calls end by which a class makes what it inherits from."""
_DEEP = 3
"""The length of a path such as `claims.video.hidden`."""
_DEEPEST_OPTIONS = 3


class _Mint:
    """Reads one construction and its history into `MintParts`."""

    def __init__(self, context: FileContext, call: Call, sdk: Sdk) -> None:
        self.context = context
        self.call = call
        self.sdk = sdk
        self.place = context.place(call.callee)
        self.grants = GrantCollector(
            context,
            self.place,
            context.function_of(call),
            merges=sdk.merges_grants,
            of_sdk=True,
            reads_maps=sdk.reads_maps,
        )
        self.lifetimes: list[Lifetime] = []
        self.expiration: list[Lifetime] = []
        self.settings: dict[str, list[Part]] = {}
        self.grant_objects: Possible = ()
        self._options_under_way: set[Call] = set()

    def parts(self) -> MintParts:
        self._constructor()
        events = history(self.context.names, self.call)
        for event in events:
            self._event(event)
        if not self.lifetimes and any(map(self._is_own_method, events)):
            self.lifetimes.append(Lifetime(Expiry.UNKNOWN, self.place))
        # A date that is set outranks the lifetime, whichever comes first.
        self.lifetimes = self.expiration or self.lifetimes
        if not self.lifetimes:
            self.lifetimes.append(self._default())
        return MintParts(
            call=self.call,
            place=self.place,
            signer=Signer.SDK,
            sdk=self.sdk.label,
            lifetimes=tuple(self.lifetimes),
            grants=self.grants.grants(),
            settings=self.settings,
            grant_objects=self.grant_objects,
            writes_data_rights=self.sdk.writes_data_rights or self.grants.has_bare_rights,
            refuses_credentials=bool(self.sdk.allows_credentials) and not self._allows_credentials(events),
        )

    def _is_own_method(self, event: Event) -> bool:
        """Whether something is done to the token by a method that the project adds to its type."""
        name = event.path[0]
        if not self.context.names.traits.extends_types or event.arguments is None or len(event.path) > 1:
            return False
        if CONVERSION.match(name) or self._called(self.sdk.members, name) is not None:
            return False
        places = (self.context, *self.context.workspace.mentioning(self.context, name))
        return any(place.names.functions_named(name) for place in places)

    def _allows_credentials(self, events: tuple[Event, ...]) -> bool:
        calls = [event for event in events if event.path == (self.sdk.allows_credentials,)]
        return any(
            isinstance(value, Flag) and value.flag
            for event in calls
            for item in event.arguments or ()
            for value in self.context.values(item.value)
        )

    def _default(self) -> Lifetime:
        return Lifetime(Expiry.IMPLICIT, self.place, self.sdk.default_ttl)

    def _constructor(self) -> None:
        for position, name in enumerate(self.sdk.arguments):
            expr = argument(self.call, position, name)
            if expr is None:
                self._set_behind_spread(position, name)
                continue
            values, place = self.context.values(expr), self.context.place(expr)
            if name == "options":
                self._options(values, place)
            else:
                self._set(self.sdk.options.get(name, Setting(name)), values, place, certain=True)
        self._spread_arguments()
        misplaced = argument(self.call, None, "ttl") if "ttl" not in self.sdk.arguments else None
        if misplaced is not None:
            slip = "AccessToken() takes no ttl and raises TypeError; with_ttl() does"
            self.lifetimes.append(Lifetime(Expiry.REJECTED, self.context.place(misplaced), slip=slip))

    def _set_behind_spread(self, position: int, name: str) -> None:
        """An argument that may stand in a list which is spread: `new AccessToken(key, secret, ...rest)`."""
        plain = [item for item in self.call.arguments if item.name is None]
        spread = next((place for place, item in enumerate(plain) if item.spread), None)
        if spread is None or position < spread:
            return
        place, lists = self.context.place(plain[spread]), self.context.values(plain[spread].value)
        known = (value.items for value in lists if isinstance(value, Listed))
        values = tuple(item for items in known for part in items[position - spread :][:1] for item in part)
        if name == "options" and (values or not lists):
            self._options(values, place)
        elif name == "options":
            self.lifetimes.append(Lifetime(Expiry.UNKNOWN, place))
        elif values:
            self._set(self.sdk.options.get(name, Setting(name)), values, place, certain=True)

    def _spread_arguments(self) -> None:
        """Ruby's `AccessToken.new(**options)`: the named arguments in a hash."""
        for item in self.call.arguments:
            for value in self.context.values(item.value) if item.spread else ():
                members = value.members.items() if isinstance(value, Mapped) else ()
                for name, member in members:
                    if name in self.sdk.arguments and argument(self.call, None, name) is None:
                        setting = self.sdk.options.get(name, Setting(name))
                        self._set(setting, member.values, self.context.member_place(member), certain=member.certain)

    def _options(self, values: Possible, place: Place) -> None:
        for value in values:
            if not isinstance(value, Mapped):
                built = built_by(self.context, value, "Options")
                if built is not None:
                    self._options_object(built)
                elif not isinstance(value, Nothing):
                    self.lifetimes.append(Lifetime(Expiry.UNKNOWN, place))
                continue
            for name, member in value.members.items():
                if name in self.sdk.options:
                    where = self.context.member_place(member)
                    self._set(self.sdk.options[name], member.values, where, certain=member.certain)
            if value.open and "ttl" not in value.members:
                self.lifetimes.append(Lifetime(Expiry.UNKNOWN, place))

    def _options_object(self, made: Call) -> None:
        """An object that is made for the options: from a map or named arguments, or with setters like `setTtl(900)`.

        One that is made of itself, in a loop, adds nothing to what it was before.
        """
        if made in self._options_under_way or len(self._options_under_way) >= _DEEPEST_OPTIONS:
            return
        given = argument(made, 0)
        if given is not None:
            self._options_under_way.add(made)
            self._options(self.context.values(given), self.context.place(given))
            self._options_under_way.discard(made)
        for item in made.arguments:
            setting = self.sdk.options.get(item.name or "")
            if setting is not None:
                self._set(setting, self.context.values(item.value), self.context.place(item), certain=True)
        for event in history(self.context.home(made).names, made):
            name = event.path[0]
            setting = (
                self._called(self.sdk.options, name[3:4].lower() + name[4:]) if name[:3].lower() == "set" else None
            )
            expr = _argument_of(event, setting) if setting is not None else None
            if setting is not None and expr is not None:
                self._set(setting, self.context.values(expr), self.context.place(expr), certain=event.certain)

    def _event(self, event: Event) -> None:
        if event.path[0] == "claims" and len(event.path) == _DEEP and event.value is not None:
            _, claim, name = event.path
            target = "grants" if claim == "video" else claim
            self.grants.change(target, name, event.value, certain=event.certain, is_class=True)
        if event.path[0] in self.sdk.clears and event.certain:
            self.grants.clear(self.sdk.clears[event.path[0]])
        setting = self._called(self.sdk.members, ".".join(event.path))
        if setting is None:
            return
        if isinstance(event.node, Assign) and event.node.operator:
            self._extend(event.node)
            return
        if setting.is_variadic:
            for item in event.arguments or ():
                self._set(setting, self.context.values(item.value), self.context.place(item), certain=event.certain)
            return
        expr = event.value if event.arguments is None else _argument_of(event, setting)
        if expr is None:
            self._set_otherwise(setting, event)
        else:
            self._set(setting, self.context.values(expr), self.context.place(expr), certain=event.certain)
            if self.sdk.keeps_grants and setting.target == "grants" and isinstance(expr, Name):
                self._later_changes(expr, certain=event.certain)

    def _set_otherwise(self, setting: Setting, event: Event) -> None:
        """A call that gives a setting no argument of its own: named rights, or Python's `with_ttl(seconds=600)`."""
        if setting.gathers and isinstance(event.node, Call):
            gathered = self._gathered(event.node)
            self._set(setting, (gathered,), self.context.place(event.node.callee), certain=event.certain)
        elif setting.target == "ttl" and self.context.is_python and event.arguments:
            slip = "with_ttl() takes a timedelta, as ttl, and raises TypeError for other names"
            self.lifetimes = [Lifetime(Expiry.REJECTED, self.context.place(event.arguments[0]), None, slip)]

    def _called(self, settings: Mapping[str, Setting], name: str) -> Setting | None:
        """The setting of a name; PHP calls `setTtl` by `setTTL` too.

        Source: the PHP manual, "Functions", user-defined functions: names are case-insensitive for A to Z.
        """
        if name in settings or self.sdk.language != "php":
            return settings.get(name)
        return next((setting for known, setting in settings.items() if known.lower() == name.lower()), None)

    def _gathered(self, call: Call) -> Mapped:
        """`add_grant(roomJoin: true, **more)`: the named arguments as the one map that they are."""
        spread = tuple(value for item in call.arguments if item.spread for value in self.context.values(item.value))
        members = {
            name: member for value in spread if isinstance(value, Mapped) for name, member in value.members.items()
        }
        for item in call.arguments:
            if item.name is not None:
                members[item.name] = Entry(values=self.context.values(item.value), key=item.value)
        is_open = any(not isinstance(value, Mapped) or value.open for value in spread)
        return Mapped(origin=call, members=members, open=is_open, spreads=spread if is_open else ())

    def _later_changes(self, grants: Name, *, certain: bool) -> None:
        """`at.addGrant(grant); grant.canPublish = false`, where the token keeps the object itself."""
        names = self.context.names
        variable = names.binding_scope(grants)
        for assign in names.nodes(Assign):
            target = assign.target
            if not isinstance(target, Member) or not isinstance(target.object, Name) or assign.start < grants.end:
                continue
            if target.object.id == grants.id and names.binding_scope(target.object) is variable:
                always = certain and names.enclosing(assign, If) is names.enclosing(grants, If)
                self.grants.change("grants", target.name, assign.value, certain=always, is_class=False)

    def _set(self, setting: Setting, values: Possible, place: Place, *, certain: bool) -> None:
        if setting.target == "options":
            self._options(values, place)
        elif setting.target == "ttl":
            self._set_ttl(setting.unit or TtlUnit.TIMEDELTA, values, place, certain=certain)
        elif setting.target == "expiration":
            self._set_expiration(setting.unit or TtlUnit.DATE, values, place, certain=certain)
        elif setting.target == "grants" or setting.target in OTHER_GRANTS:
            self.grants.add(setting.target, values, place, certain=certain)
            self.grant_objects += values if setting.target == "grants" else ()
        else:
            self.settings.setdefault(setting.target, []).append(Part(values, place))

    def _set_expiration(self, unit: TtlUnit, values: Possible, place: Place, *, certain: bool) -> None:
        found = lifetimes(self.context, values, unit, default=self.sdk.default_ttl, place=place)
        rest = [] if certain else (self.expiration or self.lifetimes or [self._default()])
        self.expiration = [*rest, *found]
        self.settings.setdefault("ttl", []).append(Part(values, place))

    def _extend(self, assign: Assign) -> None:
        """`token.ttl += timedelta(hours=1)`: on top of what it was."""
        added = [value.seconds for value in self.context.values(assign.value) if isinstance(value, Duration)]
        sign = {"+": 1, "-": -1}.get(assign.operator, 0)
        earlier = self.lifetimes or [self._default()]
        self.lifetimes = [
            replace(item, expiry=Expiry.EXPLICIT, seconds=(item.seconds or 0) + sign * seconds)
            if sign
            else replace(item, expiry=Expiry.UNKNOWN, seconds=None)
            for item in earlier
            for seconds in added or [0.0]
        ]

    def _set_ttl(self, unit: TtlUnit, values: Possible, place: Place, *, certain: bool) -> None:
        if certain:
            self.lifetimes.clear()
        else:
            # `if ttl: token.with_ttl(ttl)`: the branch is not taken for nothing.
            values = tuple(value for value in values if not isinstance(value, Nothing))
            self.lifetimes = self.lifetimes or [self._default()]
        self.lifetimes.extend(lifetimes(self.context, values, unit, default=self.sdk.default_ttl, place=place))
        self.settings.setdefault("ttl", []).append(Part(values, place))


def _argument_of(event: Event, setting: Setting) -> Expr | None:
    if not isinstance(event.node, Call):
        return None
    names = (setting.keyword or setting.target,)
    return argument(event.node, setting.position, *names)
