"""Which files of a project mention a word, and how it stands there: told from their bytes, so that few are parsed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeAlias

from msgspec import Struct

from lk_audit.facts import FileRole
from lk_audit.patterns import regex
from lk_audit.project.files import Files, family_of
from lk_audit.project.manifests import Manifests, above
from lk_audit.project.use_forms import ALL_TAKEN, IMPORTED
from lk_audit.project.vocabularies import Vocabularies
from lk_audit.roles import file_role
from lk_audit.standing import ANYWHERE, Form, stands

_MOST_FILES = 4_000
"""Files that are searched for a word, those closest to the question first."""
_MOST_USERS = 40
_MARKS = {
    "python": ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt", "Pipfile", "manage.py"),
    "go": ("go.mod",),
    "csharp": (),
    "rust": ("Cargo.lock",),
    "jvm": ("settings.gradle", "settings.gradle.kts", "mvnw", "gradlew"),
    "php": ("composer.json",),
    "ruby": ("Gemfile",),
}
"""Files beside which everything that belongs together is."""
_FEW_USERS = 4
"""Where more files use a method of some name, only those count that also name its class or import its file."""
_TAKEN = (*IMPORTED["python"], Form(regex(rb"\.\s{0,9}\Z"), ANYWHERE))


class Acquaintance(Struct, frozen=True):
    """How a file that may know something looks: it holds a text, or a word in one of some forms, or a pattern."""

    texts: tuple[bytes, ...] = ()
    words: tuple[bytes, ...] = ()
    forms: tuple[Form, ...] = ()
    pattern: re.Pattern[bytes] | None = None

    def shows_in(self, data: bytes) -> bool:
        """Whether a file looks like that."""
        if any(text in data for text in self.texts):
            return True
        if any(stands(data, word, self.forms) for word in self.words):
            return True
        return self.pattern is not None and self.pattern.search(data) is not None


def taking(word: str) -> Acquaintance:
    """With a function of another Python file: it imports it, or all names, or asks a module for it."""
    return Acquaintance(words=(word.encode(),), forms=_TAKEN, pattern=ALL_TAKEN)


_Project: TypeAlias = tuple[str, str, str]
"""A family of languages, the folder around whoever may use a file, and in a very large one the folder it stands in."""


class _Question(Struct, frozen=True):
    """Which files of a project use a word in one of some ways, and how they look besides."""

    project: _Project
    word: str
    forms: tuple[Form, ...]
    acquaintance: Acquaintance | None


class Mentions:
    """Looks for words in the files of a project; what it finds stays true for the whole scan."""

    def __init__(self, files: Files, manifests: Manifests) -> None:
        self._files = files
        self._manifests = manifests
        self._mentioning: dict[tuple[_Project, str], tuple[str, ...]] = {}
        self._used: dict[_Question, tuple[str, ...]] = {}
        self._vocabularies = files.shared(Vocabularies)
        self._all: dict[tuple[str, str], tuple[str, ...]] = {}
        self._nearest: tuple[_Project | None, tuple[str, ...]] = (None, ())
        self._asked_last: tuple[str, _Project | None] = ("", None)

    def users(
        self, path: str, words: Sequence[str], forms: tuple[Form, ...], acquaintance: Acquaintance | None = None
    ) -> Iterator[str]:
        """The files around one that contain one of some words, but for itself and for tests.

        `forms` are ways in one of which the word must stand there; none for any. Where more than a few files do, only
        acquaintances count, if anything tells them. A word that very many files contain says nothing, and gives none.
        """
        found = self._formed(path, words, forms)
        if len(found) > _FEW_USERS and acquaintance is not None:
            found = self._formed(path, words, forms, acquaintance)
        for other in found if len(found) <= _MOST_USERS else ():
            if file_role(other) is not FileRole.TEST:
                yield other

    def _formed(
        self, path: str, words: Sequence[str], forms: tuple[Form, ...], acquaintance: Acquaintance | None = None
    ) -> list[str]:
        """The other files that contain one of some words in one of some ways, in order; of very many only some."""
        project = self._project(path)
        if project is None:
            return []
        found = {other for word in words for other in self._using(_Question(project, word, forms, acquaintance))}
        return sorted(found - {path})

    def _using(self, question: _Question) -> tuple[str, ...]:
        """All files that answer a question; one more than count, and the one that asks, where there are very many."""
        known = self._used.get(question)
        if known is None:
            known = self._used[question] = tuple(islice(self._answers(question), _MOST_USERS + 2))
        return known

    def _answers(self, question: _Question) -> Iterator[str]:
        word, acquaintance = question.word.encode(), question.acquaintance
        for other in self._holding(question.project, question.word):
            data = self._files.data(other)
            if stands(data, word, question.forms) and (acquaintance is None or acquaintance.shows_in(data)):
                yield other

    def _holding(self, project: _Project, word: str) -> tuple[str, ...]:
        """The files of a project that contain a word, code that a program has written left out."""
        known = self._mentioning.get((project, word))
        if known is None:
            found = self._vocabularies.holding(project, self._nearby(project), word)
            known = self._mentioning[project, word] = tuple(found)
        return known

    def _project(self, path: str) -> _Project | None:
        """What the files are called that may use one, None where nothing can; many ask for the same file."""
        if self._asked_last[0] != path:
            self._asked_last = (path, self._find_project(path))
        return self._asked_last[1]

    def _find_project(self, path: str) -> _Project | None:
        family = family_of(path)
        if family is None:
            return None
        root = self._root(family, path)
        return (family, root, posixpath.dirname(path) if len(self._inside(family, root)) > _MOST_FILES else "")

    def _nearby(self, project: _Project) -> Sequence[str]:
        """The files of a project; of a large one those that are closest to a folder."""
        family, root, folder = project
        paths = self._inside(family, root)
        if len(paths) <= _MOST_FILES:
            return paths
        if self._nearest[0] != project:
            closest = sorted(paths, key=lambda other: (-len(posixpath.commonprefix((other, f"{folder}/"))), other))
            self._nearest = (project, tuple(closest[:_MOST_FILES]))
        return self._nearest[1]

    def _inside(self, family: str, root: str) -> tuple[str, ...]:
        """All code of a family of languages below a folder."""
        known = self._all.get((family, root))
        if known is None:
            known = self._all[family, root] = self._files.code_below(family, root)
        return known

    def _root(self, family: str, path: str) -> str:
        """The folder that holds whoever may use a file."""
        if family == "javascript":
            return self._manifests.workspace_of(path)
        files = self._files
        marks = _MARKS.get(family, ())
        marked = (folder for folder in above(path) if any(posixpath.join(folder, mark) in files for mark in marks))
        return next(marked, "")
