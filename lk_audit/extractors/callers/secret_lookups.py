"""Callers that are let in because they know a secret by which something is found: a link's token, an invitation."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.caller_data import has_credential, has_raw
from lk_audit.extractors.callers.check_calls import assigned_calls, name_called
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.livekit.authentication import CALLER_WORD
from lk_audit.patterns import regex
from lk_audit.syntax import Await, Binary, Call, Entry, Expr, Function, Literal, Member, Name, Unary, walk
from lk_audit.values.model import Defined, Nothing, Returned

_SECRET_FIELD = regex(r"(?i)^(?!.*(?:device|fcm|push|captcha|csrf)).*(?:token|secret)(?:_?hash)?$")
_FINDS = regex(r"(?i)^(?:find|first|select|single|maybe_?single|one|get|query|scalar|fetch|look_?up)")
_TAKES = regex(r"(?i)get|pop|take|fetch|consume|redeem|remove|delete|try_?get(?:_?value)?|get_?and_?(?:delete|remove)")
_SECRET_KEYS = regex(
    r"(?i)(?:nonce|ticket|invite|invitation|magic_?link|one_?time_?code|token)s(?:_?(?:map|store|cache|registry))?$"
)
_FINDS_BY_SECRET = regex(r"(?i)by_?[a-z]*(?:token|secret)$")


def finds_nothing_by_secret(context: FileContext, test: Expr) -> bool:
    """`if (!invitation)`, after `Invitation.findOne({ token })`: who does not know the secret gets no further.

    What is found by an id that anybody may name says nothing; nor does what is found by the application's own secret.
    """
    if isinstance(test, Binary) and test.operator == "or":
        return finds_nothing_by_secret(context, test.left) or finds_nothing_by_secret(context, test.right)
    missing = _missing(context, test)
    return missing is not None and any(
        _is_by_secret(context, call) or _is_asked_as_caller(context, call) for call in _asked(context, missing)
    )


def _is_asked_as_caller(context: FileContext, call: Call) -> bool:
    """Whether a client asks that was given the caller's own token: the database decides what it shows him.

    `createClient(url, key, { global: { headers: { Authorization: request.headers.get("Authorization") } } })` of
    Supabase. Source: supabase.com/docs/guides/functions/auth.
    """
    if b"uthorization" not in context.source.data or not context.names.is_javascript:
        return False
    client: Expr = call
    while isinstance(client, Call | Member):
        client = client.callee if isinstance(client, Call) else client.object
    made = (value.call for value in context.values(client) if isinstance(value, Returned) and not value.members)
    entries = (node for item in made for node in walk(item) if isinstance(node, Entry))
    return any(
        isinstance(entry.key, Literal)
        and str(entry.key.value).lower() == "authorization"
        and has_raw(context, entry.value)
        for entry in entries
    )


def raises_without_secret(context: FileContext, call: Call) -> bool:
    """`Link::where("token", $sent)->firstOrFail()`: whether a look-up by a secret goes on only with what it found."""
    name = name_called(call)
    if name in _UNWRAPPING:
        wanted = call.callee.object if isinstance(call.callee, Member) else None
        return isinstance(wanted, Call) and _is_by_secret(context, wanted)
    return _RAISES.search(name) is not None and _is_by_secret(context, call)


_UNWRAPPING = frozenset({"orElseThrow", "getOrThrow"})
_RAISES = regex(r"(?i)(?:or_?(?:fail|throw|404|raise|abort)|^sole)$")


def _asked(context: FileContext, missing: Expr) -> Iterator[Call]:
    """The calls that give what is missing; in Go also those that give it beside something else."""
    yield from assigned_calls(context, missing)
    if context.is_go:
        from lk_audit.extractors.callers.go import given_with  # noqa: PLC0415 - most scans meet other languages

        yield from (item for item in given_with(context, missing) if isinstance(item, Call))


def gives_who_holds(context: FileContext, function: Function) -> bool:
    """Whether a function gives whom somebody else knows by a credential: `return sessions.userOf(header.slice(7))`.

    Who sends none, or a wrong one, is given nothing.
    """
    if not (context.names.is_javascript or context.is_python):
        return False
    given = [item.value for item in context.names.returns(function) if item.value is not None]
    asked = [item for item in map(_unwrapped, given) if isinstance(item, Call)]
    others = (item for item in given if not isinstance(_unwrapped(item), Call))
    is_else_nothing = all(isinstance(value, Nothing) for item in others for value in context.values(item))
    return bool(asked) and is_else_nothing and all(_asks_for_caller(context, call) for call in asked)


def _unwrapped(expr: Expr) -> Expr:
    return expr.operand if isinstance(expr, Await) else expr


def _asks_for_caller(context: FileContext, call: Call) -> bool:
    is_ours = any(isinstance(value, Defined) for value in context.values(call.callee))
    if is_ours or CALLER_WORD.search(last_name(call.callee) or "") is None:
        return False
    names = (node for item in call.arguments for node in walk(item.value) if isinstance(node, Name))
    made = (found.value for name in names for found in context.names.definitions(name) if found.value is not None)
    return any(map(has_credential, (*(item.value for item in call.arguments), *made)))


def _missing(context: FileContext, test: Expr) -> Expr | None:
    """What a test finds absent: `!it`, `it == null`, `it.nil?`, `!it.isPresent()`; in Go the error beside it."""
    if isinstance(test, Unary) and test.operator == "not":
        return _asked_of(test.operand, _IS_THERE) or test.operand
    absent = {"==", "is", "!="} if context.is_go else {"==", "is"}
    if isinstance(test, Binary) and test.operator in absent and isinstance(test.right, Literal):
        return test.left if test.right.value is None else None
    return _asked_of(test, _IS_NOTHING)


_IS_NOTHING = frozenset({"nil", "blank", "isEmpty", "is_none", "isNull"})
_IS_THERE = frozenset({"present", "isPresent", "is_some"})


def _asked_of(test: Expr, methods: frozenset[str]) -> Expr | None:
    callee = test.callee if isinstance(test, Call) else test
    return callee.object if isinstance(callee, Member) and callee.name in methods else None


def _is_by_secret(context: FileContext, call: Call) -> bool:
    name = name_called(call)
    if _FINDS_BY_SECRET.search(name):
        return any(_is_sent(context, item.value) for item in call.arguments)
    if _TAKES.fullmatch(name) and _is_kept_by_secret(call):
        return any(_is_sent(context, item.value) for item in call.arguments)
    if _FINDS.match(name) is None and not _is_selection(call):
        return False
    # `result = session.execute(select(Link).where(Link.token == token))`, and then `result.scalar_one_or_none()`.
    asked = assigned_calls(context, call.callee.object) if isinstance(call.callee, Member) else ()
    fields = (found for query in (call, *asked) for found in _asked_for(query))
    return any(_SECRET_FIELD.match(field) and _is_sent(context, value) for field, value in fields)


def _is_selection(call: Call) -> bool:
    """`db.select().from(links).where(eq(links.token, sent)).limit(1)` of Drizzle: what comes last finds nothing."""
    while isinstance(call.callee, Member) and isinstance(call.callee.object, Call):
        call = call.callee.object
        if last_name(call.callee) in _SELECTING:
            return True
    return False


_SELECTING = frozenset({"select", "selectFrom", "selectDistinct"})


def _is_kept_by_secret(call: Call) -> bool:
    """Whether what is asked is called after the secrets that are its keys: `nonces.get(sent)`."""
    store = last_name(call.callee.object) if isinstance(call.callee, Member) else None
    return bool(store and _SECRET_KEYS.search(store))


def _is_sent(context: FileContext, value: Expr) -> bool:
    """Whether a value comes from the caller, or is made of what does: `sha256(token)`."""
    names = (node for node in walk(value) if isinstance(node, Name))
    return has_raw(context, value) or any(has_raw(context, name) for name in names)


_COMPARED_IN_SQL = regex(
    r"(?i)(?:\bwhere|\band)\s+(?:\w{1,64}\.)?[\"`]?(\w{1,64})[\"`]?\s{0,4}=\s{0,4}(?:\$\d|\?|%s|%\(|:\w|@\w)"
)
"""A column in the text of a query, and a place for its value."""
_COMPARED = regex(r"\s{0,9}(?:\w{1,64}\.)?[\"`]?(\w{1,64})[\"`]?\s{0,4}=\s{0,4}(?:\?|[$:@]\w{1,30})\s{0,9}")
"""The same, where it is a condition alone: `Where("token = ?", sent)`."""


def _prepared(call: Call) -> Iterator[tuple[str, Expr]]:
    """`db.prepare("... WHERE token = ?").get(sent)` of better-sqlite3, `.bind(sent).first()` of Cloudflare's D1."""
    calls = [node for node in walk(call) if isinstance(node, Call) and len(node.arguments) > 0]
    for query in (item.arguments[0].value for item in calls if last_name(item.callee) == "prepare"):
        if isinstance(query, Literal) and isinstance(query.value, str):
            columns = [found.group(1) for found in _COMPARED_IN_SQL.finditer(query.value)]
            bound = (arg.value for item in calls if last_name(item.callee) in _BINDS for arg in item.arguments)
            yield from ((column, value) for value in bound for column in columns)


