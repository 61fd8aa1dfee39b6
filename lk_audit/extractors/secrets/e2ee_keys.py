"""End-to-end encryption keys that are written down, or published with the client."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.facts import E2eeKeyLiteral
from lk_audit.livekit.credentials import judge
from lk_audit.livekit.e2ee import (
    BYTE_MAKERS,
    KEY_ARGUMENTS,
    KEY_METHODS,
    KEY_PROVIDERS,
    OPTIONS_NAMES,
    PROVIDER_NAME,
    SESSION_HOOKS,
)
from lk_audit.livekit.setting_names import public_prefix
from lk_audit.secret import Secret
from lk_audit.source import Place
from lk_audit.syntax import Argument, Assign, Call, Entry, Expr, Literal, Member, Node, walk
from lk_audit.values.model import Environment, Listed, Mapped, Number, Possible, Returned, Text, Unknown, Value

_DEEPEST_CONVERSION = 4
_HOLDERS = frozenset({"useMemo", "useState", "useRef", "createRef", "shallowRef", "ref"})
"""Calls that keep what their argument makes, as frameworks do."""
_FEWEST_BYTES = 8


class _Given(Struct, frozen=True):
    """What is set as a key: by which setting, where, and what it can be."""

    setting: str
    node: Node
    values: Possible


def e2ee_keys(context: FileContext) -> Iterator[E2eeKeyLiteral]:
    """Every such key, once."""
    if not _uses_livekit(context):
        return
    seen: set[Place] = set()
    for given in _given_keys(context):
        for value in _unwrapped(context, given.values, _DEEPEST_CONVERSION):
            fact = _fact(context, given, value)
            if fact is not None and fact.place not in seen:
                seen.add(fact.place)
                yield fact


def _uses_livekit(context: FileContext) -> bool:
    return b"livekit" in context.source.data.lower()


def _given_keys(context: FileContext) -> Iterator[_Given]:
    for setting, expr in _written_keys(context):
        yield _Given(setting, expr, context.values(expr))
    for call in context.names.calls:
        if context.name_elsewhere(call) in SESSION_HOOKS:
            yield from _session_keys(context, call)


def _written_keys(context: FileContext) -> Iterator[tuple[str, Expr]]:
    yield from _method_keys(context)
    for call in context.names.calls:
        if context.name_elsewhere(call) in KEY_PROVIDERS:
            yield from ((item.name, item.value) for item in call.arguments if item.name in KEY_ARGUMENTS)
    for entry in context.names.nodes(Entry):
        if isinstance(entry.key, Literal) and entry.key.value in KEY_ARGUMENTS and _is_in_options(context, entry):
            yield str(entry.key.value), entry.value
    for assign in context.names.nodes(Assign):
        target = assign.target
        if isinstance(target, Member) and target.name in KEY_ARGUMENTS and _is_options(context, target.object):
            yield target.name, assign.value


def _method_keys(context: FileContext) -> Iterator[tuple[str, Expr]]:
    for name, method in KEY_METHODS.items():
        for call in context.names.calls_of(name):
            position = method.among_others if len(call.arguments) > 1 else method.alone
            key = argument(call, position, "key")
            if key is not None and isinstance(call.callee, Member) and _is_provider(context, call.callee.object):
                yield f"{name}()", key


def _session_keys(context: FileContext, call: Call) -> Iterator[_Given]:
    """`useSession(source, { encryption: { worker, key } })`."""
    for options in context.values(argument(call, 1)):
        for encryption in _member_values(options, "encryption"):
            if isinstance(encryption, Mapped) and "key" in encryption.members:
                member = encryption.members["key"]
                yield _Given("encryption.key", member.key, member.values)


def _member_values(value: Value, name: str) -> Possible:
    return value.members[name].values if isinstance(value, Mapped) and name in value.members else ()


def _is_provider(context: FileContext, receiver: Expr) -> bool:
    if isinstance(receiver, Member) and receiver.name in {"current", "value"}:
        receiver = receiver.object
    if PROVIDER_NAME.search(last_name(receiver) or ""):
        return True
    return any(_makes_provider(value) for value in context.values(receiver))


def _makes_provider(value: Value) -> bool:
    """Whether a value is a key provider, also one that a hook keeps: `useMemo(() => new Provider(), [])`."""
    if not isinstance(value, Returned):
        return False
    name = (value.callee or "").rpartition(".")[2]
    if name in KEY_PROVIDERS:
        return True
    made = (node for node in walk(value.call) if isinstance(node, Call)) if name in _HOLDERS else ()
    return any((last_name(node.callee) or "") in KEY_PROVIDERS for node in made)


def _is_options(context: FileContext, expr: Expr) -> bool:
    return (last_name(expr) or "") in OPTIONS_NAMES or any(_makes_provider(value) for value in context.values(expr))


def _is_in_options(context: FileContext, entry: Node) -> bool:
    """Whether an entry is among the options of a key provider, or in an argument of what makes one."""
    for parent in context.names.ancestors(entry):
        match parent:
            case Entry(key=Literal(value=str(name))) | Assign(target=Member(name=name)) if name in OPTIONS_NAMES:
                return True
            case Argument():
                call = context.names.parent(parent)
                return isinstance(call, Call) and (last_name(call.callee) or "") in KEY_PROVIDERS
            case _:
                continue
    return False


def _unwrapped(context: FileContext, values: Possible, depth: int) -> Iterator[Value]:
    """`values`, with bytes made of a literal as that literal."""
    for value in values:
        inner = _converted(context, value.origin) if isinstance(value, Unknown | Returned) else None
        if inner is not None and depth:
            yield from _unwrapped(context, context.values(inner), depth - 1)
        else:
            yield value


def _converted(context: FileContext, origin: Expr) -> Expr | None:
    """What `origin` makes bytes of."""
    if isinstance(origin, Member) and origin.name == "buffer":
        return origin.object
    names = context.home(origin).names
    if isinstance(origin, Call) and (names.qualified(origin.callee) or "") in BYTE_MAKERS:
        return argument(origin, 0)
    return None


def _fact(context: FileContext, given: _Given, value: Value) -> E2eeKeyLiteral | None:
    match value:
        case Environment() if public_prefix(value.name) is not None:
            place = context.place(given.node)
            role = context.home(given.node).role
            return E2eeKeyLiteral(place=place, role=role, setting=given.setting, variable=value.name)
        case Text(text=text) if text:
            spelled = value.pieces[0] if value.pieces else value.origin
            return _literal(context, given, value, spelled, text)
        case Listed() if _are_bytes(value):
            source = context.home(value.origin).source
            written = source.data[value.origin.start : value.origin.end].decode("utf-8", "replace")
            return _literal(context, given, value, value.origin, written)
        case _:
            return None


def _literal(context: FileContext, given: _Given, value: Text | Listed, spelled: Expr, text: str) -> E2eeKeyLiteral:
    return E2eeKeyLiteral(
        place=context.place(spelled),
        role=context.home(spelled).role,
        setting=given.setting,
        secret=Secret(text),
        fallback_of=value.environment if isinstance(value, Text) else None,
        is_placeholder=isinstance(value, Text) and judge("-".join(text.split())) is None,
        leads=context.leads(value.trace),
    )


def _are_bytes(value: Listed) -> bool:
    """A key spelled out byte by byte; not a row of zeros that random bytes are then filled into."""
    numbers = {item.number for items in value.items for item in items if isinstance(item, Number)}
    return not value.open and len(value.items) >= _FEWEST_BYTES and len(numbers) > 1
