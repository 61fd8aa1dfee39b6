"""What is assigned to: names, and tuples that take a value apart."""

from __future__ import annotations

from typing import TypeAlias

from lk_audit.syntax import Assign, Expr, Index, Literal, Opaque, Sequence, Spread

Span: TypeAlias = tuple[int, int]


def width_of(target: Expr) -> int:
    """How many names a target gives a value."""
    return sum(width_of(item) for item in target.items) if isinstance(target, Sequence) else 1


def assigned(span: Span, target: Expr, value: Expr, annotation: Expr | None = None) -> list[Assign]:
    """The assignments that a target stands for; a tuple takes its value apart."""
    if not isinstance(target, Sequence):
        return [Assign(*span, target, value, "", annotation)]
    if isinstance(value, Sequence) and _pairs_up(target, value):
        pairs = zip(target.items, value.items, strict=True)
        return [item for one, other in pairs for item in assigned(span, one, other)]
    found: list[Assign] = []
    for place, item in enumerate(target.items):
        if isinstance(item, Spread):
            rest = Opaque(value.start, value.end, (value,))
            found.extend(assigned(span, item.value, rest))
        else:
            part = Index(value.start, value.end, value, Literal(value.start, value.end, place))
            found.extend(assigned(span, item, part))
    return found


def _pairs_up(target: Sequence, value: Sequence) -> bool:
    """Whether each item of the target takes the item at its own place."""
    return len(target.items) == len(value.items) and not any(
        isinstance(item, Spread) for item in (*target.items, *value.items)
    )
