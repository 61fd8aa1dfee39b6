"""Grants that are taken away, spelled right, or completed with their room."""

from __future__ import annotations

import re
from collections.abc import Collection

from lk_audit.edits import Edit, Fix, overlap
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.fixes.ground import Ground, Item, written
from lk_audit.fixes.lists import insertion, removal
from lk_audit.livekit.grants import ORDINARY_GRANTS, VIDEO_GRANTS, meant_grant, restricts_by_default, to_camel_case
from lk_audit.repairs import CorrectGrant, NameRoom, RemoveGrants
from lk_audit.source import Place
from lk_audit.syntax import Argument, Assign, Call, Entry, Function, Literal, Node, Record, Sequence
from lk_audit.values.model import Flag, Text

_WANTED = frozenset({"roomJoin", "room", "canPublish", "canSubscribe", "canPublishData"})
"""Grants without which a token is of no use, so that leaving a wrong name out would only hide the mistake."""
_ROOM_NAMES = ("room", "room_name", "roomName")


def remove(ground: Ground, repair: RemoveGrants) -> Fix | None:
    """Take out what gives the grants; where a grant is set on an object, deny it there."""
    leaving = [found[1] for place in repair.places if (found := ground.item(place)) is not None]
    edits: list[Edit] = []
    for place in repair.places:
        edit = _removed(ground, place, leaving)
        if edit is None:
            return None
        edits.append(edit)
    apart = [edit for edit in dict.fromkeys(edits) if not any(_is_part(edit, other) for other in edits)]
    if any(overlap(one, other) for one in apart for other in apart if one is not other):
        return None
    return Fix(f"Take {', '.join(repair.names)} out of the token", tuple(apart), is_safe=False)


def _is_part(edit: Edit, other: Edit) -> bool:
    """Whether an edit removes only what another removes too."""
    inner, outer = edit.place, other.place
    return inner != outer and inner.path == outer.path and outer.start <= inner.start and inner.end <= outer.end


def _removed(ground: Ground, place: Place, leaving: Collection[Item]) -> Edit | None:
    found = ground.item(place)
    if found is None:
        return _denied(ground, place)
    context, item = found
    owner = context.names.parent(item)
    if not _is_removable(context, item, owner):
        return None
    staying = [other for other in items_of(owner) if other is item or other not in leaving]
    return removal(context.source, staying, item)


def _denied(ground: Ground, place: Place) -> Edit | None:
    """`grant.roomAdmin = true` as `= false`: the statement may be all that a branch holds."""
    found = ground.assignment(place)
    if found is None:
        return None
    context, assign = found
    is_true = isinstance(assign.value, Literal) and assign.value.value is True and not assign.operator
    return ground.edit(context, assign.value, "False" if context.is_python else "false") if is_true else None


def _is_removable(context: FileContext, item: Item, owner: Node | None) -> bool:
    """Whether a grant is given here by a plain true, in a list of grants where order says nothing."""
    if isinstance(item, Argument) and item.name is None:
        return False
    values = context.values(item.value)
    return bool(items_of(owner)) and bool(values) and all(isinstance(value, Flag) and value.flag for value in values)


def items_of(owner: Node | None) -> tuple[Item, ...]:
    """The entries of a record, or the arguments of a call."""
    if isinstance(owner, Record):
        return owner.entries
    return owner.arguments if isinstance(owner, Call) else ()


# --- names ------------------------------------------------------------------------------------------------------------


def correct(ground: Ground, repair: CorrectGrant) -> Fix | None:
    """Write the grant's real name where the spelling is all that is wrong; else leave out what LiveKit ignores.

    A grant that gives power and was ignored until now is left out too: its holder does not have it today. A list stays
    as it is: servers refuse a token that has one for a name or a flag.
    """
    found = ground.item(repair.place)
    if found is None:
        return None
    context, item = found
    owner = context.names.parent(item)
    right = _right_name(repair.spelled, is_class=isinstance(item, Argument))
    if _name_of(item) != repair.spelled or right in {_name_of(other) for other in items_of(owner)}:
        return None
    is_plain = _is_grant_object(context, owner)
    if right is not None and (to_camel_case(right) in ORDINARY_GRANTS or _denies(context, item)):
        edits = _renamed(ground, context, item, repair.spelled, right)
        return Fix(f"Write {right} for {repair.spelled}", edits, is_safe=is_plain)
    meant = meant_grant(repair.spelled)
    is_wanted = meant in _WANTED and meant not in {_name_of(other) for other in items_of(owner)}
    if meant is not None and is_wanted and isinstance(item, Entry) and not isinstance(item.value, Sequence):
        edits = _renamed(ground, context, item, repair.spelled, meant)
        return Fix(f"Write {meant} for {repair.spelled}", edits, is_safe=False)
    is_denial = _denies(context, item) and (meant is None or restricts_by_default(meant))
    if not repair.is_ignored or is_denial or is_wanted:
        return None
    edit = removal(context.source, items_of(owner), item)
    return Fix(f"Leave out {repair.spelled}, which LiveKit ignores", (edit,), is_safe=is_plain)


