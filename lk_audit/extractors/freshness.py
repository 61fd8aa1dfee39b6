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
    if not isinstance(value, Unknown):
        return False
    home = context.home(value.origin)
    return any(_is_random(home, piece) for piece in _pieces(value.origin))


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


def _is_random(context: FileContext, piece: Expr) -> bool:
    """Whether a piece comes from random generators, and from nothing else that is not known."""
    sources = symbolic_sources(context.values(piece))
    return bool(sources) and all(
        isinstance(source, Returned) and source.callee is not None and is_random_call(source.callee)
        for source in sources
    )
