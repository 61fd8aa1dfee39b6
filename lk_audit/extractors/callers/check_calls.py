"""What may be a check, as it looks where it stands: what is called, with what, and what becomes of the result."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lk_audit.extractors.callers.caller_data import has_credential, has_raw, is_raw, shows_credential
from lk_audit.extractors.callers.identities import is_request_in_go
from lk_audit.extractors.callers.lax_checks import insists, is_spared_by, takes_for_somebody
from lk_audit.extractors.callers.reliance import is_noted, is_relied_on
from lk_audit.extractors.context import FileContext, last_name
from lk_audit.extractors.refusals import gives_nothing, is_end, leaves, says_refusal
from lk_audit.livekit.authentication import (
    AUTHENTICATING_CALLS,
    LOOKING_NAME,
    LOOKUP_CALLS,
    REFUSING_CALL,
    VERIFYING_CALL,
)
from lk_audit.livekit.requests import ASKING_BACKEND
from lk_audit.livekit.webhooks import RECEIVERS, VERIFIERS
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Conditional,
    Entry,
    Evaluate,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Raise,
    Record,
    Try,
    Unary,
    walk,
)
from lk_audit.values.model import Defined, Number, Returned, Text, symbolic_sources

_DEEPEST = 4


def name_called(call: Call) -> str:
    """How what a call runs is called: `validateKey` of Convex's `ctx.runQuery(internal.keys.validateKey, { key })`."""
    name = last_name(call.callee) or ""
    asked = call.arguments[0].value if name in ASKING_BACKEND and call.arguments else None
    return (last_name(asked) if asked is not None else None) or name


def is_lookup(context: FileContext, call: Call) -> bool:
    """A look whether something exists that the caller only claims: `User.objects.get(id=body.user_id)`."""
    if not context.home(call).code.holds(call):
        return False
    here = context.home(call)
    nodes = list(walk(call))
    given = [item.value for node in nodes if isinstance(node, Call) for item in node.arguments]
    # `members.findOne({ userId, serverId })`
    given += [node.value for node in nodes if isinstance(node, Entry)]
    claimed = [expr for expr in given if has_raw(here, expr) and not (here.is_go and is_request_in_go(here, expr))]
    if not claimed:
        return name_called(call) in LOOKUP_CALLS and not given
    if any(shows_credential(here, expr) for expr in claimed) or any(_reads_credential(here, node) for node in nodes):
        return False
    name = name_called(call).lower()
    is_search = name.startswith(("get_user", "getuser")) and "session" not in name
    return is_search or not LOOKING_NAME.match(name)


def _reads_credential(context: FileContext, node: Node) -> bool:
    """`getCookie(c, "session")`: a function that takes a credential by its name out of the request."""
    if not isinstance(node, Call) or isinstance(node.callee, Member):
        return False
    others = [item.value for item in node.arguments if not has_raw(context, item.value)]
    is_read = 0 < len(others) < len(node.arguments) and all(isinstance(item, Literal) for item in others)
    return is_read and has_credential(node)


def reads_what_was_found(context: FileContext, call: Call) -> bool:
    """`interview.get("status")`, `room.isOpen()`: a question about what was found by a name that anybody may say."""
    name, here = last_name(call.callee) or "", context.home(call)
    if _READS.match(name) is None or LOOKING_NAME.match(name) or not isinstance(call.callee, Member):
        return False
    found = symbolic_sources(here.values(call.callee.object))
    return (
        all(isinstance(item.value, Literal) for item in call.arguments)
        and bool(found)
        and all(isinstance(item, Returned) and is_lookup(here, item.call) for item in found)
    )


_READS = regex(r"^(?:get$|is|has|can)")


def is_found_by_credential(context: FileContext, leaf: Expr) -> bool:
    """`link.expiresAt`, of `link = findLink(token)`."""
    return any(has_credential(item.value) for call in assigned_calls(context, leaf) for item in call.arguments)


def looks_up_caller(context: FileContext, call: Call) -> bool:
    """`session = await getSession()`: by its name, and not by what the caller claims."""
    if is_customary_check(context, call):
        return True
    name = name_called(call)
    is_look = LOOKING_NAME.match(name) is not None and not asks_of_claimed(context, call)
    return is_look and not is_raw(context, call) and not is_lookup(context, call)


def asks_of_claimed(context: FileContext, call: Call) -> bool:
    """`hasPermission(req.body.memberId, "join")`: asks what somebody may, whom the caller only says that he is."""
    given = [item.value for item in call.arguments]
    if any(map(has_credential, given)) or has_credential(call.callee):
        return False
    named = [item for item in given if _PERSON.search(last_name(item) or "")]
    return bool(named) and all(is_raw(context, item) for item in named)


_PERSON = regex(r"(?i)(?:user|member|account|participant|player|student|teacher)_?(?:id|name)$|identity$|e_?mail$")
"""How code calls who somebody is."""


def is_customary_check(context: FileContext, call: Call) -> bool:
    """`account.get()`, `jwt.verify(token)`: a check by what a method of some library is called on."""
    is_check = _is_called(call, REFUSING_CALL) or _is_called(call, VERIFYING_CALL)
    return is_check and next(context.functions_meant(call.callee), None) is None


