"""Checks that look like authentication and let everybody in."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.caller_data import is_credential, is_raw
from lk_audit.extractors.context import FileContext, argument, last_name
from lk_audit.extractors.refusals import (
    calls_handing_on,
    compares_amounts,
    conjuncts,
    held_by,
    lets_pass,
    says_refusal,
)
from lk_audit.livekit.authentication import ADMITTING_OPTIONS, CALLER_WORD, INSISTING_OPTIONS
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Await,
    Binary,
    Block,
    Call,
    Class,
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
    Unary,
    walk,
)
from lk_audit.values.model import Flag

_OPEN = regex(r"^\s{0,4}(?:permitAll|isAnonymous|anonymous)\b")
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
    | {"hasPrefix", "start_with", "strlen", "len", "substr", "str_contains"}
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
    """`if (user && user.banned) return 403`, `if (isLoggedIn() && !csrfOk()) return 403`: whoever is nobody goes on.

    So does whoever comes while there is room: `if (joined.length >= 6 && !hasJoined) return 403`.
    """
    if not isinstance(test, Binary) or test.operator != "and":
        return False
    if any(isinstance(part, Binary) and compares_amounts(part) for part in conjuncts(test)):
        return True
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

    `if (!token) return next();` in front of the check, `if (token) verify(token);` around it. What FastAPI depends on
    runs it whatever it returns: `if token is None: return GUEST`.
    """
    if not (context.names.is_javascript or context.is_python):
        return False
    child = check
    for parent in context.names.ancestors(check):
        match parent:
            case Block(statements=statements) if any(
                isinstance(item, If)
                and (lets_pass(item.then) or takes_for_somebody(context, item.then))
                and _tells_that_missing(context, item.test)
                for item in statements
                if item.end <= child.start
            ):
                return True
            case If(then=then, otherwise=None) if child is then and _tells_that_sent(context, parent.test):
                is_handed_on = any(item.start >= parent.end for item in calls_handing_on(function.body))
                return is_handed_on or takes_for_somebody(context, function.body)
            case Function() if parent is function:
                return False
            case _:
                child = parent
    return False


def takes_for_somebody(context: FileContext, block: Block) -> bool:
    """`return None`, `return {"id": "guest"}`: whether who gets there is nobody, or a guest, and is not refused."""
    last = block.statements[-1] if block.statements else None
    if not context.is_python or not isinstance(last, Return) or says_refusal(last):
        return False
    value = last.value
    if value is None or isinstance(value, Literal):
        return value is None or value.value is None
    is_person = isinstance(value, Record) or (isinstance(value, Call) and bool(value.arguments))
    return is_person and not _is_answer(value)


def _is_answer(value: Expr) -> bool:
    words = [last_name(value.callee) or ""] if isinstance(value, Call) else []
    words += [str(item.value) for item in walk(value) if isinstance(item, Literal)]
    return any(map(_ANSWER.search, words))


_ANSWER = regex(r"(?i)response|redirect|json|render|error|fail|invalid|missing|detail|message|status|success")
"""What tells that a function answers its caller, or says that something is wrong."""


def _tells_that_missing(context: FileContext, expr: Expr) -> bool:
    """Whether something holds where the caller sends nothing: `!token`, `!header || !header.startsWith("Bearer ")`."""
    match expr:
        case Unary(operator="not", operand=operand):
            return _tells_that_sent(context, operand)
        case Binary(operator="==" | "is", left=left, right=Literal(value=None | "")):
            return _is_sent(context, left)
        case Binary(operator="or", left=left, right=right):
            return _tells_that_missing(context, left) or _tells_that_missing(context, right)
        case _:
            return False


def _is_sent(context: FileContext, expr: Expr) -> bool:
    """Whether an expression is what the caller sends; FastAPI passes it by the name of a parameter."""
    return is_raw(context, expr) or (context.is_python and is_credential(expr))


def _tells_that_sent(context: FileContext, expr: Expr) -> bool:
    """Whether something holds where the caller sends a thing: `token`, `token.length > 0`, `role === "host"`."""
    match expr:
        case Name():
            told = [item.value for item in context.names.definitions(expr) if isinstance(item.value, Unary | Binary)]
            return _tells_that_sent(context, told[0]) if told else _is_sent(context, expr)
        case Member() | Index():
            return _is_sent(context, expr)
        case Binary(operator=">", left=left, right=Literal(value=0)):
            return _is_sent(context, left)
        case Binary(operator="!=", left=left, right=Literal(value=None | "")):
            return _is_sent(context, left)
        case Binary(operator="==", left=left, right=Literal(value=str(word))):
            return bool(word) and _is_sent(context, left)
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


def _lets_all_in(node: Node) -> bool:
    if isinstance(node, Literal):
        return isinstance(node.value, str) and _OPEN.search(node.value) is not None
    return isinstance(node, Name | Member) and (last_name(node) or "") in _ANONYMOUS