_BINDS = frozenset({"bind", "get", "first", "all"})


def _asked_for(call: Call) -> Iterator[tuple[str, Expr]]:
    """What a query asks for: `{ token }`, `token=sent`, `Link.token == sent`, `eq(links.token, sent)`, SQL ..."""
    text = call.arguments[0].value if len(call.arguments) > 1 else None
    if isinstance(text, Literal) and isinstance(text.value, str):
        columns = [found.group(1) for found in _COMPARED_IN_SQL.finditer(text.value)]
        yield from ((column, item.value) for column in columns for item in call.arguments[1:])
    yield from _prepared(call)
    for node in walk(call):
        if isinstance(node, Entry) and isinstance(node.key, Literal) and isinstance(node.key.value, str):
            yield node.key.value, node.value
        elif isinstance(node, Binary) and node.operator == "==":
            yield last_name(node.left) or "", node.right
        elif isinstance(node, Call):
            yield from ((item.name, item.value) for item in node.arguments if item.name is not None)
            first = node.arguments[0].value if len(node.arguments) > 1 else None
            if isinstance(first, Literal) and isinstance(first.value, str):
                compared = _COMPARED.fullmatch(first.value)
                yield compared[1] if compared else first.value, node.arguments[-1].value
            elif isinstance(first, Member) and last_name(node.callee) == "eq":
                yield first.name, node.arguments[-1].value
