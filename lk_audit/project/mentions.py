"""Which files of a project mention a word, and how it stands there: told from their bytes, so that few are parsed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
"""Of more files that use a method of some name, only those count that also name its class or import its file."""


class Form(Struct, frozen=True):
    """How a word stands somewhere: what is before it, and what behind. `reach` is how many bytes before it count."""

    before: re.Pattern[bytes]
    behind: re.Pattern[bytes]
    reach: int = 12


_NO_WORD = regex(rb"(?<!\w)\Z")
RENAMED = (
    Form(_NO_WORD, regex(rb"\s{1,9}as\s")),
    Form(regex(rb"[=:]\s{0,9}\Z"), regex(rb"\b(?!\s{0,9}[.(])")),
)
"""How code that hands a name on under another looks."""
CALLED = (Form(_NO_WORD, regex(rb"\s?\(|\?\.\(|<|:|\s{1,9}as\s")),)
"""How a call of a function looks, or an import that gives it another name."""
_NOT_USED = regex(rb"\b(?!\s{0,9}(?:\.(?!bind\b)|[(=\"'`]|\?\.|:(?!:<|\s{0,9}[\w$]{1,60}\s{0,9}[,}=])))")
PASSED = (Form(_NO_WORD, _NOT_USED),)
"""How a function looks that is handed over: not called, set or named, but for `const {name: other}` and `name.bind`."""
METHOD_PASSED = (
    Form(regex(rb"[.:>]\s{0,9}\Z"), _NOT_USED),
    Form(regex(rb"[{,]\s{0,9}\Z"), regex(rb"\s{0,9}[,}]|\s{0,9}:\s{0,9}[\w$]{1,60}\s{0,9}[,}=]")),
)
"""The same of a method: as what belongs to something, or is taken out of it as in `const {name} = it`."""
METHOD_CALLED = (Form(_NO_WORD, regex(rb"\(|\?\.\(|<")),)
RUBY_MADE = (Form(_NO_WORD, regex(rb"\.new")),)
RUBY_CALLED = (Form(regex(rb"[. ]\Z"), regex(rb"\b")),)
"""Ruby needs no parentheses, and makes objects with `Class.new`."""
_ANYTHING = regex(b"")
_LONGEST_IMPORT = 2_000
_BY_PATH = (
    Form(
        regex(rb"(?:\*/|\b(?:from|import|export|require))[\s(]{0,9}[\"'`][^\"'`\n]{0,200}\Z"),
        regex(rb"[^\"'`\n]{0,200}[\"'`]"),
        300,
    ),
)
IMPORTED: Mapping[str, tuple[Form, ...]] = {
    "javascript": _BY_PATH,
    "dart": _BY_PATH,
    "python": (
        Form(regex(rb"\b(?:from|import)\b(?:[^\n\\]|\\\r?\n){0,400}\Z"), _ANYTHING, 500),
        Form(regex(rb"\bimport\s{0,9}\(.{0,2000}\Z", re.DOTALL), _ANYTHING, _LONGEST_IMPORT),
    ),
    "rust": (Form(regex(rb"\b(?:mod|use|crate)\b[^;]{0,2000}\Z"), _ANYTHING, _LONGEST_IMPORT),),
}
"""How a part of a module's name looks in an import, by language family; in others it may stand anywhere."""


class Mentions:
    """Looks for words in the files of a project; what it finds stays true for the whole scan."""

    def __init__(self, files: Files, manifests: Manifests) -> None:
        self._files = files
        self._manifests = manifests
        self._mentioning: dict[tuple[str, str, str], tuple[str, ...]] = {}
        self._generated: dict[str, bool] = {}
        self._inside: dict[tuple[str, str], tuple[str, ...]] = {}

    def users(
        self, path: str, words: Iterable[str], forms: tuple[Form, ...], is_near: Callable[[bytes], bool] | None = None
    ) -> Iterator[str]:
        """The files around one that contain one of some words, but for itself and for tests.

        `forms` are ways in one of which the word must stand there; none for any. Where more than a few files do, those
        count whose bytes are near, if anything tells which are. A word that very many files contain says nothing, and
        gives none.
        """
        found = sorted({other for word in words for other in self._formed(path, word, forms)})
        if len(found) > _FEW_USERS and is_near is not None:
            found = [other for other in found if is_near(self._files.data(other))]
        for other in found if len(found) <= _MOST_USERS else ():
            if file_role(other) is not FileRole.TEST:
                yield other

    def _formed(self, path: str, word: str, forms: tuple[Form, ...]) -> Iterator[str]:
        """The other files that contain a word in one of some ways."""
        for other in self.paths(path, word):
            if other != path and stands(self._files.data(other), word.encode(), forms):
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


def stands(data: bytes, word: bytes, forms: tuple[Form, ...]) -> bool:
    """Whether a word stands in a text in one of some ways; in any, where there are none."""
    start = data.find(word)
    if not forms:
        return start >= 0
    while start >= 0:
        end = start + len(word)
        if any(_is_at(form, data, start, end) for form in forms):
            return True
        start = data.find(word, end)
    return False


def _is_at(form: Form, data: bytes, start: int, end: int) -> bool:
    behind = form.behind.match(data, end)
    return behind is not None and form.before.search(data, max(0, start - form.reach), start) is not None
