"""Module specifiers: the package that a URL, `npm:` or `node:` import means."""

from __future__ import annotations

from lk_audit.languages import Modules

_SCHEMES = ("npm:", "jsr:")
_PACKAGE_HOSTS = frozenset(
    {"esm.sh", "cdn.esm.sh", "esm.run", "unpkg.com", "cdn.skypack.dev", "jspm.dev", "ga.jspm.io", "cdn.jsdelivr.net"}
)
_PATH_MARKS = frozenset({"npm", "pin", "gh", "stable", "-"})
"""First path parts of these hosts that are no package (`cdn.jsdelivr.net/npm/jose`)."""


def package_of(module: str, written: Modules) -> str:
    """The package that an import means, as full names begin with it."""
    match written:
        case Modules.GO_PATH:
            return go_package(module)
        case Modules.DART_URI:
            return dart_package(module)
        case Modules.SPECIFIER:
            return normalise(module)
        case Modules.WRITTEN:
            return module


def normalise(specifier: str) -> str:
    """The package name of a JavaScript module specifier; relative and plain specifiers stay as they are.

    "https://esm.sh/jose@5" and "https://deno.land/x/jose@v4/index.ts" are "jose", "npm:livekit-server-sdk@2" is
    "livekit-server-sdk", "node:crypto" is "crypto".
    """
    if specifier.startswith("node:"):
        return specifier.removeprefix("node:")
    for scheme in _SCHEMES:
        if specifier.startswith(scheme):
            return _package(specifier.removeprefix(scheme).lstrip("/").split("/")) or specifier
    if specifier.startswith(("https://", "http://")):
        return _from_url(specifier)
    return specifier


def go_package(path: str) -> str:
    """The path of a Go package without its major version: `github.com/golang-jwt/jwt/v5`, `gopkg.in/yaml.v3`."""
    parts = [part for part in path.split("/") if not _is_build(part)]
    if parts[:1] == ["gopkg.in"]:
        parts[1:] = [part.partition(".v")[0] for part in parts[1:]]
    return "/".join(parts)


def dart_package(uri: str) -> str:
    """The package of a Dart library: that of "package:crypto/crypto.dart" is crypto; others stay as they are."""
    return uri.removeprefix("package:").partition("/")[0] if uri.startswith("package:") else uri


def _from_url(specifier: str) -> str:
    from urllib.parse import urlsplit  # noqa: PLC0415 - few modules are imported by address

    try:
        url = urlsplit(specifier)
    except ValueError:
        return specifier
    parts = [part for part in url.path.split("/") if part]
    if url.hostname == "deno.land":
        return (_package(parts[1:]) if parts[:1] == ["x"] else _package(parts)) or specifier
    if url.hostname not in _PACKAGE_HOSTS:
        return specifier
    while parts and (parts[0] in _PATH_MARKS or _is_build(parts[0])):
        parts = parts[1:]
    return _package(parts) or specifier


def _is_build(part: str) -> bool:
    """esm.sh pins its build in the path: `esm.sh/v135/jose@5`."""
    return part[:1] == "v" and part[1:].isdigit()


def _package(parts: list[str]) -> str:
    """The name in `[@scope/]name[@version]/...`."""
    if not parts:
        return ""
    first = parts[0].removeprefix("npm:").lstrip("*")
    if first.startswith("@") and len(parts) > 1:
        return f"{first}/{parts[1].split('@')[0]}"
    return first.split("@")[0]
