"""Claims that Go code writes as structs: what they are called in the token, by the tags of their fields."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from lk_audit.extractors.context import FileContext
from lk_audit.syntax import Assign, Call, Class, Index, Literal, Name
from lk_audit.values.model import Flag, Mapped, Member, Possible, Returned, Value
from lk_audit.values.objects import history

_DEEPEST = 4


def as_claims(context: FileContext, values: Possible, depth: int = _DEEPEST) -> Possible:
    """`values` with the structs among them as the objects that the token holds."""
    return tuple(_as_claim(context, value, depth) for value in values)


def set_later(context: FileContext, made: Call) -> Possible:
    """The claims that a token is given after it was made: `token.Claims = jwt.MapClaims{...}`, or one by one."""
    members: dict[str, Member] = {}
    flow = context.names.flow
    for event in history(context.names, made):
        if event.path == ("Claims",) and event.value is not None:
            return context.values(event.value)
    for assign in context.names.nodes(Assign):
        name = _claim_set(context, assign, made)
        if name is not None and isinstance(assign.target, Index):
            certain = flow.implied(flow.path(assign), flow.path(made))
            members[name] = Member(values=context.values(assign.value), key=assign.target.key, certain=certain)
    return (Mapped(origin=made, members=members),)


def _claim_set(context: FileContext, assign: Assign, made: Call) -> str | None:
    """The claim that `claims["name"] = value` sets, for the very token."""
    target = assign.target
    name = target.key.value if isinstance(target, Index) and isinstance(target.key, Literal) else None
    if not isinstance(target, Index) or not isinstance(name, str):
        return None
    return name if any(_is_claims_of(value, made) for value in context.values(target.object)) else None


def _is_claims_of(value: Value, made: Call) -> bool:
    """Whether a value is `token.Claims`, of the very token."""
    return isinstance(value, Returned) and value.call is made and value.members == ("Claims",)


def _as_claim(context: FileContext, value: Value, depth: int) -> Value:
    if not depth:
        return value
    if isinstance(value, Returned) and value.callee in context.sdks.claim_structs and value.call.is_new:
        return _of_library(context, value, context.sdks.claim_structs[value.callee], depth)
    if isinstance(value, Mapped):
        owner = next((kind for _, kind in context.evaluator.structs.types_of(value)), None)
        return _of_struct(context, value, owner, depth) if owner is not None else _of_map(context, value, depth)
    return value


def _of_map(context: FileContext, value: Mapped, depth: int) -> Mapped:
    members = {
        name: replace(member, values=as_claims(context, member.values, depth - 1))
        for name, member in value.members.items()
    }
    return replace(value, members=members)


def _of_library(context: FileContext, value: Returned, names: dict[str, str], depth: int) -> Mapped:
    """`jwt.RegisteredClaims{Subject: identity}`."""
    members: dict[str, Member] = {}
    for item in value.call.arguments:
        values = as_claims(context, context.values(item.value), depth - 1)
        if item.name in names:
            members[names[item.name]] = Member(values=values, key=item.value)
        elif item.name is not None:
            members.update(_inner(values))
    return Mapped(origin=value.origin, trace=value.trace, members=members)


def _of_struct(context: FileContext, value: Mapped, owner: Class, depth: int) -> Mapped:
    members: dict[str, Member] = {}
    fields = {field.target.id: field for field in _fields(owner) if isinstance(field.target, Name)}
    for name, member in value.members.items():
        values = as_claims(context, member.values, depth - 1)
        field = fields.get(name)
        if field is None:
            # An embedded struct: its fields are those of the one around it.
            members.update(_inner(values))
            continue
        label, options = _json_name(field)
        if label != "-" and not ("omitempty" in options and _is_left_out(context, values, field)):
            members[label or name] = replace(member, values=values)
    return replace(value, members=members)


def _inner(values: Possible) -> dict[str, Member]:
    return dict(next((value.members for value in values if isinstance(value, Mapped)), {}))


def _fields(owner: Class) -> Iterator[Assign]:
    return (item for item in owner.body.statements if isinstance(item, Assign))


def _json_name(field: Assign) -> tuple[str, str]:
    """What the tag `json:"name,omitempty"` says: the name, and the rest."""
    for tag in field.tags:
        if isinstance(tag.key, Literal) and tag.key.value == "json" and isinstance(tag.value, Literal):
            name, _, options = str(tag.value.value).partition(",")
            return name, options
    return "", ""


def _is_left_out(context: FileContext, values: Possible, field: Assign) -> bool:
    """Whether `omitempty` drops a value: false, unless the field is a pointer."""
    home = context.home(field)
    written = home.source.data[field.target.end : field.tags[0].start if field.tags else field.end]
    return b"*" not in written and bool(values) and all(isinstance(value, Flag) and not value.flag for value in values)
