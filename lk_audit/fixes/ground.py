"""What fixers ask of the code: the syntax at a place, and what values and names mean around it."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.edits import Edit, Fix
from lk_audit.extractors.context import FileContext, Workspace, last_name
from lk_audit.project.files import Files
from lk_audit.project.modules import Project
from lk_audit.source import Place, Source
from lk_audit.syntax import Argument, Assign, Call, Entry, Expr, Literal, Name, Node, walk

_MOST_KEPT = 2_000_000
"""Bytes of code whose parsed form is kept for the next fix."""

Item = Entry | Argument


class Ground:
    """The files of a scan as fixers see them; `scanned` are the paths that may be changed."""

    def __init__(self, files: Files, scanned: frozenset[str]) -> None:
        self.files = files
        self.scanned = scanned
        self.workspace = Workspace(files.shared(Project))
        self.renamings: dict[tuple[str, str], Fix | None] = {}

    def tidy(self) -> None:
        """Drop what was parsed, to bound the memory of a large scan."""
        if self.workspace.project.bytes_parsed > _MOST_KEPT:
            self.workspace.forget()

    def nodes(self, place: Place) -> Iterator[tuple[FileContext, Node]]:
        """The syntax with exactly this span, outer nodes first; none in a language that is not rewritten."""
        for context in self.workspace.contexts(place.path):
            if context.names.traits.is_rewritten:
                for node in context.names.spanning(place.start, place.end):
                    yield context, node

    def item(self, place: Place) -> tuple[FileContext, Item] | None:
        """The entry or argument at a place: the place is its own, or that of its key."""
        for context, node in self.nodes(place):
            if isinstance(node, Entry | Argument):
                return context, node
            parent = context.names.parent(node)
            if isinstance(parent, Entry) and parent.key is node:
                return context, parent
        return self._entry_around(place)

    def _entry_around(self, place: Place) -> tuple[FileContext, Entry] | None:
        """The entry of which a place is the beginning: the key and the first part of `ttl: given || '6h'`."""
        for context in self.workspace.contexts(place.path):
            is_rewritten = context.names.traits.is_rewritten
            entry = context.built(_entries).get(place.start) if is_rewritten else None
            if entry is not None and entry.key is not None and entry.key.end < place.end < entry.end:
                return context, entry
        return None

    def assignment(self, place: Place) -> tuple[FileContext, Assign] | None:
        """The assignment at a place: the place is its own, that of its target or that of its value."""
        for context, node in self.nodes(place):
            if isinstance(node, Assign):
                return context, node
            parent = context.names.parent(node)
            if isinstance(parent, Assign) and node in {parent.target, parent.value}:
                return context, parent
        return None

    def value(self, place: Place) -> tuple[FileContext, Expr] | None:
        """The expression at a place: the place is its own, or that of what gives it a name."""
        found = self.item(place) or self.assignment(place)
        if found is not None:
            return found[0], found[1].value
        return next(((context, node) for context, node in self.nodes(place) if isinstance(node, Expr)), None)

    def call(self, callee: Place) -> tuple[FileContext, Call] | None:
        """The call of what stands at a place."""
        for context, node in self.nodes(callee):
            parent = context.names.parent(node)
            if isinstance(parent, Call) and parent.callee is node:
                return context, parent
        return None

    def edit(self, context: FileContext, node: Node | tuple[int, int], text: str) -> Edit:
        """`text`, with the file's own line breaks, in the place of a node or span."""
        start, end = node if isinstance(node, tuple) else (node.start, node.end)
        return Edit(context.source.place(start, end), with_breaks(text, context.source))


def _entries(context: FileContext) -> dict[int, Entry]:
    return {entry.start: entry for entry in context.names.nodes(Entry)}


def with_breaks(text: str, source: Source) -> str:
    return text.replace("\n", "\r\n") if b"\r\n" in source.data else text


def written(context: FileContext, node: Node) -> str:
    """The source text of a node."""
    return context.source.data[node.start : node.end].decode("utf-8", "replace")


def inside(node: Node, outer: Node) -> bool:
    return outer.start <= node.start and node.end <= outer.end


def names_in(node: Node) -> list[Name]:
    """The names that a value depends on; what is called is not among them."""
    callees = {id(inner) for call in walk(node) if isinstance(call, Call) for inner in walk(call.callee)}
    return [inner for inner in walk(node) if isinstance(inner, Name) and id(inner) not in callees]


def quote_of(context: FileContext, near: Node | None = None) -> str:
    """The quote that the file writes texts in: that of a literal, else the more frequent one."""
    if isinstance(near, Literal) and written(context, near)[:1] in {"'", '"'}:
        return written(context, near)[:1]
    return context.built(_usual_quote)


def _usual_quote(context: FileContext) -> str:
    data = context.source.data
    return '"' if data.count(b'"') > data.count(b"'") else "'"


def callee_ends_with(call: Node, name: str) -> bool:
    return isinstance(call, Call) and last_name(call.callee) == name


def assigned_name(context: FileContext, value: Node) -> Name | None:
    """The variable that a value is directly assigned to, where it is a plain name."""
    parent = context.names.parent(value)
    if isinstance(parent, Assign) and parent.value is value and not parent.operator and isinstance(parent.target, Name):
        return parent.target
    return None


def is_used_once(context: FileContext, variable: Name) -> bool:
    """Whether a variable is set and read in one place each, and no other file of the project mentions it."""
    here, members = context.names.mentions(variable.id), context.names.members_named(variable.id)
    if len(here) != 2 or members:  # noqa: PLR2004 - where it is set, where it is read
        return False
    others = context.project.usage.mentions(context.source.path, variable.id)
    return all(other.path == context.source.path for other in others)
