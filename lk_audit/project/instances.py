"""The classes of a project that values are instances of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lk_audit.syntax import Assign, Class, Expr, Function, Member, Name, walk
from lk_audit.values.model import Defined, Given, Possible, Returned, Unknown

if TYPE_CHECKING:
    from lk_audit.project.modules import CodeModule, Project


_DEEPEST_PATH = 4


def instances_of(project: Project, module: CodeModule, values: Possible) -> Iterator[Class]:
    """The classes of the values, which stand in `module`: by construction, by annotation or by declaration."""
    for value in values:
        match value:
            case Defined(definition=Class() as owner):
                yield owner
            case Returned(call=call, members=()):
                home = project.module_of(call)
                if home is not None:
                    yield from _defined_classes(home.evaluator.evaluate(call.callee))
            case Given(function=function, parameter=parameter, members=()):
                home = project.module_of(function) or module
                yield from _annotated(project, home, function, parameter)
            case Given(function=function, parameter=parameter, members=members):
                yield from _fields(project, module, function, parameter, members)
            case Unknown(sources=sources) if sources:
                yield from instances_of(project, module, sources)
            case _:
                continue


def _fields(
    project: Project, module: CodeModule, function: Function, parameter: str, members: tuple[str, ...]
) -> Iterator[Class]:
    """The classes of a field of what a parameter is, as they are declared: `state.tokens`."""
    home = project.module_of(function) or module
    owners = list(_annotated(project, home, function, parameter))
    for member in members[:_DEEPEST_PATH]:
        owners = [kind for owner in owners for kind in _declared(project, owner, member)]
    yield from owners


def _declared(project: Project, owner: Class, member: str) -> Iterator[Class]:
    home = project.module_of(owner)
    for item in owner.body.statements if home is not None else ():
        if isinstance(item, Assign) and isinstance(item.target, Name) and item.target.id == member:
            for expr in _named_in(item.annotation):
                yield from _defined_classes(home.evaluator.evaluate(expr)) if home is not None else ()


def _annotated(project: Project, home: CodeModule, function: Function, name: str) -> Iterator[Class]:
    """The classes that a parameter's annotation names, or that what it depends on returns."""
    for parameter in function.parameters:
        if parameter.name != name:
            continue
        for expr in _named_in(parameter.annotation):
            yield from _defined_classes(home.evaluator.evaluate(expr))
        for expr in _named_in(parameter.default):
            for value in home.evaluator.evaluate(expr):
                if isinstance(value, Defined) and isinstance(value.definition, Class):
                    yield value.definition
                elif isinstance(value, Defined):
                    yield from _made_by(project, value.definition)


def _made_by(project: Project, function: Function | Class) -> Iterator[Class]:
    home = project.module_of(function)
    if home is None or not isinstance(function, Function):
        return
    for item in home.names.returns(function):
        if item.value is not None:
            yield from instances_of(project, home, home.evaluator.evaluate(item.value))


def _defined_classes(values: Possible) -> Iterator[Class]:
    for value in values:
        if isinstance(value, Defined) and isinstance(value.definition, Class):
            yield value.definition


def _named_in(expr: Expr | None) -> Iterator[Expr]:
    """The names in an annotation or a default: `Annotated[Service, Depends(get)]` names three."""
    if expr is not None:
        yield from (node for node in walk(expr) if isinstance(node, Name | Member))
