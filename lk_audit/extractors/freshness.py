"""Names that nobody can choose: something random is a part of them, whatever else is."""

from __future__ import annotations

from collections.abc import Iterator

from lk_audit.extractors.context import FileContext
from lk_audit.livekit.randomness import is_random_call
from lk_audit.syntax import Binary, Expr, Template
from lk_audit.values.model import Possible, Returned, Unknown, Value, symbolic_sources


def choosable(context: FileContext, values: Possible) -> Possible:
    """The values without the texts that hold a random piece: who names the other pieces does not name the whole."""
    return tuple(value for value in values if not _is_fresh(context, value))


def _is_fresh(context: FileContext, value: Value) -> bool:
    """Whether a text holds a random piece; what may stand in its place from elsewhere is not one of its pieces."""
    if not isinstance(value, Unknown) or not any(map(_is_drawn, symbolic_sources((value,)))):
        return False
    home = context.home(value.origin)
    pieces = [symbolic_sources(home.values(piece)) for piece in _pieces(value.origin)]
    told = [source for sources in pieces for source in sources]
    is_whole = all(source in told for source in symbolic_sources((value,)))
    return is_whole and any(sources and all(map(_is_drawn, sources)) for sources in pieces)


def _pieces(joined: Expr) -> Iterator[Expr]:
    """What a text is put together from, from left to right."""
    stack = [joined]
    while stack:
        match stack.pop():
            case Template(parts=parts):
                yield from parts
            case Binary(operator="+", left=left, right=right):
                stack += (right, left)
            case piece if piece is not joined:
                yield piece


def _is_drawn(source: Value) -> bool:
    return isinstance(source, Returned) and source.callee is not None and is_random_call(source.callee)
