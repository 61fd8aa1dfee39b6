"""Which rule packs are installed.

Reading the metadata of all installed packages needs `importlib.metadata`, which takes longer to import than most of a
short scan (it brings `email` and `zipfile`). So the files that announce entry points are searched for the name of the
group first; only when one has it are they read properly.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "lk_audit.rules"
"""The entry point group of rule packs; each entry names a package of rule files."""

_METADATA = (".dist-info", ".egg-info")
_ENTRY_POINTS = "entry_points.txt"


class Pack(Struct, frozen=True):
    """An installed rule pack: the name of its distribution, and what leads to its package."""

    name: str
    entry: EntryPoint


def installed_packs() -> list[Pack]:
    """The rule packs among the installed packages, by name.

    The working folder is never asked, although `python -m lk_audit` has Python look for modules there: mostly it is
    what is scanned, and a scanned repository must not have its code run.
    """
    folders = [folder for folder in dict.fromkeys(sys.path) if not _is_working_folder(folder)]
    if not any(map(_may_announce, folders)):
        return []
    return sorted(_announced(folders), key=lambda pack: (pack.name, pack.entry.name, pack.entry.value))


def _is_working_folder(folder: str) -> bool:
    try:
        return Path(folder).samefile(Path.cwd())
    except OSError:
        return False


def _may_announce(folder: str) -> bool:
    """Whether something in a folder of modules may announce a rule pack; archives are not looked into."""
    try:
        with os.scandir(folder) as items:
            return any(_names_group(item.path) for item in items if item.name.lower().endswith(_METADATA))
    except NotADirectoryError:
        return True
    except OSError:
        return False


def _names_group(metadata: str) -> bool:
    try:
        with open(os.path.join(metadata, _ENTRY_POINTS), "rb") as file:  # noqa: PTH118, PTH123 - a third of the time of Path
            return GROUP.encode() in file.read()
    except OSError:
        return False


def _announced(folders: list[str]) -> Iterator[Pack]:
    from importlib.metadata import distributions  # noqa: PLC0415 - slow, and mostly not needed

    seen: set[str] = set()
    for distribution in distributions(path=folders):
        name = distribution.metadata["Name"] or ""
        if name in seen:  # the first one shadows those behind it
            continue
        seen.add(name)
        for entry in distribution.entry_points:
            if entry.group == GROUP:
                yield Pack(name or entry.name, entry)
