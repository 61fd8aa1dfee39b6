"""Which file an `include` of PHP names."""

from __future__ import annotations

from lk_audit.syntax import Argument, Binary, Call, Expr, Literal, Name


def included_path(value: Expr) -> str | None:
    """The path in an `include`, relative to the file that it stands in; None for one that is computed."""
    match value:
        case Literal(value=str(text)):
            return text if text.startswith((".", "/")) else f"./{text}"
        case Binary(operator="+", left=Name(id="__DIR__"), right=Literal(value=str(text))):
            return f"./{text.lstrip('/')}"
        case Binary(operator="+", left=Call(callee=Name(id="dirname")) as up, right=Literal(value=str(text))):
            return f"{'../' * _levels(up)}{text.lstrip('/')}"
        case _:
            return None


def _levels(call: Call) -> int:
    """How many folders `dirname(__DIR__, 2)` goes up; `dirname(__FILE__)` is the folder itself."""
    match call.arguments:
        case (Argument(value=Name(id="__FILE__")),):
            return 0
        case (Argument(value=Name(id="__DIR__")), Argument(value=Literal(value=int(count)))) if 0 < count < 10:  # noqa: PLR2004 - deeper paths are nonsense
            return count
        case (Argument(value=Call(callee=Name(id="dirname")) as inner),):
            return 1 + _levels(inner)
        case _:
            return 1
