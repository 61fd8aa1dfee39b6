"""One file of code as the rest of a project sees it: its names, its values, and what its imports come out at."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from functools import cached_property, partial
from typing import TYPE_CHECKING

from msgspec import Struct

from lk_audit.languages import traits
from lk_audit.project.declared import CSHARP
from lk_audit.project.exports import Exports
from lk_audit.project.linking import ModuleLinker
from lk_audit.source import Source
from lk_audit.syntax import Block, Module, Node
from lk_audit.values.evaluator import Evaluator
from lk_audit.values.names import Names

if TYPE_CHECKING:
    from lk_audit.project.modules import Project

_NOTHING = Module(0, 0, "", Block(0, 0, ()))


class CodeModule(Struct, eq=False, dict=True):
    """One file of code, or one of the scripts of a page."""

    source: Source
    syntax: Module
    project: Project

    @property
    def path(self) -> str:
        return self.source.path

    @property
    def is_python(self) -> bool:
        return self.syntax.language == "python"

    @property
    def is_go(self) -> bool:
        return self.syntax.language == "go"

    @property
    def is_jvm(self) -> bool:
        return traits(self.syntax.language).family == "jvm"

    @cached_property
    def names(self) -> Names:
        return Names(self.syntax)

    @cached_property
    def evaluator(self) -> Evaluator:
        return Evaluator(self.names, ModuleLinker(self), self.project.effort, self.path)

    @cached_property
    def exports(self) -> Exports:
        return Exports(self.names)

    def target(self, specifier: str) -> str | None:
        """The path of the file that an import here names; where files make up packages, that of a folder."""
        return self._find(self.path, specifier)

    @cached_property
    def _find(self) -> Callable[[str, str], str | None]:
        """What finds the file that a file means by a module, in this language."""
        resolution, language = self.project.resolution, self.syntax.language
        if language == "csharp":
            return lambda _, specifier: CSHARP if specifier == "." else None
        if traits(language).finds_by_name:
            return partial(self.project.autoload.target, language=language)
        finders: dict[str, Callable[[str, str], str | None]] = {
            "python": resolution.python,
            "go": resolution.go,
            **dict.fromkeys(("java", "kotlin"), resolution.jvm),
            "dart": resolution.dart,
            "swift": resolution.swift,
            "rust": self.project.declared.rust,
        }
        return finders.get(language, resolution.javascript)

    @property
    def address(self) -> str:
        """What imports of this module come out at, see `target`."""
        if self.syntax.language == "swift":
            return self.project.resolution.swift_module(self.path)
        return posixpath.dirname(self.path) if self.is_go or self.is_jvm else self.path

    def release(self, *, keeps_syntax: bool = False) -> None:
        """Let go of what was found out by way of other modules; unless `keeps_syntax`, of all.

        What answers questions refers to itself in many ways; taken apart it is freed at once, where the collector would
        have to search through everything that there is for it.
        """
        evaluator = self.__dict__.pop("evaluator", None)
        if evaluator is not None:
            evaluator.__dict__.clear()
        if keeps_syntax:
            return
        names = self.__dict__.get("names")
        if names is not None:
            names.__dict__.clear()
        self.__dict__.clear()
        self.syntax = _NOTHING

    def holds(self, node: Node) -> bool:
        """Whether `node` is part of this module."""
        return "names" in self.__dict__ and (node is self.syntax or self.names.parent(node) is not None)
