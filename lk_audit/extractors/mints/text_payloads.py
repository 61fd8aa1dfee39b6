"""LiveKit's claims as JSON text that code writes out and fills something into: templates, formats, sums of texts."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from lk_audit.extractors.context import FileContext
from lk_audit.extractors.mints.payloads import livekit_payload
from lk_audit.syntax import Binary, Expr, Literal, Node, Template
from lk_audit.values.model import Flag, Listed, Mapped, Member, Nothing, Number, Possible, Text, Unknown, Value

_LONGEST = 20_000
_DEEPEST = 3
_HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands in the text, with its number, where something is filled in."""


def text_payloads(context: FileContext) -> Iterator[Mapped]:
    """The claims of LiveKit among the JSON texts of a file; those that are a part of another one are left to it."""
    if b"video" not in context.source.data:
        return
    nodes = context.names.nodes
    texts: tuple[Expr, ...] = (*nodes(Template), *nodes(Binary), *nodes(Literal))
    for expr in texts:
        holder = context.names.parent(expr)
        if _may_be_claims(expr) and not (isinstance(holder, Template) or _is_sum(holder)):
            value = _as_object(context, expr, 0)
            payload = livekit_payload((value,), ()) if value is not None else None
            if payload is not None:
                yield payload


def _is_sum(node: Node | None) -> bool:
    return isinstance(node, Binary) and node.operator == "+"


def _may_be_claims(expr: Expr) -> bool:
    return any(isinstance(piece, str) and '"video"' in piece for piece in _pieces(expr))


def _pieces(expr: Expr) -> Iterator[str | Expr]:
    """A text in pieces: what is written out, and what is filled in between."""
    pending = [expr]
    while pending:
        part = pending.pop()
        match part:
            case Literal(value=str(text)):
                yield text
            case Template(parts=parts):
                pending += reversed(parts)
            case Binary(operator="+", left=left, right=right) if _holds_text(part):
                pending += [right, left]
            case _:
                yield part


def _holds_text(expr: Expr) -> bool:
    """Whether a sum is one of texts, not of numbers."""
    while isinstance(expr, Binary) and expr.operator == "+":
        if _is_text(expr.right):
            return True
        expr = expr.left
    return _is_text(expr)


def _is_text(expr: Expr) -> bool:
    return isinstance(expr, Template) or (isinstance(expr, Literal) and isinstance(expr.value, str))


def _as_object(context: FileContext, expr: Expr, depth: int) -> Mapped | None:
    """The object that a text stands for, or None where it is no JSON."""
    holes: list[Expr] = []
    written, is_inside, length = [], False, 0
    for piece in _pieces(expr):
        if isinstance(piece, str):
            length += len(piece)
            if length > _LONGEST or _HOLE in piece:
                return None
            is_inside = _ends_inside(piece, is_inside=is_inside)
            written.append(piece)
        else:
            mark = f"{_HOLE}{len(holes)}{_HOLE}"
            is_more = not is_inside and _ends_value("".join(written[-1:]))
            written.append(mark if is_inside else f',"{mark}":null' if is_more else f'"{mark}"')
            holes.append(piece)
    try:
        read = msgspec.json.decode("".join(written))
    except (msgspec.DecodeError, RecursionError):
        return None
    return _Reader(context, expr, holes, depth).mapped(read) if isinstance(read, dict) else None


def _ends_inside(piece: str, *, is_inside: bool) -> bool:
    """Whether the end of a piece of JSON stands between quotation marks."""
    is_escaped = False
    for character in piece:
        if character == '"' and not is_escaped:
            is_inside = not is_inside
        is_escaped = character == "\\" and not is_escaped
    return is_inside


def _ends_value(piece: str) -> bool:
    """Whether a piece of JSON ends with a whole value: what is filled in behind it can only be further members."""
    return piece.rstrip()[-1:].isalnum() or piece.rstrip().endswith(("}", "]", '"'))


class _Reader(msgspec.Struct, frozen=True, eq=False):
    """Turns what JSON holds into values; what is filled in has its own."""

    context: FileContext
    expr: Expr
    holes: list[Expr]
    depth: int

    def mapped(self, read: dict[object, object]) -> Mapped:
        members = {str(name): self._member(item) for name, item in read.items()}
        return Mapped(origin=self.expr, members=members, open=any(_HOLE in name for name in members))

    def _member(self, read: object) -> Member:
        hole = self._hole(read)
        return Member(values=self._values(read), key=self.expr if hole is None else hole)

    def _hole(self, read: object) -> Expr | None:
        """What is filled in where nothing else stands."""
        number = read[1:-1] if isinstance(read, str) and read[:1] == _HOLE == read[-1:] else ""
        return self.holes[int(number)] if number.isdecimal() else None

    def _values(self, read: object) -> Possible:
        hole = self._hole(read)
        return self._filled(hole) if hole is not None else (self._value(read),)

    def _filled(self, hole: Expr) -> Possible:
        """What a hole is filled with; a text that is JSON itself is what it stands for."""
        values = self.context.values(hole)
        if self.depth >= _DEEPEST:
            return values
        inner = (_as_object(self.context.home(value.origin), value.origin, self.depth + 1) for value in values)
        return tuple(found or value for found, value in zip(inner, values, strict=True))

    def _value(self, read: object) -> Value:
        if isinstance(read, dict):
            return self.mapped(read)
        if isinstance(read, list):
            return Listed(origin=self.expr, items=tuple(self._values(item) for item in read))
        return _scalar(self.expr, read)


def _scalar(expr: Expr, read: object) -> Value:
    match read:
        case bool():
            return Flag(origin=expr, flag=read)
        case int() | float():
            return Number(origin=expr, number=read)
        case str() if _HOLE not in read:
            return Text(origin=expr, text=read)
        case None:
            return Nothing(origin=expr)
        case _:
            return Unknown(origin=expr)
