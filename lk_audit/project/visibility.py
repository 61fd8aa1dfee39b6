"""Which files can know a function of another at all, told from their bytes: the others mean something else by its name.

Sources: Python's reference on imports, ECMAScript's grammar of imports and exports, the Go specification on packages
and exported identifiers, the Rust reference on visibility and crates, Dart's language specification on libraries.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from lk_audit.patterns import regex
from lk_audit.project.files import Files, family_of
from lk_audit.project.manifests import Alias, Manifests, above
from lk_audit.project.mentions import Mentions
from lk_audit.project.spelled import HANDED_ON
from lk_audit.source import Source
from lk_audit.syntax import Function

NAMELESS = frozenset({"index", "__init__", "main", "mod"})
"""Stems of files that others import by the name of their folder."""
_MOST_ON_THE_WAY = 60
"""Files that hand on what others import; of more, nothing can be told in time."""
_OF_THE_FOLDER = {
    "python": regex(rb"\bfrom\s{1,9}\.{1,9}\s{1,9}import\b"),
    "javascript": regex(rb"[\"'`]\.{1,2}(?:/\.{1,2}){0,9}/?[\"'`]"),
}
"""Imports of the folder around, which spell nothing of a file's name."""
_OF_THE_PACKAGE = regex(rb"[\"'`]#[\w/-]")
"""What a package calls its own files, in `imports` of package.json."""
_PART = regex(rb"\bpart\s{1,9}of\b")


class Visibility:
    """Tells which files may use what another defines at its top."""

    def __init__(self, files: Files, manifests: Manifests, mentions: Mentions) -> None:
        self._files = files
        self._manifests = manifests
        self._mentions = mentions

    def import_words(self, path: str) -> Iterable[str]:
        """What an import of a file must spell: its stem, or the name of its folder or package."""
        folder, name = posixpath.split(path)
        if family_of(path) == "go":
            yield posixpath.basename(folder) or self._manifests.go_modules.get("", "") or "."
            return
        stem = name.partition(".")[0]
        yield stem
        if stem in NAMELESS:
            yield posixpath.basename(folder) or "."
        package = self._manifests.package_for(path) if family_of(path) == "javascript" else None
        if package is not None and package.name:
            yield package.name

    def knowing(self, source: Source, function: Function, word: str, users: list[str], *, is_method: bool) -> list[str]:
        """Those of `users`, files that spell a `word` that a function is known by, to which it can be known."""
        path = source.path
        match family_of(path):
            case "go":
                return users if is_method and word[:1].isupper() else self._go(path, word, users)
            case "rust":
                return users if is_method else self._rust(source, function, users)
            case "dart" if word.startswith("_"):
                return [other for other in users if _PART.search(self._files.data(other))]
            case "python" | "javascript" | "dart" if not is_method:
                return self._importing(path, users)
            case _:
                return users

    def _go(self, path: str, word: str, users: list[str]) -> list[str]:
        folder = posixpath.dirname(path)
        beside = {other for other in users if posixpath.dirname(other) == folder}
        if not word[:1].isupper():
            return [other for other in users if other in beside]
        module = self._manifests.go_modules.get(folder, "")
        # `/v2` ends the path of a module, and is the name of no package.
        words = {item.encode() for item in (posixpath.basename(folder), *module.split("/")[-2:]) if item}
        return [other for other in users if other in beside or not words or self._spells(other, words)]

    def _rust(self, source: Source, function: Function, users: list[str]) -> list[str]:
        inside = self._program(source.path) if source.data.startswith(b"pub", function.start) else _below(source.path)
        return [other for other in users if inside in {None, ""} or other.startswith(f"{inside}/")]

    def _program(self, path: str) -> str | None:
        """The folder of the crate around a file, where that is a program, which no other crate can use."""
        for folder in above(path):
            if posixpath.join(folder, "Cargo.toml") in self._files:
                is_library = posixpath.join(folder, "src", "lib.rs") in self._files
                is_library = is_library or b"[lib]" in self._files.data(posixpath.join(folder, "Cargo.toml"))
                return None if is_library else folder
        return None

    def _importing(self, path: str, users: list[str]) -> list[str]:
        """Those that spell an import of a file, or of another that hands on what it imports from it."""
        left = dict.fromkeys(users)
        pending, seen = [path], {path}
        while pending and left:
            way = pending.pop()
            if len(seen) > _MOST_ON_THE_WAY:
                return users
            words = {word.encode() for word in self.import_words(way)}
            near = [other for other in left if self._spells(other, words) or self._is_odd(other, way)]
            for other in near:
                del left[other]
            if left:
                near += self._handing_on(way)
            pending += [other for other in near if other not in seen]
            seen.update(near)
        return [other for other in users if other not in left]

    def _handing_on(self, path: str) -> list[str]:
        """The files that may hand on what they import from another without spelling it."""
        pattern = HANDED_ON[family_of(path) or ""]
        found = {other for word in self.import_words(path) for other in self._mentions.paths(path, word)}
        return sorted(other for other in found if pattern.search(self._files.data(other)))

    def _is_odd(self, other: str, path: str) -> bool:
        """Whether a file may import another without spelling what it is called."""
        family = family_of(path) or ""
        pattern = _OF_THE_FOLDER.get(family)
        is_nameless = posixpath.basename(path).partition(".")[0] in NAMELESS
        if pattern is not None and is_nameless and pattern.search(self._files.data(other)):
            return True
        if family != "javascript":
            return False
        aliases = (alias.prefix.encode() for alias in self._manifests.aliases(other) if _hides_target(alias))
        return _OF_THE_PACKAGE.search(self._files.data(other)) is not None or self._spells(other, aliases)

    def _spells(self, path: str, words: Iterable[bytes]) -> bool:
        data = self._files.data(path)
        return any(word in data for word in words)


def _below(path: str) -> str:
    """The folder of the modules inside that of a Rust file, which see what it keeps to itself."""
    folder, name = posixpath.split(path)
    stem = posixpath.splitext(name)[0]
    return folder if stem in {"main", "lib", "mod"} else posixpath.join(folder, stem)


def _hides_target(alias: Alias) -> bool:
    """Whether what an alias stands for is not spelled at the end of the specifier."""
    return not alias.is_pattern or not all(target.endswith("*") for target in alias.targets)
