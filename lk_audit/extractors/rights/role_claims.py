"""What a request claims of its rights, and whether somebody else has a say in it.

`if (isHost && !(await owns(room))) return res.sendStatus(403)` leaves the claim to nobody but owners; that the caller
is somebody is not enough.
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.caller_data import is_known_caller
from lk_audit.extractors.callers.check_calls import assigned_calls, looks_up_caller
from lk_audit.extractors.context import FileContext, IsRequest, last_name
from lk_audit.extractors.refusals import leaves, parts_of_test, says_refusal
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Assign,
    Await,
    Binary,
    Call,
    Expr,
    Function,
    If,
    Literal,
    Member,
    Name,
    Node,
    Try,
    Unary,
    walk,
)
from lk_audit.values.model import Given, Returned, Value, symbolic_sources

_ROLE = regex(
    r"(?:^|_)(?:is|as|can|may|allow)_|admin|host|owner|moderator|teacher|instructor|tutor|doctor|streamer|publish|"
    r"broadcast|presenter|speaker|record|hidden|agent|role|privileged"
)
"""How a flag is called that says what somebody may do, not what else a request holds: humps written as underscores."""
_HUMPS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_DEEPEST = 2


def is_examined(context: FileContext, choice: Binary, is_request: IsRequest) -> bool:
    """Whether those who make a choice are looked at before: `if (role === "host") { if (!(await owns())) throw ... }`.

    That they are somebody is not enough: a right has to be theirs.
    """
    home, word = context.home(choice), word_of(choice)
    asked = [value for value in symbolic_sources(home.values(other_side(choice))) if is_request(value)]
    if word is not None and _is_looked_into_elsewhere(home, choice, word, is_request):
        return True
    return word is not None and bool(asked) and all(_is_refused(context, item, word, is_request) for item in asked)


def _is_looked_into_elsewhere(home: FileContext, choice: Binary, word: Literal, is_request: IsRequest) -> bool:
    """Whether those for whom a name stands for a word are looked at: `if (role === "host") { if (!owns) throw; }`."""
    name = other_side(choice)
    scope = home.names.binding_scope(name) if isinstance(name, Name) else None
    if scope is None or not isinstance(name, Name):
        return False
    holders = (home.names.parent(use) for use in home.names.uses(scope, name.id))
    return any(
        isinstance(holder, Binary)
        and holder is not choice
        and holder.operator == "=="
        and (told := word_of(holder)) is not None
        and told.value == word.value
        and _refuses_unless(home, holder, is_request)
        for holder in holders
    )


def is_vouched_for(context: FileContext, value: Value, is_request: IsRequest) -> bool:
    """Whether a role that a request claims is refused unless more is right: `if (isHost && !owns(room)) return 403`."""
    home = context.home(value.origin)
    chosen = next((item for item in home.names.ancestors(value.origin) if isinstance(item, Assign | Function)), None)
    if isinstance(chosen, Assign) and isinstance(chosen.target, Name):
        scope, name = home.names.binding_scope(chosen.target), chosen.target.id
        uses = home.names.uses(scope, name) if scope is not None else ()
        if any(_refuses_unless(home, use, is_request) for use in uses):
            return True
    return isinstance(value, Given | Returned) and bool(value.members) and _is_refused(context, value, None, is_request)


def _is_refused(context: FileContext, asked: Value, word: Literal | None, is_request: IsRequest) -> bool:
    """Whether the function that takes a piece of the request turns some away who claim something by it."""
    node = asked.function if isinstance(asked, Given) else asked.origin
    home = context.home(node)
    function = node if isinstance(node, Function) else home.names.enclosing_function(node)
    branches = (item for item in walk(function.body) if isinstance(item, If)) if function is not None else ()
    return any(
        _is_claim(home, part, asked, word) and _refuses_unless(home, part, is_request)
        for branch in branches
        for part in walk(branch.test)
    )


def _is_claim(home: FileContext, part: Node, asked: Value, word: Literal | None) -> bool:
    """Whether a part of a test asks for a piece of the request: for a word, `role === "host"`, or a flag, `isHost`."""
    read: Expr | None = None
    if word is None and isinstance(part, Name | Member):
        read = part
    elif word is not None and isinstance(part, Binary) and part.operator == "==":
        told = word_of(part)
        read = other_side(part) if told is not None and told.value == word.value else None
    return read is not None and any(is_same(item, asked) for item in symbolic_sources(home.values(read)))


def _refuses_unless(home: FileContext, claim: Node, is_request: IsRequest) -> bool:
    """Whether a claim is tested together with what somebody else says of it, and refused where that is not so.

    Or looked into where it is made: `if (isHost) { if (!(await owns())) return 403 }`.
    """
    for holder in home.names.ancestors(claim):
        if isinstance(holder, If):
            others = (part for part in _conjuncts(holder.test) if not part.start <= claim.start < part.end)
            is_asked = any(_asks_others(home, part, is_request) for part in others)
            is_refused = is_asked and leaves(holder.then) and says_refusal(holder.then)
            return claim.end <= holder.test.end and (is_refused or _is_looked_into(home, holder))
        if not (isinstance(holder, Binary) and holder.operator in {"and", "or"}):
            return False
    return False


def needs_more(home: FileContext, choice: Expr, is_request: IsRequest, depth: int = _DEEPEST) -> bool:
    """Whether what a request asks for counts only with what is said of its caller: `is_owner and asks_for_it`."""
    match choice:
        case Unary(operator="not", operand=operand):
            return needs_more(home, operand, is_request, depth)
        case Name() if depth:
            found = [item.value for item in home.names.definitions(choice) if item.value is not None]
            return bool(found) and all(needs_more(home, value, is_request, depth - 1) for value in found)
        case Binary(operator="and"):
            return any(_is_said_of_caller(home, part, is_request) for part in _conjuncts(choice))
        case _:
            whole = home.names.parent(choice)
            if not isinstance(whole, Binary) or whole.operator != "and":
                return False
            return needs_more(home, whole, is_request, depth)


def _is_said_of_caller(home: FileContext, part: Expr, is_request: IsRequest) -> bool:
    """`owns(user, room)`, `room.owner == user.id`, `user.isHost`; not what is merely there, or switched on."""
    if any(map(is_request, symbolic_sources(home.values(part)))):
        return False
    match part.operand if isinstance(part, Await) else part:
        case Name() as name:
            told = (item.value for item in home.names.definitions(name))
            found = [value.operand if isinstance(value, Await) else value for value in told if value is not None]
            pieces = [piece for value in found for piece in (value, *_conjuncts(value))]
            called = any(isinstance(piece, Call) for piece in pieces) and names_role(name)
            return called or any(_compares_two(piece, "==") for piece in pieces)
        case Member():
            return _is_part_of_caller(home, part)
        case Call() as call:
            named = any(map(names_role, (call.callee, *(item.value for item in call.arguments))))
            given = (value for item in call.arguments for value in symbolic_sources(home.values(item.value)))
            return named or any(is_known_caller(home, value) for value in given)
        case _:
            return _compares_two(part, "==")


def _compares_two(part: Node, *operators: str) -> bool:
    """Whether something is compared with something else that is no constant."""
    if not isinstance(part, Binary) or part.operator not in operators:
        return False
    return not isinstance(part.left, Literal) and not isinstance(part.right, Literal)


def _conjuncts(test: Expr) -> Iterator[Expr]:
    """What has to hold, all of it, for a test to hold."""
    match test:
        case Binary(operator="and", left=left, right=right):
            yield from _conjuncts(left)
            yield from _conjuncts(right)
        case _:
            yield test


def _asks_others(home: FileContext, test: Expr, is_request: IsRequest) -> bool:
    """`!owns(room)`, `room.owner != user.id`, `!isOwner` after `const isOwner = room.owner === user.id`."""
    match test:
        case Unary(operator="not", operand=Name() as name):
            found = [item.value for item in home.names.definitions(name) if item.value is not None]
            is_told = any(isinstance(item, Call | Binary) for value in found for item in walk(value))
            return is_told and not any(map(is_request, symbolic_sources(home.values(name))))
        case Unary(operator="not", operand=operand):
            return any(isinstance(item, Call) for item in walk(operand))
        case _:
            return _compares_two(test, "!=")


def _is_looked_into(home: FileContext, branch: If) -> bool:
    """Whether some of those for whom a branch runs are refused in it."""
    return any(
        _turns_away(home, node) if isinstance(node, If) else isinstance(node, Call) and _insists_on_role(home, node)
        for node in walk(branch.then)
    )


def _insists_on_role(home: FileContext, call: Call) -> bool:
    """`await requireAdmin(request)`: whether nobody gets past a call of whom it is not found out what he may do."""
    if not names_role(call.callee) or _INSISTING.match(last_name(call.callee) or "") is None:
        return False
    attempt = home.names.enclosing(call, Try)
    return attempt is None or all(map(leaves, attempt.handlers))


_INSISTING = regex(r"_?(?:require|assert|ensure|enforce|must)(?![a-z])")


def _turns_away(home: FileContext, branch: If) -> bool:
    """Whether a branch refuses by what was looked up for the caller, or by comparing him with what is kept."""
    if not leaves(branch.then) or not says_refusal(branch.then):
        return False
    if any(_compares_two(node, "==", "!=") for node in walk(branch.test)):
        return True
    if any(_is_part_of_caller(home, part) for part in parts_of_test(branch.test)):
        return True
    return any(call.arguments for part in parts_of_test(branch.test) for call in assigned_calls(home, part))


def _is_part_of_caller(home: FileContext, part: Expr) -> bool:
    """`session.user.role`, of `session = await auth()`: what is known of the caller, more than that he is there."""
    if not isinstance(part, Member) or not names_role(part):
        return False
    if any(looks_up_caller(home, call) for call in assigned_calls(home, part)):
        return True
    return any(is_known_caller(home, value) for value in symbolic_sources(home.values(part)))


def is_same(one: Value, other: Value) -> bool:
    """Whether two values are the same piece of one request."""
    match one, other:
        case Given(), Given():
            return one.function is other.function and one.members == other.members
        case Returned(), Returned():
            return one.call is other.call and one.members == other.members
        case _:
            return one.origin is other.origin


def word_of(comparison: Binary) -> Literal | None:
    """The constant in a comparison."""
    sides = (comparison.left, comparison.right)
    return next((side for side in sides if isinstance(side, Literal)), None)


def other_side(comparison: Binary) -> Expr:
    """What is compared with it."""
    return comparison.right if isinstance(comparison.left, Literal) else comparison.left


def names_role(expr: Expr) -> bool:
    """Whether something is called like what somebody may do."""
    return _ROLE.search(_HUMPS.sub("_", last_name(expr) or "").lower()) is not None
