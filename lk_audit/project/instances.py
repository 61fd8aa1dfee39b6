"""The classes of a project that values are instances of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lk_audit.syntax import Assign, Call, Class, Expr, Function, Index, Member, Name, walk
from lk_audit.values.callgraph import last_name
from lk_audit.values.model import Defined, Given, Possible, Returned, Unknown, Value, defined_classes

if TYPE_CHECKING:
    from lk_audit.project.code_module import CodeModule
    from lk_audit.project.modules import Project

_DEEPEST_PATH = 4


def instances_of(project: Project, module: CodeModule, values: Possible) -> Iterator[Class]:
    """The classes of the values, which stand in `module`: by construction, by annotation or by declaration."""
    for value in values:
        yield from _instances_of(project, module, value, set())


def _instances_of(project: Project, module: CodeModule, value: Value, asked: set[Function]) -> Iterator[Class]:
    """The classes of one value; `asked` are the functions whose results have been looked at on the way to it."""
    match value:
        case Defined(definition=Class() as owner):
            yield owner
        case Returned(call=call, members=()):
            home = project.module_of(call)
            if home is not None:
                yield from defined_classes(home.evaluator.evaluate(call.callee))
                yield from _located(home, call)
        case Given(members=()):
            yield from list(_annotated(project, module, value, asked)) or _passed(project, module, value, asked)
        case Given():
            yield from list(_fields(project, module, value, asked)) or _passed(project, module, value, asked)
        case Unknown(sources=sources):
            for source in sources:
                yield from _instances_of(project, module, source, asked)
        case _:
            return


_LOCATORS = frozenset({"app", "resolve", "make", "get", "inject"})
"""What frameworks call the function that hands out the one instance of a class: Laravel, PSR-11, Nest, Angular."""


def _located(home: CodeModule, call: Call) -> Iterator[Class]:
    """The class that a call asks a container for: `app(Tokens::class)`, `moduleRef.get(Tokens)`."""
    name = call.callee.id if isinstance(call.callee, Name) else getattr(call.callee, "name", "")
    if name in _LOCATORS and call.arguments:
        yield from defined_classes(home.evaluator.evaluate(call.arguments[0].value))


def _fields(project: Project, module: CodeModule, value: Given, asked: set[Function]) -> Iterator[Class]:
    """The classes of a field of what a parameter is, as they are declared: `state.tokens`."""
    owners = list(_annotated(project, module, value, asked))
    for member in value.members[:_DEEPEST_PATH]:
        owners = [kind for owner in owners for kind in _declared(project, owner, member)]
    yield from owners


def declared_classes(project: Project, module: CodeModule, receiver: Expr) -> Iterator[Class]:
    """The classes of a field that a container sets, by its annotation: `@Inject() private readonly tokens: Tokens`."""
    owner = _holder(module, receiver)
    yield from _declared(project, owner, last_name(receiver)) if owner is not None else ()


def declared_types(module: CodeModule, receiver: Expr) -> Iterator[str]:
    """What the types are called last that a parameter, or the field of an object, is declared to be of."""
    owner = _holder(module, receiver)
    annotations = list(_annotations_of_field(owner, last_name(receiver))) if owner is not None else []
    for value in module.evaluator.evaluate_here(receiver):
        if isinstance(value, Given) and not value.members:
            annotations += [item.annotation for item in value.function.parameters if item.name == value.parameter]
    return (last_name(named) for annotation in annotations for named in _named_in(annotation))


def _holder(module: CodeModule, receiver: Expr) -> Class | None:
    """The class around that has a field: that of `this` in `this.tokens`."""
    of = receiver.object if isinstance(receiver, Member) else None
    return module.names.self_class(of) if isinstance(of, Name) else None


def _declared(project: Project, owner: Class, member: str) -> Iterator[Class]:
    home = project.module_of(owner)
    for annotation in _annotations_of_field(owner, member) if home is not None else ():
        for expr in _named_in(annotation):
            yield from defined_classes(home.evaluator.evaluate(expr)) if home is not None else ()


def _annotations_of_field(owner: Class, name: str) -> Iterator[Expr | None]:
    for item in owner.body.statements:
        if isinstance(item, Assign) and isinstance(item.target, Name) and item.target.id == name:
            yield item.annotation


def _annotated(project: Project, module: CodeModule, value: Given, asked: set[Function]) -> Iterator[Class]:
    """The classes that a parameter's annotation names, or that what it depends on returns."""
    home = project.module_of(value.function) or module
    for parameter in value.function.parameters:
        if parameter.name != value.parameter:
            continue
        for expr in _named_in(parameter.annotation):
            named = home.evaluator.evaluate(expr)
            yield from defined_classes(named)
            yield from _behind_alias(project, named)
        for expr in _named_in(parameter.default):
            for found in home.evaluator.evaluate(expr):
                if isinstance(found, Defined) and isinstance(found.definition, Class):
                    yield found.definition
                elif isinstance(found, Defined):
                    yield from _made_by(project, found.definition, asked)


def _behind_alias(project: Project, values: Possible) -> Iterator[Class]:
    """The classes that an annotation names by another name: `Tokens = Annotated[TokenService, Depends(get_tokens)]`."""
    for value in values:
        written = value.origin
        home = project.module_of(written) if isinstance(value, Unknown) and isinstance(written, Index) else None
        if home is not None:
            for expr in _named_in(written):
                yield from defined_classes(home.evaluator.evaluate(expr))


def _passed(project: Project, module: CodeModule, value: Given, asked: set[Function]) -> Iterator[Class]:
    """The classes of what callers pass for a parameter that nothing is written about: `routes(new Tokens())`.

    Or of a part of it: `routes({ tokens: new Tokens() })`.
    """
    home, function = project.module_of(value.function) or module, value.function
    if function in asked or not (home.names.is_javascript or home.is_python):
        return
    asked.add(function)
    uses = [(home, call) for call in home.names.callers(function)]
    uses += [(use.module, use.call) for use in project.usage.callers(home, function)]
    for other, call in uses:
        given = _given(call, function, value.parameter)
        found = other.evaluator.evaluate_here(given) if given is not None else ()
        for member in value.members:
            found = tuple(part for item in found for part in other.evaluator.part(item, member, item.origin))
        for item in found:
            yield from _instances_of(project, other, item, asked)


def _given(call: Call, function: Function, name: str) -> Expr | None:
    """What a call passes for a parameter of a function, by name or by position."""
    names = [item.name for item in function.parameters if item.name not in {"self", "cls"}]
    named = next((item.value for item in call.arguments if item.name == name), None)
    plain = [item.value for item in call.arguments if item.name is None]
    place = names.index(name) if name in names else len(plain)
    return named or (plain[place] if place < len(plain) else None)


def _made_by(project: Project, function: Function | Class, asked: set[Function]) -> Iterator[Class]:
    """The classes of what a function returns; a dependency may depend on itself."""
    home = project.module_of(function)
    if home is None or not isinstance(function, Function) or function in asked:
        return
    asked.add(function)
    for item in home.names.returns(function):
        for value in home.evaluator.evaluate(item.value) if item.value is not None else ():
            yield from _instances_of(project, home, value, asked)


def _named_in(expr: Expr | None) -> Iterator[Expr]:
    """The names in an annotation or a default: `Annotated[Service, Depends(get)]` names three."""
    if expr is not None:
        yield from (node for node in walk(expr) if isinstance(node, Name | Member))
