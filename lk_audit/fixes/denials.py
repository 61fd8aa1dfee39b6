"""What a listener must not do, denied in so many words."""

from __future__ import annotations

from lk_audit.edits import Edit, Fix
from lk_audit.extractors.context import FileContext
from lk_audit.fixes.grants import items_of
from lk_audit.fixes.ground import Ground, Item, written
from lk_audit.fixes.lists import insertion
from lk_audit.repairs import DenyData, DenyPublishing
from lk_audit.syntax import Argument, Assign, Literal, Member, Name
from lk_audit.values.model import Flag


def deny_data(ground: Ground, repair: DenyData) -> Fix | None:
    """`can_publish_data` beside `can_publish`, with the same value."""
    title = "Deny data messages where publishing is denied"
    found = ground.item(repair.place)
    if found is None:
        return _after_assignment(ground, repair, title)
    context, item = found
    if not isinstance(item, Argument) or item.name != "can_publish":
        return None
    is_false = _is_false(context, item)
    if not is_false and not isinstance(item.value, Name):
        return None
    text = f"can_publish_data={written(context, item.value)}"
    return Fix(title, insertion(context.source, item, text), is_safe=is_false)


def _after_assignment(ground: Ground, repair: DenyData, title: str) -> Fix | None:
    """`grants.can_publish = False` gets a line for data below it."""
    found = ground.assignment(repair.place)
    if found is None or not (isinstance(found[1].value, Literal) and found[1].value.value is False):
        return None
    edit = _line_below(ground, *found)
    return Fix(title, (edit,), is_safe=True) if edit is not None else None


def _line_below(ground: Ground, context: FileContext, assign: Assign) -> Edit | None:
    source = context.source
    begin = source.line_starts[source.line_number(assign.start) - 1]
    indent = source.data[begin : assign.start]
    line_end = begin + len(source.line_text(source.line_number(assign.start)).encode())
    is_alone = not indent.strip() and not source.data[assign.end : line_end].strip()
    if not is_alone or not isinstance(assign.target, Member) or assign.target.name != "can_publish":
        return None
    text = f"\n{indent.decode()}{written(context, assign.target.object)}.can_publish_data = False"
    return ground.edit(context, (assign.end, assign.end), text)


def deny_publishing(ground: Ground, repair: DenyPublishing) -> Fix | None:
    """`canPublish: false`, and in Python `can_publish_data=False` with it, as the SDK writes that as true."""
    found = ground.item(repair.place)
    if found is None:
        return None
    context, item = found
    if isinstance(item, Argument) and item.name is None:
        return None
    names = _names(context, item) & {"canPublish", "can_publish"}
    if names and repair.instead:
        return None
    text = _denial(context, item, says_data=bool(_names(context, item) & {"canPublishData", "can_publish_data"}))
    edits = (ground.edit(context, item, text),) if repair.instead else _at_the_end(context, item, text)
    return Fix("Deny publishing", edits, is_safe=False)


def _at_the_end(context: FileContext, item: Item, text: str) -> tuple[Edit, ...]:
    return insertion(context.source, items_of(context.names.parent(item))[-1], text)


def _names(context: FileContext, item: Item) -> set[str]:
    """The names of the items around one, itself included."""
    found: set[str] = set()
    for other in items_of(context.names.parent(item)):
        if isinstance(other, Argument):
            found.add(other.name or "")
        elif isinstance(other.key, Literal):
            found.add(str(other.key.value))
    return found


def _denial(context: FileContext, item: Item, *, says_data: bool) -> str:
    if isinstance(item, Argument):
        return "can_publish=False" if says_data else "can_publish=False, can_publish_data=False"
    quote = written(context, item)[:1]
    quote = quote if quote in {"'", '"'} else ""
    return f"{quote}canPublish{quote}: {'False' if context.is_python else 'false'}"


def _is_false(context: FileContext, item: Item) -> bool:
    values = context.values(item.value)
    return bool(values) and all(isinstance(value, Flag) and not value.flag for value in values)
