"""Environment files with secrets in them: whether git or a container image takes them along."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.facts import CredentialLiteral, Custody, Fact, FileRole, JwtLiteral, Lead
from lk_audit.files.discovery import Discovery, Found, found_file
from lk_audit.files.git_names import IGNORED_ENVIRONMENT
from lk_audit.frontends import frontend_for
from lk_audit.git.process import Asked, Git
from lk_audit.project.images import Images
from lk_audit.roles import file_role
from lk_audit.scanning.extracted import Extract, Extracted

if TYPE_CHECKING:
    from pathlib import Path

    from lk_audit.project.files import Files
    from lk_audit.source import Source


_TRACKED = ("ls-files", "-z", "--cached", "--")
_ADDED = (*("diff", "--cached", "--name-only", "-z"), *("--diff-filter=A", "--no-renames", "--relative", "--"))
_SAMPLES = frozenset({FileRole.EXAMPLE, FileRole.TEST, FileRole.DOCUMENTATION})
_MOST_FILES = 200
_MOST_ASKED = 200
"""Paths that git is asked about at once: 4,096 bytes each at most (PATH_MAX), and Linux takes 2 MiB of arguments."""
_COPIED = "copies this file into the image; .dockerignore does not leave it out"


class Ignored:
    """What git says to which environment files it ignores, asked while other files are still being looked at.

    Nobody wants to know where there is no Dockerfile that could copy one.
    """

    def __init__(self, base: Path) -> None:
        self._git = Git(base)
        self._asked: Asked | None = None
        self._told: bytes | None = None

    def hear(self, paths: Iterable[str]) -> None:
        """Ask, if there is a Dockerfile among these paths."""
        if self._asked is None and any(Images.dockerfiles(paths)):
            self.ask()

    def ask(self) -> None:
        """Ask, whatever was answered before."""
        self._told, self._asked = None, self._git.ask(*IGNORED_ENVIRONMENT)

    def answer(self) -> bytes:
        """What git said when it was asked last."""
        if self._told is None and self._asked is None:
            self.ask()
        if self._asked is not None:
            self._told, self._asked = self._asked.answer(), None
        return self._told or b""


class EnvironmentFiles:
    """The environment files around one scan; git and the Dockerfiles are asked only when there is a secret in one.

    `custodies` are the answers of git so far, by path; `ignored` may have been asked before.
    """

    def __init__(self, found: Discovery, files: Files, ignored: Ignored | None = None) -> None:
        self._found = found
        self._git = Git(found.base)
        self._ignored = ignored or Ignored(found.base)
        self._images = Images(files)
        self._copies: dict[str, Lead | None] = {}
        self.custodies: dict[str, Custody] = {}

    def in_images_only(self, limit: int) -> list[Found]:
        """The files that git ignores, as it should, and that a Dockerfile copies all the same; `limit` in bytes."""
        return [file for file in self.ignored(limit) or () if any(self._images.copies(file.path))]

    def ask_again(self) -> None:
        """Have git look again, without waiting for it."""
        if self._is_built:
            self._ignored.ask()

    @cached_property
    def _is_built(self) -> bool:
        """Whether there is a Dockerfile that could copy a file."""
        return any(self._images.dockerfiles(self._found.paths))

    def ignored(self, limit: int) -> list[Found] | None:
        """The files that git ignores; None where there is no Dockerfile that could copy one. `limit` in bytes."""
        if not self._is_built:
            return None
        names = [os.fsdecode(name) for name in self._ignored.answer().split(b"\0") if name][:_MOST_FILES]
        scanned = set(self._found.paths) if names else set()
        wanted = (name for name in names if name not in scanned and _is_meant(name))
        return [file for name in wanted if (file := found_file(self._found.base, name, limit)) is not None]

    def explaining(self, extract: Extract, hidden: Collection[str]) -> Extract:
        """What extracts facts, so that secrets in environment files know who takes the file along.

        Of `hidden` files, which no scan would look at otherwise, only such secrets count.
        """

        def explained(sources: Sequence[Source]) -> Extracted:
            found = extract(sources)
            kept = (
                fact for fact in found.facts if fact.place.path not in hidden or isinstance(fact, CredentialLiteral)
            )
            facts = list(kept)
            self.custodies |= self.custodies_of({fact.place.path for fact in facts if _is_explained(fact)})
            kept_at = in_custody(facts, self.custodies.__getitem__)
            return replace(found, facts=[self._copied(item) for item in kept_at])

        return explained

    def _copied(self, fact: Fact) -> Fact:
        if not isinstance(fact, CredentialLiteral) or not _is_explained(fact):
            return fact
        return replace(fact, copied_at=self._copy(fact.place.path))

    def _copy(self, path: str) -> Lead | None:
        """What copies a file into an image first."""
        if path not in self._copies:
            self._copies[path] = next((Lead(place, _COPIED) for place in self._images.copies(path)), None)
        return self._copies[path]

    def custodies_of(self, paths: Iterable[str]) -> dict[str, Custody]:
        """What git does with files."""
        asked = sorted(paths)
        if not asked or self._repository_root is None:
            return dict.fromkeys(asked, Custody.UNKNOWN)
        told = dict.fromkeys(asked, Custody.LOOSE)
        told |= dict.fromkeys(_named(self._about(_TRACKED), asked), Custody.TRACKED)
        told |= dict.fromkeys(_named(self._checked, _of(told, Custody.LOOSE)), Custody.IGNORED)
        return told | dict.fromkeys(_named(self._about(_ADDED), _of(told, Custody.TRACKED)), Custody.STAGED)

    def _about(self, command: tuple[str, ...]) -> Callable[[Sequence[str]], bytes | None]:
        return lambda paths: self._git.attempt(*command, *(f":(literal){path}" for path in paths))

    def _checked(self, paths: Sequence[str]) -> bytes | None:
        names = b"".join(os.fsencode(path) + b"\0" for path in paths)
        return self._git.attempt("check-ignore", "-z", "--stdin", stdin=names, code_for_none=1)

    @cached_property
    def _repository_root(self) -> bytes | None:
        return self._git.attempt("rev-parse", "--show-toplevel")


def _named(ask: Callable[[Sequence[str]], bytes | None], paths: Sequence[str]) -> Iterator[str]:
    """Of these paths those that git names, asked about many at once: about fewer where it refuses to speak of one."""
    for some in (paths[start : start + _MOST_ASKED] for start in range(0, len(paths), _MOST_ASKED)):
        answer = ask(some)
        if answer is not None:
            yield from (os.fsdecode(name) for name in answer.split(b"\0") if name)
        elif len(some) > 1:
            yield from _named(ask, some[: len(some) // 2])
            yield from _named(ask, some[len(some) // 2 :])


def in_custody(facts: Iterable[Fact], custody_of: Callable[[str], Custody]) -> Iterator[Fact]:
    """Facts of which those of environment files know what git does with their file, as `custody_of` its path says."""
    for fact in facts:
        yield replace(fact, custody=custody_of(fact.place.path)) if _is_explained(fact) else fact


def _of(custodies: Mapping[str, Custody], custody: Custody) -> list[str]:
    return [path for path, known in custodies.items() if known is custody]


def _is_explained(fact: Fact) -> bool:
    return isinstance(fact, CredentialLiteral | JwtLiteral) and _is_meant(fact.place.path)


def _is_meant(path: str) -> bool:
    return frontend_for(path) == "dotenv" and file_role(path) not in _SAMPLES
