"""Rights that a token gets under a condition on the request: `if (req.body.isHost) grant.roomAdmin = true`."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.caller_data import is_known_caller
from lk_audit.extractors.callers.check_calls import assigned_calls, looks_up_caller, shows_secret
from lk_audit.extractors.context import FileContext, IsRequest, last_name
from lk_audit.extractors.handlers.route_settings import entries_of
from lk_audit.extractors.refusals import leaves, parts_of_test, says_refusal
from lk_audit.extractors.rights.kept_rights import condition_of
from lk_audit.patterns import regex
from lk_audit.source import Place
from lk_audit.syntax import (
    Assign,
    Binary,
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
    Record,
    Return,
    Unary,
    walk,
)
from lk_audit.values.model import Flag, Given, Mapped, Returned, Text, Value, symbolic_sources

_ROLE = regex(
    r"(?:^|_)(?:is|as|can|may|allow)_|admin|host|owner|moderator|teacher|instructor|tutor|doctor|streamer|publish|"
    r"broadcast|presenter|speaker|record|hidden|agent|role|privileged"
)
"""How a flag is called that says what somebody may do, not what else a request holds: humps written as underscores."""
_HUMPS = regex(r"(?<=[a-z0-9])(?=[A-Z])")
_DEEPEST = 2


def is_set_by_request(context: FileContext, value: Flag, mint: Place, is_request: IsRequest) -> bool:
    """Whether a right stands where only some requests lead; a condition for the whole token says nothing of rights."""
    home = context.home(value.origin)
    branch, test = condition_of(home, value.origin) or (None, None)
    if branch is None or test is None or (branch.start <= mint.start < branch.end and context.code.holds(branch)):
        return False
    if shows_secret(home, test) or not _asks_for_role(home, test, is_request):
        return False
    return not _is_made_sure_of(home, test, is_request)


def _is_made_sure_of(home: FileContext, test: Expr, is_request: IsRequest) -> bool:
    """Whether others have a say in what a test asks the request for: `role === "host"`, refused to all but some."""
    if isinstance(test, Binary):
        return is_examined(home, test, is_request)
    asked = [value for value in symbolic_sources(home.values(test)) if is_request(value)]
    return bool(asked) and all(is_vouched_for(home, value, is_request) for value in asked)


def looked_up_at(context: FileContext, value: Flag, function: Node, is_request: IsRequest) -> Index | Call | None:
    """Where the request picks the row of a table that a right stands in: `ROLE_GRANTS[req.body.role]`.

    `function` is what makes the token; what others look up in the same table says nothing of it.
    """
    home = context.home(value.origin)
    rights = home.names.ancestors(value.origin)
    row = next((item for item in rights if isinstance(item, Record)), None)
    rows = next((item for item in rights if isinstance(item, Record)), None)
    if row is None or rows is None or _is_same_in_all(rows, value.origin, row):
        return None
    for here in (context, home):
        for read, table, key in _lookups(here):
            if not any(isinstance(item, Mapped) and item.origin is rows for item in here.values(table)):
                continue
            if not _leads_to(here, read, function):
                continue
            asked = [item for item in symbolic_sources(here.values(key)) if is_request(item)]
            if asked and not any(_is_tested(here, read, item) for item in asked):
                return read
    return None


def _leads_to(context: FileContext, read: Node, function: Node) -> bool:
    """Whether what is looked up is used in a function: there, in a helper that it calls, or by who passes it."""
    around = context.names.enclosing_function(read)
    if around is function or around is None:
        return True
    home = context.home(function)
    calls = (node for node in walk(function) if isinstance(node, Call))
    if any(item is around for call in calls for item in home.functions_meant(call.callee)):
        return True
    passing = (node for node in walk(around.body) if isinstance(node, Call) and _is_given(context, node, read))
    return any(item is function for call in passing for item in context.functions_meant(call.callee))


def _is_given(context: FileContext, call: Call, read: Node) -> bool:
    """Whether a call is given what was looked up, at once or by the name that it has got."""
    given = [node for item in call.arguments for node in walk(item.value)]
    named = (made.value for node in given if isinstance(node, Name) for made in context.names.definitions(node))
    return read in given or any(made is not None and read in walk(made) for made in named)


def _is_same_in_all(rows: Record, given: Expr, row: Record) -> bool:
    """Whether every row of a table says the same of a right."""
    name = next((key for key, said in entries_of(row).items() if said is given), "")
    told = [entries_of(entry.value).get(name) for entry in rows.entries if isinstance(entry.value, Record)]
    return not name or all(isinstance(item, Literal) and item.value is True for item in told)


def _lookups(context: FileContext) -> Iterator[tuple[Index | Call, Expr, Expr]]:
    """Where something is looked up under a key that is no constant: `table[key]`, `table.get(key, default)`."""
    for index in context.names.nodes(Index):
        if not isinstance(index.key, Literal):
            yield index, index.object, index.key
    for call in context.names.calls_of("get"):
        if isinstance(call.callee, Member) and call.arguments and not isinstance(call.arguments[0].value, Literal):
            yield call, call.callee.object, call.arguments[0].value


def _is_tested(context: FileContext, read: Node, asked: Value) -> bool:
    """Whether code before a look-up refuses some who send this: `if role == "host" and not owns(room): raise ...`."""
    function = context.names.enclosing_function(read)
    branches = (node for node in walk(function.body) if isinstance(node, If)) if function is not None else ()
    return any(
        branch.start < read.start
        and any(says_refusal(inner) for inner in walk(branch.then) if isinstance(inner, Raise | Return))
        and any(_compares(context, part, asked) for part in walk(branch.test))
        for branch in branches
    )


def _compares(context: FileContext, part: Node, asked: Value) -> bool:
    if not isinstance(part, Binary) or part.operator not in {"==", "!="}:
        return False
    sides = (value for side in (part.left, part.right) for value in symbolic_sources(context.values(side)))
    return any(_is_same(value, asked) for value in sides)


def is_examined(context: FileContext, choice: Binary, is_request: IsRequest) -> bool:
    """Whether those who make a choice are looked at before: `if (role === "host") { if (!(await owns())) throw ... }`.

    That they are somebody is not enough: a right has to be theirs.
    """
    home, word = context.home(choice), _word(choice)
    asked = [value for value in symbolic_sources(home.values(_other(choice))) if is_request(value)]
    return word is not None and bool(asked) and all(_is_looked_into(context, item, word, is_request) for item in asked)


def _is_looked_into(context: FileContext, asked: Value, word: Literal, is_request: IsRequest) -> bool:
    """Whether the function that takes a word from the request turns some away who send it."""
    function, home = _taking(context, asked)
    return any(
        _refuses_unless(home, part, is_request) or _is_looked_into_there(home, branch)
        for branch in _branches(function)
        for part in walk(branch.test)
        if isinstance(part, Binary) and _asks_for(home, part, asked, word)
    )


def _taking(context: FileContext, asked: Value) -> tuple[Function | None, FileContext]:
    """The function that takes a value from its request, and the file that it is in."""
    node = asked.function if isinstance(asked, Given) else asked.origin
    home = context.home(node)
    return node if isinstance(node, Function) else home.names.enclosing_function(node), home


def _branches(function: Function | None) -> Iterator[If]:
    return (item for item in walk(function.body) if isinstance(item, If)) if function is not None else iter(())


def _asks_for(home: FileContext, part: Binary, asked: Value, word: Literal) -> bool:
    """Whether a part of a test compares a piece of the request with a word."""
    if part.operator != "==":
        return False
    told = _word(part)
    if told is None or told.value != word.value:
        return False
    return any(_is_same(value, asked) for value in symbolic_sources(home.values(_other(part))))


def _is_same(one: Value, other: Value) -> bool:
    match one, other:
        case Given(), Given():
            return one.function is other.function and one.members == other.members
        case Returned(), Returned():
            return one.call is other.call and one.members == other.members
        case _:
            return one.origin is other.origin


def _word(comparison: Binary) -> Literal | None:
    sides = (comparison.left, comparison.right)
    return next((side for side in sides if isinstance(side, Literal)), None)


def _other(comparison: Binary) -> Expr:
    return comparison.right if isinstance(comparison.left, Literal) else comparison.left


def _is_looked_into_there(home: FileContext, branch: If) -> bool:
    return any(_turns_away(home, inner) for inner in walk(branch.then) if isinstance(inner, If))


def _turns_away(home: FileContext, branch: If) -> bool:
    """Whether a branch refuses by what was looked up for the caller, or by comparing him with what is kept."""
    if not leaves(branch.then) or not says_refusal(branch.then):
        return False
    compared = [node for node in walk(branch.test) if isinstance(node, Binary) and node.operator in {"==", "!="}]
    if any(not isinstance(node.left, Literal) and not isinstance(node.right, Literal) for node in compared):
        return True
    if any(_is_part_of_caller(home, part) for part in parts_of_test(branch.test)):
        return True
    return any(call.arguments for part in parts_of_test(branch.test) for call in assigned_calls(home, part))


def _is_part_of_caller(home: FileContext, part: Expr) -> bool:
    """`session.user.role`, of `session = await auth()`: what is known of the caller, more than that he is there."""
    if not isinstance(part, Member) or not _names_role(part):
        return False
    if any(looks_up_caller(home, call) for call in assigned_calls(home, part)):
        return True
    return any(is_known_caller(home, value) for value in symbolic_sources(home.values(part)))


def is_vouched_for(context: FileContext, value: Value, is_request: IsRequest) -> bool:
    """Whether a role that a request claims is refused unless more is right: `if (isHost && !owns(room)) return 403`."""
    home = context.home(value.origin)
    chosen = next((item for item in home.names.ancestors(value.origin) if isinstance(item, Assign | Function)), None)
    if isinstance(chosen, Assign) and isinstance(chosen.target, Name):
        scope, name = home.names.binding_scope(chosen.target), chosen.target.id
        uses = home.names.uses(scope, name) if scope is not None else ()
        if any(_refuses_unless(home, use, is_request) for use in uses):
            return True
    return _is_refused_claim(context, value, is_request)


def _is_refused_claim(context: FileContext, asked: Value, is_request: IsRequest) -> bool:
    """The same of a field of the request, where it is taken: `const { isHost } = req.body; if (isHost && ...)`."""
    if not isinstance(asked, Given | Returned) or not asked.members:
        return False
    function, home = _taking(context, asked)
    tested = (part for branch in _branches(function) for part in _conjuncts(branch.test))
    fields = (part for part in tested if isinstance(part, Name | Member))
    return any(
        _refuses_unless(home, field, is_request)
        for field in fields
        if any(_is_same(item, asked) for item in symbolic_sources(home.values(field)))
    )


def _refuses_unless(home: FileContext, claim: Expr, is_request: IsRequest) -> bool:
    """Whether a claim is tested together with what somebody else says of it, and refused where that is not so.

    Or looked into where it is made: `if (isHost) { if (!(await owns())) return 403 }`.
    """
    test: Node = claim
    for holder in home.names.ancestors(claim):
        if isinstance(holder, If):
            others = (part for part in _conjuncts(holder.test) if part is not claim)
            is_asked = any(_asks_others(home, part, is_request) for part in others)
            is_refused = is_asked and leaves(holder.then) and says_refusal(holder.then)
            return test is holder.test and (is_refused or _is_looked_into_there(home, holder))
        if not (isinstance(holder, Binary) and holder.operator == "and"):
            return False
        test = holder
    return False


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
        case Binary(operator="!=", left=left, right=right):
            return not (isinstance(left, Literal) or isinstance(right, Literal))
        case _:
            return False


def _asks_for_role(home: FileContext, test: Expr, is_request: IsRequest, depth: int = _DEEPEST) -> bool:
    """Whether a test compares a part of the request, or asks for a flag in it that is called like a role.

    Or for a word that stands for the answer: `role == "host"`, after `if req.IsHost { role = "host" }`.
    """
    if isinstance(test, Unary):
        return False
    chosen = _conditions_of_word(home, test) if depth else ()
    if any(_asks_for_role(inner, condition, is_request, depth - 1) for inner, condition in chosen):
        return True
    tested = [
        node for part in (test, *_chosen_by(home, test)) for node in walk(part) if isinstance(node, Name | Member)
    ]
    asked = [node for node in tested if any(map(is_request, symbolic_sources(home.values(node))))]
    return bool(asked) if isinstance(test, Binary) else any(map(_names_role, asked))


def _conditions_of_word(home: FileContext, test: Expr) -> Iterator[tuple[FileContext, Expr]]:
    """What has to hold where something gets the word that a test compares it with."""
    word = _word(test) if isinstance(test, Binary) and test.operator == "==" else None
    if not isinstance(test, Binary) or word is None or not isinstance(word.value, str):
        return
    for value in home.values(_other(test)):
        if isinstance(value, Text) and value.text == word.value:
            inner = home.home(value.origin)
            found = condition_of(inner, value.origin)
            if found is not None:
                yield inner, found[1]


def _chosen_by(home: FileContext, test: Expr) -> Iterator[Expr]:
    """What names in a test were decided by: `const role = req.body.role === "host" ? "host" : "viewer"`."""
    for name in (node for node in walk(test) if isinstance(node, Name)):
        for definition in home.names.definitions(name):
            match definition.value:
                case (
                    Conditional(test=Binary(operator="==" | "!=", left=left, right=right))
                    | Binary(operator="==" | "!=", left=left, right=right)
                ) if isinstance(left, Literal) or isinstance(right, Literal):
                    yield right if isinstance(left, Literal) else left
                case _:
                    continue


def _names_role(expr: Expr) -> bool:
    return _ROLE.search(_HUMPS.sub("_", last_name(expr) or "").lower()) is not None
