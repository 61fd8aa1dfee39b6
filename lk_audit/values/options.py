"""Options of Python's command lines: what an option is where nobody gives it.

Sources: the documentation of argparse (`add_argument`), click (`option`, `argument`) and typer, which is built on it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from lk_audit.syntax import Call, Expr, Function, Literal, Member, Name
from lk_audit.values.model import Possible, Returned

if TYPE_CHECKING:
    from lk_audit.values.evaluator import Evaluator

_DECORATORS = frozenset({"option", "argument"})


def of_parser(evaluator: Evaluator, value: Returned, key: str) -> Possible | None:
    """The default of an option that argparse has read; None where it has none."""
    home = evaluator.home(value.call)
    declared = home.names.calls_of("add_argument") if home is not None else ()
    found = _default(home or evaluator, (item for item in declared if isinstance(item.callee, Member)), key)
    return (
        None if home is None or found is None else (replace(value, members=(key,)), *evaluator.from_home(home, found))
    )


def of_command(evaluator: Evaluator, function: Function, parameter: str) -> Possible:
    """The default of a parameter of a command of click: `@click.option("--hours", default=48)`."""
    marks = (item for item in function.decorators if isinstance(item, Call) and _last_name(item.callee) in _DECORATORS)
    return _default(evaluator, marks, parameter) or ()


def _default(evaluator: Evaluator, declared: Iterable[Call], name: str) -> Possible | None:
    for call in declared:
        if name not in _names(call):
            continue
        default = next((item.value for item in call.arguments if item.name == "default"), None)
        return evaluator.evaluate(default) if default is not None else None
    return None


def _names(call: Call) -> set[str]:
    """What an option may be called in code: `--ttl-hours` is `ttl_hours`."""
    given = [item.value for item in call.arguments if item.name in {None, "dest"}]
    texts = (item.value for item in given if isinstance(item, Literal) and isinstance(item.value, str))
    return {text.lstrip("-").replace("-", "_") for text in texts}


def _last_name(expr: Expr) -> str:
    return expr.name if isinstance(expr, Member) else expr.id if isinstance(expr, Name) else ""
