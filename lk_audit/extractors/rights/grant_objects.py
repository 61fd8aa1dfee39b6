"""Grant objects as code writes them: SDK classes, chains of their setters, and what a server makes of a field."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from lk_audit.extractors.context import FileContext
from lk_audit.facts import UNKNOWN, GrantScalar
from lk_audit.livekit.grants import OTHER_GRANTS, PYTHON_POSITIONS, SOURCE_NUMBERS, VIDEO_GRANTS, to_snake_case
from lk_audit.livekit.sdks import GRANT_CLASSES
from lk_audit.syntax import Call, Expr, Node
from lk_audit.syntax import Member as MemberAccess
from lk_audit.values.model import Flag, Listed, Mapped, Member, Nothing, Number, Possible, Returned, Text, Value


def grant_class(value: Value) -> str | None:
    """The grant object that a constructed grant class makes, or None for any other value."""
    if not isinstance(value, Returned) or value.members or not value.callee:
        return None
    module, _, name = value.callee.rpartition(".")
    return GRANT_CLASSES.get(name) if "livekit" in module.lower() or not module else None


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


_LONGEST_CHAIN = 40


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


def set_grant(target: str, value: Returned) -> str | None:
    """The grant that Rust's `InferenceGrants::default().with_perform()` sets, or None for any other call."""
    callee = value.call.callee
    name = callee.name.removeprefix("with_") if isinstance(callee, MemberAccess) else ""
    return f"{target}.{name}" if name in OTHER_GRANTS.get(target, ()) and value.call.arguments == () else None


def given_records(context: FileContext, value: Returned) -> Iterator[Mapped]:
    """The maps that a grant class is constructed from: `new VideoGrant(['roomJoin' => true])`."""
    for item in value.call.arguments[:1]:
        if item.name is None and not item.spread:
            yield from (inner for inner in context.values(item.value) if isinstance(inner, Mapped))


_POSITIONS = tuple(VIDEO_GRANTS[name].python for name in PYTHON_POSITIONS)


def constructor_members(context: FileContext, value: Returned, target: str) -> Iterator[tuple[str, Member]]:
    """The fields that a construction is given, also by the objects that it spreads, each of which is read once."""
    yield from _members_given(context, value, target, {value.call})


def _members_given(context: FileContext, value: Returned, target: str, read: set[Call]) -> Iterator[tuple[str, Member]]:
    positional = iter(
        _POSITIONS if target == "grants" else [to_snake_case(name) for name in OTHER_GRANTS.get(target, ())]
    )
    for item in value.call.arguments:
        if item.spread:
            for inner in context.values(item.value):
                if isinstance(inner, Returned) and inner.call not in read and grant_class(inner) == target:
                    read.add(inner.call)
                    yield from _members_given(context, inner, target, read)
                yield from inner.members.items() if isinstance(inner, Mapped) else ()
            continue
        member = Member(values=context.values(item.value), key=whole_argument(context, item, item.value))
        if item.name is not None:
            yield item.name, member
        elif any(isinstance(inner, Mapped) for inner in member.values):
            continue
        elif (name := next(positional, None)) is not None:
            yield name, member


def whole_argument(context: FileContext, item: Node, value: Expr) -> Expr:
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
