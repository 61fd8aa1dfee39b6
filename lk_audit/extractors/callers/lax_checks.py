"""Checks that look like authentication and let everybody in."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.caller_data import is_raw
from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.extractors.refusals import calls_handing_on, held_by, leaves, lets_pass
from lk_audit.livekit.authentication import ADMITTING_OPTIONS, CALLER_WORD, INSISTING_OPTIONS
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Binary,
    Block,
    Call,
    Class,
    Conditional,
    Entry,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Parameter,
    Raise,
    Record,
    Return,
    Template,
    Unary,
    walk,
)
from lk_audit.values.model import Flag

_OPEN = regex(r"^\s{0,4}(?:permitAll|isAnonymous|anonymous)\b")
_DEEPEST = 3
_MISSING = frozenset({"Option", "Result"})
_ANONYMOUS = frozenset({"IS_ANONYMOUS", "PermitAll"})
"""What an annotation asks for that lets everybody in: `@PreAuthorize("permitAll()")`, Micronaut's `@Secured`."""


def is_optional(context: FileContext, call: Call) -> bool:
    """`jwt_required(optional=True)`, `HTTPBearer(auto_error=False)`: callers without credentials pass too."""
    if any(_lets_all_in(node) for node in walk(call)):
        return True
    return any(
        isinstance(value, Flag) and value.flag is ADMITTING_OPTIONS[name]
        for name, expr in _options(call)
        if name in ADMITTING_OPTIONS
        for value in context.values(expr)
    )


def is_optional_in_rust(context: FileContext, parameter: Parameter) -> bool:
    """`user: Option<AuthUser>`: strangers get in as nobody."""
    written = parameter.annotation
    return context.module.language == "rust" and isinstance(written, Index) and last_name(written.object) in _MISSING


def insists(call: Call) -> bool:
    """`getUser({ or: "redirect" })`: whether a look who is there goes no further without anybody."""
    return any(
        isinstance(expr, Literal) and expr.value in INSISTING_OPTIONS.get(name, ()) for name, expr in _options(call)
    )


def _options(call: Call) -> Iterator[tuple[str, Expr]]:
    """What a call is given by name, as an argument or in a record."""
    for item in call.arguments:
        if item.name is not None:
            yield item.name, item.value
        elif isinstance(item.value, Record):
            for entry in item.value.entries:
                if isinstance(entry.key, Literal) and isinstance(entry.key.value, str):
                    yield entry.key.value, entry.value


def is_lenient(owner: Class) -> bool:
    """Whether a guard of Nest takes what Passport found, if anything: `handleRequest(error, user) { return user; }`."""
    functions = (getattr(item, "function", None) for item in owner.body.statements)
    handles = [item for item in functions if isinstance(item, Function) and item.name == "handleRequest"]
    return any(not _raises_without_user(item) for item in handles)


def _raises_without_user(function: Function) -> bool:
    """Whether it raises for more than an error of Passport's own: `if (error) throw error;` lets strangers pass."""
    first = function.parameters[0].name if function.parameters else ""
    spared: set[Node] = set()
    for branch in (node for node in walk(function.body) if isinstance(node, If)):
        asked = {node.id for node in walk(branch.test) if isinstance(node, Name)}
        if first and asked == {first}:
            spared.update(walk(branch.then))
    return any(isinstance(node, Raise) and node not in spared for node in walk(function.body))


def is_hollow(function: Function) -> bool:
    """Whether a function looks at nothing but the form of what is sent: `return strpos($token, "Bearer") === 0`.

    Whatever compares two things, looks one up or asks anybody else may tell more.
    """
    nodes = list(walk(function.body))
    calls = [node for node in nodes if isinstance(node, Call)]
    return (
        any((last_name(call.callee) or "") in _OF_FORM for call in calls)
        and all(_says_nothing(call) for call in calls)
        and not any(isinstance(node, Index) and not isinstance(node.key, Literal) for node in nodes)
        and all(_is_of_form(node) for node in nodes if isinstance(node, Binary) and node.operator in {"==", "!=", "in"})
    )


