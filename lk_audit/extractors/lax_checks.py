"""Checks that look like authentication and let everybody in."""

from __future__ import annotations

from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.patterns import regex
from lk_audit.syntax import Call, Literal, Member, Name, Node, walk
from lk_audit.values.model import Flag

_OPEN = regex(r"^\s{0,4}(?:permitAll|isAnonymous|anonymous)\b")
_ANONYMOUS = frozenset({"IS_ANONYMOUS", "PermitAll"})
"""What an annotation asks for that lets everybody in: `@PreAuthorize("permitAll()")`, Micronaut's `@Secured`."""


def is_optional(context: FileContext, call: Call) -> bool:
    """`jwt_required(optional=True)`, `HTTPBearer(auto_error=False)`: callers without credentials pass too."""
    if any(_lets_all_in(node) for node in walk(call)):
        return True
    flags = {"optional": True, "auto_error": False, "required": False, "credentialsRequired": False}
    for item in call.arguments:
        if item.name in flags:
            wanted = flags[item.name]
            if any(isinstance(value, Flag) and value.flag is wanted for value in context.values(item.value)):
                return True
    return False


def is_switched_off(context: FileContext, call: Call) -> bool:
    """`jwt.decode(token, options={"verify_signature": False})`."""
    options = argument(call, 3, "options")
    text = context.source.data[options.start : options.end] if options is not None else b""
    return b"verify_signature" in text and b"False" in text


def _lets_all_in(node: Node) -> bool:
    if isinstance(node, Literal):
        return isinstance(node.value, str) and _OPEN.search(node.value) is not None
    return isinstance(node, Name | Member) and (last_name(node) or "") in _ANONYMOUS
