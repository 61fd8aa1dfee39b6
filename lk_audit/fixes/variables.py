"""Environment variables under a name that no framework publishes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lk_audit.edits import Edit, Fix
from lk_audit.extractors.sides.sides import side_of
from lk_audit.facts import Side
from lk_audit.fixes.ground import Ground
from lk_audit.patterns import regex
from lk_audit.project.files import family_of
from lk_audit.repairs import RenameVariable
from lk_audit.source import Source

_PUBLISHED_ONLY = regex(rb"import\.meta\.env|\$env/|@env['\"]|react-native-config")
"""Ways to read variables in which only published ones are seen."""
_MOST_FILES = 40
_MOST_EDITS = 100


def rename(ground: Ground, repair: RenameVariable) -> Fix | None:
    """The new name wherever the old one stands in the scanned files.

    None where code of the client reads it: that code needs a token from the server, not another name. None too where
    the new name is in use already, which would then be said twice.
    """
    key = (repair.name, repair.new)
    if key not in ground.renamings:
        ground.renamings[key] = _renaming(ground, repair)
    return ground.renamings[key]


def _renaming(ground: Ground, repair: RenameVariable) -> Fix | None:
    old, new = repair.name.encode(), re.compile(rb"\b" + repair.new.encode() + rb"\b")
    sources = [source for path in sorted(ground.scanned) if (source := _holding(ground, path, old)) is not None]
    if not sources or len(sources) > _MOST_FILES or any(_is_for_client(ground, source) for source in sources):
        return None
    if any(new.search(source.data) for source in sources):
        return None
    edits = tuple(edit for source in sources for edit in _edits(source, old, repair.new))
    return Fix(f"Rename {repair.name} to {repair.new}", edits, is_safe=False) if len(edits) <= _MOST_EDITS else None


def _holding(ground: Ground, path: str, name: bytes) -> Source | None:
    source = ground.files.source(path)
    return source if source is not None and name in source.data else None


def _is_for_client(ground: Ground, source: Source) -> bool:
    if family_of(source.path) is None:
        return False
    contexts = ground.workspace.contexts(source.path)
    on_client = any(context.module.container or context.built(side_of).side is Side.CLIENT for context in contexts)
    return on_client or _PUBLISHED_ONLY.search(source.data) is not None


def _edits(source: Source, old: bytes, new: str) -> Iterator[Edit]:
    for found in re.finditer(rb"(?<![A-Za-z0-9_])" + re.escape(old) + rb"(?![A-Za-z0-9_])", source.data):
        yield Edit(source.place(*found.span()), new)
