"""One file under examination: its source, names and values, and how spans of it become places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TypeVar, cast

from msgspec import Struct, field

from lk_audit.extractors.secret_names import SecretNames
from lk_audit.facts import FileRole, Lead
from lk_audit.hints import NOTHING, Hints
from lk_audit.livekit.sdks import METHODS, Family, family, is_known
from lk_audit.patterns import regex
from lk_audit.project.code_module import CodeModule
from lk_audit.project.modules import Project
from lk_audit.roles import file_role
from lk_audit.source import Place, Source
from lk_audit.syntax import Call, Class, Expr, Function, ImportedName, Literal, Member, Module, Name, Node
from lk_audit.values import model
from lk_audit.values.evaluator import Evaluator
from lk_audit.values.model import Possible, Step, Value
from lk_audit.values.names import Names
from lk_audit.values.parameters import argument_for
from lk_audit.values.possible import located

_VERSION = regex(r"([0-9]{1,6})")
_TESTING = (b"test", b"Test", b"describe(", b"junit", b"Xunit", b"NUnit", b"RSpec", b"spec_helper")
"""One of these is in every file of tests."""

Built = TypeVar("Built")
IsRequest = Callable[[Value], bool]
"""Tells of a value whether it is a part of the request that is being answered."""


class Workspace:
    """The files of a scan as extractors see them."""

    def __init__(self, project: Project, hints: Hints = NOTHING) -> None:
        self.project = project
        self.hints = hints
        self.secret_names = SecretNames(hints)
        self._contexts: dict[CodeModule, FileContext] = {}
        self._shared: dict[object, object] = {}

    def context(self, code: CodeModule) -> FileContext:
        """The context of a module; always the same."""
        known = self._contexts.get(code)
        if known is None:
            known = self._contexts[code] = FileContext(code, self)
        return known

    def contexts(self, path: str) -> tuple[FileContext, ...]:
        """The contexts of a file's modules; none for a file without code."""
        return tuple(self.context(code) for code in self.project.modules(path))

    def mentioning(self, home: FileContext, *words: str) -> Iterator[FileContext]:
        """The file at hand where it mentions one of some words, and the others of the project that do."""
        if any(word.encode() in home.source.data for word in words):
            yield home
        for module in self.project.usage.mentions(home.source.path, *words):
            yield self.context(module)

    def shared(self, build: Callable[[Workspace], Built]) -> Built:
        """What `build` makes of the workspace, made once."""
        if build not in self._shared:
            self._shared[build] = build(self)
        return cast("Built", self._shared[build])

    def forget(self, most_kept: int = 0) -> None:
        """Drop what was found out, and all but `most_kept` bytes of what was parsed."""
        for context in self._contexts.values():
            context.release()
        self._contexts.clear()
        self._shared.clear()
        self.project.forget(most_kept)