def _is_called(call: Call, method: re.Pattern[str]) -> bool:
    if not isinstance(call.callee, Member) or (call.callee.name == "get" and call.arguments):
        return False
    return method.match(f"{last_name(call.callee.object)}.{call.callee.name}") is not None


def result_matters(context: FileContext, call: Call, way_to: Node | None = None) -> bool:
    """A call that only looks up who is there says nothing when nobody looks at the result, on the way to `way_to`."""
    return not _only_looks_up(context, call) or uses_result(context, call, way_to)


def uses_result(context: FileContext, call: Call, way_to: Node | None = None) -> bool:
    """Whether code on the way to `way_to` does not go on as well when a call gives nothing."""
    holder = context.names.parent(given_or_nothing(context, call))
    # `const { data: { user } } = await ...`: what a pattern takes out is written before the call.
    while isinstance(holder, Await) or (isinstance(holder, Member) and holder.end <= call.start):
        holder = context.names.parent(holder)
    if not isinstance(holder, Assign):
        return not (isinstance(holder, Evaluate) or is_noted(context, call) or is_spared_by(context, call))
    return is_relied_on(context, holder, way_to)


def given_or_nothing(context: FileContext, call: Call) -> Node:
    """The choice that gives a name what a call gives or nothing, else the call.

    `token ? userOf(token) : null`, `token && userOf(token)`.
    """
    choice: Node = call
    found: Node = call
    holder = context.names.parent(call)
    while holder is not None and (isinstance(holder, Await) or _is_else_nothing(holder, found)):
        choice = choice if isinstance(holder, Await) else holder
        found, holder = holder, context.names.parent(holder)
    return choice if isinstance(holder, Assign) else call


def _is_else_nothing(choice: Node, part: Node) -> bool:
    if isinstance(choice, Binary):
        return choice.operator == "and" and part is choice.right
    if not isinstance(choice, Conditional) or part is choice.test:
        return False
    other = choice.otherwise if part is choice.then else choice.then
    return last_name(other) == "undefined" or (isinstance(other, Literal) and not other.value)


def _only_looks_up(context: FileContext, call: Call) -> bool:
    if _is_called(call, VERIFYING_CALL) and not is_known_check(context, context.qualified(call.callee) or ""):
        return True
    name = name_called(call).lower()
    is_named_refusal = name.startswith(("authenticate", "authorize", "authorise"))
    is_refusal = is_named_refusal or insists(call) or _is_called(call, REFUSING_CALL)
    if name.startswith("with") and all(isinstance(item.value, Record) for item in call.arguments):
        # WorkOS's `withAuth()`; what is given a handler, or a request, wraps it.
        return not is_refusal
    return name.startswith(("get", "auth", "session", "current", "is", "has", "use", "clerk")) and not is_refusal


def is_swallowed(context: FileContext, call: Call, function: Function) -> bool:
    """Whether what the call raises is caught inside the function, and the caller let through."""
    if denied_by(context, call) is not None:
        return False
    if (caught := _caught(context, call)) is not None and not uses_result(context, caught):
        return True
    child: Node = call
    for parent in context.names.ancestors(call):
        if parent is function:
            return False
        if isinstance(parent, Try) and child is parent.body and parent.handlers:
            if is_end(parent, function) and any(map(says_refusal, parent.handlers)):
                return False
            return not any(_refuses(context, handler) for handler in parent.handlers)
        child = parent
    return False


def _refuses(context: FileContext, handler: Block) -> bool:
    """Whether nobody gets further whose failure is caught: he is neither taken for somebody, nor given nothing."""
    return leaves(handler) and not gives_nothing(handler) and not takes_for_somebody(context, handler)


def _caught(context: FileContext, call: Call) -> Call | None:
    """`verifySession(request).catch(() => null)`: what stands for a promise whose failure is none."""
    member = context.names.parent(call)
    if not isinstance(member, Member) or member.name != "catch" or not context.names.is_javascript:
        return None
    caught = context.names.parent(member)
    handlers = [item.value for item in caught.arguments] if isinstance(caught, Call) else []
    is_raised = any(isinstance(node, Raise) for item in handlers for node in walk(item))
    return caught if isinstance(caught, Call) and caught.callee is member and not is_raised else None


def denied_by(context: FileContext, call: Call) -> If | None:
    """The branch that goes no further where a call says no: `if (!timingSafeEqual(made, sent)) return null;`.

    Or where the name that its answer got does: `const ok = await crypto.subtle.verify(...)`, `if (!ok) return null;`.
    """
    holder = context.names.parent(call)
    while isinstance(holder, Await):
        holder = context.names.parent(holder)
    if not isinstance(holder, Assign) or not isinstance(holder.target, Name):
        return _denied(context, call)
    scope = context.names.binding_scope(holder.target)
    uses = context.names.uses(scope, holder.target.id) if scope is not None else ()
    return next((branch for use in uses if (branch := _denied(context, use)) is not None), None)