def _says_nothing(call: Call) -> bool:
    name = last_name(call.callee) or ""
    return (
        name in _OF_FORM
        or name in _WRITES
        or (name in _READS and all(isinstance(item.value, Literal) for item in call.arguments))
    )


def _is_of_form(compared: Binary) -> bool:
    sides = [item.value for item in (compared.left, compared.right) if isinstance(item, Literal)]
    return any(not isinstance(item, str) or item.strip().lower() in {"", "bearer"} for item in sides)


_OF_FORM = frozenset(
    {"strpos", "stripos", "str_starts_with", "startsWith", "startswith", "starts_with", "HasPrefix", "StartsWith"}
    | {"hasPrefix", "start_with?", "strlen", "len", "substr", "str_contains"}
)
"""Calls that look at the form of a text."""
_READS = frozenset({"header", "headers", "get", "Get", "require", "env", "getenv", "bearerToken", "input", "has"})
"""Calls that read what is sent or set, by its name."""
_WRITES = frozenset(
    {"error", "info", "warning", "warn", "debug", "log", "getMessage", "trim", "strtolower", "is_string"}
)
"""Calls that write something down or alter the form of a text."""


def spares_the_silent(context: FileContext, test: Expr) -> bool:
    """`if (bearer && !member) return 401`, `!bearer || member ? next() : 401`: whoever sends nothing goes on."""
    if isinstance(test, Unary) and isinstance(test.operand, Binary):
        return test.operator == "not" and _tells_that_missing(context, test.operand)
    if not isinstance(test, Binary) or test.operator != "and":
        return False
    return any(_tells_that_sent(context, side) or spares_the_silent(context, side) for side in (test.left, test.right))


def spares_strangers(context: FileContext, test: Expr) -> bool:
    """`if (user && user.banned) return 403`, `if (isLoggedIn() && !csrfOk()) return 403`: whoever is nobody goes on."""
    if not isinstance(test, Binary) or test.operator != "and":
        return False
    asked = {_text(context, node.object) for node in walk(test) if isinstance(node, Member | Index)}
    return any(
        _SIGNED_IN.match(last_name(part) or "") or (_names_caller(part) and _text(context, part) in asked)
        for part in held_by(test)
    )


def is_spared_by(context: FileContext, look: Call) -> bool:
    """Whether a look who is there is a part of a test that strangers are spared by."""
    whole: Node = look
    for parent in context.names.ancestors(look):
        if not isinstance(parent, Binary | Unary | Await):
            return isinstance(parent, If) and whole is parent.test and spares_strangers(context, parent.test)
        whole = parent
    return False


_SIGNED_IN = regex(r"(?i)^(?:is|user|is_?user)?_?(?:(?:logged|signed)_?in|authenticated)\??$")


def _names_caller(part: Expr) -> bool:
    return isinstance(part, Name | Member) and CALLER_WORD.search(last_name(part) or "") is not None


def _text(context: FileContext, expr: Expr) -> bytes:
    return context.source.data[expr.start : expr.end]


def is_passed_by(context: FileContext, check: Node, function: Function) -> bool:
    """Whether middleware spares those a check who send nothing, and runs what stands behind it all the same.

    `if (!token) return next();` in front of the check, `if (token) verify(token);` around it.
    """
    if not (context.names.is_javascript or context.is_python):
        return False
    child = check
    for parent in context.names.ancestors(check):
        match parent:
            case Block(statements=statements) if any(
                isinstance(item, If) and lets_pass(item.then) and _tells_that_missing(context, item.test)
                for item in statements
                if item.end <= child.start
            ):
                return True
            case If(then=then, otherwise=None) if child is then and _tells_that_sent(context, parent.test):
                return any(item.start >= parent.end for item in calls_handing_on(function.body))
            case Function() if parent is function:
                return False
            case _:
                child = parent
    return False


