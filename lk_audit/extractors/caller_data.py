"""What of a request the caller chose, what only the rightful caller can send, and what the server filled in."""

from __future__ import annotations

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.handlers import is_server_set
from lk_audit.livekit.authentication import CREDENTIAL_WORD, IDENTITY_REFERENCES, LANGUAGE_IDENTITIES
from lk_audit.livekit.requests import KEPT_BY_SERVER, is_request_global
from lk_audit.syntax import Call, Expr, Index, Literal, Member, Name, walk
from lk_audit.values.model import Given, Reference, Returned, Value, symbolic_sources

_DEEPEST = 4


def is_raw(context: FileContext, expr: Expr) -> bool:
    """Whether an expression is what the caller sends, at most cut to pieces: a header, a field of the body."""
    values = symbolic_sources(context.values(expr))
    return bool(values) and all(_is_raw_value(context, value) for value in values)


def has_raw(context: FileContext, expr: Expr) -> bool:
    return any(_is_raw_value(context, value) for value in symbolic_sources(context.values(expr)))


def _is_server_set_in_go(context: FileContext, call: Call) -> bool:
    from lk_audit.extractors.go_handlers import is_server_set_read  # noqa: PLC0415 - most scans meet other languages

    return is_server_set_read(context, call)


def _is_raw_value(  # noqa: PLR0911 - one per kind of value
    context: FileContext, value: Value, depth: int = 0
) -> bool:
    match value:
        case Given():
            return not is_server_set(value) and not _is_receiver(value)
        case Returned(call=call) if context.is_go and _is_server_set_in_go(context, call):
            return False
        case Reference(name=name):
            return is_request_global(name, context.module.language)
        case Returned(callee=str(callee)) if is_request_global(callee, context.module.language):
            return True
        case Returned(call=Call(callee=Member(name=name))) if name in KEPT_BY_SERVER:
            return False
        case Returned(call=Call(callee=Member(object=holder))) if depth < _DEEPEST:
            sources = symbolic_sources(context.values(holder))
            return bool(sources) and all(_is_raw_value(context, source, depth + 1) for source in sources)
        case _:
            return False


def _is_receiver(value: Given) -> bool:
    """Whether a value is a part of the object whose method runs: Go passes it as a parameter."""
    return any(item.name == value.parameter and item.kind == "receiver" for item in value.function.parameters)


def is_known_caller(context: FileContext, value: Value) -> bool:
    """What the framework sets once it knows the caller: `request.user`, `g.user`, `flask_login.current_user`."""
    if isinstance(value, Given):
        return is_server_set(value)
    if isinstance(value, Returned) and (last_name(value.call.callee) or "") in KEPT_BY_SERVER:
        return isinstance(value.call.callee, Member)
    name = value.name if isinstance(value, Reference) else getattr(value, "callee", None) or ""
    return name.startswith((*IDENTITY_REFERENCES, *LANGUAGE_IDENTITIES.get(context.module.language, ())))


def has_credential(expr: Expr) -> bool:
    return any(is_credential(node) for node in walk(expr) if isinstance(node, Name | Member | Index | Call))


def is_credential(expr: Expr) -> bool:
    """Whether something is called what only the rightful caller has: a token, a cookie, a signature, a password."""
    for node in walk(expr):
        word = node.id if isinstance(node, Name) else node.name if isinstance(node, Member) else None
        text = node.value if isinstance(node, Literal) and isinstance(node.value, str) else word
        if text is not None and CREDENTIAL_WORD.search(text):
            return True
    return False