def _denied(context: FileContext, answer: Expr) -> If | None:
    child, is_denied = answer, False
    for parent in context.names.ancestors(answer):
        match parent:
            case Await() | Binary(operator="or"):
                child = parent
            case Unary(operator="not"):
                child, is_denied = parent, not is_denied
            case If(test=test, then=then):
                return parent if test is child and is_denied and leaves(then) else None
            case _:
                return None
    return None


def is_foreign_check(context: FileContext, call: Call) -> bool:
    """`account, err := client.VerifyIDToken(ctx, token)`, of a library."""
    if (context.qualified(call.callee) or "") in AUTHENTICATING_CALLS:
        return True
    from lk_audit.extractors.callers.go import is_called_check  # noqa: PLC0415 - most scans meet other languages

    is_known = any(isinstance(value, Defined) for value in context.values(call.callee))
    return not is_known and is_called_check(last_name(call.callee) or "") and not is_raw(context, call)


def compares_secret(context: FileContext, node: Binary) -> bool:
    """`password != settings.password`: what the caller sends, against something that he must know."""
    sides = [node.left, node.right]
    if any(isinstance(side, Literal) for side in sides):
        return False
    raw = [is_raw(context, side) for side in sides]
    if raw.count(True) != 1 or any(last_name(side) in {"length", "len"} for side in sides):
        return False
    return (
        has_credential(node) or _SECRET_WORD.search(_written(sides)) is not None or not _is_public(context, sides, raw)
    )


_SECRET_WORD = regex(r"(?i)key|code|pass")


def _written(sides: list[Expr]) -> str:
    return " ".join(last_name(side) or "" for side in sides)


def shows_secret(context: FileContext, test: Expr) -> bool:
    """Whether a test, or what a name in it was decided by, holds for those only who send a secret.

    `is_staff = key and key == settings.staff_key`, and then `if is_staff:`; `compare_digest(key, settings.staff_key)`.
    """
    names = (node for node in walk(test) if isinstance(node, Name))
    made = (item.value for name in names for item in context.names.definitions(name) if item.value is not None)
    return any(_equals_secret(context, node) for part in (test, *made) for node in walk(part))


def _equals_secret(context: FileContext, node: Node) -> bool:
    if isinstance(node, Call):
        is_comparison = _COMPARES_SECRETS.fullmatch(last_name(node.callee) or "") is not None
        return is_comparison and not all(is_raw(context, item.value) for item in node.arguments)
    if not isinstance(node, Binary) or node.operator != "==" or not compares_secret(context, node):
        return False
    return has_credential(node) or _SECRET_WORD.search(_written([node.left, node.right])) is not None


_COMPARES_SECRETS = regex(
    r"(?i)timing_?safe_?equal|compare_?digest|constant_?time_?(?:compare|eq(?:uals?)?)|secure_?compare|hash_?equals"
    r"|fixed_?time_?equals"
)
"""How those are called that take equally long whatever they are given, which matters for secrets alone."""


def _is_public(context: FileContext, sides: list[Expr], raw: list[bool]) -> bool:
    """Whether what is sent is compared with a constant of the code: `room !== LOBBY` says which room, not who."""
    known = context.values(sides[raw.index(False)])
    return bool(known) and all(isinstance(value, Text | Number) and value.environment is None for value in known)


def assigned_calls(context: FileContext, leaf: Expr, depth: int = 0) -> Iterator[Call]:
    """The calls whose result, or a part of it, a name was given."""
    while isinstance(leaf, Member | Index | Await):
        leaf = leaf.operand if isinstance(leaf, Await) else leaf.object
    if isinstance(leaf, Call):
        yield leaf
    elif isinstance(leaf, Name) and depth < _DEEPEST:
        for definition in context.names.definitions(leaf):
            if definition.value is not None:
                yield from assigned_calls(context, definition.value, depth + 1)


def is_known_check(context: FileContext, name: str) -> bool:
    """Whether a full name is that of a library's check."""
    return name in AUTHENTICATING_CALLS or _verifies_in_rust(context, name)


def is_check_of_livekit(context: FileContext, call: Call) -> bool:
    """`receiver.receive(body, header)`, which only LiveKit's server passes: `receiver` is one of the SDK's objects."""
    if not isinstance(call.callee, Member) or call.callee.name not in _LIVEKIT_CHECKS:
        return False
    made = symbolic_sources(context.values(call.callee.object))
    classes = _LIVEKIT_CHECKS[call.callee.name]
    return any(isinstance(value, Returned) and (value.callee or "").endswith(classes) for value in made)


_LIVEKIT_CHECKS = {"receive": RECEIVERS, "verify": VERIFIERS}


def _verifies_in_rust(context: FileContext, name: str) -> bool:
    """`jsonwebtoken::decode` checks the signature; the function of that name in JavaScript does not."""
    if context.module.language != "rust":
        return False
    from lk_audit.livekit.rust_web import AUTHENTICATING_CALLS as RUST_CALLS  # noqa: PLC0415 - most scans meet other languages

    return ".".join(name.split(".")[-2:]) in RUST_CALLS
