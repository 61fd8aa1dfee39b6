"""Tokens that nobody gets: made to try a key, checked at once, never written out, or for a bot of the program's own.

A bot joins in the program itself, or in a process that the program starts.
"""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext, last_name
from lk_audit.patterns import regex
from lk_audit.syntax import (
    Argument,
    Assign,
    Await,
    Call,
    Entry,
    Evaluate,
    Export,
    Expr,
    Index,
    Literal,
    Member,
    Name,
    Node,
    Record,
    Return,
    Sequence,
    Spread,
    Template,
    Unary,
)
from lk_audit.values.names import Names

_WRITING = frozenset({"toJwt", "to_jwt", "toJWT"})
_CHECKING = frozenset(
    {"verify", "decode", "decodeJwt", "decode_token", "jwtVerify", "split", "len", "Boolean", "assert", "expect"}
)
"""Calls that look at a token and keep it; what is printed is for somebody."""
_PARTS = frozenset({"length", "startsWith", "startswith"})
_DEEPEST = 2
_MOST_CALLERS = 20


def is_kept(context: FileContext, mint: Call) -> bool:
    """Whether the code around a mint does nothing with its token but check it."""
    names = context.names
    if not (names.is_javascript or context.is_python) or not context.code.holds(mint):
        return False
    chain, methods = _chain(names, mint)
    target = _assigned(names, chain)
    if not _may_be_kept(methods):
        return False
    if isinstance(names.parent(chain), Evaluate):
        return True
    if _is_written(methods) and isinstance(names.parent(chain), Return):
        return _is_kept_by_callers(context, chain)
    if target is None or _may_be_taken(context, target):
        return False
    is_kept = _is_looked_at(names, target) if _is_written(methods) else _stays_builder(context, target)
    return is_kept and (names.enclosing_function(target) is not None or _is_tried(names, target, methods))


def _is_tried(names: Names, target: Name, methods: tuple[str, ...]) -> bool:
    """Whether a script does look at its token; a sample on a page ends where it has made one."""
    tokens = (target,) if _is_written(methods) else tuple(_written_to(names, target))
    return any(True for token in tokens for _ in uses_of(names, token))


def _written_to(names: Names, builder: Name) -> Iterator[Name]:
    """The variables that get what a token object writes."""
    for use in uses_of(names, builder):
        chain, methods = _chain(names, use)
        made = _assigned(names, chain)
        if made is not None and _is_written(methods):
            yield made


def _may_be_taken(context: FileContext, target: Name) -> bool:
    """Whether another file may take a variable: one of a module that others import, or that is exported."""
    if context.names.enclosing_function(target) is not None:
        return False
    if context.is_python:
        return bool(context.project.usage.importers(context.source.path))
    exports = (node.local for node in context.names.nodes(Export) if node.local is not None)
    return any(isinstance(local, Name) and local.id == target.id for local in exports)


def _chain(names: Names, start: Expr) -> tuple[Expr, tuple[str, ...]]:
    """The whole of a chain of calls that begins with `start`, and what its members are called."""
    node: Expr = start
    methods: tuple[str, ...] = ()
    while True:
        holder = names.parent(node)
        if isinstance(holder, Member) and holder.object is node:
            methods = (*methods, holder.name)
        elif not isinstance(holder, Await) and not (isinstance(holder, Call) and holder.callee is node):
            return node, methods
        node = holder


def _is_written(methods: tuple[str, ...]) -> bool:
    return not _WRITING.isdisjoint(methods)


def _may_be_kept(methods: tuple[str, ...]) -> bool:
    """Whether nothing but a look follows where the token is written: not `.toJwt().then((token) => send(token))`."""
    after = next((methods[place + 1 :] for place, name in enumerate(methods) if name in _WRITING), ())
    return set(after) <= _CHECKING | _PARTS


def _assigned(names: Names, expr: Expr) -> Name | None:
    holder = names.parent(expr)
    return holder.target if isinstance(holder, Assign) and isinstance(holder.target, Name) else None


def uses_of(names: Names, target: Name) -> Iterator[Name]:
    """Where a variable is read, besides where it is declared."""
    scope = names.binding_scope(target) or names.module
    for use in names.uses(scope, target.id):
        holder = names.parent(use)
        if use is not target and not (isinstance(holder, Assign) and holder.target is use):
            yield use


