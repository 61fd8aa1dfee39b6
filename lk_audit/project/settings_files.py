"""What settings files say that a framework reads for the code around them: numbers only, secrets are looked for apart.

Sources: the documentation of Spring Boot (externalized configuration), Quarkus, and ASP.NET Core (`appsettings.json`).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from lk_audit import frontends
from lk_audit.patterns import regex
from lk_audit.project.files import Files
from lk_audit.project.manifests import above
from lk_audit.syntax import Document
from lk_audit.values.model import Step

_FILES: Mapping[str, tuple[str, ...]] = {
    "jvm": tuple(f"resources/application.{suffix}" for suffix in ("properties", "yml", "yaml")),
    "csharp": ("appsettings.json",),
}
"""By family of languages, from a folder around the code."""
_NUMBER = regex(r"(?:\$\{[\w.-]{1,80}:)?(\d{1,12})\}?")
"""A number, or what stands in for a variable: `${TOKEN_TTL:3600}`."""
_SEPARATORS = regex(r"[^A-Z0-9]")
"""What frameworks do not look at in the names of settings, as they do not at upper and lower case."""


class SettingsFiles:
    """The settings files of a project, each read once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._told: dict[str, dict[str, tuple[float, Step]]] = {}

    def number(self, path: str, family: str, name: str) -> tuple[float, Step] | None:
        """The number that the nearest settings file around a path has for a setting, by its variable's name."""
        for folder in above(path):
            for file in (posixpath.join(folder, item) for item in _FILES.get(family, ())):
                if file in self._files:
                    return self._of(file).get(_plain(name))
        return None

    def _of(self, path: str) -> dict[str, tuple[float, Step]]:
        if path not in self._told:
            self._told[path] = dict(self._read(path))
        return self._told[path]

    def _read(self, path: str) -> Iterator[tuple[str, tuple[float, Step]]]:
        source = self._files.source(path)
        for document in frontends.parse(source) if source is not None else ():
            for pair in document.pairs if isinstance(document, Document) else ():
                found = _NUMBER.fullmatch(pair.value.strip())
                if found is not None and not pair.commented:
                    note = f"{'.'.join(pair.path)} is {found[1]}"
                    yield _plain("".join(pair.path)), (float(found[1]), Step(pair.start, pair.end, note, path))


def _plain(name: str) -> str:
    return _SEPARATORS.sub("", name.upper())
