"""Which files C# types and Rust modules are in.

Sources: the C# language specification on namespaces, which say nothing of files; the Rust reference on modules.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from lk_audit.patterns import regex
from lk_audit.project.files import Files
from lk_audit.project.manifests import above

CSHARP = "#csharp"
"""What a project's C# files share, whatever their namespaces: the address that their own package has."""
_TYPE = regex(
    rb"\b(?:class|struct|record|interface|enum)[ \t]{1,8}(?:struct[ \t]{1,8}|class[ \t]{1,8})?([A-Z]\w{0,80})"
)
_MOST_FILES = 4_000
_CRATE = regex(rb"^name\s{0,9}=\s{0,9}\"([\w-]{1,80})\"", re.MULTILINE)
_ROOTS = ("main", "lib", "mod")
"""Stems of files whose modules are beside them; those of others are in a folder of their name."""
_DEEPEST = 12


class Declared:
    """Finds files by what they declare."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._known: dict[tuple[str, str], str | None] = {}

    def csharp(self, name: str) -> tuple[str, ...]:
        """The C# files that declare a type of some name."""
        return self._types.get(name, ())

    @cached_property
    def _types(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for path in self._files.code["csharp"][:_MOST_FILES]:
            for name in dict.fromkeys(_TYPE.findall(self._files.data(path))):
                found.setdefault(name.decode(), []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    def csharp_project(self, path: str) -> str | None:
        """The nearest .csproj of a C# file upwards."""
        return next((self._projects[folder] for folder in above(path) if folder in self._projects), None)

    @cached_property
    def _projects(self) -> Mapping[str, str]:
        paths = sorted((item for item in self._files.paths if item.endswith(".csproj")), reverse=True)
        return {posixpath.dirname(item): item for item in paths}

    def rust(self, path: str, module: str) -> str | None:
        """The file of a Rust module as the file at `path` names it: "crate.config", "super", "self.token"."""
        key = (path, module)
        if key not in self._known:
            self._known[key] = next(self._rust(path, module.split(".")), None)
        return self._known[key]

    def _rust(self, path: str, parts: list[str]) -> Iterator[str]:
        if len(parts) > _DEEPEST:
            return
        first, *rest = parts
        if first == "crate":
            yield from self._below(self._crate_of(path), rest)
        elif first == "self":
            yield from self._below(_inside(path), rest)
        elif first == "super":
            folder = _inside(path)
            while rest[:1] == ["super"]:
                folder, rest = posixpath.dirname(folder), rest[1:]
            yield from self._below(posixpath.dirname(folder), rest)
        elif first in self._crates:
            yield from self._below(self._crates[first], rest)
        else:
            yield from self._below(_inside(path), parts)

    def _below(self, folder: str, parts: list[str]) -> Iterator[str]:
        """The file of the module that `parts` lead to from the folder of another."""
        base = posixpath.join(folder, *parts)
        candidates = [f"{base}.rs", posixpath.join(base, "mod.rs")] if parts else []
        if not parts:
            candidates = [f"{folder}.rs", *(posixpath.join(folder, f"{stem}.rs") for stem in ("mod", "lib", "main"))]
        yield from (item for item in candidates if item in self._files)

    def _crate_of(self, path: str) -> str:
        """The folder of the root module of the crate that a file belongs to."""
        for folder in above(path):
            if posixpath.basename(folder) == "src" or folder == "src":
                return folder
            if posixpath.join(folder, "Cargo.toml") in self._files:
                return posixpath.join(folder, "src")
        return posixpath.dirname(path)

    @cached_property
    def _crates(self) -> Mapping[str, str]:
        """The crates of the project by name, with the folder of their root module."""
        found: dict[str, str] = {}
        for path in sorted(self._files.paths):
            if posixpath.basename(path) == "Cargo.toml":
                name = _CRATE.search(self._files.data(path))
                if name is not None:
                    found[name[1].decode().replace("-", "_")] = posixpath.join(posixpath.dirname(path), "src")
        return found


def _inside(path: str) -> str:
    """The folder that holds the modules of a file."""
    stem = posixpath.splitext(path)[0]
    return posixpath.dirname(path) if posixpath.basename(stem) in _ROOTS else stem
