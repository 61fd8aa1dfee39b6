"""Who uses what: the files that import a module, and the calls of a function in other files.

A question is answered by looking for a word in the bytes of the project's files first; only those that mention it are
parsed.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from lk_audit.project.files import family_of
from lk_audit.project.holding import is_held, is_in_record, is_kept
from lk_audit.project.imports import ImportEdge, import_edges, targets
from lk_audit.project.mentions import Acquaintance, Mentions, taking
from lk_audit.project.method_calls import calls_method, is_taken_from
from lk_audit.project.use_forms import (
    CALLED,
    IMPORTED,
    METHOD_PASSED,
    PASSED,
    RENAMED,
    constructed,
    method_called,
)
from lk_audit.project.use_nodes import candidates, is_value, may_be_given, means, renamings
from lk_audit.project.visibility import Visibility
from lk_audit.standing import Form
from lk_audit.syntax import (
    Call,
    Class,
    Function,
    Member,
    Name,
)
from lk_audit.values.callgraph import CONSTRUCTORS, last_name
from lk_audit.values.model import Defined, Given

if TYPE_CHECKING:
    from lk_audit.project.code_module import CodeModule
    from lk_audit.project.modules import Project

Found = TypeVar("Found")

_MOST_WORDS = 8
_MAKING = frozenset({"__init__", "constructor"})
"""Methods that are called by the name of their class."""
_NAMELESS = frozenset({"index", "__init__", "main", "mod"})
"""Stems of files that others import by the name of their folder."""
_OF_VALUES = frozenset({"python", "javascript", "go", "rust"})
"""Families of languages in which nobody hands a function over as text with its name."""


class Use(Struct, frozen=True, eq=False):
    """A call in another file."""

    module: CodeModule
    call: Call


class Usage:
    """Looks from what is defined to what uses it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._mentions = Mentions(project.files, project.manifests)
        self._visibility = Visibility(project.files, project.manifests)
        self._callers: dict[Function, tuple[Use, ...]] = {}
        self._importers: dict[str, tuple[ImportEdge, ...]] = {}
        self._words: dict[Function, list[str]] = {}
        self._passed_on: dict[Function, bool] = {}

    def forget(self) -> None:
        """Drop what refers to parsed modules."""
        self._callers.clear()
        self._importers.clear()
        self._words.clear()
        self._passed_on.clear()

    def callers(self, module: CodeModule, function: Function) -> tuple[Use, ...]:
        """The calls of a function in other files, tests left out."""
        known = self._callers.get(function)
        if known is not None:
            return known
        self._callers[function] = ()
        found = tuple(use for use in self._find_callers(module, function) if _is_in_use(use, function))
        del self._callers[function]
        return self._kept(self._callers, function, found)

    def _kept(self, known: dict[Function, Found], function: Function, found: Found) -> Found:
        """What was found out about a function, kept unless whoever asks next may find out more."""
        if not self._project.effort.gives_up():
            known[function] = found
        return found

    def importers(self, path: str) -> tuple[ImportEdge, ...]:
        """The imports of a file in others, tests left out."""
        known = self._importers.get(path)
        if known is None:
            known = self._importers[path] = tuple(self._find_importers(path))
        return known

    def mentions(
        self, path: str, *words: str, forms: tuple[Form, ...] = (), may: Callable[[bytes], bool] | None = None
    ) -> Iterator[CodeModule]:
        """The modules of the files that mention one of some words, see `Mentions.users`.

        `may` tells from the bytes of a file whether there can be anything in it that is asked for.
        """
        for other in self._mentions.users(path, words, forms):
            if self._project.effort.gives_up():
                return
            if may is None or may(self._project.files.data(other)):
                yield from self._project.modules(other)

    def users(
        self, module: CodeModule, function: Function, word: str, forms: tuple[Form, ...] = ()
    ) -> Iterator[CodeModule]:
        """The modules of the files that mention `word`, by which a function is known, and can know the function."""
        for other in self._users(module, function, word, forms):
            if self._project.effort.gives_up():
                return
            yield from self._project.modules(other)

    def handing_over(
        self, module: CodeModule, function: Function, word: str, may: Callable[[bytes], bool]
    ) -> Iterator[CodeModule]:
        """The modules of the files that may hand a function over, whatever they call it there.

        `may` tells from the bytes of a file whether there can be anybody in it to whom it is handed.
        """
        is_value = module.names.traits.family in _OF_VALUES and word not in self._import_words(module.path)
        for other in self._users(module, function, word, _passed(module, function) if is_value else ()):
            if may(self._project.files.data(other)):
                yield from self._project.modules(other)

    def _users(self, module: CodeModule, function: Function, word: str, forms: tuple[Form, ...]) -> list[str]:
        is_method = module.names.owner(function) is not None
        acquaintance: Acquaintance | None = None
        if is_method and not module.is_go:
            acquaintance = self._class_acquaintance(module, function)
        elif module.is_python:
            acquaintance = taking(word)
        found = list(self._mentions.users(module.path, (word,), forms, acquaintance))
        return self._visibility.knowing(module.source, function, word, found, forms, is_method=is_method)

    # --- imports ------------------------------------------------------------------------------------------------------

    def _find_importers(self, path: str) -> Iterator[ImportEdge]:
        seen: set[str] = set()
        forms = IMPORTED.get(family_of(path) or "", ())
        for word in self._import_words(path):
            found = [module for module in self.mentions(path, word, forms=forms) if module.path not in seen]
            for module in found:
                yield from (edge for edge in import_edges(module) if self._address(path) in targets(module, edge))
            seen.update(module.path for module in found)

    def _address(self, path: str) -> str:
        """What imports of a file come out at: itself, or the folder of its package or module."""
        if family_of(path) == "swift":
            return self._project.resolution.swift_module(path)
        return posixpath.dirname(path) if family_of(path) in {"go", "jvm"} else path

    def _import_words(self, path: str) -> Iterator[str]:
        """What an import of a file must spell: its stem, or the name of its folder or package."""
        yield from self._module_words(path)
        package = self._project.manifests.package_for(path) if family_of(path) == "javascript" else None
        if package is not None and package.name:
            yield package.name

    def _module_words(self, path: str) -> Iterator[str]:
        """What an import must spell that names the very file: its stem, or its folder."""
        folder, name = posixpath.split(path)
        if family_of(path) == "go":
            yield posixpath.basename(folder) or self._project.manifests.go_modules.get("", "") or "."
            return
        stem = name.lstrip(".").partition(".")[0]
        if family_of(path) == "rust" and stem == "main":
            return  # Only modules of the program itself can take something from there.
        yield stem
        if stem in _NAMELESS:
            yield posixpath.basename(folder) or "."

    # --- calls --------------------------------------------------------------------------------------------------------

    def _find_callers(self, module: CodeModule, function: Function) -> Iterator[Use]:
        names = module.names
        owner = names.owner(function)
        if owner is not None:
            makes, family = function.name in _MAKING, names.traits.family
            called = owner.name if makes else names.name_of(function)
            if called:
                forms = constructed(family) if makes else method_called(family)
                yield from self._method_calls(module, owner, function, called, forms)
            return
        if names.enclosing_function(function) is not None and not is_in_record(names, function):
            return
        forms = method_called(names.traits.family) if is_held(names, function) else CALLED
        for word in self.words_for(module, function):
            yield from self._calls(module, function, word, forms)

    def words_for(self, module: CodeModule, function: Function) -> list[str]:
        """What another file must spell to use a function: its name, those it is handed on by, or its module's."""
        known = self._words.get(function)
        if known is None:
            known = self._kept(self._words, function, self._find_words(module, function))
        return known

    def _find_words(self, module: CodeModule, function: Function) -> list[str]:
        if is_kept(module, function):
            return []
        words = {module.names.name_of(function), *self._other_words(module, function)} - {""}
        pending = sorted(words) if module.is_python or module.names.traits.exports_values else []
        while pending and len(words) < _MOST_WORDS:
            word = pending.pop()
            users = self.users(module, function, word, RENAMED)
            renamed = {new for other in users for new in renamings(other, word)} - words
            words |= renamed
            pending += sorted(renamed)
        return sorted(words)

    def _other_words(self, module: CodeModule, function: Function) -> Iterator[str]:
        """Other words that a caller may know a function by: its module, when it is the default export."""
        exported = module.exports.names_of(function)
        yield from exported - {"default", "="}
        if exported & {"default", "="}:
            yield from self._import_words(module.path)

    def _calls(self, module: CodeModule, function: Function, word: str, forms: tuple[Form, ...]) -> Iterator[Use]:
        is_nameless = word in self._import_words(module.path)
        is_inner = module.names.enclosing_function(function) is not None
        for other in self.users(module, function, word, () if is_nameless else forms):
            for call in candidates(other, {module.names.name_of(function), word}, module.path):
                values = other.evaluator.evaluate_here(call.callee)
                if is_inner and may_be_given(call) and any(isinstance(value, Given) for value in values):
                    values = other.evaluator.evaluate(call.callee)  # what others give it: `createRouter(tokens)`
                if any(isinstance(value, Defined) and value.definition is function for value in values):
                    yield Use(other, call)

    def is_passed_on(self, module: CodeModule, function: Function) -> bool:
        """Whether another file hands a function to somebody who may call it: a router, a table of handlers."""
        known = self._passed_on.get(function)
        if known is None:
            known = self._kept(self._passed_on, function, self._find_passed_on(module, function))
        return known

    def _find_passed_on(self, module: CodeModule, function: Function) -> bool:
        if module.names.name_of(function) in CONSTRUCTORS:
            return False
        for word in self.words_for(module, function):
            for other in self.users(module, function, word, _passed(module, function)):
                uses: tuple[Name | Member, ...] = (*other.names.mentions(word), *other.names.members_named(word))
                if any(is_value(other, use) and means(other, use, function) for use in uses):
                    return True
        return False

    def _method_calls(
        self, module: CodeModule, owner: Class, function: Function, called: str, forms: tuple[Form, ...]
    ) -> Iterator[Use]:
        known = set(module.names.callers(function))
        for other in (module, *self.users(module, function, called, forms)):
            for call in other.names.calls_of(called):
                if call in known:
                    continue
                is_one = calls_method(self._project, other, call, owner, function)
                if is_one or is_taken_from(other, call, module.path):
                    yield Use(other, call)

    def _class_acquaintance(self, module: CodeModule, function: Function) -> Acquaintance:
        """With an object of a method's class: a file names the class, or one after it, or the file that declares it.

        Or it names what the class says that it implements.
        """
        owner = module.names.owner(function)
        name = owner.name if owner is not None else ""
        texts = [name, name[:1].lower() + name[1:]]
        if owner is not None and module.names.traits.implements_by_name:
            texts += map(last_name, owner.bases)
        return Acquaintance(
            texts=tuple(text.encode() for text in texts if text),
            words=tuple(word.encode() for word in self._module_words(module.path) if word),
            forms=IMPORTED.get(module.names.traits.family, ()),
        )


def _is_in_use(use: Use, function: Function) -> bool:
    return any(use.module.names.graph.without_tests(function, (use.call,)))


def _passed(module: CodeModule, function: Function) -> tuple[Form, ...]:
    """How a function looks where it is handed over."""
    is_method = module.names.owner(function) is not None
    return METHOD_PASSED if is_method and module.names.traits.family in _OF_VALUES else PASSED
