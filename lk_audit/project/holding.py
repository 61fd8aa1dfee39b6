"""Who can get at a function: its module keeps it, a record holds it, or others import it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.syntax import Assign, Define, Entry, Export, Function, Import, Name

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
