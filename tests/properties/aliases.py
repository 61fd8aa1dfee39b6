"""Renaming what a file imports, by the spans of its syntax; a file where a name means more is left alone."""

from __future__ import annotations

import re

from lk_audit import frontends
from lk_audit.source import Source
from lk_audit.syntax import Entry, Literal, Module, Name, walk

_IMPORTS: dict[str, tuple[re.Pattern[bytes], bytes]] = {
    "python": (re.compile(rb"^(from [\w.]+ import )(\w+)$", re.MULTILINE), rb"\1\2 as %s"),
    "javascript": (re.compile(rb"^(import \{ )(\w+)(?= \} from )", re.MULTILINE), rb"\1\2 as %s"),
    "go": (re.compile(rb'^((?:import |\t))"((?:[\w.-]+/)*\w+)"$', re.MULTILINE), rb'\1%s "\2"'),
    "kotlin": (re.compile(rb"^(import [\w.]+\.)(\w+)$", re.MULTILINE), rb"\1\2 as %s"),
    "php": (re.compile(rb"^(use [\w\\]+\\)(\w+)(?=;$)", re.MULTILINE), rb"\1\2 as %s"),
    "rust": (re.compile(rb"^(use [\w:]+::)(\w+)(?=;$)", re.MULTILINE), rb"\1\2 as %s"),
    "dart": (re.compile(rb"^(import '[^'\n]+' as )(\w+)(?=;$)", re.MULTILINE), rb"\1%s"),
}
"""An import of one name by language, the name in the second group, and what it is with another name."""
RENAMING = sorted(_IMPORTS)
_VERSIONS = frozenset(f"v{number}" for number in range(100))
"""The last part of the path of a Go module, which is not its name."""


def imported(source: Source) -> list[str]:
    """The names that a file imports and that can be renamed in it."""
    pattern, _ = _IMPORTS[frontends.frontend_for(source.path) or ""]
    names = {match[2].rpartition(b"/")[2].decode() for match in pattern.finditer(source.data)} - _VERSIONS
    return sorted(name for name in names if renamed(source, name, "renamed") is not None)


def renamed(source: Source, name: str, alias: str) -> Source | None:
    """The file with an imported name called otherwise; None where the name stands for something else as well."""
    pattern, written = _IMPORTS[frontends.frontend_for(source.path) or ""]
    own = [match for match in pattern.finditer(source.data) if match[2].rpartition(b"/")[2].decode() == name]
    modules = [tree for tree in frontends.parse(source) if isinstance(tree, Module)]
    if len(own) != 1 or len(modules) != 1 or alias.encode() in source.data:
        return None
    edits = {own[0].span(): own[0].expand(written.replace(b"%s", alias.encode()))}
    edits |= _uses(source.data, modules[0], name, alias, own[0].span())
    if _mentions(source.data, name) != len(edits) + own[0][0].count(name.encode()) - 1:
        return None
    return Source(source.path, _edited(source.data, edits))


def _uses(data: bytes, module: Module, name: str, alias: str, own: tuple[int, int]) -> dict[tuple[int, int], bytes]:
    keys = {node.key.start for node in walk(module) if isinstance(node, Entry) and isinstance(node.key, Literal)}
    spans = {(node.start, node.end) for node in walk(module) if isinstance(node, Name) and node.id == name}
    return {
        span: (f"{name}: {alias}" if span[0] in keys else alias).encode()
        for span in spans
        if data[slice(*span)] == name.encode() and not own[0] <= span[0] < own[1]
    }


def _mentions(data: bytes, name: str) -> int:
    return len(re.findall(rb"(?<!\w)" + name.encode() + rb"(?!\w)", data))


def _edited(data: bytes, edits: dict[tuple[int, int], bytes]) -> bytes:
    pieces, position = [], 0
    for (start, end), text in sorted(edits.items()):
        pieces += [data[position:start], text]
        position = end
    return b"".join([*pieces, data[position:]])
