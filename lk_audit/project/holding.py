"""Who can get at a function: its module keeps it, a record holds it, or others import it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.syntax import Assign, Define, Entry, Export, Expr, Function, Import, Name

if TYPE_CHECKING:
    from lk_audit.project.code_module import CodeModule
    from lk_audit.values.names import Names


def is_kept(module: CodeModule, function: Function) -> bool:
    """Whether a module keeps a function to itself: it neither exports it nor hands it to anybody."""
    names = module.names
    if not names.traits.exports_values or names.owner(function) is not None or module.exports.names_of(function):
        return False
    holder = names.parent(function)
    is_variable = isinstance(holder, Define) or (isinstance(holder, Assign) and isinstance(holder.target, Name))
    is_module = any(names.nodes(Import)) or any(names.nodes(Export))
    return is_variable and is_module and not names.graph.escapes(function, when_exported=True)


def is_held(names: Names, function: Function) -> bool:
    """Whether a function can be called as a member of a record only."""
    return names.enclosing_function(function) is not None or isinstance(names.parent(function), Entry)


def is_in_record(names: Names, function: Function) -> bool:
    """Whether a function is in a record that the one around it may return: `tokens = () => ({ sign: () => ... })`."""
    if not names.is_javascript:
        return False
    uses = (function, *names.mentions(names.name_of(function)))
    return any(isinstance(names.parent(use), Entry) for use in uses)


def maker(names: Names, function: Function) -> Function | None:
    """The function with a name that hands out one that stands in it: `makeJoin = (tokens) => (req, res) => ...`."""
    around = names.enclosing_function(function)
    if around is None or names.owner(function) is not None or not names.name_of(around):
        return None
    name = names.name_of(function)
    given = (item.value for item in names.returns(around))
    return around if any(item is function or (name and _is_named(item, name)) for item in given) else None


def _is_named(expr: Expr | None, name: str) -> bool:
    return isinstance(expr, Name) and expr.id == name
