"""What names mean that a file does not define: imports, parts of them, and globals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.values import builtins, dialects, environment
from lk_audit.values.model import Environment, Possible, Reference, Step, Value
from lk_audit.values.possible import bounded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lk_audit.syntax import Expr
    from lk_audit.values.evaluator import Evaluator
    from lk_audit.values.names import Origin

_DEEPEST_MODULE = 6


class References:
    """Looks up for one evaluator what other files and libraries hold."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def of_origin(self, origin: Origin, expr: Expr) -> Possible:
        """What an import, a part of it, or a global can be."""
        linked = self._linked(origin, expr) if origin.module is not None else None
        if linked is not None:
            return linked
        if origin.module is None and (len(origin.members) == 1 or self._evaluator.names.traits.opens_namespaces):
            linked = self._from_star(origin.members[0])
            if linked is not None:
                return self._parts(linked, origin.members[1:], expr)
        return self.named(self._evaluator.names.full_name(origin), expr)

    def named(self, name: str, origin: Expr, trace: tuple[Step, ...] = ()) -> Possible:
        """What a full name stands for: what a language or a library says of it, or a reference to it."""
        language = self._evaluator.names.module.language
        read = dialects.simple_name(name, language)
        value = (
            dialects.implied(name, origin, language)
            or environment.variable(read, origin)
            or self._library_constant(read, origin, language)
            or builtins.constant(name, origin, language)
            or Reference(origin=origin, name=name)
        )
        found = (replace(value, trace=trace) if trace else value,)
        return self._evaluator.calls.as_set(found) if isinstance(value, Environment) else found

    def _library_constant(self, name: str, origin: Expr, language: str) -> Value | None:
        """A constant of the language's library, or a property of one: `DateTime.UtcNow.Date`."""
        found = dialects.constant(name, origin, language)
        holder, _, key = name.rpartition(".")
        if found is not None or not holder:
            return found
        value = dialects.constant(holder, origin, language)
        return None if value is None else next(iter(self._evaluator.part(value, key, origin)), None)

    def _linked(self, origin: Origin, expr: Expr) -> Possible | None:
        """What the project holds under an import: a member of the module, or of a module inside it."""
        if self._evaluator.linker is None or origin.module is None:
            return None
        module = origin.module
        if module.endswith(".json"):
            members = origin.members[1:] if origin.members[:1] == ("default",) else origin.members
            return self._parts(self._evaluator.linker.data_file(module, expr, is_import=True), members, expr) or None
        for index, member in enumerate(origin.members[:_DEEPEST_MODULE]):
            found = self._evaluator.linker.imported(module, member)
            if found is not None:
                return self._parts(found, origin.members[index + 1 :], expr)
            module = self._evaluator.names.join(module, member)
        return None if origin.members else self._evaluator.linker.imported(module, None)

    def _parts(self, values: Possible, members: Iterable[str], expr: Expr) -> Possible:
        for member in members:
            values = bounded((item for value in values for item in self._evaluator.part(value, member, expr)), expr)
        return values

    def _from_star(self, name: str) -> Possible | None:
        if self._evaluator.linker is None:
            return None
        found = (self._evaluator.linker.imported(module, name) for module in self._evaluator.names.star_imports())
        return next((values for values in found if values is not None), None)
