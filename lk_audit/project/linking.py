"""What other files of a project say of the values of one: its imports, and the callers of its functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lk_audit.standing import Form
from lk_audit.syntax import Call, Class, Expr, Function, Node
from lk_audit.values.evaluator import Evaluator
from lk_audit.values.model import Possible, Step

if TYPE_CHECKING:
    from lk_audit.project.code_module import CodeModule


class ModuleLinker:
    """What the rest of the project tells the evaluator of one module."""

    def __init__(self, module: CodeModule) -> None:
        self._module = module
        self._project = module.project

    def imported(self, module: str, member: str | None) -> Possible | None:
        """What `member` of `module`, as the file writes it, can be; None when it is not in the project."""
        path = self._module.target(module)
        if self._module.is_python:
            path = path or self._inner_module(module)
            if path is not None and member is not None and self._project.inner_module(path, member) is not None:
                # Nor is a module that a package has taken in.
                return None
        if self._module.syntax.language == "rust" and member and self._module.target(f"{module}.{member}") is not None:
            # A module inside the module is no value; what is taken from it is looked up there.
            return None
        if path is None and self._module.is_jvm and member is not None:
            return self._of_class(module, member)
        if path is None and member is not None and self._module.names.traits.finds_by_name:
            # A class is in a file of its own, which its full name leads to.
            path = self._module.target(f"{module}.{member}")
            if path == self._module.path:
                return None
        return self._project.exported(path, member) if path is not None else None

    def _inner_module(self, module: str) -> str | None:
        """The file of a module that a package has under another name than its file: `package.livekit`."""
        name = module.rpartition(".")[2]
        package = module.removesuffix(name)
        path = self._module.target(package.rstrip(".") or package) if name and package else None
        return self._project.inner_module(path, name) if path is not None else None

    def _of_class(self, name: str, member: str) -> Possible | None:
        """What `import static package.Class.member` and `import package.Object.member` take."""
        package, _, owner = name.rpartition(".")
        path = self._module.target(package) if package else None
        values = self._project.exported(path, owner) if path is not None else None
        if values is None:
            return None
        evaluator = self._module.evaluator
        return tuple(item for value in values for item in evaluator.part(value, member, value.origin))

    def evaluator_of(self, node: Node) -> Evaluator | None:
        """The evaluator of the file that `node` belongs to."""
        module = self._project.module_of(node)
        return module.evaluator if module is not None else None

    def mentioning(self, word: str, forms: tuple[Form, ...] = ()) -> Iterator[Evaluator]:
        """The evaluators of the other files where a word stands in one of some forms; in any, where there are none."""
        return (module.evaluator for module in self._project.usage.mentions(self._module.path, word, forms=forms))

    def setting(self, name: str) -> tuple[float, Step] | None:
        """The number that a settings file of the module's framework has for a setting, and where."""
        from lk_audit.project.settings_files import SettingsFiles  # noqa: PLC0415 - few modules have any

        settings = self._project.files.shared(SettingsFiles)
        return settings.number(self._module.path, self._module.names.traits.family, name)

    def data_file(self, name: str, origin: Expr, *, is_import: bool = False) -> Possible:
        """What a data file holds that the module opens or imports by a name; nothing where there is no such file."""
        from lk_audit.project.data_files import DataFiles  # noqa: PLC0415 - few modules load any

        files = self._project.files.shared(DataFiles)
        if not is_import:
            return files.opened(self._module.path, name, origin)
        target = self._module.target(name)
        return files.held(target, origin) if target is not None else ()

    def callers(self, function: Function) -> tuple[tuple[Evaluator, Call], ...]:
        """The calls of a function of this file in other files, tests left out."""
        found = self._project.usage.callers(self._module, function)
        return tuple((use.module.evaluator, use.call) for use in found)

    def is_passed_on(self, function: Function) -> bool:
        """Whether another file hands a function of this file to somebody who may call it."""
        return self._project.usage.is_passed_on(self._module, function)

    def other_parts(self, owner: Class) -> tuple[tuple[Evaluator, Class], ...]:
        """Where the rest of a class of this file stands: Go declares methods anywhere in a package."""
        if not self._module.is_go:
            return ()
        return tuple(
            (other.evaluator, part)
            for other in self._project.extending(self._module, owner.name)
            for part in other.names.classes
            if part.name == owner.name
        )
