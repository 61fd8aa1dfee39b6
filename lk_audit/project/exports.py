"""What a module hands out: the globals of most languages, ES module exports, CommonJS exports."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from lk_audit.syntax import Argument, Assign, Call, Export, Expr, Function, Member, Name
from lk_audit.values.names import Names

_DEEPEST_WRAPPER = 3


class Exported(Struct, frozen=True):
    """Where an exported name has its value from.

    Either `value` here (or its part `member`), or what `module` exports as `member` (None: that module itself).
    """

    name: str
    value: Expr | None = None
    module: str | None = None
    member: str | None = None


class Exports:
    """The exports of one module."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._hands_out_globals = names.traits.hands_out_globals
        self._declared = tuple(_declared(names)) if names.traits.exports_values else ()

    def of(self, member: str | None) -> Iterator[Exported]:
        """What a name may stand for, surest first; `member` None asks for the module itself."""
        if self._hands_out_globals:
            # What a PHP file returns: as a whole, or an entry of it.
            returned = (item for item in self._declared if item.name == "default")
            if member is not None:
                yield from self._global(member)
                yield from (Exported(member, item.value, member=member) for item in returned)
            else:
                yield from returned
            return
        yield from (item for item in self._declared if item.name == (member or "default"))
        whole = [item for item in self._declared if item.name == "="]
        if member in {None, "default"}:
            yield from whole
        else:
            yield from (Exported(member or "", item.value, member=member) for item in whole)
            yield from (
                Exported(member or "", None, item.module, member) for item in self._declared if item.name == "*"
            )

    def names_of(self, function: Function) -> frozenset[str]:
        """The names under which others can import a function, or what a wrapper makes of it: `exports.f = safe(f)`."""
        given = wrapped(self._names, function)
        holder = self._names.parent(given)
        target = holder.target if isinstance(holder, Assign) else None
        local = target.id if isinstance(target, Name) else self._names.name_of(function)
        if self._hands_out_globals:
            return frozenset({local}) if local else frozenset()
        found = {
            item.name
            for item in self._declared
            if item.value is given or (isinstance(item.value, Name) and item.value.id == local and local)
        }
        if given is not function and local:
            # `module.exports = { getToken }` hands it on in a record.
            found.add(local)
        return frozenset(found - {"*"})

    def _global(self, member: str) -> Iterator[Exported]:
        name = self._names.at_end(member)
        if self._names.binding_scope(name) is not None:
            yield Exported(member, name)
        elif self._names.traits.opens_namespaces:
            handed_on = (item.module for item in self._names.nodes(Export))
            yield from (Exported(member, None, module, member) for module in handed_on if module is not None)
        elif self._names.is_python:
            yield from (Exported(member, None, module, member) for module in self._names.star_imports())


def _declared(names: Names) -> Iterator[Exported]:
    """The exports of a JavaScript module; "*" hands on everything of a module, "=" is `module.exports` itself."""
    for export in names.nodes(Export):
        if export.module is None:
            yield Exported(export.exported, export.local)
        else:
            member = export.local.id if isinstance(export.local, Name) else None
            yield Exported(export.exported, None, export.module, member)
    for assign in names.nodes(Assign):
        name = _assigned_export(assign.target)
        if name is not None:
            yield Exported(name, assign.value)


def _assigned_export(target: Expr) -> str | None:
    match target:
        case Member(object=Name(id="module"), name="exports"):
            return "="
        case Member(object=Name(id="exports"), name=name):
            return name
        case Member(object=Member(object=Name(id="module"), name="exports"), name=name):
            return name
        case _:
            return None


def wrapped(names: Names, function: Function) -> Expr:
    """The outermost call that is given a function as its last argument: `asyncHandler(async (req, res) => ...)`."""
    given: Expr = function
    for _ in range(_DEEPEST_WRAPPER):
        call = names.parent(given)
        call = names.parent(call) if isinstance(call, Argument) else call
        if not isinstance(call, Call) or not call.arguments or call.arguments[-1].value is not given:
            break
        given = call
    return given
