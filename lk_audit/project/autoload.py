"""Which file a class or an include means in PHP, Ruby and Elixir, where classes and modules are found by their names.

Sources: PSR-4; the documentation of Composer's `autoload` and Laravel's configuration; Zeitwerk's file structure.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from lk_audit.patterns import regex
from lk_audit.project.files import Files
from lk_audit.project.manifests import Manifests, above, joined

OWN_NAMES = "."
"""What a Ruby file shares with all others: the constants that are loaded by their names."""
_WORDS = regex(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MOST_WORDS = 30
_MOST_FILES = 3000
_DECLARED = regex(rb"(?i)\b(?:class|interface|trait|enum|namespace)\s{1,9}(?:\w{1,80}\\){0,20}(\w{1,80})")
_MODULE = regex(rb"^[ \t]*+defmodule[ \t]++([A-Z][A-Za-z0-9_.]{0,200}+)", re.MULTILINE)


class Autoload:
    """Finds files by class names and paths; None stands for what is not part of the project."""

    def __init__(self, files: Files, manifests: Manifests) -> None:
        self._files = files
        self._manifests = manifests
        self._known: dict[tuple[str, str], str | None] = {}

    def target(self, path: str, specifier: str, language: str) -> str | None:
        """The file that a class name ("App.Services.Tokens") or a path ("./config.php") in a file means."""
        key = (path, specifier)
        if key not in self._known:
            find = {"php": self._php, "ruby": self._ruby}.get(language, self._elixir)
            self._known[key] = next((found for found in find(path, specifier) if found != path), None)
        return self._known[key]

    def _php(self, path: str, specifier: str) -> Iterator[str]:
        if specifier.endswith((".php", ".inc")) or "/" in specifier:
            yield from self._included(path, specifier)
        else:
            yield from self._class(path, specifier.split("."), ".php")

    def _included(self, path: str, specifier: str) -> Iterator[str]:
        """A path relative to the file, else (as with the include path) to a folder above it."""
        for folder in above(path):
            candidate = joined(folder, specifier.lstrip("/") if specifier.startswith("/") else specifier)
            if candidate is not None and candidate in self._files:
                yield candidate

    def _class(self, path: str, parts: list[str], suffix: str) -> Iterator[str]:
        """By the namespaces of composer.json, else the file of that name in the folder most like the namespace."""
        for prefix, folder in self._namespaces(path):
            if parts[: len(prefix)] == prefix:
                candidate = joined(folder, "/".join(parts[len(prefix) :]) + suffix)
                if candidate is not None and candidate in self._files:
                    yield candidate
        found = self._by_name.get(parts[-1].lower() + suffix, ())
        for item in sorted(found, key=lambda item: (-_likeness(item, parts), len(item), item)):
            if self._declares(item, parts[-1]):
                yield item
                return

    def _declares(self, path: str, name: str) -> bool:
        """Whether a file is called after what it holds: Laravel's `config/services.php` is no namespace `Services`."""
        return any(found.decode("ascii").lower() == name.lower() for found in _DECLARED.findall(self._files.data(path)))

    def _namespaces(self, path: str) -> Iterator[tuple[list[str], str]]:
        for folder in above(path):
            manifest = posixpath.join(folder, "composer.json")
            for key, value in self._manifests.pairs(manifest).items():
                if key[:2] in {("autoload", "psr-4"), ("autoload-dev", "psr-4")} and len(key) > 2:  # noqa: PLR2004 - below the two keys
                    prefix = [part for part in key[2].split("\\") if part]
                    yield prefix, joined(folder, value or ".") or ""

    def _ruby(self, path: str, specifier: str) -> Iterator[str]:
        if specifier.startswith(OWN_NAMES) and not specifier.startswith(("./", "../")):
            name = specifier.removeprefix(OWN_NAMES).lstrip(".")
            words = _WORDS.split(name)[:_MOST_WORDS] if name[:1].isupper() else []
            found = self._by_name.get("_".join(words).lower() + ".rb", ()) if words else ()
            yield from sorted(found, key=lambda item: (-len(posixpath.commonpath([item, path])), item))[:1]
            return
        for suffix in ("", ".rb"):
            if specifier.startswith("."):
                candidate = joined(posixpath.dirname(path), specifier + suffix)
                yield from [candidate] if candidate is not None and candidate in self._files else []
            else:
                yield from self._library(path, specifier + suffix)

    def _library(self, path: str, name: str) -> Iterator[str]:
        for folder in above(path):
            for root in ("lib", ""):
                candidate = posixpath.join(folder, root, name)
                if candidate in self._files:
                    yield candidate

    def _elixir(self, path: str, specifier: str) -> Iterator[str]:
        """By the name that a file gives its module, of several files the nearest."""
        found = self._modules.get(specifier, ())
        yield from sorted(found, key=lambda item: (-len(posixpath.commonpath([item, path])), item))[:1]

    @cached_property
    def _modules(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for path in self._files.code["elixir"][:_MOST_FILES]:
            for name in _MODULE.findall(self._files.data(path)):
                found.setdefault(name.decode("ascii"), []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}

    @cached_property
    def _by_name(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for language in ("php", "ruby"):
            for path in self._files.code[language]:
                found.setdefault(posixpath.basename(path).lower(), []).append(path)
        return {name: tuple(paths) for name, paths in found.items()}


def _likeness(path: str, parts: list[str]) -> int:
    """How many folders before a file are called like the namespaces before a class, counted from the end."""
    folders = path.lower().split("/")[-2::-1]
    spaces = [part.lower() for part in parts[-2::-1]]
    count = 0
    for folder, space in zip(folders, spaces, strict=False):
        if folder != space:
            break
        count += 1
    return count
