"""What .NET's JWT libraries make of claims: payloads as records.

Sources: AzureAD/azure-activedirectory-identitymodel-extensions-for-dotnet (JwtPayload, JwtSecurityToken,
SecurityTokenDescriptor, JwtRegisteredClaimNames), jwt-dotnet/jwt (ClaimName).
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.syntax import Expr
from lk_audit.values.conversions import identity
from lk_audit.values.invocation import Function, Invocation
from lk_audit.values.model import Listed, Mapped, Member, Nothing, Possible, Text, Value
from lk_audit.values.possible import bounded

_REGISTERED = {
    **{name.capitalize(): name for name in ("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "name")},
    "UniqueName": "unique_name",
}
_JWT_NET = {
    "Issuer": "iss",
    "Subject": "sub",
    "Audience": "aud",
    "ExpirationTime": "exp",
    "NotBefore": "nbf",
    "IssuedAt": "iat",
    "JwtId": "jti",
}
_MOST_CLAIMS = 100


def claim_name(name: str) -> str | None:
    """The claim that a constant names: `JwtRegisteredClaimNames.Sub`, `ClaimName.ExpirationTime`; None for others."""
    holder, _, last = name.rpartition(".")
    if holder == "JwtRegisteredClaimNames":
        return _REGISTERED.get(last)
    if holder == "ClaimName":
        return _JWT_NET.get(last)
    # A subject is written as "nameid" by default (JwtSecurityTokenHandler.DefaultOutboundClaimTypeMap).
    return {"NameIdentifier": "nameid", "Name": "unique_name"}.get(last) if holder == "ClaimTypes" else None


def _claim(invocation: Invocation) -> Possible | None:
    """`new Claim("video", json, JsonClaimValueTypes.Json)`: a record of one claim."""
    key = invocation.expr(0, "type")
    values = invocation.values(1, "value")
    if key is None or invocation.positional + _named(invocation) < 2:  # noqa: PLR2004 - a type and a value
        return None
    names = [value.text for value in invocation.evaluate(key) if isinstance(value, Text)]
    members = {name: Member(values=values, key=key, certain=len(names) == 1) for name in names}
    return (Mapped(origin=invocation.call, members=members, open=not names),)


def _named(invocation: Invocation) -> int:
    return sum(item.name is not None for item in invocation.call.arguments)


def merged(values: Possible, origin: Expr) -> tuple[dict[str, Member], bool]:
    """The claims of a list of claims, or of a record; and whether there may be others."""
    members: dict[str, Member] = {}
    is_open = len(values) != 1
    for value in values:
        for item, certain in _records(value):
            for name, member in item.members.items():
                earlier = members.get(name)
                found = member.values if earlier is None else bounded((*earlier.values, *member.values), origin)
                is_certain = certain and member.certain and len(values) == 1
                members[name] = Member(values=found, key=member.key, certain=is_certain)
            is_open = is_open or item.open
        is_open = is_open or not isinstance(value, Mapped | Listed) or (isinstance(value, Listed) and value.open)
    return members, is_open


def _records(value: Value) -> Iterator[tuple[Mapped, bool]]:
    """The records in a list, each with whether it is surely in it."""
    if isinstance(value, Mapped):
        yield value, True
    elif isinstance(value, Listed):
        for items in value.items[:_MOST_CLAIMS]:
            yield from ((item, len(items) == 1) for item in items if isinstance(item, Mapped))


_Slots = tuple[tuple[str, int | None, str], ...]
_PAYLOAD: _Slots = (("iss", 0, "issuer"), ("aud", 1, "audience"), ("nbf", 3, "notBefore"), ("exp", 4, "expires"))
_DESCRIPTOR: _Slots = (
    ("iss", None, "Issuer"),
    ("aud", None, "Audience"),
    ("nbf", None, "NotBefore"),
    ("exp", None, "Expires"),
    ("iat", None, "IssuedAt"),
)


def _payload(slots: _Slots, *claims: tuple[int | None, str]) -> Function:
    """A constructor that takes registered claims by argument, and the others in lists or records."""

    def build(invocation: Invocation) -> Possible | None:
        members: dict[str, Member] = {}
        is_open = False
        for position, name in claims:
            expr = invocation.expr(position, name)
            if expr is not None:
                found, more = merged(invocation.evaluate(expr), invocation.call)
                members.update(found)
                is_open = is_open or more
        for claim, position, name in slots:
            expr = invocation.expr(position, name)
            values = invocation.evaluate(expr) if expr is not None else ()
            if expr is not None and not all(isinstance(value, Nothing) for value in values):
                members[claim] = Member(values=values, key=expr)
        return (Mapped(origin=invocation.call, members=members, open=is_open),)

    return build


_full = _payload(_PAYLOAD, (2, "claims"))


def _token(invocation: Invocation) -> Possible | None:
    """`new JwtSecurityToken(issuer, ...)`, or `new JwtSecurityToken(header, payload)`."""
    given = invocation.values(1, "payload")
    if len(invocation.call.arguments) == 2 and any(isinstance(value, Mapped) for value in given):  # noqa: PLR2004 - header and payload
        return given
    return _full(invocation)


def _payload_of(invocation: Invocation) -> Possible | None:
    """`new JwtPayload(issuer, ...)`, or `new JwtPayload(claims)`."""
    if len(invocation.call.arguments) == 1:
        members, is_open = merged(invocation.values(0, "claims"), invocation.call)
        return (Mapped(origin=invocation.call, members=members, open=is_open),)
    return _full(invocation)


FUNCTIONS: dict[str, Function] = {
    "Claim": _claim,
    "ClaimsIdentity": identity,
    "JwtPayload": _payload_of,
    "JwtSecurityToken": _token,
    "SecurityTokenDescriptor": _payload(_DESCRIPTOR, (None, "Subject"), (None, "Claims")),
}