def _tells_that_missing(context: FileContext, expr: Expr) -> bool:
    """Whether something holds where the caller sends nothing: `!token`, `!header || !header.startsWith("Bearer ")`."""
    match expr:
        case Unary(operator="not", operand=operand):
            return _tells_that_sent(context, operand)
        case Binary(operator="==" | "is", left=left, right=Literal(value=None | "")):
            return is_raw(context, left)
        case Binary(operator="or", left=left, right=right):
            return _tells_that_missing(context, left) or _tells_that_missing(context, right)
        case _:
            return False


def _tells_that_sent(context: FileContext, expr: Expr) -> bool:
    """Whether something holds where the caller sends a thing: `token`, `token.length > 0`, `role === "host"`."""
    match expr:
        case Name():
            told = [item.value for item in context.names.definitions(expr) if isinstance(item.value, Unary | Binary)]
            return _tells_that_sent(context, told[0]) if told else is_raw(context, expr)
        case Member() | Index():
            return is_raw(context, expr)
        case Binary(operator=">", left=left, right=Literal(value=0)):
            return is_raw(context, left)
        case Binary(operator="!=", left=left, right=Literal(value=None | "")):
            return is_raw(context, left)
        case Binary(operator="==", left=left, right=Literal(value=str(word))):
            return bool(word) and is_raw(context, left)
        case _:
            return False


_READING_NAME = regex(r"(?i)decode|read|peek|unverified")
"""A part of every name in `livekit.unverified`."""


def is_switched_off(context: FileContext, call: Call) -> bool:
    """`jwt.decode(token, options={"verify_signature": False})`, and what reads tokens without a look at signatures."""
    name = context.qualified(call.callee) or ""
    if _READING_NAME.search(name):
        from lk_audit.livekit.unverified import unverified  # noqa: PLC0415 - few callers are told by tokens that are read

        if unverified(context.module.language, name) is not None:
            return True
    options = argument(call, 3, "options")
    text = context.source.data[options.start : options.end] if options is not None else b""
    return b"verify_signature" in text and b"False" in text


def is_relied_on(context: FileContext, found: Assign, way_to: Node | None, depth: int = _DEEPEST) -> bool:
    """Whether code after a look who is there does not go on as well without anybody: `if (user) note(user.id)`.

    What only branches beside `way_to` do with what was found says nothing of what happens there.
    """
    for target in (node for node in walk(found.target) if isinstance(node, Name)):
        for use in context.names.uses(context.names.binding_scope(target) or context.module, target.id):
            if use.start < found.end or use is target or (way_to is not None and _is_beside(context, use, way_to)):
                continue
            part = _taken_apart(context, use)
            if part is not None and depth:
                if is_relied_on(context, part, way_to, depth - 1):
                    return True
            elif not _is_optional_use(context, use) and not is_noted(context, use):
                return True
    return False


def _is_beside(context: FileContext, use: Name, target: Node) -> bool:
    """Whether code stands in a branch that is not taken on the way to `target`, or after one that `target` ends."""
    if use.start > target.end and _has_answered(context, target, use):
        return True
    child: Node = use
    for parent in context.names.ancestors(use):
        if isinstance(parent, Function) or (parent.start <= target.start and target.end <= parent.end):
            return isinstance(parent, If | Conditional) and child is not parent.test and not _holds(child, target)
        if isinstance(parent, If | Conditional) and child is not parent.test:
            return True
        child = parent
    return False


def _has_answered(context: FileContext, target: Node, later: Node) -> bool:
    """Whether runs that come past `target` have returned before `later`: `if (kind === "guest") { return mint(); }`."""
    for parent in context.names.ancestors(target):
        if isinstance(parent, Function):
            return False
        if isinstance(parent, Block) and isinstance(context.names.parent(parent), If) and not _holds(parent, later):
            last = parent.statements[-1] if parent.statements else None
            if isinstance(last, Return | Raise):
                return True
    return False


