"""Somebody out of sight who is given the request as a whole, with whatever credential is in it."""

from __future__ import annotations

from lk_audit.extractors.callers.check_calls import assigned_calls
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.refusals import parts_of_test
from lk_audit.patterns import regex
from lk_audit.syntax import Call, Expr, Member, Name, walk
from lk_audit.values.model import Defined, Returned

_REQUESTS = frozenset({"req", "request", "ctx", "context"})
_JUDGES = regex(r"(?:validate|verify|authenticate|check)(?:Request|_request)?")
_READERS = regex(r"(?i)parse|read|extract|body|json|form|header|cookie|token|bearer|key|query|param|ip$|host|url|lang")
"""How those are called who take a part out of a request, and know nobody by it."""


def judges_request(call: Call, given: Expr) -> bool:
    """`await this.validator.validate(req)`: somebody judges the request as a whole."""
    is_judge = isinstance(call.callee, Member) and _JUDGES.fullmatch(call.callee.name) is not None
    return is_judge and isinstance(given, Name) and given.id in _REQUESTS


def finds_nobody_behind_request(context: FileContext, test: Expr) -> bool:
    """`const person = await this.people.behind(headersOf(request));`, and then `if (!person)`.

    Whether a test is for callers in whose request somebody out of sight finds nobody; those who write what they do are
    judged by that.
    """
    if not context.names.is_javascript:
        return False
    asked = (call for part in parts_of_test(test) for call in assigned_calls(context, part))
    return any(_is_asked_who(context, call) for call in asked)


def _is_asked_who(context: FileContext, call: Call) -> bool:
    is_other = isinstance(call.callee, Member) and _READERS.search(call.callee.name) is None
    if not is_other or any(isinstance(value, Defined) for value in context.values(call.callee)):
        return False
    given = (item.value for node in walk(call) if isinstance(node, Call) for item in node.arguments)
    return any(isinstance(item, Name) and _is_request(context, item) for item in given)


def _is_request(context: FileContext, name: Name) -> bool:
    """Whether a name is a whole request: by convention, or what Nest's `context.switchToHttp().getRequest()` gives."""
    if name.id in _REQUESTS:
        return True
    made = (value.call for value in context.values(name) if isinstance(value, Returned) and not value.members)
    return any(last_name(call.callee) == "getRequest" for call in made)
