"""Which code reaches a client: the chain of imports from a module to one that browsers, phones or desktops load."""

from __future__ import annotations

import posixpath
from collections import deque
from collections.abc import Iterator

from msgspec import Struct

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.sides.sides import SideEvidence, side_of
from lk_audit.facts import Lead, Side
from lk_audit.livekit.clients import SERVER_FUNCTIONS
from lk_audit.project.imports import ImportEdge
from lk_audit.project.manifests import Package
from lk_audit.syntax import Call, Class, Evaluate, Export, Function, Literal, Name, Node

_LONGEST_CHAIN = 8
_MOST_MODULES = 200
_EVERYTHING = "*"


class _Stop(Struct, frozen=True, eq=False):
    """A module on the way, the names under which it hands on what runs the code, and the imports up to here."""

    context: FileContext
    names: frozenset[str]
    chain: tuple[Lead, ...]


def side_of_node(context: FileContext, node: Node) -> SideEvidence:
    """Where a piece of code runs, by its own file, else by the files that import it."""
    if is_server_function(context, node):
        return SideEvidence(Side.SERVER)
    own = context.built(side_of)
    if own.side is not Side.UNKNOWN:
        return own
    return _reached(context, node) or own


def is_server_function(context: FileContext, node: Node) -> bool:
    """Whether a function around a node stays on the server: `getServerSideProps`, a loader, a 'use server' function."""
    function = context.names.enclosing_function(node)
    while function is not None:
        if context.names.name_of(function) in SERVER_FUNCTIONS or _directive(function) == "use server":
            return True
        function = context.names.enclosing_function(function)
    return False


def _directive(function: Function) -> str | None:
    first = function.body.statements[0] if function.body.statements else None
    value = first.value.value if isinstance(first, Evaluate) and isinstance(first.value, Literal) else None
    return value if isinstance(value, str) else None


def _reached(context: FileContext, node: Node) -> SideEvidence | None:
    """The shortest chain of imports from a client module to what runs `node`."""
    pending = deque([_Stop(context, frozenset(_exposed(context, node)), ())])
    seen = {context.source.path}
    while pending and len(seen) < _MOST_MODULES:
        stop = pending.popleft()
        for edge in stop.context.project.usage.importers(stop.context.source.path):
            importer = stop.context.workspace.context(edge.module)
            taken = _taken(edge, stop.names)
            if edge.is_type_only or not taken or edge.module.path in seen:
                continue
            chain = (*stop.chain, importer.lead(edge.node, f"imported by {posixpath.basename(edge.module.path)}"))
            if edge.is_export:
                seen.add(edge.module.path)
                pending.append(_Stop(importer, taken, chain))
                continue
            users = _users(importer, edge, stop.names)
            if not users:
                continue
            evidence = _client_evidence(importer)
            if evidence.side is Side.SERVER:
                continue
            seen.add(edge.module.path)
            if evidence.side is Side.CLIENT:
                return SideEvidence(Side.CLIENT, (*chain, *evidence.leads[:1]))
            if len(chain) < _LONGEST_CHAIN:
                pending.append(_Stop(importer, frozenset(users), chain))
    return None


def _client_evidence(context: FileContext) -> SideEvidence:
    """The side of an importer; the entry of an application that runs at clients only is one of theirs."""
    own = context.built(side_of)
    if own.side is not Side.UNKNOWN:
        return own
    package = context.project.manifests.package_for(context.source.path)
    if package is not None and package.is_client_only and _is_entry(package, context.source.path):
        return SideEvidence(Side.CLIENT, (context.lead(context.module.body, "the entry of a client application"),))
    return own


def _is_entry(package: Package, path: str) -> bool:
    inside = path[len(package.folder) :].lstrip("/")
    stem = posixpath.basename(inside).partition(".")[0].lower()
    return stem in {"main", "index", "app", "_app"} and inside.count("/") <= 1


def _exposed(context: FileContext, node: Node) -> Iterator[str]:
    """The top-level names whose use runs `node`; "*" when importing the file is enough."""
    names = context.names
    pending, seen = [node], {node}
    while pending:
        outermost = _outermost(context, pending.pop())
        if outermost is None:
            yield _EVERYTHING
            return
        name = names.name_of(outermost) if isinstance(outermost, Function) else outermost.name
        yield from {name or "default", *_exported_as(context, outermost, name)}
        for use in names.mentions(name) if name else ():
            if use not in seen:
                seen.add(use)
                if _outermost(context, use) is not outermost and _outermost(context, use) is not None:
                    pending.append(use)


def _exported_as(context: FileContext, definition: Function | Class, name: str) -> Iterator[str]:
    for export in context.names.nodes(Export):
        if export.module is None and (
            export.local is definition or (isinstance(export.local, Name) and export.local.id == name)
        ):
            yield export.exported


def _outermost(context: FileContext, node: Node) -> Function | Class | None:
    """The outermost function or class around a node."""
    found: Function | Class | None = None
    for parent in context.names.ancestors(node):
        if isinstance(parent, Function | Class):
            found = parent
    return found


def _taken(edge: ImportEdge, names: frozenset[str]) -> frozenset[str]:
    """Which of `names` an import takes, under the names that a re-export gives them."""
    node = edge.node
    if isinstance(node, Export):
        if node.exported == _EVERYTHING or node.local is None:
            return names if node.exported == _EVERYTHING else frozenset({node.exported})
        is_taken = isinstance(node.local, Name) and (node.local.id in names or _EVERYTHING in names)
        return frozenset({node.exported}) if is_taken else frozenset()
    if isinstance(node, Call) or _EVERYTHING in names:
        return frozenset({_EVERYTHING})
    return frozenset(item.local for item in edge.names if item.member is None or item.member in names)


def _users(importer: FileContext, edge: ImportEdge, names: frozenset[str]) -> set[str]:
    """The exported names of an importer that use what it takes, its server functions left out."""
    if isinstance(edge.node, Call):
        return set() if is_server_function(importer, edge.node) else set(_exposed(importer, edge.node))
    if _EVERYTHING in names:
        return {_EVERYTHING}
    found: set[str] = set()
    local = {item.local for item in edge.names if (item.member is None or item.member in names) and not item.type_only}
    for name in local:
        for use in importer.names.mentions(name):
            holder = importer.names.parent(use)
            if isinstance(holder, Export):
                found.add(holder.exported)
            elif holder is not None and not is_server_function(importer, use):
                found.update(_exposed(importer, use))
    return found
