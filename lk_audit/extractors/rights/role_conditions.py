"""Rights that a token gets under a condition on the request: `if (req.body.isHost) grant.roomAdmin = true`."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.callers.check_calls import shows_secret
from lk_audit.extractors.context import FileContext, IsRequest
from lk_audit.extractors.refusals import says_refusal
from lk_audit.extractors.rights.kept_rights import condition_of
from lk_audit.extractors.rights.role_claims import (
    is_examined,
    is_same,
    is_vouched_for,
    names_role,
    needs_more,
    other_side,
    word_of,
)
from lk_audit.source import Place
from lk_audit.syntax import (
    Binary,
    Call,
    Conditional,
    Expr,
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
from lk_audit.values.model import Flag, Mapped, Text, Value, symbolic_sources
from lk_audit.values.records import entries_of

_DEEPEST = 2


def is_set_by_request(context: FileContext, value: Flag, mint: Place, is_request: IsRequest) -> bool:
    """Whether a right stands where only some requests lead; a condition for the whole token says nothing of rights."""
    home = context.home(value.origin)
    branch, test = condition_of(home, value.origin) or (None, None)
    if branch is None or test is None or (branch.start <= mint.start < branch.end and context.code.holds(branch)):
        return False
    return is_claimed(home, test, is_request)


def is_claimed(home: FileContext, test: Expr, is_request: IsRequest) -> bool:
    """Whether a test asks the request for a role that anybody may claim."""
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
    return any(is_same(value, asked) for value in sides)


def _asks_for_role(home: FileContext, test: Expr, is_request: IsRequest, depth: int = _DEEPEST) -> bool:
    """Whether a test compares a part of the request, or asks for a flag in it that is called like a role.

    Or for a word that stands for the answer: `role == "host"`, after `if req.IsHost { role = "host" }`.
    """
    if isinstance(test, Unary):
        return False
    chosen = _conditions_of_word(home, test) if depth else ()
    if any(
        _asks_for_role(inner, condition, is_request, depth - 1) and not needs_more(inner, condition, is_request)
        for inner, condition in chosen
    ):
        return True
    tested = [
        node for part in (test, *_chosen_by(home, test)) for node in walk(part) if isinstance(node, Name | Member)
    ]
    asked = [node for node in tested if any(map(is_request, symbolic_sources(home.values(node))))]
    return bool(asked) if isinstance(test, Binary) else any(map(names_role, asked))


def _conditions_of_word(home: FileContext, test: Expr) -> Iterator[tuple[FileContext, Expr]]:
    """What has to hold where something gets the word that a test compares it with."""
    word = word_of(test) if isinstance(test, Binary) and test.operator == "==" else None
    if not isinstance(test, Binary) or word is None or not isinstance(word.value, str):
        return
    for value in home.values(other_side(test)):
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
