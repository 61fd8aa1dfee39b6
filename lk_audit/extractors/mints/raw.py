"""LiveKit tokens that code signs itself with a JWT library, whose calls are rows of `livekit/sdks/`."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.extractors.mints.lifetimes import lifetimes
from lk_audit.extractors.mints.model import MintParts, Part
from lk_audit.extractors.mints.payloads import first_mapped, livekit_payload, payload_parts
from lk_audit.extractors.serialised import serialised
from lk_audit.facts import Expiry, Lifetime
from lk_audit.livekit.sdks import ClaimBuilder, JwtClass, JwtSigner, LaterSigner, Setting, TtlUnit
from lk_audit.syntax import Call, Expr
from lk_audit.syntax import Member as Access
from lk_audit.values.model import Mapped, Member, Moment, Possible, Text, Value
from lk_audit.values.objects import history


def raw_mints(context: FileContext) -> Iterator[MintParts]:
    """Every token with LiveKit's claims that the file signs with a JWT library."""
    sdks = context.sdks
    for call in context.names.calls:
        name = context.called(call)
        if name in sdks.signers:
            parts = _library_mint(context, call, sdks.signers[name])
        elif name in sdks.sign_classes:
            parts = _builder_mint(context, call, sdks.sign_classes[name])
        elif name in sdks.jwt_classes:
            parts = _class_mint(context, call, sdks.jwt_classes[name])
        elif name in sdks.later_signers and sdks.later_signers[name].is_key:
            yield from _keyed_mints(context, call, sdks.later_signers[name])
            continue
        elif name in sdks.later_signers:
            parts = _later_signed_mint(context, call, sdks.later_signers[name])
        elif (signer := _method_signer(context, call)) is not None:
            parts = _library_mint(context, call, signer)
        elif (row := sdks.claim_builders.get(last_name(call.callee) or "")) is not None:
            parts = _told_mint(context, call, row)
        else:
            continue
        if parts is not None:
            yield parts


def _library_mint(context: FileContext, call: Call, signer: JwtSigner) -> MintParts | None:
    secret = context.values(_secret_of(call, signer))
    if signer.payload is None:
        claims = context.values(call)
    else:
        claims = _parsed(context, context.values(argument(call, signer.payload, *signer.payload_names)))
    claims = tuple(serialised(context, value) for value in claims)
    payload = livekit_payload(claims, secret, context.secret_names)
    if payload is None:
        return None
    options = first_mapped(context.values(argument(call, signer.options))) if signer.options is not None else None
    parts = payload_parts(context, call, payload, label=signer.label, exp_unit=signer.exp_unit)
    settings = dict(parts.settings)
    settings["api_secret"] = [Part(secret, context.place(call))]
    life = _option_lifetimes(context, options, signer.lifetime_option)
    life = tuple(_counted_from(item, payload) for item in life)
    if life and "exp" in payload.members:
        life = (replace(life[0], expiry=Expiry.REJECTED, seconds=None, slip=_TWICE),)
    subject = options.members.get("subject") if options is not None else None
    if subject is not None:
        settings["identity"] = [Part(subject.values, context.member_place(subject))]
    if signer.default_ttl is not None:
        parts = replace(parts, lifetimes=tuple(_defaulted(item, signer.default_ttl) for item in parts.lifetimes))
    if signer.config is not None and "exp" not in payload.members:
        from lk_audit.extractors.mints.joken import configured_lifetimes  # noqa: PLC0415 - most scans meet other languages

        life = life or tuple(configured_lifetimes(context, call, signer.config))
    return replace(parts, settings=settings, lifetimes=life or parts.lifetimes)


def _defaulted(lifetime: Lifetime, seconds: float) -> Lifetime:
    """A library that gives tokens a lifetime of its own where the code gives none."""
    if lifetime.expiry is not Expiry.NEVER:
        return lifetime
    return Lifetime(Expiry.IMPLICIT, lifetime.place, seconds)


