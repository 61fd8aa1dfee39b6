"""What functions are given as LiveKit's API secret, by its name or by what they do with it."""

from __future__ import annotations

from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.livekit.setting_names import is_generic_secret_name, name_words
from lk_audit.syntax import Call, Expr, Name, Node


def is_named_secret(context: FileContext, expr: Expr) -> bool:
    """Whether what `expr` is called says that it is the secret, or the same file gives it to an SDK as that."""
    name = last_name(expr) or ""
    if isinstance(expr, Call) or not _NOT_ITSELF.isdisjoint(name_words(name)[:1]):
        return False
    return context.secret_names.means(name) or (is_generic_secret_name(name) and _signs(context, expr))


_NOT_ITSELF = frozenset({"has", "is", "needs", "masked", "hidden", "redacted", "hashed", "encrypted", "sealed"})
"""How names begin that speak of a secret and hold none."""


def _signs(context: FileContext, expr: Expr) -> bool:
    """Whether a parameter is what the same code gives LiveKit's SDK as its secret: `LiveKitAPI(url, key, it)`."""
    if not isinstance(expr, Name):
        return False
    given = context.built(_given_to_sdk)
    return bool(given) and not given.isdisjoint(item.node for item in context.names.definitions(expr))


def _given_to_sdk(context: FileContext) -> frozenset[Node]:
    """What stands for the API secret in the calls of an SDK: the parameters and assignments that give it."""
    found = set[Node]()
    for call in context.names.calls:
        name = context.qualified(call.callee) or ""
        sink, sdk = context.sdks.sinks.get(name), context.sdks.constructors.get(name)
        taken = [(sink.secret_position, sink.secret_name)] if sink else []
        taken += [(at, of) for at, of in enumerate(sdk.arguments if sdk else ()) if "secret" in of.lower()]
        for secret in (argument(call, position, keyword) for position, keyword in taken):
            if isinstance(secret, Name):
                found.update(item.node for item in context.names.definitions(secret))
    return frozenset(found)