def _is_kept_by_callers(context: FileContext, returned: Expr, depth: int = 0) -> bool:
    """Whether all who call the function that returns a token keep it."""
    function = context.names.enclosing_function(returned)
    if function is None or depth > _DEEPEST:
        return False
    elsewhere = (use.call for use in context.project.usage.callers(context.code, function))
    calls = [*context.names.callers(function), *elsewhere]
    return 0 < len(calls) <= _MOST_CALLERS and all(_keeps_result(context.home(call), call, depth) for call in calls)


def _keeps_result(context: FileContext, call: Call, depth: int) -> bool:
    names = context.names
    got: Expr = call
    while isinstance(holder := names.parent(got), Await):
        got = holder
    if isinstance(holder, Return):
        return _is_kept_by_callers(context, got, depth + 1)
    target = _assigned(names, got)
    if target is None:
        return _is_for_child(names, got)
    is_used = any(True for _ in uses_of(names, target))
    return is_used and not _may_be_taken(context, target) and _is_looked_at(names, target)


def _stays_builder(context: FileContext, target: Name) -> bool:
    """Whether what is made of a token object goes nowhere."""
    names = context.names
    for use in uses_of(names, target):
        if not isinstance(names.parent(use), Member):
            return False
        chain, methods = _chain(names, use)
        outer = names.parent(chain)
        if not _may_be_kept(methods):
            return False
        if isinstance(outer, Evaluate) or (isinstance(outer, Assign) and outer.target is chain):
            continue
        if _is_written(methods) and isinstance(outer, Return):
            if not _is_kept_by_callers(context, chain):
                return False
            continue
        made = _assigned(names, chain)
        if made is None or not (_is_looked_at(names, made) if _is_written(methods) else made.id == target.id):
            return False
    return True


def _is_looked_at(names: Names, token: Name) -> bool:
    return all(_keeps(names, use) for use in uses_of(names, token))


def _keeps(names: Names, use: Name) -> bool:
    """Whether a use of a token only looks at it: a check, its parts."""
    holder = names.parent(use)
    if isinstance(holder, Member | Index):
        return isinstance(holder, Index) or holder.name in _CHECKING | _PARTS or _is_beginning(names.parent(holder))
    if isinstance(holder, Unary) and holder.operator == "not":
        return True
    call = names.parent(holder) if isinstance(holder, Argument) else None
    if isinstance(call, Call) and ((last_name(call.callee) or "") in _CHECKING or joins(names, call)):
        return True
    return _is_for_child(names, use)


def _is_beginning(call: Node | None) -> bool:
    """`token.substring(0, 20)`: its header, and at most some of its claims."""
    if not isinstance(call, Call) or last_name(call.callee) not in _CUTTING:
        return False
    match [item.value for item in call.arguments]:
        case [Literal(value=0), Literal(value=int() | float() as end)]:
            return end <= _LONGEST_BEGINNING
        case _:
            return False


_CUTTING = frozenset({"substring", "substr", "slice"})
_LONGEST_BEGINNING = 64
"""In characters; the header of a token alone has 36."""


def _is_for_child(names: Names, token: Expr) -> bool:
    """Whether a token is only told to what the program starts: `spawn(bot, { env: { TOKEN: token } })`.

    A task may be a call that is told it: `create_task(run_bot(url, token))`, unless it sends what it is told.
    """
    called = ""
    for parent in names.ancestors(token):
        if isinstance(parent, Call):
            name = last_name(parent.callee) or ""
            if name in _STARTING:
                return not called
            if name in _STARTING_TASKS:
                told = (last_name(item.value) or "" for item in parent.arguments)
                return not any(map(_SENDING.search, (called, *told)))
            if called:
                return False
            called = name
        elif not isinstance(parent, Argument | Entry | Record | Sequence | Template | Spread):
            return False
    return False


_STARTING = frozenset({"spawn", "spawnSync", "fork", "execFile", "Popen", "create_subprocess_exec"})
"""Calls that start a process: Node's `child_process`, Python's `subprocess` and `asyncio`."""
_STARTING_TASKS = frozenset({"create_task", "ensure_future", "add_task"})
"""Calls that start a task: Python's `asyncio`, FastAPI's `BackgroundTasks`."""
_SENDING = regex(r"(?i)send|mail|notif|push|emit|publish|broadcast|invite|sms|webhook")


def joins(names: Names, call: Call) -> bool:
    """`await bot.connect(url, token)` where no page of a browser runs: the program itself joins the room."""
    is_connecting = isinstance(call.callee, Member) and call.callee.name == "connect" and len(call.arguments) > 1
    return is_connecting and (not names.is_javascript or any(item.module in _OF_NODE for item in names.imports))


_OF_NODE = frozenset({"@livekit/rtc-node"})
"""What JavaScript joins rooms by outside of browsers only."""
