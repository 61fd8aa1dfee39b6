"""What code does that turns a caller away, as far as its syntax tells."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import last_name
from lk_audit.livekit.authentication import (
    ENDING_CALLS,
    LEAVING_CALLS,
    REFUSAL_NAMES,
    REFUSAL_STATUS,
    UNKNOWN_CALLER_NAMES,
)
from lk_audit.livekit.middleware import HANDING_ON, REQUEST_NAMES
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Await,
    Binary,
    Block,
    Call,
    Conditional,
    Expr,
    Function,
    If,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Raise,
    Return,
    Try,
    Unary,
    children,
    walk,
)


def leaves(block: Block) -> bool:
    """Whether a branch goes no further: it returns, raises, or calls what does.

    Middleware that hands the request on lets it pass: `next(); return;`, `return await call_next(request)`. What a
    further test inside decides says nothing of the branch: `if (meeting) { if (meeting.isPrivate) throw ... }`.
    """
    handed_on = list(calls_handing_on(block))
    return any(
        isinstance(item, Raise)
        or (isinstance(item, Return) and not (handed_on and _gives(item, handed_on)))
        or (isinstance(item, Call) and (last_name(item.callee) or "") in LEAVING_CALLS)
        for item in _run_in_any_case(block)
    )


def never_ends(block: Block) -> bool:
    """Whether no run comes out at the end of a block, whichever way its last tests go.

    Stricter than `leaves`, for which a way out that only some runs take will do.
    """
    last = block.statements[-1] if block.statements else None
    match last:
        case Return() | Raise():
            return True
        case If(then=then, otherwise=Block() as otherwise):
            return never_ends(then) and never_ends(otherwise)
        case Try(body=body, handlers=handlers):
            return never_ends(body) and all(map(never_ends, handlers))
        case _:
            return False


def _run_in_any_case(block: Block) -> Iterator[Node]:
    """The nodes of a block without those behind tests that may fail."""
    stack: list[Node] = [block]
    while stack:
        node = stack.pop()
        if not isinstance(node, If) or node.otherwise is not None:
            yield node
            stack.extend(children(node))


def lets_pass(block: Block) -> bool:
    """Whether a branch of middleware ends by running what stands behind it."""
    return any(True for _ in calls_handing_on(block)) and not leaves(block)


def chosen_refusal(choice: Conditional) -> If | None:
    """The branch that `session ? next() : res.sendStatus(401)` stands for: what is answered instead of handing on."""
    passes, ends = choice.then, choice.otherwise
    test: Expr = Unary(choice.test.start, choice.test.end, "not", choice.test)
    if any(True for _ in calls_handing_on(ends)):
        passes, ends, test = ends, passes, choice.test
    if any(True for _ in calls_handing_on(ends)) or not any(True for _ in calls_handing_on(passes)):
        return None
    answer = Block(ends.start, ends.end, (Return(ends.start, ends.end, ends),))
    return If(choice.start, choice.end, test, answer, None)


def calls_handing_on(block: Node) -> Iterator[Call]:
    """The calls by which middleware runs what stands behind it."""
    return (item for item in walk(block) if isinstance(item, Call) and _hands_on(item))


def _hands_on(call: Call) -> bool:
    """`next()`, `next(request)`; `next(error)` ends it."""
    if last_name(call.callee) not in HANDING_ON:
        return False
    first = call.arguments[0].value if call.arguments else None
    return first is None or (last_name(first) or "") in REQUEST_NAMES


def _gives(answer: Return, calls: list[Call]) -> bool:
    """Whether a function returns what one of the calls does, or nothing."""
    value = answer.value.operand if isinstance(answer.value, Await) else answer.value
    return value is None or any(value is call for call in calls)


def is_end(node: Node, function: Function) -> bool:
    """Whether a function ends with a statement, so that what a branch of it answers is the last word."""
    return bool(function.body.statements) and function.body.statements[-1] is node


def gives_nothing(block: Block) -> bool:
    """`return None`: whoever called must look. Who is hung up on, or sent elsewhere, gets no further."""
    if any(isinstance(item, Call) and _sends_away(item) for item in walk(block)):
        return False
    returns = [item for item in walk(block) if isinstance(item, Return | Raise)]
    return all(
        isinstance(item, Return)
        and (item.value is None or (isinstance(item.value, Literal) and item.value.value in {None, False}))
        for item in returns
    )


def _sends_away(call: Call) -> bool:
    """`client.disconnect()`, Next's `redirect("/login")`, which raises; Express goes on after `res.redirect(...)`."""
    if isinstance(call.callee, Name):
        return call.callee.id in ENDING_CALLS
    return last_name(call.callee) == "disconnect"


def says_refusal(answer: Node) -> bool:
    """Whether a branch, or an error, answers that the caller may not: by a status, or in words."""
    for item in walk(answer):
        if isinstance(item, Literal) and item.value in REFUSAL_STATUS:
            return True
        text = item.value if isinstance(item, Literal) else last_name(item) if isinstance(item, Name | Member) else None
        if isinstance(text, str) and REFUSAL_NAMES.search(text):
            return True
    return False


