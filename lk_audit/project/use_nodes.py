"""How uses of a function look in the syntax of another file: as calls, renamed, or handed over as a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lk_audit.project.imports import import_edges, targets
from lk_audit.syntax import Argument, Assign, Call, Entry, Export, Expr, Function, Import, Member, Name, Sequence
from lk_audit.values.model import Defined

if TYPE_CHECKING:
    from lk_audit.project.code_module import CodeModule


def renamings(module: CodeModule, word: str) -> Iterator[str]:
    """Other names that a module hands on what it imports as `word` under."""
    if module.is_python:
        for statement in module.names.nodes(Import):
            yield from (item.local for item in statement.names if item.member == word)
    for export in () if module.is_python else module.names.nodes(Export):
        if isinstance(export.local, Name) and export.local.id == word and export.exported not in {"default", "*"}:
            yield export.exported


def means(module: CodeModule, expr: Expr, function: Function) -> bool:
    """Whether an expression of a module is a function, as far as that file alone tells."""
    values = module.evaluator.evaluate_here(expr)
    return any(isinstance(value, Defined) and value.definition is function for value in values)


def may_be_given(call: Call) -> bool:
    """Whether what is called is a variable or its member, so that it may be what the function around is given."""
    callee = call.callee
    return isinstance(callee.object if isinstance(callee, Member) else callee, Name)


def is_value(module: CodeModule, use: Name | Member) -> bool:
    """Whether a mention is neither called, nor imported, nor the object of something else."""
    holder = module.names.parent(use)
    if isinstance(holder, Call):
        return holder.callee is not use
    return isinstance(holder, Argument | Entry | Sequence | Assign) and getattr(holder, "target", None) is not use


def candidates(other: CodeModule, names: set[str], path: str) -> Iterator[Call]:
    """The calls by one of `names`, and by what imports of the file at `path` call it."""
    local = set(names)
    for edge in import_edges(other):
        local.update(item.local for item in edge.names if item.member in names)
        if path in targets(other, edge):
            local.update(item.local for item in edge.names if item.member in {"default", None})
            holder = other.names.parent(edge.node)
            target = getattr(holder, "target", None)
            local.update({target.id} if isinstance(target, Name) else ())
    seen: set[Call] = set()
    for name in sorted(local):
        for call in other.names.calls_of(name):
            if call not in seen:
                seen.add(call)
                yield call
