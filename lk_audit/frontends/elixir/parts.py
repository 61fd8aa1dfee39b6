"""Pieces of Elixir syntax that only the nodes around them understand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from lk_audit.frontends.lowering.tree import Frame, Lowering, Part
from lk_audit.syntax import Argument, Block, Entry, Expr, Node, Record, Statement


class Keywords(Part):
    """`key: value, other: value`, in a call, a list or a map."""

    entries: tuple[Entry, ...]


class Arguments(Part):
    """What a call is given; keywords at the end are one list."""

    items: tuple[Expr, ...]
    keywords: Keywords | None = None

    def given(self) -> tuple[Argument, ...]:
        """The arguments as a call of the shared syntax has them."""
        found = [Argument(item.start, item.end, None, item) for item in self.items]
        if self.keywords is not None:
            start, end = self.keywords.start, self.keywords.end
            found.append(Argument(start, end, None, Record(start, end, self.keywords.entries)))
        return tuple(found)

    def keyword(self, name: str) -> Expr | None:
        """The value of a keyword."""
        entries = self.keywords.entries if self.keywords is not None else ()
        return next((item.value for item in entries if getattr(item.key, "value", None) == name), None)


class Clause(Part):
    """`patterns when guard -> body`, or one clause of a function."""

    patterns: tuple[Expr, ...]
    guard: Expr | None
    body: Block


class Section(Part):
    """`else`, `rescue`, `catch` and `after` of a body: statements or clauses."""

    kind: str
    statements: tuple[Statement, ...]
    clauses: tuple[Clause, ...]


class Body(Part):
    """What stands between `do` and `end`: statements or clauses, sections, and what modules hold."""

    statements: tuple[Statement, ...]
    clauses: tuple[Clause, ...]
    sections: tuple[Section, ...]
    members: tuple[Definition | Space, ...] = ()

    def section(self, kind: str) -> Section | None:
        """The section of a kind."""
        return next((item for item in self.sections if item.kind == kind), None)


class Definition(Part):
    """One clause of a function."""

    name: str
    is_private: bool
    clause: Clause


class Space(Part):
    """A module: its statements, the clauses of its functions and the modules in it."""

    name: str
    body: Body


class Choices(Part):
    """A `case` whose subject comes through a pipe."""

    clauses: tuple[Clause, ...]


Form: TypeAlias = Callable[[Lowering, Frame, Arguments | None, Body | None], Node | None]
"""Lowers a call that is syntax, given its arguments and its body; None where it is an ordinary call after all."""
