"""Which files can know a function of another at all: the others mean something else by its name.

Sources: the Go specification on packages and exported identifiers, the Rust reference on visibility and crates, Dart's
language specification on libraries, Node.js's documentation on packages.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from lk_audit.patterns import regex
from lk_audit.project.files import Files, family_of
from lk_audit.project.manifests import Manifests, above
from lk_audit.project.use_forms import ALL_TAKEN, IMPORTED
from lk_audit.source import Source
from lk_audit.standing import Form, stands
from lk_audit.syntax import Function

_PART = regex(rb"\bpart\s{1,9}of\b")
_CRATE = "Cargo.toml"
_DECLARED = (Form(regex(rb"\b(?:class|def|function\*?)\s{1,9}\Z"), regex(rb"\b")),)
_MEMBER = regex(rb"(?<!\.)\.\s{0,9}\Z")
_NAME = regex(rb"^name\s{0,9}=\s{0,9}\"([\w-]{1,99})\"", re.MULTILINE)


class Visibility:
    """Tells which files may use what another defines, where a language says so by names and places."""

    def __init__(self, files: Files, manifests: Manifests) -> None:
        self._files = files
        self._manifests = manifests

    def knowing(  # noqa: PLR0913 - a function, and how it is spoken of
        self,
        source: Source,
        function: Function,
        word: str,
        users: list[str],
        forms: tuple[Form, ...] = (),
        *,
        is_method: bool,
    ) -> list[str]:
        """Which of `users`, files that spell the `word` that a function is known by, can know the function.

        The `forms` are those in one of which the word stands there.
        """
        match family_of(source.path):
            case "go":
                return self._go(source.path, word, users, is_method=is_method)
            case "rust" if not is_method:
                return self._rust(source, function, users)
            case "dart" if word.startswith("_"):
                return [other for other in users if _PART.search(self._files.data(other))]
            case "javascript":
                return self._others("javascript", word, forms, self._javascript(source.path, users))
            case "python":
                return self._others("python", word, forms, users)
            case _:
                return users

    def _go(self, path: str, word: str, users: list[str], *, is_method: bool) -> list[str]:
        folder = posixpath.dirname(path)
        is_exported = word[:1].isupper()
        if is_exported and is_method:
            return users
        # `/v2` ends the path of a module, and is the name of no package.
        module = self._manifests.go_modules.get(folder, "").split("/")[-2:]
        words = [item.encode() for item in (posixpath.basename(folder), *module) if item]
        return [
            other
            for other in users
            if posixpath.dirname(other) == folder or (is_exported and (not words or self._spells(other, words)))
        ]

    def _rust(self, source: Source, function: Function, users: list[str]) -> list[str]:
        if not source.data.startswith(b"pub", function.start):
            return _inside(_below(source.path), users)
        folder = next((item for item in above(source.path) if posixpath.join(item, _CRATE) in self._files), None)
        if not folder:
            return users  # all of them are in the crate, or nothing tells
        manifest = self._files.data(posixpath.join(folder, _CRATE))
        is_library = posixpath.join(folder, "src", "lib.rs") in self._files or b"[lib]" in manifest
        words = [name.replace(b"-", b"_") for name in _NAME.findall(manifest)] if is_library else []
        return _inside(folder, users, lambda other: self._spells(other, words))

    def _javascript(self, path: str, users: list[str]) -> list[str]:
        """Other packages import this one by its name, or by a path through its folder."""
        package = self._manifests.package_for(path)
        if package is None or not package.folder:
            return users
        words = [item.encode() for item in (package.name, posixpath.basename(package.folder)) if item]
        return _inside(package.folder, users, lambda other: self._spells(other, words))

    def _others(self, family: str, word: str, forms: tuple[Form, ...], users: list[str]) -> list[str]:
        """Those that do not only mean what they declare themselves by that word."""
        of_others = (*IMPORTED[family], *(Form(_MEMBER, form.behind) for form in forms or _DECLARED))
        return [path for path in users if not _means_its_own(self._files.data(path), word.encode(), of_others)]

    def _spells(self, path: str, words: list[bytes]) -> bool:
        data = self._files.data(path)
        return any(word in data for word in words)


def _means_its_own(data: bytes, word: bytes, of_others: tuple[Form, ...]) -> bool:
    """Whether a file declares something by a word, which does not stand there as what is from elsewhere does."""
    return stands(data, word, _DECLARED) and not stands(data, word, of_others) and not ALL_TAKEN.search(data)


def _below(path: str) -> str:
    """The folder of the modules inside that of a Rust file, which see what it keeps to itself."""
    folder, name = posixpath.split(path)
    stem = posixpath.splitext(name)[0]
    return folder if stem in {"main", "lib", "mod"} else posixpath.join(folder, stem)


def _inside(folder: str, paths: list[str], or_else: Callable[[str], bool] = lambda _: False) -> list[str]:
    """The paths in a folder, and others of which something else is true."""
    return [path for path in paths if not folder or path.startswith(f"{folder}/") or or_else(path)]
