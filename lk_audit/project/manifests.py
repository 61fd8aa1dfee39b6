"""What the manifests of a project say: which packages there are, what they depend on, what paths are short for.

Those of JavaScript and its compilers, Go, Dart, Swift, Ruby and Rust.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from enum import Enum
from functools import cached_property

from msgspec import Struct

from lk_audit.project.files import Files
from lk_audit.source import Source
from lk_audit.syntax import Document

Pairs = Mapping[tuple[str, ...], str]
"""The scalars of a JSON or YAML file by their path of keys; comments and trailing commas do no harm."""

_DEEPEST_EXTENDS = 5
_PUBSPEC = "pubspec.yaml"
_DART_SERVERS = ("shelf", "dart_frog", "serverpod", "alfred", "conduit_core", "relic", "vania", "args")
_SWIFT_SERVERS = (b"vapor", b"hummingbird", b"Kitura", b"swift-aws-lambda")
_CONFIGURATIONS = ("tsconfig.json", "jsconfig.json", "tsconfig.app.json", "tsconfig.base.json", "tsconfig.web.json")
_WORKSPACE_MARKS = ("pnpm-workspace.yaml", "lerna.json", "turbo.json", "nx.json", "rush.json")
_DEPENDENCIES = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")

_CLIENT_TOOLS = (
    *("vite", "react-scripts", "@vue/cli-service", "expo", "react-native", "@angular/core", "parcel", "@ionic/core"),
    *("electron", "@quasar/app-vite", "@tauri-apps/api", "gatsby", "@rsbuild/core", "preact-cli"),
)
_SERVER_TOOLS = (
    *("next", "nuxt", "@sveltejs/kit", "@remix-run/node", "@remix-run/react", "@react-router/node", "astro", "express"),
    *("fastify", "koa", "hono", "@nestjs/core", "@hapi/hapi", "@tanstack/react-start", "@solidjs/start", "h3"),
)


def above(path: str) -> Iterator[str]:
    """The folders around a file, innermost first; the root is ""."""
    folder = posixpath.dirname(path)
    yield folder
    while folder:
        folder = posixpath.dirname(folder)
        yield folder


def joined(folder: str, relative: str) -> str | None:
    """A path relative to a folder; None when it leads out of the project."""
    path = posixpath.normpath(posixpath.join(folder, relative))
    return None if path.startswith("..") else "" if path == "." else path


class Builds(Enum):
    """What a project of Dart or Swift is for."""

    APPLICATION = "an application for devices"
    SERVER = "a program for a server"
    LIBRARY = "anything"


class Package(Struct, frozen=True):
    """One package.json: the folder it is in, and its pairs."""

    folder: str
    pairs: Pairs

    @property
    def name(self) -> str:
        return self.pairs.get(("name",), "")

    def depends_on(self, *names: str) -> bool:
        """Whether one of the packages is asked for, in any group of dependencies."""
        return any((group, name) in self.pairs for group in _DEPENDENCIES for name in names)

    def version_of(self, name: str) -> str:
        """The requirement for a dependency as written; empty when there is none."""
        return next((self.pairs[group, name] for group in _DEPENDENCIES if (group, name) in self.pairs), "")

    @property
    def is_client_only(self) -> bool:
        """Whether the package is an application that runs at clients and nowhere else, by what it depends on."""
        return self.depends_on(*_CLIENT_TOOLS) and not self.depends_on(*_SERVER_TOOLS)

    @property
    def is_workspace_root(self) -> bool:
        return any(path[0] == "workspaces" for path in self.pairs)


class Alias(Struct, frozen=True):
    """One entry of `compilerOptions.paths`: what a specifier begins and ends with, and what stands for the rest."""

    prefix: str
    suffix: str
    is_pattern: bool
    targets: tuple[str, ...]

    def expand(self, specifier: str) -> Iterator[str]:
        """What the alias makes of a specifier, in the order of its targets."""
        if not self.is_pattern:
            yield from self.targets if specifier == self.prefix else ()
        elif specifier.startswith(self.prefix) and specifier.endswith(self.suffix):
            rest = specifier[len(self.prefix) : len(specifier) - len(self.suffix)]
            yield from (target.replace("*", rest, 1) for target in self.targets)


class Manifests:
    """The manifests of one project."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._read: dict[str, Pairs] = {}
        self._aliases: dict[str, tuple[Alias, ...]] = {}

    def prepare(self, families: Collection[str]) -> None:
        """Read now the manifests that questions about code of these language families go to."""
        _ = self._named if "javascript" in families else None
        _ = self.go_modules if "go" in families else None
        _ = self.dart_packages if "dart" in families else None
        _ = self._xcode_folders if "swift" in families else None

    def pairs(self, path: str) -> Pairs:
        """The scalars of a JSON file; none for a file that is not there."""
        return self._pairs(path, _parsed_json)

    def _pairs(self, path: str, parse: Callable[[Source], Document]) -> Pairs:
        known = self._read.get(path)
        if known is None:
            source = self._files.source(path) if path in self._files else None
            document = parse(source) if source is not None else None
            known = self._read[path] = {pair.path: pair.value for pair in document.pairs} if document else {}
        return known

    def package_for(self, path: str) -> Package | None:
        """The package that a file belongs to: the nearest package.json upwards."""
        for folder in above(path):
            manifest = posixpath.join(folder, "package.json")
            if manifest in self._files:
                return Package(folder, self.pairs(manifest))
        return None

    def workspace_of(self, path: str) -> str:
        """The folder of the workspace that a file belongs to, else of its package, else the root of the scan."""
        nearest = ""
        for folder in above(path):
            manifest = posixpath.join(folder, "package.json")
            if manifest in self._files:
                nearest = nearest or folder
                if Package(folder, self.pairs(manifest)).is_workspace_root:
                    return folder
            if any(posixpath.join(folder, mark) in self._files for mark in _WORKSPACE_MARKS):
                return folder
        return nearest

    def package_named(self, name: str) -> Package | None:
        """The package of the project that has a name."""
        path = self._named.get(name)
        return Package(posixpath.dirname(path), self.pairs(path)) if path is not None else None

    @cached_property
    def _named(self) -> Mapping[str, str]:
        """The manifest of every package, by its name: what else is in it is read when somebody asks."""
        paths = sorted(path for path in self._files.paths if posixpath.basename(path) == "package.json")
        found = {self._package_name(path): path for path in reversed(paths)}
        return {name: path for name, path in found.items() if name}

    def _package_name(self, path: str) -> str:
        import json  # noqa: PLC0415 - few scans ask for a package by its name

        data = self._files.data(path)
        try:
            manifest = json.loads(data)
        except (ValueError, RecursionError):
            manifest = None
        name = manifest.get("name", "") if isinstance(manifest, dict) else None
        # What is not plain JSON is read as every other JSON file.
        return name if isinstance(name, str) and b"\\" not in data else self.pairs(path).get(("name",), "")

    @cached_property
    def go_modules(self) -> Mapping[str, str]:
        """The path of every Go module, by the folder that its go.mod is in."""
        paths = sorted(path for path in self._files.paths if posixpath.basename(path) == "go.mod")
        return {posixpath.dirname(path): self._go_module(path) for path in paths}

    def _go_module(self, path: str) -> str:
        lines = self._files.data(path).decode("utf-8", "replace").splitlines()
        words = (line.split() for line in lines if line.startswith("module "))
        return next((item[1].strip('"`') for item in words if len(item) > 1), "")

    def is_gem_below(self, path: str, gem: str, version: tuple[int, ...]) -> bool:
        """Whether the Gemfile.lock above a file, else the Gemfile, asks for a version below another."""
        number = r"(\d{1,4}(?:\.\d{1,4}){0,3})"
        wanted = re.compile(rf"(?m)^\s{{0,40}}(?:gem )?[\"']?{re.escape(gem)}[\"']?[ ,(\"'~>=]{{1,12}}{number}")
        return self._asks_below(path, {"Gemfile.lock": wanted, "Gemfile": wanted}, version)

    def is_crate_below(self, path: str, crate: str, version: tuple[int, ...]) -> bool:
        """Whether the Cargo.lock above a file, else the Cargo.toml, asks for a version below another."""
        number = r"(\d{1,4}(?:\.\d{1,4}){0,2})"
        locked = re.compile(rf'(?m)^name = "{re.escape(crate)}"\r?\nversion = "{number}')
        named = rf'{re.escape(crate)}\s{{0,40}}=(?:[^"\n]{{0,40}}\bversion\s{{0,4}}=)?\s{{0,4}}'
        wanted = re.compile(rf'(?m)^\s{{0,40}}{named}"[=~^ ]{{0,4}}{number}')
        return self._asks_below(path, {"Cargo.lock": locked, "Cargo.toml": wanted}, version)

    def _asks_below(self, path: str, patterns: Mapping[str, re.Pattern[str]], version: tuple[int, ...]) -> bool:
        """Whether the first version that a manifest above a file asks for, by its name, is below another."""
        for folder in above(path):
            for name, pattern in patterns.items():
                found = pattern.search(self._files.data(posixpath.join(folder, name)).decode("utf-8", "replace"))
                if found is not None:
                    return tuple(int(part) for part in found[1].split(".")) < version
        return False

    @cached_property
    def dart_packages(self) -> Mapping[str, str]:
        """The folder of every Dart package, by its name."""
        paths = sorted(path for path in self._files.paths if posixpath.basename(path) == _PUBSPEC)
        found = {self.yaml(path).get(("name",), ""): posixpath.dirname(path) for path in reversed(paths)}
        return {name: folder for name, folder in found.items() if name}

    def pubspec_for(self, path: str) -> Pairs | None:
        """What the manifest of the Dart package says that a file belongs to; None without one."""
        for folder in above(path):
            manifest = posixpath.join(folder, _PUBSPEC)
            if manifest in self._files:
                return self.yaml(manifest)
        return None

    def builds(self, path: str) -> Builds | None:
        """What the project of a Dart or Swift file is for; None when it has no manifest.

        A Dart package does if it depends on Flutter, and does not if it says what it depends on without it; Swift code
        does in an Xcode project, and not in a package that depends on a server's framework.
        """
        if path.endswith(".dart"):
            pubspec = self.pubspec_for(path)
            if pubspec is None:
                return None
            if ("dependencies", "flutter", "sdk") in pubspec:
                return Builds.APPLICATION
            is_server = any(("dependencies", name) in pubspec for name in _DART_SERVERS)
            return Builds.SERVER if is_server else Builds.LIBRARY
        for folder in above(path):
            manifest = posixpath.join(folder, "Package.swift")
            if manifest in self._files:
                is_server = any(word in self._files.data(manifest) for word in _SWIFT_SERVERS)
                return Builds.SERVER if is_server else Builds.LIBRARY
            if folder in self._xcode_folders:
                return Builds.APPLICATION
        return None

    @cached_property
    def _xcode_folders(self) -> frozenset[str]:
        paths = (path for path in self._files.paths if path.endswith(".xcodeproj/project.pbxproj"))
        return frozenset(posixpath.dirname(posixpath.dirname(path)) for path in paths)

    def yaml(self, path: str) -> Pairs:
        """The scalars of a YAML file; none for a file that is not there."""
        return self._pairs(path, _parsed_yaml)

    def aliases(self, path: str) -> tuple[Alias, ...]:
        """The path aliases of the compiler configuration that a file is under, its `baseUrl` last."""
        for folder in above(path):
            known = self._aliases.get(folder)
            if known is None:
                found = (self._aliases_of(posixpath.join(folder, name), 0) for name in _CONFIGURATIONS)
                known = self._aliases[folder] = tuple(alias for aliases in found for alias in aliases)
            if known:
                return known
        return ()

    def _aliases_of(self, configuration: str, depth: int) -> tuple[Alias, ...]:
        pairs = self.pairs(configuration)
        if not pairs:
            return ()
        folder = posixpath.dirname(configuration)
        base_url = pairs.get(("compilerOptions", "baseUrl"))
        base = joined(folder, base_url) if base_url is not None else folder
        targets: dict[str, list[str]] = {}
        for key, value in pairs.items():
            if key[:2] == ("compilerOptions", "paths") and len(key) > 2:  # noqa: PLR2004 - below the two keys
                target = joined(base or "", value)
                targets.setdefault(key[2], []).extend([target] if target is not None else [])
        found = [_alias(pattern, tuple(expansions)) for pattern, expansions in targets.items()]
        if base_url is not None and base is not None:
            found.append(Alias("", "", is_pattern=True, targets=(posixpath.join(base, "*"),)))
        return tuple(found) or self._inherited(pairs, folder, depth)

    def _inherited(self, pairs: Pairs, folder: str, depth: int) -> tuple[Alias, ...]:
        """The aliases of the configurations that one extends."""
        if depth >= _DEEPEST_EXTENDS:
            return ()
        parents = [value for key, value in pairs.items() if key[0] == "extends" and value.startswith(".")]
        found: list[Alias] = []
        for parent in parents:
            path = joined(folder, parent)
            if path is not None:
                path = path if path.endswith(".json") else f"{path}.json"
                found += self._aliases_of(path, depth + 1)
        return tuple(found)


def _alias(pattern: str, targets: tuple[str, ...]) -> Alias:
    prefix, star, suffix = pattern.partition("*")
    return Alias(prefix, suffix, is_pattern=bool(star), targets=targets)


def _parsed_json(source: Source) -> Document:
    from lk_audit.frontends.json import parse  # noqa: PLC0415 - many projects have no manifests in JSON

    return parse(source)


def _parsed_yaml(source: Source) -> Document:
    from lk_audit.frontends.yaml import parse  # noqa: PLC0415 - few projects have manifests in YAML

    return parse(source)
