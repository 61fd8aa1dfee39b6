"""Kotlin's strings: escapes, `$name` and `${expression}`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lk_audit.frontends.jvm.literals import unescaped
from lk_audit.frontends.lowering.tree import expression
from lk_audit.patterns import regex
from lk_audit.syntax import Literal, Name, Template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lk_audit.frontends.lowering.tree import Frame, Lowering
    from lk_audit.syntax import Expr, Node

_SIMPLE = regex(r"\$([A-Za-z_][A-Za-z0-9_]*)")


def string(run: Lowering, frame: Frame) -> Node:
    """A string: plain text is a literal, one with values in it a template."""
    is_raw = frame.kind == "multiline_string_literal"
    parts = list(_joined(_parts(run, frame, is_raw=is_raw)))
    if all(isinstance(part, Literal) for part in parts):
        text = "".join(str(part.value) for part in parts if isinstance(part, Literal))
        return Literal(frame.start, frame.end, text)
    return Template(frame.start, frame.end, tuple(parts))


def _parts(run: Lowering, frame: Frame, *, is_raw: bool) -> Iterator[Expr]:
    """The text between the quotes and the values in it, in order.

    The grammar gives `$name` as text, in pieces: what lies between escapes and `${...}` is read as a whole.
    """
    quote = 3 if is_raw else 1
    position, end = frame.start + quote, max(frame.end - quote, frame.start + quote)
    for kid, value in zip(frame.kids, frame.values, strict=True):
        yield from _text(run.data, position, kid.start_byte, is_raw=is_raw)
        if kid.type == "interpolation":
            yield expression(value)
        else:
            text = run.data[kid.start_byte : kid.end_byte].decode("utf-8", "replace")
            yield Literal(kid.start_byte, kid.end_byte, unescaped(text))
        position = kid.end_byte
    yield from _text(run.data, position, end, is_raw=is_raw)


def _text(data: bytes, start: int, end: int, *, is_raw: bool) -> Iterator[Expr]:
    text = data[start:end].decode("utf-8", "replace")
    position, at = 0, start
    for found in _SIMPLE.finditer(text):
        before = text[position : found.start()]
        if before:
            yield Literal(at, at + len(before.encode()), before if is_raw else unescaped(before))
        at += len(before.encode())
        yield Name(at + 1, at + len(found[0]), found[1])
        at += len(found[0])
        position = found.end()
    if text[position:]:
        yield Literal(at, end, text[position:] if is_raw else unescaped(text[position:]))


def _joined(parts: Iterator[Expr]) -> Iterator[Expr]:
    """Neighbouring pieces of text as one."""
    last: Literal | None = None
    for part in parts:
        if not isinstance(part, Literal):
            yield from (last,) if last is not None else ()
            yield part
            last = None
        elif last is None:
            last = part
        else:
            last = Literal(last.start, part.end, str(last.value) + str(part.value))
    yield from (last,) if last is not None else ()
