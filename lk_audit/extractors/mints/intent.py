"""Who a token is meant for, told by names: a viewer's role, a listener's function, an observer's identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.mints.model import MintParts, leaves_data
from lk_audit.extractors.rights.grant_objects import grant_class
from lk_audit.extractors.rights.grants import GrantCollector
from lk_audit.facts import FileRole, GrantVariant, Lead
from lk_audit.patterns import regex
from lk_audit.roles import file_role
from lk_audit.syntax import Binary, Entry, Function, If, Literal, Node, walk
from lk_audit.values.model import Mapped, Number, Returned, Text, Value

_LISTENER = regex(
    r"(?:^|[^a-z])(?:viewers?|listeners?|audience|observers?|spectators?|watchers?|subscribers?|monitors?|"
    r"read_?only|listen_?only|view_?only)(?:$|[^a-z])"
)
_HUMPS = regex(r"(?<=[a-z0-9])(?=[A-Z])")


def is_listener_word(text: str) -> bool:
    """Whether a name or role says that its holder only watches or listens."""
    return bool(_LISTENER.search(_HUMPS.sub("_", text).lower()))


def of_mint(context: FileContext, parts: MintParts) -> Lead | None:
    """What says that a token is for somebody who only listens: its identity, its name, or its function.

    Tests and examples call what they show with whatever names their parts go by.
    """
    for target in ("identity", "name"):
        for part in parts.settings.get(target, ()):
            named = [value for value in part.values if not _is_of_example(context, value)]
            if any(is_listener_word(text) for text in _fixed_pieces(named)):
                return Lead(part.place, f"the {target} says that this participant only listens")
    return _of_functions(context, parts.call)


def _is_of_example(context: FileContext, value: Value) -> bool:
    """Whether a test or an example gives a value to code that is neither."""
    if context.role in _SHOWING:
        return False
    roles = {context.home(value.origin).role, *(file_role(step.path) for step in value.trace if step.path)}
    return not _SHOWING.isdisjoint(roles)


_SHOWING = frozenset({FileRole.TEST, FileRole.EXAMPLE})
_BOT = regex(
    r"(?:^|[^a-z])(?:egress|recorder|recording|compositor|transcriber|transcription|summari[sz]er|note[-_ ]?taker)"
    r"(?:$|[^a-z])"
)


def is_for_bot(parts: MintParts) -> bool:
    """Whether the identity or name says that a service holds the token: the page that egress records, a recorder.

    Where helpers are called for people too, one caller that names a recorder says nothing of the others.
    """
    return any(
        all(any(map(is_bot_word, _fixed_pieces((value,)))) for value in part.values)
        for target in ("identity", "name")
        for part in parts.settings.get(target, ())
        if part.values
    )


def is_bot_word(text: str) -> bool:
    """Whether a name says that a service goes by it."""
    return bool(_BOT.search(_HUMPS.sub("_", text).lower()))


def variants(context: FileContext, parts: MintParts) -> tuple[GrantVariant, ...]:
    """The grants of each kind of holder, where code elsewhere chooses between several grant objects."""
    objects = [value for value in parts.grant_objects if isinstance(value, Mapped) or _is_constructed(value)]
    own = context.names.enclosing_function(parts.call)
    is_elsewhere = any(
        context.home(value.origin).names.enclosing_function(value.origin) is not own for value in objects
    )
    if len(objects) < 2 and not is_elsewhere:  # noqa: PLR2004 - alternatives
        return ()
    return tuple(_variant(context, parts, value) for value in objects)


def _is_constructed(value: Value) -> bool:
    return isinstance(value, Returned) and grant_class(value) is not None


def _variant(context: FileContext, parts: MintParts, value: Value) -> GrantVariant:
    place = context.place(value.origin)
    collector = GrantCollector(context, place, context.function_of(parts.call))
    collector.add("grants", (value,), place)
    grants = collector.grants()
    return GrantVariant(
        grants=grants,
        listener_lead=_of_origin(context, value.origin) or of_mint(context, parts),
        can_publish_data_stays=parts.writes_data_rights and leaves_data(grants),
    )


def _of_origin(context: FileContext, node: Node) -> Lead | None:
    """What is said around a grant object: its key, the role it is chosen for, the function it is in."""
    names = context.home(node).names
    child = node
    for parent in names.ancestors(node):
        if isinstance(parent, Entry) and isinstance(parent.key, Literal) and child is parent.value:
            word = parent.key.value
            return Lead(context.place(parent.key), "the role only listens") if _says_listener(word) else None
        if isinstance(parent, If) and child is parent.then:
            tested = [item for item in walk(parent.test) if isinstance(item, Binary) and item.operator == "=="]
            words = [side for item in tested for side in (item.left, item.right) if isinstance(side, Literal)]
            if words:
                told = next((word for word in words if _says_listener(word.value)), None)
                return Lead(context.place(told), "the role only listens") if told is not None else None
        if isinstance(parent, Function):
            break
        child = parent
    return _of_functions(context, node)


def _says_listener(word: object) -> bool:
    return isinstance(word, str) and is_listener_word(word)


def _of_functions(context: FileContext, node: Node) -> Lead | None:
    names = context.home(node).names
    function = names.enclosing_function(node)
    while function is not None:
        name = names.name_of(function)
        if is_listener_word(name):
            return context.lead(function, f"{name}() makes tokens for listeners")
        function = names.enclosing_function(function)
    return None


def _fixed_pieces(values: Iterable[Value]) -> Iterator[str]:
    """The literal text of a value, also inside templates."""
    for value in values:
        if isinstance(value, Text):
            yield value.text
        elif not isinstance(value, Number):
            yield from _literal_parts(value.origin)


def _literal_parts(node: Node) -> Iterator[str]:
    for part in getattr(node, "parts", ()):
        text = getattr(part, "value", None)
        if isinstance(text, str):
            yield text
