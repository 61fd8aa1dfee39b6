"""Which file an import means.

Sources: Python's reference on imports; Go's reference on modules; Node's documentation on modules and packages;
TypeScript's handbook on module resolution and `paths`; the default aliases of Nuxt, SvelteKit and create-next-app.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cached_property

from lk_audit.project.files import Files
from lk_audit.project.manifests import Manifests, Package, above, joined
from lk_audit.project.vocabularies import Vocabularies

_SUFFIXES = (".ts", ".tsx", ".js", ".jsx", ".mts", ".mjs", ".cts", ".cjs", ".vue", ".svelte", ".astro")
_COMPILED = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
"""What a suffix in an import may have been compiled from."""
_BUILT = ("dist/", "build/", "lib/", "out/", "esm/", "cjs/")
_CUSTOMARY = {
    "@/": ("src/", "", "app/"),
    "~/": ("src/", "", "app/"),
    "~~/": ("",),
    "@@/": ("",),
    "$lib/": ("src/lib/",),
    "src/": ("src/",),
    "/": ("", "public/"),
}
"""Aliases that frameworks set without the project saying so, and where they lead in its package."""
_ENTRY_KEYS = (("source",), ("module",), ("main",), ("types",))
_DECLARATION = (
    rb"\b(?:class|interface|enum|record|object|val|var|fun)\s{1,9}(?:<[^<>\n]{0,80}>\s{0,9})?(?:[\w.<>?]{1,80}\.)?%s\b"
)
_JAVA_LANG = frozenset(
    {"String", "System", "Long", "Integer", "Boolean", "Math", "Object", "Map", "List", "Set", "Date", "Instant"}
    | {"Duration", "TimeUnit", "Override", "Exception", "RuntimeException", "Double", "Int", "Any", "Unit", "it"}
)
"""Names that no project gives to something of its own."""
_SWIFT = "swift:"
"""What the addresses of Swift modules begin with: their folders may hold files of other languages too."""
_DJANGO_SETTINGS = "django.conf.settings"
_SOURCE_FOLDERS = ("src", "lib", "app", "backend", "server", "api")
_GO_DECLARATION = (
    rb"(?m)^(?:(?:func|type|var|const)[ \t]+%s\b|[ \t]{1,8}(?:[\w, \t]{0,200},[ \t]{0,4})?%s\b(?![.(]|[ \t]*:=))"
)
"""At the start of a line, or a little inside it where a block of declarations is."""
_GO_RECEIVER = rb"(?m)^func[ \t]*\([^()\n]{0,200}\b%s\b"
_SWIFT_DECLARATION = rb"\b(?:class|struct|enum|protocol|actor|extension|func|let|var|typealias|case)\s{1,9}%s\b"


class Resolution:
    """Finds the files that imports name; None stands for what is not part of the project."""

    def __init__(self, files: Files, manifests: Manifests) -> None:
        self._files = files
        self._manifests = manifests
        self._known: dict[tuple[str, str], str | None] = {}
        self._roots: dict[str, tuple[str, ...]] = {}
        self._in_packages: dict[tuple[str, str, bytes], tuple[str, ...]] = {}

    def python(self, path: str, module: str) -> str | None:
        """The file of a Python module or package as the file at `path` imports it ("..config", "app.config")."""
        key = (posixpath.dirname(path), module)
        if key not in self._known:
            self._known[key] = next((found for found in self._python(path, module) if found != path), None)
        return self._known[key]

    def javascript(self, path: str, specifier: str) -> str | None:
        """The file that a JavaScript module specifier in the file at `path` means."""
        key = (path, specifier)
        if key not in self._known:
            self._known[key] = next(self._javascript(path, specifier), None)
        return self._known[key]

    def go(self, path: str, package: str) -> str | None:
        """The folder of a Go package as the file at `path` imports it; "." is the package of the file itself."""
        if package == ".":
            return posixpath.dirname(path)
        key = (path, package)
        if key not in self._known:
            self._known[key] = next(self._go(path, package), None)
        return self._known[key]

    def jvm(self, path: str, package: str) -> str | None:
        """The folder of a package of Java or Kotlin as a file imports it; "." is that of the file itself."""
        if package == ".":
            return posixpath.dirname(path)
        key = (path, package)
        if key not in self._known:
            self._known[key] = next(self._jvm(path, package), None)
        return self._known[key]

    def declaring(self, folder: str, name: str) -> Iterator[str]:
        """The files of a package of Java or Kotlin that declare something under a name."""
        paths = self._jvm_packages.get(folder, ())
        if not paths or name in _JAVA_LANG:
            return
        pattern = re.compile(_DECLARATION % re.escape(name).encode())
        yield from (path for path in paths if pattern.search(self._files.data(path)))

    def package_declaring(self, folder: str, name: str) -> tuple[str, ...]:
        """The files of a package of Go, or a module of Swift, that may declare something under a name."""
        return self._in_package(folder, name, _SWIFT_DECLARATION if folder.startswith(_SWIFT) else _GO_DECLARATION)

    def package_extending(self, folder: str, name: str) -> tuple[str, ...]:
        """The files of a Go package that may declare methods of a type."""
        return self._in_package(folder, name, _GO_RECEIVER)

    def _in_package(self, folder: str, name: str, form: bytes) -> tuple[str, ...]:
        paths = self.package_files(folder)
        key = (folder, name, form)
        known = self._in_packages.get(key) if paths else ()
        if known is None:
            pattern = re.compile(form.replace(b"%s", re.escape(name.encode())))
            holding = self._files.shared(Vocabularies).holding(folder, paths, name)
            known = self._in_packages[key] = tuple(path for path in holding if pattern.search(self._files.data(path)))
        return known

    def dart(self, path: str, uri: str) -> str | None:
        """The file of a Dart library as the file at `path` imports it: by its way from there, or from its package."""
        if not uri.startswith("package:"):
            target = joined(posixpath.dirname(path), uri) if ":" not in uri else None
            return target if target in self._files else None
        name, _, inside = uri.removeprefix("package:").partition("/")
        folder = self._manifests.dart_packages.get(name)
        target = posixpath.join(folder, "lib", inside) if folder is not None else ""
        return target if target in self._files else None

    def swift(self, path: str, module: str) -> str | None:
        """What Swift files share names with: "." is the module of the file itself, others are those of the sources."""
        own = self.swift_module(path)
        if module == ".":
            return own
        found = posixpath.join(own.partition("/Sources/")[0], "Sources", module) if "/Sources/" in own else ""
        return found if found in self._packages and found != own else None

    def prepare(self) -> None:
        """List now which files make up packages."""
        _ = self._packages, self._jvm_packages

    def swift_module(self, path: str) -> str:
        """Where the files of a Swift module are: `Sources/Name`, else the folder of the project around the file."""
        inside, mark, rest = f"/{path}".partition("/Sources/")
        if mark and "/" in rest:
            return f"{_SWIFT}{inside}/Sources/{rest.partition('/')[0]}"
        marked = (folder for folder in above(path) if folder in self._swift_projects)
        return f"{_SWIFT}/{next(marked, '')}"

    @cached_property
    def _swift_projects(self) -> frozenset[str]:
        """The folders with a Swift package, or an Xcode project."""
        found = (f"/{path}" for path in self._files.paths if path.endswith(("Package.swift", ".pbxproj")))
        roots = (path.partition(".xcodeproj")[0] if ".xcodeproj" in path else path for path in found)
        return frozenset(root.rpartition("/")[0].lstrip("/") for root in roots)

    def package_files(self, folder: str) -> tuple[str, ...]:
        """The Go or Swift files of a package, tests left out."""
        return self._packages.get(folder, ())

    @cached_property
    def _packages(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for path in self._files.code["go"]:
            if not path.endswith("_test.go"):
                found.setdefault(posixpath.dirname(path), []).append(path)
        for path in self._files.code["swift"]:
            found.setdefault(self.swift_module(path), []).append(path)
        return {folder: tuple(paths) for folder, paths in found.items()}

    @cached_property
    def _jvm_packages(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for path in self._files.code["jvm"]:
            found.setdefault(posixpath.dirname(path), []).append(path)
        return {folder: tuple(paths) for folder, paths in found.items()}

    def _jvm(self, path: str, package: str) -> Iterator[str]:
        """The folders that are called as the package, or as its end where Kotlin leaves the common part out."""
        parts = package.split(".")
        for first in range(len(parts)):
            inner = "/".join(parts[first:])
            found = [
                folder
                for folder, paths in self._jvm_packages.items()
                if (folder == inner or folder.endswith(f"/{inner}")) and self._is_package(paths[0], package)
            ]
            yield from sorted(found, key=lambda folder: (-len(posixpath.commonprefix((folder, path))), folder))

    def _is_package(self, path: str, package: str) -> bool:
        pattern = rb"\bpackage\s{1,9}%s\b(?!\.)" % re.escape(package).encode()
        return re.search(pattern, self._files.data(path)) is not None

    def _go(self, path: str, package: str) -> Iterator[str]:
        """A package of the module that the file belongs to, or of another one of the same repository."""
        names = self._manifests.go_modules
        own = next((folder for folder in above(path) if folder in names), None)
        for folder in dict.fromkeys([*([own] if own is not None else []), *names]):
            inner = package.removeprefix(names[folder])
            if names[folder] and package.startswith(names[folder]) and inner[:1] in {"", "/"}:
                target = posixpath.join(folder, inner.lstrip("/")).rstrip("/")
                yield from [target] if target in self._packages else []

    def _python(self, path: str, module: str) -> Iterator[str]:
        name = module.lstrip(".")
        dots = len(module) - len(name)
        relative = name.replace(".", "/")
        if dots:
            folders = list(above(path))
            yield from self._python_file(folders[dots - 1], relative) if dots <= len(folders) else ()
        elif name == _DJANGO_SETTINGS:
            yield from self._django_settings(path)
        elif name.partition(".")[0] not in sys.stdlib_module_names:
            folder = posixpath.dirname(path)
            if folder not in self._roots:
                self._roots[folder] = tuple(self._python_roots(path))
            for root in self._roots[folder]:
                yield from self._python_file(root, relative)

    def _django_settings(self, path: str) -> Iterator[str]:
        """What `django.conf.settings` gives: the settings module closest to the file."""
        for folder in above(path):
            candidates = [
                item
                for item in self._files.code_below("python", folder)
                if item.endswith(("/settings.py", "/settings/base.py", "/settings/__init__.py"))
            ]
            yield from sorted(candidates, key=lambda item: (item.count("/"), item))

    def _python_roots(self, path: str) -> Iterator[str]:
        """The folders that may be on the module path: those around the file, packages last."""
        packages = []
        for folder in above(path):
            if posixpath.join(folder, "__init__.py") in self._files:
                packages.append(folder)
            else:
                yield folder
                yield from (posixpath.join(folder, name) for name in _SOURCE_FOLDERS)
        yield from packages

    def _python_file(self, folder: str, relative: str) -> Iterator[str]:
        base = f"{folder}/{relative}" if folder and relative else folder or relative
        for candidate in ((f"{base}.py",) if relative else ()) + (f"{base}/__init__.py" if base else "__init__.py",):
            if candidate in self._files:
                yield candidate

    def _javascript(self, path: str, specifier: str) -> Iterator[str]:
        specifier = specifier.partition("?")[0]
        if specifier.startswith("."):
            target = joined(posixpath.dirname(path), specifier)
            yield from self._module(target) if target is not None else ()
            return
        for alias in self._manifests.aliases(path):
            for target in alias.expand(specifier):
                yield from self._module(target)
        package = self._manifests.package_for(path)
        root = package.folder if package is not None else ""
        for prefix, folders in _CUSTOMARY.items():
            if specifier.startswith(prefix):
                for folder in folders:
                    yield from self._module(posixpath.join(root, folder + specifier[len(prefix) :]))
        if specifier.startswith("#") and package is not None:
            yield from self._mapped(package, "imports", specifier)
        yield from self._workspace(specifier)

    def _workspace(self, specifier: str) -> Iterator[str]:
        """A package of the same repository, by its name."""
        parts = specifier.split("/")
        length = 2 if specifier.startswith("@") else 1
        package = self._manifests.package_named("/".join(parts[:length]))
        if package is None:
            return
        subpath = "/".join(parts[length:])
        yield from self._mapped(package, "exports", f"./{subpath}" if subpath else ".")
        if subpath:
            yield from self._module(posixpath.join(package.folder, subpath))
            yield from self._module(posixpath.join(package.folder, "src", subpath))
            return
        for key in _ENTRY_KEYS:
            if key in package.pairs:
                yield from self._entry(package, package.pairs[key])
        yield from self._module(package.folder)
        yield from self._module(posixpath.join(package.folder, "src"))

    def _mapped(self, package: Package, field: str, specifier: str) -> Iterator[str]:
        """A target of `exports` or `imports`, under whatever condition, with one `*` for the rest of the path."""
        for key, value in package.pairs.items():
            if key[0] != field:
                continue
            pattern = key[1] if len(key) > 1 and key[1].startswith((".", "#")) else "."
            prefix, star, suffix = pattern.partition("*")
            if star and specifier.startswith(prefix) and specifier.endswith(suffix):
                yield from self._entry(
                    package, value.replace("*", specifier[len(prefix) : len(specifier) - len(suffix)])
                )
            elif specifier == pattern:
                yield from self._entry(package, value)

    def _entry(self, package: Package, target: str) -> Iterator[str]:
        """The file an entry point names, or the source it is built from."""
        path = joined(package.folder, target)
        if path is None:
            return
        yield from self._module(path)
        inner = path[len(package.folder) :].lstrip("/")
        for built in _BUILT:
            if inner.startswith(built):
                source = posixpath.join(package.folder, "src", inner[len(built) :])
                yield from self._module(posixpath.splitext(source.removesuffix(".d.ts"))[0])

    def _module(self, target: str) -> Iterator[str]:
        """The file at a path that may lack its suffix, or name a folder."""
        if target in self._files:
            yield target
        for suffix in _SUFFIXES:
            if target + suffix in self._files:
                yield target + suffix
        base, suffix = posixpath.splitext(target)
        for original in _COMPILED.get(suffix, ()):
            if base + original in self._files:
                yield base + original
        if self._files.has_folder(target):
            yield from self._folder(target)

    def _folder(self, folder: str) -> Iterator[str]:
        main = self._manifests.pairs(posixpath.join(folder, "package.json")).get(("main",))
        entry = joined(folder, main) if main else None
        names = [entry] if entry and entry != folder else []
        names += [posixpath.join(folder, "index") + suffix for suffix in _SUFFIXES]
        yield from (name for name in names if name in self._files)
