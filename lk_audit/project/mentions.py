"""Which files of a project mention a word, and how it stands there: told from their bytes, so that few are parsed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from lk_audit.facts import FileRole
from lk_audit.generated import is_generated
from lk_audit.patterns import regex
from lk_audit.project.files import Files, family_of
from lk_audit.project.manifests import Manifests, above
from lk_audit.roles import file_role

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
"""Of more files that call a method of some name, only those count that also name its class or the file it is in."""


class Form(Struct, frozen=True):
    """How a word stands somewhere: what is before it, and what behind."""

    before: re.Pattern[bytes]
    behind: re.Pattern[bytes]


_NO_WORD = regex(rb"(?<!\w)\Z")
RENAMED = (
    Form(_NO_WORD, regex(rb"\s{1,9}as\s")),
    Form(regex(rb"[=:]\s{0,9}\Z"), regex(rb"\b(?!\s{0,9}[.(])")),
)
"""How code that hands a name on under another looks."""
CALLED = (Form(_NO_WORD, regex(rb"\s?\(|\?\.\(|<|:|\s{1,9}as\s")),)
"""How a call of a function looks, or an import that gives it another name."""
PASSED = (
    Form(_NO_WORD, regex(rb"\b(?!\s{0,9}(?:\.(?!bind\b)|[(=\"'`]|\?\.|:(?!:<|\s{0,9}[\w$]{1,60}\s{0,9}[,}=])))")),
)
"""How a function looks that is handed over: not called, set or named, but for `const {name: other}` and `name.bind`."""
METHOD_CALLED = (Form(_NO_WORD, regex(rb"\(|\?\.\(|<")),)
RUBY_MADE = (Form(_NO_WORD, regex(rb"\.new")),)
RUBY_CALLED = (Form(regex(rb"[. ]\Z"), regex(rb"\b")),)
"""Ruby needs no parentheses, and makes objects with `Class.new`."""
_LONGEST_BEFORE = 12


class Mentions:
    """Looks for words in the files of a project; what it finds stays true for the whole scan."""

    def __init__(self, files: Files, manifests: Manifests) -> None:
        self._files = files
        self._manifests = manifests
        self._mentioning: dict[tuple[str, str, str], tuple[str, ...]] = {}
        self._generated: dict[str, bool] = {}
        self._inside: dict[tuple[str, str], tuple[str, ...]] = {}

    def users(self, path: str, words: Iterable[str], forms: tuple[Form, ...], beside: Iterable[str]) -> Iterator[str]:
        """The files around one that contain one of some words, but for itself and for tests.

        `forms` are ways in one of which the word must stand there; none for any. Where more than a few files do, those
        count that also contain one of the words `beside`, if there are any. A word that very many files contain says
        nothing, and gives none.
        """
        found = sorted({other for word in words for other in self._formed(path, word, forms)})
        if len(found) > _FEW_USERS and beside:
            near = {other for word in beside for other in self.paths(path, word)}
            found = [other for other in found if other in near]
        for other in found if len(found) <= _MOST_USERS else ():
            if file_role(other) is not FileRole.TEST:
                yield other

    def _formed(self, path: str, word: str, forms: tuple[Form, ...]) -> Iterator[str]:
        """The other files that contain a word in one of some ways."""
        for other in self.paths(path, word):
            if other != path and (not forms or _stands(self._files.data(other), word.encode(), forms)):
                yield other

    def paths(self, path: str, word: str) -> tuple[str, ...]:
        """The files around one that contain a word, code that a program has written left out."""
        family = family_of(path)
        if family is None:
            return ()
        root = self._root(family, path)
        key = (family, root, word)
        known = self._mentioning.get(key)
        if known is None:
            files, wanted = self._files, word.encode()
            found = (other for other in self._nearby(family, root, path) if wanted in files.data(other))
            known = self._mentioning[key] = tuple(other for other in found if not self._is_generated(other))
        return known

    def _is_generated(self, path: str) -> bool:
        known = self._generated.get(path)
        if known is None:
            known = self._generated[path] = is_generated(self._files.data(path))
        return known

    def _nearby(self, family: str, root: str, path: str) -> Sequence[str]:
        paths = self._inside.get((family, root))
        if paths is None:
            inside = f"{root}/" if root else ""
            found = (other for other in self._files.code[family] if other.startswith(inside))
            paths = self._inside[family, root] = tuple(found)
        if len(paths) > _MOST_FILES:
            paths = tuple(sorted(paths, key=lambda other: (-len(posixpath.commonprefix((other, path))), other)))
        return paths[:_MOST_FILES]

    def _root(self, family: str, path: str) -> str:
        """The folder that holds whoever may use a file."""
        if family == "javascript":
            return self._manifests.workspace_of(path)
        files = self._files
        marks = _MARKS.get(family, ())
        marked = (folder for folder in above(path) if any(posixpath.join(folder, mark) in files for mark in marks))
        return next(marked, "")


def _stands(data: bytes, word: bytes, forms: tuple[Form, ...]) -> bool:
    """Whether a word stands in a text in one of some ways."""
    start = data.find(word)
    while start >= 0:
        end = start + len(word)
        before = data[max(0, start - _LONGEST_BEFORE) : start]
        if any(form.behind.match(data, end) and form.before.search(before) for form in forms):
            return True
        start = data.find(word, end)
    return False
