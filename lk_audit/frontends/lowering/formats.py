"""Format strings with verbs, as C's `printf` and its heirs read them: `"room-%s"`."""

from __future__ import annotations

from lk_audit.patterns import regex
from lk_audit.syntax import Argument, Expr, Literal, Template

_VERB = regex(r"%[-+# 0]{0,5}[0-9]{0,5}(?:\.[0-9]{1,5})?([A-Za-z%])")


def format_pieces(text: str) -> list[str]:
    """The fixed text of a format string around its verbs: one piece more than there are verbs."""
    pieces, position = [""], 0
    for verb in _VERB.finditer(text):
        pieces[-1] += text[position : verb.start()]
        position = verb.end()
        if verb[1] == "%":
            pieces[-1] += "%"
        else:
            pieces.append("")
    pieces[-1] += text[position:]
    return pieces


def formatted(start: int, end: int, items: tuple[Argument, ...]) -> Expr | None:
    """`Sprintf("room-%s", name)` is text with values in it; None where they are not as many as it asks for."""
    match items:
        case (Argument(value=Literal(start=first, end=last, value=str(text))), *rest):
            pieces = format_pieces(text)
            if len(pieces) != len(rest) + 1 or not rest or any(item.spread for item in rest):
                return None
            fixed = [Literal(first, last, piece) for piece in pieces]
            parts = [part for piece, item in zip(fixed, rest, strict=False) for part in (piece, item.value)]
            kept = [part for part in (*parts, fixed[-1]) if not (isinstance(part, Literal) and part.value == "")]
            return Template(start, end, tuple(kept))
        case _:
            return None
