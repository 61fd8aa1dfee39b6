"""Container images: which files of a project a Dockerfile copies into one.

Sources: docs.docker.com, "Dockerfile reference" (COPY, ADD) and "Build context" (.dockerignore, matched from the root
of the context; `Dockerfile.dockerignore` goes before it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING

from lk_audit.files.ignore_patterns import IgnorePatterns
from lk_audit.files.path_patterns import usable
from lk_audit.patterns import regex
from lk_audit.project.stages import Copy, copies_in

if TYPE_CHECKING:
    from lk_audit.source import Place, Source

_DOCKERFILE = regex(r"(?i)(?:^|/)(?:[\w.-]+\.)?(?:docker|container)file(?:\.(?!dockerignore$)[\w.-]+)?$")
_MAX_PATTERNS = 1_000


class Images:
    """The images of a project. `files` are all of its files by path."""

    def __init__(self, files: Mapping[str, Source]) -> None:
        self._files = files
        self._ignored = cache(self._ignore_rules)

    @staticmethod
    def dockerfiles(paths: Iterable[str]) -> Iterator[str]:
        """The Dockerfiles among some paths."""
        return (path for path in paths if _DOCKERFILE.search(path))

    def copies(self, path: str) -> Iterator[Place]:
        """The COPY instructions that take a file along; each Dockerfile's folder is the context of its build."""
        for dockerfile, copied in self._copies:
            folder, _, _ = dockerfile.rpartition("/")
            if not _is_below(path, folder) or self._is_left_out(path, dockerfile):
                continue
            inside = path[len(folder) + 1 :] if folder else path
            place = next((item.place for item in copied if item.takes(inside)), None)
            if place is not None:
                yield place

    @cached_property
    def _copies(self) -> list[tuple[str, list[Copy]]]:
        found = [(path, self._files.get(path)) for path in self._files if _DOCKERFILE.search(path)]
        return [(path, copies_in(source)) for path, source in found if source is not None]

    def _is_left_out(self, path: str, dockerfile: str) -> bool:
        """Whether an ignore file says so: the Dockerfile's own, or one at a folder around, as a wider context has."""
        folder, _, _ = dockerfile.rpartition("/")
        around = [folder]
        while folder:
            folder = folder.rpartition("/")[0]
            around.append(folder)
        return self._ignores(f"{dockerfile}.dockerignore", around[0], path) or any(
            self._ignores(f"{root}/.dockerignore".lstrip("/"), root, path) for root in around
        )

    def _ignores(self, ignore_file: str, root: str, path: str) -> bool:
        rules = self._ignored(ignore_file)
        return rules is not None and bool(rules.within(path[len(root) + 1 :] if root else path))

    def _ignore_rules(self, path: str) -> IgnorePatterns | None:
        source = self._files.get(path)
        if source is None:
            return None
        lines = (_anchored(line.strip()) for line in source.text.splitlines()[:_MAX_PATTERNS])
        return usable(line for line in lines if line)


def _anchored(line: str) -> str:
    """A pattern of a .dockerignore as one of a .gitignore: it counts from the root, wherever its slashes are."""
    if not line or line.startswith("#"):
        return ""
    negation, pattern = ("!", line[1:]) if line.startswith("!") else ("", line)
    return f"{negation}/{pattern.strip().removeprefix('./').strip('/')}"


def _is_below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")
