"""Annotations with arguments before a class at the top of a file, which the grammar takes for an expression.

`@RequestMapping("/api") class A {...}` comes out of it as the expression `("/api")` with an annotation, and the class
as a call in infix form. So such annotations are taken out before the file is parsed, and parsed on their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lk_audit.patterns import regex
from lk_audit.syntax import Block, Define, DefineClass

if TYPE_CHECKING:
    from lk_audit.syntax import Class

_MARK = regex(rb"@(?:\w{1,20}:)?[A-Za-z_][\w.]{0,100}")
_AT_LINE_START = regex(rb"^@", re.MULTILINE)
_DECLARATION = regex(
    rb"(?:(?:public|internal|private|protected|data|open|abstract|sealed|enum|annotation|value|inline|final|expect|actual)"
    rb"\s{1,80}){0,6}(?:class|object|interface)\s{1,20}\w"
)
_SPACE = regex(rb"\s{0,400}")
_QUOTES = (b'"""', b'"')
_STAND_IN = b"fun f()"
"""What an annotation is put in front of to be parsed; no longer than `class A`."""
_BLANK = bytes(byte if byte == ord("\n") else ord(" ") for byte in range(256))
"""What takes the place of each byte where the lines of a text stay, and nothing else."""
_LONGEST = 4_000
_MOST = 200


def taken_out(data: bytes) -> tuple[bytes, bytes | None]:
    """A file without the annotations in question, and those alone, each at its own place; None where there are none."""
    rest, alone = bytearray(data), bytearray(data.translate(_BLANK))
    position, found = 0, 0
    for start in (match.start() for match in _AT_LINE_START.finditer(data)):
        end = _end_of_marks(data, start) if start >= position else None
        if end is None or found >= _MOST:
            continue
        position, found = end, found + 1
        alone[start:end] = data[start:end]
        alone[end : end + len(_STAND_IN)] = _STAND_IN
        rest[start:end] = data[start:end].translate(_BLANK)
    return (bytes(rest), bytes(alone)) if found else (data, None)


def _end_of_marks(data: bytes, start: int) -> int | None:
    """Where the declaration begins that annotations stand before, if one has arguments and it is one of a class."""
    has_arguments, position = False, start
    while (mark := _MARK.match(data, position)) is not None:
        position = mark.end()
        if data[position : position + 1] == b"(":
            has_arguments = True
            closing = _closing(data, position)
            if closing is None:
                return None
            position = closing + 1
        space = _SPACE.match(data, position)
        position = space.end() if space is not None else position
    return position if has_arguments and _DECLARATION.match(data, position) else None


def _closing(data: bytes, position: int) -> int | None:
    """The parenthesis that closes the one at `position`; those in text do not count."""
    depth, end = 0, min(len(data), position + _LONGEST)
    while position < end:
        quote = next((item for item in _QUOTES if data.startswith(item, position)), None)
        if quote is not None:
            position = _end_of_text(data, position + len(quote), quote)
            continue
        depth += {b"(": 1, b")": -1}.get(data[position : position + 1], 0)
        if depth == 0:
            return position
        position += 1
    return None


def _end_of_text(data: bytes, position: int, quote: bytes) -> int:
    while position < len(data) and not data.startswith(quote, position):
        position += 2 if data[position : position + 1] == b"\\" else 1
    return position + len(quote)


def attach(body: Block, alone: Block) -> None:
    """Give the classes of a file the annotations that were taken out."""
    marked = [item.function for item in alone.statements if isinstance(item, Define)]
    classes = [item.definition for item in body.statements if isinstance(item, DefineClass)]
    for function in marked:
        owner = _at(classes, function.end - len(_STAND_IN))
        if owner is not None:
            owner.decorators = (*function.decorators, *owner.decorators)


def _at(classes: list[Class], position: int) -> Class | None:
    return next((item for item in classes if item.start <= position < item.end), None)