def _right_name(spelled: str, *, is_class: bool) -> str | None:
    """The grant of which the unknown name is another spelling, in the way of the place; None for other names."""
    plain = _squeezed(spelled)
    for name, spec in VIDEO_GRANTS.items():
        if _squeezed(name) == plain:
            return spec.python if is_class else name
    return None


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _name_of(item: Item) -> str | None:
    if isinstance(item, Argument):
        return item.name
    return item.key.value if isinstance(item.key, Literal) and isinstance(item.key.value, str) else None


def _denies(context: FileContext, item: Item) -> bool:
    return any(isinstance(value, Flag) and not value.flag for value in context.values(item.value))


def _is_grant_object(context: FileContext, owner: Node | None) -> bool:
    """Whether a list of grants stands where grants are given, so that nobody else reads its names."""
    if isinstance(owner, Call):
        return True
    parent = context.names.parent(owner) if owner is not None else None
    if isinstance(parent, Argument):
        call = context.names.parent(parent)
        return isinstance(call, Call) and last_name(call.callee) in {"addGrant", "VideoGrants"}
    return isinstance(parent, Entry) and isinstance(parent.key, Literal) and parent.key.value == "video"


def _renamed(ground: Ground, context: FileContext, item: Item, spelled: str, right: str) -> tuple[Edit, ...]:
    text = written(context, item)
    start = text.find(spelled)
    if start not in {0, 1}:
        return ()
    if isinstance(item, Entry) and item.end == item.value.end and item.start == item.value.start:
        return (ground.edit(context, item, f"{right}: {text}"),)
    begin = item.start + start
    name = ground.edit(context, (begin, begin + len(spelled.encode())), right)
    return (name, *_denied_data(context, item, right))


def _denied_data(context: FileContext, item: Item, right: str) -> tuple[Edit, ...]:
    """Python's SDK writes data rights as true unless told not to; the wrong name was to deny them too."""
    names = {_name_of(other) for other in items_of(context.names.parent(item))}
    if right != "can_publish" or "can_publish_data" in names or not _denies(context, item):
        return ()
    return insertion(context.source, item, "can_publish_data=False")


# --- rooms ------------------------------------------------------------------------------------------------------------


def name_room(ground: Ground, repair: NameRoom) -> Fix | None:
    """Name the room that the function around the grant is given, where there is one under a plain name."""
    found = ground.item(repair.place)
    if found is None:
        return None
    context, item = found
    room = _room(context, item)
    if room is None or (isinstance(item, Argument) and item.name is None):
        return None
    title = f"Name the room: {room}"
    if repair.instead:
        is_empty = all(isinstance(value, Text) and not value.text for value in context.values(item.value))
        return Fix(title, (ground.edit(context, item.value, room),), is_safe=False) if is_empty else None
    return Fix(title, insertion(context.source, item, _entry(context, item, room)), is_safe=False)


def _room(context: FileContext, item: Node) -> str | None:
    """A parameter or an earlier variable of the function that is called `room`; never two to choose from."""
    function = context.names.enclosing_function(item)
    if not isinstance(function, Function):
        return None
    given = {parameter.name for parameter in function.parameters if parameter.kind == "plain"}
    found = [name for name in _ROOM_NAMES if name in given or _is_set_before(context, name, item, function)]
    return found[0] if len(found) == 1 else None


def _is_set_before(context: FileContext, name: str, item: Node, function: Function) -> bool:
    return any(
        isinstance(parent := context.names.parent(node), Assign)
        and parent.target is node
        and parent.end <= item.start
        and context.names.enclosing_function(node) is function
        for node in context.names.mentions(name)
    )


def _entry(context: FileContext, item: Item, room: str) -> str:
    if isinstance(item, Argument):
        return f"room={room}"
    quote = written(context, item)[:1]
    if quote in {"'", '"'}:
        return f"{quote}room{quote}: {room}"
    return room if room == "room" and not context.is_python else f"room: {room}"
