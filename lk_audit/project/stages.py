"""The stages of a Dockerfile: what each copies from the build context, and what of it gets into an image.

A file that one stage copies in order to build something stays behind there, unless another stage is built from that one
or copies the place where the file lies (docs.docker.com, "Multi-stage builds", and "Dockerfile reference": FROM,
WORKDIR, COPY, ADD).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import Struct, field

from lk_audit.patterns import regex

if TYPE_CHECKING:
    from lk_audit.source import Place, Source

_INSTRUCTION = regex(rb"(?im)^[ \t]*(FROM|WORKDIR|COPY|ADD)[ \t]+((?:[^\\\n]|\\[^\n]|\\\r?\n)+)")
_FLAG = regex(r"--[\w-]+(?:=\S*)?\s+")
_FROM_STAGE = regex(r"--from=(\S+)")
_DEEPEST = 20
_MOST_USES = 100
"""Copies of one stage by others. Nobody writes more; where there are, all that the stage holds counts."""


class Stage(Struct):
    """A stage as far as it has been read. `folder` is where it works, "" where its base image decides.

    `onward` are the places that later stages copy from it, `followed_by` the stages that are built from it.
    """

    folder: str = ""
    onward: list[str] = field(default_factory=list)
    followed_by: list[Stage] = field(default_factory=list)
    is_last: bool = False

    def gives(self, path: str | None, depth: int = _DEEPEST) -> bool:
        """Whether what lies at `path` in the stage gets into an image; None is a place that is not known."""
        uses = len(self.onward) + len(self.followed_by)
        if self.is_last or path is None or depth == 0 or not 0 < uses <= _MOST_USES:
            return True
        if any(stage.gives(path, depth - 1) for stage in self.followed_by):
            return True
        return any("$" in source or _lies_in(path, source) for source in self.onward)

    def makes_image(self, depth: int = _DEEPEST) -> bool:
        """Whether what is set in the stage holds in an image."""
        if self.is_last or depth == 0 or len(self.followed_by) > _MOST_USES:
            return True
        return any(stage.makes_image(depth - 1) for stage in self.followed_by)


class Copy(Struct, frozen=True):
    """A COPY or ADD from the build context: what it names, where it goes to in which stage, and where it stands."""

    patterns: tuple[str, ...]
    target: str
    folder: str
    stage: Stage
    place: Place

    def takes(self, path: str) -> bool:
        """Whether a file of the context, relative to its root, is among what it copies, and gets into an image."""
        rests = (rest for pattern in self.patterns if (rest := _covered(pattern, path)) is not None)
        return any(self.stage.gives(self._lands_at(path, rest)) for rest in rests)

    def _lands_at(self, path: str, rest: str) -> str | None:
        """Where a file comes to lie; `rest` is its path inside the folder that is copied, "" for the file itself."""
        target = posixpath.join(self.folder, self.target)
        if not target.startswith("/") or "$" in target:
            return None
        is_folder = rest or len(self.patterns) > 1 or target.endswith(("/", "/."))
        return posixpath.normpath(posixpath.join(target, rest or posixpath.basename(path)) if is_folder else target)


def copies_in(source: Source) -> list[Copy]:
    """What a Dockerfile copies from the build context."""
    return _read(source)[1]


def is_left_behind(source: Source, offset: int) -> bool:
    """Whether what a Dockerfile sets at an offset stays in a stage that no image is made of: `ENV` of a builder."""
    return not next(stage for start, stage in reversed(_read(source)[0]) if start <= offset).makes_image()


def _read(source: Source) -> tuple[list[tuple[int, Stage]], list[Copy]]:
    """The stages of a Dockerfile, each with where it starts, and what it copies from the build context."""
    stages, starts = [Stage()], [0]
    by_name: dict[str, Stage] = {}
    found: list[Copy] = []
    for match in _INSTRUCTION.finditer(source.data):
        text = re.sub(r"\\\r?\n", " ", match[2].decode("utf-8", "replace")).strip()
        word = match[1].upper()
        if word == b"FROM":
            stages.append(_stage(text, by_name, number=len(stages) - 1))
            starts.append(match.start())
        elif word == b"WORKDIR":
            stages[-1].folder = posixpath.join(stages[-1].folder, text.strip("\"'"))
        else:
            found += _copy(text, by_name, stages[-1], source.place(match.start(), match.end()))
    stages[-1].is_last = True
    return list(zip(starts, stages, strict=True)), found


def _stage(text: str, by_name: dict[str, Stage], number: int) -> Stage:
    words = _without_flags(text).lower().split()
    base = by_name.get(words[0]) if words else None
    stage = Stage(folder=base.folder if base is not None else "")
    if base is not None:
        base.followed_by.append(stage)
    by_name[str(number)] = stage
    if words[1:2] == ["as"]:
        by_name[words[-1]] = stage
    return stage


def _copy(text: str, by_name: dict[str, Stage], stage: Stage, place: Place) -> Iterator[Copy]:
    taken_from = _FROM_STAGE.search(text)
    *patterns, target = _arguments(_without_flags(text)) or ("",)
    if taken_from is not None:
        origin = by_name.get(taken_from[1].lower())
        if origin is not None:
            origin.onward.extend(patterns)
    elif patterns and not text.startswith("<<"):
        yield Copy(tuple(patterns), target, stage.folder, stage, place)


def _without_flags(text: str) -> str:
    flags = _FLAG.match(text)
    while flags:
        text = text[flags.end() :]
        flags = _FLAG.match(text)
    return text


def _arguments(text: str) -> tuple[str, ...]:
    if text.startswith("["):
        import json  # noqa: PLC0415 - few instructions are lists

        try:
            listed = json.loads(text)
        except ValueError:
            return ()
        return tuple(item for item in listed if isinstance(item, str))
    return tuple(text.split())


def _covered(pattern: str, path: str) -> str | None:
    """What of a path is below what a pattern names: "" for the file itself, None where it is not named."""
    wanted = pattern.removeprefix("./").strip("/")
    if wanted in ("", "."):
        return path
    parts = path.split("/")
    depth = wanted.count("/") + 1
    is_named = len(parts) >= depth and fnmatchcase("/".join(parts[:depth]), wanted)
    return "/".join(parts[depth:]) if is_named else None


def _lies_in(path: str, folder: str) -> bool:
    """Whether a place in a stage is what another one copies, or below it."""
    return _covered(posixpath.normpath(f"/{folder}").strip("/"), path.strip("/")) is not None
