"""How PHP's operators are spelled in the syntax."""

from __future__ import annotations

OPERATORS = {
    "&&": "and",
    "||": "or",
    "!": "not",
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    ".": "+",
    ".=": "+=",
}