def asks_who_it_is(answer: Node) -> bool:
    """Whether an answer says that nobody knows who the caller is, and not just that he may not: 401."""
    named = (last_name(item) or "" for item in walk(answer) if isinstance(item, Name | Member))
    return any(isinstance(item, Literal) and item.value == _UNAUTHORIZED for item in walk(answer)) or any(
        UNKNOWN_CALLER_NAMES.search(name) for name in named
    )


_UNAUTHORIZED = 401


def refused_without(call: Call) -> Expr | None:
    """What must be there in Rust, since an error refuses the caller otherwise: `find(token).ok_or(Unauthorized)?`."""
    if not isinstance(call.callee, Member) or call.callee.name not in _OR_ERROR:
        return None
    return call.callee.object if any(says_refusal(item.value) for item in call.arguments) else None


_OR_ERROR = frozenset({"ok_or", "ok_or_else"})


def matched(test: Expr) -> Iterator[Binary]:
    """The comparisons that make a test hold by being equal: `identity == RESERVED`, not `password != expected`."""
    stack = [(test, False)]
    while stack:
        node, negated = stack.pop()
        match node:
            case Unary(operator="not", operand=operand):
                stack.append((operand, not negated))
            case Binary(operator="and" | "or", left=left, right=right):
                stack += [(right, negated), (left, negated)]
            case Binary(operator="==" | "!=" as operator) if (operator == "==") is not negated:
                yield node
            case Call() if not negated and last_name(node.callee) in {"some", "any"}:
                # `reserved.some((name) => name === identity)`
                yield from (item for item in walk(node) if isinstance(item, Binary) and item.operator == "==")
            case _:
                continue


_AMOUNT = regex(
    r"(?:^|_)(?:counts?|num|total|size|len|length|max|maximum|limit|capacity|quota|attempts|seats|participants|used)(?:_|$)"
)
_LIMIT = regex(r"(?:^|_)(?:max|maximum|limit|capacity|quota|seats)(?:_|$)")
_TIME = regex(
    r"(?:^|_)(?:now|today|exp|expir[a-z]+|deadline|until|starts?|started|ends?|ended|scheduled|time|date|timestamp|age)(?:_|$)"
    r"|_at$"
)
_HUMPS = regex(r"(?<=[a-z0-9])(?=[A-Z])")


def compares_amounts(test: Binary) -> bool:
    """`count >= room.maxParticipants`: whether there is room left says nothing of who asks; `rows.length < 1` may."""
    words = [side.value for side in (test.left, test.right) if isinstance(side, Literal)]
    # `count !== null && count >= most`
    is_size = _compares_sizes(test) or (test.operator in {"==", "!="} and None in words)
    # `most > 0 && count >= most`
    is_limited = test.operator == ">" and any(map(_LIMIT.search, _names_of_sides(test)))
    return is_limited or (is_size and any(map(_AMOUNT.search, _names_of_sides(test))))


def compares_times(test: Binary) -> bool:
    """`now > room.endsAt`."""
    return _compares_sizes(test) and any(map(_TIME.search, _names_of_sides(test)))


def _compares_sizes(test: Binary) -> bool:
    words = [side.value for side in (test.left, test.right) if isinstance(side, Literal)]
    return test.operator in {"<", ">", "<=", ">="} and not any(word in {0, 1} for word in words)


def _names_of_sides(test: Binary) -> Iterator[str]:
    for side in (test.left, test.right):
        if isinstance(side, Name | Member | Call):
            yield _HUMPS.sub("_", last_name(side) or "").lower()


def conjuncts(test: Expr) -> Iterator[Expr]:
    """The parts of a test that must all hold."""
    if isinstance(test, Binary) and test.operator == "and":
        yield from conjuncts(test.left)
        yield from conjuncts(test.right)
    else:
        yield test


def held_by(test: Expr) -> Iterator[Expr]:
    """What has to be there for a test to hold: `session`, `session !== null`, `session.user.role === "host"`."""
    for part in conjuncts(test):
        match part:
            case (
                Binary(operator="!=", left=left, right=Literal(value=None))
                | Unary(operator="not", operand=Unary(operator="not", operand=left))
            ):
                yield left
            case Binary(operator="==", left=left, right=Literal(value=str(word))) if word:
                yield left
            case Name() | Member() | Call() | Await():
                yield part
            case _:
                continue


def parts_of_test(test: Expr) -> Iterator[Expr]:
    """The calls, accesses and names that a test is made of, outermost first and not what is inside them."""
    stack: list[Node] = [test]
    while stack:
        node = stack.pop()
        match node:
            case Binary(left=left, right=right):
                stack += () if compares_amounts(node) else (right, left)
            case Unary(operand=operand) | Await(operand=operand):
                stack.append(operand)
            case Call() | Member() | Name() | Index():
                yield node
            case _:
                continue
