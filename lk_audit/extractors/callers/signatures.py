"""Signatures that code checks by hand: an HMAC made again, and compared with what was sent."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.caller_data import has_raw
from lk_audit.extractors.context import FileContext
from lk_audit.syntax import Binary, Call, Expr, Literal, Name, walk

_DEEPEST = 3


def finds_forgery(context: FileContext, test: Expr) -> bool:
    """`expected !== parts[2]`, after `expected = createHmac("sha256", secret).update(body).digest("base64url")`.

    A test that lets some with a wrong signature pass says nothing: `expected !== sent && isProduction`.
    """
    match test:
        case Binary(operator="or", left=left, right=right):
            return finds_forgery(context, left) or finds_forgery(context, right)
        case Binary(operator="!=", left=left, right=right):
            return _is_made_again(context, left, right) or _is_made_again(context, right, left)
        case _:
            return False


def _is_made_again(context: FileContext, made: Expr, sent: Expr) -> bool:
    if isinstance(sent, Literal) or not has_raw(context, sent):
        return False
    return any(_makes_hmac(context, call) for call in _calls_behind(context, made))


def _calls_behind(context: FileContext, expr: Expr, depth: int = 0) -> Iterator[Call]:
    """The calls that an expression is made by: in it, and where the names in it got what they stand for."""
    for node in walk(expr):
        if isinstance(node, Call):
            yield node
        elif isinstance(node, Name) and depth < _DEEPEST:
            for definition in context.names.definitions(node):
                if definition.value is not None:
                    yield from _calls_behind(context, definition.value, depth + 1)


def _makes_hmac(context: FileContext, call: Call) -> bool:
    """Whether a call computes an HMAC, or the function does that it calls."""
    called = (node for item in context.functions_meant(call.callee) for node in walk(item.body))
    return _is_hmac(context, call) or any(isinstance(node, Call) and _is_hmac(context, node) for node in called)


def _is_hmac(context: FileContext, call: Call) -> bool:
    return context.home(call).qualified(call.callee) in context.sdks.hmacs