class FileContext(Struct, eq=False, dict=True):
    """What an extractor may ask about a file of code."""

    code: CodeModule
    workspace: Workspace
    _built: dict[object, object] = field(default_factory=dict)

    def release(self) -> None:
        """Let go of what was built, which refers to this context; see `CodeModule.release`."""
        self._built.clear()
        self.__dict__.clear()

    @property
    def source(self) -> Source:
        return self.code.source

    @property
    def module(self) -> Module:
        return self.code.syntax

    @property
    def names(self) -> Names:
        return self.code.names

    @property
    def evaluator(self) -> Evaluator:
        return self.code.evaluator

    @property
    def project(self) -> Project:
        return self.code.project

    def name_elsewhere(self, expr: Node) -> str:
        """The last part of a dotted name as its module has it, whatever an import calls it here; empty without one."""
        called = expr.callee if isinstance(expr, Call) else expr
        if isinstance(called, Name):
            for definition in self.names.definitions(called):
                if isinstance(definition.node, ImportedName) and definition.node.member not in (None, "*", "default"):
                    return definition.node.member or ""
        return last_name(expr) or ""

    @cached_property
    def sdks(self) -> Family:
        """The SDKs and JWT libraries of the file's language."""
        return family(self.names.traits.family)

    @property
    def secret_names(self) -> SecretNames:
        return self.workspace.secret_names

    @cached_property
    def role(self) -> FileRole:
        """What the file is for, by its path; a file of tests also by the framework that it uses."""
        known = file_role(self.source.path)
        if known is FileRole.TEST or not any(word in self.source.data for word in _TESTING):
            return known
        from lk_audit.extractors.test_frameworks import is_test  # noqa: PLC0415 - few files speak of tests

        return FileRole.TEST if is_test(self.source.data, self.names.traits.family) else known

    @cached_property
    def sdk_major(self) -> int:
        """The major version of livekit-server-sdk that the file's package asks for; 2 where it does not say."""
        package = self.project.manifests.package_for(self.source.path)
        version = _VERSION.search(package.version_of("livekit-server-sdk")) if package is not None else None
        return int(version.group(1)) if version is not None else 2

    @cached_property
    def has_old_sdk(self) -> bool:
        """Whether the file's project uses an SDK of LiveKit before the version that changed what a token holds.

        That is 2.0 of livekit-server-sdk for JavaScript, 0.7 of the one for Ruby, and 0.8 of livekit-api for Rust.
        """
        manifests, path = self.project.manifests, self.source.path
        match self.names.traits.family:
            case "javascript":
                return self.sdk_major == 1
            case "ruby":
                return manifests.is_gem_below(path, "livekit-server-sdk", (0, 7))
            case "rust":
                return manifests.is_crate_below(path, "livekit-api", (0, 8))
            case _:
                return False

    def home(self, node: Node) -> FileContext:
        """The context of the file that `node` belongs to; this one for a node that belongs to none."""
        if self.code.holds(node):
            return self
        code = self.project.module_of(node)
        return self.workspace.context(code) if code is not None else self

    def built(self, build: Callable[[FileContext], Built]) -> Built:
        """What `build` makes of this context, made once."""
        if build not in self._built:
            self._built[build] = build(self)
        return cast("Built", self._built[build])

    @property
    def language(self) -> str:
        """The language of the file, also where it is written in a dialect of it, such as TypeScript."""
        return "javascript" if self.names.is_javascript else self.module.language

    @property
    def is_python(self) -> bool:
        return self.module.language == "python"

    @property
    def is_go(self) -> bool:
        return self.module.language == "go"

    @property
    def is_jvm(self) -> bool:
        return self.names.is_jvm

    def qualified(self, expr: Expr) -> str | None:
        """The full name of what `expr` names, as the tables of SDKs spell it; None for anything but a name.

        Where imports open whole namespaces, the one in which LiveKit or a JWT library has the name.
        """
        name = self.names.qualified(expr)
        if name is None or not self.names.traits.opens_namespaces:
            return name
        full = (f"{namespace}.{name}" for namespace in self.names.namespaces())
        return next((item for item in full if is_known(item, self.sdks)), name)

    def called(self, call: Call) -> str:
        """The full name of what is called, also of a method, by what its receiver is an instance of; else empty."""
        name = self.qualified(call.callee)
        if name is not None or not isinstance(call.callee, Member) or call.callee.name not in METHODS:
            return name or ""
        for value in self.values(call.callee.object):
            if isinstance(value, model.Returned) and value.callee and not value.members:
                return f"{value.callee}.{call.callee.name}"
        return ""

    def values(self, expr: Expr | None) -> Possible:
        """What `expr`, in whatever file, can be; nothing for no expression."""
        if expr is None:
            return ()
        home = self.home(expr)
        values = home.evaluator.evaluate(expr)
        return values if home is self else located(values, home.source.path)

    def values_here(self, expr: Expr) -> Possible:
        """What `expr` can be as far as its own file tells, without a look at who calls the function around it."""
        home = self.home(expr)
        values = home.evaluator.evaluate_here(expr)
        return values if home is self else located(values, home.source.path)

    def functions_meant(self, expr: Expr) -> Iterator[Function]:
        """The functions that `expr` can be, defined in whatever file."""
        found = (value.definition for value in self.values(expr) if isinstance(value, model.Defined))
        return (item for item in found if isinstance(item, Function))

    def classes_meant(self, expr: Expr) -> Iterator[Class]:
        """The classes that `expr` can be, defined in whatever file."""
        found = (value.definition for value in self.values(expr) if isinstance(value, model.Defined))
        return (item for item in found if isinstance(item, Class))

    def place(self, node: Node) -> Place:
        """The place of a node of this file, or of any file of the project."""
        return self.home(node).source.place(node.start, node.end)

    def leads(self, trace: tuple[Step, ...]) -> tuple[Lead, ...]:
        """The steps of a value's trace as places."""
        return tuple(Lead(place, step.note) for step in trace if (place := self.step_place(step)) is not None)

    def step_place(self, step: Step) -> Place | None:
        """Where a step of a trace is, which may be another file."""
        source = self.source if step.path is None else self.project.files.source(step.path)
        return None if source is None else source.place(step.start, step.end)

    def lead(self, node: Node, note: str) -> Lead:
        return Lead(self.place(node), note)

    def function_of(self, node: Node) -> Node:
        """The function around a node, or the whole module."""
        return self.names.enclosing_function(node) or self.module

    def member_place(self, member: model.Member) -> Place:
        """The place of a member: `key: value` when it fits on the key's line, else the key."""
        key = self.place(member.key)
        if not member.values:
            return key
        source = self.home(member.key).source
        value = member.values[0].origin
        on_key_line = value.start >= member.key.end and source.line_number(value.end) == key.line
        between = source.data[member.key.end : value.start] if on_key_line else b""
        if on_key_line and between.strip(b"'\"] ?") in {b":", b"="}:
            return source.place(member.key.start, value.end)
        return key


def handed_over_at(context: FileContext, value: Value, start: int, end: int) -> Place | None:
    """Where a value comes into the span from `start` to `end` from outside it: the first step of its trace there.

    Where a helper makes a promise of it, nothing is handed over yet.
    """
    here = context.source.path
    promise = value.call if isinstance(value, model.Returned) and value.call.is_new else None
    steps = (step for step in value.trace if promise is None or not step.start <= promise.start < step.end)
    outside = (step for step in steps if step.path not in {None, here} or not start <= step.start < end)
    step = next(outside, None)
    return context.step_place(step) if step is not None else None


def argument(call: Call, position: int | None, *names: str) -> Expr | None:
    """The argument of a call by keyword, else by position; None when absent or hidden behind a spread."""
    found = argument_for(call, position, *names)
    return None if found is None else found.value


def first_text(call: Call) -> str | None:
    """The text that the first argument of a call spells out."""
    first = call.arguments[0].value if call.arguments else None
    return first.value if isinstance(first, Literal) and isinstance(first.value, str) else None


def last_name(expr: Node) -> str | None:
    """The last part of a dotted name, also of what is called: `c` of `a.b.c(...)`."""
    while isinstance(expr, Call):
        expr = expr.callee
    if isinstance(expr, Member):
        return expr.name
    return expr.id if isinstance(expr, Name) else None
