"""End-to-end encryption keys that are written down, or published with the client."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.facts import E2eeKeyLiteral, FileRole
from lk_audit.livekit.credentials import public_prefix
from lk_audit.livekit.e2ee import KEY_ARGUMENTS, KEY_METHODS, KEY_PROVIDERS, PROVIDER_NAME
from lk_audit.secret import Secret
from lk_audit.source import Place
from lk_audit.syntax import Argument, Call, Entry, Expr, Literal, Member, Node
from lk_audit.values.model import Environment, Returned, Text


def e2ee_keys(context: FileContext) -> Iterator[E2eeKeyLiteral]:
    """Every such key, once."""
    if context.role is FileRole.TEST or not _uses_livekit(context):
        return
    seen: set[Place] = set()
    for setting, expr in _given_keys(context):
        for fact in _facts(context, setting, expr):
            if fact.place not in seen:
                seen.add(fact.place)
                yield fact


def _uses_livekit(context: FileContext) -> bool:
    return any("livekit" in item.module.lower() for item in context.names.imports) or b"livekit" in context.source.data


def _given_keys(context: FileContext) -> Iterator[tuple[str, Expr]]:
    for method in sorted(KEY_METHODS):
        for call in context.names.calls_of(method):
            if call.arguments and isinstance(call.callee, Member) and _is_provider(context, call.callee.object):
                yield f"{method}()", call.arguments[0].value
    for call in context.names.calls:
        if (last_name(call.callee) or "") in KEY_PROVIDERS:
            yield from ((item.name, item.value) for item in call.arguments if item.name in KEY_ARGUMENTS)
    for entry in context.names.nodes(Entry):
        if isinstance(entry.key, Literal) and entry.key.value in KEY_ARGUMENTS and _is_in_provider(context, entry):
            yield str(entry.key.value), entry.value


def _is_provider(context: FileContext, receiver: Expr) -> bool:
    if PROVIDER_NAME.search(last_name(receiver) or ""):
        return True
    return any(
        isinstance(value, Returned) and (value.callee or "").rpartition(".")[2] in KEY_PROVIDERS
        for value in context.values(receiver)
    )


def _is_in_provider(context: FileContext, entry: Node) -> bool:
    """Whether an entry is in an argument of what makes a key provider."""
    for parent in context.names.ancestors(entry):
        if isinstance(parent, Argument):
            call = context.names.parent(parent)
            return isinstance(call, Call) and (last_name(call.callee) or "") in KEY_PROVIDERS
    return False


def _facts(context: FileContext, setting: str, expr: Expr) -> Iterator[E2eeKeyLiteral]:
    for value in context.values(_encoded(expr)):
        if isinstance(value, Text) and value.text:
            spelled = value.pieces[0] if value.pieces else value.origin
            yield E2eeKeyLiteral(
                place=context.place(spelled),
                role=context.role,
                setting=setting,
                secret=Secret(value.text),
                leads=context.leads(value.trace),
            )
        elif isinstance(value, Environment) and public_prefix(value.name) is not None:
            yield E2eeKeyLiteral(place=context.place(expr), role=context.role, setting=setting, variable=value.name)


def _encoded(expr: Expr) -> Expr:
    """`new TextEncoder().encode("key")`, `"key".encode()`: the text that is turned into bytes."""
    if isinstance(expr, Call) and isinstance(expr.callee, Member) and expr.callee.name in {"encode", "from"}:
        return expr.arguments[0].value if expr.arguments and expr.callee.name != "encode" else _text_of(expr)
    return expr


def _text_of(call: Call) -> Expr:
    receiver = call.callee.object if isinstance(call.callee, Member) else call
    is_encoder = isinstance(receiver, Call) and (last_name(receiver.callee) or "") == "TextEncoder"
    return call.arguments[0].value if is_encoder and call.arguments else receiver