def _holds(node: Node, target: Node) -> bool:
    return node.start <= target.start and target.end <= node.end


def is_noted(context: FileContext, use: Name | Call) -> bool:
    """`console.log("session", session)`: what is only written to a log need not be there."""
    for parent in context.names.ancestors(use):
        if isinstance(parent, Function):
            return False
        if isinstance(parent, Call):
            holder = parent.callee.object if isinstance(parent.callee, Member) else None
            return (last_name(holder) if holder is not None else "") in _LOGS
        if not isinstance(parent, Argument | Await | Entry | Record | Template):
            return False
    return False


_LOGS = frozenset({"console", "logger", "log", "logging"})


def _taken_apart(context: FileContext, use: Name) -> Assign | None:
    """`const { data: { user } } = found`: where something that was found is given further names."""
    holder = context.names.parent(use)
    while isinstance(holder, Member):
        holder = context.names.parent(holder)
    is_pattern = context.names.is_javascript and isinstance(holder, Assign) and use.id.startswith("#")
    return holder if is_pattern and isinstance(holder, Assign) else None


def _is_optional_use(context: FileContext, use: Name) -> bool:
    """`if (user) ...`, `user?.id`, `user ? user.name : "guest"`: what goes on without a caller that anybody knows."""
    if not (context.names.is_javascript or context.is_python) or _is_wanted(context, use):
        return False
    if context.source.data[use.end : use.end + 2] == b"?.":
        return True
    child: Node = use
    for parent in context.names.ancestors(use):
        if isinstance(parent, Function):
            return False
        verdict = _is_left_out(context, parent, child, use.id)
        if verdict is not None:
            return verdict
        child = parent
    return False


def _is_wanted(context: FileContext, use: Name) -> bool:
    """`if (error || !data?.user) return refuse();`: whether code goes no further without what was looked for."""
    holds_without = use.id in _ERRORS
    child: Node = use
    for parent in context.names.ancestors(use):
        match parent:
            case Unary(operator="not"):
                holds_without = not holds_without
            case Binary(operator="==", right=right) if _is_nothing(right):
                holds_without = not holds_without
            case Member() | Binary(operator="or"):
                pass
            case If(test=test) if child is test:
                return holds_without and leaves(parent.then)
            case _:
                return False
        child = parent
    return False


_ERRORS = frozenset({"error", "err"})


def _is_nothing(expr: Expr) -> bool:
    return (isinstance(expr, Literal) and expr.value is None) or (isinstance(expr, Name) and expr.id == "undefined")


def _is_left_out(  # noqa: PLR0911 - one per kind of node
    context: FileContext, parent: Node, child: Node, name: str
) -> bool | None:
    """Whether code goes on without `child` where there is nobody; None where `parent` does not tell."""
    match parent:
        case If(test=test) if child is test and (spares_the_silent(context, test) or spares_strangers(context, test)):
            return True
        case If(test=test) if child is test:
            return not (leaves(parent.then) or (parent.otherwise is not None and leaves(parent.otherwise)))
        case Conditional(test=test) if child is test:
            return True
        case If(test=test, then=then) | Conditional(test=test, then=then) if child is then and _asks_for(test, name):
            return True
        case Entry(value=Unary(operator="not", operand=Unary(operator="not"))):
            # `{ authenticated: !!user }`
            return True
        case Binary(operator="or" | "??", left=left) if child is left:
            return True
        case Binary(operator="and", left=left, right=right) if child is right and _asks_for(left, name):
            return True
        case _:
            return None


def _asks_for(test: Expr, name: str) -> bool:
    """Whether a test holds where there is something by that name only: `user`, `user && user.id`."""
    return not isinstance(test, Unary) and any(isinstance(node, Name) and node.id == name for node in walk(test))


def _lets_all_in(node: Node) -> bool:
    if isinstance(node, Literal):
        return isinstance(node.value, str) and _OPEN.search(node.value) is not None
    return isinstance(node, Name | Member) and (last_name(node) or "") in _ANONYMOUS
