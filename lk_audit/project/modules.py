"""The modules of a project, parsed when a question leads to them, and linked to each other."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec.structs import replace

from lk_audit import frontends
from lk_audit.frontends.parsing import TooHardError
from lk_audit.generated import is_generated
from lk_audit.machine import memory
from lk_audit.machine.budget import OutOfTime, seconds_of, time_limit
from lk_audit.project.autoload import Autoload
from lk_audit.project.code_module import CodeModule
from lk_audit.project.declared import CSHARP, Declared
from lk_audit.project.files import Files, family_of
from lk_audit.project.manifests import Manifests
from lk_audit.project.resolution import Resolution
from lk_audit.project.spelled import Spelled
from lk_audit.project.usage import Usage
from lk_audit.source import Source
from lk_audit.syntax import Import, Module, Node, Parsed
from lk_audit.values.frames import Effort
from lk_audit.values.model import Duration, Mapped, Moment, Number, Possible, Step, Value
from lk_audit.values.possible import located, shown

_SYNTAX = 22
"""Bytes that a byte of code takes when it is parsed."""


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
