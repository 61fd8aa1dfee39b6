"""What Ruby frameworks put in front of a handler: filters of controllers, of their base classes, of Sinatra and Grape.

Sources: the Rails guides (Action Controller), the documentation of Devise, Sinatra and Grape.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from lk_audit.extractors.callers.guards import Guards
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.extractors.handlers.model import MAY_AUTHENTICATE, Handler
from lk_audit.facts import Lead
from lk_audit.livekit.authentication import AUTHENTICATING_NAME
from lk_audit.livekit.middleware import RUBY_FILTERS, RUBY_GUARDS, RUBY_ROOTS, RUBY_SKIPS
from lk_audit.syntax import Argument, Call, Class, Define, Evaluate, Expr, Function, Literal, Sequence, Statement
from lk_audit.values.model import Defined

_DEEPEST_BASE = 5
_AUTHENTICATES = "authenticates the caller"


class _Level(Struct, frozen=True):
    """A class on the way up from a controller."""

    context: FileContext
    owner: Class


def in_front_of(_: Workspace, guards: Guards, handler: Handler) -> Iterator[Lead]:
    """What authenticates the callers of a handler before it runs, the surest first."""
    home = handler.site.home(handler.function)
    owner = home.names.enclosing(handler.function, Class)
    if owner is None:
        yield from _of_statements(guards, home, home.module.body.statements, [], handler)
        return
    levels = list(_levels(home, owner, 0))
    for level in levels:
        yield from _of_statements(guards, level.context, level.owner.body.statements, levels, handler)
    if handler.registration is None and not _is_left_out(owner, handler.function.name):
        yield from _out_of_sight(levels)


def _levels(context: FileContext, owner: Class, depth: int) -> Iterator[_Level]:
    """A class, and its base classes as far as they are in the project."""
    yield _Level(context, owner)
    for base in owner.bases if depth < _DEEPEST_BASE else ():
        for value in context.values(base):
            if isinstance(value, Defined) and isinstance(value.definition, Class) and value.definition is not owner:
                yield from _levels(context.home(value.definition), value.definition, depth + 1)


def _is_left_out(owner: Class, action: str) -> bool:
    """`before_action :authenticate_user!, except: [:create]`: it takes the place of what a base class says of it.

    Source: api.rubyonrails.org, AbstractController::Callbacks: the same filter, given again, replaces the former one.
    """
    filters = (call for call in _calls(owner.body.statements) if last_name(call.callee) in RUBY_FILTERS)
    named = (word for call in filters if not _covers(call, action) for item in call.arguments for word in _filter(item))
    return any(AUTHENTICATING_NAME.match(word) for word in named)


def _filter(item: Argument) -> set[str]:
    return _words(item.value) if item.name is None else set()


def _out_of_sight(levels: list[_Level]) -> Iterator[Lead]:
    """A base class that is not in the project may do anything, but for those of the frameworks."""
    for level in levels:
        for base in level.owner.bases:
            is_known = any(isinstance(value, Defined) for value in level.context.values(base))
            if not is_known and (level.context.qualified(base) or "") not in RUBY_ROOTS:
                yield Lead(level.context.place(base), MAY_AUTHENTICATE)


def _of_statements(
    guards: Guards, context: FileContext, statements: tuple[Statement, ...], levels: list[_Level], handler: Handler
) -> Iterator[Lead]:
    """The filters that stand in a class body, or in a file of Sinatra's."""
    for call in _calls(statements):
        name = last_name(call.callee) or ""
        if name in RUBY_GUARDS and _covers(call, handler.function.name):
            yield Lead(context.place(call), _AUTHENTICATES)
        if name not in RUBY_FILTERS or not _covers(call, handler.function.name):
            continue
        for item in call.arguments:
            if item.name is None and _is_guard(guards, context, item.value, levels, handler):
                yield Lead(context.place(item.value), _AUTHENTICATES)


def _calls(statements: tuple[Statement, ...]) -> Iterator[Call]:
    for statement in statements:
        if isinstance(statement, Evaluate) and isinstance(statement.value, Call):
            yield statement.value


def _covers(call: Call, action: str) -> bool:
    """Whether `only:` and `except:` leave an action in; filters without an action's name are for all."""
    if not action:
        return True
    only = next((item.value for item in call.arguments if item.name == "only"), None)
    others = next((item.value for item in call.arguments if item.name == "except"), None)
    return (only is None or action in _words(only)) and (others is None or action not in _words(others))


def _words(expr: Expr) -> set[str]:
    items = expr.items if isinstance(expr, Sequence) else (expr,)
    return {bare(item.value) for item in items if isinstance(item, Literal) and isinstance(item.value, str)}


def bare(name: str) -> str:
    """The name of a method without the sign at its end."""
    return name.rstrip("!?")


def _is_guard(guards: Guards, context: FileContext, expr: Expr, levels: list[_Level], handler: Handler) -> bool:
    if isinstance(expr, Function):
        return guards.function(context, expr)
    if not isinstance(expr, Literal) or not isinstance(expr.value, str):
        return False
    name = bare(expr.value)
    if _is_skipped(levels, name, handler.function.name):
        return False
    for level in levels:
        for statement in level.owner.body.statements:
            if isinstance(statement, Define) and statement.function.name == name:
                return guards.function(level.context, statement.function)
    return AUTHENTICATING_NAME.match(name) is not None


def _is_skipped(levels: list[_Level], name: str, action: str) -> bool:
    """Whether what is said last of a filter, in the class itself or else in its bases, leaves an action out.

    `skip_before_action :authenticate_user!, only: [:create]`; a filter that is given again replaces the former.
    """
    for level in levels:
        for call in reversed(list(_calls(level.owner.body.statements))):
            said, given = last_name(call.callee), {text for item in call.arguments for text in _filter(item)}
            if said in RUBY_SKIPS and (name in given or not given) and _covers(call, action):
                return True
            if said in RUBY_FILTERS and name in given:
                return not _covers(call, action)
    return False
