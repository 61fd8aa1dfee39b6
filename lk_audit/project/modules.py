"""The modules of a project, parsed when a question leads to them, and linked to each other."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterator
from functools import cached_property, partial

from msgspec import Struct
from msgspec.structs import replace

from lk_audit import frontends
from lk_audit.frontends.parsing import TooHardError
from lk_audit.generated import is_generated
from lk_audit.languages import traits
from lk_audit.machine import memory
from lk_audit.machine.budget import OutOfTime, seconds_of, time_limit
from lk_audit.project.autoload import Autoload
from lk_audit.project.declared import CSHARP, Declared
from lk_audit.project.exports import Exports
from lk_audit.project.files import Files, family_of
from lk_audit.project.manifests import Manifests
from lk_audit.project.resolution import Resolution
from lk_audit.project.spelled import Spelled
from lk_audit.project.usage import Usage
from lk_audit.source import Source
from lk_audit.syntax import Block, Call, Class, Function, Import, Module, Node, Parsed
from lk_audit.values.evaluator import Evaluator
from lk_audit.values.frames import Effort
from lk_audit.values.model import Duration, Mapped, Moment, Number, Possible, Step, Value
from lk_audit.values.names import Names
from lk_audit.values.possible import located, shown

_NOTHING = Module(0, 0, "", Block(0, 0, ()))
_SYNTAX = 22
"""Bytes that a byte of code takes when it is parsed."""


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


TOO_DEEP = "nested too deeply to be analysed"


class Project:
    """What the files of one scan are to each other.

    `unusable` tells of files whose code is too much for an analysis why they have none.
    """

    def __init__(self, files: Files, unusable: dict[str, str] | None = None) -> None:
        self.files = files
        self.unusable = {} if unusable is None else unusable
        self.manifests = Manifests(files)
        self.resolution = Resolution(files, self.manifests)
        self.autoload = Autoload(files, self.manifests)
        self.declared = Declared(files)
        self._spelled = Spelled(files)
        self.effort = Effort()
        self.usage = Usage(self)
        self.bytes_parsed = 0
        self._modules: dict[str, tuple[CodeModule, ...]] = {}
        self._inner: dict[tuple[str, str], str | None] = {}
        self._under_way: set[tuple[str, str | None]] = set()
        self._in_vain: set[tuple[str, str | None]] = set()

    def modules(self, path: str) -> tuple[CodeModule, ...]:
        """The code of a file: none where it holds none, several for a page whose scripts run on both sides."""
        known = self._modules.pop(path, None)
        if known is None:
            source = self.files.source(path) if family_of(path) is not None else None
            known = self._made(source) if source is not None else ()
            self.bytes_parsed += len(known[0].source.data) if known else 0
        # The last one is what was asked for last.
        self._modules[path] = known
        return known

    def _made(self, source: Source) -> tuple[CodeModule, ...]:
        found = tuple(CodeModule(source, part, self) for part in self._parsed(source) if isinstance(part, Module))
        if any(module.names.is_too_deep for module in found):
            self.unusable[source.path] = TOO_DEEP
            return ()
        return found

    def _parsed(self, source: Source) -> tuple[Parsed, ...]:
        """The parsed forms of a file; none where that takes too long, or what comes of it would.

        A file that others import must not take their time, so its own is measured apart. What a program has written
        declares messages, large ones, and no values that anybody asks for.
        """
        if source.path in self.unusable or is_generated(source.data):
            return ()
        memory.claim(len(source.data) * _SYNTAX)
        seconds = seconds_of(len(source.data)) / 2
        try:
            with time_limit(seconds):
                return frontends.parsed(source)
        except OutOfTime:
            self.unusable[source.path] = f"takes longer than {seconds:.0f} s to parse"
        except TooHardError as error:
            self.unusable[source.path] = str(error)
        return ()

    def prepare(self, families: Collection[str]) -> None:
        """Find out what every process would find out for itself, for code of these language families."""
        self.files.prepare()
        self.manifests.prepare(families)
        self.resolution.prepare()
        self.files.forget()

    def forget(self, most_kept: int = 0) -> None:
        """Drop what was found out and most of what was parsed, to bound the memory of a large scan.

        What was asked for last stays parsed, up to `most_kept` bytes of code: the next questions lead there again.
        """
        kept: dict[str, tuple[CodeModule, ...]] = {}
        size = 0
        for path, modules in reversed(self._modules.items()):
            size += len(modules[0].source.data) if modules else 0
            for module in modules:
                module.release(keeps_syntax=size <= most_kept)
            if size <= most_kept:
                kept[path] = modules
        self._modules = dict(reversed(kept.items()))
        self.bytes_parsed = sum(len(modules[0].source.data) for modules in kept.values() if modules)
        self._spelled.forget()
        self._inner.clear()
        self.usage.forget()

    def module_of(self, node: Node) -> CodeModule | None:
        """The module that a syntax node is part of."""
        lately = reversed(self._modules.values())
        return next((module for known in lately for module in known if module.holds(node)), None)

    def exported(self, path: str, member: str | None) -> Possible | None:
        """What a module hands out under a name (None for the module itself); None when it is not known to."""
        key = (path, member)
        if key in self._under_way or key in self._in_vain:
            return None
        self._under_way.add(key)
        try:
            found = next(self._exported(path, member), None)
        finally:
            self._under_way.discard(key)
        # Where modules import each other with stars, there are more ways through them than anybody can go.
        if found is None:
            self._in_vain.add(key)
        if not self._under_way:
            self._in_vain.clear()
        return found

    def inner_module(self, path: str, name: str) -> str | None:
        """The file of the module that a Python file imports under a name: `from . import tokens as livekit`."""
        key = (path, name)
        if key not in self._inner:
            self._inner[key] = next(self._inner_modules(path, name), None)
        return self._inner[key]

    def _inner_modules(self, path: str, name: str) -> Iterator[str]:
        for module in self.modules(path) if self._spelled.may_hand_out(path, name) else ():
            for statement in module.names.nodes(Import):
                for item in statement.names:
                    if item.local == name and item.member != "*":
                        written = statement.module
                        found = module.target(module.names.join(written, item.member) if item.member else written)
                        yield from () if found is None else (found,)

    def _exporting(self, path: str, member: str | None) -> Iterator[CodeModule]:
        """The modules that an import comes out at: one, or the files of a package that mention the name."""
        if member is None or self._spelled.may_hand_out(path, member):
            yield from self.modules(path)
        if member is not None:
            for other in self.declared.csharp(member) if path == CSHARP else self.resolution.declaring(path, member):
                yield from self.modules(other)
            for other in self.resolution.package_declaring(path, member):
                yield from self.modules(other)

    def extending(self, module: CodeModule, kind: str) -> Iterator[CodeModule]:
        """The other modules of a Go file's package that declare a type, and methods of it."""
        declaring = self.resolution.package_declaring(module.address, kind)
        extending = self.resolution.package_extending(module.address, kind)
        for path in dict.fromkeys((*declaring, *extending)):
            if path != module.path:
                yield from self.modules(path)

    def _exported(self, path: str, member: str | None) -> Iterator[Possible]:
        for module in self._exporting(path, member):
            evaluator = module.evaluator
            for export in module.exports.of(member):
                if export.module is not None:
                    target = module.target(export.module)
                    found = self.exported(target, export.member) if target is not None else None
                elif export.member is not None:
                    values = evaluator.evaluate(export.value) if export.value is not None else ()
                    found = tuple(
                        item
                        for value in map(_signposted, values)
                        for item in evaluator.part(value, export.member, value.origin)
                    )
                else:
                    found = evaluator.evaluate(export.value) if export.value is not None else None
                if found is not None:
                    yield located(tuple(map(_signposted, found)), module.path)


def _signposted(value: Value) -> Value:
    """A record whose numbers and time spans say where in the record they stand."""
    if not isinstance(value, Mapped):
        return value
    members = {
        name: replace(member, values=tuple(_pointed_at(item, name, member.key) for item in member.values))
        for name, member in value.members.items()
    }
    return replace(value, members=members)


def _pointed_at(value: Value, name: str, key: Node) -> Value:
    if not isinstance(value, Number | Duration | Moment):
        return _signposted(value)
    return replace(value, trace=(Step(key.start, key.end, shown((value,), name)), *value.trace))


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

    def mentioning(self, word: str) -> Iterator[Evaluator]:
        """The evaluators of the other files that mention a word."""
        return (module.evaluator for module in self._project.usage.mentions(self._module.path, word))

    def setting(self, name: str) -> tuple[float, Step] | None:
        """The number that a settings file of the module's framework has for a setting, and where."""
        from lk_audit.project.settings_files import SettingsFiles  # noqa: PLC0415 - few modules have any

        settings = self._project.files.shared(SettingsFiles)
        return settings.number(self._module.path, self._module.names.traits.family, name)

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
