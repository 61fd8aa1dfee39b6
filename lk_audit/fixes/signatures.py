"""Checks of signatures that are switched off, switched on."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.edits import Fix
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.fixes.ground import Ground
from lk_audit.fixes.lists import removal
from lk_audit.repairs import CheckSignature
from lk_audit.syntax import Argument, Call, Literal

_SKIP_AUTH = 2
"""The position of `skipAuth` among the arguments of the JavaScript WebhookReceiver's `receive`."""


def check(ground: Ground, repair: CheckSignature) -> Fix | None:
    """Leave out LiveKit's own switch; other decoders need the key, which only the programmer can name."""
    for context, node in ground.nodes(repair.place):
        switch = next(_switches(context, node), None) if isinstance(node, Call) else None
        if isinstance(node, Call) and switch is not None:
            edit = removal(context.source, node.arguments, switch)
            return Fix("Check the signature", (edit,), is_safe=False)
    return None


def _switches(context: FileContext, call: Call) -> Iterator[Argument]:
    name, last = last_name(call.callee), len(call.arguments) - 1
    for position, item in enumerate(call.arguments):
        is_off = item.name == "verify_signature" if context.is_python else position == _SKIP_AUTH == last
        if is_off and name == ("verify" if context.is_python else "receive") and isinstance(item.value, Literal):
            yield item
