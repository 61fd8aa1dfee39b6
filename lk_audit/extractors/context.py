"""One file under examination: its source, names and values, and how spans of it become places."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lk_audit.facts import FileRole, Lead
from lk_audit.source import Place, Source
from lk_audit.syntax import Call, Expr, Member, Module, Name, Node
from lk_audit.values import model
from lk_audit.values.evaluator import Evaluator
from lk_audit.values.model import Possible, Step, Value
from lk_audit.values.names import Names


@dataclass(eq=False)
class FileContext:
    """What an extractor may ask about a file of code. `sdk_major` is the major version of livekit-server-sdk."""

    source: Source
    module: Module
    role: FileRole
    sdk_major: int = 2

    @cached_property
    def names(self) -> Names:
        return Names(self.module)

    @cached_property
    def evaluator(self) -> Evaluator:
        return Evaluator(self.names)

    @property
    def is_python(self) -> bool:
        return self.module.language == "python"

    def values(self, expr: Expr | None) -> Possible:
        """What `expr` can be; nothing for no expression."""
        return () if expr is None else self.evaluator.evaluate(expr)

    def place(self, node: Node) -> Place:
        return self.source.place(node.start, node.end)

    def leads(self, trace: tuple[Step, ...]) -> tuple[Lead, ...]:
        """The steps of a value's trace as places."""
        return tuple(Lead(self.source.place(step.start, step.end), step.note) for step in trace)

    def lead(self, node: Node, note: str) -> Lead:
        return Lead(self.place(node), note)

    def function_of(self, node: Node) -> Node:
        """The function around a node, or the whole module."""
        return self.names.enclosing_function(node) or self.module

    def member_place(self, member: model.Member) -> Place:
        """The place of a member: `key: value` when it fits on the key's line, else the key."""
        key = self.place(member.key)
        if not member.values:
            return key
        value = member.values[0].origin
        on_key_line = value.start >= member.key.end and self.source.line_number(value.end) == key.line
        between = self.source.data[member.key.end : value.start] if on_key_line else b""
        if on_key_line and between.strip(b"'\"] ?") in {b":", b"="}:
            return self.source.place(member.key.start, value.end)
        return key


def handed_over_at(context: FileContext, value: Value, start: int, end: int) -> Place | None:
    """Where a value comes into the span from `start` to `end` from outside it: the first step of its trace there."""
    outside = (step for step in value.trace if step.path is None and not start <= step.start < end)
    step = next(outside, None)
    return context.source.place(step.start, step.end) if step is not None else None


def argument(call: Call, position: int | None, *names: str) -> Expr | None:
    """The argument of a call by keyword, else by position; None when absent or hidden behind a spread."""
    for item in call.arguments:
        if item.name in names and not item.spread:
            return item.value
    if position is None:
        return None
    plain = [item for item in call.arguments if item.name is None]
    if position < len(plain) and not any(item.spread for item in plain[: position + 1]):
        return plain[position].value
    return None


def last_name(expr: Node) -> str | None:
    """The last part of a dotted name, also of what is called: `c` of `a.b.c(...)`."""
    if isinstance(expr, Call):
        return last_name(expr.callee)
    if isinstance(expr, Member):
        return expr.name
    return expr.id if isinstance(expr, Name) else None