def _secret_of(call: Call, signer: JwtSigner) -> Expr | None:
    """What signs; of a header and a payload the header holds it."""
    found = argument(call, signer.secret, *signer.secret_names)
    if found is None and signer.payload is None and len(call.arguments) == 2:  # noqa: PLR2004 - header and payload
        return call.arguments[0].value
    return found


def _method_signer(context: FileContext, call: Call) -> JwtSigner | None:
    """A method that signs, called on whatever a file has of a library that it imports: `keys.sign(payload)`."""
    if not context.names.traits.opens_namespaces or not isinstance(call.callee, Access):
        return None
    rows = (context.sdks.signers.get(f"{namespace}.*.{call.callee.name}") for namespace in context.names.namespaces())
    return next((row for row in rows if row is not None), None)


def _class_mint(context: FileContext, call: Call, kind: JwtClass) -> MintParts | None:
    """`JWT(payload, issuer: key).sign(SecretKey(secret), expiresIn: ...)`."""
    made = call
    given = [(argument(call, None, name), setting) for name, setting in kind.options.items()]
    for event in history(context.names, call):
        if not isinstance(event.node, Call):
            continue
        if event.path[-1] == kind.signed_by:
            made = event.node
        for setting in kind.members.get(event.path[-1], ()):
            names = (setting.keyword,) if setting.keyword else ()
            given.append((argument(event.node, setting.position, *names), setting))
    claims = _parsed(context, context.values(argument(call, kind.payload, *kind.payload_names)))
    return _signed_with(context, made, claims, given, label=kind.label)


def _builder_mint(context: FileContext, call: Call, label: str) -> MintParts | None:
    """`new SignJWT(payload).setExpirationTime(...).sign(secret)`."""
    given: list[tuple[Expr | None, Setting]] = []
    for event in history(context.names, call):
        setting = context.sdks.sign_members.get(event.path[0]) if event.path else None
        if setting is not None and isinstance(event.node, Call):
            given.append((argument(event.node, setting.position), setting))
    claims = context.values(argument(call, 0))
    return _signed_with(context, call, claims, given, label=label)


def _signed_with(
    context: FileContext,
    call: Call,
    claims: Possible,
    given: list[tuple[Expr | None, Setting]],
    *,
    label: str,
) -> MintParts | None:
    """The parts of a token with `claims`, and with what is given beside them: the secret, an expiry, a subject."""
    settings: dict[str, list[Part]] = {}
    life: list[Lifetime] = []
    for expr, setting in given:
        if expr is None:
            continue
        values, place = context.values(expr), context.place(expr)
        if setting.target == "exp":
            life.extend(lifetimes(context, values, setting.unit or TtlUnit.EPOCH, default=None, place=place))
        else:
            settings.setdefault(setting.target, []).append(Part(values, place))
    secret = tuple(value for part in settings.get("secret", ()) for value in part.values)
    payload = livekit_payload(claims, secret, context.secret_names)
    if payload is None:
        return None
    settings["api_secret"] = settings.pop("secret", [])
    parts = payload_parts(context, call, payload, label=label, exp_unit=TtlUnit.EPOCH)
    return replace(parts, settings={**parts.settings, **settings}, lifetimes=tuple(life) or parts.lifetimes)


_TWICE = "exp in the payload and expiresIn beside it: jsonwebtoken raises"
_SERIALIZERS = frozenset({"JSON.stringify", "json.dumps", "jsonEncode", "json.encode"}) | {
    "Jason.encode!",
    "Poison.encode!",
    "JSON.encode!",
}


def _parsed(context: FileContext, values: Possible) -> Possible:
    """`values` with the text that `JSON.stringify` makes of an object as that object."""
    found: list[Value] = []
    for value in values:
        origin = value.origin
        home = context.home(origin)
        is_text = isinstance(origin, Call) and home.qualified(origin.callee) in _SERIALIZERS
        found.extend(context.values(argument(origin, 0)) if is_text and isinstance(origin, Call) else (value,))
    return tuple(found)


