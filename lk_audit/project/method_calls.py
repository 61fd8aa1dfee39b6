"""Which method a call in another file is one of: by what it resolves to, or by the class of what it is called on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.project.instances import declared_classes, declared_types, instances_of
from lk_audit.project.kept_names import is_asked_for
from lk_audit.syntax import Call, Class, Function, Member, Name
from lk_audit.values.callgraph import last_name
from lk_audit.values.model import Defined, Possible

if TYPE_CHECKING:
    from lk_audit.project.code_module import CodeModule
    from lk_audit.project.modules import Project


def calls_method(project: Project, other: CodeModule, call: Call, owner: Class, function: Function) -> bool:
    """Whether a call in another file is one of a method, or makes an instance of its class `owner`."""
    values = other.evaluator.evaluate_here(call.callee)
    definitions = {id(value.definition) for value in values if isinstance(value, Defined)}
    if definitions:
        return id(function) in definitions or id(owner) in definitions or _implements(project, values, owner, function)
    callee = call.callee
    if not isinstance(callee, Member):
        return False
    if other.is_go:
        return _calls_interface(project, other, callee, owner)
    held = list(instances_of(project, other, other.evaluator.evaluate_here(callee.object)))
    known = held or list(declared_classes(project, other, callee.object))
    bases = {last_name(base) for base in owner.bases} if other.names.traits.implements_by_name else set()
    if not known:
        is_declared = not bases.isdisjoint(declared_types(other, callee.object)) if bases else False
        return is_declared or is_asked_for(project, other, owner, callee.object)
    return any(item is owner or item.name in bases for item in known)


def _implements(project: Project, values: Possible, owner: Class, function: Function) -> bool:
    """Whether a method is called by the name that an interface, or a base class, gives it."""
    bases = {last_name(base) for base in owner.bases}
    for value in values if bases else ():
        definition = value.definition if isinstance(value, Defined) else None
        home = project.module_of(definition) if isinstance(definition, Function) else None
        if home is None or not home.names.traits.implements_by_name or not isinstance(definition, Function):
            continue
        kind = home.names.owner(definition)
        if kind is not None and kind.name in bases and definition.name == function.name:
            return True
    return False


def _calls_interface(project: Project, other: CodeModule, callee: Member, owner: Class) -> bool:
    """Whether a Go method is called through an interface that its type satisfies."""
    home = project.module_of(owner)
    return home is not None and any(
        home.evaluator.structs.satisfies(owner, kind)
        for value in other.evaluator.evaluate_here(callee.object)
        for _, kind in other.evaluator.structs.types_of(value)
    )


def is_taken_from(other: CodeModule, call: Call, path: str) -> bool:
    """Whether a method is called on something imported from a file, whatever that is: an instance it makes."""
    receiver = call.callee.object if isinstance(call.callee, Member) else None
    if not isinstance(receiver, Name) or not _is_untold(other.evaluator.evaluate_here(receiver)):
        return False
    statements = (item.statement for item in other.names.definitions(receiver) if item.statement is not None)
    return any(other.target(statement.module) == path for statement in statements)


def _is_untold(values: Possible) -> bool:
    return not any(isinstance(value, Defined) for value in values)