def _counted_from(lifetime: Lifetime, payload: Mapped) -> Lifetime:
    """`expiresIn` counts from `iat`, where the payload has one."""
    values = payload.members["iat"].values if "iat" in payload.members else ()
    start = next((value.offset for value in values if isinstance(value, Moment)), 0.0)
    return lifetime if lifetime.seconds is None else replace(lifetime, seconds=lifetime.seconds + start)


def _option_lifetimes(context: FileContext, options: Mapped | None, setting: Setting | None) -> tuple[Lifetime, ...]:
    member = options.members.get(setting.keyword or "") if options is not None and setting is not None else None
    if member is None or setting is None:
        return ()
    unit = setting.unit or TtlUnit.EPOCH
    return tuple(lifetimes(context, member.values, unit, default=None, place=context.member_place(member)))


def _told_mint(context: FileContext, call: Call, row: ClaimBuilder) -> MintParts | None:
    """`$config->builder()->relatedTo($id)->withClaim('video', [...])`: the claims, as the payload that they make."""
    if not any(item.module.startswith(row.package) for item in context.names.imports):
        return None
    members: dict[str, Member] = {}
    for event in history(context.names, call):
        given = event.node.arguments if isinstance(event.node, Call) and len(event.path) == 1 else ()
        method = event.path[0]
        if method == row.any_claim and len(given) > 1:
            names = [value.text for value in context.values(given[0].value) if isinstance(value, Text)]
            told = given[1].value
        elif method in row.claims and given:
            names, told = [row.claims[method]], given[0].value
        else:
            continue
        for name in names:
            members[name] = Member(values=context.values(told), key=told, certain=event.certain)
    payload = livekit_payload((Mapped(origin=call, members=members),), ())
    if payload is None:
        return None
    parts = payload_parts(context, call, payload, label=row.label, exp_unit=TtlUnit.EPOCH_OR_DATETIME)
    keys = [key for name in row.keys for key in context.names.calls_of(name)]
    secret = [Part(context.values(argument(key, 0)), context.place(key)) for key in keys]
    return replace(parts, settings={**parts.settings, "api_secret": secret})


def _later_signed_mint(context: FileContext, call: Call, builder: LaterSigner) -> MintParts | None:
    """`jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret)`."""
    from lk_audit.extractors.mints.go_claims import as_claims, set_later  # noqa: PLC0415 - most scans meet other languages

    signed = (event for event in history(context.names, call) if event.path == (builder.sign,))
    secret = tuple(value for event in signed for item in event.arguments or () for value in context.values(item.value))
    given = set_later(context, call) if builder.payload is None else context.values(argument(call, builder.payload))
    claims = as_claims(context, given)
    payload = livekit_payload(claims, secret, context.secret_names)
    if payload is None:
        return None
    parts = payload_parts(context, call, payload, label=builder.label, exp_unit=builder.exp_unit)
    return replace(parts, settings={**parts.settings, "api_secret": [Part(secret, context.place(call))]})


def _keyed_mints(context: FileContext, key: Call, signer: LaterSigner) -> Iterator[MintParts]:
    """`HS256Key::from_bytes(secret).authenticate(claims)` of Rust's jwt-simple."""
    secret = context.values(argument(key, 0))
    for event in history(context.names, key):
        if event.path != (signer.sign,) or not isinstance(event.node, Call):
            continue
        claims = (serialised(context, value) for value in context.values(argument(event.node, 0)))
        payload = livekit_payload(tuple(claims), secret, context.secret_names)
        if payload is not None:
            unit, label = signer.exp_unit, signer.label
            parts = payload_parts(context, event.node, payload, label=label, exp_unit=unit)
            yield replace(parts, settings={**parts.settings, "api_secret": [Part(secret, context.place(key))]})
